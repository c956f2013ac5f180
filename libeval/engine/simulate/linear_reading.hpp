// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/compile/plan.hpp"
#include "engine/run/run.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace libeval {

/// Uncertain cells stand in the tables as numbers from here on, so that a plan shows where it reads
/// them; a table with numbers of that size is not read.
inline constexpr double tag = 0x1p52;

/// An element of an array: a sum of uncertain things times factors, and something certain.
using Form = std::vector<std::pair<std::uint32_t, double>>;
using Forms = std::vector<Form>; ///< empty: nothing uncertain

/// What the arrays of a plan are in its tagged cells, `cells` of them; `certain` are its arrays
/// with the numbers of the program. Nothing where the plan is not linear in them.
[[nodiscard]] std::optional<std::vector<Forms>> read_linear(const Plan& plan, std::size_t cells,
                                                            const std::vector<Column>& certain);

} // namespace libeval
