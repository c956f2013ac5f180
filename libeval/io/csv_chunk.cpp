// SPDX-License-Identifier: Apache-2.0
#include "io/csv_reader.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/duration.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

namespace libeval::csv {
namespace {

constexpr std::uint64_t odd_bits = 0x7FF8'0000'0000'0000U;

class ChunkReader {
public:
  ChunkReader(const Rules& rules, std::string_view text, const Target& target, Chunk& chunk)
      : rules_(rules), layout_(rules.layout), syntax_(rules.syntax), plain_(syntax_),
        target_(target), chunk_(chunk), begin_(text.data()), end_(text.data() + text.size()),
        line_(chunk.line) {
    const auto& gaps = rules.spec.gaps;
    const bool numeric_gaps = std::any_of(gaps.begin(), gaps.end(), [](const std::string& gap) {
      return !gap.empty() &&
             (is_digit(gap[0]) || gap[0] == '-' || gap[0] == '+' || gap[0] == '.' || gap[0] == ',');
    });
    plain_numbers_ = !numeric_gaps && syntax_.point != syntax_.delimiter;
    if (rules.spec.range)
      range_ = *rules.spec.range;
    checked_ = rules.spec.range || rules.spec.step;
  }

  void run() {
    const char* p = begin_;
    while (p < end_ && !chunk_.bad_quotes && !chunk_.stopped) {
      row_begin_ = p;
      row_line_ = line_;
      p = read_row(p);
      line_ += lines_in_row_;
    }
  }

private:
  // A number out of its bounds waits for the end of its row, when the keys are known.
  struct Pending {
    std::size_t column = 0;
    std::string_view raw;
    enum class What : std::uint8_t { outside, off_step } what = What::outside;
  };
  // Any other problem of a cell waits too: of a row that is none, only that is said.
  struct Complaint {
    std::string_view raw;
    std::string message;
    std::string help;
  };

  [[nodiscard]] std::string_view raw(const Cell& cell) const {
    return {cell.begin, static_cast<std::size_t>(std::max(cell.stop, cell.begin) - cell.begin)};
  }

  const char* read_row(const char* p) {
    if (chunk_.rows == chunk_.capacity)
      return ragged();
    const std::size_t row = chunk_.first + chunk_.rows;
    const std::size_t columns = layout_.columns.size();
    lines_in_row_ = 1;
    pending_.clear();
    complaints_.clear();
    std::size_t column = 0;
    bool ended = false;
    for (; column < columns && !ended; ++column) {
      const Layout::Column& about = layout_.columns[column];
      if (about.kind == Layout::Kind::value && plain_numbers_) {
        double value = 0;
        const char* const stop = read_number(p, syntax_.point, value);
        if (stop != nullptr) {
          const char* next = nullptr;
          if (*stop == syntax_.delimiter) {
            next = stop + 1;
          } else if (*stop == syntax_.newline) {
            next = stop + 1;
            ended = true;
          } else if (*stop == '\r' && stop[1] == syntax_.newline) {
            next = stop + 2;
            ended = true;
          }
          if (next != nullptr && next <= end_) {
            target_.values[about.slot][row] = value;
            if (checked_)
              check(value, column, {p, static_cast<std::size_t>(stop - p)});
            p = next;
            continue;
          }
        }
      }
      Cell cell;
      if (!plain_.read(p, end_, cell))
        cell = next_cell(p, end_, syntax_, scratch_);
      if (cell.trouble != Cell::Trouble::none)
        return bad_quote(cell, column);
      if (static_cast<std::size_t>(cell.next - row_begin_) > rules_.limits.record_bytes)
        return too_long();
      if (cell.begin != p || *cell.begin == '"')
        lines_in_row_ += newlines(p, cell.stop);
      if (column == 0 && cell.ends_row && cell.text.empty() && raw(cell).empty())
        return cell.next; // an empty line
      if (about.kind == Layout::Kind::value)
        read_value(cell, column, row);
      else
        read_text(cell, column, row);
      p = cell.next;
      ended = cell.ends_row;
    }
    if (!ended || column < columns)
      return ragged();
    if (static_cast<std::size_t>(p - row_begin_) > rules_.limits.record_bytes)
      return too_long();
    for (Complaint& complaint : complaints_)
      problem(complaint.raw, std::move(complaint.message), std::move(complaint.help));
    for (const Pending& pending : pending_)
      report_value(pending, row);
    target_.lines[row] = static_cast<std::uint32_t>(
        std::min<std::size_t>(row_line_, std::numeric_limits<std::uint32_t>::max()));
    ++chunk_.rows;
    return p;
  }

