// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/kernel/written.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <type_traits>

namespace libeval::kernel {

using std::ldexp;

template <class T>
struct Range {
  T min{0.0};
  T max{0.0};
};

[[nodiscard]] inline int exponent_of(double x) {
  int exponent = 0;
  (void)std::frexp(x, &exponent);
  return exponent;
}

template <class T>
[[nodiscard]] bool is_finite(const T& x) {
  return std::isfinite(to_double(x));
}

template <class T>
[[nodiscard]] double largest_size(const Range<T>& range) {
  return std::max(std::fabs(to_double(range.min)), std::fabs(to_double(range.max)));
}

[[nodiscard]] inline Exact as_decimal(double x) {
  return from_decimal(x);
}
[[nodiscard]] inline Exact as_decimal(const Exact& x) {
  return x;
}

template <class T>
[[nodiscard]] T exact_or_double(const Exact& x) {
  if constexpr (std::is_same_v<T, Exact>) {
    return x;
  } else {
    return to_double(x);
  }
}

/// A parameter that people wrote as a decimal or a fraction.
template <class T>
[[nodiscard]] T decimal(double x) {
  if constexpr (std::is_same_v<T, Exact>) {
    return from_written(x);
  } else {
    return x;
  }
}

/// From this size on a column is summed and scanned in vectors.
constexpr std::size_t long_column = 32;
[[nodiscard]] double sum_of_long(std::span<const double> x);
[[nodiscard]] Range<double> range_of_long(std::span<const double> x);

/// The sum and the range of a column, each as if computed alone, from one pass through memory.
template <class T>
struct SumAndRange {
  T sum{0.0};
  Range<T> range;
};
[[nodiscard]] SumAndRange<double> sum_and_range_of_long(std::span<const double> x);

/// Sum from first to last, in long columns as 16 interleaved partial sums added pairwise: the same
/// bits for the same cells wherever they lie in memory and whatever the instruction set.
[[nodiscard]] inline double sum_of(std::span<const double> x) {
  return x.size() < long_column ? std::accumulate(x.begin(), x.end(), 0.0) : sum_of_long(x);
}

[[nodiscard]] inline Exact sum_of(std::span<const Exact> x) {
  Exact sum(0.0);
  for (const Exact& value : x) {
    sum += value;
  }
  return sum;
}

template <class T>
[[nodiscard]] T dot_of(std::span<const T> x, std::span<const T> w) {
  T sum(0.0);
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += x[i] * w[i];
  }
  return sum;
}

/// Smallest and largest value. Precondition: x is not empty.
template <class T>
[[nodiscard]] Range<T> range_of(std::span<const T> x) {
  if constexpr (std::is_same_v<T, double>) {
    if (x.size() >= long_column) {
      return range_of_long(x);
    }
  }
  Range<T> range{x[0], x[0]};
  for (const T& value : x.subspan(1)) {
    range.min = value < range.min ? value : range.min;
    range.max = range.max < value ? value : range.max;
  }
  return range;
}

/// Precondition: x is not empty.
template <class T>
[[nodiscard]] SumAndRange<T> sum_and_range_of(std::span<const T> x) {
  if constexpr (std::is_same_v<T, double>) {
    if (x.size() >= long_column) {
      return sum_and_range_of_long(x);
    }
  }
  return {sum_of(x), range_of(x)};
}

} // namespace libeval::kernel
