// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/lineage_graph.hpp>

#include <map>
#include <span>
#include <vector>

namespace libeval {

/// Claims of equal strength that a node belongs to different groups of parties.
struct OwnerDispute {
  NodeIndex about = no_node; ///< the node of which it is claimed: a part has its whole's dispute
  std::vector<NodeIndex> owners; ///< two at least, ascending
};
/// Those of the nodes that have no owner in the graph, but possible ones.
using OwnerDisputes = std::map<NodeIndex, OwnerDispute>;

/// Of nodes in dispute, whose each is: the dispute settled, for a try.
using SettledOwners = std::map<NodeIndex, NodeIndex>;

/// As without `disputes`, which are put there.
[[nodiscard]] LineageGraph build_graph(const Lineage& lineage, const Times& times,
                                       std::vector<LineageDefect>* defects, OwnerDisputes& disputes,
                                       const SettledOwners& settled = {});

/// The groups to one of which a node belongs; empty: not known.
[[nodiscard]] std::span<const NodeIndex> owners_of(const LineageGraph& graph,
                                                   const OwnerDisputes& disputes, NodeIndex node);

/// Whether two nodes belong to one group, whichever of their possible owners it is that they have.
[[nodiscard]] Truth same_owner(const LineageGraph& graph, const OwnerDisputes& disputes,
                               NodeIndex a, NodeIndex b);

} // namespace libeval
