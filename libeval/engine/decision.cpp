// SPDX-License-Identifier: Apache-2.0
#include <libeval/engine/decision.hpp>

#include <algorithm>
#include <array>

namespace libeval {

std::string_view to_string(Outcome outcome) {
  constexpr std::array<std::string_view, 6> names = {"advances", "cut",       "disqualified",
                                                     "held",     "withdrawn", "reserve"};
  return names[static_cast<std::size_t>(outcome)];
}

std::string_view to_string(Finding::Kind kind) {
  constexpr std::array<std::string_view, 17> names = {
      "policy",   "deduction", "require",  "gap",    "undefined", "tie",
      "quota",    "grant",     "withdraw", "lot",    "decision",  "eliminate",
      "upstream", "recusal",   "unknown",  "record", "duel"};
  return names[static_cast<std::size_t>(kind)];
}

bool StageDecision::held() const {
  return waits || std::ranges::find(outcomes, Outcome::held) != outcomes.end();
}

std::size_t StageDecision::entrant(std::size_t candidate) const {
  // They are ascending unless the program names them in an order of its own.
  const auto near = std::lower_bound(entrants.begin(), entrants.end(), candidate);
  if (near != entrants.end() && *near == candidate)
    return static_cast<std::size_t>(near - entrants.begin());
  const auto at = std::ranges::find(entrants, candidate);
  return at == entrants.end() ? nobody : static_cast<std::size_t>(at - entrants.begin());
}

const NodeScores* StageDecision::find_scores(std::string_view name) const {
  for (const auto* list : {&nodes, &measures})
    for (const auto key : {&NodeScores::path, &NodeScores::id})
      if (const auto at = std::ranges::find(*list, name, key); at != list->end())
        return &*at;
  return nullptr;
}

bool Decision::held() const {
  return std::ranges::any_of(stages, &StageDecision::held);
}

const StageDecision* Decision::stage(std::string_view id) const {
  const auto at = std::ranges::find(stages, id, &StageDecision::id);
  return at == stages.end() ? nullptr : &*at;
}

} // namespace libeval
