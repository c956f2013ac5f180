// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/kernel/groups.hpp>

#include <Eigen/Core>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace libeval::kernel {

/// Why a coefficient of agreement has no value.
enum class NoAgreement {
  none,     ///< it has one
  too_few,  ///< nothing was marked by two jurors, or there are fewer than two units or jurors
  constant, ///< all marks are equal: nothing to agree or disagree about
  unequal,  ///< units have different numbers of marks, and the coefficient needs equal ones
  negative  ///< marks below zero have no ratio scale
};

/// How far apart two marks are: nominal equal or not; ordinal by the marks that lie between;
/// interval their squared difference; ratio the squared difference in parts of their sum.
enum class Metric { nominal, ordinal, interval, ratio };

/// Krippendorff's alpha: 1 - observed / expected disagreement. 1 is perfect, 0 is chance, below 0
/// is worse than chance.
struct Alpha {
  std::optional<double> value;
  NoAgreement why = NoAgreement::none;
  double observed = 0, expected = 0; ///< relative to each other only: the marks are scaled
  std::size_t units = 0, marks = 0;  ///< units with two marks and more, and their marks
};

/// Alpha of marks grouped by unit (what is marked); who gave a mark does not matter, and units with
/// fewer than two marks do not count (Krippendorff 2011, "Computing Krippendorff's
/// Alpha-Reliability"). Marks are finite. With V distinct values O(marks + V log V); ratio also
/// O(V^2 + sum of squares of marks a unit).
[[nodiscard]] Alpha krippendorff_alpha(std::span<const double> marks, const Groups& units,
                                       Metric metric, Mask mask = {});

/// The six intraclass correlations of Shrout and Fleiss (1979), by their names: ICC(1,1), ICC(2,1),
/// ICC(3,1) for one juror, ICC(1,k), ICC(2,k), ICC(3,k) for the mean of all; with the mean squares
/// they are made of. Some of them may be undefined where others are not.
struct Icc {
  /// Confidence limits after the same paper (for ICC(2,.) Satterthwaite's degrees of freedom).
  struct Limits {
    double lower = 0, upper = 0;
  };
  std::array<std::optional<double>, 3> single, average;
  std::array<std::optional<Limits>, 3> single_limits, average_limits;
  NoAgreement why = NoAgreement::none;
  /// Mean squares; 0 where they are beyond the range of double.
  double between_units = 0, between_jurors = 0, within_units = 0, residual = 0;
};

/// Rows are units, columns jurors, without gaps and finite; limits hold the value with the
/// probability `level`. O(rows * columns).
[[nodiscard]] Icc intraclass(const Eigen::Ref<const Eigen::MatrixXd>& marks, double level = 0.95);

/// Kendall's coefficient of concordance, corrected for ties.
struct Concordance {
  std::optional<double> w;
  NoAgreement why = NoAgreement::none;
  double chi_square = 0;           ///< jurors (units - 1) w, with units - 1 degrees of freedom
  double squares = 0;              ///< S: squared deviations of the rank sums
  std::vector<double> rank_sums{}; ///< one a unit, smallest mark = rank 1, ties share their mean
};

/// Rows are units, columns jurors. O(jurors * units log units).
[[nodiscard]] Concordance kendall_w(const Eigen::Ref<const Eigen::MatrixXd>& marks);

/// Fleiss' kappa (1971), its test statistic under no agreement (Fleiss, Nee and Landis 1979) and
/// kappa of each category, ascending.
struct Kappa {
  std::optional<double> value;
  NoAgreement why = NoAgreement::none;
  double z = 0;
  std::vector<double> categories{}, by_category{};
};

/// Marks grouped by unit, equal values being one category; every unit has the same number of marks,
/// two or more. Empty units do not count. O(marks + V log V).
[[nodiscard]] Kappa fleiss_kappa(std::span<const double> marks, const Groups& units,
                                 Mask mask = {});

} // namespace libeval::kernel
