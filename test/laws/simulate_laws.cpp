// SPDX-License-Identifier: Apache-2.0
// Whole simulations of random programs: the plan on lanes counts what one decision after another
// finds, on every instruction set, in threads and in shards.
#include <libeval/engine/simulate.hpp>
#include <libeval/io/parse.hpp>
#include <libeval/io/uncertain.hpp>
#include <libeval/kernel/smaa.hpp>

#include "support/catch.hpp"
#include "support/drawn.hpp"
#include "support/random.hpp"
#include "support/small_bundle.hpp"

#include <rapidcheck.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace libeval;
using libeval::test::decimal;
using libeval::test::drawn;
using libeval::test::joined;
using libeval::test::name;
using libeval::test::one_in;
using libeval::test::one_of;

namespace {

/// A program and what is uncertain about it.
struct Random {
  std::string rules, uncertainty;
  std::vector<double> at_least;
};

/// Numbers on a coarse grid, so that scores meet each other, thresholds and the ends of bins.
std::string table(int candidates, bool gaps) {
  std::string csv = "      candidate,x,y,se\n";
  for (int c = 0; c < candidates; ++c)
    csv += "      " + name("c", c) + "," + std::to_string(10 * drawn(1, 9)) + "," +
           (gaps && one_in(4) ? "" : std::to_string(25 * drawn(1, 3))) + "," +
           std::to_string(drawn(0, 3)) + "\n";
  return csv;
}
std::string marks(int candidates, int jurors) {
  std::string csv = "      candidate,juror,mark\n";
  for (int c = 0; c < candidates; ++c)
    for (int j = 0; j < jurors; ++j)
      csv +=
          "      " + name("c", c) + "," + name("j", j) + "," + decimal(5 * drawn(0, 20), 1) + "\n";
  return csv;
}

/// Steps of numbers from 0 to 100: scalings that are made for lanes, and two that are not.
std::string scaling() {
  return one_of(
      {"{scale: {from: [0, 100]}}", "minmax", "{minmax: {constant: 0.5}}", "{ratio: {to: max}}",
       "share", "{cap: 60}, {floor: 30}", "{multiply: 0.5}, {subtract: 3}", "{divide: 7}",
       "{scale: {from: [0, 100], clamp: true}}", "{zscore: {constant: 0}}", "{round: {to: 5}}"});
}
std::string leaf(const std::string& value, bool gaps) {
  std::string steps = value == "y" && gaps
                          ? "{missing: " + one_of({"zero", "worst", "mean", "median"}) + "}, "
                          : "";
  steps += scaling();
  return "from: t, value: " + value + (one_in(3) ? ", direction: cost" : "") + ", steps: [" +
         steps + "]";
}
std::string panel() {
  return "from: marks, steps: [{" + one_of({"mean", "sum", "min", "max", "median"}) + ": juror}" +
         (one_in(2) ? ", {scale: {from: [0, 30]}}" : "") + "]";
}

/// A tree of points in two levels, one of weights, or one measure.
std::string score(bool gaps) {
  if (one_in(6))
    return "{" + leaf("x", gaps) + "}";
  if (one_in(2))
    return "{parts: {x: {weight: " + one_of({"0.5", "1", "3"}) + ", " + leaf("x", gaps) +
           "}, y: {weight: " + one_of({"0.5", "1", "0"}) + ", " + leaf("y", gaps) +
           "}, panel: {weight: 2, " + panel() + "}}}";
  return "{points: 100, parts: {bench: {points: 60, parts: {x: {points: 40, " + leaf("x", gaps) +
         "}, y: {points: 20, " + leaf("y", gaps) + "}}}, panel: {points: 40, " + panel() + "}}}";
}

std::string weights(const std::string& score) {
  if (score.find("parts") == std::string::npos || one_in(3))
    return "";
  if (score.find("bench") == std::string::npos)
    return "weights: [" +
           one_of({"{uniform: true}", "{dirichlet: 12}", "{order: [x, panel]}",
                   "{ranges: {x: [0, 2]}}"}) +
           "]\n";
  return "weights: [" +
         one_of({"{uniform: true}", "{of: bench, uniform: true}", "{order: [panel, bench]}",
                 "{dirichlet: 30}, {of: bench, uniform: true}",
                 "{of: bench, order: [y, x]}, {ranges: {panel: [40, 40]}}",
                 "{ranges: {panel: [20, 60]}}"}) +
         "]\n";
}

/// An error of one column, and one of the marks of jurors.
std::string measurements(int candidates) {
  std::vector<std::string> out;
  const std::string column = one_of({"x", "y"});
  const std::string some =
      one_in(4) ? ", where: {candidate: [c0, " + name("c", candidates - 1) + "]}" : "";
  out.push_back("{evidence: t, value: " + column + some + ", " +
                one_of({"normal: {sd: {column: se}}", "normal: {sd: 9, inside: [40, 60]}",
                        "lognormal: 0.3", "lognormal: {sd: 0.2, inside: [20, 90]}", "uniform: 15",
                        "uniform: {low: 0, high: 100}", "beta: {size: 0.7, from: [0, 100]}",
                        "beta: {size: 30, from: [0, 100]}", "beta: {size: 2, from: [10, 90]}",
                        "binomial: {n: 10, of: 100}", "binomial: {n: 4000, of: 100}",
                        "empirical: {errors: [-10, 0, 0, 10]}",
                        "normal: {sd: 4, correlation: {over: candidate, all: 0.5}}",
                        "lognormal: {sd: 0.2, correlation: {over: candidate, all: 1}}"}) +
                "}");
  if (one_in(2))
    out.push_back("{evidence: marks, " +
                  one_of({"normal: 1", "uniform: 0.5", "empirical: {errors: [-0.5, 0, 0.5]}",
                          "binomial: {n: 4, of: 10}", "beta: {size: 3, from: [0, 10]}",
                          "normal: {sd: 1, correlation: {over: juror, all: 0.5}}",
                          "lognormal: {sd: 0.1, correlation: {over: candidate, all: 0.9}}"}) +
                  "}");
  return "measurements: [" + joined(out) + "]\n";
}

Random random_simulation() {
  Random out;
  const int n = drawn(2, 6);
  const bool gaps = one_in(3);
  std::vector<std::string> ids;
  for (int c = 0; c < n; ++c)
    ids.push_back(name("c", c));
  const std::string tree = score(gaps);
  const std::string take = "{take: {" + one_of({"first: 1", "first: 2", "at_least: 50"}) + "}}";
  const std::string select =
      one_of({"", "    select: [{order: [total]}, " + take + "]\n",
              "    select: [{order: [total]}, {ties: all_advance}, " + take + "]\n",
              "    select: [{order: [total]}, {ties: all_cut}, " + take + "]\n"});
  out.rules =
      "libeval: 1\nprogram: p\ncandidates: [" + joined(ids) +
      "]\nevidence:\n  t:\n    keys: [candidate]\n    values: [x, y, se]\n    csv: |\n" +
      table(n, gaps) + "  marks:\n    keys: [candidate, juror]\n    values: [mark]\n    csv: |\n" +
      marks(n, drawn(1, 3)) + "stages:\n  - id: s\n    places: " + std::to_string(drawn(1, n)) +
      "\n" + select + "    score: " + tree + "\n";
  out.uncertainty = weights(tree) + measurements(n);
  if (one_in(2))
    out.at_least = {0.5, 50};
  return out;
}

/// Nothing where rules and errors do not fit together, such as an accuracy beyond all items.
std::optional<Uncertain> loaded(const Random& random) {
  Diagnostics diagnostics;
  Uncertain out =
      load_uncertain(parse_text(random.rules, "program.yaml", diagnostics), ".",
                     parse_text(random.uncertainty, "uncertainty.yaml", diagnostics), diagnostics);
  if (diagnostics.has_errors())
    return std::nullopt;
  return out;
}

std::optional<Simulation> simulated(const Uncertain& uncertain, const SimulateOptions& options) {
  Diagnostics diagnostics;
  Simulation out = simulate(uncertain, options, diagnostics);
  if (diagnostics.has_errors())
    return std::nullopt;
  return out;
}

/// What is counted otherwise.
std::string difference(const Counts& a, const Counts& b) {
  std::string out = a.samples == b.samples ? "" : "samples ";
  for (std::size_t s = 0; s < a.stages.size(); ++s) {
    const StageCounts &x = a.stages[s], &y = b.stages[s];
    const auto compare = [&](const char* what, const auto& these, const auto& those) {
      for (std::size_t i = 0; i < these.size(); ++i)
        if (these[i] != those[i])
          out += std::string(what) + "[" + std::to_string(i) + "] " + std::to_string(these[i]) +
                 " " + std::to_string(those[i]) + "; ";
    };
    compare("outcomes", x.outcomes, y.outcomes);
    compare("place", x.place, y.place);
    compare("ahead", x.ahead, y.ahead);
    compare("reached", x.reached, y.reached);
    compare("scores", x.scores, y.scores);
    compare("lowest", x.lowest, y.lowest);
    compare("highest", x.highest, y.highest);
    compare("filled", x.filled, y.filled);
  }
  return out + (a.weights == b.weights ? "" : "weights");
}

bool on_lanes(const Simulation& simulation) {
  return simulation.method.find("many at a time") != std::string::npos;
}

} // namespace

