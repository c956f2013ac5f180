// SPDX-License-Identifier: Apache-2.0
// Steps that the plain reading of whole programs leaves out, each on random tables: ordered
// weighted averages, points tables, running totals rounded, pools, and models over a matrix.
#include "support/catch.hpp"
#include "support/random.hpp"
#include "support/rational.hpp"
#include "support/small_bundle.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <optional>

using namespace libeval;
using namespace libeval::test;

namespace {

using Grid = std::vector<std::vector<Rational>>; ///< by candidate and column

/// Candidates `c0`, ... by columns `j0`, ... of decimals with two digits from `low` to `high`.
struct RandomTable {
  SmallBundle bundle;
  Grid grid;

  RandomTable(Random& r, int candidates, int columns, int low, int high) {
    SmallTable t{"t", {"candidate", "j"}, "", {}};
    for (int c = 0; c < candidates; ++c) {
      bundle.candidates.push_back({name("c", c), ""});
      grid.emplace_back();
      for (int j = 0; j < columns; ++j) {
        const std::string text = decimal(r.in(low, high), 2);
        t.rows.push_back({{name("c", c), name("j", j)}, text});
        grid.back().push_back(parse_rational(text));
      }
    }
    bundle.tables = {t};
  }

  Decided decide(const std::string& steps) {
    bundle.score = SmallNode{"", "", "", "from: t, steps: [" + steps + "]", {}};
    INFO(yaml_of(bundle));
    return decide_small(bundle);
  }
};

double as_double(const Rational& x) {
  return x.convert_to<double>();
}

void agree(const Decided& d, const std::vector<double>& expected, double tolerance) {
  REQUIRE(d.stage().total.size() == expected.size());
  for (std::size_t e = 0; e < expected.size(); ++e) {
    INFO(d.id(e) << ": " << d.stage().total[e] << ", should be " << expected[e]);
    CHECK(std::abs(d.stage().total[e] - expected[e]) <= tolerance);
  }
}

Rational rounded_half_up(const Rational& x) {
  const Rational shifted = x + Rational(1, 2);
  Whole down =
      boost::multiprecision::numerator(shifted) / boost::multiprecision::denominator(shifted);
  if (Rational(down) > shifted)
    --down;
  return Rational(down);
}

} // namespace

TEST_CASE("random ordered weighted averages agree with sorting by hand") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    Random r(seed);
    const int m = r.in(1, 6);
    RandomTable t(r, r.in(1, 5), m, -500, 500);
    std::string weights;
    std::vector<Rational> w;
    for (int j = 0; j < m; ++j) {
      const std::string text = decimal(r.in(0, 60), 2);
      weights += (j == 0 ? "" : ", ") + text;
      w.push_back(parse_rational(text));
    }
    std::vector<double> expected;
    for (std::vector<Rational> row : t.grid) {
      std::ranges::sort(row, std::greater<>{});
      Rational sum = 0;
      for (std::size_t j = 0; j < row.size(); ++j)
        sum += w[j] * row[j];
      expected.push_back(as_double(sum));
    }
    INFO("seed " << seed);
    agree(t.decide("{owa: {over: j, weights: [" + weights + "]}}"), expected, 1e-12);
  }
}

TEST_CASE("random points tables agree with looking them up by hand") {
  int exact = 0;
  for (unsigned seed = 1; seed <= 600; ++seed) {
    Random r(seed);
    RandomTable t(r, r.in(1, 5), r.in(1, 4), 0, 60);
    std::map<int, std::pair<std::string, Rational>> points; // hundredths -> points
    for (int k = r.in(1, 6); k > 0; --k) {
      const std::string text = decimal(r.in(-400, 400), 1);
      points[r.in(0, 60)] = {text, parse_rational(text)};
    }
    std::string table;
    for (const auto& [x, y] : points)
      table += (table.empty() ? "" : ", ") + decimal(x, 2) + ": " + y.first;
    const std::string mode = r.of(std::vector<std::string>{"exact", "step", "linear"});
    const Rational otherwise(-1000);
    const auto look = [&](const Rational& x) -> Rational {
      const int key = static_cast<int>(std::lround(as_double(x * 100)));
      const auto above = points.upper_bound(key);
      if (mode == "exact")
        return points.contains(key) ? points.at(key).second : otherwise;
      if (mode == "step")
        return above == points.begin() ? otherwise : std::prev(above)->second.second;
      if (above == points.begin())
        return above->second.second;
      const auto& [x0, y0] = *std::prev(above);
      if (above == points.end())
        return y0.second;
      return y0.second + (above->second.second - y0.second) * (x * 100 - x0) / (above->first - x0);
    };
    std::vector<double> expected;
    for (const auto& row : t.grid) {
      Rational sum = 0;
      for (const Rational& x : row)
        sum += look(x);
      expected.push_back(as_double(sum));
    }
    exact += mode == "exact" ? 1 : 0;
    INFO("seed " << seed << " " << mode);
    agree(t.decide("{lookup: {table: {" + table + "}, mode: " + mode + ", else: -1000}}, {sum: j}"),
          expected, 1e-9);
  }
  CHECK(exact > 100);
}

