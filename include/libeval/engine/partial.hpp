// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace libeval {

/// What a number can be, given what was published. An absent end is no bound at all.
struct ScoreRange {
  std::optional<double> low, high;
  bool proven_low = true, proven_high = true; ///< false: a bound, the true end may be nearer

  [[nodiscard]] bool single() const { return low && high && *low == *high; }
};

/// What is known of a stage whose scores were not all published. Vectors are in the order of
/// `StageDecision::nodes` and `entrants`.
struct PartialKnowledge {
  std::size_t statements = 0;                  ///< that speak of the stage
  std::vector<std::vector<ScoreRange>> ranges; ///< by node, then entrant; empty: not worked out
  std::vector<std::size_t> best_place, worst_place; ///< by entrant, by all keys of the order
  std::vector<std::size_t> contradiction; ///< positions of statements that contradict each other
  std::vector<std::string> relaxed;       ///< what is read with less than it says, in words
  bool interrupted = false;
};

} // namespace libeval
