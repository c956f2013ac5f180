// SPDX-License-Identifier: Apache-2.0
// Selection by hand: small fields whose outcome anybody can see.
#include "support/catch.hpp"
#include "support/small_bundle.hpp"

#include <libeval/engine/why.hpp>

#include <algorithm>
#include <cmath>
#include <map>

using namespace libeval;
using namespace libeval::test;

namespace {

/// Scores of a, b, ... z, A, ... in one column, with attributes, and the rest of the stage.
std::string field(const std::vector<std::string>& scores, const std::string& stage,
                  const std::vector<std::string>& attributes = {}) {
  std::string candidates, rows;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const std::string id(1, static_cast<char>(i < 26 ? 'a' + i : 'A' + (i - 26)));
    candidates +=
        (i == 0 ? "" : ", ") + id + ": {" + (attributes.empty() ? "" : attributes[i]) + "}";
    rows += "      " + id + "," + scores[i] + "\n";
  }
  return "libeval: 1\nprogram: p\ncandidates: {" + candidates +
         "}\nevidence:\n  t:\n    keys: [candidate]\n    values: [x]\n    csv: |\n"
         "      candidate,x\n" +
         rows + "stages:\n  - id: s\n    score: {from: t}\n" + stage;
}

std::string outcomes(const std::vector<std::string>& scores, const std::string& stage,
                     const std::vector<std::string>& attributes = {}) {
  return decide_text(field(scores, stage, attributes)).outcomes();
}

const std::string hold_policy =
    "policy: p\nrules: [{id: R, title: r, on_unknown: hold, consequence: disqualify}]\n";

} // namespace

// --- how many --------------------------------------------------------------------------------

TEST_CASE("a stage without places and without select takes everybody") {
  CHECK(outcomes({"1", "2"}, "") == "a: advances, b: advances");
  CHECK_FALSE(decide_text(field({"1", "2"}, "")).stage().vacancies);
}

TEST_CASE("no place is a legitimate number of places") {
  const Decided d = decide_text(field({"1", "2"}, "    places: 0\n"));
  CHECK(d.outcomes() == "a: cut, b: cut");
  CHECK(d.stage().vacancies == std::size_t{0});
  CHECK(d.stage().advancing == 0);
}

TEST_CASE("more places than entrants leave vacancies") {
  const Decided d = decide_text(field({"1", "2"}, "    places: 5\n"));
  CHECK(d.outcomes() == "a: advances, b: advances");
  CHECK(d.stage().vacancies == std::size_t{3});
}

TEST_CASE("a gap that two sources read is named once") {
  const Decided d = decide_text(R"(
libeval: 1
program: p
candidates: [a, b]
evidence:
  marks: {csv: "juror,candidate,mark\nj1,a,1\nj1,b,\nj2,a,3\nj2,b,1\n", keys: [juror, candidate], values: [mark]}
stages:
  - id: s
    places: 1
    score: {from: marks, steps: [{add: {from: marks, steps: [{multiply: 2}]}}, {mean: juror}]}
)");
  const auto gap = std::ranges::find(d.stage().findings, Finding::Kind::gap, &Finding::kind);
  REQUIRE(gap != d.stage().findings.end());
  CHECK(gap->detail == "juror `j1`");
}

TEST_CASE("one entrant is first and last") {
  const Decided d = decide_text(field({"7"}, "    places: 1\n"));
  CHECK(d.outcomes() == "a: advances");
  CHECK(d.stage().place[0] == 1);
}

TEST_CASE("a stage whose entrants are all out before is decided with nobody") {
  const Decided d = decide_text(field({"7", "8"}, "    places: 0\n") +
                                "  - id: next\n    entrants: {advanced_from: s}\n    places: 1\n"
                                "    score: {from: t, steps: [{minmax: {}}]}\n");
  CHECK(d.stage(1).entrants.empty());
  CHECK(d.stage(1).vacancies == std::size_t{1});
}

TEST_CASE("everybody disqualified leaves all places vacant") {
  const std::string policy = hold_policy + "findings: [{rule: R, candidate: a, verdict: fail}, "
                                           "{rule: R, candidate: b, verdict: fail}]\n";
  const Decided before = decide_text(
      field({"1", "2"}, "    places: 1\n    select: [{policy: policy.yaml}, {take: {}}]\n"),
      policy);
  CHECK(before.outcomes() == "a: disqualified, b: disqualified");
  CHECK(before.stage().vacancies == std::size_t{1});
  CHECK(before.stage().place == std::vector<double>{0, 0});
  const Decided after = decide_text(
      field({"1", "2"}, "    places: 1\n    select: [{take: {}}, {policy: policy.yaml}]\n"),
      policy);
  CHECK(after.outcomes() == "a: disqualified, b: disqualified");
  CHECK(after.stage().vacancies == std::size_t{1});
  CHECK(after.stage().place == std::vector<double>{2, 1});
}

