// SPDX-License-Identifier: Apache-2.0
// Every kind of uncertainty that can be declared, each against what it must come to.
#include <libeval/engine/simulate.hpp>
#include <libeval/io/draw.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/parse.hpp>
#include <libeval/io/simulation.hpp>
#include <libeval/io/uncertain.hpp>
#include <libeval/kernel/each.hpp>

#include "support/catch.hpp"
#include "support/simulated.hpp"
#include "support/temporary.hpp"

#include <cmath>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

using namespace libeval;
using libeval::test::contains;
using test::chance;
using test::of_folder;
using test::simulated;
namespace fs = std::filesystem;

namespace {

Simulation of_text(const char* rules, const std::string& uncertainty,
                   const SimulateOptions& options) {
  Diagnostics diagnostics;
  return simulated(parse_text(rules, "program.yaml", diagnostics), ".", uncertainty, options);
}

const fs::path source(LIBEVAL_SOURCE_DIR);

/// Within four standard errors of p.
void near(double found, double p, std::uint64_t samples) {
  CHECK(std::abs(found - p) < 4 * std::sqrt(p * (1 - p) / static_cast<double>(samples)) + 1e-12);
}

constexpr const char* one_cell = R"(libeval: 1
program: p
candidates: [a, b]
evidence:
  t: {csv: "candidate,value\na,10\nb,4\n", keys: [candidate], values: [value]}
stages:
  - {id: s, places: 1, score: {from: t}}
)";

} // namespace

TEST_CASE("errors of measurements have the distribution that was declared") {
  struct Expected {
    const char* kind;
    double at_least, chance;
  };
  const double tail = 1 - kernel::normal_cdf(1);
  const std::vector<Expected> all = {
      {"normal: 2", 12, tail},
      {"normal: {sd: 2, inside: [9, 12]}", 12, tail}, // what lies beyond stands on the border
      {"normal: {sd: 2, inside: [9, 12]}", 9, 1},
      {"lognormal: 0.5", 10 * std::exp(0.5), tail},
      {"lognormal: 0.5", 10, 0.5},
      {"uniform: 2", 11, 0.25},
      {"uniform: 2", 8, 1},
      {"uniform: {low: 6, high: 16}", 14, 0.2},
      {"beta: {size: 2, from: [0, 20]}", 15, 0.25},                  // Beta(1, 1) is uniform
      {"beta: {size: 4, from: [0, 20]}", 15, 1 - 0.75 * 0.75 * 1.5}, // Beta(2, 2): 3x^2 - 2x^3
      {"binomial: {n: 4, of: 20}", 15, 5.0 / 16},                    // 3 or 4 of 4
      {"binomial: {n: 4, of: 20}", 5, 15.0 / 16},
      {"empirical: {errors: [-1, 0, 5]}", 15, 1.0 / 3},
      {"empirical: {errors: [-1, 0, 5]}", 10, 2.0 / 3},
  };
  SimulateOptions options;
  options.samples = 20000;
  for (const Expected& expected : all) {
    INFO(expected.kind);
    options.at_least = {expected.at_least};
    const Simulation s = of_text(
        one_cell,
        std::string("measurements: [{evidence: t, where: {candidate: a}, ") + expected.kind + "}]",
        options);
    near(probability(s.all.stages[0].reached[0], s.all.samples).value, expected.chance,
         options.samples);
    CHECK(s.all.stages[0].lowest[1] == 4); // b is certain
    CHECK(s.all.stages[0].highest[1] == 4);
  }
}

TEST_CASE("weights inside linear constraints: chances are areas") {
  constexpr const char* rules = R"(libeval: 1
program: p
candidates: [a, b, c]
evidence:
  t: {csv: "candidate,k,value\na,x,1\na,y,0\na,z,0\nb,x,0\nb,y,1\nb,z,0\nc,x,0\nc,y,0\nc,z,1\n", keys: [candidate, k], values: [value]}
stages:
  - id: s
    places: 1
    score:
      parts:
        x: {weight: 0.4, from: t, where: {k: x}}
        y: {weight: 0.3, from: t, where: {k: y}}
        z: {weight: 0.3, from: t, where: {k: z}}
)";
  SimulateOptions options;
  options.samples = 20000;
  options.at_least = {0.5};
  // Whoever's weight is largest is first. Half of the simplex has x >= y; x >= 1/2 is a quarter.
  const Simulation half =
      of_text(rules, "weights: [{constraints: [{terms: {x: 1, y: -1}, at_least: 0}]}]", options);
  near(chance(half, 0, 0), 2.0 / 3, options.samples);
  CHECK(chance(half, 0, 1) == 0);
  near(chance(half, 0, 2), 1.0 / 3, options.samples);
  const Simulation quarter =
      of_text(rules, "weights: [{constraints: [{terms: {x: 2}, at_least: 1}]}]", options);
  CHECK(chance(quarter, 0, 0) == 1);
  const Simulation uniform = of_text(rules, "weights: [{uniform: true}]", options);
  near(probability(uniform.all.stages[0].reached[0], uniform.all.samples).value, 0.25,
       options.samples);
  const Simulation ranged = of_text(rules, "weights: [{ranges: {x: [0, 0.4], y: [0.3, 0.3]}}]",
                                    options); // x and z share 0.7: x is uniform on [0, 0.4]
  near(chance(ranged, 0, 0), (0.4 - 0.35) / 0.4, options.samples);
}

