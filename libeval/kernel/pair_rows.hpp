// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/kernel/bradley_terry.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace libeval::kernel {

/// The likelihood of Bradley and Terry with strengths alone (a tie is half a win for each side), on
/// comparisons laid out for passes at the speed of memory: row by row the pairs of an item with
/// those after it, all of them where many pairs were compared, else only those that were.
class PairRows {
public:
  /// Comparisons as `add_up` leaves them: lower item first, sorted, no pair twice.
  PairRows(std::size_t items, const std::vector<Comparison>& votes, double ridge);

  /// Other counts of the same comparisons.
  void recount(const std::vector<Comparison>& votes);

  [[nodiscard]] Eigen::Index size() const { return n_; }
  [[nodiscard]] double total() const { return total_; }
  [[nodiscard]] double most() const { return most_; } ///< votes on the item that has most
  void center(Eigen::VectorXd& p) const;

  [[nodiscard]] double log_likelihood(const Eigen::VectorXd& p) const;
  [[nodiscard]] double penalty(const Eigen::VectorXd& p) const;
  /// Gradient of log-likelihood minus penalty; keeps the second derivatives for what follows.
  Eigen::VectorXd gradient(const Eigen::VectorXd& p);
  /// Minus the Hessian where the gradient was taken last: its diagonal, its product with a vector,
  /// and in full.
  [[nodiscard]] const Eigen::VectorXd& diagonal() const { return diagonal_; }
  void times(const Eigen::VectorXd& in, Eigen::VectorXd& out) const;
  [[nodiscard]] Eigen::MatrixXd information() const;

private:
  /// Whether exp of all strengths is a number and their ratios are exact enough.
  [[nodiscard]] static bool moderate(const Eigen::VectorXd& p);
  /// Calls f(a, b, position of the pair) for all pairs of all rows.
  template <class F>
  void each(F&& f) const;

  Eigen::Index n_;
  double ridge_, total_ = 0, most_ = 0;
  bool full_ = false;                 ///< rows hold all pairs
  std::vector<std::size_t> offsets_;  ///< of rows among the pairs
  std::vector<std::uint32_t> others_; ///< the second item of each pair; empty where rows are full
  std::vector<double> votes_, curve_; ///< of each pair: votes, minus the second derivative
  Eigen::VectorXd observed_;          ///< wins and half the ties of each item
  Eigen::VectorXd later_;             ///< votes of each item against those before it
  Eigen::VectorXd diagonal_;
};

} // namespace libeval::kernel
