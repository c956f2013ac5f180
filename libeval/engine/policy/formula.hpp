// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "domain/owners.hpp"

#include <libeval/engine/verdicts.hpp>

#include <vector>

namespace libeval {

/// The lineage of a policy as of one day, ready for questions.
struct LineageView {
  LineageView(const Lineage& record, Times when, const SettledOwners& settled = {},
              std::vector<LineageDefect>* defects = nullptr)
      : lineage(record), times(std::move(when)),
        graph(build_graph(record, times, defects, disputes, settled)), walk(graph),
        index(index_nodes(record)) {}

  const Lineage& lineage;
  Times times;
  OwnerDisputes disputes; ///< before the graph, which fills it
  LineageGraph graph;
  LineageWalk walk;
  std::unordered_map<std::string_view, NodeIndex> index;

  [[nodiscard]] NodeIndex find(std::string_view id) const {
    const auto at = index.find(id);
    return at == index.end() ? no_node : at->second;
  }
  /// Whether a party belongs to the owner of a node.
  [[nodiscard]] Interest interest_of(NodeIndex node, bool holds) const;
};

/// What a condition is asked about.
struct Asked {
  LineageView& view;
  const PolicyFile& policy;
  const Rule& rule;
  NodeIndex subject;
  std::size_t candidate;
  const std::vector<NodeIndex>& submissions;
  const ScoreOf& score;

  /// Whether a node is somebody else's than those whose the submissions are.
  [[nodiscard]] Truth external(NodeIndex node) const;
};

/// One condition that has no parts.
[[nodiscard]] ConditionTrace ask(const Condition& condition, const Asked& asked);

// Conditions on licenses (ask_license.cpp).
[[nodiscard]] ConditionTrace ask_license(const Condition& condition, const Asked& asked);
[[nodiscard]] ConditionTrace ask_compatible(const Condition& condition, const Asked& asked);
/// What the licenses of everything above the subject ask, met or not.
[[nodiscard]] ConditionTrace ask_terms(const Condition& condition, const Asked& asked);

/// A node that a subject was made from, and whether it is.
struct Ancestor {
  NodeIndex node = no_node;
  Truth reached = Truth::no;   ///< no: only what came into it is in the subject
  Truth came_into = Truth::no; ///< whether anything that came into it is in the subject
  Carriers surely, perhaps;    ///< along which it is; `perhaps` has `surely`

  /// Whether what a derivation of it carries is in the subject.
  [[nodiscard]] Truth takes(Carriers carried) const {
    return surely.meets(carried) ? Truth::yes : perhaps.meets(carried) ? Truth::unknown : Truth::no;
  }
};
/// The nodes above the subject, with itself first: those that are believed, then those that are not
/// refuted; each in the order of the graph, each once. Iterative.
[[nodiscard]] std::vector<Ancestor> ancestors_of(const Asked& asked, Carriers along);

/// Adds a claim that is one of several which must all hold.
void add_claim(ConditionTrace& out, ClaimTrace claim, Possible possible);

/// The evidence that an answer rests on (ConditionTrace::items).
void collect_items(ConditionTrace& trace, const Condition& condition, const Asked& asked);

/// The least that would settle an unknown verdict (SubjectVerdict::passes_if, fails_if).
void settle(SubjectVerdict& verdict, const Asked& asked);

/// What a formula may turn out to be from its conditions without parts, all of them looked at: what
/// is not applicable is left out. Where everything applies this is strong Kleene logic. Marks the
/// conditions that an open value turns on. `leaves` are in the order of the formula; an empty one
/// is not applicable. O(formula).
[[nodiscard]] Possible value_of(const Formula& formula, std::vector<ConditionTrace>& leaves);

} // namespace libeval
