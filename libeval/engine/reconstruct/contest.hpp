// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/knowledge.hpp"
#include "engine/reconstruct/reason.hpp"

#include <libeval/domain/selection.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace libeval {

/// A hurdle on something that is not known.
struct UnknownHurdle {
  std::size_t step = 0;       ///< position among the steps of the selection
  bool early = false;         ///< before anybody is taken
  std::size_t node = nobody;  ///< on this score; nobody: on unpublished evidence
  std::optional<Bound> bound; ///< on the score
  Fraction limit;
};

/// A bound on a score that some step asks for: by entrant, what has to be 0 or more, or above 0.
struct AskedBound {
  std::vector<Linear> over;
  bool strict = false;
};

/// One step that takes from those who are there, in their order, or puts them in reserve.
struct Line {
  std::size_t step = 0;  ///< position among the steps of the selection
  std::size_t count = 0; ///< so many more, or `until` so many are taken in all
  bool until = false, reserve = false;
  TieRuling ties = TieRuling::hold;

  [[nodiscard]] bool holds_ties() const { return !reserve && ties == TieRuling::hold; }
  /// Whether a single empty place may be filled by more than one.
  [[nodiscard]] bool fills_beyond() const {
    return until && (ties == TieRuling::all_advance || ties == TieRuling::share);
  }
};

/// What the selection of a stage asks of scores: an order, how many are taken, and hurdles on what
/// is not known. Outcomes under it depend on how many are ahead and level, and on own hurdles.
struct Contest {
  Keys keys;
  bool keys_left = false;         ///< later keys cannot be told from scores
  std::size_t first_take = 0;     ///< position of the step; the number of steps if there is none
  std::vector<Line> lines;        ///< takes, then reserves
  std::vector<std::size_t> reach; ///< by line: so many are taken by then if no tie lies across one
  std::size_t takes = 0;          ///< so many of the lines are of takes; the rest of reserve
  bool moves = false; ///< between two lines somebody may be put out, so that those behind move up
  std::vector<UnknownHurdle> hurdles; ///< in the order of the steps
  std::string unread;           ///< what cannot be read; then nothing is certain by the scores
  bool by_what_is_known = true; ///< what is not read asks for scores, attributes and verdicts alone
  std::vector<std::size_t> asks_for; ///< scores of these nodes, in all steps
  bool asks_for_all = false;         ///< or perhaps of any
  std::vector<Keys> orders;          ///< by which it compares entrants, in all steps
  std::vector<AskedBound> bounds;    ///< on scores, in all steps
  bool by_comparison = true;         ///< and nothing else of scores matters

  void cannot_read(const std::string& what) {
    if (unread.empty())
      unread = what;
  }

  /// Whether a tie across a line may be held while others follow, to whom it is open how it ends.
  [[nodiscard]] bool ties_wait() const;
  /// Whether a tie across a line takes more or fewer, so that the lines behind it shift.
  [[nodiscard]] bool ties_shift() const;

  /// Between which lines a place lies if no tie lies across one: how many so many ahead have
  /// reached.
  [[nodiscard]] std::size_t segment(std::int64_t ahead) const;
};

/// Reads lists of policies, hurdles, one order, withdrawals, takes by number, ties and reserve.
[[nodiscard]] Contest read_contest(const Context& context, const Knowledge& knowledge);

} // namespace libeval
