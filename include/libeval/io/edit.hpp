// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/base/tree.hpp>
#include <libeval/domain/program.hpp>

#include <string_view>

/// Changes to rules, as they are written on a command line. Each function returns whether the
/// change was made; if not, `diagnostics` says why and what was probably meant.
namespace libeval {

/// `PATH=VALUE`: puts a YAML value where the path leads. A path is keys joined by dots, beginning
/// with a stage's id or a key of the program; below `score` the word `parts` may be left out, and
/// an item of a list is named by its position (from 1), its `id` or its word:
/// `stage-1.places=3`, `stage-1.score.expert.points=30`, `stage-1.select.take.first=5`.
/// The last key may be new if the language knows it there.
bool set_value(Tree& rules, std::string_view assignment, Diagnostics& diagnostics);

/// `WORD:before:WORD` or `WORD:after:WORD`, in every stage that has both steps of selection, or in
/// one: `STAGE.WORD:before:WORD`. Moves the first step of that word before the first (behind the
/// last) of the other.
bool move_step(Tree& rules, std::string_view move, Diagnostics& diagnostics);

/// `DIMENSION:MEMBER`: forgets all evidence of one member (`juror:j7`, `benchmark:hle`). A dropped
/// `candidate` enters no stage either, and recorded decisions on it go with it, each with a note.
bool drop_member(Bundle& bundle, std::string_view drop, Diagnostics& diagnostics);

} // namespace libeval
