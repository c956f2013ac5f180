// SPDX-License-Identifier: Apache-2.0
#include "domain/lineage_steps.hpp"
#include "domain/owners.hpp"

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/strong_components.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

namespace libeval {
namespace {

using Edges = std::vector<std::pair<NodeIndex, LineageEdge>>;

constexpr Carriers everything = {Carrier::weights, Carrier::behavior, Carrier::data,
                                 Carrier::code,    Carrier::design,   Carrier::tokenizer};

/// Who owns a node, by the strongest claim; none where there is no claim, several where they are of
/// equal strength and for different groups.
struct Owners {
  const Lineage& lineage;
  const std::unordered_map<std::string_view, NodeIndex>& index;
  const Times& times;
  const SettledOwners& settled;
  std::vector<NodeIndex> group; ///< of parties

  [[nodiscard]] NodeIndex find(std::string_view id) const {
    const auto at = index.find(id);
    return at == index.end() ? no_node : at->second;
  }

  /// The outermost party of every party; a cycle of groups ends where it began.
  void find_groups() {
    group.assign(lineage.nodes.size(), no_node);
    for (NodeIndex n = 0; n < lineage.nodes.size(); ++n) {
      if (lineage.nodes[n].kind != NodeKind::party)
        continue;
      std::vector<NodeIndex> path;
      NodeIndex at = n;
      while (group[at] == no_node) {
        group[at] = at;
        path.push_back(at);
        const NodeIndex next = find(lineage.nodes[at].part_of);
        if (next == no_node || next == at || lineage.nodes[next].kind != NodeKind::party)
          break;
        at = next;
      }
      const NodeIndex top = group[at];
      for (const NodeIndex member : path)
        group[member] = top;
    }
  }

