// SPDX-License-Identifier: Apache-2.0
#include <libeval/engine/why.hpp>

#include "engine/alternatives.hpp"

#include <libeval/engine/decide.hpp>
#include <libeval/kernel/exact.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace libeval {
namespace {

std::optional<double> some_place(const std::vector<double>& places, std::size_t entrant) {
  if (entrant >= places.size() || places[entrant] == 0)
    return std::nullopt;
  return places[entrant];
}

std::vector<WhyScore> scores_of(const StageDecision& stage, std::size_t entrant) {
  std::vector<WhyScore> out;
  for (std::size_t i = 0; i < stage.nodes.size(); ++i) {
    const NodeScores& node = stage.nodes[i];
    WhyScore score;
    score.node = i;
    score.path = node.path;
    score.title = node.title.empty() ? node.id : node.title;
    score.depth = node.depth;
    score.points = node.points;
    score.relative = node.relative;
    if (node.scores.has(entrant)) {
      score.score = node.scores.value(entrant);
      if (node.factor)
        score.contribution = *node.factor * *score.score;
    }
    out.push_back(std::move(score));
  }
  return out;
}

/// Where a part has no value, the rule for it decides what adds up: what is left out is reweighed,
/// what counts as something adds that.
void settle_gaps(std::vector<WhyScore>& scores, const StageDecision& stage, const Node& top) {
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const Node* node = find_node(top, scores[i].path);
    if (node == nullptr || node->parts.empty() || !scores[i].score)
      continue;
    std::vector<WhyScore*> gaps, standing;
    for (WhyScore& part : scores)
      if (stage.nodes[part.node].parent == i)
        (part.score ? standing : gaps).push_back(&part);
    if (gaps.empty())
      continue;
    double sum = 0;
    if (node->gap.as == PartGap::As::drop && node->measure.steps.empty()) {
      const auto raw = [&](const WhyScore& part) {
        return *part.score * stage.nodes[part.node].weight.value_or(1);
      };
      for (const WhyScore* part : standing)
        sum += raw(*part);
      for (WhyScore* part : standing)
        if (sum != 0)
          part->contribution = *scores[i].score * raw(*part) / sum;
      continue;
    }
    bool additive = true;
    for (const WhyScore* part : standing) {
      additive = additive && part->contribution.has_value();
      sum += part->contribution.value_or(0);
    }
    if (!additive)
      continue;
    if (node->gap.as == PartGap::As::zero)
      for (WhyScore* part : gaps)
        part->contribution = 0;
    else if (gaps.size() == 1 && node->gap.as != PartGap::As::hold)
      gaps[0]->contribution = *scores[i].score - sum;
  }
}

/// Findings about the candidate, those in which it is one of several, and those of the whole stage
/// that hold it.
std::vector<Finding> findings_about(const StageDecision& stage, std::size_t candidate, bool held) {
  std::vector<Finding> out;
  for (const Finding& finding : stage.findings) {
    const bool own = finding.candidate == candidate;
    const bool among = finding.kind != Finding::Kind::duel && // each of a pair has its own
                       std::ranges::find(finding.others, candidate) != finding.others.end();
    const bool of_stage = finding.candidate == nobody && finding.others.empty();
    const bool holds =
        held && (finding.kind == Finding::Kind::gap || finding.kind == Finding::Kind::undefined ||
                 finding.kind == Finding::Kind::tie || finding.kind == Finding::Kind::unknown ||
                 finding.kind == Finding::Kind::upstream || finding.kind == Finding::Kind::record);
    if (own || among || of_stage || holds)
      out.push_back(finding);
  }
  return out;
}

/// What each policy of a stage says of the candidate, as far as it follows from something.
std::vector<WhyPolicy> judged(const Bundle& bundle, const Stage& rules, const StageDecision& stage,
                              std::size_t candidate) {
  std::vector<WhyPolicy> out;
  JudgeOptions options;
  options.findings = false;
  options.rests = true;
  options.score = [&](std::size_t who, const std::string& part) -> std::optional<double> {
    const std::size_t entrant = stage.entrant(who);
    const auto node = std::ranges::find_if(
        stage.nodes, [&](const NodeScores& n) { return n.path == part || n.id == part; });
    if (entrant == nobody || node == stage.nodes.end() || !node->scores.has(entrant))
      return std::nullopt;
    return node->scores.value(entrant);
  };
  for (const SelectStep& step : rules.select) {
    const auto* policy = std::get_if<select::Policy>(&step.what);
    if (policy == nullptr)
      continue;
    const auto file = std::ranges::find(bundle.policies, policy->file, &PolicyFile::file);
    const bool asks =
        file != bundle.policies.end() && std::ranges::any_of(file->rules, [](const Rule& rule) {
          return rule.form != Rule::Form::findings;
        });
    if (asks)
      out.push_back(
          {static_cast<std::size_t>(file - bundle.policies.begin()),
           judge(bundle.program, *file, options, {static_cast<std::uint32_t>(candidate)})});
  }
  return out;
}

