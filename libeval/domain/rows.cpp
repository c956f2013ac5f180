// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/rows.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>

namespace libeval {
namespace {

template <class T>
void keep_items(std::vector<T>& column, const std::vector<bool>& keep) {
  std::size_t to = 0;
  for (std::size_t row = 0; row < column.size(); ++row)
    if (keep[row])
      column[to++] = column[row];
  column.resize(to);
}

/// Codes are given anew in the order of first appearance, as the reader gives them.
void recode(std::vector<std::uint32_t>& codes, std::vector<std::string>& texts,
            std::uint32_t offset) {
  constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> now(texts.size(), none);
  std::vector<std::string> left;
  for (std::uint32_t& code : codes) {
    if (code < offset)
      continue;
    std::uint32_t& to = now[code - offset];
    if (to == none) {
      to = static_cast<std::uint32_t>(left.size());
      left.push_back(texts[code - offset]);
    }
    code = to + offset;
  }
  texts = std::move(left);
}

} // namespace

void keep_rows(Table& table, const std::vector<bool>& keep) {
  for (TextColumn& column : table.keys) {
    keep_items(column.codes, keep);
    recode(column.codes, column.texts, 0);
  }
  for (TextColumn& column : table.labels) {
    keep_items(column.codes, keep);
    recode(column.codes, column.texts, 0);
  }
  for (ValueColumn& column : table.values) {
    keep_items(column.numbers, keep);
    keep_items(column.category, keep);
    keep_items(column.gap, keep);
    recode(column.category, column.texts, 1);
  }
  keep_items(table.lines, keep);
  table.rows = static_cast<std::size_t>(std::ranges::count(keep, true));
}

Table with_row_per_cell(const Table& table, TableSpec& spec) {
  Table out;
  out.name = table.name;
  out.where = table.where;
  const bool sparse =
      spec.all_sparse || std::ranges::find(spec.sparse, spec.wide) != spec.sparse.end();
  for (const TextColumn& key : table.keys)
    out.keys.push_back({key.name, {}, key.texts});
  for (const TextColumn& label : table.labels)
    out.labels.push_back({label.name, {}, label.texts});
  TextColumn member{spec.wide, {}, {}};
  ValueColumn value;
  value.name = spec.values.empty() ? "value" : spec.values.front();
  // What each column calls its categories, in the words of the one column.
  std::vector<std::vector<std::uint32_t>> words;
  bool any_gap = false;
  for (const ValueColumn& column : table.values) {
    member.texts.push_back(column.name);
    std::vector<std::uint32_t>& known = words.emplace_back(1, 0);
    for (const std::string& text : column.texts) {
      const auto at = std::ranges::find(value.texts, text);
      known.push_back(static_cast<std::uint32_t>(at - value.texts.begin() + 1));
      if (at == value.texts.end())
        value.texts.push_back(text);
    }
    any_gap = any_gap || !column.gap.empty();
  }
  for (std::size_t row = 0; row < table.rows; ++row)
    for (std::size_t m = 0; m < table.values.size(); ++m) {
      const ValueColumn& column = table.values[m];
      if (sparse && column.is_gap(row))
        continue;
      for (std::size_t k = 0; k < table.keys.size(); ++k)
        out.keys[k].codes.push_back(table.keys[k].codes[row]);
      for (std::size_t l = 0; l < table.labels.size(); ++l)
        out.labels[l].codes.push_back(table.labels[l].codes[row]);
      member.codes.push_back(static_cast<std::uint32_t>(m));
      value.numbers.push_back(column.numbers[row]);
      if (!value.texts.empty())
        value.category.push_back(column.is_category(row) ? words[m][column.category[row]] : 0);
      if (any_gap && !sparse)
        value.gap.push_back(column.is_gap(row));
      out.lines.push_back(table.lines[row]);
    }
  out.rows = out.lines.size();
  out.keys.push_back(std::move(member));
  spec.keys.push_back(spec.wide);
  spec.values = {value.name};
  spec.wide.clear();
  out.values.push_back(std::move(value));
  return out;
}

void count_rows(Table& table, TableSpec& spec) {
  spec.values = {"value"};
  table.values.push_back({"value", std::vector<double>(table.rows, 1), {}, {}, {}});
}

std::vector<std::string> other_dimensions(const Table& table, const TableSpec& spec) {
  std::vector<std::string> out;
  for (const TextColumn& key : table.keys) {
    const bool side = spec.pairs && (key.name == spec.pairs->a || key.name == spec.pairs->b);
    if (key.name != "candidate" && key.name != "opponent" && !side)
      out.push_back(key.name);
  }
  if (!spec.wide.empty())
    out.push_back(spec.wide);
  return out;
}

std::vector<std::string> members_of(const Table& table, const TableSpec& spec,
                                    const std::string& dimension) {
  std::vector<std::string> out;
  if (spec.wide == dimension) {
    for (const ValueColumn& column : table.values)
      out.push_back(column.name);
    return out;
  }
  const auto key = std::ranges::find(table.keys, dimension, &TextColumn::name);
  return key == table.keys.end() ? out : key->texts;
}

Table without_member(const Table& table, const TableSpec& spec, const std::string& dimension,
                     const std::string& member) {
  Table out = table;
  if (spec.wide == dimension) {
    std::erase_if(out.values, [&](const ValueColumn& column) { return column.name == member; });
    return out;
  }
  const auto key = std::ranges::find(table.keys, dimension, &TextColumn::name);
  if (key == table.keys.end())
    return out;
  std::vector<bool> keep(table.rows, true);
  for (std::size_t row = 0; row < table.rows; ++row)
    keep[row] = key->at(row) != member;
  keep_rows(out, keep);
  return out;
}

} // namespace libeval
