// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/knowledge.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace libeval {

struct LatticeOptions {
  std::size_t samples = 1000;
  std::uint64_t seed = 1;
  std::size_t chains = 4;
  std::size_t thin = 0;
  std::size_t enumerate_up_to = 20'000;
  bool each_once = false;
};

/// Points of a system, all unknowns of each.
struct LatticeDraws {
  std::vector<std::vector<std::int64_t>> points; ///< chain after chain
  std::size_t chains = 1;
  bool enumerated = false;
  std::size_t all = 0; ///< how many there are, where they were enumerated
};

/// Draws the cells of a system uniformly from its whole points. `box`: bounds of the cells, one
/// each. Random numbers: word w of move m of chain c is word w of Philox with counter {low and high
/// word of m, c, w / 4} and the two words of the seed as key.
[[nodiscard]] LatticeDraws draw_lattice_points(const Knowledge& knowledge,
                                               const std::vector<std::int64_t>& start,
                                               const std::vector<LinearUnknown>& box,
                                               const LatticeOptions& options);

/// Split R-hat and effective sample size of one quantity in chains of equal length, one after the
/// other; a quantity that never moves has R-hat 1 and counts in full.
struct ChainCheck {
  double r_hat = 1, effective = 0;
  bool told = true; ///< false: too few draws to tell
};
[[nodiscard]] ChainCheck check_chains(const std::vector<double>& values, std::size_t chains);

} // namespace libeval
