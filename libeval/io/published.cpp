// SPDX-License-Identifier: Apache-2.0
#include "io/published.hpp"

#include "engine/reconstruct/leaf_bounds.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace libeval {
namespace {

std::string ticked(std::string_view text) {
  return "`" + shorten(text) + "`";
}

void find_nodes(const Node& node, std::string_view name, bool by_path,
                std::vector<const Node*>& found, std::vector<std::string>& known) {
  if ((by_path ? node.path : node.id) == name)
    found.push_back(&node);
  known.push_back(node.path);
  for (const Node& part : node.parts)
    find_nodes(part, name, by_path, found, known);
}

class Checker {
public:
  Checker(const Bundle& bundle, CandidateIndex& candidates, Diagnostics& diagnostics)
      : bundle_(bundle), candidates_(candidates), diagnostics_(diagnostics) {}

  void check(const Statement& s, double step) {
    if (s.kind == Statement::Kind::marks)
      return evidence(s);
    const Stage* stage = find_stage(s);
    for (const auto& [id, value] : s.values)
      if (s.kind != Statement::Kind::values)
        candidate(s, id);
    for (const auto& bounds : s.ranges)
      candidate(s, bounds.candidate);
    for (const auto& group : s.groups)
      for (const std::string& id : group)
        candidate(s, id);
    for (const std::string& id : s.of)
      candidate(s, id);
    for (const auto& [id, outcome] : s.outcomes)
      candidate(s, id);
    if (stage == nullptr || s.kind == Statement::Kind::outcome)
      return;
    if (const Node* node = find_node(s, *stage))
      numbers(s, *node, step);
  }

private:
  void candidate(const Statement& s, const std::string& id) {
    if (!candidates_.has(id))
      diagnostics_.error(s.where, "unknown candidate " + ticked(id), candidates_.help(id));
  }

  void evidence(const Statement& s) {
    std::vector<std::string> known;
    for (const TableSpec& spec : bundle_.program.evidence)
      if (spec.unpublished && !spec.statements)
        known.push_back(spec.name);
    if (std::ranges::find(known, s.evidence) == known.end())
      diagnostics_.error(s.where, "there is no unpublished evidence " + ticked(s.evidence),
                         help_for_name(s.evidence, known, "unpublished tables"));
  }

  const Stage* find_stage(const Statement& s) {
    std::vector<std::string> known;
    for (const Stage& stage : bundle_.program.stages) {
      if (stage.id.str() == s.stage)
        return &stage;
      known.push_back(stage.id.str());
    }
    if (!s.stage.empty()) // else told when it was read
      diagnostics_.error(s.where, "unknown stage " + ticked(s.stage),
                         help_for_name(s.stage, known, "stages"));
    return nullptr;
  }

  const Node* find_node(const Statement& s, const Stage& stage) {
    std::vector<const Node*> found;
    std::vector<std::string> known, again;
    if (stage.score) {
      find_nodes(*stage.score, s.part, true, found, known);
      if (found.empty())
        find_nodes(*stage.score, s.part, false, found, again);
    }
    if (found.size() == 1)
      return found[0];
    if (found.empty())
      diagnostics_.error(s.where, "stage " + ticked(s.stage) + " has no part " + ticked(s.part),
                         help_for_name(s.part, known, "parts"));
    else
      diagnostics_.error(s.where, ticked(s.part) + " names several parts",
                         "write the whole path, such as " + ticked(found[0]->path));
    return nullptr;
  }

  void place(const Statement& s, const std::string& id, double place) {
    const std::size_t all = s.of.empty() ? bundle_.program.candidates.size() : s.of.size();
    if (!s.of.empty() && std::ranges::find(s.of, id) == s.of.end())
      diagnostics_.error(s.where, ticked(id) + " has a place among others than those in `of`",
                         "name it there too");
    else if (place > static_cast<double>(all))
      diagnostics_.error(s.where,
                         ticked(id) + " has the place " + format_decimal(place) + " among " +
                             std::to_string(all),
                         "places are counted from 1, and of equal scores all have the best one");
  }

