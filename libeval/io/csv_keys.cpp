// SPDX-License-Identifier: Apache-2.0
#include "io/csv_keys.hpp"

#include <libeval/base/text.hpp>

#include <algorithm>
#include <numeric>
#include <string_view>
#include <unordered_map>

namespace libeval::csv {
namespace {

std::vector<const TextColumn*> keys_of(const Table& table) {
  std::vector<const TextColumn*> keys;
  for (const TextColumn& key : table.keys)
    keys.push_back(&key);
  return keys;
}

// Whether no combination repeats, where that can be told with one bit for each possible one.
std::optional<bool> unique_by_bits(const std::vector<const TextColumn*>& keys, std::size_t rows) {
  std::size_t combinations = 1;
  for (const TextColumn* key : keys) {
    const std::size_t members = std::max<std::size_t>(key->texts.size(), 1);
    if (combinations > 64 * (rows + 1024) / members)
      return std::nullopt;
    combinations *= members;
  }
  std::vector<bool> seen(combinations);
  for (std::size_t row = 0; row < rows; ++row) {
    std::size_t at = 0;
    for (const TextColumn* key : keys)
      at = at * key->texts.size() + key->codes[row];
    if (seen[at])
      return false;
    seen[at] = true;
  }
  return true;
}

std::string combination(const Table& table, std::size_t row) {
  std::string out;
  for (const TextColumn& key : table.keys)
    out += (out.empty() ? "" : ", ") + in_backticks(key.name) + " " + in_backticks(key.at(row));
  return out;
}

} // namespace

Excerpt RowFinder::cell(std::size_t line, std::size_t column) const {
  const auto after =
      std::upper_bound(chunks.begin(), chunks.end(), line,
                       [](std::size_t value, const Chunk& chunk) { return value < chunk.line; });
  if (after == chunks.begin())
    return {};
  const Chunk& chunk = *std::prev(after);
  std::vector<char> buffer;
  std::string_view text = bytes.fetch(chunk.begin, chunk.end - chunk.begin, buffer);
  for (std::size_t at = chunk.line; at < line; ++at) {
    const std::size_t end = text.find(syntax.newline);
    if (end == std::string_view::npos)
      return {};
    text.remove_prefix(end + 1);
  }
  const char* const end = text.data() + text.size();
  const std::string_view whole = text.substr(0, text.find(syntax.newline));
  std::string scratch;
  const char* p = text.data();
  std::string_view mark = whole.substr(0, 0);
  for (std::size_t i = 0; i <= column; ++i) {
    const Cell cell = next_cell(p, end, syntax, scratch);
    if (i == column)
      mark = {cell.begin, static_cast<std::size_t>(std::max(cell.stop, cell.begin) - cell.begin)};
    p = cell.next;
    if (cell.ends_row)
      break;
  }
  if (mark.data() > whole.data() + whole.size())
    mark = whole.substr(0, 0); // behind a quoted line end
  return excerpt_of(whole, mark);
}

void check_unique(const Layout& layout, const Table& table, const RowFinder& rows,
                  Diagnostics& diagnostics) {
  const auto keys = keys_of(table);
  if (keys.empty())
    return;
  if (keys.size() == 1 && keys[0]->texts.size() == table.rows)
    return;
  if (unique_by_bits(keys, table.rows).value_or(false))
    return;
  std::vector<std::uint32_t> order(table.rows);
  std::iota(order.begin(), order.end(), 0U);
  const auto compare = [&](std::uint32_t a, std::uint32_t b) {
    for (const TextColumn* key : keys)
      if (key->codes[a] != key->codes[b])
        return key->codes[a] < key->codes[b] ? -1 : 1;
    return 0;
  };
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const int by_keys = compare(a, b);
    return by_keys != 0 ? by_keys < 0 : a < b;
  });
  // Each repetition with the first of its kind, in the order of the file.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> repeated;
  std::size_t first = 0;
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (compare(order[first], order[i]) == 0)
      repeated.emplace_back(order[i], order[first]);
    else
      first = i;
  }
  std::sort(repeated.begin(), repeated.end());
  const auto key = std::find_if(layout.texts.begin(), layout.texts.end(),
                                [](const Layout::Text& text) { return text.is_key; });
  for (const auto& [row, earlier] : repeated) {
    if (diagnostics.errors() >= diagnostics.limit()) {
      diagnostics.add({});
      continue;
    }
    const std::size_t line = table.lines[row] - rows.bytes.line_base;
    report(diagnostics, rows.bytes, line, rows.cell(line, key->column),
           combination(table, row) + " stands twice",
           "the first stands in line " + std::to_string(table.lines[earlier]) +
               "; a table without natural keys has the key `row`");
  }
}

