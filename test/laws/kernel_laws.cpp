// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <libeval/kernel/each.hpp>
#include <libeval/kernel/outrank.hpp>
#include <libeval/kernel/rank.hpp>
#include <libeval/kernel/reduce.hpp>
#include <libeval/kernel/sample.hpp>

#include <rapidcheck.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

using namespace libeval::kernel;

namespace {

using Marks = std::vector<double>;

// Quarters of points: their sums and halves are exact in double.
rc::Gen<double> mark(int from = -400, int to = 400) {
  return rc::gen::map(rc::gen::inRange(from, to + 1), [](int x) { return x / 4.0; });
}
Marks marks(int from = -400, int to = 400) {
  return *rc::gen::container<Marks>(mark(from, to));
}
Marks some_marks(int from = -400, int to = 400) {
  return *rc::gen::nonEmpty(rc::gen::container<Marks>(mark(from, to)));
}

// Any finite double: every bit pattern is as likely as another, and so are odd sizes.
double any_double() {
  const auto bits = *rc::gen::arbitrary<std::uint64_t>();
  const auto x = std::bit_cast<double>(bits);
  return std::isfinite(x) ? x : *rc::gen::element(0.0, -0.0, 5e-324, 1.7976931348623157e308, 0.1);
}

std::vector<std::uint32_t> shuffled(std::size_t n) {
  const auto keys =
      *rc::gen::container<std::vector<std::uint32_t>>(n, rc::gen::arbitrary<std::uint32_t>());
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return keys[a] < keys[b]; });
  return order;
}

template <class T>
std::vector<T> taken(const std::vector<T>& x, const std::vector<std::uint32_t>& order) {
  std::vector<T> result;
  for (const std::uint32_t i : order) {
    result.push_back(x[i]);
  }
  return result;
}

Reducer any_of(std::initializer_list<Reducer> kinds) {
  return *rc::gen::elementOf(std::vector<Reducer>(kinds));
}

double parameter_for(Reducer kind) {
  return kind == Reducer::power      ? *rc::gen::element(-2.0, -1.0, 0.5, 2.0, 3.0)
         : kind == Reducer::quantile ? *rc::gen::inRange(0, 21) / 20.0
         : kind == Reducer::majority ? *rc::gen::inRange(0, 10) / 10.0
                                     : 0;
}

Reduced<double> reduced(const Marks& x, const Reduction& how, const Marks& w = {}) {
  return reduce<double>(x, one_group(x.size()), how, w);
}

bool close(double a, double b) {
  return std::fabs(a - b) <= 1e-12 * (1 + std::fabs(a) + std::fabs(b));
}

void law(const char* words, const std::function<void()>& property) {
  CHECK(rc::check(words, property));
}

RankRule any_rule() {
  return {*rc::gen::element(TieRule::competition, TieRule::dense, TieRule::fractional,
                            TieRule::last, TieRule::ordinal),
          *rc::gen::element(0.0, 0.25, 1.0), *rc::gen::arbitrary<bool>()};
}

std::vector<double> ranked(const Marks& x, const RankRule& rule) {
  return rank<double>(x, one_group(x.size()), rule);
}

RoundMode any_mode() {
  return static_cast<RoundMode>(*rc::gen::inRange(0, 9));
}
double any_step() {
  return *rc::gen::element(0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0);
}
Exact decimal_value() {
  return Exact(static_cast<double>(*rc::gen::inRange(-1000000, 1000000))) /
         Exact(static_cast<double>(*rc::gen::element(1, 3, 7, 8, 40, 1000)));
}

} // namespace

TEST_CASE("raising a cell never lowers a reduction") {
  law("monotone", [] {
    const Reducer kind =
        any_of({Reducer::sum, Reducer::mean, Reducer::geometric, Reducer::harmonic, Reducer::power,
                Reducer::median, Reducer::quantile, Reducer::min, Reducer::max, Reducer::majority,
                Reducer::norm, Reducer::product, Reducer::owa});
    Marks x = some_marks(1, 400);
    Reduction how{kind, parameter_for(kind), {}};
    how.order_weights = *rc::gen::container<Marks>(x.size(), mark(0, 8));
    const auto before = reduced(x, how);
    x[*rc::gen::inRange<std::size_t>(0, x.size())] += *mark(0, 40);
    const auto after = reduced(x, how);
    RC_PRE(before.undefined.empty() && after.undefined.empty());
    RC_ASSERT(after.values[0] >= before.values[0] * (1 - 1e-14));
  });
}

