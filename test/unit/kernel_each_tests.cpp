// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/reference_kernel.hpp"

#include <libeval/kernel/each.hpp>
#include <libeval/kernel/reduce.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <random>

using namespace libeval::kernel;
using libeval::test::as_rational;
using libeval::test::Rational;
using libeval::test::round_fraction;
using libeval::test::shortest_rational;

namespace {

constexpr std::array all_modes{RoundMode::half_up,      RoundMode::half_down, RoundMode::half_away,
                               RoundMode::half_to_zero, RoundMode::half_even, RoundMode::up,
                               RoundMode::down,         RoundMode::to_zero,   RoundMode::from_zero};

double exactly(const Exact& x, double step, RoundMode mode = RoundMode::half_up) {
  return to_double(round_to(x, step, mode));
}

double nearest_double(const Rational& x) {
  return static_cast<double>(x);
}

// Both instantiations give, in every mode, the double nearest to what the fraction rounds to.
void check_against(const Rational& truth, const Exact& exact, double plain, double step) {
  for (const RoundMode mode : all_modes) {
    const Rational rounded = round_fraction(truth, shortest_rational(step), mode);
    INFO("value " << plain << ", step " << step << ", mode " << static_cast<int>(mode));
    CHECK(exactly(exact, step, mode) == nearest_double(rounded));
    CHECK(round_to(plain, step, mode) == nearest_double(rounded));
  }
}

struct Draw {
  std::mt19937_64 random{35};

  int whole(int from, int to) { return std::uniform_int_distribution<>(from, to)(random); }
  double mark(double step, int most) { // a decimal as read from a file
    return to_double(Exact(static_cast<double>(whole(-most, most))) * from_decimal(step));
  }
};

} // namespace

TEST_CASE("a half is a half") {
  CHECK(exactly(from_decimal(2.675), 0.01) == 2.68);
  CHECK(round_to(2.675, 0.01, RoundMode::half_up) == 2.68);
  CHECK(exactly(from_decimal(1.005), 0.01) == 1.01);
  CHECK(round_to(1.005, 0.01, RoundMode::half_up) == 1.01);
  CHECK(exactly(from_decimal(0.285), 0.01, RoundMode::half_even) == 0.28);
  CHECK(exactly(from_decimal(-0.5), 1, RoundMode::half_up) == 0);
  CHECK(exactly(from_decimal(-0.5), 1, RoundMode::half_away) == -1);
  CHECK(exactly(from_decimal(-2.5), 1, RoundMode::half_even) == -2);
  CHECK(exactly(from_decimal(-1.5), 1, RoundMode::half_down) == -2);
  CHECK(exactly(from_decimal(2.4999999999), 1) == 2);
  CHECK(exactly(from_decimal(8.625), 0.25) == 8.75);
  CHECK(round_to(17.5, 5, RoundMode::half_even) == 20);
}

TEST_CASE("the flagship's total is 90.2 and reaches a threshold of 90.2") {
  const Exact total = from_decimal(33.6) + from_decimal(31.6) + from_decimal(25.0);
  CHECK(exactly(total, 0.1) == 90.2);
  CHECK(round_to(33.6 + 31.6 + 25.0, 0.1, RoundMode::down) == 90.2);
  CHECK(round_to(total, 0.1, RoundMode::down) == from_decimal(90.2));
}

TEST_CASE("a rounded value is the decimal as it is read from a file") {
  for (int i = 0; i < 3000; ++i) {
    const Exact x = Exact(static_cast<double>(i)) / Exact(7.0);
    for (const double step : {1e-6, 0.001, 0.01, 0.05, 0.1, 0.25, 0.3, 1.0, 2.5, 10.0}) {
      const Exact rounded = round_to(x, step, RoundMode::half_up);
      CHECK(rounded == from_decimal(to_double(rounded)));
      CHECK(round_to(to_double(x), step, RoundMode::half_up) == to_double(rounded));
      CHECK(round_to(rounded, step, RoundMode::up) == rounded);
      CHECK(round_to(rounded, step, RoundMode::down) == rounded);
    }
  }
}

TEST_CASE("rounding decimals agrees with fractions in every mode") {
  Draw draw;
  for (int i = 0; i < 1500; ++i) {
    const double x = draw.mark(0.001, 99999);
    for (const double step : {0.01, 0.05, 0.25, 1.0}) {
      check_against(shortest_rational(x), from_decimal(x), x, step);
    }
  }
}

