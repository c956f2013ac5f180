// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/tree.hpp>
#include <libeval/domain/condition.hpp>

namespace libeval {

/// Adds a condition with its parts to a formula; returns its position. Precondition: the tree fits
/// the language.
std::uint32_t read_condition(const Tree& tree, Formula& formula);

/// Whether a part of it needs evidence of the lineage, or complete records.
[[nodiscard]] bool asks_lineage(const Formula& formula);
[[nodiscard]] bool asks_records(const Formula& formula);

} // namespace libeval
