// SPDX-License-Identifier: Apache-2.0
// Lineage at the size of a model hub: two million things, 1.5 million derivations.
#include <benchmark/benchmark.h>
#include <libeval/domain/lineage_walk.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace libeval;

namespace {

std::size_t nodes = 2'000'000;

struct Record {
  std::vector<NodeIndex> owner;
  std::vector<std::pair<NodeIndex, LineageEdge>> edges;
};

/// Most models come from one that was there before, some are merged, a quarter of a percent are in
/// cycles of declared data; one owner has about 16 models.
Record record() {
  Record out;
  std::uint64_t state = 88172645463325252ULL;
  const auto draw = [&](std::uint64_t below) {
    state ^= state << 13U;
    state ^= state >> 7U;
    state ^= state << 17U;
    return state % below;
  };
  const auto n = static_cast<NodeIndex>(nodes);
  out.owner.resize(n);
  out.edges.reserve(nodes * 3 / 4);
  const auto derive = [&](NodeIndex child, NodeIndex parent) {
    const auto pro = static_cast<std::uint8_t>(1 + draw(6));
    out.edges.emplace_back(child, LineageEdge{parent,
                                              static_cast<std::uint32_t>(out.edges.size()),
                                              {Carrier::weights},
                                              {pro, 0},
                                              true,
                                              LineageEdge::Link::derivation});
  };
  for (NodeIndex i = 0; i < n; ++i) {
    out.owner[i] = static_cast<NodeIndex>(draw(n / 16 + 1));
    if (i == 0 || out.edges.size() + 2 > nodes * 3 / 4)
      continue;
    if (draw(100) < 68)
      derive(i, static_cast<NodeIndex>(draw(i)));
    if (draw(100) < 7)
      derive(i, static_cast<NodeIndex>(draw(draw(400) == 0 ? n : i)));
  }
  return out;
}

/// Resident memory now, in megabytes.
double resident() {
  std::ifstream in("/proc/self/statm");
  double total = 0, pages = 0;
  in >> total >> pages;
  return pages * 4096 / 1e6;
}

void all_verdicts(benchmark::State& state) {
  const Record one = record();
  const double before = resident();
  double peak = 0;
  std::size_t inherit = 0;
  for (auto _ : state) {
    const LineageGraph graph = build_graph(one.owner, std::vector<NodeIndex>(nodes, no_node),
                                           std::vector<Belief>(nodes, stated), one.edges);
    const auto components = strong_components(graph);
    const auto verdicts = inherits(graph, {});
    peak = std::max(peak, resident());
    inherit = static_cast<std::size_t>(std::ranges::count(verdicts, Truth::yes));
    benchmark::DoNotOptimize(components.data());
  }
  state.counters["inherit"] = static_cast<double>(inherit);
  state.counters["MB"] = peak - before;
  state.counters["edges"] = static_cast<double>(one.edges.size());
}

void one_verdict(benchmark::State& state) {
  const Record one = record();
  const LineageGraph graph = build_graph(one.owner, std::vector<NodeIndex>(nodes, no_node),
                                         std::vector<Belief>(nodes, stated), one.edges);
  LineageWalk walk(graph);
  NodeIndex at = static_cast<NodeIndex>(nodes - 1);
  for (auto _ : state) {
    const NodeIndex own = graph.owner[at];
    ReachQuestion question;
    question.starts = {at};
    question.target = [&](NodeIndex n) { return graph.owner[n] == own ? Truth::no : Truth::yes; };
    question.needs_record = [&](NodeIndex n) { return graph.owner[n] == own; };
    benchmark::DoNotOptimize(walk.ask(question).truth);
    at = at > 7919 ? at - 7919 : static_cast<NodeIndex>(nodes - 1);
  }
}

/// The worst case: every model comes from the one before it.
void longest_chain(benchmark::State& state) {
  std::vector<std::pair<NodeIndex, LineageEdge>> edges;
  for (NodeIndex i = 1; i < nodes; ++i)
    edges.emplace_back(
        i, LineageEdge{i - 1, i, {Carrier::weights}, stated, true, LineageEdge::Link::derivation});
  std::vector<NodeIndex> owner(nodes, 1);
  owner[0] = 0;
  const LineageGraph graph = build_graph(owner, std::vector<NodeIndex>(nodes, no_node),
                                         std::vector<Belief>(nodes, stated), edges);
  LineageWalk walk(graph);
  for (auto _ : state) {
    ReachQuestion question;
    question.starts = {static_cast<NodeIndex>(nodes - 1)};
    question.target = [&](NodeIndex n) { return n == 0 ? Truth::yes : Truth::no; };
    benchmark::DoNotOptimize(walk.ask(question).truth);
  }
}

BENCHMARK(all_verdicts)->Unit(benchmark::kMillisecond);
BENCHMARK(one_verdict)->Unit(benchmark::kMicrosecond);
BENCHMARK(longest_chain)->Unit(benchmark::kMillisecond);

} // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  for (int i = 1; i < argc; ++i)
    if (const std::string_view word = argv[i]; word.starts_with("--rows="))
      nodes = static_cast<std::size_t>(std::strtoull(argv[i] + 7, nullptr, 10)) * 2;
  benchmark::RunSpecifiedBenchmarks();
}
