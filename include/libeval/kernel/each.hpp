// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/kernel/exact.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace libeval::kernel {

/// How a value between two grid points goes. `half_*` go to the nearest point, and a half up
/// (towards +infinity), down (towards -infinity), away from zero, towards zero or to the even one;
/// `up` and `down` always go towards +infinity and -infinity, `to_zero` and `from_zero` likewise.
enum class RoundMode {
  half_up,
  half_down,
  half_away,
  half_to_zero,
  half_even,
  up,
  down,
  to_zero,
  from_zero
};

/// Rounds to a multiple of `step` (> 0, else std::invalid_argument), taken as the decimal that it
/// stands for. The result is the number nearest to the decimal: what reading "90.2" gives, so that
/// rounded values compare with == to each other and to thresholds. Never -0.
///
/// A value whose distance from a grid point or a half is smaller than what its arithmetic may have
/// lost counts as that point or half. With q = |x / step| this is, in steps,
///   Exact:  1e-26 q, but within 1e-24 ... 1e-3, and at least the unit in the last place of q
///   double: 1e-13 q, but within 1e-12 ... 1e-3, and at least the unit in the last place of q
/// (never more than 0.1): room for the error of sums of some hundred terms, and far below the
/// distance of decimals that people write. Hence `up` of 1e-30 is 0, not one step.
///
/// A value that is a whole number of steps as far as T can tell (q >= 2^52; 2^104 for Exact) comes
/// back as it is. Where the grid point lies beyond the range of double, the one before it is taken.
/// Explicitly instantiated for double and Exact, as is every template of the kernel.
template <class T>
[[nodiscard]] T round_to(const T& x, double step, RoundMode mode);

/// `step` for a number of significant digits (>= 1) of the decimal that x stands for; 1 for x = 0.
/// Below the range of double the smallest number above 0.
[[nodiscard]] double step_for_significant(double x, int digits);

/// Rounds the members of one group (already in order) so that their sum stays what it was: the
/// running totals are rounded and differences taken. (The rule of the UK research assessments for
/// quality profiles.) The values come back as they are where x / step overflows.
template <class T>
[[nodiscard]] std::vector<T> round_cumulative(std::span<const T> x, double step, RoundMode mode);

/// A table of points at ascending places x.
template <class T>
struct Knot {
  T x;
  T y;
};

/// How a table of points is read between its knots.
enum class CurveMode {
  linear,   ///< straight lines between knots, level outside
  at_least, ///< the y of the last knot at or below x: x is at least so much
  above,    ///< the y of the last knot below x
  at_most,  ///< the y of the first knot at or above x
  below     ///< the y of the first knot above x
};

/// Value of a curve. Preconditions: knots not empty, x strictly ascending. But for `linear`, `x`
/// counts as being at a knot when it is no further from it than `tolerance`, and where there is no
/// such knot `defined` is false (and the value 0). Between two knots the value lies between theirs.
/// O(log knots).
template <class T>
[[nodiscard]] T curve(const T& x, std::span<const Knot<T>> knots, CurveMode mode, double tolerance,
                      bool& defined);

/// Distribution function of the standard normal.
[[nodiscard]] double normal_cdf(double x);

} // namespace libeval::kernel