  void numbers(const Statement& s, const Node& node, double step) {
    using Kind = Statement::Kind;
    const bool within_points = node.points && !may_leave_points(node);
    const double slack = s.rounded && s.rounded->to ? *s.rounded->to : 0;
    const auto possible = [&](double x, const std::string& what) {
      if (within_points && (x > *node.points + slack || x < -slack))
        diagnostics_.error(s.where,
                           what + " is " + format_decimal(x) + ", and " + ticked(node.path) +
                               " has " + format_decimal(*node.points) + " points",
                           "no score is below 0 or above the points of its part");
    };
    const auto score = [&](double value, const std::string& what) {
      possible(value, what);
      const double steps = value / step;
      if (!s.rounded && node.parts.empty() &&
          std::abs(steps - std::round(steps)) > 1e-9 * std::max(1.0, std::abs(steps)))
        diagnostics_.error(s.where,
                           "`" + format_decimal(value) + "` is no multiple of the reporting step " +
                               format_decimal(step),
                           "say how it was rounded, `rounded: 0.01`, or make `step` smaller");
    };
    for (const auto& [id, value] : s.values)
      if (s.kind == Kind::place)
        place(s, id, value);
      else
        score(value, s.kind == Kind::values ? "a score" : ticked(id));
    for (const Statement::Bounds& range : s.ranges)
      if (within_points &&
          ((range.low &&
            (*range.low > *node.points || (range.above_low && *range.low == *node.points))) ||
           (range.high && (*range.high < 0 || (range.below_high && *range.high == 0)))))
        diagnostics_.error(s.where,
                           "the range of " + ticked(range.candidate) + " has no score of " +
                               ticked(node.path) + " in it",
                           "it has " + format_decimal(*node.points) + " points");
    const auto all =
        static_cast<double>(s.of.empty() ? bundle_.program.candidates.size() : s.of.size());
    if (s.kind == Kind::mean)
      possible(s.number, "the mean");
    if (s.kind == Kind::gap)
      possible(s.number, "the gap");
    if (s.kind == Kind::ahead)
      possible(s.number, "the distance");
    if (s.kind == Kind::sum && within_points &&
        (s.number > *node.points * all + slack || s.number < -slack))
      diagnostics_.error(s.where, "the sum is " + format_decimal(s.number) + ", and " +
                                      format_decimal(all) + " scores of " + ticked(node.path) +
                                      " have at most " + format_decimal(*node.points * all) +
                                      " points");
  }

  const Bundle& bundle_;
  CandidateIndex& candidates_;
  Diagnostics& diagnostics_;
};

} // namespace

std::string help_for_name(std::string_view word, const std::vector<std::string>& known,
                          const std::string& plural) {
  if (const auto near = did_you_mean(word, known))
    return "did you mean " + ticked(*near) + "?";
  if (known.empty())
    return "there are no " + plural;
  std::string out = plural + " are ";
  for (std::size_t i = 0; i < known.size() && i < 12; ++i)
    out += (i == 0 ? "" : ", ") + ticked(known[i]);
  return known.size() > 12 ? out + ", ..." : out;
}

Table unpublished_table(const TableSpec& spec, const std::vector<Candidate>& candidates,
                        Diagnostics& diagnostics) {
  constexpr double most_cells = 1e7;
  Table table;
  table.name = spec.name;
  table.where = spec.where;
  double cells = static_cast<double>(candidates.size());
  for (const auto& [name, members] : spec.members)
    cells *= static_cast<double>(members.size());
  if (cells > most_cells) {
    diagnostics.error(spec.where,
                      "unpublished evidence " + ticked(spec.name) + " would have " +
                          format_decimal(cells) + " cells",
                      "at most ten million are looked at; name fewer members");
    return table;
  }
  table.rows = static_cast<std::size_t>(cells);
  std::size_t block = table.rows; // rows in which the keys so far stay the same
  for (const std::string& key : spec.keys) {
    TextColumn column;
    column.name = key;
    if (key == "candidate")
      for (const Candidate& candidate : candidates)
        column.texts.push_back(candidate.id.str());
    else if (const auto at = std::ranges::find(
                 spec.members, key, &std::pair<std::string, std::vector<std::string>>::first);
             at != spec.members.end())
      column.texts = at->second;
    if (column.texts.empty())
      column.texts.emplace_back();
    block /= std::max<std::size_t>(1, column.texts.size());
    column.codes.resize(table.rows);
    for (std::size_t row = 0; row < table.rows && block > 0; ++row)
      column.codes[row] = static_cast<std::uint32_t>(row / block % column.texts.size());
    table.keys.push_back(std::move(column));
  }
  for (const std::string& name : spec.values) {
    ValueColumn value;
    value.name = name;
    value.numbers.assign(table.rows, 0);
    value.gap.assign(table.rows, true);
    table.values.push_back(std::move(value));
  }
  table.lines.assign(table.rows, static_cast<std::uint32_t>(spec.where.line));
  return table;
}

void check_statements(const Bundle& bundle, CandidateIndex& candidates, Diagnostics& diagnostics) {
  Checker checker(bundle, candidates, diagnostics);
  for (const Published& published : bundle.published)
    for (const Statement& statement : published.statements)
      checker.check(statement, published.step);
}

} // namespace libeval
