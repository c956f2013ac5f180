// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/domain/lineage.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// What other formats say about where models come from, as lineage, with the evidence each
/// statement deserves: what the owner declares is declared, what a hub or a format only implies is
/// inferred, what nobody signs is alleged. Nothing imported counts as verified.
namespace libeval {

enum class ImportFormat {
  cyclonedx, ///< CycloneDX 1.5 to 1.7, JSON
  spdx,      ///< SPDX 3, JSON-LD, with its profiles AI and Dataset
  model_card ///< Markdown with YAML front matter, as on the Hugging Face Hub
};

/// Names as in the files.
[[nodiscard]] std::string_view to_string(ImportFormat format);
[[nodiscard]] std::optional<ImportFormat> import_format_from(std::string_view name);

/// The format by what stands in the text, or nothing.
[[nodiscard]] std::optional<ImportFormat> guess_import_format(std::string_view text);

struct ImportOptions {
  std::optional<ImportFormat> format; ///< guessed if left out
  std::string model; ///< whose card it is, `owner/name`; a card does not say so itself
};

/// Reads a file. What cannot be read goes to `diagnostics` as errors, what is left out or read
/// with care as warnings. Dates of statements are those of the file, if it has one.
[[nodiscard]] Lineage import_lineage(const std::shared_ptr<const SourceText>& source,
                                     const ImportOptions& options, Diagnostics& diagnostics);

/// Adds what another file says: a thing that both name (same id and kind) becomes one, with all
/// that either says of it; derivations that stand in both become one with all the evidence.
void merge_lineage(Lineage& lineage, Lineage more);

/// The record as a lineage file; reads back as the same record. `id` is the id of the record.
[[nodiscard]] std::string lineage_yaml(const Lineage& lineage, const std::string& id);

} // namespace libeval
