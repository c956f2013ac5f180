// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/belief.hpp>
#include <libeval/domain/lineage.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace libeval {

/// A position in Lineage::nodes.
using NodeIndex = std::uint32_t;
inline constexpr std::uint32_t no_node = std::numeric_limits<std::uint32_t>::max();

/// One way from a node to what it came from. The child is where it stands in `edges`.
struct LineageEdge {
  enum class Link : std::uint8_t {
    derivation, ///< declared
    part,       ///< the child is a whole, the parent one of its parts; carries what the part is
    digest,     ///< the two have an equal digest; which came from which is not known
    whole       ///< the child is a part, the parent its whole: what came into the whole came into
                ///< some part of it; certain if no other part brings what this one does
  };
  NodeIndex parent = no_node;
  std::uint32_t derivation = no_node; ///< position in Lineage::derivations
  Carriers carries;
  Belief belief;
  bool certain = true; ///< false: never more than unknown
  Link link = Link::derivation;

  /// Whether the child came from the parent, for a rule with these thresholds.
  [[nodiscard]] Truth truth(Thresholds at) const {
    const Truth believed = believe(belief, at);
    return certain ? believed : believed && Truth::unknown;
  }
};

/// The lineage as arrays: the parents of every node side by side, what is believed already weighed
/// for two times. What a part inherits the whole does, and what came into a whole came into some
/// part of it; how a walk goes stands in LineageWalk. 2 million
/// nodes with 1.5 million edges take less than 80 MB.
struct LineageGraph {
  std::vector<std::uint32_t> first; ///< edges of node n: [first[n], first[n + 1])
  std::vector<LineageEdge> edges;   ///< by child, then parent, then derivation
  std::vector<NodeIndex> owner;     ///< the group of the owner (a party); none: not known
  std::vector<NodeIndex> whole;     ///< the model of a part, the group of a party; or none
  std::vector<Belief> complete;     ///< that every derivation of a node is on record, and of a
                                    ///< whole every part
  std::vector<std::uint32_t> rank;  ///< order of the ids, for ties; empty: that of the positions
  std::vector<NodeKind> kind;       ///< empty: models
  /// The strength of the strongest claim to own a node (of a part without one, of its whole), as in
  /// Belief; empty: stated.
  std::vector<std::uint8_t> owned;

  [[nodiscard]] std::size_t size() const { return owner.size(); }
  [[nodiscard]] std::span<const LineageEdge> parents(NodeIndex node) const {
    return {edges.data() + first[node], edges.data() + first[node + 1]};
  }
  /// How surely it is known whose a node is; none where nobody knows.
  [[nodiscard]] std::optional<Level> owned_at(NodeIndex node) const {
    return (owned.empty() ? stated : Belief{owned[node], 0}).level_for();
  }
  [[nodiscard]] bool before(NodeIndex a, NodeIndex b) const {
    return rank.empty() ? a < b : rank[a] < rank[b];
  }
};

/// Something in a record that should not be so. It changes no verdict by itself; where it leaves
/// something open, that is unknown.
struct LineageDefect {
  enum class Kind {
    cycle,               ///< nodes derived from each other
    contradictory_owner, ///< claims of equal strength for different parties
    equal_digest,        ///< one digest, different owners
    future_evidence,     ///< dated after `as_of`, not seen; `others` is empty
    expired_evidence     ///< counts no longer
  };
  Kind kind = Kind::cycle;
  std::vector<NodeIndex> nodes; ///< those concerned, ascending
  std::string detail;
  Where where;
};

/// Puts edges (with the child of each) into a graph. Preconditions: children and parents are below
/// the number of nodes, which is `owner.size()`, and the other columns have that length.
/// O(nodes + edges log parents of a node).
[[nodiscard]] LineageGraph
build_graph(std::vector<NodeIndex> owner, std::vector<NodeIndex> whole,
            std::vector<Belief> complete,
            std::span<const std::pair<NodeIndex, LineageEdge>> derivations);

/// The graph of a record as of two times. Precondition: names name something (`read_lineage`
/// refuses others; here a dangling name is left out). The owner of a part is that of its whole
/// unless it has one.
[[nodiscard]] LineageGraph build_graph(const Lineage& lineage, const Times& times,
                                       std::vector<LineageDefect>* defects = nullptr);

/// Positions of the nodes by id.
[[nodiscard]] std::unordered_map<std::string_view, NodeIndex> index_nodes(const Lineage& lineage);

/// The strongly connected component of every node, numbered so that parents come before children
/// (or are in the same component). Iterative; O(nodes + edges).
[[nodiscard]] std::vector<std::uint32_t> strong_components(const LineageGraph& graph);

/// Groups of more than one node that are derived from each other, and nodes derived from
/// themselves.
[[nodiscard]] std::vector<std::vector<NodeIndex>> cycles(const LineageGraph& graph);

/// From which level on a derivation counts, and a record as complete.
struct Inherit {
  Carriers along = {Carrier::weights};
  Thresholds at;
  Level complete = Level::corroborated;
};

/// Whether each node carries something that another owner made: over every edge along the carriers,
/// if it is believed, either the parent's owner is another one or the parent itself inherits. The
/// least fixpoint of
///   inherits(n) = max over n -> p of min(believed(n -> p), max(other owner(p), inherits(p)))
/// and at least unknown where the record of a node is not known to be complete, or an owner is not
/// known. Parts count if they bring what is asked for. Iterative; O(nodes + edges).
[[nodiscard]] std::vector<Truth> inherits(const LineageGraph& graph, const Inherit& rule);

} // namespace libeval
