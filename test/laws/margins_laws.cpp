// SPDX-License-Identifier: Apache-2.0
// What holds for every margin, against brute force on small instances: its witness alters the
// outcome, and nothing smaller does.
#include "support/catch.hpp"
#include "support/drawn.hpp"
#include "support/norms.hpp"

#include <libeval/engine/decide.hpp>
#include <libeval/engine/margins.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/parse.hpp>

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace libeval;
using libeval::test::distance;
using libeval::test::drawn;

namespace {

/// Candidates with whole scores in parts that have weights; the first few advance.
struct Small {
  std::vector<std::vector<double>> of; ///< a row a candidate
  std::vector<double> shares;
  std::size_t places = 1;

  [[nodiscard]] double total(std::size_t c, const std::vector<double>& w) const {
    double out = 0;
    for (std::size_t k = 0; k < w.size(); ++k)
      out += w[k] * of[c][k];
    return out;
  }
  /// So many are ahead by more than `slack`.
  [[nodiscard]] std::size_t ahead(std::size_t c, const std::vector<double>& w,
                                  double slack = 1e-9) const {
    std::size_t out = 0;
    for (std::size_t other = 0; other < of.size(); ++other)
      out += total(other, w) > total(c, w) + slack ? 1 : 0;
    return out;
  }
};

Small small(int parts) {
  Small out;
  out.of.resize(static_cast<std::size_t>(drawn(2, 5)));
  for (auto& row : out.of)
    for (int k = 0; k < parts; ++k)
      row.push_back(drawn(0, 9));
  double sum = 0;
  for (int k = 0; k < parts; ++k)
    sum += out.shares.emplace_back(drawn(1, 5));
  for (double& w : out.shares)
    w /= sum;
  out.places = static_cast<std::size_t>(drawn(1, static_cast<int>(out.of.size()) - 1));
  return out;
}

std::string number(double x) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", x);
  return text;
}

Bundle bundle_of(const Small& small, const std::vector<double>& shares) {
  std::string ids, csv = "candidate", values, parts;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    const std::string part = "p" + std::to_string(k);
    csv += "," + part;
    values += (k > 0 ? ", " : "") + part;
    parts += (k > 0 ? ", " : "") + part + ": {weight: " + number(shares[k]) +
             ", from: t, value: " + part + "}";
  }
  for (std::size_t c = 0; c < small.of.size(); ++c) {
    const std::string id = "c" + std::to_string(c);
    ids += (c > 0 ? ", " : "") + id;
    csv += "\\n" + id;
    for (const double x : small.of[c])
      csv += "," + number(x);
  }
  const std::string text = "libeval: 1\nprogram: p\ncandidates: [" + ids +
                           "]\nevidence:\n  t: {csv: \"" + csv +
                           "\", keys: [candidate], values: [" + values +
                           "]}\nstages:\n  - id: one\n    places: " + std::to_string(small.places) +
                           "\n    score: {parts: {" + parts + "}}\n";
  Diagnostics diagnostics;
  Bundle out = load_bundle(parse_text(text, "program.yaml", diagnostics), ".", diagnostics);
  RC_ASSERT(!diagnostics.has_errors());
  return out;
}

StageMargins margins_of(const Small& small) {
  Uncertain uncertain;
  uncertain.variants.push_back(bundle_of(small, small.shares));
  Diagnostics diagnostics;
  const Decision decision = decide(uncertain.variants[0], diagnostics);
  auto out = margins(uncertain, decision, {.most_candidates = 10}, diagnostics);
  RC_ASSERT(!diagnostics.has_errors());
  return out.at(0);
}

Outcome outcome_of(const Bundle& bundle, std::size_t candidate) {
  return decide(bundle).stages[0].outcomes[candidate];
}

Bundle with_shares(Bundle bundle, const std::vector<double>& shares) {
  auto& parts = bundle.program.stages[0].score->parts;
  for (std::size_t k = 0; k < shares.size(); ++k)
    parts[k].weight = shares[k];
  return bundle;
}

Bundle moved(Bundle bundle, std::size_t candidate, std::size_t part, double by) {
  Table table = *bundle.tables[0];
  table.values[part].numbers[candidate] += by;
  bundle.tables[0] = std::make_shared<const Table>(std::move(table));
  return bundle;
}

} // namespace

TEST_CASE("the least change of a part alters the outcome, and no smaller one on a grid does") {
  CHECK(rc::check([] {
    const Small it = small(drawn(2, 3));
    const Bundle bundle = bundle_of(it, it.shares);
    const StageMargins stage = margins_of(it);
    for (const CandidateMargins& one : stage.candidates)
      for (const Margin& margin : one.margins) {
        if (margin.kind != Margin::Kind::part)
          continue;
        const auto part = static_cast<std::size_t>(margin.name.back() - '0');
        const double beyond = margin.change + (margin.change < 0 ? -1e-6 : 1e-6);
        RC_ASSERT(outcome_of(moved(bundle, one.candidate, part, beyond), one.candidate) !=
                  one.outcome);
        constexpr int steps = 12;
        for (int step = 0; step < steps; ++step) {
          const double by = margin.change * step / steps;
          if (std::abs(margin.change - by) > 1e-6)
            RC_ASSERT(outcome_of(moved(bundle, one.candidate, part, by), one.candidate) ==
                      one.outcome);
        }
      }
  }));
}

