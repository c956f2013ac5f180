// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/lineage_walk.hpp>

#include "domain/unit_cut.hpp"

#include <algorithm>
#include <cassert>
#include <deque>
#include <numeric>

namespace libeval {
namespace {

constexpr std::uint32_t none = no_node;
constexpr std::size_t most_facts = 64;

/// What one question looks at: the edges that are not refuted, between the nodes reached over them.
struct Local {
  struct Edge {
    std::uint32_t to;   ///< local
    std::uint32_t edge; ///< of the graph
    Truth truth;
  };
  std::vector<NodeIndex> nodes;
  std::vector<std::uint32_t> first{0};
  std::vector<Edge> edges;
  std::vector<Truth> target;
  std::vector<std::uint8_t> open_record;
  std::size_t starts = 0;

  [[nodiscard]] std::size_t size() const { return nodes.size(); }
  [[nodiscard]] std::span<const Edge> from(std::uint32_t node) const {
    return {edges.data() + first[node], edges.data() + first[node + 1]};
  }
  [[nodiscard]] bool sink(std::uint32_t node) const {
    return target[node] != Truth::no || open_record[node] != 0;
  }
};

/// Ways over some of the edges of what was looked at.
class Ways {
public:
  Ways(const LineageGraph& graph, const Local& local) : graph_(graph), local_(local) {}

  /// The shortest way from a start to a node where `arrives`, over edges where `may`; among those
  /// the one with the smallest ids.
  template <class May, class Arrives>
  std::optional<ReachPath> shortest(May may, Arrives arrives) {
    distance_.assign(local_.size(), none);
    queue_.clear();
    for (std::uint32_t s = 0; s < local_.starts; ++s) {
      distance_[s] = 0;
      queue_.push_back(s);
    }
    std::uint32_t best = none;
    for (std::size_t head = 0; head < queue_.size(); ++head) {
      const std::uint32_t node = queue_[head];
      if (distance_[node] >= best)
        continue;
      if (arrives(node)) {
        best = distance_[node];
        continue;
      }
      for (const Local::Edge& edge : local_.from(node))
        if (distance_[edge.to] == none && may(edge)) {
          distance_[edge.to] = distance_[node] + 1;
          queue_.push_back(edge.to);
        }
    }
    if (best == none)
      return std::nullopt;
    std::vector<std::uint8_t> good(local_.size(), 0);
    for (std::size_t i = queue_.size(); i-- > 0;) {
      const std::uint32_t node = queue_[i];
      if (distance_[node] > best)
        continue;
      if (distance_[node] == best)
        good[node] = arrives(node) ? 1 : 0;
      else
        for (const Local::Edge& edge : local_.from(node))
          if (may(edge) && distance_[edge.to] == distance_[node] + 1 && good[edge.to] != 0)
            good[node] = 1;
    }
    ReachPath path;
    std::uint32_t at = none;
    for (std::uint32_t s = 0; s < local_.starts; ++s)
      if (good[s] != 0 && (at == none || before(s, at)))
        at = s;
    path.nodes.push_back(local_.nodes[at]);
    while (distance_[at] < best) {
      const Local::Edge* next = nullptr;
      for (const Local::Edge& edge : local_.from(at))
        if (may(edge) && distance_[edge.to] == distance_[at] + 1 && good[edge.to] != 0 &&
            (next == nullptr || before(edge.to, next->to) ||
             (edge.to == next->to && pro(edge) > pro(*next))))
          next = &edge;
      assert(next != nullptr); // somebody stands one step nearer
      path.nodes.push_back(local_.nodes[next->to]);
      path.edges.push_back(next->edge);
      const std::uint8_t strength = pro(*next);
      if (strength > 0) {
        const auto level = static_cast<Level>(strength - 1);
        path.weakest = path.weakest ? std::min(*path.weakest, level) : level;
      }
      at = next->to;
    }
    return path;
  }

private:
  [[nodiscard]] bool before(std::uint32_t a, std::uint32_t b) const {
    return graph_.before(local_.nodes[a], local_.nodes[b]);
  }
  [[nodiscard]] std::uint8_t pro(const Local::Edge& edge) const {
    return graph_.edges[edge.edge].belief.pro;
  }

