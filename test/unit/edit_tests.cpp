// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/temporary.hpp"

#include <libeval/domain/language.hpp>
#include <libeval/engine/decide.hpp>
#include <libeval/engine/whatif.hpp>
#include <libeval/engine/why.hpp>
#include <libeval/io/edit.hpp>
#include <libeval/io/json.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/parse.hpp>
#include <libeval/io/print.hpp>
#include <libeval/io/report.hpp>
#include <libeval/io/scaffold.hpp>
#include <libeval/io/words.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

using namespace libeval;
using libeval::test::TemporaryFolder;

namespace {

Tree parsed(const std::string& text) {
  Diagnostics diagnostics;
  Tree tree = parse_text(text, "program.yaml", diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  return tree;
}

const std::string rules_text = R"(
libeval: 1
program: p
candidates: [a, b, c]
evidence:
  marks:
    csv: |
      juror,candidate,mark
      j1,a,1
      j1,b,2
      j1,c,3
      j2,a,9
      j2,b,2
      j2,c,3
    keys: [juror, candidate]
    values: [mark]
stages:
  - id: stage.1
    score:
      parts:
        expert: {weight: 1, from: marks, steps: [{mean: juror}]}
    select:
      - order: [total]
      - take: {first: 1}
      - policy: rules.yaml
)";

std::string said(const Diagnostics& diagnostics) {
  std::string out;
  for (const Diagnostic& d : diagnostics.all())
    out += d.message + (d.help.empty() ? "" : " (" + d.help + ")") + "\n";
  return out;
}

std::string refusal_of_set(const std::string& assignment) {
  Tree rules = parsed(rules_text);
  const Tree before = rules;
  Diagnostics diagnostics;
  CHECK_FALSE(set_value(rules, assignment, diagnostics));
  CHECK(diagnostics.errors() == 1);
  CHECK(same(rules, before));
  return said(diagnostics);
}

std::string first_step(const Tree& rules, std::size_t i) {
  return rules.find("stages")->list()[0].find("select")->list()[i].map()[0].key;
}

Bundle small_bundle() {
  static const TemporaryFolder folder;
  Diagnostics diagnostics;
  Tree rules = parsed(rules_text);
  rules.find("stages")->list()[0].find("select")->list().pop_back();
  Bundle bundle = load_bundle(rules, folder.path(), diagnostics);
  INFO(said(diagnostics));
  REQUIRE_FALSE(diagnostics.has_errors());
  return bundle;
}

} // namespace

TEST_CASE("a value is set where a path leads") {
  Tree rules = parsed(rules_text);
  Diagnostics diagnostics;
  CHECK(set_value(rules, "stage.1.score.expert.weight=2", diagnostics));
  CHECK(set_value(rules, "stage.1.places=2", diagnostics));
  CHECK(set_value(rules, "stage.1.select.take.first=3", diagnostics));
  CHECK(set_value(rules, "stage.1.select.1={order: [expert]}", diagnostics));
  CHECK(set_value(rules, "stage.1.score.parts.expert.steps.mean=candidate", diagnostics));
  CHECK(set_value(rules, "as_of=2026-01-01", diagnostics));
  CHECK(set_value(rules, "stages.1.title=First", diagnostics));
  CHECK(said(diagnostics).empty());
  const Tree& stage = rules.find("stages")->list()[0];
  CHECK(stage.find("score")->find("parts")->find("expert")->find("weight")->number() == 2);
  CHECK(stage.find("places")->number() == 2);
  CHECK(stage.find("select")->list()[1].find("take")->find("first")->number() == 3);
  CHECK(same(*stage.find("select")->list()[0].find("order"), parsed("[expert]")));
  CHECK(rules.find("as_of")->text() == "2026-01-01");
  CHECK(stage.find("title")->text() == "First");
}

TEST_CASE("a path that leads nowhere is said with what was probably meant") {
  CHECK_THAT(refusal_of_set("stage1.places=2"),
             test::contains("leads nowhere at `stage1` (did you mean `stage.1`?)"));
  CHECK_THAT(refusal_of_set("stage.1.plases=2"), test::contains("did you mean `places`?"));
  CHECK_THAT(refusal_of_set("stage.1.score.exprt.weight=2"),
             test::contains("did you mean `expert`?"));
  CHECK_THAT(refusal_of_set("stage.1.select.tkae.first=2"), test::contains("did you mean `take`?"));
  CHECK_THAT(refusal_of_set("stage.1.id.x=2"), test::contains("nothing is below it"));
  CHECK_THAT(refusal_of_set("places"), test::contains("is no assignment"));
  CHECK_THAT(refusal_of_set("stage.1.places=[1"), test::contains("never closed"));
}

