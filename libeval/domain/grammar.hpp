// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/language.hpp>

#include <vector>

namespace libeval::grammar {

// What the tables of the language (language_*.cpp) share, and the tables themselves: each adds the
// shapes of its topic.

void add_evidence(Shapes& shapes);
void add_measures(Shapes& shapes);
void add_steps(Shapes& shapes);
void add_criteria(Shapes& shapes);
void add_selection(Shapes& shapes);
void add_stages(Shapes& shapes);
void add_policy(Shapes& shapes);
void add_lineage(Shapes& shapes);
void add_license_terms(Shapes& shapes);
void add_uncertainty(Shapes& shapes);
void add_statements(Shapes& shapes);

/// A number, or a number that depends on dimensions.
[[nodiscard]] Type param();
/// A name or a list of names.
[[nodiscard]] Type names();
[[nodiscard]] Type direction();
/// A level of evidence.
[[nodiscard]] Type level();
/// A list of carriers.
[[nodiscard]] Type carriers();
/// Conditions: column -> text, texts or bounds.
[[nodiscard]] Type tests();
/// Scoring steps; those without required arguments may be written as one word.
[[nodiscard]] Type step_list();

[[nodiscard]] std::vector<Key> rounding_keys();
/// Shared by everything that may hold a measure.
[[nodiscard]] std::vector<Key> measure_keys();
/// Reason, source and date of a recorded decision.
[[nodiscard]] std::vector<Key> recorded();
[[nodiscard]] std::vector<Key> with(std::vector<Key> keys, const std::vector<Key>& more);

} // namespace libeval::grammar
