// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace libeval {

/// A part of a whole as a rule writes it, kept as two numbers so that two thirds of 114 are 76.
struct Share {
  double part = 0, whole = 1;
  bool percent = false; ///< written with `%`, not as a fraction

  /// The share of x.
  [[nodiscard]] double of(double x) const { return part * x / whole; }
};

/// `60%`, `12.5%` or `2/3`: digits with at most one point, then `%` or `/` and a whole number above
/// zero. The whole text must be the share.
[[nodiscard]] std::optional<Share> parse_share(std::string_view text);

/// As written; a whole of 1 as a plain number.
[[nodiscard]] std::string format_share(const Share& share);

/// What `parse_share` reads, as a regular expression, for schemas.
inline constexpr std::string_view share_pattern = R"(^[0-9]+(\.[0-9]+)?(%|/[1-9][0-9]*)$)";

} // namespace libeval
