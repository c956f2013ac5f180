// SPDX-License-Identifier: Apache-2.0
#include "engine/simulate/collapse.hpp"

#include "engine/margins/margins.hpp"
#include "engine/run/run.hpp"

#include <libeval/engine/decide.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <numeric>

namespace libeval {
namespace {

/// Uncertain cells stand in the tables as numbers from here on, so that a plan shows where it reads
/// them; a table with numbers of that size is not collapsed.
constexpr double tag = 0x1p52;

/// An element of an array: a sum of uncertain cells times factors, and something certain.
using Form = std::vector<std::pair<std::uint32_t, double>>;
using Forms = std::vector<Form>;

void add_multiple(Form& to, const Form& from, double by) {
  for (const auto& [cell, factor] : from) {
    const auto at = std::ranges::find(to, cell, &Form::value_type::first);
    if (at == to.end())
      to.emplace_back(cell, factor * by);
    else
      at->second += factor * by;
  }
}

/// Follows uncertain cells through a plan as far as it is linear in them.
class LinearReading {
public:
  LinearReading(const Plan& plan, std::size_t cells, const std::vector<Column>& certain)
      : plan_(plan), cells_(cells), certain_(certain), forms_(plan.arrays.size()) {}

  bool read() {
    for (const Op& op : plan_.ops)
      if (!std::visit([&](const auto& o) { return apply(o); }, op))
        return false;
    return true;
  }
  /// Empty: nothing uncertain.
  [[nodiscard]] const Forms& of(ArrayId id) const { return forms_[id]; }

private:
  [[nodiscard]] bool certain(ArrayId id) const { return id == no_array || forms_[id].empty(); }
  [[nodiscard]] double number(ArrayId id, std::size_t i) const {
    return certain_[id].scale * (*certain_[id].data)[i] + certain_[id].shift;
  }

