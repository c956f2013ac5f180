// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/knowledge.hpp"

#include "engine/compile/compile.hpp"
#include "engine/reconstruct/filled.hpp"
#include "engine/reconstruct/leaf_bounds.hpp"
#include "engine/reconstruct/plan_reader.hpp"
#include "engine/reconstruct/statements.hpp"
#include "engine/reconstruct/unpublished.hpp"
#include "engine/run/run.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

namespace libeval {
namespace {

class KnowledgeReader {
public:
  KnowledgeReader(const Context& context, const StatementFilter& filter)
      : context_(context), bundle_(context.bundle), stage_(context.stage), filter_(filter),
        n_(context.entrants.size()) {}

  Knowledge read() {
    out_.entrants = context_.entrants;
    choose_statements();
    const std::vector<bool> high(bundle_.program.candidates.size(), true);
    scales_ = scales_by_rule();
    if (!stage_.score)
      return std::move(out_);
    const std::size_t before = context_.diagnostics.errors();
    const Filled whole(context_, scales_, high, context_.diagnostics);
    if (context_.diagnostics.errors() != before)
      return std::move(out_);
    compiler_ = &whole.compiled();
    for (std::size_t i = 0; i < compiler_->nodes.size(); ++i)
      compiled_[compiler_->nodes[i].node] = i;
    plan_ = std::make_unique<PlanReader>(compiler_->plan, n_, out_);
    add_leaves(*stage_.score);
    std::vector<UnknownLeaf> leaves;
    for (const Node* leaf : leaves_)
      leaves.push_back({leaf, first_cell_.at(leaf)});
    bound_leaves(context_, *compiler_, leaves, scales_, out_);
    add_node(*stage_.score, nobody, 0);
    add_statements(context_, out_);
    return std::move(out_);
  }

private:
  /// Whether the stage's scores come from an unpublished table.
  [[nodiscard]] bool uses(const std::string& table) const {
    const auto by = [&](const auto& self, const Node& node) -> bool {
      return std::ranges::any_of(
                 unpublished_tables(bundle_, stage_, node.measure),
                 [&](std::size_t t) { return bundle_.program.evidence[t].name == table; }) ||
             std::ranges::any_of(node.parts, [&](const Node& part) { return self(self, part); });
    };
    return stage_.score && by(by, *stage_.score);
  }

  void choose_statements() {
    for (const Published& published : bundle_.published) {
      for (const Statement& s : published.statements) {
        const bool here =
            s.kind == Statement::Kind::marks ? uses(s.evidence) : s.stage == stage_.id.str();
        if (!here)
          continue;
        if (step_.above == 0 || fraction_of(published.step) < step_)
          step_ = fraction_of(published.step);
        if (filter_.counts(s))
          out_.statements.push_back(&s);
        else
          ++out_.left_out;
      }
    }
    for (const Published& published : bundle_.published) // none speaks of this stage
      if (step_.above == 0)
        step_ = fraction_of(published.step);
    if (step_.above == 0)
      step_ = Fraction(1);
  }

  /// The scale of every unpublished table that the program names one for.
  [[nodiscard]] std::map<std::size_t, Scale> scales_by_rule() const {
    std::map<std::size_t, Scale> out;
    for (std::size_t t = 0; t < bundle_.program.evidence.size(); ++t) {
      const TableSpec& spec = bundle_.program.evidence[t];
      if (spec.statements)
        out[t] = {0, 1}; // a share of the points
      else if (spec.unpublished && spec.range)
        out[t] = *spec.range;
    }
    return out;
  }

  void add_leaves(const Node& node) {
    for (const Node& part : node.parts)
      add_leaves(part);
    if (!node.parts.empty())
      return;
    const Frame& frame = compiler_->nodes[compiled_.at(&node)].frame;
    if (frame.array == no_array)
      return;
    if (!is_unpublished(bundle_, stage_, node.measure)) {
      plan_->know(frame.array, constants(frame, node.path));
      return;
    }
    plan_->know(frame.array, new_cells(node, frame));
    leaves_.push_back(&node);
  }

  std::vector<Linear> new_cells(const Node& node, const Frame& frame) {
    const Fraction step = frame.resolution > 0 ? fraction_of(frame.resolution) : step_;
    std::vector<Linear> values;
    first_cell_[&node] = out_.cells.size();
    for (std::size_t e = 0; e < n_; ++e) {
      const std::uint32_t v = out_.system.add({});
      out_.cells.push_back({nobody, e, step, v});
      values.push_back(Linear::variable(v, step));
    }
    return values;
  }

  /// Scores that are known, as the decimals they are; of a gap nothing is known.
  std::vector<Linear> constants(const Frame& frame, const std::string& path) {
    const Run result = run(compiler_->plan, {frame.array});
    const Column& column = result.columns[0];
    std::vector<Linear> values;
    for (const double raw : *column.data) {
      if (frame.is_gap(values.size()) || !column.has(values.size())) {
        out_.note("`" + path + "` has gaps, which may be anything");
        values.push_back(Linear::variable(out_.system.add({}), Fraction(1)));
        continue;
      }
      const double x = column.scale * raw + column.shift;
      const double kept = std::round(x * 1e9) / 1e9;
      if (std::abs(kept - x) > 1e-12 * std::max(1.0, std::abs(x)))
        out_.note("scores of `" + path + "` are read to nine decimals");
      values.emplace_back(fraction_of(kept));
    }
    return values;
  }

