// SPDX-License-Identifier: Apache-2.0
// Pairs, their winners and the best losers.
#include "engine/select/selector.hpp"

namespace libeval {

/// What each of a pair has to do with the other.
void Selector::note_duel(const TieGroups& pair, const std::string& key) {
  if (pair.order.size() != 2)
    return;
  for (const std::size_t i : {0U, 1U}) {
    Finding& finding = find(Finding::Kind::duel, candidate(pair.order[i]));
    finding.rule = key;
    finding.verdict = pair.size() == 1 ? Verdict::unknown : i == 0 ? Verdict::pass : Verdict::fail;
    finding.others = {candidate(pair.order[1 - i])};
  }
}

/// The field by its seeds; each order of those who are level is tried.
Who Selector::seeded(const Who& field, const OrderKey& seeds) {
  const TieGroups groups = sorted(field, {seeds});
  Who out;
  for (std::size_t t = 0; t < groups.size(); ++t) {
    const auto level = groups[t];
    if (level.size() == 1) {
      out.push_back(level[0]);
      continue;
    }
    note_tie(level, 0).rule = "seeds";
    if (level.size() > most_in_every_order) { // anybody may meet anybody
      held_ = true;
      out.insert(out.end(), level.begin(), level.end());
      continue;
    }
    take_in_drawn_order(level, [&](std::uint32_t e) {
      out.push_back(e);
      return true;
    });
  }
  return out;
}

void Selector::apply(const select::Duel& s) {
  taking_ = true;
  ensure_order();
  const Who field = who(State::undecided);
  // A duel is decided as the field is ordered, unless it says otherwise itself.
  const std::vector<OrderKey>& keys = s.order.empty() ? standing_keys_ : s.order;
  std::vector<Who> pairs;
  if (s.seeds) {
    report_.rule = "best against worst by " + s.seeds->name;
    const Who line = seeded(field, *s.seeds);
    for (std::size_t i = 0; i < (line.size() + 1) / 2; ++i)
      if (i == line.size() - 1 - i)
        pairs.push_back({line[i]});
      else
        pairs.push_back({line[i], line[line.size() - 1 - i]});
  } else {
    report_.rule = "by " + s.by;
    std::map<std::string, Who> by;
    for (const std::uint32_t e : field) {
      const std::string* name = attribute(e, s.by);
      if (name == nullptr)
        context_.diagnostics.error(context_.stage.select[step_].where,
                                   "`" + program_.candidates[candidate(e)].id.str() + "` has no `" +
                                       s.by + "` that names its duel");
      else
        by[*name].push_back(e);
    }
    for (auto& [name, members] : by) {
      if (members.size() > 2)
        context_.diagnostics.error(context_.stage.select[step_].where,
                                   "duel `" + name + "` has " + std::to_string(members.size()) +
                                       " candidates",
                                   "a duel is between two");
      pairs.push_back(std::move(members));
    }
  }
  Who losers;
  for (const Who& pair : pairs) {
    std::vector<std::uint32_t> parted_by;
    const TieGroups result = sorted(pair, keys, nullptr, &parted_by);
    note_duel(result, parted_by.size() > 1 ? keys[parted_by[1]].name : "");
    take_first(result, {1, "winner", ties_, false});
    for (const std::uint32_t e : pair)
      if (state_[e] == State::undecided)
        losers.push_back(e);
  }
  if (s.losers > 0)
    take_first(sorted(losers, keys), {s.losers, "lucky loser", ties_, false});
}

} // namespace libeval
