// SPDX-License-Identifier: Apache-2.0
// The plan of a stage as operations on lanes of replicates.
#include "engine/simulate/lane_draws.hpp"
#include "engine/simulate/linear_reading.hpp"
#include "engine/simulate/tagged_plan.hpp"

#include <libeval/engine/decide.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <utility>

namespace libeval {
namespace {

using Step = kernel::ScoreStep;
constexpr std::uint32_t no_row = kernel::ScoreProgram::no_row;

/// Writes the operations of a plan that rest on uncertain numbers or weights.
class Writer {
public:
  Writer(const TaggedPlan& plan, const Sampler& sampler, KernelModel& model)
      : plan_(plan), sampler_(sampler), model_(model), cells_(sampler.cells.size()),
        cell_row_(plan.spread().size(), no_row), rows_(plan.certain().plan.arrays.size()) {
    std::size_t begin = 0;
    for (const CellSource& source : sampler.cells) {
      cell_begin_.push_back(begin);
      begin += source.cells.size();
    }
  }

  /// The array of scores `total`; nothing where an operation is not made for lanes.
  std::shared_ptr<const kernel::ScoreProgram> write(ArrayId total) {
    const Plan& plan = plan_.certain().plan;
    for (std::size_t at = 0; at < plan.ops.size(); ++at)
      if (!place_cells(at))
        return nullptr;
    add_weights(program_, sampler_, model_);
    for (std::size_t source = 0; source < cells_.size(); ++source)
      add_draws(program_, sampler_, source, cells_[source]);
    if (!copies_.empty()) {
      Step& step = begin(Step::Kind::copy, no_array, copies_.size());
      for (const auto& [to, from] : copies_) {
        put(to);
        put(from);
      }
      step.n = 0;
    }
    program_.draws = program_.steps.size();
    for (at_ = 0; at_ < plan.ops.size(); ++at_)
      if (!std::visit([&](const auto& o) { return apply(o); }, plan.ops[at_]))
        return nullptr;
    if (!rows_[total] || program_.steps.empty() || too_large_)
      return nullptr; // nothing is uncertain, or not to be held
    program_.total = *rows_[total];
    return std::make_shared<const kernel::ScoreProgram>(std::move(program_));
  }

private:
  [[nodiscard]] std::size_t size(ArrayId id) const { return plan_.certain().plan.arrays[id].size; }
  [[nodiscard]] double number(ArrayId id, std::size_t i) const {
    const Column& column = plan_.numbers()[id];
    return column.scale * (*column.data)[i] + column.shift;
  }
  [[nodiscard]] bool certain(ArrayId id) const { return id == no_array || !rows_[id]; }

  /// Where an array stands; one that is certain is put there now.
  std::uint32_t rows(ArrayId id) {
    if (rows_[id])
      return *rows_[id];
    const auto [at, fresh] = certain_rows_.try_emplace(id, 0);
    if (fresh) {
      const std::size_t n = size(id);
      at->second = program_.array(n);
      double largest = 0;
      for (std::size_t i = 0; i < n; ++i) {
        set(at->second + i, number(id, i));
        largest = std::max(largest, std::abs(number(id, i)));
      }
      set(at->second + n, largest);
      set(at->second + n + 1, largest * kernel::ScoreProgram::step_error);
    }
    return at->second;
  }
  void set(std::size_t row, double x) {
    program_.constant.emplace_back(static_cast<std::uint32_t>(row), x);
  }
  /// A row with one number.
  std::uint32_t constant(double x) {
    const auto [at, fresh] = constants_.try_emplace(x, program_.rows);
    if (fresh)
      set(program_.rows++, x);
    return at->second;
  }

