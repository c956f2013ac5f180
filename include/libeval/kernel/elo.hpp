// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include <cstdint>
#include <optional>
#include <span>

namespace libeval::kernel {

/// One side of a game: what `item` did against `other`, and how much of it moves the item's rating.
struct EloSide {
  std::uint32_t item = 0, other = 0;
  double result = 0; ///< 1 won, 0.5 even, 0 lost, or a share between
  double k = 0;      ///< points for a whole win more than expected; not negative
  double edge = 0;   ///< points that the item is ahead by beside its rating (at home)
};

struct EloRule {
  double scale = 400;        ///< so many points ahead is expected to win ten to one; above 0
  std::optional<int> digits; ///< the change of a rating in a period is rounded, halves away from 0
};

/// Elo's ratings (The Rating of Chessplayers, Past and Present, 1978) in the order of play. The
/// sides of period p are `sides[periods[p]]` up to `sides[periods[p + 1]]`, all judged by the
/// ratings before the period; each changes its item's rating by
///   k (result - 1 / (1 + 10^(-(r_item + edge - r_other) / scale))).
/// `ratings` are those at the start, one an item. `periods` is empty or begins with 0, ascends and
/// ends with the number of sides. O(items + sides).
[[nodiscard]] Eigen::VectorXd elo(Eigen::VectorXd ratings, std::span<const EloSide> sides,
                                  std::span<const std::uint32_t> periods, const EloRule& rule);

} // namespace libeval::kernel
