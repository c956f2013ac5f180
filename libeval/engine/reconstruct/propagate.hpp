// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/linear.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace libeval {

/// Draws the bounds of unknowns in as far as single rows allow, a few times over. Exact.
void draw_in_bounds(IntegerSystem& system);

/// What a row can add up to within the bounds of its unknowns; an absent end is no bound.
struct Activity {
  Wide low = 0, high = 0;
  std::size_t open_low = 0, open_high = 0; ///< so many terms have no bound there

  void add(const LinearUnknown& unknown, std::int64_t factor, int sign);
};
[[nodiscard]] Activity activity_of(const Row& row, const std::vector<LinearUnknown>& unknowns);

/// Finds out what cannot be by trying it: an end that is set and leads to a contradiction, row
/// after row, is none. Exact, and no stronger than single rows are (so not complete).
class Shaver {
public:
  using Objective = std::vector<std::pair<std::uint32_t, std::int64_t>>;

  /// Of the rows that `active` names (1), or all.
  explicit Shaver(const IntegerSystem& system, const std::vector<std::uint8_t>& active = {});

  /// Draws in the bounds of one unknown, and what follows from that.
  void shave(std::uint32_t v);
  /// What the objective cannot exceed, from `bound` down to `reached` (a value of some point, or a
  /// number that is not looked beyond).
  [[nodiscard]] std::int64_t shave(const Objective& objective, std::int64_t bound,
                                   std::int64_t reached);
  /// Draws in the bounds of one unknown to these, and what follows; false: that contradicts itself,
  /// and nothing was changed.
  bool narrow(std::uint32_t v, const LinearUnknown& bounds);
  [[nodiscard]] const std::vector<LinearUnknown>& unknowns() const { return unknowns_; }
  /// Back to bounds as they were.
  void restore(std::vector<LinearUnknown> unknowns) { unknowns_ = std::move(unknowns); }

private:
  template <class Contradicts>
  static std::int64_t first_possible(std::int64_t first, std::int64_t last,
                                     const Contradicts& contradicts);
  void set(std::uint32_t v, const LinearUnknown& bounds);
  void queue(std::uint32_t row);
  bool propagate(); ///< false: there is a contradiction
  void undo();      ///< what was changed since the last change for good

  std::vector<Row> rows_; ///< the last one is for an objective
  std::vector<LinearUnknown> unknowns_;
  std::vector<std::vector<std::uint32_t>> rows_of_; ///< by unknown
  std::vector<std::uint8_t> waits_;                 ///< by row
  std::deque<std::uint32_t> waiting_;
  std::vector<std::pair<std::uint32_t, LinearUnknown>> trail_;
};

} // namespace libeval
