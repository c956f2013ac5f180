// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/program.hpp>
#include <libeval/engine/decision.hpp>

#include <cstddef>
#include <set>

namespace libeval {

/// The unpublished tables that a measure reads, directly or through parts and named measures, as
/// positions in the bundle.
[[nodiscard]] std::set<std::size_t> unpublished_tables(const Bundle& bundle, const Stage& stage,
                                                       const Measure& measure);

/// Whether a node or one below it reads such a table.
[[nodiscard]] bool any_unpublished(const Bundle& bundle, const Stage& stage, const Node& node);

/// Whether a stage has a score that comes from evidence nobody published.
[[nodiscard]] bool is_known_in_part(const Bundle& bundle, const Stage& stage);

/// Whether a measure takes its values, directly or through others, from such evidence.
[[nodiscard]] bool is_unpublished(const Bundle& bundle, const Stage& stage, const Measure& measure);

} // namespace libeval
