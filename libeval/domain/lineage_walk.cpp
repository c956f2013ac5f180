// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/lineage_walk.hpp>

#include "domain/lineage_steps.hpp"
#include "domain/unit_cut.hpp"

#include <algorithm>
#include <cassert>
#include <deque>
#include <numeric>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace libeval {
namespace {

constexpr std::uint32_t none = no_node;
constexpr std::size_t most_facts = 64;

/// What one question looks at: the edges that are not refuted, between the nodes reached over them.
struct Local {
  struct Edge {
    std::uint32_t to;   ///< local
    std::uint32_t edge; ///< of the graph; none: from a whole to what came into it as a whole
    Truth truth;
    [[nodiscard]] std::uint32_t length() const { return edge == none ? 0 : 1; }
  };
  std::vector<NodeIndex> nodes; ///< a whole may stand there twice: the thing, what came into it
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
    const auto reach = [&](std::uint32_t node, std::uint32_t distance) {
      distance_[node] = distance;
      queue_.push_back(node);
      for (const Local::Edge& edge : local_.from(node))
        if (edge.length() == 0 && distance_[edge.to] == none) {
          distance_[edge.to] = distance;
          queue_.push_back(edge.to);
        }
    };
    for (std::uint32_t s = 0; s < local_.starts; ++s)
      reach(s, 0);
    std::uint32_t best = none;
    for (std::size_t head = 0; head < queue_.size();) {
      const std::uint32_t node = queue_[head++];
      if (distance_[node] > best)
        break;
      if (arrives(node)) {
        best = distance_[node];
        continue;
      }
      for (const Local::Edge& edge : local_.from(node))
        if (distance_[edge.to] == none && may(edge))
          reach(edge.to, distance_[node] + 1);
    }
    if (best == none)
      return std::nullopt;
    std::vector<std::uint8_t> good(local_.size(), 0);
    for (std::size_t i = queue_.size(); i-- > 0;) {
      const std::uint32_t node = queue_[i];
      if (distance_[node] > best)
        continue;
      good[node] = arrives(node) ? 1 : 0;
      for (const Local::Edge& edge : local_.from(node))
        if (goes_on(node, edge) && may(edge) && good[edge.to] != 0)
          good[node] = 1;
    }
    ReachPath path;
    std::uint32_t at = none;
    for (std::uint32_t s = 0; s < local_.starts; ++s)
      if (good[s] != 0 && (at == none || before(s, at)))
        at = s;
    path.nodes.push_back(local_.nodes[at]);
    while (!arrives(at)) {
      const Local::Edge* next = nullptr;
      for (const Local::Edge& edge : local_.from(at))
        if (may(edge) && goes_on(at, edge) && good[edge.to] != 0 &&
            (next == nullptr || before(edge.to, next->to) ||
             (edge.to == next->to && edge.edge != none && pro(edge) > pro(*next))))
          next = &edge;
      assert(next != nullptr); // somebody stands one step nearer
      at = next->to;
      if (next->edge == none)
        continue;
      path.nodes.push_back(local_.nodes[next->to]);
      path.edges.push_back(next->edge);
      const std::uint8_t strength = pro(*next);
      if (strength > 0) {
        const auto level = static_cast<Level>(strength - 1);
        path.weakest = path.weakest ? std::min(*path.weakest, level) : level;
      }
    }
    return path;
  }

private:
  [[nodiscard]] bool before(std::uint32_t a, std::uint32_t b) const {
    return graph_.before(local_.nodes[a], local_.nodes[b]);
  }
  [[nodiscard]] bool goes_on(std::uint32_t from, const Local::Edge& edge) const {
    return distance_[edge.to] == distance_[from] + edge.length();
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

/// The nodes that are reached however what is open turns out.
std::vector<std::uint8_t> surely_reached(const Local& local) {
  std::vector<std::uint8_t> sure(local.size(), 0);
  std::vector<std::uint32_t> queue;
  const auto reach = [&](std::uint32_t node) {
    if (sure[node] == 0) {
      sure[node] = 1;
      queue.push_back(node);
    }
  };
  for (std::uint32_t s = 0; s < local.starts; ++s)
    reach(s);
  for (std::size_t head = 0; head < queue.size();)
    for (const Local::Edge& edge : local.from(queue[head++]))
      if (edge.truth == Truth::yes)
        reach(edge.to);
  return sure;
}

std::vector<OpenFact> critical_facts(const Local& local) {
  const std::vector<std::uint8_t> leads = leading_to_sinks(local), sure = surely_reached(local);
  std::vector<OpenFact> out;
  std::set<OpenFact> told;
  const auto tell = [&](const OpenFact& fact) {
    if (told.insert(fact).second)
      out.push_back(fact);
  };
  for (std::uint32_t node = 0; node < local.size(); ++node) {
    for (const Local::Edge& edge : local.from(node))
      if (edge.truth == Truth::unknown && leads[edge.to] != 0 && sure[edge.to] == 0)
        tell({OpenFact::Kind::derivation, local.nodes[node], edge.edge});
    if (local.open_record[node] != 0)
      tell({OpenFact::Kind::record, local.nodes[node], none});
    if (local.target[node] == Truth::unknown)
      tell({OpenFact::Kind::target, local.nodes[node], none});
  }
  return out;
}

/// The fewest open facts on a way to a target; what nothing on record could establish (how two
/// things are related, into which part something came) is on none.
std::vector<OpenFact> fewest_to_establish(const LineageGraph& graph, const Local& local) {
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
      if (edge.truth == Truth::unknown && !graph.edges[edge.edge].certain)
        continue;
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
/// one. `into_parts`: into which part of a whole something came is one of the facts.
std::vector<OpenFact> fewest_to_refute(const LineageGraph& graph, const Local& local,
                                       bool into_parts) {
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
      if (edge.truth == Truth::unknown &&
          (into_parts || graph.edges[edge.edge].link != LineageEdge::Link::whole))
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
  out.erase(std::unique(out.begin(), out.end()), out.end());
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
    if (far == i && local.target[way[i]] == Truth::no &&
        (out.empty() || out.back() != local.nodes[way[i]]))
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
  using At = LineagePlace::At;
  ++question_;
  Local local;
  std::vector<LineagePlace> places;
  std::vector<std::uint8_t> expand;
  std::unordered_map<std::uint64_t, std::uint32_t> others; // places that are no things
  const auto look_at = [&](const LineagePlace& place, bool expands) {
    const auto next = static_cast<std::uint32_t>(places.size());
    if (place.at == At::thing) {
      if (mark_[place.node] == question_)
        return local_[place.node];
      mark_[place.node] = question_;
      local_[place.node] = next;
    } else if (const auto [known, is_new] = others.try_emplace(place.key(), next); !is_new) {
      return known->second;
    }
    places.push_back(place);
    local.nodes.push_back(place.node);
    expand.push_back(expands ? 1 : 0);
    return next;
  };
  std::vector<NodeIndex> starts = question.starts;
  std::ranges::sort(starts, [&](NodeIndex a, NodeIndex b) { return graph_.before(a, b); });
  for (const NodeIndex start : starts)
    look_at({start, At::thing, question.along}, true);
  local.starts = local.nodes.size();
  std::unordered_set<NodeIndex> itself; // with its parts: those are not what it came from
  if (question.direct) {
    std::vector<NodeIndex> queue = starts;
    for (std::size_t head = 0; head < queue.size(); ++head)
      if (itself.insert(queue[head]).second)
        for (const LineageEdge& edge : graph_.parents(queue[head]))
          if (edge.link == LineageEdge::Link::part)
            queue.push_back(edge.parent);
  }
  const Thresholds complete{question.complete, question.complete};
  const auto needs_record = [&](const LineagePlace& place) {
    const NodeKind kind = graph_.kind.empty() ? NodeKind::model : graph_.kind[place.node];
    return question.needs_record && taken_by(kind).meets(place.along) &&
           question.needs_record(place.node) &&
           believe(graph_.complete[place.node], complete) != Truth::yes;
  };
  struct Next {
    std::uint32_t edge;
    LineagePlace to;
  };
  std::vector<Next> steps;
  for (std::uint32_t at = 0; at < places.size(); ++at) {
    const LineagePlace place = places[at];
    local.target.push_back(place.at != At::thing || itself.contains(place.node)
                               ? Truth::no
                               : question.target(place.node));
    local.open_record.push_back(0);
    if (local.target.back() != Truth::yes && expand[at] != 0) {
      bool as_a_whole = false; // its record is asked there
      steps.clear();
      for_each_step(graph_, place, question.along, [&](std::uint32_t e, const LineagePlace& to) {
        as_a_whole = as_a_whole || e == none;
        steps.push_back({e, to});
      });
      local.open_record.back() = !as_a_whole && needs_record(place) ? 1 : 0;
      std::ranges::sort(steps, [&](const Next& a, const Next& b) {
        return a.to.node != b.to.node ? graph_.before(a.to.node, b.to.node) : a.edge < b.edge;
      });
      for (const Next& step : steps) {
        if (step.edge == none) {
          local.edges.push_back({look_at(step.to, true), none, Truth::yes});
          continue;
        }
        const LineageEdge& edge = graph_.edges[step.edge];
        const bool structure =
            edge.link == LineageEdge::Link::part || edge.link == LineageEdge::Link::whole;
        if (!structure && question.follows && !question.follows(edge))
          continue;
        const Truth truth = edge.truth(question.at);
        if (truth == Truth::no) {
          answer.refuted.push_back(step.edge);
          continue;
        }
        const bool expands = !question.direct || structure ||
                             (step.to.at == At::thing && itself.contains(step.to.node));
        local.edges.push_back({look_at(step.to, expands), step.edge, truth});
      }
    }
    local.first.push_back(static_cast<std::uint32_t>(local.edges.size()));
  }
  answer.checked = local.nodes;
  if (!others.empty()) { // what stands there twice is named once
    for (std::vector<std::uint32_t>* list : {&answer.checked, &answer.refuted}) {
      std::unordered_set<std::uint32_t> known;
      std::erase_if(*list, [&](std::uint32_t one) { return !known.insert(one).second; });
    }
  }

  Ways ways(graph_, local);
  const auto is_target = [&](std::uint32_t node) { return local.target[node] == Truth::yes; };
  const auto believed = [](const Local::Edge& edge) { return edge.truth == Truth::yes; };
  if (auto witness = ways.shortest(believed, is_target)) {
    answer.truth = Truth::yes;
    for (std::uint8_t level = strength_of(Level::verified);
         level > strength_of(*witness->weakest) && !witness->edges.empty(); --level)
      if (auto stronger = ways.shortest(
              [&](const Local::Edge& edge) {
                return believed(edge) &&
                       (edge.edge == none || graph_.edges[edge.edge].belief.pro >= level);
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
  answer.settle_no = fewest_to_refute(graph_, local, false);
  if (answer.settle_no.empty())
    answer.settle_no = fewest_to_refute(graph_, local, true);
  answer.settle_yes = fewest_to_establish(graph_, local);
  answer.choke = choke_points(local);
  return answer;
}

} // namespace libeval
