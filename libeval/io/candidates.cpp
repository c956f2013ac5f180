// SPDX-License-Identifier: Apache-2.0
#include "io/candidates.hpp"

#include <libeval/base/text.hpp>
#include <libeval/io/csv.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace libeval {
namespace {

/// How many unknown names of one column are reported one by one.
constexpr std::size_t named_problems = 10;

bool names_candidates(const TextColumn& key, const TableSpec& spec) {
  return key.name == "candidate" || key.name == "opponent" ||
         (spec.pairs && (key.name == spec.pairs->a || key.name == spec.pairs->b));
}

void check_dimension_of_alias(const TableSpec& spec, const Table& table,
                              const std::string& dimension, Diagnostics& diagnostics) {
  std::vector<std::string> known = spec.keys;
  if (!spec.wide.empty())
    known.push_back(spec.wide);
  for (const auto* columns : {&table.keys, &table.labels})
    for (const TextColumn& column : *columns)
      if (std::ranges::find(known, column.name) == known.end())
        known.push_back(column.name);
  if (std::ranges::find(known, dimension) != known.end())
    return;
  const auto near = did_you_mean(dimension, known);
  diagnostics.error(spec.where,
                    "`alias` speaks of `" + shorten(dimension) + "`, and evidence `" + spec.name +
                        "` has no such key or label",
                    near ? "did you mean `" + *near + "`?" : "");
}

} // namespace

bool read_candidates_file(Program& program, const Folder& folder, Diagnostics& diagnostics) {
  const auto file =
      folder.open_file(program.candidates_file, program.candidates_where, diagnostics);
  if (!file)
    return false;
  TableSpec spec;
  spec.name = "candidates";
  spec.file = program.candidates_file;
  spec.keys = {program.candidates_key};
  const std::size_t before = diagnostics.errors();
  const Table table = read_table(spec, *file, diagnostics);
  if (diagnostics.errors() > before || table.keys.empty())
    return false;
  program.candidates.reserve(table.rows);
  for (std::size_t row = 0; row < table.rows; ++row) {
    const std::string& id = table.keys[0].at(row);
    Candidate candidate{CandidateId(id), id, {}, table.where};
    candidate.where.line = table.lines[row];
    for (const TextColumn& label : table.labels) {
      const std::string& text = label.at(row);
      if (text.empty())
        continue;
      if (label.name == "name")
        candidate.name = text;
      candidate.attributes.emplace_back(label.name, text);
    }
    program.candidates.push_back(std::move(candidate));
  }
  return true;
}

bool take_candidates_from(const Table& table, const TableSpec& spec, Program& program,
                          Diagnostics& diagnostics) {
  std::set<std::string_view> seen;
  std::size_t columns = 0;
  for (const TextColumn& key : table.keys) {
    if (!names_candidates(key, spec))
      continue;
    ++columns;
    program.candidates.reserve(program.candidates.size() + key.texts.size());
    for (const std::string& id : key.texts) {
      if (spec.pairs && (id.empty() || !seen.insert(id).second))
        continue;
      program.candidates.push_back({CandidateId(id), id, {}, {}});
    }
  }
  if (columns == 0)
    diagnostics.error(program.candidates_where,
                      "evidence `" + table.name + "` has no key `candidate`",
                      "its candidates are those of the key `candidate`; `keys: {candidate: "
                      "COLUMN}` says which column that is");
  return columns > 0;
}

void check_candidates_of(const Table& table, const TableSpec& spec, const Program& program,
                         CandidateIndex& candidates, const Quote& quote, Diagnostics& diagnostics) {
  for (const TextColumn& key : table.keys) {
    if (!names_candidates(key, spec) || are_candidates(key, program.candidates))
      continue;
    std::vector<bool> unknown(key.texts.size());
    std::size_t count = 0;
    for (std::size_t code = 0; code < key.texts.size(); ++code) {
      const bool bye = spec.pairs && key.texts[code].empty();
      unknown[code] = !bye && !candidates.has(key.texts[code]);
      count += unknown[code] ? 1 : 0;
    }
    std::size_t named = 0;
    for (std::size_t row = 0; count > 0 && row < table.rows && named < named_problems; ++row) {
      if (!unknown[key.codes[row]])
        continue;
      unknown[key.codes[row]] = false;
      ++named;
      const std::string& id = key.texts[key.codes[row]];
      const Diagnostic at = quote(table, row, id);
      diagnostics.add({Severity::error, at.where, "unknown candidate `" + shorten(id) + "`",
                       candidates.help(id), at.line, at.line_from});
    }
    if (count > named)
      diagnostics.error(table.where, std::to_string(count - named) +
                                         " more unknown candidates in `" + table.name + "`");
  }
}

void check_aliases_of(const TableSpec& spec, const Table& table, CandidateIndex& candidates,
                      Diagnostics& diagnostics) {
  for (const auto& [dimension, words] : spec.alias) {
    if (dimension != "candidate") {
      check_dimension_of_alias(spec, table, dimension, diagnostics);
      continue;
    }
    for (const auto& [spelling, id] : words)
      if (!candidates.has(id))
        diagnostics.error(spec.where,
                          "unknown candidate `" + shorten(id) + "`, for which `" +
                              shorten(spelling) + "` is an alias",
                          candidates.help(id));
  }
}

} // namespace libeval
