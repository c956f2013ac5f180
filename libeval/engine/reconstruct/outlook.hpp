// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/knowledge.hpp"
#include "engine/reconstruct/reason.hpp"

#include <libeval/engine/decision.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace libeval {

/// Decides one stage of a bundle whose scores are all known.
using StageDecide = std::function<StageDecision(const Bundle&, const Stage&, Diagnostics&)>;

/// What a selection makes of everything that a stage's scores can be.
struct Outlook {
  bool impossible = false; ///< no completion: the statements contradict each other
  bool trouble = false;    ///< the solver was of no use
  bool interrupted = false;
  std::string unread; ///< what of the selection is not read; then nothing is certain by the scores
  std::vector<std::optional<Outcome>> certain; ///< by entrant: the same in every completion
  std::vector<std::set<Outcome>> seen;         ///< by entrant: in some completion
  std::vector<std::size_t> best, worst;        ///< places by all keys, 1-2-2-4; 0: not worked out
  std::vector<std::uint8_t> bracketed;         ///< by entrant: places are bounds only
  StageDecision at_one;                        ///< the decision at one completion
  std::vector<std::int64_t> point;             ///< that completion

  Keys keys; ///< of the order
  Field field;
  std::vector<std::size_t> lines; ///< so many of the field are taken, ascending
  /// Per entrant, the most entrants ahead or level and the fewest strictly ahead.
  std::vector<std::int64_t> most, fewest;
};

/// Reads the selection of a stage, adds what published outcomes say to the knowledge, and works
/// out every entrant's places and outcomes. Lists of selection that it reads: policies, hurdles,
/// one order, withdrawals, takes by number, ties, reserve; on others nothing is certain.
/// Why two completions are enough for an entrant: in those lists an outcome depends on the numbers
/// of entrants ahead and level, and on own hurdles, and is never better with more of them ahead.
[[nodiscard]] Outlook work_out(const Context& context, Knowledge& knowledge,
                               const StageDecide& decide, const SolveLimits& limits);

} // namespace libeval
