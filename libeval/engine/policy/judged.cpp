// SPDX-License-Identifier: Apache-2.0
#include "engine/policy/judged.hpp"

#include <algorithm>

namespace libeval {
namespace {

void add_source(Finding& finding, const std::string& source) {
  if (!source.empty() && std::ranges::find(finding.sources, source) == finding.sources.end())
    finding.sources.push_back(source);
}

void add_item(Finding& finding, const EvidenceItem* item) {
  if (item != nullptr)
    add_source(finding, item->source);
}

/// What is open, by the names of the lineage.
std::string named(const OpenFact& fact, const Lineage& lineage, const LineageGraph& graph) {
  const std::string& id = lineage.nodes[fact.node].id;
  switch (fact.kind) {
  case OpenFact::Kind::record:
    return "the record of " + id;
  case OpenFact::Kind::target:
    return "the owner of " + id;
  case OpenFact::Kind::derivation:
    break;
  }
  return id + " <- " + lineage.nodes[graph.edges[fact.edge].parent].id;
}

/// What does not hold, or is not known to.
std::string lacking(const Condition& condition, const ClaimTrace& claim, const Lineage& lineage) {
  const bool open = claim.truth == Truth::unknown;
  const bool compatible = condition.kind == Condition::Kind::compatible;
  if (condition.kind != Condition::Kind::license && !compatible)
    return claim.what + (open ? " is open" : " is missing");
  const std::string whose =
      claim.what + (claim.node == no_node ? "" : " of " + lineage.nodes[claim.node].id);
  const std::string holds =
      compatible ? " may go into a work under " + claim.outbound : std::string(" is allowed");
  const std::string fails = compatible ? " may not go into a work under " + claim.outbound
                                       : std::string(" is not allowed");
  return open ? "open: whether " + whose + holds : whose + fails;
}

/// In one line what a verdict on one thing rests on; sources go to the finding.
std::string line_of(const Rule& rule, const SubjectVerdict& subject, const PolicyFile& policy,
                    const Judgments& judgments, Finding& finding) {
  if (!subject.error.empty())
    return subject.error;
  std::string out;
  const auto add = [&out](const std::string& text) { out += (out.empty() ? "" : "; ") + text; };
  for (const ConditionTrace& trace : subject.conditions) {
    if (trace.reach && trace.truth == Truth::yes && trace.reach->witness) {
      add(witness_line(policy, *judgments.graph, *trace.reach->witness));
      for (const UsedItem& used : trace.items)
        if (used.item->supports)
          add_item(finding, used.item);
    }
    if (trace.reach && trace.critical)
      for (std::size_t i = 0; i < trace.reach->critical.size() && i < 3; ++i)
        add("open: " + named(trace.reach->critical[i], *policy.lineage, *judgments.graph));
    for (const ClaimTrace& claim : trace.claims) {
      if (claim.truth != trace.truth)
        continue;
      const EvidenceItem* item = claim.truth == Truth::no ? claim.con : claim.pro;
      if (item != nullptr && !item->statement.empty())
        add(item->statement);
      else if (claim.truth != Truth::yes)
        add(lacking(rule.formula[trace.condition], claim, *policy.lineage));
      add_item(finding, item);
    }
  }
  return out;
}

} // namespace

Verdict in_force(const Judgment& judgment) {
  const auto unwaived = [&](Verdict verdict) {
    return std::ranges::any_of(judgment.subjects, [&](const SubjectVerdict& subject) {
      return subject.waiver == nobody && subject.verdict == verdict;
    });
  };
  for (const Verdict verdict : {Verdict::fail, Verdict::error, Verdict::unknown})
    if (unwaived(verdict))
      return verdict;
  return Verdict::pass;
}

Finding finding_of(const Judgment& judgment, const PolicyFile& policy, const Judgments& judgments,
                   std::size_t step) {
  Finding finding;
  finding.kind = Finding::Kind::policy;
  finding.step = step;
  finding.candidate = judgment.candidate;
  finding.rule = policy.rules[judgment.rule].id.str();
  finding.verdict = judgment.verdict;
  finding.level = judgment.level;
  if (judgment.ready) {
    finding.detail = judgment.ready->statement;
    add_source(finding, judgment.ready->source);
    return finding;
  }
  const bool telling = judgment.verdict != Verdict::pass || judgment.noted || judgment.cured;
  std::size_t said = 0;
  for (const SubjectVerdict& subject : judgment.subjects) {
    const bool decides =
        subject.verdict == judgment.verdict &&
        (judgment.verdict != Verdict::pass || subject.noted || !subject.cured_on.empty());
    if (!telling || !decides || ++said > 4)
      continue;
    std::string line = line_of(policy.rules[judgment.rule], subject, policy, judgments, finding);
    if (!subject.cured_on.empty())
      line = "cured on " + subject.cured_on + (line.empty() ? "" : ": " + line);
    if (!line.empty())
      finding.detail += (finding.detail.empty() ? "" : "; ") + line;
  }
  if (judgment.waived)
    finding.detail += (finding.detail.empty() ? "" : "; ") + std::string("waived");
  return finding;
}

} // namespace libeval
