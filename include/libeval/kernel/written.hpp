// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/kernel/exact.hpp>

#include <optional>

namespace libeval::kernel {

/// A fraction of whole numbers that a double was made of.
struct Ratio {
  double over = 0, under = 1;
};

/// The fraction that the double nearest to one stands for in a program: 2/3 for 0.6666666666666666.
/// None for decimals of at most 12 digits, and where another fraction may be as near: the square of
/// `under` times the distance of doubles there is below 2^-20, which any denominator up to 65000 is
/// for numbers near 1.
[[nodiscard]] std::optional<Ratio> written_ratio(double value);

/// The number that a constant of a program stands for: a fraction, else as `from_decimal`.
[[nodiscard]] Exact from_written(double value);

} // namespace libeval::kernel
