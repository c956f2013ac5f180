// SPDX-License-Identifier: Apache-2.0
#include "engine/simulate/kernel_model.hpp"
#include "engine/simulate/linear_reading.hpp"
#include "engine/simulate/tagged_plan.hpp"

#include <libeval/engine/decide.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <numeric>

namespace libeval {
namespace {

/// Whether moved cells move the totals as the forms say.
bool confirmed(const Sampler& sampler, const Decision& decision,
               const std::vector<std::vector<Form>>& moves, const std::vector<double>& deviation) {
  Bundle moved = sampler.bundle;
  std::vector<double> by(deviation.size());
  std::size_t at = 0;
  for (const CellSource& source : sampler.cells) {
    auto table = std::make_shared<Table>(*moved.tables[source.table]);
    for (const CellSource::Cell& cell : source.cells) {
      by[at] = deviation[at] * (static_cast<double>(at % 7) - 2.5) / 3;
      table->values[cell.column].numbers[cell.row] += by[at];
      ++at;
    }
    moved.tables[source.table] = std::move(table);
  }
  Diagnostics diagnostics;
  const Decision other = decide(moved, diagnostics);
  if (diagnostics.has_errors())
    return false;
  const auto& before = decision.stages[0].total;
  const auto& after = other.stages[0].total;
  for (std::size_t e = 0; e < before.size(); ++e) {
    double expected = before[e];
    for (const Form& form : moves[e])
      for (const auto& [cell, factor] : form)
        expected += factor * by[cell];
    if (!(std::abs(after[e] - expected) <= 1e-9 * std::max({1.0, std::abs(expected)})))
      return false;
  }
  return true;
}

/// The error of each cell as a sum of independent standard normal numbers.
Forms errors_of(const Sampler& sampler) {
  Forms out;
  std::uint32_t numbers = 0;
  for (const CellSource& source : sampler.cells) {
    // Where all pairs are correlated alike, what the members of a group share is one number.
    const double all = source.what->correlation.value_or(-1);
    const bool alike = source.what->matrix.empty() && all >= 0;
    std::uint32_t groups = 0;
    for (const CellSource::Cell& cell : source.cells)
      groups = std::max(groups, cell.group + 1);
    const auto members = static_cast<std::uint32_t>(source.members);
    const std::uint32_t first = numbers;
    numbers += source.root.empty() ? 0 : alike ? groups : groups * members;
    for (const CellSource::Cell& cell : source.cells) {
      Form& error = out.emplace_back();
      if (source.root.empty()) {
        error.emplace_back(numbers++, cell.spread);
      } else if (alike) {
        error.emplace_back(first + cell.group, cell.spread * std::sqrt(all));
        error.emplace_back(numbers++, cell.spread * std::sqrt(1 - all));
      } else {
        for (std::uint32_t k = 0; k <= cell.member; ++k)
          error.emplace_back(first + cell.group * members + k,
                             cell.spread * source.root[cell.member * members + k]);
      }
    }
  }
  return out;
}

/// Puts sums of independent numbers (by candidate and criterion) into a model: those of one
/// candidate as the variance of its score, those of several as what they share. Whether there is
/// room for that.
bool set_spread(kernel::SmaaModel& model, const Forms& of) {
  constexpr std::size_t most_numbers = std::size_t{1} << 22;
  const std::size_t n = model.candidates, m = model.criteria;
  std::uint32_t numbers = 0;
  for (const Form& form : of)
    for (const auto& [number, factor] : form)
      numbers = std::max(numbers, number + 1);
  std::vector<std::size_t> owner(numbers, nobody);
  std::vector<bool> several(numbers, false);
  for (std::size_t at = 0; at < of.size(); ++at)
    for (const auto& [number, factor] : of[at]) {
      if (factor == 0)
        continue;
      several[number] = several[number] || (owner[number] != nobody && owner[number] != at / m);
      owner[number] = at / m;
    }
  const std::size_t triangle = m * (m + 1) / 2;
  std::vector<double> covariance(n * triangle, 0);
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<double>> shared;
  bool depend = false;
  for (std::size_t i = 0; i < n; ++i) {
    std::map<std::uint32_t, std::vector<std::pair<std::size_t, double>>> own; // criteria by number
    for (std::size_t j = 0; j < m; ++j)
      for (const auto& [number, factor] : of[i * m + j]) {
        if (factor == 0)
          continue;
        if (!several[number]) {
          own[number].emplace_back(j, factor);
          continue;
        }
        auto& factors = shared[{number, static_cast<std::uint32_t>(j)}];
        factors.resize(n);
        factors[i] += factor;
      }
    for (const auto& [number, criteria] : own)
      for (const auto& [j, a] : criteria)
        for (const auto& [k, b] : criteria)
          if (k <= j) {
            covariance[i * triangle + j * (j + 1) / 2 + k] += a * b;
            depend = depend || k < j;
          }
    if (shared.size() * n > most_numbers || covariance.size() > most_numbers)
      return false;
  }
  std::map<std::uint32_t, std::uint32_t> position;
  for (auto& [at, factors] : shared) {
    const auto number =
        position.try_emplace(at.first, static_cast<std::uint32_t>(position.size())).first->second;
    model.shared.push_back({number, at.second, std::move(factors)});
  }
  if (std::ranges::all_of(covariance, [](double x) { return x == 0; }))
    return true;
  if (depend) {
    model.covariance = std::move(covariance);
    return true;
  }
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < m; ++j)
      model.deviation.push_back(std::sqrt(covariance[i * triangle + j * (j + 1) / 2 + j]));
  return true;
}

} // namespace

