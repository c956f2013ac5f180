// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/weights.hpp>

#include <array>
#include <cmath>
#include <numeric>

namespace libeval::kernel {

Priorities principal_eigenvector(std::span<const double> matrix, std::size_t n) {
  constexpr int most_rounds = 100000;
  Priorities out{std::vector<double>(n, 1 / static_cast<double>(n)), 0};
  std::vector<double> next(n);
  for (int round = 0; round < most_rounds; ++round) {
    for (std::size_t i = 0; i < n; ++i)
      next[i] = std::inner_product(out.weights.begin(), out.weights.end(),
                                   matrix.begin() + static_cast<std::ptrdiff_t>(i * n), 0.0);
    // The weights added up to 1, so what they grow by is the eigenvalue.
    out.eigenvalue = std::accumulate(next.begin(), next.end(), 0.0);
    double change = 0;
    for (std::size_t i = 0; i < n; ++i) {
      next[i] /= out.eigenvalue;
      change = std::max(change, std::abs(next[i] - out.weights[i]) / next[i]);
    }
    out.weights.swap(next);
    if (!(change > 4e-16))
      break;
  }
  return out;
}

double consistency_index(double eigenvalue, std::size_t n) {
  const auto count = static_cast<double>(n);
  return n < 2 ? 0 : (eigenvalue - count) / (count - 1);
}

double random_index(std::size_t n) {
  static constexpr std::array<double, 16> table = {0,    0,    0,    0.58, 0.90, 1.12, 1.24, 1.32,
                                                   1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59};
  return n < table.size() ? table[n] : 0;
}

std::vector<double> critic(std::span<const double> matrix, std::size_t columns) {
  const std::size_t rows = columns == 0 ? 0 : matrix.size() / columns;
  if (rows < 2)
    return {};
  const auto n = static_cast<double>(rows);
  std::vector<std::vector<double>> from_mean(columns, std::vector<double>(rows));
  std::vector<double> length(columns); // of these deviations
  for (std::size_t c = 0; c < columns; ++c) {
    double mean = 0, largest = 0;
    for (std::size_t r = 0; r < rows; ++r) {
      mean += matrix[r * columns + c] / n;
      largest = std::max(largest, std::abs(matrix[r * columns + c]));
    }
    double squares = 0;
    for (std::size_t r = 0; r < rows; ++r) {
      from_mean[c][r] = matrix[r * columns + c] - mean;
      squares += from_mean[c][r] * from_mean[c][r];
    }
    length[c] = std::sqrt(squares);
    if (!(length[c] > 1e-14 * n * largest) || !std::isfinite(length[c]))
      return {};
  }
  std::vector<double> weights(columns, 0);
  for (std::size_t a = 0; a < columns; ++a)
    for (std::size_t b = 0; b < columns; ++b)
      if (a != b)
        weights[a] += length[a] * (1 - std::inner_product(from_mean[a].begin(), from_mean[a].end(),
                                                          from_mean[b].begin(), 0.0) /
                                           (length[a] * length[b]));
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (!(sum > 1e-12 * std::accumulate(length.begin(), length.end(), 0.0)))
    return {};
  for (double& weight : weights)
    weight /= sum;
  return weights;
}

} // namespace libeval::kernel
