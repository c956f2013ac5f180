// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/outlook.hpp"

#include <libeval/engine/decision.hpp>

namespace libeval {

/// Decides a stage of which some scores are known through statements only: an outcome that is the
/// same in every completion stands, one that was published and is possible stands with its source,
/// all others are held. Scores that differ between completions are gaps, with their ranges beside.
[[nodiscard]] StageDecision decide_partly(const Context& context, const StageDecide& decide);

} // namespace libeval
