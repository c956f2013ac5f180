// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/knowledge.hpp"

#include <cstddef>
#include <vector>

namespace libeval {

/// How many scores could still be chosen freely at each depth of the tree (leaves that end above a
/// depth count there too), as far as equations go: rows with one value, and `fixed` expressions.
/// Rank by elimination modulo a prime near 2^61, which can only be too small, and then with
/// probability below 1e-12. O(n^3) in unknowns.
[[nodiscard]] std::vector<std::size_t> degrees_of_freedom(const Knowledge& knowledge,
                                                          const std::vector<Linear>& fixed);

} // namespace libeval
