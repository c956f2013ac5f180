// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/table.hpp>

#include <string>
#include <vector>

namespace libeval {

/// Removes the rows for which `keep` is false, and the texts that no row has any more.
void keep_rows(Table& table, const std::vector<bool>& keep);

/// The dimensions of a table whose members can be left out: keys other than candidates and
/// opponents, and the dimension whose members are columns.
[[nodiscard]] std::vector<std::string> other_dimensions(const Table& table, const TableSpec& spec);

/// The members of one of them, in order of first appearance.
[[nodiscard]] std::vector<std::string> members_of(const Table& table, const TableSpec& spec,
                                                  const std::string& dimension);

/// The table without one member.
[[nodiscard]] Table without_member(const Table& table, const TableSpec& spec,
                                   const std::string& dimension, const std::string& member);

} // namespace libeval
