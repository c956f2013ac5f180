// SPDX-License-Identifier: Apache-2.0
#include <libeval/engine/scenarios.hpp>

#include "engine/explore.hpp"
#include "engine/policy/linked.hpp"

#include <libeval/base/decimal.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <string>

namespace libeval {
namespace {

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

/// Whether both cases can be where the unknown alone is turned round, with those that turn out
/// together with it (of the same `group`; 0: of none).
bool differ_only_in(const ScenarioCase& a, const ScenarioCase& b, std::size_t unknown,
                    const std::vector<std::size_t>& group) {
  bool turned = false;
  for (std::size_t i = 0, k = 0; i < a.size() && k < b.size();) {
    if (a[i].first != b[k].first) {
      ++(a[i].first < b[k].first ? i : k);
      continue;
    }
    if (a[i].second != b[k].second) {
      const bool itself = a[i].first == unknown;
      if (!itself && (group[unknown] == 0 || group[a[i].first] != group[unknown]))
        return false;
      turned = turned || itself;
    }
    ++i;
    ++k;
  }
  return turned;
}

/// An unknown matters if turning it round alone turns one decision into another. With very many
/// cases those count that any of them names.
void find_what_matters(Scenarios& found, const std::vector<std::size_t>& group) {
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
                    return differ_only_in(one, b, u, group);
                  });
        found.matters[u] = found.matters[u] || turns;
      }
}

} // namespace

namespace {

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

/// Whether somebody may take a place behind a step of `stage` and be put out behind that.
bool places_are_lost_behind(std::size_t step, const Stage& stage) {
  bool taken = false;
  for (std::size_t i = step; i < stage.select.size(); ++i) {
    const auto& what = stage.select[i].what;
    if (taken && (std::holds_alternative<select::Policy>(what) ||
                  std::holds_alternative<select::Require>(what) ||
                  std::holds_alternative<select::Withdraw>(what)))
      return true;
    taken = taken || std::holds_alternative<select::Take>(what) ||
            std::holds_alternative<select::Grant>(what) ||
            std::holds_alternative<select::Reserve>(what);
  }
  return false;
}

} // namespace

std::set<std::string> harmless_rules(const Bundle& bundle, std::span<const Stage> stages) {
  std::set<std::string> out;
  for (const Stage& stage : stages)
    if (!removal_is_harmless(bundle.program, stage))
      return out;
  for (const PolicyFile& policy : bundle.policies)
    for (const Rule& rule : policy.rules)
      if (rule.consequence == Rule::Consequence::disqualify)
        out.insert(rule.id.str());
  for (const Stage& stage : stages)
    for (std::size_t i = 0; i < stage.select.size(); ++i) {
      const auto* policy = std::get_if<select::Policy>(&stage.select[i].what);
      if (policy == nullptr || !places_are_lost_behind(i, stage))
        continue;
      for (const std::string& rule : policy->rules)
        out.erase(rule);
      if (policy->rules.empty())
        for (const PolicyFile& file : bundle.policies)
          if (file.file == policy->file)
            for (const Rule& rule : file.rules)
              out.erase(rule.id.str());
    }
  return out;
}

namespace {

/// What an exploration met.
struct Cases {
  Scenarios found;
  std::map<Question, std::size_t> positions;
  std::vector<std::size_t> group; ///< of each unknown those that it turns out with, from 1; 0: none

