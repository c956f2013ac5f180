// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/lineage_walk.hpp>

#include <algorithm>
#include <functional>
#include <optional>
#include <random>
#include <set>
#include <vector>

/// Small random lineages, and a plain reading of them: every way the open facts may turn out is
/// tried, by a search that knows nothing of the library's.
namespace libeval::test {

struct World {
  struct Edge {
    NodeIndex child, parent;
    Belief belief;
    bool certain = true;
  };
  enum Owner { own, foreign, not_known };
  std::vector<Owner> owner;
  std::vector<Belief> complete;
  std::vector<Edge> edges;
  Thresholds at{Level::admitted, Level::corroborated};
  Level complete_at = Level::corroborated;
  NodeIndex start = 0;

  [[nodiscard]] std::size_t size() const { return owner.size(); }
  [[nodiscard]] Truth truth(const Edge& e) const {
    const auto yes = static_cast<std::uint8_t>(static_cast<int>(at.yes) + 1);
    const auto no = static_cast<std::uint8_t>(static_cast<int>(at.no) + 1);
    if (e.belief.con >= no && e.belief.con > e.belief.pro)
      return Truth::no;
    if (e.certain && e.belief.pro >= yes && e.belief.pro > e.belief.con)
      return Truth::yes;
    return Truth::unknown;
  }
  [[nodiscard]] bool open_record(std::size_t n) const {
    const auto level = static_cast<std::uint8_t>(static_cast<int>(complete_at) + 1);
    return owner[n] == own && !(complete[n].pro >= level && complete[n].pro > complete[n].con);
  }
};

inline World random_world(std::mt19937& random, std::size_t most_nodes = 6,
                          std::size_t most_edges = 9) {
  const auto draw = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  World w;
  const auto n = static_cast<std::size_t>(draw(1, static_cast<int>(most_nodes)));
  for (std::size_t i = 0; i < n; ++i) {
    const int kind = draw(0, 9);
    w.owner.push_back(kind < 6 ? World::own : kind < 9 ? World::foreign : World::not_known);
    w.complete.push_back(draw(0, 3) > 0 ? stated
                                        : Belief{static_cast<std::uint8_t>(draw(0, 6)),
                                                 static_cast<std::uint8_t>(draw(0, 6))});
  }
  const int m = draw(0, static_cast<int>(most_edges));
  for (int e = 0; e < m; ++e) {
    World::Edge edge;
    edge.child = static_cast<NodeIndex>(draw(0, static_cast<int>(n) - 1));
    edge.parent = static_cast<NodeIndex>(draw(0, static_cast<int>(n) - 1));
    edge.belief = {static_cast<std::uint8_t>(draw(0, 6)), static_cast<std::uint8_t>(draw(0, 6))};
    if (draw(0, 2) == 0)
      edge.belief.con = 0;
    edge.certain = draw(0, 9) > 0;
    w.edges.push_back(edge);
  }
  w.at.yes = static_cast<Level>(draw(0, 5));
  w.at.no = static_cast<Level>(draw(0, 5));
  w.complete_at = static_cast<Level>(draw(0, 5));
  w.start = static_cast<NodeIndex>(draw(0, static_cast<int>(n) - 1));
  return w;
}

inline constexpr NodeIndex own_party = 1000, foreign_party = 1001;

inline LineageGraph graph_of(const World& w) {
  std::vector<NodeIndex> owner;
  for (const World::Owner o : w.owner)
    owner.push_back(o == World::own ? own_party : o == World::foreign ? foreign_party : no_node);
  std::vector<std::pair<NodeIndex, LineageEdge>> edges;
  for (std::uint32_t e = 0; e < w.edges.size(); ++e)
    edges.emplace_back(w.edges[e].child, LineageEdge{w.edges[e].parent,
                                                     e,
                                                     {Carrier::weights},
                                                     w.edges[e].belief,
                                                     w.edges[e].certain,
                                                     LineageEdge::Link::derivation});
  return build_graph(owner, std::vector<NodeIndex>(w.size(), no_node), w.complete, edges);
}

inline ReachQuestion question_of(const World& w, const LineageGraph& graph) {
  ReachQuestion q;
  q.starts = {w.start};
  q.at = w.at;
  q.complete = w.complete_at;
  q.target = [&graph](NodeIndex n) {
    return graph.owner[n] == no_node     ? Truth::unknown
           : graph.owner[n] == own_party ? Truth::no
                                         : Truth::yes;
  };
  q.needs_record = [&graph](NodeIndex n) { return graph.owner[n] == own_party; };
  return q;
}

/// An open fact in the plain reading.
struct PlainFact {
  OpenFact::Kind kind;
  std::size_t at; ///< edge or node
  friend auto operator<=>(const PlainFact&, const PlainFact&) = default;
};

inline std::vector<PlainFact> open_facts(const World& w) {
  std::vector<PlainFact> out;
  for (std::size_t e = 0; e < w.edges.size(); ++e)
    if (w.truth(w.edges[e]) == Truth::unknown)
      out.push_back({OpenFact::Kind::derivation, e});
  for (std::size_t n = 0; n < w.size(); ++n) {
    if (w.open_record(n))
      out.push_back({OpenFact::Kind::record, n});
    if (w.owner[n] == World::not_known)
      out.push_back({OpenFact::Kind::target, n});
  }
  return out;
}

/// Whether something foreign is reached, with the open facts in `holds` taken to hold and the
/// others not (a record that holds is one that lacks a foreign parent). `without`: a node that was
/// replaced by an own one with nothing behind it.
inline bool reaches(const World& w, const std::set<PlainFact>& holds,
                    std::optional<NodeIndex> without = std::nullopt) {
  std::vector<bool> seen(w.size(), false);
  const std::function<bool(NodeIndex)> visit = [&](NodeIndex n) {
    if (seen[n] || (without && n == *without))
      return false;
    seen[n] = true;
    if (w.owner[n] == World::foreign || holds.contains({OpenFact::Kind::target, n}) ||
        holds.contains({OpenFact::Kind::record, n}))
      return true;
    for (std::size_t e = 0; e < w.edges.size(); ++e)
      if (w.edges[e].child == n &&
          (w.truth(w.edges[e]) == Truth::yes || holds.contains({OpenFact::Kind::derivation, e})) &&
          visit(w.edges[e].parent))
        return true;
    return false;
  };
  return visit(w.start);
}

/// Over every completion: yes, no, or both.
inline Truth over_completions(const World& w) {
  const std::vector<PlainFact> open = open_facts(w);
  bool can_be = false, can_fail_to = false;
  for (std::size_t k = 0; k < (std::size_t{1} << open.size()); ++k) {
    std::set<PlainFact> holds;
    for (std::size_t i = 0; i < open.size(); ++i)
      if ((k >> i) % 2 == 1)
        holds.insert(open[i]);
    (reaches(w, holds) ? can_be : can_fail_to) = true;
  }
  return can_be && can_fail_to ? Truth::unknown : can_be ? Truth::yes : Truth::no;
}

} // namespace libeval::test
