// SPDX-License-Identifier: Apache-2.0
// A new import gets its word in the grammar (`lineage_file`).
#include "io/lineage_files.hpp"

#include <libeval/domain/read_lineage.hpp>
#include <libeval/io/import.hpp>
#include <libeval/io/parse.hpp>

namespace libeval {
namespace {

using Source = std::shared_ptr<const SourceText>;

Lineage read_own_format(const Source& source, Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.errors();
  const Tree tree = parse(source, diagnostics);
  return diagnostics.errors() > before ? Lineage{} : read_lineage(tree, diagnostics);
}

} // namespace

std::shared_ptr<const Lineage> read_lineage_files(const std::vector<PolicyFile::LineageFile>& files,
                                                  const Folder& folder, Diagnostics& diagnostics) {
  if (files.empty())
    return nullptr;
  auto lineage = std::make_shared<Lineage>();
  const std::size_t before = diagnostics.errors();
  for (const PolicyFile::LineageFile& file : files) {
    const auto source = folder.read_text(file.file, file.where, diagnostics);
    if (!source)
      continue;
    if (file.format.empty())
      append(*lineage, read_own_format(source, diagnostics));
    else
      merge_lineage(*lineage,
                    import_lineage(source, {import_format_from(file.format), {}}, diagnostics));
  }
  if (diagnostics.errors() == before)
    check_lineage(*lineage, diagnostics);
  return lineage;
}

} // namespace libeval
