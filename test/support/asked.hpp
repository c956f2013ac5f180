// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/engine/decide.hpp>
#include <libeval/engine/margins.hpp>
#include <libeval/io/draw.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/parse.hpp>
#include <libeval/io/uncertain.hpp>

#include "support/catch.hpp"
#include "support/temporary.hpp"

#include <string>
#include <vector>

namespace libeval::test {

/// A cut by weights and one by the marks of jurors.
inline constexpr const char* two_cuts = R"(libeval: 1
program: p
candidates: [a, b, c]
evidence:
  table: {csv: "candidate,x,y\na,80,30\nb,50,60\nc,40,70\n", keys: [candidate], values: [x, y]}
  marks: {csv: "juror,candidate,mark\nj1,a,6\nj2,a,6\nj1,b,5\nj2,b,5\nj1,c,5\nj2,c,9\n", keys: [juror, candidate], values: [mark], range: [0, 10]}
stages:
  - id: weighted
    places: 1
    score:
      parts:
        x: {weight: 0.6, from: table, value: x}
        y: {weight: 0.4, from: table, value: y}
  - id: panel
    places: 1
    score: {from: marks, steps: [{mean: juror}]}
)";

/// A program with what is uncertain about it, and its margins.
struct Answer {
  Uncertain uncertain;
  Decision decision;
  std::vector<StageMargins> stages;
};

/// None of it may be refused.
inline Answer ask(const std::string& uncertainty = "{}", const char* rules_text = two_cuts) {
  const TemporaryFolder folder;
  folder.write("program.yaml", rules_text);
  Diagnostics diagnostics;
  const Tree rules = load_rules(folder.path(), diagnostics);
  const Tree tree = parse_text(uncertainty, "uncertainty.yaml", diagnostics);
  Answer out;
  out.uncertain = load_uncertain(rules, folder.path(), tree, diagnostics);
  INFO(draw_all(diagnostics, false));
  REQUIRE_FALSE(diagnostics.has_errors());
  out.decision = decide(out.uncertain.variants.front(), diagnostics);
  out.stages = margins(out.uncertain, out.decision, {}, diagnostics);
  INFO(draw_all(diagnostics, false));
  REQUIRE_FALSE(diagnostics.has_errors());
  return out;
}

} // namespace libeval::test
