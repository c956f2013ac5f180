// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/program.hpp>
#include <libeval/engine/decision.hpp>
#include <libeval/io/report.hpp>

#include <string>

namespace libeval {

/// What stands below the table of a stage: what was decided by which rule, findings, places, and
/// who is held by what.
[[nodiscard]] std::string stage_notes(const Bundle& bundle, const StageDecision& stage,
                                      const ReportOptions& options);

/// Whether a finding is against somebody or leaves something open.
[[nodiscard]] bool is_bad(const Finding& finding);

} // namespace libeval
