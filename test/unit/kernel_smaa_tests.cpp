// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/smaa.hpp>

#include "support/catch.hpp"
#include "support/reference_smaa.hpp"

#include <cmath>
#include <numeric>
#include <utility>

using namespace libeval::kernel;
using libeval::test::contains;

namespace {

SmaaModel table(std::size_t n, std::size_t m, double deviation) {
  SmaaModel model;
  model.candidates = n;
  model.criteria = m;
  for (std::size_t k = 0; k < n * m; ++k) {
    model.mean.push_back(static_cast<double>((k * 7919 + 13) % 101) / 101);
    if (deviation > 0)
      model.deviation.push_back(deviation * (1 + static_cast<double>(k % 5)));
  }
  return model;
}

std::vector<Instructions> here() {
  std::vector<Instructions> out;
  for (const Instructions i : {Instructions::baseline, Instructions::avx2, Instructions::avx512})
    if (can_run(i))
      out.push_back(i);
  return out;
}

void require_same(const SmaaCounts& a, const SmaaCounts& b) {
  CHECK(a.samples == b.samples);
  CHECK(a.places == b.places);
  CHECK(a.first == b.first);
  CHECK(a.first_weights == b.first_weights);
  CHECK(a.first_squares == b.first_squares);
  CHECK(a.reached == b.reached);
  CHECK(a.ahead == b.ahead);
  CHECK(a.scores == b.scores);
}

double share(const SmaaCounts& counts, std::size_t i, std::size_t place) {
  const auto n = counts.first.size();
  return static_cast<double>(counts.places[i * n + place]) /
         static_cast<double>(counts.samples * place_unit);
}

} // namespace

TEST_CASE("smaa counts the same on every instruction set and as a plain scalar reference") {
  enum Measurements { one_a_candidate, one_by_one, dependent, shared_only };
  for (const std::size_t n : {1U, 2U, 5U, 19U, 33U, 40U})
    for (const auto weighting : {SmaaModel::Weights::uniform, SmaaModel::Weights::ordered,
                                 SmaaModel::Weights::fixed, SmaaModel::Weights::given})
      for (const Measurements measured : {one_a_candidate, one_by_one, dependent, shared_only}) {
        SmaaModel model = table(n, n % 4 + 1, 0.05);
        model.weighting = weighting;
        model.collapse = measured != one_by_one;
        if (measured >= dependent) {
          const std::vector<double> deviation = std::exchange(model.deviation, {});
          const std::size_t m = model.criteria;
          for (std::size_t i = 0; i < n && measured == dependent; ++i)
            for (std::size_t j = 0; j < m; ++j)
              for (std::size_t k = 0; k <= j; ++k)
                model.covariance.push_back(deviation[i * m + j] * deviation[i * m + k] *
                                           (j == k ? 1.0 : 0.5));
          for (std::uint32_t j = 0; j < m; ++j)
            model.shared.push_back({j / 2, j, std::vector<double>(n, 0.01 * (j + 1))});
          model.shared.front().factor.back() = -0.3;
        }
        model.thresholds = {0.4, 0.6};
        model.tolerance = 1e-9;
        model.pairs = true;
        model.bins = 16;
        model.low = 0.2;
        model.width = 0.03;
        model.weights.assign(model.criteria, 1.0 / static_cast<double>(model.criteria));
        model.sample = [](std::uint64_t replicate, std::span<double> w) {
          std::ranges::fill(w, 0.0);
          w[replicate % w.size()] = 1;
        };
        SmaaOptions options;
        options.seed = 0x123456789ABCDEF0;
        options.first = 0xFFFFFFF0; // across a word
        options.stride = n % 3 + 1;
        options.samples = 173; // no multiple of any number of lanes
        const SmaaCounts expected = libeval::test::reference_smaa(model, options);
        for (const Instructions i : here()) {
          options.instructions = i;
          require_same(smaa(model, options), expected);
        }
      }
}

TEST_CASE("counts have the bits that every compiler and instruction set has given so far") {
  SmaaModel model = table(20, 10, 0.05);
  model.pairs = true;
  model.bins = 64;
  model.width = 1.0 / 64;
  SmaaOptions options;
  options.samples = 20000;
  for (const Instructions i : here()) {
    options.instructions = i;
    const SmaaCounts counts = smaa(model, options);
    std::uint64_t digest = 0xCBF29CE484222325; // FNV-1a, word by word
    for (const auto* numbers : {&counts.places, &counts.first_weights, &counts.first_squares,
                                &counts.ahead, &counts.scores})
      for (const std::uint64_t x : *numbers)
        digest = (digest ^ x) * 0x100000001B3;
    CHECK(digest == 0x8DCE96AC3BEE0563);
  }
}

TEST_CASE("parts of a simulation add up to the whole") {
  const SmaaModel model = table(7, 3, 0.1);
  SmaaOptions all;
  all.samples = 1001;
  const SmaaCounts whole = smaa(model, all);
  SmaaOptions part = all;
  part.samples = 333;
  SmaaCounts sum = smaa(model, part);
  part.first = 333;
  part.samples = 668;
  add_counts(sum, smaa(model, part));
  require_same(sum, whole);
  CHECK_THROWS_WITH(add_counts(sum, smaa(table(6, 3, 0), part)), contains("different models"));
}

