// SPDX-License-Identifier: Apache-2.0
// Margins of bundles with a second stage, a panel of jurors, hurdles and rulings of ties: what they
// tell alters the outcome, and nothing smaller that is tried does.
#include "support/catch.hpp"
#include "support/drawn.hpp"
#include "support/norms.hpp"
#include "support/random.hpp"
#include "support/small_bundle.hpp"

#include <libeval/engine/decide.hpp>
#include <libeval/engine/margins.hpp>

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace libeval;
using libeval::test::distance;
using libeval::test::drawn;
using libeval::test::joined;
using libeval::test::name;
using libeval::test::one_of;

namespace {

std::string selection(int most) {
  const std::string take = "{take: {first: " + std::to_string(drawn(1, most)) + "}}";
  return "    select: [" +
         one_of({"{ties: hold}, ", "{ties: all_advance}, ", "{ties: all_cut}, "}) +
         one_of({"", "{require: {part: x, at_least: 3}}, ", "{require: {part: y, above: 1}}, "}) +
         "{order: [total]}, " + take + "]\n";
}

/// Parts x and y are whole numbers of a table, the panel is what its jurors make of a candidate.
std::string score(const std::string& panel) {
  return "    score: {parts: {x: {weight: " + std::to_string(drawn(1, 4)) +
         ", from: t, value: x}, y: {weight: " + std::to_string(drawn(1, 4)) +
         ", from: t, value: y}, panel: {weight: " + std::to_string(drawn(1, 4)) +
         ", from: marks, steps: [" + panel + "]}}}\n";
}

std::string random_rules() {
  const int n = drawn(2, 5);
  std::vector<std::string> ids;
  std::string t = "      candidate,x,y\n", marks = "      candidate,juror,mark\n";
  for (int c = 0; c < n; ++c) {
    ids.push_back(name("c", c));
    t += "      " + ids.back() + "," + std::to_string(drawn(0, 9)) + "," +
         std::to_string(drawn(0, 9)) + "\n";
    for (int j = 0; j < 3; ++j)
      marks +=
          "      " + ids.back() + "," + name("j", j) + "," + std::to_string(drawn(0, 10)) + "\n";
  }
  std::string out =
      "libeval: 1\nprogram: p\ncandidates: [" + joined(ids) +
      "]\nevidence:\n  t:\n    keys: [candidate]\n    values: [x, y]\n    csv: |\n" + t +
      "  marks:\n    keys: [candidate, juror]\n    values: [mark]\n    range: [0, 10]\n"
      "    csv: |\n" +
      marks + "stages:\n  - id: one\n" + selection(n) +
      score(one_of({"{mean: juror}", "{median: juror}",
                    "{drop: {over: juror, highest: 1, lowest: 1}}, {mean: juror}"}));
  if (drawn(0, 1) == 1)
    out += "  - id: two\n    entrants: {" + one_of({"advanced_from", "cut_from"}) + ": one}\n" +
           selection(2) + score("{mean: juror}");
  return out;
}

struct Case {
  Uncertain uncertain;
  Decision decision;
  std::vector<StageMargins> stages;

  [[nodiscard]] const Bundle& bundle() const { return uncertain.variants.front(); }
};

Case random_case() {
  const std::string rules = random_rules();
  RC_LOG() << rules;
  Case out;
  out.uncertain.variants.push_back(test::load_text(rules));
  Diagnostics diagnostics;
  out.decision = decide(out.bundle(), diagnostics);
  out.stages = margins(out.uncertain, out.decision, {.most_candidates = 10}, diagnostics);
  RC_ASSERT(!diagnostics.has_errors());
  return out;
}

/// None where the candidate no longer enters the stage.
std::optional<Outcome> outcome_of(const Bundle& bundle, std::size_t stage, std::size_t candidate) {
  const Decision decision = decide(bundle);
  const std::size_t e = decision.stages[stage].entrant(candidate);
  return e == nobody ? std::nullopt : std::optional(decision.stages[stage].outcomes[e]);
}

/// With some numbers of a table moved.
Bundle moved(Bundle bundle, std::size_t table, const std::function<void(Table&)>& move) {
  Table changed = *bundle.tables[table];
  move(changed);
  bundle.tables[table] = std::make_shared<const Table>(std::move(changed));
  return bundle;
}

/// Marks of one juror for one candidate, moved as far as their range goes.
Bundle with_marks(const Bundle& bundle, std::size_t candidate, const std::string& juror,
                  double by) {
  return moved(bundle, 1, [&](Table& table) {
    for (std::size_t row = 0; row < table.rows; ++row)
      if (table.keys[0].at(row) == name("c", static_cast<int>(candidate)) &&
          table.keys[1].at(row) == juror) {
        double& x = table.values[0].numbers[row];
        x = std::clamp(x + by, 0.0, 10.0);
      }
  });
}

/// A witness just beyond a change, and changes on a grid of smaller ones either way.
template <class OutcomeOf>
void check(const Margin& margin, Outcome now, OutcomeOf&& outcome) {
  const double sign = margin.change < 0 ? -1 : 1;
  const double beyond = std::max(1e-6, 1e-6 * std::abs(margin.change));
  bool altered = false;
  for (const double by :
       {margin.change + sign * beyond, margin.change, margin.change - sign * beyond})
    altered = altered || outcome(by) != now;
  RC_ASSERT(altered);
  constexpr int steps = 16;
  for (int step = 1; step < steps; ++step)
    for (const int way : {1, -1}) {
      const double by = margin.change * way * step / steps;
      if (std::abs(margin.change) - std::abs(by) > 1e-5)
        RC_ASSERT(outcome(by) == now);
    }
}

} // namespace

