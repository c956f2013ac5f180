// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/settle.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace libeval {
namespace {

/// What a row can add up to within the bounds of its unknowns; an absent end is no bound.
struct Activity {
  Wide low = 0, high = 0;
  std::size_t open_low = 0, open_high = 0; ///< so many terms have no bound there

  void add(const LinearUnknown& unknown, std::int64_t factor, int sign) {
    const auto& least = factor > 0 ? unknown.low : unknown.high;
    const auto& most = factor > 0 ? unknown.high : unknown.low;
    if (least)
      low += sign * Wide{factor} * *least;
    else
      open_low += static_cast<std::size_t>(sign);
    if (most)
      high += sign * Wide{factor} * *most;
    else
      open_high += static_cast<std::size_t>(sign);
  }
};

Activity activity_of(const Row& row, const std::vector<LinearUnknown>& unknowns) {
  Activity out;
  for (const auto& [v, factor] : row.terms)
    out.add(unknowns[v], factor, 1);
  return out;
}

Wide floor_of(Wide a, Wide b) { // b > 0
  return a / b - (a % b < 0 ? 1 : 0);
}

/// Draws in the bounds of one unknown to what its row leaves, given what the rest adds up to.
bool draw_in(LinearUnknown& unknown, std::int64_t factor, const Row& row, const Activity& rest) {
  constexpr Wide most = std::int64_t{1} << 50; // beyond that nobody gains anything
  bool changed = false;
  const auto at_most = [&](Wide bound) {
    if (-most < bound && bound < most && (!unknown.high || bound < *unknown.high)) {
      unknown.high = static_cast<std::int64_t>(bound);
      changed = true;
    }
  };
  const auto at_least = [&](Wide bound) {
    if (-most < bound && bound < most && (!unknown.low || bound > *unknown.low)) {
      unknown.low = static_cast<std::int64_t>(bound);
      changed = true;
    }
  };
  if (row.high && rest.open_low == 0) { // factor * x <= high - rest
    const Wide room = *row.high - rest.low;
    factor > 0 ? at_most(floor_of(room, factor)) : at_least(-floor_of(room, -Wide{factor}));
  }
  if (row.low && rest.open_high == 0) { // factor * x >= low - rest
    const Wide need = *row.low - rest.high;
    factor > 0 ? at_least(-floor_of(-need, factor)) : at_most(floor_of(-need, -Wide{factor}));
  }
  return changed;
}

/// Draws in the bounds of the unknowns that `asked` names to what the relaxation leaves.
template <class Asked>
void relax(IntegerSystem& system, const Asked& asked, const SolveLimits& limits) {
  if (std::ranges::none_of(system.unknowns, asked))
    return;
  std::vector<LinearUnknown> drawn_in = system.unknowns;
  Solver solver(system, limits);
  for (std::uint32_t v = 0; v < drawn_in.size() && !limits.over(); ++v) {
    LinearUnknown& unknown = drawn_in[v];
    if (!asked(unknown))
      continue;
    if (const auto most = solver.upper_bound({{v, 1}}))
      unknown.high = std::min(*most, unknown.high.value_or(*most));
    if (const auto least = solver.upper_bound({{v, -1}}))
      unknown.low = std::max(-*least, unknown.low.value_or(-*least));
  }
  system.unknowns = std::move(drawn_in);
}

void leave_out_implied(IntegerSystem& system) {
  std::erase_if(system.rows, [&](const Row& row) {
    const Activity all = activity_of(row, system.unknowns);
    return (!row.low || (all.open_low == 0 && all.low >= *row.low)) &&
           (!row.high || (all.open_high == 0 && all.high <= *row.high));
  });
}

} // namespace

void draw_in_bounds(IntegerSystem& system) {
  for (int pass = 0; pass < 8; ++pass) {
    bool changed = false;
    for (const Row& row : system.rows) {
      Activity all = activity_of(row, system.unknowns);
      for (const auto& [v, factor] : row.terms) {
        if (factor == 0)
          continue;
        LinearUnknown& unknown = system.unknowns[v];
        all.add(unknown, factor, -1);
        changed = draw_in(unknown, factor, row, all) || changed;
        all.add(unknown, factor, 1);
      }
    }
    if (!changed)
      return;
  }
}

IntegerSystem settled(const IntegerSystem& system, const SolveLimits& limits) {
  const auto is_choice = [](const LinearUnknown& unknown) {
    return unknown.low == std::int64_t{0} && unknown.high == std::int64_t{1};
  };
  const auto is_open = [](const LinearUnknown& unknown) {
    return !unknown.low || unknown.low != unknown.high;
  };
  IntegerSystem out = system;
  draw_in_bounds(out);
  relax(out, is_choice, limits);
  draw_in_bounds(out);
  leave_out_implied(out);
  relax(out, is_open, limits);
  draw_in_bounds(out);
  leave_out_implied(out);
  return out;
}

} // namespace libeval
