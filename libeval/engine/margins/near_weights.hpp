// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/margins/margins.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace libeval {

/// Shares of the parts of a node, or a direction among them.
using Numbers = std::vector<double>;

/// In which distances of shares are told.
inline constexpr const char* weight_norms[] = {"L1", "L2", "Linf"};

[[nodiscard]] Numbers difference(const Numbers& a, const Numbers& b);
[[nodiscard]] double dot(const Numbers& a, const Numbers& b);
[[nodiscard]] double distance(const Numbers& a, const Numbers& b, const std::string& norm);

/// The point of the simplex with d.w >= 0 nearest to `from`; empty where there is none.
[[nodiscard]] Numbers nearest(const Numbers& from, const Numbers& d, const std::string& norm);

/// No weights nearer than this put `d.w` above 0: it changes by at most |change| times the dual
/// norm of d.
[[nodiscard]] double nearest_bound(const Numbers& d, double now, const std::string& norm);

/// The point so many steps on the way from one point of the simplex to another, or beyond.
[[nodiscard]] Numbers along(const Numbers& from, const Numbers& to, double t);

/// A copy with other shares of the node of a score.
[[nodiscard]] Bundle with_shares(const MarginContext& context, const LinearScore& score,
                                 const Numbers& shares);

/// Those who go on, and those who do not but might (entrants).
struct Sides {
  std::vector<std::size_t> in, rest;
};

[[nodiscard]] Sides sides_of(const StageDecision& stage);

/// Along many ways through the weights, the first point at which somebody else goes on: the nearest
/// of them in each norm. A nearer one elsewhere is not excluded.
[[nodiscard]] std::vector<WeightMargin> search_ways(const MarginContext& context,
                                                    const LinearScore& score);

} // namespace libeval
