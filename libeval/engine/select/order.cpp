// SPDX-License-Identifier: Apache-2.0
#include "engine/compile/lowering.hpp"
#include "engine/run/undefined.hpp"
#include "engine/select/select.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace libeval {
namespace {

TieGroups all_tied(const Who& who) {
  TieGroups out;
  out.add(who);
  return out;
}

} // namespace

Values Sorter::values(const OrderKey& key, const Who& who, bool among_tied) {
  Values out;
  const NodeScores* node =
      key.kind == OrderKey::Kind::part && !among_tied ? book_.node(key.name) : nullptr;
  const auto pick = [&](auto&& number, auto&& has, bool any_gap) {
    out.numbers.resize(who.size());
    for (std::size_t i = 0; i < who.size(); ++i)
      out.numbers[i] = number(who[i]);
    if (!any_gap || std::ranges::all_of(who, has))
      return;
    out.gap.resize(who.size());
    for (std::size_t i = 0; i < who.size(); ++i)
      out.gap[i] = has(who[i]) ? 0 : 1;
  };
  if (node != nullptr) {
    const Scores& all = node->scores;
    out.direction = node->direction;
    out.tolerance = book_.tolerance(*node);
    out.relative = node->relative;
    const auto has = [&](std::uint32_t e) { return all.has(e); };
    if (key.name == "total" && !total_.empty())
      pick([&](std::uint32_t e) { return total_[e]; }, has, !all.gap.empty());
    else
      pick([&](std::uint32_t e) { return all.value(e); }, has, !all.gap.empty());
    if (!out.gap.empty())
      out.gaps = book_.gaps();
  } else if (among_tied) {
    Who subset;
    for (const std::uint32_t e : who)
      subset.push_back(book_.context.entrants[e]);
    out = book_.recompute(key, std::move(subset), true);
  } else {
    // Others' values may enter, so everybody takes part and the ones asked for are picked.
    const Values& all = book_.of_everybody(key);
    out.direction = all.direction;
    out.tolerance = all.tolerance;
    out.relative = all.relative;
    pick([&](std::uint32_t e) { return all.numbers[e]; },
         [&](std::uint32_t e) { return all.has(e); }, !all.gap.empty());
    if (!out.gap.empty())
      out.gaps = all.gaps;
  }
  if (key.direction)
    out.direction = *key.direction;
  if (key.tolerance)
    out.tolerance = *key.tolerance;
  report(out, who, key);
  return out;
}

/// What a key could not tell about those asked for. A gap may stand at any place among the others;
/// where others' values have entered, it may have moved everybody.
void Sorter::report(Values& values, const Who& who, const OrderKey& key) {
  if (values.gap.empty())
    return;
  const std::string& name = key.name;
  constexpr double beyond = std::numeric_limits<double>::max();
  const double worst = values.direction == Direction::benefit ? -beyond : beyond;
  const auto gap_cells = values.gap_cells();
  std::optional<std::vector<double>> levels;
  for (std::size_t i = 0; i < who.size(); ++i) {
    const std::size_t candidate = book_.context.entrants[who[i]];
    const auto about = [&](Finding::Kind kind) {
      Finding finding;
      finding.kind = kind;
      finding.step = step_;
      finding.rule = name;
      finding.candidate = candidate;
      finding.verdict = Verdict::unknown;
      return finding;
    };
    if (values.has(i))
      continue;
    tell_gap(about(Finding::Kind::gap), gap_cells, values.relative ? trouble : findings);
    if (values.relative) {
      values.numbers[i] = worst;
      continue;
    }
    const Question gap = gap_question(name, candidate);
    if (!levels && !open_.ends_decide)
      levels = levels_of(values, key.tolerance.value_or(0));
    if (open_.ends_decide || open_.too_many) {
      const bool best = open_.ask(gap, Verdict::fail) == Verdict::pass;
      values.numbers[i] = best ? -worst : worst;
      continue;
    }
    // Points are taken off what is missing too.
    const double off = name == "total" && !total_.empty() && !key.measure ? total_[who[i]] : 0;
    std::vector<double> here = *levels;
    for (double& level : here)
      level -= off;
    const double number = open_.number_of_gap(gap, here, worst < 0) + off;
    values.numbers[i] = number;
    levels->insert(std::ranges::lower_bound(*levels, number), number);
  }
}

