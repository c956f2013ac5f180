// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/engine/decision.hpp>

#include <string>

namespace libeval {

/// What a model says of one candidate and of the people behind its score, in a sentence; empty
/// where it has no estimate of the candidate.
[[nodiscard]] std::string in_words(const ModelReport& model, const std::string& candidate);

} // namespace libeval
