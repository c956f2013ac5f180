// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/compile/plan.hpp"

#include <libeval/domain/measure.hpp>
#include <libeval/domain/table.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace libeval {

struct Program;

/// Codes of the cells along a dimension, or positions of cells.
using Codes = std::vector<std::uint32_t>;
[[nodiscard]] inline Index shared_codes(Codes codes) {
  return std::make_shared<const Codes>(std::move(codes));
}

/// Distinct members of a dimension; codes point into it. For `candidate` and `opponent` there are
/// none: codes are positions in the program's candidates.
using Members = std::shared_ptr<const std::vector<std::string>>;

struct Dimension {
  std::string name;
  Members members; ///< null: candidates
  Index codes;     ///< one a cell
};

/// What a code of a dimension stands for.
[[nodiscard]] const std::string& name_of(const Dimension& dimension, std::uint32_t code,
                                         const Program& program);

/// Where the cells of a frame come from, so that a step can still reach another column of the
/// same rows. After a reduction a column is there where it is the same in all of a group.
struct Origin {
  std::map<std::string, std::shared_ptr<const std::vector<double>>> columns; ///< one a base cell
  std::map<std::string, std::vector<std::uint8_t>> gaps; ///< of a column; absent: none
  std::shared_ptr<const Table> table;   ///< with further columns, read when asked for; or null
  std::shared_ptr<const Table> labels;  ///< with labels of the cells; or null
  Index rows;                           ///< the row of each base cell; null: cell = row
  std::shared_ptr<const Origin> parent; ///< cells are groups of the parent's cells; or
  SharedGroups groups;
  Index picked; ///< cells are a selection of the parent's cells (`npos` = a gap, no cell)
  std::size_t cells = 0;
};

/// Cells with their dimensions on the way through the steps of a measure. Only structure lives
/// here; the numbers are an array of the plan.
struct Frame {
  std::vector<Dimension> dimensions;
  std::size_t cells = 0;
  ArrayId array = no_array;
  std::vector<std::uint8_t> gap;     ///< empty: no gaps; 1 = should stand and does not
  std::vector<std::uint8_t> outside; ///< empty: none; 1 = no entrant's cell (reference only)
  std::shared_ptr<const std::vector<std::uint32_t>> category; ///< 0 = a number, k = texts[k-1]
  std::vector<std::string> texts;
  std::shared_ptr<const std::vector<double>> raw; ///< the numbers while no step has touched them
  Index raw_rows;                                 ///< as in op::Load
  ArrayId mask = no_array;                        ///< cells set aside while the plan runs
  std::vector<std::string> mask_over;             ///< dimensions that must be reduced next
  ArrayId counted = no_array;                     ///< what of the weights counts then
  std::optional<double> needs;                    ///< so many must stand in the next reduction
  bool needs_share = false;
  Direction direction = Direction::benefit;
  bool relative = false; ///< others' values have entered
  double resolution = 0; ///< values are multiples of this; 0 = not rounded
  std::shared_ptr<const Origin> origin;
  std::string weight_column;        ///< of ballots: the column that says how many such there are
  std::vector<double> part_weights; ///< one a member of `part`, when the parts have weights
  std::vector<Direction> part_directions;
  /// Keys that `where` fixed to one member. They stay dimensions, for parameters to match on, but
  /// need no reduction.
  std::vector<std::string> pinned;

  [[nodiscard]] const Dimension* find(std::string_view name) const;
  [[nodiscard]] bool is_gap(std::size_t cell) const { return !gap.empty() && gap[cell] != 0; }
  [[nodiscard]] bool is_outside(std::size_t cell) const {
    return !outside.empty() && outside[cell] != 0;
  }
  [[nodiscard]] bool is_pinned(std::string_view name) const;
  /// Dimensions beside `candidate` that still have to be reduced.
  [[nodiscard]] std::vector<const Dimension*> left_over() const;
  [[nodiscard]] bool any_gap() const;
  [[nodiscard]] Index candidates() const; ///< codes of `candidate`, or null
};

inline constexpr std::uint32_t npos = 0xFFFFFFFFU;

/// Groups of cells that agree in `keys` (columns of codes), in order of first appearance.
struct Grouping {
  SharedGroups groups;
  std::vector<std::uint32_t> group_of; ///< of each cell; empty: all in the one group
  std::vector<std::uint32_t> first;    ///< first cell of each group

  [[nodiscard]] std::uint32_t of(std::size_t cell) const {
    return group_of.empty() ? 0 : group_of[cell];
  }
};
/// O(cells), hashed; O(1) where no keys are given.
[[nodiscard]] Grouping group_cells(const std::vector<Index>& keys, std::size_t cells);

/// Keeps the cells listed, in that order. The array is not gathered: the caller adds that.
[[nodiscard]] Frame pick_cells(const Frame& frame, const std::vector<std::uint32_t>& cells);

/// A column of the source, brought to the cells of a frame; empty where it is not there or not the
/// same within a group. Gaps come back in `gap`.
[[nodiscard]] std::optional<std::vector<double>>
column_of(const Origin& origin, const std::string& column, std::vector<std::uint8_t>& gap);

/// A label, or the words (and numbers) of a value column, as a dimension of the cells of a frame;
/// empty where it is not there or not the same within a group.
[[nodiscard]] std::optional<Dimension> words_of(const Origin& origin, const std::string& column);

/// A value column of a table, or a label or key that is a number or a date, for `cells` cells.
[[nodiscard]] std::optional<std::vector<double>> column_of(const Table& table, const Index& rows,
                                                           std::size_t cells,
                                                           std::string_view column,
                                                           std::vector<std::uint8_t>& gap);

} // namespace libeval
