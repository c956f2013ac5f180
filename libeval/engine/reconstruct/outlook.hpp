// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/core_set.hpp"
#include "engine/reconstruct/lineup.hpp"

#include <libeval/engine/decision.hpp>

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace libeval {

/// What a selection makes of everything that a stage's scores can be.
struct Outlook {
  bool interrupted = false, trouble = false; ///< here or when the lineup was made
  std::vector<std::set<Outcome>> seen;       ///< by entrant: in some completion
  std::vector<std::set<Outcome>> not_told; ///< by entrant: neither seen nor shown to be impossible
  std::vector<std::size_t> best, worst;    ///< places by all keys, 1-2-2-4; 0: not worked out
  std::vector<std::uint8_t> bracketed;     ///< by entrant: places are bounds only
  std::vector<std::string> relaxed;        ///< what is read with less than it says, in words
  StageDecision at_one;                    ///< the decision at the completion of the lineup

  /// By entrant, whose outcome is certain: a smallest set of statements under which it is.
  std::vector<CoreSet> rests_on;
  /// By entrant, who is put out after the first are taken: whether it would be among them, or would
  /// not, in every completion, and a smallest set of statements under which that is so.
  std::vector<std::optional<bool>> inside;
  std::vector<CoreSet> inside_rests_on;

  /// The outcome that an entrant has in every completion, if there is one.
  [[nodiscard]] std::optional<Outcome> certain(std::size_t entrant) const;
};

/// Works out every entrant's places and outcomes. An outcome depends on own hurdles and on between
/// which lines of the selection the numbers of entrants strictly ahead and of those ahead or level
/// lie, so one completion for each of the combinations that exist shows all outcomes there are.
/// Without a completion in the lineup nothing is excluded. Where scores turn out to have no bounds
/// the contest is marked as unread. `settled`: the knowledge's system with less to branch on.
/// `found`: completions that are there already; what they show is not asked for again.
[[nodiscard]] Outlook work_out(const Context& context, const Knowledge& knowledge,
                               const IntegerSystem& settled, Lineup& lineup,
                               const StageDecide& decide, const SolveLimits& limits,
                               const std::vector<std::vector<std::int64_t>>& found = {},
                               bool with_reasons = false);

} // namespace libeval
