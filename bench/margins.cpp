// SPDX-License-Identifier: Apache-2.0
// What would change the outcome, and what drives it: margins and Sobol indices.
#include "data.hpp"

#include <libeval/engine/decide.hpp>
#include <libeval/engine/margins.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/parse.hpp>
#include <libeval/io/uncertain.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

using namespace libeval;

namespace {

Uncertain loaded(const std::string& program, const std::string& uncertainty) {
  Diagnostics diagnostics;
  const Tree rules = parse_text(program, "program.yaml", diagnostics);
  const Tree tree = parse_text(uncertainty, "uncertainty.yaml", diagnostics);
  Uncertain out = load_uncertain(rules, ".", tree, diagnostics);
  if (diagnostics.has_errors()) {
    for (const auto& one : diagnostics.all())
      std::fprintf(stderr, "%s\n", one.message.c_str());
    std::exit(1);
  }
  return out;
}

int drawn(std::mt19937_64& engine, int low, int high) {
  return low + static_cast<int>(engine() % static_cast<std::uint64_t>(high - low + 1));
}

/// 50 candidates, 20 parts of one table, the first 10 advance; an error in each part.
Uncertain flat() {
  std::mt19937_64 engine(1);
  std::string csv = "candidate", names, values, parts, errors;
  for (int k = 0; k < 20; ++k) {
    const std::string part = "p" + std::to_string(k);
    csv += "," + part;
    values += (k > 0 ? ", " : "") + part;
    parts += "        " + part + ": {weight: 0.05, from: table, value: " + part + "}\n";
    errors += "  - {evidence: table, value: " + part + ", normal: 5}\n";
  }
  for (int c = 0; c < 50; ++c) {
    const std::string id = "c" + std::to_string(c);
    names += (c > 0 ? ", " : "") + id;
    csv += "\\n" + id;
    for (int k = 0; k < 20; ++k)
      csv += "," + std::to_string(drawn(engine, 20, 80));
  }
  return loaded("libeval: 1\nprogram: flat\ncandidates: [" + names +
                    "]\nevidence:\n  table: {csv: \"" + csv + "\", keys: [candidate], values: [" +
                    values +
                    "]}\nstages:\n  - id: one\n    places: 10\n    score:\n      parts:\n" + parts,
                "measurements:\n" + errors);
}

/// Five teams, three stages: eight benchmarks, ten experts of whom the extremes are set aside, 49
/// users of whom the best placed gets all points; one place is refilled from those who were cut.
Uncertain stages() {
  std::mt19937_64 engine(2);
  std::string benchmarks = "candidate,benchmark,score", experts = "juror,candidate,mark",
              users = "user,candidate,rating", errors;
  for (int c = 0; c < 5; ++c) {
    const std::string id = std::string(1, static_cast<char>('a' + c));
    for (int b = 0; b < 8; ++b)
      benchmarks +=
          "\\n" + id + ",b" + std::to_string(b) + "," + std::to_string(drawn(engine, 60, 80));
    for (int j = 0; j < 10; ++j)
      experts +=
          "\\nj" + std::to_string(j) + "," + id + "," + std::to_string(drawn(engine, 22, 32));
    for (int u = 0; u < 49; ++u)
      users += "\\nu" + std::to_string(u) + "," + id + "," + std::to_string(drawn(engine, 1, 5));
  }
  for (int b = 0; b < 8; ++b)
    errors +=
        "  - {evidence: benchmarks, where: {benchmark: b" + std::to_string(b) + "}, normal: 2}\n";
  for (int j = 0; j < 9; ++j)
    errors += "  - {evidence: experts, where: {juror: j" + std::to_string(j) + "}, normal: 1.5}\n";
  const std::string parts =
      "        benchmark: {points: 40, from: benchmarks, steps: [{mean: benchmark}, {scale: "
      "percent}]}\n"
      "        expert: {points: 35, from: experts, steps: [{drop: {over: juror, highest: 1, "
      "lowest: 1}},"
      " {mean: juror}, {scale: {from: [0, 35]}}]}\n"
      "        user: {points: 25, from: users, steps: [{sum: user}, {ratio: {to: best}}]}\n";
  return loaded(
      "libeval: 1\nprogram: stages\ncandidates: [a, b, c, d, e]\nevidence:\n"
      "  benchmarks: {csv: \"" +
          benchmarks +
          "\", keys: [candidate, benchmark], values: [score]}\n"
          "  experts: {csv: \"" +
          experts +
          "\", keys: [juror, candidate], values: [mark], range: [0, 35]}\n"
          "  users: {csv: \"" +
          users +
          "\", keys: [user, candidate], values: [rating], range: [1, 5]}\n"
          "stages:\n"
          "  - id: first\n    places: 3\n    score:\n      points: 100\n      parts:\n" +
          parts +
          "  - id: again\n    entrants: {cut_from: first}\n    places: 1\n    score: {from: "
          "experts, "
          "steps: [{mean: juror}]}\n"
          "  - id: last\n    entrants: {advanced_from: [first, again]}\n    places: 2\n    score:\n"
          "      points: 100\n      parts:\n" +
          parts,
      "weights:\n  - {stage: first, dirichlet: 200}\n  - {stage: last, dirichlet: 200}\n"
      "measurements:\n" +
          errors + "bootstrap:\n  - {evidence: users, over: user}\n");
}

void margins_of(benchmark::State& state, const Uncertain& uncertain) {
  for (auto _ : state) {
    Diagnostics diagnostics;
    const Decision decision = decide(uncertain.variants.front(), diagnostics);
    benchmark::DoNotOptimize(margins(uncertain, decision, {}, diagnostics));
  }
}

/// Samples are as many as bring the standard error of every index to one percent.
void sobol_of(benchmark::State& state, const Uncertain& uncertain, std::uint64_t samples,
              unsigned threads) {
  double widest = 0;
  for (auto _ : state) {
    Diagnostics diagnostics;
    for (const SobolIndices& one :
         sobol(uncertain, {.samples = samples, .threads = threads}, diagnostics))
      for (const SobolIndex& index : one.sources)
        if (one.probability > 0.1 && one.probability < 0.9)
          widest = std::max({widest, index.first_half / 1.96, index.total_half / 1.96});
  }
  state.counters["largest standard error"] = widest;
  state.SetItemsProcessed(static_cast<std::int64_t>(
      state.iterations() *
      static_cast<std::int64_t>(samples * (uncertain.uncertainty.sources() + 2))));
}

} // namespace

int main(int argc, char** argv) {
  const bool quick = bench::option(argc, argv, "rows", "1000000").size() < 7;
  struct Shape {
    const char* name;
    Uncertain (*make)();
    std::uint64_t samples;
  };
  for (const auto& [name, make, enough] :
       {Shape{"flat, 50 x 20", &flat, 12'600}, {"three stages", &stages, 30'000}}) {
    const std::string what = name;
    const std::uint64_t samples = quick ? 64 : enough;
    benchmark::RegisterBenchmark(("margins/" + what).c_str(), [make =
                                                                   make](benchmark::State& state) {
      const Uncertain uncertain = make();
      margins_of(state, uncertain);
    })->Unit(benchmark::kMillisecond);
    for (const unsigned threads : {1U, 2U})
      benchmark::RegisterBenchmark(
          ("sobol of 20 inputs/" + what + "/threads " + std::to_string(threads)).c_str(),
          [make = make, samples, threads](benchmark::State& state) {
            const Uncertain uncertain = make();
            sobol_of(state, uncertain, samples, threads);
          })
          ->Unit(benchmark::kMillisecond)
          ->MeasureProcessCPUTime()
          ->UseRealTime();
  }
  return bench::run(argc, argv);
}