/// Where a gap comes to stand elsewhere, ascending: at the values that stand, and where those as
/// near as `tolerance` end. None where there are so many that not every place can be tried.
std::vector<double> Sorter::levels_of(const Values& values, double tolerance) {
  constexpr double beyond = std::numeric_limits<double>::max();
  std::vector<double> out;
  std::size_t gaps = 0;
  for (std::size_t i = 0; i < values.numbers.size(); ++i) {
    gaps += values.has(i) ? 0 : 1;
    if (!values.has(i) || std::abs(values.numbers[i]) == beyond)
      continue;
    for (const double level : {-tolerance, 0.0, tolerance})
      if (level == 0 || tolerance > 0)
        out.push_back(values.numbers[i] + level);
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  const double most =
      std::min<double>(Open::most_ways, 4e6 / static_cast<double>(values.numbers.size() + 1));
  double ways = 1;
  for (std::size_t g = 0; g < gaps && ways <= most; ++g)
    ways *= static_cast<double>(2 * (out.size() + g) + 1);
  if (ways > most) {
    open_.too_many = true;
    out.clear();
  }
  return out;
}

TieGroups Sorter::by_values(const Who& group, const Values& values) {
  kernel::Order order =
      kernel::sort_with_ties(std::span<const double>(values.numbers), values.tolerance,
                             values.direction == Direction::cost);
  for (std::uint32_t& at : order.order)
    at = group[at];
  return {std::move(order.order), std::move(order.offsets)};
}

TieGroups Sorter::by_lot(const Who& group, const OrderKey& key) {
  // Cells of the lot are all candidates, by their position in the program.
  const auto& entrants = book_.context.entrants;
  const std::vector<std::uint32_t>& position = book_.lot(key.seed);
  Who order = group;
  std::ranges::sort(order, {}, [&](std::uint32_t e) { return position[entrants[e]]; });
  Finding finding;
  finding.kind = Finding::Kind::lot;
  finding.step = step_;
  finding.rule = "seed " + std::to_string(key.seed);
  if (!key.lot_source.empty())
    finding.sources = {key.lot_source};
  TieGroups out;
  for (const std::uint32_t e : order) {
    out.add(Who{e});
    finding.others.push_back(entrants[e]);
  }
  findings.push_back(std::move(finding));
  return out;
}

TieGroups Sorter::by_decision(const Who& group, const OrderKey& key) {
  if (!is_seen(*key.decision, book_.context.bundle.program))
    return all_tied(group);
  const auto& entrants = book_.context.entrants;
  TieGroups out;
  Who rest = group;
  Finding finding;
  finding.kind = Finding::Kind::decision;
  finding.step = step_;
  finding.rule = key.name;
  finding.detail = key.decision->reason;
  finding.sources = {key.decision->source};
  for (const std::string& id : key.decision->order) {
    const std::uint32_t candidate = book_.context.names.candidate(id);
    const auto at =
        std::ranges::find_if(rest, [&](std::uint32_t e) { return entrants[e] == candidate; });
    if (at == rest.end())
      continue;
    finding.others.push_back(candidate);
    out.add(Who{*at});
    rest.erase(at);
  }
  if (!rest.empty())
    out.add(rest);
  if (!finding.others.empty())
    findings.push_back(std::move(finding));
  return out;
}

TieGroups Sorter::by_count_back(const Who& group, const OrderKey& key, const Who* fixed_set) {
  const auto& context = book_.context;
  Who subset;
  const bool among_tied = key.among_tied || fixed_set != nullptr;
  for (const std::uint32_t e : among_tied ? (fixed_set != nullptr ? *fixed_set : group) : group)
    subset.push_back(context.entrants[e]);
  Context narrowed{
      context.bundle,  context.names, context.stage,       among_tied ? subset : context.entrants,
      context.earlier, among_tied,    context.diagnostics, {}};
  narrowed.index_entrants();
  Compiler compiler(narrowed);
  const Measure* measure = key.measure ? key.measure.get() : compiler.find_measure(key.name);
  Frame frame;
  if (measure != nullptr)
    frame = compiler.measure(*measure, false, true);
  else
    context.diagnostics.error(key.where, "there is no measure `" + key.name + "` to count back by");
  if (frame.array == no_array)
    return all_tied(group);
  if (frame.left_over().size() != 1 || frame.find("candidate") == nullptr) {
    context.diagnostics.error(key.where,
                              "a count-back needs one dimension beside `candidate`, this measure "
                              "leaves " +
                                  std::to_string(frame.left_over().size()),
                              "reduce the others first");
    return all_tied(group);
  }
  std::vector<ArrayId> wanted = {frame.array};
  if (frame.mask != no_array)
    wanted.push_back(frame.mask);
  const Run result = run(compiler.plan, wanted);
  const Column& column = result.columns[0];
  for (const Column& any : result.columns)
    take_undefined(any, frame.gap);
  const auto aside = [&](std::size_t cell) {
    return result.columns.size() > 1 && result.columns[1].has(cell) &&
           result.columns[1].scale * (*result.columns[1].data)[cell] + result.columns[1].shift == 0;
  };
  const bool cost = key.direction.value_or(frame.direction) == Direction::cost;
  // One list a candidate, larger is better; what does not stand is worse than anything.
  const Dimension& other = *frame.left_over().front();
  std::size_t members = 0;
  for (const std::uint32_t code : *other.codes)
    members = std::max<std::size_t>(members, code + 1);
  constexpr double nothing = -std::numeric_limits<double>::infinity();
  const bool in_turn = key.run != OrderKey::CountBack::value && other.members != nullptr;
  const std::vector<std::uint32_t> turn =
      in_turn ? places_of(*other.members) : std::vector<std::uint32_t>{};
  const auto position = [&](std::size_t cell) {
    const std::uint32_t code = (*other.codes)[cell];
    return in_turn ? turn[code] : code;
  };
  if (in_turn)
    members = turn.size();
  std::map<std::uint32_t, std::vector<double>> lists;
  double scale = 0;
  std::vector<bool> in_group(context.bundle.program.candidates.size());
  for (const std::uint32_t e : group)
    in_group[context.entrants[e]] = true;
  std::vector<std::size_t> missing;
  Values standing; // and what is missing, to place it among them
  for (std::size_t i = 0; i < frame.cells; ++i) {
    const std::uint32_t candidate = (*frame.candidates())[i];
    if (!in_group[candidate] || aside(i))
      continue;
    if (frame.is_gap(i)) {
      missing.push_back(i);
      continue;
    }
    const double x = column.scale * (*column.data)[i] + column.shift;
    auto& list = lists.try_emplace(candidate, members, nothing).first->second;
    list[position(i)] = cost ? -x : x;
    scale = std::max(scale, std::abs(x));
    standing.numbers.push_back(cost ? -x : x);
  }
  std::optional<std::vector<double>> levels;
  if (!missing.empty() && !open_.ends_decide && !frame.relative) {
    standing.gap.assign(standing.numbers.size(), 0);
    standing.numbers.resize(standing.numbers.size() + missing.size());
    standing.gap.resize(standing.numbers.size(), 1);
    levels = levels_of(standing, key.tolerance.value_or(0));
  }
  for (const std::size_t i : missing) {
    const std::uint32_t candidate = (*frame.candidates())[i];
    const std::string member = name_of(other, (*other.codes)[i], context.bundle.program);
    Finding finding;
    finding.kind = Finding::Kind::gap;
    finding.step = step_;
    finding.rule = key.name;
    finding.candidate = candidate;
    finding.verdict = Verdict::unknown;
    finding.detail = other.name + " `" + member + "`";
    if (!column.has(i)) {
      finding.kind = Finding::Kind::undefined;
      finding.detail += ": " + result.undefined[(*column.undefined)[i] - 1].why;
    }
    if (frame.relative) {
      trouble.push_back(std::move(finding));
      continue;
    }
    findings.push_back(std::move(finding));
    auto& list = lists.try_emplace(candidate, members, nothing).first->second;
    double& cell = list[position(i)];
    if (open_.ends_decide || open_.too_many) {
      constexpr double beyond = std::numeric_limits<double>::max();
      const bool best =
          open_.ask(gap_question(key.name, candidate), Verdict::fail) == Verdict::pass;
      cell = best ? beyond : -beyond;
      continue;
    }
    cell = open_.number_of_gap(gap_question(key.name + ", " + member, candidate), *levels, true);
    levels->insert(std::ranges::lower_bound(*levels, cell), cell);
  }
  for (const std::uint32_t e : group) {
    auto& list = lists.try_emplace(context.entrants[e], members, nothing).first->second;
    if (key.run == OrderKey::CountBack::last)
      std::ranges::reverse(list);
    if (key.run == OrderKey::CountBack::value)
      std::ranges::sort(list, std::greater<>{});
  }
  const double tolerance = key.tolerance.value_or(1e-9 * scale);
  const auto compare = [&](std::uint32_t a, std::uint32_t b) -> int {
    const auto& x = lists[context.entrants[a]];
    const auto& y = lists[context.entrants[b]];
    for (std::size_t i = 0; i < members; ++i)
      if (x[i] != y[i] && !(std::abs(x[i] - y[i]) <= tolerance))
        return x[i] > y[i] ? -1 : 1;
    return 0;
  };
  Who order = group;
  std::ranges::stable_sort(order,
                           [&](std::uint32_t a, std::uint32_t b) { return compare(a, b) < 0; });
  TieGroups out;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first + 1;
    while (last < order.size() && compare(order[first], order[last]) == 0)
      ++last;
    out.add(std::span(order).subspan(first, last - first));
    first = last;
  }
  return out;
}