  bool apply(const op::Load& o) {
    const std::size_t n = o.rows ? o.rows->size() : o.column->size();
    Forms out(n);
    bool any = false;
    for (std::size_t i = 0; i < n; ++i) {
      const double x = (*o.column)[o.rows ? (*o.rows)[i] : i];
      if (x >= tag && x < tag + static_cast<double>(cells_)) {
        out[i] = {{static_cast<std::uint32_t>(x - tag), 1.0}};
        any = true;
      }
    }
    if (any)
      forms_[o.out] = std::move(out);
    return true;
  }
  bool scaled(ArrayId in, ArrayId out, double by) {
    forms_[out] = forms_[in];
    for (Form& form : forms_[out])
      for (auto& [cell, factor] : form)
        factor *= by;
    return true;
  }
  bool apply(const op::Affine& o) { return scaled(o.in, o.out, o.scale); }
  bool apply(const op::Divide& o) { return scaled(o.in, o.out, 1 / o.by); }
  bool apply(const op::Gather& o) {
    if (certain(o.in))
      return true;
    for (const std::uint32_t i : *o.index)
      forms_[o.out].push_back(forms_[o.in][i]);
    return true;
  }
  bool apply(const op::Fill& o) {
    if (certain(o.in) && certain(o.values))
      return true;
    if (!certain(o.values) || certain(o.in))
      return false;
    forms_[o.out] = forms_[o.in];
    for (const std::uint32_t cell : o.cells)
      forms_[o.out][cell].clear();
    return true;
  }
  bool apply(const op::Concat& o) {
    bool any = false;
    for (const ArrayId in : o.in)
      any = any || !certain(in);
    for (std::size_t k = 0; any && k < o.in.size(); ++k) {
      Forms& out = forms_[o.out];
      if (certain(o.in[k]))
        out.resize(out.size() + plan_.arrays[o.in[k]].size);
      else
        out.insert(out.end(), forms_[o.in[k]].begin(), forms_[o.in[k]].end());
    }
    return true;
  }
  bool apply(const op::Combine& o) {
    Forms out;
    for (std::size_t k = 0; k < o.in.size(); ++k) {
      if (certain(o.in[k]))
        continue;
      out.resize(plan_.arrays[o.out].size);
      for (std::size_t i = 0; i < out.size(); ++i)
        add_multiple(out[i], forms_[o.in[k]][i],
                     o.factors[k] * (o.correction.empty() ? 1 : o.correction[i]));
    }
    forms_[o.out] = std::move(out);
    return true;
  }
  bool apply(const op::Reduce& o) {
    if (certain(o.in))
      return certain(o.weights) && certain(o.mask);
    const bool sum = o.reduction.kind == kernel::Reducer::sum;
    if ((!sum && o.reduction.kind != kernel::Reducer::mean) || o.mask != no_array ||
        !certain(o.weights))
      return false;
    Forms out(o.groups->count());
    for (std::size_t g = 0; g < out.size(); ++g) {
      double weights = 0;
      for (std::uint32_t at = o.groups->offsets[g]; at < o.groups->offsets[g + 1]; ++at) {
        const std::uint32_t cell = o.groups->cell(at);
        if (!o.left_out.empty() && o.left_out[cell] != 0)
          continue;
        const double w = o.weights == no_array ? 1 : number(o.weights, cell);
        weights += w;
        add_multiple(out[g], forms_[o.in][cell], w);
      }
      if (!sum)
        for (auto& [cell, factor] : out[g])
          factor /= weights;
    }
    forms_[o.out] = std::move(out);
    return true;
  }
  bool apply(const op::Binary& o) {
    using Kind = op::Binary::Kind;
    if (certain(o.a) && certain(o.b))
      return true;
    const bool sum = o.kind == Kind::add || o.kind == Kind::subtract;
    const bool by = (o.kind == Kind::multiply && (certain(o.a) || certain(o.b))) ||
                    (o.kind == Kind::divide && certain(o.b));
    if (!sum && !by)
      return false;
    Forms out(plan_.arrays[o.out].size);
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (sum) {
        if (!certain(o.a))
          add_multiple(out[i], forms_[o.a][i], 1);
        if (!certain(o.b))
          add_multiple(out[i], forms_[o.b][i], o.kind == Kind::add ? 1 : -1);
      } else if (certain(o.b)) {
        const double x = number(o.b, i);
        add_multiple(out[i], forms_[o.a][i], o.kind == Kind::divide ? 1 / x : x);
      } else {
        add_multiple(out[i], forms_[o.b][i], number(o.a, i));
      }
    }
    forms_[o.out] = std::move(out);
    return true;
  }
  /// Anything else must see certain numbers only.
  template <class O>
  bool apply(const O& o) {
    return certain(o.in);
  }
  bool apply(const op::Compare& o) { return certain(o.a) && certain(o.b); }
  bool apply(const op::Keep& o) { return certain(o.by) && certain(o.mask); }
  bool apply(const op::Rank& o) {
    return certain(o.in) &&
           std::ranges::all_of(o.then, [&](const auto& key) { return certain(key.first); });
  }

  const Plan& plan_;
  std::size_t cells_;
  const std::vector<Column>& certain_;
  std::vector<Forms> forms_;
};

/// Every entrant, where that is known without looking at other stages.
std::optional<std::vector<std::uint32_t>> entrants_known(const Decision& decision,
                                                         const Program& program) {
  if (program.stages.size() != 1)
    return std::nullopt;
  return decision.stages[0].entrants;
}

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

} // namespace

