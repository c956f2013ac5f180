// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/reduce.hpp>
#include <libeval/kernel/written.hpp>

#include "kernel/cells.hpp"

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
Kept keep(std::span<const T> x, const Groups& groups, const Keep& rule, Mask mask) {
  require_fit("keep", x.size(), groups, mask);
  if (!(rule.trim_share >= 0 && rule.trim_share <= 1)) {
    throw std::invalid_argument("keep: the share to trim must lie in 0 to 1, got " +
                                std::to_string(rule.trim_share));
  }
  Kept kept;
  kept.mask.assign(x.size(), 0);
  std::vector<std::uint32_t> cells;
  std::vector<std::uint32_t> positions;
  std::vector<T> values;
  for (std::size_t g = 0; g < groups.count(); ++g) {
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

template Kept keep(std::span<const double>, const Groups&, const Keep&, Mask);
template Kept keep(std::span<const Exact>, const Groups&, const Keep&, Mask);

} // namespace libeval::kernel
