// SPDX-License-Identifier: Apache-2.0
// Places that several share: a tie that is held ends in each way in turn.
#include "engine/select/selector.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace libeval {

/// Whether so few choices of `places` among that many are possible that all can be tried.
bool Selector::few_choices(std::size_t tied, std::size_t places) {
  constexpr double most = 1000;
  double choices = 1;
  for (std::size_t k = 1; k <= std::min(places, tied - places) && choices <= most; ++k)
    choices *= static_cast<double>(tied + 1 - k) / static_cast<double>(k);
  return choices <= most;
}

/// So many of the tied candidates, as the tie is assumed to end; nobody is asked about who is left
/// no choice.
std::vector<std::size_t> Selector::assume_first(std::span<const std::size_t> tied,
                                                std::size_t places) {
  ++ties_drawn_;
  std::vector<std::size_t> in;
  for (std::size_t i = 0; i < tied.size() && in.size() < places; ++i)
    if (places - in.size() == tied.size() - i ||
        open_.ask(tie_question(step_ + 1, ties_drawn_, tied[i]), Verdict::pass) == Verdict::pass)
      in.push_back(tied[i]);
  return in;
}

/// The same of entrants, whose shared places are told apart.
Who Selector::draw(std::span<const std::uint32_t> tied, std::size_t places) {
  std::vector<std::size_t> candidates;
  for (const std::uint32_t e : tied)
    candidates.push_back(candidate(e));
  const std::vector<std::size_t> first = assume_first(candidates, places);
  Who in;
  for (const std::uint32_t e : tied)
    if (std::ranges::find(first, candidate(e)) != first.end())
      in.push_back(e);
  set_apart(in, tied, place_);
  set_apart(in, tied, pool_place_);
  return in;
}

/// Of those who share a place, who is not `before` comes after them.
void Selector::set_apart(const Who& before, std::span<const std::uint32_t> tied,
                         std::vector<double>& place) const {
  const bool by_pool = pooled_ || &place == &pool_place_;
  const auto level = [&](std::uint32_t e) {
    return place[e] == place[tied[0]] && (!by_pool || pool_[e] == pool_[tied[0]]);
  };
  if (place.empty() || !std::ranges::all_of(tied, level))
    return;
  for (const std::uint32_t e : tied)
    if (std::ranges::find(before, e) == before.end())
      place[e] += static_cast<double>(before.size());
}

/// Those level at a place, where a rule asks for some of the places that they have together and not
/// for others. `draw_first` says who has the first so many and comes no more.
void Selector::tell_apart(double place, std::size_t tied,
                          const std::function<bool(double)>& is_asked_for,
                          const std::function<void(std::size_t)>& draw_first) {
  while (tied > 1) {
    std::size_t alike = 1; // as many as have the same answer by their places
    while (alike < tied && is_asked_for(place + static_cast<double>(alike)) == is_asked_for(place))
      ++alike;
    if (alike == tied)
      return;
    if (!few_choices(tied, alike)) {
      held_ = true;
      return;
    }
    draw_first(alike);
    tied -= alike;
    place += static_cast<double>(alike);
  }
}

/// Where a filter asks for places that some of those level would have and others not, the tie is
/// assumed to end in some way.
void Selector::tell_places_apart(const Filter& filter, TieRuling ties) {
  for (const Test& test : filter) {
    const bool by_pool = pooled_ || test.column == "pool_place";
    std::vector<double>& places = test.column == "place" ? place_ : pool_place_;
    if (ties != TieRuling::hold || (test.column != "place" && test.column != "pool_place") ||
        places.empty())
      continue;
    std::map<std::pair<std::uint32_t, double>, Who> level;
    for (std::uint32_t e = 0; e < n_; ++e)
      if (places[e] > 0)
        level[{by_pool ? pool_[e] : 0, places[e]}].push_back(e);
    for (auto& [at, tied] : level) {
      tell_apart(
          at.second, tied.size(), [&](double place) { return fits(test, place); },
          [&, &rest = tied](std::size_t first) {
            note_tie(rest, first).rule = test.column;
            const Who before = draw(rest, first);
            std::erase_if(rest, [&](std::uint32_t e) {
              return std::ranges::find(before, e) != before.end();
            });
          });
    }
  }
}