TEST_CASE("a mean lies between the least and the largest value, whatever the weights") {
  law("bounded", [] {
    const Reducer kind = any_of({Reducer::mean, Reducer::geometric, Reducer::harmonic,
                                 Reducer::power, Reducer::median, Reducer::quantile});
    Marks x = some_marks(1, 400);
    const double scale = *rc::gen::element(1.0, 0.1, 1e300, 1e-300);
    for (double& value : x) {
      value *= scale;
    }
    const Marks w = *rc::gen::container<Marks>(x.size(), mark(0, 8));
    const auto mean = reduced(x, {kind, parameter_for(kind), {}}, w);
    RC_PRE(mean.undefined.empty());
    RC_ASSERT(mean.values[0] >= *std::min_element(x.begin(), x.end()));
    RC_ASSERT(mean.values[0] <= *std::max_element(x.begin(), x.end()));
  });
}

TEST_CASE("the order of cells does not matter") {
  law("unmoved by order", [] {
    const auto kind = static_cast<Reducer>(*rc::gen::inRange(0, int(Reducer::owa) + 1));
    const Marks x = marks();
    const Marks w = *rc::gen::container<Marks>(x.size(), mark(0, 8));
    const auto order = shuffled(x.size());
    Reduction how{kind, parameter_for(kind), Marks(x.size(), 0.25)};
    const auto here = reduced(x, how, w);
    const auto there = reduced(taken(x, order), how, taken(w, order));
    RC_ASSERT(here.undefined == there.undefined);
    const double apart = std::fabs(here.values[0] - there.values[0]);
    RC_ASSERT(apart <= 1e-12 * (1 + std::fabs(here.values[0])));
    // the same cells reached through a list of members
    Groups groups = one_group(x.size());
    groups.members = order;
    const auto listed = reduce<double>(x, groups, how, w);
    RC_ASSERT(listed.values == there.values);
  });
}

TEST_CASE("groups do not see each other, and parts of a whole add up to it") {
  law("split", [] {
    const Marks x = marks();
    const auto cut = *rc::gen::inRange<std::size_t>(0, x.size() + 1);
    Groups two;
    two.offsets = {0, static_cast<std::uint32_t>(cut), static_cast<std::uint32_t>(x.size())};
    const auto kind = static_cast<Reducer>(*rc::gen::inRange(0, int(Reducer::mode) + 1));
    const Reduction how{kind, parameter_for(kind), {}};
    const auto both = reduce<double>(x, two, how);
    const Marks first(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(cut));
    const Marks second(x.begin() + static_cast<std::ptrdiff_t>(cut), x.end());
    RC_ASSERT(both.values[0] == reduced(first, how).values[0]);
    RC_ASSERT(both.values[1] == reduced(second, how).values[0]);
    const auto sums = reduce<double>(x, two, {Reducer::sum, 0, {}});
    RC_ASSERT(sums.values[0] + sums.values[1] == reduced(x, {Reducer::sum, 0, {}}).values[0]);
  });
}

TEST_CASE("positive affine maps move means, order statistics and deviations along") {
  law("affine", [] {
    const Reducer kind =
        any_of({Reducer::mean, Reducer::median, Reducer::quantile, Reducer::min, Reducer::max,
                Reducer::range, Reducer::sd, Reducer::sd_population, Reducer::mode});
    const Marks x = some_marks();
    const double a = *rc::gen::element(0.5, 2.0, 3.0, 1024.0);
    const double b = *mark();
    Marks y = x;
    for (double& value : y) {
      value = a * value + b;
    }
    const Reduction how{kind, parameter_for(kind), {}};
    const auto from = reduced(x, how);
    const auto to = reduced(y, how);
    RC_ASSERT(from.undefined == to.undefined);
    RC_PRE(from.undefined.empty());
    const bool spread =
        kind == Reducer::range || kind == Reducer::sd || kind == Reducer::sd_population;
    RC_ASSERT(close(to.values[0], a * from.values[0] + (spread ? 0 : b)));
  });
}

