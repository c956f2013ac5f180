// SPDX-License-Identifier: Apache-2.0
#include <libeval/engine/decide.hpp>
#include <libeval/engine/margins.hpp>
#include <libeval/io/draw.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/margins.hpp>
#include <libeval/io/parse.hpp>
#include <libeval/io/uncertain.hpp>

#include "support/asked.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

using namespace libeval;
using libeval::test::Answer;
using libeval::test::ask;
using libeval::test::contains;

namespace {

const Margin* find(const CandidateMargins& of, const std::string& name) {
  const auto at = std::ranges::find(of.margins, name, &Margin::name);
  return at == of.margins.end() ? nullptr : &*at;
}

const CandidateMargins& of(const StageMargins& stage, std::size_t candidate) {
  const auto at = std::ranges::find(stage.candidates, candidate, &CandidateMargins::candidate);
  REQUIRE(at != stage.candidates.end());
  return *at;
}

} // namespace

TEST_CASE("points to the line, and what one part would have to be") {
  const Answer it = ask();
  const StageMargins& stage = it.stages[0];
  // Totals: a 60, b 54, c 52.
  CHECK(*stage.last_in == Approx(60));
  CHECK(*stage.first_out == Approx(54));
  const CandidateMargins& a = of(stage, 0);
  REQUIRE(find(a, "total") != nullptr);
  CHECK(find(a, "total")->change == Approx(6));
  CHECK(find(of(stage, 1), "total")->change == Approx(-6));
  REQUIRE(find(a, "x") != nullptr);
  CHECK(find(a, "x")->change == Approx(-10)); // 6 points at 0.6 each
  CHECK(find(a, "x")->found == Found::exact);
  REQUIRE(find(of(stage, 1), "y") != nullptr);
  CHECK(find(of(stage, 1), "y")->change == Approx(15));
  CHECK(find(of(stage, 1), "y")->found == Found::exact);
}

TEST_CASE(
    "one juror's marks that change the outcome are exact where the total moves in proportion") {
  const Answer it = ask();
  // Means: a 6, b 5, c 7. Juror j2 gave c 9: with 7 less than that c is level with a at 6.
  const CandidateMargins& c = of(it.stages[1], 2);
  const Margin* j2 = find(c, "juror j2");
  REQUIRE(j2 != nullptr);
  CHECK(j2->change == Approx(-2));
  CHECK(j2->found == Found::exact);
  CHECK(find(of(it.stages[1], 1), "juror j1") != nullptr); // 5 more make b 7.5
}

TEST_CASE("a part's score is never asked to be more than its points, or less than none") {
  const Answer it = ask("{}", R"(libeval: 1
program: p
candidates: [a, b, c]
evidence:
  table: {csv: "candidate,x,y\na,30,60\nb,29.5,28\nc,2,40\n", keys: [candidate], values: [x, y]}
stages:
  - id: points
    places: 1
    score:
      parts:
        x: {points: 30, from: table, value: x, steps: [{scale: {from: [0, 30]}}]}
        y: {points: 70, from: table, value: y, steps: [{scale: {from: [0, 70]}}]}
)");
  // Totals: a 90, b 57.5, c 42. b is 32.5 short: half a point of x is left, and 42 of y.
  const StageMargins& stage = it.stages[0];
  const CandidateMargins& b = of(stage, 1);
  CHECK(find(b, "total")->change == Approx(-32.5));
  CHECK(find(b, "x") == nullptr);
  CHECK(b.parts_without_effect == std::vector<std::string>{"x"});
  REQUIRE(find(b, "y") != nullptr);
  CHECK(find(b, "y")->change == Approx(32.5));
  // a is level with b without 32.5 of its points: x has only 30.
  const CandidateMargins& a = of(stage, 0);
  CHECK(a.parts_without_effect == std::vector<std::string>{"x"});
  CHECK(find(a, "y")->change == Approx(-32.5));
  const std::string text =
      report(it.uncertain.variants.front().program, it.decision, it.stages, {});
  CHECK_THAT(text, contains("no score of x changes this alone"));
  CHECK_THAT(to_json(it.uncertain.variants.front().program, it.decision, it.stages, {}),
             contains("\"parts_without_effect\": [\"x\"]"));
}

