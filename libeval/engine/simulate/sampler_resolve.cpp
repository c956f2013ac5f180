// SPDX-License-Identifier: Apache-2.0
// What an uncertainty file names, looked up in a bundle.
#include "engine/compile/cells.hpp"
#include "engine/compile/sieve.hpp"
#include "engine/simulate/sampler.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

namespace libeval {
namespace {

/// Which rows and columns a filter lets through.
class CellFilter {
public:
  CellFilter(const Bundle& bundle, const Table& table, const TableSpec& spec, const Filter& filter,
             Diagnostics& diagnostics)
      : bundle_(bundle), table_(table), spec_(spec), rows_(table.rows, true),
        columns_(table.values.size(), true) {
    for (const Test& test : filter)
      apply(test, diagnostics);
  }
  [[nodiscard]] bool passes(std::size_t column, std::size_t row) const {
    return columns_[column] && rows_[row];
  }

private:
  void by_text(const Test& test, const TextColumn& column) {
    std::vector<bool> pass;
    for (const std::string& text : column.texts)
      pass.push_back(libeval::passes(test, text));
    for (std::size_t row = 0; row < table_.rows; ++row)
      rows_[row] = rows_[row] && pass[column.codes[row]];
  }

  void apply(const Test& test, Diagnostics& diagnostics) {
    std::vector<std::string> known;
    for (const auto* columns : {&table_.keys, &table_.labels})
      for (const TextColumn& column : *columns) {
        known.push_back(column.name);
        if (column.name == test.column)
          return by_text(test, column);
      }
    if (!spec_.wide.empty()) {
      known.push_back(spec_.wide);
      if (spec_.wide == test.column) {
        for (std::size_t c = 0; c < table_.values.size(); ++c)
          columns_[c] = columns_[c] && libeval::passes(test, table_.values[c].name);
        return;
      }
    }
    if (test.column.starts_with("candidate."))
      if (const auto key = std::ranges::find(table_.keys, "candidate", &TextColumn::name);
          key != table_.keys.end())
        return by_attribute(test, *key, test.column.substr(10));
    for (const ValueColumn& column : table_.values) {
      known.push_back(column.name);
      if (column.name != test.column)
        continue;
      for (std::size_t row = 0; row < table_.rows; ++row)
        rows_[row] = rows_[row] && !column.is_gap(row) && !column.is_category(row) &&
                     fits(test, column.numbers[row]);
      return;
    }
    diagnostics.error(test.where,
                      "evidence `" + table_.name + "` has no column `" + test.column + "`",
                      help_for(test.column, known));
  }

  void by_attribute(const Test& test, const TextColumn& key, const std::string& attribute) {
    std::map<std::string_view, const Candidate*> candidates;
    for (const Candidate& candidate : bundle_.program.candidates)
      candidates.emplace(candidate.id.str(), &candidate);
    std::vector<bool> pass;
    for (const std::string& text : key.texts) {
      const auto at = candidates.find(text);
      const std::string* value =
          at == candidates.end() ? nullptr : at->second->attribute(attribute);
      pass.push_back(value != nullptr && libeval::passes(test, *value));
    }
    for (std::size_t row = 0; row < table_.rows; ++row)
      rows_[row] = rows_[row] && pass[key.codes[row]];
  }