TieGroups Sorter::by_block(const Who& group, const OrderKey& key) {
  TieGroups groups = all_tied(group);
  for (const OrderKey& inner : key.keys) {
    TieGroups next;
    for (std::size_t t = 0; t < groups.size(); ++t)
      if (groups[t].size() == 1)
        next.add(groups[t]);
      else
        next.add(split(Who(groups[t].begin(), groups[t].end()), inner,
                       key.among_tied ? &group : nullptr));
    groups = std::move(next);
    if (key.repeat_at_once && groups.size() > 1)
      break;
  }
  if (!key.repeat || groups.size() == 1)
    return groups;
  TieGroups out;
  for (std::size_t t = 0; t < groups.size(); ++t)
    if (groups[t].size() == 1)
      out.add(groups[t]);
    else
      out.add(by_block(Who(groups[t].begin(), groups[t].end()), key));
  return out;
}

TieGroups Sorter::split(const Who& group, const OrderKey& key, const Who* fixed_set) {
  if (group.size() < key.ties_at_least || group.size() > key.ties_at_most)
    return all_tied(group);
  switch (key.kind) {
  case OrderKey::Kind::lot:
    return by_lot(group, key);
  case OrderKey::Kind::decision:
    return by_decision(group, key);
  case OrderKey::Kind::count_back:
    return by_count_back(group, key, fixed_set);
  case OrderKey::Kind::block:
    return by_block(group, key);
  default:
    break;
  }
  if (fixed_set == nullptr)
    return by_values(group, values(key, group, key.among_tied));
  // Recomputed among all of the set, then read for those still tied.
  const Values all = values(key, *fixed_set, true);
  Values some = all;
  some.numbers.clear();
  some.gap.clear();
  for (const std::uint32_t e : group) {
    const auto at = static_cast<std::size_t>(std::ranges::find(*fixed_set, e) - fixed_set->begin());
    some.numbers.push_back(all.numbers[at]);
    some.gap.push_back(all.has(at) ? 0 : 1);
  }
  return by_values(group, some);
}

TieGroups Sorter::sort(const Who& who, const std::vector<OrderKey>& keys) {
  by_first_key = {};
  parted_by.clear();
  if (who.empty())
    return {};
  if (keys.empty())
    return all_tied(who);
  TieGroups groups = split(who, keys.front(), nullptr);
  if (keys.size() > 1)
    by_first_key = groups;
  parted_by.assign(groups.size(), 0);
  for (std::size_t k = 1; k < keys.size(); ++k) {
    if (groups.size() == who.size())
      break;
    TieGroups next;
    std::vector<std::uint32_t> parted;
    for (std::size_t t = 0; t < groups.size(); ++t) {
      if (groups[t].size() == 1)
        next.add(groups[t]);
      else
        next.add(split(Who(groups[t].begin(), groups[t].end()), keys[k], nullptr));
      parted.push_back(parted_by[t]);
      parted.resize(next.size(), static_cast<std::uint32_t>(k));
    }
    groups = std::move(next);
    parted_by = std::move(parted);
  }
  return groups;
}

} // namespace libeval
