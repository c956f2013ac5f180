// SPDX-License-Identifier: Apache-2.0
// One number drawn a candidate instead of one a measurement, and confidence factors.
#include <libeval/engine/simulate.hpp>
#include <libeval/io/draw.hpp>
#include <libeval/io/simulation.hpp>
#include <libeval/kernel/each.hpp>

#include "support/catch.hpp"
#include "support/simulated.hpp"

#include <cmath>
#include <string>
#include <utility>

using namespace libeval;
using libeval::test::contains;
using libeval::test::Loaded;
using libeval::test::part_of;

namespace {

constexpr const char* one_stage = R"(libeval: 1
program: p
candidates: [a, b, c, d]
evidence:
  tests: {csv: "candidate,task,score\na,x,80\na,y,70\nb,x,75\nb,y,74\nc,x,60\nc,y,90\nd,x,50\nd,y,50\n", keys: [candidate, task], values: [score]}
  marks: {csv: "juror,candidate,mark\nj1,a,6\nj2,a,7\nj1,b,7\nj2,b,7\nj1,c,8\nj2,c,5\nj1,d,3\nj2,d,4\n", keys: [juror, candidate], values: [mark]}
stages:
  - id: first
    places: 2
    score:
      points: 100
      parts:
        tests: {points: 60, from: tests, steps: [{mean: task}, {scale: {from: [0, 100]}}]}
        panel: {points: 40, from: marks, steps: [{mean: juror}, {scale: {from: [0, 10]}}]}
)";

Simulation both_ways(const std::string& uncertainty, bool collapse, SimulateOptions options) {
  Loaded loaded = test::loaded(one_stage, uncertainty);
  INFO(draw_all(loaded.diagnostics, false));
  REQUIRE_FALSE(loaded.diagnostics.has_errors());
  options.collapse = collapse;
  return simulate(loaded.uncertain, options, loaded.diagnostics);
}

} // namespace

TEST_CASE("errors that were declared correlated are not called independent") {
  SimulateOptions options;
  options.samples = 100;
  const auto method = [&](const std::string& how) {
    return both_ways("measurements: [{evidence: tests, normal: {sd: 2" + how + "}}]", true, options)
        .method;
  };
  CHECK_THAT(method(""), contains("measurements independent and normal: one normal number a"));
  CHECK_THAT(method(", correlation: {over: task, all: 0.5}"),
             contains("measurements normal: one normal number a candidate"));
}

TEST_CASE("one number a candidate gives what one a measurement gives") {
  for (const char* uncertainty :
       {"measurements: [{evidence: tests, normal: 6}]",
        "weights: [{dirichlet: 12}]\nmeasurements: [{evidence: tests, normal: 3}, {evidence: "
        "marks, normal: 0.5}]",
        "weights: [{uniform: true}]\nmeasurements: [{evidence: marks, normal: 0.4}]",
        "weights: [{order: [panel, tests]}]\nmeasurements: [{evidence: marks, normal: 0.4}]",
        "weights: [{ranges: {tests: [20, 70]}}]",
        "weights: [{uniform: true}]\nmeasurements: [{evidence: tests, normal: {sd: 6, correlation: "
        "{over: task, all: 0.7}}}, {evidence: marks, normal: {sd: 0.5, correlation: {over: "
        "candidate, all: 0.5}}}]",
        "measurements: [{evidence: tests, normal: {sd: 6, correlation: {over: candidate, members: "
        "[a, b, c, d], matrix: [[1, -0.5, 0, 0], [-0.5, 1, 0.3, 0], [0, 0.3, 1, 0], [0, 0, 0, "
        "1]]}}}]",
        "measurements: [{evidence: marks, normal: {sd: 2, correlation: {over: candidate, all: "
        "1}}}]"}) {
    INFO(uncertainty);
    SimulateOptions options;
    options.samples = 20000;
    options.at_least = {72};
    const Simulation fast = both_ways(uncertainty, true, options);
    options.samples = 4000;
    const Simulation plain = both_ways(uncertainty, false, options);
    CHECK(fast.collapsed);
    CHECK_FALSE(plain.collapsed);
    const auto near = [](const Estimate& a, const Estimate& b) {
      CHECK(std::abs(a.value - b.value) <
            4.5 * std::sqrt(a.error * a.error + b.error * b.error) + 1e-9);
    };
    for (std::size_t c = 0; c < 4; ++c) {
      near(outcome_probability(fast.all, 0, c, Outcome::advances),
           outcome_probability(plain.all, 0, c, Outcome::advances));
      for (std::size_t place = 1; place <= 4; ++place)
        near(place_probability(fast.all, 0, c, place), place_probability(plain.all, 0, c, place));
      near(probability(fast.all.stages[0].reached[c], fast.all.samples),
           probability(plain.all.stages[0].reached[c], plain.all.samples));
      for (std::size_t other = 0; other < 4; ++other)
        if (other != c)
          near(*ahead_probability(fast.all, 0, c, other),
               *ahead_probability(plain.all, 0, c, other));
      if (fast.all.weights.empty())
        continue;
      const auto a = central_weight(fast.all, 0, c, 0, 2),
                 b = central_weight(plain.all, 0, c, 0, 2);
      if (a && b && plain.all.weights[0].first[c] > 100) {
        near(*a, *b);
        const auto wins = confidence_factor(fast.all, 0, c);
        const auto also = confidence_factor(plain.all, 0, c);
        REQUIRE((wins && also));
        CHECK(std::abs(wins->value - also->value) <
              4.5 * std::hypot(wins->error, also->error) + 0.03); // the weights differ too
      }
    }
    options.samples = 9999;
    const std::string one = part_of(both_ways(uncertainty, true, options));
    options.threads = 3;
    CHECK(part_of(both_ways(uncertainty, true, options)) == one);
  }
}