TEST_CASE("power means grow with their order") {
  law("mean inequalities", [] {
    const Marks x = some_marks(1, 400);
    const auto of = [&](Reducer kind, double p) { return reduced(x, {kind, p, {}}).values[0]; };
    const Marks means{of(Reducer::min, 0),       of(Reducer::power, -2),  of(Reducer::harmonic, 0),
                      of(Reducer::geometric, 0), of(Reducer::power, 0.5), of(Reducer::mean, 0),
                      of(Reducer::power, 2),     of(Reducer::power, 3),   of(Reducer::max, 0)};
    for (std::size_t i = 1; i < means.size(); ++i) {
      RC_ASSERT(means[i - 1] <= means[i] * (1 + 1e-13));
    }
  });
}

TEST_CASE("no finite numbers make a kernel give an infinity or NaN unsaid") {
  law("finite", [] {
    Marks x(*rc::gen::inRange<std::size_t>(0, 6));
    Marks w(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = any_double();
      w[i] = std::fabs(any_double());
    }
    const auto kind = static_cast<Reducer>(*rc::gen::inRange(0, int(Reducer::owa) + 1));
    const Reduction how{kind, parameter_for(kind), x};
    const std::vector<Exact> y(x.begin(), x.end());
    const std::vector<Exact> v(w.begin(), w.end());
    RC_ASSERT(std::isfinite(reduced(x, how).values[0]));
    RC_ASSERT(std::isfinite(reduced(x, how, w).values[0]));
    RC_ASSERT(isfinite(reduce<Exact>(y, one_group(y.size()), how).values[0]));
    RC_ASSERT(isfinite(reduce<Exact>(y, one_group(y.size()), how, v).values[0]));
    const double value = any_double();
    const double step = std::max(std::fabs(any_double()), 5e-324);
    RC_ASSERT(std::isfinite(round_to(value, step, any_mode())));
    RC_ASSERT(isfinite(round_to(from_decimal(value), step, any_mode())));
    RC_ASSERT(step_for_significant(value, *rc::gen::inRange(1, 20)) > 0);
    for (const double rounded : round_cumulative<double>(Marks{value}, step, any_mode())) {
      RC_ASSERT(std::isfinite(rounded));
    }
  });
}

TEST_CASE("what stays when cells are set aside does not depend on their order") {
  law("kept multiset", [] {
    const Marks x = marks(0, 12);
    const Keep rule{*rc::gen::inRange<std::size_t>(0, 3), *rc::gen::inRange<std::size_t>(0, 3),
                    *rc::gen::inRange(0, 10) / 20.0, *rc::gen::inRange<std::size_t>(0, 4),
                    *rc::gen::arbitrary<bool>()};
    const auto stays = [&](const Marks& cells) {
      const Kept kept = keep<double>(cells, one_group(cells.size()), rule);
      Marks left;
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (kept.mask[i] != 0) {
          left.push_back(cells[i]);
        }
      }
      std::sort(left.begin(), left.end());
      return left;
    };
    RC_ASSERT(stays(x) == stays(taken(x, shuffled(x.size()))));
  });
}

TEST_CASE("places follow values: no convention and no tolerance reverses a strict order") {
  law("order kept", [] {
    const Marks x = marks(0, 40);
    const RankRule rule = any_rule();
    const auto places = ranked(x, rule);
    RankRule untied = rule;
    untied.tolerance = 0;
    const auto strict = ranked(x, untied);
    for (std::size_t i = 0; i < x.size(); ++i) {
      for (std::size_t j = 0; j < x.size(); ++j) {
        const bool better = rule.ascending ? x[i] < x[j] : x[i] > x[j];
        RC_ASSERT(!better || strict[i] < strict[j]);
        if (rule.ties != TieRule::ordinal) {
          RC_ASSERT(!(places[i] < places[j]) || better);
          RC_ASSERT(!(places[i] < places[j]) || strict[i] < strict[j]);
        }
      }
    }
  });
}

TEST_CASE("places do not move under positive affine maps, and turn round when values do") {
  law("ranks of mapped values", [] {
    const Marks x = marks();
    RankRule rule = any_rule();
    rule.tolerance = 0;
    Marks y = x;
    Marks turned = x;
    const double a = *rc::gen::element(0.5, 2.0, 3.0);
    const double b = *mark();
    for (std::size_t i = 0; i < x.size(); ++i) {
      y[i] = a * x[i] + b;
      turned[i] = -x[i];
    }
    RC_ASSERT(ranked(x, rule) == ranked(y, rule));
    RankRule other = rule;
    other.ascending = !rule.ascending;
    RC_ASSERT(ranked(x, rule) == ranked(turned, other));
  });
}