TEST_CASE("a step of selection is moved before or after another") {
  Tree rules = parsed(rules_text);
  Diagnostics diagnostics;
  CHECK(move_step(rules, "policy:before:take", diagnostics));
  CHECK(first_step(rules, 1) == "policy");
  CHECK(move_step(rules, "stage.1.policy:after:take", diagnostics));
  CHECK(first_step(rules, 2) == "policy");
  CHECK(move_step(rules, "take:before:order", diagnostics));
  CHECK(first_step(rules, 0) == "take");
  CHECK_FALSE(diagnostics.has_errors());

  const auto refused = [&](const char* move) {
    Diagnostics found;
    CHECK_FALSE(move_step(rules, move, found));
    return said(found);
  };
  CHECK_THAT(refused("polcy:before:take"), test::contains("did you mean `policy`?"));
  CHECK_THAT(refused("policy:befor:take"), test::contains("is no move"));
  CHECK_THAT(refused("stage.2.policy:before:take"), test::contains("did you mean `stage.1`?"));
}

TEST_CASE("a dropped member leaves no trace in the evidence") {
  Bundle bundle = small_bundle();
  const Decision before = decide(bundle);
  const Bundle original = bundle;
  Diagnostics diagnostics;
  CHECK(drop_member(bundle, "juror:j2", diagnostics));
  CHECK(bundle.tables[0]->rows == 3);
  CHECK(original.tables[0]->rows == 6); // a copy was changed
  const Decision after = decide(bundle);
  CHECK(before.stages[0].outcomes[0] == Outcome::advances);
  CHECK(after.stages[0].outcomes[2] == Outcome::advances);

  const auto changes = compare(original.program, before, bundle.program, after);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].changes_outcomes());
  CHECK(changes[0].candidates.size() == 3);
  CHECK(compare(original.program, before, original.program, before).empty());

  const auto refused = [&](const char* drop) {
    Diagnostics found;
    CHECK_FALSE(drop_member(bundle, drop, found));
    return said(found);
  };
  CHECK_THAT(refused("juror:j3"), test::contains("there is no `j3` in `juror`"));
  CHECK_THAT(refused("jurer:j1"), test::contains("did you mean `juror`?"));
  CHECK_THAT(refused("juror"), test::contains("names no member"));
}

TEST_CASE("a dropped candidate enters nowhere") {
  Bundle bundle = small_bundle();
  Diagnostics diagnostics;
  CHECK(drop_member(bundle, "candidate:a", diagnostics));
  const Decision after = decide(bundle);
  CHECK(after.stages[0].entrants.size() == 2);
  CHECK(after.stages[0].outcomes[after.stages[0].entrant(2)] == Outcome::advances);
}

TEST_CASE("a recorded decision on a dropped candidate is dropped with it") {
  const std::string head = "libeval: 1\nprogram: p\ncandidates: [a, b, c]\nevidence:\n  t: {keys: "
                           "[candidate], values: [x], csv: \"candidate,x\\na,1\\nb,2\\nc,2\\n\"}\n"
                           "stages:\n  - id: s\n    score: {from: t}\n    places: 1\n    select: ";
  const auto without_b = [&](const std::string& select) {
    const TemporaryFolder folder;
    folder.write("program.yaml", head + select + "\n");
    Bundle bundle = load_bundle(folder.path());
    static_cast<void>(decide(bundle));
    Diagnostics diagnostics;
    CHECK(drop_member(bundle, "candidate:b", diagnostics));
    CHECK_FALSE(diagnostics.has_errors());
    const Decision after = decide(bundle);
    std::string out = said(diagnostics);
    for (const Outcome outcome : after.stages[0].outcomes)
      out += std::string(to_string(outcome)) + ";";
    return out;
  };
  const std::string said_of_b = "the recorded decision on `b` in stage `s` is dropped with it\n";
  CHECK(without_b("[{withdraw: {decision: {candidate: b, reason: r, source: s}}}, {take: {}}]") ==
        said_of_b + "cut;advances;");
  // A stage that only gave a place by decision does not fill it otherwise.
  CHECK(without_b("[{grant: {decision: {candidate: b, reason: r, source: s}}}]") ==
        said_of_b + "cut;cut;");
  CHECK(without_b("[{grant: {decision: {candidate: b, reason: r, source: s}}}, {take: {}}]") ==
        said_of_b + "cut;advances;");
  CHECK(without_b("[{order: [total, {decision: {order: [b, c], reason: r, source: s}}]}]") ==
        "`b` is left out of the recorded decision on the order\ncut;advances;");
  CHECK(without_b("[{withdraw: {decision: {candidate: a, reason: r, source: s}}}, {take: {}}]") ==
        "withdrawn;advances;");
}

