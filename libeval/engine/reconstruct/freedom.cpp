// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/freedom.hpp"

#include <algorithm>
#include <map>

namespace libeval {
namespace {

constexpr std::uint64_t prime = (std::uint64_t{1} << 61) - 1;

std::uint64_t residue(std::int64_t x) {
  const auto p = static_cast<std::int64_t>(prime);
  const std::int64_t r = x % p;
  return static_cast<std::uint64_t>(r < 0 ? r + p : r);
}

__extension__ using Product = unsigned __int128;

std::uint64_t times(std::uint64_t a, std::uint64_t b) {
  return static_cast<std::uint64_t>(Product{a} * b % prime);
}

std::uint64_t inverse(std::uint64_t x) {
  std::uint64_t out = 1;
  for (std::uint64_t e = prime - 2; e != 0; e >>= 1) {
    if (e % 2 == 1)
      out = times(out, x);
    x = times(x, x);
  }
  return out;
}

using Sparse = std::map<std::uint32_t, std::uint64_t>;

/// A growing set of independent equations, each with a leading unknown of its own.
class Equations {
public:
  /// Whether the equation says something new.
  bool add(Sparse row) {
    while (!row.empty()) {
      const auto [lead, factor] = *row.begin();
      const auto at = by_lead_.find(lead);
      if (at == by_lead_.end()) {
        const std::uint64_t by = inverse(factor);
        for (auto& [v, x] : row)
          x = times(x, by);
        by_lead_.emplace(lead, std::move(row));
        return true;
      }
      for (const auto& [v, x] : at->second) {
        std::uint64_t& mine = row[v];
        mine = (mine + prime - times(factor, x)) % prime;
        if (mine == 0)
          row.erase(v);
      }
    }
    return false;
  }

private:
  std::map<std::uint32_t, Sparse> by_lead_;
};

Sparse sparse(const Linear& x) {
  Sparse out;
  for (const auto& [v, factor] : x.terms)
    out[v] = times(residue(factor.above), inverse(residue(factor.below)));
  std::erase_if(out, [](const auto& term) { return term.second == 0; });
  return out;
}

Sparse sparse(const Row& row) {
  Sparse out;
  for (const auto& [v, factor] : row.terms)
    out[v] = (out[v] + residue(factor)) % prime;
  std::erase_if(out, [](const auto& term) { return term.second == 0; });
  return out;
}

} // namespace

std::vector<std::size_t> degrees_of_freedom(const Knowledge& k, const std::vector<Linear>& fixed) {
  Equations equations;
  for (const Row& row : k.system.rows)
    if (row.low && row.high && *row.low == *row.high && !row.terms.empty())
      equations.add(sparse(row));
  for (const Linear& x : fixed)
    equations.add(sparse(x));
  std::size_t deepest = 0;
  for (const Knowledge::Node& node : k.nodes)
    deepest = std::max(deepest, node.depth);
  std::vector<std::size_t> out;
  for (std::size_t depth = 1; depth <= std::max<std::size_t>(1, deepest); ++depth) {
    // Scores at this depth that the equations and the scores before them leave open.
    Equations so_far = equations;
    std::size_t free = 0;
    for (std::size_t i = 0; i < k.nodes.size(); ++i) {
      const bool leaf = std::ranges::none_of(
          k.nodes, [&](const Knowledge::Node& other) { return other.parent == i; });
      if (k.nodes[i].depth != depth && !(leaf && k.nodes[i].depth < depth))
        continue;
      for (const Linear& x : k.scores[i])
        free += so_far.add(sparse(x)) ? 1 : 0;
    }
    out.push_back(free);
  }
  return out;
}

} // namespace libeval
