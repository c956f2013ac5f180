// SPDX-License-Identifier: Apache-2.0
#include <libeval/base/decimal.hpp>
#include <libeval/engine/simulate.hpp>
#include <libeval/io/draw.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/parse.hpp>
#include <libeval/io/uncertain.hpp>

#include "support/catch.hpp"
#include "support/facts.hpp"

#include <cmath>
#include <string>
#include <vector>

using namespace libeval;
using libeval::test::known_answer;
using nlohmann::json;

namespace {

using Row = std::vector<double>;
using Rows = std::vector<Row>;

/// A bundle of one table, each criterion a part of equal weight with the step written for it.
Simulation simulated(const Rows& mean, const Rows& sd, const std::vector<std::string>& steps,
                     const std::string& uncertainty, std::uint64_t samples) {
  std::string rules = "libeval: 1\nprogram: p\ncandidates: {from: t}\nevidence:\n  t:\n    keys: "
                      "[candidate, criterion]\n    values: [value, sd]\n    csv: "
                      "\"candidate,criterion,value,sd";
  for (std::size_t i = 0; i < mean.size(); ++i)
    for (std::size_t j = 0; j < mean[i].size(); ++j)
      rules += "\\nc" + std::to_string(i) + ",k" + std::to_string(j) + "," +
               format_decimal(mean[i][j]) + "," + format_decimal(sd.empty() ? 0 : sd[i][j]);
  rules += "\"\nstages:\n  - id: s\n    places: 1\n    score:\n      parts:\n";
  for (std::size_t j = 0; j < mean[0].size(); ++j)
    rules += "        k" + std::to_string(j) +
             ": {weight: " + format_decimal(1.0 / static_cast<double>(mean[0].size())) +
             ", from: t, value: value, where: {criterion: k" + std::to_string(j) + "}" +
             (steps.empty() ? "" : steps[j]) + "}\n";
  Diagnostics diagnostics;
  const Tree tree = parse_text(rules, "program.yaml", diagnostics);
  const Tree what = parse_text(uncertainty, "uncertainty.yaml", diagnostics);
  const Uncertain uncertain = load_uncertain(tree, ".", what, diagnostics);
  INFO(draw_all(diagnostics, false));
  REQUIRE_FALSE(diagnostics.has_errors());
  SimulateOptions options;
  options.samples = samples;
  options.threads = 2;
  Simulation out = simulate(uncertain, options, diagnostics);
  INFO(draw_all(diagnostics, false));
  REQUIRE_FALSE(diagnostics.has_errors());
  return out;
}

/// Every expected number within the tolerance that stands beside it.
void check(const Simulation& s, const json& answer) {
  const json& expected = answer.at("expected");
  const double tolerance = answer.at("tolerance_abs").get<double>();
  const auto near = [&](double x, const json& y) {
    CHECK(std::abs(x - y.get<double>()) < tolerance);
  };
  for (std::size_t i = 0; i < s.ids.size(); ++i) {
    INFO(s.ids[i]);
    const json& places = expected.at("rank_acceptability")[i];
    for (std::size_t p = 0; p < places.size(); ++p)
      near(place_probability(s.all, 0, i, p + 1).value, places[p]);
    if (expected.contains("central_weights")) {
      const json& weights = expected["central_weights"][i];
      for (std::size_t j = 0; j < weights.size(); ++j)
        near(central_weight(s.all, 0, i, j, weights.size())->value, weights[j]);
    }
    if (expected.contains("confidence_factors"))
      near(confidence_factor(s.all, 0, i)->value, expected["confidence_factors"][i]);
  }
}

} // namespace

TEST_CASE("SMAA-2 of four antidepressants (Tervonen et al. 2011, Statistics in Medicine 30)") {
  const json answer = known_answer("mcda.json", "smaa2-antidepressants");
  auto mean = answer.at("measurement_mean").get<Rows>();
  for (Row& row : mean) // the value in the table is the median of a log-normal number
    row[0] = std::exp(row[0]);
  const auto low = answer.at("params").at("scale_low").get<Row>();
  const auto high = answer.at("params").at("scale_high").get<Row>();
  std::vector<std::string> steps;
  for (std::size_t j = 0; j < low.size(); ++j) {
    const bool benefit = answer.at("directions")[j] == 1;
    steps.push_back(std::string(", direction: ") + (benefit ? "benefit" : "cost") +
                    ", steps: [{subtract: " + format_decimal(benefit ? low[j] : high[j]) +
                    "}, {multiply: " + format_decimal((benefit ? 1 : -1) / (high[j] - low[j])) +
                    "}]");
  }
  const Simulation s =
      simulated(mean, answer.at("measurement_sd").get<Rows>(), steps,
                "weights: [{uniform: true}]\nmeasurements:\n  - {evidence: t, value: value, where: "
                "{criterion: k0}, lognormal: {sd: {column: sd}}}\n  - {evidence: t, value: value, "
                "where: {criterion: {not: k0}}, normal: {sd: {column: sd}}}\n",
                20000);
  CHECK_FALSE(s.collapsed);
  check(s, answer);
}

TEST_CASE("SMAA-2 of three candidates that are each best in one criterion (closed form)") {
  const json answer = known_answer("mcda.json", "smaa2-exact-identity3");
  const Simulation s =
      simulated(answer.at("matrix").get<Rows>(), {}, {}, "weights: [{uniform: true}]", 1000000);
  CHECK(s.collapsed);
  check(s, answer);
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(confidence_factor(s.all, 0, i)->value == 1);
}

TEST_CASE("SMAA-2 of one criterion with normal measurements (closed form)") {
  const json answer = known_answer("mcda.json", "smaa2-exact-one-criterion-gaussian");
  auto matrix = answer.at("matrix").get<Rows>();
  for (Row& row : matrix)
    row.push_back(0.5); // and one in which all are alike
  const double sd = answer.at("params").at("measurement_sd").get<double>();
  const Simulation s =
      simulated(matrix, Rows(2, Row{sd, 0}), {},
                "measurements: [{evidence: t, value: value, normal: {sd: {column: sd}}}]", 1000000);
  CHECK(s.collapsed);
  check(s, answer);
}