/// Who is next before or behind, if the first key left them level.
std::optional<WhyParted> parted(const StageDecision& stage, std::uint32_t entrant, bool before) {
  if (stage.parted_by.empty() || stage.place[entrant] == 0)
    return std::nullopt;
  const auto level = [&](std::size_t e) {
    return stage.place[e] != 0 && stage.place_before_ties[e] == stage.place_before_ties[entrant] &&
           (stage.pool_place.empty() || stage.pool[e] == stage.pool[entrant]);
  };
  WhyParted out;
  out.before = before;
  double nearest = 0;
  for (std::size_t e = 0; e < stage.entrants.size(); ++e) {
    const double place = stage.place[e];
    if (!level(e) || (before ? place >= stage.place[entrant] : place <= stage.place[entrant]))
      continue;
    if (out.others.empty() || (before ? place > nearest : place < nearest)) {
      out.others.clear();
      nearest = place;
    }
    if (place == nearest) {
      out.others.push_back(stage.entrants[e]);
      const std::uint32_t key = stage.parted_by[before ? entrant : e];
      out.key = key < stage.order_keys.size() ? stage.order_keys[key] : "";
    }
  }
  return out.others.empty() || out.key.empty() ? std::nullopt : std::optional(std::move(out));
}

/// The last line that a step drew on scores.
void set_line(Why& why, const StageDecision& stage) {
  for (const StepReport& step : stage.steps)
    if (step.last_in || step.first_out) {
      why.last_in = step.last_in;
      why.first_out = step.first_out;
    }
  if (why.entrant >= stage.total.size() || stage.nodes.empty() ||
      !stage.nodes[0].scores.has(why.entrant))
    return;
  const double own = stage.total[why.entrant];
  const double sign = stage.nodes[0].direction == Direction::cost ? -1 : 1;
  const auto ahead_of = [&](double line) { // of decimals the decimal between them
    return sign * kernel::to_double(kernel::from_decimal(own) - kernel::from_decimal(line));
  };
  if (why.outcome == Outcome::advances && why.first_out)
    why.ahead = ahead_of(*why.first_out);
  else if (why.outcome != Outcome::advances && why.last_in)
    why.ahead = ahead_of(*why.last_in);
}

} // namespace

std::string_view to_string(Alternative::Kind kind) {
  constexpr std::array<std::string_view, 15> names = {
      "policy_before_take", "policy_after_take",  "policy_not_applied",
      "rule_not_applied",   "hurdle_not_applied", "one_place_more",
      "one_place_fewer",    "ties_all_advance",   "ties_all_cut",
      "verdict_pass",       "verdict_fail",       "gap_zero",
      "gap_drop",           "gap_lowest",         "replaced"};
  return names[static_cast<std::size_t>(kind)];
}

Why explain(const Bundle& bundle, const Decision& decision, std::size_t candidate,
            std::string_view stage_id, bool alternatives) {
  const auto at = std::ranges::find(decision.stages, stage_id, &StageDecision::id);
  if (at == decision.stages.end())
    throw std::invalid_argument("there is no stage `" + std::string(stage_id) + "`");
  const StageDecision& stage = *at;
  const std::size_t entrant = stage.entrant(candidate);
  if (entrant == nobody)
    throw std::invalid_argument("the candidate did not enter `" + stage.id + "`");
  Why why;
  why.candidate = candidate;
  why.stage = static_cast<std::size_t>(at - decision.stages.begin());
  why.entrant = entrant;
  why.outcome = stage.outcomes[entrant];
  why.place = some_place(stage.place, entrant);
  why.place_before_ties = some_place(stage.place_before_ties, entrant);
  why.field = stage.entrants.size();
  for (const bool before : {true, false})
    if (auto found = parted(stage, static_cast<std::uint32_t>(entrant), before))
      why.parted.push_back(std::move(*found));
  why.scores = scores_of(stage, entrant);
  const auto rules = std::ranges::find(bundle.program.stages, stage.id,
                                       [](const Stage& one) { return one.id.str(); });
  if (rules != bundle.program.stages.end() && rules->score)
    settle_gaps(why.scores, stage, *rules->score);
  if (rules != bundle.program.stages.end())
    why.policies = judged(bundle, *rules, stage, candidate);
  why.because = findings_about(stage, candidate, why.outcome == Outcome::held);
  set_line(why, stage);
  if (!alternatives)
    return why;

  std::vector<Variant> tried = variants(bundle, stage);
  for (const WhyPolicy& policy : why.policies)
    for (Variant& variant : replacements(bundle, policy))
      tried.push_back(std::move(variant));
  for (Variant& variant : tried) {
    Diagnostics unheard;
    const Decision other = decide(variant.bundle, unheard);
    if (unheard.has_errors())
      continue;
    const StageDecision* then = other.stage(stage_id);
    const std::size_t there = then == nullptr ? nobody : then->entrant(candidate);
    if (there == nobody)
      continue;
    Alternative alternative = std::move(variant.alternative);
    if (then->outcomes[there] == why.outcome) {
      if (alternative.kind != Alternative::Kind::replaced)
        continue;
      for (const Finding& finding : then->findings)
        if (finding.candidate == candidate && finding.kind == Finding::Kind::policy &&
            finding.verdict == Verdict::fail)
          alternative.still += (alternative.still.empty() ? "" : ", ") + finding.rule.get();
    }
    alternative.outcome = then->outcomes[there];
    alternative.vacancies = then->vacancies;
    for (StageChange& change : compare(bundle.program, decision, variant.bundle.program, other))
      if (change.stage == stage_id)
        for (CandidateChange& one : change.candidates)
          if (one.candidate != candidate && one.changes_outcome())
            alternative.others.push_back(std::move(one));
    why.instead.push_back(std::move(alternative));
  }
  return why;
}

} // namespace libeval