  Step& begin(Step::Kind kind, ArrayId out, std::size_t terms) {
    if (out != no_array && !rows_[out])
      rows_[out] = program_.array(size(out));
    Step& step = program_.steps.emplace_back();
    step.kind = kind;
    step.out = out == no_array ? 0 : *rows_[out];
    step.n = out == no_array ? 0 : static_cast<std::uint32_t>(size(out));
    step.terms = static_cast<std::uint32_t>(terms);
    step.index = program_.index.size();
    step.number = program_.number.size();
    return step;
  }
  void put(std::size_t x) { program_.index.push_back(static_cast<std::uint32_t>(x)); }

  /// Gives every uncertain cell that an operation loads its row; false where the numbers loaded are
  /// not those of the cells.
  bool place_cells(std::size_t at) {
    const auto* marked = std::get_if<op::Load>(&plan_.uncertain().plan.ops[at]);
    const auto* plain = std::get_if<op::Load>(&plan_.certain().plan.ops[at]);
    if (marked == nullptr || plain == nullptr)
      return marked == nullptr && plain == nullptr;
    const std::size_t n = size(plain->out);
    std::vector<std::pair<std::size_t, std::size_t>> found; // element, cell
    for (std::size_t i = 0; i < n; ++i) {
      const double x = (*marked->column)[marked->rows ? (*marked->rows)[i] : i];
      if (x >= tag && x < tag + static_cast<double>(cell_row_.size()))
        found.emplace_back(i, static_cast<std::size_t>(x - tag));
      else if (x != (*plain->column)[plain->rows ? (*plain->rows)[i] : i])
        return false;
    }
    if (found.empty())
      return true;
    rows_[plain->out] = program_.array(n);
    std::size_t next = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const auto row = static_cast<std::uint32_t>(*rows_[plain->out] + i);
      if (next == found.size() || found[next].first != i) {
        const double x = number(plain->out, i);
        set(row, x);
        reach_[plain->out].nominal = std::max(reach_[plain->out].nominal, std::abs(x));
        reach_[plain->out].size = std::max(reach_[plain->out].size, std::abs(x));
        continue;
      }
      const std::size_t cell = found[next++].second;
      const auto source = static_cast<std::size_t>(std::ranges::upper_bound(cell_begin_, cell) -
                                                   cell_begin_.begin() - 1);
      const std::size_t position = cell - cell_begin_[source];
      note_reach(plain->out, sampler_.cells[source], position);
      if (cell_row_[cell] != no_row) {
        copies_.emplace_back(row, cell_row_[cell]);
        continue;
      }
      cell_row_[cell] = row;
      cells_[source].push_back({&sampler_.cells[source].cells[position], position, row});
    }
    return true;
  }

  /// How large a cell may be drawn, and what correlated numbers may be off by: they are sums that
  /// may be added up in another order.
  void note_reach(ArrayId array, const CellSource& source, std::size_t position) {
    using Kind = UncertainCells::Kind;
    constexpr double largest = 9; // of a normal number of 52 bits
    const CellSource::Cell& cell = source.cells[position];
    const UncertainCells& what = *source.what;
    const double z = largest * std::sqrt(std::max(1.0, static_cast<double>(source.members)));
    double size = std::abs(cell.value);
    Reach& reach = reach_[array];
    reach.nominal = std::max(reach.nominal, size);
    if (what.inside)
      size = std::max({std::abs(what.inside->first), std::abs(what.inside->second), size});
    else if (what.kind == Kind::normal)
      size += cell.spread * z;
    else if (what.kind == Kind::lognormal)
      size *= std::exp(cell.spread * z);
    else if (what.kind == Kind::uniform)
      size = std::max(std::abs(cell.low), std::abs(cell.high));
    else if (what.kind == Kind::binomial)
      size = what.scale;
    else if (what.kind == Kind::empirical)
      for (const double error : what.errors)
        size = std::max(size, std::abs(cell.value + error));
    reach.size = std::max(reach.size, size);
    if (what.kind == Kind::uniform)
      reach.absolute = std::max(reach.absolute, size); // by way of numbers three times as large
    if (what.kind == Kind::lognormal) {
      reach.relative = std::max(reach.relative, cell.spread * z); // by an error of the exponent
      too_large_ = too_large_ || cell.spread * z > 700;
    }
    if (source.root.empty())
      return;
    double& error = what.kind == Kind::normal ? reach.absolute : reach.relative;
    // Two ways to add up m numbers, none larger than that, by a row of a root: m roundings each.
    error = std::max(error, cell.spread * z * static_cast<double>(source.members) / 8);
  }

