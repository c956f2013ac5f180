// SPDX-License-Identifier: Apache-2.0
#include "io/joined_keys.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace libeval {
namespace {

std::string text_in(const Table& table, const std::string& column, std::size_t row) {
  for (const auto* columns : {&table.keys, &table.labels})
    if (const auto at = std::ranges::find(*columns, column, &TextColumn::name);
        at != columns->end())
      return at->at(row);
  const auto at = std::ranges::find(table.values, column, &ValueColumn::name);
  return at->is_gap(row)        ? ""
         : at->is_category(row) ? at->texts[at->category[row] - 1]
                                : format_decimal(at->numbers[row]);
}

bool has_column(const Table& table, const std::string& column) {
  return std::ranges::find(table.keys, column, &TextColumn::name) != table.keys.end() ||
         std::ranges::find(table.labels, column, &TextColumn::name) != table.labels.end() ||
         std::ranges::find(table.values, column, &ValueColumn::name) != table.values.end();
}

} // namespace

std::vector<JoinedKey> take_joined_keys(std::vector<TableSpec>& evidence) {
  std::vector<JoinedKey> out;
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    TableSpec& spec = evidence[i];
    for (std::size_t k = 0; k < spec.keys.size(); ++k) {
      const auto called =
          std::ranges::find(spec.called, spec.keys[k], [](const auto& c) { return c.first; });
      const bool renamed = called != spec.called.end();
      const std::string column = renamed ? called->second : spec.keys[k];
      const std::size_t dot = column.find('.');
      const auto from = std::ranges::find(evidence, column.substr(0, dot), &TableSpec::name);
      if (dot == std::string::npos || column.starts_with("candidate.") || from == evidence.end() ||
          from->name == spec.name)
        continue;
      out.push_back({i, k, renamed ? spec.keys[k] : column.substr(dot + 1),
                     static_cast<std::size_t>(from - evidence.begin()), column.substr(dot + 1)});
      if (renamed)
        spec.called.erase(called);
    }
  }
  // NOLINTNEXTLINE(modernize-loop-convert): clang 14 does not read views
  for (auto key = out.rbegin(); key != out.rend(); ++key) {
    auto& keys = evidence[key->evidence].keys;
    keys.erase(keys.begin() + static_cast<std::ptrdiff_t>(key->at));
  }
  return out;
}

void join_key(const JoinedKey& key, const TableSpec& spec, Table& table,
              const TableSpec& other_spec, const Table& other, Diagnostics& diagnostics) {
  const std::string asked = in_backticks(other_spec.name + "." + key.column);
  if (!has_column(other, key.column))
    return diagnostics.error(spec.where, "there is no column for the key " + asked,
                             "evidence " + in_backticks(other_spec.name) + " has no column " +
                                 in_backticks(key.column));
  if (std::ranges::find(table.keys, key.name, &TextColumn::name) != table.keys.end())
    return diagnostics.error(spec.where, "the key " + in_backticks(key.name) + " stands twice in " +
                                             in_backticks(spec.name));
  std::vector<const TextColumn*> here, there;
  for (const TextColumn& column : other.keys) {
    if (column.name == key.column)
      continue;
    const auto at = std::ranges::find(table.keys, column.name, &TextColumn::name);
    if (at == table.keys.end())
      return diagnostics.error(spec.where,
                               "the key " + asked + " goes by " + in_backticks(column.name) +
                                   ", which is no key of " + in_backticks(spec.name),
                               "rows are found by all keys of " + in_backticks(other_spec.name));
    here.push_back(&*at);
    there.push_back(&column);
  }
  // Rows of `other` by their keys, written as codes of `table`.
  std::map<std::vector<std::uint32_t>, std::string> known;
  std::vector<std::unordered_map<std::string_view, std::uint32_t>> code_of(here.size());
  for (std::size_t k = 0; k < here.size(); ++k)
    for (std::uint32_t code = 0; code < here[k]->texts.size(); ++code)
      code_of[k].emplace(here[k]->texts[code], code);
  std::vector<std::uint32_t> codes(here.size());
  for (std::size_t row = 0; row < other.rows; ++row) {
    bool used = true;
    for (std::size_t k = 0; used && k < here.size(); ++k) {
      const auto at = code_of[k].find(there[k]->at(row));
      used = at != code_of[k].end();
      codes[k] = used ? at->second : 0;
    }
    if (!used)
      continue;
    const std::string text = text_in(other, key.column, row);
    if (const auto [at, added] = known.emplace(codes, text); !added && at->second != text)
      return diagnostics.error(spec.where,
                               "the key " + asked + " is both " + in_backticks(at->second) +
                                   " and " + in_backticks(text) + " for " +
                                   in_backticks(there.empty() ? key.name : there[0]->at(row)),
                               "each combination of the other keys stands once");
  }
  TextColumn joined;
  joined.name = key.name;
  joined.codes.reserve(table.rows);
  std::unordered_map<std::string, std::uint32_t> members;
  std::set<std::vector<std::uint32_t>> lacking;
  for (std::size_t row = 0; row < table.rows; ++row) {
    for (std::size_t k = 0; k < here.size(); ++k)
      codes[k] = here[k]->codes[row];
    const auto found = known.find(codes);
    if ((found == known.end() || found->second.empty()) && lacking.insert(codes).second) {
      std::string who;
      for (const TextColumn* column : here)
        who += (who.empty() ? "" : ", ") + in_backticks(column->name) + " " +
               in_backticks(column->at(row));
      Where where = table.where;
      where.line = row < table.lines.size() ? table.lines[row] : where.line;
      diagnostics.error(where, who + " has no " + asked,
                        "give " + in_backticks(other_spec.name) + " a row for it");
    }
    const std::string text = found == known.end() ? "" : found->second;
    const auto at = members.try_emplace(text, static_cast<std::uint32_t>(joined.texts.size()));
    if (at.second)
      joined.texts.push_back(text);
    joined.codes.push_back(at.first->second);
  }
  table.keys.push_back(std::move(joined));
}

} // namespace libeval