TEST_CASE("random running totals are rounded before differences are taken") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    Random r(seed);
    RandomTable t(r, r.in(1, 4), r.in(1, 7), 0, 400);
    const int which = r.in(0, static_cast<int>(t.grid[0].size()) - 1);
    std::vector<double> expected;
    for (const auto& row : t.grid) {
      Rational before = 0;
      for (int j = 0; j < which; ++j)
        before += row[static_cast<std::size_t>(j)];
      const Rational after = before + row[static_cast<std::size_t>(which)];
      expected.push_back(as_double(rounded_half_up(after) - rounded_half_up(before)));
    }
    INFO("seed " << seed);
    agree(t.decide("{round: {to: 1, cumulative: j}}, {pick: {j: " + name("j", which) + "}}"),
          expected, 0);
  }
}

TEST_CASE("random pools take their first, and the rest across pools") {
  int without_ties = 0;
  for (unsigned seed = 1; seed <= 600; ++seed) {
    Random r(seed);
    const int n = r.in(1, 9), first = r.in(0, 3), rest = r.in(0, 3);
    RandomTable t(r, n, 1, 0, 9999);
    std::map<std::string, std::vector<std::size_t>> pools;
    std::vector<std::size_t> order(t.grid.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](auto a, auto b) { return t.grid[a][0] > t.grid[b][0]; });
    if (std::ranges::adjacent_find(
            order, [&](auto a, auto b) { return t.grid[a][0] == t.grid[b][0]; }) != order.end())
      continue; // ties at a line are tested elsewhere
    for (std::size_t c = 0; c < t.grid.size(); ++c)
      t.bundle.candidates[c].attributes =
          "region: " + r.of(std::vector<std::string>{"n", "s", "w"});
    for (const std::size_t c : order)
      pools[t.bundle.candidates[c].attributes].push_back(c);
    std::vector<std::string> outcome(t.grid.size(), "cut");
    for (const auto& [region, members] : pools)
      for (std::size_t i = 0; i < members.size() && i < static_cast<std::size_t>(first); ++i)
        outcome[members[i]] = "advances";
    int left = rest;
    for (const std::size_t c : order)
      if (left > 0 && outcome[c] == "cut") {
        outcome[c] = "advances";
        --left;
      }
    t.bundle.select = {"group: {by: region}", "take: {first: " + std::to_string(first) + "}",
                       "take: {first: " + std::to_string(rest) + ", of: rest}"};
    std::string expected;
    for (std::size_t c = 0; c < outcome.size(); ++c)
      expected += (c == 0 ? "" : ", ") + name("c", static_cast<int>(c)) + ": " + outcome[c];
    INFO("seed " << seed);
    const Decided d = t.decide("{sum: j}");
    CHECK(d.outcomes() == expected);
    for (const auto& [region, members] : pools)
      for (std::size_t i = 0; i < members.size(); ++i)
        CHECK(d.stage().pool_place[members[i]] == static_cast<double>(i + 1));
    ++without_ties;
  }
  CHECK(without_ties > 500);
}

// --- models, in doubles straight from their definitions ---------------------------------------

namespace {

/// A tree of parts with weights, each a column of the table, with directions.
struct RandomMatrix {
  RandomTable table;
  std::vector<double> weights;
  std::vector<bool> cost;

  RandomMatrix(Random& r, int n, int m) : table(r, n, m, 100, 999) {
    for (int j = 0; j < m; ++j) {
      weights.push_back(r.in(1, 9));
      cost.push_back(r.one_in(3));
    }
  }

  Decided decide(const std::string& step) {
    SmallNode top;
    for (std::size_t j = 0; j < weights.size(); ++j) {
      const std::string id = name("j", static_cast<int>(j));
      top.parts.push_back({id,
                           "",
                           std::to_string(static_cast<int>(weights[j])),
                           "from: t, where: {j: " + id + "}, steps: [{pick: {j: " + id + "}}]" +
                               (cost[j] ? ", direction: cost" : ""),
                           {}});
    }
    top.measure = "steps: [" + step + "]";
    table.bundle.score = top;
    INFO(yaml_of(table.bundle));
    return decide_small(table.bundle);
  }