TEST_CASE("why says the distance to the line and contributions that add up") {
  const Bundle bundle = small_bundle();
  const Decision decision = decide(bundle);
  const Why a = explain(bundle, decision, 0, "stage.1");
  CHECK(a.outcome == Outcome::advances);
  REQUIRE(a.ahead);
  CHECK(*a.ahead == Approx(2)); // 5 against 3
  const Why c = explain(bundle, decision, 2, "stage.1");
  CHECK(c.outcome == Outcome::cut);
  REQUIRE(c.ahead);
  CHECK(*c.ahead == Approx(-2));
  const bool one_more = std::ranges::any_of(c.instead, [](const Alternative& alternative) {
    return alternative.kind == Alternative::Kind::one_place_more &&
           alternative.outcome == Outcome::advances;
  });
  CHECK(one_more);
  CHECK_THROWS_AS(explain(bundle, decision, 0, "elsewhere"), std::invalid_argument);
  CHECK_THROWS_AS(explain(bundle, decision, 7, "stage.1"), std::invalid_argument);
}

TEST_CASE("why tries each number of places and each quota by itself") {
  const auto instead = [](const std::string& rest, const std::string& id) {
    const TemporaryFolder folder;
    folder.write(
        "program.yaml",
        "libeval: 1\nprogram: p\ncandidates: {a: {k: x}, b: {k: x}, c: {k: y}, d: {k: x}}\n"
        "evidence: {t: {csv: \"candidate,s\\na,9\\nb,8\\nc,7\\nd,6\\n\", keys: "
        "[candidate], values: [s]}}\nstages:\n  - {id: s, score: {from: t}, " +
            rest + "}\n");
    const Bundle bundle = load_bundle(folder.path());
    std::string out;
    for (const Alternative& one :
         explain(bundle, decide(bundle), static_cast<std::size_t>(id[0] - 'a'), "s").instead)
      out += condition(one, bundle.program) + "; ";
    return out;
  };
  CHECK(instead("select: [{take: {first: 1}}, {take: {first: 1}}]", "c") ==
        "with one place more at `take` of step 1; with one place more at `take` of step 2; ");
  CHECK(instead("select: [{quota: {by: k, at_most: 1}}, {take: {first: 2}}]", "b") ==
        "with one place more at `quota` of step 1; ");
  CHECK(instead("select: [{quota: {by: k, at_most: {x: 1}}}, {take: {first: 2}}]", "b") ==
        "with one place more at `quota` of step 1, `x`; ");
  const std::string filled = "places: 2, select: [take, {withdraw: {decision: {candidate: a, "
                             "reason: r, source: s}}}, {take: {first: 1}}]";
  CHECK(instead(filled, "c") == "with one place fewer; with one place fewer at `take` of step 3; ");
  CHECK(instead(filled, "d") == "with one place more; with one place more at `take` of step 3; ");
  CHECK(instead("places: 2, select: [{take: {first: 2}}]", "c") == "with one place more; ");
}

TEST_CASE("a new bundle passes check and decides") {
  const TemporaryFolder folder;
  Diagnostics diagnostics;
  const auto files = write_new_bundle(folder.path() / "fresh" / "call", diagnostics);
  CHECK(files.size() == 4);
  const Bundle bundle = load_bundle(folder.path() / "fresh" / "call");
  const Decision decision = decide(bundle, diagnostics);
  CHECK(diagnostics.all().empty());
  REQUIRE(decision.stages.size() == 1);
  CHECK(decision.stages[0].advancing == 2);
  CHECK_FALSE(decision.held());

  CHECK(write_new_bundle(folder.path() / "fresh", diagnostics).empty());
  CHECK_THAT(said(diagnostics), test::contains("is not empty"));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "fresh" / "program.yaml"));
  folder.write("a-file", "x");
  Diagnostics more;
  CHECK(write_new_bundle(folder.path() / "a-file", more).empty());
  CHECK_THAT(said(more), test::contains("is no folder"));
}

