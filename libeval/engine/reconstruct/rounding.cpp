// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/rounding.hpp"

#include <algorithm>
#include <string>

namespace libeval {
namespace {

using Mode = kernel::RoundMode;
using Point = std::vector<std::int64_t>;

bool is_odd(std::int64_t x) {
  return x % 2 != 0;
}

/// How far below and above a result its numbers reach, and whether the ends are left out.
struct Reach {
  Fraction below, above;
  bool without_low = false, without_high = false;
};

Reach reach(std::int64_t result, const Fraction& step, Mode mode) {
  const Fraction half = step * Fraction(1, 2), none(0);
  switch (mode) {
  case Mode::half_up:
    return {half, half, false, true};
  case Mode::half_down:
    return {half, half, true, false};
  case Mode::half_away:
    return {half, half, result <= 0, result >= 0};
  case Mode::half_to_zero:
    return {half, half, result > 0, result < 0};
  case Mode::half_even:
    return {half, half, is_odd(result), is_odd(result)};
  case Mode::up:
    return {step, none, true, false};
  case Mode::down:
    return {none, step, false, true};
  case Mode::to_zero:
    return {result > 0 ? none : step, result < 0 ? none : step, result <= 0, result >= 0};
  case Mode::from_zero:
    return {result > 0 ? step : none, result < 0 ? step : none, result > 0, result < 0};
  }
  return {half, half, false, false};
}

bool asks_for_sign(Mode mode) {
  return mode == Mode::half_away || mode == Mode::half_to_zero || mode == Mode::to_zero ||
         mode == Mode::from_zero;
}

class Rows {
public:
  Rows(Knowledge& knowledge, const Linear& x, std::uint32_t out, const Fraction& step, Mode mode)
      : k_(knowledge), out_(out), step_(step), mode_(mode), rest_(x - Linear::variable(out, step)) {
    for (const auto& [v, factor] : rest_.terms)
      grid_ = common_step(grid_, factor);
    grid_ = common_step(grid_, rest_.constant);
  }

  void write() {
    if (!asks_for_sign(mode_) && mode_ != Mode::half_even)
      return say(reach(0, step_, mode_));
    const LinearUnknown bounds = k_.system.unknowns[out_];
    if (!bounds.low || !bounds.high)
      return give_up();
    if (mode_ == Mode::half_even) {
      const Linear odd = parity(*bounds.low, *bounds.high);
      return say_between(reach(0, step_, mode_), reach(1, step_, mode_), odd);
    }
    const Linear positive = at_least(1, *bounds.low, *bounds.high);
    const Linear negative = Linear(Fraction(1)) - at_least(0, *bounds.low, *bounds.high);
    const Reach at_zero = reach(0, step_, mode_), above = reach(1, step_, mode_),
                below = reach(-1, step_, mode_);
    say_between(at_zero, above, positive, below, negative);
  }

private:
  /// The smallest and largest rest, a multiple of the grid, that a reach leaves.
  [[nodiscard]] Fraction low(const Reach& r) const {
    const Fraction steps = r.below * Fraction(-1) / grid_;
    return grid_ * Fraction(r.without_low ? floor(steps) + 1 : ceil(steps));
  }
  [[nodiscard]] Fraction high(const Reach& r) const {
    const Fraction steps = r.above / grid_;
    return grid_ * Fraction(r.without_high ? ceil(steps) - 1 : floor(steps));
  }

  void say(const Reach& r) {
    k_.system.rows.push_back(
        row_of(rest_, LinearBound{low(r), false}, LinearBound{high(r), false}, Row::rule));
  }

  /// The ends are those of `usual`, of `one` where `is_one` is 1 and of `other` where `is_other`
  /// is.
  void say_between(const Reach& usual, const Reach& one, const Linear& is_one,
                   const Reach& other = {}, const Linear& is_other = {}) {
    const Linear lower = Linear(low(usual)) + is_one * (low(one) - low(usual)) +
                         is_other * (low(other) - low(usual));
    const Linear upper = Linear(high(usual)) + is_one * (high(one) - high(usual)) +
                         is_other * (high(other) - high(usual));
    k_.system.rows.push_back(
        row_of(rest_ - lower, LinearBound{Fraction(0), false}, std::nullopt, Row::rule));
    k_.system.rows.push_back(
        row_of(rest_ - upper, std::nullopt, LinearBound{Fraction(0), false}, Row::rule));
  }

