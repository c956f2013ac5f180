// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/rank.hpp>

#include "kernel/cells.hpp"
#include "kernel/sort.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace libeval::kernel {
namespace {

void require_tolerance(double tolerance) {
  if (!(tolerance >= 0)) {
    throw std::invalid_argument("a tie tolerance must be 0 or more, got " +
                                std::to_string(tolerance));
  }
}

// A group in order: its tie groups are order[ties[t]] ... order[ties[t + 1] - 1], positions among
// `cells`, ascending inside a tie group.
template <class T>
struct Sorted {
  std::vector<std::uint32_t> cells; // ascending; empty: the cells from `first` on
  std::uint32_t first = 0;
  std::vector<std::uint32_t> order;
  std::vector<std::uint32_t> ties;

  [[nodiscard]] std::uint32_t cell(std::size_t at) const {
    return cells.empty() ? first + order[at] : cells[order[at]];
  }
};

template <class T>
void sort_values(std::span<const T> values, double tolerance, bool ascending, Sorted<T>& sorted) {
  sort_positions(values, ascending, sorted.order);
  sorted.ties.assign(1, 0);
  sorted.ties.reserve(values.size() + 1);
  const T width = tie_width<T>(tolerance);
  for (std::size_t begin = 0; begin < values.size();) {
    const std::size_t end = tie_end(values, sorted.order, begin, width);
    if (tolerance > 0 && end - begin > 1) {
      std::sort(sorted.order.begin() + static_cast<std::ptrdiff_t>(begin),
                sorted.order.begin() + static_cast<std::ptrdiff_t>(end));
    }
    sorted.ties.push_back(static_cast<std::uint32_t>(end));
    begin = end;
  }
}

// Calls f(sorted) for every group.
template <class T, class F>
void for_each_sorted(std::span<const T> x, const Groups& groups, Mask mask, double tolerance,
                     bool ascending, F f) {
  Sorted<T> sorted;
  std::vector<T> values;
  for (std::size_t g = 0; g < groups.count(); ++g) {
    if (side_by_side(groups, mask)) {
      sorted.first = groups.offsets[g];
      sort_values(x.subspan(sorted.first, groups.size(g)), tolerance, ascending, sorted);
    } else {
      cells_of(groups, g, mask, sorted.cells);
      std::sort(sorted.cells.begin(), sorted.cells.end());
      values.clear();
      for (const std::uint32_t cell : sorted.cells) {
        values.push_back(x[cell]);
      }
      sort_values<T>(values, tolerance, ascending, sorted);
    }
    f(sorted);
  }
}

// The place of the i-th member of the tie group `t` that fills the positions begin ... end - 1.
double place(TieRule rule, std::size_t t, std::size_t begin, std::size_t end, std::size_t i) {
  switch (rule) {
  case TieRule::competition:
    return static_cast<double>(begin + 1);
  case TieRule::dense:
    return static_cast<double>(t + 1);
  case TieRule::fractional:
    return static_cast<double>(begin + end + 1) / 2;
  case TieRule::last:
    return static_cast<double>(end);
  case TieRule::ordinal:
    return static_cast<double>(i + 1);
  }
  return 0;
}

} // namespace

template <class T>
std::vector<double> rank(std::span<const T> x, const Groups& groups, const RankRule& rule,
                         Mask mask) {
  require_fit("rank", x.size(), groups, mask);
  require_tolerance(rule.tolerance);
  std::vector<double> places(x.size(), 0);
  for_each_sorted(x, groups, mask, rule.tolerance, rule.ascending, [&](const Sorted<T>& sorted) {
    for (std::size_t t = 0; t + 1 < sorted.ties.size(); ++t) {
      const std::size_t begin = sorted.ties[t];
      const std::size_t end = sorted.ties[t + 1];
      for (std::size_t i = begin; i < end; ++i) {
        places[sorted.cell(i)] = place(rule.ties, t, begin, end, i);
      }
    }
  });
  return places;
}

template <class T>
Order sort_with_ties(std::span<const T> x, double tolerance, bool ascending) {
  require_tolerance(tolerance);
  (void)one_group(x.size()); // refuses more cells than can be numbered
  Sorted<T> sorted;
  sort_values(x, tolerance, ascending, sorted);
  return {std::move(sorted.order), std::move(sorted.ties)};
}

template <class T>
WinRates<T> win_rate(std::span<const T> x, const Groups& groups, double tolerance, bool ascending,
                     Mask mask) {
  require_fit("win_rate", x.size(), groups, mask);
  require_tolerance(tolerance);
  WinRates<T> rates;
  rates.values.assign(x.size(), T(0.0));
  for_each_sorted(x, groups, mask, 0, ascending, [&](const Sorted<T>& sorted) {
    const std::size_t n = sorted.order.size();
    if (n == 1) {
      rates.undefined.push_back(sorted.cell(0));
      return;
    }
    // Each against each: equal to one it need not be equal to those who are.
    const auto value = [&](std::size_t at) -> const T& { return x[sorted.cell(at)]; };
    const T width = tie_width<T>(tolerance);
    const auto apart = [&](std::size_t a, std::size_t b) {
      return !within(value(a), value(b), width);
    };
    std::size_t first = 0, last = 0; // those it is equal to, itself among them
    for (std::size_t i = 0; i < n; ++i) {
      while (apart(first, i))
        ++first;
      last = std::max(last, i + 1);
      while (last < n && !apart(i, last))
        ++last;
      const double beaten =
          static_cast<double>(n - last) + static_cast<double>(last - first - 1) / 2;
      rates.values[sorted.cell(i)] = T(beaten) / T(static_cast<double>(n - 1));
    }
  });
  return rates;
}

template std::vector<double> rank(std::span<const double>, const Groups&, const RankRule&, Mask);
template std::vector<double> rank(std::span<const Exact>, const Groups&, const RankRule&, Mask);
template Order sort_with_ties(std::span<const double>, double, bool);
template Order sort_with_ties(std::span<const Exact>, double, bool);
template WinRates<double> win_rate(std::span<const double>, const Groups&, double, bool, Mask);
template WinRates<Exact> win_rate(std::span<const Exact>, const Groups&, double, bool, Mask);

} // namespace libeval::kernel
