// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/engine/verdicts.hpp>

namespace libeval {

/// A verdict as a finding of a stage: what it rests on in one line, with its sources.
[[nodiscard]] Finding finding_of(const Judgment& judgment, const PolicyFile& policy,
                                 const Judgments& judgments, std::size_t step);

/// The verdict whose consequence follows: the worst of those that are not waived; a pass where all
/// of them are.
[[nodiscard]] Verdict in_force(const Judgment& judgment);

} // namespace libeval
