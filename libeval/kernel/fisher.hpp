// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace libeval::kernel {

/// What Fisher's F with these degrees of freedom (above 0, not necessarily whole) stays below with
/// probability p, inside (0, 1): bisection on the regularized incomplete beta function, to about 12
/// digits.
[[nodiscard]] double f_quantile(double p, double numerator, double denominator);

} // namespace libeval::kernel
