// SPDX-License-Identifier: Apache-2.0
// Reports on a narrow screen: nothing is cut off, nothing sticks out.
#include "support/catch.hpp"

#include <libeval/base/text.hpp>
#include <libeval/engine/decide.hpp>
#include <libeval/engine/margins.hpp>
#include <libeval/engine/panel.hpp>
#include <libeval/engine/reconstruct.hpp>
#include <libeval/engine/scenarios.hpp>
#include <libeval/engine/simulate.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/margins.hpp>
#include <libeval/io/panel.hpp>
#include <libeval/io/parse.hpp>
#include <libeval/io/reconstruct_report.hpp>
#include <libeval/io/report.hpp>
#include <libeval/io/scenario_report.hpp>
#include <libeval/io/simulation.hpp>
#include <libeval/io/uncertain.hpp>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace libeval;

namespace {

Bundle flagship() {
  return load_bundle(std::filesystem::path(LIBEVAL_SOURCE_DIR) / "examples" / "kai");
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);)
    out.push_back(line);
  return out;
}

/// All words of a text, each once.
std::set<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::set<std::string> out;
  for (std::string word; in >> word;)
    out.insert(word);
  return out;
}

/// The widest line below a heading; headings begin in the first column.
std::size_t widest(const std::string& text) {
  std::size_t width = 0;
  for (const std::string& line : lines_of(text))
    if (line.starts_with(' '))
      width = std::max(width, display_width(line));
  return width;
}

} // namespace

TEST_CASE("a decision fits on a narrow screen and says the same") {
  const Bundle bundle = flagship();
  const Decision decision = decide(bundle);
  const std::string wide = report(bundle, decision);
  CHECK(widest(wide) > 80);
  for (const std::size_t width : {60U, 80U, 100U}) {
    INFO(width);
    const std::string narrow = report(bundle, decision, {.width = width});
    CHECK(widest(narrow) <= width);
    CHECK(words_of(narrow) == words_of(wide));
  }
}

TEST_CASE("a table that goes on below itself names everybody again") {
  const Bundle bundle = flagship();
  Diagnostics diagnostics;
  ReconstructOptions options;
  options.reasons = false;
  const Reconstruction r = reconstruct(bundle, options, diagnostics);
  const auto named = [&](std::size_t width) {
    const auto lines = lines_of(report(bundle, r, {.width = width}));
    return std::ranges::count_if(
        lines, [](const std::string& line) { return line.starts_with(" Naver Cloud "); });
  };
  CHECK(named(0) == 1);
  CHECK(named(200) == 1);
  CHECK(named(80) == 2);
  CHECK(widest(report(bundle, r, {.width = 80})) <= 80);
}

TEST_CASE("a screen that is too narrow for a column gets one column after the other") {
  const Bundle bundle = flagship();
  const Decision decision = decide(bundle);
  const std::string text = report(bundle, decision, {.width = 1});
  CHECK(words_of(text) == words_of(report(bundle, decision)));
}

TEST_CASE("simulation, margins, panels and scenarios fit on a narrow screen and say the same") {
  const std::filesystem::path examples = std::filesystem::path(LIBEVAL_SOURCE_DIR) / "examples";
  Diagnostics diagnostics;
  const auto loaded = [&](const std::filesystem::path& folder, const std::string& uncertainty) {
    return load_uncertain(load_rules(folder, diagnostics), folder,
                          parse_text(uncertainty, "uncertainty.yaml", diagnostics), diagnostics);
  };
  const auto fits = [](const auto& text_of) {
    const std::string wide = text_of(ReportOptions{});
    for (const std::size_t width : {60U, 80U}) {
      ReportOptions narrow;
      narrow.width = width;
      CHECK(widest(text_of(narrow)) <= width);
      CHECK(words_of(text_of(narrow)) == words_of(wide));
    }
  };
  const Uncertain call =
      loaded(examples / "close-call", "weights: [{uniform: true}]\nmeasurements: [{evidence: "
                                      "tests, normal: 5}]\nrules: [{id: places, options: [{id: "
                                      "three}, {id: four, set: final.places=4}]}]");
  const Decision decision = decide(call.variants.front());
  const std::vector<StageMargins> near = margins(call, decision, {}, diagnostics);
  const std::vector<SobolIndices> indices = sobol(call, {.samples = 50}, diagnostics);
  fits([&](const ReportOptions& options) {
    return report(call.variants.front().program, decision, near, indices, options);
  });
  SimulateOptions some;
  some.samples = 500;
  const Simulation simulation = simulate(call, some, diagnostics);
  fits([&](ReportOptions options) {
    options.all = true;
    return report(simulation, options);
  });
  const Bundle panels = load_bundle(examples / "panel-and-users");
  const std::vector<PanelCheck> checked = check_panels(panels, decide(panels));
  fits([&](const ReportOptions& options) { return report(panels, checked, options); });
  const Bundle unknown =
      load_bundle(std::filesystem::path(LIBEVAL_TEST_DIR) / "cases" / "policy-unknown-holds");
  const Scenarios all = scenarios(unknown, diagnostics);
  fits([&](const ReportOptions& options) { return report(unknown.program, all, options); });
  CHECK_FALSE(diagnostics.has_errors());
}
