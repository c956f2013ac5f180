// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/draw.hpp>
#include <libeval/kernel/each.hpp>
#include <libeval/kernel/sample.hpp>

#include "kernel/beta.hpp"

#include "support/catch.hpp"
#include "support/reference_smaa.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

using namespace libeval::kernel;
using libeval::test::contains;

namespace {

constexpr std::uint64_t seed = 20260220;
constexpr std::size_t many = 20000;

/// Largest distance between the sample's and the given distribution function. Above
/// 1.95 / sqrt(size) one true sample in 1000 lies.
double kolmogorov_smirnov(std::vector<double> sample, const std::function<double(double)>& cdf) {
  std::sort(sample.begin(), sample.end());
  const auto n = static_cast<double>(sample.size());
  double most = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double f = cdf(sample[i]);
    most = std::max({most, f - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - f});
  }
  return most * std::sqrt(n);
}
constexpr double critical = 1.95;

template <class F>
std::vector<double> draws(F&& draw) {
  std::vector<double> out;
  for (std::uint64_t r = 0; r < many; ++r)
    out.push_back(draw(Stream(seed, r, 3)));
  return out;
}

double mean(const std::vector<double>& x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}
double variance(const std::vector<double>& x) {
  const double m = mean(x);
  double sum = 0;
  for (const double v : x)
    sum += (v - m) * (v - m);
  return sum / static_cast<double>(x.size());
}

/// One weight of a point uniform on the simplex of n: 1 - (1 - w)^(n - 1).
double simplex_marginal(double w, int n) {
  return 1 - std::pow(1 - w, n - 1);
}

} // namespace

TEST_CASE("a stream is philox on replicate, source and block, keyed by the seed") {
  const Stream stream(0x0123456789abcdef, 0xfedcba9876543210, 7);
  CHECK(stream.block(5) == philox({0x76543210, 0xfedcba98, 7, 5}, {0x89abcdef, 0x01234567}));
  Stream in_turn = stream;
  CHECK(in_turn.next() == stream.block(0));
  CHECK(in_turn.next() == stream.block(1));
}

TEST_CASE("own logarithm and exponential lie within 2e-15 of the library's") {
  for (int i = -700; i <= 700; ++i) {
    const double x = 0.37 * i / 3;
    CHECK(std::abs(exponential(x) / std::exp(x) - 1) < 2e-15 * std::max(1.0, std::abs(x)));
    const double y = std::exp(0.9 * i);
    CHECK(std::abs(natural_logarithm(y) - std::log(y)) <
          2e-16 * std::max(1.0, std::abs(std::log(y))) * 2);
  }
  CHECK(exponential(0) == 1);
  CHECK(natural_logarithm(1) == 0);
}

TEST_CASE("uniform numbers: Kolmogorov-Smirnov and independence of neighbors") {
  CHECK(kolmogorov_smirnov(draws([](const Stream& s) { return uniform_at(s, 5); }),
                           [](double x) { return x; }) < critical);
  CHECK(unit(0, 0) == 0x1p-53);
  CHECK(unit(0xffffffff, 0xffffffff) == 1 - 0x1p-53);
  double product = 0;
  for (std::uint64_t r = 0; r < many; ++r) {
    const Stream s(seed, r, 3);
    product += (uniform_at(s, 0) - 0.5) * (uniform_at(s, 1) - 0.5);
  }
  CHECK(std::abs(product / static_cast<double>(many) * 12) < 4 / std::sqrt(many));
}

TEST_CASE("normal numbers: Kolmogorov-Smirnov, moments, both of a pair") {
  for (const std::uint32_t k : {0U, 1U, 6U, 7U}) {
    const auto x = draws([&](const Stream& s) { return normal_at(s, k); });
    CHECK(kolmogorov_smirnov(x, [](double v) { return normal_cdf(v); }) < critical);
    CHECK(std::abs(mean(x)) < 4 / std::sqrt(many));
    CHECK(std::abs(variance(x) - 1) < 4 * std::sqrt(2.0 / many));
  }
  const auto product = draws([](const Stream& s) { return normal_at(s, 0) * normal_at(s, 1); });
  CHECK(std::abs(mean(product)) < 4 / std::sqrt(many));
}