TEST_CASE("fractional places add up to 1 + ... + n, ordinal ones are a permutation") {
  law("sums of places", [] {
    const Marks x = marks(0, 40);
    RankRule rule = any_rule();
    const auto n = static_cast<double>(x.size());
    rule.ties = TieRule::fractional;
    const auto fractional = ranked(x, rule);
    RC_ASSERT(std::accumulate(fractional.begin(), fractional.end(), 0.0) == n * (n + 1) / 2);
    rule.ties = TieRule::ordinal;
    auto ordinal = ranked(x, rule);
    std::sort(ordinal.begin(), ordinal.end());
    for (std::size_t i = 0; i < ordinal.size(); ++i) {
      RC_ASSERT(ordinal[i] == static_cast<double>(i + 1));
    }
    rule.ties = TieRule::competition;
    const auto first = ranked(x, rule);
    rule.ties = TieRule::last;
    const auto last = ranked(x, rule);
    for (std::size_t i = 0; i < x.size(); ++i) {
      RC_ASSERT(first[i] + last[i] == 2 * fractional[i]);
    }
  });
}

TEST_CASE("win rates add up to half the field, are counted in pairs, and without a tolerance are "
          "the places turned round") {
  law("win rates", [] {
    Marks x = some_marks(0, 40);
    x.push_back(*mark(0, 40));
    const RankRule rule{TieRule::fractional, *rc::gen::element(0.0, 0.25, 1.0),
                        *rc::gen::arbitrary<bool>()};
    const auto n = static_cast<double>(x.size());
    const auto rates = win_rate<double>(x, one_group(x.size()), rule.tolerance, rule.ascending);
    RC_ASSERT(close(std::accumulate(rates.values.begin(), rates.values.end(), 0.0), n / 2));
    for (std::size_t i = 0; i < x.size(); ++i) {
      double won = -0.5; // against itself
      for (const double other : x)
        won += std::abs(other - x[i]) <= rule.tolerance ? 0.5
               : (other > x[i]) == rule.ascending       ? 1
                                                        : 0;
      RC_ASSERT(close(rates.values[i], won / (n - 1)));
    }
    const auto places = ranked(x, rule);
    for (std::size_t i = 0; i < x.size() && rule.tolerance == 0; ++i) {
      RC_ASSERT(close(rates.values[i], (n - places[i]) / (n - 1)));
    }
  });
}

TEST_CASE("large groups are ranked as small ones are") {
  law("radix and comparing agree", [] {
    // Ranks of the first 500 among themselves, with and without 600 that come last.
    Marks x(500);
    const double scale = *rc::gen::element(1e-300, 1e-3, 1.0, 1e300);
    for (double& value : x) {
      value = *rc::gen::inRange(0, 1000) * scale / 1000;
    }
    const auto few = ranked(x, {});
    x.resize(1100, -scale);
    const auto many = ranked(x, {});
    RC_ASSERT(std::equal(few.begin(), few.end(), many.begin()));
  });
}

TEST_CASE("rounding is idempotent, monotone, near, and mirrors") {
  law("rounding", [] {
    const Exact x = decimal_value();
    const Exact y = decimal_value();
    const double step = any_step();
    const RoundMode mode = any_mode();
    const Exact rounded = round_to(x, step, mode);
    RC_ASSERT(round_to(rounded, step, mode) == rounded);
    RC_ASSERT(round_to(to_double(rounded), step, mode) == to_double(rounded));
    RC_ASSERT(!(x < y) || rounded <= round_to(y, step, mode));
    const double apart = std::fabs(to_double(rounded - x)) / step;
    RC_ASSERT(apart <= (mode <= RoundMode::half_even ? 0.5 : 1.0) * (1 + 1e-12));
    const auto mirrored = [&](RoundMode m) { return -round_to(-x, step, m); };
    RC_ASSERT(round_to(x, step, RoundMode::half_up) == mirrored(RoundMode::half_down));
    RC_ASSERT(round_to(x, step, RoundMode::up) == mirrored(RoundMode::down));
    for (const RoundMode m : {RoundMode::half_away, RoundMode::half_to_zero, RoundMode::half_even,
                              RoundMode::to_zero, RoundMode::from_zero}) {
      RC_ASSERT(round_to(x, step, m) == mirrored(m));
    }
  });
}

