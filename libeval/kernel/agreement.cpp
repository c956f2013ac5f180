// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/agreement.hpp>

#include "kernel/fisher.hpp"

#include "kernel/cells.hpp"

#include <libeval/kernel/rank.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace libeval::kernel {
namespace {

using Codes = std::vector<std::uint32_t>;

/// Marks as numbers of ascending distinct values.
struct Coded {
  Codes codes;                ///< one a mark that takes part, unit after unit
  Codes offsets{0};           ///< of units
  std::vector<double> values; ///< ascending
  std::vector<double> counts; ///< of each value
};

/// Numbers values in the order seen; open addressing.
class Interner {
public:
  std::uint32_t operator()(double x) {
    const double value = x + 0.0; // -0 is 0
    std::size_t at = slot(value);
    while (table_[at] != 0) {
      if (values[table_[at] - 1] == value) {
        return table_[at] - 1;
      }
      at = (at + 1) & (table_.size() - 1);
    }
    values.push_back(value);
    table_[at] = static_cast<std::uint32_t>(values.size());
    if (2 * values.size() > table_.size()) {
      grow();
    }
    return static_cast<std::uint32_t>(values.size() - 1);
  }

  std::vector<double> values;

private:
  [[nodiscard]] std::size_t slot(double value) const {
    // The upper bits: the lower ones of whole numbers are zeros, before and after.
    const auto bits = std::bit_cast<std::uint64_t>(value) * 0x9E3779B97F4A7C15U;
    return static_cast<std::size_t>(bits >> (65U - std::bit_width(table_.size())));
  }
  void grow() {
    table_.assign(2 * table_.size(), 0);
    for (std::size_t i = 0; i < values.size(); ++i) {
      std::size_t at = slot(values[i]);
      while (table_[at] != 0) {
        at = (at + 1) & (table_.size() - 1);
      }
      table_[at] = static_cast<std::uint32_t>(i + 1);
    }
  }

  Codes table_ = Codes(64, 0);
};

/// Units with at least `least` marks.
Coded coded(std::span<const double> marks, const Groups& units, Mask mask, std::size_t least) {
  Coded out;
  out.codes.reserve(marks.size());
  out.offsets.reserve(units.count() + 1);
  Interner number;
  Codes cells;
  for (std::size_t g = 0; g < units.count(); ++g) {
    cells_of(units, g, mask, cells);
    if (cells.size() < least) {
      continue;
    }
    for (const std::uint32_t cell : cells) {
      out.codes.push_back(number(marks[cell]));
    }
    out.offsets.push_back(static_cast<std::uint32_t>(out.codes.size()));
  }
  Codes order(number.values.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&](auto a, auto b) { return number.values[a] < number.values[b]; });
  Codes position(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    position[order[i]] = static_cast<std::uint32_t>(i);
    out.values.push_back(number.values[order[i]]);
  }
  out.counts.assign(order.size(), 0);
  for (std::uint32_t& code : out.codes) {
    code = position[code];
    ++out.counts[code];
  }
  return out;
}

/// Squared counts of equal marks in each unit, summed over them as `f(unit, sum)`.
template <class F>
void for_each_unit_squares(const Coded& coded, F f) {
  std::vector<double> seen(coded.values.size(), 0);
  for (std::size_t u = 0; u + 1 < coded.offsets.size(); ++u) {
    double squares = 0;
    for (std::size_t i = coded.offsets[u]; i < coded.offsets[u + 1]; ++i) {
      squares += 2 * seen[coded.codes[i]] + 1; // (c + 1)^2 - c^2
      ++seen[coded.codes[i]];
    }
    for (std::size_t i = coded.offsets[u]; i < coded.offsets[u + 1]; ++i) {
      seen[coded.codes[i]] = 0;
    }
    f(u, squares);
  }
}

void nominal(const Coded& coded, Alpha& alpha) {
  const double n = static_cast<double>(coded.codes.size());
  for_each_unit_squares(coded, [&](std::size_t u, double squares) {
    const double m = coded.offsets[u + 1] - coded.offsets[u];
    alpha.observed += (m * m - squares) / (m - 1);
  });
  double all = 0;
  for (const double count : coded.counts) {
    all += count * count;
  }
  alpha.observed /= n;
  alpha.expected = (n * n - all) / (n * (n - 1));
}

