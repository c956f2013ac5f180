// SPDX-License-Identifier: Apache-2.0
#include <libeval/engine/decide.hpp>
#include <libeval/engine/simulate.hpp>
#include <libeval/io/draw.hpp>
#include <libeval/io/simulation.hpp>
#include <libeval/kernel/each.hpp>

#include "support/catch.hpp"
#include "support/simulated.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>

using namespace libeval;
using libeval::test::contains;

namespace {

constexpr const char* program = R"(libeval: 1
program: p
candidates: [a, b, c, d]
evidence:
  tests: {csv: "candidate,task,score,se,below\na,x,80,2,-3\na,y,70,2,1\nb,x,75,2,1\nb,y,74,2,1\nc,x,60,2,1\nc,y,90,2,1\nd,x,50,2,1\nd,y,50,2,1\n", keys: [candidate, task], values: [score, se, below]}
  marks: {csv: "juror,candidate,mark\nj1,a,6\nj2,a,7\nj3,a,9\nj1,b,7\nj2,b,7\nj3,b,7\nj1,c,8\nj2,c,5\nj3,c,6\nj1,d,3\nj2,d,4\nj3,d,2\n", keys: [juror, candidate], values: [mark]}
stages:
  - id: first
    places: 2
    score:
      points: 100
      parts:
        tests: {points: 60, from: tests, value: score, steps: [{mean: task}, {scale: {from: [0, 100]}}]}
        panel: {points: 40, from: marks, steps: [{mean: juror}, {scale: {from: [0, 10]}}]}
  - id: second
    entrants: {cut_from: first}
    places: 1
    score: {from: marks, steps: [{mean: juror}]}
)";

using libeval::test::Loaded;
using libeval::test::part_of;

Loaded load(const std::string& uncertainty, const char* rules = program) {
  return libeval::test::loaded(rules, uncertainty);
}

Simulation run(const std::string& uncertainty, SimulateOptions options = {}) {
  Loaded loaded = load(uncertainty);
  INFO(draw_all(loaded.diagnostics, false));
  REQUIRE_FALSE(loaded.diagnostics.has_errors());
  const Simulation out = simulate(loaded.uncertain, options, loaded.diagnostics);
  INFO(draw_all(loaded.diagnostics, false));
  REQUIRE_FALSE(loaded.diagnostics.has_errors());
  return out;
}

/// What is refused, and with which words.
std::string refusal(const std::string& uncertainty, SimulateOptions options = {}) {
  Loaded loaded = load(uncertainty);
  if (!loaded.diagnostics.has_errors())
    static_cast<void>(simulate(loaded.uncertain, options, loaded.diagnostics));
  return loaded.diagnostics.has_errors() ? draw_all(loaded.diagnostics, false) : "";
}

constexpr const char* everything = R"(
weights: [{stage: first, dirichlet: 30}]
measurements: [{evidence: tests, value: score, normal: {sd: {column: se}}}]
bootstrap: [{evidence: marks, over: juror}]
rules: [{id: entry, options: [{id: as-written}, {id: three, set: first.places=3}]}]
)";

} // namespace

TEST_CASE("the same counts whatever the number of threads") {
  SimulateOptions options;
  options.samples = 300;
  const std::string one = part_of(run(everything, options));
  options.threads = 3;
  CHECK(part_of(run(everything, options)) == one);
  options.seed = 2;
  CHECK(part_of(run(everything, options)) != one);
}

