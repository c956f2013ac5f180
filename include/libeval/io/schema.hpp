// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

/// The language of programs for other tools, made from the same table that the reader uses.
namespace libeval {

/// JSON Schema (draft 2020-12) of `program.yaml`. What it refuses the reader refuses; the reader
/// refuses more (names that name nothing, days that do not exist).
[[nodiscard]] std::string program_schema();

/// The same for policy files.
[[nodiscard]] std::string policy_schema();

/// The same for lineage files.
[[nodiscard]] std::string lineage_schema();

/// The same for files of license terms.
[[nodiscard]] std::string license_terms_schema();

/// The same for `uncertainty.yaml`.
[[nodiscard]] std::string uncertainty_schema();

/// JSON Schema of files of statements.
[[nodiscard]] std::string published_schema();

/// Every shape and key with its help, as Markdown.
[[nodiscard]] std::string keys_page();

} // namespace libeval
