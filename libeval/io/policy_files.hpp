// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/domain/policy.hpp>
#include <libeval/io/files.hpp>

#include <optional>
#include <string>

namespace libeval {

/// A policy file of a bundle with the files it names: findings, lineage, license terms, matrices.
/// Findings dated after `as_of` (empty: none) are left out. Where some of it cannot be read, the
/// rest is, so that all that is wrong is told; nothing where not even its rules can be named.
[[nodiscard]] std::optional<PolicyFile> read_policy_file(const std::string& path,
                                                         const Where& where, const Folder& folder,
                                                         const std::string& as_of,
                                                         Diagnostics& diagnostics);

} // namespace libeval