TEST_CASE("a score of one part has no part to tell of") {
  const Answer it = ask("{}", R"(libeval: 1
program: p
candidates: [a, b]
evidence:
  marks: {csv: "juror,candidate,mark\nj1,a,70\nj2,a,70\nj3,a,70\nj1,b,42\nj2,b,42\nj3,b,42\n", keys: [juror, candidate], values: [mark], range: [0, 100]}
stages:
  - id: one
    places: 1
    score: {from: marks, steps: [{mean: juror}]}
)");
  // One mark of 100 makes b 61.3.
  const std::string text =
      report(it.uncertain.variants.front().program, it.decision, it.stages, {});
  CHECK_THAT(text, contains("28 short of the last place\n   nobody's marks change this alone"));
  CHECK_THAT(text, !contains("part's score"));
}

TEST_CASE("the nearest weights are where two totals meet") {
  const Answer it = ask();
  const auto& weights = it.stages[0].weights;
  REQUIRE(weights.size() == 3);
  // a and b meet where 80 w + 30 (1 - w) = 50 w + 60 (1 - w): w = 1/2, 0.1 from 0.6 in each part.
  // a and c: 80 w + 30 (1 - w) = 40 w + 70 (1 - w): the same w; b is nearer or alike.
  const double expected[] = {0.2, 0.1 * std::sqrt(2.0), 0.1};
  for (std::size_t k = 0; k < 3; ++k) {
    INFO(weights[k].norm);
    CHECK(weights[k].distance == Approx(expected[k]).epsilon(1e-6));
    CHECK(weights[k].shares[0] == Approx(0.5).epsilon(1e-6));
    CHECK(weights[k].found == Found::exact);
  }
}

TEST_CASE("two who are held level are parted by any change, up or down") {
  // c and d are level for the second place; d has all points of y.
  const Answer it = ask("{}", R"(libeval: 1
program: p
candidates: [a, b, c, d]
evidence:
  table: {csv: "candidate,x,y\na,5,5\nb,1,1\nc,2,4\nd,1,5\n", keys: [candidate], values: [x, y]}
stages:
  - id: points
    places: 2
    score:
      parts:
        x: {points: 5, from: table, value: x, steps: [{scale: {from: [0, 5]}}]}
        y: {points: 5, from: table, value: y, steps: [{scale: {from: [0, 5]}}]}
)");
  const StageMargins& stage = it.stages[0];
  const CandidateMargins& d = of(stage, 3);
  CHECK(d.parts_without_effect.empty());
  REQUIRE(find(d, "y") != nullptr);
  CHECK(find(d, "y")->change == 0);
  CHECK(find(d, "y")->outcome == Outcome::cut);
  CHECK(find(d, "y")->found == Found::exact);
  CHECK(find(d, "x")->outcome == Outcome::advances);
  REQUIRE(stage.weights.size() == 3);
  CHECK(stage.weights[0].distance == 0);
  CHECK(std::pair(stage.weights[0].in, stage.weights[0].out) ==
        std::pair<std::size_t, std::size_t>{2, 3});
  CHECK_THAT(report(it.uncertain.variants.front().program, it.decision, it.stages, {}),
             contains("any other weights (exact) that part c and d"));
}

TEST_CASE("at the end of a part's points a candidate may be level and no more") {
  // Without any of its 4 points of x, a is level with b.
  const Answer it = ask("{}", R"(libeval: 1
program: p
candidates: [a, b]
evidence:
  table: {csv: "candidate,x,y\na,4,1\nb,0,1\n", keys: [candidate], values: [x, y]}
stages:
  - id: points
    places: 1
    score:
      parts:
        x: {points: 5, from: table, value: x, steps: [{scale: {from: [0, 5]}}]}
        y: {points: 5, from: table, value: y, steps: [{scale: {from: [0, 5]}}]}
)");
  const CandidateMargins& a = of(it.stages[0], 0);
  REQUIRE(find(a, "x") != nullptr);
  CHECK(find(a, "x")->change == Approx(-4));
  CHECK(find(a, "x")->outcome == Outcome::held);
  CHECK(find(a, "x")->found == Found::exact);
}

