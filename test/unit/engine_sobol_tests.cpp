// SPDX-License-Identifier: Apache-2.0
// What drives "advances": Sobol indices against closed forms.
#include <libeval/io/margins.hpp>

#include "support/asked.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <string>

using namespace libeval;
using libeval::test::Answer;
using libeval::test::ask;
using libeval::test::contains;

TEST_CASE("Sobol indices of one source are one, of an idle one zero") {
  Answer it = ask("measurements: [{evidence: table, value: x, normal: 20}, {evidence: marks, "
                  "normal: 0}]");
  Diagnostics diagnostics;
  const auto indices = sobol(it.uncertain, {.samples = 3000, .threads = 2}, diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  REQUIRE(!indices.empty());
  for (const SobolIndices& one : indices) {
    REQUIRE(one.sources.size() == 2);
    CHECK(one.stage == 0);
    CHECK(std::abs(one.sources[0].first - 1) < 2 * one.sources[0].first_half);
    CHECK(std::abs(one.sources[0].total - 1) < 2 * one.sources[0].total_half);
    CHECK(one.sources[1].first == 0);
    CHECK(one.sources[1].total == 0);
  }
  CHECK_THAT(report(it.uncertain.variants.front().program, it.decision, it.stages, indices),
             contains("what moves \"a advances\""));
}

TEST_CASE("Sobol indices of an indicator of a sum of normal errors: the closed form") {
  // a is ahead where x + y + z > 0, normal with variances 4, 2 and 1 of 7. With r the share of a
  // source: P(both sums above 0) of two sums with correlation r is 1/4 + asin(r) / (2 pi), so the
  // first-order index is 2/pi asin(r) and the total 1 - 2/pi asin(1 - r).
  Answer it = ask("measurements:\n"
                  "  - {evidence: t, value: x, where: {candidate: a}, normal: 2}\n"
                  "  - {evidence: t, value: y, where: {candidate: a}, normal: {sd: "
                  "1.4142135623730951}}\n"
                  "  - {evidence: t, value: z, where: {candidate: a}, normal: 1}\n",
                  R"(libeval: 1
program: p
candidates: [a, b]
evidence:
  t: {csv: "candidate,x,y,z\na,5,5,5\nb,5,5,5\n", keys: [candidate], values: [x, y, z]}
stages:
  - id: one
    places: 1
    score: {parts: {x: {weight: 1, from: t, value: x}, y: {weight: 1, from: t, value: y}, z: {weight: 1, from: t, value: z}}}
)");
  Diagnostics diagnostics;
  const auto indices =
      sobol(it.uncertain, {.seed = 3, .samples = 20000, .threads = 2}, diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  REQUIRE(indices.size() == 2);
  const double pi = std::acos(-1.0), shares[] = {4.0 / 7, 2.0 / 7, 1.0 / 7};
  for (const SobolIndices& one : indices) {
    CHECK(std::abs(one.probability - 0.5) < 4 * 0.5 / std::sqrt(40000.0));
    for (std::size_t k = 0; k < 3; ++k) {
      const SobolIndex& index = one.sources[k];
      INFO(index.source << " " << index.first << " " << index.total);
      // Within four standard errors, and the error itself is as small as promised.
      CHECK(std::abs(index.first - 2 / pi * std::asin(shares[k])) < 4 * index.first_half / 1.96);
      CHECK(std::abs(index.total - (1 - 2 / pi * std::asin(1 - shares[k]))) <
            4 * index.total_half / 1.96);
      CHECK(index.first_half > 0);
      CHECK(index.first_half / 1.96 < 0.01);
      CHECK(index.total_half / 1.96 < 0.01);
    }
  }
}

TEST_CASE("95 % intervals of Sobol indices cover the closed form in about 95 of 100 seeds") {
  Answer it = ask("measurements:\n"
                  "  - {evidence: t, value: x, where: {candidate: a}, normal: 2}\n"
                  "  - {evidence: t, value: y, where: {candidate: a}, normal: 1}\n",
                  R"(libeval: 1
program: p
candidates: [a, b]
evidence:
  t: {csv: "candidate,x,y\na,5,5\nb,5,5\n", keys: [candidate], values: [x, y]}
stages:
  - id: one
    places: 1
    score: {parts: {x: {weight: 1, from: t, value: x}, y: {weight: 1, from: t, value: y}}}
)");
  const double pi = std::acos(-1.0);
  int first = 0, total = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Diagnostics diagnostics;
    const auto one = sobol(it.uncertain, {.seed = seed, .samples = 400}, diagnostics).at(0);
    const SobolIndex& y = one.sources[1]; // a fifth of the variance of the sum
    first += std::abs(y.first - 2 / pi * std::asin(0.2)) <= y.first_half ? 1 : 0;
    total += std::abs(y.total - (1 - 2 / pi * std::asin(0.8))) <= y.total_half ? 1 : 0;
  }
  CHECK(first >= 88); // less has a chance below 1 in 300
  CHECK(total >= 88);
}

TEST_CASE("Sobol indices are the same on any number of threads and end where they are told") {
  Answer it =
      ask("measurements: [{evidence: table, value: x, normal: 20}, {evidence: table, value: "
          "y, normal: 20}]");
  Diagnostics diagnostics;
  const auto one = sobol(it.uncertain, {.samples = 500, .threads = 1}, diagnostics);
  const auto two = sobol(it.uncertain, {.samples = 500, .threads = 2}, diagnostics);
  REQUIRE(one.size() == two.size());
  for (std::size_t i = 0; i < one.size(); ++i)
    for (std::size_t k = 0; k < 2; ++k) {
      CHECK(one[i].sources[k].first == two[i].sources[k].first);
      CHECK(one[i].sources[k].total_half == two[i].sources[k].total_half);
    }
  const auto until = sobol(it.uncertain, {.samples = 100000, .until = 0.1}, diagnostics);
  REQUIRE(!until.empty());
  CHECK(until[0].samples < 10000);
  for (const SobolIndices& some : until)
    for (const SobolIndex& index : some.sources)
      CHECK(std::max(index.first_half, index.total_half) <= 0.1);
  const std::atomic<bool> stop = true;
  CHECK(sobol(it.uncertain, {.samples = 500, .stop = &stop}, diagnostics).empty());
  const auto stopped = margins(it.uncertain, it.decision, {.stop = &stop}, diagnostics);
  REQUIRE(stopped.size() == 1);
  CHECK(stopped[0].interrupted);
  CHECK(stopped[0].left_out.empty());
}

TEST_CASE("Sobol indices on lanes are those of one decision after another") {
  const auto indices = [](const std::string& uncertainty, bool lanes) {
    Diagnostics diagnostics;
    const Uncertain uncertain =
        load_uncertain(parse_text(R"(libeval: 1
program: p
candidates: [a, b, c, d]
evidence:
  t: {csv: "candidate,x,y\na,80,30\nb,70,41\nc,60,50\nd,60,50\n", keys: [candidate], values: [x, y]}
stages:
  - id: s
    places: 2
    score:
      parts:
        x: {weight: 0.6, from: t, value: x, steps: [minmax]}
        y: {weight: 0.4, from: t, value: y, steps: [minmax]}
)",
                                  "program.yaml", diagnostics),
                       ".", parse_text(uncertainty, "uncertainty.yaml", diagnostics), diagnostics);
    auto out = sobol(uncertain, {.samples = 500, .threads = 2, .lanes = lanes}, diagnostics);
    INFO(draw_all(diagnostics, false));
    REQUIRE_FALSE(diagnostics.has_errors());
    return out;
  };
  for (const char* uncertainty :
       {"weights: [{uniform: true}]\nmeasurements: [{evidence: t, value: x, normal: 8}, {evidence: "
        "t, value: y, lognormal: 0.2}]",
        "measurements: [{evidence: t, value: x, binomial: {n: 10, of: 100}}, {evidence: t, value: "
        "y, where: {candidate: a}, beta: {size: 20, from: [0, 100]}}]"}) {
    INFO(uncertainty);
    const auto fast = indices(uncertainty, true), slow = indices(uncertainty, false);
    REQUIRE(fast.size() == slow.size());
    REQUIRE_FALSE(fast.empty());
    for (std::size_t i = 0; i < fast.size(); ++i) {
      CHECK(fast[i].candidate == slow[i].candidate);
      CHECK(fast[i].probability == slow[i].probability);
      for (std::size_t g = 0; g < fast[i].sources.size(); ++g) {
        CHECK(fast[i].sources[g].first == slow[i].sources[g].first);
        CHECK(fast[i].sources[g].total == slow[i].sources[g].total);
      }
    }
  }
}
