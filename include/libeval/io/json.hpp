// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/program.hpp>
#include <libeval/engine/decision.hpp>
#include <libeval/engine/whatif.hpp>
#include <libeval/engine/why.hpp>

#include <string>
#include <vector>

/// Decisions for programs. One JSON object each, keys always there and in the same order, `null`
/// where there is no value, numbers as the shortest decimal that reads back the same.
namespace libeval {

/// Every score of every node, places, outcomes, steps and findings of every stage.
[[nodiscard]] std::string to_json(const Decision& decision, const Program& program);

/// One outcome: scores, models, rounds, findings, what verdicts of policies rest on, and what would
/// have changed it. `bundle` is the one that was explained.
[[nodiscard]] std::string to_json(const Why& why, const Decision& decision, const Bundle& bundle);

[[nodiscard]] std::string to_json(const std::vector<StageChange>& changes, const Program& program);

} // namespace libeval
