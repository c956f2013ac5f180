// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/lineup.hpp"
#include "engine/reconstruct/reason.hpp"

#include <vector>

namespace libeval {

/// Adds a selection to a system, line after line as it is run, and says whom each line takes (see
/// `Turns`). A line that takes k finds the level of the k-th who is still there: those ahead of it
/// are taken, those on it too where they fit, else as the line rules on ties; who is put out
/// between two lines, by an own unknown where a hurdle decides, is no longer there at the next.
/// Exact: every point of the system goes on in one way and no other. About four unknowns an entrant
/// and line. Throws std::domain_error where scores have no bounds. Precondition: the order is known
/// whole
/// (`Contest::keys_left` is false).
[[nodiscard]] Turns add_turns(const RowWriter& out, const Lineup& lineup);

} // namespace libeval