/// The place of an earlier stage that a key reads as it is; nullptr where it reads anything else.
const Source* Selector::read_place(const OrderKey& key) const {
  const Measure* measure = key.measure.get();
  if (measure == nullptr && key.kind == OrderKey::Kind::part) {
    const auto& measures = context_.stage.measures;
    const auto named = std::ranges::find(measures, key.name, &Measure::name);
    const NodeScores* scores = book_.node(key.name);
    const Node* node = scores != nullptr && context_.stage.score
                           ? find_node(*context_.stage.score, scores->path)
                           : nullptr;
    if (node != nullptr && !node->points && node->parts.empty())
      measure = &node->measure;
    else if (node == nullptr && named != measures.end())
      measure = &*named;
  }
  const auto only_fills = [](const Step& step) { return step.name == "missing"; };
  const bool reads = measure != nullptr && measure->source.kind == Source::Kind::stages &&
                     measure->source.value != Source::Value::score &&
                     !measure->source.stage_dimension &&
                     std::ranges::all_of(measure->steps, only_fills);
  return reads ? &measure->source : nullptr;
}

/// The same where a bound on a place of an earlier stage asks for some of the places that several
/// have together there: the values become those of the tie as it is assumed to end. Returns the
/// candidates for whom that is so.
std::set<std::size_t> Selector::tell_places_apart(const OrderKey& key,
                                                  const std::function<bool(double)>& is_asked_for,
                                                  Values& values) {
  const Source* source = ties_ == TieRuling::hold ? read_place(key) : nullptr;
  if (source == nullptr)
    return {};
  const auto at = context_.earlier.find(source->stages.front());
  if (at == context_.earlier.end())
    return {};
  std::set<std::size_t> apart;
  const StageDecision& before = *at->second;
  const bool by_pool = source->value == Source::Value::pool_place;
  const std::vector<double>& places = by_pool ? before.pool_place : before.place;
  const auto [kept, fresh] = earlier_places_.try_emplace({source->stages.front(), by_pool});
  auto& told = kept->second; // by candidate
  if (fresh)
    for (std::size_t e = 0; e < places.size(); ++e)
      told[before.entrants[e]] = places[e];
  std::map<std::pair<std::uint32_t, double>, std::vector<std::size_t>> level;
  for (std::size_t e = 0; e < places.size(); ++e)
    if (places[e] > 0) {
      const std::size_t candidate = before.entrants[e];
      const std::uint32_t pool = before.pool.empty() ? 0 : before.pool[e];
      level[{pool, told[candidate]}].push_back(candidate);
    }
  for (auto& [where, tied] : level) {
    const auto is_here = [&](std::size_t candidate) {
      const std::size_t e = stage_.entrant(candidate);
      return e != nobody && standing(static_cast<std::uint32_t>(e));
    };
    if (tied.size() < 2 || std::ranges::none_of(tied, is_here))
      continue;
    tell_apart(where.second, tied.size(), is_asked_for, [&, &rest = tied](std::size_t first) {
      Finding& finding = note_tie({}, first);
      finding.rule = by_pool ? "pool_place" : "place";
      std::ranges::copy_if(rest, std::back_inserter(finding.others), is_here);
      apart.insert(rest.begin(), rest.end());
      const std::vector<std::size_t> in = assume_first(rest, first);
      std::erase_if(rest, [&](std::size_t candidate) {
        return std::ranges::find(in, candidate) != in.end();
      });
      for (const std::size_t candidate : rest)
        told[candidate] += static_cast<double>(first);
    });
  }
  for (std::uint32_t e = 0; e < n_; ++e)
    if (const auto place = told.find(candidate(e));
        place != told.end() && place->second > 0 && values.has(e))
      values.numbers[e] = place->second;
  return apart;
}

} // namespace libeval
