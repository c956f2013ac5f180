// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/Core>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace libeval::kernel {

/// How often a was preferred to b, b to a, and neither. Counts may be broken (weights); all >= 0.
struct Comparison {
  std::uint32_t a = 0, b = 0; ///< items, a != b
  double a_wins = 0, b_wins = 0, ties = 0;
};

/// What is asked of a fit of paired comparisons.
struct BradleyTerryRule {
  /// What a tie says: half a win for each side; or Davidson (1970), whose model has a parameter
  /// for how easily two equals tie.
  enum class Ties { half, davidson } ties = Ties::half;
  /// Penalty ridge / 2 * sum of squared strengths (around 0) and effects; 0 = maximum likelihood.
  double ridge = 0;
  /// Stops where no component of the gradient of the log-likelihood exceeds this share of the
  /// comparisons of the item that has most (or 1e-10 comparisons, whichever is more).
  double gradient = 1e-14;
  std::size_t iterations = 200;
};

/// Strengths on the scale of natural logarithms, mean 0: a is preferred to b with the odds
/// exp(strength_a - strength_b + effects . x), where x are the covariates of the comparison.
struct BradleyTerry {
  Eigen::VectorXd strength;
  Eigen::VectorXd effects;   ///< one a covariate
  double tie = 0;            ///< Davidson's nu; two equals tie nu / (2 + nu) of the time
  double log_likelihood = 0; ///< without the penalty and without constants
  double gradient = 0;       ///< largest component left
  std::size_t iterations = 0;
  bool converged = false; ///< false: no finite estimate, or it was not reached
};

/// Maximum likelihood by Newton's method (Cholesky for up to 64 parameters, conjugate gradients
/// with a diagonal preconditioner beyond), with halved steps where the likelihood would fall.
/// `covariates` has one row a comparison (or none): a column of 1 where a is at home is a home
/// term. Several comparisons of the same two items may stand.
/// An estimate exists where the items are strongly connected by "was preferred to or tied with"
/// (Ford 1957) and, with covariates, the data do not separate them; the caller checks the first.
/// Without any tie nu is 0. `start` (strengths of an earlier fit) saves steps.
/// Throws std::invalid_argument for items out of range or sizes that do not fit.
/// O(comparisons) an iteration and step of conjugate gradients.
[[nodiscard]] BradleyTerry bradley_terry(std::size_t items, const std::vector<Comparison>& votes,
                                         const Eigen::Ref<const Eigen::MatrixXd>& covariates,
                                         const BradleyTerryRule& rule,
                                         const Eigen::VectorXd* start = nullptr);

/// Covariances of strengths (deviations from their mean) and effects, in that order, then of log
/// nu where it was fitted: the inverse information, and the sandwich of Huber (1967) and White
/// (1982), which holds where the model does not. Each comparison counts as its own observation,
/// or, with `clusters` (one a comparison, from 0), all of one cluster as one. O(n^3).
struct BradleyTerryCovariance {
  Eigen::MatrixXd information, sandwich;
};
[[nodiscard]] BradleyTerryCovariance
bradley_terry_covariance(std::size_t items, const std::vector<Comparison>& votes,
                         const Eigen::Ref<const Eigen::MatrixXd>& covariates,
                         const BradleyTerryRule& rule, const BradleyTerry& fit,
                         const std::vector<std::uint32_t>& clusters = {});

/// Strengths of fits to resampled votes: replicates first ... first + replicates - 1, of which each
/// draws as many votes as there are, with replacement, from the stream (seed, replicate, source
/// 0x42540000); counts must be whole numbers. One column a replicate, whatever else is drawn. A
/// replicate whose votes leave somebody without win or loss has no finite estimate: it is fitted
/// with `fallback_ridge`, and counted.
struct BradleyTerryBootstrap {
  Eigen::MatrixXd strength; ///< items x replicates
  std::size_t without_estimate = 0;
};
[[nodiscard]] BradleyTerryBootstrap
bradley_terry_bootstrap(std::size_t items, const std::vector<Comparison>& votes,
                        const Eigen::Ref<const Eigen::MatrixXd>& covariates,
                        const BradleyTerryRule& rule, const BradleyTerry& fit,
                        std::size_t replicates, std::uint64_t seed, std::size_t first = 0,
                        double fallback_ridge = 1e-3);

/// Place of each item among estimates with limits: 1 + how many lie wholly above it.
[[nodiscard]] std::vector<std::uint32_t> rank_by_limits(const Eigen::VectorXd& lower,
                                                        const Eigen::VectorXd& upper);

/// Comparisons of the same two items added up (lower item first), sorted by items.
[[nodiscard]] std::vector<Comparison> add_up(std::size_t items,
                                             const std::vector<Comparison>& votes);

/// Adds comparisons up as they come, without keeping each where pairs are few.
class PairCounts {
public:
  /// `expected`: about how many will come.
  PairCounts(std::size_t items, std::size_t expected);
  /// Precondition: both items are below `items`.
  void add(const Comparison& vote);
  /// What `add_up` says of all that came.
  [[nodiscard]] std::vector<Comparison> take() &&;

private:
  std::size_t items_;
  std::vector<std::uint32_t> at_; ///< of each two the position in `votes_` plus one; or empty
  std::vector<Comparison> votes_;
};

} // namespace libeval::kernel
