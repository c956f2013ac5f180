// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/lineup.hpp"
#include "engine/reconstruct/reason.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace libeval {

/// How ties across lines end as far as `who` is concerned.
struct TieEnd {
  std::size_t who = 0; ///< is the first of those it is level with, or the last
  bool best = true;
  /// Empty: of the others come first, or last, those who stay longest. Else by line that holds ties
  /// and line behind it: of those who leave just before that line (the first so many of
  /// `Lineup::leavers`) these come before all who stay, and the others after them.
  std::vector<std::size_t> leave_first = {};
};

/// Adds a selection to a system, line after line as it is run, and says whom each line takes (see
/// `Turns`). With `end` ties are not held but end that way. A line that takes k finds the level of
/// the k-th who is still there: those ahead of it are taken, those on it too where they fit, else
/// as the line rules on ties; who is put out between two lines, by an own unknown where a hurdle
/// decides, is no longer there at the next. Exact: every point of the system goes on in one way and
/// no other. About four unknowns an entrant and line. Throws std::domain_error where scores have no
/// bounds. Precondition: the order is known whole (`Contest::keys_left` is false).
[[nodiscard]] Turns add_turns(const RowWriter& out, const Lineup& lineup,
                              const std::optional<TieEnd>& end = std::nullopt);

/// The turns as ties end best and worst for `who`, the same where no tie is open. A line takes so
/// many of the order, whoever of those level they are, so behind a tie it only matters how many of
/// those who were level are still there: the longer those stay who were taken, the fewer stand in
/// the way of others. So `who` comes first or last of those level with it, and before it, or
/// behind, those who stay longest. (Take two ends, one of which takes x where the other takes y,
/// who stays longer: the second is never worse for those behind. With x taken, y stands wherever x
/// would have stood, and longer; and the place that x leaves empty, where it is filled again, is
/// filled by y.) Where an empty place may be filled by more than one that is not so, but it still
/// matters only how many of those who leave before each line were taken of a tie: then there are
/// `Lineup::tie_ends` of each, among them one for every such number. Precondition: `in_turns()`.
[[nodiscard]] Ends add_ends(const RowWriter& out, const Lineup& lineup, std::size_t who);

/// Expressions that are all 1 or more where `who`, if no hurdle or rule puts it out, has that
/// outcome: however ties end, or held if that depends on how they do.
[[nodiscard]] std::vector<Linear> stands_as(const RowWriter& out, Outcome outcome, std::size_t who,
                                            const Ends& ends, const Contest& contest);

} // namespace libeval