// --- ties ------------------------------------------------------------------------------------

TEST_CASE("all equal: the ruling on ties decides") {
  const auto ruled = [](const std::string& ruling) {
    return outcomes({"5", "5", "5"},
                    "    places: 2\n    select: [{take: {ties: " + ruling + "}}]\n");
  };
  CHECK(ruled("hold") == "a: held, b: held, c: held");
  CHECK(ruled("all_advance") == "a: advances, b: advances, c: advances");
  CHECK(ruled("all_cut") == "a: cut, b: cut, c: cut");
  CHECK(ruled("share") == "a: advances, b: advances, c: advances");
}

TEST_CASE("all equal and room for all is no tie at a line") {
  const Decided d = decide_text(field({"5", "5"}, "    places: 2\n"));
  CHECK(d.outcomes() == "a: advances, b: advances");
  CHECK(d.findings(Finding::Kind::tie).empty());
  CHECK(d.stage().place == std::vector<double>{1, 1});
}

TEST_CASE("the ruling of the stage serves every take that does not say it itself") {
  CHECK(outcomes({"5", "5", "1"}, "    places: 1\n    select: [{ties: all_cut}, {take: {}}]\n") ==
        "a: cut, b: cut, c: cut");
  CHECK(outcomes({"5", "5", "1"},
                 "    places: 1\n    select: [{ties: all_cut}, {take: {ties: all_advance}}]\n") ==
        "a: advances, b: advances, c: cut");
}

TEST_CASE("the tied under a quota with less room are not told apart by their position") {
  const std::string stage =
      "    places: 3\n    select: [{quota: {by: land, at_most: 1}}, {take: {}}]\n";
  // a and c are level and share a land; b is level with them and has the land to itself.
  const Decided d = decide_text(field({"5", "5", "5"}, stage, {"land: x", "land: y", "land: x"}));
  CHECK(d.outcomes() == "a: held, b: advances, c: held");
  // Who has more points takes the place of the land.
  CHECK(outcomes({"6", "5", "5"}, stage, {"land: x", "land: y", "land: x"}) ==
        "a: advances, b: advances, c: cut");
}

TEST_CASE("a tie that the quota alone resolves is none") {
  // Two places for three level ones, of whom one is over the quota already.
  CHECK(outcomes({"9", "5", "5", "5"},
                 "    places: 3\n    select: [{quota: {by: land, at_most: 1}}, {take: {}}]\n",
                 {"land: x", "land: x", "land: y", "land: z"}) ==
        "a: advances, b: cut, c: advances, d: advances");
}

TEST_CASE("behind two ties too large to be tried nobody is decided who might be otherwise") {
  // 14 tied for 7 places: one of the others of them, not o, may be the next. 14 more tie after it.
  const std::vector<std::string> scores = {"9", "9", "9", "9", "9", "9", "9", "9", "9", "9",
                                           "9", "9", "9", "9", "8", "5", "5", "5", "5", "5",
                                           "5", "5", "5", "5", "5", "5", "5", "5", "5"};
  std::vector<std::string> attributes;
  for (std::size_t i = 0; i < scores.size(); ++i)
    attributes.push_back("p: " + std::to_string(i));
  const std::string outcome =
      outcomes(scores,
               "    select: [{order: [total]}, {take: {first: 7}}, {take: {first: 1, by: "
               "[{attribute: p}]}}, {take: {first: 7}}, {take: {first: 1}}]\n",
               attributes);
  CHECK(outcome.find("advances") == std::string::npos);
  CHECK(outcome.find("cut") == std::string::npos);
  // Where all go by the same order, fifteen are taken whoever of the fourteen is first.
  const std::string plain =
      outcomes(scores, "    select: [{order: [total]}, {take: {first: 7}}, {take: {first: 1}}, "
                       "{take: {first: 7}}, {take: {first: 1}}]\n");
  CHECK(plain.find("o: advances, p: held, q: held") != std::string::npos);
  CHECK(plain.find("cut") == std::string::npos);
}