TEST_CASE("weights at which two draw level, and none that part them, are told") {
  // b is behind a in x and level in y: with all weight on y they are level.
  const Answer it = ask("{}", R"(libeval: 1
program: p
candidates: [a, b]
evidence:
  table: {csv: "candidate,x,y\na,4,1\nb,2,1\n", keys: [candidate], values: [x, y]}
stages:
  - id: weighted
    places: 1
    score:
      parts:
        x: {weight: 0.75, from: table, value: x}
        y: {weight: 0.25, from: table, value: y}
)");
  const auto& weights = it.stages[0].weights;
  REQUIRE(weights.size() == 3);
  const double expected[] = {1.5, 0.75 * std::sqrt(2.0), 0.75};
  for (std::size_t k = 0; k < 3; ++k) {
    INFO(weights[k].norm);
    CHECK(weights[k].distance == Approx(expected[k]).epsilon(1e-6));
    CHECK(weights[k].shares[1] == Approx(1).epsilon(1e-6));
    CHECK(weights[k].level);
    CHECK(weights[k].found == Found::exact);
  }
  CHECK_THAT(report(it.uncertain.variants.front().program, it.decision, it.stages, {}),
             contains("b draws level with a"));
}

TEST_CASE("weights are searched where more than an order by total decides") {
  // Who has less than 15 of p is out; c has just as many, so any less weight of p puts it out.
  const Answer it = ask("{}", R"(libeval: 1
program: p
candidates: [a, b, c]
evidence:
  table: {csv: "candidate,p,q\na,20,10\nb,18,12\nc,15,30\n", keys: [candidate], values: [p, q]}
stages:
  - id: points
    places: 2
    score:
      parts:
        p: {points: 20, from: table, value: p, steps: [{scale: {from: [0, 20]}}]}
        q: {points: 30, from: table, value: q, steps: [{scale: {from: [0, 30]}}]}
    select: [{require: {part: p, at_least: 15}}, {order: [total]}, {take: {}}, {reserve: {first: 1}}]
)");
  // c 45, a 30, b 30: a and b are level for the second place until weights part them.
  const StageMargins& stage = it.stages[0];
  REQUIRE(stage.weights.size() == 3);
  for (const WeightMargin& one : stage.weights) {
    CHECK(one.found == Found::search);
    CHECK(one.distance < 1e-6);
    CHECK(one.out != one.in);
  }
  const auto now = it.decision.stages[0].outcomes;
  CHECK(now[0] == Outcome::held);
  CHECK(stage.weights[0].in != 2);
}

TEST_CASE("a rounded total has nearest weights too, found by search") {
  const Answer it = ask("{}", R"(libeval: 1
program: p
candidates: [a, b]
evidence:
  table: {csv: "candidate,x,y\na,80,30\nb,50,60\n", keys: [candidate], values: [x, y]}
stages:
  - id: weighted
    places: 1
    score:
      round: {to: 1}
      parts:
        x: {weight: 0.6, from: table, value: x}
        y: {weight: 0.4, from: table, value: y}
)");
  // 60 and 54; they round to the same number from 55 - 0.5 and 54.5 on: w = 0.5 + 1/60.
  REQUIRE(it.stages[0].weights.size() == 3);
  CHECK(it.stages[0].weights[0].found == Found::search);
  CHECK(it.stages[0].weights[0].distance == Approx(2 * (0.1 - 1.0 / 60)).margin(0.02));
  CHECK(it.stages[0].places.empty());
}