void check_sides(const Layout& layout, const TableSpec& spec, const Table& table,
                 const RowFinder& rows, Diagnostics& diagnostics) {
  if (!layout.side_a || !layout.side_b)
    return;
  const auto column = [&](std::size_t text) -> const TextColumn& {
    const std::size_t shift =
        layout.row_key && layout.texts[text].is_key && text >= *layout.row_key ? 1 : 0;
    const std::size_t keys = table.keys.size() - (layout.row_key ? 1 : 0);
    return text < keys ? table.keys[text + shift] : table.labels[text - keys];
  };
  const TextColumn& a = column(*layout.side_a);
  const TextColumn& b = column(*layout.side_b);
  const auto complain = [&](std::size_t row, std::size_t text, std::string message,
                            std::string help) {
    if (diagnostics.errors() >= diagnostics.limit())
      return diagnostics.add({}); // only counted
    const std::size_t line = table.lines[row] - rows.bytes.line_base;
    report(diagnostics, rows.bytes, line, rows.cell(line, layout.texts[text].column),
           std::move(message), std::move(help));
  };
  // Texts are compared once each, rows by their codes.
  constexpr std::uint32_t none = 0xFFFFFFFFU;
  std::unordered_map<std::string_view, std::uint32_t> code_of_a, code_of_b;
  const auto find = [](const auto& codes, const std::string& text) {
    const auto at = codes.find(text);
    return at == codes.end() ? none : at->second;
  };
  for (std::uint32_t code = 0; code < a.texts.size(); ++code)
    code_of_a.emplace(a.texts[code], code);
  std::vector<std::uint32_t> as_a; // what the texts of b are among those of a
  for (std::uint32_t code = 0; code < b.texts.size(); ++code) {
    code_of_b.emplace(b.texts[code], code);
    as_a.push_back(find(code_of_a, b.texts[code]));
  }
  struct Meaning {
    std::uint32_t a = none, b = none;
    bool always = false; ///< a tie or a side
  };
  const TextColumn* const winner = layout.winner ? &column(*layout.winner) : nullptr;
  std::vector<Meaning> meaning;
  const auto& ties = spec.pairs->tie;
  if (winner != nullptr)
    for (const std::string& text : winner->texts) {
      const auto among = [&](const std::vector<std::string>& words) {
        return std::find(words.begin(), words.end(), text) != words.end();
      };
      const std::uint32_t as_side_a = find(code_of_a, text), as_side_b = find(code_of_b, text);
      const bool somebody = as_side_a != none || as_side_b != none; // and no word for a side
      meaning.push_back(
          {as_side_a, as_side_b, among(ties) || (!somebody && among(spec.pairs->sides))});
    }
  for (std::size_t row = 0; row < table.rows; ++row) {
    const std::uint32_t side_a = a.codes[row], side_b = b.codes[row];
    if (as_a[side_b] == side_a)
      complain(row, *layout.side_b, in_backticks(b.at(row)) + " is paired with itself",
               "`" + spec.pairs->a + "` and `" + spec.pairs->b + "` must differ in every row");
    if (winner == nullptr)
      continue;
    const Meaning& means = meaning[winner->codes[row]];
    if (means.always || means.a == side_a || means.b == side_b)
      continue;
    const std::string& won = winner->at(row);
    complain(row, *layout.winner,
             won.empty() ? "nobody won and it is no tie"
                         : "winner " + in_backticks(won) + " did not take part",
             "expected " + in_backticks(a.at(row)) + ", " + in_backticks(b.at(row)) +
                 (ties.empty() ? "; ties are spelt in `tie`" : " or " + in_backticks(ties[0])));
  }
}

std::pair<std::size_t, std::size_t> place_of_block(const TableSpec& spec) {
  const Where& where = spec.file_where;
  if (!where.source || where.line == 0 || !spec.csv)
    return {0, 0};
  std::string_view program = where.source->text;
  for (std::size_t line = 0; line < where.line; ++line) {
    const std::size_t end = program.find('\n');
    if (end == std::string_view::npos)
      return {0, 0};
    program.remove_prefix(end + 1);
  }
  const auto next_line = [](std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    return line;
  };
  std::string_view text = *spec.csv;
  std::optional<std::size_t> indentation;
  while (!text.empty()) {
    const std::string_view wanted = next_line(text);
    const std::string_view there = next_line(program);
    if (wanted.empty())
      continue;
    if (!there.ends_with(wanted))
      return {0, 0};
    const std::size_t before = there.size() - wanted.size();
    if (before != indentation.value_or(before))
      return {0, 0};
    indentation = before;
  }
  if (!indentation)
    return {0, 0};
  return {where.line, *indentation};
}

} // namespace libeval::csv