TEST_CASE("cumulatively rounded parts add up to the rounded whole") {
  law("running totals", [] {
    std::vector<Exact> x;
    Exact total(0.0);
    for (const double value : some_marks(0, 400)) {
      x.push_back(Exact(value) / Exact(7.0));
      total += x.back();
    }
    const double step = any_step();
    const RoundMode mode = any_mode();
    Exact sum(0.0);
    for (const Exact& part : round_cumulative<Exact>(x, step, mode)) {
      sum += part;
    }
    RC_ASSERT(abs(sum - round_to(total, step, mode)) < Exact(1e-25));
  });
}

TEST_CASE("every double is read as a decimal next to it") {
  law("from_decimal", [] {
    const double x = any_double();
    const Exact decimal = from_decimal(x);
    RC_ASSERT(decimal.high == x);
    RC_ASSERT(decimal.high + decimal.low == x);
    RC_ASSERT(from_decimal(-x) == -decimal);
    const double y = any_double();
    RC_ASSERT((x < y) == (decimal < from_decimal(y)));
  });
}

TEST_CASE("exact numbers calculate like numbers") {
  law("field", [] {
    const Exact a = decimal_value();
    const Exact b = decimal_value();
    const Exact c = decimal_value();
    const Exact unit(1e-18); // 1e-31 of the largest product of three
    RC_ASSERT(a + b == b + a);
    RC_ASSERT(a * b == b * a);
    RC_ASSERT(abs((a + b) + c - (a + (b + c))) < Exact(1e-24));
    RC_ASSERT(abs((a + b) * c - (a * c + b * c)) < unit);
    RC_ASSERT(a - a == Exact(0.0));
    RC_ASSERT(!(b < a) || b - a < Exact(0.0));
    RC_PRE(c != Exact(0.0));
    RC_ASSERT(abs(a / c * c - a) < Exact(1e-24));
    RC_ASSERT(floor(a) <= a);
    RC_ASSERT(a < floor(a) + Exact(1.0));
  });
}

TEST_CASE("a rising curve never falls, and no curve leaves the range of its knots") {
  law("curves", [] {
    std::vector<Knot<double>> knots;
    double x = -50;
    for (const double y : some_marks()) {
      knots.push_back({x, y});
      x += 0.25 + *mark(0, 20);
    }
    const double at = *mark();
    bool defined = true;
    const double value = curve<double>(at, knots, CurveMode::linear, 0, defined);
    RC_ASSERT(defined);
    const auto [low, high] = std::minmax_element(
        knots.begin(), knots.end(), [](const auto& a, const auto& b) { return a.y < b.y; });
    RC_ASSERT(value >= low->y);
    RC_ASSERT(value <= high->y);
    std::sort(knots.begin(), knots.end(), [](const auto& a, const auto& b) { return a.y < b.y; });
    for (std::size_t i = 0; i < knots.size(); ++i) {
      knots[i].x = static_cast<double>(i);
    }
    const double further = at + *mark(0, 400);
    for (const CurveMode mode : {CurveMode::linear, CurveMode::at_least}) {
      bool before = true;
      bool after = true;
      const double here = curve<double>(at, knots, mode, 0, before);
      const double there = curve<double>(further, knots, mode, 0, after);
      RC_ASSERT(!before || (after && here <= there));
    }
  });
}

TEST_CASE("a lot is a permutation, and the same among fewer") {
  law("lots", [] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto n = *rc::gen::inRange<std::size_t>(0, 60);
    const auto order = lot(seed, n);
    auto sorted = order;
    std::sort(sorted.begin(), sorted.end());
    for (std::uint32_t i = 0; i < n; ++i) {
      RC_ASSERT(sorted[i] == i);
    }
    const auto fewer = *rc::gen::inRange<std::size_t>(0, n + 1);
    std::vector<std::uint32_t> among;
    std::copy_if(order.begin(), order.end(), std::back_inserter(among),
                 [&](std::uint32_t cell) { return cell < fewer; });
    RC_ASSERT(among == lot(seed, fewer));
  });
}