TEST_CASE("a round of an elimination has no number for who has no score") {
  const Decision decision =
      decide_text(field({"3", "", "2"}, "    select: [{eliminate: {seats: 1, by: [total]}}]\n"))
          .decision;
  const EliminationRound& first = decision.stages.at(0).rounds.at(0);
  CHECK(first.who == std::vector<std::size_t>{0, 2, 1});
  CHECK(first.votes == std::vector<std::optional<double>>{3, 2, std::nullopt});
}

TEST_CASE("no line is told between totals that another key has turned round") {
  const Decided d = decide_text(
      field({"7", "6", "8"}, "    places: 1\n    select: [{order: [{attribute: p}]}, take]\n",
            {"p: 3", "p: 2", "p: 1"}));
  CHECK(d.outcomes() == "a: advances, b: cut, c: cut");
  CHECK_FALSE(d.stage().steps.back().last_in.has_value());
  // Nor where that key happens to say the same as they do: points would change nothing.
  for (const std::string key :
       {"{attribute: p}", "{measure: m}", "{decision: {order: [a, b, c], reason: r, source: s}}"}) {
    const Decided same = decide_text(
        field({"8", "7", "6"},
              "    measures: {m: {from: {attribute: p}}}\n    places: 1\n    select: [{order: [" +
                  key + "]}, take]\n",
              {"p: 3", "p: 2", "p: 1"}));
    CHECK(same.outcomes() == "a: advances, b: cut, c: cut");
    CHECK_FALSE(same.stage().steps.back().last_in.has_value());
    CHECK_FALSE(explain(same.bundle, same.decision, 1, "s", false).ahead.has_value());
  }
  const Decided own = decide_text(
      field({"8", "7", "6"},
            "    measures: {m: {from: t}}\n    places: 1\n    select: [{order: [m]}, "
            "take]\n")
          .replace(field({"8", "7", "6"}, "").find("{from: t}"), 9, "{from: {measure: m}}"));
  CHECK(own.stage().steps.back().last_in == 8.0); // the measure is the total
  const Decided plain = decide_text(field({"7", "6", "8"}, "    places: 1\n"));
  CHECK(plain.stage().steps.back().last_in == 8.0);
  CHECK(plain.stage().steps.back().first_out == 7.0);
}

TEST_CASE("a lot breaks a tie and says so") {
  const Decided d = decide_text(
      field({"5", "5", "1"},
            "    places: 1\n    select: [{order: [total, {lot: {seed: 7}}]}, {take: {}}]\n"));
  CHECK(d.stage().advancing == 1);
  CHECK_FALSE(d.decision.held());
  CHECK(d.findings(Finding::Kind::lot).size() == 1);
  CHECK(d.stage().place_before_ties[0] == 1);
  CHECK(d.stage().place_before_ties[1] == 1);
  CHECK(d.stage().place[2] == 3);
}

TEST_CASE("a recorded order breaks the ties of those it names and no others") {
  const Decided d =
      decide_text(field({"5", "5", "5", "9"},
                        "    places: 2\n    select: [{order: [total, {decision: {order: [b, d], "
                        "reason: hand vote, source: minutes, date: 2026-01-01}}]}, {take: {}}]\n"));
  CHECK(d.outcomes() == "a: cut, b: advances, c: cut, d: advances");
  CHECK(d.stage().place == std::vector<double>{3, 2, 3, 1});
}

TEST_CASE("a block that repeats compares anew among those still tied") {
  // Three level on points. Among all three a and b beat c; between a and b the match decides.
  const std::string games = R"(libeval: 1
program: p
candidates: [a, b, c, d]
evidence:
  points:
    keys: [candidate]
    values: [x]
    csv: |
      candidate,x
      a,6
      b,6
      c,6
      d,0
  games:
    keys: [round]
    pairs: {a: home, b: away, winner: winner, tie: [tie]}
    csv: |
      round,home,away,winner
      1,a,b,b
      2,a,c,a
      3,b,c,c
      4,a,d,d
      5,a,c,a
      6,b,c,b
      7,b,c,b
stages:
  - id: s
    score: {from: points}
    measures: {wins: {from: games, steps: [{lookup: {table: {win: 1, tie: 0, loss: 0}}}, {sum: all}]}}
    places: 1
    select:
      - order: [total, {among: tied, keys: [{measure: wins}], repeat: REPEAT}]
      - take: {}
)";
  const auto with = [&](const std::string& repeat) {
    std::string text = games;
    text.replace(text.find("REPEAT"), 6, repeat);
    return decide_text(text);
  };
  // Wins among the three: a 2, b 3, c 1: b is ahead at once.
  CHECK(with("false").outcomes() == "a: cut, b: advances, c: cut, d: cut");
  CHECK(with("true").stage().place == std::vector<double>{2, 1, 3, 4});
}