TEST_CASE("the nearest weights alter an outcome, and none nearer on a grid do") {
  CHECK(rc::check([] {
    const Small it = small(3);
    const StageMargins stage = margins_of(it);
    const Bundle bundle = bundle_of(it, it.shares);
    const std::vector<Outcome> now = decide(bundle).stages[0].outcomes;
    for (const WeightMargin& margin : stage.weights) {
      RC_ASSERT(std::abs(distance(it.shares, margin.shares, margin.norm) - margin.distance) < 1e-6);
      if (margin.found != Found::exact)
        continue;
      if (margin.distance == 0) { // level and held; some weights near by part them
        RC_ASSERT(now[margin.in] == Outcome::held && now[margin.out] == Outcome::held);
        bool parted = false;
        for (std::size_t k = 0; k < 3; ++k) {
          std::vector<double> near = it.shares;
          for (double& share : near)
            share *= 1 - 1e-4;
          near[k] += 1e-4;
          const Bundle other = with_shares(bundle, near);
          parted = parted || outcome_of(other, margin.in) != Outcome::held ||
                   outcome_of(other, margin.out) != Outcome::held;
        }
        RC_ASSERT(parted);
        continue;
      }
      std::vector<double> beyond;
      for (std::size_t k = 0; k < 3; ++k)
        beyond.push_back(std::max(0.0, it.shares[k] + 1.0001 * (margin.shares[k] - it.shares[k])));
      const Bundle other = with_shares(bundle, beyond);
      RC_ASSERT(outcome_of(other, margin.in) != now[margin.in] ||
                outcome_of(other, margin.out) != now[margin.out]);
      // Nearer weights leave whoever is inside ahead of everybody outside.
      constexpr int grid = 24;
      for (int i = 0; i <= grid; ++i)
        for (int j = 0; i + j <= grid; ++j) {
          const std::vector<double> w = {i / double(grid), j / double(grid),
                                         (grid - i - j) / double(grid)};
          if (distance(it.shares, w, margin.norm) >= margin.distance - 1e-6)
            continue;
          for (std::size_t a = 0; a < it.of.size(); ++a)
            for (std::size_t b = 0; b < it.of.size(); ++b)
              if (it.ahead(a, it.shares) < it.places && it.ahead(b, it.shares) >= it.places &&
                  it.total(b, it.shares) < it.total(a, it.shares) - 1e-9 &&
                  now[a] == Outcome::advances)
                RC_ASSERT(it.total(b, w) < it.total(a, w) + 1e-6);
        }
    }
  }));
}

TEST_CASE("best and worst places over all weights of two parts are those of every order") {
  CHECK(rc::check([] {
    const Small it = small(2);
    const StageMargins stage = margins_of(it);
    // Orders change only where two totals meet: there, and between two such weights.
    std::vector<double> meet = {0, 1};
    for (const auto& a : it.of)
      for (const auto& b : it.of) {
        const double by = (a[0] - b[0]) - (a[1] - b[1]);
        if (by != 0 && (b[1] - a[1]) / by > 0 && (b[1] - a[1]) / by < 1)
          meet.push_back((b[1] - a[1]) / by);
      }
    std::ranges::sort(meet);
    std::vector<double> tried = meet;
    for (std::size_t k = 1; k < meet.size(); ++k)
      tried.push_back((meet[k - 1] + meet[k]) / 2);
    RC_ASSERT(stage.places.size() == it.of.size());
    for (const PossiblePlaces& places : stage.places) {
      std::size_t best = it.of.size(), worst = 1;
      for (const double w : tried) {
        const std::size_t place = 1 + it.ahead(places.candidate, {w, 1 - w});
        best = std::min(best, place);
        worst = std::max(worst, place);
      }
      RC_ASSERT(places.best == best);
      RC_ASSERT(places.worst == worst);
    }
  }));
}

TEST_CASE("no weights of three parts give a place outside the best and the worst") {
  CHECK(rc::check([] {
    const Small it = small(3);
    const StageMargins stage = margins_of(it);
    constexpr int grid = 20;
    for (int i = 0; i <= grid; ++i)
      for (int j = 0; i + j <= grid; ++j)
        for (const PossiblePlaces& places : stage.places) {
          const std::size_t place =
              1 + it.ahead(places.candidate,
                           {i / double(grid), j / double(grid), (grid - i - j) / double(grid)},
                           1e-3);
          RC_ASSERT(places.best <= place);
          RC_ASSERT(place <= places.worst);
        }
  }));
}

TEST_CASE("more points to the line never make the change of a part smaller") {
  CHECK(rc::check([] {
    Small it = small(2);
    std::ranges::stable_sort(it.of, std::greater<>{}, [&](const std::vector<double>& row) {
      return it.shares[0] * row[0] + it.shares[1] * row[1];
    }); // the first advances unless it is tied with too many
    const auto shortest = [](const StageMargins& stage, std::size_t candidate) {
      double out = -1;
      for (const CandidateMargins& one : stage.candidates)
        for (const Margin& margin : one.margins)
          if (one.candidate == candidate && one.outcome == Outcome::advances &&
              margin.kind == Margin::Kind::part && margin.name.back() == '0')
            out = std::abs(margin.change);
      return out;
    };
    const double before = shortest(margins_of(it), 0);
    it.of[0][0] += 1; // better by one point: one more is needed to fall
    const double after = shortest(margins_of(it), 0);
    RC_PRE(before >= 0 && after >= 0);
    RC_ASSERT(after >= before - 1e-6);
  }));
}
