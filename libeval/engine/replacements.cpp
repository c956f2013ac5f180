// SPDX-License-Identifier: Apache-2.0
// What a failing verdict would be with a component replaced by an own one.
#include "engine/alternatives.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

namespace libeval {
namespace {

/// The things to replace so that a judgment is no fail; nothing if that would not do.
std::optional<std::vector<NodeIndex>> to_replace(const Judgment& judgment) {
  std::vector<NodeIndex> out;
  for (const SubjectVerdict& subject : judgment.subjects) {
    if (subject.verdict != Verdict::fail || subject.waiver != nobody)
      continue;
    const auto trace = std::ranges::find_if(subject.conditions, [](const ConditionTrace& one) {
      return one.reach && one.truth == Truth::yes && !one.reach->choke.empty();
    });
    if (trace == subject.conditions.end())
      return std::nullopt;
    const NodeIndex node = trace->reach->choke.back();
    if (std::ranges::find(out, node) == out.end())
      out.push_back(node);
  }
  return out.empty() ? std::nullopt : std::optional(out);
}

/// The record with own things, wholly on record, in these places.
Lineage with_own(const Lineage& lineage, const std::vector<NodeIndex>& replaced) {
  Lineage out = lineage;
  EvidenceItem shown;
  shown.level = Level::verified;
  shown.source = "replaced";
  const auto is_replaced = [&](const std::string& id) {
    return std::ranges::any_of(replaced, [&](NodeIndex n) {
      return lineage.nodes[n].id == id ||
             std::ranges::any_of(lineage.nodes, [&](const LineageNode& part) {
               return part.id == id && part.part_of == lineage.nodes[n].id;
             });
    });
  };
  for (LineageNode& node : out.nodes)
    if (node.kind != NodeKind::party && is_replaced(node.id)) {
      node.complete = {shown};
      node.digests.clear();
    }
  std::erase_if(out.derivations,
                [&](const Derivation& derivation) { return is_replaced(derivation.child); });
  return out;
}

} // namespace

std::vector<Variant> replacements(const Bundle& bundle, const WhyPolicy& judged) {
  std::vector<Variant> out;
  const PolicyFile& policy = bundle.policies[judged.policy];
  for (const Judgment& judgment : judged.judgments.all) {
    const Rule& rule = policy.rules[judgment.rule];
    if (judgment.verdict != Verdict::fail || rule.consequence == Rule::Consequence::note)
      continue;
    const auto replaced = to_replace(judgment);
    if (!replaced)
      continue;
    Variant variant;
    variant.alternative.kind = Alternative::Kind::replaced;
    variant.alternative.candidate = judgment.candidate;
    variant.alternative.rule = rule.id.str();
    for (std::size_t i = 0; i < replaced->size(); ++i)
      variant.alternative.subject += (i == 0                      ? ""
                                      : i + 1 == replaced->size() ? " and "
                                                                  : ", ") +
                                     policy.lineage->nodes[(*replaced)[i]].id;
    variant.bundle = bundle;
    variant.bundle.policies[judged.policy].lineage =
        std::make_shared<const Lineage>(with_own(*policy.lineage, *replaced));
    out.push_back(std::move(variant));
  }
  return out;
}

} // namespace libeval