  /// The row of a node's weight or points: as the program says times how much its share, and those
  /// of the nodes above it whose points it follows, have changed.
  std::optional<std::uint32_t> varied(const Node& node, double now) {
    std::vector<std::size_t> shares;
    std::size_t at = 0;
    for (const WeightSource& source : sampler_.weights) {
      const Node* parent = find_node(*sampler_.bundle.program.stages[0].score, source.path);
      for (std::size_t k = 0; k < source.parts.size(); ++k) {
        const Node& part = parent->parts[k];
        if (source.points ? find_node(part, node.path) != nullptr : part.path == node.path) {
          shares.push_back(at + k);
          now /= source.nominal[k];
        }
      }
      at += source.parts.size();
    }
    if (!std::isfinite(now))
      return std::nullopt; // a part that had no weight
    if (shares.empty())
      return constant(now);
    Step& step = begin(Step::Kind::factor, no_array, shares.size());
    step.out = program_.rows++;
    program_.number.push_back(now);
    for (const std::size_t share : shares)
      put(share);
    return step.out;
  }
  /// The same of what an operation has as constant `input`.
  std::optional<std::uint32_t> factor(std::size_t input, double now) {
    for (const WeightConstant& w : plan_.certain().plan.weighed)
      if (w.op == at_ && w.input == input && !sampler_.weights.empty())
        return varied(*w.node, now);
    return constant(now);
  }
  [[nodiscard]] bool is_weighed() const {
    return !sampler_.weights.empty() &&
           std::ranges::find(plan_.certain().plan.weighed, at_, &WeightConstant::op) !=
               plan_.certain().plan.weighed.end();
  }

