// SPDX-License-Identifier: Apache-2.0
#include "engine/drawn.hpp"

#include <libeval/engine/decision.hpp>

#include <algorithm>

namespace libeval {
namespace {

std::size_t times(const Draw& draw, const std::string& member) {
  const auto at = draw.find(member);
  return at == draw.end() ? 1 : at->second;
}

template <class T>
std::vector<T> taken(const std::vector<T>& from, const std::vector<std::uint32_t>& rows) {
  std::vector<T> out;
  if (from.empty())
    return out;
  out.reserve(rows.size());
  for (const std::uint32_t row : rows)
    out.push_back(from[row]);
  return out;
}

/// Members are texts of a key.
void draw_rows(Table& table, std::size_t key, const Draw& draw) {
  TextColumn& members = table.keys[key];
  std::vector<std::size_t> often;
  std::vector<std::vector<std::uint32_t>> codes(members.texts.size());
  const std::size_t n = members.texts.size();
  for (std::size_t m = 0; m < n; ++m) {
    often.push_back(times(draw, members.texts[m]));
    codes[m].push_back(static_cast<std::uint32_t>(m));
    for (std::size_t k = 1; k < often[m]; ++k) {
      codes[m].push_back(static_cast<std::uint32_t>(members.texts.size()));
      members.texts.push_back(copy_of(members.texts[m], k));
    }
  }
  std::vector<std::uint32_t> rows, code;
  for (std::uint32_t row = 0; row < table.rows; ++row)
    for (std::size_t k = 0; k < often[members.codes[row]]; ++k) {
      rows.push_back(row);
      code.push_back(codes[members.codes[row]][k]);
    }
  take_rows(table, rows);
  table.keys[key].codes = std::move(code);
}

void draw_columns(Table& table, const Draw& draw) {
  std::vector<ValueColumn> values;
  for (const ValueColumn& column : table.values)
    for (std::size_t k = 0; k < times(draw, column.name); ++k) {
      values.push_back(column);
      values.back().name = copy_of(column.name, k);
    }
  table.values = std::move(values);
}

std::vector<Recusal> with_copies(const std::vector<Recusal>& recusals, const Draw& draw) {
  std::vector<Recusal> out = recusals;
  for (const Recusal& recusal : recusals)
    for (std::size_t k = 1; k < times(draw, recusal.juror); ++k) {
      out.push_back(recusal);
      out.back().juror = copy_of(recusal.juror, k);
    }
  return out;
}

} // namespace

std::string copy_of(const std::string& member, std::size_t k) {
  return k == 0 ? member : member + "\n" + std::to_string(k + 1);
}

std::string_view original_of(std::string_view member) {
  return member.substr(0, member.find('\n'));
}

void take_rows(Table& table, const std::vector<std::uint32_t>& rows) {
  for (auto* columns : {&table.keys, &table.labels})
    for (TextColumn& column : *columns)
      column.codes = taken(column.codes, rows);
  for (ValueColumn& column : table.values) {
    column.numbers = taken(column.numbers, rows);
    column.category = taken(column.category, rows);
    column.gap = taken(column.gap, rows);
  }
  table.lines = taken(table.lines, rows);
  table.rows = rows.size();
}

std::size_t recuse_copies(const Bundle& bundle, std::size_t table, const Draw& draw,
                          Bundle& drawn) {
  const auto& evidence = bundle.program.evidence;
  drawn.program.evidence[table].recusals = with_copies(evidence[table].recusals, draw);
  const auto lists = std::ranges::find(evidence, evidence[table].recusals_from, &TableSpec::name);
  if (lists == evidence.end())
    return nobody;
  const auto at = static_cast<std::size_t>(lists - evidence.begin());
  const auto& keys = bundle.tables[at]->keys;
  const auto key = std::ranges::find(keys, juror_dimension(evidence[table]), &TextColumn::name);
  if (key == keys.end())
    return nobody;
  Table listed = *bundle.tables[at];
  draw_rows(listed, static_cast<std::size_t>(key - keys.begin()), draw);
  drawn.tables[at] = std::make_shared<const Table>(std::move(listed));
  return at;
}

Bundle drawn(const Bundle& bundle, const std::string& dimension, const Draw& draw) {
  Bundle out = bundle;
  for (std::size_t t = 0; t < out.tables.size(); ++t) {
    const auto& keys = out.tables[t]->keys;
    const auto key = std::ranges::find(keys, dimension, &TextColumn::name);
    TableSpec& spec = out.program.evidence[t];
    const bool wide = spec.wide == dimension;
    if (key == keys.end() && !wide)
      continue;
    Table table = *out.tables[t];
    if (wide)
      draw_columns(table, draw);
    else
      draw_rows(table, static_cast<std::size_t>(key - keys.begin()), draw);
    out.tables[t] = std::make_shared<const Table>(std::move(table));
    spec.recusals = with_copies(spec.recusals, draw);
  }
  return out;
}

} // namespace libeval
