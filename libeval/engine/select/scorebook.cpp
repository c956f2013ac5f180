// SPDX-License-Identifier: Apache-2.0
// The values that a selection may order by.
#include "engine/compile/lowering.hpp"
#include "engine/run/undefined.hpp"
#include "engine/select/select.hpp"

#include <libeval/kernel/sample.hpp>

#include <algorithm>
#include <cmath>
#include <set>

namespace libeval {

double tolerance_of(const std::vector<double>& numbers, double resolution, double points,
                    double noise) {
  if (resolution > 0)
    return 1e-6 * resolution; // rounded values differ by a whole step or not at all
  if (points > 0)
    return 1e-9 * points;
  double largest = 0;
  for (const double x : numbers)
    largest = std::max(largest, std::abs(x));
  return std::max({1e-9 * std::min(largest, 1.0), noise, noise * largest});
}

std::vector<double> numbers_of(const Scores& scores) {
  std::vector<double> out(*scores.data);
  if (scores.scale != 1 || scores.shift != 0)
    for (double& x : out)
      x = scores.scale * x + scores.shift;
  for (std::size_t i = 0; i < scores.gap.size(); ++i)
    if (scores.gap[i])
      out[i] = 0;
  return out;
}

GapCells Values::gap_cells() const {
  GapCells out;
  std::set<std::tuple<std::size_t, std::string_view, std::string_view>>
      said; // a parameter may read the same table
  for (const GapCell& gap : gaps) {
    auto& of = out[gap.candidate];
    auto all = std::ranges::find(of, gap.where, &GapCell::where);
    if (all == of.end())
      all = of.insert(of.end(), {gap.candidate, gap.where, "", false});
    all->undefined = all->undefined || gap.undefined;
    if (!gap.cell.empty() && said.emplace(gap.candidate, gap.where, gap.cell).second)
      all->cell += (all->cell.empty() ? "" : "; ") + gap.cell;
  }
  return out;
}

void tell_gap(const Finding& about, const GapCells& cells, std::vector<Finding>& out) {
  const auto of = cells.find(about.candidate);
  if (of == cells.end())
    return out.push_back(about);
  for (const GapCell& gap : of->second) {
    Finding& finding = out.emplace_back(about);
    if (gap.undefined)
      finding.kind = Finding::Kind::undefined;
    finding.rule = gap.where;
    finding.detail = gap.cell;
  }
}

void Scorebook::open(const std::vector<NodeScores>& nodes, double noise,
                     std::vector<GapCell> gaps) {
  nodes_ = &nodes;
  noise_ = noise;
  gaps_ = std::move(gaps);
}

const NodeScores* Scorebook::node(std::string_view name) const {
  if (nodes_ == nullptr)
    return nullptr;
  for (const auto key : {&NodeScores::path, &NodeScores::id})
    if (const auto at = std::ranges::find(*nodes_, name, key); at != nodes_->end())
      return &*at;
  return nullptr;
}

double Scorebook::tolerance(const NodeScores& node) const {
  const auto [at, fresh] = tolerances_.try_emplace(&node, 0);
  if (fresh) {
    const bool plain = node.scores.scale == 1 && node.scores.shift == 0 && node.scores.gap.empty();
    at->second = tolerance_of(plain ? *node.scores.data : numbers_of(node.scores), node.resolution,
                              node.points.value_or(0), noise_);
  }
  return at->second;
}

const std::vector<std::uint32_t>& Scorebook::lot(std::uint64_t seed) const {
  const auto [at, fresh] = lots_.try_emplace(seed);
  if (fresh) {
    const auto drawn = kernel::lot(seed, context.bundle.program.candidates.size());
    at->second.resize(drawn.size());
    for (std::size_t i = 0; i < drawn.size(); ++i)
      at->second[drawn[i]] = static_cast<std::uint32_t>(i);
  }
  return at->second;
}

const Values& Scorebook::of_everybody(const OrderKey& key) const {
  const auto [at, fresh] = of_everybody_.try_emplace({key.kind, key.name, key.measure.get()});
  if (fresh)
    at->second = recompute(key, context.entrants, context.among_tied);
  return at->second;
}

Values Scorebook::recompute(const OrderKey& key, Who subset, bool among_tied) const {
  Context narrowed{context.bundle,  context.names, context.stage,       std::move(subset),
                   context.earlier, among_tied,    context.diagnostics, {}};
  narrowed.index_entrants();
  Compiler compiler(narrowed);
  Frame frame;
  double points_here = 0;
  if (key.measure) {
    frame = compiler.per_entrant(*key.measure);
  } else if (key.kind == OrderKey::Kind::attribute) {
    Measure attribute;
    attribute.name = key.name;
    attribute.source.kind = Source::Kind::attribute;
    attribute.source.name = key.name;
    attribute.source.where = key.where;
    attribute.where = key.where;
    frame = compiler.per_entrant(attribute);
  } else if (const Measure* named = compiler.find_measure(key.name)) {
    frame = compiler.per_entrant(*named);
  } else if (const CompiledNode* node = compiler.find_node(key.name, key.where)) {
    frame = node->frame;
    points_here = node->node->points.value_or(0);
  }
  Values out;
  out.gaps = std::move(compiler.gaps);
  if (frame.array == no_array) {
    out.numbers.assign(narrowed.entrants.size(), 0);
    return out;
  }
  const Run result = run(compiler.plan, {frame.array});
  const Column& column = result.columns[0];
  note_undefined(narrowed, compiler.plan, result, out.gaps);
  take_undefined(column, frame.gap);
  for (std::size_t i = 0; i < frame.cells; ++i)
    out.numbers.push_back(column.scale * (*column.data)[i] + column.shift);
  out.gap = frame.gap;
  out.direction = frame.direction;
  out.tolerance = tolerance_of(out.numbers, frame.resolution, points_here, result.noise);
  out.relative = frame.relative;
  return out;
}

} // namespace libeval
