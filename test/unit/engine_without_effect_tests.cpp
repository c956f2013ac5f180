// SPDX-License-Identifier: Apache-2.0
// Arguments that would change nothing are refused, with what was probably meant.
#include "support/catch.hpp"
#include "support/said.hpp"

#include <string>

using namespace libeval;
using namespace libeval::test;

namespace {

/// Marks of two by two jurors, who weigh 1 and 3.
std::string of_marks(const std::string& steps, const std::string& more = "") {
  return "libeval: 1\nprogram: p\ncandidates: [a, b]\nevidence:\n"
         "  l:\n    keys: [candidate, j]\n    values: [v]\n"
         "    csv: |\n      candidate,j,v\n      a,j1,9\n      a,j2,5\n      b,j1,8\n      b,j2,1\n"
         "  w:\n    keys: [j]\n    values: [weight]\n"
         "    csv: |\n      j,weight\n      j1,1\n      j2,3\n"
         "stages:\n  - id: s\n    score: {" +
         more + "from: l, steps: [" + steps + "]}\n";
}

} // namespace

TEST_CASE("in a table without candidates it is said what is compared") {
  const auto weighed = [](const std::string& step) {
    return of_marks("{sum: {over: j, weights: {from: w, steps: [" + step + "]}}}");
  };
  for (const std::string step : {"share", "rank", "{minmax: {constant: 1}}", "{ratio: sum}"}) {
    CAPTURE(step);
    const std::string refused = refusal(weighed(step));
    CHECK(holds(refused, "each value would be compared with itself alone"));
    CHECK(holds(refused, "`within: []` compares all of them"));
  }
  const Decided d = decide_text(weighed("{share: {within: []}}"));
  const NodeScores& total = d.stage().nodes.front();
  CHECK(total.scores.value(d.entrant("a")) == 6); // 9 / 4 + 5 * 3 / 4
  CHECK(total.scores.value(d.entrant("b")) == 2.75);
  CHECK(refusal(weighed("{share: {within: j}}")).empty());
}

TEST_CASE("an argument without effect is refused") {
  CHECK(holds(refusal(of_marks("{drop: j}, {mean: j}")), "`drop` does not say how many"));
  CHECK(holds(refusal(of_marks("{drop: j}, {mean: j}")),
              "`{drop: {over: j, highest: 1, lowest: 1}}`"));
  CHECK(refusal(of_marks("{drop: {over: j, lowest: 1}}, {mean: j}")).empty());
  CHECK(holds(refusal(of_marks("winsorize, {mean: j}")),
              "`winsorize` does not say where the limits are"));
  CHECK(refusal(of_marks("{winsorize: {sds: 2}}, {mean: j}")).empty());
  CHECK(holds(refusal(of_marks("{mean: {over: j, exponent: 3}}")),
              "`exponent` says nothing here: it goes with `kind: power`"));
  CHECK(refusal(of_marks("{mean: {over: j, kind: power, exponent: 3}}")).empty());
  CHECK(holds(refusal(of_marks("{missing: {as: zero, needs: 3}}, {mean: j}")),
              "`needs` says nothing here: it goes with `as: drop`"));
  CHECK(refusal(of_marks("{missing: {as: drop, needs: 2}}, {mean: j}")).empty());
  CHECK(holds(refusal(of_marks("{mean: j}, {ratio: {to: 2, within: candidate}}")),
              "`within` says nothing here"));
  CHECK(refusal(of_marks("{mean: j}, {ratio: {to: max, within: candidate}}")).empty());
}

TEST_CASE("how many count is a whole number, one for each group") {
  CHECK(holds(refusal(of_marks("{best: {over: j, of: 1.5}}, {sum: j}")), "`best` of 1.5 values"));
  CHECK(holds(refusal(of_marks("{best: {over: j, of: {count: j, plus: -2}}}, {sum: j}")),
              "`best` of 0 values"));
  const std::string by_juror = "{from: w, value: weight}";
  const Decided apart = decide_text(of_marks("{best: {over: j, of: " + by_juror + "}}, {sum: j}"));
  CHECK_FALSE(apart.stage().nodes.front().scores.has(apart.entrant("a")));
  const Decided each = decide_text(
      of_marks("{best: {over: j, of: {by: candidate, values: {a: 1, b: 2}}}}, {sum: j}"));
  CHECK(each.stage().nodes.front().scores.value(each.entrant("a")) == 9);
  CHECK(each.stage().nodes.front().scores.value(each.entrant("b")) == 9);
}

