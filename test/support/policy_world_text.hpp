// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/policy_world.hpp"

#include <libeval/engine/verdicts.hpp>
#include <libeval/io/matrix.hpp>

#include <algorithm>
#include <memory>
#include <random>

/// What the library says of a world.
namespace libeval::test {

/// What `LicenseRef-b` asks; `LicenseRef-a` asks nothing and `MIT` no more than a notice.
inline const std::vector<LicenseTerms>& test_terms() {
  static const std::vector<LicenseTerms> all = [] {
    LicenseTerm naming{Obligation::naming, {Carrier::weights, Carrier::behavior}, {}, {}, "B", {}};
    LicenseTerm alike{Obligation::share_alike, {Carrier::weights}, {}, {}, {}, {}};
    LicenseTerm outputs{Obligation::no_training_on_outputs, {Carrier::behavior}, {}, {}, {}, {}};
    return std::vector<LicenseTerms>{
        {"LicenseRef-a", "a", {}, "test", {}, {}},
        {"LicenseRef-b", "b", {}, "test", {naming, alike, outputs}, {}}};
  }();
  return all;
}

inline std::shared_ptr<const CompatibilityMatrix> test_matrix() {
  static const std::shared_ptr<const CompatibilityMatrix> matrix = [] {
    std::string text;
    for (const std::string out : test_licenses) {
      text += (text.empty() ? "{\"" : ", \"") + out + "\": {";
      for (const std::string in : test_licenses)
        text += std::string(in == test_licenses[0] ? "\"" : ", \"") + in + "\": \"" +
                (may_go_into(in, out) ? "Yes" : "No") + "\"";
      text += "}";
    }
    Diagnostics problems;
    const auto source = std::make_shared<SourceText>(SourceText{"matrix.json", text + "}"});
    return std::make_shared<const CompatibilityMatrix>(read_matrix(source, problems));
  }();
  return matrix;
}

/// The record as the library reads it, with evidence that amounts to the facts under the rule's
/// thresholds.
class PolicyWorldText {
public:
  PolicyWorldText(const PolicyWorld& w, std::mt19937& random) : w_(w), random_(random) {}

  Lineage lineage() {
    Lineage out;
    for (const char* id : {"team", "other"}) {
      LineageNode party;
      party.id = party.name = id;
      party.kind = NodeKind::party;
      out.nodes.push_back(party);
    }
    for (std::size_t i = 0; i < w_.things.size(); ++i) {
      const PolicyWorld::Thing& thing = w_.things[i];
      LineageNode node;
      node.id = thing.id;
      node.name = i == 0 ? w_.name : thing.id;
      node.kind = thing.kind;
      node.part_of = thing.whole;
      if (thing.whole.empty() && thing.owner != PolicyWorld::not_known)
        node.owners.push_back({thing.owner == PolicyWorld::own ? "team" : "other", {}, {}});
      if (thing.license)
        node.licenses.push_back(
            {*thing.license, {}, {}, {}, {}, LicenseClaim::Acknowledged::declared, {}});
      node.complete = evidence(thing.record == Truth::yes ? Truth::yes : Truth::unknown,
                               w_.rule.complete_at, w_.rule.complete_at);
      if (i == 0 && w_.control)
        node.controls.push_back(
            {"stop", 1, evidence(*w_.control, w_.rule.clear_at, w_.rule.convict_at, true), {}});
      out.nodes.push_back(node);
    }
    for (const PolicyWorld::Edge& edge : w_.edges) {
      Derivation derivation;
      derivation.child = w_.things[edge.child].id;
      derivation.parent = w_.things[edge.parent].id;
      derivation.kind = edge.kind;
      derivation.carries = edge.carries;
      derivation.evidence = evidence(edge.truth, w_.rule.convict_at, w_.rule.clear_at, true);
      for (const auto& [obligation, met] : edge.claims)
        derivation.obligations.push_back(
            {obligation, evidence(met, w_.rule.clear_at, w_.rule.convict_at, true), {}});
      out.derivations.push_back(derivation);
    }
    return out;
  }

private:
  Level any(Level from, Level to) {
    return static_cast<Level>(
        std::uniform_int_distribution<int>(static_cast<int>(from), static_cast<int>(to))(random_));
  }
  static EvidenceItem item(bool supports, Level level) {
    EvidenceItem out;
    out.supports = supports;
    out.level = level;
    return out;
  }
  /// `some`: never an empty list, which would be a statement.
  EvidenceList evidence(Truth truth, Level yes, Level no, bool some = false) {
    EvidenceList out;
    if (truth == Truth::unknown) {
      if (yes > Level::inferred && random_() % 2 == 0)
        return {item(true, any(Level::inferred, static_cast<Level>(static_cast<int>(yes) - 1)))};
      if (!some && random_() % 2 == 0)
        return {};
      const Level level = any(Level::inferred, Level::verified);
      return {item(true, level), item(false, level)};
    }
    const bool holds = truth == Truth::yes;
    const Level strong = any(holds ? yes : no, Level::verified);
    out.push_back(item(holds, strong));
    if (strong > Level::inferred && random_() % 2 == 0)
      out.push_back(
          item(!holds, any(Level::inferred, static_cast<Level>(static_cast<int>(strong) - 1))));
    std::ranges::shuffle(out, random_);
    return out;
  }

  const PolicyWorld& w_;
  std::mt19937& random_;
};

inline Verdict judged(const PolicyWorld& w, Lineage lineage) {
  static const Program program = [] {
    Program out;
    out.candidates.push_back({CandidateId("c"), "c", {}, {}});
    return out;
  }();
  PolicyFile policy;
  policy.rules.push_back(w.rule);
  policy.lineage = std::make_shared<const Lineage>(std::move(lineage));
  policy.submissions["c"] = {"m"};
  policy.terms = test_terms();
  policy.matrix = test_matrix();
  JudgeOptions options;
  options.score = [&](std::size_t, const std::string&) { return w.score; };
  const Judgment judgment = judge(program, policy, options).all.at(0);
  for (const SubjectVerdict& one : judgment.subjects) // of several groups of weights the one asked
    if (one.subject != no_node && policy.lineage->nodes[one.subject].id == w.things[w.subject].id)
      return one.verdict;
  return judgment.verdict;
}

inline Verdict judged(const PolicyWorld& w, std::mt19937& random) {
  return judged(w, PolicyWorldText(w, random).lineage());
}

} // namespace libeval::test
