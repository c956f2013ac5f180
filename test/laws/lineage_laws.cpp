// SPDX-License-Identifier: Apache-2.0
// What holds for every lineage, against a plain reading that tries every completion of what is
// open.
#include "support/lineage_world.hpp"
#include "support/many.hpp"

#include <map>
#include <numeric>

using namespace libeval;
using namespace libeval::test;

namespace {

template <class Law>
void for_worlds(const char* name, Law law) {
  many_times(name, [&](std::mt19937& random) { law(random_world(random), random); });
}

std::set<PlainFact> plain(const LineageGraph& graph, const std::vector<OpenFact>& facts) {
  std::set<PlainFact> out;
  for (const OpenFact& fact : facts)
    out.insert({fact.kind, fact.kind == OpenFact::Kind::derivation
                               ? graph.edges[fact.edge].derivation
                               : fact.node});
  return out;
}

/// Every simple way over edges where `may` that ends in the first node that is foreign.
std::vector<std::vector<NodeIndex>> ways(const World& w,
                                         const std::function<bool(std::size_t)>& may,
                                         std::vector<std::vector<std::size_t>>& edges) {
  std::vector<std::vector<NodeIndex>> out;
  std::vector<NodeIndex> way{w.start};
  std::vector<std::size_t> over;
  const std::function<void()> extend = [&] {
    if (w.owner[way.back()] == World::foreign) {
      out.push_back(way);
      edges.push_back(over);
      return;
    }
    for (std::size_t e = 0; e < w.edges.size(); ++e)
      if (w.edges[e].child == way.back() && may(e) &&
          std::ranges::find(way, w.edges[e].parent) == way.end()) {
        way.push_back(w.edges[e].parent);
        over.push_back(e);
        extend();
        way.pop_back();
        over.pop_back();
      }
  };
  extend();
  return out;
}

} // namespace

TEST_CASE("an answer is what every completion of the open facts says") {
  for_worlds("exact", [](const World& w, std::mt19937&) {
    const LineageGraph graph = graph_of(w);
    RC_ASSERT(LineageWalk(graph).ask(question_of(w, graph)).truth == over_completions(w));
  });
}

TEST_CASE("settling an open fact never turns a definite answer round") {
  for_worlds("refine", [](World w, std::mt19937& random) {
    const LineageGraph before = graph_of(w);
    const Truth answer = LineageWalk(before).ask(question_of(w, before)).truth;
    const std::vector<PlainFact> open = open_facts(w);
    if (open.empty())
      return;
    const PlainFact& one = open[random() % open.size()];
    const bool holds = random() % 2 == 0;
    if (one.kind == OpenFact::Kind::derivation) {
      w.edges[one.at].certain = true;
      w.edges[one.at].belief = holds ? Belief{7, 0} : Belief{0, 7};
    } else if (one.kind == OpenFact::Kind::record) {
      w.complete[one.at] = {7, 0};
    } else {
      w.owner[one.at] = holds ? World::foreign : World::own;
      w.complete[one.at] = stated;
    }
    const LineageGraph after = graph_of(w);
    const Truth then = LineageWalk(after).ask(question_of(w, after)).truth;
    RC_ASSERT(answer == Truth::unknown || then == answer);
  });
}

TEST_CASE("order and duplicates of derivations do not matter") {
  for_worlds("order", [](World w, std::mt19937& random) {
    const LineageGraph one = graph_of(w);
    const ReachAnswer a = LineageWalk(one).ask(question_of(w, one));
    if (!w.edges.empty())
      for (int k = 0; k < 2; ++k)
        w.edges.push_back(w.edges[random() % w.edges.size()]);
    std::ranges::shuffle(w.edges, random);
    const LineageGraph other = graph_of(w);
    const ReachAnswer b = LineageWalk(other).ask(question_of(w, other));
    RC_ASSERT(a.truth == b.truth);
    RC_ASSERT(a.checked == b.checked);
    RC_ASSERT(a.choke == b.choke);
    RC_ASSERT(a.witness.has_value() == b.witness.has_value());
    if (a.witness) {
      RC_ASSERT(a.witness->nodes == b.witness->nodes);
      RC_ASSERT(a.witness->weakest == b.witness->weakest);
    }
  });
}

TEST_CASE("the witness is the strongest, then the shortest way, then that of the smallest ids") {
  for_worlds("witness", [](const World& w, std::mt19937&) {
    const LineageGraph graph = graph_of(w);
    const ReachAnswer answer = LineageWalk(graph).ask(question_of(w, graph));
    if (answer.truth != Truth::yes)
      return;
    std::vector<std::vector<std::size_t>> over;
    const auto all = ways(
        w, [&](std::size_t e) { return w.truth(w.edges[e]) == Truth::yes; }, over);
    RC_ASSERT(!all.empty());
    std::size_t best = 0;
    const auto weakest = [&](std::size_t i) {
      int level = 7;
      for (const std::size_t e : over[i])
        level = std::min(level, static_cast<int>(w.edges[e].belief.pro));
      return level;
    };
    for (std::size_t i = 1; i < all.size(); ++i) {
      const auto key = [&](std::size_t k) {
        return std::tuple(-weakest(k), all[k].size(), all[k]);
      };
      if (key(i) < key(best))
        best = i;
    }
    RC_ASSERT(answer.witness.has_value());
    RC_ASSERT(answer.witness->nodes == all[best]);
    const int level = answer.witness->weakest ? static_cast<int>(*answer.witness->weakest) + 1 : 7;
    RC_ASSERT(level == weakest(best));
  });
}

