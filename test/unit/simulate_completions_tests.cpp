// SPDX-License-Identifier: Apache-2.0
// A stage that is known in part as it might have been: one completion of its record a replicate.
#include "engine/simulate/sampler.hpp"

#include <libeval/engine/decide.hpp>
#include <libeval/engine/reconstruct.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/simulation.hpp>

#include "support/catch.hpp"
#include "support/simulated.hpp"
#include "support/temporary.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

using namespace libeval;
using test::chance;
using test::contains;
using test::of_folder;
namespace fs = std::filesystem;

namespace {

const fs::path source(LIBEVAL_SOURCE_DIR);

/// Two stages of which nothing was published but who is first; `select` is the selection of the
/// second one.
void write_two_stages(const test::TemporaryFolder& folder, const std::string& select = "",
                      const std::string& statements = "") {
  folder.write("program.yaml", R"(
libeval: 1
program: two
candidates: [a, b, c, d]
evidence:
  published: published.yaml
  votes: {unpublished: {juror: 3}, keys: [juror, candidate], values: [ok], range: [0, 1]}
stages:
  - id: s
    entrants: [a, b]
    places: 1
    score: {points: 10, parts: {p: {points: 5, from: published}, q: {points: 5, from: published}}}
  - id: t
    entrants: [c, d]
    places: 1
    score: {points: 5, parts: {v: {points: 3, from: published}, w: {points: 2, from: published}}}
)" + select);
  folder.write("published.yaml", R"(
published: record
step: 1
statements:
  - {id: s1, stage: s, first: a, source: somebody}
  - {id: t1, stage: t, first: c, source: somebody}
)" + statements);
}

constexpr const char* unknown_hurdle = R"(    select:
      - require: {from: votes, steps: [{mean: juror}], above: 0.5}
      - order: [total]
      - take
)";
constexpr const char* c_advances =
    "  - {id: t2, stage: t, outcome: {c: advances}, source: somebody}\n";

