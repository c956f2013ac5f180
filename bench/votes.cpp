// SPDX-License-Identifier: Apache-2.0
// Paired votes and ranked ballots; `--data=DIR` writes what others are measured on.
#include "data.hpp"

#include "engine/run/kemeny.hpp"

#include <libeval/engine/decide.hpp>
#include <libeval/io/load.hpp>
#include <libeval/kernel/bradley_terry.hpp>

#include <benchmark/benchmark.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

using namespace libeval;
using kernel::Comparison;

namespace {

const Eigen::MatrixXd none;

/// Items with strengths from a normal distribution of deviation 1, and votes on random pairs.
std::vector<Comparison> votes_on(std::size_t items, std::size_t pairs, std::size_t votes,
                                 std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> strength(items);
  for (double& s : strength)
    s = normal(random);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> some;
  if (pairs < items * (items - 1) / 2) {
    for (std::uint32_t i = 0; i < items; ++i) // a ring, so that all are joined
      some.emplace_back(i, (i + 1) % items);
    while (some.size() < pairs) {
      const auto a = static_cast<std::uint32_t>(random() % items);
      const auto b = static_cast<std::uint32_t>(random() % items);
      if (a != b)
        some.emplace_back(a, b);
    }
  }
  std::vector<Comparison> out;
  out.reserve(votes);
  for (std::size_t v = 0; v < votes; ++v) {
    std::uint32_t a = 0, b = 0;
    if (some.empty()) {
      a = static_cast<std::uint32_t>(random() % items);
      b = static_cast<std::uint32_t>((a + 1 + random() % (items - 1)) % items);
    } else {
      std::tie(a, b) = some[random() % some.size()];
    }
    const double p = 1 / (1 + std::exp(strength[b] - strength[a]));
    const bool first = static_cast<double>(random() >> 11) * 0x1p-53 < p;
    out.push_back({a, b, first ? 1.0 : 0.0, first ? 0.0 : 1.0, 0});
  }
  return kernel::add_up(items, std::move(out));
}

/// a, b, wins of a, wins of b: four doubles a pair.
void write(const std::filesystem::path& file, const std::vector<Comparison>& votes) {
  std::ofstream out(file, std::ios::binary);
  for (const Comparison& v : votes) {
    const double row[4] = {static_cast<double>(v.a), static_cast<double>(v.b), v.a_wins, v.b_wins};
    out.write(reinterpret_cast<const char*>(row), sizeof row);
  }
}

void write_raw(const std::filesystem::path& folder, const std::vector<Comparison>& votes) {
  std::filesystem::create_directories(folder);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> raw; // winner, loser
  for (const Comparison& v : votes) {
    raw.insert(raw.end(), static_cast<std::size_t>(v.a_wins), {v.a, v.b});
    raw.insert(raw.end(), static_cast<std::size_t>(v.b_wins), {v.b, v.a});
  }
  std::mt19937_64 random(9);
  std::shuffle(raw.begin(), raw.end(), random);
  std::ofstream csv(folder / "votes.csv");
  csv << "model_a,model_b,winner\n";
  for (const auto& [winner, loser] : raw) {
    const bool first = random() % 2 == 0;
    csv << "model-" << (first ? winner : loser) << ",model-" << (first ? loser : winner) << ','
        << (first ? "model_a" : "model_b") << '\n';
  }
  std::ofstream program(folder / "program.yaml");
  program
      << "libeval: 1\nprogram: arena\ncandidates: {from: votes}\nevidence:\n  votes:\n    file: "
         "votes.csv\n    keys: [row]\n    pairs: {a: model_a, b: model_b, winner: winner, sides: "
         "[model_a, model_b]}\nstages:\n  - id: arena\n    score: {from: votes, steps: "
         "[{bradley_terry: {errors: none}}]}\n";
}

void fit(const std::string& name, std::size_t items, const std::vector<Comparison>& votes) {
  benchmark::RegisterBenchmark(name.c_str(), [items, &votes](benchmark::State& state) {
    double gradient = 0;
    for (auto _ : state)
      gradient = kernel::bradley_terry(items, votes, none, {}).gradient;
    state.counters["gradient"] = gradient;
  })->Unit(benchmark::kMillisecond);
}

/// How often each was put before each in orders drawn at random; `file` gets an order a line.
Eigen::MatrixXd random_orders(std::uint32_t items, std::size_t voters, std::uint64_t seed,
                              const std::filesystem::path& file = {}) {
  std::mt19937_64 random(seed);
  Eigen::MatrixXd tally = Eigen::MatrixXd::Zero(items, items);
  std::vector<std::uint32_t> order(items);
  std::ofstream out;
  if (!file.empty())
    out.open(file);
  for (std::size_t v = 0; v < voters; ++v) {
    for (std::uint32_t i = 0; i < items; ++i)
      order[i] = i;
    std::shuffle(order.begin(), order.end(), random);
    for (std::uint32_t i = 0; i < items; ++i)
      for (std::uint32_t j = i + 1; j < items; ++j)
        tally(order[i], order[j]) += 1;
    for (std::uint32_t i = 0; i < items; ++i)
      out << order[i] << (i + 1 < items ? ' ' : '\n');
  }
  return tally;
}

void write_tally(const std::filesystem::path& file, const Eigen::MatrixXd& tally) {
  std::ofstream(file) << tally << '\n';
}

} // namespace