  [[nodiscard]] std::size_t newlines(const char* from, const char* to) const {
    return static_cast<std::size_t>(std::count(from, to, syntax_.newline));
  }

  void read_text(const Cell& cell, std::size_t column, std::size_t row) {
    const Layout::Column& about = layout_.columns[column];
    const Layout::Text& text = layout_.texts[about.slot];
    Interner& interner = chunk_.texts[about.slot];
    const std::size_t known = interner.size();
    const std::uint32_t code = interner.intern(cell.text);
    target_.texts[about.slot][row] = code;
    check_text(cell, cell.text, column, code, interner.size() > known);
    if (text.is_key && !text.may_be_empty && cell.text.empty())
      complain(raw(cell), "the key " + in_backticks(text.name) + " is empty",
               "every row names its keys; delete rows without content");
  }

  void read_value(const Cell& cell, std::size_t column, std::size_t row) {
    const Layout::Column& about = layout_.columns[column];
    double& to = target_.values[about.slot][row];
    const std::string_view text = cell.text;
    const auto& gaps = rules_.spec.gaps;
    if (text.empty() || std::find(gaps.begin(), gaps.end(), text) != gaps.end()) {
      to = odd_cell(0);
      chunk_.odd[about.slot] = true;
      return;
    }
    if (const auto number = parse_decimal(text, syntax_.point)) {
      to = *number;
      if (checked_)
        check(to, column, raw(cell));
      return;
    }
    if (about.duration)
      if (const auto seconds = parse_duration(text, syntax_.point)) {
        to = *seconds;
        if (checked_)
          check(to, column, raw(cell));
        return;
      }
    to = odd_cell(0);
    chunk_.odd[about.slot] = true;
    if (about.duration && is_digit(text.front()) && text.find(':') != std::string_view::npos) {
      complain(raw(cell),
               in_backticks(text) + " in column " + in_backticks(about.name) + " is no duration",
               "write hours, minutes and seconds as `1:02:03.45`, two digits behind each `:`");
      return;
    }
    std::string help = number_help(text, syntax_.point);
    const bool spreadsheet = text.front() == '#' && (text.back() == '!' || text.back() == '?' ||
                                                     text == "#N/A" || text == "#NULL");
    if (spreadsheet)
      help = "an error of a spreadsheet; mend it there, or list it under `gaps`";
    if (!help.empty()) {
      if (text.find(',') != std::string_view::npos && syntax_.point == '.' &&
          help.find("decimal point") != std::string::npos)
        help = "write it with a decimal point, or declare `decimal: comma` for the table";
      complain(raw(cell),
               in_backticks(text) + " in column " + in_backticks(about.name) +
                   " is not a decimal number",
               std::move(help));
      return;
    }
    Interner& categories = chunk_.categories[about.slot];
    const std::size_t known = categories.size();
    const std::uint32_t code = categories.intern(text);
    check_text(cell, text, column, code, categories.size() > known);
    if (categories.size() > rules_.limits.categories)
      return too_many_categories(cell, about);
    to = odd_cell(code + 1);
  }

  void too_many_categories(const Cell& cell, const Layout::Column& about) {
    complain(raw(cell),
             "column " + in_backticks(about.name) + " has more than " +
                 std::to_string(rules_.limits.categories) + " different categories",
             "a value column holds numbers or a few categories");
    chunk_.stopped = true;
  }

