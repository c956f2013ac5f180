// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/written.hpp>

#include "kernel/decimal.hpp"

#include <cmath>
#include <utility>

namespace libeval::kernel {

std::optional<Ratio> written_ratio(double value) {
  const double size = std::fabs(value);
  if (!std::isfinite(size) || size == 0 || !has_many_digits(size)) {
    return std::nullopt;
  }
  const double apart = std::nextafter(size, INFINITY) - size;
  // Convergents of the continued fraction; each fraction this near is one of them.
  double over_before = 1, over = std::floor(size), under_before = 0, under = 1;
  for (double rest = size - over; over / under != size;) {
    rest = 1 / rest;
    const double whole = std::floor(rest);
    rest -= whole;
    over_before = std::exchange(over, whole * over + over_before);
    under_before = std::exchange(under, whole * under + under_before);
    if (!(under * under * apart < 0x1p-20)) {
      return std::nullopt;
    }
  }
  return Ratio{value < 0 ? -over : over, under};
}

Exact from_written(double value) {
  const auto ratio = written_ratio(value);
  return ratio ? Exact(ratio->over) / Exact(ratio->under) : from_decimal(value);
}

} // namespace libeval::kernel
