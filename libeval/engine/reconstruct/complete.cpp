// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/complete.hpp"

#include "engine/reconstruct/filled.hpp"

#include <algorithm>
#include <string>

namespace libeval {
namespace {

/// A name that no evidence has: stages that are completed one after another have tables of their
/// own.
std::string name_of_table(const Bundle& bundle, const Stage& stage) {
  std::string out = "a completion of the record of " + stage.id.str();
  while (std::ranges::find(bundle.program.evidence, out, &TableSpec::name) !=
         bundle.program.evidence.end())
    out += " again";
  return out;
}

/// Makes a node take its scores from the table; returns its points, or 1 without.
Fraction take_from_table(Node& node, const CompletedPart& part, const std::string& table) {
  node.parts.clear();
  Measure measure;
  measure.name = part.path;
  measure.source.kind = Source::Kind::evidence;
  measure.source.name = table;
  measure.direction = part.direction;
  Test test;
  test.column = "part";
  test.any_of = {part.path};
  measure.filter = {test};
  measure.where = node.measure.where;
  node.measure = std::move(measure);
  node.round = Rounding{};
  node.round->to = part.step;
  return node.points ? fraction_of(*node.points) : Fraction(1);
}

Node* find_by_path(Node& node, const std::string& path) {
  if (node.path == path)
    return &node;
  for (Node& part : node.parts)
    if (Node* found = find_by_path(part, path))
      return found;
  return nullptr;
}

} // namespace

Bundle with_scores(Bundle bundle, std::size_t s, const std::vector<CompletedPart>& parts,
                   const std::vector<std::uint32_t>& entrants,
                   const std::function<Fraction(std::size_t, std::size_t)>& score_of) {
  Stage& stage = bundle.program.stages[s];
  Table table;
  table.name = name_of_table(bundle, stage);
  table.rows = parts.size() * entrants.size();
  TextColumn candidate{"candidate", {}, {}}, part{"part", {}, {}};
  for (const std::uint32_t c : entrants)
    candidate.texts.push_back(bundle.program.candidates[c].id.str());
  ValueColumn score;
  score.name = "score";
  for (std::size_t p = 0; p < parts.size(); ++p) {
    part.texts.push_back(parts[p].path);
    Node* node = stage.score ? find_by_path(*stage.score, parts[p].path) : nullptr;
    const Fraction points =
        node == nullptr ? Fraction(1) : take_from_table(*node, parts[p], table.name);
    for (std::size_t e = 0; e < entrants.size(); ++e) {
      candidate.codes.push_back(static_cast<std::uint32_t>(e));
      part.codes.push_back(static_cast<std::uint32_t>(p));
      score.numbers.push_back(points.above == 0 ? 0 : to_double(score_of(p, e) / points));
    }
  }
  table.keys = {std::move(candidate), std::move(part)};
  table.values = {std::move(score)};
  table.lines.assign(table.rows, 0);
  TableSpec spec;
  spec.name = table.name;
  spec.keys = {"candidate", "part"};
  spec.values = {"score"};
  bundle.program.evidence.push_back(std::move(spec));
  bundle.tables.push_back(std::make_shared<const Table>(std::move(table)));
  return bundle;
}

std::vector<CompletedPart> parts_of(const Knowledge& knowledge) {
  std::vector<CompletedPart> out;
  for (const Knowledge::Cell& cell : knowledge.cells)
    if (const Knowledge::Node& node = knowledge.nodes[cell.node]; cell.entrant == 0)
      out.push_back({node.path, to_double(cell.step), node.direction});
  return out;
}

Bundle completed(const Bundle& bundle, std::size_t stage, const Knowledge& knowledge,
                 const std::vector<std::int64_t>& point, const std::vector<bool>& high) {
  const std::size_t n = knowledge.entrants.size();
  return with_scores(
      filled(bundle, high), stage, parts_of(knowledge), knowledge.entrants,
      [&](std::size_t part, std::size_t entrant) { // cells: one entrant after another
        const Knowledge::Cell& cell = knowledge.cells[part * n + entrant];
        return cell.step * Fraction(point[cell.unknown]);
      });
}

} // namespace libeval
