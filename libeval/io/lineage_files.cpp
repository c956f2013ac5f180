// SPDX-License-Identifier: Apache-2.0
#include "io/lineage_files.hpp"

#include <libeval/domain/license.hpp>
#include <libeval/domain/read_lineage.hpp>
#include <libeval/io/import.hpp>
#include <libeval/io/matrix.hpp>
#include <libeval/io/parse.hpp>

#include <utility>
#include <vector>

namespace libeval {
namespace {

using Source = std::shared_ptr<const SourceText>;

Lineage read_own_format(const Source& source, Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.errors();
  const Tree tree = parse(source, diagnostics);
  return diagnostics.errors() > before ? Lineage{} : read_lineage(tree, diagnostics);
}

/// A lineage file, or what is imported from another format.
Lineage read_one(const PolicyFile::LineageFile& file, const Source& source,
                 Diagnostics& diagnostics) {
  if (file.format.empty())
    return read_own_format(source, diagnostics);
  return import_lineage(source, {import_format_from(file.format), file.model}, diagnostics);
}

/// Licenses are expressions; what is none is said once, where it stands.
void check_licenses(const Lineage& lineage, Diagnostics& diagnostics) {
  for (const LineageNode& node : lineage.nodes)
    for (const LicenseClaim& claim : node.licenses)
      (void)parse_license_field(claim.expression, LicenseGrammar::spdx_3_0, claim.where,
                                diagnostics);
}

} // namespace

std::shared_ptr<const Lineage> read_lineage_files(const std::vector<PolicyFile::LineageFile>& files,
                                                  const Folder& folder, Diagnostics& diagnostics) {
  if (files.empty())
    return nullptr;
  auto lineage = std::make_shared<Lineage>();
  std::vector<Lineage> imported; // one's own record says most; the others add to it
  const std::size_t before = diagnostics.errors();
  for (const PolicyFile::LineageFile& file : files) {
    const auto source = folder.read_text(file.file, file.where, diagnostics);
    if (!source)
      continue;
    Lineage part = read_one(file, source, diagnostics);
    if (file.format.empty())
      append(*lineage, std::move(part));
    else
      imported.push_back(std::move(part));
  }
  for (Lineage& part : imported)
    merge_lineage(*lineage, std::move(part));
  check_licenses(*lineage, diagnostics);
  if (diagnostics.errors() == before)
    check_lineage(*lineage, diagnostics);
  return lineage;
}

std::vector<LicenseTerms> read_terms_file(const std::string& file, const Folder& folder,
                                          const Where& where, Diagnostics& diagnostics) {
  const auto source = file.empty() ? nullptr : folder.read_text(file, where, diagnostics);
  if (!source)
    return {};
  const std::size_t before = diagnostics.errors();
  const Tree tree = parse(source, diagnostics);
  return diagnostics.errors() > before ? std::vector<LicenseTerms>{}
                                       : read_license_terms(tree, diagnostics);
}

std::shared_ptr<const CompatibilityMatrix> read_matrix_files(const std::vector<std::string>& files,
                                                             const Folder& folder,
                                                             const Where& where,
                                                             Diagnostics& diagnostics) {
  if (files.empty())
    return nullptr;
  auto matrix = std::make_shared<CompatibilityMatrix>();
  for (const std::string& file : files)
    if (const auto source = folder.read_text(file, where, diagnostics))
      merge(*matrix, read_matrix(source, diagnostics));
  return matrix;
}

} // namespace libeval
