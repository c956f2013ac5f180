// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/domain/program.hpp>
#include <libeval/engine/decision.hpp>

namespace libeval {

/// What can be said about the points without any evidence: parts that do not add up to their node,
/// and parts of which only some have points or weights. `decide` does this too; it is for bundles
/// whose evidence cannot be read, so that all problems are told at once.
void check_rules(const Program& program, Diagnostics& diagnostics);

/// Warns of parts that give somebody more than their points, which then add up to more than the
/// program promises. O(entrants * parts).
void check_scores(const Program& program, const Decision& decision, Diagnostics& diagnostics);

struct Uncertain;
/// Refuses what an uncertainty names and a variant has not, and what can change nothing, such as a
/// probability of a verdict that is known. Draws no more than a completion of each record it names.
void check_uncertainty(const Uncertain& uncertain, Diagnostics& diagnostics);

} // namespace libeval
