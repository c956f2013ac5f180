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
