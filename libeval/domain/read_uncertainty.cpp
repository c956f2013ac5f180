// SPDX-License-Identifier: Apache-2.0
#include "domain/reading.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>
#include <libeval/domain/language.hpp>
#include <libeval/domain/statement.hpp>
#include <libeval/domain/uncertainty.hpp>
#include <libeval/domain/written_numbers.hpp>

#include <algorithm>
#include <cmath>
#include <set>

namespace libeval {
namespace {

std::pair<double, double> pair_of(const Tree& tree) {
  return {tree.list()[0].number(), tree.list()[1].number()};
}

/// Two numbers of which the first must not be the larger one.
std::pair<double, double> range_of(const Tree& tree, Diagnostics& diagnostics) {
  const auto range = pair_of(tree);
  if (range.first > range.second)
    diagnostics.error(tree.where,
                      "the range goes from " + format_decimal(range.first) + " down to " +
                          format_decimal(range.second),
                      "the smaller number stands first");
  return range;
}

template <class F>
void each_of(const Tree& tree, std::string_view key, F&& read) {
  if (const Tree* found = tree.find(key))
    for (const Tree& item : found->list())
      read(item);
}

UncertainWeights read_weights(const Tree& tree, Diagnostics& diagnostics) {
  UncertainWeights out;
  out.where = tree.where;
  out.stage = text_at(tree, "stage");
  if (tree.find("of") != nullptr)
    out.of = text_at(tree, "of");
  out.of_where = tree.find("of") != nullptr ? where_at(tree, "of") : where_at(tree, "stage");
  out.concentration = number_at(tree, "dirichlet");
  out.order = read_names(tree.find("order"));
  out.order_where = where_at(tree, "order");
  out.ranges_where = where_at(tree, "ranges");
  if (const Tree* ranges = tree.find("ranges"))
    for (const Entry& entry : ranges->map())
      out.ranges.emplace_back(entry.key, range_of(entry.value, diagnostics));
  each_of(tree, "constraints", [&](const Tree& item) {
    UncertainWeights::Constraint constraint;
    constraint.where = item.where;
    for (const Entry& entry : item.find("terms")->map())
      constraint.terms.emplace_back(entry.key, entry.value.number());
    constraint.at_least = number_at(item, "at_least");
    constraint.at_most = number_at(item, "at_most");
    if (!constraint.at_least && !constraint.at_most)
      diagnostics.error(item.where, "the constraint has no bound", "add `at_least` or `at_most`");
    out.constraints.push_back(std::move(constraint));
  });
  std::set<std::string> seen;
  for (const std::string& part : out.order)
    if (!seen.insert(part).second)
      diagnostics.error(out.order_where, "part `" + part + "` stands twice in the order");
  if (!flag_at(tree, "uniform") && !out.concentration && out.ranges.empty() && out.order.empty() &&
      out.constraints.empty())
    diagnostics.error(tree.where, "nothing says how the weights may lie",
                      "add `uniform: true`, `dirichlet`, `ranges`, `order` or `constraints`");
  return out;
}

CellParam read_param_of_cells(const Tree& tree) {
  CellParam out;
  out.where = tree.where;
  if (tree.is_number())
    out.number = tree.number();
  else
    out.column = text_at(tree, "column");
  return out;
}

void read_correlation(const Tree& tree, UncertainCells& out, Diagnostics& diagnostics) {
  out.correlation_where = tree.where;
  out.over = text_at(tree, "over");
  out.correlation = number_at(tree, "all");
  out.members = read_names(tree.find("members"));
  if (tree.find("members") == nullptr)
    out.members.clear();
  each_of(tree, "matrix", [&](const Tree& row) {
    std::vector<double> numbers;
    for (const Tree& x : row.list())
      numbers.push_back(x.number());
    out.matrix.push_back(std::move(numbers));
  });
  const Tree* matrix = tree.find("matrix");
  if (matrix == nullptr)
    return;
  if (out.members.size() != out.matrix.size())
    diagnostics.error(matrix->where,
                      "the matrix has " + std::to_string(out.matrix.size()) + " rows for " +
                          std::to_string(out.members.size()) + " members",
                      "`members` names one a row, in order");
  for (std::size_t i = 0; i < out.matrix.size(); ++i)
    if (out.matrix[i].size() != out.matrix.size())
      diagnostics.error(matrix->list()[i].where,
                        "row " + std::to_string(i + 1) + " of the matrix has " +
                            std::to_string(out.matrix[i].size()) + " numbers, expected " +
                            std::to_string(out.matrix.size()));
}

UncertainCells read_cells(const Tree& tree, Diagnostics& diagnostics) {
  using Kind = UncertainCells::Kind;
  UncertainCells out;
  out.where = tree.where;
  out.evidence = text_at(tree, "evidence");
  out.evidence_where = where_at(tree, "evidence");
  out.value = text_at(tree, "value");
  out.value_where = where_at(tree, "value");
  out.filter = read_filter(tree.find("where"));
  const auto spread = [&](const Tree& of, const char* key) {
    out.spread = read_param_of_cells(of.is_map() ? *of.find(key) : of);
    if (of.is_map())
      if (const Tree* inside = of.find("inside"))
        out.inside = range_of(*inside, diagnostics);
    if (of.is_map() && of.find("correlation") != nullptr)
      read_correlation(*of.find("correlation"), out, diagnostics);
  };
  if (const Tree* normal = tree.find("normal")) {
    out.kind = Kind::normal;
    spread(*normal, "sd");
  } else if (const Tree* lognormal = tree.find("lognormal")) {
    out.kind = Kind::lognormal;
    spread(*lognormal, "sd");
  } else if (const Tree* uniform = tree.find("uniform")) {
    out.kind = Kind::uniform;
    if (uniform->is_map() && uniform->find("low") != nullptr) {
      out.low = read_param_of_cells(*uniform->find("low"));
      if (const Tree* high = uniform->find("high"))
        out.high = read_param_of_cells(*high);
      else
        diagnostics.error(uniform->where, "`low` needs `high`", "say where the range ends");
    } else {
      spread(*uniform, "half_width");
    }
  } else if (const Tree* beta = tree.find("beta")) {
    out.kind = Kind::beta;
    spread(*beta, "size");
    out.inside = {0.0, 1.0};
    if (const Tree* from = beta->find("from")) {
      out.inside = range_of(*from, diagnostics);
      if (out.inside->first == out.inside->second)
        diagnostics.error(from->where, "the scale of a beta distribution has no width");
    }
  } else if (const Tree* binomial = tree.find("binomial")) {
    out.kind = Kind::binomial;
    spread(*binomial, "n");
    if (binomial->is_map())
      out.scale = number_at(*binomial, "of").value_or(1);
  } else if (const Tree* empirical = tree.find("empirical")) {
    out.kind = Kind::empirical;
    each_of(*empirical, "errors", [&](const Tree& x) { out.errors.push_back(x.number()); });
  }
  return out;
}

RuleChoice read_choice(const Tree& tree, Diagnostics& diagnostics) {
  RuleChoice out;
  out.where = tree.where;
  out.id = text_at(tree, "id");
  std::set<std::string> seen;
  double sum = 0;
  std::size_t with_probability = 0;
  each_of(tree, "options", [&](const Tree& item) {
    RuleChoice::Option option;
    option.where = item.where;
    option.id = text_at(item, "id");
    option.set = read_names(item.find("set"));
    option.move = read_names(item.find("move"));
    const auto probability = number_at(item, "probability");
    with_probability += probability ? 1 : 0;
    option.probability = probability.value_or(1);
    sum += probability.value_or(0);
    if (!seen.insert(option.id).second)
      diagnostics.error(item.where, "option `" + option.id + "` stands twice");
    out.options.push_back(std::move(option));
  });
  if (with_probability > 0 && with_probability < out.options.size())
    diagnostics.error(tree.where, "some options have a probability and some have none");
  else if (with_probability > 0 && std::abs(sum - 1) > 1e-9)
    diagnostics.error(tree.where, "the probabilities of `" + out.id + "` add up to " +
                                      format_decimal(sum) + ", expected 1");
  return out;
}

} // namespace

Uncertainty read_uncertainty(const Tree& written, Diagnostics& diagnostics) {
  Uncertainty out;
  const Tree tree = with_written_numbers(written, type::object("uncertainty"), language());
  if (!validate(tree, type::object("uncertainty"), language(), diagnostics))
    return out;
  each_of(tree, "weights",
          [&](const Tree& item) { out.weights.push_back(read_weights(item, diagnostics)); });
  each_of(tree, "measurements",
          [&](const Tree& item) { out.measurements.push_back(read_cells(item, diagnostics)); });
  each_of(tree, "bootstrap", [&](const Tree& item) {
    out.bootstrap.push_back({text_at(item, "evidence"), text_at(item, "over"), item.where,
                             where_at(item, "evidence"), where_at(item, "over")});
  });
  each_of(tree, "verdicts", [&](const Tree& item) {
    out.verdicts.push_back({text_at(item, "rule"), text_at(item, "candidate"),
                            number_at(item, "pass").value_or(0.5), item.where,
                            where_at(item, "rule"), where_at(item, "candidate")});
  });
  std::set<std::string> seen;
  each_of(tree, "rules", [&](const Tree& item) {
    out.rules.push_back(read_choice(item, diagnostics));
    if (!seen.insert(out.rules.back().id).second)
      diagnostics.error(item.where, "`" + out.rules.back().id + "` stands twice among the rules");
  });
  each_of(tree, "completions", [&](const Tree& item) {
    UncertainCompletions what;
    what.where = item.where;
    what.stage = text_at(item, "stage");
    if (item.find("level") != nullptr)
      what.level = statement_level(text_at(item, "level"));
    what.without = read_names(item.find("without"));
    what.draws = static_cast<std::size_t>(number_at(item, "draws").value_or(1000));
    what.seed = static_cast<std::uint64_t>(number_at(item, "seed").value_or(1));
    out.completions.push_back(std::move(what));
  });
  return out;
}

} // namespace libeval
