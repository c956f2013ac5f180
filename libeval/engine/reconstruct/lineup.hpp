// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/contest.hpp"
#include "engine/reconstruct/reason.hpp"

#include <libeval/engine/decision.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace libeval {

/// Decides one stage of a bundle whose scores are all known.
using StageDecide = std::function<StageDecision(const Bundle&, const Stage&, Diagnostics&)>;

/// By which step, and as what, an entrant is put out whatever its scores.
struct PutOut {
  std::size_t step = nobody;
  Outcome outcome = Outcome::held;
};

/// Whom each line of a selection takes, by line and then by entrant: expressions that are 1 where
/// it does, else 0.
struct Turns {
  std::vector<std::vector<Linear>> taken;   ///< or put in reserve
  std::vector<std::vector<Linear>> waiting; ///< held in a tie across the line
};

/// The turns of a selection as ties across its lines end best for somebody, and worst; the same
/// where it is not open how they end. Several where one of them is, but not known which.
struct Ends {
  std::vector<Turns> best, worst;
};

/// Who takes part in the contest for the places of a stage. Vectors are by entrant.
struct Lineup {
  Contest contest;
  Field field; ///< who stands before the first is taken, and who may
  std::vector<std::optional<PutOut>> put_out;
  std::vector<std::vector<std::uint32_t>> clears; ///< then by hurdle: an unknown, 1 = it is cleared
  std::vector<std::optional<std::uint32_t>> unpublished; ///< clears hurdles on unpublished evidence
  bool open_verdicts =
      false;               ///< some are in the field unless a verdict that nobody knows is a fail
  bool open_later = false; ///< such verdicts are asked for after the first is taken
  std::optional<Turns> turns; ///< of the knowledge's system, where published outcomes need them
  /// Published outcomes of entrants of which the system says less.
  std::vector<std::pair<std::size_t, std::string>> half_read;
  std::vector<std::vector<std::size_t>> leavers; ///< by line: who may be put out just before it
  /// In so many ways ties that are held have to be ended to know the best and the worst for
  /// somebody. It is more than one where somebody may be put out between a take that holds ties and
  /// one that takes until so many are taken and goes beyond them in a tie: an empty place there is
  /// filled by more than one, and then who stays longest need not be the best to be taken before.
  std::size_t tie_ends = 1;

  /// Whether all of the selection follows from scores.
  [[nodiscard]] bool by_scores() const {
    return contest.unread.empty() && !contest.keys_left && !open_verdicts && !open_later;
  }
  /// Whether the selection can be written line after line: it is not open how a tie ends, or it is
  /// among few ends that are the best and the worst for somebody.
  [[nodiscard]] bool in_turns() const { return by_scores() && tie_ends <= most_tie_ends; }
  static constexpr std::size_t most_tie_ends = 64;
  /// Whether an outcome follows from how many are ahead and how many are level.
  [[nodiscard]] bool by_places() const {
    return by_scores() && !contest.moves && !contest.ties_shift();
  }

  bool found = false;              ///< a completion was, `point`
  bool impossible = false;         ///< there is none: the statements contradict each other
  bool interrupted = false;        ///< out of time before one was found
  bool trouble = false;            ///< the solver was of no use
  std::vector<std::int64_t> point; ///< empty, or one value an unknown
};

/// Reads the selection of a stage and adds to the knowledge the unknowns of its hurdles and what
/// published outcomes say about scores. Afterwards the knowledge is whole.
[[nodiscard]] Lineup line_up(const Context& context, Knowledge& knowledge,
                             const StageDecide& decide, const SolveLimits& limits);

/// The decision at a completion; `change` may take steps out of the selection first.
[[nodiscard]] StageDecision decide_at(const std::vector<std::int64_t>& point,
                                      const Context& context, const Knowledge& knowledge,
                                      const Lineup& lineup, const StageDecide& decide,
                                      const std::function<void(Stage&)>& change = {});

/// What a score can be, as a reader sees it: where the system says less than published outcomes do,
/// an end is proven if the completion that attains it keeps them.
[[nodiscard]] ScoreRange range_of(const Span& span, const Context& context,
                                  const Knowledge& knowledge, const Lineup& lineup,
                                  const StageDecide& decide);

/// The rows of a system that hold whatever was published.
[[nodiscard]] IntegerSystem rules_alone(const IntegerSystem& system);

/// Does something for which scores need bounds, where the selection is read at all.
template <class What>
void with_bounds(Contest& contest, const What& what) {
  if (!contest.unread.empty())
    return;
  try {
    what();
  } catch (const std::domain_error&) {
    contest.cannot_read("an order by scores without bounds");
  }
}

} // namespace libeval