TEST_CASE("an unknown verdict passes as often as declared, and the rest follows from it") {
  SimulateOptions options;
  options.samples = 4000;
  const Simulation s = of_folder(source / "test/cases/policy-unknown-holds",
                                 "verdicts: [{rule: OW-1, candidate: birch, pass: 0.3}]", options);
  near(chance(s, 0, 1), 0.3, options.samples);
  near(chance(s, 0, 1, Outcome::disqualified), 0.7, options.samples);
  near(chance(s, 0, 2), 0.7, options.samples);
  CHECK(chance(s, 0, 0) == 1);
  REQUIRE(s.conditions.size() == 2);
  const auto given = [&](std::size_t condition, std::size_t candidate) {
    return outcome_probability(s.conditions[condition].counts, 0, candidate, Outcome::advances)
        .value;
  };
  CHECK(s.conditions[0].value == "pass");
  CHECK(given(0, 1) == 1);
  CHECK(given(0, 2) == 0);
  CHECK(given(1, 1) == 0);
  CHECK(given(1, 2) == 1);
  CHECK_THAT(report(s), contains("verdict OW-1 of birch: fail"));
  CHECK_THAT(to_json(s), contains("\"source\": \"verdict OW-1 of birch\""));
  CHECK_THAT(to_csv(s), contains("round,cedar,outcome,advances,1,"));
  CHECK_THAT(to_csv(s), contains(",verdict OW-1 of birch: fail\n"));
}

TEST_CASE("a place that a verdict leaves empty is refilled as often as it stays empty") {
  constexpr const char* rules = R"(libeval: 1
program: p
candidates: [a, b, c]
evidence:
  t: {csv: "candidate,value\na,3\nb,2\nc,1\n", keys: [candidate], values: [value]}
stages:
  - id: first
    places: 2
    score: {from: t}
    select: [{order: [total]}, {take: {first: 2}}, {policy: rules.yaml}]
  - id: again
    entrants: {cut_from: first}
    places: {vacancies_of: first}
    score: {from: t}
  - id: last
    entrants: {advanced_from: [first, again]}
    places: 1
    score: {from: t}
)";
  const libeval::test::TemporaryFolder folder;
  folder.write("program.yaml", rules);
  folder.write("rules.yaml", R"(policy: p
rules: [{id: R, title: as declared, on_unknown: hold, consequence: disqualify, convict_at: admitted}]
findings:
  - {rule: R, candidate: a, verdict: fail, level: alleged, source: a letter}
  - {rule: R, candidate: b, verdict: pass, level: verified}
  - {rule: R, candidate: c, verdict: pass, level: verified}
)");
  SimulateOptions options;
  options.samples = 4000;
  const Simulation s =
      of_folder(folder.path(), "verdicts: [{rule: R, candidate: a, pass: 0.6}]", options);
  near(chance(s, 0, 0), 0.6, options.samples);
  near(chance(s, 1, 2), 0.4, options.samples); // c comes in where a is out
  near(chance(s, 2, 0), 0.6, options.samples); // a wins where it is in
  near(chance(s, 2, 1), 0.4, options.samples);
  near(probability(s.all.stages[0].filled[1], s.all.samples).value, 0.4, options.samples);
}

