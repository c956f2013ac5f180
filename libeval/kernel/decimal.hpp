// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace libeval::kernel {

/// What the shortest decimal that reads back as `value` has beyond it: decimal - value, to about 50
/// bits. 0 for zero, infinities and NaN.
[[nodiscard]] double decimal_rest(double value);

/// Whether the shortest decimal that reads back as the number, above 0 and finite, has more than 12
/// digits. Fractions with a denominator below 10000 that are no decimals have.
[[nodiscard]] bool has_many_digits(double positive);

/// 10^exponent for |exponent| <= 22: exact upwards, nearest downwards.
[[nodiscard]] double power_of_ten(int exponent);

} // namespace libeval::kernel
