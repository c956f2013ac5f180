// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/knowledge.hpp"

#include "engine/compile/compile.hpp"
#include "engine/reconstruct/plan_reader.hpp"
#include "engine/reconstruct/statements.hpp"
#include "engine/reconstruct/unpublished.hpp"
#include "engine/run/run.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/domain/language.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <stdexcept>

namespace libeval {
namespace {

using Scale = std::pair<double, double>; ///< the lowest and highest mark of a table

/// Whether raising one mark moves a score in one direction only, so that its bounds are found at
/// the ends of the scale.
bool is_monotone(const Step& step) {
  static const std::set<std::string, std::less<>> words = {
      "sum",      "mean",  "median",   "min",   "max",   "drop", "trim",  "best",    "majority",
      "quantile", "owa",   "round",    "keep",  "pick",  "cap",  "floor", "add",     "subtract",
      "multiply", "scale", "baseline", "ratio", "power", "log",  "exp",   "missing", "direction"};
  if (!words.contains(step.name))
    return false;
  if (step.name == "owa" || step.name == "keep" || step.name == "pick" || step.name == "missing" ||
      step.name == "direction")
    return true;
  for (const Entry& entry : step.args.map()) {
    if (entry.key == "over" || entry.key == "within")
      continue;
    if (step.name == "ratio" &&
        (entry.key == "of" ||
         (entry.key == "to" && !entry.value.is_number() && entry.value.scalar() != "best")))
      return false;
    if (entry.value.is_map())
      return false;
    if (entry.value.is_list())
      for (const Tree& item : entry.value.list())
        if (!item.is_number())
          return false;
    const bool parameter = entry.key == "at" || entry.key == "by" || entry.key == "top";
    if (parameter && !entry.value.is_number())
      return false;
  }
  return true;
}

/// The position of a step that compares with the best and is the last to look at more than one
/// candidate or value: then the best has exactly what a ratio of 1 is worth.
bool sets_the_best(const std::vector<Step>& steps) {
  bool found = false;
  for (const Step& step : steps) {
    const Tree* to = step.args.find("to");
    if (step.name == "ratio" && to != nullptr && to->scalar() == "best" &&
        step.args.find("within") == nullptr) {
      found = true;
    } else if (found) {
      const StepWord* word = find_step(step.name);
      if (word == nullptr || word->family != StepFamily::each)
        return false;
    }
  }
  return found;
}

/// Bundles with numbers where nothing was published, compiled as any other.
class Filled {
public:
  Filled(const Context& context, const std::map<std::size_t, Scale>& scales,
         const std::vector<bool>& high, Diagnostics& diagnostics)
      : bundle_(context.bundle), names_(bundle_), context_{bundle_,         names_,
                                                           context.stage,   context.entrants,
                                                           context.earlier, context.among_tied,
                                                           diagnostics,     {}} {
    for (std::size_t t = 0; t < bundle_.tables.size(); ++t)
      if (bundle_.program.evidence[t].unpublished) {
        const auto at = scales.find(t);
        bundle_.tables[t] =
            fill(*bundle_.tables[t], at == scales.end() ? Scale{1, 1} : at->second, high);
      }
    context_.index_entrants();
    compiler = std::make_unique<Compiler>(context_);
    compiler->compile_score();
  }
  Filled(const Filled&) = delete;
  Filled& operator=(const Filled&) = delete;

  static std::shared_ptr<const Table> fill(const Table& table, const Scale& scale,
                                           const std::vector<bool>& high) {
    Table copy = table;
    const auto key = std::ranges::find(copy.keys, "candidate", &TextColumn::name);
    for (ValueColumn& value : copy.values) {
      value.gap.clear();
      for (std::size_t row = 0; row < copy.rows && key != copy.keys.end(); ++row)
        value.numbers[row] = high[key->codes[row]] ? scale.second : scale.first;
    }
    return std::make_shared<const Table>(std::move(copy));
  }