TEST_CASE("users and voters are drawn anew like jurors") {
  SimulateOptions options;
  options.samples = 4000;
  // Three voters of whom two prefer a: b has the majority where at least two of three drawn do.
  const Simulation votes = of_text(R"(libeval: 1
program: p
candidates: [a, b]
evidence:
  votes: {csv: "voter,first,second,winner\nv1,a,b,a\nv2,a,b,a\nv3,a,b,b\n", keys: [voter], pairs: {a: first, b: second, winner: winner}}
stages:
  - {id: s, places: 1, score: {from: votes, steps: [{lookup: {win: 1, loss: 0}}, {mean: [voter, opponent, side]}]}}
)",
                                   "bootstrap: [{evidence: votes, over: voter}]", options);
  near(chance(votes, 0, 1), 7.0 / 27, options.samples);
  const Simulation users = of_text(R"(libeval: 1
program: p
candidates: [a, b]
evidence:
  ratings: {csv: "user,candidate,rating\nu1,a,5\nu1,b,4\nu2,a,1\nu2,b,4\n", keys: [user, candidate], values: [rating]}
stages:
  - {id: s, places: 1, score: {from: ratings, steps: [{sum: user}]}}
)",
                                   "bootstrap: [{evidence: ratings, over: user}]", options);
  near(chance(users, 0, 0), 0.25, options.samples); // both draws are u1: 10 against 8
  near(chance(users, 0, 1), 0.75, options.samples);
}

TEST_CASE("what the rules say of a member holds for whom is drawn again") {
  // Two jurors: j1 twice, j2 twice, or (half of the time) both.
  SimulateOptions options;
  options.samples = 4000;
  const auto chances = [&](const std::string& marks, const std::string& more,
                           const std::string& score) {
    const std::string rules =
        "libeval: 1\nprogram: p\ncandidates: [a, b]\nevidence:\n  marks: {csv: "
        "\"juror,candidate,mark\\n" +
        marks + "\", keys: [juror, candidate], values: [mark]" + more +
        "  conflicts: {csv: \"juror,candidate,reason\\nj1,a,kin\\n\", keys: [juror, candidate], "
        "values: [reason]}\nstages:\n  - {id: s, places: 1, score: {from: marks, " +
        score + "}}\n";
    const Simulation s =
        of_text(rules.c_str(), "bootstrap: [{evidence: marks, over: juror}]", options);
    return std::pair{chance(s, 0, 0), chance(s, 0, 1)};
  };
  const std::string mean = "steps: [{mean: juror}]";
  SECTION("a recusal in the program, and one in a table") {
    for (const char* recusals :
         {", recusals: [{juror: j1, candidate: a, reason: kin, source: register}]}\n",
          ", recusals: conflicts}\n"}) {
      INFO(recusals);
      const auto [a, b] = chances("j1,a,10\\nj2,a,5\\nj1,b,6\\nj2,b,6", recusals, mean);
      CHECK(a == 0); // what j1 says of a never counts, however often j1 is there
      near(b, 0.75, options.samples);
    }
  }
  SECTION("a weight") {
    const auto [a, b] =
        chances("j1,a,8\\nj2,a,4\\nj1,b,6.9\\nj2,b,6.9", "}\n",
                "steps: [{mean: {over: juror, weights: {by: juror, values: {j1: 3, j2: 1}}}}]");
    near(a, 0.75, options.samples);
    CHECK(a + b == 1);
  }
  SECTION("a filter") {
    const auto [a, b] = chances("j1,a,10\\nj2,a,5\\nj1,b,6\\nj2,b,6", "}\n",
                                "where: {juror: {not: [j1]}}, " + mean);
    CHECK(a == 0);
    near(b, 0.75, options.samples);
  }
}

TEST_CASE("members with other rows, and members that are columns, are drawn anew too") {
  SimulateOptions options;
  options.samples = 4000;
  // Only u1 rates b: without u1 nobody does, and b has no score.
  const Simulation few = of_text(R"(libeval: 1
program: p
candidates: [a, b]
evidence:
  ratings: {csv: "user,candidate,rating\nu1,a,1\nu1,b,4\nu2,a,3\n", keys: [user, candidate], values: [rating], sparse: true}
stages:
  - {id: s, places: 1, score: {from: ratings, steps: [{mean: user}]}}
)",
                                 "bootstrap: [{evidence: ratings, over: user}]", options);
  near(chance(few, 0, 1), 0.75, options.samples);
  const Simulation wide = of_text(R"(libeval: 1
program: p
candidates: [a, b]
evidence:
  marks: {csv: "candidate,ann,bea\na,5,1\nb,4,4\n", keys: [candidate], wide: juror, values: [mark]}
stages:
  - {id: s, places: 1, score: {from: marks, steps: [{mean: juror}]}}
)",
                                  "bootstrap: [{evidence: marks, over: juror}]", options);
  near(chance(wide, 0, 0), 0.25, options.samples); // both are ann: 5 against 4
  near(chance(wide, 0, 1), 0.75, options.samples);
}