TEST_CASE("rounding means of two to thirteen marks agrees with fractions in every mode") {
  Draw draw;
  for (const double grid : {0.1, 0.25, 0.5}) {
    for (int n = 2; n <= 13; ++n) {
      for (int i = 0; i < 40; ++i) {
        Rational truth = 0;
        Exact exact(0.0);
        double plain = 0;
        for (int k = 0; k < n; ++k) {
          const double mark = std::fabs(draw.mark(grid, 100));
          truth += shortest_rational(mark);
          exact += from_decimal(mark);
          plain += mark;
        }
        check_against(truth / n, exact / Exact(static_cast<double>(n)), plain / n, 0.01);
        check_against(truth / n, exact / Exact(static_cast<double>(n)), plain / n, 0.1);
      }
    }
  }
}

TEST_CASE("rounding weighted sums, products and ratios agrees with fractions in every mode") {
  Draw draw;
  for (int i = 0; i < 1500; ++i) {
    const double a = draw.mark(0.1, 1000);
    const double b = draw.mark(0.25, 400);
    const double w = std::fabs(draw.mark(0.05, 20));
    const double d = std::fabs(draw.mark(0.1, 45)) + 0.1;
    const double difficulty = std::nearbyint(10 * d) / 10;
    const Rational p = shortest_rational(a);
    const Rational q = shortest_rational(b);
    const Rational u = shortest_rational(w);
    const Rational v = shortest_rational(difficulty);
    const Exact x = from_decimal(a);
    const Exact y = from_decimal(b);
    check_against(p * u + q * (1 - u), x * from_decimal(w) + y * (Exact(1.0) - from_decimal(w)),
                  a * w + b * (1 - w), 0.01);
    check_against(p * q, x * y, a * b, 0.01);
    check_against(p / v, x / from_decimal(difficulty), a / difficulty, 0.001);
    check_against(p * v / 3, x * from_decimal(difficulty) / Exact(3.0), a * difficulty / 3, 0.05);
  }
}

TEST_CASE(
    "a mean of judged marks rounds as published: 9.5 10 9.75 9.75 9.5 9.75 10 9.5 9.75 without "
    "one highest and one lowest is 68 / 7 = 9.71") {
  const std::vector<double> marks{9.5, 10.0, 9.75, 9.75, 9.5, 9.75, 10.0, 9.5, 9.75};
  std::vector<Exact> exact(marks.begin(), marks.end());
  const Groups panel = one_group(marks.size());
  const Kept kept = keep<Exact>(exact, panel, {1, 1, 0, 0, false});
  const auto sum = reduce<Exact>(exact, panel, {Reducer::sum, 0, {}}, {}, kept.mask);
  const auto mean = reduce<Exact>(exact, panel, {Reducer::mean, 0, {}}, {}, kept.mask);
  CHECK(sum.values[0] == Exact(68.0));
  CHECK(exactly(mean.values[0], 0.01) == 9.71);
}

TEST_CASE("large numbers of steps round by their own digits") {
  CHECK(exactly(from_decimal(12345678949.4), 1) == 12345678949);
  CHECK(round_to(12345678949.4, 1, RoundMode::half_up) == 12345678949);
  CHECK(round_to(12345678949.5, 1, RoundMode::half_even) == 12345678950);
  CHECK(exactly(from_decimal(12345678949.45), 0.1) == 12345678949.5);
  CHECK(round_to(12345678949.45, 0.1, RoundMode::half_up) == 12345678949.5);
  CHECK(round_to(12345678949.44, 0.1, RoundMode::half_up) == 12345678949.4);
  CHECK(round_to(5e12 + 0.375, 1, RoundMode::half_up) == 5e12);
  CHECK(round_to(5e12 + 0.625, 1, RoundMode::half_down) == 5e12 + 1);
  CHECK(round_to(0x1p51 + 0.5, 1, RoundMode::half_even) == 0x1p51);
  CHECK(exactly(Exact(1e20) + Exact(0.4), 1) == 1e20);
  CHECK(round_to(Exact(1e20) + Exact(0.5), 1, RoundMode::half_up) == Exact(1e20) + Exact(1.0));
}