  bool apply(const op::Load& o) {
    if (certain(o.out))
      return true;
    const Reach& reach = reach_[o.out];
    if (const std::size_t n = size(o.out); reach.size <= 64 * reach.nominal) {
      set(*rows_[o.out] + n, reach.size);
      set(*rows_[o.out] + n + 1,
          (reach.absolute + reach.size * (1 + reach.relative)) * kernel::ScoreProgram::step_error);
      return true;
    }
    begin(Step::Kind::load, o.out, 0); // large numbers may be, but are not likely
    program_.number.push_back(reach.absolute);
    program_.number.push_back(reach.relative);
    return true;
  }
  bool affine(ArrayId in, ArrayId out, std::optional<std::uint32_t> by, double shift) {
    if (!by)
      return false;
    const std::uint32_t from = rows(in);
    Step& step = begin(Step::Kind::affine, out, 0);
    step.a = from;
    step.b = *by;
    program_.number.push_back(shift);
    return true;
  }
  bool apply(const op::Affine& o) {
    return (certain(o.in) && !is_weighed()) || affine(o.in, o.out, factor(0, o.scale), o.shift);
  }
  bool apply(const op::Divide& o) {
    return certain(o.in) || affine(o.in, o.out, constant(1 / o.by), 0);
  }
  bool apply(const op::Gather& o) {
    if (certain(o.in))
      return true;
    bool same = o.index->size() == size(o.in);
    for (std::size_t i = 0; i < o.index->size(); ++i)
      same = same && (*o.index)[i] == i;
    if (same) {
      rows_[o.out] = rows_[o.in];
      return true;
    }
    Step& step = begin(Step::Kind::gather, o.out, size(o.in));
    step.a = rows(o.in);
    for (const std::uint32_t i : *o.index)
      put(i);
    return true;
  }
  bool apply(const op::Combine& o) {
    if (std::ranges::all_of(o.in, [&](ArrayId id) { return certain(id); }) && !is_weighed())
      return true;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> terms;
    for (std::size_t k = 0; k < o.in.size(); ++k) {
      const auto by = factor(k, o.factors[k]);
      if (!by)
        return false;
      terms.emplace_back(rows(o.in[k]), *by);
    }
    Step& step = begin(Step::Kind::combine, o.out, terms.size());
    step.flag = !o.correction.empty();
    for (const auto& [from, by] : terms) {
      put(from);
      put(by);
    }
    program_.number.insert(program_.number.end(), o.correction.begin(), o.correction.end());
    return std::ranges::all_of(o.correction, [](double x) { return x >= 0; });
  }
  bool apply(const op::Reduce& o) {
    using kernel::Reducer;
    static const std::map<Reducer, Step::Kind> kinds = {{Reducer::sum, Step::Kind::sum},
                                                        {Reducer::mean, Step::Kind::mean},
                                                        {Reducer::min, Step::Kind::least},
                                                        {Reducer::max, Step::Kind::most}};
    if (certain(o.in) && certain(o.weights) && certain(o.mask))
      return true;
    const auto kind = kinds.find(o.reduction.kind);
    if (kind == kinds.end() || o.mask != no_array || !certain(o.weights))
      return false;
    const std::uint32_t from = rows(o.in);
    Step& step = begin(kind->second, o.out, size(o.in));
    step.a = from;
    const bool weighs = o.weights != no_array;
    step.flag = weighs && (kind->second == Step::Kind::sum || kind->second == Step::Kind::mean);
    std::vector<std::uint32_t> members;
    put(0);
    for (std::size_t g = 0; g < o.groups->count(); ++g) {
      const std::size_t before = members.size();
      for (std::uint32_t at = o.groups->offsets[g]; at < o.groups->offsets[g + 1]; ++at) {
        const std::uint32_t cell = o.groups->cell(at);
        const double weight = weighs ? number(o.weights, cell) : 1;
        if ((!o.left_out.empty() && o.left_out[cell] != 0) || weight == 0)
          continue;
        if (!(weight > 0))
          return false;
        members.push_back(cell);
        if (step.flag)
          program_.number.push_back(weight);
      }
      if (members.size() == before)
        return false;
      put(members.size());
    }
    program_.index.insert(program_.index.end(), members.begin(), members.end());
    return true;
  }
  bool apply(const op::Binary& o) {
    using Kind = op::Binary::Kind;
    static const std::map<Kind, Step::Kind> kinds = {
        {Kind::add, Step::Kind::add},           {Kind::subtract, Step::Kind::subtract},
        {Kind::multiply, Step::Kind::multiply}, {Kind::divide, Step::Kind::divide},
        {Kind::min, Step::Kind::lesser},        {Kind::max, Step::Kind::greater}};
    if (certain(o.a) && certain(o.b))
      return true;
    const auto kind = kinds.find(o.kind);
    if (kind == kinds.end())
      return false;
    const std::uint32_t a = rows(o.a), b = rows(o.b);
    Step& step = begin(kind->second, o.out, 0);
    step.a = a;
    step.b = b;
    step.flag = o.positive;
    return true;
  }
  bool apply(const op::Normalize& o) {
    if (certain(o.in))
      return true;
    const std::size_t n = size(o.in), groups = o.groups->count();
    if (o.kind != op::Normalize::Kind::minmax || o.groups->offsets.back() != n)
      return false;
    const std::uint32_t from = rows(o.in);
    Step& step = begin(Step::Kind::minmax, o.out, groups);
    step.a = from;
    step.flag = o.cost;
    for (const std::uint32_t offset : o.groups->offsets)
      put(offset);
    for (std::uint32_t at = 0; at < n; ++at)
      put(o.groups->cell(at));
    for (std::uint32_t at = 0; at < n; ++at)
      put(o.reference.empty() || o.reference[o.groups->cell(at)] != 0 ? 1 : 0);
    return true;
  }
  /// Anything else must see certain numbers only.
  template <class O>
  bool apply(const O& o) {
    const auto in = inputs_of(Op(o));
    return std::ranges::all_of(in, [&](ArrayId id) { return certain(id); });
  }

