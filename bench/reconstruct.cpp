// SPDX-License-Identifier: Apache-2.0
// What a public record determines: the flagship, and 100 candidates by 10 parts with 300 statements
// about a table that nobody sees.
#include "data.hpp"

#include <libeval/engine/reconstruct.hpp>
#include <libeval/io/load.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

using namespace libeval;

namespace {

/// Writes a record of scores that are tenths from 0 to 10 (a hash gives them): of each part the
/// mean, the gap, the first and the last, of the total the mean and who the first ten are, and for
/// the rest of the statements scores, ranges, distances and who is above or below a mean.
class Record {
public:
  Record(std::size_t candidates, std::size_t parts) : n_(candidates), m_(parts) {
    for (std::size_t p = 0; p < m_; ++p) {
      truth_.emplace_back();
      for (std::size_t c = 0; c < n_; ++c)
        truth_[p].push_back(static_cast<int>(bench::cell(c, p) * 101));
    }
    truth_.emplace_back(n_, 0);
    for (std::size_t p = 0; p < m_; ++p)
      for (std::size_t c = 0; c < n_; ++c)
        truth_[m_][c] += truth_[p][c];
  }

  [[nodiscard]] std::string program() const {
    std::string out = "libeval: 1\nprogram: record\ncandidates: [" + list(0, n_) +
                      "]\nevidence: {published: published.yaml}\nstages:\n  - id: only\n"
                      "    places: 10\n    score:\n      points: " +
                      std::to_string(10 * m_) + "\n      parts:\n";
    for (std::size_t p = 0; p < m_; ++p)
      out += "        " + part(p) + ": {points: 10, from: published}\n";
    return out + "    select: [{order: [total]}, {take: {first: 10}}]\n";
  }

  [[nodiscard]] std::string published(std::size_t statements) {
    for (std::size_t p = 0; p < m_; ++p) {
      const auto [low, high] = std::ranges::minmax(truth_[p]);
      mean(p);
      say(p, "gap: " + tenths(high - low));
      say(p, "first: [" + with(p, high) + "]");
      say(p, "last: [" + with(p, low) + "]");
    }
    mean(m_);
    std::vector<std::size_t> by_total(n_);
    std::iota(by_total.begin(), by_total.end(), std::size_t{0});
    std::ranges::stable_sort(by_total, std::greater{},
                             [&](std::size_t c) { return truth_[m_][c]; });
    std::string top;
    for (std::size_t i = 0; i < 10; ++i)
      top += (i == 0 ? "" : ", ") + name(by_total[i]);
    say(m_, "top: [" + top + "], ties: allowed");
    for (std::size_t at = 0; said_ < statements; ++at) {
      const std::size_t p = at % m_, c = at * 7 % n_, d = (c + 1 + at % (n_ - 1)) % n_;
      const int score = truth_[p][c], other = truth_[p][d];
      switch (at / m_ % 5) {
      case 0:
      case 1:
        say(p, "value: {" + name(c) + ": " + tenths(score) + "}");
        break;
      case 2:
        say(p, "range: {" + name(c) + ": [" + tenths(std::max(0, score - 15)) + ", " +
                   tenths(std::min(100, score + 15)) + "]}");
        break;
      case 3:
        say(p, "ahead: {candidate: " + name(score > other ? c : d) +
                   ", of: " + name(score > other ? d : c) +
                   ", by: " + tenths(std::abs(score - other) * 2 / 3) + "}");
        break;
      default:
        say(p, (score * static_cast<int>(n_) > sum(p) ? "above_mean: " : "below_mean: ") + name(c) +
                   ", ties: allowed");
      }
    }
    return "published: record\nstep: 0.1\nstage: only\nstatements:\n" + text_;
  }

private:
  static std::string name(std::size_t c) { return "k" + std::to_string(c); }
  static std::string part(std::size_t p) { return "p" + std::to_string(p); }
  static std::string tenths(int x) { return std::to_string(x / 10) + "." + std::to_string(x % 10); }
  [[nodiscard]] static std::string list(std::size_t begin, std::size_t end) {
    std::string out;
    for (std::size_t c = begin; c < end; ++c)
      out += (c == begin ? "" : ", ") + name(c);
    return out;
  }
  [[nodiscard]] int sum(std::size_t p) const {
    return std::accumulate(truth_[p].begin(), truth_[p].end(), 0);
  }
  [[nodiscard]] std::string with(std::size_t p, int score) const {
    std::string out;
    for (std::size_t c = 0; c < n_; ++c)
      if (truth_[p][c] == score)
        out += (out.empty() ? "" : ", ") + name(c);
    return out;
  }
  void mean(std::size_t p) { // to hundredths, a half up
    const auto n = static_cast<int>(n_);
    const int hundredths = (20 * sum(p) + n) / (2 * n);
    const int rest = hundredths % 100;
    say(p, "mean: " + std::to_string(hundredths / 100) + (rest < 10 ? ".0" : ".") +
               std::to_string(rest) + ", rounded: 0.01");
  }
  void say(std::size_t p, const std::string& what) {
    text_ += "  - {id: s" + std::to_string(said_++) + ", source: record, " +
             (p < m_ ? "part: " + part(p) + ", " : "") + what + "}\n";
  }

