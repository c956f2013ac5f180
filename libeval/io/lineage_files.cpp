// SPDX-License-Identifier: Apache-2.0
// A new import gets a line in the table of formats and its word in the grammar (`lineage_file`).
#include "io/lineage_files.hpp"

#include <libeval/domain/read_lineage.hpp>
#include <libeval/io/parse.hpp>

#include <algorithm>
#include <string_view>

namespace libeval {
namespace {

using Source = std::shared_ptr<const SourceText>;

Lineage read_own_format(const Source& source, Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.errors();
  const Tree tree = parse(source, diagnostics);
  return diagnostics.errors() > before ? Lineage{} : read_lineage(tree, diagnostics);
}

struct Format {
  std::string_view name;
  Lineage (*read)(const Source&, Diagnostics&);
};

constexpr Format formats[] = {{"", read_own_format}};

} // namespace

std::shared_ptr<const Lineage> read_lineage_files(const std::vector<PolicyFile::LineageFile>& files,
                                                  const Folder& folder, Diagnostics& diagnostics) {
  if (files.empty())
    return nullptr;
  auto lineage = std::make_shared<Lineage>();
  const std::size_t before = diagnostics.errors();
  for (const PolicyFile::LineageFile& file : files) {
    const auto format = std::ranges::find(formats, file.format, &Format::name);
    if (const auto source = folder.read_text(file.file, file.where, diagnostics);
        source && format != std::end(formats))
      append(*lineage, format->read(source, diagnostics));
  }
  if (diagnostics.errors() == before)
    check_lineage(*lineage, diagnostics);
  return lineage;
}

} // namespace libeval