TEST_CASE("what is proposed to settle an unknown settles it and is as little as possible") {
  for_worlds("settle", [](const World& w, std::mt19937&) {
    const LineageGraph graph = graph_of(w);
    const ReachAnswer answer = LineageWalk(graph).ask(question_of(w, graph));
    if (answer.truth != Truth::unknown) {
      RC_ASSERT(answer.critical.empty());
      return;
    }
    const std::vector<PlainFact> open = open_facts(w);
    const std::set<PlainFact> everything(open.begin(), open.end());
    std::size_t fewest_no = 99, fewest_yes = 99;
    for (std::size_t k = 0; k < (std::size_t{1} << open.size()); ++k) {
      std::set<PlainFact> chosen, others = everything;
      bool a_record = false; // or a relation of which nothing on record says more
      for (std::size_t i = 0; i < open.size(); ++i)
        if ((k >> i) % 2 == 1) {
          chosen.insert(open[i]);
          others.erase(open[i]);
          a_record = a_record || open[i].kind == OpenFact::Kind::record ||
                     (open[i].kind == OpenFact::Kind::derivation && !w.edges[open[i].at].certain);
        }
      if (!reaches(w, others))
        fewest_no = std::min(fewest_no, chosen.size());
      if (!a_record && reaches(w, chosen))
        fewest_yes = std::min(fewest_yes, chosen.size());
    }
    const std::set<PlainFact> no = plain(graph, answer.settle_no);
    RC_ASSERT(no.size() == fewest_no);
    std::set<PlainFact> rest = everything;
    for (const PlainFact& fact : no)
      rest.erase(fact);
    RC_ASSERT(!reaches(w, rest));
    const std::set<PlainFact> yes = plain(graph, answer.settle_yes);
    if (fewest_yes == 99) {
      RC_ASSERT(yes.empty());
    } else {
      RC_ASSERT(yes.size() == fewest_yes);
      RC_ASSERT(reaches(w, yes));
    }
    // What is critical is exactly what can matter: for others no completion differs.
    const std::set<PlainFact> critical = plain(graph, answer.critical);
    for (const PlainFact& fact : open) {
      bool matters = false;
      for (std::size_t k = 0; k < (std::size_t{1} << open.size()) && !matters; ++k) {
        std::set<PlainFact> holds;
        for (std::size_t i = 0; i < open.size(); ++i)
          if ((k >> i) % 2 == 1)
            holds.insert(open[i]);
        std::set<PlainFact> with = holds, without = holds;
        with.insert(fact);
        without.erase(fact);
        matters = reaches(w, with) != reaches(w, without);
      }
      RC_ASSERT(!matters || critical.contains(fact));
    }
  });
}

TEST_CASE("with a choke point replaced nothing is reached, and no other node does that") {
  for_worlds("choke", [](const World& w, std::mt19937&) {
    const LineageGraph graph = graph_of(w);
    const ReachAnswer answer = LineageWalk(graph).ask(question_of(w, graph));
    const std::vector<PlainFact> open = open_facts(w);
    const std::set<PlainFact> everything(open.begin(), open.end());
    for (NodeIndex n = 0; n < w.size(); ++n) {
      const bool settles =
          answer.truth != Truth::no && w.owner[n] == World::own && !reaches(w, everything, n);
      const bool said = std::ranges::find(answer.choke, n) != answer.choke.end();
      RC_ASSERT(said == settles);
    }
  });
}

TEST_CASE("all nodes at once have the values of one at a time") {
  for_worlds("all at once", [](World w, std::mt19937&) {
    for (World::Owner& owner : w.owner)
      if (owner == World::not_known)
        owner = World::foreign;
    const LineageGraph graph = graph_of(w);
    const std::vector<Truth> all = inherits(graph, {{Carrier::weights}, w.at, w.complete_at});
    LineageWalk walk(graph);
    for (NodeIndex n = 0; n < w.size(); ++n) {
      ReachQuestion question = question_of(w, graph);
      question.starts = {n};
      question.target = [&](NodeIndex other) {
        return graph.owner[other] == graph.owner[n] ? Truth::no : Truth::yes;
      };
      question.needs_record = [&](NodeIndex other) { return graph.owner[other] == graph.owner[n]; };
      RC_ASSERT(walk.ask(question).truth == all[n]);
    }
  });
}

TEST_CASE("components of a lineage are those by mutual reachability, parents first") {
  for_worlds("components", [](const World& w, std::mt19937&) {
    const LineageGraph graph = graph_of(w);
    const std::vector<std::uint32_t> component = strong_components(graph);
    const std::size_t n = w.size();
    std::vector<std::vector<bool>> reach(n, std::vector<bool>(n, false));
    for (std::size_t i = 0; i < n; ++i)
      reach[i][i] = true;
    for (const World::Edge& edge : w.edges)
      reach[edge.child][edge.parent] = true;
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
          if (reach[i][k] && reach[k][j])
            reach[i][j] = true;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        RC_ASSERT((component[i] == component[j]) == (reach[i][j] && reach[j][i]));
        const bool above = reach[i][j] && !reach[j][i];
        RC_ASSERT(!above || component[j] < component[i]);
      }
  });
}
