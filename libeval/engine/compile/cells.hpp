// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/compile/context.hpp"

#include <functional>

namespace libeval {

/// Cells before any is filtered out: the rows of a table, seen the way its spec says.
struct Cells {
  std::vector<Dimension> dimensions;
  std::size_t count = 0;
  Index rows; ///< row of each cell; null: cell = row
  std::shared_ptr<const std::vector<double>> numbers;
  std::function<void()> refill; ///< reads `numbers` anew where they are a copy of a wide table's
  const ValueColumn* column = nullptr; ///< when cells are the rows of one column
  std::shared_ptr<const std::vector<std::uint32_t>> category;
  std::vector<std::string> texts;
  std::vector<std::uint8_t> gap;
  std::map<std::string, std::shared_ptr<const std::vector<double>>> columns;
  std::map<std::string, std::vector<std::uint8_t>> column_gaps;
  std::shared_ptr<const Table> table; ///< where its other columns are columns of the cells

  [[nodiscard]] std::size_t row(std::size_t cell) const { return rows ? (*rows)[cell] : cell; }
};

/// The cells of a table as a measure sees them: rows, rows by columns (wide), or both sides of each
/// row (pairs). A value column that is not there is a diagnostic.
[[nodiscard]] std::optional<Cells> make_cells(const Context& context, const TableSpec& spec,
                                              const std::shared_ptr<const Table>& table,
                                              const Measure& measure);

/// A column by name; nullptr if there is none.
[[nodiscard]] const ValueColumn* find_value(const Table& table, std::string_view name);
[[nodiscard]] const TextColumn* find_text(const std::vector<TextColumn>& columns,
                                          std::string_view name);

/// `a`, `b`, `c` in backticks.
[[nodiscard]] std::string listed(const std::vector<std::string>& words);

} // namespace libeval