  std::size_t n_, m_;
  std::vector<std::vector<int>> truth_; ///< in tenths, by part; the last row is the total
  std::size_t said_ = 0;
  std::string text_;
};

Bundle record(std::size_t candidates, std::size_t parts, std::size_t statements) {
  const auto folder = std::filesystem::temp_directory_path() /
                      ("libeval-bench-record-" + std::to_string(candidates));
  std::filesystem::create_directories(folder);
  Record made(candidates, parts);
  std::ofstream(folder / "program.yaml") << made.program();
  std::ofstream(folder / "published.yaml") << made.published(statements);
  Bundle out = load_bundle(folder);
  std::filesystem::remove_all(folder);
  return out;
}

void reconstruct(benchmark::State& state, const Bundle& bundle, const ReconstructOptions& options) {
  Reconstruction found;
  for (auto _ : state) {
    Diagnostics diagnostics;
    found = libeval::reconstruct(bundle, options, diagnostics);
    if (diagnostics.has_errors() || found.contradictory() || found.trouble)
      state.SkipWithError("the record was not reconstructed");
  }
  std::size_t proven = 0;
  for (const ReconstructedNode& node : found.nodes)
    for (const ScoreRange& range : node.ranges)
      proven += (range.proven_low ? 1U : 0U) + (range.proven_high ? 1U : 0U);
  state.counters["ends"] = static_cast<double>(found.bounds);
  state.counters["ends certified"] = static_cast<double>(found.certified);
  state.counters["ends open"] =
      static_cast<double>(2 * found.nodes.size() * found.entrants.size() - proven);
  state.counters["places"] = static_cast<double>(found.places_proven.size());
  state.counters["places proven"] =
      static_cast<double>(std::ranges::count(found.places_proven, true));
}

} // namespace

int main(int argc, char** argv) {
  const bool quick = bench::option(argc, argv, "rows", "1000000").size() < 7;
  const double seconds = std::atof(bench::option(argc, argv, "seconds", "600").c_str());
  const std::filesystem::path flagship = bench::option(argc, argv, "flagship", "");
  if (!flagship.empty())
    benchmark::RegisterBenchmark("flagship", [&](benchmark::State& state) {
      const Bundle bundle = load_bundle(flagship);
      reconstruct(state, bundle, {});
    })->Unit(benchmark::kMillisecond);
  const std::size_t candidates = quick ? 20 : 100, parts = quick ? 5 : 10,
                    statements = quick ? 60 : 300;
  const std::string size = std::to_string(candidates) + "x" + std::to_string(parts);
  const auto add = [&](const std::string& what, bool places) {
    benchmark::RegisterBenchmark((what + "/" + size).c_str(),
                                 [=](benchmark::State& state) {
                                   ReconstructOptions options;
                                   options.places = places;
                                   options.reasons = false;
                                   options.seconds = seconds;
                                   reconstruct(state, record(candidates, parts, statements),
                                               options);
                                 })
        ->Unit(benchmark::kMillisecond)
        ->Iterations(1);
  };
  add("ranges", false);
  add("ranges, places and outcomes", true);
  return bench::run(argc, argv);
}
