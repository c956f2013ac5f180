// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/kernel/ballots.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace libeval {

/// How ballots are counted when candidates are elected at a quota and the last goes out: instant
/// run-off for one seat, single transferable vote for several.
struct TransferRule {
  std::size_t seats = 1;
  /// droop: floor(votes / (seats + 1)) + 1; droop_exact: more than votes / (seats + 1); hare: at
  /// least votes / seats; number: at least so many.
  enum class Quota { droop, droop_exact, hare, number } quota = Quota::droop;
  double number = 0;
  bool active = false; ///< votes = those that have not run out yet, anew in each round
  /// Transfer values are cut after so many decimals; none: exact fractions.
  std::optional<int> digits;
  /// Of equal votes: who had fewer at the latest (or first) earlier round that tells them apart.
  enum class Earlier { none, last, first } earlier = Earlier::none;
};

/// One round: whose votes were passed on, what everybody had after that, and what followed.
struct TransferRound {
  enum class Kind { first_preferences, surplus, exclusion } kind = Kind::first_preferences;
  std::vector<std::uint32_t> from; ///< whose votes were passed on
  double quota = 0;
  std::vector<double>
      votes;            ///< one an item; elected ones keep the quota once their surplus is gone
  double exhausted = 0; ///< votes that name nobody who is left
  double lost = 0;      ///< by cutting decimals
  std::vector<std::uint32_t> elected;  ///< in this round, most votes first
  std::vector<std::uint32_t> excluded; ///< whose votes the next round passes on
  bool by_earlier = false;             ///< an earlier round told equals apart
};

/// A whole count. `places`: who was elected first stands first, who went out first last; equal ones
/// share a place. A tie that nothing settles ends the count: `tied` of whom `needed` ...
struct TransferCount {
  std::vector<TransferRound> rounds;
  std::vector<std::vector<std::uint32_t>> order; ///< groups, best first
  std::vector<std::uint32_t> elected;            ///< in the order of their election
  std::vector<std::uint32_t> tied; ///< not empty: the count stopped at a tie that nothing settles
};

/// Settles a tie: the items in order, best first, in groups that are still equal.
using TieBreaker =
    std::function<std::vector<std::vector<std::uint32_t>>(const std::vector<std::uint32_t>&)>;

/// Counts. Votes go to the first on a ballot who is neither elected nor out; items tied on a ballot
/// share it equally. Surpluses go before exclusions, the largest first, and all the ballots of the
/// elected pass on, each at its value times surplus / votes (weighted inclusive Gregory). Then the
/// last goes out; several who are equally last go together where all their votes are fewer than
/// those of the next and enough remain, for then their order does not matter. Where no more remain
/// than seats, all of them are elected. Arithmetic is exact. O(rounds * ballots).
[[nodiscard]] TransferCount count_transfers(const kernel::Ballots& ballots,
                                            const TransferRule& rule, const TieBreaker& settle);

} // namespace libeval