  std::size_t position(const Question& question) {
    const auto [at, added] = positions.try_emplace(question, found.unknowns.size());
    if (added) {
      found.unknowns.push_back({question.what, question.candidate});
      if (question.level) // of a gap: whether it lies there or beyond
        found.unknowns.back().what +=
            (question.above ? " above " : " of at least ") + format_decimal(*question.level);
      found.matters.push_back(false);
      group.push_back(0);
    }
    return at->second;
  }
};

/// Of all ways in which what is unknown may turn out, those that agree with what is assumed.
double share_of(const Assumptions& assumed, const std::vector<LinkedVerdicts>& linked) {
  std::size_t alone = assumed.size();
  double out = 1;
  for (const LinkedVerdicts& one : linked) {
    alone -= static_cast<std::size_t>(std::ranges::count_if(
        one.questions, [&](const Question& question) { return assumed.contains(question); }));
    out *= one.share_of(assumed);
  }
  return std::ldexp(out, -static_cast<int>(alone));
}

Cases cases_of(const Bundle& bundle, Diagnostics& diagnostics, std::size_t most,
               const std::vector<LinkedVerdicts>& linked) {
  Cases out;
  const std::set<std::string> harmless = harmless_rules(bundle, bundle.program.stages);
  using Tried = std::pair<std::vector<Scenario::StageOutcome>, std::optional<Question>>;
  std::map<std::vector<Scenario::StageOutcome>, Scenario> found;
  out.found.whole = explore(
      {}, most,
      [&](const Assumptions& assumed) -> Tried {
        if (share_of(assumed, linked) == 0)
          return {}; // they cannot turn out so together
        std::vector<Question> open;
        auto outcome = outcome_of(decide(bundle, assumed, diagnostics, &open));
        for (const Question& question : open)
          out.position(question);
        auto next = diagnostics.has_errors()
                        ? std::nullopt
                        : deciding_question(open, harmless, [&](std::size_t candidate) {
                            return goes_on(outcome, candidate);
                          });
        return {std::move(outcome), std::move(next)};
      },
      [&](const Assumptions& assumed, std::vector<Scenario::StageOutcome>& outcome) {
        const double share = share_of(assumed, linked);
        if (share == 0)
          return;
        Scenario& scenario = found[outcome];
        scenario.stages = std::move(outcome);
        ScenarioCase one;
        for (const auto& [question, verdict] : assumed)
          one.emplace_back(out.position(question), verdict == Verdict::pass);
        std::ranges::sort(one);
        scenario.share += share;
        scenario.cases.push_back(std::move(one));
      });
  for (auto& [key, scenario] : found) {
    std::ranges::sort(scenario.cases, [](const ScenarioCase& a, const ScenarioCase& b) {
      return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    out.found.all.push_back(std::move(scenario));
  }
  std::ranges::stable_sort(out.found.all,
                           [](const Scenario& a, const Scenario& b) { return a.share > b.share; });
  for (std::size_t g = 0; g < linked.size(); ++g)
    for (const Question& question : linked[g].questions)
      if (const auto at = out.positions.find(question); at != out.positions.end())
        out.group[at->second] = g + 1;
  find_what_matters(out.found, out.group);
  return out;
}

/// The step that takes the first of an order, if a stage does that and nothing else that looks at
/// who is out; behind it there are only rules.
const SelectStep* only_take(const Stage& stage) {
  using Kind = select::Take::Kind;
  const SelectStep* out = nullptr;
  for (const SelectStep& step : stage.select) {
    if (std::holds_alternative<select::Policy>(step.what) ||
        std::holds_alternative<select::Ties>(step.what))
      continue;
    const auto* order = std::get_if<select::Order>(&step.what);
    const auto* take = std::get_if<select::Take>(&step.what);
    const bool fits = take != nullptr ? (take->kind == Kind::until || take->kind == Kind::first) &&
                                            take->per_pool.empty() && !take->rest &&
                                            take->filter.empty() && take->by.empty()
                      : order != nullptr ? by_itself(order->keys)
                                         : std::holds_alternative<select::Require>(step.what);
    if (out != nullptr || !fits)
      return nullptr;
    if (take != nullptr)
      out = &step;
  }
  return out;
}

/// Whether every question is a verdict that puts out, all of them before `take` or all behind it.
std::optional<bool> asked_before(const std::vector<Question>& open, const Bundle& bundle,
                                 const Stage& stage, const SelectStep& take) {
  std::map<std::string, bool> before; // by rule
  bool told_apart = true, behind = false, rules_behind = false;
  for (const SelectStep& step : stage.select) {
    behind = behind || &step == &take;
    const auto* policy = std::get_if<select::Policy>(&step.what);
    if (policy == nullptr)
      continue;
    for (const PolicyFile& file : bundle.policies)
      if (file.file == policy->file)
        for (const Rule& rule : file.rules)
          if (rule.consequence == Rule::Consequence::disqualify &&
              (policy->rules.empty() ||
               std::ranges::find(policy->rules, rule.id.str()) != policy->rules.end())) {
            told_apart = before.try_emplace(rule.id.str(), !behind).second && told_apart;
            rules_behind = rules_behind || behind;
          }
  }
  std::optional<bool> out;
  for (const Question& question : open) {
    const auto at = before.find(question.what);
    if (at == before.end() || (out && *out != at->second))
      return std::nullopt;
    out = at->second;
  }
  // Who moves up may fail a rule behind, which was not asked of it here.
  return told_apart && out && !(*out && rules_behind) ? out : std::nullopt;
}

/// n over k, 0 where there is none.
double choices(std::size_t n, std::size_t k) {
  if (k > n)
    return 0;
  double out = 1;
  for (std::size_t i = 1; i <= std::min(k, n - k); ++i)
    out = out * static_cast<double>(n - i + 1) / static_cast<double>(i); // whole at each step
  return out;
}

/// How many different sets go on: those with all places filled, by who is last of them, and those
/// with fewer, where everybody who passes goes on.
double count_decisions(const ScenarioRow& row) {
  double out = 0;
  std::size_t sure = 0, open = 0;
  for (const ScenarioRow::Entrant& one : row.row) {
    if (row.places > sure)
      out += choices(open, row.places - 1 - sure);
    ++(one.unknowns.empty() ? sure : open);
  }
  for (std::size_t passing = sure; passing < row.places; ++passing)
    out += choices(open, passing - sure);
  return out;
}

/// How often each goes on: it passes, and fewer before it than there are places. Returns whether
/// each may be reached at all.
std::vector<bool> find_shares(ScenarioRow& row) {
  std::vector<double> before(row.places + 1, 0); // by how many passed, the last one and more
  before[0] = 1;
  std::vector<bool> reached;
  for (ScenarioRow::Entrant& one : row.row) {
    double free = 0;
    for (std::size_t taken = 0; taken < row.places; ++taken)
      free += before[taken];
    const double passes = std::ldexp(1.0, -static_cast<int>(one.unknowns.size()));
    one.share = passes * free;
    reached.push_back(free > 0);
    for (std::size_t taken = row.places; taken > 0; --taken)
      before[taken] +=
          passes * before[taken - 1] - (taken < row.places ? passes * before[taken] : 0);
    before[0] -= row.places > 0 ? passes * before[0] : 0;
  }
  return reached;
}

constexpr std::uint32_t at_the_end = std::numeric_limits<std::uint32_t>::max();

/// All decisions as a row, if they have that shape.
std::optional<Scenarios> as_row(const Bundle& bundle, Diagnostics& diagnostics) {
  if (bundle.program.stages.size() != 1)
    return std::nullopt;
  const Stage& stage = bundle.program.stages.front();
  const SelectStep* take = only_take(stage);
  std::vector<Question> open;
  const Decision decision = decide(bundle, {}, diagnostics, &open);
  if (take == nullptr || decision.stages.size() != 1 || decision.stages[0].partial != nullptr ||
      decision.stages[0].held())
    return std::nullopt;
  const auto before = asked_before(open, bundle, stage, *take);
  if (!before)
    return std::nullopt;
  const StageDecision& decided = decision.stages[0];
  const auto& taking = std::get<select::Take>(take->what);
  const auto places = taking.count ? taking.count : decided.places;
  if (!places)
    return std::nullopt;
  Cases out;
  ScenarioRow& row = out.found.row.emplace();
  row.places = *places;
  std::vector<std::uint32_t> order;
  for (std::uint32_t e = 0; e < decided.entrants.size(); ++e)
    if (decided.outcomes[e] == Outcome::advances ||
        (*before && decided.outcomes[e] == Outcome::cut && decided.decided_by[e] == at_the_end))
      order.push_back(e);
  std::ranges::sort(order, {}, [&](std::uint32_t e) { return decided.place[e]; });
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double place = decided.place[order[i]];
    if (place <= 0 || (i > 0 && place == decided.place[order[i - 1]]))
      return std::nullopt; // a tie, or somebody who was out before
    row.row.push_back({decided.entrants[order[i]], {}, 0});
  }
  for (const Question& question : open) {
    const std::size_t unknown = out.position(question);
    for (ScenarioRow::Entrant& one : row.row)
      if (one.candidate == question.candidate)
        one.unknowns.push_back(unknown);
  }
  row.decisions = count_decisions(row);
  const std::vector<bool> reached = find_shares(row);
  for (std::size_t i = 0; i < row.row.size(); ++i)
    for (const std::size_t unknown : row.row[i].unknowns)
      out.found.matters[unknown] = reached[i];
  return std::move(out.found);
}

} // namespace

Scenarios scenarios(const Bundle& bundle, Diagnostics& diagnostics, const ScenarioLimits& limits) {
  const std::vector<LinkedVerdicts> linked = linked_verdicts(bundle);
  Scenarios out = cases_of(bundle, diagnostics, std::min(limits.listed, limits.most), linked).found;
  if (out.whole)
    return out;
  if (linked.empty())
    if (auto row = as_row(bundle, diagnostics))
      return std::move(*row);
  if (limits.listed < limits.most)
    out = cases_of(bundle, diagnostics, limits.most, linked).found;
  return out;
}

} // namespace libeval
