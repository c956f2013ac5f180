// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/filled.hpp"
#include "engine/reconstruct/knowledge.hpp"

#include <cstddef>
#include <map>
#include <vector>

namespace libeval {

/// A leaf of the criteria tree whose scores are unknowns.
struct UnknownLeaf {
  const Node* node = nullptr;
  std::size_t first_cell = 0;
};

/// Bounds the scores of leaves by the scales of the marks they come from (by table; of statements a
/// share of the points), and rows for statements about such scales. The plan is run on both ends of
/// a scale where its steps move a score in one direction only, a score that compares entrants with
/// own marks at one end and those of others at the other; an end at which it has no value, or which
/// runs off as marks come near zero (a ratio to a candidate that may have none), is open. Where a
/// step is no such one, scores lie between 0 and the points, or are open where the step says
/// nothing of the kind; both are noted. Where the best has a known top, somebody has it.
void bound_leaves(const Context& context, const Compiler& whole,
                  const std::vector<UnknownLeaf>& leaves,
                  const std::map<std::size_t, Scale>& scales, Knowledge& knowledge);

/// Whether a score of a node may be below 0 or above its points, because steps of a leaf say so.
[[nodiscard]] bool may_leave_points(const Node& node);

} // namespace libeval
