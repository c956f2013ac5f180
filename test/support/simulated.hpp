// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/engine/simulate.hpp>
#include <libeval/io/draw.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/parse.hpp>
#include <libeval/io/simulation.hpp>
#include <libeval/io/uncertain.hpp>

#include "support/catch.hpp"
#include "support/temporary.hpp"

#include <filesystem>
#include <string>

namespace libeval::test {

/// A simulation that must not be refused, of rules whose evidence lies in `folder`.
inline Simulation simulated(const Tree& rules, const std::filesystem::path& folder,
                            const std::string& uncertainty, const SimulateOptions& options) {
  Diagnostics diagnostics;
  const Tree what = parse_text(uncertainty, "uncertainty.yaml", diagnostics);
  const Uncertain uncertain = load_uncertain(rules, folder, what, diagnostics);
  INFO(draw_all(diagnostics, false));
  REQUIRE_FALSE(diagnostics.has_errors());
  Simulation out = simulate(uncertain, options, diagnostics);
  INFO(draw_all(diagnostics, false));
  REQUIRE_FALSE(diagnostics.has_errors());
  return out;
}

/// A program with what is uncertain about it, and what is wrong with them.
struct Loaded {
  Tree rules, uncertainty;
  Uncertain uncertain;
  Diagnostics diagnostics;
};

inline Loaded loaded(const char* rules, const std::string& uncertainty) {
  Loaded out;
  const TemporaryFolder folder;
  folder.write("program.yaml", rules);
  out.rules = load_rules(folder.path(), out.diagnostics);
  out.uncertainty = parse_text(uncertainty, "uncertainty.yaml", out.diagnostics);
  if (!out.diagnostics.has_errors())
    out.uncertain = load_uncertain(out.rules, folder.path(), out.uncertainty, out.diagnostics);
  return out;
}

/// All that is counted, as text.
inline std::string part_of(const Simulation& simulation) {
  SimulationPart part;
  part.simulation = simulation;
  return to_json(part);
}

inline Simulation of_folder(const std::filesystem::path& folder, const std::string& uncertainty,
                            const SimulateOptions& options) {
  Diagnostics diagnostics;
  return simulated(load_rules(folder, diagnostics), folder, uncertainty, options);
}

inline double chance(const Simulation& s, std::size_t stage, std::size_t candidate,
                     Outcome outcome = Outcome::advances) {
  return outcome_probability(s.all, stage, candidate, outcome).value;
}

} // namespace libeval::test
