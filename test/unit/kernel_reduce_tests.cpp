// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/reference_kernel.hpp"

#include <libeval/kernel/reduce.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

using namespace libeval::kernel;
using libeval::test::as_rational;
using libeval::test::Rational;
using libeval::test::shortest_rational;

namespace {

constexpr double largest = std::numeric_limits<double>::max();
constexpr double least = std::numeric_limits<double>::denorm_min();

constexpr std::array all_reducers{Reducer::sum,       Reducer::product,  Reducer::mean,
                                  Reducer::geometric, Reducer::harmonic, Reducer::power,
                                  Reducer::median,    Reducer::quantile, Reducer::min,
                                  Reducer::max,       Reducer::range,    Reducer::count,
                                  Reducer::norm,      Reducer::sd,       Reducer::sd_population,
                                  Reducer::mode,      Reducer::majority, Reducer::owa};

Reduction reduction(Reducer kind, std::size_t n) {
  const double parameter = kind == Reducer::power ? 2 : 0.5;
  return {kind, parameter, std::vector<double>(n, 1.0 / static_cast<double>(n == 0 ? 1 : n))};
}

// The value of one group, or nothing where it is undefined.
template <class T>
std::optional<T> one(const std::vector<T>& x, const Reduction& how, const std::vector<T>& w = {}) {
  const Reduced<T> result = reduce<T>(x, one_group(x.size()), how, w);
  REQUIRE(result.values.size() == 1);
  if (!result.undefined.empty()) {
    CHECK(to_double(result.values[0]) == 0);
    return std::nullopt;
  }
  CHECK(std::isfinite(to_double(result.values[0])));
  return result.values[0];
}

double value(const std::vector<double>& x, Reducer kind, double parameter = 0,
             const std::vector<double>& w = {}) {
  const auto result = one<double>(x, {kind, parameter, {}}, w);
  REQUIRE(result);
  return *result;
}

bool undefined(const std::vector<double>& x, Reducer kind, double parameter = 0.5,
               const std::vector<double>& w = {}) {
  return !one<double>(x, {kind, parameter, {}}, w);
}

std::vector<Exact> decimals(const std::vector<double>& x) {
  std::vector<Exact> result;
  for (const double value : x) {
    result.push_back(from_decimal(value));
  }
  return result;
}

} // namespace

TEST_CASE("reducers by hand") {
  const std::vector<double> x{3, 1, 4, 1, 5};
  CHECK(value(x, Reducer::sum) == 14);
  CHECK(value(x, Reducer::product) == 60);
  CHECK(value(x, Reducer::mean) == 2.8);
  CHECK(value(x, Reducer::median) == 3);
  CHECK(value({3, 1, 4, 1}, Reducer::median) == 2);
  CHECK(value(x, Reducer::min) == 1);
  CHECK(value(x, Reducer::max) == 5);
  CHECK(value(x, Reducer::range) == 4);
  CHECK(value(x, Reducer::count) == 5);
  CHECK(value(x, Reducer::mode) == 1);
  CHECK(value({3, 4}, Reducer::norm) == 5);
  CHECK(value({2, 4, 4, 4, 5, 5, 7, 9}, Reducer::sd_population) == 2);
  CHECK(value({1, 2, 3, 4, 5}, Reducer::sd) == Approx(std::sqrt(2.5)).epsilon(1e-15));
  CHECK(value({2, 8}, Reducer::geometric) == Approx(4).epsilon(1e-15));
  CHECK(value({2, 6}, Reducer::harmonic) == Approx(3).epsilon(1e-15));
  CHECK(value({1, 7}, Reducer::power, 2) == Approx(5).epsilon(1e-15));
  CHECK(value({2, 6}, Reducer::power, -1) == Approx(3).epsilon(1e-15));
  CHECK(value({1, 2, 3, 4}, Reducer::quantile, 0.25) == 1.75);
  CHECK(value({1, 2, 3, 4}, Reducer::quantile, 1) == 4);
  CHECK(value({1, 2, 3, 4}, Reducer::quantile, 0) == 1);
  CHECK(*one<double>({1, 5, 3}, {Reducer::owa, 0, {0.5, 0.25, 0.25}}) == 3.5);
}

