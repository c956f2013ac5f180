// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/kernel/exact.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

namespace libeval::kernel {

/// Puts the positions of `values` into `order`, best first, equal values by ascending position.
/// O(n log n); many doubles by radix in O(n).
void sort_positions(std::span<const double> values, bool ascending,
                    std::vector<std::uint32_t>& order);
void sort_positions(std::span<const Exact> values, bool ascending,
                    std::vector<std::uint32_t>& order);

/// A tolerance as the decimal that it is.
template <class T>
[[nodiscard]] T tie_width(double tolerance) {
  if constexpr (std::is_same_v<T, Exact>)
    return from_decimal(tolerance);
  else
    return tolerance;
}

/// Whether two values are no further apart than a tolerance, but for what their own last digits
/// leave open if that is less than it; with a tolerance of 0, whether they are equal.
template <class T>
[[nodiscard]] bool within(const T& a, const T& b, const T& tolerance) {
  const T apart = a < b ? b - a : a - b;
  if (!(tolerance < apart))
    return true;
  constexpr double digit =
      std::is_same_v<T, Exact> ? 1e-29 : 4 * std::numeric_limits<double>::epsilon();
  const double open = digit * std::max(std::abs(to_double(a)), std::abs(to_double(b)));
  return T(open) < tolerance && !(tolerance + T(open) < apart);
}

/// Where the tie group that starts at `order[begin]` ends: values within `tolerance` of its first.
template <class T>
[[nodiscard]] std::size_t tie_end(std::span<const T> values,
                                  const std::vector<std::uint32_t>& order, std::size_t begin,
                                  const T& tolerance) {
  std::size_t end = begin + 1;
  while (end < order.size() && within(values[order[begin]], values[order[end]], tolerance))
    ++end;
  return end;
}

} // namespace libeval::kernel
