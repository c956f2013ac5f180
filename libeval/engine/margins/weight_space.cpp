// SPDX-License-Identifier: Apache-2.0
#include "engine/simulate/sampler.hpp"

#include <ClpSimplex.hpp>

#include <cmath>

namespace libeval {
namespace {

/// The largest t for which some w of the simplex has w_j >= t and every half-space in `rows` holds
/// with t times its norm to spare; the point in `point`.
double deepest(const WeightSpace& space, const std::vector<std::size_t>& rows, std::size_t n,
               std::vector<double>& point) {
  ClpSimplex lp;
  lp.setLogLevel(0);
  const int columns = static_cast<int>(n) + 1;
  lp.resize(0, columns);
  for (int j = 0; j <= static_cast<int>(n); ++j) {
    lp.setColumnBounds(j, j < static_cast<int>(n) ? 0.0 : -COIN_DBL_MAX, COIN_DBL_MAX);
    lp.setObjectiveCoefficient(j, j < static_cast<int>(n) ? 0.0 : 1.0);
  }
  std::vector<int> index;
  std::vector<double> factor;
  const auto add = [&](double low, double high) {
    lp.addRow(static_cast<int>(index.size()), index.data(), factor.data(), low, high);
    index.clear();
    factor.clear();
  };
  for (std::size_t j = 0; j < n; ++j) {
    index.push_back(static_cast<int>(j));
    factor.push_back(1);
  }
  add(1, 1);
  for (std::size_t j = 0; j < n; ++j) {
    index = {static_cast<int>(j), static_cast<int>(n)};
    factor = {1, -1};
    add(0, COIN_DBL_MAX);
  }
  for (const std::size_t r : rows) {
    double norm = 0;
    for (std::size_t j = 0; j < n; ++j) {
      const double f = space.inside[r].factors[j];
      norm += f * f;
      if (f != 0) {
        index.push_back(static_cast<int>(j));
        factor.push_back(f);
      }
    }
    index.push_back(static_cast<int>(n));
    factor.push_back(-std::sqrt(norm));
    add(space.inside[r].bound, COIN_DBL_MAX);
  }
  lp.setOptimizationDirection(-1);
  lp.primal();
  if (!lp.isProvenOptimal())
    return -1;
  point.assign(lp.primalColumnSolution(), lp.primalColumnSolution() + n);
  return lp.objectiveValue();
}

} // namespace

std::vector<double> center_of(const WeightSpace& space, std::size_t n,
                              std::vector<std::size_t>& conflict) {
  constexpr double least = 1e-9;
  std::vector<std::size_t> rows(space.inside.size());
  for (std::size_t r = 0; r < rows.size(); ++r)
    rows[r] = r;
  std::vector<double> point;
  conflict.clear();
  if (deepest(space, rows, n, point) > least)
    return point;
  // Leave out one after another what is not needed for the contradiction.
  conflict = rows;
  for (const std::size_t r : rows) {
    std::vector<std::size_t> rest;
    for (const std::size_t other : conflict)
      if (other != r)
        rest.push_back(other);
    std::vector<double> unused;
    if (!(deepest(space, rest, n, unused) > least))
      conflict = std::move(rest);
  }
  return {};
}

} // namespace libeval