TEST_CASE("the median of weights, and which of two in the middle") {
  CHECK(value({1, 2, 3, 4}, Reducer::median) == 2.5);
  CHECK(value({1, 2, 3, 4}, Reducer::median, -1) == 2);
  CHECK(value({1, 2, 3, 4}, Reducer::median, 1) == 3);
  CHECK(value({1, 2, 3}, Reducer::median, -1) == 2);
  CHECK(value({3, 1, 4}, Reducer::median, 0, {0, 0, 9}) == 4);
  CHECK(value({5, 7, 9}, Reducer::median, 0, {0.1, 0.2, 0.3}) == 8); // 0.3 on each side
  CHECK(value({5, 7, 9}, Reducer::median, -1, {0.1, 0.2, 0.3}) == 7);
  CHECK(value({5, 7, 9}, Reducer::median, 1, {0.1, 0.2, 0.3}) == 9);
  CHECK(undefined({1, 2}, Reducer::median, 0, {0, 0}));
}

TEST_CASE("weights") {
  CHECK(value({1, 2, 3}, Reducer::sum, 0, {0.5, 0.25, 0.25}) == 1.75);
  CHECK(value({1, 2, 3}, Reducer::mean, 0, {2, 1, 1}) == 1.75);
  CHECK(value({1, 100}, Reducer::mean, 0, {3, 0}) == 1);
  CHECK(value({4, 9, 0}, Reducer::geometric, 0, {1, 1, 0}) == Approx(6).epsilon(1e-15));
  CHECK(value({2, 6, 0}, Reducer::harmonic, 0, {1, 1, 0}) == Approx(3).epsilon(1e-15));
  CHECK(value({1, 7, 1e9}, Reducer::power, 2, {1, 1, 0}) == Approx(5).epsilon(1e-15));
  CHECK(value({1, 2}, Reducer::sum, 0, {0, 0}) == 0);
  for (const Reducer kind :
       {Reducer::mean, Reducer::geometric, Reducer::harmonic, Reducer::power, Reducer::majority}) {
    CHECK(undefined({1, 2}, kind, 0.5, {0, 0}));
  }
  CHECK(value({3, 1, 4}, Reducer::max, 0, {9, 9, 0}) == 4); // not a weighted reducer
}

TEST_CASE("a majority is more than the share, counted in decimals") {
  CHECK(value({1, 1, 0, 0}, Reducer::majority, 0.5) == 0);
  CHECK(value({1, 1, 1, 0, 0}, Reducer::majority, 0.5) == 1);
  CHECK(value({1, 1, 0}, Reducer::majority, 2.0 / 3) == 0);
  CHECK(value({1, 1, 0}, Reducer::majority, 0.6) == 1);
  CHECK(value({-1, 2}, Reducer::majority, 0) == 1);
  CHECK(value({1, 1, 0}, Reducer::majority, 0.5, {0.1, 0.2, 0.3}) == 0);
  CHECK(value({1, 1, 0}, Reducer::majority, 0.5, {0.1, 0.2001, 0.3}) == 1);
}

TEST_CASE("the mode of values as frequent as others is undefined") {
  CHECK(value({2, 1, 2, 3}, Reducer::mode) == 2);
  CHECK(value({7}, Reducer::mode) == 7);
  CHECK(undefined({1, 2}, Reducer::mode));
  CHECK(undefined({1, 1, 2, 2, 3}, Reducer::mode));
  CHECK(value({0.0, -0.0, 1}, Reducer::mode) == 0);
}

TEST_CASE("what is undefined is listed and 0") {
  CHECK(undefined({1, -2}, Reducer::geometric));
  CHECK(value({0, 2}, Reducer::geometric) == 0);
  CHECK(undefined({1, 0}, Reducer::harmonic));
  CHECK(undefined({1, -1}, Reducer::power, 2));
  CHECK(undefined({1, 0}, Reducer::power, -1));
  CHECK(value({0, 0}, Reducer::power, 2) == 0);
  CHECK(undefined({5}, Reducer::sd));
  CHECK(value({5}, Reducer::sd_population) == 0);
  CHECK_FALSE(one<double>({1, 2, 3}, {Reducer::owa, 0, {0.5, 0.5}}));
}

