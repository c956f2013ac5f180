// SPDX-License-Identifier: Apache-2.0
// Places of several programmes by the preferences of both sides.
#include "engine/select/selector.hpp"

#include <libeval/base/text.hpp>
#include <libeval/kernel/assign.hpp>

#include <algorithm>
#include <numeric>

namespace libeval {

/// What a measure says of one candidate and one programme; larger is better.
struct Selector::Wish {
  std::uint32_t entrant;
  std::string programme;
  double value;
};

/// The cells of a measure that leaves programmes beside candidates; nothing where it does not.
std::optional<std::vector<Selector::Wish>> Selector::wishes(const Measure& measure) {
  Compiler compiler(context_);
  const std::size_t before = context_.diagnostics.errors();
  const Frame frame = compiler.measure(measure, false, true);
  if (context_.diagnostics.errors() != before || frame.array == no_array)
    return std::nullopt;
  if (frame.left_over().size() != 1 || frame.find("candidate") == nullptr ||
      frame.left_over().front()->members == nullptr) {
    context_.diagnostics.error(measure.where,
                               "`assign` needs one dimension beside `candidate`, the programmes; "
                               "this measure leaves " +
                                   std::to_string(frame.left_over().size()),
                               "keys such as `[candidate, school]` leave it; reduce all others");
    return std::nullopt;
  }
  const Dimension& programme = *frame.left_over().front();
  std::vector<ArrayId> wanted = {frame.array};
  if (frame.mask != no_array)
    wanted.push_back(frame.mask);
  const Run result = libeval::run(compiler.plan, wanted);
  const auto number = [&](std::size_t column, std::size_t cell) {
    const Column& c = result.columns[column];
    return c.scale * (*c.data)[cell] + c.shift;
  };
  for (const Undefined& undefined : result.undefined) {
    Finding& finding = find(Finding::Kind::undefined, nobody);
    finding.rule = measure.name;
    finding.detail = undefined.why;
    finding.verdict = Verdict::unknown;
    held_ = true;
  }
  std::vector<std::uint32_t> position(program_.candidates.size(), npos);
  for (std::uint32_t e = 0; e < n_; ++e)
    position[candidate(e)] = e;
  std::vector<Wish> out;
  for (std::size_t cell = 0; cell < frame.cells; ++cell) {
    if (wanted.size() > 1 && number(1, cell) == 0)
      continue;
    const std::uint32_t who = (*frame.candidates())[cell];
    if (frame.is_outside(cell) || position[who] == npos)
      continue;
    const std::string& name = name_of(programme, (*programme.codes)[cell], program_);
    if (frame.is_gap(cell)) {
      Finding& finding = find(Finding::Kind::gap, who);
      finding.rule = measure.name;
      finding.detail = programme.name + " `" + name + "`";
      finding.verdict = Verdict::unknown;
      held_ = true;
      continue;
    }
    const double sign = frame.direction == Direction::cost ? -1 : 1;
    out.push_back({position[who], name, sign * number(0, cell)});
  }
  return out;
}

namespace {

/// Best first, as places from 0 of `n`; equal values share one.
std::vector<std::uint32_t> dense_places(std::vector<std::pair<double, std::uint32_t>> values,
                                        std::size_t n) {
  std::ranges::sort(values, std::greater<>{});
  std::vector<std::uint32_t> out(n, kernel::unassigned);
  std::uint32_t place = 0;
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (k > 0 && values[k].first != values[k - 1].first)
      place = static_cast<std::uint32_t>(k);
    out[values[k].second] = place;
  }
  return out;
}

} // namespace