TEST_CASE("rounding at the edges of double") {
  constexpr double largest = std::numeric_limits<double>::max();
  constexpr double least = std::numeric_limits<double>::denorm_min();
  for (const RoundMode mode : all_modes) {
    CHECK(round_to(1e300, 1e-300, mode) == 1e300);
    CHECK(exactly(1e300, 1e-300, mode) == 1e300);
    CHECK(round_to(largest, 1, mode) == largest);
    CHECK(round_to(1e-300, 1, mode) == 0);
    CHECK(exactly(1e-300, 1, mode) == 0);
    CHECK(round_to(least, 0.01, mode) == 0);
    CHECK(round_to(3 * least, least, mode) == 3 * least);
    CHECK(round_to(0.0, 0.01, mode) == 0);
    CHECK_FALSE(std::signbit(round_to(-0.0, 0.01, mode)));
    CHECK(std::isfinite(round_to(largest, 1e308, mode)));
    CHECK(std::isfinite(exactly(-largest, 1e308, mode)));
  }
  CHECK_FALSE(std::signbit(round_to(-0.3, 1, RoundMode::half_up)));
  CHECK(round_to(1.7e308, 1e308, RoundMode::half_up) == 1e308); // 2e308 is no double
  CHECK_THROWS_AS(round_to(1.0, 0, RoundMode::half_up), std::invalid_argument);
  CHECK_THROWS_AS(round_to(1.0, -0.1, RoundMode::half_up), std::invalid_argument);
}

TEST_CASE("what arithmetic may have lost does not lift a value over a boundary") {
  const Exact almost_nothing = from_decimal(0.1) + from_decimal(0.2) - from_decimal(0.3);
  CHECK(exactly(almost_nothing, 1, RoundMode::up) == 0);
  CHECK(round_to(0.1 + 0.2, 0.1, RoundMode::up) == 0.3);
  CHECK(round_to(0.1 + 0.7, 0.1, RoundMode::down) == 0.8);
  CHECK(round_to(4.35 * 100, 1, RoundMode::down) == 435);
  CHECK(exactly(Exact(1e-12), 1, RoundMode::up) == 1); // but a real difference does
  CHECK(round_to(1e-9, 1, RoundMode::up) == 1);
  CHECK(round_to(1000.4999999, 1, RoundMode::half_up) == 1000);
  CHECK(round_to(1000.0000001, 1, RoundMode::up) == 1001);
  CHECK(round_to(1e6 + 0.49999, 1, RoundMode::half_up) == 1e6);
  CHECK(exactly(from_decimal(1000.499999999999), 1) == 1000);
}

TEST_CASE("the step for significant digits") {
  CHECK(step_for_significant(1234.5, 2) == 100);
  CHECK(step_for_significant(-0.00123, 2) == 0.0001);
  CHECK(step_for_significant(999.96, 4) == 0.1);
  CHECK(round_to(999.96, step_for_significant(999.96, 4), RoundMode::half_up) == 1000);
  CHECK(step_for_significant(1000, 1) == 1000);
  CHECK(step_for_significant(0.001, 1) == 0.001);
  CHECK(step_for_significant(0, 3) == 1);
  CHECK(step_for_significant(1e300, 3) == 1e298);
  CHECK(step_for_significant(5e-324, 5) > 0);
}

TEST_CASE("running totals are rounded so that a profile keeps its sum") {
  // 3 x 33.3...: 33.33 -> 33, 66.67 -> 67, 100 -> 100
  const Exact third = Exact(100.0) / Exact(3.0);
  const std::vector<Exact> thirds(3, third);
  const auto rounded = round_cumulative<Exact>(thirds, 1, RoundMode::half_up);
  REQUIRE(rounded.size() == 3);
  CHECK(to_double(rounded[0]) == 33);
  CHECK(to_double(rounded[1]) == 34);
  CHECK(to_double(rounded[2]) == 33);
  const std::vector<double> shares{12.25, 37.5, 25.25, 20, 5};
  const auto profile = round_cumulative<double>(shares, 0.5, RoundMode::half_up);
  CHECK(profile == std::vector<double>{12.5, 37.5, 25, 20, 5});
  CHECK(round_cumulative<double>({}, 1, RoundMode::half_up).empty());
  const std::vector<double> huge{1e300, 1e-300};
  CHECK(round_cumulative<double>(huge, 1e-300, RoundMode::half_up) == huge);
}

TEST_CASE("running totals of random profiles agree with fractions") {
  Draw draw;
  for (int i = 0; i < 300; ++i) {
    std::vector<Exact> x;
    Rational total = 0;
    Rational before = 0;
    std::vector<double> expected;
    for (int k = 0; k < 6; ++k) {
      const double share = std::fabs(draw.mark(0.01, 3000));
      x.push_back(from_decimal(share));
      total += shortest_rational(share);
      const Rational now = round_fraction(total, 1, RoundMode::half_even);
      expected.push_back(nearest_double(now - before));
      before = now;
    }
    const auto rounded = round_cumulative<Exact>(x, 1, RoundMode::half_even);
    for (std::size_t k = 0; k < x.size(); ++k) {
      CHECK(to_double(rounded[k]) == expected[k]);
    }
  }
}