TEST_CASE("an empty group has a sum, a product and a count") {
  for (const Reducer kind : all_reducers) {
    const auto result = one<double>({}, reduction(kind, 0));
    const auto exact = one<Exact>({}, reduction(kind, 0));
    const bool has_value =
        kind == Reducer::sum || kind == Reducer::product || kind == Reducer::count;
    CHECK(result.has_value() == has_value);
    CHECK(exact.has_value() == has_value);
    if (has_value) {
      CHECK(*result == (kind == Reducer::product ? 1 : 0));
    }
  }
}

TEST_CASE("no groups, one cell, a constant column") {
  for (const Reducer kind : all_reducers) {
    CHECK(reduce<double>({}, Groups{}, reduction(kind, 1)).values.empty());
    if (kind != Reducer::sd && kind != Reducer::majority) {
      const double expected = kind == Reducer::count                                     ? 1
                              : kind == Reducer::range || kind == Reducer::sd_population ? 0
                                                                                         : 0.1;
      CHECK(*one<double>({0.1}, reduction(kind, 1)) == expected);
    }
  }
  for (const double x : {0.1, 1e300, 1e-300, 3 * least, largest, 7.3}) {
    const std::vector<double> same(7, x);
    for (const Reducer kind : {Reducer::mean, Reducer::geometric, Reducer::harmonic, Reducer::power,
                               Reducer::median, Reducer::quantile, Reducer::min, Reducer::max}) {
      INFO("reducer " << static_cast<int>(kind) << " of " << x);
      CHECK(*one<double>(same, reduction(kind, 7)) == x);
      CHECK(*one<double>(same, reduction(kind, 7), {0.1, 0.2, 0.3, 0.1, 0.7, 0, 0.1}) == x);
      CHECK(*one<Exact>(decimals(same), reduction(kind, 7)) == from_decimal(x));
    }
    for (const Reducer kind : {Reducer::sd, Reducer::sd_population, Reducer::range}) {
      CHECK(*one<double>(same, reduction(kind, 7)) == 0);
      CHECK(*one<Exact>(decimals(same), reduction(kind, 7)) == Exact(0.0));
    }
  }
}

TEST_CASE("the largest and the smallest numbers") {
  CHECK(value({largest, largest}, Reducer::mean) == largest);
  CHECK(value({largest, -largest, 1}, Reducer::sum) == 1);
  CHECK(value({largest, largest, -largest}, Reducer::sum) == largest);
  CHECK(undefined({largest, largest}, Reducer::sum));
  CHECK(undefined({largest, 2}, Reducer::product));
  CHECK(value({1e300, 1e300, 1e-300, 1e-300}, Reducer::product) == Approx(1).epsilon(1e-12));
  CHECK(value({1e-300, 1e-300, 1e300, 1e300}, Reducer::product) == Approx(1).epsilon(1e-12));
  CHECK(value({1e-300, 1e-300}, Reducer::product) == 0);
  CHECK(undefined({largest, -largest}, Reducer::range));
  CHECK(value({3e300, 4e300}, Reducer::norm) == Approx(5e300).epsilon(1e-14));
  CHECK(value({3e-300, 4e-300}, Reducer::norm) == Approx(5e-300).epsilon(1e-14));
  CHECK(undefined({largest, largest}, Reducer::norm));
  CHECK(value({1e300, 3e300}, Reducer::sd_population) == Approx(1e300).epsilon(1e-14));
  CHECK(value({1e-300, 3e-300}, Reducer::sd_population) == Approx(1e-300).epsilon(1e-14));
  CHECK(value({largest, -largest}, Reducer::sd_population) == largest);
  CHECK(undefined({largest, -largest}, Reducer::sd));
  CHECK(value({1e300, 1e-300}, Reducer::geometric) == Approx(1).epsilon(1e-12));
  CHECK(value({largest, largest}, Reducer::harmonic) == largest);
  CHECK(value({least, least}, Reducer::harmonic) == least);
  CHECK(value({1e300, 1e-300}, Reducer::harmonic) == Approx(2e-300).epsilon(1e-14));
  CHECK(value({1e300, 1e-300}, Reducer::power, -1) == Approx(2e-300).epsilon(1e-14));
  CHECK(value({3e300, 4e300}, Reducer::power, 2) == Approx(5e300 / std::sqrt(2)).epsilon(1e-14));
  CHECK(value({largest, largest}, Reducer::median) == largest);
  CHECK(value({-largest, largest}, Reducer::quantile, 0.75) == Approx(0.5 * largest));
  CHECK(value({1e300, 3e300}, Reducer::mean, 0, {1e300, 1e300}) == Approx(2e300).epsilon(1e-14));
  CHECK(value({1e-300, 3e-300}, Reducer::mean, 0, {1e-300, 1e-300}) ==
        Approx(2e-300).epsilon(1e-14));
  CHECK(value({1e-300, 3e-300}, Reducer::mean, 0, {least, least}) == Approx(2e-300).epsilon(1e-14));
  CHECK(value({1, 3}, Reducer::geometric, 0, {1e300, 1e300}) ==
        Approx(std::sqrt(3)).epsilon(1e-14));
  CHECK(value({3e-308, 5e-308}, Reducer::mean, 0, {1e-40, 1e-40}) == Approx(4e-308).epsilon(1e-12));
  CHECK(value({1, 3}, Reducer::power, 1e-300) >= 1);
}