  /// A score whose rule is not read lies between 0 and its points.
  void bound_by_points(const Node& node) {
    for (std::size_t e = 0; e < n_; ++e) {
      const Knowledge::Cell& cell = out_.cells[first_cell_.at(&node) + e];
      out_.system.unknowns[cell.unknown] = {0, floor(fraction_of(*node.points) / cell.step)};
    }
  }

  // --- the tree ----------------------------------------------------------------------------------

  void add_node(const Node& node, std::size_t parent, std::size_t depth) {
    const auto at = compiled_.find(&node);
    if (at == compiled_.end())
      return;
    const Frame& frame = compiler_->nodes[at->second].frame;
    if (frame.array == no_array || frame.dimensions.size() != 1)
      return;
    const std::size_t own = out_.nodes.size();
    Knowledge::Node info;
    info.path = node.path;
    info.id = node.id;
    info.title = node.title;
    info.parent = parent;
    info.depth = depth;
    info.points = node.points;
    info.direction = frame.direction;
    info.unknown = any_unpublished(bundle_, stage_, node);
    info.cells = first_cell_.contains(&node);
    const std::vector<Linear>* values = plan_->read(frame.array);
    std::vector<Linear> scores;
    if (values != nullptr) {
      scores = *values;
    } else {
      out_.note("`" + node.path + "` is not tied to its parts: `" + plan_->stopped_at +
                "` is not linear");
      plan_->stopped_at.clear();
      info.cells = true;
      scores = new_cells(node, frame);
      if (node.points)
        bound_by_points(node);
      plan_->know(frame.array, scores);
    }
    if (first_cell_.contains(&node))
      for (std::size_t e = 0; e < n_; ++e)
        out_.cells[first_cell_.at(&node) + e].node = own;
    info.step = step_of(scores);
    out_.nodes.push_back(std::move(info));
    out_.scores.push_back(std::move(scores));
    for (const Node& part : node.parts)
      add_node(part, own, depth + 1);
  }

  /// Of what all scores of a node are multiples.
  static double step_of(const std::vector<Linear>& scores) {
    Fraction step;
    const auto take = [&](const Fraction& x) {
      if (x.above != 0)
        step = step.above == 0 ? Fraction(x.above < 0 ? -Wide{x.above} : Wide{x.above}, x.below)
                               : common_step(step, x);
    };
    for (const Linear& x : scores) {
      take(x.constant);
      for (const auto& [v, factor] : x.terms)
        take(factor);
    }
    return to_double(step);
  }

  const Context& context_;
  const Bundle& bundle_;
  const Stage& stage_;
  const StatementFilter& filter_;
  std::size_t n_;
  Fraction step_;
  Knowledge out_;
  std::map<std::size_t, Scale> scales_;
  const Compiler* compiler_ = nullptr;
  std::unique_ptr<PlanReader> plan_;
  std::map<const Node*, std::size_t> compiled_;
  std::map<const Node*, std::size_t> first_cell_;
  std::vector<const Node*> leaves_;
};

} // namespace

bool StatementFilter::counts(const Statement& statement) const {
  return (!level || statement.level >= *level) &&
         std::ranges::find(without, statement.id) == without.end();
}

std::size_t Knowledge::node(std::string_view name) const {
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (nodes[i].path == name)
      return i;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (nodes[i].id == name)
      return i;
  return nobody;
}

void Knowledge::note(const std::string& text) {
  if (std::ranges::find(relaxed, text) == relaxed.end())
    relaxed.push_back(text);
}

std::uint32_t
Knowledge::add_derived(LinearUnknown unknown,
                       std::function<std::int64_t(const std::vector<std::int64_t>&)> from) {
  const std::uint32_t v = system.add(unknown);
  derived.push_back({v, std::move(from)});
  return v;
}

void Knowledge::derive(std::vector<std::int64_t>& point) const {
  point.resize(system.unknowns.size());
  for (const Derived& one : derived)
    point[one.unknown] = one.from(point);
}

Linear Knowledge::good(std::size_t node, std::size_t entrant) const {
  return nodes[node].direction == Direction::cost ? scores[node][entrant] * Fraction(-1)
                                                  : scores[node][entrant];
}

Knowledge read_knowledge(const Context& context, const StatementFilter& filter) {
  try {
    return KnowledgeReader(context, filter).read();
  } catch (const std::overflow_error& error) {
    context.diagnostics.error(context.stage.where,
                              "stage `" + context.stage.id.str() + "`: " + error.what(),
                              "use fewer decimals in points, weights and statements");
    return {};
  }
}

} // namespace libeval
