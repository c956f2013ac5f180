// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/where.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace libeval {

/// A column of texts, each distinct text kept once. `codes[row]` is a position in `texts`.
struct TextColumn {
  std::string name;
  std::vector<std::uint32_t> codes;
  std::vector<std::string> texts;

  [[nodiscard]] const std::string& at(std::size_t row) const { return texts[codes[row]]; }
};

/// A column of values: numbers, categories (`sat`, `DNF`) or gaps.
struct ValueColumn {
  std::string name;
  std::vector<double> numbers;         ///< one a row; 0 where the cell is a category or a gap
  std::vector<std::uint32_t> category; ///< empty: no categories; else 0 = none, k = texts[k-1]
  std::vector<bool> gap;               ///< empty: no gaps; else true where nothing stands
  std::vector<std::string> texts;      ///< the distinct categories

  [[nodiscard]] bool is_gap(std::size_t row) const { return !gap.empty() && gap[row]; }
  [[nodiscard]] bool is_category(std::size_t row) const {
    return !category.empty() && category[row] != 0;
  }
};

/// Evidence as it was read: rows with key columns (the dimensions) and value columns. Columns that
/// are neither keys nor values are `labels`, there for `where` and for groups.
struct Table {
  std::string name;
  std::size_t rows = 0;
  std::vector<TextColumn> keys;
  std::vector<ValueColumn> values;
  std::vector<TextColumn> labels;
  std::vector<std::uint32_t> lines; ///< the line of each row in `where.source`, for diagnostics
  Where where;                      ///< the file (line 1) or the inline text
};

/// A juror who must not mark a candidate, and why: recused, or in a declared conflict of interest.
struct Recusal {
  std::string juror, candidate, reason, source, date;
  Where where;
};

/// How a table is to be read: which columns are keys, which are values, and what their cells may
/// hold. The words are those of `evidence:` in a program.
struct TableSpec {
  /// Rows that speak of two candidates: each row is read as two, one a side, with the other side
  /// as the dimension `opponent`.
  struct Pairs {
    std::string a, b;                            ///< columns that name the two sides; an empty
                                                 ///< cell of b is a bye (speaks for a alone)
    std::string a_value, b_value;                ///< columns of their values (scores); or
    std::string winner;                          ///< a column that names the winner
    std::vector<std::string> tie;                ///< how a tie is spelt in `winner`
    std::vector<std::string> sides = {"a", "b"}; ///< members of the dimension `side`
    Where where;
  };

  /// Ranked ballots: one a row of a CSV file, written `a > b = c`, a file of PrefLib or a BLT file.
  /// They are read as a table with the keys `ballot` and `candidate` and the values `rank` and
  /// `count`.
  struct Ballots {
    enum class Form { rows, preflib, blt } form = Form::rows;
    std::string order = "order"; ///< column of the ballot
    std::string count;           ///< column that says how many such there are; empty: one each
    Where where;
  };

  std::string name;
  std::string file;         ///< path inside the bundle; empty when `csv` holds the text
  bool unpublished = false; ///< instead: it exists, and no cell of it is known
  bool statements = false;  ///< `file` holds statements about scores instead of cells
  /// Of an unpublished table: the members of its keys beside `candidate`.
  std::vector<std::pair<std::string, std::vector<std::string>>> members;
  std::optional<std::string> csv;  ///< inline text
  std::vector<std::string> keys;   ///< `row` as a key that is no column numbers the rows; a key
                                   ///< `candidate.party` is the column `party`
  std::vector<std::string> values; ///< value columns; with `wide` the name of the one value
  /// Keys and values whose column is called otherwise in the file: name -> column.
  std::vector<std::pair<std::string, std::string>> called;
  std::vector<std::string> durations; ///< value columns written `[[h:]m:]s[.ff]`, read as seconds
  std::string wide;                   ///< dimension whose members are columns; or empty
  std::vector<std::string> columns; ///< with `wide`: which; empty = all that are no keys or labels
  std::vector<std::string> labels;  ///< with `wide`: columns that are labels, not members
  std::optional<Pairs> pairs;
  std::optional<Ballots> ballots;
  bool all_sparse = false;
  std::vector<std::string> sparse;  ///< dimensions in which not everybody has everything
  std::vector<std::string> gaps;    ///< spellings of a gap beside the empty cell
  std::string status, source, date; ///< label columns with these meanings; may be empty
  std::optional<std::pair<double, double>> range; ///< numbers outside are errors
  std::optional<double> step;                     ///< numbers must be multiples of this
  /// Per dimension: spelling -> member.
  std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::string>>>> alias;
  std::string jurors; ///< the dimension of those who mark, as declared; see `juror_dimension`
  std::vector<Recusal> recusals; ///< whose marks do not count; or
  std::string recusals_from;     ///< evidence that lists them
  Where recusals_where;
  char delimiter = ',';
  bool decimal_comma = false;
  Where where;      ///< the evidence's name in the program
  Where file_where; ///< the value of `file` or `csv`
  Where range_where;
};

/// The dimension of those who mark: the one declared, else the key that is called `juror`, `judge`,
/// `expert`, `reviewer`, `rater`, `referee`, `user` or `voter`; empty if there is none.
[[nodiscard]] std::string juror_dimension(const TableSpec& spec);

} // namespace libeval
