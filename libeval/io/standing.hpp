// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/mend.hpp"

#include <libeval/base/tree.hpp>
#include <libeval/domain/program.hpp>

#include <filesystem>

namespace libeval {

/// What stands of a bundle that has errors, and what does not.
struct Standing {
  Bundle bundle;
  Unread unread;
  bool fits = false; ///< the rules fit the language
};

/// Loads a bundle as `load_bundle` does, for those who want to look up names in it though it has
/// errors, which are not said again.
[[nodiscard]] Standing load_what_stands(const Tree& rules, const std::filesystem::path& folder);

} // namespace libeval
