// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/contest.hpp"
#include "engine/reconstruct/core_set.hpp"
#include "engine/reconstruct/reason.hpp"

#include <libeval/engine/decision.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace libeval {

/// Decides one stage of a bundle whose scores are all known.
using StageDecide = std::function<StageDecision(const Bundle&, const Stage&, Diagnostics&)>;

/// What a selection makes of everything that a stage's scores can be.
struct Outlook {
  bool impossible = false; ///< no completion: the statements contradict each other
  bool trouble = false;    ///< the solver was of no use
  bool interrupted = false;
  std::vector<std::set<Outcome>> seen;     ///< by entrant: in some completion
  std::vector<std::set<Outcome>> not_told; ///< by entrant: neither seen nor shown to be impossible
  std::vector<std::size_t> best, worst;    ///< places by all keys, 1-2-2-4; 0: not worked out
  std::vector<std::uint8_t> bracketed;     ///< by entrant: places are bounds only
  StageDecision at_one;                    ///< the decision at one completion
  std::vector<std::int64_t> point;         ///< that completion

  Contest contest;
  Field field;
  /// By entrant, the most entrants ahead or level and the fewest strictly ahead.
  std::vector<std::int64_t> most, fewest;

  /// By entrant, whose outcome is certain: a smallest set of statements under which it is.
  std::vector<CoreSet> rests_on;
  /// By entrant, who is put out after the first are taken: whether it would be among them, or would
  /// not, in every completion, and a smallest set of statements under which that is so.
  std::vector<std::optional<bool>> inside;
  std::vector<CoreSet> inside_rests_on;

  /// The outcome that an entrant has in every completion, if there is one.
  [[nodiscard]] std::optional<Outcome> certain(std::size_t entrant) const;
};

/// Reads the selection of a stage, adds what published outcomes say to the knowledge, and works
/// out every entrant's places and outcomes. An outcome depends on own hurdles and on between which
/// lines of the selection the numbers of entrants strictly ahead and of those ahead or level lie,
/// so one completion for each of the combinations that exist shows all outcomes there are.
[[nodiscard]] Outlook work_out(const Context& context, Knowledge& knowledge,
                               const StageDecide& decide, const SolveLimits& limits,
                               bool with_reasons = false);

/// Only adds what published outcomes say about scores.
void add_published_outcomes(const Context& context, Knowledge& knowledge, const StageDecide& decide,
                            const SolveLimits& limits);

} // namespace libeval