  const TaggedPlan& plan_;
  const Sampler& sampler_;
  KernelModel& model_;
  kernel::ScoreProgram program_;
  std::size_t at_ = 0;
  std::vector<std::size_t> cell_begin_;                         ///< of each source
  std::vector<std::vector<PlacedCell>> cells_;                  ///< by source
  std::vector<std::uint32_t> cell_row_;                         ///< by cell
  std::vector<std::pair<std::uint32_t, std::uint32_t>> copies_; ///< of cells that stand twice
  std::vector<std::optional<std::uint32_t>> rows_;              ///< of arrays that are not certain
  /// Of a loaded array: its largest number, the largest that may be drawn, and errors beside those
  /// of the last digit in units of `step_error`, absolute and relative to the largest.
  struct Reach {
    double nominal = 0, size = 0, absolute = 0, relative = 0;
  };
  std::map<ArrayId, Reach> reach_;
  bool too_large_ = false; ///< numbers that may be drawn
  std::map<ArrayId, std::uint32_t> certain_rows_;
  std::map<double, std::uint32_t> constants_;
};

/// Whether each entry of weights has a node of its own.
bool each_its_own(const std::vector<WeightSource>& weights) {
  for (std::size_t k = 0; k < weights.size(); ++k)
    for (std::size_t j = 0; j < k; ++j)
      if (weights[j].path == weights[k].path)
        return false;
  return true;
}

} // namespace

std::optional<KernelModel> on_lanes(const Sampler& sampler) {
  if (!only_numbers(sampler) || !each_its_own(sampler.weights))
    return std::nullopt;
  const Bundle& bundle = sampler.bundle;
  Diagnostics diagnostics;
  const Decision decision = decide(bundle, diagnostics);
  if (diagnostics.has_errors())
    return std::nullopt;
  const StageDecision& stage = decision.stages[0];
  const MarginOptions options;
  const auto line = total_line({bundle, decision, 0, options});
  if (!line || stage.entrants.empty() || stage.entrants.size() > most_places || stage.nodes.empty())
    return std::nullopt;
  const NodeScores& top = stage.nodes.front();
  if (top.resolution > 0 || top.direction == Direction::cost)
    return std::nullopt;
  const TaggedPlan plan(sampler, stage.entrants);
  if (!plan.fits())
    return std::nullopt;
  const Compiler& compiler = plan.certain();
  const auto total = std::ranges::find_if(
      compiler.nodes, [](const CompiledNode& node) { return node.node->path == "total"; });
  if (!compiler.gaps.empty() || compiler.plan.rests_on_numbers ||
      (compiler.plan.rests_on_weights && !sampler.weights.empty()) ||
      total == compiler.nodes.end() || total->frame.array == no_array ||
      std::ranges::any_of(compiler.nodes,
                          [](const CompiledNode& node) { return node.frame.any_gap(); }))
    return std::nullopt;
  KernelModel out;
  out.entrants = stage.entrants;
  out.line = *line;
  kernel::SmaaModel& model = out.model;
  model.candidates = out.entrants.size();
  model.weighting = kernel::SmaaModel::Weights::given;
  for (const WeightSource& source : sampler.weights)
    model.criteria += source.parts.size();
  model.line = line->places && *line->places < model.candidates ? *line->places : 0;
  const auto program = Writer(plan, sampler, out).write(total->frame.array);
  if (!program)
    return std::nullopt;
  kernel::ScoreProgram copy = *program;
  copy.tolerance = 1e-9 * top.points.value_or(0);
  if (!compiler.plan.exact()) { // where its own noise would be more than the tolerance
    copy.smallest = 1e-4;
    copy.largest = 1e4;
  }
  out.program = std::make_shared<const kernel::ScoreProgram>(std::move(copy));
  model.program = out.program.get();
  return out;
}

} // namespace libeval