/// Squared differences of the numbers that stand for the values: of pairs, twice the squares about
/// the mean times their number.
void squared(const Coded& coded, const std::vector<double>& positions, Alpha& alpha) {
  const double n = static_cast<double>(coded.codes.size());
  for (std::size_t u = 0; u + 1 < coded.offsets.size(); ++u) {
    const double m = coded.offsets[u + 1] - coded.offsets[u];
    double sum = 0;
    for (std::size_t i = coded.offsets[u]; i < coded.offsets[u + 1]; ++i) {
      sum += positions[coded.codes[i]];
    }
    const double mean = sum / m;
    double squares = 0;
    for (std::size_t i = coded.offsets[u]; i < coded.offsets[u + 1]; ++i) {
      const double d = positions[coded.codes[i]] - mean;
      squares += d * d;
    }
    alpha.observed += 2 * m * squares / (m - 1);
  }
  double sum = 0;
  for (std::size_t v = 0; v < positions.size(); ++v) {
    sum += coded.counts[v] * positions[v];
  }
  const double mean = sum / n;
  double squares = 0;
  for (std::size_t v = 0; v < positions.size(); ++v) {
    const double d = positions[v] - mean;
    squares += coded.counts[v] * (d * d);
  }
  alpha.observed /= n;
  alpha.expected = 2 * squares / (n - 1);
}

/// With the number of marks up to the middle of its own as a value's position, the ordinal
/// difference is a squared difference: (sum of counts from c to k - (n_c + n_k) / 2)^2.
std::vector<double> middles(const Coded& coded) {
  std::vector<double> out;
  double below = 0;
  for (const double count : coded.counts) {
    out.push_back(below + count / 2);
    below += count;
  }
  const double n = below;
  for (double& middle : out) {
    middle /= n;
  }
  return out;
}

/// The values moved and scaled so that no square is too large or too small.
std::vector<double> scaled(const Coded& coded) {
  const double low = coded.values.front() / 2;
  const double spread = coded.values.back() / 2 - low;
  std::vector<double> out;
  for (const double value : coded.values) {
    out.push_back(spread > 0 ? (value / 2 - low) / spread : 0);
  }
  return out;
}

void ratio(const Coded& coded, Alpha& alpha) {
  const double n = static_cast<double>(coded.codes.size());
  const auto apart = [&](std::uint32_t a, std::uint32_t b) {
    const double x = coded.values[a] / 2, y = coded.values[b] / 2;
    const double d = x == y ? 0.0 : (x - y) / (x + y);
    return d * d;
  };
  std::vector<double> seen(coded.values.size(), 0);
  Codes present; // the values of a unit, each once
  for (std::size_t u = 0; u + 1 < coded.offsets.size(); ++u) {
    const double m = coded.offsets[u + 1] - coded.offsets[u];
    present.clear();
    for (std::size_t i = coded.offsets[u]; i < coded.offsets[u + 1]; ++i) {
      if (seen[coded.codes[i]]++ == 0) {
        present.push_back(coded.codes[i]);
      }
    }
    double sum = 0;
    for (std::size_t i = 0; i < present.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        sum += seen[present[i]] * seen[present[j]] * apart(present[i], present[j]);
      }
    }
    for (const std::uint32_t code : present) {
      seen[code] = 0;
    }
    alpha.observed += 2 * sum / (m - 1);
  }
  double sum = 0;
  for (std::uint32_t a = 0; a < coded.values.size(); ++a) {
    for (std::uint32_t b = 0; b < a; ++b) {
      sum += coded.counts[a] * coded.counts[b] * apart(a, b);
    }
  }
  alpha.observed /= n;
  alpha.expected = 2 * sum / (n * (n - 1));
}

/// Mean squares of marks between 0 and 1: what is nothing but for rounding is nothing.
double mean_square(double squares, double degrees) {
  return squares > 1e-25 * (degrees + 1) ? squares / degrees : 0;
}

std::optional<double> quotient(double a, double b) {
  return b > 0 && std::isfinite(a / b) ? std::optional(a / b) : std::nullopt;
}

/// Moved and scaled as above; coefficients do not depend on either.
Eigen::MatrixXd unit_spread(const Eigen::Ref<const Eigen::MatrixXd>& marks) {
  const double low = marks.minCoeff() / 2;
  const double spread = marks.maxCoeff() / 2 - low;
  Eigen::MatrixXd out = (marks.array() / 2 - low).matrix();
  return spread > 0 ? Eigen::MatrixXd(out / spread) : out;
}

} // namespace