TEST_CASE("confidence factors: Phi at the central weights, and the same in shards") {
  SimulateOptions options;
  options.samples = 40000;
  const std::string uncertainty = "weights: [{uniform: true}]\nmeasurements: [{evidence: tests, "
                                  "normal: 6}, {evidence: marks, normal: 0.6}]";
  const char* const two = R"(libeval: 1
program: p
candidates: [a, b]
evidence:
  tests: {csv: "candidate,score\na,60\nb,54\n", keys: [candidate], values: [score]}
  marks: {csv: "candidate,mark\na,5\nb,6\n", keys: [candidate], values: [mark]}
stages:
  - id: first
    places: 1
    score:
      parts:
        tests: {weight: 0.6, from: tests, steps: [{scale: {from: [0, 100]}}]}
        panel: {weight: 0.4, from: marks, steps: [{scale: {from: [0, 10]}}]}
)";
  for (const bool collapse : {true, false}) {
    Loaded loaded = test::loaded(two, uncertainty);
    options.collapse = collapse;
    options.samples = collapse ? 200000 : 8000;
    const Simulation whole = simulate(loaded.uncertain, options, loaded.diagnostics);
    REQUIRE(whole.collapsed == collapse);
    for (std::size_t c = 0; c < 2; ++c) {
      const double tests = central_weight(whole.all, 0, c, 0, 2)->value;
      const double gap = (c == 0 ? 1 : -1) * (0.06 * tests - 0.1 * (1 - tests));
      const double sd = std::sqrt(2 * 0.06 * 0.06 * (tests * tests + (1 - tests) * (1 - tests)));
      const auto confidence = confidence_factor(whole.all, 0, c);
      REQUIRE(confidence);
      // The weights are those of the first replicates: 0.3 / sqrt(1000) apart at most.
      CHECK(std::abs(confidence->value - kernel::normal_cdf(gap / sd)) <
            4 * confidence->error + 0.02);
    }
    Simulation sum;
    for (std::size_t shard = 1; shard <= 3; ++shard) {
      SimulateOptions part = options;
      part.total = options.samples;
      part.first = range_of_shard(part.total, shard, 3).first;
      part.samples = range_of_shard(part.total, shard, 3).samples;
      part.threads = static_cast<unsigned>(shard);
      Simulation some = simulate(loaded.uncertain, part, loaded.diagnostics);
      if (shard == 1)
        sum = std::move(some);
      else
        add_part(sum, some);
    }
    CHECK(to_json(sum) == to_json(whole));
    CHECK_THAT(to_csv(whole), contains("first.total,a,confidence,,"));
    CHECK_THAT(report(whole), contains("confidence"));
  }
}

TEST_CASE("what is not so simple is decided replicate by replicate") {
  SimulateOptions options;
  options.samples = 4;
  for (const char* uncertainty :
       {"measurements: [{evidence: tests, lognormal: 0.1}]",
        "measurements: [{evidence: tests, normal: {sd: 1, inside: [0, 100]}}]",
        "measurements: [{evidence: tests, uniform: 1}]",
        "bootstrap: [{evidence: marks, over: juror}]"}) {
    INFO(uncertainty);
    CHECK_FALSE(both_ways(uncertainty, true, options).collapsed);
  }
}
