// SPDX-License-Identifier: Apache-2.0
// What an uncertainty file names, looked up in a bundle.
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

std::string hint_or(const std::optional<std::string>& hint, const std::string& otherwise) {
  return hint ? "did you mean `" + *hint + "`?" : otherwise;
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names)
    out += (out.empty() ? "`" : ", `") + name + "`";
  return out;
}

std::string help_for(std::string_view word, const std::vector<std::string>& known) {
  return hint_or(did_you_mean(word, known), known.size() <= 20 ? "known are " + listed(known) : "");
}

void collect(const Node& node, std::vector<const Node*>& out) {
  out.push_back(&node);
  for (const Node& part : node.parts)
    collect(part, out);
}

/// A node with parts, by path or by an id that is unique.
const Node* node_named(const Node& top, const std::string& name) {
  if (const Node* found = find_node(top, name))
    return found;
  std::vector<const Node*> all, same;
  collect(top, all);
  for (const Node* node : all)
    if (node->id == name)
      same.push_back(node);
  return same.size() == 1 ? same.front() : nullptr;
}

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
  static bool passes_text(const Test& test, const std::string& text) {
    if (!(test.at_least || test.above || test.at_most || test.below))
      return fits(test, std::string_view(text));
    const auto number = number_or_date(text);
    return number && fits(test, *number);
  }

  void by_text(const Test& test, const TextColumn& column) {
    std::vector<bool> pass;
    for (const std::string& text : column.texts)
      pass.push_back(passes_text(test, text));
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
          columns_[c] = columns_[c] && passes_text(test, table_.values[c].name);
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
      pass.push_back(value != nullptr && passes_text(test, *value));
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

void Sampler::resolve_weights(const UncertainWeights& what, Diagnostics& diagnostics) {
  std::vector<std::string> known;
  std::optional<std::size_t> stage;
  for (std::size_t s = 0; s < bundle.program.stages.size(); ++s) {
    const Stage& one = bundle.program.stages[s];
    if (!one.score)
      continue;
    known.push_back(one.id.str());
    if (what.stage == one.id.str() || (what.stage.empty() && !stage))
      stage = s;
  }
  if (what.stage.empty() && known.size() != 1)
    return diagnostics.error(what.where,
                             known.empty() ? "no stage has a score, so there are no weights"
                                           : "several stages have a score",
                             known.empty() ? "" : "say which with `stage`: " + listed(known));
  if (!stage)
    return diagnostics.error(what.of_where, "no stage `" + what.stage + "` has a score",
                             help_for(what.stage, known));
  const Node& top = *bundle.program.stages[*stage].score;
  const Node* node = node_named(top, what.of);
  if (node == nullptr) {
    std::vector<const Node*> all;
    collect(top, all);
    std::vector<std::string> paths;
    paths.reserve(all.size());
    for (const Node* one : all)
      paths.push_back(one->path);
    return diagnostics.error(what.of_where,
                             "stage `" + bundle.program.stages[*stage].id.str() +
                                 "` has no node `" + what.of + "`",
                             help_for(what.of, paths));
  }
  WeightSource out;
  out.stage = *stage;
  out.path = node->path;
  const std::size_t n = node->parts.size();
  out.points =
      n > 0 && std::ranges::all_of(node->parts, [](const Node& p) { return p.points.has_value(); });
  const bool weighted =
      n > 0 && std::ranges::all_of(node->parts, [](const Node& p) { return p.weight.has_value(); });
  if (n < 2 || (!out.points && !weighted))
    return diagnostics.error(what.of_where,
                             n < 2 ? "`" + node->path + "` has no two parts to weigh"
                                   : "the parts of `" + node->path + "` have no points or weights",
                             "give the parts points or weights, or name another node with `of`");
  out.sum = 0;
  for (const Node& part : node->parts) {
    out.parts.push_back(part.id);
    out.nominal.push_back(out.points ? *part.points : *part.weight);
    out.sum += out.nominal.back();
    if (out.nominal.back() < 0)
      return diagnostics.error(part.where, "part `" + part.path +
                                               "` has a negative weight, and "
                                               "weights that may lie anywhere are not below zero");
  }
  if (!(out.sum > 0))
    return diagnostics.error(what.of_where, "the weights of `" + node->path + "` add up to zero");
  for (double& w : out.nominal)
    w /= out.sum;
  bool fine = true;
  const auto part_of = [&](const std::string& name, const Where& where) -> std::size_t {
    const auto at = std::ranges::find(out.parts, name);
    if (at != out.parts.end())
      return static_cast<std::size_t>(at - out.parts.begin());
    diagnostics.error(where, "`" + node->path + "` has no part `" + name + "`",
                      help_for(name, out.parts));
    fine = false;
    return 0;
  };
  out.fixed.assign(n, 0);
  std::vector<bool> is_fixed(n, false);
  WeightSpace space; // of all parts
  const auto half_space = [&](std::string name, double bound) -> std::vector<double>& {
    space.inside.push_back({std::vector<double>(n, 0), bound});
    space.names.push_back(std::move(name));
    return space.inside.back().factors;
  };
  if (what.concentration) {
    for (std::size_t k = 0; k < n; ++k) {
      if (!(out.nominal[k] > 0)) {
        diagnostics.error(what.where,
                          "part `" + out.parts[k] +
                              "` has no weight, so there is nothing to draw round",
                          "leave it out of the node or use `ranges`");
        fine = false;
      }
      out.dirichlet.push_back(*what.concentration * out.nominal[k]);
    }
  }
  double least = 0, most = 0;
  std::vector<bool> ranged(n, false);
  for (const auto& [name, range] : what.ranges) {
    const std::size_t k = part_of(name, what.ranges_where);
    if (!fine)
      break;
    ranged[k] = true;
    if (range.first == range.second) {
      is_fixed[k] = true;
      out.fixed[k] = range.first / out.sum;
    } else {
      if (range.first > 0)
        half_space("`" + name + "` at least " + format_decimal(range.first),
                   range.first / out.sum)[k] = 1;
      if (range.second < out.sum)
        half_space("`" + name + "` at most " + format_decimal(range.second),
                   -range.second / out.sum)[k] = -1;
    }
    least += range.first;
    most += range.second;
  }
  for (std::size_t k = 0; k < n; ++k)
    most += ranged[k] ? 0 : out.sum;
  if (fine && (least > out.sum * (1 + 1e-12) || most < out.sum * (1 - 1e-12))) {
    diagnostics.error(what.ranges_where,
                      "the ranges of `" + node->path + "` allow sums from " +
                          format_decimal(least, 6) + " to " + format_decimal(most, 6) +
                          ", and its parts add up to " + format_decimal(out.sum, 6),
                      "widen a range");
    fine = false;
  }
  for (const std::string& name : what.order)
    out.order.push_back(part_of(name, what.order_where));
  for (std::size_t k = 0; fine && k + 1 < out.order.size(); ++k) {
    auto& factors = half_space(
        "`" + out.parts[out.order[k]] + "` before `" + out.parts[out.order[k + 1]] + "`", 0);
    factors[out.order[k]] = 1;
    factors[out.order[k + 1]] = -1;
  }
  for (const UncertainWeights::Constraint& constraint : what.constraints) {
    std::vector<double> factors(n, 0);
    std::string words;
    for (const auto& [name, factor] : constraint.terms) {
      factors[part_of(name, constraint.where)] += factor;
      words += (words.empty() ? "" : " + ") + format_decimal(factor) + " `" + name + "`";
    }
    if (constraint.at_least)
      half_space(words + " at least " + format_decimal(*constraint.at_least),
                 *constraint.at_least / out.sum) = factors;
    if (constraint.at_most) {
      auto& negative = half_space(words + " at most " + format_decimal(*constraint.at_most),
                                  -*constraint.at_most / out.sum);
      for (std::size_t k = 0; k < n; ++k)
        negative[k] = -factors[k];
    }
  }
  if (!fine)
    return;
  for (std::size_t k = 0; k < n; ++k)
    if (!is_fixed[k])
      out.free.push_back(k);
  out.room = 1;
  for (const double w : out.fixed)
    out.room -= w;
  out.space = space.inside;
  out.ordered_all = out.dirichlet.empty() && out.order.size() == n && what.ranges.empty() &&
                    what.constraints.empty();
  if (out.dirichlet.empty() && !out.ordered_all && !space.inside.empty() && !out.free.empty()) {
    // In shares of the room that the fixed parts leave.
    WeightSpace rest;
    rest.names = space.names;
    for (const kernel::HalfSpace& h : space.inside) {
      kernel::HalfSpace inner;
      inner.bound = h.bound;
      for (std::size_t k = 0; k < n; ++k)
        inner.bound -= h.factors[k] * out.fixed[k];
      inner.bound = out.room > 0 ? inner.bound / out.room : inner.bound;
      for (const std::size_t k : out.free)
        inner.factors.push_back(h.factors[k]);
      rest.inside.push_back(std::move(inner));
    }
    std::vector<std::size_t> conflict;
    std::vector<double> center = center_of(rest, out.free.size(), conflict);
    if (center.empty()) {
      std::string names;
      for (const std::size_t r : conflict)
        names += (names.empty() ? "" : "; ") + rest.names[r];
      return diagnostics.error(what.where,
                               "no weights of `" + node->path +
                                   "` fit all constraints, or only those on a border",
                               "these do not go together: " + names);
    }
    out.polytope =
        std::make_shared<const kernel::Polytope>(out.free.size(), rest.inside, std::move(center));
  }
  weights.push_back(std::move(out));
}

std::optional<std::size_t> Sampler::table(const std::string& name, const Where& where,
                                          Diagnostics& diagnostics) const {
  std::vector<std::string> known;
  for (std::size_t t = 0; t < bundle.program.evidence.size(); ++t) {
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
  verdict_candidates.push_back(static_cast<std::size_t>(at - candidates.begin()));
}

} // namespace libeval