int main(int argc, char** argv) {
  const bool small = bench::option(argc, argv, "rows", "1000000") != "1000000";
  const std::filesystem::path data = bench::option(argc, argv, "data", "");
  const std::size_t part = small ? 100 : 1;
  const auto hundred = votes_on(100, 4950, 1'000'000 / part, 1);
  const auto sparse = votes_on(5000 / part, 124'000 / part, 20'000'000 / part / part, 2);
  const auto dense = votes_on(5000 / part, 12'497'500, 20'000'000 / part / part, 3);
  if (!data.empty()) {
    std::filesystem::create_directories(data);
    write(data / "hundred.bin", hundred);
    write(data / "sparse.bin", sparse);
    write(data / "dense.bin", dense);
    write_raw(data / "raw", hundred);
    for (const std::uint32_t n : {20U, 30U})
      write_tally(data / ("tally" + std::to_string(n) + ".txt"),
                  random_orders(n, 20, n, data / ("orders" + std::to_string(n) + ".txt")));
  }
  fit("bradley_terry/100 items, 4950 pairs", 100, hundred);
  fit("bradley_terry/5000 items, 124000 pairs", 5000 / part, sparse);
  fit("bradley_terry/5000 items, 10 million pairs", 5000 / part, dense);
  benchmark::RegisterBenchmark("bradley_terry/100 bootstraps of 100 items",
                               [&](benchmark::State& state) {
                                 const auto one = kernel::bradley_terry(100, hundred, none, {});
                                 for (auto _ : state)
                                   benchmark::DoNotOptimize(kernel::bradley_terry_bootstrap(
                                       100, hundred, none, {}, one, 100, 1));
                               })
      ->Unit(benchmark::kMillisecond);
  for (const std::uint32_t n : {20U, 30U})
    benchmark::RegisterBenchmark(
        ("kemeny/" + std::to_string(n) + " candidates, 20 random orders").c_str(),
        [n](benchmark::State& state) {
          const Eigen::MatrixXd tally = random_orders(n, 20, n);
          double cost = 0;
          for (auto _ : state)
            cost = kemeny_exact(tally).cost;
          state.counters["cost"] = cost;
        })
        ->Unit(benchmark::kMillisecond);
  if (!data.empty())
    benchmark::RegisterBenchmark("votes.csv, 1 million rows, to strengths",
                                 [data](benchmark::State& state) {
                                   for (auto _ : state)
                                     benchmark::DoNotOptimize(
                                         decide(load_bundle(data / "raw")).stages.size());
                                 })
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
  return bench::run(argc, argv);
}