TEST_CASE("count-back compares best with best, and something is better than nothing") {
  const std::string text = R"(libeval: 1
program: p
candidates: [a, b, c]
evidence:
  races:
    keys: [candidate, race]
    values: [points]
    sparse: true
    csv: |
      candidate,race,points
      a,1,10
      a,2,4
      b,1,7
      b,2,7
      c,1,10
      c,2,3
      c,3,1
stages:
  - id: s
    score: {from: races, steps: [{sum: race}]}
    measures: {all: {from: races}}
    select: [{order: [total, {count_back: all}]}, {take: {first: 1}}]
)";
  const Decided d = decide_text(text);
  CHECK(d.stage().place_before_ties == std::vector<double>{1, 1, 1});
  CHECK(d.stage().place == std::vector<double>{1, 3, 2});
  CHECK(d.outcomes() == "a: advances, b: cut, c: cut");
}

// --- other lines -----------------------------------------------------------------------------

TEST_CASE("a budget is spent in order; who is skipped makes room for a cheaper one") {
  const auto spent = [](const std::string& skip) {
    return outcomes({"9", "8", "7"},
                    "    select: [{take: {budget: 10, cost: {attribute: price}, skip: " + skip +
                        "}}]\n",
                    {"price: 6", "price: 5", "price: 4"});
  };
  CHECK(spent("false") == "a: advances, b: cut, c: cut");
  CHECK(spent("true") == "a: advances, b: cut, c: advances");
}

TEST_CASE("a budget of decimals is spent to the last cent") {
  CHECK(outcomes({"9", "8", "7"}, "    select: [{take: {budget: 0.3, cost: {attribute: price}}}]\n",
                 {"price: 0.1", "price: 0.1", "price: 0.1"}) ==
        "a: advances, b: advances, c: advances");
}

TEST_CASE("what a candidate costs and nobody knows holds, and is no number") {
  const Decided d = decide_text(
      field({"9", "8"}, "    select: [{take: {budget: 10, cost: {attribute: price}}}]\n",
            {"price: 6", ""}));
  CHECK(d.outcomes() == "a: held, b: held");
}

TEST_CASE("a bound is told as the number that it is, a third as it was written") {
  const auto rule = [](const std::string& bound) {
    return decide_text(field({"0.9", "0.6"}, "    select: [{take: {at_least: " + bound + "}}]\n"))
        .stage()
        .steps[0]
        .rule;
  };
  CHECK(rule("2/3") == "total at least 2/3");
  CHECK(rule("60/100") == "total at least 0.6");
  CHECK(rule("0.75") == "total at least 0.75");
}

TEST_CASE("a gap is told of the part that it is in, in an order and at a hurdle") {
  const std::string bundle =
      "libeval: 1\nprogram: p\ncandidates: [a, b]\nevidence:\n"
      "  m: {csv: \"candidate,juror,m\\na,kim,\\na,lee,\\nb,kim,8\\nb,lee,9\\n\", "
      "keys: [candidate, juror], values: [m]}\n"
      "  n: {csv: \"candidate,juror,m\\na,ann,1\\na,bob,\\nb,ann,8\\nb,bob,9\\n\", "
      "keys: [candidate, juror], values: [m]}\n"
      "stages:\n  - id: s\n    places: 1\n"
      "    score: {parts: {p: {from: m, steps: [{mean: juror}]}, "
      "q: {from: n, steps: [{mean: juror}]}}}\n";
  for (const std::string step : {"{take: {first: 1}}", "{require: {part: total, at_least: 3}}"}) {
    const auto gaps =
        decide_text(bundle + "    select: [" + step + "]\n").findings(Finding::Kind::gap);
    REQUIRE(gaps.size() == 2);
    CHECK(gaps[0].rule == "p");
    CHECK(gaps[0].detail == "juror `kim`; juror `lee`");
    CHECK(gaps[1].rule == "q");
    CHECK(gaps[1].detail == "juror `bob`");
  }
}

