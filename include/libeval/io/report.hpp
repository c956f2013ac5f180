// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/program.hpp>
#include <libeval/engine/decision.hpp>
#include <libeval/engine/whatif.hpp>
#include <libeval/engine/why.hpp>

#include <cstddef>
#include <string>
#include <vector>

/// Decisions as text for people: aligned columns (Hangul two wide), every claim with its reason.
namespace libeval {

struct ReportOptions {
  bool color = false; ///< ANSI colors
  bool all = false;   ///< every entrant, however many
  /// A stage with more entrants shows its first ones and those round the line.
  std::size_t most_entrants = 200;
  /// Columns of the screen: text is broken there, and a wider table goes on below itself with the
  /// names repeated. 0: text of 97 columns, tables as wide as they are.
  std::size_t width = 0;
};

/// One table a stage, and below it what was decided by which rule.
[[nodiscard]] std::string report(const Bundle& bundle, const Decision& decision,
                                 const ReportOptions& options = {});

/// Score tree, findings, distance to the line and what would have changed the outcome.
[[nodiscard]] std::string report(const Bundle& bundle, const Decision& decision, const Why& why,
                                 const ReportOptions& options = {});

/// Only what differs.
[[nodiscard]] std::string report(const Program& before, const std::vector<StageChange>& changes,
                                 const ReportOptions& options = {});

} // namespace libeval