TEST_CASE("no reducer gives an infinity or NaN for extreme numbers") {
  const std::vector<double> extremes{largest, -largest, 1e300, -1e300, 1e-300, -1e-300,
                                     least,   -least,   0.0,   -0.0,   1.0,    -1.0};
  std::mt19937_64 random(9);
  for (int i = 0; i < 2000; ++i) {
    std::vector<double> x;
    std::vector<double> w;
    const std::size_t n = 1 + random() % 5;
    for (std::size_t k = 0; k < n; ++k) {
      x.push_back(extremes[random() % extremes.size()]);
      w.push_back(std::fabs(extremes[random() % extremes.size()]));
    }
    const std::vector<Exact> exact(x.begin(), x.end());
    const std::vector<Exact> exact_weights(w.begin(), w.end());
    for (const Reducer kind : all_reducers) {
      (void)one<double>(x, reduction(kind, n)); // `one` checks
      (void)one<double>(x, reduction(kind, n), w);
      (void)one<Exact>(exact, reduction(kind, n));
      (void)one<Exact>(exact, reduction(kind, n), exact_weights);
      for (const double order : {-300.0, -1.0, 0.3, 300.0}) {
        (void)one<double>(x, {Reducer::power, order, {}}, w);
        (void)one<Exact>(exact, {Reducer::power, order, {}}, exact_weights);
      }
    }
  }
}

