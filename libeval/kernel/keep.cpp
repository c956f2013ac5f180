// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/reduce.hpp>
#include <libeval/kernel/written.hpp>

#include "kernel/cells.hpp"
#include "kernel/column.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace libeval::kernel {
namespace {

// Takes the `n` highest (or lowest) out of `positions`, of equal values those that stand first.
template <class T>
void set_aside(std::span<const T> values, std::size_t n, bool highest,
               std::vector<std::uint32_t>& positions) {
  if (n == 0) {
    return;
  }
  const auto goes_first = [&](std::uint32_t a, std::uint32_t b) {
    const T& x = values[a];
    const T& y = values[b];
    return highest ? y < x || (x == y && a < b) : x < y || (x == y && a < b);
  };
  const auto end = positions.begin() + static_cast<std::ptrdiff_t>(n);
  if (n < positions.size()) {
    std::nth_element(positions.begin(), end - 1, positions.end(), goes_first);
  }
  positions.erase(positions.begin(), end);
}

} // namespace

template <class T>
Kept keep_by(std::span<const T> x, const Groups& groups, std::span<const Keep> rules, Mask mask) {
  require_fit("keep", x.size(), groups, mask);
  if (rules.size() != groups.count()) {
    throw std::invalid_argument("keep: " + std::to_string(rules.size()) + " rules for " +
                                std::to_string(groups.count()) + " groups");
  }
  Kept kept;
  kept.mask.assign(x.size(), 0);
  std::vector<std::uint32_t> cells;
  std::vector<std::uint32_t> positions;
  std::vector<T> values;
  for (std::size_t g = 0; g < groups.count(); ++g) {
    const Keep& rule = rules[g];
    if (!(rule.trim_share >= 0 && rule.trim_share <= 1)) {
      throw std::invalid_argument("keep: the share to trim must lie in 0 to 1, got " +
                                  std::to_string(rule.trim_share));
    }
    cells_of(groups, g, mask, cells);
    values.clear();
    positions.clear();
    for (const std::uint32_t cell : cells) {
      positions.push_back(static_cast<std::uint32_t>(positions.size()));
      values.push_back(x[cell]);
    }
    const Exact trimmed = floor(
        Exact(static_cast<double>(cells.size())) * from_written(rule.trim_share) + Exact(1e-20));
    const auto trim = static_cast<std::size_t>(to_double(trimmed));
    const std::size_t n = cells.size();
    const std::size_t high = std::min(n, std::min(n, rule.drop_highest) + trim);
    const std::size_t low = std::min(n, std::min(n, rule.drop_lowest) + trim);
    const std::size_t left = n - std::min(n, high + low);
    if (left == 0 || left < rule.best) {
      kept.too_few.push_back(static_cast<std::uint32_t>(g));
    }
    if (left == 0) {
      continue;
    }
    const std::span<const T> seen(values);
    set_aside(seen, high, true, positions);
    set_aside(seen, low, false, positions);
    if (rule.best > 0 && rule.best < left) {
      set_aside(seen, left - rule.best, rule.cost, positions);
    }
    for (const std::uint32_t position : positions) {
      kept.mask[cells[position]] = 1;
    }
  }
  return kept;
}

template <class T>
Kept keep(std::span<const T> x, const Groups& groups, const Keep& rule, Mask mask) {
  return keep_by(x, groups, std::span<const Keep>(std::vector<Keep>(groups.count(), rule)), mask);
}

template <class T>
Counted<T> count_best(std::span<const T> x, const Groups& groups, std::span<const T> weights,
                      std::span<const T> whole, bool cost, Mask mask) {
  require_fit("count_best", x.size(), groups, mask);
  if (weights.size() != x.size() || whole.size() != groups.count()) {
    throw std::invalid_argument("count_best: " + std::to_string(weights.size()) + " weights for " +
                                std::to_string(x.size()) + " cells, " +
                                std::to_string(whole.size()) + " wholes for " +
                                std::to_string(groups.count()) + " groups");
  }
  Counted<T> counted;
  counted.share.assign(x.size(), T(0.0));
  std::vector<std::uint32_t> cells;
  for (std::size_t g = 0; g < groups.count(); ++g) {
    cells_of(groups, g, mask, cells);
    std::sort(cells.begin(), cells.end(), [&](std::uint32_t a, std::uint32_t b) {
      return x[a] == x[b] ? a < b : cost ? x[a] < x[b] : x[b] < x[a];
    });
    Exact left = as_decimal(whole[g]);
    const Exact slack = left * Exact(1e-12);
    bool negative = false;
    for (std::size_t first = 0, end = 0; first < cells.size(); first = end) {
      Exact level(0.0);
      for (; end < cells.size() && x[cells[end]] == x[cells[first]]; ++end) {
        level += as_decimal(weights[cells[end]]);
        negative = negative || weights[cells[end]] < T(0.0);
      }
      const bool wholly = !(left + slack < level);
      const T share = wholly ? T(1.0) : exact_or_double<T>(left / level);
      for (std::size_t i = first; i < end; ++i) {
        counted.share[cells[i]] = share;
      }
      left = wholly && level + slack < left ? left - level : Exact(0.0);
    }
    if (negative || slack < left) {
      (negative ? counted.negative : counted.too_little).push_back(static_cast<std::uint32_t>(g));
      for (const std::uint32_t cell : cells) {
        counted.share[cell] = T(1.0);
      }
    }
  }
  return counted;
}

template Counted<double> count_best(std::span<const double>, const Groups&, std::span<const double>,
                                    std::span<const double>, bool, Mask);
template Counted<Exact> count_best(std::span<const Exact>, const Groups&, std::span<const Exact>,
                                   std::span<const Exact>, bool, Mask);
template Kept keep_by(std::span<const double>, const Groups&, std::span<const Keep>, Mask);
template Kept keep_by(std::span<const Exact>, const Groups&, std::span<const Keep>, Mask);
template Kept keep(std::span<const double>, const Groups&, const Keep&, Mask);
template Kept keep(std::span<const Exact>, const Groups&, const Keep&, Mask);

} // namespace libeval::kernel
