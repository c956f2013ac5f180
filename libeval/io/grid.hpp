// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace libeval {

enum class Align { left, right };

/// ANSI styles; plain text where color is off.
enum class Style { plain, bold, faint, good, bad, warn };
[[nodiscard]] std::string styled(const std::string& text, Style style, bool color);

/// Columns of text, aligned by what is seen on a terminal.
class Grid {
public:
  struct Cell {
    std::string text;
    Style style = Style::plain;
  };

  void column(std::string head, Align align);
  void row(std::vector<Cell> cells);
  /// A line between rows that belongs to no column.
  void line(std::string text);
  [[nodiscard]] std::size_t columns() const { return heads_.size(); }
  /// With a head if any column has one; each line begins with one space and has none at its end. A
  /// table wider than `width` (0: no limit) goes on below itself, the first `kept` columns
  /// repeated.
  [[nodiscard]] std::string text(bool color, std::size_t width = 0, std::size_t kept = 1) const;

private:
  struct Row {
    std::vector<Cell> cells;
    std::string line; ///< instead of cells
  };
  [[nodiscard]] std::string block(const std::vector<std::size_t>& columns,
                                  const std::vector<std::size_t>& widths, bool color) const;

  std::vector<std::string> heads_;
  std::vector<Align> aligns_;
  std::vector<Row> rows_;
};

/// One column less than the room for text on a screen that wide (0: unknown).
[[nodiscard]] std::size_t text_width(std::size_t screen);

/// `text` broken at spaces into lines of at most `width` columns, each after the first behind
/// `indent` spaces. Words longer than a line stay whole.
[[nodiscard]] std::string wrapped(const std::string& text, std::size_t indent, std::size_t width);

/// A line of a report, behind one space, that goes on below itself where a screen that wide ends.
[[nodiscard]] std::string report_line(const std::string& text, std::size_t screen);

} // namespace libeval
