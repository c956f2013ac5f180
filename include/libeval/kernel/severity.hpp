// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/kernel/exact.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace libeval::kernel {

/// One of the things that a mark depends on: the candidate, the juror, the item.
struct Factor {
  std::vector<std::uint32_t> level; ///< one a mark
  std::size_t levels = 0;           ///< each has a mark
};

/// mark = score of the candidate + effect of the juror (+ effect of each further factor) + error.
struct Severity {
  /// One a level of the first factor, as if every juror had marked everybody. To about 28 digits,
  /// so that a half rounds as a half; where everybody was marked by all, the plain means.
  std::vector<Exact> scores{};
  std::vector<double> score_errors{}; ///< standard errors; empty without degrees of freedom
  /// For each further factor: one a level, adding up to 0; a generous juror's is above 0.
  std::vector<std::vector<double>> effects{}, effect_errors{};
  std::vector<double> residuals{}; ///< one a mark
  double residual_sd = 0;
  std::size_t degrees_of_freedom = 0;

  /// Parts of the design that nothing joins: no two candidates of different parts share a juror,
  /// directly or through others. Above 1 nothing is estimated, and `part` numbers the part of each
  /// level of the first factor.
  std::size_t parts = 1;
  std::vector<std::uint32_t> part{};
  /// The design is joined but does not tell the effects of two further factors apart.
  bool confounded = false;

  [[nodiscard]] bool estimated() const { return parts == 1 && !confounded; }
};

/// Levels beside those of the largest factor that `severity` takes.
inline constexpr std::size_t severity_limit = 3000;

/// Least squares on any design, complete or not, in two factors and more; the errors are those of
/// the linear model with equal variances. Marks are finite. Throws std::invalid_argument for sizes
/// that do not fit, levels without a mark, and more than `severity_limit` levels beside those of
/// the largest factor. With p such levels O(marks + p^3), more where a level of the largest factor
/// meets many others: the sum of their squares.
[[nodiscard]] Severity severity(std::span<const Exact> marks, const std::vector<Factor>& factors);

} // namespace libeval::kernel
