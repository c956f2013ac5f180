// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/lineup.hpp"
#include "engine/reconstruct/pairs.hpp"

#include <cstddef>

namespace libeval {

/// Whether where somebody ends up follows from counts: of those who are there at a line, how many
/// are ahead of it. So it is where all takes hold ties and no more than one line of reserve
/// follows, unless more may be taken than a later `until` asks for, or it is open who is put out
/// where that leaves places empty.
[[nodiscard]] bool stands_by_counts(const Lineup& lineup);

/// Adds what it takes that `who`, if no hurdle or rule puts it out, has an outcome (advances,
/// reserve, held, or else cut), however ties end or held if that depends on how they do, and
/// returns an unknown: it is 1 only where that is so, and can be 1 wherever it is.
///
/// Those who are taken and still there are the first of those who are there. So `who` is in by a
/// line if fewer of them are ahead of it than are in by then: the count of an `until`, or those who
/// were in before, less those of them who were put out since, and so many more. Ties end best and
/// worst as in `add_ends`. Much smaller than `add_turns`: most often one unknown for each other
/// entrant. `pairs`: of a system with the same rows, or none. Throws std::domain_error where scores
/// have no bounds. Precondition: `stands_by_counts`.
[[nodiscard]] Linear add_stand(const RowWriter& out, const Lineup& lineup, std::size_t who,
                               Outcome outcome, const Pairs* pairs = nullptr);

} // namespace libeval