TEST_CASE("reducing decimals agrees with fractions") {
  std::mt19937_64 random(11);
  const auto mark = [&](int from, int to) {
    return static_cast<double>(std::uniform_int_distribution<>(from, to)(random)) / 10;
  };
  for (int i = 0; i < 400; ++i) {
    const std::size_t n = 1 + random() % 9;
    std::vector<double> x;
    std::vector<double> w;
    for (std::size_t k = 0; k < n; ++k) {
      x.push_back(mark(-20, 100));
      w.push_back(mark(0, 10));
    }
    std::vector<Rational> fractions;
    std::vector<Rational> shares;
    for (std::size_t k = 0; k < n; ++k) {
      fractions.push_back(shortest_rational(x[k]));
      shares.push_back(shortest_rational(w[k]));
    }
    const bool weighted = i % 2 == 0;
    for (const Reducer kind :
         {Reducer::sum, Reducer::product, Reducer::mean, Reducer::harmonic, Reducer::median,
          Reducer::quantile, Reducer::min, Reducer::max, Reducer::range, Reducer::count,
          Reducer::majority, Reducer::mode, Reducer::owa}) {
      std::vector<double> order_weights(n, 0.1);
      order_weights[0] = 0.7;
      const Reduction how{kind,
                          kind == Reducer::quantile ? 0.05 * static_cast<double>(i % 21)
                          : kind == Reducer::median ? static_cast<double>(i % 3 - 1)
                                                    : 0.5,
                          order_weights};
      const bool use =
          weighted && (kind == Reducer::sum || kind == Reducer::mean || kind == Reducer::harmonic ||
                       kind == Reducer::majority || kind == Reducer::median);
      const auto truth =
          libeval::test::reduce_fractions(fractions, use ? shares : std::vector<Rational>{}, how);
      const auto exact = one<Exact>(decimals(x), how, use ? decimals(w) : std::vector<Exact>{});
      const auto plain = one<double>(x, how, use ? w : std::vector<double>{});
      INFO("reducer " << static_cast<int>(kind) << " of " << n << (use ? ", weighted" : ""));
      REQUIRE(exact.has_value() == truth.has_value());
      REQUIRE(plain.has_value() == truth.has_value());
      if (truth) {
        const Rational size = abs(*truth) + 100;
        CHECK(abs(as_rational(*exact) - *truth) <= size * Rational(1e-30));
        CHECK(*plain == Approx(static_cast<double>(*truth)).margin(1e-12).epsilon(1e-13));
      }
    }
  }
}

TEST_CASE("geometric and power means and deviations keep 29 digits in exact numbers") {
  const auto square = [](const Exact& x) { return as_rational(x) * as_rational(x); };
  const auto near = [](const Rational& a, const Rational& b) {
    return abs(a - b) <= abs(b) * Rational(1e-29);
  };
  std::mt19937_64 random(12);
  for (int i = 0; i < 300; ++i) {
    const std::vector<double> x{static_cast<double>(1 + random() % 1000) / 10,
                                static_cast<double>(1 + random() % 1000) / 10};
    const Rational a = shortest_rational(x[0]);
    const Rational b = shortest_rational(x[1]);
    CHECK(near(square(*one<Exact>(decimals(x), {Reducer::geometric, 0, {}})), a * b));
    CHECK(near(square(*one<Exact>(decimals(x), {Reducer::power, 2, {}})), (a * a + b * b) / 2));
    CHECK(near(square(*one<Exact>(decimals(x), {Reducer::norm, 0, {}})), a * a + b * b));
    if (a != b) {
      CHECK(near(square(*one<Exact>(decimals(x), {Reducer::sd, 0, {}})), (a - b) * (a - b) / 2));
    }
  }
  CHECK(abs(*one<Exact>(decimals({4, 9}), {Reducer::geometric, 0, {}}) - Exact(6.0)) <
        Exact(1e-29));
}

TEST_CASE("groups need not lie side by side, may be empty, and may be masked") {
  Groups groups;
  groups.offsets = {0, 2, 2, 5};
  groups.members = {4, 0, 3, 1, 2};
  const std::vector<double> x{1, 2, 4, 8, 16};
  const auto all = reduce<double>(x, groups, {Reducer::sum, 0, {}});
  CHECK(all.values == std::vector<double>{17, 0, 14});
  const std::vector<std::uint8_t> mask{0, 1, 1, 1, 1};
  const auto some = reduce<double>(x, groups, {Reducer::mean, 0, {}}, {}, mask);
  CHECK(some.values[0] == 16);
  CHECK(some.values[2] == Approx(14.0 / 3));
  CHECK(some.undefined == std::vector<std::uint32_t>{1});
  const std::vector<double> w{1, 0, 3, 1, 1};
  const auto weighted = reduce<double>(x, groups, {Reducer::mean, 0, {}}, w, mask);
  CHECK(weighted.values[0] == 16);
  CHECK(weighted.values[2] == 5);
}