TEST_CASE("places over all weights and over a set of them") {
  const auto places = [](const Answer& it) {
    std::vector<std::pair<std::size_t, std::size_t>> out(3);
    for (const PossiblePlaces& p : it.stages[0].places)
      out[p.candidate] = {p.best, p.worst};
    return out;
  };
  using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;
  // All three meet at w = 1/2: a is first above it and last below; b is second always.
  CHECK(places(ask()) == Pairs{{1, 3}, {1, 2}, {1, 3}});
  CHECK(places(ask("weights: [{stage: weighted, ranges: {x: [0.55, 0.9]}}]")) ==
        Pairs{{1, 1}, {2, 2}, {3, 3}});
  CHECK(places(ask("weights: [{stage: weighted, order: [y, x]}]")) ==
        Pairs{{1, 3}, {1, 2}, {1, 1}});
}

TEST_CASE("who matters when left out") {
  const Answer it = ask();
  const auto& left_out = it.stages[1].left_out;
  const auto j2 = std::ranges::find(left_out, "j2", &LeftOut::member);
  REQUIRE(j2 != left_out.end()); // without j2: a 6, b 5, c 5
  CHECK(j2->changes == std::vector<std::size_t>{0, 2});
  CHECK(j2->outcomes == std::vector<Outcome>{Outcome::advances, Outcome::cut});
  CHECK(!j2->reversed.empty());
  CHECK(std::ranges::find(left_out, "j1", &LeftOut::member) == left_out.end());
  const auto c = std::ranges::find(left_out, "c", &LeftOut::member);
  REQUIRE(c != left_out.end());
  CHECK(c->changes == std::vector<std::size_t>{0});
  CHECK(c->reversed.empty());
}

TEST_CASE("a part that the order needs is not left out, and that is said") {
  const Answer it = ask("{}", R"(libeval: 1
program: p
candidates: [a, b]
evidence:
  table: {csv: "candidate,x,y,z\na,8,3,1\nb,5,6,1\n", keys: [candidate], values: [x, y, z]}
stages:
  - id: s
    places: 1
    score:
      parts:
        x: {weight: 0.6, from: table, value: x}
        y: {weight: 0.3, from: table, value: y}
        z: {weight: 0.1, from: table, value: z}
    select: [{order: [total, y]}, take]
)");
  const StageMargins& stage = it.stages[0];
  REQUIRE(stage.kept.size() == 1);
  CHECK(stage.kept[0].member == "y");
  CHECK(stage.left_out_tried == 4); // x, z and two candidates
  CHECK_THAT(report(it.uncertain.variants.front().program, it.decision, it.stages, {}),
             contains("not left out, because other rules need them: part y"));
}

TEST_CASE("a benchmark, a group of users, a juror and a criterion are left out one by one") {
  const Answer it = ask("{}", R"(libeval: 1
program: p
candidates: [a, b]
evidence:
  tests: {csv: "candidate,benchmark,score\na,k1,9\na,k2,5\nb,k1,4\nb,k2,7.8\n", keys: [candidate, benchmark], values: [score]}
  users: {csv: "age,user,candidate,rating\nyoung,u1,a,3\nyoung,u1,b,7\nold,u2,a,8\nold,u2,b,6\n", keys: [age, user, candidate], values: [rating], sparse: [age, user]}
  marks: {csv: "juror,candidate,mark\nj1,a,7\nj1,b,4\nj2,a,4\nj2,b,6.5\n", keys: [juror, candidate], values: [mark]}
stages:
  - id: one
    places: 1
    score:
      parts:
        tests: {weight: 1, from: tests, steps: [{mean: benchmark}]}
        users: {weight: 1, from: users, steps: [{mean: [age, user]}]}
        panel: {weight: 1, from: marks, steps: [{mean: juror}]}
)");
  // a: 7 + 5.5 + 5.5 = 18; b: 5.9 + 6.5 + 5.25 = 17.65. Without k1 the first part is 5 to 7.8,
  // without the old the second 3 to 7, without j1 the third 4 to 6.5, without the first part b has
  // 0.75 more: b is ahead each time, and nowhere else.
  const StageMargins& stage = it.stages[0];
  std::vector<std::string> who;
  for (const LeftOut& one : stage.left_out)
    if (one.dimension != "candidate") {
      who.push_back(one.dimension + " " + one.member);
      CHECK(one.changes == std::vector<std::size_t>{0, 1});
      CHECK(one.reversed == std::vector<std::pair<std::size_t, std::size_t>>{{0, 1}});
    }
  CHECK(who ==
        std::vector<std::string>{"benchmark k1", "age old", "user u2", "juror j1", "part tests"});
  CHECK(stage.left_out_tried == 2 + 2 + 2 + 2 + 3 + 2);
}