TEST_CASE("what best keeps in part is added up or averaged with its own weights") {
  const std::string best = "{best: {over: j, of: 2.5, weights: {from: w}}}, ";
  const Decided d = decide_text(of_marks(best + "{sum: j}")); // j1 weighs 1, j2 weighs 3
  CHECK(d.stage().nodes.front().scores.value(d.entrant("a")) == 9 + 1.5 * 5);
  CHECK(holds(refusal(of_marks(best + "{max: j}")), "`max` does not weigh"));
  CHECK(holds(refusal(of_marks(best + "{sum: {over: j, weights: {from: w}}}")),
              "the weights are those of `best` before it"));
  CHECK(holds(refusal(of_marks(best + "{drop: {over: j, lowest: 1}}, {sum: j}")),
              "`drop` after `best` with `weights`"));
  const Decided few =
      decide_text(of_marks("{best: {over: j, of: 5, weights: {from: w}}}, {sum: j}"));
  CHECK_FALSE(few.stage().nodes.front().scores.has(few.entrant("a")));
}

TEST_CASE(
    "nothing comes between setting values aside and reducing them that changes which there are") {
  for (const std::string step : {"versus", "{beside: {k: 2}}", "{pick: {j: j1}}"}) {
    CAPTURE(step);
    CHECK(holds(refusal(of_marks("{best: {over: j, of: 1}}, " + step + ", {sum: all}")),
                "stands between setting values aside and reducing them"));
  }
}

TEST_CASE("a dimension is set beside the values once") {
  CHECK(holds(refusal(of_marks("{beside: {j: 2}}, {sum: j}")), "`j` is a dimension of its own"));
  CHECK(holds(refusal(of_marks("{beside: {k: [x, x]}}, {sum: all}")), "`x` stands twice"));
  CHECK(holds(refusal(of_marks("{beside: {k: [x, y]}}, {add: {column: k}}, {sum: all}")),
              "there is no column `k` here"));
  CHECK(
      refusal(of_marks("{beside: {k: [3, 2026-01-15]}}, {add: {column: k}}, {sum: all}")).empty());
}

TEST_CASE("needs beside a part that is zero is refused") {
  const auto parts = [](const std::string& missing) {
    return "libeval: 1\nprogram: p\ncandidates: [a, b]\nevidence:\n"
           "  t:\n    keys: [candidate]\n    values: [x, y]\n"
           "    csv: |\n      candidate,x,y\n      a,1,2\n      b,3,\n"
           "stages:\n  - id: s\n    score: {missing: {" +
           missing + "}, parts: {x: {from: t, value: x}, y: {from: t, value: y}}}\n";
  };
  CHECK(holds(refusal(parts("as: zero, needs: 2")), "`needs` of `total` says nothing here"));
  CHECK(refusal(parts("as: drop, needs: 2")).empty());
}

TEST_CASE("a bare whole number of round is asked about") {
  CHECK(said(of_marks("{mean: j}, {round: 2}")) ==
        "`round: 2` gives multiples of 2, not 2 decimals (`{round: {digits: 2}}` gives decimals; "
        "`{round: {to: 2}}` says that multiples are meant)\n");
  for (const std::string fine :
       {"{round: {to: 2}}", "{round: {digits: 2}}", "{round: 1}", "{round: 0.5}", "{round: 10}"}) {
    CAPTURE(fine);
    CHECK(said(of_marks("{mean: j}, " + fine)).empty());
  }
}

TEST_CASE("what lacks an argument when it is written short is the only problem") {
  CHECK(refusal(of_marks("{best: 2}, {sum: j}")) ==
        "`best` needs the key `of` (how many are kept)\n");
}

TEST_CASE("a key that holds numbers serves as a value") {
  const auto read = [](const std::string& value) {
    return "libeval: 1\nprogram: p\ncandidates: [a]\nevidence:\n"
           "  d:\n    keys: [candidate, position, box]\n    values: [grade]\n"
           "    csv: |\n      candidate,position,box,grade\n      a,1,x,4\n      a,2,x,5\n"
           "stages:\n  - id: s\n    score: {from: d, value: " +
           value + ", steps: [{sum: all}]}\n";
  };
  const Decided d = decide_text(read("position"));
  CHECK(d.stage().nodes.front().scores.value(0) == 3);
  CHECK(holds(refusal(read("box")), "`x` in column `box` of `d` is no number and no date"));
  CHECK(holds(refusal(read("candidate")), "has no value column `candidate`"));
}

TEST_CASE("dates among values are told to stand outside of them") {
  const auto late = [](const std::string& values) {
    return "libeval: 1\nprogram: p\ncandidates: [a, b]\nevidence:\n"
           "  e:\n    keys: [candidate]\n    values: " +
           values +
           "\n    csv: |\n      candidate,at\n      a,2026-01-15 17:59\n      b,2026-01-17 18:01\n"
           "stages:\n  - id: s\n    score: {from: e, value: at, direction: cost, steps: "
           "[{subtract: 2026-01-15 18:00}, {floor: 0}, {round: {to: 1, mode: up}}]}\n";
  };
  CHECK(holds(refusal(late("[at]")), "a column of dates is read as days where it is not listed "
                                     "under `values`"));
  const Decided d = decide_text(late("[]"));
  CHECK(d.stage().nodes.front().scores.value(d.entrant("b")) == 3);
}
