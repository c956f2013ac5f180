// SPDX-License-Identifier: Apache-2.0
// What an uncertainty file says of measurements, looked up in a table.
#include "engine/compile/sieve.hpp"
#include "engine/simulate/sampler.hpp"

#include <libeval/base/decimal.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace libeval {
namespace {

/// Which rows and columns a filter lets through.
class CellFilter {
public:
  CellFilter(const Bundle& bundle, const Table& table, const TableSpec& spec, const Filter& filter,
             Diagnostics& diagnostics)
      : bundle_(bundle), table_(table), spec_(spec), rows_(table.rows, true),
        columns_(table.values.size(), true), diagnostics_(diagnostics) {
    const std::size_t before = diagnostics.errors();
    for (const Test& test : filter)
      apply(test);
    fine_ = diagnostics.errors() == before;
  }
  /// Whether everything that is asked for is there.
  [[nodiscard]] bool fine() const { return fine_; }
  [[nodiscard]] bool passes(std::size_t column, std::size_t row) const {
    return columns_[column] && rows_[row];
  }

private:
  [[nodiscard]] std::string of_table() const { return "`" + table_.name + "`"; }

  void by_text(const Test& test, const TextColumn& column, bool is_key) {
    if (is_key)
      check_members(diagnostics_, test, column.texts, of_table());
    else
      warn_of_misfits(diagnostics_, test, column.texts, of_table(), false);
    std::vector<bool> pass;
    for (const std::string& text : column.texts)
      pass.push_back(libeval::passes(test, text));
    for (std::size_t row = 0; row < table_.rows; ++row)
      rows_[row] = rows_[row] && pass[column.codes[row]];
  }