  /// `best`: the strength of the claims.
  [[nodiscard]] std::vector<NodeIndex> of(NodeIndex n, std::uint8_t& best,
                                          std::vector<LineageDefect>* defects) const {
    const LineageNode& node = lineage.nodes[n];
    best = 0;
    if (node.kind == NodeKind::party) {
      best = stated.pro;
      return {group[n]};
    }
    std::vector<NodeIndex> owners;
    for (const OwnerClaim& claim : node.owners) {
      const NodeIndex party = find(claim.party);
      if (party == no_node || group[party] == no_node)
        continue;
      const NodeIndex whose = group[party];
      const Interest interest{[&](const std::string& by) {
                                const NodeIndex who = find(by);
                                return who != no_node && group[who] == whose;
                              },
                              true};
      const Belief belief =
          claim.evidence.empty() ? stated : weigh(claim.evidence, interest, times).belief;
      if (belief.pro <= belief.con)
        continue;
      if (belief.pro > best) {
        best = belief.pro;
        owners.clear();
      }
      if (belief.pro == best && std::ranges::find(owners, whose) == owners.end())
        owners.push_back(whose);
    }
    if (owners.size() > 1 && defects != nullptr)
      defects->push_back({LineageDefect::Kind::contradictory_owner, {n}, {}, node.where});
    std::ranges::sort(owners);
    if (const auto at = settled.find(n); at != settled.end())
      owners.assign(1, at->second);
    return owners;
  }
};

void note_times(const EvidenceList& evidence, const Times& times, NodeIndex node,
                std::vector<LineageDefect>& defects) {
  if (times.as_of.empty())
    return;
  for (const EvidenceItem& item : evidence) {
    if (item.date > times.as_of)
      defects.push_back({LineageDefect::Kind::future_evidence, {node}, item.date, item.where});
    else if (!item.expires.empty() && item.expires <= times.as_of)
      defects.push_back({LineageDefect::Kind::expired_evidence, {node}, item.expires, item.where});
  }
}

/// Leaves out what would make a circle of parts, which no file may have: every way up ends.
void open_circles(std::vector<NodeIndex>& whole) {
  std::vector<NodeIndex> walk(whole.size(), no_node);
  for (NodeIndex start = 0; start < whole.size(); ++start)
    for (NodeIndex at = start; at != no_node && walk[at] == no_node; at = whole[at]) {
      walk[at] = start;
      if (whole[at] != no_node && walk[whole[at]] == start)
        whole[at] = no_node;
    }
}

/// Nodes with an equal digest are the same thing; which of them came from which is not known.
void link_equal_digests(const Lineage& lineage, const std::vector<NodeIndex>& owner, Edges& edges,
                        std::vector<LineageDefect>* defects) {
  std::map<std::string_view, std::vector<NodeIndex>> by_digest;
  for (NodeIndex n = 0; n < lineage.nodes.size(); ++n)
    for (const std::string& digest : lineage.nodes[n].digests)
      if (auto& same = by_digest[digest]; same.empty() || same.back() != n)
        same.push_back(n);
  for (const auto& [digest, same] : by_digest) {
    const bool differ = std::ranges::any_of(
        same, [&, first = same.front()](NodeIndex n) { return owner[n] != owner[first]; });
    if (same.size() < 2)
      continue;
    if (differ && defects != nullptr)
      defects->push_back({LineageDefect::Kind::equal_digest, same, std::string(digest),
                          lineage.nodes[same.front()].where});
    // A ring is enough for reachability.
    for (std::size_t i = 0; i < same.size(); ++i)
      edges.emplace_back(same[i], LineageEdge{same[(i + 1) % same.size()], no_node, everything,
                                              stated, false, LineageEdge::Link::digest});
  }
}

/// A whole and its parts, both ways.
void link_parts(const Lineage& lineage, const std::vector<NodeIndex>& whole, Edges& edges) {
  constexpr std::size_t carriers = 6;
  std::map<NodeIndex, std::array<std::uint32_t, carriers>> bringing; // parts, by whole and carrier
  const auto for_parts = [&](auto call) {
    for (NodeIndex i = 0; i < whole.size(); ++i)
      if (whole[i] != no_node && lineage.nodes[i].kind != NodeKind::party)
        call(i, brought_by(lineage.nodes[i].kind));
  };
  for_parts([&](NodeIndex part, Carriers brought) {
    auto& count = bringing[whole[part]];
    for (std::size_t c = 0; c < carriers; ++c)
      count[c] += brought.has(static_cast<Carrier>(c)) ? 1U : 0U;
  });
  for_parts([&](NodeIndex part, Carriers brought) {
    bool only = true;
    for (std::size_t c = 0; c < carriers; ++c)
      only = only && (!brought.has(static_cast<Carrier>(c)) || bringing[whole[part]][c] == 1);
    edges.emplace_back(whole[part],
                       LineageEdge{part, no_node, brought, stated, true, LineageEdge::Link::part});
    edges.emplace_back(part, LineageEdge{whole[part], no_node, taken_by(lineage.nodes[part].kind),
                                         stated, only, LineageEdge::Link::whole});
  });
}

} // namespace

Carriers brought_by(NodeKind kind) {
  switch (kind) {
  case NodeKind::model:
    return everything;
  case NodeKind::weights:
    return {Carrier::weights, Carrier::behavior};
  case NodeKind::dataset:
    return {Carrier::data};
  case NodeKind::code:
    return {Carrier::code};
  case NodeKind::architecture:
    return {Carrier::design};
  case NodeKind::tokenizer:
    return {Carrier::tokenizer};
  case NodeKind::party:
  case NodeKind::document:
    break;
  }
  return {};
}

Carriers taken_by(NodeKind kind) {
  switch (kind) {
  case NodeKind::weights: // trained on data, after a design
    return {Carrier::weights, Carrier::behavior, Carrier::data, Carrier::design};
  case NodeKind::dataset: // written by models
    return {Carrier::data, Carrier::behavior};
  case NodeKind::tokenizer:
    return {Carrier::tokenizer, Carrier::data};
  default:
    return brought_by(kind);
  }
}

std::span<const NodeIndex> owners_of(const LineageGraph& graph, const OwnerDisputes& disputes,
                                     NodeIndex node) {
  if (graph.owner[node] != no_node)
    return {&graph.owner[node], 1};
  const auto at = disputes.find(node);
  return at == disputes.end() ? std::span<const NodeIndex>{} : at->second.owners;
}

Truth same_owner(const LineageGraph& graph, const OwnerDisputes& disputes, NodeIndex a,
                 NodeIndex b) {
  if (graph.owner[a] != no_node && graph.owner[b] != no_node)
    return graph.owner[a] == graph.owner[b] ? Truth::yes : Truth::no;
  const auto p = disputes.find(a), q = disputes.find(b);
  if (p != disputes.end() && q != disputes.end() && p->second.about == q->second.about)
    return Truth::yes;
  const auto of_a = owners_of(graph, disputes, a), of_b = owners_of(graph, disputes, b);
  const bool may_be =
      of_a.empty() || of_b.empty() || std::ranges::find_first_of(of_a, of_b) != of_a.end();
  return may_be ? Truth::unknown : Truth::no;
}

std::unordered_map<std::string_view, NodeIndex> index_nodes(const Lineage& lineage) {
  std::unordered_map<std::string_view, NodeIndex> index;
  index.reserve(lineage.nodes.size());
  for (NodeIndex n = 0; n < lineage.nodes.size(); ++n)
    index.emplace(lineage.nodes[n].id, n);
  return index;
}

LineageGraph build_graph(std::vector<NodeIndex> owner, std::vector<NodeIndex> whole,
                         std::vector<Belief> complete,
                         std::span<const std::pair<NodeIndex, LineageEdge>> derivations) {
  LineageGraph graph;
  graph.owner = std::move(owner);
  graph.whole = std::move(whole);
  graph.complete = std::move(complete);
  const std::size_t n = graph.owner.size();
  graph.first.assign(n + 1, 0);
  for (const auto& [child, edge] : derivations)
    ++graph.first[child + 1];
  std::partial_sum(graph.first.begin(), graph.first.end(), graph.first.begin());
  graph.edges.resize(derivations.size());
  std::vector<std::uint32_t> next(graph.first.begin(), graph.first.end() - 1);
  for (const auto& [child, edge] : derivations)
    graph.edges[next[child]++] = edge;
  for (std::size_t child = 0; child < n; ++child)
    std::sort(graph.edges.begin() + graph.first[child],
              graph.edges.begin() + graph.first[child + 1],
              [](const LineageEdge& a, const LineageEdge& b) {
                return a.parent != b.parent ? a.parent < b.parent : a.derivation < b.derivation;
              });
  return graph;
}

LineageGraph build_graph(const Lineage& lineage, const Times& times,
                         std::vector<LineageDefect>* defects) {
  OwnerDisputes unused;
  return build_graph(lineage, times, defects, unused);
}

LineageGraph build_graph(const Lineage& lineage, const Times& times,
                         std::vector<LineageDefect>* defects, OwnerDisputes& disputes,
                         const SettledOwners& settled) {
  disputes.clear();
  const auto index = index_nodes(lineage);
  const std::size_t n = lineage.nodes.size();
  Owners owners{lineage, index, times, settled, {}};
  owners.find_groups();
  std::vector<NodeIndex> owner(n, no_node), whole(n, no_node);
  std::vector<std::uint8_t> owned(n, 0);
  for (NodeIndex i = 0; i < n; ++i) {
    whole[i] = owners.find(lineage.nodes[i].part_of);
    std::vector<NodeIndex> whose = owners.of(i, owned[i], defects);
    if (whose.size() == 1)
      owner[i] = whose.front();
    else if (!whose.empty())
      disputes[i] = {i, std::move(whose)};
  }
  open_circles(whole);
  for (NodeIndex i = 0; i < n; ++i)
    if (lineage.nodes[i].kind != NodeKind::party && lineage.nodes[i].owners.empty() &&
        whole[i] != no_node) {
      NodeIndex from = whole[i]; // of parts of parts the nearest that somebody is said to own
      while (lineage.nodes[from].owners.empty() && whole[from] != no_node)
        from = whole[from];
      owner[i] = owner[from];
      owned[i] = owned[from];
      if (const auto at = disputes.find(from); at != disputes.end() && at->second.about == from)
        disputes[i] = at->second;
    }
  const auto interest_of = [&](NodeIndex node, bool holds) {
    return Interest{[&owners, mine = owner[node]](const std::string& by) {
                      const NodeIndex who = owners.find(by);
                      return who != no_node && mine != no_node && owners.group[who] == mine;
                    },
                    holds};
  };
  std::vector<Belief> complete(n);
  for (NodeIndex i = 0; i < n; ++i) {
    const EvidenceList& evidence = lineage.nodes[i].complete;
    complete[i] = weigh(evidence, interest_of(i, true), times).belief;
    if (defects != nullptr)
      note_times(evidence, times, i, *defects);
  }
  Edges edges;
  edges.reserve(lineage.derivations.size());
  link_parts(lineage, whole, edges);
  for (std::uint32_t d = 0; d < lineage.derivations.size(); ++d) {
    const Derivation& derivation = lineage.derivations[d];
    const NodeIndex child = owners.find(derivation.child);
    const NodeIndex parent = owners.find(derivation.parent);
    if (child == no_node || parent == no_node)
      continue;
    if (defects != nullptr)
      note_times(derivation.evidence, times, child, *defects);
    const DerivationKind* kind = find_derivation_kind(derivation.kind);
    const Belief belief = derivation.evidence.empty()
                              ? stated
                              : weigh(derivation.evidence, interest_of(child, false), times).belief;
    edges.emplace_back(child, LineageEdge{parent, d, derivation.carries, belief,
                                          kind == nullptr || kind->certain});
  }
  link_equal_digests(lineage, owner, edges, defects);
  LineageGraph graph = build_graph(std::move(owner), std::move(whole), std::move(complete), edges);
  for (const LineageNode& node : lineage.nodes)
    graph.kind.push_back(node.kind);
  graph.owned = std::move(owned);
  std::vector<NodeIndex> by_id(n);
  std::iota(by_id.begin(), by_id.end(), 0U);
  std::ranges::sort(
      by_id, [&](NodeIndex a, NodeIndex b) { return lineage.nodes[a].id < lineage.nodes[b].id; });
  graph.rank.resize(n);
  for (std::uint32_t r = 0; r < n; ++r)
    graph.rank[by_id[r]] = r;
  if (defects != nullptr)
    for (std::vector<NodeIndex>& cycle : cycles(graph)) {
      const Where where = lineage.nodes[cycle.front()].where;
      defects->push_back({LineageDefect::Kind::cycle, std::move(cycle), {}, where});
    }
  return graph;
}

std::vector<std::uint32_t> strong_components(const LineageGraph& graph) {
  using Csr =
      boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                         boost::no_property, std::uint32_t, std::uint32_t>;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  pairs.reserve(graph.edges.size());
  for (NodeIndex child = 0; child < graph.size(); ++child)
    for (const LineageEdge& edge : graph.parents(child))
      if (edge.link != LineageEdge::Link::whole)
        pairs.emplace_back(child, edge.parent);
  const Csr csr(boost::edges_are_sorted, pairs.begin(), pairs.end(),
                static_cast<std::uint32_t>(graph.size()));
  std::vector<std::uint32_t> component(graph.size());
  const auto ids = get(boost::vertex_index, csr);
  boost::strong_components(csr, boost::make_iterator_property_map(component.begin(), ids));
  return component;
}

std::vector<std::vector<NodeIndex>> cycles(const LineageGraph& graph) {
  const std::vector<std::uint32_t> component = strong_components(graph);
  std::vector<std::uint32_t> members(graph.size(), 0);
  for (const std::uint32_t c : component)
    ++members[c];
  std::map<std::uint32_t, std::vector<NodeIndex>> groups;
  for (NodeIndex n = 0; n < graph.size(); ++n) {
    const bool self = std::ranges::any_of(
        graph.parents(n), [n](const LineageEdge& edge) { return edge.parent == n; });
    // Equal digests are a ring by construction, not by declaration.
    if (members[component[n]] > 1 || self)
      groups[component[n]].push_back(n);
  }
  std::vector<std::vector<NodeIndex>> out;
  for (auto& [component_of, nodes] : groups) {
    const bool declared = std::ranges::any_of(nodes, [&](NodeIndex n) {
      return std::ranges::any_of(graph.parents(n), [&](const LineageEdge& edge) {
        return edge.link == LineageEdge::Link::derivation && component[edge.parent] == component[n];
      });
    });
    if (declared)
      out.push_back(std::move(nodes));
  }
  std::ranges::sort(out);
  return out;
}

std::vector<Truth> inherits(const LineageGraph& graph, const Inherit& rule) {
  const std::size_t n = graph.size();
  // A place is a thing, or what came into a whole as a whole: those have numbers from n on.
  std::vector<std::uint32_t> own_place;
  std::uint32_t places = static_cast<std::uint32_t>(n);
  for (NodeIndex node = 0; node < n; ++node)
    if (std::ranges::any_of(graph.parents(node), [](const LineageEdge& edge) {
          return edge.link == LineageEdge::Link::part;
        })) {
      own_place.resize(n, no_node);
      own_place[node] = places++;
    }
  const auto own_of = [&](NodeIndex node) {
    return own_place.empty() || own_place[node] == no_node ? node : own_place[node];
  };
  // Children of every place over edges that count, in two strengths: reachability of something
  // foreign over edges that are believed, then over those that are not refuted.
  struct Child {
    std::uint32_t child;
    Truth truth;
  };
  std::vector<std::uint32_t> first(places + 1, 0);
  std::vector<Truth> out(places, Truth::no);
  std::vector<std::uint32_t> queue;
  queue.reserve(places);
  const Thresholds complete{rule.complete, rule.complete};
  const auto foreign = [&](NodeIndex child, NodeIndex parent) {
    if (graph.owner[parent] == no_node || graph.owner[child] == no_node)
      return Truth::unknown;
    return graph.owner[parent] == graph.owner[child] ? Truth::no : Truth::yes;
  };
  // Calls with child and parent place, the truth of the edge and whether the parent is reached.
  const auto for_each_edge = [&](auto call) {
    for (NodeIndex child = 0; child < n; ++child) {
      for (const LineageEdge& edge : graph.parents(child)) {
        if (!edge.carries.meets(rule.along))
          continue;
        const Truth truth = edge.truth(rule.at);
        const bool part = edge.link == LineageEdge::Link::part;
        const bool whole = edge.link == LineageEdge::Link::whole;
        if (truth != Truth::no)
          call(part ? child : own_of(child), whole ? own_of(edge.parent) : edge.parent, truth,
               whole ? Truth::no : foreign(child, edge.parent));
      }
      if (own_of(child) != child)
        call(child, own_of(child), Truth::yes, Truth::no);
    }
  };
  for_each_edge([&](std::uint32_t, std::uint32_t parent, Truth, Truth) { ++first[parent + 1]; });
  std::partial_sum(first.begin(), first.end(), first.begin());
  std::vector<Child> children(first.back());
  {
    std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
    for_each_edge([&](std::uint32_t child, std::uint32_t parent, Truth truth, Truth found) {
      children[next[parent]++] = {child, truth};
      out[child] = out[child] || (truth && found);
    });
  }
  for (NodeIndex i = 0; i < n; ++i)
    if (believe(graph.complete[i], complete) != Truth::yes)
      out[own_of(i)] = out[own_of(i)] || Truth::unknown;
  for (const Truth level : {Truth::yes, Truth::unknown}) {
    queue.clear();
    for (std::uint32_t i = 0; i < places; ++i)
      if (out[i] >= level)
        queue.push_back(i);
    for (std::size_t head = 0; head < queue.size(); ++head)
      for (std::uint32_t c = first[queue[head]]; c < first[queue[head] + 1]; ++c)
        if (const Child& child = children[c]; child.truth >= level && out[child.child] < level) {
          out[child.child] = level;
          queue.push_back(child.child);
        }
  }
  out.resize(n);
  return out;
}

} // namespace libeval
