// SPDX-License-Identifier: Apache-2.0
#include "engine/score_report.hpp"

namespace libeval {
namespace {

bool is_scored(const Frame& frame) {
  return frame.array != no_array && frame.dimensions.size() == 1;
}

/// What has no result is no score.
void put_numbers(const Column& column, Scores& scores) {
  scores.data = column.data;
  scores.scale = column.scale;
  scores.shift = column.shift;
  for (std::size_t i = 0; column.undefined && i < column.undefined->size(); ++i)
    if (!column.has(i)) {
      scores.gap.resize(column.undefined->size(), false);
      scores.gap[i] = true;
    }
}

} // namespace

std::vector<ArrayId> arrays_of(const Compiler& compiler) {
  std::vector<ArrayId> out;
  for (const CompiledNode& node : compiler.nodes)
    out.push_back(node.frame.array);
  return out;
}

ScoreReport::ScoreReport(const Compiler& compiler, const Run& run, StageDecision& stage)
    : compiler_(compiler), run_(run), stage_(stage) {
  for (std::size_t i = 0; i < compiler.nodes.size(); ++i)
    at_[compiler.nodes[i].node] = i;
}

void ScoreReport::add(const Node& node, std::size_t parent, std::size_t depth, double effective,
                      std::optional<double> factor) {
  const CompiledNode& compiled = compiler_.nodes[at_.at(&node)];
  const Frame& frame = compiled.frame;
  const std::size_t own = stage_.nodes.size();
  const bool scored = is_scored(frame);
  NodeScores scores;
  scores.path = node.path;
  scores.id = node.id;
  scores.title = node.title;
  scores.parent = parent;
  scores.depth = depth;
  scores.points = node.points;
  scores.weight = node.weight;
  scores.effective = effective;
  scores.factor = factor;
  scores.resolution = frame.resolution;
  scores.direction = frame.direction;
  scores.relative = frame.relative;
  scores.is_time = node.is_time;
  if (scored) {
    scores.scores.gap.assign(frame.gap.begin(), frame.gap.end());
    put_numbers(run_.columns[at_.at(&node)], scores.scores);
    stage_.nodes.push_back(std::move(scores));
  }
  double points = 0;
  for (const Node& part : node.parts)
    points += part.points.value_or(0);
  const bool weighted = !node.parts.empty() && node.parts[0].weight.has_value();
  for (const Node& part : node.parts) {
    const double share = part.weight                 ? *part.weight
                         : part.points && points > 0 ? *part.points / points
                                                     : 1;
    std::optional<double> own_factor;
    if (compiled.additive && scored)
      own_factor = (weighted ? *part.weight : 1) * (node.points && !part.points ? *node.points : 1);
    add(part, scored ? own : parent, depth + 1, effective * share, own_factor);
  }
}

void ScoreReport::update(const Node& top) {
  std::size_t own = 0;
  update(top, own);
}

void ScoreReport::update(const Node& node, std::size_t& own) {
  const std::size_t at = at_.at(&node);
  if (is_scored(compiler_.nodes[at].frame))
    put_numbers(run_.columns[at], stage_.nodes[own++].scores);
  for (const Node& part : node.parts)
    update(part, own);
}

} // namespace libeval
