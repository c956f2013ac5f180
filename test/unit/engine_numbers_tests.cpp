// SPDX-License-Identifier: Apache-2.0
// What arithmetic leaves open, and where it ends: noise is no difference, and nothing beyond a
// double stands as a score.
#include "support/catch.hpp"
#include "support/small_bundle.hpp"

#include <cmath>
#include <string>

using namespace libeval;
using namespace libeval::test;

namespace {

std::string program(const std::string& rows, const std::string& keys, const std::string& stage,
                    const std::string& candidates) {
  std::string text = "libeval: 1\nprogram: p\ncandidates: [" + candidates +
                     "]\nevidence:\n  t:\n    keys: [" + keys + "]\n    values: [x]\n    csv: |\n";
  std::string header = keys + ",x";
  std::erase(header, ' ');
  text += "      " + header + "\n" + rows + "stages:\n  - id: s\n" + stage;
  return text;
}

/// One value a candidate `c0`, `c1`, ...; more than are worked out with 32 digits.
std::string large(std::size_t n, const std::string& first, const std::string& others,
                  const std::string& stage) {
  std::string rows, ids;
  for (std::size_t i = 0; i < n; ++i) {
    const std::string id = "c" + std::to_string(i);
    ids += (i == 0 ? "" : ",") + id;
    rows += "      " + id + "," + (i == 0 ? first : others) + "\n";
  }
  return program(rows, "candidate", stage, ids);
}

constexpr std::size_t many = 30000;

} // namespace

TEST_CASE("values that differ by noise are constant to minmax") {
  // Both medians are 0 but for what the arithmetic of z-scores leaves.
  const Decided d = decide_text(program(
      "      c0,j0,0.2\n      c0,j1,0.1\n      c1,j0,0.2\n      c1,j1,0.2\n", "candidate, juror",
      "    score: {from: t, steps: [{zscore: {constant: 0, sd: sample, within: candidate}}, "
      "{median: all}, {minmax: {constant: 0.5}}]}\n",
      "c0, c1"));
  CHECK(d.stage().total == std::vector<double>{0.5, 0.5});
}

TEST_CASE("values as they stand are different however near they are") {
  const std::string stage = "    score: {from: t, steps: [{minmax: {constant: 0.5}}]}\n";
  const Decided d = decide_text(
      program("      a,9007199254740991\n      b,9007199254740990\n", "candidate", stage, "a, b"));
  CHECK(d.stage().total == std::vector<double>{1, 0});
}

TEST_CASE("values as they stand are different in a large table too") {
  for (const std::string step : {"{minmax: {constant: 0.5}}", "{rank: {}}, {multiply: -1}"}) {
    INFO(step);
    const Decided d =
        decide_text(large(many, "9007199254740991", "9007199254740990",
                          "    places: 1\n    score: {from: t, steps: [" + step + "]}\n"));
    CHECK(d.stage().outcomes[0] == Outcome::advances);
    CHECK(d.stage().total[0] > d.stage().total[1]);
  }
}

TEST_CASE("tiny values of a large table are different") {
  const Decided d = decide_text(large(many, "2e-20", "1e-20",
                                      "    places: 1\n    score: {from: t, steps: [{multiply: 3}, "
                                      "{rank: {}}, {multiply: -1}]}\n"));
  CHECK(d.stage().total[0] == -1);
  CHECK(d.stage().total[1] == -2);
}

TEST_CASE("a part beyond double is undefined, in small tables and in large ones") {
  const std::string stage = "    score:\n      parts:\n        a: {weight: 1e-5, from: t, "
                            "steps: [{multiply: 1e10}]}\n        b: {weight: 1, from: t}\n";
  for (const std::size_t n : {std::size_t{3}, many}) {
    INFO(n);
    const Decided d = decide_text(large(n, "1e300", "1", stage));
    const auto undefined = d.findings(Finding::Kind::undefined);
    REQUIRE(undefined.size() == 1);
    CHECK(undefined[0].rule == "a");
    CHECK(undefined[0].candidate == 0);
    CHECK_FALSE(d.stage().nodes[1].scores.has(0));
    CHECK_FALSE(d.stage().nodes[0].scores.has(0));
    CHECK(d.stage().nodes[1].scores.has(1));
    CHECK(d.stage().nodes[1].scores.value(1) == 1e10);
  }
}

TEST_CASE("a division that leaves the range of a double is undefined") {
  for (const std::size_t n : {std::size_t{3}, many}) {
    INFO(n);
    const Decided d = decide_text(
        large(n, "1e300", "1", "    score: {from: t, steps: [{ratio: {to: 1e-20}}]}\n"));
    CHECK(d.findings(Finding::Kind::undefined).size() == 1);
    CHECK_FALSE(d.stage().nodes[0].scores.has(0));
    CHECK(d.stage().nodes[0].scores.value(1) == Approx(1e20));
  }
}

TEST_CASE("what leaves the range of a double is undefined for the steps after it") {
  for (const std::size_t n : {std::size_t{3}, many}) {
    INFO(n);
    const Decided d = decide_text(
        large(n, "1e300", "1", "    score: {from: t, steps: [{multiply: 1e10}, {rank: {}}]}\n"));
    CHECK(d.findings(Finding::Kind::undefined).size() == 1);
    CHECK_FALSE(d.stage().nodes[0].scores.has(0));
  }
}

TEST_CASE("no reduction gives what is beyond a double") {
  for (const std::string step : {"{sum: j}", "{product: j}", "{mean: j}", "{range: j}", "{sd: j}",
                                 "{median: j}", "{mean: {over: j, kind: geometric}}"}) {
    INFO(step);
    const Decided d = decide_text(
        program("      a,j0,1.7e308\n      a,j1,1.7e308\n      a,j2,-1.7e308\n      a,j3,-1.7e308\n"
                "      b,j0,1.7e308\n      b,j1,1.7e308\n      b,j2,1.7e308\n      b,j3,1.7e308\n",
                "candidate, j", "    score: {from: t, steps: [" + step + "]}\n", "a, b"));
    for (std::size_t e = 0; e < 2; ++e)
      if (d.stage().nodes[0].scores.has(e))
        CHECK(std::isfinite(d.stage().nodes[0].scores.value(e)));
      else
        CHECK_FALSE(d.findings(Finding::Kind::undefined).empty());
    CHECK(std::isfinite(d.stage().total[0]));
    CHECK(std::isfinite(d.stage().total[1]));
  }
}

TEST_CASE("a named measure has no value where it is undefined") {
  const Decided d = decide_text(program(
      "      a,0\n      b,10\n", "candidate",
      "    score: {from: t}\n    measures: {m: {from: t, steps: [{log: {base: 10}}]}}\n", "a, b"));
  REQUIRE(d.stage().measures.size() == 1);
  CHECK_FALSE(d.stage().measures[0].scores.has(0));
  CHECK(d.stage().measures[0].scores.value(1) == 1);
}