TEST_CASE("`ties` speaks for the whole stage, so that two of them are refused") {
  CHECK(
      refusal(field({"9", "8", "8"},
                    "    select: [{ties: hold}, {take: {first: 2}}, {ties: share}]\n")) ==
      "`ties` stands twice, and it speaks for the whole stage (the first is at line 16; what goes "
      "for one `take` stands in it, as its key `ties`)\n");
}

TEST_CASE("bands give the first band that fits and say which advance") {
  const Decided d = decide_text(field(
      {"85", "70", "20"},
      "    select: [{take: {bands: [{name: A, at_least: 80}, {name: B, first: 2}, {name: C}], "
      "advance: [A, B]}}]\n"));
  CHECK(d.outcomes() == "a: advances, b: advances, c: cut");
  CHECK(d.stage().bands == std::map<std::uint32_t, std::string>{{0, "A"}, {1, "B"}, {2, "C"}});
}

TEST_CASE("duels take the winners and the best losers") {
  const Decided d =
      decide_text(field({"9", "1", "5", "7"}, "    select: [{duel: {by: pair, losers: 1}}]\n",
                        {"pair: x", "pair: y", "pair: y", "pair: x"}));
  CHECK(d.outcomes() == "a: advances, b: cut, c: advances, d: advances");
}

TEST_CASE("a level duel is held") {
  const Decided d =
      decide_text(field({"9", "9"}, "    select: [{duel: {by: pair}}]\n", {"pair: x", "pair: x"}));
  CHECK(d.outcomes() == "a: held, b: held");
}

TEST_CASE("a share is of those who still stand, and decimals are decimals") {
  std::vector<std::string> scores;
  for (int i = 0; i < 20; ++i)
    scores.push_back(std::to_string(i));
  // 0.15 of 20 is 3, not 2.
  CHECK(decide_text(field(scores, "    select: [{take: {share: 0.15}}]\n")).stage().advancing == 3);
}

// --- unknown verdicts ------------------------------------------------------------------------

TEST_CASE("an unknown verdict holds whom it can change and nobody else") {
  const std::string policy =
      hold_policy + "findings: [{rule: R, candidate: a, verdict: pass}, {rule: R, "
                    "candidate: c, verdict: pass}, {rule: R, candidate: d, verdict: pass}]\n";
  const std::string before =
      "    places: 2\n    select: [{policy: policy.yaml}, {order: [total]}, {take: {}}]\n";
  // b is second and unknown: if it fails, c moves up. a is in and d is out either way.
  const Decided d = decide_text(field({"9", "8", "7", "6"}, before), policy);
  CHECK(d.outcomes() == "a: advances, b: held, c: held, d: cut");
  CHECK_FALSE(d.stage().vacancies);
  // After the take nobody moves up.
  CHECK(decide_text(field({"9", "8", "7", "6"},
                          "    places: 2\n    select: [{order: [total]}, {take: {}}, {policy: "
                          "policy.yaml}]\n"),
                    policy)
            .outcomes() == "a: advances, b: held, c: cut, d: cut");
}

TEST_CASE("unknown verdicts are tried in every way that matters, however many there are") {
  const auto with = [](int unknown) {
    std::vector<std::string> scores;
    std::string findings = "findings:\n";
    const int n = unknown + 1;
    for (int i = 0; i < n; ++i)
      scores.push_back(std::to_string(100 - i));
    findings += "  - {rule: R, candidate: a, verdict: pass}\n";
    return decide_text(
        field(scores,
              "    places: 1\n    select: [{policy: policy.yaml}, {order: [total]}, {take: {}}]\n"),
        hold_policy + findings);
  };
  // a is first and passes; whatever the others are, it advances and they do not.
  const Decided ten = with(10);
  CHECK(ten.outcome("a") == "advances");
  CHECK(ten.outcome("k") == "cut");
  CHECK_FALSE(ten.decision.held());
  const Decided many = with(24);
  CHECK(many.outcome("a") == "advances");
  CHECK(many.stage().outcomes.back() == Outcome::cut);
  CHECK_FALSE(many.decision.held());
}

TEST_CASE("on_unknown says what an unknown verdict is") {
  const auto with = [](const std::string& on_unknown) {
    return decide_text(field({"9", "8"},
                             "    places: 1\n    select: [{policy: policy.yaml}, {take: {}}]\n"),
                       "policy: p\nrules: [{id: R, title: r, on_unknown: " + on_unknown +
                           ", consequence: disqualify}]\n")
        .outcomes();
  };
  CHECK(with("pass") == "a: advances, b: cut");
  CHECK(with("fail") == "a: disqualified, b: disqualified");
  CHECK(with("hold") == "a: held, b: held");
}