void Selector::apply(const select::Assign& s) {
  taking_ = true;
  if (refuses_pools())
    return;
  const auto preferred = wishes(*s.preferences);
  const auto ranked = s.priorities ? wishes(*s.priorities) : std::vector<Wish>{};
  if (!preferred || !ranked)
    return;
  const Who field = who(State::undecided);

  // The programmes, their places, and who stands before whom everywhere.
  std::vector<std::string> programmes;
  for (const auto* all : {&*preferred, &*ranked})
    for (const Wish& wish : *all)
      programmes.push_back(wish.programme);
  std::ranges::sort(programmes);
  programmes.erase(std::unique(programmes.begin(), programmes.end()), programmes.end());
  for (const auto& [name, places] : s.places)
    if (!std::ranges::binary_search(programmes, name)) {
      const auto near = did_you_mean(name, programmes);
      context_.diagnostics.error(s.places_where, "nobody prefers or ranks `" + name + "`",
                                 near ? "did you mean `" + *near + "`?" : "");
    }
  std::vector<std::size_t> places;
  for (const std::string& name : programmes) {
    const auto at = s.places.find(name);
    if (at == s.places.end() && !s.each)
      context_.diagnostics.error(s.places_where,
                                 "`places` does not say how many `" + name + "` has",
                                 "write `" + name + ": N`; 0 closes it");
    places.push_back(at == s.places.end() ? s.each.value_or(0) : at->second);
    if (!s.each)
      report_.rule +=
          (report_.rule.empty() ? "" : ", ") + name + " " + std::to_string(places.back());
  }
  if (s.each)
    report_.rule = std::to_string(*s.each) + " each";
  const auto number_of = [&](const std::string& name) {
    return static_cast<std::uint32_t>(std::ranges::lower_bound(programmes, name) -
                                      programmes.begin());
  };
  std::vector<std::uint32_t> common(n_, 0);
  const std::vector<OrderKey> keys = s.by.empty() && !s.priorities ? by_total() : s.by;
  if (!keys.empty()) {
    const TieGroups groups = sorted(field, keys);
    for (std::uint32_t t = 0; t < groups.size(); ++t)
      for (const std::uint32_t e : groups[t])
        common[e] = t;
    if (!ordered_)
      set_order(keys);
  }
  if (!ordered_) { // nothing says who is better than whom in the field as a whole
    TieGroups all;
    all.add(field);
    order_.assign(1, all);
    ordered_ = true;
  }

  // Lists of the candidates; orders of the programmes.
  std::vector<std::vector<std::pair<double, std::uint32_t>>> wanted(n_), ranking(programmes.size());
  for (const Wish& wish : *preferred)
    if (state_[wish.entrant] == State::undecided)
      wanted[wish.entrant].emplace_back(wish.value, number_of(wish.programme));
  std::vector<std::vector<std::uint32_t>> lists(n_);
  for (const std::uint32_t e : field) {
    std::ranges::sort(wanted[e], std::greater<>{});
    for (std::size_t k = 0; k < wanted[e].size(); ++k) {
      lists[e].push_back(wanted[e][k].second);
      if (k > 0 && wanted[e][k].first == wanted[e][k - 1].first) {
        Finding& finding = find(Finding::Kind::undefined, candidate(e));
        finding.rule = "assign";
        finding.verdict = Verdict::unknown;
        finding.detail = "`" + programmes[wanted[e][k].second] + "` and `" +
                         programmes[wanted[e][k - 1].second] + "` are preferred equally";
        held_ = true;
      }
    }
  }
  for (const Wish& wish : *ranked)
    ranking[number_of(wish.programme)].emplace_back(wish.value, wish.entrant);
  std::vector<std::vector<std::uint32_t>> ranks;
  for (auto& values : ranking) {
    if (!s.priorities)
      for (const std::uint32_t e : field)
        values.emplace_back(0, e);
    const std::vector<std::uint32_t> own = dense_places(values, n_);
    std::vector<std::pair<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t>> both;
    for (std::uint32_t e = 0; e < n_; ++e)
      if (own[e] != kernel::unassigned)
        both.push_back({{own[e], common[e]}, e});
    std::ranges::sort(both);
    auto& rank = ranks.emplace_back(n_, kernel::unassigned);
    for (std::uint32_t k = 0; k < both.size(); ++k)
      rank[both[k].second] =
          k > 0 && both[k].first == both[k - 1].first ? rank[both[k - 1].second] : k;
  }

  const kernel::Assignment first = kernel::deferred_acceptance(lists, ranks, places);
  const kernel::Assignment other = kernel::deferred_acceptance(lists, ranks, places, true);
  Who tied = first.contested;
  tied.insert(tied.end(), other.contested.begin(), other.contested.end());
  for (std::uint32_t e = 0; e < n_; ++e)
    if (first.acceptor[e] != other.acceptor[e])
      tied.push_back(e);
  std::ranges::sort(tied);
  tied.erase(std::unique(tied.begin(), tied.end()), tied.end());
  if (!tied.empty()) {
    Finding& finding = find(Finding::Kind::tie, nobody);
    finding.detail = "hold";
    finding.rule = "assign";
    finding.verdict = Verdict::unknown;
    for (const std::uint32_t e : tied)
      finding.others.push_back(candidate(e));
    held_ = true;
  }
  if (held_)
    return;
  for (const std::uint32_t e : field) {
    const std::uint32_t got = first.acceptor[e];
    if (got == kernel::unassigned)
      continue;
    const auto at = std::ranges::find(lists[e], got) - lists[e].begin();
    take(e, programmes[got]);
    Finding& finding = find(Finding::Kind::grant, candidate(e));
    finding.rule = programmes[got];
    finding.detail = "`" + programmes[got] + "`, preference " + std::to_string(at + 1) + " of " +
                     std::to_string(lists[e].size());
  }
}

} // namespace libeval
