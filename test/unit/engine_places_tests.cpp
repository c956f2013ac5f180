// SPDX-License-Identifier: Apache-2.0
// Shared places: a rule that asks for some of them and not for others does not guess who has which.
#include "support/catch.hpp"
#include "support/small_bundle.hpp"

#include <algorithm>

using namespace libeval;
using namespace libeval::test;

namespace {

const std::string groups = R"(
libeval: 1
program: p
candidates: {a: {group: 1}, b: {group: 1}, c: {group: 1}, d: {group: 2}, e: {group: 2}, f: {group: 3}, g: {group: 3}}
evidence:
  s: {csv: "candidate,points\na,9\nb,6\nc,6\nd,9\ne,5\nf,9\ng,4\n", keys: [candidate], values: [points]}
stages:
  - id: groups
    places: 3
    score: {from: s}
    select: [{group: {by: group}}, {order: [total]}, {take: {first: 1}}]
)";

std::string next_stage(const std::string& select, const std::string& more = "") {
  return groups + "  - id: next\n    entrants: {entrants_of: groups}\n    places: 2\n" + more +
         "    select: [" + select + "]\n";
}

const std::string place = "{from: {stage: groups, value: pool_place}";
const std::string score = "    score: {from: s}\n";

} // namespace

TEST_CASE("a hurdle on a place that is shared in an earlier stage holds whom it can let in") {
  const Decided d =
      decide_text(next_stage("{require: " + place + ", above: 1}}, {require: " + place +
                                 ", at_most: 2}}, {order: [total]}, take",
                             score));
  // One of b and c is second of its group, the other third: it goes on with e, and g never does.
  CHECK(d.outcomes(1) == "a: cut, b: held, c: held, d: cut, e: advances, f: cut, g: cut");
  const auto ties = d.findings(Finding::Kind::tie, 1);
  REQUIRE(ties.size() == 1);
  CHECK(ties[0].rule == "pool_place");
  CHECK(ties[0].others == std::vector<std::size_t>{1, 2});
  CHECK(d.findings(Finding::Kind::unknown, 1).empty());
  // Neither is said to have missed it, or to have a place here that the other has not.
  for (const Finding& hurdle : d.findings(Finding::Kind::require, 1))
    if (hurdle.candidate == 1 || hurdle.candidate == 2) {
      CHECK(hurdle.observed == 2.0);
      CHECK(hurdle.verdict == (hurdle.step == 0 ? Verdict::pass : Verdict::unknown));
    }
  CHECK(d.stage(1).place[1] == d.stage(1).place[2]);
  CHECK(d.stage(1).decided_by[1] == d.stage(1).decided_by[2]);
}

TEST_CASE("two hurdles see the same end of a tie") {
  // Not the second of its group and not behind the second: nobody of the seven.
  const Decided d =
      decide_text(next_stage("{require: " + place + ", above: 2}}, {require: " + place +
                                 ", below: 3}}, {order: [total]}, take",
                             score));
  for (const Outcome outcome : d.stage(1).outcomes)
    CHECK(outcome == Outcome::cut);
}

TEST_CASE("places that are all in, or all out, are not told apart") {
  for (const std::string bound : {"at_most: 3", "above: 1", "below: 4"}) {
    CAPTURE(bound);
    const Decided d = decide_text(
        next_stage("{require: " + place + ", " + bound + "}}, {order: [total]}, take", score));
    for (const Finding& tie : d.findings(Finding::Kind::tie, 1))
      CHECK(tie.rule != "pool_place");
  }
}

TEST_CASE("with another ruling on ties all who share a place have it") {
  const Decided d =
      decide_text(next_stage("{require: " + place + ", at_most: 2}}, {require: " + place +
                                 ", above: 1}}, {order: [total]}, take, {ties: all_advance}",
                             score));
  CHECK(d.outcomes(1) == "a: cut, b: advances, c: advances, d: cut, e: cut, f: cut, g: cut");
}

TEST_CASE("a place read as a score, a named measure or the part of a take is the same place") {
  const std::string held = "a: cut, b: held, c: held, d: cut, e: advances, f: cut, g: cut";
  const std::string above = "{require: " + place + ", above: 1}}, ";
  CHECK(decide_text(next_stage(above + "{require: {part: p, at_most: 2}}, {order: [q]}, take",
                               "    score: {parts: {p: " + place +
                                   "}, q: {from: s, steps: "
                                   "[{multiply: -1}]}}}\n"))
            .outcomes(1) == held);
  CHECK(
      decide_text(next_stage(above + "{require: {part: seat, at_most: 2}}, {order: [total]}, take",
                             score + "    measures: {seat: " + place + "}}\n"))
          .outcomes(1) == held);
  CHECK(decide_text(
            next_stage(above + "{order: [total]}, {take: {until: places, part: seat, at_most: 2}}",
                       score + "    measures: {seat: " + place + "}}\n"))
            .outcomes(1) == held);
}

