// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/select/select.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace libeval {

/// Decides with some questions answered. What stays open counts as a pass (a gap as worse than
/// anything), nobody is held for it, and each such question goes to `open` once.
[[nodiscard]] Decision decide(const Bundle& bundle, const Assumptions& assumptions,
                              Diagnostics& diagnostics, std::vector<Question>* open);

/// The rules that put out and leave everybody else as they are where they put out somebody who does
/// not go on: the field is ordered by scores of each alone and cut at a line that does not count
/// who is out, and nobody has lost a place again in which such a rule decided. None where that is
/// not so in all of the stages.
[[nodiscard]] std::set<std::string> harmless_rules(const Bundle& bundle,
                                                   std::span<const Stage> stages);

/// The open question to try both ways next, or nothing if none can change who goes on. `goes_on`:
/// by candidate, with every open question answered by a pass. A verdict under a `harmless` rule
/// about somebody who does not go on anyway is left open.
template <class GoesOn>
std::optional<Question> deciding_question(const std::vector<Question>& open,
                                          const std::set<std::string>& harmless, GoesOn goes_on) {
  for (const Question& question : open)
    if (!harmless.contains(question.what) || goes_on(question.candidate))
      return question;
  return std::nullopt;
}

/// Tries every way in which open questions may turn out, one question after another: `run` decides
/// under assumptions and returns the result with the question to try both ways next, or none; then
/// `leaf` gets the assumptions and the result. False if there are more than `most` leaves.
/// Iterative.
template <class Run, class Leaf>
bool explore(const Assumptions& given, std::size_t most, Run run, Leaf leaf) {
  std::vector<Assumptions> stack{given};
  for (std::size_t leaves = 0; !stack.empty();) {
    Assumptions assumed = std::move(stack.back());
    stack.pop_back();
    auto [result, next] = run(assumed);
    if (!next) {
      if (++leaves > most)
        return false;
      leaf(assumed, result);
      continue;
    }
    Assumptions fails = assumed;
    fails[*next] = Verdict::fail;
    assumed[*next] = Verdict::pass;
    stack.push_back(std::move(fails));
    stack.push_back(std::move(assumed));
  }
  return true;
}

} // namespace libeval
