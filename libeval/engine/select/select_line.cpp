// SPDX-License-Identifier: Apache-2.0
// Taking in order up to a line: ties across it, quotas, and who is next in reserve.
#include "engine/select/selector.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

namespace libeval {

void Selector::apply(const select::Quota& s) {
  const auto say = [&](const char* word, const std::optional<std::size_t>& of_each,
                       const std::map<std::string, std::size_t>& of_some) {
    if (!of_each && of_some.empty())
      return;
    report_.rule += (report_.rule.empty() ? "" : ", ") + std::string(word);
    if (of_each)
      report_.rule += std::to_string(*of_each);
    for (auto one = of_some.begin(); one != of_some.end(); ++one)
      report_.rule += (one == of_some.begin() ? "" : ", ") + std::to_string(one->second) + " of `" +
                      one->first + "`";
  };
  say("at most ", s.at_most, s.of);
  say("at least ", s.at_least, s.least_of);
  report_.rule += " by " + s.by;
  if (s.at_least || !s.least_of.empty())
    ask_for_least(s);
  if (!s.at_most && s.of.empty())
    return;
  RunningQuota quota{s.by, std::vector<std::uint32_t>(n_, npos), {}, {}, {}};
  std::map<std::string_view, std::uint32_t> known;
  for (std::uint32_t e = 0; e < n_; ++e) {
    const std::string* text = attribute(e, s.by);
    const auto limit = text == nullptr ? s.of.end() : s.of.find(*text);
    if (text == nullptr || (!s.at_most && limit == s.of.end()))
      continue;
    const auto [at, fresh] = known.try_emplace(*text, static_cast<std::uint32_t>(known.size()));
    if (fresh) {
      quota.at_most.push_back(s.at_most ? *s.at_most : limit->second);
      quota.taken.push_back(0);
      quota.reserved.push_back(0);
    }
    quota.value[e] = at->second;
    quota.taken[at->second] += state_[e] == State::taken ? 1 : 0;
    quota.reserved[at->second] += state_[e] == State::reserved ? 1 : 0;
  }
  quotas_.push_back(std::move(quota));
}

void Selector::count_in_quotas(std::uint32_t e, int by) {
  if (state_[e] != State::taken && state_[e] != State::reserved)
    return;
  for (RunningQuota& quota : quotas_)
    if (const std::uint32_t value = quota.value[e]; value != npos)
      (state_[e] == State::taken ? quota.taken : quota.reserved)[value] +=
          static_cast<std::size_t>(by);
}

bool Selector::over_quota(std::uint32_t e, const RunningQuota** which) const {
  const auto full = std::ranges::find_if(quotas_, [&](const RunningQuota& quota) {
    return quota.value[e] != npos && quota.room(quota.value[e]) == 0;
  });
  if (full != quotas_.end() && which != nullptr)
    *which = &*full;
  return full != quotas_.end();
}

/// The same, told.
bool Selector::is_passed_over(std::uint32_t e) {
  const RunningQuota* quota = nullptr;
  if (!over_quota(e, &quota))
    return false;
  if (!quota->silent) {
    Finding& finding = find(Finding::Kind::quota, candidate(e));
    finding.rule = quota->by;
    finding.detail = *attribute(e, quota->by);
    finding.required = static_cast<double>(quota->at_most[quota->value[e]]);
  }
  return true;
}

Selector::Crowd Selector::crowd(const Who& tied) const {
  Crowd out{{}, tied.size()};
  std::vector<bool> contested(quotas_.empty() ? 0 : tied.size(), false);
  for (const RunningQuota& quota : quotas_) {
    std::map<std::uint32_t, std::size_t> members; // by value
    std::size_t most = tied.size();
    for (const std::uint32_t e : tied)
      if (quota.value[e] != npos)
        ++members[quota.value[e]];
    for (const auto& [value, n] : members)
      most -= n - std::min(n, quota.room(value));
    out.most = std::min(out.most, most);
    for (std::size_t i = 0; i < tied.size(); ++i)
      if (const std::uint32_t value = quota.value[tied[i]]; value != npos)
        contested[i] = contested[i] || members[value] > quota.room(value);
  }
  for (std::size_t i = 0; i < contested.size(); ++i)
    if (contested[i])
      out.contested.push_back(tied[i]);
  return out;
}

/// Whether who of those tied across a line is taken can matter to anybody else.
bool Selector::matters_to_others() const {
  const auto looks_at_who_is_left = [](const SelectStep& step) {
    return std::holds_alternative<select::Take>(step.what) ||
           std::holds_alternative<select::Grant>(step.what) ||
           std::holds_alternative<select::Duel>(step.what) ||
           std::holds_alternative<select::Reserve>(step.what) ||
           std::holds_alternative<select::Assign>(step.what) ||
           std::holds_alternative<select::Eliminate>(step.what);
  };
  const auto& steps = context_.stage.select;
  const auto* duel = step_ < steps.size() ? std::get_if<select::Duel>(&steps[step_].what) : nullptr;
  return (duel != nullptr && duel->losers > 0) || (pooled_ && !quotas_.empty()) ||
         std::any_of(steps.begin() + static_cast<std::ptrdiff_t>(std::min(step_ + 1, steps.size())),
                     steps.end(), looks_at_who_is_left);
}

/// Hands the tied to `take_next` one after another, in the order in which the tie is assumed to
/// end, until that returns false.
void Selector::take_in_drawn_order(std::span<const std::uint32_t> tied,
                                   const std::function<bool(std::uint32_t)>& take_next) {
  Who rest(tied.begin(), tied.end());
  while (!rest.empty()) {
    const std::uint32_t next = draw(rest, 1).front();
    std::erase(rest, next);
    if (!take_next(next))
      break;
  }
}

void Selector::take_first(const TieGroups& groups, const Line& line) {
  if (least_ && line.under_quotas)
    take_with_least(groups, line);
  else
    take_in_order(groups, line);
}

/// Takes in order until `line.count` are taken.
void Selector::take_in_order(const TieGroups& groups, const Line& line) {
  std::size_t left = line.count.value_or(std::numeric_limits<std::size_t>::max());
  std::vector<std::size_t*> passed_by; // room in quotas that a cut tie leaves empty
  for (std::size_t t = 0; t < groups.size() && left > 0; ++t) {
    Who fit;
    for (const std::uint32_t e : groups[t]) {
      if (!line.under_quotas || !is_passed_over(e))
        fit.push_back(e);
    }
    const Crowd crowded = line.under_quotas ? crowd(fit) : Crowd{{}, fit.size()};
    const bool in_turn = !crowded.contested.empty() && line.ties == TieRuling::hold;
    const auto take_in_turn = [&](std::uint32_t e) {
      if (!over_quota(e)) {
        take(e, line.as);
        --left;
      }
      return left > 0;
    };
    if (in_turn && crowded.most > left && fit.size() <= most_in_every_order) {
      note_tie(fit, left);
      take_in_drawn_order(fit, take_in_turn);
      break;
    }
    if (crowded.most > left) {
      settle_tie(fit, left, line);
      break;
    }
    std::size_t passed = 0; // the contested stand in the order of `fit`
    for (const std::uint32_t e : fit)
      if (passed < crowded.contested.size() && crowded.contested[passed] == e) {
        ++passed;
      } else {
        take(e, line.as);
        --left;
      }
    if (crowded.contested.empty())
      continue;
    // The tie lies across the line of a quota: nobody is preferred for standing first.
    const std::size_t places = crowded.most - (fit.size() - crowded.contested.size());
    if (in_turn && crowded.contested.size() <= most_in_every_order) {
      note_tie(crowded.contested, places);
      take_in_drawn_order(crowded.contested, take_in_turn);
      continue;
    }
    settle_tie(crowded.contested, places, line);
    if (line.ties == TieRuling::all_advance || line.ties == TieRuling::share) {
      left -= std::min(left, crowded.contested.size());
      continue;
    }
    if (line.ties == TieRuling::hold)
      left -= std::min(left, places);
    // Nobody behind the tied passes them by under the same quota.
    for (RunningQuota& quota : quotas_)
      for (const std::uint32_t e : crowded.contested)
        if (const std::uint32_t value = quota.value[e]; value != npos)
          for (; quota.room(value) > 0; ++quota.taken[value])
            if (line.ties == TieRuling::all_cut)
              passed_by.push_back(&quota.taken[value]);
  }
  for (std::size_t* room : passed_by)
    --*room;
}

/// Whether all that follows looks at nothing in which the tied differ. Then each may have what any
/// of them gets, and nobody else's outcome depends on how the tie ends.
bool Selector::are_treated_alike(std::span<const std::uint32_t> tied) const {
  using Kind = select::Take::Kind;
  const auto level = [&](const std::vector<double>& place) {
    return std::ranges::all_of(tied, [&](std::uint32_t e) { return place[e] == place[tied[0]]; });
  };
  const auto names_one = [&](const RecordedDecision& decision) {
    return std::ranges::any_of(tied, [&](std::uint32_t e) {
      return context_.names.candidate(decision.candidate) == candidate(e);
    });
  };
  const bool one_pool = !pooled_ || std::ranges::all_of(tied, [&](std::uint32_t e) {
    return pool_[e] == pool_[tied[0]];
  });
  const auto& steps = context_.stage.select;
  if (step_ >= steps.size() || !std::holds_alternative<select::Take>(steps[step_].what) ||
      !quotas_.empty() || least_ || place_.empty() || !one_pool || !level(place_) ||
      !by_itself(standing_keys_))
    return false;
  return std::all_of(steps.begin() + static_cast<std::ptrdiff_t>(step_) + 1, steps.end(),
                     [&](const SelectStep& step) {
                       if (const auto* take = std::get_if<select::Take>(&step.what))
                         return (take->kind == Kind::until || take->kind == Kind::first ||
                                 take->kind == Kind::share || take->kind == Kind::all_but) &&
                                take->by.empty() && take->filter.empty();
                       if (const auto* grant = std::get_if<select::Grant>(&step.what))
                         return grant->decision && !names_one(*grant->decision);
                       if (const auto* withdraw = std::get_if<select::Withdraw>(&step.what))
                         return !names_one(withdraw->decision);
                       return std::holds_alternative<select::Reserve>(step.what) ||
                              std::holds_alternative<select::Ties>(step.what);
                     });
}

/// Those treated alike are held, unless all of them come to the same.
void Selector::hold_alike() {
  for (const AlikeTie& tie : alike_) {
    const auto same = [&](std::uint32_t e) {
      return stage_.outcomes[e] == stage_.outcomes[tie.tied[0]];
    };
    if (std::ranges::all_of(tie.tied, same)) {
      Finding& finding = stage_.findings[tie.finding];
      finding.verdict = Verdict::pass;
      finding.detail = "without effect";
      continue;
    }
    for (const std::uint32_t e : tie.tied) {
      stage_.outcomes[e] = Outcome::held;
      stage_.decided_by[e] = static_cast<std::uint32_t>(stage_.findings[tie.finding].step);
      stage_.notes.erase(e);
    }
  }
}

Finding& Selector::note_tie(std::span<const std::uint32_t> tied, std::size_t left) {
  Finding& finding = find(Finding::Kind::tie, nobody);
  finding.required = static_cast<double>(left);
  finding.detail = "hold";
  finding.verdict = Verdict::unknown;
  for (const std::uint32_t e : tied)
    finding.others.push_back(candidate(e));
  return finding;
}

/// `any_may_win`: whichever of the tied, else only some choices keep to what is asked for.
void Selector::settle_tie(std::span<const std::uint32_t> tied, std::size_t left, const Line& line,
                          bool any_may_win) {
  Finding& finding = note_tie(tied, left);
  switch (line.ties) {
  case TieRuling::hold:
    if (any_may_win && matters_to_others() && are_treated_alike(tied)) {
      ++ties_drawn_;
      alike_.push_back({{tied.begin(), tied.end()}, stage_.findings.size() - 1});
      for (const std::uint32_t e : tied.first(left))
        take(e, line.as);
      break;
    }
    if (any_may_win && matters_to_others() && few_choices(tied.size(), left)) {
      for (const std::uint32_t e : draw(tied, left))
        take(e, line.as);
      break;
    }
    if (matters_to_others() && behind_a_large_tie_.empty()) // the first has everybody of later ones
      behind_a_large_tie_ = who(State::undecided);
    spoken_for_[pool_.empty() ? 0 : pool_[tied[0]]] += left;
    for (const std::uint32_t e : tied) {
      put_out(e, Outcome::held);
      state_[e] = State::waiting;
      --report_.affected; // neither taken nor out
    }
    break;
  case TieRuling::all_advance:
  case TieRuling::share:
    finding.detail = line.ties == TieRuling::share ? "share" : "all_advance";
    finding.verdict = Verdict::pass;
    for (const std::uint32_t e : tied)
      take(e, line.as);
    break;
  case TieRuling::all_cut:
    finding.detail = "all_cut"; // they stay undecided: the next in reserve, or cut at the end
    finding.verdict = Verdict::fail;
    break;
  }
}

bool Selector::passes(const Filter& filter, std::uint32_t e) const {
  return std::ranges::all_of(filter, [&](const Test& test) {
    if (test.column == "pool_place" || test.column == "place") {
      const auto& places = test.column == "place" ? place_ : pool_place_;
      return !places.empty() && places[e] > 0 && fits(test, places[e]);
    }
    if (test.column == "pool")
      return !pool_names_.empty() && fits(test, std::string_view(pool_names_[pool_[e]]));
    const std::string name =
        test.column.starts_with("candidate.") ? test.column.substr(10) : test.column;
    return fits_attribute(test, attribute(e, name));
  });
}

bool Selector::fits_attribute(const Test& test, const std::string* value) {
  if (value == nullptr)
    return test.negate;
  if (test.at_least || test.above || test.at_most || test.below) {
    const auto number = number_or_date(*value);
    return number && fits(test, *number);
  }
  return fits(test, std::string_view(*value));
}

/// Whether the first key is the total, under its own name or as the measure that it is.
bool Selector::is_by_total(const std::vector<OrderKey>& keys) const {
  if (keys.empty() || keys[0].kind != OrderKey::Kind::part || keys[0].measure)
    return false;
  const auto& score = context_.stage.score;
  const bool is_measure = score && score->parts.empty() && score->measure.steps.empty() &&
                          score->measure.source.kind == Source::Kind::measure && !score->points &&
                          !score->round && score->measure.source.name == keys[0].name;
  const NodeScores* node = book_.node(keys[0].name);
  return is_measure || (node != nullptr && node->path == stage_.nodes[0].path);
}

/// The totals of the last one taken by this step and the first one left, where the line parts them:
/// where another key orders, or somebody was passed over, a better total may be behind it.
void Selector::note_line(const TieGroups& groups, const std::vector<OrderKey>& keys) {
  if (stage_.total.empty() || ties_drawn_ > 0 || !is_by_total(keys))
    return;
  const bool fewer = !stage_.nodes.empty() && stage_.nodes[0].direction == Direction::cost;
  std::optional<double> before, last_in, first_out;
  for (std::size_t t = 0; t < groups.size(); ++t)
    for (const std::uint32_t e : groups[t]) {
      const bool taken = state_[e] == State::taken && stage_.decided_by[e] == step_;
      if ((!stage_.nodes.empty() && !stage_.nodes[0].scores.has(e)) ||
          (!taken && state_[e] != State::undecided))
        continue;
      const double total = stage_.total[e];
      const double rise = before ? (fewer ? *before - total : total - *before) : 0;
      if (rise > stage_.tolerance || (taken && first_out))
        return;
      before = total;
      if (taken)
        last_in = total;
      else if (!first_out)
        first_out = total;
    }
  report_.last_in = last_in;
  report_.first_out = first_out;
}

void Selector::apply(const select::Reserve& s) {
  ensure_order();
  report_.rule = "next " + std::to_string(s.first);
  const std::size_t pools = pooled_ ? pool_names_.size() : 1;
  for (std::uint32_t p = 0; p < pools; ++p) {
    std::size_t left = s.first;
    TieGroups some;
    const TieGroups& groups = undecided_in_order(p, some);
    for (std::size_t t = 0; t < groups.size() && left > 0; ++t) {
      Who next; // all of a tie, also where they are too many for a quota
      std::ranges::copy_if(groups[t], std::back_inserter(next), [&](std::uint32_t e) {
        return std::ranges::all_of(quotas_, [&](const RunningQuota& quota) {
          const std::uint32_t value = quota.value[e];
          return value == npos || quota.room(value) > quota.reserved[value];
        });
      });
      for (const std::uint32_t e : next) {
        put_out(e, Outcome::reserve);
        state_[e] = State::reserved;
        count_in_quotas(e, 1);
      }
      left -= std::min(left, next.size());
    }
  }
}

} // namespace libeval
