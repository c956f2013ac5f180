// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/table.hpp>

#include <string>
#include <vector>

namespace libeval {

/// Removes the rows for which `keep` is false, and the texts that no row has any more.
void keep_rows(Table& table, const std::vector<bool>& keep);

/// A table whose columns are members of a dimension as one with a row a cell, for dimensions that
/// are looked up by their keys. Cells are in the order of rows, then columns; gaps of a sparse
/// dimension are left out. `spec` then says so too. O(cells).
[[nodiscard]] Table with_row_per_cell(const Table& table, TableSpec& spec);

/// A table without value columns gets one of ones: that a row stands is what counts.
void count_rows(Table& table, TableSpec& spec);

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