TEST_CASE("shards add up to exactly the unsharded result, and foreign ones are refused") {
  Loaded loaded = load(everything);
  const auto part = [&](std::size_t shard, std::uint64_t seed = 1) {
    SimulationPart out;
    out.digest = "d";
    out.total = 301;
    out.shard = shard;
    out.of = 3;
    SimulateOptions options;
    options.seed = seed;
    options.total = 301;
    options.first = range_of_shard(301, shard, 3).first;
    options.samples = range_of_shard(301, shard, 3).samples;
    out.simulation = simulate(loaded.uncertain, options, loaded.diagnostics);
    Diagnostics diagnostics;
    SimulationPart read = read_part(to_json(out), "part", diagnostics);
    CHECK_FALSE(diagnostics.has_errors());
    CHECK(to_json(read) == to_json(out));
    return read;
  };
  SimulateOptions options;
  options.samples = 301;
  const Simulation whole = simulate(loaded.uncertain, options, loaded.diagnostics);
  Diagnostics diagnostics;
  const Simulation merged = merge_parts({part(2), part(3), part(1)}, {"2", "3", "1"}, diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  CHECK(part_of(merged) == part_of(whole));
  CHECK(to_json(merged) == to_json(whole));
  const auto refused = [&](std::vector<SimulationPart> parts) {
    Diagnostics why;
    const std::vector<std::string> names(parts.size(), "p.json");
    static_cast<void>(merge_parts(std::move(parts), names, why));
    return why.has_errors() ? why.all().front().message : "";
  };
  CHECK_THAT(refused({part(1), part(2)}), contains("missing: 3"));
  CHECK_THAT(refused({part(1), part(2), part(2)}), contains("shard 2 stands in"));
  CHECK_THAT(refused({part(1), part(2, 7)}), contains("its seed is 7, not 1"));
  SimulationPart other = part(3);
  other.digest = "e";
  CHECK_THAT(refused({part(1), part(2), other}), contains("rules, uncertainty or evidence"));
  other = part(3);
  other.simulation.first = 1;
  CHECK_THAT(refused({part(1), part(2), other}), contains("samples of its shard"));
  for (const char* text :
       {"", "{}", "[1]", "{\"libeval_simulation_part\": 1}", "{\"libeval_simulation_part\": 9}"}) {
    Diagnostics why;
    static_cast<void>(read_part(text, "x.json", why));
    CHECK(why.has_errors());
  }
}

TEST_CASE("normal errors: the chance to be ahead is Phi") {
  SimulateOptions options;
  options.samples = 40000;
  options.threads = 2;
  const Simulation s = run("measurements: [{evidence: tests, value: score, normal: 5}]", options);
  // a: 75 and b: 74.5 on average of two tasks, of 100, times 60; panel 7.333 and 7 of 10, times 40.
  const double apart = 60 * 0.005 + 40 * (22.0 / 30 - 0.7);
  const double sd = 0.6 * std::sqrt(4 * 25 / 4.0);
  const double p = kernel::normal_cdf(apart / sd);
  const auto ahead = ahead_probability(s.all, 0, 0, 1);
  REQUIRE(ahead);
  CHECK(std::abs(ahead->value - p) < 4 * ahead->error);
  double column = 0;
  for (std::size_t c = 0; c < 4; ++c) {
    double row = 0;
    for (std::size_t place = 1; place <= 4; ++place)
      row += place_probability(s.all, 0, c, place).value;
    CHECK(row == Approx(1).epsilon(1e-12));
    column += place_probability(s.all, 0, c, 2).value;
  }
  CHECK(column == Approx(1).epsilon(1e-12));
  const auto median = score_quantile(s, s.all, 0, 0, 0.5);
  REQUIRE(median);
  CHECK(median->value == Approx(45 + 40 * 22.0 / 30).margin(5 * median->error + 0.02));
}

TEST_CASE("uniform weights of two parts: the chance to be first is a length") {
  SimulateOptions options;
  options.samples = 20000;
  const Simulation s = run("weights: [{stage: first, uniform: true}]", options);
  // tests: a 0.75, b 0.745, c 0.75; panel: a 22/30, b 0.7, c 19/30: a is first for every weight.
  CHECK(outcome_probability(s.all, 0, 0, Outcome::advances).value == 1);
  // b before c where 0.745 w + 0.7 (1 - w) > 0.75 w + 19/30 (1 - w): w < (1/15) / (1/15 + 0.005).
  const double p = (1.0 / 15) / (1.0 / 15 + 0.005);
  const auto ahead = ahead_probability(s.all, 0, 1, 2);
  REQUIRE(ahead);
  CHECK(std::abs(ahead->value - p) < 4 * ahead->error);
  const auto w = central_weight(s.all, 0, 0, 0, 2);
  REQUIRE(w);
  CHECK(std::abs(w->value - 0.5) < 4 * w->error);
}

TEST_CASE("a choice of rules splits the samples, and the conditions say how") {
  SimulateOptions options;
  options.samples = 4000;
  const Simulation s =
      run("rules: [{id: entry, options: [{id: as-written, probability: 0.25}, {id: three, "
          "probability: 0.75, set: first.places=3}]}]",
          options);
  REQUIRE(s.conditions.size() == 2);
  const auto& as_written = s.conditions[0].counts;
  const auto& three = s.conditions[1].counts;
  CHECK(as_written.samples + three.samples == 4000);
  CHECK(std::abs(static_cast<double>(three.samples) - 3000) < 4 * std::sqrt(750.0));
  CHECK(outcome_probability(as_written, 0, 2, Outcome::advances).value == 0);
  CHECK(outcome_probability(three, 0, 2, Outcome::advances).value == 1);
  CHECK(outcome_probability(s.all, 0, 2, Outcome::advances).value ==
        Approx(static_cast<double>(three.samples) / 4000));
}

TEST_CASE("a bootstrap of jurors draws as many as there are, and only them") {
  SimulateOptions options;
  options.samples = 3000;
  const Simulation s = run("bootstrap: [{evidence: marks, over: juror}]", options);
  // All of b's marks are 7: its score is certain; a's panel mean is 6, 7 or 9 at its extremes.
  const auto low = score_quantile(s, s.all, 0, 1, 0.01),
             high = score_quantile(s, s.all, 0, 1, 0.99);
  REQUIRE((low && high));
  CHECK(low->value == Approx(44.7 + 28));
  CHECK(high->value == Approx(44.7 + 28));
  CHECK(s.all.stages[0].lowest[0] == Approx(45 + 24));
  CHECK(s.all.stages[0].highest[0] == Approx(45 + 36));
}

namespace {

struct Spread {
  const char* what;
  std::function<Estimate(const Simulation&)> of;
  double sum = 0, squares = 0, errors = 0;
};

/// The errors told are the deviations over 150 seeds, which tell these to about 6 %.
void check_errors(const std::string& uncertainty, SimulateOptions options,
                  std::vector<Spread> all) {
  constexpr std::uint64_t seeds = 150;
  const Loaded loaded = load(uncertainty);
  Diagnostics diagnostics;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    options.seed = seed;
    const Simulation s = simulate(loaded.uncertain, options, diagnostics);
    for (Spread& one : all) {
      const Estimate found = one.of(s);
      one.sum += found.value;
      one.squares += found.value * found.value;
      one.errors += found.error;
    }
  }
  REQUIRE_FALSE(diagnostics.has_errors());
  for (const Spread& one : all) {
    const double mean = one.sum / seeds;
    const double deviation = std::sqrt((one.squares - mean * one.sum) / (seeds - 1));
    INFO(one.what << " " << mean << ", deviation " << deviation << ", error "
                  << one.errors / seeds);
    CHECK(one.errors / seeds == Approx(deviation).epsilon(0.25)); // four deviations of that
  }
}

} // namespace

