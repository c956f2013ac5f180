// SPDX-License-Identifier: Apache-2.0
// SMAA-2: additive scores of candidates by criteria, weights uniform on the simplex, measurements
// normal. The kernel on each instruction set, what bounds it, and whole simulations.
#include "data.hpp"
#include "limits.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/engine/simulate.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/parse.hpp>
#include <libeval/kernel/smaa.hpp>

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

using namespace libeval;
using kernel::Instructions;
using kernel::SmaaModel;

namespace {

constexpr std::pair<std::size_t, std::size_t> sizes[] = {{5, 3}, {20, 10}, {100, 20}, {1000, 20}};

std::string name_of(std::size_t candidates, std::size_t criteria) {
  return std::to_string(candidates) + "x" + std::to_string(criteria);
}

/// Cells as in the table of data.cpp, each with a standard error of 0.05.
SmaaModel model_of(std::size_t candidates, std::size_t criteria) {
  SmaaModel out;
  out.candidates = candidates;
  out.criteria = criteria;
  for (std::size_t i = 0; i < candidates; ++i)
    for (std::size_t j = 0; j < criteria; ++j)
      out.mean.push_back(bench::cell(i, j));
  out.deviation.assign(out.mean.size(), 0.05);
  return out;
}

/// The same as a program, each criterion an equal weight, and the errors of its measurements.
Uncertain program_of(std::size_t candidates, std::size_t criteria, const std::string& errors,
                     const std::string& steps) {
  std::string csv = "candidate,criterion,value";
  for (std::size_t i = 0; i < candidates; ++i)
    for (std::size_t j = 0; j < criteria; ++j)
      csv += "\\nc" + std::to_string(i) + ",k" + std::to_string(j) + "," +
             format_decimal(bench::cell(i, j));
  std::string rules = "libeval: 1\nprogram: p\ncandidates: {from: t}\nevidence:\n  t: {keys: "
                      "[candidate, criterion], values: [value], csv: \"" +
                      csv + "\"}\nstages:\n  - id: s\n    places: 1\n    score:\n      parts:\n";
  for (std::size_t j = 0; j < criteria; ++j)
    rules += "        k" + std::to_string(j) +
             ": {weight: " + format_decimal(1.0 / static_cast<double>(criteria)) +
             ", from: t, where: {criterion: k" + std::to_string(j) + "}" + steps + "}\n";
  Diagnostics diagnostics;
  Uncertain out;
  out.variants.push_back(
      load_bundle(parse_text(rules, "program.yaml", diagnostics), ".", diagnostics));
  out.uncertainty = read_uncertainty(parse_text("weights: [{uniform: true}]\nmeasurements: "
                                                "[{evidence: t, " +
                                                    errors + "}]\n",
                                                "uncertainty.yaml", diagnostics),
                                     diagnostics);
  if (diagnostics.has_errors()) {
    for (const Diagnostic& diagnostic : diagnostics.all())
      std::fprintf(stderr, "%s\n", diagnostic.message.c_str());
    std::exit(1);
  }
  return out;
}

/// The same measurements, correlated over the criteria by a half.
SmaaModel correlated(SmaaModel model) {
  for (std::size_t i = 0; i < model.candidates; ++i)
    for (std::size_t j = 0; j < model.criteria; ++j)
      for (std::size_t k = 0; k <= j; ++k)
        model.covariance.push_back(0.05 * 0.05 * (j == k ? 1 : 0.5));
  model.deviation.clear();
  return model;
}

SmaaModel one_by_one(SmaaModel model) {
  model.collapse = false;
  return model;
}

void add_kernel(Instructions instructions, const char* set) {
  if (!kernel::can_run(instructions))
    return;
  using Change = SmaaModel (*)(SmaaModel);
  const std::pair<const char*, Change> kinds[] = {{"smaa/", [](SmaaModel model) { return model; }},
                                                  {"smaa, every measurement/", &one_by_one},
                                                  {"smaa, criteria correlated/", &correlated}};
  for (const auto& [n, m] : sizes)
    for (const auto& [kind, change] : kinds)
      benchmark::RegisterBenchmark(
          (kind + name_of(n, m) + "/" + set).c_str(),
          [=, n = n, m = m, change = change](benchmark::State& state) {
            const SmaaModel model = change(model_of(n, m));
            kernel::SmaaOptions options;
            options.instructions = instructions;
            options.samples = std::max<std::uint64_t>(4096, 4'000'000 / (n * m));
            for (auto _ : state) {
              benchmark::DoNotOptimize(kernel::smaa(model, options));
              options.first += options.samples;
            }
            state.SetItemsProcessed(static_cast<std::int64_t>(options.first));
          });
}

void add_limits(const bench::Limits& limits) {
  const auto add = [&](const char* what, std::uint64_t (*run)(std::size_t), std::size_t count) {
    benchmark::RegisterBenchmark((std::string("limit/") + what + "/" + limits.name).c_str(),
                                 [run, count](benchmark::State& state) {
                                   std::uint64_t done = 0;
                                   for (auto _ : state)
                                     done += run(count);
                                   state.SetItemsProcessed(static_cast<std::int64_t>(done));
                                 });
  };
  add("words", limits.words, 65536);
  add("exponentials", limits.exponentials, 65536);
  add("normals", limits.normals, 65536);
  add("comparisons", limits.comparisons, 256);
}

/// Whole simulations, from the compiled program to the counts, with all that is reported.
void add_simulate(const std::string& name, std::size_t n, std::size_t m, const std::string& errors,
                  const std::string& steps, std::uint64_t samples, unsigned threads) {
  benchmark::RegisterBenchmark(
      ("simulate" + name + "/" + name_of(n, m) + "/threads " + std::to_string(threads)).c_str(),
      [=](benchmark::State& state) {
        const Uncertain uncertain = program_of(n, m, errors, steps);
        SimulateOptions options;
        options.threads = threads;
        options.samples = samples;
        for (auto _ : state) {
          Diagnostics diagnostics;
          benchmark::DoNotOptimize(simulate(uncertain, options, diagnostics));
          options.first += options.samples;
        }
        state.SetItemsProcessed(static_cast<std::int64_t>(options.first));
      })
      ->UseRealTime()
      ->Iterations(1)
      ->Repetitions(2);
}

} // namespace

