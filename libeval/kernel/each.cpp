// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/each.hpp>

#include <libeval/kernel/written.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace libeval::kernel {
namespace {

// How far from a grid point or a half, in steps, a value counts as there: see round_to.
double nearness(double steps) {
  const double size = std::fabs(steps);
  return std::min(std::max(std::clamp(1e-13 * size, 1e-12, 1e-3), 0x1p-52 * size), 0.1);
}
double nearness(const Exact& steps) {
  const double size = std::fabs(steps.high);
  return std::min(std::max(std::clamp(1e-26 * size, 1e-24, 1e-3), 0x1p-102 * size), 0.1);
}

// From here on every value is a whole number of steps, as far as it can tell.
double resolution_end(double) {
  return 0x1p52;
}
double resolution_end(const Exact&) {
  return 0x1p104;
}

bool is_odd(double whole) {
  return std::fmod(whole, 2.0) != 0;
}
bool is_odd(const Exact& whole) {
  const Exact half = whole * Exact(0.5);
  return floor(half) != half;
}

bool goes_up(double x, bool half, bool above_half, bool odd, RoundMode mode) {
  switch (mode) {
  case RoundMode::half_up:
    return half || above_half;
  case RoundMode::half_down:
    return !half && above_half;
  case RoundMode::half_away:
    return half ? x > 0 : above_half;
  case RoundMode::half_to_zero:
    return half ? x < 0 : above_half;
  case RoundMode::half_even:
    return half ? odd : above_half;
  case RoundMode::up:
    return true;
  case RoundMode::down:
    return false;
  case RoundMode::to_zero:
    return x < 0;
  case RoundMode::from_zero:
    return x > 0;
  }
  return false;
}

// The whole number of steps that x goes to. Precondition: `steps` is finite and below
// resolution_end.
template <class T>
T whole_steps(const T& steps, RoundMode mode) {
  using std::floor;
  const T below = floor(steps);
  const double part = to_double(steps - below);
  const double near = nearness(steps);
  if (part <= near) {
    return below;
  }
  const T above = below + T(1.0);
  // 1 - part would lose the small difference of an Exact just below a grid point.
  if (to_double(above - steps) <= near) {
    return above;
  }
  const double from_half = to_double(steps - (below + T(0.5)));
  const bool half = std::fabs(from_half) <= near;
  return goes_up(to_double(steps), half, from_half > 0, is_odd(below), mode) ? above : below;
}

// A step and, where it is one, the whole number of steps in 1: x * 100 and k / 100 are nearer to
// the decimals than x / 0.01 and k * 0.01.
struct Grid {
  double step;
  double in_one = 0; // 0: none

  explicit Grid(double width) : step(width) {
    if (!(step > 0) || !std::isfinite(step)) {
      throw std::invalid_argument("a rounding step must be above 0, got " + std::to_string(step));
    }
    const double parts = std::nearbyint(1 / step);
    const double rest = 1e15 / parts; // whole for those alone whose reciprocal is a decimal
    if (parts >= 1 && 1 / parts == step && std::floor(rest) == rest && rest * parts == 1e15) {
      in_one = parts;
    }
  }
};

double in_steps(double x, const Grid& grid) {
  return grid.in_one > 0 ? x * grid.in_one : x / grid.step;
}
Exact in_steps(const Exact& x, const Grid& grid) {
  return grid.in_one > 0 ? x * Exact(grid.in_one) : x / from_written(grid.step);
}

// whole steps as the number nearest to the decimal.
double on_grid(double whole, const Grid& grid) {
  if (whole == 0) {
    return 0;
  }
  if (grid.in_one > 0 && std::fabs(whole) < 0x1p53) {
    return whole / grid.in_one;
  }
  return to_double(Exact(whole) * from_written(grid.step));
}

// whole steps as the same Exact that the decimal is when it is read from a file.
Exact on_grid(const Exact& whole, const Grid& grid) {
  if (whole.low == 0 && grid.in_one > 0 && std::fabs(whole.high) < 1e15) {
    return from_decimal(on_grid(whole.high, grid));
  }
  const Exact product = whole * from_written(grid.step);
  const Exact read = from_decimal(to_double(product));
  const double apart = std::fabs(to_double(product - read));
  return apart <= 1e-29 * std::fabs(product.high) ? read : product;
}

template <class T>
bool is_finite(const T& x) {
  return std::isfinite(to_double(x));
}

template <class T>
bool can_tell(const T& steps) {
  return is_finite(steps) && std::fabs(to_double(steps)) < resolution_end(steps);
}

} // namespace

