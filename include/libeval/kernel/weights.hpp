// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace libeval::kernel {

/// Weights of things that were compared in pairs, and how consistent the comparisons are.
struct Priorities {
  std::vector<double> weights; ///< they add up to 1
  double eigenvalue = 0;       ///< the principal one; the number of things where all agrees
};

/// The principal eigenvector of a square matrix of positive numbers, row by row: how many times as
/// much the thing of the row weighs as that of the column. By powers, until nothing changes beyond
/// rounding. n > 0. Saaty: The Analytic Hierarchy Process (1980).
[[nodiscard]] Priorities principal_eigenvector(std::span<const double> matrix, std::size_t n);

/// (eigenvalue - n) / (n - 1); 0 for fewer than two things.
[[nodiscard]] double consistency_index(double eigenvalue, std::size_t n);

/// The mean consistency index of random comparisons of n things as Saaty's book of 1980 has it, for
/// up to 15; 0 for fewer than three, which cannot contradict each other, and for more.
[[nodiscard]] double random_index(std::size_t n);

/// Weights of columns by how much they spread and how little they go together: the sample standard
/// deviation times the sum of 1 - r over all columns, divided by the sum of these. `matrix` row by
/// row. Empty where a column does not spread or all are the same but for scale. Diakoulaki,
/// Mavrotas, Papayannakis: Determining objective weights in multiple criteria problems: the CRITIC
/// method, Computers & Operations Research 22 (1995) 763-770.
[[nodiscard]] std::vector<double> critic(std::span<const double> matrix, std::size_t columns);

} // namespace libeval::kernel
