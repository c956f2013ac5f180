// SPDX-License-Identifier: Apache-2.0
// Walks the steps of selection over the field. A new step gets a function in a file select_*.cpp,
// declared in selector.hpp.
#include "engine/compile/sieve.hpp"
#include "engine/select/selector.hpp"

#include <libeval/base/text.hpp>

#include <algorithm>
#include <limits>

namespace libeval {

namespace {

constexpr std::uint32_t no_step = std::numeric_limits<std::uint32_t>::max();

} // namespace

Who Selector::who(State state) const {
  Who out;
  for (std::uint32_t e = 0; e < n_; ++e)
    if (state_[e] == state)
      out.push_back(e);
  return out;
}

Finding& Selector::find(Finding::Kind kind, std::size_t candidate) {
  Finding finding;
  finding.kind = kind;
  finding.step = step_;
  finding.candidate = candidate;
  stage_.findings.push_back(std::move(finding));
  return stage_.findings.back();
}

void Selector::put_out(std::uint32_t e, Outcome outcome) {
  count_in_quotas(e, -1);
  state_[e] = State::out;
  stage_.outcomes[e] = outcome;
  stage_.decided_by[e] = static_cast<std::uint32_t>(step_);
  ++report_.affected;
}

void Selector::take(std::uint32_t e, const std::string& as) {
  count_in_quotas(e, -1); // whoever was taken before counts once
  state_[e] = State::taken;
  count_in_quotas(e, 1);
  stage_.outcomes[e] = Outcome::advances;
  stage_.decided_by[e] = static_cast<std::uint32_t>(step_);
  if (!as.empty())
    stage_.notes[e] = as;
  ++report_.affected;
}

void Selector::unknown_attribute(const std::string& name) {
  std::vector<std::string> known;
  for (const Candidate& c : program_.candidates)
    for (const auto& [key, value] : c.attributes)
      if (std::ranges::find(known, key) == known.end())
        known.push_back(key);
  const auto hint = did_you_mean(name, known);
  context_.diagnostics.error(context_.stage.select[step_].where,
                             "no candidate has the attribute `" + name + "`",
                             hint ? "did you mean `" + *hint + "`?" : "give it under `candidates`");
}

/// Every name that a key could look up later, also in ties that do not happen today.
void Selector::check_key(const OrderKey& key) {
  for (const OrderKey& inner : key.keys)
    check_key(inner);
  if (key.kind == OrderKey::Kind::decision)
    for (const std::string& id : key.decision->order)
      if (context_.names.candidate(id) == npos)
        context_.diagnostics.error(key.decision->where, "there is no candidate `" + id + "`");
  const bool by_name =
      key.kind == OrderKey::Kind::part || (key.kind == OrderKey::Kind::count_back && !key.measure);
  if (!by_name || book_.node(key.name) != nullptr)
    return;
  std::vector<std::string> known;
  for (const NodeScores& node : stage_.nodes) {
    known.push_back(node.path);
    known.push_back(node.id);
  }
  for (const Measure& m : context_.stage.measures)
    known.push_back(m.name);
  if (std::ranges::find(known, key.name) != known.end())
    return;
  std::ranges::sort(known);
  known.erase(std::unique(known.begin(), known.end()), known.end());
  const auto hint = did_you_mean(key.name, known);
  std::string help;
  for (const std::string& name : known)
    help += (help.empty() ? "known are `" : ", `") + name + "`";
  context_.diagnostics.error(key.where,
                             "stage `" + stage_.id + "` has no part or measure `" + key.name + "`",
                             hint ? "did you mean `" + *hint + "`?" : help);
}

void Selector::check(const select::Duel& s) {
  check_keys(s.order);
  if (s.seeds)
    check_key(*s.seeds);
}

/// Whether everybody who fits the later band fits the earlier one.
bool Selector::covers(const select::Band& earlier, const select::Band& later,
                      const std::string& part) const {
  if (earlier.first && (!later.first || *later.first > *earlier.first))
    return false;
  if (!earlier.bound)
    return true;
  if (!later.bound)
    return false;
  using Kind = Bound::Kind;
  const auto from_below = [](Kind k) { return k == Kind::at_least || k == Kind::above; };
  const auto strict = [](Kind k) { return k == Kind::above || k == Kind::below; };
  if (from_below(earlier.bound->kind) != from_below(later.bound->kind))
    return false;
  const double least = bound_of(*earlier.bound, part), asked = bound_of(*later.bound, part);
  if (asked == least)
    return !strict(earlier.bound->kind) || strict(later.bound->kind);
  return from_below(later.bound->kind) == (asked > least);
}

void Selector::check(const select::Take& s) {
  check_keys(s.by);
  const auto before = context_.stage.select.begin();
  const bool pools =
      std::any_of(before, before + static_cast<std::ptrdiff_t>(step_), [](const SelectStep& step) {
        return std::holds_alternative<select::Group>(step.what);
      });
  for (const Test& test : s.filter) {
    if (!pools && (test.column == "pool_place" || test.column == "pool"))
      context_.diagnostics.error(
          test.where, "`" + test.column + "` is looked at, and nothing before makes pools",
          "add `group: ATTRIBUTE` before; the place in the whole field is `place`");
    if (test.column == "place" || test.column == "pool_place" || test.column == "pool")
      continue;
    const std::string name =
        test.column.starts_with("candidate.") ? test.column.substr(10) : test.column;
    const auto& candidates = program_.candidates;
    const auto words = [&] {
      std::vector<std::string> known;
      for (const Candidate& c : candidates)
        if (const std::string* value = c.attribute(name))
          known.push_back(*value);
      return known;
    };
    if (n_ > 0 && std::ranges::none_of(
                      candidates, [&](const Candidate& c) { return c.attribute(name) != nullptr; }))
      unknown_attribute(name);
    else if (n_ > 0 && std::ranges::none_of(candidates, [&](const Candidate& c) {
               return fits_attribute(test, c.attribute(name));
             })) {
      const auto hint =
          test.any_of.size() == 1 ? did_you_mean(test.any_of[0], words()) : std::nullopt;
      context_.diagnostics.warning(test.where,
                                   "no candidate has a `" + name +
                                       "` that fits, so that this `take` takes nobody",
                                   hint ? "did you mean `" + *hint + "`?" : "");
    } else if (n_ > 0 && !test.any_of.empty()) {
      warn_of_misfits(context_, test, words(), "the candidates", false);
    }
  }
  for (std::size_t b = 1; b < s.bands.size(); ++b) {
    const auto covering = std::find_if(
        s.bands.begin(), s.bands.begin() + static_cast<std::ptrdiff_t>(b),
        [&](const select::Band& earlier) { return covers(earlier, s.bands[b], s.part); });
    if (covering != s.bands.begin() + static_cast<std::ptrdiff_t>(b))
      context_.diagnostics.warning(context_.stage.select[step_].where,
                                   "nobody comes into band `" + s.bands[b].name +
                                       "`: whoever would has band `" + covering->name + "` already",
                                   "bands are tried in turn; the one that asks for most is first");
  }
  for (const std::string& name : s.advance)
    if (std::ranges::find(s.bands, name, &select::Band::name) == s.bands.end())
      context_.diagnostics.error(context_.stage.select[step_].where,
                                 "`advance` names `" + name + "`, which is none of the bands");
}

void Selector::check(const select::Quota& s) {
  if (n_ > 0 && std::ranges::none_of(context_.entrants, [&](std::uint32_t c) {
        return program_.candidates[c].attribute(s.by) != nullptr;
      }))
    return unknown_attribute(s.by);
  std::vector<std::string> members;
  for (const Candidate& one : program_.candidates)
    if (const std::string* text = one.attribute(s.by))
      members.push_back(*text);
  const Where& where = context_.stage.select[step_].where;
  for (const auto* counts : {&s.of, &s.least_of})
    for (const auto& [name, count] : *counts)
      if (std::ranges::find(members, name) == members.end()) {
        const auto hint = did_you_mean(name, members);
        context_.diagnostics.error(where, "no candidate has `" + s.by + "` `" + name + "`",
                                   hint ? "did you mean `" + *hint + "`?" : "");
      }
  const bool least = s.at_least || !s.least_of.empty();
  if (!least && !s.at_most && s.of.empty())
    context_.diagnostics.error(where, "`quota` does not say how many",
                               "add `at_most: N` or `at_least: N`");
  const auto asks = [](const SelectStep& step) {
    const auto* quota = std::get_if<select::Quota>(&step.what);
    return quota != nullptr && (quota->at_least || !quota->least_of.empty());
  };
  const auto before = context_.stage.select.begin();
  if (least && std::any_of(before, before + static_cast<std::ptrdiff_t>(step_), asks))
    context_.diagnostics.error(where, "`at_least` is asked for by an earlier `quota` already",
                               "one attribute in a stage may ask for a least number of members");
}

void Selector::check(const select::Ties&) {
  const auto before = context_.stage.select.begin();
  const auto at = before + static_cast<std::ptrdiff_t>(step_);
  const auto first = std::find_if(before, at, [](const SelectStep& step) {
    return std::holds_alternative<select::Ties>(step.what);
  });
  if (first != at)
    context_.diagnostics.error(at->where, "`ties` stands twice, and it speaks for the whole stage",
                               "the first is at line " + std::to_string(first->where.line) +
                                   "; what goes for one `take` stands in it, as its key `ties`");
}

void Selector::run() {
  stage_.outcomes.assign(n_, Outcome::cut);
  stage_.decided_by.assign(n_, no_step);
  stage_.place.assign(n_, 0);
  stage_.place_before_ties.assign(n_, 0);
  const auto& steps = context_.stage.select;
  for (const SelectStep& step : steps)
    if (const auto* ties = std::get_if<select::Ties>(&step.what))
      ties_ = ties->rule;
  for (step_ = 0; step_ < steps.size(); ++step_)
    std::visit([&](const auto& s) { check(s); }, steps[step_].what);
  open_.ends_decide = ends_decide();
  for (step_ = 0; step_ < steps.size(); ++step_) {
    report_ = {};
    report_.word = steps[step_].name;
    ties_drawn_ = 0;
    std::visit([&](const auto& s) { apply(s); }, steps[step_].what);
    stage_.steps.push_back(std::move(report_));
  }
  // A stage that does not say how it takes orders by total and fills its places.
  step_ = steps.size();
  report_ = {};
  report_.word = "take";
  ties_drawn_ = 0;
  ensure_order();
  if (!taking_) {
    if (pooled_) {
      pooled_ = ordered_ = false;
      ensure_order();
    }
    Line line{std::nullopt, "", ties_};
    if (stage_.places) {
      const auto taken = static_cast<std::size_t>(std::ranges::count(state_, State::taken));
      line.count = *stage_.places > taken ? *stage_.places - taken : 0;
      report_.rule = "first " + std::to_string(*stage_.places);
    } else {
      report_.rule = "all";
    }
    TieGroups some;
    take_first(undecided_in_order(0, some), line);
    note_line(order_[0], standing_keys_);
    stage_.steps.push_back(report_);
  }
  hold_alike();
  if (held_)
    for (StepReport& report : stage_.steps)
      if (report.word == "take" || report.word == "grant" || report.word == "duel")
        report = {report.word, report.rule, 0, std::nullopt, std::nullopt};
  if (held_)
    for (std::uint32_t e = 0; e < n_; ++e)
      if (stage_.outcomes[e] != Outcome::disqualified && stage_.outcomes[e] != Outcome::withdrawn)
        stage_.outcomes[e] = Outcome::held;
  for (const std::uint32_t e : behind_a_large_tie_)
    if (stage_.outcomes[e] != Outcome::disqualified && stage_.outcomes[e] != Outcome::withdrawn)
      stage_.outcomes[e] = Outcome::held;
  stage_.advancing =
      static_cast<std::size_t>(std::ranges::count(stage_.outcomes, Outcome::advances));
  if (stage_.places && !stage_.held())
    stage_.vacancies = *stage_.places > stage_.advancing ? *stage_.places - stage_.advancing : 0;
}

void select_entrants(const Scorebook& book, Open& open, StageDecision& stage) {
  Selector(book, open, stage).run();
}

} // namespace libeval