TEST_CASE("a removed candidate turns the order of two others round where scores are relative") {
  // Each part on the scale of those who are there: without c the scales are others.
  const Answer it = ask("{}", R"(libeval: 1
program: p
candidates: [a, b, c]
evidence:
  table: {csv: "candidate,x,y\na,100,20\nb,60,30\nc,10,100\n", keys: [candidate], values: [x, y]}
stages:
  - id: one
    places: 2
    score:
      parts:
        x: {weight: 0.45, from: table, value: x, steps: [minmax]}
        y: {weight: 0.55, from: table, value: y, steps: [minmax]}
)");
  const auto c = std::ranges::find(it.stages[0].left_out, "c", &LeftOut::member);
  REQUIRE(c != it.stages[0].left_out.end());
  // c 0.55, a 0.45, b 0.25 + 0.06875 before; without c: b 0.55, a 0.45.
  CHECK(c->reversed == std::vector<std::pair<std::size_t, std::size_t>>{{0, 1}});
  CHECK(c->changes == std::vector<std::size_t>{1});
  CHECK(c->outcomes == std::vector<Outcome>{Outcome::advances});
}

TEST_CASE("marks move within their range, whatever the people and their columns are called") {
  // A wide table with a column for each assessor: without range marks could not be cut off.
  const Answer it = ask("{}", R"(libeval: 1
program: p
candidates: [a, b]
evidence:
  marks: {csv: "candidate,ann,bea\na,9,4\nb,6,6\n", keys: [candidate], wide: assessor, values: [mark], jurors: assessor, range: [0, 10]}
stages:
  - id: one
    places: 1
    score: {from: marks, steps: [{mean: assessor}]}
)");
  // Totals: a 6.5, b 6. One point less from Ann and they are level.
  const Margin* ann = find(of(it.stages[0], 0), "assessor ann");
  REQUIRE(ann != nullptr);
  CHECK(ann->change == Approx(-1).epsilon(1e-5));
  CHECK(ann->found == Found::exact);
  CHECK(ann->before == 9);
  const Margin* bea = find(of(it.stages[0], 1), "assessor bea");
  REQUIRE(bea != nullptr);
  CHECK(bea->change == Approx(1).epsilon(1e-5));
}

TEST_CASE("marks on a scale with a step move by steps of it, where that is enough") {
  // Totals: a 6.5, b 6.2, c 1: level after less than a step, and no mark of c changes anything.
  const Answer it = ask("{}", R"(libeval: 1
program: p
candidates: [a, b, c]
evidence:
  marks: {csv: "candidate,juror,mark\na,j1,9\na,j2,4\na,j3,6.5\nb,j1,6.1\nb,j2,6.3\nb,j3,6.2\nc,j1,1\nc,j2,1\nc,j3,1\n", keys: [candidate, juror], values: [mark], range: [0, 10], step: 0.1}
stages:
  - id: one
    places: 1
    score: {from: marks, steps: [{mean: juror}]}
)");
  const Margin* a = find(of(it.stages[0], 0), "juror j1");
  REQUIRE(a != nullptr);
  CHECK(a->change == Approx(-0.9).epsilon(1e-5)); // level; one step on b is ahead
  REQUIRE(a->in_steps);
  CHECK(*a->in_steps == -0.9);
  CHECK(a->outcome == Outcome::held);
  // Of a wider step as many are needed as reach the line, and then some.
  const Answer wide = ask("{}", R"(libeval: 1
program: p
candidates: [a, b]
evidence:
  marks: {csv: "candidate,juror,mark\na,j1,9\na,j2,8\nb,j1,7\nb,j2,6\n", keys: [candidate, juror], values: [mark], range: [0, 10], step: 1, jurors: juror}
  lead: {csv: "candidate,x\na,0.25\nb,0\n", keys: [candidate], values: [x]}
stages:
  - id: one
    places: 1
    score: {parts: {marks: {from: marks, steps: [{mean: juror}]}, lead: {from: lead}}}
)");
  // Behind by 2.25: j1 of b would have to give 4.5 more, which is 5, and has room for 3.
  CHECK(find(of(wide.stages[0], 1), "juror j1") == nullptr);
  const Margin* j1 = find(of(wide.stages[0], 0), "juror j1");
  REQUIRE(j1 != nullptr);
  CHECK(j1->change == Approx(-4.5).epsilon(1e-5));
  CHECK(j1->in_steps == -5.0);
  CHECK(j1->outcome == Outcome::cut);
}

