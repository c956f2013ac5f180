// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/drawn.hpp"

#include <libeval/domain/table.hpp>
#include <libeval/kernel/draw.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace libeval {

/// Who stands in one place of a table drawn anew: a member, for the how many-th time.
struct Seat {
  std::uint32_t member = 0, again = 0;
};

/// As many of n members as there are, with replacement.
[[nodiscard]] std::vector<Seat> draw_seats(const kernel::Stream& stream, std::size_t members);

/// An entry of `bootstrap`, resolved: the members of one dimension of one table.
struct MemberSource {
  std::size_t table = 0;
  std::string over;
  std::vector<std::string> names;               ///< of those that have a row, or a column
  std::vector<std::vector<std::uint32_t>> rows; ///< of each of them; none where they are columns
  /// Whoever is drawn, nothing but numbers and names are others: all have rows with the same other
  /// keys and labels, gaps in the same places and no categories.
  bool alike = false;
};
[[nodiscard]] MemberSource members_to_draw(const Table& table, std::size_t position,
                                           const std::string& over);

/// Puts the seats of a source in place of its members, one after another; who is there again is a
/// member of its own (`copy_of`). O(cells).
void seat(Table& table, const MemberSource& source, const std::vector<Seat>& seats);

/// The same for members that are alike: only numbers and names are written, into a table that was
/// made of `from` by `seat`. O(cells).
void seat_again(Table& table, const Table& from, const MemberSource& source,
                const std::vector<Seat>& seats);

/// How often each member counts that is drawn.
[[nodiscard]] Draw times_drawn(const MemberSource& source, const std::vector<Seat>& seats);

} // namespace libeval