bool only_numbers(const Sampler& sampler) {
  const Uncertainty& u = sampler.uncertainty;
  return sampler.bundle.program.stages.size() == 1 && u.bootstrap.empty() && u.verdicts.empty() &&
         u.rules.empty() && u.completions.empty() && !(u.weights.empty() && u.measurements.empty());
}

std::optional<TotalLine> total_line(const MarginContext& context) {
  const Stage& rules = context.bundle.program.stages[context.stage];
  TotalLine out;
  out.places = plain_line(context);
  bool takes = false;
  for (const SelectStep& step : rules.select) {
    if (const auto* order = std::get_if<select::Order>(&step.what)) {
      if (order->keys.size() != 1) // a later key would break ties
        return std::nullopt;
    } else if (const auto* take = std::get_if<select::Take>(&step.what)) {
      if (takes || take->ties)
        return std::nullopt;
      takes = true;
    } else if (const auto* ties = std::get_if<select::Ties>(&step.what)) {
      out.ties = ties->rule;
    }
  }
  const bool by_order = out.places || (rules.select.empty() && rules.places.unlimited());
  return by_order && out.ties != TieRuling::share ? std::optional(out) : std::nullopt;
}

std::optional<KernelModel> collapse(const Sampler& sampler) {
  const Bundle& bundle = sampler.bundle;
  const bool normal = std::ranges::all_of(sampler.cells, [](const CellSource& source) {
    return source.what->kind == UncertainCells::Kind::normal && !source.what->inside;
  });
  if (!normal || !only_numbers(sampler) || sampler.weights.size() > 1)
    return std::nullopt;
  Diagnostics diagnostics;
  const Decision decision = decide(bundle, diagnostics);
  if (diagnostics.has_errors() || decision.stages[0].entrants.empty())
    return std::nullopt;
  const Stage& rules = bundle.program.stages[0];
  const MarginOptions options;
  const MarginContext context{bundle, decision, 0, options};
  const auto score = linear_score(context);
  if (!score || score->rounded ||
      (!sampler.weights.empty() && sampler.weights[0].path != score->path))
    return std::nullopt;
  // Points below a part follow it; a step on a sum of parts would not.
  const std::function<bool(const Node&)> plain = [&](const Node& node) {
    return !node.round && (node.parts.empty() || node.measure.steps.empty()) &&
           std::ranges::all_of(node.parts, plain);
  };
  const auto line = total_line(context);
  if (!plain(*rules.score) || !line)
    return std::nullopt;
  KernelModel out;
  out.entrants = decision.stages[0].entrants;
  out.line = *line;

  // The plan on tagged cells, beside its numbers on those of the program.
  const TaggedPlan plan(sampler, out.entrants);
  if (!plan.fits())
    return std::nullopt;
  const auto forms = read_linear(plan.uncertain().plan, plan.spread().size(), plan.numbers());
  if (!forms)
    return std::nullopt;

  kernel::SmaaModel& model = out.model;
  model.candidates = out.entrants.size();
  model.criteria = score->parts.size();
  model.tolerance = decision.stages[0].tolerance;
  model.mean.assign(model.candidates * model.criteria, 0);
  std::vector<std::size_t> column(model.criteria); // of each part
  std::iota(column.begin(), column.end(), std::size_t{0});
  const bool ordered = !sampler.weights.empty() && sampler.weights[0].ordered_all;
  if (ordered)
    for (std::size_t k = 0; k < column.size(); ++k)
      column[sampler.weights[0].order[k]] = k;
  const Forms errors = errors_of(sampler);
  Forms spread(model.mean.size());
  std::vector<std::vector<Form>> moves(model.candidates);
  for (std::size_t k = 0; k < model.criteria; ++k) {
    const auto node = std::ranges::find_if(plan.uncertain().nodes, [&](const CompiledNode& n) {
      return n.node->path == rules.score->parts[k].path;
    });
    if (node == plan.uncertain().nodes.end())
      return std::nullopt;
    const double by = score->points ? 1 / score->shares[k] : score->sum;
    const Forms& of = (*forms)[node->frame.array];
    for (std::size_t e = 0; e < model.candidates; ++e) {
      const std::size_t at = e * model.criteria + column[k];
      model.mean[at] = score->of[e][k];
      if (of.empty())
        continue;
      for (const auto& [cell, factor] : of[e]) {
        for (const auto& [number, error] : errors[cell])
          spread[at].emplace_back(number, factor * by * error);
        moves[e].push_back({{cell, factor * by * score->shares[k]}});
      }
    }
  }
  if (!confirmed(sampler, decision, moves, plan.spread()) || !set_spread(model, spread))
    return std::nullopt;
  if (sampler.weights.empty()) {
    model.weighting = kernel::SmaaModel::Weights::fixed;
    model.weights = score->shares;
  } else if (sampler.weights[0].uniform()) {
    model.weighting = kernel::SmaaModel::Weights::uniform;
  } else if (ordered) {
    model.weighting = kernel::SmaaModel::Weights::ordered;
  } else {
    model.weighting = kernel::SmaaModel::Weights::given;
  }
  out.correlated = std::ranges::any_of(
      sampler.cells, [](const CellSource& source) { return !source.what->over.empty(); });
  model.line = out.line.places && *out.line.places < model.candidates ? *out.line.places : 0;
  return out;
}

} // namespace libeval