TEST_CASE("a deduction counts in every order after it and not in one before") {
  const std::string policy =
      "policy: p\nrules: [{id: R, title: r, on_unknown: pass, consequence: {deduct: 5}}]\n"
      "findings: [{rule: R, candidate: a, verdict: fail}]\n";
  CHECK(decide_text(field({"9", "8"}, "    places: 1\n    select: [{policy: policy.yaml}, {order: "
                                      "[total]}, {take: {}}]\n"),
                    policy)
            .outcomes() == "a: cut, b: advances");
  CHECK(decide_text(field({"9", "8"}, "    places: 1\n    select: [{order: [total]}, {take: {}}, "
                                      "{policy: policy.yaml}]\n"),
                    policy)
            .outcomes() == "a: advances, b: cut");
}

// --- hurdles and stages ----------------------------------------------------------------------

TEST_CASE("a hurdle that holds leaves open whether it is out") {
  const std::string select = "    select: [{require: {part: total, at_least: 8, else: hold}}, "
                             "{order: [total]}, {take: {}}]\n";
  // b misses it. With one place b is out anyway; with two it is open.
  CHECK(outcomes({"9", "7"}, "    places: 1\n" + select) == "a: advances, b: cut");
  CHECK(outcomes({"9", "7"}, "    places: 2\n" + select) == "a: advances, b: held");
}

TEST_CASE("a decimal threshold is met by the decimal that equals it") {
  const std::string text = R"(libeval: 1
program: p
candidates: [a]
evidence:
  t:
    keys: [candidate]
    values: [x, y, z]
    csv: |
      candidate,x,y,z
      a,33.6,31.6,25.0
stages:
  - id: s
    score: {parts: {x: {from: t, value: x}, y: {from: t, value: y}, z: {from: t, value: z}}}
    select: [{require: {part: total, at_least: 90.2}}, {take: {}}]
)";
  CHECK(decide_text(text).outcomes() == "a: advances");
}

TEST_CASE("a stage with somebody held holds those that depend on it") {
  const std::string next =
      "  - id: next\n    entrants: {advanced_from: s}\n    places: 1\n    score: {from: t}\n"
      "  - id: other\n    entrants: [a, b]\n    places: 1\n    score: {from: t}\n";
  const Decided d = decide_text(field({"9", "5", "5"}, "    places: 2\n") + next);
  CHECK(d.outcomes(0) == "a: advances, b: held, c: held");
  CHECK(d.outcomes(1) == "a: held");
  CHECK_FALSE(d.stage(1).vacancies);
  REQUIRE(d.findings(Finding::Kind::upstream, 1).size() == 1);
  CHECK(d.findings(Finding::Kind::upstream, 1)[0].detail == "s");
  CHECK(d.outcomes(2) == "a: advances, b: cut");
}

TEST_CASE("a grant counts as taken, a withdrawal before the take lets the next one up") {
  const std::string decided = "reason: wildcard, source: minutes, date: 2026-01-01";
  CHECK(outcomes({"9", "8", "1"}, "    places: 2\n    select: [{grant: {decision: {candidate: c, " +
                                      decided + "}}}, {take: {}}]\n") ==
        "a: advances, b: cut, c: advances");
  const std::string gone = "{withdraw: {decision: {candidate: a, " + decided + "}}}";
  CHECK(outcomes({"9", "8", "1"}, "    places: 2\n    select: [" + gone + ", {take: {}}]\n") ==
        "a: withdrawn, b: advances, c: advances");
  const Decided after = decide_text(
      field({"9", "8", "1"}, "    places: 2\n    select: [{take: {}}, " + gone + "]\n"));
  CHECK(after.outcomes() == "a: withdrawn, b: advances, c: cut");
  CHECK(after.stage().vacancies == std::size_t{1});
}

// --- numbers that are none -------------------------------------------------------------------

TEST_CASE("a group of equal values without a constant has no result and holds") {
  const Decided d = decide_text(
      field({"5", "5"}, "    places: 1\n")
          .replace(field({"5", "5"}, "").find("{from: t}"), 9, "{from: t, steps: [minmax]}"));
  CHECK(d.outcomes() == "a: held, b: held");
  CHECK_FALSE(d.findings(Finding::Kind::undefined).empty());
  CHECK_FALSE(d.stage().nodes[0].scores.has(0));
}

