// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/names.hpp"

namespace libeval {

/// Reports recusals that name nobody: unknown candidates and evidence are errors; a juror who marks
/// nothing is a warning, for that is how a misspelt one looks. Tables that are not `good` and what
/// is `unread` are not looked at.
void check_recusals(const Bundle& bundle, const Unread& unread, const std::vector<bool>& good,
                    CandidateIndex& candidates, Diagnostics& diagnostics);

} // namespace libeval
