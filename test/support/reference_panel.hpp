// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/kernel/agreement.hpp>
#include <libeval/kernel/severity.hpp>

#include <Eigen/LU>
#include <Eigen/QR>

#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <vector>

/// Agreement and severity once more, slow and plain, from their definitions.
namespace libeval::test {

/// Marks of each unit.
using Panel = std::vector<std::vector<double>>;

inline double difference(double a, double b, kernel::Metric metric,
                         const std::map<double, double>& counts) {
  if (a == b) {
    return 0;
  }
  switch (metric) {
  case kernel::Metric::nominal:
    return 1;
  case kernel::Metric::interval:
    return (a - b) * (a - b);
  case kernel::Metric::ratio:
    return (a - b) * (a - b) / ((a + b) * (a + b));
  case kernel::Metric::ordinal:
    break;
  }
  double between = -(counts.at(a) + counts.at(b)) / 2;
  for (auto at = counts.find(std::min(a, b)); at->first <= std::max(a, b); ++at) {
    between += at->second;
    if (at->first == std::max(a, b)) {
      break;
    }
  }
  return between * between;
}

/// Over all pairs of marks, by the definition.
inline std::optional<double> plain_alpha(const Panel& units, kernel::Metric metric) {
  std::vector<double> all;
  std::map<double, double> counts;
  for (const auto& unit : units) {
    if (unit.size() >= 2) {
      for (const double mark : unit) {
        all.push_back(mark);
        ++counts[mark];
      }
    }
  }
  const auto n = static_cast<double>(all.size());
  double observed = 0, expected = 0;
  for (const auto& unit : units) {
    for (std::size_t i = 0; i < unit.size() && unit.size() >= 2; ++i) {
      for (std::size_t j = 0; j < unit.size(); ++j) {
        observed += i == j ? 0
                           : difference(unit[i], unit[j], metric, counts) /
                                 (static_cast<double>(unit.size()) - 1) / n;
      }
    }
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < all.size(); ++j) {
      expected += i == j ? 0 : difference(all[i], all[j], metric, counts) / (n * (n - 1));
    }
  }
  return expected > 0 ? std::optional(1 - observed / expected) : std::nullopt;
}

/// By dense least squares with a column for each level but the last, which is minus the others.
struct PlainSeverity {
  std::vector<double> scores, score_errors;
  std::vector<std::vector<double>> effects, effect_errors;
  double residual_sd = 0;
  bool full_rank = false;
};

inline PlainSeverity plain_severity(const std::vector<double>& marks,
                                    const std::vector<kernel::Factor>& factors) {
  Eigen::Index columns = 1;
  for (const auto& factor : factors) {
    columns += static_cast<Eigen::Index>(factor.levels) - 1;
  }
  const auto n = static_cast<Eigen::Index>(marks.size());
  Eigen::MatrixXd design = Eigen::MatrixXd::Zero(n, columns);
  Eigen::VectorXd y(n);
  // The row of a level in its factor's columns.
  const auto put = [](auto&& row, Eigen::Index first, const kernel::Factor& factor,
                      std::size_t level, double by) {
    const auto last = static_cast<Eigen::Index>(factor.levels) - 1;
    if (static_cast<Eigen::Index>(level) < last) {
      row(first + static_cast<Eigen::Index>(level)) += by;
    } else {
      for (Eigen::Index c = 0; c < last; ++c) {
        row(first + c) -= by;
      }
    }
  };
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(i);
    y(i) = marks[at];
    design(i, 0) = 1;
    Eigen::Index first = 1;
    for (const auto& factor : factors) {
      put(design.row(i), first, factor, factor.level[at], 1);
      first += static_cast<Eigen::Index>(factor.levels) - 1;
    }
  }
  PlainSeverity out;
  const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> solver(design);
  out.full_rank = solver.rank() == columns;
  if (!out.full_rank) {
    return out;
  }
  const Eigen::VectorXd solution = solver.solve(y);
  const double squares = (y - design * solution).squaredNorm();
  const Eigen::MatrixXd inverse = (design.transpose() * design).inverse();
  const bool judged = n > columns;
  const double variance = judged ? squares / static_cast<double>(n - columns) : 0;
  out.residual_sd = std::sqrt(variance);
  Eigen::Index first = 1;
  for (std::size_t f = 0; f < factors.size(); ++f) {
    std::vector<double> values, errors;
    for (std::size_t l = 0; l < factors[f].levels; ++l) {
      Eigen::VectorXd row = Eigen::VectorXd::Zero(columns);
      row(0) = f == 0 ? 1 : 0;
      put(row, first, factors[f], l, 1);
      values.push_back(row.dot(solution));
      errors.push_back(std::sqrt(variance * row.dot(inverse * row)));
    }
    first += static_cast<Eigen::Index>(factors[f].levels) - 1;
    if (f == 0) {
      out.scores = values;
      out.score_errors = errors;
    } else {
      out.effects.push_back(values);
      out.effect_errors.push_back(errors);
    }
  }
  return out;
}

} // namespace libeval::test
