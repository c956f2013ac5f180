// SPDX-License-Identifier: Apache-2.0
#include "domain/unit_cut.hpp"

#include <limits>
#include <numeric>

namespace libeval {

void UnitCut::add(std::uint32_t from, std::uint32_t to, bool can_be_lost) {
  arcs_.push_back({from, to, can_be_lost});
}

std::vector<std::uint32_t> UnitCut::smallest(std::size_t most) const {
  constexpr std::uint32_t unseen = std::numeric_limits<std::uint32_t>::max();
  constexpr std::uint32_t plenty = unseen / 2;
  // Arc a appears as 2a (forward) and 2a + 1 (backward) at its two ends.
  std::vector<std::uint32_t> first(nodes_ + 1, 0), at(2 * arcs_.size()), room(2 * arcs_.size(), 0);
  for (const Arc& arc : arcs_) {
    ++first[arc.from + 1];
    ++first[arc.to + 1];
  }
  std::partial_sum(first.begin(), first.end(), first.begin());
  std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
  for (std::uint32_t a = 0; a < arcs_.size(); ++a) {
    at[next[arcs_[a].from]++] = 2 * a;
    at[next[arcs_[a].to]++] = 2 * a + 1;
    room[std::size_t{2} * a] = arcs_[a].can_be_lost ? 1 : plenty;
  }
  const auto head_of = [&](std::uint32_t half) {
    return half % 2 == 0 ? arcs_[half / 2].to : arcs_[half / 2].from;
  };
  std::vector<std::uint32_t> by(nodes_), queue;
  for (std::size_t flow = 0;; ++flow) {
    by.assign(nodes_, unseen);
    queue.assign(1, source_);
    for (std::size_t i = 0; i < queue.size() && by[sink_] == unseen; ++i)
      for (std::uint32_t k = first[queue[i]]; k < first[queue[i] + 1]; ++k) {
        const std::uint32_t to = head_of(at[k]);
        if (room[at[k]] == 0 || by[to] != unseen || to == source_)
          continue;
        by[to] = at[k];
        queue.push_back(to);
      }
    if (by[sink_] == unseen)
      break;
    if (flow == most)
      return {};
    bool lossy = false;
    for (std::uint32_t node = sink_; node != source_;) {
      const std::uint32_t half = by[node];
      lossy = lossy || room[half] < plenty / 2;
      --room[half];
      ++room[half ^ 1U];
      node = half % 2 == 0 ? arcs_[half / 2].from : arcs_[half / 2].to;
    }
    if (!lossy)
      return {};
  }
  std::vector<std::uint32_t> out;
  const auto reached = [&](std::uint32_t node) { return node == source_ || by[node] != unseen; };
  for (std::uint32_t a = 0; a < arcs_.size(); ++a)
    if (arcs_[a].can_be_lost && reached(arcs_[a].from) && !reached(arcs_[a].to))
      out.push_back(a);
  return out;
}

} // namespace libeval
