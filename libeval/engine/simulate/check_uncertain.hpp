// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/engine/simulate.hpp>

namespace libeval {

/// Refuses a probability of a verdict that is known in every variant, or that is not asked for
/// because its rule says itself what an unknown verdict counts as. Judges the candidates concerned.
void check_verdicts(const Uncertain& uncertain, Diagnostics& diagnostics);

} // namespace libeval