TEST_CASE("the least change of one juror's marks, with hurdles and a second stage") {
  CHECK(rc::check([] {
    const Case it = random_case();
    for (const StageMargins& stage : it.stages)
      for (const CandidateMargins& one : stage.candidates)
        for (const Margin& margin : one.margins)
          if (margin.kind == Margin::Kind::marks)
            check(margin, one.outcome, [&](double by) {
              return outcome_of(with_marks(it.bundle(), one.candidate, margin.name.substr(6), by),
                                stage.stage, one.candidate)
                  .value_or(one.outcome);
            });
  }));
}

TEST_CASE("a juror whose marks are not told cannot alter the outcome of the first stage") {
  CHECK(rc::check([] {
    const Case it = random_case();
    const StageMargins& stage = it.stages.front(); // in the second, marks also say who enters it
    for (const CandidateMargins& one : stage.candidates)
      for (const std::string juror : {"j0", "j1", "j2"})
        if (std::ranges::find(one.margins, "juror " + juror, &Margin::name) == one.margins.end())
          for (int by = -10; by <= 10; ++by)
            RC_ASSERT(outcome_of(with_marks(it.bundle(), one.candidate, juror, by), stage.stage,
                                 one.candidate) == one.outcome);
  }));
}

TEST_CASE("the least change of a part's score, with hurdles and a second stage") {
  CHECK(rc::check([] {
    const Case it = random_case();
    for (const StageMargins& stage : it.stages)
      for (const CandidateMargins& one : stage.candidates)
        for (const Margin& margin : one.margins) {
          if (margin.kind != Margin::Kind::part || margin.name == "panel")
            continue;
          // The part of this stage alone: a column of its own.
          Bundle own = it.bundle();
          const std::size_t column = margin.name == "x" ? 0 : 1;
          Table table = *own.tables[0];
          table.values.push_back(table.values[column]);
          table.values.back().name = "own";
          own.tables[0] = std::make_shared<const Table>(std::move(table));
          own.program.evidence[0].values.emplace_back("own");
          own.program.stages[stage.stage].score->parts[column].measure.value = "own";
          check(margin, one.outcome, [&](double by) {
            return outcome_of(
                       moved(own, 0,
                             [&](Table& t) { t.values.back().numbers[one.candidate] += by; }),
                       stage.stage, one.candidate)
                .value_or(one.outcome);
          });
        }
  }));
}

TEST_CASE("the nearest weights, with hurdles, a second stage and rulings of ties") {
  CHECK(rc::check([] {
    const Case it = random_case();
    for (const StageMargins& stage : it.stages) {
      const StageDecision& now = it.decision.stages[stage.stage];
      const auto altered = [&](const std::vector<double>& shares, bool sides_only) {
        Bundle changed = it.bundle();
        auto& parts = changed.program.stages[stage.stage].score->parts;
        for (std::size_t k = 0; k < parts.size(); ++k)
          parts[k].weight = shares[k];
        const StageDecision then = decide(changed).stages[stage.stage];
        for (std::size_t e = 0; e < now.entrants.size(); ++e) {
          const bool was = now.outcomes[e] == Outcome::advances,
                     is = then.outcomes[e] == Outcome::advances;
          if (sides_only ? was != is : now.outcomes[e] != then.outcomes[e])
            return true;
        }
        return false;
      };
      for (const WeightMargin& margin : stage.weights) {
        RC_ASSERT(std::abs(distance(stage.shares, margin.shares, margin.norm) - margin.distance) <
                  1e-6);
        if (margin.distance == 0)
          continue; // level now
        // Beyond it by more than what counts as level.
        const double factor = 1 + std::max(1e-4, 1e-6 / margin.distance);
        std::vector<double> beyond;
        for (std::size_t k = 0; k < 3; ++k)
          beyond.push_back(
              std::max(0.0, stage.shares[k] + factor * (margin.shares[k] - stage.shares[k])));
        RC_ASSERT(altered(beyond, false) || altered(margin.shares, false));
        if (margin.found != Found::exact)
          continue;
        constexpr int grid = 12;
        for (int i = 0; i <= grid; ++i)
          for (int j = 0; i + j <= grid; ++j) {
            const std::vector<double> w = {i / double(grid), j / double(grid),
                                           (grid - i - j) / double(grid)};
            if (distance(stage.shares, w, margin.norm) < margin.distance - 1e-6)
              RC_ASSERT(!altered(w, true));
          }
      }
    }
  }));
}
