// SPDX-License-Identifier: Apache-2.0
#include "io/policy_words.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>
#include <libeval/io/words.hpp>

#include <algorithm>

namespace libeval {
namespace {

std::string level_word(Level level) {
  return level == Level::self_declared ? "self-declared" : std::string(to_string(level));
}

std::string verdict_word(Verdict verdict) {
  std::string word(to_string(verdict));
  std::ranges::replace(word, '_', ' ');
  return word;
}

/// Whether a license as a whole must be allowed, or compatible.
bool asks_one_license(const Condition& condition) {
  return condition.kind == Condition::Kind::license ||
         condition.kind == Condition::Kind::compatible;
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
}

} // namespace

std::string PolicyWords::id(NodeIndex node) const {
  return node == no_node ? "" : escape_control(policy_.lineage->nodes[node].id);
}

std::string PolicyWords::consequence(const Rule& rule) const {
  switch (rule.consequence) {
  case Rule::Consequence::disqualify:
    return "disqualifies";
  case Rule::Consequence::deduct:
    return "takes " + format_decimal(rule.deduct) + " points";
  case Rule::Consequence::note:
    break;
  }
  return rule.form == Rule::Form::note ? "a hint" : "is noted";
}

std::string PolicyWords::verdict(const Judgment& judgment) const {
  std::string out = verdict_word(judgment.verdict);
  if (judgment.level && judgment.verdict != Verdict::not_applicable)
    out += " (" + level_word(*judgment.level) + ")";
  if (judgment.cured)
    out += ", cured";
  if (judgment.noted)
    out += ", noted";
  if (judgment.waived)
    out += ", waived";
  const Rule& rule = policy_.rules[judgment.rule];
  if (judgment.verdict == Verdict::unknown && rule.consequence != Rule::Consequence::note)
    out += rule.on_unknown == OnUnknown::hold   ? ", holds"
           : rule.on_unknown == OnUnknown::fail ? ", counts as a fail"
                                                : ", counts as a pass";
  return out;
}

std::string PolicyWords::verdict(const SubjectVerdict& subject) const {
  std::string out = verdict_word(subject.verdict);
  if (subject.level)
    out += " (" + level_word(*subject.level) + ")";
  if (subject.noted)
    out += ", noted";
  return out;
}

std::string PolicyWords::item(const UsedItem& used) const {
  const EvidenceItem& item = *used.item;
  std::string out = level_word(used.level);
  if (!item.date.empty())
    out += " " + item.date;
  if (!item.by.empty()) {
    const auto at = std::ranges::find(policy_.lineage->nodes, item.by, &LineageNode::id);
    out += " " + escape_control(at == policy_.lineage->nodes.end() ? item.by : at->name);
  }
  if (!item.statement.empty())
    out += ": " + escape_control(item.statement);
  if (!item.source.empty())
    out += " [" + escape_control(item.source) + "]";
  return out;
}

std::string PolicyWords::edge(std::uint32_t e, NodeIndex child) const {
  const LineageEdge& edge = graph_->edges[e];
  if (edge.link == LineageEdge::Link::whole)
    return "what came into " + id(edge.parent) + " as a whole came into " + id(child);
  const std::string how = edge.link == LineageEdge::Link::digest ? " = "
                          : edge.derivation == no_node
                              ? ", with its part "
                              : " <- " + policy_.lineage->derivations[edge.derivation].kind + " - ";
  return id(child) + how + id(edge.parent);
}

std::string PolicyWords::fact(const UsedItem& used) const {
  if (!used.what.empty())
    return escape_control(used.what) +
           (used.edge == no_node ? " of " + id(used.node) : " in " + edge(used.edge, used.node));
  return fact(OpenFact{used.fact, used.node, used.edge});
}

std::string PolicyWords::fact(const OpenFact& open) const {
  switch (open.kind) {
  case OpenFact::Kind::record:
    return "that the record of " + id(open.node) + " is complete";
  case OpenFact::Kind::target:
    return "who owns " + id(open.node);
  case OpenFact::Kind::derivation:
    break;
  }
  return edge(open.edge, open.node);
}

std::string PolicyWords::facts(const std::vector<OpenFact>& open) const {
  constexpr std::size_t most = 8;
  std::string out;
  for (std::size_t i = 0; i < open.size() && i < most; ++i)
    out += (i == 0 ? "" : "; ") + fact(open[i]);
  if (open.size() > most)
    out += " and " + counted(open.size() - most, "more", "more");
  return out;
}

std::string PolicyWords::whose(const ClaimTrace& claim) const {
  return escape_control(claim.what) +
         (claim.edge == no_node ? " of " + id(claim.node) : " in " + edge(claim.edge, claim.node));
}

/// `license MIT of x may go into a work under Apache-2.0`.
std::string PolicyWords::license(const Condition& condition, const ClaimTrace& claim,
                                 bool holds) const {
  if (condition.kind == Condition::Kind::license)
    return whose(claim) + (holds ? " is allowed" : " is not allowed");
  return whose(claim) + (holds ? " may" : " may not") + " go into a work under " +
         escape_control(claim.outbound);
}

std::string PolicyWords::claim(const Condition& condition, const ClaimTrace& claim) const {
  if (!asks_one_license(condition))
    return whose(claim);
  return claim.truth == Truth::unknown ? "whether " + license(condition, claim, true)
                                       : license(condition, claim, claim.truth == Truth::yes);
}

bool PolicyWords::of_license(const Condition& condition) {
  return asks_one_license(condition) || condition.licensed;
}

std::string PolicyWords::point(const Rule& rule, const SubjectVerdict& subject,
                               const OpenPoint& point) const {
  const Condition& condition = rule.formula[point.condition];
  const auto known = [&](std::string text, Level needed) {
    // It must also be stronger than what stands on the other side.
    const auto other = point.holds ? point.now.level_against() : point.now.level_for();
    if (other == Level::verified)
      text +=
          ", and what is verified " + std::string(point.holds ? "against" : "for") + " it falls";
    else if (other && *other >= needed)
      text += " at " + level_word(static_cast<Level>(static_cast<int>(*other) + 1));
    else
      text += " at " + level_word(needed);
    std::string now;
    if (const auto level = point.now.level_for())
      now = "for it: " + level_word(*level);
    if (const auto level = point.now.level_against())
      now += (now.empty() ? "" : ", ") + ("against: " + level_word(*level));
    return text + (now.empty() ? "" : " (now " + now + ")");
  };
  if (point.fact)
    switch (point.fact->kind) {
    case OpenFact::Kind::derivation:
      if (graph_->edges[point.fact->edge].link == LineageEdge::Link::whole)
        return "it is shown that nothing of " + fact(*point.fact);
      return known(fact(*point.fact) + (point.holds ? " is shown" : " is refuted"),
                   point.holds ? rule.convict_at : rule.clear_at);
    case OpenFact::Kind::record:
      return known("the record of " + id(point.fact->node) + " is shown to be complete",
                   rule.complete_at);
    case OpenFact::Kind::target: {
      std::string whose =
          condition.to.external
              ? (point.holds ? "another's" : "the team's own")
              : "of an owner that the rule " + std::string(point.holds ? "names" : "does not name");
      return id(point.fact->node) + " is shown to be " + whose;
    }
    }
  if (point.claim == nobody)
    return "the score of " + escape_control(condition.name) +
           (point.holds ? " meets the bound" : " misses the bound");
  const auto trace =
      std::ranges::find(subject.conditions, point.condition, &ConditionTrace::condition);
  const ClaimTrace& one = trace->claims[point.claim];
  if (asks_one_license(condition))
    return license(condition, one, point.holds);
  if (condition.licensed)
    return whose(one) + (point.holds ? " is met" : " is not met");
  const std::string is =
      condition.kind == Condition::Kind::control
          ? whose(one) + (point.holds ? " is shown to be at least " : " is shown to be below ") +
                std::to_string(condition.level)
          : whose(one) + (point.holds ? " is shown to be met" : " is shown not to be met");
  return known(is, point.holds ? rule.clear_at : rule.convict_at);
}

std::string PolicyWords::points(const Rule& rule, const SubjectVerdict& subject,
                                const std::vector<OpenPoint>& points) const {
  constexpr std::size_t most = 8;
  std::string out;
  for (std::size_t i = 0; i < points.size() && i < most; ++i)
    out += (i == 0 ? "" : "; ") + point(rule, subject, points[i]);
  if (points.size() > most)
    out += " and " + counted(points.size() - most, "more", "more");
  return out;
}

std::string PolicyWords::waiver(const Waiver& waiver) const {
  std::string out = escape_control(waiver.reason);
  if (!waiver.by.empty())
    out += ", by " + escape_control(waiver.by);
  if (!waiver.granted.empty())
    out += " on " + waiver.granted;
  return out + ", until " + waiver.expires;
}

std::string PolicyWords::waiver_for(const Waiver& waiver) const {
  return "the waiver of `" + std::string(to_string(waiver.verdict)) + "` under " +
         escape_control(waiver.rule.str()) + " for " + escape_control(waiver.subject);
}

std::string PolicyWords::defect(const LineageDefect& defect) const {
  std::string things;
  for (std::size_t i = 0; i < defect.nodes.size() && i < 6; ++i)
    things += (i == 0 ? "" : ", ") + id(defect.nodes[i]);
  if (defect.nodes.size() > 6)
    things += " and " + counted(defect.nodes.size() - 6, "more", "more");
  const std::string line =
      defect.where.line == 0 ? "" : " (line " + std::to_string(defect.where.line) + ")";
  switch (defect.kind) {
  case LineageDefect::Kind::cycle:
    return "derived from each other: " + things + line;
  case LineageDefect::Kind::contradictory_owner:
    return "claims of equal strength for different owners of " + things + line;
  case LineageDefect::Kind::equal_digest:
    return "one digest and different owners: " + things + line;
  case LineageDefect::Kind::future_evidence:
    return "evidence about " + things + " is dated " + defect.detail + " and not seen" + line;
  case LineageDefect::Kind::expired_evidence:
    return "evidence about " + things + " has expired on " + defect.detail + line;
  }
  return {};
}

std::string PolicyWords::how_to_fix(const Rule& rule, const SubjectVerdict& subject) const {
  std::string out = escape_control(rule.how_to_fix), parent;
  for (const ConditionTrace& trace : subject.conditions) {
    if (trace.reach && trace.reach->witness)
      parent = id(trace.reach->witness->nodes.back());
    for (const ClaimTrace& claim : trace.claims)
      if (claim.edge != no_node && claim.truth != Truth::yes)
        parent = id(graph_->edges[claim.edge].parent);
  }
  replace_all(out, "{component}", id(subject.subject));
  replace_all(out, "{parent}", parent);
  return out;
}

} // namespace libeval
