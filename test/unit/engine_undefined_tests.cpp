// SPDX-License-Identifier: Apache-2.0
// A value that a step does not have goes on as a gap does: never as a number.
#include "support/catch.hpp"
#include "support/small_bundle.hpp"

using namespace libeval;
using namespace libeval::test;

namespace {

/// `first` and the others of a column `p` (with region n, n, s, s), scored by `score`.
std::string column(const std::string& first, const std::string& score,
                   const std::string& stage = "") {
  return "libeval: 1\nprogram: p\n"
         "candidates: {a: {region: n}, b: {region: n}, c: {region: s}, d: {region: s}}\n"
         "evidence:\n  t:\n    keys: [candidate]\n    values: [p, q]\n    csv: |\n"
         "      candidate,p,q\n      a," +
         first +
         ",3\n      b,1,4\n      c,2,1\n      d,8,2\nstages:\n  - id: s\n    score: " + score +
         "\n" + stage;
}

/// Each score, `-` where there is none.
std::vector<std::string> scores(const Decided& d, const std::string& node = "total") {
  std::vector<std::string> out;
  const NodeScores& found = *d.stage().find_scores(node);
  for (std::size_t e = 0; e < d.stage().entrants.size(); ++e)
    out.push_back(found.scores.has(e) ? std::to_string(found.scores.value(e)) : "-");
  return out;
}

using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("steps within groups leave out what has no result, as they leave out a gap") {
  const std::string step =
      GENERATE(as<std::string>(), "zscore", "{zscore: {center: median}}", "minmax", "rank",
               "{rank: {ties: fractional}}", "win_rate", "{win_rate: {ties: win}}", "flag_first",
               "{share: {}}, {multiply: 2}", "{winsorize: {lower: 0.2, upper: 0.8}}",
               "{ratio: {to: mean}}", "{ratio: {to: max}}", "{compare: median}",
               "{minmax: {within: [candidate.region], constant: 0.5}}",
               "{rank: {reference: {candidate.region: n}}}");
  CAPTURE(step);
  const std::string steps = "{from: t, value: p, steps: [log, {add: 5}, " + step + "]}";
  const Decided undefined = decide_text(column("0", steps));
  const Decided gap = decide_text(column("", steps));
  CHECK(scores(undefined)[0] == "-");
  CHECK(scores(undefined) == scores(gap));
  CHECK(undefined.outcomes() == gap.outcomes());
  const auto told = undefined.findings(Finding::Kind::undefined);
  REQUIRE_FALSE(told.empty());
  CHECK(told[0].candidate == undefined.stage().entrants[0]);
}

TEST_CASE("seats are for those who have votes") {
  const std::string steps =
      "{from: t, value: p, steps: [{lookup: {table: {1: 10, 2: 20, 8: 70}}}, {apportion: {seats: "
      "10, by: dhondt}}]}";
  CHECK(scores(decide_text(column("0", steps))) == Texts{"-", "1.000000", "2.000000", "7.000000"});
}

TEST_CASE("what is made of a value without a result has none") {
  const auto of = [](const std::string& steps) {
    return scores(decide_text(column("0", "{from: t, value: p, steps: [" + steps + "]}")));
  };
  CHECK(of("log, {cap: 1}, {floor: 0}, exp")[0] == "-");
  CHECK(of("{replace: {column: q}}, {multiply: {from: t, value: p, steps: [log]}}")[0] == "-");
  CHECK(of("{replace: {column: q}}, {compare: {to: {from: t, value: p, steps: [log]}}}")[0] == "-");
  CHECK(of("log, {ratio: {to: {candidate: a}}}") == Texts{"-", "-", "-", "-"});
  // Only in the group of the one.
  const Texts shares = of("log, {ratio: {to: {candidate: a}, within: [candidate.region]}}");
  CHECK(shares[0] == "-");
  CHECK(shares[1] == "-");
}

TEST_CASE("a mean over jurors has no result where one of its marks has none") {
  const auto of = [](const std::string& steps) {
    return decide_text(R"(
libeval: 1
program: p
candidates: [a, b, c]
evidence:
  m: {csv: "juror,candidate,mark\nj,a,0\nk,a,9\nl,a,8\nj,b,4\nk,b,2\nl,b,3\nj,c,1\nk,c,1\nl,c,1\n", keys: [juror, candidate], values: [mark]}
stages:
  - {id: s, places: 1, score: {from: m, steps: [)" +
                       steps + "]}}\n");
  };
  for (const std::string last : {"{mean: juror}", "{sum: juror}", "{min: juror}",
                                 "{drop: {over: juror, lowest: 1}}, {mean: juror}",
                                 "{best: {of: 2, over: juror}}, {sum: juror}", "{median: juror}"}) {
    CAPTURE(last);
    const Decided d = of("log, " + last);
    CHECK(scores(d)[0] == "-");
    CHECK(scores(d)[1] != "-");
    CHECK(d.outcomes() == "a: held, b: held, c: cut");
  }
  CHECK(scores(of("log, {count: juror}")) == Texts{"2.000000", "3.000000", "3.000000"});
  CHECK(scores(of("log, {missing: drop}, exp, {mean: juror}"))[0] == "8.500000");
  CHECK(scores(of("log, {missing: zero}, {min: juror}"))[0] == "0.000000");
  CHECK(scores(of("log, {missing: {as: drop, needs: 3}}, {mean: juror}"))[0] == "-");
}

TEST_CASE("where nothing stands in a group, those of that group alone have no result") {
  const std::string steps = "{from: t, value: p, steps: [{codes: [8]}, {missing: {as: best, "
                            "within: [candidate]}}]}";
  const Decided d = decide_text(column("5", steps, "    places: 1\n"));
  CHECK(scores(d) == Texts{"5.000000", "1.000000", "2.000000", "-"});
  CHECK(d.outcomes() == "a: held, b: cut, c: cut, d: held");
  const auto told = d.findings(Finding::Kind::undefined);
  REQUIRE(told.size() == 1);
  CHECK(told[0].candidate == 3);
  CHECK(told[0].detail == "missing: nothing stands in the group");
}

TEST_CASE("what a node says of parts without a value goes for parts without a result") {
  const auto total = [](const std::string& missing) {
    return scores(
        decide_text(column("0", "{parts: {p: {weight: 1, from: t, value: p, steps: [log]}, "
                                "q: {weight: 3, from: t, value: q}}, missing: " +
                                    missing + "}")));
  };
  CHECK(total("hold")[0] == "-");
  CHECK(total("zero")[0] == "9.000000");
  CHECK(total("1")[0] == "10.000000");
  CHECK(total("drop")[0] == "12.000000");
  CHECK(total("lowest")[0] == "9.000000"); // of b, the logarithm of 1
  CHECK(total("{as: drop, needs: 2}")[0] == "-");
  CHECK(total("drop")[1] == "12.000000");
  const Texts by_steps = scores(
      decide_text(column("0", "{parts: {p: {from: t, value: p, steps: [log]}, q: {from: t, value: "
                              "q}}, missing: drop, steps: [{mean: part}]}")));
  CHECK(by_steps[0] == "3.000000");
  CHECK(by_steps[1] == "2.000000");
}

TEST_CASE("level places are not told apart by what has no result") {
  const Decided d = decide_text(
      column("1", "{from: t, value: p, steps: [{rank: {then: [{measure: other}]}}]}",
             "    measures: {other: {from: t, value: q, steps: [{subtract: 3}, log]}}\n"));
  CHECK(scores(d) == Texts{"-", "-", "2.000000", "1.000000"}); // a and b are level, of a nothing
}

TEST_CASE("a count-back does not take what has no result for a number") {
  const Decided d = decide_text(R"(
libeval: 1
program: p
candidates: [a, b]
evidence:
  m: {csv: "race,candidate,mark\n1,a,0\n2,a,2\n1,b,1\n2,b,1\n", keys: [race, candidate], values: [mark]}
stages:
  - id: s
    places: 1
    score: {from: m, steps: [{sum: race}]}
    measures: {logs: {from: m, steps: [{subtract: 1}, {abs: {}}, log]}}
    select: [{order: [total, {count_back: logs}]}, {take: places}]
)");
  CHECK(d.outcomes() == "a: held, b: held");
  CHECK_FALSE(d.findings(Finding::Kind::undefined).empty());
}
