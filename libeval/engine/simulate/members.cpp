// SPDX-License-Identifier: Apache-2.0
// Members drawn anew with replacement.
#include "engine/simulate/members.hpp"

#include <algorithm>
#include <utility>

namespace libeval {
namespace {

/// Whether a column looks the same in the rows of everybody.
template <class Column>
bool same_for_all(const Column& column, const std::vector<std::vector<std::uint32_t>>& rows) {
  return column.empty() || std::ranges::all_of(rows, [&](const auto& own) {
           for (std::size_t i = 0; i < own.size(); ++i)
             if (column[own[i]] != column[rows.front()[i]])
               return false;
           return true;
         });
}

bool rows_alike(const Table& table, const MemberSource& source) {
  const auto& rows = source.rows;
  if (std::ranges::any_of(rows, [&](const auto& own) { return own.size() != rows.front().size(); }))
    return false;
  for (const auto* columns : {&table.keys, &table.labels})
    for (const TextColumn& column : *columns)
      if (column.name != source.over && !same_for_all(column.codes, rows))
        return false;
  return std::ranges::all_of(table.values, [&](const ValueColumn& column) {
    return column.category.empty() && same_for_all(column.gap, rows);
  });
}

bool columns_alike(const Table& table) {
  return std::ranges::all_of(table.values, [&](const ValueColumn& column) {
    return column.category.empty() && column.gap == table.values.front().gap;
  });
}

void seat_columns(Table& table, const MemberSource& source, const std::vector<Seat>& seats) {
  const std::vector<ValueColumn> before = table.values;
  for (std::size_t k = 0; k < seats.size(); ++k) {
    table.values[k] = before[seats[k].member];
    table.values[k].name = copy_of(source.names[seats[k].member], seats[k].again);
  }
}

} // namespace

std::vector<Seat> draw_seats(const kernel::Stream& stream, std::size_t members) {
  std::vector<Seat> out(members);
  std::vector<std::uint32_t> times(members, 0);
  for (std::size_t k = 0; k < members; ++k) {
    const auto m = static_cast<std::uint32_t>(
        kernel::below_at(stream, static_cast<std::uint32_t>(k), members));
    out[k] = {m, times[m]++};
  }
  return out;
}

MemberSource members_to_draw(const Table& table, std::size_t position, const std::string& over) {
  MemberSource out{position, over, {}, {}, false};
  const auto key = std::ranges::find(table.keys, over, &TextColumn::name);
  if (key == table.keys.end()) {
    for (const ValueColumn& column : table.values)
      out.names.push_back(column.name);
    out.alike = columns_alike(table);
    return out;
  }
  std::vector<std::vector<std::uint32_t>> rows(key->texts.size());
  for (std::size_t row = 0; row < table.rows; ++row)
    rows[key->codes[row]].push_back(static_cast<std::uint32_t>(row));
  for (std::size_t m = 0; m < rows.size(); ++m) {
    if (rows[m].empty())
      continue;
    out.names.push_back(key->texts[m]);
    out.rows.push_back(std::move(rows[m]));
  }
  out.alike = rows_alike(table, out);
  return out;
}

void seat(Table& table, const MemberSource& source, const std::vector<Seat>& seats) {
  const auto key = std::ranges::find(table.keys, source.over, &TextColumn::name);
  if (key == table.keys.end())
    return seat_columns(table, source, seats);
  std::vector<std::uint32_t> rows, codes;
  std::vector<std::string> texts;
  for (std::size_t k = 0; k < seats.size(); ++k) {
    texts.push_back(copy_of(source.names[seats[k].member], seats[k].again));
    for (const std::uint32_t row : source.rows[seats[k].member]) {
      rows.push_back(row);
      codes.push_back(static_cast<std::uint32_t>(k));
    }
  }
  take_rows(table, rows);
  key->codes = std::move(codes);
  key->texts = std::move(texts);
}

void seat_again(Table& table, const Table& from, const MemberSource& source,
                const std::vector<Seat>& seats) {
  const auto key = std::ranges::find(table.keys, source.over, &TextColumn::name);
  for (std::size_t k = 0; k < seats.size(); ++k) {
    std::string& name = key == table.keys.end() ? table.values[k].name : key->texts[k];
    name = copy_of(source.names[seats[k].member], seats[k].again);
  }
  if (key == table.keys.end()) {
    for (std::size_t k = 0; k < seats.size(); ++k)
      table.values[k].numbers = from.values[seats[k].member].numbers;
    return;
  }
  std::size_t at = 0;
  for (const Seat& one : seats)
    for (const std::uint32_t row : source.rows[one.member]) {
      for (std::size_t c = 0; c < table.values.size(); ++c)
        table.values[c].numbers[at] = from.values[c].numbers[row];
      if (!table.lines.empty())
        table.lines[at] = from.lines[row];
      ++at;
    }
}

Draw times_drawn(const MemberSource& source, const std::vector<Seat>& seats) {
  Draw out;
  for (const Seat& one : seats)
    ++out[source.names[one.member]];
  return out;
}

} // namespace libeval
