// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/witness.hpp"

#include <algorithm>
#include <numeric>

namespace libeval {

Witnesses::Witnesses(const Lineup& lineup)
    : lineup_(lineup), ways_(lineup.field.in.size()),
      fewest_(ways_.size(), static_cast<std::int64_t>(ways_.size())), most_(ways_.size(), -1),
      ahead_(ways_.size(), std::vector<std::uint8_t>(ways_.size(), 0)) {}

std::size_t Witnesses::first_missed(std::size_t e, const std::vector<std::int64_t>& point) const {
  const std::size_t last = lineup_.put_out[e] ? lineup_.put_out[e]->step : nobody;
  const auto& hurdles = lineup_.contest.hurdles;
  std::size_t m = 0;
  while (m < hurdles.size() && hurdles[m].step < last && point[lineup_.clears[e][m]] != 0)
    ++m;
  return m;
}

void Witnesses::add(const std::vector<std::int64_t>& point) {
  const std::size_t n = ways_.size();
  std::vector<std::vector<Fraction>> standing(n);
  for (std::size_t e = 0; e < n; ++e)
    for (const std::vector<Linear>& key : lineup_.contest.keys)
      standing[e].push_back(value_at(key[e], point));
  const auto behind = [&](std::size_t a, std::size_t b) {
    return std::lexicographical_compare(standing[a].begin(), standing[a].end(), standing[b].begin(),
                                        standing[b].end());
  };
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return behind(b, a); });
  const auto takes_part = [&](std::size_t e) {
    const auto& passes = lineup_.field.if_passes[e];
    return lineup_.field.in[e] != 0 && (!passes || point[*passes] != 0);
  };
  std::int64_t in_field = 0;
  for (std::size_t i = 0, end = 0; i < n; i = end) { // those who are level
    std::int64_t level = 0;
    for (end = i; end < n && !behind(order[end], order[i]); ++end)
      level += takes_part(order[end]) ? 1 : 0;
    for (std::size_t j = i; j < end; ++j) {
      const std::size_t e = order[j];
      fewest_[e] = std::min(fewest_[e], static_cast<std::int64_t>(i));
      most_[e] = std::max(most_[e], static_cast<std::int64_t>(i));
      for (std::size_t d = i; d < n; ++d) {
        std::uint8_t& shown = ahead_[e][order[d]];
        shown = std::max<std::uint8_t>(shown, d < end ? 1 : 2);
      }
      if (takes_part(e))
        ways_[e].insert(
            {first_missed(e, point),
             {lineup_.contest.segment(in_field), lineup_.contest.segment(in_field + level - 1)}});
    }
    in_field += level;
  }
}

} // namespace libeval