/// The first thing that is said of what cannot be drawn.
Diagnostic refusal(const fs::path& folder, const std::string& uncertainty) {
  Diagnostics diagnostics;
  SimulateOptions options;
  options.samples = 60;
  options.threads = 2;
  const Uncertain uncertain =
      load_uncertain(load_rules(folder, diagnostics), folder,
                     parse_text(uncertainty, "uncertainty.yaml", diagnostics), diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  static_cast<void>(simulate(uncertain, options, diagnostics));
  REQUIRE(diagnostics.errors() == 1);
  return diagnostics.all().front();
}

/// Of all completions of a stage, the share in which the first entrant has at least so much.
double share_at_least(const fs::path& folder, const std::string& stage, double least) {
  Diagnostics diagnostics;
  const Completions all = sample_completions(
      load_bundle(folder), {.stage = stage, .samples = 100'000, .each_once = true}, diagnostics);
  REQUIRE(all.enumerated);
  std::size_t found = 0;
  for (std::size_t i = 0; i < all.count; ++i)
    found += all.total(i, 0) >= least ? 1 : 0;
  return static_cast<double>(found) / static_cast<double>(all.count);
}

double share_at_least(const Simulation& s, std::size_t stage, std::size_t candidate) {
  return static_cast<double>(s.all.stages[stage].reached[candidate]) /
         static_cast<double>(s.all.samples);
}

/// What `decide` says of the last stage in the first replicates of seed 1, counted by hand.
std::vector<std::uint64_t>
decided_one_by_one(const fs::path& folder, const std::string& uncertainty, std::uint64_t samples) {
  Diagnostics diagnostics;
  const Uncertain uncertain =
      load_uncertain(load_rules(folder, diagnostics), folder,
                     parse_text(uncertainty, "uncertainty.yaml", diagnostics), diagnostics);
  const Sampler sampler(uncertain.variants.front(), uncertain.uncertainty, diagnostics);
  World world = sampler.world();
  std::vector<std::uint64_t> out(world.bundle.program.candidates.size() * 6, 0);
  for (std::uint64_t number = 0; number < samples; ++number) {
    sampler.draw(world, {1, number});
    const Decision decision = decide(world.bundle, diagnostics);
    const StageDecision& last = decision.stages.back();
    for (std::size_t e = 0; e < last.entrants.size(); ++e)
      ++out[last.entrants[e] * 6 + static_cast<std::size_t>(last.outcomes[e])];
  }
  CHECK_FALSE(diagnostics.has_errors());
  return out;
}

} // namespace

TEST_CASE("what is known in part is one of its completions in each replicate") {
  SimulateOptions options;
  options.samples = 60;
  const std::string uncertainty = "completions: [{stage: stage-1, draws: 100, level: official}]";
  const Simulation s = of_folder(source / "examples/kai", uncertainty, options);
  CHECK_THAT(s.method, contains("100 completions drawn of its record"));
  // lg is first in every completion and nc is cut in each; who takes the places between is open.
  CHECK(chance(s, 0, 0) == 1);
  CHECK(chance(s, 0, 4, Outcome::cut) == 1);
  CHECK(place_probability(s.all, 0, 0, 1).value == 1);
  CHECK(place_probability(s.all, 0, 1, 2).value > 0);
  CHECK(place_probability(s.all, 0, 1, 2).value < 1);
  options.threads = 2;
  CHECK(to_json(of_folder(source / "examples/kai", uncertainty, options)) == to_json(s));
  options.threads = 1;
  options.samples = 12;
  CHECK(of_folder(source / "examples/kai", uncertainty, options).all.stages[2].outcomes ==
        decided_one_by_one(source / "examples/kai", uncertainty, 12));
  Diagnostics diagnostics;
  const Tree what = parse_text("completions: [{stage: stage-9}]", "uncertainty.yaml", diagnostics);
  Uncertain uncertain = load_uncertain(load_rules(source / "examples/kai", diagnostics),
                                       source / "examples/kai", what, diagnostics);
  static_cast<void>(simulate(uncertain, options, diagnostics));
  REQUIRE(diagnostics.has_errors());
  CHECK_THAT(draw_all(diagnostics, false), contains("stage-9"));
}

TEST_CASE("of a record with few completions each counts once, and not as often as it was drawn") {
  const test::TemporaryFolder folder;
  folder.write("program.yaml", R"(
libeval: 1
program: p
as_of: 2026-02-01
candidates: [ann, bob]
evidence: {published: published.yaml}
stages:
  - id: s
    places: 1
    score: {points: 4, from: published}
    select: [order: [total], take]
)");
  folder.write("published.yaml", R"(
published: record
step: 1
stage: s
statements:
  - {id: v, value: {ann: 4}, source: somebody}
  - {id: f, first: ann, source: somebody}
)");
  Diagnostics diagnostics;
  const Bundle bundle = load_bundle(folder.path());
  SampleOptions once;
  once.each_once = true;
  const Completions all = sample_completions(bundle, once, diagnostics);
  REQUIRE(all.count == 4); // bob has 0, 1, 2 or 3
  std::vector<double> bob;
  for (std::size_t i = 0; i < all.count; ++i)
    bob.push_back(all.total(i, 1));
  std::ranges::sort(bob);
  CHECK(bob == std::vector<double>{0, 1, 2, 3});
  once.samples = 3; // fewer than there are: draws
  CHECK(sample_completions(bundle, once, diagnostics).count == 3);
  SimulateOptions options;
  options.samples = 20;
  const Simulation s = of_folder(folder.path(), "completions: [{stage: s, draws: 1000}]", options);
  CHECK_THAT(s.method, contains("one of all 4 completions of its record"));
}

TEST_CASE("completions of one stage leave what is decided of the others as it is") {
  const test::TemporaryFolder folder;
  write_two_stages(folder);
  SimulateOptions options;
  options.samples = 50;
  for (const char* stage : {"s", "t"}) {
    const Simulation s =
        of_folder(folder.path(), std::string("completions: [{stage: ") + stage + "}]", options);
    INFO(stage);
    CHECK(chance(s, 0, 0) == 1);
    CHECK(chance(s, 0, 1, Outcome::cut) == 1);
    CHECK(chance(s, 1, 2) == 1);
    CHECK(chance(s, 1, 3, Outcome::cut) == 1);
  }
  options.samples = 8;
  const Simulation kai =
      of_folder(source / "examples/kai", "completions: [{stage: stage-1, draws: 20}]", options);
  CHECK(chance(kai, 1, 5) == 1); // motif, as `decide` says
}

TEST_CASE("completions of several stages are drawn, each by itself") {
  const test::TemporaryFolder folder;
  write_two_stages(folder);
  SimulateOptions options;
  options.samples = 4000;
  options.at_least = {4};
  const double of_s = share_at_least(folder.path(), "s", 4),
               of_t = share_at_least(folder.path(), "t", 4);
  for (const char* both : {"[{stage: s}, {stage: t}]", "[{stage: t}, {stage: s}]", "[{}, {}]"}) {
    const Simulation s = of_folder(folder.path(), std::string("completions: ") + both, options);
    INFO(both);
    CHECK_THAT(s.method, contains("`s` being one of all 575 completions"));
    CHECK_THAT(s.method, contains("`t` being one of all 58 completions"));
    CHECK(std::abs(share_at_least(s, 0, 0) - of_s) < 0.03); // four standard errors
    CHECK(std::abs(share_at_least(s, 1, 2) - of_t) < 0.03);
    CHECK(chance(s, 0, 0) == 1);
    CHECK(chance(s, 1, 2) == 1);
  }
}

TEST_CASE("a stage with a hurdle that nobody published takes a completion anew in each replicate") {
  const test::TemporaryFolder folder;
  write_two_stages(folder, unknown_hurdle, c_advances);
  const std::string uncertainty = "completions: [{stage: t}]";
  SimulateOptions options;
  options.samples = 4000;
  options.at_least = {4};
  const Simulation s = of_folder(folder.path(), uncertainty, options);
  CHECK(std::abs(share_at_least(s, 1, 2) - share_at_least(folder.path(), "t", 4)) < 0.03);
  CHECK(chance(s, 0, 0) == 1);
  CHECK(chance(s, 1, 2) == 1);
  CHECK(chance(s, 1, 3, Outcome::cut) == 1);
  for (const unsigned threads : {2U, 3U}) {
    options.threads = threads;
    CHECK(of_folder(folder.path(), uncertainty, options).all == s.all);
  }
  options.threads = 1;
  options.total = 4000;
  options.samples = 1000;
  Simulation parts = of_folder(folder.path(), uncertainty, options);
  for (options.first = 1000; options.first < 4000; options.first += 1000)
    add_part(parts, of_folder(folder.path(), uncertainty, options));
  CHECK(parts.all == s.all);
  options.first = 0;
  options.samples = 40;
  CHECK(of_folder(folder.path(), uncertainty, options).all.stages[1].outcomes ==
        decided_one_by_one(folder.path(), uncertainty, 40));
}

TEST_CASE(
    "what is known in part of a stage is decided anew for other entrants with like outcomes") {
  const test::TemporaryFolder folder;
  folder.write("program.yaml", R"(
libeval: 1
program: three
candidates: [a, b]
evidence:
  published: published.yaml
  t: {csv: "candidate,x\na,1\nb,1\n", keys: [candidate], values: [x]}
stages:
  - {id: one, entrants: [a, b], places: 1, score: {points: 2, from: published}}
  - {id: two, entrants: {advanced_from: [one]}, places: 1, score: {from: t}}
  - {id: three, entrants: {advanced_from: [two]}, places: 1, score: {points: 2, from: published}}
)");
  folder.write("published.yaml", R"(
published: record
step: 1
statements:
  - {id: s1, stage: one, mean: 1, source: somebody}
)");
  SimulateOptions options;
  options.samples = 60;
  const std::string uncertainty = "completions: [{stage: one}]";
  const Simulation s = of_folder(folder.path(), uncertainty, options);
  CHECK(chance(s, 1, 0) > 0);
  CHECK(chance(s, 1, 1) > 0);
  CHECK(chance(s, 2, 0) == chance(s, 1, 0));
  CHECK(chance(s, 2, 1) == chance(s, 1, 1));
  CHECK(s.all.stages[2].outcomes == decided_one_by_one(folder.path(), uncertainty, 60));
}

TEST_CASE("completions that cannot be drawn, or not for all who enter, are refused") {
  const test::TemporaryFolder folder;
  write_two_stages(folder);
  for (const char* twice : {"completions:\n  - {stage: t}\n  - {stage: t}\n",
                            "completions:\n  - {}\n  - {stage: s}\n"}) {
    const Diagnostic said = refusal(folder.path(), twice);
    CHECK_THAT(said.message, contains("stand in two entries"));
    CHECK(said.where.line == 3);
    CHECK(said.where.column == 5);
  }
  CHECK_THAT(refusal(folder.path(), "completions: [{stage: t}]\n"
                                    "measurements: [{evidence: a completion of the record of t, "
                                    "normal: 1}]")
                 .message,
             contains("there is no evidence"));
  folder.write("program.yaml", R"(
libeval: 1
program: two
candidates: [a, b]
evidence: {published: published.yaml}
stages:
  - {id: s, entrants: [a, b], places: 1, score: {points: 2, from: published}}
  - {id: t, entrants: {advanced_from: [s]}, places: 1, score: {points: 2, from: published}}
)");
  folder.write("published.yaml", R"(
published: record
step: 1
statements:
  - {id: s1, stage: s, mean: 1, source: somebody}
)");
  const Diagnostic said = refusal(folder.path(), "completions:\n  - {stage: s}\n  - {stage: t}\n");
  CHECK_THAT(said.message, contains("who enters `t` depends on what is drawn"));
  CHECK(said.where.line == 3);
}

TEST_CASE("statements on scores are in the completions, and not asked for again behind a hurdle") {
  const test::TemporaryFolder folder;
  write_two_stages(folder, unknown_hurdle, c_advances);
  SimulateOptions options;
  options.samples = 1500;
  options.at_least = {4};
  // Without the statement that c is first, all 12 completions of each are alike: 3 of c have 4.
  const Simulation s =
      of_folder(folder.path(), "completions: [{stage: t, without: [t1]}]", options);
  CHECK_THAT(s.method, contains("all 144 completions"));
  CHECK(std::abs(share_at_least(s, 1, 2) - 0.25) < 0.045);
  CHECK(place_probability(s.all, 1, 2, 2).value > 0.3);
  CHECK(chance(s, 1, 2) == 1);
  // Other weights may put c second, in a record that says it was first with those of the program.
  options.samples = 100;
  const Simulation weighted = of_folder(
      folder.path(), "completions: [{}, {}]\nweights: [{stage: t, uniform: true}]", options);
  CHECK(place_probability(weighted.all, 1, 2, 2).value > 0);
  CHECK(chance(weighted, 1, 2) == 1);
  CHECK(chance(weighted, 0, 0) == 1);
}

TEST_CASE("under other rules a record has other completions") {
  const test::TemporaryFolder folder;
  write_two_stages(folder);
  SimulateOptions options;
  options.samples = 2000;
  options.at_least = {4};
  const Simulation s = of_folder(folder.path(), R"(
completions: [{stage: s}, {stage: t}]
rules:
  - id: points
    options:
      - {id: as-written}
      - {id: other, set: ["t.score.v.points=4", "t.score.w.points=1"]}
)",
                                 options);
  CHECK_THAT(s.method, contains("`s` being one of all 575 completions of its record, `t` being "
                                "one completion of its record under the rules chosen"));
  REQUIRE(s.conditions.size() == 2);
  const auto share = [&](std::size_t condition) {
    const Counts& counts = s.conditions[condition].counts;
    return static_cast<double>(counts.stages[1].reached[2]) / static_cast<double>(counts.samples);
  };
  // With 3 and 2 points c has 4 or more in 29 of 58 completions, with 4 and 1 points in 23 of 41.
  CHECK(std::abs(share(0) - 29 / 58.0) < 0.065);
  CHECK(std::abs(share(1) - 23 / 41.0) < 0.065);
  CHECK(chance(s, 1, 2) == 1);
}

TEST_CASE("weights and errors under which a record contradicts itself are refused, not drawn") {
  const test::TemporaryFolder folder;
  folder.write("program.yaml", R"(
libeval: 1
program: two
candidates: [a, b, c, d]
evidence:
  published: published.yaml
  known: {csv: "candidate,x\nc,1\nd,3\n", keys: [candidate], values: [x]}
stages:
  - id: s
    entrants: [a, b]
    places: 1
    score: {points: 10, parts: {p: {points: 5, from: published}, q: {points: 5, from: published}}}
  - id: t
    entrants: [c, d]
    places: 1
    score: {points: 5, parts: {v: {points: 3, from: known}, w: {points: 2, from: published}}}
)");
  folder.write("published.yaml", R"(
published: record
step: 1
statements:
  - {id: s1, stage: s, first: a, source: somebody}
  - {id: w1, stage: t, part: w, first: c, source: somebody}
  - {id: t1, stage: t, first: d, source: somebody}
)");
  for (const char* what : {"weights:\n  - {stage: t, uniform: true}\n",
                           "measurements:\n  - {evidence: known, normal: 3}\n"}) {
    const Diagnostic said = refusal(folder.path(), what);
    CHECK_THAT(said.message, contains("contradicts what was published of `t`"));
    CHECK_THAT(said.message, contains("t1"));
    CHECK(said.where.line == 2);
    CHECK_THAT(said.help, contains("completions: [{stage: t}]"));
  }
  SimulateOptions options;
  options.samples = 60;
  for (const char* fits : {"weights: [{stage: t, ranges: {v: [3, 4.5]}}]",
                           "measurements: [{evidence: known, uniform: 0.1}]",
                           "completions: [{stage: t}]\nweights: [{stage: t, uniform: true}]"})
    CHECK(of_folder(folder.path(), fits, options).all.samples == 60);
}
