// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace libeval {

/// Writes a small commented bundle into a new or empty folder and returns the files written,
/// relative to it. A folder with anything in it is refused (nothing is written), and one that
/// cannot be written to.
std::vector<std::string> write_new_bundle(const std::filesystem::path& folder,
                                          Diagnostics& diagnostics);

/// What was written, as JSON: `{"folder": ..., "files": [...]}`.
[[nodiscard]] std::string new_bundle_json(const std::filesystem::path& folder,
                                          const std::vector<std::string>& files);

} // namespace libeval
