// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/kernel/ballots.hpp>

#include <rapidcheck.h>

#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace libeval::test {

/// Ballots over 1 to `most` items, some truncated, some with ties, weights 0 to 4.
inline kernel::Ballots some_ballots(int most) {
  kernel::Ballots out;
  out.items = static_cast<std::size_t>(*rc::gen::inRange(1, most + 1));
  const int n = *rc::gen::inRange(0, 9);
  for (int b = 0; b < n; ++b) {
    std::vector<std::uint32_t> order(out.items);
    std::iota(order.begin(), order.end(), 0U);
    for (std::size_t i = order.size(); i > 1; --i)
      std::swap(order[i - 1],
                order[static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(i)))]);
    order.resize(static_cast<std::size_t>(*rc::gen::inRange(1, static_cast<int>(out.items) + 1)));
    std::uint32_t level = 0;
    for (const std::uint32_t item : order) {
      level += *rc::gen::arbitrary<bool>() ? 1U : 0U;
      out.listed.push_back(item);
      out.level.push_back(level);
    }
    out.offsets.push_back(static_cast<std::uint32_t>(out.listed.size()));
    out.weight.push_back(*rc::gen::inRange(0, 5));
  }
  return out;
}

} // namespace libeval::test
