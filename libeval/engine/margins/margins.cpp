// SPDX-License-Identifier: Apache-2.0
#include "engine/margins/margins.hpp"

#include "engine/simulate/check_uncertain.hpp"

#include <libeval/domain/rows.hpp>
#include <libeval/engine/decide.hpp>

#include <algorithm>
#include <cmath>
#include <memory>

namespace libeval {

std::optional<StageDecision> MarginContext::decide_changed(const Bundle& changed) const {
  if (options.stopped())
    return std::nullopt;
  Diagnostics diagnostics;
  Decision other = decide(changed, diagnostics);
  return diagnostics.has_errors() ? std::nullopt : std::optional(std::move(other.stages[stage]));
}

std::optional<Outcome> MarginContext::outcome(const Bundle& changed, std::size_t candidate) const {
  const auto other = decide_changed(changed);
  const std::size_t e = other ? other->entrant(candidate) : nobody;
  return e == nobody ? std::nullopt : std::optional(other->outcomes[e]);
}

std::optional<double> MarginContext::total(const Bundle& changed, std::size_t candidate) const {
  const auto other = decide_changed(changed);
  const std::size_t e = other ? other->entrant(candidate) : nobody;
  return e == nobody || other->total.empty() || !other->nodes[0].scores.has(e)
             ? std::nullopt
             : std::optional(other->total[e]);
}

bool asks_table(const Stage& stage, const std::string& table) {
  const std::function<bool(const Node&)> asks = [&](const Node& node) {
    return (node.parts.empty() && node.measure.source.name == table) ||
           std::ranges::any_of(node.parts, asks);
  };
  return (stage.score && asks(*stage.score)) ||
         std::ranges::any_of(stage.measures,
                             [&](const Measure& m) { return m.source.name == table; });
}

std::optional<LinearScore> linear_score(const MarginContext& context) {
  const StageDecision& stage = context.decided();
  const auto& node = context.bundle.program.stages[context.stage].score;
  if (!node || stage.nodes.empty() || node->parts.size() < 2 || !node->measure.steps.empty() ||
      stage.nodes[0].direction == Direction::cost)
    return std::nullopt;
  LinearScore out;
  out.path = node->path;
  out.points = std::ranges::all_of(node->parts, [](const Node& p) { return p.points.has_value(); });
  const bool weighted =
      std::ranges::all_of(node->parts, [](const Node& p) { return p.weight.has_value(); });
  if (!out.points && !weighted)
    return std::nullopt;
  out.sum = 0;
  double rounding = stage.nodes[0].resolution;
  out.rounded = rounding > 0;
  for (const Node& part : node->parts) {
    out.parts.push_back(part.id);
    out.shares.push_back(out.points ? *part.points : *part.weight);
    out.sum += out.shares.back();
  }
  if (!(out.sum > 0))
    return std::nullopt;
  out.tolerance = stage.tolerance;
  out.of.assign(stage.entrants.size(), {});
  for (std::size_t k = 0; k < node->parts.size(); ++k) {
    const auto part = std::ranges::find(stage.nodes, node->parts[k].path, &NodeScores::path);
    if (part == stage.nodes.end() || !part->factor || (out.points && !(out.shares[k] > 0)))
      return std::nullopt;
    out.rounded = out.rounded || part->resolution > 0;
    rounding += part->resolution;
    for (std::size_t e = 0; e < stage.entrants.size(); ++e) {
      if (!part->scores.has(e))
        return std::nullopt;
      const double x = part->scores.value(e);
      out.of[e].push_back(out.points ? x / out.shares[k] * out.sum : x * out.sum);
    }
  }
  for (double& w : out.shares)
    w /= out.sum;
  for (std::size_t e = 0; e < stage.entrants.size(); ++e) {
    double total = 0;
    for (std::size_t k = 0; k < out.shares.size(); ++k)
      total += out.shares[k] * out.of[e][k];
    if (!(std::abs(total - stage.total[e]) <= rounding + 1e-9 * std::max(1.0, std::abs(total))))
      return std::nullopt; // deductions, or a node that is more than a sum
  }
  return out;
}

std::optional<std::size_t> plain_line(const MarginContext& context) {
  const Stage& stage = context.bundle.program.stages[context.stage];
  std::optional<std::size_t> places = context.decided().places;
  for (const SelectStep& step : stage.select) {
    if (const auto* order = std::get_if<select::Order>(&step.what)) {
      if (order->keys.empty() || order->keys.front().kind != OrderKey::Kind::part ||
          order->keys.front().name != "total" || order->keys.front().direction)
        return std::nullopt;
    } else if (const auto* take = std::get_if<select::Take>(&step.what)) {
      const bool plain =
          (take->kind == select::Take::Kind::first || take->kind == select::Take::Kind::until) &&
          take->filter.empty() && take->by.empty() && !take->rest && take->per_pool.empty();
      if (!plain)
        return std::nullopt;
      if (take->count)
        places = take->count;
    } else if (!std::holds_alternative<select::Ties>(step.what)) {
      return std::nullopt;
    }
  }
  return places;
}

std::optional<double> bisect(const std::function<bool(double)>& differs) {
  if (!differs(1))
    return std::nullopt;
  double same = 0, other = 1;
  while (other - same > least_share) {
    const double middle = (same + other) / 2;
    (differs(middle) ? other : same) = middle;
  }
  return other;
}

double better_by(const MarginContext& context, double total, double other) {
  const auto& nodes = context.decided().nodes;
  return !nodes.empty() && nodes[0].direction == Direction::cost ? other - total : total - other;
}

double to_the_line(const MarginContext& context, const Margin& margin) {
  return -better_by(context, margin.change, 0);
}

std::vector<std::size_t> at_the_line(const MarginContext& context) {
  const StageDecision& stage = context.decided();
  std::vector<std::size_t> in, out;
  for (std::size_t e = 0; e < stage.entrants.size(); ++e) {
    if (stage.total.empty() || !stage.nodes[0].scores.has(e))
      continue;
    if (stage.outcomes[e] == Outcome::advances)
      in.push_back(e);
    else if (stage.outcomes[e] == Outcome::cut || stage.outcomes[e] == Outcome::held ||
             stage.outcomes[e] == Outcome::reserve)
      out.push_back(e);
  }
  const auto good = [&](std::size_t e) { return better_by(context, stage.total[e], 0); };
  std::ranges::stable_sort(in, std::less<>{}, good);     // the last first
  std::ranges::stable_sort(out, std::greater<>{}, good); // the best first
  std::vector<std::size_t> all;
  const std::size_t each = std::max<std::size_t>(1, context.options.most_candidates / 2);
  for (std::size_t i = 0; i < each; ++i) {
    if (i < in.size())
      all.push_back(in[i]);
    if (i < out.size())
      all.push_back(out[i]);
  }
  return all;
}

std::vector<std::uint8_t> tied_at_the_line(const MarginContext& context) {
  const StageDecision& stage = context.decided();
  std::vector<std::uint8_t> out(stage.entrants.size(), 0);
  const auto places = plain_line(context);
  std::vector<double> goodness;
  for (std::size_t e = 0; e < stage.total.size(); ++e)
    if (stage.nodes[0].scores.has(e))
      goodness.push_back(better_by(context, stage.total[e], 0));
  if (!places || *places == 0 || *places >= goodness.size() || stage.waits)
    return out;
  std::ranges::sort(goodness, std::greater<>{});
  const double last = goodness[*places - 1];
  if (last - goodness[*places] > stage.tolerance)
    return out;
  for (std::size_t e = 0; e < stage.total.size(); ++e)
    out[e] = stage.nodes[0].scores.has(e) &&
             std::abs(better_by(context, stage.total[e], 0) - last) <= stage.tolerance;
  return out;
}

namespace {

/// Where places stand, by candidate; 0 = none.
std::vector<double> places_by_candidate(const StageDecision& stage, std::size_t candidates) {
  std::vector<double> out(candidates, 0);
  for (std::size_t e = 0; e < stage.entrants.size(); ++e)
    out[stage.entrants[e]] = stage.place[e];
  return out;
}

/// What a changed bundle makes of the stage: whose outcome changes, and which pairs turned round.
void compare_stage(const MarginContext& context, const Bundle& changed, LeftOut what,
                   StageMargins& out) {
  const auto other = context.decide_changed(changed);
  if (context.options.stopped())
    return;
  if (!other) {
    out.kept.push_back(std::move(what));
    return;
  }
  ++out.left_out_tried;
  const StageDecision& before = context.decided();
  const StageDecision& after = *other;
  const std::size_t n = context.bundle.program.candidates.size();
  const std::vector<double> was = places_by_candidate(before, n),
                            is = places_by_candidate(after, n);
  std::vector<std::size_t> placed;
  for (std::size_t e = 0; e < before.entrants.size(); ++e) {
    const std::size_t c = before.entrants[e], now = after.entrant(c);
    if (now == nobody)
      continue;
    if (after.outcomes[now] != before.outcomes[e]) {
      what.changes.push_back(c);
      what.outcomes.push_back(after.outcomes[now]);
    }
    if (was[c] > 0 && is[c] > 0)
      placed.push_back(c);
  }
  constexpr std::size_t most = 20;
  for (std::size_t a = 0; a < placed.size() && what.reversed.size() < most; ++a)
    for (std::size_t b = 0; b < placed.size() && what.reversed.size() < most; ++b)
      if (was[placed[a]] < was[placed[b]] && is[placed[a]] > is[placed[b]])
        what.reversed.emplace_back(placed[a], placed[b]);
  if (!what.changes.empty() || !what.reversed.empty())
    out.left_out.push_back(std::move(what));
}

} // namespace

void add_left_out(const MarginContext& context, StageMargins& out) {
  const Program& program = context.bundle.program;
  for (std::size_t t = 0; t < program.evidence.size(); ++t) {
    const Table& table = *context.bundle.tables[t];
    if (!asks_table(program.stages[context.stage], table.name) || program.evidence[t].unpublished)
      continue; // nothing is known of unpublished members to leave out
    for (const std::string& dimension : other_dimensions(table, program.evidence[t])) {
      const auto members = members_of(table, program.evidence[t], dimension);
      if (members.size() < 2 || members.size() > context.options.most_members)
        continue;
      for (const std::string& member : members) {
        Bundle changed = context.bundle;
        changed.tables[t] = std::make_shared<const Table>(
            without_member(table, program.evidence[t], dimension, member));
        compare_stage(context, changed, {dimension, member, {}, {}, {}}, out);
      }
    }
  }
  if (const auto score = linear_score(context); score && score->parts.size() > 2)
    for (std::size_t k = 0; k < score->parts.size(); ++k) {
      if (!(score->shares[k] < 1))
        continue;
      Bundle changed = context.bundle;
      Node& node = *changed.program.stages[context.stage].score;
      std::vector<double> shares;
      for (std::size_t j = 0; j < score->shares.size(); ++j)
        if (j != k)
          shares.push_back(score->shares[j] / (1 - score->shares[k]));
      node.parts.erase(node.parts.begin() + static_cast<std::ptrdiff_t>(k));
      set_shares(node, shares, score->sum, score->points);
      compare_stage(context, changed, {"part", score->parts[k], {}, {}, {}}, out);
    }
  const StageDecision& decided = context.decided();
  if (decided.entrants.size() <= context.options.most_members)
    for (const std::uint32_t c : decided.entrants) {
      Bundle changed = context.bundle;
      const std::string id = program.candidates[c].id.str();
      for (Stage& one : changed.program.stages)
        one.entrants.except.push_back(id);
      compare_stage(context, changed, {"candidate", id, {}, {}, {}}, out);
    }
}

namespace {

/// The totals at the line, where it lies between those who advance and those who do not: with pools
/// or other keys a better total may be out.
void add_line(const MarginContext& context, StageMargins& out) {
  const StageDecision& stage = context.decided();
  for (const StepReport& step : stage.steps) {
    if (step.last_in)
      out.last_in = step.last_in;
    if (step.first_out)
      out.first_out = step.first_out;
  }
  for (std::size_t e = 0; e < stage.total.size(); ++e) {
    const Outcome o = stage.outcomes[e];
    if (!stage.nodes[0].scores.has(e) || o == Outcome::disqualified || o == Outcome::withdrawn)
      continue;
    const auto& end = o == Outcome::advances ? out.last_in : out.first_out;
    const double beyond = end ? better_by(context, stage.total[e], *end) : 0;
    if (o == Outcome::advances ? beyond < -stage.tolerance : beyond > stage.tolerance) {
      out.last_in.reset();
      out.first_out.reset();
    }
  }
}

} // namespace

std::vector<StageMargins> margins(const Uncertain& uncertain, const Decision& decision,
                                  const MarginOptions& options, Diagnostics& diagnostics) {
  std::vector<StageMargins> out;
  const Bundle& bundle = uncertain.variants.front();
  const Sampler sampler(bundle, uncertain.uncertainty, diagnostics);
  check_verdicts(uncertain, diagnostics);
  if (diagnostics.has_errors())
    return out;
  for (std::size_t s = 0; s < decision.stages.size(); ++s) {
    const MarginContext context{bundle, decision, s, options};
    const StageDecision& stage = decision.stages[s];
    StageMargins here;
    here.stage = s;
    if (stage.partial) {
      here.known_in_part = true;
      out.push_back(std::move(here));
      continue;
    }
    add_line(context, here);
    for (const std::size_t e : at_the_line(context)) {
      CandidateMargins one;
      one.candidate = stage.entrants[e];
      one.outcome = stage.outcomes[e];
      const bool in = one.outcome == Outcome::advances;
      if (in ? here.first_out.has_value() : here.last_in.has_value())
        one.margins.push_back(
            {Margin::Kind::total,
             "total",
             better_by(context, stage.total[e], in ? *here.first_out : *here.last_in),
             stage.total[e],
             one.outcome,
             Found::exact,
             {}});
      add_score_margins(context, one);
      add_mark_margins(context, one);
      here.candidates.push_back(std::move(one));
    }
    add_weight_margins(context, here);
    add_left_out(context, here);
    const auto weights = std::ranges::find_if(
        sampler.weights, [&](const WeightSource& w) { return w.stage == s && w.path == "total"; });
    add_places(context, weights == sampler.weights.end() ? nullptr : &*weights, here);
    here.interrupted = options.stopped();
    out.push_back(std::move(here));
    if (options.stopped())
      break;
  }
  return out;
}

} // namespace libeval
