// SPDX-License-Identifier: Apache-2.0
#include <libeval/engine/scenarios.hpp>

#include "engine/explore.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace libeval {
namespace {

bool by_itself(const std::vector<OrderKey>& keys) {
  return std::ranges::none_of(keys, [](const OrderKey& key) {
    return key.among_tied || key.kind == OrderKey::Kind::block;
  });
}

bool is_harmless(const select::Take& take) {
  using Kind = select::Take::Kind;
  return by_itself(take.by) &&
         (take.kind == Kind::until || take.kind == Kind::first ||
          (take.kind == Kind::bound && !take.share) || take.kind == Kind::bands);
}

/// Who goes on in every stage.
std::vector<Scenario::StageOutcome> outcome_of(const Decision& decision) {
  std::vector<Scenario::StageOutcome> out;
  for (const StageDecision& stage : decision.stages) {
    Scenario::StageOutcome& one = out.emplace_back();
    one.in_part = stage.partial != nullptr;
    for (std::size_t e = 0; e < stage.outcomes.size(); ++e)
      if (stage.outcomes[e] == Outcome::advances)
        one.advancing.push_back(stage.entrants[e]);
      else if (stage.outcomes[e] == Outcome::reserve)
        one.reserve.push_back(stage.entrants[e]);
      else if (stage.outcomes[e] == Outcome::held)
        one.held.push_back(stage.entrants[e]);
    for (auto* list : {&one.advancing, &one.reserve, &one.held})
      std::ranges::sort(*list);
  }
  return out;
}

bool goes_on(const std::vector<Scenario::StageOutcome>& stages, std::size_t candidate) {
  const auto who = static_cast<std::uint32_t>(candidate);
  return std::ranges::any_of(stages, [who](const Scenario::StageOutcome& stage) {
    return std::ranges::binary_search(stage.advancing, who) ||
           std::ranges::binary_search(stage.reserve, who) ||
           std::ranges::binary_search(stage.held, who);
  });
}

/// Whether both cases can be where the unknown alone is turned round.
bool differ_only_in(const ScenarioCase& a, const ScenarioCase& b, std::size_t unknown) {
  bool turned = false;
  for (std::size_t i = 0, k = 0; i < a.size() && k < b.size();) {
    if (a[i].first != b[k].first) {
      ++(a[i].first < b[k].first ? i : k);
      continue;
    }
    if (a[i].second != b[k].second) {
      if (a[i].first != unknown)
        return false;
      turned = true;
    }
    ++i;
    ++k;
  }
  return turned;
}

/// An unknown matters if turning it round alone turns one decision into another. With very many
/// cases those count that any of them names.
void find_what_matters(Scenarios& found) {
  std::size_t cases = 0;
  for (const Scenario& scenario : found.all)
    cases += scenario.cases.size();
  if (found.all.size() < 2)
    return;
  constexpr std::size_t most_compared = 2000;
  for (std::size_t u = 0; u < found.unknowns.size(); ++u)
    for (std::size_t s = 0; s < found.all.size() && !found.matters[u]; ++s)
      for (const ScenarioCase& one : found.all[s].cases) {
        if (std::ranges::find(one, u, &std::pair<std::size_t, bool>::first) == one.end())
          continue;
        bool turns = cases > most_compared;
        for (std::size_t t = 0; t < found.all.size() && !turns; ++t)
          turns = t != s && std::ranges::any_of(found.all[t].cases, [&](const ScenarioCase& b) {
                    return differ_only_in(one, b, u);
                  });
        found.matters[u] = found.matters[u] || turns;
      }
}

} // namespace

bool removal_is_harmless(const Program& program, const Stage& stage) {
  for (const Stage& other : program.stages)
    if (std::ranges::find(other.entrants.cut_from, stage.id.str()) != other.entrants.cut_from.end())
      return false; // there it matters whether somebody was cut or disqualified
  return std::ranges::all_of(stage.select, [](const SelectStep& step) {
    if (const auto* take = std::get_if<select::Take>(&step.what))
      return is_harmless(*take);
    if (const auto* order = std::get_if<select::Order>(&step.what))
      return by_itself(order->keys);
    return !std::holds_alternative<select::Duel>(step.what) &&
           !std::holds_alternative<select::Eliminate>(step.what) &&
           !std::holds_alternative<select::Assign>(step.what);
  });
}

Scenarios scenarios(const Bundle& bundle, Diagnostics& diagnostics, std::size_t most) {
  Scenarios out;
  const bool harmless = std::ranges::all_of(bundle.program.stages, [&](const Stage& stage) {
    return removal_is_harmless(bundle.program, stage);
  });
  std::map<Question, std::size_t> positions;
  const auto position = [&](const Question& question) {
    const auto [at, added] = positions.try_emplace(question, out.unknowns.size());
    if (added) {
      out.unknowns.push_back({question.first, question.second});
      out.matters.push_back(false);
    }
    return at->second;
  };
  std::map<std::vector<Scenario::StageOutcome>, Scenario> found;
  out.whole = explore(
      {}, most,
      [&](const Assumptions& assumed) {
        std::vector<Question> open;
        auto outcome = outcome_of(decide(bundle, assumed, diagnostics, &open));
        for (const Question& question : open)
          position(question);
        auto next = diagnostics.has_errors()
                        ? std::nullopt
                        : deciding_question(open, bundle, harmless, [&](std::size_t candidate) {
                            return goes_on(outcome, candidate);
                          });
        return std::pair{std::move(outcome), std::move(next)};
      },
      [&](const Assumptions& assumed, std::vector<Scenario::StageOutcome>& outcome) {
        Scenario& scenario = found[outcome];
        scenario.stages = std::move(outcome);
        ScenarioCase one;
        for (const auto& [question, verdict] : assumed)
          one.emplace_back(position(question), verdict == Verdict::pass);
        std::ranges::sort(one);
        scenario.share += std::ldexp(1.0, -static_cast<int>(one.size()));
        scenario.cases.push_back(std::move(one));
      });
  for (auto& [key, scenario] : found) {
    std::ranges::sort(scenario.cases, [](const ScenarioCase& a, const ScenarioCase& b) {
      return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    out.all.push_back(std::move(scenario));
  }
  std::ranges::stable_sort(out.all,
                           [](const Scenario& a, const Scenario& b) { return a.share > b.share; });
  find_what_matters(out);
  return out;
}

} // namespace libeval