namespace {

struct Decision {
  Eigen::MatrixXd x;
  Eigen::VectorXd w;
  std::vector<Preference> f;
};

Decision any_decision() {
  Decision d;
  const auto rows = *rc::gen::inRange<Eigen::Index>(1, 8);
  const auto columns = *rc::gen::inRange<Eigen::Index>(1, 5);
  d.x.resize(rows, columns);
  d.w.resize(columns);
  for (Eigen::Index i = 0; i < d.x.size(); ++i) {
    d.x(i) = *mark();
  }
  for (Eigen::Index j = 0; j < columns; ++j) {
    d.w[j] = *mark(1, 40);
    const double q = *mark(0, 20);
    d.f.push_back({static_cast<Preference::Kind>(*rc::gen::inRange(0, 6)), q,
                   q + 0.25 + *mark(0, 40), *mark(1, 40)});
  }
  return d;
}

bool near(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
  return (a - b).cwiseAbs().maxCoeff() <= 1e-10;
}

} // namespace

TEST_CASE("outranking does not see the size of the weights nor the order of candidates") {
  law("weights and rows", [] {
    const Decision d = any_decision();
    const double size = *rc::gen::element(0.25, 3.0, 1e200, 1e-200);
    const auto order = shuffled(static_cast<std::size_t>(d.x.rows()));
    Eigen::MatrixXd x(d.x.rows(), d.x.cols());
    const auto permuted = [&](const Eigen::VectorXd& v) {
      Eigen::VectorXd result(v.size());
      for (Eigen::Index i = 0; i < v.size(); ++i) {
        result[i] = v[order[static_cast<std::size_t>(i)]];
      }
      return result;
    };
    for (Eigen::Index j = 0; j < x.cols(); ++j) {
      x.col(j) = permuted(d.x.col(j));
    }
    const Eigen::VectorXd w = d.w * size;
    RC_ASSERT(near(topsis(x, w).closeness, permuted(topsis(d.x, d.w).closeness)));
    RC_ASSERT(near(vikor(x, w).Q, permuted(vikor(d.x, d.w).Q)));
    RC_ASSERT(near(promethee(x, w, d.f).net, permuted(promethee(d.x, d.w, d.f).net)));
  });
}

TEST_CASE("vikor does not see the units of a criterion, promethee and topsis not its zero") {
  law("units", [] {
    const Decision d = any_decision();
    const auto j = *rc::gen::inRange<Eigen::Index>(0, d.x.cols());
    Eigen::MatrixXd shifted = d.x;
    shifted.col(j).array() += *mark();
    Eigen::MatrixXd scaled = shifted;
    scaled.col(j) *= *rc::gen::element(0.5, 4.0, 1024.0);
    RC_ASSERT(near(vikor(scaled, d.w).Q, vikor(d.x, d.w).Q));
    RC_ASSERT(near(promethee(shifted, d.w, d.f).net, promethee(d.x, d.w, d.f).net));
    RC_ASSERT(near(topsis(shifted, d.w).closeness, topsis(d.x, d.w).closeness));
  });
}

TEST_CASE("whoever is better in everything is not behind") {
  law("dominance", [] {
    Decision d = any_decision();
    RC_PRE(d.x.rows() > 1);
    for (Eigen::Index j = 0; j < d.x.cols(); ++j) {
      d.x(0, j) = d.x(1, j) + *mark(0, 40);
    }
    const auto t = topsis(d.x, d.w);
    const auto v = vikor(d.x, d.w);
    const auto p = promethee(d.x, d.w, d.f);
    RC_ASSERT(t.closeness[0] >= t.closeness[1] - 1e-12);
    RC_ASSERT(v.Q[0] <= v.Q[1] + 1e-12);
    RC_ASSERT(p.net[0] >= p.net[1] - 1e-12);
  });
}

TEST_CASE("flows and closeness stay in their ranges") {
  law("ranges", [] {
    const Decision d = any_decision();
    const auto p = promethee(d.x, d.w, d.f);
    RC_ASSERT(std::fabs(p.net.sum()) < 1e-12);
    RC_ASSERT(p.positive.minCoeff() >= 0);
    RC_ASSERT(p.positive.maxCoeff() <= 1 + 1e-12);
    RC_ASSERT(p.negative.maxCoeff() <= 1 + 1e-12);
    const auto t = topsis(d.x, d.w);
    RC_ASSERT(t.closeness.minCoeff() >= 0);
    RC_ASSERT(t.closeness.maxCoeff() <= 1);
    const auto v = vikor(d.x, d.w);
    RC_ASSERT(v.Q.minCoeff() >= 0);
    RC_ASSERT(v.Q.maxCoeff() <= 1 + 1e-12);
    RC_ASSERT(!v.compromise.empty());
    RC_ASSERT(v.Q[v.compromise.front()] == v.Q.minCoeff());
  });
}
