// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/base/tree.hpp>
#include <libeval/domain/program.hpp>

namespace libeval {

/// Warns of what fits the language and is hardly meant: a name that stands twice in a list, an
/// attribute spelt nearly as `name`, steps of selection in an order in which one has no effect, a
/// pool that nobody is in, a bare `round: 2` of a node. Precondition: `rules` is expanded and fits
/// the language, `program` was read from it and has its candidates.
void check_unlikely(const Tree& rules, const Program& program, Diagnostics& diagnostics);

} // namespace libeval
