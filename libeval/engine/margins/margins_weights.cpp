// SPDX-License-Identifier: Apache-2.0
// The nearest weights under which somebody changes sides.
#include "engine/margins/near_weights.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace libeval {
namespace {

/// Two at the line who are level, and whom other weights part.
std::optional<std::pair<std::size_t, std::size_t>> level_pair(const MarginContext& context,
                                                              const LinearScore& score) {
  const std::vector<std::uint8_t> tied = tied_at_the_line(context);
  for (std::size_t a = 0; a < tied.size(); ++a)
    for (std::size_t b = a + 1; b < tied.size() && tied[a] != 0; ++b)
      if (tied[b] != 0) {
        const Numbers d = difference(score.of[a], score.of[b]);
        const auto [low, high] = std::ranges::minmax(d);
        if (high - low > score.tolerance)
          return std::pair(a, b);
      }
  return std::nullopt;
}

/// Where who goes on is a matter of the order by total alone: the nearest point of all planes on
/// which two from either side are level. `exact` if a decision on either side of it confirms that;
/// without shares where none can meet.
WeightMargin nearest_plane(const MarginContext& context, const LinearScore& score,
                           const char* norm) {
  const StageDecision& stage = context.decided();
  const Sides sides = sides_of(stage);
  WeightMargin best;
  best.norm = norm;
  best.distance = 1e300;
  for (const std::size_t a : sides.in)
    for (const std::size_t b : sides.rest) {
      const Numbers d = difference(score.of[b], score.of[a]);
      const double now = dot(d, score.shares);
      if (now >= 0 || *std::ranges::max_element(d) < -score.tolerance ||
          nearest_bound(d, now, norm) >= best.distance)
        continue;
      const Numbers w = nearest(score.shares, d, norm);
      if (w.empty())
        continue;
      if (const double at = distance(score.shares, w, norm); at < best.distance) {
        best.distance = at;
        best.shares = w;
        best.in = stage.entrants[b];
        best.out = stage.entrants[a];
      }
    }
  if (best.shares.empty())
    return best;
  const auto changes = [&](double t) {
    const Bundle changed = with_shares(context, score, along(score.shares, best.shares, t));
    const auto one = context.outcome(changed, best.in), other = context.outcome(changed, best.out);
    best.level = one == Outcome::held;
    return (one && *one != stage.outcomes[stage.entrant(best.in)]) ||
           (other && *other != Outcome::advances);
  };
  const double step = 1e-6;
  best.found = !changes(1 - step) && changes(1 + step) ? Found::exact : Found::search;
  return best;
}

} // namespace

void add_weight_margins(const MarginContext& context, StageMargins& out) {
  const auto score = linear_score(context);
  if (!score || context.options.stopped())
    return;
  out.parts = score->parts;
  out.shares = score->shares;
  const StageDecision& stage = context.decided();
  const bool plain = plain_line(context).has_value() && !score->rounded;
  if (const auto pair = plain ? level_pair(context, *score) : std::nullopt) {
    for (const char* norm : weight_norms)
      out.weights.push_back({norm, 0, score->shares, stage.entrants[pair->first],
                             stage.entrants[pair->second], true, Found::exact});
    return;
  }
  bool told = plain;
  for (const char* norm : weight_norms)
    if (WeightMargin one = plain ? nearest_plane(context, *score, norm) : WeightMargin{};
        !one.shares.empty()) {
      told = told && one.found == Found::exact;
      out.weights.push_back(std::move(one));
    }
  if (!told)
    out.weights = search_ways(context, *score);
}

} // namespace libeval
