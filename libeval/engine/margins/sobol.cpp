// SPDX-License-Identifier: Apache-2.0
// What drives "advances": variance-based indices (Sobol 1993), first order after Saltelli et al.
// (2010), total after Jansen (1999).
#include "base/parallel.hpp"
#include "engine/simulate/sampler.hpp"

#include <libeval/engine/margins.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>

namespace libeval {
namespace {

/// Sums of products of zeros and ones: whole numbers, the same on any number of threads.
struct Sums {
  std::int64_t a = 0, b = 0;
  std::vector<std::int64_t> first, first_squares, total; ///< by source
};

} // namespace

std::vector<std::string> sources_of(const Uncertainty& uncertainty) {
  std::vector<std::string> out;
  for (const UncertainWeights& w : uncertainty.weights)
    out.push_back("weights of " + (w.stage.empty() ? "" : w.stage + ".") + w.of);
  for (const UncertainCells& c : uncertainty.measurements)
    out.push_back("errors of " + c.evidence + (c.value.empty() ? "" : "." + c.value));
  for (const Bootstrap& b : uncertainty.bootstrap)
    out.push_back(b.over + " of " + b.evidence);
  for (const UncertainVerdict& v : uncertainty.verdicts)
    out.push_back("verdict " + v.rule + " of " + v.candidate);
  for (const RuleChoice& r : uncertainty.rules)
    out.push_back("choice " + r.id);
  return out;
}

std::vector<SobolIndices> sobol(const Uncertain& uncertain, std::uint64_t seed,
                                std::uint64_t samples, unsigned threads, Diagnostics& diagnostics) {
  std::vector<SobolIndices> out;
  const std::size_t sources = uncertain.uncertainty.sources();
  std::vector<std::unique_ptr<Sampler>> samplers;
  for (const Bundle& bundle : uncertain.variants)
    samplers.push_back(std::make_unique<Sampler>(bundle, uncertain.uncertainty, diagnostics));
  if (diagnostics.has_errors() || sources == 0 || samples < 2)
    return out;
  const Program& program = uncertain.variants.front().program;
  const std::size_t n = program.candidates.size(), stages = program.stages.size();
  std::mutex lock;
  std::vector<Sums> sums(n * stages);
  for (Sums& s : sums) {
    s.first.assign(sources, 0);
    s.first_squares.assign(sources, 0);
    s.total.assign(sources, 0);
  }
  constexpr std::uint64_t block = 16, other = std::uint64_t{1} << 62U;
  const auto blocks = static_cast<std::size_t>((samples + block - 1) / block);
  for_each_task(blocks, threads_for(threads, blocks), [&](std::size_t task, unsigned) {
    std::vector<std::unique_ptr<World>> worlds(samplers.size());
    std::vector<Sums> mine = sums;
    for (Sums& s : mine) {
      s.a = s.b = 0;
      for (auto* list : {&s.first, &s.first_squares, &s.total})
        std::ranges::fill(*list, 0);
    }
    // Who advances where every source takes its numbers from the replicate given.
    const auto advances = [&](const std::vector<std::uint64_t>& from) {
      const Replicate replicate{seed, 0, &from};
      std::vector<std::size_t> options;
      const std::size_t variant = variant_of(uncertain.uncertainty, replicate, options);
      if (!worlds[variant])
        worlds[variant] = std::make_unique<World>(samplers[variant]->world());
      samplers[variant]->draw(*worlds[variant], replicate);
      Diagnostics problems;
      const Decision decision =
          decide(worlds[variant]->bundle, worlds[variant]->assumptions, problems);
      std::vector<std::int8_t> yes(n * stages, 0);
      if (problems.has_errors()) {
        const std::lock_guard guard(lock);
        diagnostics.append(std::move(problems));
        return yes;
      }
      for (std::size_t s = 0; s < stages; ++s)
        for (std::size_t e = 0; e < decision.stages[s].entrants.size(); ++e)
          yes[s * n + decision.stages[s].entrants[e]] =
              decision.stages[s].outcomes[e] == Outcome::advances ? 1 : 0;
      return yes;
    };
    const std::uint64_t begin = task * block, end = std::min(samples, begin + block);
    for (std::uint64_t r = begin; r < end; ++r) {
      std::vector<std::uint64_t> from(sources, r);
      const auto a = advances(from);
      std::ranges::fill(from, r + other);
      const auto b = advances(from);
      for (std::size_t i = 0; i < mine.size(); ++i) {
        mine[i].a += a[i];
        mine[i].b += b[i];
      }
      for (std::size_t g = 0; g < sources; ++g) {
        std::ranges::fill(from, r);
        from[g] = r + other;
        const auto mixed = advances(from);
        for (std::size_t i = 0; i < mine.size(); ++i) {
          const std::int64_t product = b[i] * (mixed[i] - a[i]);
          mine[i].first[g] += product;
          mine[i].first_squares[g] += product * product;
          mine[i].total[g] += (a[i] - mixed[i]) * (a[i] - mixed[i]);
        }
      }
    }
    const std::lock_guard guard(lock);
    for (std::size_t i = 0; i < sums.size(); ++i) {
      sums[i].a += mine[i].a;
      sums[i].b += mine[i].b;
      for (std::size_t g = 0; g < sources; ++g) {
        sums[i].first[g] += mine[i].first[g];
        sums[i].first_squares[g] += mine[i].first_squares[g];
        sums[i].total[g] += mine[i].total[g];
      }
    }
  });
  if (diagnostics.has_errors())
    return out;
  const std::vector<std::string> names = sources_of(uncertain.uncertainty);
  const auto count = static_cast<double>(samples);
  constexpr double z = 1.959963984540054;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const Sums& s = sums[i];
    const double p = static_cast<double>(s.a + s.b) / (2 * count);
    const double variance = p * (1 - p);
    if (!(variance > 0))
      continue;
    SobolIndices one;
    one.stage = i / n;
    one.candidate = i % n;
    one.probability = p;
    for (std::size_t g = 0; g < sources; ++g) {
      const double first = static_cast<double>(s.first[g]) / count;
      const double first_square = static_cast<double>(s.first_squares[g]) / count;
      const double total = static_cast<double>(s.total[g]) / count;
      one.sources.push_back(
          {names[g], first / variance,
           z * std::sqrt(std::max(0.0, first_square - first * first) / count) / variance,
           total / 2 / variance,
           z * std::sqrt(std::max(0.0, total - total * total) / count) / 2 / variance});
    }
    out.push_back(std::move(one));
  }
  return out;
}

} // namespace libeval
