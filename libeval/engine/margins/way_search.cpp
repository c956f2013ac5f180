// SPDX-License-Identifier: Apache-2.0
// Other weights where more than an order by total decides: tried along many ways.
#include "engine/margins/near_weights.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace libeval {
namespace {

class WaySearch {
public:
  WaySearch(const MarginContext& context, const LinearScore& score)
      : context_(context), score_(score), stage_(context.decided()) {
    for (const char* norm : weight_norms) {
      WeightMargin one;
      one.norm = norm;
      one.distance = 1e300;
      one.found = Found::search;
      best_.push_back(std::move(one));
    }
  }

  std::vector<WeightMargin> search() {
    for (const Numbers& way : ways())
      look_along(way);
    std::erase_if(best_, [](const WeightMargin& one) { return one.shares.empty(); });
    return std::move(best_);
  }

private:
  using Change = std::pair<std::size_t, std::size_t>; ///< in, out: as in WeightMargin

  static constexpr std::size_t most_pairs = 8;
  static constexpr int steps = 8;

  /// Towards each part and away from it, and where pairs from either side are level and as far
  /// again.
  [[nodiscard]] std::vector<Numbers> ways() const {
    std::vector<Numbers> out;
    const Numbers& from = score_.shares;
    for (std::size_t k = 0; k < from.size(); ++k) {
      if (!(from[k] < 1))
        continue;
      Numbers towards(from.size(), 0);
      towards[k] = 1;
      out.push_back(std::move(towards));
      Numbers away = from;
      away[k] = 0;
      out.push_back(along(away, away, 0));
    }
    struct Pair {
      double bound;
      Numbers d;
    };
    std::vector<Pair> pairs;
    const Sides sides = sides_of(stage_);
    for (const std::size_t a : sides.in)
      for (const std::size_t b : sides.rest) {
        Numbers d = difference(score_.of[b], score_.of[a]);
        const double now = dot(d, from);
        if (now < 0 && *std::ranges::max_element(d) > 0)
          pairs.push_back({nearest_bound(d, now, "L2"), std::move(d)});
      }
    std::ranges::stable_sort(pairs, {}, &Pair::bound);
    if (pairs.size() > most_pairs)
      pairs.resize(most_pairs);
    for (const Pair& pair : pairs)
      for (const char* norm : weight_norms)
        if (const Numbers w = nearest(from, pair.d, norm); !w.empty())
          out.push_back(along(from, w, 2));
    return out;
  }

  [[nodiscard]] bool is_nearer(const Numbers& shares) const {
    return std::ranges::any_of(best_, [&](const WeightMargin& one) {
      return distance(score_.shares, shares, one.norm) < one.distance;
    });
  }

  void look_along(const Numbers& way) {
    const auto at = [&](double t) { return along(score_.shares, way, t); };
    double same = 0;
    for (int i = 1; i <= steps && is_nearer(at(same)); ++i) {
      const double t = double(i) / steps;
      const auto between = [&](double share) { return at(same + share * (t - same)); };
      if (const auto share = bisect([&](double s) { return change(between(s)).has_value(); }))
        return keep(between(*share));
      same = t;
    }
  }

  void keep(const Numbers& shares) {
    const auto what = change(shares);
    for (WeightMargin& one : best_)
      if (const double d = distance(score_.shares, shares, one.norm); what && d < one.distance) {
        one.distance = d;
        one.shares = shares;
        one.in = what->first;
        one.out = what->second;
      }
  }

  /// Who goes on under other weights and does not now, and the other way round; none if nobody.
  [[nodiscard]] std::optional<Change> change(const Numbers& shares) const {
    const auto other = context_.decide_changed(with_shares(context_, score_, shares));
    Change out{nobody, nobody};
    for (std::size_t e = 0; other && e < stage_.entrants.size(); ++e) {
      const std::size_t there = other->entrant(stage_.entrants[e]);
      const bool now = stage_.outcomes[e] == Outcome::advances,
                 then = there != nobody && other->outcomes[there] == Outcome::advances;
      if (std::size_t& who = then ? out.first : out.second; then != now && who == nobody)
        who = stage_.entrants[e];
    }
    return out == Change{nobody, nobody} ? std::nullopt : std::optional(out);
  }

  const MarginContext& context_;
  const LinearScore& score_;
  const StageDecision& stage_;
  std::vector<WeightMargin> best_; ///< by norm
};

} // namespace

std::vector<WeightMargin> search_ways(const MarginContext& context, const LinearScore& score) {
  return WaySearch(context, score).search();
}

} // namespace libeval
