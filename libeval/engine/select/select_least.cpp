// SPDX-License-Identifier: Apache-2.0
// At least so many of an attribute among those taken: the last of the others give way.
#include "engine/select/selector.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace libeval {

void Selector::ask_for_least(const select::Quota& s) {
  LeastQuota quota{s.by, std::vector<std::uint32_t>(n_, npos), {}, {}, s.shortage};
  const auto position = [&](const std::string& name, std::size_t least) {
    const auto at = std::ranges::find(quota.names, name) - quota.names.begin();
    if (static_cast<std::size_t>(at) == quota.names.size()) {
      quota.names.push_back(name);
      quota.least.push_back(least);
    }
    return static_cast<std::uint32_t>(at);
  };
  for (const auto& [name, least] : s.least_of)
    position(name, least);
  for (std::uint32_t e = 0; e < n_; ++e)
    if (const std::string* name = attribute(e, s.by);
        name != nullptr && (s.at_least || s.least_of.contains(*name)))
      quota.value[e] = position(*name, s.at_least.value_or(0));
  least_ = std::move(quota);
}

/// How many of each value are still to be taken, of those who are there; none where there are too
/// few and the program does not say what then. `stay_open`: places that nobody may have.
std::optional<std::vector<std::size_t>> Selector::lacking(const TieGroups& groups,
                                                          std::size_t& stay_open) const {
  const LeastQuota& quota = *least_;
  std::vector<std::size_t> out = quota.least, there(quota.least.size(), 0);
  for (std::uint32_t e = 0; e < n_; ++e)
    if (const std::uint32_t v = quota.value[e];
        v != npos && out[v] > 0 && (state_[e] == State::taken || state_[e] == State::waiting))
      --out[v];
  for (const std::uint32_t e : groups.order)
    if (const std::uint32_t v = quota.value[e]; v != npos && !over_quota(e))
      ++there[v];
  for (std::size_t v = 0; v < out.size(); ++v) {
    if (out[v] <= there[v])
      continue;
    if (quota.shortage == select::Quota::Short::refused) {
      context_.diagnostics.error(
          context_.stage.select[step_].where,
          "the quota asks for " + std::to_string(quota.least[v]) + " of `" + quota.names[v] +
              "` by `" + quota.by + "`, and " + std::to_string(quota.least[v] - out[v] + there[v]) +
              " can be taken",
          "say what then: `short: open` leaves their places open, `short: others` gives them to "
          "others");
      return std::nullopt;
    }
    if (quota.shortage == select::Quota::Short::open)
      stay_open += out[v] - there[v];
    out[v] = there[v];
  }
  return out;
}

/// Those level with each other of whom not all fit the places that are free for anybody. Whoever is
/// asked for and not too many is taken; the others are tied.
void Selector::take_as_they_fit(const Who& tied, std::size_t& free,
                                std::vector<std::size_t>& lacking, const Line& line) {
  const LeastQuota& quota = *least_;
  const std::vector<std::size_t> asked_for = lacking;
  std::vector<std::size_t> members(lacking.size(), 0);
  for (const std::uint32_t e : tied)
    if (quota.value[e] != npos)
      ++members[quota.value[e]];
  Who contested;
  for (const std::uint32_t e : tied)
    if (const std::uint32_t v = quota.value[e]; v != npos && members[v] <= asked_for[v])
      take(e, line.as);
    else
      contested.push_back(e);
  std::size_t asked = 0; // places that only some of the contested may have
  for (std::size_t v = 0; v < lacking.size(); ++v)
    if (members[v] <= asked_for[v])
      lacking[v] -= members[v];
    else
      asked += lacking[v];
  const std::size_t places = free + asked;
  if (asked > 0 && line.ties == TieRuling::hold && matters_to_others() &&
      contested.size() <= most_in_every_order) {
    note_tie(contested, places);
    take_in_drawn_order(contested, [&](std::uint32_t e) {
      const std::uint32_t v = quota.value[e];
      std::size_t& room = v != npos && lacking[v] > 0 ? lacking[v] : free;
      if (room > 0) {
        --room;
        take(e, line.as);
      }
      return true;
    });
  } else {
    settle_tie(contested, places, line, asked == 0);
  }
  free = 0;
  for (std::size_t v = 0; v < lacking.size(); ++v)
    if (members[v] > asked_for[v])
      lacking[v] = 0;
}

