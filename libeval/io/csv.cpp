// SPDX-License-Identifier: Apache-2.0
#include <libeval/base/text.hpp>
#include <libeval/io/csv.hpp>
#include <libeval/io/files.hpp>

#include "base/parallel.hpp"
#include "io/csv_keys.hpp"
#include "io/csv_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <numeric>
#include <utility>

namespace libeval {
namespace csv {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::size_t most_rows = std::numeric_limits<std::uint32_t>::max() - 1;

// What a piece of the file says before it is known whether it begins inside quotes: for both cases,
// how many line ends stand outside quotes and where the first one does.
struct Census {
  std::size_t lines = 0;
  std::size_t ends[2] = {0, 0};
  std::size_t first[2] = {std::string_view::npos, std::string_view::npos};
  bool odd_quotes = false;
};

Census census_of(std::string_view text, char newline) {
  Census census;
  census.lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), newline));
  if (text.find('"') == std::string_view::npos) {
    census.ends[0] = census.lines;
    census.first[0] = text.find(newline);
    return census;
  }
  bool quoted = false; // relative to the beginning
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == newline) {
      const std::size_t which = quoted ? 1 : 0;
      if (census.ends[which]++ == 0)
        census.first[which] = i;
    }
  }
  census.odd_quotes = quoted;
  return census;
}

// Reading a table from its bytes, one method a phase.
class TableReader {
public:
  TableReader(const TableSpec& spec, const Bytes& bytes, Diagnostics& diagnostics, unsigned threads,
              const Limits& limits)
      : spec_(spec), bytes_(bytes), diagnostics_(diagnostics), threads_(threads), limits_(limits) {
    syntax_.delimiter = spec.delimiter;
    syntax_.point = spec.decimal_comma ? ',' : '.';
  }

  Table read() {
    before_ = diagnostics_.errors();
    Table table;
    table.name = spec_.name;
    table.where = {bytes_.source, 1 + bytes_.line_base, 1 + bytes_.column_base, 1};
    if (!read_header())
      return table;
    split();
    allocate(table);
    read_chunks(table);
    finish(table);
    return table;
  }

private:
  void problem(std::string message, std::string help = {}) {
    diagnostics_.error({bytes_.source, 1 + bytes_.line_base, 1 + bytes_.column_base, 1},
                       std::move(message), std::move(help));
  }