TEST_CASE("a curve goes through its knots and is level outside") {
  const std::vector<Knot<double>> knots{{0, 10}, {1, 20}, {3, -4}};
  bool defined = false;
  const auto at = [&](double x) { return curve<double>(x, knots, CurveMode::linear, 0, defined); };
  CHECK(at(-5) == 10);
  CHECK(at(0) == 10);
  CHECK(at(0.25) == 12.5);
  CHECK(at(1) == 20);
  CHECK(at(2) == 8);
  CHECK(at(3) == -4);
  CHECK(at(99) == -4);
  CHECK(defined);
}

TEST_CASE("a table of points is read at the last knot reached") {
  const std::vector<Knot<Exact>> table{
      {Exact(1.0), Exact(25.0)}, {Exact(2.0), Exact(18.0)}, {from_decimal(90.2), Exact(1.0)}};
  bool defined = true;
  const auto at = [&](const Exact& x, double tolerance) {
    return to_double(curve<Exact>(x, table, CurveMode::at_least, tolerance, defined));
  };
  CHECK(at(Exact(1.0), 0) == 25);
  CHECK(at(Exact(1.9), 0) == 25);
  CHECK(at(Exact(500.0), 0) == 1);
  CHECK(at(from_decimal(33.6) + from_decimal(31.6) + from_decimal(25.0), 1e-9) == 1);
  CHECK(defined);
  CHECK(at(Exact(0.5), 0) == 0);
  CHECK_FALSE(defined);
}

TEST_CASE("a table of points is read at the knot before or behind, which counts or does not") {
  const std::vector<Knot<double>> knots{{1, 10}, {2, 20}, {5, 50}};
  std::mt19937_64 random(6);
  for (int i = 0; i < 2000; ++i) {
    const double x = static_cast<double>(random() % 13) / 2;
    for (const CurveMode mode :
         {CurveMode::at_least, CurveMode::above, CurveMode::at_most, CurveMode::below}) {
      std::optional<double> expected;
      for (const Knot<double>& knot : knots) {
        const bool before = mode == CurveMode::at_least || mode == CurveMode::above;
        const bool fits = mode == CurveMode::at_least  ? x >= knot.x
                          : mode == CurveMode::above   ? x > knot.x
                          : mode == CurveMode::at_most ? x <= knot.x
                                                       : x < knot.x;
        if (fits && (before || !expected)) {
          expected = knot.y;
        }
      }
      bool defined = false;
      // What arithmetic may have lost is no difference.
      const double noise = 1e-10 * static_cast<double>(static_cast<int>(random() % 3) - 1);
      const double y = curve<double>(x + noise, knots, mode, 1e-9, defined);
      INFO(x << " " << static_cast<int>(mode));
      CHECK(defined == expected.has_value());
      CHECK(y == expected.value_or(0));
    }
  }
}

TEST_CASE("a curve between the largest numbers stays between them") {
  constexpr double largest = std::numeric_limits<double>::max();
  const std::vector<Knot<double>> knots{{-largest, -largest}, {largest, largest}};
  bool defined = false;
  CHECK(curve<double>(0.0, knots, CurveMode::linear, 0, defined) == 0);
  CHECK(curve<double>(0.5 * largest, knots, CurveMode::linear, 0, defined) ==
        Approx(0.5 * largest));
}

TEST_CASE("rounding errors do not carry a curve beyond its knots") {
  std::mt19937_64 random(36);
  const auto number = [&] { return std::uniform_real_distribution<>(0, 1)(random); };
  for (int i = 0; i < 2000; ++i) {
    const std::vector<Knot<double>> knots{{number(), number()}, {1 + number(), 1 + number()}};
    bool defined = false;
    const double x = std::nextafter(knots[1].x, 0);
    CHECK(curve<double>(x, knots, CurveMode::linear, 0, defined) <= knots[1].y);
  }
}

TEST_CASE("the normal distribution function (Abramowitz and Stegun 1964, table 26.1)") {
  CHECK(normal_cdf(0) == 0.5);
  CHECK(normal_cdf(1) == Approx(0.841344746068543).epsilon(1e-14));
  CHECK(normal_cdf(-1.96) == Approx(0.024997895148220).epsilon(1e-12));
  CHECK(normal_cdf(2.5) == Approx(0.993790334674224).epsilon(1e-14));
  CHECK(normal_cdf(-40) >= 0);
  CHECK(normal_cdf(40) == 1);
}
