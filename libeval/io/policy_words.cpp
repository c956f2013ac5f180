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
