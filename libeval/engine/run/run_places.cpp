// SPDX-License-Identifier: Apache-2.0
// Places within groups: ranks, win rates, who is first.
#include "engine/run/runner.hpp"
#include "kernel/sort.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <utility>

namespace libeval {

using kernel::Mask;
using kernel::takes_part;

namespace {

/// Who is not of the reference has the place that it would have in it. Returns those of whom `then`
/// would have to say more.
template <class T>
std::vector<std::uint32_t> rank_beside(std::span<const T> x, const op::Rank& o, double tolerance,
                                       const std::vector<std::uint8_t>& reference,
                                       std::vector<double>& places) {
  using kernel::TieRule;
  const T width = kernel::tie_width<T>(tolerance);
  std::vector<std::uint32_t> level;
  for (std::size_t g = 0; g < o.groups->count(); ++g) {
    std::vector<std::uint32_t> in, beside;
    for (std::uint32_t at = o.groups->offsets[g]; at < o.groups->offsets[g + 1]; ++at) {
      const std::uint32_t cell = o.groups->cell(at);
      (reference[cell] != 0 ? in : beside).push_back(cell);
    }
    const auto better = [&](std::uint32_t a, std::uint32_t b) {
      return o.rule.ascending ? x[a] < x[b] : x[b] < x[a];
    };
    const auto apart = [&](std::uint32_t a, std::uint32_t b) {
      return !kernel::within(x[a], x[b], width);
    };
    std::ranges::sort(in, better);
    for (const std::uint32_t cell : beside) {
      const auto first = std::ranges::partition_point(
          in, [&](std::uint32_t r) { return better(r, cell) && apart(r, cell); });
      const auto last = std::partition_point(
          first, in.end(), [&](std::uint32_t r) { return better(r, cell) || !apart(r, cell); });
      const auto before = static_cast<double>(first - in.begin());
      const auto equal = static_cast<double>(last - first);
      switch (o.rule.ties) {
      case TieRule::competition:
        places[cell] = before + 1;
        break;
      case TieRule::dense:
        places[cell] = before > 0 ? places[*(first - 1)] + 1 : 1;
        break;
      case TieRule::fractional:
        places[cell] = before + 1 + equal / 2;
        break;
      case TieRule::last:
      case TieRule::ordinal:
        places[cell] = before + equal + 1;
        break;
      }
      if (!o.then.empty() && equal > 0)
        level.push_back(cell);
    }
  }
  return level;
}

} // namespace

/// Ranks anew by several keys in turn: equal places become tie groups of the next key.
template <class T>
void Runner<T>::break_ties(const op::Rank& o, const std::vector<std::uint8_t>& take_part,
                           std::vector<double>& places) {
  std::vector<std::vector<double>> keys = {places};
  for (const op::RankKey& by : o.then) {
    const auto v = values(by.array);
    std::vector<double> key(v->size());
    for (std::size_t i = 0; i < key.size(); ++i)
      key[i] = by.ascending ? kernel::to_double((*v)[i]) : -kernel::to_double((*v)[i]);
    keys.push_back(std::move(key));
  }
  for (std::size_t g = 0; g < o.groups->count(); ++g) {
    std::vector<std::uint32_t> cells;
    for (std::uint32_t at = o.groups->offsets[g]; at < o.groups->offsets[g + 1]; ++at)
      if (take_part.empty() || take_part[o.groups->cell(at)] != 0)
        cells.push_back(o.groups->cell(at));
    const auto before = [&](std::uint32_t a, std::uint32_t b) {
      for (const auto& key : keys)
        if (key[a] != key[b])
          return key[a] < key[b];
      return false;
    };
    std::ranges::stable_sort(cells, before);
    std::vector<double> rank_of(cells.size());
    double dense = 0;
    for (std::size_t first = 0; first < cells.size();) {
      std::size_t last = first + 1;
      while (last < cells.size() && !before(cells[first], cells[last]))
        ++last;
      dense += 1;
      for (std::size_t i = first; i < last; ++i)
        switch (o.rule.ties) {
        case kernel::TieRule::competition:
          rank_of[i] = static_cast<double>(first + 1);
          break;
        case kernel::TieRule::dense:
          rank_of[i] = dense;
          break;
        case kernel::TieRule::fractional:
          rank_of[i] = static_cast<double>(first + 1 + last) / 2;
          break;
        case kernel::TieRule::last:
          rank_of[i] = static_cast<double>(last);
          break;
        case kernel::TieRule::ordinal:
          rank_of[i] = static_cast<double>(i + 1);
          break;
        }
      first = last;
    }
    for (std::size_t i = 0; i < cells.size(); ++i)
      places[cells[i]] = rank_of[i];
  }
}

/// Those whom a key would have to tell apart, though some of them have nothing to be told by.
template <class T>
std::vector<std::uint32_t> Runner<T>::level_without(const op::Rank& o,
                                                    const std::vector<std::uint8_t>& take_part,
                                                    const std::vector<double>& places) {
  std::vector<std::uint32_t> out;
  const auto each_level = [](std::vector<std::uint32_t>& cells, auto&& number, auto&& then) {
    std::ranges::sort(cells, {}, number);
    for (auto first = cells.begin(), last = first; first != cells.end(); first = last) {
      last = std::find_if(first, cells.end(),
                          [&](std::uint32_t c) { return number(c) != number(*first); });
      if (last - first > 1)
        then(std::vector<std::uint32_t>(first, last));
    }
  };
  const std::function<void(std::vector<std::uint32_t>, std::size_t)> tell_apart =
      [&](std::vector<std::uint32_t> cells, std::size_t k) {
        if (k == o.then.size())
          return;
        const op::RankKey& key = o.then[k];
        const auto lacks = [&](std::uint32_t c) {
          return cause(key.array, c) != 0 || (!key.gap.empty() && key.gap[c] != 0);
        };
        if (std::ranges::any_of(cells, lacks)) {
          out.insert(out.end(), cells.begin(), cells.end());
          return;
        }
        const auto numbers = values(key.array);
        each_level(
            cells, [&](std::uint32_t c) { return kernel::to_double((*numbers)[c]); },
            [&](std::vector<std::uint32_t> level) { tell_apart(std::move(level), k + 1); });
      };
  const bool any = std::ranges::any_of(o.then, [&](const op::RankKey& key) {
    return lanes_[key.array].undefined || std::ranges::count(key.gap, 1) > 0;
  });
  for (std::size_t g = 0; any && g < o.groups->count(); ++g) {
    std::vector<std::uint32_t> cells = cells_of(*o.groups, g);
    std::erase_if(cells, [&](std::uint32_t c) { return !takes_part(Mask(take_part), c); });
    each_level(
        cells, [&](std::uint32_t c) { return places[c]; },
        [&](std::vector<std::uint32_t> level) { tell_apart(std::move(level), 0); });
  }
  return out;
}

template <class T>
void Runner<T>::apply(const op::Rank& o) {
  const auto x = values(o.in);
  std::vector<std::uint8_t> take_part = mask(o.left_out, no_array, x->size());
  leave_out(o.in, take_part, x->size());
  kernel::RankRule rule = o.rule;
  rule.tolerance = std::max(rule.tolerance, noise(o.in));
  if (!o.then.empty())
    rule.ties = kernel::TieRule::competition; // equal, for `then` to tell apart
  std::vector<double> places =
      kernel::rank(std::span<const T>(*x), *o.groups, rule, Mask(take_part));
  std::vector<std::uint32_t> untold;
  if (!o.then.empty()) {
    untold = level_without(o, take_part, places);
    break_ties(o, take_part, places);
  }
  std::vector<std::uint32_t> level;
  if (!take_part.empty())
    level = rank_beside(std::span<const T>(*x), o, rule.tolerance, take_part, places);
  Values y(places.size());
  for (std::size_t i = 0; i < y.size(); ++i)
    y[i] = T(places[i]);
  put(o.out, std::move(y));
  lanes_[o.out].undefined = lanes_[o.in].undefined;
  fail(o.out, untold, "level, and what `then` goes by has no result");
  fail(o.out, level, "level with some of the reference, whom alone `then` tells apart");
}

/// Win rates where a tie counts as won or lost, which is more or less by what half of it counts.
template <class T>
void Runner<T>::count_ties(const op::WinRate& o, double tolerance,
                           const std::vector<std::uint8_t>& m, Values& rates) {
  const auto all = values(o.in);
  const Values& x = *all;
  const double half = o.tie > 0.5 ? 0.5 : -0.5;
  const T width = kernel::tie_width<T>(tolerance);
  for (std::size_t g = 0; g < o.groups->count(); ++g) {
    std::vector<std::uint32_t> cells;
    Values sorted;
    for (std::uint32_t at = o.groups->offsets[g]; at < o.groups->offsets[g + 1]; ++at)
      if (const std::uint32_t cell = o.groups->cell(at); takes_part(Mask(m), cell)) {
        cells.push_back(cell);
        sorted.push_back(x[cell]);
      }
    std::ranges::sort(sorted);
    for (const std::uint32_t cell : cells) {
      const auto first = std::ranges::partition_point(
          sorted, [&](const T& v) { return v < x[cell] && !kernel::within(v, x[cell], width); });
      const auto last = std::partition_point(first, sorted.end(), [&](const T& v) {
        return !(x[cell] < v) || kernel::within(v, x[cell], width);
      });
      const auto ties = static_cast<double>(last - first - 1);
      if (cells.size() > 1)
        rates[cell] = rates[cell] + T(half * ties) / T(static_cast<double>(cells.size() - 1));
    }
  }
}

template <class T>
void Runner<T>::apply(const op::WinRate& o) {
  const auto x = values(o.in);
  auto m = mask(o.left_out, no_array, x->size());
  leave_out(o.in, m, x->size());
  const double tolerance = std::max(o.tolerance, noise(o.in));
  auto rates = kernel::win_rate(std::span<const T>(*x), *o.groups, tolerance, o.ascending, Mask(m));
  if (o.tie != 0.5)
    count_ties(o, tolerance, m, rates.values);
  std::vector<std::uint32_t> alone;
  for (const std::uint32_t cell : rates.undefined) {
    rates.values[cell] = decimal<T>(o.alone.value_or(0));
    if (!o.alone && takes_part(Mask(m), cell))
      alone.push_back(cell);
  }
  put(o.out, std::move(rates.values));
  lanes_[o.out].undefined = lanes_[o.in].undefined;
  fail(o.out, alone, "nobody to compare with; say what one alone gets with `alone`");
}

template <class T>
void Runner<T>::apply(const op::FlagFirst& o) {
  const auto x = values(o.in);
  auto m = mask(o.left_out, no_array, x->size());
  leave_out(o.in, m, x->size());
  const kernel::RankRule rule{kernel::TieRule::competition, noise(o.in), o.ascending};
  const auto places = kernel::rank(std::span<const T>(*x), *o.groups, rule, Mask(m));
  Values y(places.size());
  for (std::size_t g = 0; g < o.groups->count(); ++g) {
    std::vector<std::uint32_t> first;
    for (std::uint32_t at = o.groups->offsets[g]; at < o.groups->offsets[g + 1]; ++at)
      if (places[o.groups->cell(at)] == 1)
        first.push_back(o.groups->cell(at));
    if (first.size() == 1 || !o.none_if_shared)
      for (const std::uint32_t cell : first)
        y[cell] = T(1);
  }
  put(o.out, std::move(y));
  lanes_[o.out].undefined = lanes_[o.in].undefined;
}

template void Runner<double>::apply(const op::Rank&);
template void Runner<double>::apply(const op::WinRate&);
template void Runner<double>::apply(const op::FlagFirst&);
template void Runner<kernel::Exact>::apply(const op::Rank&);
template void Runner<kernel::Exact>::apply(const op::WinRate&);
template void Runner<kernel::Exact>::apply(const op::FlagFirst&);

} // namespace libeval
