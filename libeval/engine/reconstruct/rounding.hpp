// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/knowledge.hpp"

#include <libeval/kernel/each.hpp>

#include <utility>

namespace libeval {

/// What is rounded to a multiple of `step` (by its position), as bounds on the exact number. Exact
/// for every mode: where an end belongs depends on the multiple's parity or sign.
[[nodiscard]] std::pair<LinearBound, LinearBound>
rounded_to(const Fraction& at, const Fraction& step, kernel::RoundMode mode);

/// The same for so many significant digits (at least 1): on the side of zero of a power of ten the
/// steps are ten times finer.
[[nodiscard]] std::pair<LinearBound, LinearBound>
rounded_to_significant(const Fraction& at, int digits, kernel::RoundMode mode);

/// Adds rows by which the unknown `out` (in steps) is what x rounds to. Where x has no bounds and
/// the mode asks for the sign or parity of the result, a half may go either way, which is noted.
void add_rounding(Knowledge& knowledge, const Linear& x, std::uint32_t out, const Fraction& step,
                  kernel::RoundMode mode);

} // namespace libeval
