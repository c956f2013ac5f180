// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/lineage_graph.hpp>

#include <cstdint>

namespace libeval {

/// What a thing of a kind is: what it brings into the whole that it is a part of.
[[nodiscard]] Carriers brought_by(NodeKind kind);
/// What can come into a thing of a kind: of the derivations of a whole, which may be those of a
/// part.
[[nodiscard]] Carriers taken_by(NodeKind kind);

/// Where a walk through a lineage stands.
struct LineagePlace {
  enum class At : std::uint8_t {
    thing,   ///< at the thing itself: it has been reached
    content, ///< at what came into it and its parts, while it is not reached itself
    own      ///< at what came into it as a whole, its parts aside
  };
  NodeIndex node = no_node;
  At at = At::thing;
  Carriers along; ///< what is asked for from here on; at a thing everything that the walk asks for

  [[nodiscard]] std::uint64_t key() const {
    return (std::uint64_t{node} << 16U) | (std::uint64_t{static_cast<std::uint8_t>(at)} << 8U) |
           along.bits;
  }
};

/// Calls `step(edge, to)` for every edge that goes on from a place of a walk along some carriers;
/// `edge` is no_node for the step from a whole to what came into it as a whole.
///
/// - A derivation goes on if it carries what is asked for. Where outputs are asked for, what was
///   trained on a data set has those that the data set came from.
/// - A part that brings what is asked for is reached with its whole; of another one (a tokenizer
///   where weights are asked for) only its own derivations count.
/// - What came into a whole came into some part of it that can take it: into the only one for
///   certain (LineageEdge::certain), into one of several perhaps.
template <class Step>
void for_each_step(const LineageGraph& graph, const LineagePlace& from, Carriers along, Step step) {
  using At = LineagePlace::At;
  using Link = LineageEdge::Link;
  const auto kind_of = [&](NodeIndex node) {
    return graph.kind.empty() ? NodeKind::model : graph.kind[node];
  };
  bool parts = false;
  if (from.at != At::own)
    for (std::uint32_t e = graph.first[from.node]; e < graph.first[from.node + 1]; ++e)
      if (const LineageEdge& edge = graph.edges[e]; edge.link == Link::part) {
        parts = true;
        const bool brings = edge.carries.meets(from.along);
        step(e, LineagePlace{edge.parent, brings ? At::thing : At::content,
                             brings ? along : from.along});
      }
  if (parts) {
    step(std::uint32_t{no_node}, LineagePlace{from.node, At::own, from.along});
    return;
  }
  constexpr Carriers outputs = {Carrier::behavior};
  for (std::uint32_t e = graph.first[from.node]; e < graph.first[from.node + 1]; ++e) {
    const LineageEdge& edge = graph.edges[e];
    if (edge.link == Link::part)
      continue;
    if (edge.link == Link::whole) {
      Carriers taken = taken_by(kind_of(from.node));
      taken.bits = static_cast<std::uint8_t>(taken.bits & from.along.bits);
      if (!taken.none())
        step(e, LineagePlace{edge.parent, At::own, taken});
    } else if (edge.carries.meets(from.along)) {
      step(e, LineagePlace{edge.parent, At::thing, along});
    } else if (edge.carries.has(Carrier::data) && from.along.has(Carrier::behavior) &&
               kind_of(edge.parent) == NodeKind::dataset) {
      step(e, LineagePlace{edge.parent, At::content, outputs});
    }
  }
}

} // namespace libeval
