// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/settle.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace libeval {
namespace {

bool is_choice(const LinearUnknown& unknown) {
  return unknown.low == std::int64_t{0} && unknown.high == std::int64_t{1};
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

/// Draws the bounds of the unknowns that `asked` names in to what trying their ends leaves.
template <class Asked>
void shave(IntegerSystem& system, const Asked& asked, const SolveLimits& limits) {
  Shaver shaver(system);
  for (std::uint32_t v = 0; v < system.unknowns.size() && !limits.over(); ++v)
    if (asked(shaver.unknowns()[v]))
      shaver.shave(v);
  system.unknowns = shaver.unknowns();
}

void leave_out_implied(IntegerSystem& system) {
  std::erase_if(system.rows, [&](const Row& row) {
    const Activity all = activity_of(row, system.unknowns);
    return (!row.low || (all.open_low == 0 && all.low >= *row.low)) &&
           (!row.high || (all.open_high == 0 && all.high <= *row.high));
  });
}

} // namespace

void shave_choices(IntegerSystem& system, const SolveLimits& limits) {
  draw_in_bounds(system);
  shave(system, is_choice, limits);
  leave_out_implied(system);
}

IntegerSystem settled(const IntegerSystem& system, const SolveLimits& limits) {
  const auto is_open = [](const LinearUnknown& unknown) {
    return !unknown.low || unknown.low != unknown.high;
  };
  IntegerSystem out = system;
  draw_in_bounds(out);
  shave(out, is_choice, limits);
  relax(out, is_choice, limits);
  draw_in_bounds(out);
  leave_out_implied(out);
  shave(out, is_open, limits);
  relax(out, is_open, limits);
  draw_in_bounds(out);
  shave(out, is_open, limits);
  leave_out_implied(out);
  return out;
}

} // namespace libeval
