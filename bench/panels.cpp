// SPDX-License-Identifier: Apache-2.0
// Agreement of 50 raters on 1,000 items, 30 % missing; `--data=DIR` writes what others work on.
#include "data.hpp"

#include <libeval/kernel/agreement.hpp>

#include <benchmark/benchmark.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

using namespace libeval::kernel;

namespace {

constexpr std::size_t items = 1000, raters = 50;

struct Panel {
  std::vector<double> marks;
  Groups units;
};

/// Half of the marks are the item's own value, the others any; a file has a row for each rater,
/// `nan` where nothing was marked.
Panel panel(std::uint64_t levels, const std::filesystem::path& file) {
  std::mt19937_64 random(levels);
  Panel out;
  std::vector<std::string> rows(raters);
  for (std::size_t item = 0; item < items; ++item) {
    const auto own = static_cast<double>(random() % levels);
    for (std::size_t rater = 0; rater < raters; ++rater) {
      const bool missing = random() % 10 < 3;
      const auto any = static_cast<double>(random() % levels);
      const double mark = random() % 2 == 0 ? own : any;
      if (!missing)
        out.marks.push_back(mark);
      rows[rater] += (item == 0 ? "" : ",") + (missing ? "nan" : std::to_string(mark));
    }
    out.units.offsets.push_back(static_cast<std::uint32_t>(out.marks.size()));
  }
  if (!file.empty()) {
    std::ofstream stream(file);
    for (const std::string& row : rows)
      stream << row << "\n";
  }
  return out;
}

void add(const std::string& name, const Panel& panel, Metric metric) {
  benchmark::RegisterBenchmark(name.c_str(), [&panel, metric](benchmark::State& state) {
    double alpha = 0;
    for (auto _ : state) {
      alpha = krippendorff_alpha(panel.marks, panel.units, metric).value.value_or(0);
      benchmark::ClobberMemory();
    }
    state.counters["alpha"] = alpha;
  })->Unit(benchmark::kMillisecond);
}

} // namespace

int main(int argc, char** argv) {
  (void)bench::option(argc, argv, "rows", "");
  const std::filesystem::path data = bench::option(argc, argv, "data", "");
  if (!data.empty())
    std::filesystem::create_directories(data);
  const Panel five = panel(5, data.empty() ? data : data / "five.csv");
  const Panel thousand = panel(1000, data.empty() ? data : data / "thousand.csv");
  add("alpha/five levels/nominal", five, Metric::nominal);
  add("alpha/five levels/ordinal", five, Metric::ordinal);
  add("alpha/five levels/interval", five, Metric::interval);
  add("alpha/five levels/ratio", five, Metric::ratio);
  add("alpha/thousand values/interval", thousand, Metric::interval);
  add("alpha/thousand values/ordinal", thousand, Metric::ordinal);
  return bench::run(argc, argv);
}