TEST_CASE("numbers that leave the range of a double are undefined, not infinite") {
  std::string text = field({"1e308", "1e308"}, "    places: 1\n");
  text.replace(text.find("{from: t}"), 9, "{from: t, steps: [{multiply: 10}]}");
  const Decided d = decide_text(text);
  CHECK(d.outcomes() == "a: held, b: held");
  for (const double total : d.stage().total)
    CHECK(std::isfinite(total));
}

TEST_CASE("who has no total has no place by it, also where a gap may have moved everybody") {
  std::string text = field({"5", "", "3"}, "    places: 1\n");
  text.replace(text.find("{from: t}"), 9, "{from: t, steps: [minmax]}");
  const Decided d = decide_text(text);
  CHECK(d.outcomes() == "a: held, b: held, c: held");
  CHECK_FALSE(d.stage().nodes[0].scores.has(1));
  CHECK(d.stage().place[1] == 0);
}

TEST_CASE("where everybody is out whatever an undefined score, the places are vacant") {
  std::string text = field({"5", "5"}, "    places: 1\n    select: [{policy: policy.yaml}]\n");
  text.replace(text.find("{from: t}"), 9, "{from: t, steps: [minmax]}");
  const Decided d = decide_text(
      text, hold_policy + "findings: [{rule: R, candidate: a, verdict: fail}, {rule: R, "
                          "candidate: b, verdict: fail}]\n");
  CHECK(d.outcomes() == "a: disqualified, b: disqualified");
  CHECK(d.stage().vacancies == std::size_t{1});
}

TEST_CASE("several gaps before two lines hold only those whom they can move") {
  // Nine numbers and five gaps: whoever is at place p is at p to p + 5.
  const std::vector<std::string> scores = {"19", "18", "17", "16", "15", "14", "13",
                                           "12", "11", "",   "",   "",   "",   ""};
  const std::string sure = "a: advances, b: advances, c: advances, ", open = ": held, ";
  const auto expected = [&](const std::string& last) {
    std::string out = sure;
    for (const char c : {'d', 'e', 'f', 'g', 'h'})
      out += c + open;
    out += "i: " + last + ", j: held, k: held, l: held, m: held, n: held";
    return out;
  };
  CHECK(outcomes(scores, "    places: 8\n    select: [{order: [total]}, take, {reserve: 6}]\n") ==
        expected("reserve"));
  CHECK(outcomes(scores, "    places: 8\n    select: [{order: [total]}, take, {reserve: 3}]\n") ==
        expected("held"));
  CHECK(outcomes(scores, "    places: 8\n    select: [{order: [total]}, {take: {first: 5}}, "
                         "{take: {first: 3}}, {reserve: 6}]\n") == expected("reserve"));
}

TEST_CASE("many gaps in a large field hold only those whom they can move") {
  std::string candidates, rows;
  constexpr std::size_t n = 3000, gaps = 20;
  for (std::size_t i = 0; i < n; ++i) {
    candidates += (i == 0 ? "c" : ", c") + std::to_string(i);
    rows += "      c" + std::to_string(i) + "," + (i < gaps ? "" : std::to_string(n - i)) + "\n";
  }
  const Decided d =
      decide_text("libeval: 1\nprogram: p\ncandidates: [" + candidates +
                  "]\nevidence:\n  t:\n    keys: [candidate]\n    values: [x]\n    csv: |\n"
                  "      candidate,x\n" +
                  rows +
                  "stages:\n  - id: s\n    places: 100\n    score: {from: t}\n"
                  "    select: [{order: [total]}, take, {reserve: 50}]\n");
  // Whoever has a number is at its place among those or up to twenty behind it.
  for (std::size_t e = gaps; e < n; ++e) {
    const std::size_t place = e - gaps + 1;
    CAPTURE(place);
    CHECK(d.stage().outcomes[e] == (place <= 80    ? Outcome::advances
                                    : place <= 100 ? Outcome::held
                                    : place <= 130 ? Outcome::reserve
                                    : place <= 150 ? Outcome::held
                                                   : Outcome::cut));
  }
  for (std::size_t e = 0; e < gaps; ++e)
    CHECK(d.stage().outcomes[e] == Outcome::held);
}