  const Bundle& bundle_;
  const Table& table_;
  const TableSpec& spec_;
  std::vector<bool> rows_, columns_;
};

} // namespace

std::string help_for(std::string_view word, const std::vector<std::string>& known) {
  const auto hint = did_you_mean(word, known);
  const bool few = !known.empty() && known.size() <= 20;
  return hint ? "did you mean `" + *hint + "`?" : few ? "known are " + listed(known) : "";
}

Sampler::Sampler(const Bundle& b, const Uncertainty& u, Diagnostics& diagnostics)
    : completed(u.completions.empty()
                    ? nullptr
                    : std::make_shared<const Bundle>(complete(b, u, completions, diagnostics))),
      bundle(completed ? *completed : b), uncertainty(u) {
  for (const UncertainWeights& what : u.weights)
    resolve_weights(what, diagnostics);
  for (const UncertainCells& what : u.measurements)
    resolve_cells(what, diagnostics);
  for (const Bootstrap& what : u.bootstrap)
    resolve_bootstrap(what, diagnostics);
  for (const UncertainVerdict& what : u.verdicts)
    resolve_verdict(what, diagnostics);
}

std::optional<std::size_t> Sampler::table(const std::string& name, const Where& where,
                                          Diagnostics& diagnostics) const {
  std::vector<std::string> known;
  for (std::size_t t = 0; t < bundle.program.evidence.size(); ++t) {
    if (std::ranges::find(completions, t, &CompletionSource::table) != completions.end())
      continue; // no evidence, and drawn anew after all cells
    known.push_back(bundle.program.evidence[t].name);
    if (known.back() == name && t < bundle.tables.size() && bundle.tables[t])
      return t;
  }
  diagnostics.error(where, "there is no evidence `" + name + "`", help_for(name, known));
  return std::nullopt;
}

void Sampler::resolve_cells(const UncertainCells& what, Diagnostics& diagnostics) {
  using Kind = UncertainCells::Kind;
  const auto at = table(what.evidence, what.evidence_where, diagnostics);
  if (!at)
    return;
  const Table& from = *bundle.tables[*at];
  const TableSpec& spec = bundle.program.evidence[*at];
  const CellFilter filter(bundle, from, spec, what.filter, diagnostics);
  std::vector<std::string> names;
  for (const ValueColumn& column : from.values)
    names.push_back(column.name);
  std::vector<std::size_t> columns;
  if (!spec.wide.empty()) {
    for (std::size_t c = 0; c < from.values.size(); ++c)
      columns.push_back(c);
  } else {
    const auto found = what.value.empty() ? names.begin() : std::ranges::find(names, what.value);
    if (found == names.end())
      return diagnostics.error(
          what.value_where, "evidence `" + from.name + "` has no value column `" + what.value + "`",
          help_for(what.value, names));
    columns.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  bool told = false;
  // A parameter of a cell; nothing, and a diagnostic, where the column has none.
  const auto param = [&](const CellParam& p, std::size_t row) -> std::optional<double> {
    if (p.column.empty())
      return p.number;
    const auto column = std::ranges::find(from.values, p.column, &ValueColumn::name);
    if (column == from.values.end()) {
      for (const auto* texts : {&from.labels, &from.keys})
        for (const TextColumn& text : *texts)
          if (text.name == p.column)
            if (const auto number = parse_decimal(text.at(row)))
              return *number;
      if (!told)
        diagnostics.error(
            p.where, "evidence `" + from.name + "` has no column `" + p.column + "` with numbers",
            help_for(p.column, names));
      told = true;
      return std::nullopt;
    }
    if (column->is_gap(row) || column->is_category(row)) {
      if (!told)
        diagnostics.error(p.where,
                          "`" + p.column + "` of `" + from.name + "` has no number in line " +
                              std::to_string(row < from.lines.size() ? from.lines[row] : 0));
      told = true;
      return std::nullopt;
    }
    return column->numbers[row];
  };
  const auto refuse = [&](std::size_t row, const std::string& what_is_wrong) {
    if (!told)
      diagnostics.error(what.spread.where.source ? what.spread.where : what.where,
                        what_is_wrong + " (`" + from.name + "`, line " +
                            std::to_string(row < from.lines.size() ? from.lines[row] : 0) + ")");
    told = true;
  };
  CellSource out;
  out.what = &what;
  out.table = *at;
  std::map<std::pair<std::uint32_t, double>, std::uint32_t> known_binomials;
  for (const std::size_t c : columns)
    for (std::size_t row = 0; row < from.rows && !told; ++row) {
      const ValueColumn& column = from.values[c];
      if (!filter.passes(c, row) || column.is_gap(row) || column.is_category(row))
        continue;
      CellSource::Cell cell;
      cell.column = static_cast<std::uint32_t>(c);
      cell.row = static_cast<std::uint32_t>(row);
      cell.position = static_cast<std::uint32_t>(row * from.values.size() + c);
      cell.value = column.numbers[row];
      const auto spread = param(what.spread, row);
      if (!spread)
        break;
      cell.spread = *spread;
      if (!(cell.spread >= 0)) {
        refuse(row, "a deviation below zero: " + format_decimal(cell.spread));
        break;
      }
      if (what.kind == Kind::uniform) {
        const auto low = what.low ? param(*what.low, row) : cell.value - cell.spread;
        const auto high = what.high ? param(*what.high, row) : cell.value + cell.spread;
        if (!low || !high)
          break;
        cell.low = *low;
        cell.high = *high;
        if (cell.low > cell.high) {
          refuse(row, "the range goes from " + format_decimal(cell.low) + " down to " +
                          format_decimal(cell.high));
          break;
        }
      } else if (what.kind == Kind::binomial) {
        const double share = cell.value / what.scale;
        if (!(share >= 0 && share <= 1)) {
          refuse(row, "an accuracy of " + format_decimal(cell.value) + " is no share of " +
                          format_decimal(what.scale));
          break;
        }
        if (!(cell.spread >= 1 && cell.spread <= 2e9) || cell.spread != std::floor(cell.spread)) {
          refuse(row, format_decimal(cell.spread) + " is no number of items");
          break;
        }
        const auto n = static_cast<std::uint32_t>(cell.spread);
        const auto [known, fresh] = known_binomials.try_emplace(
            {n, share}, static_cast<std::uint32_t>(out.binomials.size()));
        if (fresh)
          out.binomials.emplace_back(n, share);
        cell.binomial = known->second;
      } else if (what.kind == Kind::beta) {
        if (cell.value < what.inside->first || cell.value > what.inside->second) {
          refuse(row, format_decimal(cell.value) + " lies outside the scale from " +
                          format_decimal(what.inside->first) + " to " +
                          format_decimal(what.inside->second));
          break;
        }
        if (!(cell.spread > 0)) {
          refuse(row, "the size of a beta distribution is " + format_decimal(cell.spread) +
                          ", expected above 0");
          break;
        }
      }
      out.cells.push_back(cell);
    }
  if (out.cells.empty() && !told)
    diagnostics.error(what.where, "no cell of `" + from.name + "` is meant",
                      "`where` lets none through that has a number");
  // Correlated members: one number each, shared by nobody else in the group.
  if (!what.over.empty() && !told) {
    const auto key = std::ranges::find(from.keys, what.over, &TextColumn::name);
    const bool wide = spec.wide == what.over;
    if (key == from.keys.end() && !wide) {
      std::vector<std::string> dimensions;
      for (const TextColumn& column : from.keys)
        dimensions.push_back(column.name);
      return diagnostics.error(what.correlation_where,
                               "evidence `" + from.name + "` has no dimension `" + what.over + "`",
                               help_for(what.over, dimensions));
    }
    const std::vector<std::string> members = !what.members.empty() ? what.members
                                             : wide                ? names
                                                                   : key->texts;
    const std::size_t m = members.size();
    out.members = m;
    std::vector<double> matrix;
    for (std::size_t i = 0; i < m; ++i)
      for (std::size_t j = 0; j < m; ++j)
        matrix.push_back(!what.matrix.empty() ? what.matrix[i][j]
                         : i == j             ? 1
                                              : what.correlation.value_or(0));
    out.root = kernel::correlation_root(matrix, m);
    if (out.root.empty())
      return diagnostics.error(
          what.correlation_where, "this is no correlation matrix",
          what.matrix.empty()
              ? "with " + std::to_string(m) +
                    " members all pairs can be correlated by no less than " +
                    format_decimal(-1.0 / static_cast<double>(m - 1), 3)
              : "it must be symmetric with ones on the diagonal, and have no negative eigenvalue");
    std::map<std::vector<std::uint32_t>, std::uint32_t> groups;
    for (CellSource::Cell& cell : out.cells) {
      const std::string& member = wide ? names[cell.column] : key->at(cell.row);
      const auto found = std::ranges::find(members, member);
      if (found == members.end())
        return diagnostics.error(what.correlation_where,
                                 "`" + member + "` is no member of the correlation",
                                 "name it under `members`, or leave it out with `where`");
      cell.member = static_cast<std::uint32_t>(found - members.begin());
      std::vector<std::uint32_t> group;
      for (const TextColumn& column : from.keys)
        if (column.name != what.over)
          group.push_back(column.codes[cell.row]);
      cell.group = groups.try_emplace(std::move(group), static_cast<std::uint32_t>(groups.size()))
                       .first->second;
    }
    out.groups = groups.size();
  }
  std::set<std::pair<std::uint32_t, std::uint32_t>> known;
  for (const CellSource& before : cells)
    if (before.table == out.table)
      for (const CellSource::Cell& cell : before.cells)
        known.emplace(cell.column, cell.row);
  out.shares_cells = std::ranges::any_of(out.cells, [&](const CellSource::Cell& cell) {
    return known.contains({cell.column, cell.row});
  });
  cells.push_back(std::move(out));
}

void Sampler::resolve_bootstrap(const Bootstrap& what, Diagnostics& diagnostics) {
  const auto at = table(what.evidence, what.evidence_where, diagnostics);
  if (!at)
    return;
  const Table& from = *bundle.tables[*at];
  std::vector<std::string> known;
  for (const TextColumn& key : from.keys)
    if (key.name != "candidate" && key.name != "opponent")
      known.push_back(key.name);
  if (!bundle.program.evidence[*at].wide.empty())
    known.push_back(bundle.program.evidence[*at].wide);
  if (std::ranges::find(known, what.over) == known.end())
    return diagnostics.error(what.over_where,
                             what.over == "candidate"
                                 ? std::string("candidates are not drawn anew")
                                 : "evidence `" + from.name + "` has no dimension `" + what.over +
                                       "`",
                             help_for(what.over, known));
  if (std::ranges::any_of(members, [&](const MemberSource& before) {
        return before.table == *at && before.over == what.over;
      }))
    return diagnostics.error(what.over_where,
                             "dimension `" + what.over + "` of `" + from.name +
                                 "` is drawn in two entries",
                             "draw it once: a draw from a draw spreads too far");
  MemberSource out = members_to_draw(from, *at, what.over);
  for (MemberSource& before : members)
    if (before.table == *at) // the second draws from what the first has drawn
      before.alike = out.alike = false;
  members.push_back(std::move(out));
}

void Sampler::resolve_verdict(const UncertainVerdict& what, Diagnostics& diagnostics) {
  std::vector<std::string> rules, candidates;
  for (const PolicyFile& policy : bundle.policies)
    for (const Rule& rule : policy.rules)
      rules.push_back(rule.id.str());
  for (const Candidate& candidate : bundle.program.candidates)
    candidates.push_back(candidate.id.str());
  if (std::ranges::find(rules, what.rule) == rules.end())
    diagnostics.error(what.rule_where, "there is no rule `" + what.rule + "`",
                      help_for(what.rule, rules));
  const auto at = std::ranges::find(candidates, what.candidate);
  if (at == candidates.end())
    return diagnostics.error(what.candidate_where, "there is no candidate `" + what.candidate + "`",
                             help_for(what.candidate, candidates));
  for (const UncertainVerdict* before = uncertainty.verdicts.data(); before != &what; ++before)
    if (before->rule == what.rule && before->candidate == what.candidate)
      return diagnostics.error(what.where,
                               "the verdict of `" + what.rule + "` on `" + what.candidate +
                                   "` stands in two entries",
                               "it has one probability");
  verdict_candidates.push_back(static_cast<std::size_t>(at - candidates.begin()));
}

} // namespace libeval
