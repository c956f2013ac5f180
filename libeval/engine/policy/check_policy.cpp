// SPDX-License-Identifier: Apache-2.0
// What is wrong between a policy, its lineage and the candidates.
#include <libeval/engine/verdicts.hpp>

#include <libeval/base/text.hpp>

#include <algorithm>
#include <set>

namespace libeval {
namespace {

/// The first evidence of a record that ends at some time.
const EvidenceItem* first_that_ends(const Lineage& lineage) {
  const EvidenceItem* first = nullptr;
  const auto look = [&](const EvidenceList& evidence) {
    const auto at = std::ranges::find_if(
        evidence, [](const EvidenceItem& item) { return !item.expires.empty(); });
    if (first == nullptr && at != evidence.end())
      first = &*at;
  };
  for (const LineageNode& node : lineage.nodes) {
    look(node.complete);
    for (const OwnerClaim& claim : node.owners)
      look(claim.evidence);
    for (const ControlClaim& claim : node.controls)
      look(claim.evidence);
  }
  for (const Derivation& derivation : lineage.derivations) {
    look(derivation.evidence);
    for (const ObligationClaim& claim : derivation.obligations)
      look(claim.evidence);
  }
  return first;
}

/// Without the day that counts as today nothing expires, and everything has begun.
void check_as_of(const Program& program, const PolicyFile& policy, const Lineage& lineage,
                 Diagnostics& diagnostics) {
  if (!program.as_of.empty())
    return;
  const std::string help = "add `as_of: DAY` to the program";
  if (!policy.waivers.empty())
    diagnostics.warning(policy.waivers.front().where,
                        "the program says no `as_of`, so every waiver is in force", help);
  if (const EvidenceItem* item = first_that_ends(lineage))
    diagnostics.warning(item->where, "the program says no `as_of`, so no evidence expires", help);
}

} // namespace

void check_policy(const Program& program, const PolicyFile& policy, Diagnostics& diagnostics) {
  const Lineage empty;
  const Lineage& lineage = policy.lineage ? *policy.lineage : empty;
  const auto index = index_nodes(lineage);
  check_as_of(program, policy, lineage, diagnostics);
  std::vector<std::string> ids, criteria, people;
  for (const LineageNode& node : lineage.nodes) {
    ids.push_back(node.id);
    for (const ControlClaim& claim : node.controls)
      criteria.push_back(claim.criterion);
  }
  for (const Candidate& candidate : program.candidates)
    people.push_back(candidate.id.str());
  const auto need = [&](const std::string& id, const std::vector<std::string>& known,
                        const std::string& what, const Where& where) {
    if (std::ranges::find(known, id) != known.end())
      return true;
    const auto near = did_you_mean(id, known);
    diagnostics.error(where, "there is no " + what + " `" + shorten(id) + "`",
                      near ? "did you mean `" + *near + "`?" : "");
    return false;
  };
  const auto need_model = [&](const std::string& id, const Where& where) {
    if (need(id, ids, "model", where) && lineage.nodes[index.at(id)].kind == NodeKind::party)
      diagnostics.error(where, "`" + shorten(id) + "` is a party, not what it submitted");
  };
  for (const auto& [candidate, models] : policy.submissions) {
    need(candidate, people, "candidate", policy.submissions_where);
    for (const std::string& model : models)
      need_model(model, policy.submissions_where);
  }
  if (policy.lineage)
    for (const Candidate& candidate : program.candidates)
      if (const std::string* model = candidate.attribute("submission");
          model != nullptr && !policy.submissions.contains(candidate.id.str()))
        need_model(*model, candidate.where);
  for (const Rule& rule : policy.rules)
    for (const Condition& condition : rule.formula) {
      for (const std::string& id : condition.to.owners)
        need(id, ids, "party", condition.where);
      for (const std::string& id : condition.to.things)
        need(id, ids, "thing", condition.where);
      if (condition.kind == Condition::Kind::control)
        need(condition.name, criteria, "criterion", condition.where);
    }
  std::vector<std::string> asked; // a kind is any word that a rule asks for
  for (const Rule& rule : policy.rules)
    for (const Condition& condition : rule.formula)
      if (condition.kind == Condition::Kind::obligations)
        asked.insert(asked.end(), condition.words.begin(), condition.words.end());
  std::set<std::string> told;
  for (const Derivation& derivation : lineage.derivations)
    for (const ObligationClaim& claim : derivation.obligations)
      if (std::ranges::find(asked, claim.obligation) == asked.end() &&
          told.insert(claim.obligation).second)
        if (const auto near = did_you_mean(claim.obligation, asked))
          diagnostics.warning(claim.where,
                              "no rule asks for the obligation `" + shorten(claim.obligation) + "`",
                              "did you mean `" + *near + "`?");
  for (const Waiver& waiver : policy.waivers) {
    const std::string id = waiver.subject.substr(0, waiver.subject.find('@'));
    if (!index.contains(id))
      need(id, people, "candidate or thing", waiver.where);
  }
}

} // namespace libeval