TEST_CASE("whole numbers below n are uniform") {
  constexpr std::uint64_t n = 7;
  std::vector<double> count(n, 0);
  for (std::uint64_t r = 0; r < many; ++r)
    ++count[below_at(Stream(seed, r, 1), 3, n)];
  double chi = 0;
  for (const double c : count)
    chi += (c - many / 7.0) * (c - many / 7.0) / (many / 7.0);
  CHECK(chi < 22.5); // 6 degrees of freedom, 1 in 1000
  CHECK(below_at(Stream(seed, 0, 1), 0, 1) == 0);
  const std::uint64_t huge = 0xFFFFFFFFFFFFFFFF;
  const auto words = Stream(seed, 9, 1).block(0);
  CHECK(below_at(Stream(seed, 9, 1), 0, huge) <= (std::uint64_t{words[1]} << 32 | words[0]));
}

TEST_CASE("weights uniform on the simplex: moments and Kolmogorov-Smirnov") {
  for (const int n : {2, 3, 10}) {
    std::vector<std::vector<double>> w(static_cast<std::size_t>(n));
    std::vector<double> point(static_cast<std::size_t>(n));
    for (std::uint64_t r = 0; r < many; ++r) {
      simplex(Stream(seed, r, 4), point);
      CHECK(std::accumulate(point.begin(), point.end(), 0.0) == Approx(1).epsilon(1e-14));
      for (std::size_t j = 0; j < point.size(); ++j)
        w[j].push_back(point[j]);
    }
    for (const auto& x : w) {
      CHECK(kolmogorov_smirnov(x, [&](double v) { return simplex_marginal(v, n); }) < critical);
      const double v = (n - 1.0) / (n * n * (n + 1.0)), sd = std::sqrt(v);
      CHECK(std::abs(mean(x) - 1.0 / n) < 4 * sd / std::sqrt(many));
      CHECK(variance(x) == Approx(v).epsilon(0.05));
    }
  }
}

TEST_CASE("uniform numbers divided by their sum are not uniform on the simplex") {
  for (const int n : {3, 10}) {
    const auto wrong = draws([&](const Stream& s) {
      double sum = 0;
      for (int j = 0; j < n; ++j)
        sum += uniform_at(s, static_cast<std::uint32_t>(j));
      return uniform_at(s, 0) / sum;
    });
    CHECK(kolmogorov_smirnov(wrong, [&](double v) { return simplex_marginal(v, n); }) >
          2 * critical);
  }
}

TEST_CASE("gamma, beta and Dirichlet numbers have their moments") {
  for (const double shape : {0.3, 1.0, 2.5, 40.0}) {
    const auto x = draws([&](Stream s) { return gamma(s, shape); });
    CHECK(std::abs(mean(x) - shape) < 4 * std::sqrt(shape / many));
    CHECK(variance(x) == Approx(shape).epsilon(0.12));
  }
  CHECK(kolmogorov_smirnov(draws([](Stream s) { return gamma(s, 1); }),
                           [](double x) { return 1 - std::exp(-x); }) < critical);
  CHECK(kolmogorov_smirnov(draws([](Stream s) { return gamma(s, 0.5); }), [](double x) {
          return 2 * normal_cdf(std::sqrt(2 * x)) - 1; // half a chi-squared
        }) < critical);
  CHECK(kolmogorov_smirnov(draws([](Stream s) { return beta(s, 2, 1); }),
                           [](double x) { return x * x; }) < critical);
  const std::vector<double> parameters = {8, 7, 5};
  std::vector<double> point(3);
  std::vector<double> first = draws([&](Stream s) {
    dirichlet(s, parameters, point);
    return point[0];
  });
  CHECK(std::abs(mean(first) - 0.4) < 4 * std::sqrt(0.4 * 0.6 / 21 / many));
  CHECK(variance(first) == Approx(0.4 * 0.6 / 21).epsilon(0.06));
}

