// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/propagate.hpp"
#include "engine/reconstruct/solver.hpp"

namespace libeval {

/// The same points with less to branch on, at little cost: bounds drawn in as far as single rows
/// and trying choices of 0 or 1 leave, and rows left out that the bounds imply then. As below
/// otherwise.
void shave_choices(IntegerSystem& system, const SolveLimits& limits);

/// The same points with less to branch on: bounds drawn in to whole numbers as far as single rows
/// and the relaxation allow and trying them leaves (choices of 0 or 1 first), and rows left out
/// that the bounds imply then. All bounds are proven in exact arithmetic; out of time less is done.
/// Unknowns keep their positions, rows do not, and bounds come from statements as well: not for
/// finding reasons. Two relaxations an unknown.
[[nodiscard]] IntegerSystem settled(const IntegerSystem& system, const SolveLimits& limits);

} // namespace libeval