  // Finds the kind of line end and the columns; the rows begin at `data_`.
  bool read_header() {
    const std::string_view head = bytes_.fetch(0, limits_.record_bytes + 3, buffers_[0]);
    if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) {
      problem("the table is UTF-16, not UTF-8",
              "save the file as UTF-8 (`CSV UTF-8` in spreadsheets)");
      return false;
    }
    const char* p = head.data();
    const char* const end = p + head.size();
    if (head.starts_with(byte_order_mark))
      p += byte_order_mark.size();
    const char* const text = p;
    syntax_.newline = newline_of({p, static_cast<std::size_t>(end - p)});
    line_ = 1;
    while (p < end && (*p == syntax_.newline || (*p == '\r' && p[1] == syntax_.newline))) {
      p += *p == syntax_.newline ? 1 : 2;
      ++line_;
    }
    if (p == end) {
      problem(head.empty() ? "the table is empty" : "the table has no header",
              "the first line names the columns");
      return false;
    }
    Header header;
    const char* const begin = p;
    std::string scratch;
    bool ended = false;
    while (!ended && header.cells.size() <= most_columns) {
      const Cell cell = next_cell(p, end, syntax_, scratch);
      if (cell.trouble != Cell::Trouble::none) {
        const char* const line_end = std::find(cell.begin, end, syntax_.newline);
        report(diagnostics_, bytes_, line_,
               excerpt_of({begin, static_cast<std::size_t>(line_end - begin)}, {cell.begin, 1}),
               "the quotes of the header do not match",
               "a quote inside a quoted cell is written twice");
        return false;
      }
      header.cells.push_back(cell);
      header.names.emplace_back(cell.text);
      p = cell.next;
      ended = cell.ends_row;
    }
    if (static_cast<std::size_t>(p - text) > limits_.record_bytes) {
      problem("the header is longer than " + std::to_string(limits_.record_bytes) + " bytes",
              "the line ends may be missing");
      return false;
    }
    header.line = {begin, static_cast<std::size_t>(p - begin)};
    while (!header.line.empty() && (header.line.back() == '\n' || header.line.back() == '\r'))
      header.line.remove_suffix(1);
    data_ = static_cast<std::size_t>(p - head.data());
    auto layout = layout_of(spec_, header, bytes_, line_, diagnostics_);
    if (!layout)
      return false;
    layout_ = std::move(*layout);
    line_ += static_cast<std::size_t>(std::count(begin, p, syntax_.newline));
    return true;
  }

  // CR alone ends lines only where the first line end is one.
  static char newline_of(std::string_view text) {
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '"')
        quoted = !quoted;
      if (quoted)
        continue;
      if (text[i] == '\n')
        return '\n';
      if (text[i] == '\r')
        return i + 1 < text.size() && text[i + 1] == '\n' ? '\n' : '\r';
    }
    return '\n';
  }

  // Cuts the file at rows, without reading them: whether a piece begins inside quotes follows from
  // the number of quotes before it.
  void split() {
    const std::size_t size = bytes_.size;
    const std::size_t pieces = (size - data_ + limits_.chunk_bytes - 1) / limits_.chunk_bytes;
    std::vector<Census> census(pieces);
    const unsigned threads = threads_for(threads_, pieces);
    buffers_.resize(std::max<std::size_t>(buffers_.size(), threads));
    for_each_task(pieces, threads, [&](std::size_t i, unsigned worker) {
      const std::size_t begin = data_ + i * limits_.chunk_bytes;
      census[i] = census_of(
          bytes_.fetch(begin, std::min(limits_.chunk_bytes, size - begin), buffers_[worker]),
          syntax_.newline);
    });
    bool quoted = false;
    std::size_t line = line_;
    for (std::size_t i = 0; i < pieces; ++i) {
      const std::size_t state = quoted ? 1 : 0;
      const std::size_t piece = data_ + i * limits_.chunk_bytes;
      const bool has_end = census[i].ends[state] > 0;
      if (i == 0 || has_end) {
        Chunk chunk;
        chunk.begin = i == 0 ? data_ : piece + census[i].first[state] + 1;
        chunk.capacity = census[i].ends[state] + (i == 0 ? 1 : 0);
        chunk.line = line; // of the piece; made exact when it is read
        chunk.piece = piece;
        chunks_.push_back(std::move(chunk));
      }
      line += census[i].lines;
      quoted = quoted != census[i].odd_quotes;
    }
    for (std::size_t i = 0; i < chunks_.size(); ++i)
      chunks_[i].end = i + 1 < chunks_.size() ? chunks_[i + 1].begin : size;
  }

  void allocate(Table& table) {
    std::size_t rows = 0;
    for (Chunk& chunk : chunks_) {
      // A row has a byte for each column, so lines that are no rows get no room.
      const std::size_t bytes = chunk.end - chunk.begin;
      chunk.capacity = std::min(chunk.capacity, bytes / layout_.columns.size() + 1);
      chunk.first = rows;
      rows += chunk.capacity;
      chunk.texts.resize(layout_.texts.size());
      chunk.odd.assign(layout_.values.size(), false);
      chunk.problems = Diagnostics(diagnostics_.limit());
    }
    if (rows > most_rows) {
      problem("the table has more than " + std::to_string(most_rows) + " rows");
      rows = 0;
      chunks_.clear();
    }
    for (const Layout::Text& text : layout_.texts) {
      auto& columns = text.is_key ? table.keys : table.labels;
      columns.push_back({text.name, {}, {}});
    }
    for (const std::string& name : layout_.values) {
      table.values.emplace_back();
      table.values.back().name = name;
    }
    // Touching the memory is half the work of small cells, so the threads share it.
    const std::size_t texts = layout_.texts.size();
    const std::size_t tasks = texts + layout_.values.size() + 1;
    target_.texts.resize(texts);
    target_.values.resize(layout_.values.size());
    for_each_task(tasks, rows < 10'000 ? 1 : threads_for(threads_, tasks),
                  [&](std::size_t task, unsigned /*worker*/) {
                    if (task < texts) {
                      auto& codes = text_column(table, task).codes;
                      codes.resize(rows);
                      target_.texts[task] = codes.data();
                    } else if (task - texts < layout_.values.size()) {
                      auto& numbers = table.values[task - texts].numbers;
                      numbers.resize(rows);
                      target_.values[task - texts] = numbers.data();
                    } else {
                      table.lines.resize(rows);
                      target_.lines = table.lines.data();
                    }
                  });
  }

  [[nodiscard]] TextColumn& text_column(Table& table, std::size_t text) const {
    const std::size_t keys = table.keys.size();
    return text < keys ? table.keys[text] : table.labels[text - keys];
  }

  void read_chunks(Table& table) {
    const Rules rules{spec_, layout_, bytes_, syntax_, limits_};
    std::atomic<std::size_t> last_needed = chunks_.size();
    const unsigned threads = threads_for(threads_, chunks_.size());
    buffers_.resize(std::max<std::size_t>(buffers_.size(), threads));
    for_each_task(chunks_.size(), threads, [&](std::size_t i, unsigned worker) {
      if (i > last_needed)
        return; // an earlier chunk ends the table
      Chunk& chunk = chunks_[i];
      std::vector<char>& buffer = buffers_[worker];
      // The lines of the piece before the chunk's first row.
      if (i > 0) {
        const std::string_view before =
            bytes_.fetch(chunk.piece, chunk.begin - chunk.piece, buffer);
        chunk.line +=
            static_cast<std::size_t>(std::count(before.begin(), before.end(), syntax_.newline));
      }
      const std::size_t most = limits_.chunk_bytes + limits_.record_bytes + 1;
      const std::size_t wanted = std::min(chunk.end - chunk.begin, most);
      const std::string_view text = bytes_.fetch(chunk.begin, wanted, buffer);
      read_chunk(rules, text, target_, chunk);
      if (text.size() < chunk.end - chunk.begin && !chunk.bad_quotes && !chunk.stopped) {
        if (text.size() < wanted) {
          chunk.problems.error({bytes_.source, chunk.line, 1, 1},
                               "the file changed while it was read", "read it again");
        }
        chunk.stopped = true;
      }
      if (!chunk.stopped && !chunk.bad_quotes)
        return;
      std::size_t known = last_needed;
      while (i < known && !last_needed.compare_exchange_weak(known, i)) {
      }
    });
    // What follows a chunk that stopped was cut at rows only by luck.
    const auto last = std::find_if(chunks_.begin(), chunks_.end(), [](const Chunk& chunk) {
      return chunk.stopped || chunk.bad_quotes;
    });
    if (last != chunks_.end())
      chunks_.erase(std::next(last), chunks_.end());
    std::size_t rows = 0;
    for (Chunk& chunk : chunks_) {
      diagnostics_.append(std::move(chunk.problems));
      rows += chunk.rows;
    }
    table.rows = rows;
  }

  // Closes the gaps that empty lines left between chunks and settles texts, gaps and categories.
  void finish(Table& table) {
    const std::size_t texts = layout_.texts.size();
    const std::size_t lines = texts + layout_.values.size(), tasks = lines + 2;
    TextColumn rows;
    std::vector<std::size_t> to(chunks_.size() + 1, 0);
    for (std::size_t i = 0; i < chunks_.size(); ++i)
      to[i + 1] = to[i] + chunks_[i].rows;
    const auto compact = [&](auto& column) {
      for (std::size_t i = 0; i < chunks_.size(); ++i) {
        const auto from = column.begin() + static_cast<std::ptrdiff_t>(chunks_[i].first);
        if (chunks_[i].first != to[i])
          std::copy(from, from + static_cast<std::ptrdiff_t>(chunks_[i].rows),
                    column.begin() + static_cast<std::ptrdiff_t>(to[i]));
      }
      column.resize(table.rows);
    };
    for_each_task(tasks, table.rows < 10'000 ? 1 : threads_for(threads_, tasks),
                  [&](std::size_t task, unsigned /*worker*/) {
                    if (task < texts) {
                      TextColumn& column = text_column(table, task);
                      compact(column.codes);
                      settle(column, task, to);
                    } else if (task - texts < layout_.values.size()) {
                      ValueColumn& column = table.values[task - texts];
                      compact(column.numbers);
                      settle(column, task - texts, to);
                    } else if (task == lines) {
                      compact(table.lines);
                    } else if (layout_.row_key) {
                      rows = numbered_rows(table.rows);
                    }
                  });
    if (bytes_.line_base > 0)
      for (std::uint32_t& line : table.lines)
        line += static_cast<std::uint32_t>(bytes_.line_base);
    if (layout_.row_key)
      table.keys.insert(table.keys.begin() + static_cast<std::ptrdiff_t>(*layout_.row_key),
                        std::move(rows));
    if (table.rows == 0 && diagnostics_.errors() == before_)
      problem("the table has a header and no rows", "evidence has at least one row");
    if (diagnostics_.errors() == before_) {
      const RowFinder rows{bytes_, syntax_, chunks_};
      check_sides(layout_, spec_, table, rows, diagnostics_);
      if (layout_.unique)
        check_unique(layout_, table, rows, diagnostics_);
    }
  }

  void settle(TextColumn& column, std::size_t text, const std::vector<std::size_t>& to) {
    const Layout::Alias* const alias = layout_.texts[text].alias;
    Interner all;
    std::vector<std::uint32_t> codes;
    for (std::size_t i = 0; i < chunks_.size(); ++i) {
      Interner& part = chunks_[i].texts[text];
      if (chunks_.size() == 1 && alias == nullptr) {
        column.texts = std::move(part).take();
        return;
      }
      codes.clear();
      for (const std::string& spelling : part.texts()) {
        const auto found =
            alias == nullptr ? Layout::Alias::const_iterator{} : alias->find(spelling);
        const bool other = alias != nullptr && found != alias->end();
        codes.push_back(all.intern(other ? found->second : spelling));
      }
      part = Interner();
      for (std::size_t row = to[i]; row < to[i + 1]; ++row)
        column.codes[row] = codes[column.codes[row]];
    }
    column.texts = std::move(all).take();
  }

  void settle(ValueColumn& column, std::size_t value, const std::vector<std::size_t>& to) {
    Interner all;
    std::vector<std::uint32_t> codes;
    for (std::size_t i = 0; i < chunks_.size(); ++i) {
      if (!chunks_[i].odd[value])
        continue;
      codes.assign(1, 0);
      if (const auto found = chunks_[i].categories.find(value);
          found != chunks_[i].categories.end())
        for (const std::string& text : found->second.texts())
          codes.push_back(all.intern(text) + 1);
      for (std::size_t row = to[i]; row < to[i + 1]; ++row) {
        const auto code = odd_code(column.numbers[row]);
        if (!code)
          continue;
        column.numbers[row] = 0;
        if (*code == 0) {
          if (column.gap.empty())
            column.gap.resize(to.back());
          column.gap[row] = true;
        } else {
          if (column.category.empty())
            column.category.resize(to.back());
          column.category[row] = codes[*code];
        }
      }
    }
    column.texts = std::move(all).take();
    if (column.texts.size() > limits_.categories) {
      const std::lock_guard lock(lock_);
      problem("column " + in_backticks(column.name) + " has more than " +
                  std::to_string(limits_.categories) + " different categories",
              "a value column holds numbers or a few categories");
    }
  }

  static TextColumn numbered_rows(std::size_t count) {
    TextColumn rows;
    rows.name = "row";
    rows.codes.resize(count);
    std::iota(rows.codes.begin(), rows.codes.end(), 0U);
    rows.texts.reserve(count);
    std::string number = "0"; // counts up in place, which is much faster than writing each anew
    for (std::size_t row = 0; row < count; ++row) {
      std::size_t digit = number.size();
      while (digit > 0 && number[digit - 1] == '9')
        number[--digit] = '0';
      if (digit > 0)
        ++number[digit - 1];
      else
        number.insert(0, 1, '1');
      rows.texts.push_back(number);
    }
    return rows;
  }

  const TableSpec& spec_;
  const Bytes& bytes_;
  Diagnostics& diagnostics_;
  std::size_t before_ = 0; // errors that others had
  unsigned threads_;
  Limits limits_;
  Syntax syntax_;
  Layout layout_;
  std::size_t data_ = 0; // byte where the rows begin
  std::size_t line_ = 1; // and their line
  std::vector<std::vector<char>> buffers_ = std::vector<std::vector<char>>(1); // of each thread
  std::vector<Chunk> chunks_;
  Target target_;
  std::mutex lock_;
};

} // namespace