  const LineageGraph& graph_;
  const Local& local_;
  std::vector<std::uint32_t> distance_, queue_;
};

/// Which nodes lie on a way to a sink.
std::vector<std::uint8_t> leading_to_sinks(const Local& local) {
  std::vector<std::uint32_t> first(local.size() + 1, 0), from(local.edges.size());
  for (const Local::Edge& edge : local.edges)
    ++first[edge.to + 1];
  std::partial_sum(first.begin(), first.end(), first.begin());
  std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
  for (std::uint32_t node = 0; node < local.size(); ++node)
    for (const Local::Edge& edge : local.from(node))
      from[next[edge.to]++] = node;
  std::vector<std::uint8_t> leads(local.size(), 0);
  std::vector<std::uint32_t> queue;
  for (std::uint32_t node = 0; node < local.size(); ++node)
    if (local.sink(node)) {
      leads[node] = 1;
      queue.push_back(node);
    }
  for (std::size_t head = 0; head < queue.size(); ++head)
    for (std::uint32_t i = first[queue[head]]; i < first[queue[head] + 1]; ++i)
      if (leads[from[i]] == 0) {
        leads[from[i]] = 1;
        queue.push_back(from[i]);
      }
  return leads;
}

std::vector<OpenFact> critical_facts(const Local& local) {
  const std::vector<std::uint8_t> leads = leading_to_sinks(local);
  std::vector<OpenFact> out;
  for (std::uint32_t node = 0; node < local.size(); ++node) {
    for (const Local::Edge& edge : local.from(node))
      if (edge.truth == Truth::unknown && leads[edge.to] != 0)
        out.push_back({OpenFact::Kind::derivation, local.nodes[node], edge.edge});
    if (local.open_record[node] != 0)
      out.push_back({OpenFact::Kind::record, local.nodes[node], none});
    if (local.target[node] == Truth::unknown)
      out.push_back({OpenFact::Kind::target, local.nodes[node], none});
  }
  return out;
}

/// The fewest open facts on a way to a target.
std::vector<OpenFact> fewest_to_establish(const Local& local) {
  struct Step {
    std::uint32_t cost = none, from = none, edge = none;
  };
  std::vector<Step> best(local.size());
  std::deque<std::uint32_t> queue;
  for (std::uint32_t s = 0; s < local.starts; ++s) {
    best[s].cost = 0;
    queue.push_back(s);
  }
  std::vector<std::uint8_t> done(local.size(), 0);
  while (!queue.empty()) {
    const std::uint32_t node = queue.front();
    queue.pop_front();
    if (done[node] != 0)
      continue;
    done[node] = 1;
    for (const Local::Edge& edge : local.from(node)) {
      const std::uint32_t cost = best[node].cost + (edge.truth == Truth::unknown ? 1 : 0);
      if (cost >= best[edge.to].cost)
        continue;
      best[edge.to] = {cost, node, edge.edge};
      if (edge.truth == Truth::unknown)
        queue.push_back(edge.to);
      else
        queue.push_front(edge.to);
    }
  }
  std::uint32_t end = none, cheapest = none;
  for (std::uint32_t node = 0; node < local.size(); ++node)
    if (local.target[node] != Truth::no && best[node].cost != none) {
      const std::uint32_t cost = best[node].cost + (local.target[node] == Truth::unknown ? 1 : 0);
      if (cost < cheapest) {
        cheapest = cost;
        end = node;
      }
    }
  std::vector<OpenFact> out;
  if (end == none || cheapest > most_facts)
    return out;
  if (local.target[end] == Truth::unknown)
    out.push_back({OpenFact::Kind::target, local.nodes[end], none});
  for (std::uint32_t node = end; best[node].from != none; node = best[node].from) {
    const std::uint32_t from = best[node].from;
    for (const Local::Edge& edge : local.from(from))
      if (edge.edge == best[node].edge && edge.truth == Truth::unknown)
        out.push_back({OpenFact::Kind::derivation, local.nodes[from], edge.edge});
  }
  std::ranges::reverse(out);
  return out;
}

/// The fewest open facts that cut every way to a sink. Precondition: no way to a sink is without
/// one.
std::vector<OpenFact> fewest_to_refute(const Local& local) {
  const auto n = static_cast<std::uint32_t>(local.size());
  UnitCut cut(n + 2, n, n + 1);
  for (std::uint32_t s = 0; s < local.starts; ++s)
    cut.add(n, s, false);
  std::vector<OpenFact> facts;
  const auto add = [&](std::uint32_t from, std::uint32_t to, OpenFact fact) {
    cut.add(from, to, true);
    facts.resize(cut.arcs());
    facts.back() = fact;
  };
  for (std::uint32_t node = 0; node < n; ++node) {
    for (const Local::Edge& edge : local.from(node)) {
      if (edge.truth == Truth::unknown)
        add(node, edge.to, {OpenFact::Kind::derivation, local.nodes[node], edge.edge});
      else
        cut.add(node, edge.to, false);
    }
    if (local.target[node] == Truth::yes)
      cut.add(node, n + 1, false);
    else if (local.target[node] == Truth::unknown)
      add(node, n + 1, {OpenFact::Kind::target, local.nodes[node], none});
    if (local.open_record[node] != 0)
      add(node, n + 1, {OpenFact::Kind::record, local.nodes[node], none});
  }
  facts.resize(cut.arcs());
  std::vector<OpenFact> out;
  for (const std::uint32_t arc : cut.smallest(most_facts))
    out.push_back(facts[arc]);
  std::ranges::sort(out);
  return out;
}

/// The nodes on every way from the starts to a sink: of one way, those that no detour passes by.
std::vector<NodeIndex> choke_points(const Local& local) {
  const auto n = static_cast<std::uint32_t>(local.size());
  std::vector<std::uint32_t> from(n, none), queue;
  std::vector<std::uint8_t> seen(n, 0);
  std::uint32_t end = none;
  for (std::uint32_t s = 0; s < local.starts; ++s) {
    seen[s] = 1;
    queue.push_back(s);
  }
  for (std::size_t head = 0; head < queue.size() && end == none; ++head) {
    if (local.sink(queue[head]))
      end = queue[head];
    for (const Local::Edge& edge : local.from(queue[head]))
      if (seen[edge.to] == 0) {
        seen[edge.to] = 1;
        from[edge.to] = queue[head];
        queue.push_back(edge.to);
      }
  }
  if (end == none)
    return {};
  std::vector<std::uint32_t> way;
  for (std::uint32_t node = end; node != none; node = from[node])
    way.push_back(node);
  std::ranges::reverse(way);
  std::vector<std::uint32_t> position(n, none);
  for (std::uint32_t i = 0; i < way.size(); ++i)
    position[way[i]] = i;
  // `far`: the last node of the way that is reached past the current one; way.size() is the sink.
  std::uint32_t far = local.starts == 1 ? 0 : none;
  const auto end_of_way = static_cast<std::uint32_t>(way.size());
  std::fill(seen.begin(), seen.end(), std::uint8_t{0});
  const auto look_from = [&](std::uint32_t begin) {
    queue.assign(1, begin);
    while (!queue.empty()) {
      const std::uint32_t node = queue.back();
      queue.pop_back();
      if (local.sink(node))
        far = end_of_way;
      for (const Local::Edge& edge : local.from(node)) {
        if (position[edge.to] != none)
          far = std::max(far, position[edge.to]);
        else if (seen[edge.to] == 0) {
          seen[edge.to] = 1;
          queue.push_back(edge.to);
        }
      }
    }
  };
  if (far == none) { // several starts: the way may be entered anywhere
    far = 0;
    for (std::uint32_t s = 0; s < local.starts; ++s) {
      if (position[s] != none)
        far = std::max(far, position[s]);
      else if (seen[s] == 0) {
        seen[s] = 1;
        look_from(s);
      }
    }
  }
  std::vector<NodeIndex> out;
  for (std::uint32_t i = 0; i < way.size(); ++i) {
    if (far == i && local.target[way[i]] == Truth::no)
      out.push_back(local.nodes[way[i]]);
    look_from(way[i]);
  }
  return out;
}

} // namespace

LineageWalk::LineageWalk(const LineageGraph& graph)
    : graph_(graph), mark_(graph.size(), 0), local_(graph.size(), 0) {}

ReachAnswer LineageWalk::ask(const ReachQuestion& question) {
  ReachAnswer answer;
  ++question_;
  Local local;
  std::vector<std::uint8_t> expand;
  const auto look_at = [&](NodeIndex node, bool expands) {
    if (mark_[node] == question_)
      return local_[node];
    mark_[node] = question_;
    local_[node] = static_cast<std::uint32_t>(local.nodes.size());
    local.nodes.push_back(node);
    expand.push_back(expands ? 1 : 0);
    return local_[node];
  };
  std::vector<NodeIndex> starts = question.starts;
  std::ranges::sort(starts, [&](NodeIndex a, NodeIndex b) { return graph_.before(a, b); });
  for (const NodeIndex start : starts)
    look_at(start, true);
  local.starts = local.nodes.size();
  if (question.direct) // a part counts as one however it is met first
    for (std::size_t i = 0; i < local.nodes.size(); ++i) // NOLINT(modernize-loop-convert): it grows
      for (const LineageEdge& edge : graph_.parents(local.nodes[i]))
        if (edge.link == LineageEdge::Link::part)
          look_at(edge.parent, true);
  const Thresholds complete{question.complete, question.complete};
  std::vector<std::uint32_t> edges;
  for (std::uint32_t at = 0; at < local.nodes.size(); ++at) {
    const NodeIndex node = local.nodes[at];
    const bool own = question.direct && expand[at] != 0;
    local.target.push_back(own ? Truth::no : question.target(node));
    local.open_record.push_back(0);
    if (local.target.back() != Truth::yes && expand[at] != 0) {
      local.open_record.back() = question.needs_record && question.needs_record(node) &&
                                         believe(graph_.complete[node], complete) != Truth::yes
                                     ? 1
                                     : 0;
      edges.clear();
      for (std::uint32_t e = graph_.first[node]; e < graph_.first[node + 1]; ++e)
        edges.push_back(e);
      std::ranges::sort(edges, [&](std::uint32_t a, std::uint32_t b) {
        const NodeIndex p = graph_.edges[a].parent, q = graph_.edges[b].parent;
        return p != q ? graph_.before(p, q) : a < b;
      });
      for (const std::uint32_t e : edges) {
        const LineageEdge& edge = graph_.edges[e];
        const bool part = edge.link == LineageEdge::Link::part;
        if (!part &&
            (!edge.carries.meets(question.along) || (question.follows && !question.follows(edge))))
          continue;
        const Truth truth = edge.truth(question.at);
        if (truth == Truth::no) {
          answer.refuted.push_back(e);
          continue;
        }
        local.edges.push_back({look_at(edge.parent, !question.direct || part), e, truth});
      }
    }
    local.first.push_back(static_cast<std::uint32_t>(local.edges.size()));
  }
  answer.checked = local.nodes;

  Ways ways(graph_, local);
  const auto is_target = [&](std::uint32_t node) { return local.target[node] == Truth::yes; };
  const auto believed = [](const Local::Edge& edge) { return edge.truth == Truth::yes; };
  if (auto witness = ways.shortest(believed, is_target)) {
    answer.truth = Truth::yes;
    for (std::uint8_t level = strength_of(Level::verified);
         level > strength_of(*witness->weakest) && !witness->edges.empty(); --level)
      if (auto stronger = ways.shortest(
              [&](const Local::Edge& edge) {
                return believed(edge) && graph_.edges[edge.edge].belief.pro >= level;
              },
              is_target)) {
        witness = std::move(stronger);
        break;
      }
    answer.witness = std::move(witness);
    answer.choke = choke_points(local);
    return answer;
  }
  bool open = false;
  for (std::uint32_t node = 0; node < local.size() && !open; ++node)
    open = local.sink(node);
  answer.truth = open ? Truth::unknown : Truth::no;
  if (!open)
    return answer;
  const auto any = [](const Local::Edge&) { return true; };
  answer.witness =
      ways.shortest(any, [&](std::uint32_t node) { return local.target[node] != Truth::no; });
  if (!answer.witness)
    answer.witness =
        ways.shortest(any, [&](std::uint32_t node) { return local.open_record[node] != 0; });
  answer.critical = critical_facts(local);
  answer.settle_no = fewest_to_refute(local);
  answer.settle_yes = fewest_to_establish(local);
  answer.choke = choke_points(local);
  return answer;
}

} // namespace libeval