  // Looks at each distinct text once; what is wrong is reported wherever it stands.
  void check_text(const Cell& cell, std::string_view text, std::size_t column, std::uint32_t code,
                  bool is_new) {
    if (!is_new && (bad_.empty() || !bad_.contains({column, code})))
      return;
    std::string message;
    std::string help = "this is no text file, or it was damaged on its way";
    if (find_invalid_utf8(text)) {
      message = "a cell is not UTF-8";
      help = "save the file as UTF-8 (`CSV UTF-8` in spreadsheets)";
    } else if (text.find('\0') != std::string_view::npos) {
      message = "a NUL byte in a cell";
    } else if (has_foreign_line_end(text)) {
      message = "another kind of line end inside a cell";
      help = "save the file with one kind of line end";
    } else if (std::any_of(text.begin(), text.end(), [](char c) {
                 return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
               })) {
      message = "a control character in a cell";
    } else {
      return;
    }
    bad_.emplace(column, code);
    complain(raw(cell), std::move(message), std::move(help));
  }

  [[nodiscard]] bool has_foreign_line_end(std::string_view text) const {
    if (syntax_.newline == '\r')
      return text.find('\n') != std::string_view::npos;
    for (std::size_t at = text.find('\r'); at != std::string_view::npos;
         at = text.find('\r', at + 1))
      if (at + 1 == text.size() || text[at + 1] != '\n')
        return true;
    return false;
  }

  void check(double value, std::size_t column, std::string_view raw) {
    if (rules_.spec.range && !(value >= range_.first && value <= range_.second))
      pending_.push_back({column, raw, Pending::What::outside});
    else if (rules_.spec.step && !is_multiple(value, *rules_.spec.step))
      pending_.push_back({column, raw, Pending::What::off_step});
  }

  // Both are decimals within half a unit in their last place, so the quotient is within two.
  static bool is_multiple(double value, double step) {
    const double quotient = value / step;
    if (!(std::abs(quotient) < 0x1p50))
      return true;
    const double error = std::abs(quotient - std::nearbyint(quotient));
    return error <= 4 * std::numeric_limits<double>::epsilon() * std::max(1.0, std::abs(quotient));
  }

  void report_value(const Pending& pending, std::size_t row) {
    const Layout::Column& about = layout_.columns[pending.column];
    std::string message = in_backticks(about.name) + " " + in_backticks(trimmed(pending.raw)) + " ";
    for (std::size_t i = 0; i < layout_.texts.size(); ++i) {
      const Layout::Text& text = layout_.texts[i];
      if (!text.is_key)
        continue;
      const std::string& member = chunk_.texts[i].texts()[target_.texts[i][row]];
      message += text.name == "candidate"
                     ? "for " + in_backticks(member) + " "
                     : "of " + in_backticks(text.name) + " " + in_backticks(member) + " ";
    }
    if (pending.what == Pending::What::outside)
      message +=
          "is outside " + format_decimal(range_.first) + " to " + format_decimal(range_.second);
    else
      message += "is no multiple of " + format_decimal(*rules_.spec.step);
    std::string help;
    const Where& place = rules_.spec.range_where;
    if (place.source && place.line > 0)
      help = "the scale of " + in_backticks(rules_.spec.name) + " is set at " + place.source->name +
             ":" + std::to_string(place.line);
    problem(pending.raw, std::move(message), std::move(help));
  }

  // A row of the wrong number of cells, seen again from its beginning. Also where there is no room
  // for another row: then the file changed, or the row is one that is not kept.
  const char* ragged() {
    const std::size_t columns = layout_.columns.size();
    const char* p = row_begin_;
    const char* extra = p;
    std::size_t cells = 0;
    lines_in_row_ = 1;
    for (bool ended = false; !ended; ++cells) {
      const Cell cell = next_cell(p, end_, syntax_, scratch_);
      if (cell.trouble != Cell::Trouble::none)
        return bad_quote(cell, cells);
      lines_in_row_ += newlines(cell.begin, cell.stop);
      if (cells <= columns)
        extra = p;
      p = cell.next;
      ended = cell.ends_row;
      if (cells == 0 && ended && raw(cell).empty())
        return p; // an empty line
    }
    if (static_cast<std::size_t>(p - row_begin_) > rules_.limits.record_bytes)
      return too_long();
    if (cells == columns)
      return grown();
    std::string help = std::string("a text with `") + syntax_.delimiter + "` in it must be quoted";
    if (syntax_.delimiter == ',')
      help += "; numbers with a decimal comma need another `delimiter`";
    if (cells < columns)
      help = "an empty cell keeps its delimiter; the columns end at " +
             in_backticks(layout_.columns[columns - 1].name);
    const char* mark = cells > columns ? extra : row_begin_;
    problem({mark, static_cast<std::size_t>(p - mark)},
            "the row has " + std::to_string(cells) + (cells == 1 ? " cell" : " cells") +
                ", the header has " + std::to_string(columns),
            std::move(help));
    return p;
  }

