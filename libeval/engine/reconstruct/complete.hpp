// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/knowledge.hpp"

#include <libeval/domain/program.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace libeval {

/// A node of the criteria tree whose scores a completion gives.
struct CompletedPart {
  std::string path;
  double step = 0; ///< scores are multiples of it
  Direction direction = Direction::benefit;
};

/// The bundle with scores as evidence of some nodes of a stage, in a table at the end whose row
/// part * entrants + entrant has `score(part, entrant)`, as a share of the points where the node
/// has points. Every step of the engine works on it as on any other bundle.
[[nodiscard]] Bundle with_scores(Bundle bundle, std::size_t stage,
                                 const std::vector<CompletedPart>& parts,
                                 const std::vector<std::uint32_t>& entrants,
                                 const std::function<Fraction(std::size_t, std::size_t)>& score);

/// The same with the scores that a completion gives to the cells, and marks at one end of the scale
/// in all other unpublished tables, the high one for the candidates that `high` names.
[[nodiscard]] Bundle completed(const Bundle& bundle, std::size_t stage, const Knowledge& knowledge,
                               const std::vector<std::int64_t>& point,
                               const std::vector<bool>& high);

/// The nodes whose scores are cells, in the order of the cells.
[[nodiscard]] std::vector<CompletedPart> parts_of(const Knowledge& knowledge);

} // namespace libeval
