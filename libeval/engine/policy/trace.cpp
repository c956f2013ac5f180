// SPDX-License-Identifier: Apache-2.0
// Which evidence an answer rests on.
#include "engine/policy/formula.hpp"

#include <algorithm>
#include <set>

namespace libeval {
namespace {

class Collector {
public:
  Collector(ConditionTrace& trace, const Asked& asked) : trace_(trace), asked_(asked) {}

  void edge(std::uint32_t e, NodeIndex child) {
    const LineageEdge& edge = asked_.view.graph.edges[e];
    if (edge.derivation == no_node || !edges_.insert(e).second)
      return;
    add(asked_.view.lineage.derivations[edge.derivation].evidence,
        asked_.view.interest_of(child, false),
        {nullptr, Level::inferred, OpenFact::Kind::derivation, child, e, {}});
  }

  void record(NodeIndex node) {
    add(asked_.view.lineage.nodes[node].complete, asked_.view.interest_of(node, true),
        {nullptr, Level::inferred, OpenFact::Kind::record, node, no_node, {}});
  }

  /// Of a part whose owner nobody claims, what is claimed of its whole.
  void owner(NodeIndex node) {
    const LineageGraph& graph = asked_.view.graph;
    while (asked_.view.lineage.nodes[node].owners.empty() && graph.whole[node] != no_node)
      node = graph.whole[node];
    if (!owners_.insert(node).second)
      return;
    for (const OwnerClaim& claim : asked_.view.lineage.nodes[node].owners) {
      const NodeIndex party = asked_.view.find(claim.party);
      const Interest interest =
          party == no_node ? Interest{} : asked_.view.interest_of(party, true);
      add(claim.evidence, interest,
          {nullptr, Level::inferred, OpenFact::Kind::target, node, no_node,
           "ownership by " + claim.party});
    }
  }

  void fact(const OpenFact& open) {
    if (open.kind == OpenFact::Kind::derivation)
      edge(open.edge, open.node);
    else if (open.kind == OpenFact::Kind::record)
      record(open.node);
    else
      owner(open.node);
  }

  void claim(const ClaimTrace& claim) {
    UsedItem about{nullptr,    Level::inferred, OpenFact::Kind::derivation,
                   claim.node, claim.edge,      claim.what};
    if (claim.edge != no_node) {
      const std::uint32_t d = asked_.view.graph.edges[claim.edge].derivation;
      for (const ObligationClaim& one : asked_.view.lineage.derivations[d].obligations)
        if (one.obligation == claim.what)
          add(one.evidence, asked_.view.interest_of(claim.node, true), about);
      return;
    }
    for (const ControlClaim& one : asked_.view.lineage.nodes[claim.node].controls)
      if (one.criterion == claim.what) {
        about.what = claim.what + " " + std::to_string(one.level);
        add(one.evidence, asked_.view.interest_of(claim.node, true), about);
      }
  }

private:
  void add(const EvidenceList& evidence, const Interest& interest, UsedItem about) {
    if (++facts_ > most_facts)
      return;
    const std::size_t before = trace_.items.size();
    for (const EvidenceItem& item : evidence) {
      if (!counts(item, asked_.view.times))
        continue;
      about.item = &item;
      about.level = level_of(item, interest);
      trace_.items.push_back(about);
    }
    std::stable_sort(trace_.items.begin() + static_cast<std::ptrdiff_t>(before), trace_.items.end(),
                     [](const UsedItem& a, const UsedItem& b) {
                       return a.item->supports != b.item->supports ? a.item->supports
                                                                   : a.level > b.level;
                     });
  }

  static constexpr std::size_t most_facts = 64;
  ConditionTrace& trace_;
  const Asked& asked_;
  std::size_t facts_ = 0;
  std::set<NodeIndex> owners_; ///< told
  std::set<std::uint32_t> edges_;
};

} // namespace

void collect_items(ConditionTrace& trace, const Condition& condition, const Asked& asked) {
  Collector collect(trace, asked);
  for (const ClaimTrace& claim : trace.claims)
    collect.claim(claim);
  if (!trace.reach)
    return;
  const ReachAnswer& reach = *trace.reach;
  const auto way = [&](const ReachPath& path) {
    for (std::size_t i = 0; i < path.edges.size(); ++i)
      collect.edge(path.edges[i], path.nodes[i]);
  };
  if (trace.truth != Truth::unknown && reach.witness)
    way(*reach.witness);
  std::ranges::for_each(trace.more, way);
  for (const OpenFact& open : reach.critical)
    collect.fact(open);
  const bool by_owner = condition.to.external || !condition.to.owners.empty();
  if (by_owner && trace.truth == Truth::yes && reach.witness)
    collect.owner(reach.witness->nodes.back());
  if (trace.truth != Truth::no)
    return;
  if (by_owner)
    for (const NodeIndex node : reach.checked)
      collect.owner(node);
  for (const std::uint32_t edge : reach.refuted) {
    const auto child = std::ranges::upper_bound(asked.view.graph.first, edge) - 1;
    collect.edge(edge, static_cast<NodeIndex>(child - asked.view.graph.first.begin()));
  }
  if (condition.undeclared_counts)
    for (const NodeIndex node : reach.checked)
      if (asked.external(node) == Truth::no)
        collect.record(node);
}

} // namespace libeval