TEST_CASE("who is held for a place in the pool is held by a tie, not by a verdict") {
  const Decided d = decide_text(
      groups + "  - id: one\n    entrants: all\n    score: {from: s}\n    select: [{group: {by: "
               "group}}, {order: [total]}, {take: {first: 1}}, regroup, {order: [total]}, {take: "
               "{first: 2, where: {pool_place: 2}}}]\n");
  CHECK(d.outcomes(1) ==
        "a: advances, b: held, c: held, d: advances, e: advances, f: advances, g: cut");
  CHECK_FALSE(d.findings(Finding::Kind::tie, 1).empty());
  CHECK(d.findings(Finding::Kind::unknown, 1).empty());
}

TEST_CASE("nobody held by a tie is said to be decided by the step that one way of it reaches") {
  const Decided d = decide_text(R"(
libeval: 1
program: p
candidates: [a, d, g]
evidence:
  s: {csv: "candidate,v,w\na,9,1\nd,9,4\ng,2,7\n", keys: [candidate], values: [v, w]}
stages:
  - id: s
    places: 2
    score: {from: s, value: v}
    select: [{order: [total]}, {take: {first: 1, by: [{from: s, value: w}]}}, take, {reserve: 1}]
)");
  CHECK(d.outcomes() == "a: held, d: held, g: advances");
  CHECK(d.stage().decided_by == std::vector<std::uint32_t>{2, 2, 1});
}

TEST_CASE("many level for few places, with reserves behind them, are held at once") {
  std::string rows, candidates;
  constexpr std::size_t n = 400, level = 60;
  for (std::size_t i = 0; i < n; ++i) {
    candidates += (i == 0 ? "c" : ", c") + std::to_string(i);
    const std::size_t points = i < 10 ? 1000 - i : i < 10 + level ? 500 : n - i;
    rows += "      c" + std::to_string(i) + "," + std::to_string(points) + "\n";
  }
  const auto with = [&](const std::string& select) {
    return decide_text("libeval: 1\nprogram: p\ncandidates: [" + candidates +
                       "]\nevidence:\n  t:\n    keys: [candidate]\n    values: [x]\n    csv: |\n"
                       "      candidate,x\n" +
                       rows +
                       "stages:\n  - id: s\n    places: 30\n    score: {from: t}\n"
                       "    select: [" +
                       select + "]\n");
  };
  const Decided d = with("{order: [total]}, take, {reserve: 45}");
  for (std::size_t e = 0; e < n; ++e) {
    CAPTURE(e);
    CHECK(d.stage().outcomes[e] == (e < 10               ? Outcome::advances
                                    : e < 10 + level     ? Outcome::held
                                    : e < 10 + level + 5 ? Outcome::reserve
                                                         : Outcome::cut));
  }
  CHECK(d.findings(Finding::Kind::unknown).empty());
  // Where all of them come to the same, the tie is without effect.
  const Decided all =
      with("{order: [total]}, {take: {first: 30}}, {take: {first: 40}}, {reserve: 1}");
  CHECK(all.outcome("c20") == "advances");
  CHECK(all.outcome("c70") == "reserve");
  const auto ties = all.findings(Finding::Kind::tie);
  REQUIRE(ties.size() == 1);
  CHECK(ties[0].detail == "without effect");
}

TEST_CASE("very many level for what is left of a budget are held, whatever comes after") {
  std::string rows, candidates;
  for (int i = 0; i < 8; ++i) {
    candidates +=
        (i == 0 ? "c" : ", c") + std::to_string(i) + ": {cost: " + std::to_string(1 + i) + "}";
    rows += "      c" + std::to_string(i) + ",5\n";
  }
  const Decided d = decide_text("libeval: 1\nprogram: p\ncandidates: {" + candidates +
                                "}\nevidence:\n  t:\n    keys: [candidate]\n    values: [x]\n"
                                "    csv: |\n      candidate,x\n" +
                                rows +
                                "stages:\n  - id: s\n    score: {from: t}\n    select: "
                                "[{order: [total]}, {take: {budget: 4, cost: {attribute: "
                                "cost}}}, {reserve: 2}]\n");
  for (const Outcome outcome : d.stage().outcomes)
    CHECK(outcome == Outcome::held);
}
