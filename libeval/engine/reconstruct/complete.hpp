// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/knowledge.hpp"

#include <libeval/domain/program.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace libeval {

/// A copy of the bundle in which one stage has evidence: the scores that a completion gives to the
/// cells, and marks at one end of the scale in all other unpublished tables, the high one for the
/// candidates that `high` names. Every step of the engine works on it as on any other bundle.
[[nodiscard]] Bundle completed(const Bundle& bundle, std::size_t stage, const Knowledge& knowledge,
                               const std::vector<std::int64_t>& point,
                               const std::vector<bool>& high);

} // namespace libeval
