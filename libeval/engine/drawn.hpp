// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/program.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace libeval {

/// The name of a member that is drawn for the k-th time, from 0: a name that no reader lets
/// through, so that it is nobody else's.
[[nodiscard]] std::string copy_of(const std::string& member, std::size_t k);
/// The member that a copy is of.
[[nodiscard]] std::string_view original_of(std::string_view member);

/// Keeps these rows of a table, in that order, some of them more than once.
void take_rows(Table& table, const std::vector<std::uint32_t>& rows);

/// How often each member of a dimension counts; who is not in it counts once.
using Draw = std::map<std::string, std::size_t, std::less<>>;

/// The bundle with the members of a dimension as often as drawn, in every table that has it:
/// further copies are members of their own, 0 leaves one out. O(rows of these tables).
[[nodiscard]] Bundle drawn(const Bundle& bundle, const std::string& dimension, const Draw& draw);

/// Recuses copies as who they are of: in the list of a table of `drawn` or in the evidence that
/// lists them, both as they are in `bundle` else. Returns the position of that evidence, or nobody.
std::size_t recuse_copies(const Bundle& bundle, std::size_t table, const Draw& draw, Bundle& drawn);

} // namespace libeval
