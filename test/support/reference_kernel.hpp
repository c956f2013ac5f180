// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/rational.hpp"

#include <libeval/kernel/each.hpp>
#include <libeval/kernel/rank.hpp>
#include <libeval/kernel/reduce.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

/// The kernels once more, slow and plain, from their definitions.
namespace libeval::test {

inline Rational round_fraction(const Rational& x, const Rational& step, kernel::RoundMode mode) {
  using kernel::RoundMode;
  const Rational q = x / step;
  const Whole below = floor(q);
  const Rational part = q - Rational(below);
  if (part == 0) {
    return x;
  }
  const Rational half(1, 2);
  bool above = part > half;
  switch (mode) {
  case RoundMode::half_up:
    above = part >= half;
    break;
  case RoundMode::half_down:
    break;
  case RoundMode::half_away:
    above = part == half ? x > 0 : above;
    break;
  case RoundMode::half_to_zero:
    above = part == half ? x < 0 : above;
    break;
  case RoundMode::half_even:
    above = part == half ? below % 2 != 0 : above;
    break;
  case RoundMode::up:
    above = true;
    break;
  case RoundMode::down:
    above = false;
    break;
  case RoundMode::to_zero:
    above = x < 0;
    break;
  case RoundMode::from_zero:
    above = x > 0;
    break;
  }
  return Rational(above ? Whole(below + 1) : below) * step;
}

/// Cells of one group that take part.
inline std::vector<std::uint32_t> cells(const kernel::Groups& groups, std::size_t g,
                                        kernel::Mask mask = {}) {
  std::vector<std::uint32_t> result;
  for (std::size_t at = groups.offsets[g]; at < groups.offsets[g + 1]; ++at) {
    if (kernel::takes_part(mask, groups.cell(at))) {
      result.push_back(groups.cell(at));
    }
  }
  return result;
}

/// Tie groups of some cells: again and again the best of those left, and all within the tolerance.
template <class T>
std::vector<std::vector<std::uint32_t>> tie_groups(const std::vector<T>& x,
                                                   std::vector<std::uint32_t> left,
                                                   double tolerance, bool ascending) {
  std::vector<std::vector<std::uint32_t>> result;
  std::sort(left.begin(), left.end());
  while (!left.empty()) {
    T best = x[left.front()];
    for (const std::uint32_t cell : left) {
      if (ascending ? x[cell] < best : best < x[cell]) {
        best = x[cell];
      }
    }
    std::vector<std::uint32_t> tied;
    std::vector<std::uint32_t> rest;
    for (const std::uint32_t cell : left) {
      const T apart = ascending ? x[cell] - best : best - x[cell];
      (apart <= T(tolerance) ? tied : rest).push_back(cell);
    }
    result.push_back(tied);
    left = rest;
  }
  return result;
}

template <class T>
std::vector<double> rank(const std::vector<T>& x, const kernel::Groups& groups,
                         const kernel::RankRule& rule, kernel::Mask mask = {}) {
  using kernel::TieRule;
  std::vector<double> places(x.size(), 0);
  for (std::size_t g = 0; g < groups.count(); ++g) {
    double ahead = 0;
    double distinct = 0;
    for (const auto& tied : tie_groups(x, cells(groups, g, mask), rule.tolerance, rule.ascending)) {
      ++distinct;
      const auto size = static_cast<double>(tied.size());
      for (std::size_t i = 0; i < tied.size(); ++i) {
        places[tied[i]] = rule.ties == TieRule::competition  ? ahead + 1
                          : rule.ties == TieRule::dense      ? distinct
                          : rule.ties == TieRule::fractional ? ahead + (size + 1) / 2
                          : rule.ties == TieRule::last       ? ahead + size
                                                             : ahead + 1 + static_cast<double>(i);
      }
      ahead += size;
    }
  }
  return places;
}

/// Sets cells aside one by one.
template <class T>
kernel::Kept keep(const std::vector<T>& x, const kernel::Groups& groups, const kernel::Keep& rule,
                  kernel::Mask mask = {}) {
  kernel::Kept kept;
  kept.mask.assign(x.size(), 0);
  for (std::size_t g = 0; g < groups.count(); ++g) {
    std::vector<std::uint32_t> left = cells(groups, g, mask);
    const auto set_one_aside = [&](bool highest) {
      if (!left.empty()) {
        left.erase(std::max_element(left.begin(), left.end(), [&](auto a, auto b) {
          return highest ? x[a] < x[b] : x[b] < x[a];
        }));
      }
    };
    const Whole trim =
        floor(shortest_rational(rule.trim_share) * Rational(static_cast<double>(left.size())));
    const auto more = static_cast<std::size_t>(trim);
    for (std::size_t i = 0; i < rule.drop_highest + more; ++i) {
      set_one_aside(true);
    }
    for (std::size_t i = 0; i < rule.drop_lowest + more; ++i) {
      set_one_aside(false);
    }
    if (left.empty() || left.size() < rule.best) {
      kept.too_few.push_back(static_cast<std::uint32_t>(g));
    }
    while (rule.best > 0 && left.size() > rule.best) {
      set_one_aside(rule.cost);
    }
    for (const std::uint32_t cell : left) {
      kept.mask[cell] = 1;
    }
  }
  return kept;
}

/// What fractions can compute: sums, products, means and order statistics.
inline std::optional<Rational> reduce_fractions(std::vector<Rational> x,
                                                const std::vector<Rational>& w,
                                                const kernel::Reduction& reduction) {
  using kernel::Reducer;
  const auto weight = [&](std::size_t i) { return w.empty() ? Rational(1) : w[i]; };
  Rational weights = 0;
  Rational sum = 0;
  Rational product = 1;
  for (std::size_t i = 0; i < x.size(); ++i) {
    weights += weight(i);
    sum += weight(i) * x[i];
    product *= x[i];
  }
  const std::size_t n = x.size();
  switch (reduction.kind) {
  case Reducer::sum:
    return sum;
  case Reducer::product:
    return product;
  case Reducer::count:
    return Rational(static_cast<double>(n));
  default:
    break;
  }
  if (n == 0) {
    return std::nullopt;
  }
  if (reduction.kind == Reducer::mean) {
    return weights == 0 ? std::nullopt : std::optional<Rational>(sum / weights);
  }
  if (reduction.kind == Reducer::harmonic) {
    Rational inverse = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (x[i] <= 0 && weight(i) > 0) {
        return std::nullopt;
      }
      inverse += weight(i) == 0 ? Rational(0) : Rational(weight(i) / x[i]);
    }
    return weights == 0 ? std::nullopt : std::optional<Rational>(weights / inverse);
  }
  if (reduction.kind == Reducer::majority) {
    Rational in_favor = 0;
    for (std::size_t i = 0; i < n; ++i) {
      in_favor += x[i] > 0 ? weight(i) : Rational(0);
    }
    if (weights == 0) {
      return std::nullopt;
    }
    return Rational(in_favor > shortest_rational(reduction.parameter) * weights ? 1 : 0);
  }
  if (reduction.kind == Reducer::median) { // at least half of the weight on each side
    std::vector<Rational> middle;
    for (std::size_t i = 0; i < n; ++i) {
      Rational below = 0;
      Rational above = 0;
      for (std::size_t k = 0; k < n; ++k) {
        below += x[k] <= x[i] ? weight(k) : Rational(0);
        above += x[k] >= x[i] ? weight(k) : Rational(0);
      }
      if (weight(i) > 0 && 2 * below >= weights && 2 * above >= weights) {
        middle.push_back(x[i]);
      }
    }
    if (middle.empty()) {
      return std::nullopt;
    }
    const auto [lower, upper] = std::minmax_element(middle.begin(), middle.end());
    return reduction.parameter < 0   ? *lower
           : reduction.parameter > 0 ? *upper
                                     : Rational((*lower + *upper) / 2);
  }
  std::sort(x.begin(), x.end());
  switch (reduction.kind) {
  case Reducer::quantile: {
    const Rational place =
        shortest_rational(reduction.parameter) * Rational(static_cast<double>(n - 1));
    const auto below = static_cast<std::size_t>(floor(place));
    const Rational part = place - Rational(floor(place));
    return part == 0 ? x[below] : Rational(x[below] + part * (x[below + 1] - x[below]));
  }
  case Reducer::min:
    return x.front();
  case Reducer::max:
    return x.back();
  case Reducer::range:
    return Rational(x.back() - x.front());
  case Reducer::mode: {
    std::size_t best = 0;
    std::size_t how_many = 0;
    Rational value;
    for (const Rational& candidate : x) {
      const auto times = static_cast<std::size_t>(std::count(x.begin(), x.end(), candidate));
      if (times > best) {
        best = times;
        how_many = 0;
        value = candidate;
      }
      how_many += times == best ? 1 : 0;
    }
    return how_many == best ? std::optional<Rational>(value) : std::nullopt;
  }
  case Reducer::owa: {
    if (reduction.order_weights.size() != n) {
      return std::nullopt;
    }
    Rational total = 0;
    for (std::size_t i = 0; i < n; ++i) {
      total += shortest_rational(reduction.order_weights[i]) * x[n - 1 - i];
    }
    return total;
  }
  default:
    return std::nullopt;
  }
}

} // namespace libeval::test