Table read_table(const TableSpec& spec, const Bytes& bytes, Diagnostics& diagnostics,
                 unsigned threads, const Limits& limits) {
  return TableReader(spec, bytes, diagnostics, threads, limits).read();
}

} // namespace csv

Table read_table(const TableSpec& spec, const File& file, Diagnostics& diagnostics,
                 unsigned threads) {
  csv::Bytes bytes;
  bytes.source = std::make_shared<const SourceText>(SourceText{file.name(), {}});
  bytes.size = file.size();
  bytes.file = &file;
  return csv::read_table(spec, bytes, diagnostics, threads, {});
}

Table read_table(const TableSpec& spec, std::shared_ptr<const SourceText> source,
                 Diagnostics& diagnostics, unsigned threads) {
  csv::Bytes bytes;
  bytes.text = source->text;
  bytes.size = source->text.size();
  bytes.source = std::move(source);
  return csv::read_table(spec, bytes, diagnostics, threads, {});
}

Table read_inline_table(const TableSpec& spec, Diagnostics& diagnostics) {
  csv::Bytes bytes;
  bytes.text = *spec.csv;
  bytes.size = spec.csv->size();
  bytes.source = spec.file_where.source;
  if (!bytes.source)
    bytes.source = std::make_shared<const SourceText>(SourceText{spec.name, *spec.csv});
  const auto [line, column] = csv::place_of_block(spec);
  bytes.line_base = line;
  bytes.column_base = column;
  if (line == 0 && spec.file_where.line > 0)
    bytes.source = std::make_shared<const SourceText>(
        SourceText{"`csv` of " + in_backticks(spec.name), *spec.csv});
  return csv::read_table(spec, bytes, diagnostics, 1, {});
}

} // namespace libeval