  const char* bad_quote(const Cell& cell, std::size_t column) {
    chunk_.bad_quotes = true;
    const std::string name =
        column < layout_.columns.size() ? in_backticks(layout_.columns[column].name) : "";
    if (cell.trouble == Cell::Trouble::unclosed)
      problem({cell.begin, 1}, "a quoted cell is never closed",
              "add the closing quote; a quote inside a quoted cell is written twice");
    else if (cell.trouble == Cell::Trouble::after_quote)
      problem(raw(cell), "text after the closing quote of a cell",
              "a quote inside a quoted cell is written twice");
    else
      problem(raw(cell), "a quote inside an unquoted cell",
              "quote the whole cell and write its quotes twice");
    return end_;
  }

  const char* too_long() {
    problem({row_begin_, 1},
            "the row is longer than " + std::to_string(rules_.limits.record_bytes) + " bytes",
            "a closing quote or the line ends may be missing");
    chunk_.stopped = true;
    return end_;
  }

  const char* grown() {
    problem({row_begin_, 1}, "the file changed while it was read", "read it again");
    chunk_.stopped = true;
    return end_;
  }

  void complain(std::string_view raw, std::string message, std::string help) {
    complaints_.push_back({raw, std::move(message), std::move(help)});
  }

  void problem(std::string_view mark, std::string message, std::string help) {
    if (chunk_.problems.errors() >= chunk_.problems.limit())
      return chunk_.problems.add({}); // only counted
    // Rows may span lines: find the one that holds the mark.
    const char* line_begin = mark.data();
    while (line_begin > row_begin_ && line_begin[-1] != syntax_.newline)
      --line_begin;
    const char* line_end = std::find(mark.data(), end_, syntax_.newline);
    std::string_view shown = mark.substr(0, static_cast<std::size_t>(line_end - mark.data()));
    while (!shown.empty() && (shown.back() == '\r' || shown.back() == '\n'))
      shown.remove_suffix(1);
    const Excerpt excerpt =
        excerpt_of({line_begin, static_cast<std::size_t>(line_end - line_begin)}, shown);
    report(chunk_.problems, rules_.bytes, row_line_ + newlines(row_begin_, mark.data()), excerpt,
           std::move(message), std::move(help));
  }

  const Rules& rules_;
  const Layout& layout_;
  const Syntax syntax_;
  const PlainCells plain_;
  const Target& target_;
  Chunk& chunk_;
  const char* const begin_;
  const char* const end_;
  const char* row_begin_ = nullptr;
  std::size_t line_;
  std::size_t row_line_ = 0;
  std::size_t lines_in_row_ = 1;
  std::pair<double, double> range_;
  bool checked_ = false;
  bool plain_numbers_ = true; // digits at the beginning of a cell are a number, whatever follows
  std::vector<Pending> pending_;
  std::vector<Complaint> complaints_;
  std::set<std::pair<std::size_t, std::uint32_t>> bad_; // columns and codes of texts that are wrong
  std::string scratch_;
};

} // namespace

double odd_cell(std::uint32_t code) {
  return std::bit_cast<double>(odd_bits | code);
}

std::optional<std::uint32_t> odd_code(double cell) {
  const auto bits = std::bit_cast<std::uint64_t>(cell);
  if ((bits & odd_bits) != odd_bits)
    return std::nullopt;
  return static_cast<std::uint32_t>(bits);
}

void read_chunk(const Rules& rules, std::string_view text, const Target& target, Chunk& chunk) {
  ChunkReader(rules, text, target, chunk).run();
}

} // namespace libeval::csv