TEST_CASE("standard errors are the deviations over seeds") {
  SimulateOptions options; // nothing here is rounded or tied
  options.samples = 600;
  options.at_least = {74};
  check_errors(
      "weights: [{stage: first, uniform: true}]\nmeasurements: [{evidence: tests, value: score, "
      "normal: 5}, {evidence: marks, normal: 0.8}]",
      options,
      {
          {"outcome",
           [](const Simulation& s) { return outcome_probability(s.all, 0, 2, Outcome::advances); }},
          {"place", [](const Simulation& s) { return place_probability(s.all, 0, 1, 2); }},
          {"one of the first two",
           [](const Simulation& s) { return place_within(s.all, 0, 1, 2); }},
          {"score of at least 74",
           [](const Simulation& s) {
             return probability(s.all.stages[0].reached[0], s.all.samples);
           }},
          {"ahead", [](const Simulation& s) { return *ahead_probability(s.all, 0, 0, 1); }},
          {"central weight",
           [](const Simulation& s) { return *central_weight(s.all, 0, 0, 0, 2); }},
          {"median", [](const Simulation& s) { return *score_quantile(s, s.all, 0, 0, 0.5); }},
          {"entropy", [](const Simulation& s) { return place_entropy(s.all, 0, 2); }},
      });
}

TEST_CASE("standard errors of confidence factors are the deviations over seeds") {
  SimulateOptions options; // the central weights hardly differ from seed to seed
  options.samples = 600;
  const auto of = [](std::size_t candidate) {
    return [candidate](const Simulation& s) { return *confidence_factor(s.all, 0, candidate); };
  };
  check_errors("weights: [{stage: first, dirichlet: 1000000}]\nmeasurements: [{evidence: tests, "
               "value: score, normal: 5}, {evidence: marks, normal: 0.8}]",
               options, {{"confidence of a", of(0)}, {"confidence of b", of(1)}});
}