std::optional<Collapsed> collapse(const Sampler& sampler) {
  const Bundle& bundle = sampler.bundle;
  const Uncertainty& u = sampler.uncertainty;
  const bool normal = std::ranges::all_of(sampler.cells, [](const CellSource& source) {
    return source.what->kind == UncertainCells::Kind::normal && source.root.empty() &&
           !source.what->inside;
  });
  if (!normal || !u.bootstrap.empty() || !u.verdicts.empty() || !u.rules.empty() ||
      sampler.weights.size() > 1 || (sampler.cells.empty() && sampler.weights.empty()))
    return std::nullopt;
  Diagnostics diagnostics;
  const Decision decision = decide(bundle, diagnostics);
  if (diagnostics.has_errors())
    return std::nullopt;
  const auto entrants = entrants_known(decision, bundle.program);
  if (!entrants || entrants->empty())
    return std::nullopt;
  const Stage& rules = bundle.program.stages[0];
  const MarginOptions options;
  const MarginContext context{bundle, decision, 0, options};
  const auto score = linear_score(context);
  if (!score || (!sampler.weights.empty() && sampler.weights[0].path != score->path))
    return std::nullopt;
  // Points below a part follow it; a step on a sum of parts would not.
  const std::function<bool(const Node&)> plain = [&](const Node& node) {
    return !node.round && (node.parts.empty() || node.measure.steps.empty()) &&
           std::ranges::all_of(node.parts, plain);
  };
  Collapsed out;
  out.entrants = *entrants;
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
  if (!plain(*rules.score) || !by_order || out.ties == TieRuling::share)
    return std::nullopt;

  // The plan on tagged cells, beside its numbers on those of the program.
  Bundle tagged = bundle;
  std::vector<double> deviation;
  std::map<std::size_t, std::shared_ptr<Table>> tables;
  for (const CellSource& source : sampler.cells) {
    for (const ValueColumn& column : bundle.tables[source.table]->values)
      for (const double x : column.numbers)
        if (std::abs(x) >= tag)
          return std::nullopt;
    auto& table = tables[source.table];
    if (!table)
      table = std::make_shared<Table>(*bundle.tables[source.table]);
    tagged.tables[source.table] = table;
    for (const CellSource::Cell& cell : source.cells) {
      double& number = table->values[cell.column].numbers[cell.row];
      if (number >= tag)
        return std::nullopt; // two errors for one cell
      number = tag + static_cast<double>(deviation.size());
      deviation.push_back(cell.spread);
    }
  }
  const std::map<std::string, const StageDecision*, std::less<>> earlier;
  const Names names(bundle), tagged_names(tagged);
  Context nominal{bundle, names, rules, *entrants, earlier, false, diagnostics, {}};
  Context marked{
      tagged, tagged_names, tagged.program.stages[0], *entrants, earlier, false, diagnostics, {}};
  nominal.index_entrants();
  marked.index_entrants();
  Compiler certain(nominal), uncertain(marked);
  certain.compile_score();
  uncertain.compile_score();
  if (diagnostics.has_errors() || certain.plan.ops.size() != uncertain.plan.ops.size())
    return std::nullopt;
  std::vector<ArrayId> all(certain.plan.arrays.size());
  std::iota(all.begin(), all.end(), ArrayId{0});
  const Run numbers = run(certain.plan, all);
  LinearReading reading(uncertain.plan, deviation.size(), numbers.columns);
  if (!numbers.undefined.empty() || !reading.read())
    return std::nullopt;

  kernel::SmaaModel& model = out.model;
  model.candidates = entrants->size();
  model.criteria = score->parts.size();
  model.tolerance = decision.stages[0].tolerance;
  model.mean.assign(model.candidates * model.criteria, 0);
  std::vector<std::size_t> column(model.criteria); // of each part
  std::iota(column.begin(), column.end(), std::size_t{0});
  const bool ordered = !sampler.weights.empty() && sampler.weights[0].ordered_all;
  if (ordered)
    for (std::size_t k = 0; k < column.size(); ++k)
      column[sampler.weights[0].order[k]] = k;
  std::vector<std::pair<std::size_t, std::size_t>> owner(deviation.size(), {nobody, nobody});
  std::vector<double> variance(model.mean.size(), 0);
  std::vector<std::vector<Form>> moves(model.candidates);
  for (std::size_t k = 0; k < model.criteria; ++k) {
    const auto node = std::ranges::find_if(uncertain.nodes, [&](const CompiledNode& n) {
      return n.node->path == rules.score->parts[k].path;
    });
    if (node == uncertain.nodes.end())
      return std::nullopt;
    const double by = score->points ? score->sum / (score->shares[k] * score->sum) : score->sum;
    const Forms& forms = reading.of(node->frame.array);
    for (std::size_t e = 0; e < model.candidates; ++e) {
      const std::size_t at = e * model.criteria + column[k];
      model.mean[at] = score->of[e][k];
      if (forms.empty())
        continue;
      for (const auto& [cell, factor] : forms[e]) {
        if (owner[cell].first != nobody && owner[cell] != std::pair{e, k})
          return std::nullopt; // shared: not independent
        owner[cell] = {e, k};
        const double sd = factor * by * deviation[cell];
        variance[at] += sd * sd;
        moves[e].push_back({{cell, factor * by * score->shares[k]}});
      }
    }
  }
  if (!confirmed(sampler, decision, moves, deviation))
    return std::nullopt;
  if (std::ranges::any_of(variance, [](double v) { return v > 0; }))
    for (const double v : variance)
      model.deviation.push_back(std::sqrt(v));
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
  model.line = out.places && *out.places < model.candidates ? *out.places : 0;
  return out;
}

} // namespace libeval