int main(int argc, char** argv) {
  const std::string rows = bench::option(argc, argv, "rows", "1000000");
  const std::uint64_t some = std::stoull(rows);
  add_kernel(Instructions::baseline, "baseline");
  add_limits(bench::limits_baseline);
#if defined(__x86_64__)
  add_kernel(Instructions::avx2, "avx2");
  if (kernel::can_run(Instructions::avx2))
    add_limits(bench::limits_avx2);
  add_kernel(Instructions::avx512, "avx512");
  if (kernel::can_run(Instructions::avx512))
    add_limits(bench::limits_avx512);
#endif
  const std::string normal = "normal: {sd: 0.05", lognormal = "lognormal: {sd: 0.05";
  const std::string over_criteria = ", correlation: {over: criterion, all: 0.5}}",
                    over_candidates = ", correlation: {over: candidate, all: 0.5}}";
  for (const unsigned threads : {1U, 2U})
    for (const auto& [n, m] : sizes) {
      const auto add = [&, n = n, m = m](const char* name, const std::string& errors,
                                         std::uint64_t numbers, const char* steps = "") {
        // Long enough that what is done once a simulation, and the last piece of work, weigh
        // little.
        add_simulate(name, n, m, errors, steps,
                     std::max<std::uint64_t>(some / 16, numbers / (n * m)), threads);
      };
      add("", normal + "}", some * 200);
      add(", criteria correlated", normal + over_criteria, some * 100);
      add(", candidates correlated", normal + over_candidates, some * 100);
      add(", criteria correlated, min-max", normal + over_criteria, some * 200,
          ", steps: [minmax]");
      add(", lognormal, criteria correlated", lognormal + over_criteria, some * 200);
      add(", binomial", "binomial: 1000", some * 200);
      add(", uniform", "uniform: 0.05", some * 200);
      add(", empirical", "empirical: {errors: [-0.05, -0.02, 0, 0.01, 0.02, 0.04]}", some * 200);
      add(", beta", "beta: {size: 100, from: [0, 1]}", some * 20);
    }
  return bench::run(argc, argv);
}
