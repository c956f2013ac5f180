// SPDX-License-Identifier: Apache-2.0

// With nothing uncertain a simulation is the decision, with probability one: for every bundle of
// the cases.

#include "support/catch.hpp"

#include <libeval/engine/decide.hpp>
#include <libeval/engine/simulate.hpp>
#include <libeval/io/load.hpp>

#include <algorithm>
#include <filesystem>

using namespace libeval;
namespace fs = std::filesystem;

TEST_CASE("zero uncertainty gives the decision with probability one in every case") {
  std::size_t seen = 0;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(fs::path(LIBEVAL_TEST_DIR) / "cases")) {
    if (!fs::exists(entry.path() / "program.yaml") && !fs::exists(entry.path() / "program.json"))
      continue;
    INFO(entry.path().filename().string());
    Diagnostics diagnostics;
    const Tree rules = load_rules(entry.path(), diagnostics);
    if (diagnostics.has_errors())
      continue;
    Uncertain uncertain;
    uncertain.variants.push_back(load_bundle(rules, entry.path(), diagnostics));
    if (diagnostics.has_errors() || uncertain.variants[0].program.candidates.size() > 2000)
      continue;
    const Decision decision = decide(uncertain.variants[0], diagnostics);
    if (diagnostics.has_errors())
      continue;
    ++seen;
    SimulateOptions options;
    options.samples = 3;
    const Simulation simulation = simulate(uncertain, options, diagnostics);
    REQUIRE_FALSE(diagnostics.has_errors());
    REQUIRE(simulation.all.samples == 3);
    for (std::size_t s = 0; s < decision.stages.size(); ++s) {
      const StageDecision& stage = decision.stages[s];
      for (std::size_t e = 0; e < stage.entrants.size(); ++e) {
        const std::size_t c = stage.entrants[e];
        CHECK(simulation.all.stages[s].entered[c] == 3);
        CHECK(outcome_probability(simulation.all, s, c, stage.outcomes[e]).value == 1);
        if (stage.place[e] == 0 || !stage.pools.empty())
          continue;
        const auto tied = std::ranges::count(stage.place, stage.place[e]);
        CHECK(place_probability(simulation.all, s, c, static_cast<std::size_t>(stage.place[e]))
                  .value ==
              Approx(1.0 / static_cast<double>(tied)).margin(1.0 / 720720)); // the unit
      }
    }
  }
  CHECK(seen > 100);
}