TEST_CASE("a tie that a step of marks reaches is found, also where no formula says where it is") {
  // The median of three: j1 of b has to come up to 6, where b is level with a.
  const Answer it = ask("{}", R"(libeval: 1
program: p
candidates: [a, b]
evidence:
  marks: {csv: "candidate,juror,mark\na,j1,6\na,j2,2\na,j3,9\nb,j1,4\nb,j2,3\nb,j3,9\n", keys: [candidate, juror], values: [mark], range: [0, 10], step: 1, jurors: juror}
stages:
  - id: one
    places: 1
    score: {from: marks, steps: [{median: juror}]}
)");
  const Margin* j1 = find(of(it.stages[0], 1), "juror j1");
  REQUIRE(j1 != nullptr);
  CHECK(j1->in_steps == 2.0);
  CHECK(j1->outcome == Outcome::held);
}

TEST_CASE("marks that alter the outcome only in between are found under rules of pairs") {
  // The seeds are by marks, first against last; the duels by strength. d as fourth meets a and as
  // first c, and loses; as second or third it meets b and wins.
  const Answer it = ask("{}", R"(libeval: 1
program: p
candidates: [a, b, c, d]
evidence:
  marks: {csv: "candidate,juror,mark\na,j1,9\nb,j1,7\nc,j1,5\nd,j1,3\n", keys: [candidate, juror], values: [mark], range: [0, 10], jurors: juror}
  strength: {csv: "candidate,x\na,10\nb,4\nc,6\nd,5\n", keys: [candidate], values: [x]}
stages:
  - id: one
    places: 2
    measures: {seed: {from: marks, steps: [{mean: juror}]}}
    score: {from: strength}
    select: [{order: [total]}, {duel: {seeds: seed}}]
)");
  const Margin* j1 = find(of(it.stages[0], 3), "juror j1");
  REQUIRE(j1 != nullptr);
  CHECK(j1->change == Approx(2).epsilon(1e-5)); // level with c
  CHECK(j1->outcome != Outcome::cut);
}

TEST_CASE("where few are best, who has fewer is ahead of the line") {
  const Answer it = ask("{}", R"(libeval: 1
program: p
candidates: [a, b, c]
evidence:
  t: {csv: "candidate,x,y\na,10,2\nb,14,1\nc,20,3\n", keys: [candidate], values: [x, y]}
stages:
  - id: one
    places: 1
    score: {parts: {x: {from: t, value: x, direction: cost}, y: {from: t, value: y, direction: cost}}}
)");
  const StageMargins& stage = it.stages[0]; // totals 12, 15, 23: the fewest are best
  CHECK(*stage.last_in == 12);
  CHECK(*stage.first_out == 15);
  const CandidateMargins& a = of(stage, 0);
  const CandidateMargins& b = of(stage, 1);
  CHECK(a.outcome == Outcome::advances);
  CHECK(find(a, "total")->change == 3);
  CHECK(find(b, "total")->change == -3);
  REQUIRE(find(a, "x") != nullptr);
  CHECK(find(a, "x")->change == Approx(3));
  CHECK(find(a, "x")->found == Found::exact);
  CHECK(find(b, "x")->change == Approx(-3));
  CHECK(find(b, "x")->found == Found::exact);
  const std::string text =
      report(it.uncertain.variants.front().program, it.decision, it.stages, {});
  CHECK_THAT(text, contains("a · advances · 3 ahead of the first that was not taken"));
  CHECK_THAT(text, contains("b · cut · 3 too many for the last place"));
  CHECK_THAT(text, contains("c · cut · 11 too many for the last place"));
}

