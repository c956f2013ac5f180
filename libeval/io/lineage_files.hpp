// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/domain/policy.hpp>
#include <libeval/io/files.hpp>

#include <memory>
#include <vector>

namespace libeval {

/// Reads the files of a record of lineage, each in its format, and looks their names up together.
/// nullptr if there are no files.
[[nodiscard]] std::shared_ptr<const Lineage>
read_lineage_files(const std::vector<PolicyFile::LineageFile>& files, const Folder& folder,
                   Diagnostics& diagnostics);

/// A policy's file of license terms; none for no name.
[[nodiscard]] std::vector<LicenseTerms> read_terms_file(const std::string& file,
                                                        const Folder& folder, const Where& where,
                                                        Diagnostics& diagnostics);

/// A policy's tables of license compatibility, later ones over earlier; nullptr for no names.
[[nodiscard]] std::shared_ptr<const CompatibilityMatrix>
read_matrix_files(const std::vector<std::string>& files, const Folder& folder, const Where& where,
                  Diagnostics& diagnostics);

} // namespace libeval
