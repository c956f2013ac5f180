// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/complete.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace libeval {
namespace {

constexpr const char* table_name = "a completion of the record";

void take_from_completion(Node& node, const std::map<std::string, double>& steps,
                          const std::map<std::string, Direction>& directions) {
  const auto at = steps.find(node.path);
  if (at == steps.end()) {
    for (Node& part : node.parts)
      take_from_completion(part, steps, directions);
    return;
  }
  node.parts.clear();
  Measure measure;
  measure.name = node.path;
  measure.source.kind = Source::Kind::evidence;
  measure.source.name = table_name;
  measure.direction = directions.at(node.path);
  Test test;
  test.column = "part";
  test.any_of = {node.path};
  measure.filter = {test};
  measure.where = node.measure.where;
  node.measure = std::move(measure);
  node.round = Rounding{};
  node.round->to = at->second;
}

} // namespace

Bundle completed(const Bundle& bundle, std::size_t s, const Knowledge& knowledge,
                 const std::vector<std::int64_t>& point, const std::vector<bool>& high) {
  Bundle out = filled(bundle, high);
  Stage& stage = out.program.stages[s];
  Table table;
  table.name = table_name;
  table.rows = knowledge.cells.size();
  TextColumn candidate{"candidate", {}, {}}, part{"part", {}, {}};
  for (const std::uint32_t c : knowledge.entrants)
    candidate.texts.push_back(bundle.program.candidates[c].id.str());
  for (const Knowledge::Node& node : knowledge.nodes)
    part.texts.push_back(node.path);
  ValueColumn score;
  score.name = "score";
  std::map<std::string, double> steps;
  std::map<std::string, Direction> directions;
  for (const Knowledge::Cell& cell : knowledge.cells) {
    const Knowledge::Node& node = knowledge.nodes[cell.node];
    steps[node.path] = to_double(cell.step);
    directions[node.path] = node.direction;
    Fraction value = cell.step * Fraction(point[cell.unknown]);
    if (node.points) // a node with points sees a share of them
      value = *node.points == 0 ? Fraction(0) : value / fraction_of(*node.points);
    candidate.codes.push_back(static_cast<std::uint32_t>(cell.entrant));
    part.codes.push_back(static_cast<std::uint32_t>(cell.node));
    score.numbers.push_back(to_double(value));
  }
  if (stage.score)
    take_from_completion(*stage.score, steps, directions);
  table.keys = {std::move(candidate), std::move(part)};
  table.values = {std::move(score)};
  table.lines.assign(table.rows, 0);
  TableSpec spec;
  spec.name = table_name;
  spec.keys = {"candidate", "part"};
  spec.values = {"score"};
  out.program.evidence.push_back(std::move(spec));
  out.tables.push_back(std::make_shared<const Table>(std::move(table)));
  return out;
}

} // namespace libeval