TEST_CASE("rows and columns of rank acceptabilities add up to one, with ties too") {
  SmaaModel model = table(6, 2, 0);
  for (std::size_t j = 0; j < 2; ++j) { // three alike, and two
    model.mean[1 * 2 + j] = model.mean[2 * 2 + j] = model.mean[0 * 2 + j];
    model.mean[5 * 2 + j] = model.mean[4 * 2 + j];
  }
  SmaaOptions options;
  options.samples = 500;
  const SmaaCounts counts = smaa(model, options);
  require_same(counts, libeval::test::reference_smaa(model, options));
  for (std::size_t i = 0; i < 6; ++i) {
    std::uint64_t row = 0, column = 0;
    for (std::size_t k = 0; k < 6; ++k) {
      row += counts.places[i * 6 + k];
      column += counts.places[k * 6 + i];
    }
    CHECK(row == 500 * place_unit);
    CHECK(column == 500 * place_unit);
  }
  for (std::size_t k = 0; k < 6; ++k)
    CHECK(counts.places[0 * 6 + k] == counts.places[1 * 6 + k]);
}

TEST_CASE("a tie among more than sixteen still adds up") {
  SmaaModel model = table(23, 1, 0);
  std::ranges::fill(model.mean, 0.5);
  SmaaOptions options;
  options.samples = 3;
  const SmaaCounts counts = smaa(model, options);
  for (std::size_t i = 0; i < 23; ++i)
    CHECK(std::accumulate(counts.places.begin() + static_cast<std::ptrdiff_t>(i * 23),
                          counts.places.begin() + static_cast<std::ptrdiff_t>((i + 1) * 23),
                          std::uint64_t{0}) == 3 * place_unit);
  CHECK(counts.first == std::vector<std::uint64_t>(23, 3));
}

TEST_CASE("collapsed and direct agree within their errors") {
  SmaaModel model = table(5, 3, 0.1);
  SmaaOptions options;
  options.samples = 200000;
  const SmaaCounts collapsed = smaa(model, options);
  model.collapse = false;
  options.seed = 2;
  const SmaaCounts direct = smaa(model, options);
  for (std::size_t i = 0; i < 5; ++i)
    for (std::size_t p = 0; p < 5; ++p) {
      const double a = share(collapsed, i, p), b = share(direct, i, p);
      CHECK(std::abs(a - b) < 4.5 * std::sqrt((a * (1 - a) + b * (1 - b)) / 200000) + 1e-5);
    }
}

TEST_CASE("closed forms within four standard errors at ten million samples") {
  constexpr std::uint64_t samples = 10000000;
  SmaaOptions options;
  options.samples = samples;
  SECTION("who is best in one criterion each: E of the largest of three weights is 11/18") {
    SmaaModel model;
    model.candidates = model.criteria = 3;
    model.mean = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    const SmaaCounts counts = smaa(model, options);
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t p = 0; p < 3; ++p)
        CHECK(std::abs(share(counts, i, p) - 1.0 / 3) < 4 * std::sqrt(2.0 / 9 / samples));
      const auto times = static_cast<double>(counts.first[i]);
      for (std::size_t j = 0; j < 3; ++j) {
        const double w = static_cast<double>(counts.first_weights[i * 3 + j]) / weight_unit / times;
        const double square =
            static_cast<double>(counts.first_squares[i * 3 + j]) / weight_unit / times;
        const double error = std::sqrt((square - w * w) / times);
        CHECK(std::abs(w - (i == j ? 11.0 / 18 : 7.0 / 36)) < 4 * error);
      }
    }
  }
  SECTION("two normal measurements: Phi of their distance") {
    SmaaModel model;
    model.candidates = 2;
    model.criteria = 1;
    model.mean = {0.1, 0};
    model.deviation = {0.15, 0.15};
    const double p = 0.6813240558830315;
    const double error = std::sqrt(p * (1 - p) / samples);
    CHECK(std::abs(share(smaa(model, options), 0, 0) - p) < 4 * error);
    model.collapse = false;
    CHECK(std::abs(share(smaa(model, options), 0, 0) - p) < 4 * error);
  }
  SECTION("ordered weights: the first of three is 11/18 on average, and one always wins") {
    SmaaModel model;
    model.candidates = model.criteria = 3;
    model.weighting = SmaaModel::Weights::ordered;
    model.mean = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    const SmaaCounts counts = smaa(model, options);
    CHECK(counts.first[0] == samples);
    const double expected[] = {11.0 / 18, 5.0 / 18, 2.0 / 18};
    for (std::size_t j = 0; j < 3; ++j) {
      const double w = static_cast<double>(counts.first_weights[j]) / weight_unit / samples;
      const double square = static_cast<double>(counts.first_squares[j]) / weight_unit / samples;
      CHECK(std::abs(w - expected[j]) < 4 * std::sqrt((square - w * w) / samples));
    }
  }
}

TEST_CASE("smaa refuses what makes no sense") {
  SmaaModel model = table(3, 2, 0.1);
  model.deviation[2] = -1;
  CHECK_THROWS_WITH(smaa(model, {}), contains("below zero"));
  model = table(3, 2, 0.1);
  model.mean.pop_back();
  CHECK_THROWS_WITH(smaa(model, {}), contains("5 means for 6 measurements"));
  model = table(3, 2, 0.1);
  model.weighting = SmaaModel::Weights::fixed;
  CHECK_THROWS_WITH(smaa(model, {}), contains("0 weights for 2 criteria"));
}
