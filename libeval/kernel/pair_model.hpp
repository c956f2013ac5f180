// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/kernel/bradley_terry.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <vector>

namespace libeval::kernel {

/// The likelihood of paired comparisons with all that a rule may ask: strengths, effects of
/// covariates and Davidson's log nu, in one vector of parameters in this order.
class PairModel {
public:
  using Covariates = const Eigen::Ref<const Eigen::MatrixXd>&;

  /// Keeps references to all that it is given.
  /// Throws std::invalid_argument for items out of range or sizes that do not fit.
  PairModel(std::size_t items, const std::vector<Comparison>& votes, Covariates covariates,
            const BradleyTerryRule& rule);

  [[nodiscard]] Eigen::Index size() const { return n_ + q_ + (davidson_ ? 1 : 0); }
  [[nodiscard]] Eigen::Index items() const { return n_; }
  [[nodiscard]] Eigen::Index effects() const { return q_; }
  [[nodiscard]] bool davidson() const { return davidson_; }
  [[nodiscard]] double total() const { return total_; }
  [[nodiscard]] double most() const { return most_; } ///< comparisons of the item that has most
  [[nodiscard]] double nu(const Eigen::VectorXd& p) const;
  /// Strengths only shift together where nothing is penalized: makes their sum 0.
  void center(Eigen::VectorXd& p) const;

  [[nodiscard]] double log_likelihood(const Eigen::VectorXd& p) const;
  [[nodiscard]] double penalty(const Eigen::VectorXd& p) const;
  /// Gradient of log-likelihood minus penalty; keeps the second derivatives for what follows.
  Eigen::VectorXd gradient(const Eigen::VectorXd& p);
  /// Minus the Hessian where the gradient was taken last: its diagonal, its product with a vector,
  /// and in full with what fixes the sum of the strengths.
  [[nodiscard]] Eigen::VectorXd diagonal() const;
  void times(const Eigen::VectorXd& in, Eigen::VectorXd& out) const;
  [[nodiscard]] Eigen::MatrixXd information() const;

  /// Adds what a vote on comparison k says (its score vector), times a factor.
  void add_score(const Eigen::VectorXd& p, std::size_t k, double score, double tie, double times,
                 Eigen::VectorXd& out) const;

private:
  /// Log odds of a over b without ties.
  [[nodiscard]] double lead(const Eigen::VectorXd& p, std::size_t k) const;

  Eigen::Index n_, q_;
  const std::vector<Comparison>& votes_;
  Covariates x_;
  const BradleyTerryRule& rule_;
  bool davidson_ = false;
  double total_ = 0, most_ = 0;
  Eigen::VectorXd observed_;
  std::vector<double> curve_; ///< of each comparison one, with ties three second derivatives
};

} // namespace libeval::kernel
