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
  /// What of the elected passes on, and at which value. weighted: all papers, each at its value
  /// times surplus / votes (Scotland); papers: all papers at surplus / papers (Australian Senate);
  /// last_parcel: those received last, at surplus / papers (Ireland's Seanad, Northern Ireland,
  /// Hare-Clark); meek: every candidate keeps a share of each paper and the rest goes on, see
  /// `count_meek`.
  enum class Transfer { weighted, papers, last_parcel, meek } transfer = Transfer::weighted;
  /// The surplus is divided by papers that name somebody who is left; the others stay.
  bool by_transferable = false;
  /// Transfer values are cut after so many decimals; none: exact fractions. meek: all arithmetic.
  std::optional<int> digits;
  /// The votes that a candidate gets at one value are cut after so many decimals.
  std::optional<int> vote_digits;
  /// The papers of who goes out: all in one round, or a round for those of each value, the highest
  /// first (and before them one for first preferences), or for those of each round they came in.
  enum class Exclude {
    at_once,
    by_value,
    firsts_then_values,
    by_parcel
  } exclude = Exclude::at_once;
  bool earliest_surplus = false; ///< of an earlier round first, then the largest
  bool defer = false;            ///< surpluses wait where they cannot change who goes out next
  bool together = false;         ///< as many go out as together have fewer votes than the next
  bool early = false;            ///< the last seats are filled as soon as they are sure
  /// Of equal votes: who had fewer at the latest (or first) earlier round that tells them apart.
  enum class Earlier { none, last, first } earlier = Earlier::none;
  double tolerance = 1e-6; ///< meek: surpluses that are together below it are none
};

/// One round: whose votes were passed on, what everybody had after that, and what followed.
struct TransferRound {
  enum class Kind { first_preferences, surplus, exclusion } kind = Kind::first_preferences;
  std::vector<std::uint32_t> from; ///< whose votes were passed on
  std::optional<double> value;     ///< of each paper (weighted: its value times this), if one
  double quota = 0;
  std::vector<double>
      votes;                ///< one an item; elected ones keep the quota once their surplus is gone
  std::vector<double> keep; ///< meek: the share of each paper that an item keeps
  double exhausted = 0;     ///< votes that name nobody who is left, or that nobody could be given
  double lost = 0;          ///< by cutting decimals
  std::vector<std::uint32_t> elected;  ///< in this round, most votes first
  std::vector<std::uint32_t> excluded; ///< whose votes the next round passes on
  bool by_earlier = false;             ///< an earlier round told equals apart
};

/// A whole count. Who was elected first stands first in `order`, who went out first last; equal
/// ones share a place.
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
/// share it equally. Surpluses go before exclusions, the largest first. Papers go at a value never
/// above the one they had (but under `papers`, where all papers divide the surplus alike). Then the
/// last goes out; several who are equally last go together where all their votes are fewer than
/// those of the next and enough remain, for then their order does not matter. Whoever reaches the
/// quota gets no more. Where no more remain than seats, all of them are elected. Arithmetic is
/// exact. O(rounds * ballots).
[[nodiscard]] TransferCount count_transfers(const kernel::Ballots& ballots,
                                            const TransferRule& rule, const TieBreaker& settle);

/// Meek's method (1969) in fixed decimals, as New Zealand's Local Electoral Regulations 2001,
/// Schedule 1A, and the reference rule of the Proportional Representation Foundation have it: a
/// candidate keeps the share `keep` of what is left of each paper, the next on it its share of the
/// rest, and so on, also past the elected. Shares are 1, of the elected as small as leaves them the
/// quota, of who is out 0; they are multiplied by quota / votes (kept and passed values rounded up)
/// until the surpluses are together below `tolerance`, or no longer shrink. The quota is that of
/// the votes that still count, anew each time; droop_exact is the fraction cut plus one unit of the
/// last decimal. Then the last goes out; those no further from the last than the surpluses are
/// equal. One round until somebody is elected or goes out. `digits` absent: 9.
/// O(rounds * iterations * ballots), at most 10000 iterations a round.
[[nodiscard]] TransferCount count_meek(const kernel::Ballots& ballots, const TransferRule& rule,
                                       const TieBreaker& settle);

} // namespace libeval