void Selector::take_with_least(const TieGroups& groups, const Line& line) {
  const LeastQuota& quota = *least_;
  const Where& where = context_.stage.select[step_].where;
  std::size_t stay_open = 0;
  auto needs = lacking(groups, stay_open);
  if (!needs)
    return;
  if (!line.count)
    return take_in_order(groups, line);
  const auto sum = [&] { return std::accumulate(needs->begin(), needs->end(), std::size_t{0}); };
  const std::size_t places = *line.count - std::min(*line.count, stay_open);
  if (sum() > places) {
    context_.diagnostics.error(where,
                               "the quota by `" + quota.by + "` asks for " + std::to_string(sum()) +
                                   ", and " + std::to_string(places) + " can be taken here",
                               "ask for fewer, or put the quota before the first `take`");
    return;
  }
  const std::vector<std::size_t> asked = *needs;
  std::string words;
  for (std::size_t v = 0; v < asked.size(); ++v)
    if (asked[v] > 0)
      words += (words.empty() ? "at least " : ", ") + std::to_string(quota.least[v]) + " of `" +
               quota.names[v] + "`";
  // While there is room for all, whoever comes is taken.
  std::size_t free = places - sum(), t = 0;
  for (; t < groups.size(); ++t) {
    Who fit;
    std::ranges::copy_if(groups[t], std::back_inserter(fit),
                         [&](std::uint32_t e) { return !over_quota(e); });
    if (!crowd(fit).contested.empty()) { // who of them is taken, decides how many are asked for
      note_tie(fit, 0);
      held_ = true;
      return;
    }
    std::vector<std::size_t> members(asked.size(), 0);
    for (const std::uint32_t e : fit)
      if (quota.value[e] != npos)
        ++members[quota.value[e]];
    std::size_t demand = fit.size();
    for (std::size_t v = 0; v < asked.size(); ++v)
      demand -= std::min(members[v], (*needs)[v]);
    if (demand > free) {
      if (free > 0) {
        for (const std::uint32_t e : groups[t])
          std::ignore = is_passed_over(e);
        take_as_they_fit(fit, free, *needs, line);
        ++t;
      }
      break;
    }
    free -= demand;
    for (std::size_t v = 0; v < asked.size(); ++v)
      (*needs)[v] -= std::min(members[v], (*needs)[v]);
    TieGroups one;
    one.add(groups[t]);
    take_in_order(one, {std::nullopt, line.as, line.ties});
  }
  // What is left is for those who are asked for.
  TieGroups rest;
  for (; t < groups.size(); ++t) {
    Who group;
    std::ranges::copy_if(groups[t], std::back_inserter(group), [&](std::uint32_t e) {
      return quota.value[e] != npos && (*needs)[quota.value[e]] > 0;
    });
    if (!group.empty())
      rest.add(group);
  }
  const std::size_t due = sum();
  quotas_.push_back({quota.by, quota.value, *needs, std::vector<std::size_t>(needs->size(), 0),
                     std::vector<std::size_t>(needs->size(), 0), true});
  const auto count = [&] {
    return std::ranges::count_if(rest.order, [&](std::uint32_t e) {
      return state_[e] == State::taken || state_[e] == State::waiting;
    });
  };
  take_in_order(rest, {due, line.as, line.ties});
  quotas_.pop_back();
  if (line.ties != TieRuling::all_cut && static_cast<std::size_t>(count()) < due)
    context_.diagnostics.error(where,
                               "not all quotas can be kept: " + words + " by `" + quota.by +
                                   "` are not found beside the others",
                               "take the quotas apart, in two stages");
  if (line.ties != TieRuling::all_cut)
    tell_who_gives_way(groups, places, words);
}

/// Those who would have been taken, were nobody asked for.
void Selector::tell_who_gives_way(const TieGroups& groups, std::size_t places,
                                  const std::string& to) {
  std::size_t before = 0;
  for (std::size_t t = 0; t < groups.size() && before < places; ++t) {
    std::size_t here = 0;
    for (const std::uint32_t e : groups[t]) {
      const bool refused = state_[e] == State::undecided && over_quota(e);
      here += refused ? 0 : 1;
      if (state_[e] != State::undecided || refused)
        continue;
      Finding& finding = find(Finding::Kind::quota, candidate(e));
      finding.rule = least_->by;
      finding.bound = "at least";
      finding.detail = to;
    }
    before += here;
  }
}

} // namespace libeval