TEST_CASE("long columns reduce as their definition says") {
  std::mt19937_64 random(15);
  for (const std::size_t n : {31U, 32U, 33U, 47U, 63U, 64U, 100U, 2047U, 2048U, 2049U, 5000U}) {
    std::vector<double> x(n);
    for (double& value : x) { // quarters: every order of adding them gives the same sum
      value = static_cast<double>(random() % 4000) / 4 - 300;
    }
    double sum = 0;
    for (const double value : x) {
      sum += value;
    }
    const auto [least_one, most] = std::minmax_element(x.begin(), x.end());
    CHECK(value(x, Reducer::sum) == sum);
    CHECK(value(x, Reducer::mean) == sum / static_cast<double>(n));
    CHECK(value(x, Reducer::min) == *least_one);
    CHECK(value(x, Reducer::max) == *most);
    x[n - 1] = 1e6;
    CHECK(value(x, Reducer::max) == 1e6);
    x[n - 2] = -1e6;
    const auto both = ranges<double>(x, one_group(n));
    CHECK(both.min[0] == -1e6);
    CHECK(both.max[0] == 1e6);
  }
}

TEST_CASE("ranges of groups") {
  Groups groups;
  groups.offsets = {0, 2, 2, 3};
  const std::vector<double> x{5, -1, 7};
  const auto all = ranges<double>(x, groups);
  CHECK(all.min == std::vector<double>{-1, 0, 7});
  CHECK(all.max == std::vector<double>{5, 0, 7});
  CHECK(all.undefined == std::vector<std::uint32_t>{1});
  const std::vector<std::uint8_t> mask{0, 1, 0};
  const std::vector<Exact> y{Exact(5.0), Exact(-1.0), Exact(7.0)};
  const auto some = ranges<Exact>(y, groups, mask);
  CHECK(to_double(some.max[0]) == -1);
  CHECK(some.undefined == std::vector<std::uint32_t>{1, 2});
}

TEST_CASE("the same cells in the same order reduce to the same bits wherever they lie") {
  std::mt19937_64 random(13);
  std::vector<double> x(1000);
  for (double& value : x) {
    value = std::uniform_real_distribution<>(-1, 1)(random);
  }
  std::vector<double> padded(1, 99.0);
  padded.insert(padded.end(), x.begin(), x.end());
  Groups scattered;
  scattered.offsets = {0, 1000};
  for (std::uint32_t i = 1; i <= 1000; ++i) {
    scattered.members.push_back(i);
  }
  for (const Reducer kind : all_reducers) {
    if (kind != Reducer::geometric && kind != Reducer::harmonic && kind != Reducer::power &&
        kind != Reducer::mode) {
      CHECK(reduce<double>(padded, scattered, reduction(kind, 1000)).values[0] ==
            *one<double>(x, reduction(kind, 1000)));
    }
  }
}

TEST_CASE("sizes that do not fit and parameters out of range are refused with the numbers") {
  const std::vector<double> x{1, 2, 3};
  CHECK_THROWS_WITH(reduce<double>(x, one_group(4), {Reducer::sum, 0, {}}),
                    "reduce: the groups hold 4 cells, the column has 3");
  const std::vector<double> two{1, 2};
  CHECK_THROWS_WITH(reduce<double>(x, one_group(3), {Reducer::sum, 0, {}}, two),
                    "reduce: 2 weights for 3 cells");
  const std::vector<std::uint8_t> mask{1, 1};
  CHECK_THROWS_AS(reduce<double>(x, one_group(3), {Reducer::sum, 0, {}}, {}, mask),
                  std::invalid_argument);
  CHECK_THROWS_AS(reduce<double>(x, one_group(3), {Reducer::quantile, 1.5, {}}),
                  std::invalid_argument);
  CHECK_THROWS_AS(reduce<double>(x, one_group(3), {Reducer::power, 0, {}}), std::invalid_argument);
  CHECK_THROWS_AS(reduce<double>(x, one_group(3), {Reducer::majority, 1, {}}),
                  std::invalid_argument);
  CHECK_THROWS_AS(keep<double>(x, one_group(3), {0, 0, -0.1, 0, false}), std::invalid_argument);
}

namespace {

std::vector<double> kept(const std::vector<double>& x, const Keep& rule) {
  const Kept result = keep<double>(x, one_group(x.size()), rule);
  std::vector<double> values;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (result.mask[i] != 0) {
      values.push_back(x[i]);
    }
  }
  return values;
}

} // namespace

