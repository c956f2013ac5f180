// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/compile/context.hpp"
#include "engine/run/run.hpp"

#include <cstdint>
#include <vector>

namespace libeval {

/// Marks the elements of a column without a result as gaps.
void take_undefined(const Column& column, std::vector<std::uint8_t>& gap);

/// Adds what was undefined to the cells that findings tell of, one for each entrant it concerns.
void note_undefined(const Context& context, const Plan& plan, const Run& run,
                    std::vector<GapCell>& gaps);

} // namespace libeval