TEST_CASE("lanes of replicates count what one decision after another does, whoever runs them") {
  int cases = 0, laned = 0;
  CHECK(rc::check([&] {
    const Random random = random_simulation();
    RC_LOG() << random.rules << random.uncertainty;
    const auto uncertain = loaded(random);
    RC_PRE(uncertain.has_value());
    SimulateOptions options;
    options.collapse = false;
    options.samples = static_cast<std::uint64_t>(drawn(17, 230));
    options.first = static_cast<std::uint64_t>(one_of(std::vector<int>{0, 5, 0x7FFFFFF0})) * 2;
    options.seed = static_cast<std::uint64_t>(drawn(1, 1000));
    options.at_least = random.at_least;
    options.lanes = false;
    const auto plain = simulated(*uncertain, options);
    RC_PRE(plain.has_value());
    RC_ASSERT(!on_lanes(*plain));
    ++cases;
    options.lanes = true;
    using kernel::Instructions;
    for (const auto set : {Instructions::automatic, Instructions::baseline, Instructions::avx2,
                           Instructions::avx512})
      if (kernel::can_run(set)) {
        options.instructions = set;
        options.threads = set == Instructions::automatic ? 2 : 1;
        const auto lanes = simulated(*uncertain, options);
        RC_ASSERT(lanes.has_value());
        RC_LOG() << difference(lanes->all, plain->all) << "\n";
        RC_ASSERT(lanes->all == plain->all);
        laned += on_lanes(*lanes) ? 1 : 0;
      }
    options.instructions = Instructions::automatic;
    options.total = options.samples;
    const std::uint64_t whole = options.samples, cut = whole / 3;
    options.samples = cut;
    auto sum = simulated(*uncertain, options);
    options.first += cut;
    options.samples = whole - cut;
    const auto rest = simulated(*uncertain, options);
    RC_ASSERT(sum && rest);
    add_part(*sum, *rest);
    RC_ASSERT(sum->all == plain->all);
  }));
  CHECK(laned > cases); // most programs, and not only with the best instructions
}