TEST_CASE("entropy of places: certain is 0 bits, a coin 1, and four alike 2") {
  SimulateOptions options;
  options.samples = 40000;
  const std::string head = R"(libeval: 1
program: p
candidates: [a, b, c, d]
evidence:
  t: {csv: "candidate,value\na,1\nb,1\nc,1\nd,1\n", keys: [candidate], values: [value]}
stages:
)";
  const std::string four = head + "  - {id: s, places: 1, score: {from: t}}\n";
  const std::string hurdle = head +
                             "  - {id: s, score: {from: t}, select: [{require: {part: total, "
                             "at_least: 1}}, {order: [total]}, take]}\n";
  const auto entropy = [&](const std::string& uncertainty, std::size_t c,
                           const std::string& rules) {
    Loaded loaded = load(uncertainty, rules.c_str());
    const Simulation s = simulate(loaded.uncertain, options, loaded.diagnostics);
    REQUIRE_FALSE(loaded.diagnostics.has_errors());
    return place_entropy(s.all, 0, c);
  };
  const Estimate alike = entropy("measurements: [{evidence: t, normal: 1}]", 0, four);
  CHECK(std::abs(alike.value - 2) < 1e-3);
  // One moves: it is first or last, and each of the others first to third or second to fourth.
  const std::string one = "measurements: [{evidence: t, where: {candidate: a}, normal: 1}]";
  const Estimate coin = entropy(one, 0, four);
  CHECK(std::abs(coin.value - 1) < 1e-3);
  CHECK(coin.error < 1e-3);
  // It is first, or behind the hurdle and without a place.
  CHECK(std::abs(entropy(one, 0, hurdle).value - 1) < 1e-3);
  const Estimate shared = entropy(one, 1, four); // 1/6, 1/3, 1/3, 1/6
  CHECK(std::abs(shared.value - (std::log2(6) / 3 + 2 * std::log2(3) / 3)) < 1e-3);
  CHECK(entropy("measurements: [{evidence: t, normal: 0}]", 1, four).value ==
        Approx(2)); // one tie group
}

TEST_CASE("stops when every chance is known well enough, and when it is told to") {
  SimulateOptions options;
  options.samples = 1000000;
  options.until = 0.02;
  const Simulation s = run(everything, options);
  CHECK(s.all.samples < 10000);
  CHECK(widest_interval(s.all) <= 0.02);
  const std::atomic<bool> stop = true;
  options.stop = &stop;
  const Simulation none = run(everything, options);
  CHECK(none.interrupted);
  CHECK(none.all.samples == 0);
  CHECK_THAT(report(none), contains("interrupted"));
}

