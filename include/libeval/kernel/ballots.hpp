// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace libeval::kernel {

/// Ranked ballots over items 0 ... items - 1. Ballot b lists `listed[offsets[b]]` ...
/// `listed[offsets[b + 1] - 1]`, best first, no item twice; `level` ascends along a ballot and is
/// equal for tied items. An item that a ballot does not list is unlisted there.
struct Ballots {
  std::size_t items = 0;
  std::vector<std::uint32_t> offsets{0};
  std::vector<std::uint32_t> listed, level;
  std::vector<double> weight; ///< one a ballot, >= 0

  [[nodiscard]] std::size_t count() const { return offsets.size() - 1; }
};

/// What a ballot says about items that it does not list: all of them are below all it lists, or
/// nothing at all.
enum class Unlisted { last, ignored };

/// Entry (i, j): the weight of ballots that put i above j. O(sum of squared lengths), and
/// O(ballots * items) where unlisted items are last.
[[nodiscard]] Eigen::MatrixXd tally(const Ballots& ballots, Unlisted unlisted);

/// Positional scores: the item at place k of a ballot gets points[k] (k from 0, one number an
/// item); tied items share the mean of the points of the places they fill. Unlisted items that are
/// last share the points of the places that are left; ignored ones get 0.
/// `from_below`: a ballot that lists m items gives the points of the last m places (a place m th
/// from below is worth what it is worth on a whole ballot) instead of the first.
/// Weighted sum over ballots. O(sum of lengths + items).
[[nodiscard]] Eigen::VectorXd positional(const Ballots& ballots, const std::vector<double>& points,
                                         Unlisted unlisted, bool from_below = false);

/// Weight of the ballots that list an item at a place up to `places` (0 = at any). A tie at the
/// line counts for all.
[[nodiscard]] Eigen::VectorXd approvals(const Ballots& ballots, std::size_t places = 0);

/// Plackett (1975) and Luce (1959): strengths (logarithms, mean 0) such that a ballot is made by
/// choosing the best of all, the best of the rest and so on, each in proportion to exp(strength).
struct PlackettLuce {
  Eigen::VectorXd strength;
  Eigen::MatrixXd covariance; ///< of deviations from the mean; empty where not asked for
  double log_likelihood = 0, gradient = 0;
  std::size_t iterations = 0;
  bool converged = false;
};

/// Maximum likelihood by Newton's method with conjugate gradients; stops as bradley_terry does.
/// Truncated ballots are complete in themselves: what is chosen from includes the unlisted items
/// where they are last, and not where they are ignored. Of items tied no order is known: the
/// ballot's probability is that of all orders of the tied together (so at the end of a ballot they
/// add nothing). `ridge` as in BradleyTerryRule. Exists where items are strongly connected by
/// "above on some ballot" (the caller checks). O(sum of lengths) an iteration and step of conjugate
/// gradients (a hundred times that for items tied before the end), plus items a ballot where
/// unlisted are last; O(items) times that for the covariance.
[[nodiscard]] PlackettLuce plackett_luce(const Ballots& ballots, Unlisted unlisted, double ridge,
                                         bool covariance);

} // namespace libeval::kernel