template <class T>
T round_to(const T& x, double step, RoundMode mode) {
  const Grid grid(step);
  const T steps = in_steps(x, grid);
  if (!can_tell(steps)) {
    return x;
  }
  const T whole = whole_steps(steps, mode);
  const T rounded = on_grid(whole, grid);
  return is_finite(rounded) ? rounded
                            : on_grid(whole > T(0.0) ? whole - T(1.0) : whole + T(1.0), grid);
}

double step_for_significant(double x, int digits) {
  if (x == 0 || !std::isfinite(x)) {
    return 1;
  }
  std::array<char, 64> text{};
  char* const begin = text.data();
  char* const end = begin + text.size();
  const char* at = std::to_chars(begin, end, std::fabs(x), std::chars_format::scientific).ptr;
  const char* mark = std::find(static_cast<const char*>(begin), at, 'e') + 1;
  int exponent = 0;
  (void)std::from_chars(mark + (*mark == '+' ? 1 : 0), at, exponent);
  exponent -= std::max(digits, 1) - 1;
  begin[0] = '1';
  begin[1] = 'e';
  at = std::to_chars(begin + 2, end, exponent).ptr;
  double step = std::numeric_limits<double>::denorm_min();
  (void)std::from_chars(begin, at, step); // out of range leaves the smallest step there is
  return step;
}

template <class T>
std::vector<T> round_cumulative(std::span<const T> x, double step, RoundMode mode) {
  const Grid grid(step);
  std::vector<T> rounded;
  rounded.reserve(x.size());
  T total(0.0);
  T before(0.0);
  for (const T& value : x) {
    total += value;
    const T steps = in_steps(total, grid);
    if (!is_finite(steps)) {
      return {x.begin(), x.end()};
    }
    const T whole = can_tell(steps) ? whole_steps(steps, mode) : steps;
    rounded.push_back(on_grid(whole - before, grid));
    before = whole;
  }
  return rounded;
}

namespace {

template <class T>
T between(const Knot<T>& a, const Knot<T>& b, const T& x) {
  const T y = a.y + (x - a.x) * (b.y - a.y) / (b.x - a.x);
  const T& low = a.y < b.y ? a.y : b.y;
  const T& high = a.y < b.y ? b.y : a.y;
  if (is_finite(y)) {
    return y < low ? low : (high < y ? high : y);
  }
  const T half(0.5); // the differences overflow, their halves do not
  const T share = (x * half - a.x * half) / (b.x * half - a.x * half);
  return a.y * (T(1.0) - share) + b.y * share;
}

} // namespace

template <class T>
T curve(const T& x, std::span<const Knot<T>> knots, CurveMode mode, double tolerance,
        bool& defined) {
  defined = true;
  const auto beyond = [&](const T& reach) {
    return std::upper_bound(knots.begin(), knots.end(), reach,
                            [](const T& at, const Knot<T>& knot) { return at < knot.x; });
  };
  if (mode != CurveMode::linear) {
    const bool passes = mode == CurveMode::at_least || mode == CurveMode::below;
    const bool next = mode == CurveMode::at_most || mode == CurveMode::below;
    const auto at =
        passes
            ? beyond(x + T(tolerance))
            : std::lower_bound(knots.begin(), knots.end(), x - T(tolerance),
                               [](const Knot<T>& knot, const T& reach) { return knot.x < reach; });
    defined = at != (next ? knots.end() : knots.begin());
    return !defined ? T(0.0) : next ? at->y : (at - 1)->y;
  }
  const auto above = beyond(x);
  if (above == knots.begin()) {
    return knots.front().y;
  }
  const auto last = above - 1;
  if (above == knots.end() || last->x == x) {
    return last->y;
  }
  return between(*last, *above, x);
}

double normal_cdf(double x) {
  return 0.5 * std::erfc(-x * 0.70710678118654752440);
}

template double round_to(const double&, double, RoundMode);
template Exact round_to(const Exact&, double, RoundMode);
template std::vector<double> round_cumulative(std::span<const double>, double, RoundMode);
template std::vector<Exact> round_cumulative(std::span<const Exact>, double, RoundMode);
template double curve(const double&, std::span<const Knot<double>>, CurveMode, double, bool&);
template Exact curve(const Exact&, std::span<const Knot<Exact>>, CurveMode, double, bool&);

} // namespace libeval::kernel