TEST_CASE("what cannot be is refused where it stands") {
  const auto says = [](const std::string& uncertainty, const std::string& words) {
    INFO(uncertainty);
    CHECK_THAT(refusal(uncertainty), contains(words));
  };
  says("weights: [{stage: first}]", "nothing says how the weights may lie");
  says("weights: [{stage: frist, uniform: true}]", "did you mean `first`?");
  says("weights: [{uniform: true}]", "several stages have a score");
  says("weights: [{stage: first, of: tets, uniform: true}]", "did you mean `tests`?");
  says("weights: [{stage: second, uniform: true}]", "no two parts");
  says("weights: [{stage: first, dirichlet: 0}]", "above 0");
  says("weights: [{stage: first, ranges: {tests: [80, 90], panel: [30, 40]}}]",
       "allow sums from 110 to 130, and its parts add up to 100");
  says("weights: [{stage: first, ranges: {tests: [90, 80]}}]", "from 90 down to 80");
  says("weights: [{stage: first, order: [tests, panle]}]", "no part `panle`");
  says("weights: [{stage: first, order: [tests, panel], ranges: {tests: [10, 30]}}]",
       "these do not go together: `tests` at most 30; `tests` before `panel`");
  says("weights: [{stage: first, constraints: [{terms: {tests: 1, panel: 1}, at_least: 120}]}]",
       "1 `tests` + 1 `panel` at least 120");
  says("weights: [{stage: first, constraints: [{terms: {tests: 1}}]}]", "no bound");
  says("measurements: [{evidence: tests, normal: -1}]", "expected a number, at least 0, got `-1`");
  says("measurements: [{evidence: tests, normal: {sd: {column: below}}}]",
       "a deviation below zero: -3 (`tests`, line 2)");
  says("measurements: [{evidence: test, normal: 1}]", "did you mean `tests`?");
  says("measurements: [{evidence: tests, value: points, normal: 1}]", "no value column `points`");
  says("measurements: [{evidence: tests, normal: {sd: {column: sd}}}]", "no column `sd`");
  says("measurements: [{evidence: tests, binomial: 100}]", "is no share of 1");
  says("measurements: [{evidence: tests, binomial: {n: 0, of: 100}}]",
       "expected a whole number, at least 1, got `0`");
  says("measurements: [{evidence: tests, where: {task: z}, normal: 1}]",
       "no `task` of `tests` fits `z`");
  says("measurements: [{evidence: tests, where: {candidate: a*, task: [x, z]}, normal: 1}, "
       "{evidence: "
       "tests, where: {candidate: e}, normal: 1}]",
       "no `task` of `tests` fits `z`");
  says("measurements: [{evidence: tests, beta: {size: 10, from: [0, 50]}}]", "outside the scale");
  says("measurements: [{evidence: tests, normal: {sd: 1, correlation: {over: task, all: -1.5}}}]",
       "expected a number from -1 to 1, got `-1.5`");
  says(
      "measurements: [{evidence: tests, normal: {sd: 1, correlation: {over: task, members: [x, y], "
      "matrix: [[1, 0.5], [0.4, 1]]}}}]",
      "this is no correlation matrix");
  says("measurements: [{evidence: tests, normal: {sd: 1, correlation: {over: task, members: [x], "
       "matrix: [[1, 0.5], [0.5, 1]]}}}]",
       "2 rows for 1 members");
  says("bootstrap: [{evidence: marks, over: jurror}]", "did you mean `juror`?");
  says("bootstrap: [{evidence: marks, over: candidate}]", "candidates are not drawn anew");
  says("measurements: [{evidence: tests, normal: {sd: 1, correlation: {over: candidate, members: "
       "[a, b, c, d], "
       "matrix: [[1, 0.9, -0.9, 0], [0.9, 1, 0.9, 0], [-0.9, 0.9, 1, 0], [0, 0, 0, 1]]}}}]",
       "this is no correlation matrix");
  says(
      "measurements: [{evidence: tests, normal: {sd: 1, correlation: {over: task, members: [x, y], "
      "matrix: [[1, 1.2], [1.2, 1]]}}}]",
      "expected a number from -1 to 1, got `1.2`");
  says("measurements: [{evidence: marks, normal: {sd: 1, correlation: {over: candidate, all: "
       "-0.5}}}]",
       "with 4 members all pairs can be correlated by no less than -0.333");
  says("verdicts: [{rule: R, candidate: a, pass: 1.5}]",
       "expected a number from 0 to 1, got `1.5`");
  says("rules: [{id: r, options: [{id: x, probability: -0.5}, {id: y, probability: 1.5}]}]",
       "expected a number from 0 to 1, got `-0.5`");
  says("verdicts: [{rule: R, candidate: a, pass: 0.5}]", "there is no rule `R`");
  says("rules: [{id: r, options: [{id: x, probability: 0.5}, {id: y, probability: 0.6}]}]",
       "add up to 1.1, expected 1");
  says("rules: [{id: r, options: [{id: x, set: first.plces=1}, {id: y}]}]", "did you mean");
  says("mesurements: []", "did you mean `measurements`?");
  says("weights: [{stage: first, uniform: true}, {stage: first, of: total, order: [tests, panel]}]",
       "the weights of `total` stand in two entries");
  says("bootstrap: [{evidence: marks, over: juror}, {evidence: marks, over: juror}]",
       "dimension `juror` of `marks` is drawn in two entries");
  SimulateOptions options;
  options.samples = 0;
  CHECK_THAT(refusal("weights: [{stage: first, uniform: true}]", options),
             contains("at least one sample"));
}

TEST_CASE("what stands in two entries is refused at the second one") {
  const auto place = [](const std::string& uncertainty) {
    Loaded loaded = load(uncertainty);
    SimulateOptions options;
    static_cast<void>(simulate(loaded.uncertain, options, loaded.diagnostics));
    REQUIRE(loaded.diagnostics.errors() == 1);
    const Where& where = loaded.diagnostics.all().front().where;
    return std::pair{static_cast<int>(where.line), static_cast<int>(where.column)};
  };
  CHECK(place("weights:\n  - {stage: first, uniform: true}\n"
              "  - {stage: first, of: total, dirichlet: 9}\n") == std::pair(3, 24));
  CHECK(place("bootstrap:\n  - {evidence: marks, over: juror}\n"
              "  - {evidence: marks, over: juror}\n") == std::pair(3, 29));
}