TEST_CASE("setting aside by hand") {
  CHECK(kept({3, 1, 2}, {1, 1, 0, 0, false}) == std::vector<double>{2});
  CHECK(kept({3, 1, 2, 5}, {0, 0, 0, 2, false}) == std::vector<double>{3, 5});
  CHECK(kept({3, 1, 2, 5}, {0, 0, 0, 2, true}) == std::vector<double>{1, 2});
  CHECK(kept({3, 1, 2, 5}, {0, 0, 0.25, 0, false}) == std::vector<double>{3, 2});
  CHECK(kept({3, 1, 2, 5}, {0, 0, 0.2, 0, false}) == std::vector<double>{3, 1, 2, 5});
  CHECK(kept({3, 1, 2, 5}, {1, 0, 0, 2, false}) == std::vector<double>{3, 2});
  CHECK(kept({}, {}).empty());
}

TEST_CASE("of equal values the first is set aside, and one cell is never set aside twice") {
  const std::vector<double> x{9, 9, 9, 9};
  CHECK(keep<double>(x, one_group(4), {1, 1, 0, 0, false}).mask ==
        std::vector<std::uint8_t>{0, 0, 1, 1});
  CHECK(keep<double>(x, one_group(4), {0, 0, 0, 1, false}).mask ==
        std::vector<std::uint8_t>{0, 0, 0, 1});
}

TEST_CASE("a share of 0.29 of a hundred is 29") {
  std::vector<double> x(100);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = static_cast<double>(i);
  }
  CHECK(kept(x, {0, 0, 0.29, 0, false}).size() == 42); // 0.29 * 100 is 28.99... in binary
}

TEST_CASE("shares of hundredths trim what whole numbers say") {
  for (std::size_t n = 0; n <= 200; n += 1 + n / 20) {
    const std::vector<double> x(n, 1.0);
    for (std::size_t hundredths = 0; hundredths < 50; ++hundredths) {
      const double share = static_cast<double>(hundredths) / 100;
      INFO(share << " of " << n);
      CHECK(kept(x, {0, 0, share, 0, false}).size() == n - 2 * (hundredths * n / 100));
    }
  }
}

TEST_CASE("groups with too few cells are listed") {
  Groups groups;
  groups.offsets = {0, 2, 2, 5};
  const std::vector<double> x{1, 2, 3, 4, 5};
  const Kept trimmed = keep<double>(x, groups, {1, 1, 0, 0, false});
  CHECK(trimmed.too_few == std::vector<std::uint32_t>{0, 1});
  CHECK(trimmed.mask == std::vector<std::uint8_t>{0, 0, 0, 1, 0});
  const Kept best = keep<double>(x, groups, {0, 0, 0, 3, false});
  CHECK(best.too_few == std::vector<std::uint32_t>{0, 1});
  CHECK(best.mask == std::vector<std::uint8_t>{1, 1, 1, 1, 1});
  const Kept none = keep<double>(x, groups, {std::size_t(-1), std::size_t(-1), 1, 0, false});
  CHECK(none.too_few.size() == 3);
}

TEST_CASE("each group has a rule of its own") {
  Groups groups;
  groups.offsets = {0, 3, 5};
  const std::vector<double> x{3, 1, 2, 9, 8};
  const std::vector<Keep> rules{{0, 0, 0, 2, false}, {0, 0, 0, 1, true}};
  CHECK(keep_by<double>(x, groups, std::span<const Keep>(rules)).mask ==
        std::vector<std::uint8_t>{1, 0, 1, 0, 1});
  CHECK_THROWS_AS(keep_by<double>(x, groups, std::span<const Keep>(rules).first(1)),
                  std::invalid_argument);
}

