// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/select/transfer_count.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace libeval::transfer {

// What both ways of counting share, for any whole numbers and fractions that are exact.

using Group = std::vector<std::uint32_t>;

/// A decimal taken apart: `digits` times 10 to the power `exponent`.
struct Decimal {
  std::string digits;
  int exponent = 0;
};
/// The decimal that a double >= 0 stands for.
[[nodiscard]] Decimal decimal_of(double x);

/// 10 to the power `digits`.
template <class Integer>
[[nodiscard]] Integer power_of_ten(int digits) {
  Integer out = 1;
  for (; digits > 0; --digits)
    out *= 10;
  return out;
}

/// The decimal that a double >= 0 stands for, as a fraction.
template <class Rational, class Integer>
[[nodiscard]] Rational fraction_of(double x) {
  const Decimal decimal = decimal_of(x);
  const Integer number(decimal.digits), power = power_of_ten<Integer>(std::abs(decimal.exponent));
  return decimal.exponent < 0 ? Rational(number, power) : Rational(Integer(number * power));
}

/// The largest whole number up to x >= 0.
template <class Integer, class Rational>
[[nodiscard]] Integer floor_of(const Rational& x) {
  return numerator(x) / denominator(x);
}

/// Items by their votes, most first, equals in their order.
template <class Number>
[[nodiscard]] Group by_votes(Group items, const std::vector<Number>& votes) {
  std::ranges::stable_sort(items,
                           [&](std::uint32_t a, std::uint32_t b) { return votes[a] > votes[b]; });
  return items;
}

/// Who of equals goes first, the one with most votes (or `lowest`: fewest) in an earlier round,
/// then as `settle` says: several where nothing tells them apart. `history` has the votes of each
/// round.
template <class Number>
[[nodiscard]] Group
foremost(Group tied, bool lowest, const std::vector<std::vector<Number>>& history,
         const TransferRule& rule, const TieBreaker& settle, TransferRound& round) {
  if (rule.earlier != TransferRule::Earlier::none)
    for (std::size_t back = 1; back <= history.size() && tied.size() > 1; ++back) {
      const auto& votes =
          history[rule.earlier == TransferRule::Earlier::last ? history.size() - back : back - 1];
      Number best = votes[tied.front()];
      for (const std::uint32_t i : tied)
        best = lowest ? std::min(best, votes[i]) : std::max(best, votes[i]);
      const std::size_t before = tied.size();
      std::erase_if(tied, [&](std::uint32_t i) { return votes[i] != best; });
      round.by_earlier = round.by_earlier || tied.size() < before;
    }
  if (tied.size() > 1 && settle) {
    const auto groups = settle(tied);
    if (!groups.empty())
      tied = lowest ? groups.back() : groups.front();
  }
  return tied;
}

/// Places: the elected in turn, who is left by votes, who went out, the last to go first.
template <class Number>
[[nodiscard]] std::vector<Group> order_of(std::vector<Group> places, const Group& left,
                                          const std::vector<Number>& votes,
                                          const std::vector<Group>& gone) {
  const Group sorted = by_votes(left, votes);
  for (std::size_t k = 0; k < sorted.size(); ++k)
    if (k > 0 && votes[sorted[k]] == votes[sorted[k - 1]])
      places.back().push_back(sorted[k]);
    else
      places.push_back({sorted[k]});
  places.insert(places.end(), gone.rbegin(), gone.rend());
  return places;
}

} // namespace libeval::transfer