  std::unique_ptr<Compiler> compiler;

private:
  Bundle bundle_;
  Names names_;
  Context context_;
};

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
    compiler_ = whole.compiler.get();
    for (std::size_t i = 0; i < compiler_->nodes.size(); ++i)
      compiled_[compiler_->nodes[i].node] = i;
    plan_ = std::make_unique<PlanReader>(compiler_->plan, n_, out_);
    add_leaves(*stage_.score);
    bound_leaves();
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
      if (frame.is_gap(values.size())) {
        note("`" + path + "` has gaps, which may be anything");
        values.push_back(Linear::variable(out_.system.add({}), Fraction(1)));
        continue;
      }
      const double x = column.scale * raw + column.shift;
      const double kept = std::round(x * 1e9) / 1e9;
      if (std::abs(kept - x) > 1e-12 * std::max(1.0, std::abs(x)))
        note("scores of `" + path + "` are read to nine decimals");
      values.emplace_back(fraction_of(kept));
    }
    return values;
  }

  // --- what raw evidence says about the scores ---------------------------------------------------

  struct Ends {
    std::vector<double> low, high; ///< one an entrant
    double best = 0;               ///< what everybody has where all marks are the highest
  };

  void bound_leaves() {
    std::vector<const Node*> by_rule;
    for (const Node* leaf : leaves_) {
      const std::set<std::size_t> tables = unpublished_tables(bundle_, stage_, leaf->measure);
      const bool simple = tables.size() == 1;
      const TableSpec& spec = bundle_.program.evidence[*tables.begin()];
      const bool readable = simple && std::ranges::all_of(leaf->measure.steps, is_monotone) &&
                            leaf->measure.source.kind == Source::Kind::evidence &&
                            !(spec.statements && !leaf->points);
      if (readable && (spec.range || spec.statements))
        by_rule.push_back(leaf);
      else if (leaf->points)
        bound_by_points(*leaf, readable);
      if (!readable || spec.statements)
        continue;
      for (std::size_t s = 0; s < out_.statements.size(); ++s)
        if (out_.statements[s]->kind == Statement::Kind::marks &&
            out_.statements[s]->evidence == spec.name)
          bound({leaf},
                {{*tables.begin(),
                  {*out_.statements[s]->ranges[0].low, *out_.statements[s]->ranges[0].high}}},
                static_cast<std::uint32_t>(s));
    }
    bound(by_rule, scales_, Row::rule);
    for (const Node* leaf : leaves_)
      if (n_ > 0 && sets_the_best(leaf->measure.steps))
        somebody_is_best(*leaf);
  }

  void bound_by_points(const Node& leaf, bool readable) {
    for (std::size_t e = 0; e < n_; ++e) {
      const Knowledge::Cell& cell = out_.cells[first_cell_.at(&leaf) + e];
      out_.system.unknowns[cell.unknown] = {0, floor(fraction_of(*leaf.points) / cell.step)};
    }
    if (!readable)
      for (const Step& step : leaf.measure.steps)
        if (!is_monotone(step)) {
          note("`" + leaf.path + "` may be anything from 0 to its points: the step `" + step.name +
               "` sets no bounds here");
          break;
        }
  }

  /// Bounds from the plan itself, run on the ends of the scale. Steps on single marks are monotone;
  /// where a score compares entrants, it is worst with own marks low and those of others high.
  void bound(const std::vector<const Node*>& leaves, const std::map<std::size_t, Scale>& scales,
             std::uint32_t tag) {
    if (leaves.empty())
      return;
    const std::size_t all = bundle_.program.candidates.size();
    std::vector<const Node*> relative;
    const std::vector<std::vector<double>> low = run_on(leaves, scales, std::vector(all, false)),
                                           high = run_on(leaves, scales, std::vector(all, true));
    for (std::size_t k = 0; k < leaves.size(); ++k) {
      if (compiler_->nodes[compiled_.at(leaves[k])].frame.relative)
        relative.push_back(leaves[k]);
      else
        for (std::size_t e = 0; e < n_; ++e)
          bound_cell(*leaves[k], e, low[k][e], high[k][e], tag);
    }
    for (std::size_t e = 0; e < n_ && !relative.empty(); ++e) {
      std::vector<bool> own(all, false);
      own[context_.entrants[e]] = true;
      const auto best = run_on(relative, scales, own);
      own.flip();
      const auto worst = run_on(relative, scales, own);
      for (std::size_t k = 0; k < relative.size(); ++k)
        bound_cell(*relative[k], e, worst[k][e], best[k][e], tag);
    }
  }

  std::vector<std::vector<double>> run_on(const std::vector<const Node*>& leaves,
                                          const std::map<std::size_t, Scale>& scales,
                                          const std::vector<bool>& high) const {
    Diagnostics unheard;
    const Filled bundle(context_, scales, high, unheard);
    std::map<const Node*, ArrayId> arrays;
    for (const CompiledNode& node : bundle.compiler->nodes)
      arrays[node.node] = node.frame.array;
    std::vector<ArrayId> wanted;
    wanted.reserve(leaves.size());
    for (const Node* leaf : leaves)
      wanted.push_back(arrays.at(leaf));
    const Run result = run(bundle.compiler->plan, wanted);
    std::vector<std::vector<double>> out;
    for (const Column& column : result.columns) {
      out.emplace_back();
      for (const double x : *column.data)
        out.back().push_back(column.scale * x + column.shift);
    }
    return out;
  }

  void bound_cell(const Node& leaf, std::size_t entrant, double a, double b, std::uint32_t tag) {
    const Knowledge::Cell& cell = out_.cells[first_cell_.at(&leaf) + entrant];
    const double step = to_double(cell.step);
    // What is reported is the nearest multiple of the step.
    const auto steps = [&](double x) {
      return static_cast<std::int64_t>(
          std::llround(kernel::round_to(x, step, kernel::RoundMode::half_up) / step));
    };
    const std::int64_t low = steps(std::min(a, b)), high = steps(std::max(a, b));
    if (tag == Row::rule) {
      out_.system.unknowns[cell.unknown] = {low, high};
    } else {
      out_.system.rows.push_back({{{cell.unknown, 1}}, low, high, tag});
    }
  }

  /// A score scaled to the best: everybody has at most what a ratio of 1 is worth, and somebody
  /// has it.
  void somebody_is_best(const Node& leaf) {
    const ArrayId array = compiler_->nodes[compiled_.at(&leaf)].frame.array;
    const Run result = run(compiler_->plan, {array}); // all marks are the same here
    const Column& column = result.columns[0];
    const std::size_t first = first_cell_.at(&leaf);
    const double most = column.scale * (*column.data)[0] + column.shift;
    const std::int64_t top = std::llround(most / to_double(out_.cells[first].step));
    Row one;
    one.low = 1;
    for (std::size_t e = 0; e < n_; ++e) {
      const std::uint32_t v = out_.cells[first + e].unknown;
      LinearUnknown& unknown = out_.system.unknowns[v];
      unknown.high = std::min(unknown.high.value_or(top), top);
      const std::int64_t low = std::min(unknown.low.value_or(0), top);
      unknown.low = low;
      const std::uint32_t is =
          out_.add_derived({0, 1}, [v, top](const std::vector<std::int64_t>& point) {
            return std::int64_t{point[v] == top ? 1 : 0};
          });
      out_.system.rows.push_back({{{v, 1}, {is, low - top}}, low, std::nullopt, Row::rule});
      one.terms.emplace_back(is, 1);
    }
    out_.system.rows.push_back(std::move(one));
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
      note("`" + node.path + "` is not tied to its parts: `" + plan_->stopped_at +
           "` is not linear");
      plan_->stopped_at.clear();
      info.cells = true;
      scores = new_cells(node, frame);
      if (node.points)
        bound_by_points(node, true);
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

  void note(const std::string& text) {
    if (std::ranges::find(out_.relaxed, text) == out_.relaxed.end())
      out_.relaxed.push_back(text);
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

Bundle filled(const Bundle& bundle, const std::vector<bool>& high) {
  Bundle out = bundle;
  for (std::size_t t = 0; t < out.tables.size(); ++t)
    if (TableSpec& spec = out.program.evidence[t]; spec.unpublished && !spec.statements) {
      out.tables[t] = Filled::fill(*out.tables[t], spec.range.value_or(Scale{0, 1}), high);
      spec.unpublished = false;
    }
  return out;
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