  /// 1 where the result is odd: it is twice another number, or one more.
  Linear parity(std::int64_t least, std::int64_t most) {
    const std::uint32_t out = out_;
    const std::uint32_t odd = k_.add_derived(
        {0, 1}, [out](const Point& point) { return std::int64_t{is_odd(point[out]) ? 1 : 0}; });
    const std::uint32_t half =
        k_.add_derived({floor(Fraction(least, 2)), floor(Fraction(most, 2))},
                       [out](const Point& point) { return floor(Fraction(point[out], 2)); });
    k_.system.rows.push_back({{{out_, 1}, {odd, -1}, {half, -2}}, 0, 0, Row::rule});
    return Linear::variable(odd, Fraction(1));
  }

  /// 1 where the result is at least so much, else 0.
  Linear at_least(std::int64_t limit, std::int64_t least, std::int64_t most) {
    if (least >= limit || most < limit)
      return Linear(Fraction(least >= limit ? 1 : 0));
    const std::uint32_t out = out_;
    const std::uint32_t is = k_.add_derived({0, 1}, [out, limit](const Point& point) {
      return std::int64_t{point[out] >= limit ? 1 : 0};
    });
    k_.system.rows.push_back({{{out_, 1}, {is, least - limit}}, least, std::nullopt, Row::rule});
    k_.system.rows.push_back(
        {{{out_, 1}, {is, limit - 1 - most}}, std::nullopt, limit - 1, Row::rule});
    return Linear::variable(is, Fraction(1));
  }

  void give_up() {
    const bool half = mode_ != Mode::to_zero && mode_ != Mode::from_zero;
    const Fraction reach = half ? step_ * Fraction(1, 2) : step_;
    say({reach, reach, !half, !half});
    const std::string what = half ? "a half is read as rounded to either side"
                                  : "rounding towards or from zero is read as to either side";
    if (std::ranges::find(k_.relaxed, what) == k_.relaxed.end())
      k_.relaxed.push_back(what);
  }

  Knowledge& k_;
  std::uint32_t out_;
  Fraction step_;
  Mode mode_;
  Linear rest_;
  Fraction grid_;
};

} // namespace

std::pair<LinearBound, LinearBound> rounded_to(const Fraction& at, const Fraction& step,
                                               Mode mode) {
  const Fraction result = at / step;
  Reach ends = reach(floor(result), step, mode);
  if (mode == Mode::half_even && result.below != 1) // no result: nothing is left out
    ends.without_low = ends.without_high = false;
  return {{at - ends.below, ends.without_low}, {at + ends.above, ends.without_high}};
}

std::pair<LinearBound, LinearBound> rounded_to_significant(const Fraction& at, int digits,
                                                           Mode mode) {
  if (at.above == 0) // nothing else is rounded to zero
    return {{at, false}, {at, false}};
  const Fraction size = at.above < 0 ? at * Fraction(-1) : at;
  Fraction decade(1);
  while (!(size < decade * Fraction(10)))
    decade = decade * Fraction(10);
  while (size < decade)
    decade = decade / Fraction(10);
  Fraction step = decade;
  for (int i = 1; i < digits; ++i)
    step = step / Fraction(10);
  auto bounds = rounded_to(at, step, mode);
  if (size == decade) {
    const auto towards_zero = rounded_to(at, step / Fraction(10), mode);
    (at.above > 0 ? bounds.first : bounds.second) =
        at.above > 0 ? towards_zero.first : towards_zero.second;
  }
  return bounds;
}

void add_rounding(Knowledge& knowledge, const Linear& x, std::uint32_t out, const Fraction& step,
                  Mode mode) {
  Rows(knowledge, x, out, step, mode).write();
}

} // namespace libeval
