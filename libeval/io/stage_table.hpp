// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/grid.hpp"

#include <libeval/domain/program.hpp>
#include <libeval/engine/whatif.hpp>
#include <libeval/engine/why.hpp>
#include <libeval/io/report.hpp>

#include <string>
#include <vector>

namespace libeval {

[[nodiscard]] Style outcome_style(Outcome outcome);

/// How many decimals all ends of the ranges need.
[[nodiscard]] int decimals_of(const std::vector<ScoreRange>& ranges);

/// `18.3-33.4`, one number where both ends are the same; `~` before an end that is not proven. At
/// least so many decimals.
[[nodiscard]] std::string written_range(const ScoreRange& range, int least = 1);

/// The table of a stage: place, candidate, parts, total, verdicts, outcome.
[[nodiscard]] std::string stage_table(const Bundle& bundle, const StageDecision& stage,
                                      const ReportOptions& options);

/// The scores of one candidate as a tree with contributions.
[[nodiscard]] std::string score_tree(const StageDecision& stage, const Why& why,
                                     const ReportOptions& options);

/// What differs in a stage, a row a candidate.
[[nodiscard]] std::string change_table(const Program& program, const StageChange& stage,
                                       const ReportOptions& options);

} // namespace libeval