Alpha krippendorff_alpha(std::span<const double> marks, const Groups& units, Metric metric,
                         Mask mask) {
  require_fit("krippendorff_alpha", marks.size(), units, mask);
  const Coded coded = kernel::coded(marks, units, mask, 2);
  Alpha alpha;
  alpha.units = coded.offsets.size() - 1;
  alpha.marks = coded.codes.size();
  if (alpha.marks == 0) {
    alpha.why = NoAgreement::too_few;
    return alpha;
  }
  if (metric == Metric::ratio && coded.values.front() < 0) {
    alpha.why = NoAgreement::negative;
    return alpha;
  }
  if (coded.values.size() == 1) {
    alpha.why = NoAgreement::constant;
    return alpha;
  }
  switch (metric) {
  case Metric::nominal:
    nominal(coded, alpha);
    break;
  case Metric::ordinal:
    squared(coded, middles(coded), alpha);
    break;
  case Metric::interval:
    squared(coded, scaled(coded), alpha);
    break;
  case Metric::ratio:
    ratio(coded, alpha);
    break;
  }
  if (!(alpha.expected > 0)) {
    alpha.why = NoAgreement::constant;
    return alpha;
  }
  alpha.value = 1 - alpha.observed / alpha.expected;
  return alpha;
}

namespace {

using IccLimits = std::optional<Icc::Limits>;

/// Limits where they are numbers in order.
IccLimits limits(double lower, double upper) {
  return std::isfinite(lower) && std::isfinite(upper) && lower <= upper ? IccLimits({lower, upper})
                                                                        : std::nullopt;
}

/// Of the mean of k, from those of one (Spearman and Brown).
IccLimits of_mean(const IccLimits& one, double k) {
  const auto longer = [&](double x) { return x * k / (1 + x * (k - 1)); };
  return one ? limits(longer(one->lower), longer(one->upper)) : std::nullopt;
}

/// Forms 1 and 3, which rest on one F = between / error with k (n - 1) or fewer degrees below.
IccLimits by_f(double between, double error, double above, double below, double k, double tail) {
  if (!(error > 0))
    return std::nullopt;
  const double f = between / error;
  const double low = f / f_quantile(tail, above, below), high = f * f_quantile(tail, below, above);
  return limits((low - 1) / (low + k - 1), (high - 1) / (high + k - 1));
}

} // namespace

Icc intraclass(const Eigen::Ref<const Eigen::MatrixXd>& marks, double level) {
  Icc icc;
  const auto n = static_cast<double>(marks.rows()), k = static_cast<double>(marks.cols());
  if (n < 2 || k < 2) {
    icc.why = NoAgreement::too_few;
    return icc;
  }
  if (marks.minCoeff() == marks.maxCoeff()) {
    icc.why = NoAgreement::constant;
    return icc;
  }
  const Eigen::MatrixXd x = unit_spread(marks);
  const double spread = marks.maxCoeff() / 2 - marks.minCoeff() / 2;
  const double mean = x.mean();
  const Eigen::ArrayXd rows = x.rowwise().mean().array();
  const Eigen::ArrayXd columns = x.colwise().mean().transpose().array();
  const Eigen::MatrixXd within = x.colwise() - rows.matrix();
  const Eigen::MatrixXd left = within.rowwise() - (columns - mean).matrix().transpose();
  const double between = mean_square(k * (rows - mean).square().sum(), n - 1);
  const double jurors = mean_square(n * (columns - mean).square().sum(), k - 1);
  const double inside = mean_square(within.squaredNorm(), n * (k - 1));
  const double error = mean_square(left.squaredNorm(), (n - 1) * (k - 1));
  icc.single = {quotient(between - inside, between + (k - 1) * inside),
                quotient(between - error, between + (k - 1) * error + k * (jurors - error) / n),
                quotient(between - error, between + (k - 1) * error)};
  icc.average = {quotient(between - inside, between),
                 quotient(between - error, between + (jurors - error) / n),
                 quotient(between - error, between)};
  const double tail = (1 + level) / 2;
  icc.single_limits[0] = by_f(between, inside, n - 1, n * (k - 1), k, tail);
  icc.single_limits[2] = by_f(between, error, n - 1, (n - 1) * (k - 1), k, tail);
  if (icc.single[1] && error > 0) {
    const double r = *icc.single[1], f = jurors / error, rest = n * (1 + (k - 1) * r) - k * r;
    const double shared = k * r * f + rest;
    const double freedom =
        (k - 1) * (n - 1) * shared * shared / ((n - 1) * k * k * r * r * f * f + rest * rest);
    const double noise = k * jurors + (k * n - k - n) * error;
    const double above = f_quantile(tail, n - 1, freedom), below = f_quantile(tail, freedom, n - 1);
    icc.single_limits[1] = limits(n * (between - above * error) / (above * noise + n * between),
                                  n * (below * between - error) / (noise + n * below * between));
  }
  for (std::size_t i = 0; i < 3; ++i)
    icc.average_limits[i] = of_mean(icc.single_limits[i], k);
  if (const double square = 4 * spread * spread; std::isfinite(square)) {
    icc.between_units = between * square;
    icc.between_jurors = jurors * square;
    icc.within_units = inside * square;
    icc.residual = error * square;
  }
  return icc;
}

