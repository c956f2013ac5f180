// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/leaf_bounds.hpp"

#include "engine/compile/compile.hpp"
#include "engine/reconstruct/unpublished.hpp"
#include "engine/run/run.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/domain/language.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <variant>

namespace libeval {
namespace {

using Words = std::set<std::string, std::less<>>;

/// What is known of the sign of all values before a step.
enum class Sign { any, not_negative, positive };

/// What a ratio divides by.
enum class Divisor { number, best, candidate, other };

Divisor divisor_of(const Step& ratio) {
  const Tree* to = ratio.args.find("to");
  if (to == nullptr || ratio.args.find("of") != nullptr)
    return Divisor::other;
  if (to->is_map())
    return to->find("candidate") != nullptr ? Divisor::candidate : Divisor::other;
  return to->is_number()          ? Divisor::number
         : to->scalar() == "best" ? Divisor::best
                                  : Divisor::other;
}

std::optional<double> number_of(const Step& step, std::string_view key) {
  const Tree* tree = step.args.find(key);
  return tree != nullptr && tree->is_number() ? std::optional(tree->number()) : std::nullopt;
}

bool is_plain_mean(const Step& step) {
  const Tree* kind = step.args.find("kind");
  return kind == nullptr || kind->scalar() == "arithmetic";
}

/// Whether raising one mark moves a score in one direction only, so that its bounds are found at
/// the ends of the scale.
bool is_monotone(const Step& step, Sign sign) {
  static const Words words = {"sum",      "mean",     "median",   "min",      "max",   "drop",
                              "trim",     "best",     "owa",      "majority", "round", "keep",
                              "quantile", "pick",     "cap",      "floor",    "add",   "log",
                              "exp",      "subtract", "power",    "scale",    "ratio", "baseline",
                              "missing",  "multiply", "direction"};
  if (!words.contains(step.name))
    return false;
  if (step.name == "owa" || step.name == "keep" || step.name == "pick" || step.name == "missing" ||
      step.name == "direction")
    return true;
  if (step.name == "ratio") {
    const Divisor by = divisor_of(step);
    const Tree* inverse = step.args.find("inverse");
    const bool turned = inverse != nullptr && inverse->scalar() == "true";
    if (by == Divisor::other || step.args.find("else") != nullptr ||
        ((by != Divisor::number || turned) && sign == Sign::any))
      return false;
  }
  if (sign == Sign::any && (step.name == "power" || (step.name == "mean" && !is_plain_mean(step))))
    return false;
  for (const Entry& entry : step.args.map()) {
    if (entry.key == "over" || entry.key == "within" || (step.name == "ratio" && entry.key == "to"))
      continue;
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

Sign sign_after(const Step& step, Sign sign) {
  static const Words keep = {"sum",  "mean", "median",   "min",       "max",   "drop",
                             "trim", "best", "quantile", "direction", "keep",  "pick",
                             "cap",  "add",  "multiply", "ratio",     "power", "round"};
  const auto by = number_of(step, "by"), at = number_of(step, "at"), to = number_of(step, "to");
  if (step.name == "exp")
    return Sign::positive;
  if (step.name == "majority")
    return Sign::not_negative;
  if (step.name == "floor")
    return at && *at > 0    ? Sign::positive
           : at && *at == 0 ? std::max(sign, Sign::not_negative)
                            : sign;
  const bool may_turn =
      (step.name == "add" && !(by && *by >= 0)) || (step.name == "multiply" && !(by && *by > 0)) ||
      (step.name == "ratio" && to && *to < 0) || (step.name == "cap" && !(at && *at > 0));
  if (!keep.contains(step.name) || may_turn)
    return Sign::any;
  return step.name == "round" ? std::min(sign, Sign::not_negative) : sign;
}

/// The first step whose bounds cannot be read off the ends of the scale.
const Step* unreadable_step(const std::vector<Step>& steps, double low) {
  Sign sign = low > 0 ? Sign::positive : low < 0 ? Sign::any : Sign::not_negative;
  for (const Step& step : steps) {
    if (!is_monotone(step, sign))
      return &step;
    sign = sign_after(step, sign);
  }
  return nullptr;
}

/// Between which shares of its points a score lies where its steps are not read: 0 and 1, unless
/// one of them may leave that; then where later ones cap it.
struct Within {
  std::optional<double> low = 0, high = 1;

  [[nodiscard]] bool usual() const { return low == 0.0 && high == 1.0; }
};

/// Marks are taken for no less than 0 unless their scale says otherwise.
Within within_by(const std::vector<Step>& steps, double lowest_mark = 0) {
  static const Words change = {"log",      "exp",      "power", "add",
                               "subtract", "multiply", "scale", "baseline"};
  Within out;
  for (const Step& step : steps) {
    const auto at = number_of(step, "at");
    const bool ratio = step.name == "ratio" && (divisor_of(step) == Divisor::candidate ||
                                                divisor_of(step) == Divisor::other);
    if (step.name == "cap" && at && !out.usual())
      out.high = std::min(out.high.value_or(*at), *at);
    else if (step.name == "floor" && at && !out.usual())
      out.low = std::max(out.low.value_or(*at), *at);
    else if (ratio && out.usual() && lowest_mark >= 0)
      out.high = std::nullopt;
    else if (ratio || step.name == "zscore" || (!out.usual() && change.contains(step.name)))
      out = {std::nullopt, std::nullopt};
  }
  return out;
}

/// The position of a step that compares with the best and is the last to look at more than one
/// candidate or value: then the best has exactly what a ratio of 1 is worth.
bool sets_the_best(const std::vector<Step>& steps) {
  bool found = false;
  for (const Step& step : steps) {
    if (step.name == "ratio" && divisor_of(step) == Divisor::best &&
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

class LeafBounder {
public:
  LeafBounder(const Context& context, const Compiler& whole,
              const std::map<std::size_t, Scale>& scales, Knowledge& knowledge)
      : context_(context), bundle_(context.bundle), whole_(whole), scales_(scales), out_(knowledge),
        n_(context.entrants.size()) {}

  void bound_all(const std::vector<UnknownLeaf>& leaves) {
    std::vector<UnknownLeaf> by_rule;
    for (const UnknownLeaf& leaf : leaves) {
      const Node& node = *leaf.node;
      const std::set<std::size_t> tables =
          unpublished_tables(bundle_, context_.stage, node.measure);
      const TableSpec& spec = bundle_.program.evidence[*tables.begin()];
      const bool simple = tables.size() == 1 &&
                          node.measure.source.kind == Source::Kind::evidence &&
                          !(spec.statements && !node.points);
      const auto readable = [&](double low) {
        return simple && unreadable_step(node.measure.steps, low) == nullptr;
      };
      const auto scale = scales_.find(*tables.begin());
      if (scale != scales_.end() && readable(scale->second.first))
        by_rule.push_back(leaf);
      else if (node.points)
        bound_by_points(leaf, scale == scales_.end() ? 1 : scale->second.first);
      for (std::size_t s = 0; s < out_.statements.size(); ++s) {
        const Statement& said = *out_.statements[s];
        if (said.kind == Statement::Kind::marks && said.evidence == spec.name && !spec.statements &&
            readable(*said.ranges[0].low))
          bound({leaf}, {{*tables.begin(), {*said.ranges[0].low, *said.ranges[0].high}}},
                static_cast<std::uint32_t>(s));
      }
    }
    bound(by_rule, scales_, Row::rule);
    for (const UnknownLeaf& leaf : leaves)
      if (n_ > 0 && sets_the_best(leaf.node->measure.steps))
        somebody_is_best(leaf);
  }

private:
  void bound_by_points(const UnknownLeaf& leaf, double lowest_mark) {
    const Node& node = *leaf.node;
    const Within within = within_by(node.measure.steps, lowest_mark);
    const auto share = [&](double part) { return fraction_of(*node.points) * fraction_of(part); };
    for (std::size_t e = 0; e < n_; ++e) {
      const Knowledge::Cell& cell = out_.cells[leaf.first_cell + e];
      LinearUnknown& unknown = out_.system.unknowns[cell.unknown];
      if (within.low)
        unknown.low = ceil(share(*within.low) / cell.step);
      if (within.high)
        unknown.high = floor(share(*within.high) / cell.step);
    }
    const auto points = [&](double part) { return format_decimal(to_double(share(part))); };
    if (const Step* step = unreadable_step(node.measure.steps, lowest_mark))
      out_.note("`" + node.path + "` may be anything" +
                (within.low ? " from " + points(*within.low) : "") +
                (within.usual() ? " to its points"
                 : within.high  ? " to " + points(*within.high)
                                : "") +
                ": the step `" + step->name + "` sets no bounds here");
  }

  /// Bounds from the plan itself, run on the ends of the scale. Steps on single marks are monotone;
  /// where a score compares entrants, it is worst with own marks low and those of others high.
  void bound(const std::vector<UnknownLeaf>& leaves, const std::map<std::size_t, Scale>& scales,
             std::uint32_t tag) {
    if (leaves.empty())
      return;
    const Ends ends = ends_on(leaves, scales);
    std::map<std::size_t, Scale> near = scales, nearer = scales; // zero itself has no ratio
    for (auto& [table, scale] : near)
      scale.first = scale.first == 0 ? scale.second * 0x1p-20 : scale.first;
    for (auto& [table, scale] : nearer)
      scale.first = scale.first == 0 ? scale.second * 0x1p-30 : scale.first;
    std::optional<Ends> near_ends, nearer_ends;
    for (std::size_t k = 0; k < leaves.size(); ++k)
      for (std::size_t e = 0; e < n_; ++e) {
        const double step = to_double(out_.cells[leaves[k].first_cell + e].step);
        double worst = ends.worst[k][e], best = ends.best[k][e];
        bool open_low = false, open_high = false;
        if (!std::isfinite(worst) || !std::isfinite(best)) {
          if (!near_ends) {
            near_ends = ends_on(leaves, near);
            nearer_ends = ends_on(leaves, nearer);
          }
          const auto settle = [&](double& end, double once, double again) {
            if (std::isfinite(end))
              return;
            end = again;
            const bool stays = std::abs(again - once) <= 0.1 * step;
            open_low = open_low || !(stays || again > once);
            open_high = open_high || !(stays || again < once);
          };
          settle(worst, near_ends->worst[k][e], nearer_ends->worst[k][e]);
          settle(best, near_ends->best[k][e], nearer_ends->best[k][e]);
        }
        bound_cell(leaves[k], e, open_low ? std::nullopt : std::optional(std::min(worst, best)),
                   open_high ? std::nullopt : std::optional(std::max(worst, best)), tag);
      }
  }

  /// By leaf, then entrant.
  struct Ends {
    std::vector<std::vector<double>> worst, best;
  };
  [[nodiscard]] Ends ends_on(const std::vector<UnknownLeaf>& leaves,
                             const std::map<std::size_t, Scale>& scales) const {
    const std::size_t all = bundle_.program.candidates.size();
    Ends ends{run_on(leaves, scales, std::vector(all, false)),
              run_on(leaves, scales, std::vector(all, true))};
    std::vector<UnknownLeaf> relative;
    std::vector<std::size_t> at;
    for (std::size_t k = 0; k < leaves.size(); ++k)
      if (frame_of(whole_, *leaves[k].node).relative) {
        relative.push_back(leaves[k]);
        at.push_back(k);
      }
    for (std::size_t e = 0; e < n_ && !relative.empty(); ++e) {
      std::vector<bool> own(all, false);
      own[context_.entrants[e]] = true;
      const auto best = run_on(relative, scales, own);
      own.flip();
      const auto worst = run_on(relative, scales, own);
      for (std::size_t k = 0; k < relative.size(); ++k) {
        ends.worst[at[k]][e] = worst[k][e];
        ends.best[at[k]][e] = best[k][e];
      }
    }
    return ends;
  }

  static const Frame& frame_of(const Compiler& compiler, const Node& node) {
    return std::ranges::find(compiler.nodes, &node, &CompiledNode::node)->frame;
  }

  [[nodiscard]] std::vector<std::vector<double>> run_on(const std::vector<UnknownLeaf>& leaves,
                                                        const std::map<std::size_t, Scale>& scales,
                                                        const std::vector<bool>& high) const {
    Diagnostics unheard;
    const Filled bundle(context_, scales, high, unheard);
    std::vector<ArrayId> wanted;
    wanted.reserve(leaves.size());
    for (const UnknownLeaf& leaf : leaves)
      wanted.push_back(frame_of(bundle.compiled(), *leaf.node).array);
    const Run result = run(bundle.compiled().plan, wanted);
    std::vector<std::vector<double>> out;
    for (std::size_t k = 0; k < wanted.size(); ++k) {
      const Column& column = result.columns[k];
      out.emplace_back();
      for (std::size_t e = 0; e < column.data->size(); ++e)
        out.back().push_back(column.has(e) ? column.scale * (*column.data)[e] + column.shift
                                           : std::numeric_limits<double>::quiet_NaN());
    }
    return out;
  }

  void bound_cell(const UnknownLeaf& leaf, std::size_t entrant, std::optional<double> low,
                  std::optional<double> high, std::uint32_t tag) {
    const Knowledge::Cell& cell = out_.cells[leaf.first_cell + entrant];
    const double step = to_double(cell.step);
    // What is reported is the nearest multiple of the step.
    const auto steps = [&](std::optional<double> x) -> std::optional<std::int64_t> {
      if (!x || !(std::abs(*x) < 0x1p50 * step))
        return std::nullopt;
      return static_cast<std::int64_t>(
          std::llround(kernel::round_to(*x, step, kernel::RoundMode::half_up) / step));
    };
    if (tag == Row::rule)
      out_.system.unknowns[cell.unknown] = {steps(low), steps(high)};
    else
      out_.system.rows.push_back({{{cell.unknown, 1}}, steps(low), steps(high), tag});
  }

  /// A score scaled to the best: everybody has at most what a ratio of 1 is worth, and somebody
  /// has it.
  void somebody_is_best(const UnknownLeaf& leaf) {
    const Run result = run(whole_.plan, {frame_of(whole_, *leaf.node).array});
    const Column& column = result.columns[0]; // all marks are the same here
    const std::size_t first = leaf.first_cell;
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

  const Context& context_;
  const Bundle& bundle_;
  const Compiler& whole_;
  const std::map<std::size_t, Scale>& scales_;
  Knowledge& out_;
  std::size_t n_;
};

} // namespace

bool may_leave_points(const Node& node) {
  return !within_by(node.measure.steps).usual() ||
         std::ranges::any_of(node.parts, may_leave_points);
}

void bound_leaves(const Context& context, const Compiler& whole,
                  const std::vector<UnknownLeaf>& leaves,
                  const std::map<std::size_t, Scale>& scales, Knowledge& knowledge) {
  LeafBounder(context, whole, scales, knowledge).bound_all(leaves);
}

} // namespace libeval
