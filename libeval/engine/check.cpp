// SPDX-License-Identifier: Apache-2.0
#include <libeval/engine/check.hpp>

#include "engine/compile/lowering.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/domain/language.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

namespace libeval {
namespace {

bool own_weights(const Step& step) {
  return step.args.find("weights") != nullptr;
}

void check_points(const Node& node, Diagnostics& diagnostics) {
  std::size_t with_points = 0, with_weight = 0;
  double points = 0, weights = 0;
  std::string listed;
  for (const Node& part : node.parts) {
    with_points += part.points ? 1 : 0;
    with_weight += part.weight ? 1 : 0;
    points = kernel::to_double(kernel::from_decimal(points) +
                               kernel::from_decimal(part.points.value_or(0)));
    weights = kernel::to_double(kernel::from_decimal(weights) +
                                kernel::from_decimal(part.weight.value_or(0)));
    if (part.points) {
      listed += listed.empty() ? "parts are " : &part == &node.parts.back() ? " and " : ", ";
      listed += "`" + part.id + "` (" + format_decimal(*part.points);
      if (part.points_where.line > 0)
        listed += ", line " + std::to_string(part.points_where.line);
      listed += ")";
    }
  }
  const std::size_t n = node.parts.size();
  if ((with_points != 0 && with_points != n) || (with_weight != 0 && with_weight != n)) {
    const bool of_points = with_points != 0 && with_points != n;
    for (const Node& part : node.parts)
      if (!(of_points ? part.points : part.weight)) {
        diagnostics.error(part.where,
                          "part `" + part.id + "` of `" + node.path + "` has no " +
                              (of_points ? "points" : "weight") + ", but other parts have",
                          "give all parts points, all parts weights, or none");
        return;
      }
  }
  if (node.points && with_points == n && n > 0 &&
      std::abs(points - *node.points) > 1e-9 * std::max(1.0, *node.points))
    diagnostics.error(node.parts.back().points_where.line > 0 ? node.points_where : node.where,
                      "points under `" + node.path + "` add up to " + format_decimal(points) +
                          ", expected " + format_decimal(*node.points),
                      listed);
  const Step* reducing = step_that_reduces(node.measure.steps, "part");
  const bool added = reducing == nullptr || (reducing->name == "sum" && !own_weights(*reducing));
  if (with_weight == n && n > 0 && added && std::abs(weights - 1) > 1e-9)
    diagnostics.warning(node.where,
                        "weights under `" + node.path + "` add up to " + format_decimal(weights) +
                            ", not to 1",
                        "they are used as they are; `steps: [{mean: part}]` divides by "
                        "their sum");
}

/// Weights that the step which makes one value of the parts does not look at.
void check_idle_weights(const Node& node, Diagnostics& diagnostics) {
  const Step* step = step_that_reduces(node.measure.steps, "part");
  const bool told = std::ranges::any_of(
      node.parts, [&](const Node& n) { return n.weight && n.weight != node.parts[0].weight; });
  if (step == nullptr || !told || own_weights(*step) || step->name == "sum" ||
      step->name == "mean" || find_step(step->name)->family == StepFamily::model)
    return;
  const auto first =
      std::ranges::find_if(node.parts, [](const Node& n) { return n.weight.has_value(); });
  diagnostics.warning(first->points_where,
                      "`" + step->name + "` does not look at the weights of the parts of `" +
                          node.path + "`",
                      "`sum: part` and `mean: part` do; delete the weights if none are meant");
}

/// Whether a step gives each value what the others of its group make of it, so that it is not the
/// same before and after the parts are added.
bool compares(const Step& step) {
  const StepWord* word = find_step(step.name);
  if (word == nullptr)
    return false;
  if (word->family == StepFamily::within)
    return step.name != "impute";
  const Tree* to = step.args.find("to");
  return step.name == "ratio" && to != nullptr && to->is_text();
}

/// Steps of a node of which nobody reduces `part` take the sum of the parts. Where that is another
/// number than the sum of what they make of the parts, the program should say it.
void check_what_steps_take(const Node& node, Diagnostics& diagnostics) {
  const auto& steps = node.measure.steps;
  if (node.parts.size() < 2 || reduces(steps, "part"))
    return;
  const auto at = std::ranges::find_if(steps, compares);
  if (at != steps.end())
    diagnostics.warning(
        at->where, "the parts of `" + node.path + "` are added before `" + at->name + "`",
        "`{sum: part}` before `" + at->name + "` says so; after it, each part goes through `" +
            at->name + "` by itself");
}

void check_needs(const Node& node, Diagnostics& diagnostics) {
  const double n = static_cast<double>(node.parts.size());
  if (node.gap.needs && !node.gap.needs_share && *node.gap.needs > n)
    diagnostics.error(node.where,
                      "`needs: " + format_decimal(*node.gap.needs) + "` is more than the " +
                          format_decimal(n) + (n == 1 ? " part" : " parts") + " of `" + node.path +
                          "`",
                      "it says how many parts must stand, so that nobody would have a value");
}

void check_tree(const Node& node, Diagnostics& diagnostics) {
  if (!node.parts.empty()) {
    check_points(node, diagnostics);
    check_idle_weights(node, diagnostics);
    check_what_steps_take(node, diagnostics);
    check_needs(node, diagnostics);
  }
  for (const Node& part : node.parts)
    check_tree(part, diagnostics);
}

/// Where the names of nodes stand: their paths and their last words.
void collect_names(const Node& node, std::map<std::string, Where>& out) {
  out.emplace(node.path, node.where);
  out.emplace(node.id, node.where);
  for (const Node& part : node.parts)
    collect_names(part, out);
}

/// Nodes and named measures share one name space, and the top is called `total`.
void check_names(const Stage& stage, Diagnostics& diagnostics) {
  std::map<std::string, Where> names;
  if (stage.score) {
    for (const Node& part : stage.score->parts)
      if (part.path == stage.score->path)
        diagnostics.error(
            part.where, "a part of the score is called `" + part.path + "`, as the score itself is",
            "call it otherwise: `" + part.path + "` is what all parts make");
    collect_names(*stage.score, names);
  }
  for (const Measure& measure : stage.measures) {
    const auto at = names.find(measure.name);
    if (at == names.end())
      continue;
    const bool top = measure.name == stage.score->path;
    diagnostics.error(measure.where,
                      "a measure is called `" + measure.name + "`, as " +
                          (top ? "the score is" : "a part of the score is") +
                          (at->second.line > 0 ? ", line " + std::to_string(at->second.line) : ""),
                      "parts and measures share one name space; call one of the two otherwise");
  }
}

/// How many times the points of a part somebody's score is, where that is more than once.
struct Beyond {
  std::size_t entrant = nobody;
  double times = 1;
};

Beyond beyond_points(const NodeScores& node) {
  Beyond out;
  if (!node.points || !(*node.points > 0))
    return out;
  for (std::size_t e = 0; node.scores.data && e < node.scores.data->size(); ++e)
    if (const double times = node.scores.value(e) / *node.points;
        node.scores.has(e) && times > out.times + 1e-9)
      out = {e, times};
  return out;
}

} // namespace

void check_scores(const Program& program, const Decision& decision, Diagnostics& diagnostics) {
  for (const Stage& stage : program.stages) {
    const StageDecision* decided = decision.stage(stage.id.str());
    if (!stage.score || decided == nullptr)
      continue;
    std::vector<std::uint8_t> said(decided->nodes.size(), 0);
    for (std::size_t i = decided->nodes.size(); i-- > 0;) { // parts before what they make
      const NodeScores& node = decided->nodes[i];
      const Beyond beyond = beyond_points(node);
      const Node* where = find_node(*stage.score, node.path);
      if (beyond.entrant == nobody || where == nullptr)
        continue;
      if (node.parent != nobody)
        said[node.parent] = 1;
      if (said[i] != 0)
        continue;
      const Candidate& who = program.candidates[decided->entrants[beyond.entrant]];
      diagnostics.warning(
          where->where,
          "`" + node.path + "` gives `" + who.id.str() + "` " +
              format_decimal(beyond.times * *node.points, 6) + " of its " +
              format_decimal(*node.points) + " points",
          "1 is full, and its value is " + format_decimal(beyond.times, 6) +
              ": divide by the best possible, `scale: {from: [0, BEST]}`, or `cap: 1`");
    }
  }
}

void check_rules(const Program& program, Diagnostics& diagnostics) {
  for (const Stage& stage : program.stages) {
    if (stage.score)
      check_tree(*stage.score, diagnostics);
    check_names(stage, diagnostics);
  }
}

} // namespace libeval
