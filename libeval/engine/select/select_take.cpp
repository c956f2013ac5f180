// SPDX-License-Identifier: Apache-2.0
// `take` in its forms: so many, a share, a bound, bands, a budget.
#include "engine/select/selector.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace libeval {

/// How many the share of the field is. It is a decimal or a fraction: 0.29 of 100 is 29.
static std::size_t share_of(const select::Take& s, std::size_t field) {
  const double exact =
      kernel::to_double(kernel::from_decimal(s.share->part) *
                        kernel::Exact(static_cast<double>(field)) / kernel::Exact(s.share->whole));
  const double rounded = s.rounded == select::Take::Rounded::up     ? std::ceil(exact)
                         : s.rounded == select::Take::Rounded::down ? std::floor(exact)
                                                                    : std::floor(exact + 0.5);
  return std::min(std::max(static_cast<std::size_t>(rounded), s.min.value_or(0)),
                  s.max.value_or(std::numeric_limits<std::size_t>::max()));
}

/// Whether counts by pool say how many of every pool there is.
bool Selector::counts_every_pool(const select::Take& s) {
  const Where& where = context_.stage.select[step_].where;
  if (!pooled_ || s.rest) {
    context_.diagnostics.error(where, "`first` counts by pool, and here the entrants are one field",
                               "write one number, or `group: ATTRIBUTE` before");
    return false;
  }
  std::vector<std::string> named;
  for (const auto& [name, count] : s.per_pool)
    named.push_back(name);
  bool all = true;
  for (const std::string& pool : pool_names_)
    if (!s.per_pool.contains(pool)) {
      const auto hint = did_you_mean(pool, named);
      context_.diagnostics.error(where, "`first` does not say how many of pool `" + pool + "`",
                                 hint ? "did you mean it by `" + *hint + "`?"
                                      : "write `" + pool + ": 0` if nobody of it is taken");
      all = false;
    }
  return all;
}