TEST_CASE("a report of a long stage shows the first and those round the line") {
  Bundle bundle;
  Decision decision;
  StageDecision stage;
  stage.id = "long";
  stage.places = 500;
  stage.advancing = 500;
  stage.vacancies = 0;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const std::string id = "c" + std::to_string(i);
    bundle.program.candidates.push_back({CandidateId(id), id, {}, {}});
    stage.entrants.push_back(i);
    stage.outcomes.push_back(i < 500 ? Outcome::advances : Outcome::cut);
    stage.place.push_back(i + 1);
    stage.decided_by.push_back(0);
  }
  decision.stages.push_back(stage);
  const std::string text = report(bundle, decision);
  CHECK_THAT(text, test::contains(" c9 "));
  CHECK_THAT(text, !test::contains(" c10 "));
  CHECK_THAT(text, test::contains(" c495 "));
  CHECK_THAT(text, test::contains(" c504 "));
  CHECK_THAT(text, !test::contains(" c505 "));
  CHECK_THAT(text, test::contains("980 entrants left out (485 advances, 495 cut)"));
  const std::string whole = report(bundle, decision, {.color = false, .all = true});
  CHECK(std::count(whole.begin(), whole.end(), '\n') > 1000);
}

TEST_CASE("columns line up by what is seen, Hangul two wide, and terminals stay safe") {
  Bundle bundle;
  Decision decision;
  StageDecision stage;
  stage.id = "s";
  for (const char* name : {"가온", "ab\x1b[31m", "long name"}) {
    bundle.program.candidates.push_back({CandidateId(name), name, {}, {}});
    stage.entrants.push_back(static_cast<std::uint32_t>(stage.entrants.size()));
    stage.outcomes.push_back(Outcome::cut);
    stage.place.push_back(static_cast<double>(stage.place.size() + 1));
    stage.decided_by.push_back(0);
  }
  decision.stages.push_back(stage);
  const std::string text = report(bundle, decision);
  CHECK_THAT(text, test::contains("1  가온        cut\n"));
  CHECK_THAT(text, test::contains("3  long name   cut\n"));
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK_THAT(report(bundle, decision, {.color = true}), test::contains("\x1b["));
}

TEST_CASE("JSON of a decision reads back with every score") {
  const Bundle bundle = small_bundle();
  const Decision decision = decide(bundle);
  const Tree tree = parsed(to_json(decision, bundle.program));
  const Tree& stage = tree.find("stages")->list()[0];
  REQUIRE(stage.find("entrants")->list().size() == 3);
  const Tree& first = stage.find("entrants")->list()[0];
  CHECK(first.find("candidate")->text() == "a");
  CHECK(first.find("outcome")->text() == "advances");
  CHECK(first.find("scores")->find("expert")->number() == 5);
  CHECK(parsed(to_json(explain(bundle, decision, 0, "stage.1"), decision, bundle))
            .find("outcome")
            ->text() == "advances");

  Decision broken = decision;
  broken.stages[0].total[0] = std::nan("");
  CHECK_THROWS_AS(to_json(broken, bundle.program), std::logic_error);
}

TEST_CASE("contributions add up where a part has no value") {
  const Bundle bundle =
      load_bundle(std::filesystem::path(LIBEVAL_TEST_DIR) / "cases" / "node-missing-forms");
  const Decision decision = decide(bundle);
  for (const char* stage : {"zero", "number", "lowest", "drop"}) {
    INFO(stage);
    const Why why = explain(bundle, decision, 1, stage, false);
    REQUIRE(why.scores.size() == 3);
    REQUIRE(why.scores[0].score);
    CHECK_FALSE(why.scores[2].score);
    CHECK(why.scores[1].contribution.value_or(0) + why.scores[2].contribution.value_or(0) ==
          Approx(*why.scores[0].score));
  }
}
