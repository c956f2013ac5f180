// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/engine/simulate.hpp>
#include <libeval/io/draw.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/parse.hpp>
#include <libeval/io/uncertain.hpp>

#include "support/catch.hpp"

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