Concordance kendall_w(const Eigen::Ref<const Eigen::MatrixXd>& marks) {
  Concordance out;
  const auto n = static_cast<std::size_t>(marks.rows());
  const auto m = static_cast<std::size_t>(marks.cols());
  if (n < 2 || m < 2) {
    out.why = NoAgreement::too_few;
    return out;
  }
  out.rank_sums.assign(n, 0);
  std::vector<double> column(n);
  double ties = 0;
  for (std::size_t j = 0; j < m; ++j) {
    for (std::size_t i = 0; i < n; ++i) {
      column[i] = marks(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j));
    }
    const Order sorted = sort_with_ties<double>(column, 0, true);
    for (std::size_t t = 0; t + 1 < sorted.offsets.size(); ++t) {
      const double first = sorted.offsets[t], end = sorted.offsets[t + 1], size = end - first;
      ties += size * (size * size - 1);
      for (std::size_t at = sorted.offsets[t]; at < sorted.offsets[t + 1]; ++at) {
        out.rank_sums[sorted.order[at]] += (first + 1 + end) / 2;
      }
    }
  }
  const auto units = static_cast<double>(n), jurors = static_cast<double>(m);
  const double mean = jurors * (units + 1) / 2;
  for (const double sum : out.rank_sums) {
    out.squares += (sum - mean) * (sum - mean);
  }
  out.w = quotient(12 * out.squares, jurors * jurors * units * (units * units - 1) - jurors * ties);
  if (out.w) {
    out.chi_square = jurors * (units - 1) * *out.w;
  } else {
    out.why = NoAgreement::constant;
  }
  return out;
}

Kappa fleiss_kappa(std::span<const double> marks, const Groups& units, Mask mask) {
  require_fit("fleiss_kappa", marks.size(), units, mask);
  const Coded coded = kernel::coded(marks, units, mask, 1);
  Kappa out;
  const std::size_t n = coded.offsets.size() - 1;
  if (n == 0) {
    out.why = NoAgreement::too_few;
    return out;
  }
  const std::size_t k = coded.offsets[1];
  for (std::size_t u = 0; u < n; ++u) {
    if (coded.offsets[u + 1] - coded.offsets[u] != k) {
      out.why = NoAgreement::unequal;
      return out;
    }
  }
  if (k < 2) {
    out.why = NoAgreement::too_few;
    return out;
  }
  if (coded.values.size() == 1) {
    out.why = NoAgreement::constant;
    return out;
  }
  const auto jurors = static_cast<double>(k), all = static_cast<double>(n) * jurors;
  double squares = 0, chance = 0, skew = 0;
  for_each_unit_squares(coded, [&](std::size_t, double sum) { squares += sum; });
  for (const double count : coded.counts) {
    const double p = count / all;
    chance += p * p;
    skew += p * (1 - p) * (1 - 2 * p);
  }
  const double rest = 1 - chance;
  const double agreed = (squares - all) / (all * (jurors - 1));
  out.value = (agreed - chance) / rest;
  const double variance = 2 / (all * (jurors - 1) * rest * rest) * (rest * rest - skew);
  out.z = variance > 0 ? *out.value / std::sqrt(variance) : 0;
  // Of each category: the pairs that differ in it, against those expected to.
  std::vector<double> differ(coded.values.size(), 0), seen(coded.values.size(), 0);
  for (std::size_t u = 0; u < n; ++u) {
    for (std::size_t i = coded.offsets[u]; i < coded.offsets[u + 1]; ++i) {
      ++seen[coded.codes[i]];
    }
    for (std::size_t i = coded.offsets[u]; i < coded.offsets[u + 1]; ++i) {
      const std::uint32_t code = coded.codes[i];
      differ[code] += seen[code] * (jurors - seen[code]);
      seen[code] = 0;
    }
  }
  out.categories = coded.values;
  for (std::size_t v = 0; v < coded.values.size(); ++v) {
    const double p = coded.counts[v] / all;
    out.by_category.push_back(1 - differ[v] / (all * (jurors - 1) * p * (1 - p)));
  }
  return out;
}

} // namespace libeval::kernel