TEST_CASE("beta numbers: Kolmogorov-Smirnov, and moments of shapes large and small") {
  struct Known {
    double a, b;
    double (*cdf)(double);
  };
  for (const auto& [a, b, cdf] :
       {Known{1, 1, [](double x) { return x; }},
        {2, 1, [](double x) { return x * x; }},
        {1, 3, [](double x) { return 1 - std::pow(1 - x, 3); }},
        {0.5, 1, [](double x) { return std::sqrt(x); }},
        {0.5, 0.5, [](double x) { return 2 / std::acos(-1.0) * std::asin(std::sqrt(x)); }},
        {3, 2, [](double x) { return x * x * x * (4 - 3 * x); }},
        {0.25, 2, [](double x) { return std::pow(x, 0.25) * (1.25 - 0.25 * x); }}})
    for (const bool other_side : {false, true}) { // beta(a, b) = 1 - beta(b, a)
      INFO(a << " " << b);
      const auto x = draws([a = a, b = b, other_side](Stream s) {
        return other_side ? 1 - beta(s, b, a) : beta(s, a, b);
      });
      CHECK(kolmogorov_smirnov(x, cdf) < critical);
    }
  for (const auto& [a, b] : std::vector<std::pair<double, double>>{
           {50, 50}, {300, 20}, {1e9, 3e9}, {0.7, 40}, {0.02, 0.03}, {1e-9, 1e-9}}) {
    INFO(a << " " << b);
    const auto x = draws([a = a, b = b](Stream s) { return beta(s, a, b); });
    const double m = a / (a + b), v = m * (1 - m) / (a + b + 1);
    CHECK(std::abs(mean(x) - m) < 4 * std::sqrt(v / many));
    CHECK(variance(x) == Approx(v).epsilon(0.06));
    CHECK(std::ranges::all_of(x, [](double y) { return y >= 0 && y <= 1; }));
  }
}

TEST_CASE("nothing is accepted at once that the test with logarithms might refuse") {
  for (const double shape : {1.0, 1.3, 2.0, 5.0, 30.0, 1000.0, 1e6}) {
    const BetaNumbers of = beta_numbers(shape, shape);
    for (int k = -3000; k < 3000; ++k) {
      const double z = k * 0.004, v = proposed(z, of.c[0]);
      const double chance = v > 0 ? std::exp(log_acceptance(z, v, of.d[0])) : 0;
      CHECK(1 - z * z * z * z * of.squeeze[0] <= chance + 4e-15 * std::max(1.0, of.d[0]));
    }
  }
}

TEST_CASE("beta numbers are what the page on randomness says, written once more") {
  const auto page = [](Stream stream, double a, double b) {
    namespace plain = libeval::test::plain;
    const double s[2] = {a, b};
    double d[2], c[2], f[2], p[2] = {0, 0};
    for (std::size_t k = 0; k < 2; ++k) {
      d[k] = s[k] < 1 ? s[k] + 1 - 1.0 / 3 : s[k] - 1.0 / 3;
      c[k] = 1 / (3 * std::sqrt(d[k]));
      f[k] = 0.0225 / d[k];
    }
    if (a < 1 || b < 1) {
      const auto w = stream.next();
      for (std::size_t k = 0; k < 2; ++k)
        p[k] = s[k] < 1 ? plain::logarithm(unit(w[2 * k], w[2 * k + 1])) * (1 / s[k]) : 0;
    }
    for (;;) {
      const auto w = stream.next();
      const auto z = plain::normals(unit(w[0], w[1]), w[2]);
      double v[2], g[2], squeeze = 0, x[2];
      for (std::size_t k = 0; k < 2; ++k) {
        const double t = z[k] * c[k] + 1;
        v[k] = t * t * t;
        squeeze += z[k] * z[k] * (z[k] * z[k]) * f[k];
        x[k] = v[k] * d[k] * plain::exponential(p[k]);
      }
      const double u = plain::unit(w[3]);
      if (!(u < 1 - squeeze)) {
        if (v[0] <= 0 || v[1] <= 0)
          continue;
        for (std::size_t k = 0; k < 2; ++k)
          g[k] = z[k] * z[k] / 2 + d[k] - v[k] * d[k] + plain::logarithm(v[k]) * d[k];
        if (!(plain::logarithm(u) < g[0] + g[1]))
          continue;
      }
      if (x[0] + x[1] > 0)
        return x[0] / (x[0] + x[1]);
      return p[0] > p[1] ? 1.0 : 0.0;
    }
  };
  for (const auto& [a, b] : std::vector<std::pair<double, double>>{
           {1, 1}, {1, 0.9}, {0.3, 1.2}, {17, 3}, {50, 1e5}, {0.004, 0.007}, {1e-3, 2}})
    for (std::uint64_t r = 0; r < 3000; ++r) {
      Stream stream(seed, r, 9);
      CHECK(beta(stream, a, b) == page(Stream(seed, r, 9), a, b));
    }
}

