// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace libeval::kernel {

/// Methods on a tally: entry (i, j) is the weight of those who prefer i to j (see `tally`). Counts
/// that differ by less than 1e-9 of the largest are equal.
using Tally = const Eigen::Ref<const Eigen::MatrixXd>&;

/// Pairwise victories, with `tie` for each pair that is even.
[[nodiscard]] Eigen::VectorXd copeland(Tally tally, double tie = 0.5); // O(n^2)

/// How strong a victory of i over j is: the votes for it, or those less the votes against.
enum class Strength { winning_votes, margins };

/// Who stands before whom, and the place that follows: 1 + how many stand before.
struct Relation {
  std::vector<std::uint32_t> place;
  Eigen::MatrixXd paths; ///< schulze: the strongest path of each pair
  /// ranked_pairs: pairs of equal strength that contradict each other; none of them is locked.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> contradicting;
};

/// Schulze (2011): i before j where the strongest path from i to j is stronger than the one back; a
/// path is as strong as its weakest victory. O(n^3).
[[nodiscard]] Relation schulze(Tally tally, Strength strength = Strength::winning_votes);

/// Tideman's ranked pairs (1987): victories are locked from the strongest down, unless they
/// contradict what is locked; of equal votes the one with fewer votes against is the stronger.
/// Victories still equal are taken together: those that would close a circle with each other and
/// with what is locked are left out and listed (the result does not depend on the order of
/// candidates). O(n^4) at worst, O(n^3) without equal victories.
[[nodiscard]] Relation ranked_pairs(Tally tally, Strength strength = Strength::winning_votes);

/// Kemeny (1959): the orders that contradict the fewest votes.
struct Kemeny {
  std::vector<std::uint32_t> order;                   ///< the first of the best orders
  double cost = 0;                                    ///< votes that it contradicts
  double optima = 0;                                  ///< how many orders are best; 0 = not counted
  bool unique = false;                                ///< there is but one
  std::vector<std::uint32_t> best_place, worst_place; ///< over all best orders; empty: not known
  std::vector<double> mean_place;                     ///< likewise
  std::size_t largest_part = 0; ///< size of the largest set that had to be searched
  bool proven = false;          ///< false: no solver for so many
};

/// What a search over one part says; `optima`, places as above, `order` in positions of the part.
using KemenySolver = std::function<Kemeny(const Eigen::MatrixXd& tally)>;

/// Exact. Candidates are first parted so that a majority puts everybody of a part before everybody
/// of the next (Truchon 1998), which every best order does too; then each part of up to
/// `by_subsets`
/// (<= 22) candidates is solved over its subsets in O(2^k k) time and memory O(2^k), which also
/// counts the optima, and larger parts by `solver`. Of several best orders `order` is the first by
/// item numbers where the solver does so too.
[[nodiscard]] Kemeny kemeny(Tally tally, std::size_t by_subsets = 20,
                            const KemenySolver& solver = {});

/// Votes that an order contradicts.
[[nodiscard]] double kemeny_cost(Tally tally, const std::vector<std::uint32_t>& order);

} // namespace libeval::kernel
