// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/lineage_graph.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

/// One question to the lineage, with everything that explains its answer.
namespace libeval {

/// Whether something is reached from one of the starts. A part that brings what is asked for is
/// reached with its whole; of others (a tokenizer, where weights are asked for) their derivations
/// count. What came into a whole came into some part of it that can take it. Where outputs are
/// asked for, those that a data set came from are in what was trained on it.
struct ReachQuestion {
  std::vector<NodeIndex> starts; ///< distinct
  Carriers along = {Carrier::weights};
  Thresholds at;                        ///< for derivations
  Level complete = Level::corroborated; ///< for records
  /// Whether a node is what is looked for; nothing is asked beyond a yes.
  std::function<Truth(NodeIndex)> target;
  /// Whether the record of a node must be complete; none: what is not declared does not exist.
  std::function<bool(NodeIndex)> needs_record;
  std::function<bool(const LineageEdge&)> follows; ///< none: every edge along the carriers
  bool direct = false; ///< only the derivations of the starts themselves (and of their parts)
};

/// A fact that is not settled.
struct OpenFact {
  enum class Kind : std::uint8_t {
    derivation, ///< `edge` of the graph, of the child `node`
    record,     ///< the record of `node` is not known to be complete
    target      ///< whether `node` is what is looked for (its owner is not known)
  };
  Kind kind = Kind::derivation;
  NodeIndex node = no_node;
  std::uint32_t edge = no_node;
  friend auto operator<=>(const OpenFact&, const OpenFact&) = default;
};

/// A way from a start to what was looked for.
struct ReachPath {
  std::vector<NodeIndex> nodes;     ///< from a start to the target
  std::vector<std::uint32_t> edges; ///< between them
  std::optional<Level> weakest;     ///< the lowest level for any of its edges; none without edges
};

struct ReachAnswer {
  Truth truth = Truth::unknown;
  /// The strongest, then shortest, then smallest ids; where the truth is unknown the nearest way
  /// that is not refuted.
  std::optional<ReachPath> witness;
  std::vector<NodeIndex> checked;     ///< every node looked at, starts first
  std::vector<std::uint32_t> refuted; ///< edges along the carriers that are not believed
  /// Of an unknown: the facts that lie on a way to what is looked for.
  std::vector<OpenFact> critical;
  /// Of an unknown: the fewest facts to refute (records: to show complete) so that the answer is
  /// no, and the fewest to establish so that it is yes. Empty where there are none or more than 64.
  std::vector<OpenFact> settle_no, settle_yes;
  /// The nodes that lie on every way to what is looked for, from the start on: with one of them
  /// replaced the answer is no. Targets are not among them.
  std::vector<NodeIndex> choke;
};

/// Answers questions about one graph; keeps marks for its nodes, so that a question costs only what
/// it looks at. One thread asks.
class LineageWalk {
public:
  explicit LineageWalk(const LineageGraph& graph);

  /// Iterative; O(looked at), times the number of levels for the witness and of facts (at most 64)
  /// for the cheapest sets.
  [[nodiscard]] ReachAnswer ask(const ReachQuestion& question);

private:
  const LineageGraph& graph_;
  std::vector<std::uint32_t> mark_;  ///< the question that looked at a node last
  std::vector<std::uint32_t> local_; ///< its position among those looked at (of things)
  std::uint32_t question_ = 0;
};

} // namespace libeval