TEST_CASE("the best whose weights come to a whole count, the last in part") {
  const auto counted = [](const std::vector<double>& x, const std::vector<double>& weights,
                          double whole, bool cost = false) {
    const std::vector<double> of{whole};
    return count_best<double>(x, one_group(x.size()), std::span<const double>(weights),
                              std::span<const double>(of), cost);
  };
  using Values = std::vector<double>;
  CHECK(counted({62, 59, 69, 57}, {30, 30, 30, 30}, 100).share == Values{1, 1, 1, 1.0 / 3});
  CHECK(counted({62, 59, 69, 57}, {30, 30, 30, 30}, 90).share == Values{1, 1, 1, 0});
  CHECK(counted({50, 60, 50}, {10, 20, 30}, 40).share == Values{0.5, 1, 0.5});
  CHECK(counted({50, 60, 50}, {10, 20, 30}, 10, true).share == Values{0.25, 0, 0.25});
  CHECK(counted({1, 2, 3}, {0.1, 0.1, 0.1}, 0.3).share == Values{1, 1, 1});
  CHECK(counted({3, 2, 1}, {0.1, 0.2, 5}, 0.3).share == Values{1, 1, 0});
  CHECK(counted({3, 2, 1}, {0, 4, 0}, 4).share == Values{1, 1, 1}); // what weighs nothing
  CHECK(counted({3, 2}, {4, 5}, 10).too_little.size() == 1);
  CHECK(counted({3, 2}, {4, 5}, 9).too_little.empty());
  CHECK(counted({3, 2}, {11, -1}, 10).negative.size() == 1);
  CHECK(counted({}, {}, 10).too_little.size() == 1);
}

TEST_CASE("counting in part agrees with counting one by one") {
  std::mt19937_64 random(15);
  for (int i = 0; i < 2000; ++i) {
    const std::size_t n = 1 + random() % 6;
    std::vector<double> x, weights, units;
    std::vector<std::uint8_t> mask;
    for (std::size_t k = 0; k < n; ++k) {
      x.push_back(static_cast<double>(random() % 4));
      weights.push_back(static_cast<double>(random() % 4));
      mask.push_back(random() % 5 != 0);
      if (mask.back() != 0) {
        units.insert(units.end(), static_cast<std::size_t>(weights.back()), x.back());
      }
    }
    const bool cost = random() % 2 == 0;
    std::sort(units.begin(), units.end());
    if (!cost) {
      std::reverse(units.begin(), units.end());
    }
    const std::size_t of = 1 + random() % 6;
    const std::vector<double> whole{static_cast<double>(of)};
    const auto counted = count_best<double>(x, one_group(n), std::span<const double>(weights),
                                            std::span<const double>(whole), cost, mask);
    CHECK(counted.too_little.empty() == (units.size() >= of));
    double sum = 0, expected = 0;
    for (std::size_t k = 0; k < n; ++k) {
      sum += counted.share[k] * weights[k] * x[k];
      CHECK((mask[k] != 0 || counted.share[k] == 0));
    }
    for (std::size_t k = 0; k < std::min(of, units.size()); ++k) {
      expected += units[k];
    }
    CHECK(sum == Approx(expected));
  }
}

TEST_CASE("setting aside agrees with setting aside one by one") {
  std::mt19937_64 random(14);
  for (int i = 0; i < 3000; ++i) {
    const std::size_t n = random() % 12;
    std::vector<double> x;
    std::vector<std::uint8_t> mask;
    Groups groups;
    for (std::size_t k = 0; k < n; ++k) {
      x.push_back(static_cast<double>(random() % 5));
      mask.push_back(random() % 4 != 0);
      groups.members.push_back(static_cast<std::uint32_t>(k));
    }
    std::shuffle(groups.members.begin(), groups.members.end(), random);
    const auto cut = static_cast<std::uint32_t>(n == 0 ? 0 : random() % n);
    groups.offsets = {0, cut, static_cast<std::uint32_t>(n)};
    const Keep rule{random() % 3, random() % 3, 0.05 * static_cast<double>(random() % 8),
                    random() % 4, random() % 2 == 0};
    const Kept result = keep<double>(x, groups, rule, mask);
    const Kept truth = libeval::test::keep(x, groups, rule, mask);
    CHECK(result.mask == truth.mask);
    CHECK(result.too_few == truth.too_few);
    CHECK(keep<Exact>(decimals(x), groups, rule, mask).mask == truth.mask);
  }
}