  void apply(const Test& test) {
    std::vector<std::string> known;
    for (const auto* columns : {&table_.keys, &table_.labels})
      for (const TextColumn& column : *columns) {
        known.push_back(column.name);
        if (column.name == test.column)
          return by_text(test, column, columns == &table_.keys);
      }
    if (!spec_.wide.empty()) {
      known.push_back(spec_.wide);
      if (spec_.wide == test.column) {
        std::vector<std::string> names;
        for (const ValueColumn& column : table_.values)
          names.push_back(column.name);
        check_members(diagnostics_, test, names, of_table());
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
    diagnostics_.error(test.where,
                       "evidence `" + table_.name + "` has no column `" + test.column + "`",
                       help_for(test.column, known));
  }

  void by_attribute(const Test& test, const TextColumn& key, const std::string& attribute) {
    std::map<std::string_view, const Candidate*> candidates;
    for (const Candidate& candidate : bundle_.program.candidates)
      candidates.emplace(candidate.id.str(), &candidate);
    std::vector<bool> pass;
    std::vector<std::string> values;
    for (const std::string& text : key.texts) {
      const auto at = candidates.find(text);
      const std::string* value =
          at == candidates.end() ? nullptr : at->second->attribute(attribute);
      if (value != nullptr)
        values.push_back(*value);
      pass.push_back(value != nullptr && libeval::passes(test, *value));
    }
    warn_of_misfits(diagnostics_, test, values, "the candidates", false);
    for (std::size_t row = 0; row < table_.rows; ++row)
      rows_[row] = rows_[row] && pass[key.codes[row]];
  }

  const Bundle& bundle_;
  const Table& table_;
  const TableSpec& spec_;
  std::vector<bool> rows_, columns_;
  Diagnostics& diagnostics_;
  bool fine_ = true;
};

/// Resolves one entry on one table.
class CellReader {
public:
  CellReader(const Sampler& sampler, std::size_t table, const UncertainCells& what,
             Diagnostics& diagnostics)
      : what_(what), table_(*sampler.bundle.tables[table]),
        spec_(sampler.bundle.program.evidence[table]), diagnostics_(diagnostics),
        filter_(sampler.bundle, table_, spec_, what.filter, diagnostics) {
    out_.what = &what;
    out_.table = table;
    for (const ValueColumn& column : table_.values)
      names_.push_back(column.name);
    for (const CellSource& before : sampler.cells)
      if (before.table == table)
        for (const CellSource::Cell& cell : before.cells)
          taken_.emplace(cell.column, cell.row);
  }

  std::optional<CellSource> read() {
    const auto columns = columns_meant();
    if (!columns || !filter_.fine())
      return std::nullopt;
    bool fine = true;
    for (const std::size_t c : *columns)
      for (std::size_t row = 0; row < table_.rows && fine; ++row)
        fine = add_cell(c, row);
    if (fine && out_.cells.empty())
      diagnostics_.error(what_.where, "no cell of `" + table_.name + "` is meant",
                         "`where` lets none through that has a number");
    if (fine && !what_.over.empty() && !correlate())
      return std::nullopt;
    out_.shares_cells = std::ranges::any_of(out_.cells, [&](const CellSource::Cell& cell) {
      return taken_.contains({cell.column, cell.row});
    });
    return std::move(out_);
  }

private:
  using Kind = UncertainCells::Kind;

  [[nodiscard]] std::string line_of(std::size_t row) const {
    return std::to_string(row < table_.lines.size() ? table_.lines[row] : 0);
  }
  bool refuse(std::size_t row, const std::string& what_is_wrong) {
    diagnostics_.error(what_.spread.where.source ? what_.spread.where : what_.where,
                       what_is_wrong + " (`" + table_.name + "`, line " + line_of(row) + ")");
    return false;
  }

  std::optional<std::vector<std::size_t>> columns_meant() {
    std::vector<std::size_t> out;
    if (!spec_.wide.empty()) {
      const std::string own = spec_.values.empty() ? "value" : spec_.values.front();
      if (!what_.value.empty() && what_.value != own) {
        diagnostics_.error(
            what_.value_where,
            "evidence `" + table_.name + "` has no value column `" + what_.value + "`",
            "its value is `" + own + "`; one column is `where: {" + spec_.wide + ": COLUMN}`");
        return std::nullopt;
      }
      for (std::size_t c = 0; c < names_.size(); ++c)
        out.push_back(c);
      return out;
    }
    const auto found =
        what_.value.empty() ? names_.begin() : std::ranges::find(names_, what_.value);
    if (found == names_.end()) {
      diagnostics_.error(what_.value_where,
                         "evidence `" + table_.name + "` has no value column `" + what_.value + "`",
                         help_for(what_.value, names_));
      return std::nullopt;
    }
    out.push_back(static_cast<std::size_t>(found - names_.begin()));
    return out;
  }

  /// A parameter of a cell; nothing, and a diagnostic, where the column has none.
  std::optional<double> param(const CellParam& p, std::size_t row) {
    if (p.column.empty())
      return p.number;
    const auto column = std::ranges::find(table_.values, p.column, &ValueColumn::name);
    if (column == table_.values.end()) {
      for (const auto* texts : {&table_.labels, &table_.keys})
        for (const TextColumn& text : *texts)
          if (text.name == p.column)
            if (const auto number = parse_decimal(text.at(row)))
              return *number;
      diagnostics_.error(
          p.where, "evidence `" + table_.name + "` has no column `" + p.column + "` with numbers",
          help_for(p.column, names_));
      return std::nullopt;
    }
    if (column->is_gap(row) || column->is_category(row)) {
      diagnostics_.error(p.where, "`" + p.column + "` of `" + table_.name +
                                      "` has no number in line " + line_of(row));
      return std::nullopt;
    }
    return column->numbers[row];
  }

  /// False after a diagnostic: one of an entry is enough.
  bool add_cell(std::size_t c, std::size_t row) {
    const ValueColumn& column = table_.values[c];
    if (!filter_.passes(c, row) || column.is_gap(row) || column.is_category(row))
      return true;
    CellSource::Cell cell;
    cell.column = static_cast<std::uint32_t>(c);
    cell.row = static_cast<std::uint32_t>(row);
    cell.position = static_cast<std::uint32_t>(row * table_.values.size() + c);
    cell.value = column.numbers[row];
    const auto spread = param(what_.spread, row);
    if (!spread)
      return false;
    cell.spread = *spread;
    if (!(cell.spread >= 0))
      return refuse(row, "a deviation below zero: " + format_decimal(cell.spread));
    const bool fine = what_.kind == Kind::uniform    ? set_range(cell, row)
                      : what_.kind == Kind::binomial ? set_binomial(cell, row)
                      : what_.kind == Kind::beta     ? check_beta(cell, row)
                                                     : true;
    if (fine)
      out_.cells.push_back(cell);
    return fine;
  }

  bool set_range(CellSource::Cell& cell, std::size_t row) {
    const auto low = what_.low ? param(*what_.low, row) : cell.value - cell.spread;
    const auto high = what_.high ? param(*what_.high, row) : cell.value + cell.spread;
    if (!low || !high)
      return false;
    cell.low = *low;
    cell.high = *high;
    return cell.low <= cell.high || refuse(row, "the range goes from " + format_decimal(cell.low) +
                                                    " down to " + format_decimal(cell.high));
  }

  bool set_binomial(CellSource::Cell& cell, std::size_t row) {
    const double share = cell.value / what_.scale;
    if (!(share >= 0 && share <= 1))
      return refuse(row, "an accuracy of " + format_decimal(cell.value) + " is no share of " +
                             format_decimal(what_.scale));
    if (!(cell.spread >= 1 && cell.spread <= 2e9) || cell.spread != std::floor(cell.spread))
      return refuse(row, format_decimal(cell.spread) + " is no number of items");
    const auto n = static_cast<std::uint32_t>(cell.spread);
    const auto [known, fresh] =
        binomials_.try_emplace({n, share}, static_cast<std::uint32_t>(out_.binomials.size()));
    if (fresh)
      out_.binomials.emplace_back(n, share);
    cell.binomial = known->second;
    return true;
  }

  bool check_beta(const CellSource::Cell& cell, std::size_t row) {
    if (cell.value < what_.inside->first || cell.value > what_.inside->second)
      return refuse(row, format_decimal(cell.value) + " lies outside the scale from " +
                             format_decimal(what_.inside->first) + " to " +
                             format_decimal(what_.inside->second));
    return cell.spread > 0 || refuse(row, "the size of a beta distribution is " +
                                              format_decimal(cell.spread) + ", expected above 0");
  }

  /// Correlated members: one number each, shared by nobody else in the group.
  bool correlate() {
    const auto refuse_it = [&](std::string what_is_wrong, std::string help) {
      diagnostics_.error(what_.correlation_where, std::move(what_is_wrong), std::move(help));
      return false;
    };
    const auto key = std::ranges::find(table_.keys, what_.over, &TextColumn::name);
    const bool wide = spec_.wide == what_.over;
    if (key == table_.keys.end() && !wide) {
      std::vector<std::string> dimensions;
      for (const TextColumn& column : table_.keys)
        dimensions.push_back(column.name);
      return refuse_it("evidence `" + table_.name + "` has no dimension `" + what_.over + "`",
                       help_for(what_.over, dimensions));
    }
    const std::vector<std::string>& members = !what_.members.empty() ? what_.members
                                              : wide                 ? names_
                                                                     : key->texts;
    if (!find_root(members.size()))
      return refuse_it(
          "this is no correlation matrix",
          what_.matrix.empty()
              ? "with " + std::to_string(members.size()) +
                    " members all pairs can be correlated by no less than " +
                    format_decimal(-1.0 / static_cast<double>(members.size() - 1), 3)
              : "it must be symmetric with ones on the diagonal, and have no negative eigenvalue");
    std::map<std::vector<std::uint32_t>, std::uint32_t> groups;
    for (CellSource::Cell& cell : out_.cells) {
      const std::string& member = wide ? names_[cell.column] : key->at(cell.row);
      const auto found = std::ranges::find(members, member);
      if (found == members.end())
        return refuse_it("`" + member + "` is no member of the correlation",
                         "name it under `members`, or leave it out with `where`");
      cell.member = static_cast<std::uint32_t>(found - members.begin());
      std::vector<std::uint32_t> group;
      for (const TextColumn& column : table_.keys)
        if (column.name != what_.over)
          group.push_back(column.codes[cell.row]);
      cell.group = groups.try_emplace(std::move(group), static_cast<std::uint32_t>(groups.size()))
                       .first->second;
    }
    out_.groups = groups.size();
    return true;
  }

  bool find_root(std::size_t members) {
    std::vector<double> matrix;
    for (std::size_t i = 0; i < members; ++i)
      for (std::size_t j = 0; j < members; ++j)
        matrix.push_back(!what_.matrix.empty() ? what_.matrix[i][j]
                         : i == j              ? 1
                                               : what_.correlation.value_or(0));
    out_.members = members;
    out_.root = kernel::correlation_root(matrix, members);
    return !out_.root.empty();
  }

  const UncertainCells& what_;
  const Table& table_;
  const TableSpec& spec_;
  Diagnostics& diagnostics_;
  const CellFilter filter_;
  std::vector<std::string> names_;                          ///< of the value columns
  std::set<std::pair<std::uint32_t, std::uint32_t>> taken_; ///< cells of entries before
  std::map<std::pair<std::uint32_t, double>, std::uint32_t> binomials_;
  CellSource out_;
};

} // namespace

void Sampler::resolve_cells(const UncertainCells& what, Diagnostics& diagnostics) {
  const auto at = table(what.evidence, what.evidence_where, diagnostics);
  if (!at)
    return;
  if (auto source = CellReader(*this, *at, what, diagnostics).read())
    cells.push_back(std::move(*source));
}

} // namespace libeval
