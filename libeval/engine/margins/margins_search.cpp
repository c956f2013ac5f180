// SPDX-License-Identifier: Apache-2.0
// The smallest change of one part's score, or of one member's marks, that changes an outcome.
#include "engine/margins/margins.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/domain/rows.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>
#include <utility>

namespace libeval {
namespace {

/// A copy in which a part's value of one candidate is moved, before its points are multiplied in.
Bundle with_moved_part(const MarginContext& context, const std::string& path, std::size_t candidate,
                       double by) {
  Bundle out = context.bundle;
  Node& node = *find_node(*out.program.stages[context.stage].score, path);
  const double points = node.points.value_or(1);
  const std::string id = out.program.candidates[candidate].id.str();
  Tree param =
      tree::map({{"by", tree::text("candidate")},
                 {"values", tree::map({{id, tree::number(points > 0 ? by / points : by)}})},
                 {"else", tree::number(0)}});
  node.measure.steps.push_back({"add", tree::map({{"by", std::move(param)}}), node.where});
  return out;
}

/// The marks of one member of a table's jurors for one candidate, wherever they stand.
struct MarksOf {
  std::vector<std::pair<std::size_t, std::size_t>> cells; ///< column, row
  double least = 0, most = 0, mean = 0;
};

MarksOf marks_of(const Table& table, const TableSpec& spec, const std::string& dimension,
                 const std::string& member, const std::string& candidate) {
  const auto who = std::ranges::find(table.keys, std::string("candidate"), &TextColumn::name);
  const auto key = std::ranges::find(table.keys, dimension, &TextColumn::name);
  MarksOf out;
  double sum = 0;
  for (std::size_t k = 0; k < table.values.size(); ++k) {
    const ValueColumn& column = table.values[k];
    if (spec.wide == dimension && column.name != member)
      continue;
    for (std::size_t row = 0; row < table.rows; ++row) {
      if (who->at(row) != candidate || (key != table.keys.end() && key->at(row) != member) ||
          column.is_gap(row) || column.is_category(row))
        continue;
      const double x = column.numbers[row];
      out.least = out.cells.empty() ? x : std::min(out.least, x);
      out.most = out.cells.empty() ? x : std::max(out.most, x);
      sum += x;
      out.cells.emplace_back(k, row);
    }
  }
  out.mean = out.cells.empty() ? 0 : sum / static_cast<double>(out.cells.size());
  return out;
}

/// A copy in which these marks are moved, each at most to the end of the range; in steps
/// as the decimals that they are.
Bundle with_moved_marks(const MarginContext& context, std::size_t t, const MarksOf& marks,
                        const std::pair<double, double>& range, double by, bool in_steps) {
  Bundle out = context.bundle;
  Table table = *out.tables[t];
  for (const auto& [column, row] : marks.cells) {
    double& x = table.values[column].numbers[row];
    x = std::clamp(x + by, std::min(x, range.first), std::max(x, range.second));
    if (in_steps)
      x = *parse_decimal(format_decimal(x, 12)); // 0.1 + 0.2 is 0.3
  }
  out.tables[t] = std::make_shared<const Table>(std::move(table));
  return out;
}

/// The least and the largest mark of a table: as declared, else as they stand.
std::optional<std::pair<double, double>> range_of(const Table& table, const TableSpec& spec) {
  if (spec.range)
    return *spec.range;
  std::optional<std::pair<double, double>> out;
  for (const ValueColumn& column : table.values)
    for (std::size_t row = 0; row < table.rows; ++row)
      if (!column.is_gap(row) && !column.is_category(row)) {
        const double x = column.numbers[row];
        out = out ? std::pair(std::min(out->first, x), std::max(out->second, x)) : std::pair(x, x);
      }
  return out;
}

/// To compare marks by: first what they can be moved by, then how near that is; searched numbers
/// are no nearer than 1e-9.
std::pair<double, double> size_of(const Margin& m) {
  return {std::abs(m.in_steps.value_or(0)), std::round(std::abs(m.change) * 1e9)};
}

/// The least number of steps, from `margin` on, that alters the outcome; it becomes what the margin
/// tells. Whether there is one before the marks are all at the end of the range.
bool put_in_steps(Margin& margin, double step, double most,
                  const std::function<std::optional<Outcome>(double)>& outcome, Outcome now) {
  const double sign = most < 0 ? -1 : 1;
  const double slack = 1e-9;
  // The step below what was found too: there it may be a matter of a tie, which a search passes by.
  for (double k = std::max(1.0, std::floor(std::abs(margin.change) / step));
       k * step <= std::abs(most) * (1 + slack); ++k)
    if (const auto other = outcome(sign * k * step); other && *other != now) {
      margin.in_steps = *parse_decimal(format_decimal(sign * k * step, 12));
      margin.outcome = *other;
      return true;
    }
  return false;
}

/// The factor by which a part's score enters the total; none where it does not as a factor.
std::optional<double> factor_of(const StageDecision& stage, std::size_t node) {
  double factor = 1;
  for (std::size_t at = node; at != 0; at = stage.nodes[at].parent) {
    if (!stage.nodes[at].factor || stage.nodes[at].parent == nobody)
      return std::nullopt;
    factor *= *stage.nodes[at].factor;
    if (stage.nodes[stage.nodes[at].parent].resolution > 0)
      return std::nullopt;
  }
  return factor;
}

/// How far a part's score of an entrant can go up or down: to all of its points or to none (or
/// where others already stand beyond these); without points to twice as far as the others lie
/// apart.
double room_of(const NodeScores& node, std::size_t entrant, double low, double high, bool up) {
  const double range = 2 * (high - low);
  if (!node.points)
    return up ? range : -range;
  const double end = up ? std::max(*node.points, high) : std::min(0.0, low);
  return end - node.scores.value(entrant);
}

/// The least share of a change at which `differs`; also where it does not at all of it, but does at
/// a quarter, a half or three quarters: under other rules than an order by total somebody may go on
/// in between only.
std::optional<double> least_share_of(bool in_order, const std::function<bool(double)>& differs) {
  if (const auto found = bisect(differs); found || in_order)
    return found;
  for (const double part : {0.25, 0.5, 0.75})
    if (const auto found = bisect([&](double share) { return differs(share * part); }))
      return *found * part;
  return std::nullopt;
}

/// The least change towards `most` that alters the outcome: known exactly where `guess` holds under
/// a decision on either side of it, else searched.
std::optional<Margin> least_change(double most, std::optional<double> guess, bool in_order,
                                   const std::function<std::optional<Outcome>(double)>& outcome,
                                   Outcome now) {
  Margin out;
  const auto differs = [&](double by) {
    const auto o = outcome(by);
    return o && *o != now;
  };
  const double slack = 1e-7 * std::max(1e-6, std::abs(most));
  const double sign = most < 0 ? -1 : 1;
  if (guess && *guess * sign >= 0 && std::abs(*guess) <= std::abs(most)) {
    const double beyond = sign * std::min(std::abs(*guess) + slack, std::abs(most));
    if (differs(beyond) && (std::abs(*guess) <= slack || !differs(*guess - sign * slack))) {
      out.change = *guess;
      out.found = Found::exact;
      out.outcome = *outcome(beyond);
      return out;
    }
  }
  const auto t = least_share_of(in_order, [&](double share) { return differs(share * most); });
  if (!t)
    return std::nullopt;
  out.change = *t > least_share ? *t * most : 0;
  out.found = Found::search;
  out.outcome = outcome(*t * most).value_or(now);
  return out;
}

} // namespace

void add_score_margins(const MarginContext& context, CandidateMargins& out) {
  const StageDecision& stage = context.decided();
  const Stage& rules = context.bundle.program.stages[context.stage];
  const std::size_t e = stage.entrant(out.candidate);
  if (!rules.score || e == nobody)
    return;
  const bool in = out.outcome == Outcome::advances, plain = plain_line(context).has_value();
  const bool tied = tied_at_the_line(context)[e] != 0; // the least difference decides
  const bool has_gap =
      tied || (plain && !out.margins.empty() && out.margins.front().kind == Margin::Kind::total);
  const double gap = has_gap && !tied ? to_the_line(context, out.margins.front()) : 0;
  for (std::size_t k = 1; k < stage.nodes.size(); ++k) {
    const NodeScores& node = stage.nodes[k];
    const Node* rule = find_node(*rules.score, node.path);
    if (rule == nullptr || !node.scores.has(e))
      continue;
    const bool additive_below = !rule->parts.empty() && rule->parts.front().points;
    if (additive_below || rule->round)
      continue; // its points are those of its parts, which have margins of their own
    double low = node.scores.value(e), high = low;
    for (std::size_t i = 0; i < stage.entrants.size(); ++i)
      if (node.scores.has(i)) {
        low = std::min(low, node.scores.value(i));
        high = std::max(high, node.scores.value(i));
      }
    const bool up = in != (node.direction == Direction::benefit);
    std::vector<double> ends = {room_of(node, e, low, high, up)};
    if (!plain || out.outcome == Outcome::held) // more rules than an order: less may be better
      ends.push_back(room_of(node, e, low, high, !up));
    std::erase(ends, 0);
    if (ends.empty() && !node.points)
      continue;
    const auto factor = node.relative ? std::nullopt : factor_of(stage, k);
    std::optional<double> guess;
    if (has_gap && factor && *factor != 0)
      guess = gap / *factor;
    const auto outcome = [&](double by) {
      return context.outcome(with_moved_part(context, node.path, out.candidate, by), out.candidate);
    };
    std::optional<Margin> found;
    for (const double most : ends)
      if (const auto one = least_change(most, guess, plain, outcome, out.outcome);
          one && (!found || std::abs(one->change) < std::abs(found->change)))
        found = one;
    if (!found) {
      if (!context.options.stopped())
        out.parts_without_effect.push_back(node.path);
      continue;
    }
    found->kind = Margin::Kind::part;
    found->name = node.path;
    found->before = node.scores.value(e);
    out.margins.push_back(*found);
  }
}

void add_mark_margins(const MarginContext& context, CandidateMargins& out) {
  const Program& program = context.bundle.program;
  const std::string& id = program.candidates[out.candidate].id.str();
  const double total = context.decided().total[context.decided().entrant(out.candidate)];
  const bool plain = plain_line(context).has_value();
  const bool has_gap =
      plain && !out.margins.empty() && out.margins.front().kind == Margin::Kind::total;
  for (std::size_t t = 0; t < program.evidence.size(); ++t) {
    const Table& table = *context.bundle.tables[t];
    const TableSpec& spec = program.evidence[t];
    const std::string dimension = juror_dimension(spec);
    if (dimension.empty() || spec.pairs || spec.ballots || spec.unpublished ||
        !asks_table(program.stages[context.stage], spec.name) ||
        std::ranges::find(table.keys, std::string("candidate"), &TextColumn::name) ==
            table.keys.end())
      continue;
    const auto range = range_of(table, spec);
    const auto members = members_of(table, spec, dimension);
    std::vector<Margin> of_table;
    if (!range || members.size() > context.options.most_members)
      continue;
    for (const std::string& member : members) {
      const MarksOf marks = marks_of(table, spec, dimension, member, id);
      if (marks.cells.empty())
        continue;
      ++out.members_tried;
      std::optional<Margin> best; // of both directions: marks may be a cost
      for (const double most : {range->second - marks.least, range->first - marks.most}) {
        if (most == 0)
          continue;
        const auto moved = [&](double by, bool in_steps = false) {
          return with_moved_marks(context, t, marks, *range, by, in_steps);
        };
        // Where the total moves in proportion, the line is where it says.
        std::optional<double> guess;
        if (const auto there = has_gap ? context.total(moved(most), out.candidate) : std::nullopt;
            there && *there != total)
          guess = to_the_line(context, out.margins.front()) * most / (*there - total);
        auto found = least_change(
            most, guess, plain,
            [&](double by) { return context.outcome(moved(by), out.candidate); }, out.outcome);
        const auto stepped = [&](double by) {
          return context.outcome(moved(by, true), out.candidate);
        };
        if (found && spec.step && !put_in_steps(*found, *spec.step, most, stepped, out.outcome))
          found.reset();
        if (found && (!best || size_of(*found) < size_of(*best)))
          best = found;
      }
      if (!best)
        continue;
      best->kind = Margin::Kind::marks;
      best->name = dimension + " " + member;
      best->before = marks.mean;
      of_table.push_back(*best);
    }
    std::ranges::stable_sort(of_table, {}, [](const Margin& m) { return size_of(m); });
    std::ranges::move(of_table, std::back_inserter(out.margins));
  }
}

} // namespace libeval
