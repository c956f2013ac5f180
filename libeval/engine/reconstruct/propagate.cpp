// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/propagate.hpp"

#include <cstddef>

namespace libeval {
namespace {

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

} // namespace

void Activity::add(const LinearUnknown& unknown, std::int64_t factor, int sign) {
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

Activity activity_of(const Row& row, const std::vector<LinearUnknown>& unknowns) {
  Activity out;
  for (const auto& [v, factor] : row.terms)
    out.add(unknowns[v], factor, 1);
  return out;
}

Shaver::Shaver(const IntegerSystem& system, const std::vector<std::uint8_t>& active)
    : rows_(system.rows), unknowns_(system.unknowns), rows_of_(system.unknowns.size()),
      waits_(rows_.size() + 1, 0) {
  rows_.emplace_back(); // what is aimed at
  for (std::size_t r = 0; r < rows_.size(); ++r)
    for (const auto& [v, factor] : rows_[r].terms)
      if (r >= active.size() || active[r] != 0)
        rows_of_[v].push_back(static_cast<std::uint32_t>(r));
}

void Shaver::shave(std::uint32_t v) {
  const LinearUnknown before = unknowns_[v];
  if (!before.low || !before.high || *before.low >= *before.high)
    return;
  const auto contradicts = [&](std::int64_t low, std::int64_t high) {
    set(v, {low, high});
    const bool none = !propagate();
    undo();
    return none;
  };
  const std::int64_t low = first_possible(
      *before.low, *before.high, [&](std::int64_t x) { return contradicts(*before.low, x); });
  const std::int64_t high = -first_possible(
      -*before.high, -low, [&](std::int64_t x) { return contradicts(-x, *before.high); });
  if (low == *before.low && high == *before.high)
    return;
  set(v, {low, high});
  static_cast<void>(propagate());
  trail_.clear(); // for good
}

bool Shaver::narrow(std::uint32_t v, const LinearUnknown& bounds) {
  set(v, bounds);
  if (!propagate()) {
    undo();
    return false;
  }
  trail_.clear(); // for good
  return true;
}

std::int64_t Shaver::shave(const Objective& objective, std::int64_t bound, std::int64_t reached) {
  const auto aim = static_cast<std::uint32_t>(rows_.size() - 1);
  Row& row = rows_.back();
  row.terms = objective;
  for (const auto& [v, factor] : objective)
    rows_of_[v].push_back(aim);
  const std::int64_t out = -first_possible(-bound, -reached, [&](std::int64_t x) {
    row.low = -x;
    queue(aim);
    const bool none = !propagate();
    undo();
    return none;
  });
  for (const auto& [v, factor] : objective)
    rows_of_[v].pop_back();
  row = {};
  return out;
}

template <class Contradicts>
std::int64_t Shaver::first_possible(std::int64_t first, std::int64_t last,
                                    const Contradicts& contradicts) {
  // Whatever contradicts at x does so at all before x; most often nothing does.
  std::int64_t step = 1;
  while (first < last && contradicts(first)) {
    ++first;
    while (first < last - step && contradicts(first + step)) {
      first += step + 1;
      step *= 2;
    }
    step = 1;
  }
  return first;
}

void Shaver::set(std::uint32_t v, const LinearUnknown& bounds) {
  trail_.emplace_back(v, unknowns_[v]);
  unknowns_[v] = bounds;
  for (const std::uint32_t r : rows_of_[v])
    queue(r);
}

void Shaver::queue(std::uint32_t r) {
  if (waits_[r] == 0)
    waiting_.push_back(r);
  waits_[r] = 1;
}

bool Shaver::propagate() {
  bool possible = true;
  std::size_t left = 2 * rows_.size(); // then it is tried enough
  for (; possible && !waiting_.empty() && left > 0; --left) {
    const std::uint32_t r = waiting_.front();
    waiting_.pop_front();
    waits_[r] = 0;
    const Row& row = rows_[r];
    Activity all = activity_of(row, unknowns_);
    possible = (!row.low || all.open_high > 0 || all.high >= *row.low) &&
               (!row.high || all.open_low > 0 || all.low <= *row.high);
    for (std::size_t i = 0; i < row.terms.size() && possible; ++i) {
      const auto& [v, factor] = row.terms[i];
      LinearUnknown bounds = unknowns_[v];
      all.add(bounds, factor, -1);
      if (factor != 0 && draw_in(bounds, factor, row, all)) {
        possible = !bounds.low || !bounds.high || *bounds.low <= *bounds.high;
        set(v, bounds);
      }
      all.add(bounds, factor, 1);
    }
  }
  for (const std::uint32_t r : waiting_)
    waits_[r] = 0;
  waiting_.clear();
  return possible;
}

void Shaver::undo() {
  for (; !trail_.empty(); trail_.pop_back())
    unknowns_[trail_.back().first] = trail_.back().second;
}

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

} // namespace libeval