void Selector::apply(const select::Take& s) {
  using Kind = select::Take::Kind;
  taking_ = taking_ || s.kind != Kind::bands || !s.advance.empty();
  ensure_order();
  const bool per_pool = pooled_ && !s.rest;
  if (per_pool && s.kind == Kind::until && !s.count && stage_.places) {
    context_.diagnostics.error(context_.stage.select[step_].where,
                               "`take` in pools does not say how many of each",
                               "the stage's places are of all pools together; write "
                               "`take: {first: N}`, or `regroup` before");
    return;
  }
  if (!s.per_pool.empty() && !counts_every_pool(s))
    return;
  if (least_ && (per_pool || s.kind == Kind::budget)) {
    context_.diagnostics.error(context_.stage.select[step_].where,
                               std::string("`at_least` of a quota does not work ") +
                                   (per_pool ? "per pool" : "with a budget"),
                               per_pool ? "put `regroup` before, or say `of: rest`"
                                        : "take `first: N`, and the budget in a stage before");
    return;
  }
  const std::size_t pools = per_pool ? pool_names_.size() : 1;
  tell_places_apart(s.filter, s.ties.value_or(ties_));
  const bool orders_anew = !s.by.empty() || (pooled_ && s.rest);
  const std::vector<Who> undecided = by_pool(per_pool, [&](std::uint32_t e) {
    return orders_anew && state_[e] == State::undecided && passes(s.filter, e);
  });
  std::vector<std::size_t> standing_in(pools), taken_before(pools);
  for (std::uint32_t e = 0; e < n_; ++e) {
    standing_in[per_pool ? pool_[e] : 0] += standing(e) && state_[e] != State::reserved ? 1 : 0;
    taken_before[per_pool ? pool_[e] : 0] += state_[e] == State::taken ? 1 : 0;
  }
  for (const auto& [pool, places] : spoken_for_)
    taken_before[per_pool ? pool : 0] += places;
  for (std::uint32_t p = 0; p < pools; ++p) {
    TieGroups some;
    const TieGroups* in_order = &some;
    if (orders_anew) {
      some = sorted(undecided[p], s.by.empty() ? standing_keys_ : s.by);
    } else {
      in_order = &undecided_in_order(p, some);
      if (!s.filter.empty()) {
        const TieGroups& groups = *in_order;
        TieGroups filtered;
        for (std::size_t t = 0; t < groups.size(); ++t) {
          Who group;
          std::ranges::copy_if(groups[t], std::back_inserter(group),
                               [&](std::uint32_t e) { return passes(s.filter, e); });
          if (!group.empty())
            filtered.add(group);
        }
        some = std::move(filtered);
        in_order = &some;
      }
    }
    const TieGroups& groups = *in_order;
    Line line{std::nullopt, s.as, s.ties.value_or(ties_)};
    const std::size_t standing_here = standing_in[p];
    const auto of_pool = [&] { return s.per_pool.find(pool_names_[p])->second; };
    const std::optional<std::size_t> until = s.count ? s.count : stage_.places;
    const auto left = [&]() -> std::optional<std::size_t> {
      return until ? std::optional(*until - std::min(*until, taken_before[p])) : std::nullopt;
    };
    switch (s.kind) {
    case Kind::until:
      line.count = left();
      report_.rule = !until ? "all" : (s.count ? "until " : "first ") + std::to_string(*until);
      take_first(groups, line);
      break;
    case Kind::first:
      line.count = s.per_pool.empty() ? s.count.value_or(0) : of_pool();
      report_.rule =
          s.per_pool.empty() ? "first " + std::to_string(*line.count) : "so many of each pool";
      take_first(groups, line);
      break;
    case Kind::share:
      line.count = share_of(s, standing_here);
      report_.rule = format_share(*s.share) + " of " + std::to_string(standing_here);
      take_first(groups, line);
      break;
    case Kind::all_but: {
      const std::size_t n = groups.order.size(), out = s.count.value_or(0);
      line.count = n > out ? n - out : 0;
      report_.rule = "all but the last " + std::to_string(out);
      take_first(groups, line);
      break;
    }
    case Kind::bound:
      if (s.share)
        line.count = share_of(s, standing_here);
      else if (s.until)
        line.count = left();
      else if (!s.per_pool.empty())
        line.count = of_pool();
      else
        line.count = s.count;
      take_first(meeting(s, groups), line);
      break;
    case Kind::bands:
      take_bands(s, groups);
      break;
    case Kind::budget:
      take_budget(s, groups);
      break;
    }
    if (pools == 1)
      note_line(groups, s.by.empty() ? standing_keys_ : s.by);
  }
}

/// Those of whom `part` meets the bound; the rule in words.
TieGroups Selector::meeting(const select::Take& s, const TieGroups& groups) {
  OrderKey key;
  key.name = s.part;
  key.where = context_.stage.select[step_].where;
  Values values = values_of(key);
  const double limit = bound_of(s.bound, s.part);
  tell_places_apart(
      key, [&](double place) { return meets(s.bound, limit, place, values.tolerance); }, values);
  report_.rule = s.part + " " + in_words(s.bound, limit);
  if (s.share)
    report_.rule += ", at most " + format_share(*s.share) + " of the field";
  else if (s.until && (s.count || stage_.places))
    report_.rule += ", until " + std::to_string(s.count ? *s.count : *stage_.places);
  else if (!s.per_pool.empty())
    report_.rule += ", so many of each pool";
  else if (s.count)
    report_.rule += ", at most " + std::to_string(*s.count);
  const GapCells gap_cells = values.gap_cells();
  TieGroups fit;
  for (std::size_t t = 0; t < groups.size(); ++t) {
    Who group;
    std::ranges::copy_if(groups[t], std::back_inserter(group), [&](std::uint32_t e) {
      return (values.has(e) || ask_about_gap(e, values, gap_cells, s.part)) &&
             meets(e, values, s.part, s.bound, limit, values.tolerance);
    });
    if (!group.empty())
      fit.add(group);
  }
  return fit;
}

