// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/assign.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace libeval::kernel {

Assignment deferred_acceptance(const std::vector<std::vector<std::uint32_t>>& lists,
                               const std::vector<std::vector<std::uint32_t>>& ranks,
                               const std::vector<std::size_t>& places, bool last_first) {
  const std::size_t n = lists.size();
  using Kept = std::pair<std::uint32_t, std::uint32_t>; // rank, then what tells equals apart
  const auto name = [&](std::uint32_t i) {              // its own inverse
    return last_first ? static_cast<std::uint32_t>(n - 1) - i : i;
  };
  Assignment out{std::vector<std::uint32_t>(n, unassigned), {}};
  std::vector<std::set<Kept>> kept(places.size());
  std::vector<std::vector<std::uint32_t>> turned_away(places.size());
  std::vector<std::size_t> next(n, 0);
  std::vector<std::uint32_t> asking(n);
  for (std::uint32_t i = 0; i < n; ++i)
    asking[i] = static_cast<std::uint32_t>(n - 1) - i;
  while (!asking.empty()) {
    const std::uint32_t i = asking.back();
    asking.pop_back();
    if (next[i] == lists[i].size())
      continue;
    const std::uint32_t j = lists[i][next[i]++];
    std::uint32_t refused = i;
    if (ranks[j][i] != unassigned) {
      kept[j].emplace(ranks[j][i], name(i));
      refused = unassigned;
      if (kept[j].size() > places[j]) {
        refused = name(std::prev(kept[j].end())->second);
        kept[j].erase(std::prev(kept[j].end()));
        turned_away[j].push_back(refused);
      }
    }
    if (refused != unassigned)
      asking.push_back(refused);
  }
  for (std::uint32_t j = 0; j < kept.size(); ++j) {
    for (const auto& [rank, named] : kept[j])
      out.acceptor[name(named)] = j;
    if (!kept[j].empty())
      for (const std::uint32_t i : turned_away[j])
        if (ranks[j][i] == std::prev(kept[j].end())->first)
          out.contested.push_back(i);
  }
  std::ranges::sort(out.contested);
  out.contested.erase(std::unique(out.contested.begin(), out.contested.end()), out.contested.end());
  return out;
}

} // namespace libeval::kernel