  [[nodiscard]] std::size_t n() const { return table.grid.size(); }
  [[nodiscard]] std::size_t m() const { return weights.size(); }
  [[nodiscard]] double w(std::size_t j) const {
    return weights[j] / std::accumulate(weights.begin(), weights.end(), 0.0);
  }
  /// Larger is better.
  [[nodiscard]] double x(std::size_t i, std::size_t j) const {
    return (cost[j] ? -1 : 1) * as_double(table.grid[i][j]);
  }
  [[nodiscard]] double best(std::size_t j) const { return end(j, 1); }
  [[nodiscard]] double worst(std::size_t j) const { return -end(j, -1); }

private:
  [[nodiscard]] double end(std::size_t j, double sign) const {
    double out = sign * x(0, j);
    for (std::size_t i = 1; i < n(); ++i)
      out = std::max(out, sign * x(i, j));
    return out;
  }
};

bool spread(const RandomMatrix& a) {
  for (std::size_t j = 0; j < a.m(); ++j)
    if (a.best(j) == a.worst(j))
      return false;
  return a.n() > 1;
}

} // namespace

TEST_CASE("random TOPSIS is the distance to the worst by both distances") {
  int compared = 0;
  for (unsigned seed = 1; seed <= 200; ++seed) {
    Random r(seed);
    RandomMatrix a(r, r.in(2, 6), r.in(1, 4));
    if (!spread(a))
      continue;
    std::vector<double> expected;
    for (std::size_t i = 0; i < a.n(); ++i) {
      double to_best = 0, to_worst = 0;
      for (std::size_t j = 0; j < a.m(); ++j) {
        double norm = 0;
        for (std::size_t k = 0; k < a.n(); ++k)
          norm += a.x(k, j) * a.x(k, j);
        const double by = a.w(j) / std::sqrt(norm);
        to_best += std::pow(by * (a.best(j) - a.x(i, j)), 2);
        to_worst += std::pow(by * (a.x(i, j) - a.worst(j)), 2);
      }
      expected.push_back(std::sqrt(to_worst) / (std::sqrt(to_worst) + std::sqrt(to_best)));
    }
    INFO("seed " << seed);
    agree(a.decide("topsis"), expected, 1e-9);
    ++compared;
  }
  CHECK(compared > 150);
}

TEST_CASE("random VIKOR weighs the utility of all against the worst regret") {
  int compared = 0;
  for (unsigned seed = 1; seed <= 200; ++seed) {
    Random r(seed);
    RandomMatrix a(r, r.in(2, 6), r.in(2, 4));
    const double v = r.in(0, 10) / 10.0;
    std::vector<double> s(a.n(), 0), regret(a.n(), 0);
    for (std::size_t i = 0; i < a.n() && spread(a); ++i)
      for (std::size_t j = 0; j < a.m(); ++j) {
        const double d = a.w(j) * (a.best(j) - a.x(i, j)) / (a.best(j) - a.worst(j));
        s[i] += d;
        regret[i] = std::max(regret[i], d);
      }
    const auto [s_low, s_high] = std::ranges::minmax(s);
    const auto [r_low, r_high] = std::ranges::minmax(regret);
    if (!spread(a) || s_high - s_low < 1e-6 || r_high - r_low < 1e-6)
      continue;
    std::vector<double> expected;
    for (std::size_t i = 0; i < a.n(); ++i)
      expected.push_back(v * (s[i] - s_low) / (s_high - s_low) +
                         (1 - v) * (regret[i] - r_low) / (r_high - r_low));
    INFO("seed " << seed);
    agree(a.decide("{vikor: {v: " + std::to_string(v) + "}}"), expected, 1e-9);
    ++compared;
  }
  CHECK(compared > 100);
}

TEST_CASE("random PROMETHEE flows are mean preferences given less those received") {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    Random r(seed);
    RandomMatrix a(r, r.in(2, 6), r.in(1, 4));
    const int q = r.in(0, 2), p = q + r.in(1, 4);
    const auto preference = [&](double d) {
      return d <= q ? 0.0 : d >= p ? 1.0 : (d - q) / (p - q);
    };
    std::vector<double> expected;
    for (std::size_t i = 0; i < a.n(); ++i) {
      double net = 0;
      for (std::size_t k = 0; k < a.n(); ++k)
        for (std::size_t j = 0; k != i && j < a.m(); ++j)
          net += a.w(j) * (preference(a.x(i, j) - a.x(k, j)) - preference(a.x(k, j) - a.x(i, j)));
      expected.push_back(net / static_cast<double>(a.n() - 1));
    }
    INFO("seed " << seed);
    agree(a.decide("{promethee: {preference: {f: linear, q: " + std::to_string(q) +
                   ", p: " + std::to_string(p) + "}}}"),
          expected, 1e-9);
  }
}
