// SPDX-License-Identifier: Apache-2.0
// Programs as values: what the readers make of a text, what shortcuts stand for, how stages hang
// together.
#include "support/catch.hpp"

#include <libeval/domain/expand.hpp>
#include <libeval/domain/language.hpp>
#include <libeval/domain/program.hpp>
#include <libeval/domain/stages.hpp>
#include <libeval/io/parse.hpp>
#include <libeval/io/print.hpp>

#include <string>
#include <vector>

using namespace libeval;

namespace {

const std::string head = "libeval: 1\nprogram: p\ncandidates: {a: {name: Ahn, seed: 3}, b: {}}\n"
                         "evidence: {t: {keys: [candidate, juror, item], values: [x], csv: "
                         "\"candidate,juror,item,x\\n\"}}\nstages:\n";

std::string said(const Diagnostics& diagnostics) {
  std::string out;
  for (const Diagnostic& d : diagnostics.all())
    out += d.message + (d.help.empty() ? "" : " (" + d.help + ")") + "\n";
  return out;
}

Tree parsed(const std::string& text) {
  Diagnostics diagnostics;
  Tree tree = parse_text(text, "program.yaml", diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  return tree;
}

Tree expanded(const std::string& text) {
  Diagnostics diagnostics;
  Tree tree = expand(parsed(text), diagnostics);
  INFO(said(diagnostics));
  REQUIRE_FALSE(diagnostics.has_errors());
  return tree;
}

Program read(const std::string& text) {
  Diagnostics diagnostics;
  Program program = read_program(expanded(text), diagnostics);
  INFO(said(diagnostics));
  REQUIRE_FALSE(diagnostics.has_errors());
  return program;
}

Program with_stage(const std::string& stage) {
  return read(head + "  - {id: s, " + stage + "}\n");
}

/// Whether two programs are the same once every shortcut is spelt out.
void stands_for(const std::string& shortcut, const std::string& full) {
  INFO(shortcut);
  const Tree a = expanded(head + "  - {id: s, " + shortcut + "}\n");
  const Tree b = expanded(head + "  - {id: s, " + full + "}\n");
  CHECK(to_json(a) == to_json(b));
  Diagnostics diagnostics;
  CHECK(same(expand(a, diagnostics), a)); // nothing is left to spell out
  CHECK(validate(a, type::object("program"), language(), diagnostics));
}

std::string score(const std::string& steps) {
  return "score: {from: t, steps: [" + steps + "]}";
}

} // namespace

// --- reading ---------------------------------------------------------------------------------

TEST_CASE("candidates keep their attributes, and an id stands for a name") {
  const Program p = with_stage("places: 1");
  REQUIRE(p.candidates.size() == 2);
  CHECK(p.candidates[0].name == "Ahn");
  REQUIRE(p.candidates[0].attribute("seed") != nullptr);
  CHECK(*p.candidates[0].attribute("seed") == "3");
  CHECK(p.candidates[0].attribute("country") == nullptr);
  CHECK(p.candidates[1].name == "b");
}

TEST_CASE("a node without ids above it has its own name as path") {
  const Program p =
      with_stage("score: {parts: {x: {points: 4, parts: {y: {points: 4, from: t}}}}}");
  const Node& top = *p.stages[0].score;
  CHECK(top.path == "total");
  REQUIRE(find_node(top, "x.y") != nullptr);
  CHECK(find_node(top, "x.y")->id == "y");
  CHECK(find_node(top, "total") == &top);
  CHECK(find_node(top, "y") == nullptr);
  Node copy = top;
  find_node(copy, "x")->points = 7;
  CHECK(find_node(copy, "x")->points == 7.0);
  CHECK(find_node(top, "x")->points == 4.0);
}

TEST_CASE("entrants and places as values") {
  const Program p =
      read(head + "  - {id: s, places: 3, select: [take]}\n"
                  "  - {id: t, entrants: {cut_from: s, open: [b], except: [a]}, places: "
                  "{vacancies_of: s, times: 2}}\n"
                  "  - {id: u, entrants: [b], places: {count: 1, plus_vacancies_of: s}}\n"
                  "  - {id: v, entrants: all}\n");
  CHECK(p.stages[0].entrants.all);
  CHECK(p.stages[0].places.count == std::size_t{3});
  CHECK_FALSE(p.stages[1].entrants.all);
  CHECK(p.stages[1].entrants.cut_from == std::vector<std::string>{"s"});
  CHECK(p.stages[1].entrants.ids == std::vector<std::string>{"b"});
  CHECK(p.stages[1].entrants.except == std::vector<std::string>{"a"});
  CHECK(p.stages[1].places.times == 2);
  CHECK_FALSE(p.stages[1].places.unlimited());
  CHECK(p.stages[2].places.count == std::size_t{1});
  CHECK(p.stages[2].places.vacancies_of == "s");
  CHECK(p.stages[3].entrants.all);
  CHECK(p.stages[3].places.unlimited());
}

TEST_CASE("conditions: names, patterns, bounds and what is not meant") {
  const Program p = with_stage(
      "score: {from: t, where: {juror: [j1, j2*], item: {not: open}, x: {at_least: 2, below: 9}}, "
      "steps: [{mean: all}]}");
  const Filter& filter = p.stages[0].score->measure.filter;
  REQUIRE(filter.size() == 3);
  CHECK(filter[0].any_of == std::vector<std::string>{"j1", "j2*"});
  CHECK(filter[1].negate);
  CHECK(filter[1].any_of == std::vector<std::string>{"open"});
  CHECK(filter[2].at_least == 2.0);
  CHECK(filter[2].below == 9.0);
  CHECK_FALSE(filter[2].above);
}

TEST_CASE("every form of take") {
  using Kind = select::Take::Kind;
  const auto take = [](const std::string& args) {
    const Program p = with_stage("score: {from: t}, select: [" + args + "]");
    return std::get<select::Take>(p.stages[0].select.at(0).what);
  };
  CHECK(take("take").kind == Kind::until);
  CHECK_FALSE(take("take").count);
  CHECK_FALSE(take("{take: {until: places}}").count);
  CHECK(take("{take: 3}").count == std::size_t{3});
  CHECK(take("{take: {first: 3}}").kind == Kind::first);
  CHECK(take("{take: {first: {north: 5, south: 3}}}").per_pool.at("south") == 3);
  CHECK(take("{take: {share: 0.29, round: up, min: 2}}").rounded == select::Take::Rounded::up);
  CHECK(take("{take: {all_but: 1}}").kind == Kind::all_but);
  const select::Take bound = take("{take: {at_least: 60%, part: total}}");
  REQUIRE(bound.bound.share);
  CHECK(bound.bound.share->of(40) == 24);
  CHECK(take("{take: {above: 2/3}}").bound.share->of(114) == 76);
  CHECK(take("{take: {until: places, at_least: 5}}").until);
  const select::Take bands = take("{take: {bands: [{name: A, first: 2}, {name: B, above: 5}], "
                                  "advance: [A], ties: share}}");
  CHECK(bands.bands[1].bound->kind == Bound::Kind::above);
  CHECK(bands.ties == TieRuling::share);
  CHECK(take("{take: {budget: 10, cost: 2, skip: true}}").skip);
  CHECK(take("{take: {first: 1, of: rest}}").rest);
}

TEST_CASE("every form of an order key") {
  using Kind = OrderKey::Kind;
  const Program p = with_stage("score: {from: t}, select: [{order: [total, {part: total, "
                               "direction: cost}, {attribute: seed}, "
                               "{from: t, steps: [{mean: all}], title: again}, {count_back: {from: "
                               "t}, by: last}, {lot: {seed: "
                               "7}}, {decision: {order: [a, b], reason: r, source: s}}, {among: "
                               "tied, keys: [total, {attribute: "
                               "seed}], repeat: true}]}]");
  const auto& keys = std::get<select::Order>(p.stages[0].select[0].what).keys;
  std::vector<Kind> kinds;
  for (const OrderKey& key : keys)
    kinds.push_back(key.kind);
  CHECK(kinds == std::vector<Kind>{Kind::part, Kind::part, Kind::attribute, Kind::measure,
                                   Kind::count_back, Kind::lot, Kind::decision, Kind::block});
  CHECK(keys[1].direction == Direction::cost);
  CHECK(keys[3].name == "again");
  CHECK(keys[4].run == OrderKey::CountBack::last);
  CHECK(keys[5].seed == 7);
  CHECK(keys[6].decision->order == std::vector<std::string>{"a", "b"});
  CHECK(keys[7].repeat);
  CHECK(keys[7].name == "among the tied (total, seed; again for who is still tied)");
}

// --- shortcuts -------------------------------------------------------------------------------

TEST_CASE("a step is its first argument, a word or a map") {
  stands_for(score("{mean: all}"), score("{mean: {over: [all]}}"));
  stands_for(score("{mean: juror}, {sum: item}"),
             score("{mean: {over: [juror]}}, {sum: {over: [item]}}"));
  stands_for(score("{mean: all}, exp"), score("{mean: {over: [all]}}, {exp: {}}"));
  stands_for(score("{mean: all}, {cap: 1}, {round: 0.1}"),
             score("{mean: {over: [all]}}, {cap: {at: 1}}, {round: {to: 0.1}}"));
  stands_for(score("{mean: all}, {rank: dense}"),
             score("{mean: {over: [all]}}, {rank: {ties: dense}}"));
}

TEST_CASE("percent, baseline, panel and vote in full") {
  stands_for(score("{scale: percent}, {mean: all}"),
             score("{scale: {from: [0, 100]}}, {mean: {over: [all]}}"));
  stands_for(score("{baseline: {at: 25, top: 100}}, {mean: all}"),
             score("{scale: {from: [25, 100]}}, {floor: {at: 0}}, {mean: {over: [all]}}"));
  stands_for("score: {panel: {of: t, drop: 1, scale: percent}}",
             "score: {from: t, steps: [{sum: {over: [item]}}, {drop: {over: [juror], highest: 1, "
             "lowest: 1}}, {mean: {over: [juror]}}, {scale: {from: [0, 100]}}]}");
  stands_for(
      "select: [{require: {panel: t, vote: approve, majority: true}}, take]",
      "select: [{require: {from: t, steps: [{lookup: {table: {approve: 1}, else: 0}}, {mean: "
      "{over: [juror]}}], above: 0.5}}, {take: {}}]");
}

TEST_CASE("leaf says what every leaf has besides, and a leaf's own word counts") {
  stands_for(
      "score: {leaf: {from: t, by: item, steps: [{mean: juror}]}, parts: {q1: {weight: 1}, q2: "
      "{weight: 2, where: {juror: j1}}}}",
      "score: {parts: {q1: {weight: 1, from: t, steps: [{mean: juror}], where: {item: q1}}, q2: "
      "{weight: 2, where: {juror: j1, item: q2}, from: t, steps: [{mean: juror}]}}}");
}

TEST_CASE("selection in short") {
  stands_for(
      "score: {from: t}, select: [{order: [total]}, {ties: share}, {reserve: 2}, take]",
      "score: {from: t}, select: [{order: {keys: [total]}}, {ties: {rule: share}}, {reserve: "
      "{first: 2}}, {take: {}}]");
}

TEST_CASE("a vote without the vote that counts is refused while it is spelt out") {
  Diagnostics diagnostics;
  static_cast<void>(
      expand(parsed(head + "  - {id: s, select: [{require: {panel: t, majority: true}}]}\n"),
             diagnostics));
  CHECK(said(diagnostics) ==
        "`require` of a panel needs the `vote` that counts (say which, `vote: approve`)\n");
}

// --- stages ----------------------------------------------------------------------------------

namespace {

std::string order_of(const std::string& stages, std::vector<std::size_t>* order = nullptr) {
  const Program p = read(head + stages);
  Diagnostics diagnostics;
  const auto found = stage_order(p, diagnostics);
  if (order != nullptr)
    *order = found;
  return said(diagnostics);
}

} // namespace

TEST_CASE("stages come after those they name, wherever the name stands") {
  for (const std::string uses :
       {"entrants: {advanced_from: one}", "entrants: {entrants_of: [one]}",
        "places: {vacancies_of: one}", "score: {from: {stage: one}}",
        "score: {parts: {x: {from: {stages: [one]}, steps: [{mean: stage}]}}}",
        "score: {from: t, steps: [{mean: all}, {add: {from: {stage: one}}}]}",
        "measures: {m: {from: {stage: one}}}",
        "score: {from: t}, select: [{order: [total, {from: {stage: one}}]}]",
        "score: {from: t}, select: [{order: [{among: tied, keys: [{from: {stage: one}}]}]}]",
        "score: {from: t}, select: [{require: {from: {stage: one}, at_least: 1}}]",
        "score: {from: t}, select: [{duel: {seeds: {from: {stage: one}}}}]",
        "score: {from: t}, select: [{grant: {by: [{from: {stage: one}}]}}]",
        "score: {from: t}, select: [{take: {budget: 1, cost: {from: {stage: one}}}}]"}) {
    INFO(uses);
    std::vector<std::size_t> order;
    CHECK(order_of("  - {id: two, " + uses + "}\n  - {id: one}\n", &order).empty());
    CHECK(order == std::vector<std::size_t>{1, 0});
  }
}

TEST_CASE("a cycle of stages names its members, and only them") {
  std::vector<std::size_t> order;
  CHECK(order_of("  - {id: one, entrants: {advanced_from: three}}\n"
                 "  - {id: two, entrants: {advanced_from: one}}\n"
                 "  - {id: three, places: {vacancies_of: two}}\n"
                 "  - {id: after, entrants: {cut_from: three}}\n  - {id: free}\n",
                 &order) ==
        "the stages `one`, `two`, `three` form a cycle (a stage can only depend on "
        "stages that are decided before it)\n");
  CHECK(order.empty());
  CHECK(order_of("  - {id: one, entrants: {advanced_from: one}}\n") ==
        "stage `one` depends on itself (a stage can only depend on stages that are decided before "
        "it)\n");
  CHECK(order_of("  - {id: a, entrants: {advanced_from: b}}\n  - {id: b, entrants: {advanced_from: "
                 "a}}\n  - {id: c, entrants: {advanced_from: d}}\n  - {id: d, entrants: "
                 "{advanced_from: c}}\n")
            .find("`a`, `b` form a cycle") != std::string::npos);
}

TEST_CASE("a stage that is not there, and one that stands twice") {
  CHECK(order_of("  - {id: stage-one}\n  - {id: two, entrants: {advanced_from: stage-on}}\n") ==
        "there is no stage `stage-on` (did you mean `stage-one`?)\n");
  CHECK(order_of("  - {id: one}\n  - {id: one}\n") ==
        "stage `one` stands twice (every stage needs an id of its own)\n");
}
