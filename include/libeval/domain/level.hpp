// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace libeval {

/// How strong a piece of evidence is, weakest first.
enum class Level : std::uint8_t {
  inferred,
  alleged,
  self_declared,
  corroborated,
  admitted,
  verified
};

/// Names as in the files.
[[nodiscard]] std::string_view to_string(Level level);
[[nodiscard]] Level level_from(std::string_view name); ///< precondition: a known name

} // namespace libeval