void Selector::take_bands(const select::Take& s, const TieGroups& groups) {
  OrderKey key;
  key.name = s.part;
  key.where = context_.stage.select[step_].where;
  const bool by_score =
      std::ranges::any_of(s.bands, [](const select::Band& b) { return b.bound.has_value(); });
  const Values values = by_score ? values_of(key) : Values{};
  for (const select::Band& band : s.bands)
    report_.rule += (report_.rule.empty() ? "bands " : ", ") + band.name;
  const GapCells gap_cells = values.gap_cells();
  TieGroups advancing;
  for (std::size_t t = 0; t < groups.size(); ++t) {
    Who group;
    for (const std::uint32_t e : groups[t]) {
      const double at = pooled_ && !s.rest ? stage_.pool_place[e] : stage_.place[e];
      const bool stands = !by_score || values.has(e) || ask_about_gap(e, values, gap_cells, s.part);
      for (const select::Band& band : s.bands) {
        if (band.first && at > static_cast<double>(*band.first))
          continue;
        if (band.bound && (!stands || !meets(e, values, s.part, *band.bound,
                                             bound_of(*band.bound, s.part), values.tolerance)))
          continue;
        stage_.bands[e] = band.name;
        if (std::ranges::find(s.advance, band.name) != s.advance.end())
          group.push_back(e);
        break;
      }
    }
    if (!group.empty())
      advancing.add(group);
  }
  take_first(advancing, {std::nullopt, s.as, s.ties.value_or(ties_)});
}

void Selector::take_budget(const select::Take& s, const TieGroups& groups) {
  if (!s.cost) {
    context_.diagnostics.error(context_.stage.select[step_].where,
                               "`take` by budget does not say what a candidate costs",
                               "add `cost: {attribute: NAME}`");
    return;
  }
  report_.rule = "while " + format_decimal(s.budget) + " lasts";
  kernel::Exact left = kernel::from_decimal(s.budget);
  std::vector<double> cost(n_, s.cost->number);
  if (s.cost->measure) {
    OrderKey key;
    key.kind = OrderKey::Kind::measure;
    key.measure = s.cost->measure;
    key.name = "cost";
    const Values values = values_of(key);
    for (std::uint32_t e = 0; e < n_; ++e) {
      cost[e] = values.has(e) ? values.numbers[e] : 0;
      if (!values.has(e) && standing(e)) {
        find(Finding::Kind::gap, candidate(e)).rule = "cost";
        held_ = true;
      }
    }
  }
  for (std::uint32_t e = 0; e < n_; ++e)
    if (standing(e) && cost[e] < 0) {
      context_.diagnostics.error(context_.stage.select[step_].where,
                                 "`" + context_.bundle.program.candidates[candidate(e)].id.str() +
                                     "` costs " + format_decimal(cost[e]) +
                                     ", which would add to the budget",
                                 "a cost is 0 or more");
      return;
    }
  for (std::size_t t = 0; t < groups.size(); ++t) {
    kernel::Exact together(0);
    Who fit;
    for (const std::uint32_t e : groups[t])
      if (quotas_.empty() || !over_quota(e)) {
        fit.push_back(e);
        together += kernel::from_decimal(cost[e]);
      }
    const auto price = [&](std::uint32_t e) { return kernel::from_decimal(cost[e]); };
    const bool somebody_fits =
        std::ranges::any_of(fit, [&](std::uint32_t e) { return price(e) <= left; });
    if (together <= left && crowd(fit).contested.empty()) {
      for (const std::uint32_t e : fit)
        take(e, s.as);
      left -= together;
    } else if (somebody_fits && fit.size() > 1 && fit.size() <= most_in_every_order &&
               s.ties.value_or(ties_) == TieRuling::hold) {
      bool lasts = true;
      note_tie(fit, 0);
      take_in_drawn_order(fit, [&](std::uint32_t e) {
        if (over_quota(e))
          return true;
        lasts = s.skip || price(e) <= left;
        if (price(e) <= left) {
          left -= price(e);
          take(e, s.as);
        }
        return lasts;
      });
      if (!lasts)
        return;
    } else if (somebody_fits && fit.size() > 1) {
      settle_tie(fit, 0, {std::nullopt, s.as, s.ties.value_or(ties_)}, false);
      if (!s.skip)
        return;
    } else if (!s.skip) {
      return;
    }
  }
}

} // namespace libeval