TEST_CASE("binomial numbers against the distribution function by hand") {
  const Binomial four(4, 0.5);
  CHECK(four.at(0.0624) == 0);
  CHECK(four.at(0.0626) == 1);
  CHECK(four.at(0.6874) == 2);
  CHECK(four.at(0.6876) == 3);
  CHECK(four.at(0.99) == 4);
  CHECK(Binomial(10, 0).at(0.7) == 0);
  CHECK(Binomial(10, 1).at(0.7) == 10);
  CHECK(Binomial(0, 0.5).at(0.7) == 0);
  const Binomial large(1000000, 0.3);
  const auto x =
      draws([&](const Stream& s) { return static_cast<double>(large.at(uniform_at(s, 0))); });
  CHECK(std::abs(mean(x) - 300000) < 4 * std::sqrt(210000.0 / many));
  CHECK(variance(x) == Approx(210000).epsilon(0.05));
  CHECK_THROWS_WITH(Binomial(3, 1.5), contains("probability 1.5"));
}

TEST_CASE("the root of a correlation matrix, and what is none") {
  const std::vector<double> matrix = {1, 0.5, 0.5, 1};
  const auto root = correlation_root(matrix, 2);
  REQUIRE(root.size() == 4);
  CHECK(root[0] == 1);
  CHECK(root[2] == 0.5);
  CHECK(root[3] == Approx(std::sqrt(0.75)));
  CHECK(correlation_root(std::vector<double>{1, 1, 1, 1}, 2).size() == 4); // singular is fine
  CHECK(correlation_root(std::vector<double>{1, 0.5, 0.4, 1}, 2).empty());
  CHECK(correlation_root(std::vector<double>{1, 1.2, 1.2, 1}, 2).empty());
  CHECK(correlation_root(std::vector<double>{2, 0, 0, 1}, 2).empty());
  CHECK(correlation_root(std::vector<double>{1, 0.9, -0.9, 0.9, 1, 0.9, -0.9, 0.9, 1}, 3).empty());
}

TEST_CASE("weights in a polytope: rejection, hit-and-run, and their marginals") {
  // w0 <= 1/2 of two weights: w0 is uniform on [0, 1/2].
  const Polytope half(2, {{{-1, 0}, -0.5}}, {0.25, 0.75});
  CHECK(half.by_rejection());
  std::vector<double> w(2);
  CHECK(kolmogorov_smirnov(draws([&](Stream s) {
                             half.sample(s, w);
                             return w[0];
                           }),
                           [](double x) { return 2 * x; }) < critical);
  // A small triangle near a corner: w0 >= 0.98 of three, again a simplex.
  const Polytope corner(3, {{{1, 0, 0}, 0.98}}, {0.99, 0.005, 0.005});
  CHECK(!corner.by_rejection());
  std::vector<double> v(3);
  std::vector<double> sample;
  for (std::uint64_t r = 0; r < 4000; ++r) {
    Stream s(seed, r, 5);
    corner.sample(s, v);
    CHECK(corner.contains(v));
    sample.push_back(v[1] / 0.02);
  }
  CHECK(kolmogorov_smirnov(sample, [](double x) { return simplex_marginal(x, 3); }) < critical);
  CHECK_THROWS_WITH(Polytope(2, {{{1, 0}, 0.9}}, {0.5, 0.5}), contains("outside"));
}