TEST_CASE("no distance to a line by total where somebody with a better total is out") {
  const Answer it = ask("{}", R"(libeval: 1
program: p
candidates: {a: {pool: one}, b: {pool: one}, c: {pool: two}, d: {pool: two}}
evidence:
  t: {csv: "candidate,x\na,9\nb,8\nc,3\nd,2\n", keys: [candidate], values: [x]}
stages:
  - id: one
    score: {from: t}
    select: [{group: {by: pool}}, {take: {first: 1}}]
)");
  const StageMargins& stage = it.stages[0];
  CHECK_FALSE(stage.last_in);
  CHECK_FALSE(stage.first_out);
  REQUIRE(!stage.candidates.empty());
  for (const CandidateMargins& one : stage.candidates)
    CHECK(find(one, "total") == nullptr);
  CHECK_THAT(report(it.uncertain.variants.front().program, it.decision, it.stages, {}),
             !contains("the line lies"));
}

TEST_CASE("margins of small and level fields") {
  const auto one_stage = [](const std::string& candidates, const std::string& csv,
                            const std::string& rest) {
    return ask("{}", ("libeval: 1\nprogram: p\ncandidates: [" + candidates +
                      "]\nevidence:\n  t: {csv: \"" + csv +
                      "\", keys: [candidate], values: [x, y]}\nstages:\n  - id: one\n" + rest)
                         .c_str());
  };
  const std::string score = "    score: {parts: {x: {weight: 1, from: t, value: x}, y: {weight: 1, "
                            "from: t, value: y}}}\n";
  SECTION("one candidate") {
    const Answer it = one_stage("a", "candidate,x,y\\na,1,2\\n", "    places: 1\n" + score);
    REQUIRE(it.stages.size() == 1);
    CHECK(it.stages[0].weights.empty());
    CHECK_FALSE(it.stages[0].first_out);
  }
  SECTION("nobody enters") {
    const Answer it = one_stage("a, b", "candidate,x,y\\na,1,2\\nb,2,3\\n",
                                "    entrants: {except: [a, b]}\n    places: 1\n" + score);
    CHECK(it.stages[0].candidates.empty());
  }
  SECTION("all equal: a tie at the cut holds both, and the least change decides") {
    const Answer it =
        one_stage("a, b", "candidate,x,y\\na,1,2\\nb,1,2\\n", "    places: 1\n" + score);
    CHECK(it.decision.held());
    for (const CandidateMargins& one : it.stages[0].candidates) {
      CHECK(one.outcome == Outcome::held);
      for (const Margin& margin : one.margins)
        if (margin.kind == Margin::Kind::part)
          CHECK(std::abs(margin.change) < 1e-6);
    }
  }
  SECTION("no places at all") {
    const Answer it =
        one_stage("a, b", "candidate,x,y\\na,1,2\\nb,2,3\\n", "    places: 0\n" + score);
    CHECK(it.stages[0].weights.empty());
  }
  SECTION("a part without weight") {
    const Answer it =
        one_stage("a, b", "candidate,x,y\\na,1,9\\nb,2,3\\n",
                  "    places: 1\n    score: {parts: {x: {weight: 1, from: t, value: x}, y: "
                  "{weight: 0, from: t, value: y}}}\n");
    CHECK(find(of(it.stages[0], 0), "y") == nullptr);
  }
}
