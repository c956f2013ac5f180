// SPDX-License-Identifier: Apache-2.0
#include <libeval/base/decimal.hpp>
#include <libeval/engine/simulate.hpp>
#include <libeval/io/draw.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/parse.hpp>
#include <libeval/io/uncertain.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <string>
#include <vector>

using namespace libeval;

TEST_CASE("SMAA-2 of four antidepressants (Tervonen et al. 2011, Statistics in Medicine 30)") {
  const std::vector<std::string> criteria = {"efficacy", "diarrhea", "dizziness",
                                             "headache", "insomnia", "nausea"};
  const std::vector<std::string> names = {"fluoxetine", "paroxetine", "sertraline", "venlafaxine"};
  // Efficacy is log-normal: mean and deviation are those of the logarithm.
  const double mean[4][6] = {{0.0, 11.7, 7.2, 16.6, 13.7, 18.6},
                             {0.086, 9.2, 10.6, 21.2, 14.3, 18.3},
                             {0.095, 15.4, 7.5, 20.2, 15.0, 19.5},
                             {0.113, 5.5, 15.7, 12.8, 11.2, 31.0}};
  const double sd[4][6] = {{0.0, 2.5, 1.45, 3.27, 1.89, 1.79},
                           {0.056, 1.86, 1.58, 5.15, 2.93, 3.7},
                           {0.044, 2.65, 1.48, 3.78, 3.21, 2.6},
                           {0.048, 2.32, 4.44, 2.45, 3.98, 1.68}};
  // Value functions: linear between these, not cut off; only efficacy is a benefit.
  const double low[6] = {0.9765, 0.9528, 4.358, 7.998, 3.3992, 11.048};
  const double high[6] = {1.2301, 20.594, 24.4024, 31.294, 21.2916, 34.2928};
  std::string rules = "libeval: 1\nprogram: p\ncandidates: [fluoxetine, paroxetine, sertraline, "
                      "venlafaxine]\nevidence:\n  t:\n    keys: [candidate, criterion]\n    "
                      "values: [value, sd]\n    csv: \"candidate,criterion,value,sd";
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 6; ++j)
      rules += "\\n" + names[i] + "," + criteria[j] + "," +
               format_decimal(j == 0 ? std::exp(mean[i][j]) : mean[i][j]) + "," +
               format_decimal(sd[i][j]);
  rules += "\"\nstages:\n  - id: s\n    places: 1\n    score:\n      parts:\n";
  for (std::size_t j = 0; j < 6; ++j) {
    const bool benefit = j == 0;
    rules += "        " + criteria[j] + ": {weight: " + format_decimal(1.0 / 6) +
             ", from: t, value: value, direction: " + (benefit ? "benefit" : "cost") +
             ", where: {criterion: " + criteria[j] +
             "}, steps: [{subtract: " + format_decimal(benefit ? low[j] : high[j]) +
             "}, {multiply: " + format_decimal((benefit ? 1 : -1) / (high[j] - low[j])) + "}]}\n";
  }
  Diagnostics diagnostics;
  const Tree tree = parse_text(rules, "program.yaml", diagnostics);
  const Tree uncertainty = parse_text(
      "weights: [{uniform: true}]\nmeasurements:\n  - {evidence: t, value: value, where: "
      "{criterion: efficacy}, lognormal: {sd: {column: sd}}}\n  - {evidence: t, value: value, "
      "where: {criterion: {not: efficacy}}, normal: {sd: {column: sd}}}\n",
      "uncertainty.yaml", diagnostics);
  const Uncertain uncertain = load_uncertain(tree, ".", uncertainty, diagnostics);
  INFO(draw_all(diagnostics, false));
  REQUIRE_FALSE(diagnostics.has_errors());
  SimulateOptions options;
  options.samples = 20000;
  options.threads = 2;
  const Simulation s = simulate(uncertain, options, diagnostics);
  INFO(draw_all(diagnostics, false));
  REQUIRE_FALSE(diagnostics.has_errors());
  const double acceptability[4][4] = {{0.2, 0.28, 0.3, 0.22},
                                      {0.25, 0.29, 0.27, 0.19},
                                      {0.17, 0.25, 0.29, 0.3},
                                      {0.39, 0.18, 0.15, 0.29}};
  const double central[4][6] = {{0.08, 0.14, 0.23, 0.18, 0.16, 0.22},
                                {0.18, 0.17, 0.15, 0.13, 0.15, 0.22},
                                {0.21, 0.1, 0.22, 0.13, 0.15, 0.2},
                                {0.18, 0.21, 0.12, 0.21, 0.19, 0.09}};
  for (std::size_t i = 0; i < 4; ++i) {
    INFO(names[i]);
    for (std::size_t p = 0; p < 4; ++p)
      CHECK(std::abs(place_probability(s.all, 0, i, p + 1).value - acceptability[i][p]) < 0.02);
    for (std::size_t j = 0; j < 6; ++j)
      CHECK(std::abs(central_weight(s.all, 0, i, j, 6)->value - central[i][j]) < 0.02);
  }
}
