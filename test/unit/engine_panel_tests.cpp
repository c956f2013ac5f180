// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/small_bundle.hpp"

#include <libeval/engine/decide.hpp>
#include <libeval/engine/panel.hpp>

#include <algorithm>
#include <cmath>

using namespace libeval;

namespace {

/// Three jurors who mark three candidates; `more` goes into the evidence.
Bundle panel(const std::string& more = "", const std::string& steps = "[{mean: juror}]") {
  return test::load_text("libeval: 1\n"
                         "program: p\n"
                         "candidates: [a, b, c]\n"
                         "evidence:\n"
                         "  marks:\n"
                         "    csv: |\n"
                         "      juror,candidate,mark\n"
                         "      fair,a,6\n      fair,b,5\n      fair,c,1\n"
                         "      strict,a,5\n      strict,b,4\n      strict,c,0\n"
                         "      fan,a,5\n      fan,b,10\n      fan,c,3\n"
                         "    keys: [juror, candidate]\n"
                         "    values: [mark]\n" +
                         more +
                         "stages:\n"
                         "  - {id: s, places: 1, score: {from: marks, steps: " +
                         steps + "}}\n");
}

const Agreement& agreement(const PanelCheck& check, const std::string& name) {
  const auto at = std::ranges::find(check.agreement, name, &Agreement::name);
  REQUIRE(at != check.agreement.end());
  return *at;
}

} // namespace

TEST_CASE("a panel check tells who is severe, and whose outcome rests on whom") {
  const Bundle bundle = panel();
  const auto panels = check_panels(bundle, decide(bundle));
  REQUIRE(panels.size() == 1);
  const PanelCheck& check = panels[0];
  CHECK(check.part == "total");
  CHECK(check.people == 3);
  CHECK(check.units == 3);
  CHECK(check.marks == 9);
  CHECK(check.complete == 3);
  REQUIRE(check.jurors.size() == 3);
  // means 4, 3 and 6 about 13/3
  CHECK(check.jurors[0].severity.value() == Approx(-1.0 / 3));
  CHECK(check.jurors[1].severity.value() == Approx(-4.0 / 3));
  CHECK(check.jurors[2].severity.value() == Approx(5.0 / 3));
  CHECK(check.jurors[0].spread.value() == Approx(std::sqrt(7)));
  // b has 19 of the three, a 16; without the fan a leads by 11 to 9
  CHECK(check.jurors[0].without.empty());
  CHECK(check.jurors[1].without.empty());
  REQUIRE(check.jurors[2].tried);
  REQUIRE(check.jurors[2].without.size() == 2);
  CHECK(check.jurors[2].without[0].candidate == 0);
  CHECK(check.jurors[2].without[0].outcome_after == Outcome::advances);
}

TEST_CASE("the agreement of a panel is that of the kernels, by the published formulas") {
  const Bundle bundle = panel();
  const auto panels = check_panels(bundle, decide(bundle), {"", "", false, 0, 1});
  const PanelCheck& check = panels.at(0);
  CHECK_FALSE(check.jurors[0].tried);
  // Ranks: fair and strict 3 2 1, fan 2 3 1: sums 8, 7, 3, about 6; 12 * 14 / (9 * 24)
  CHECK(agreement(check, "kendall_w").value.value() == Approx(12.0 * 14 / (9 * 24)));
  CHECK(agreement(check, "alpha_interval").value.has_value());
  CHECK(agreement(check, "icc_2_k").value.value() < agreement(check, "icc_3_k").value.value());
}

TEST_CASE("agreement is that of the values where jurors are brought together") {
  const Bundle bundle = panel("", "[{zscore: {within: juror, reference: all}}, {mean: juror}]");
  const auto panels = check_panels(bundle, decide(bundle), {"", "", false, 0, 1});
  for (const JurorCheck& juror : panels.at(0).jurors)
    CHECK(juror.severity.value() == Approx(0).margin(1e-12)); // every juror's mean is 0 by now
}

TEST_CASE("a recused juror's marks take no part in the check, also when jurors are drawn anew") {
  const Bundle bundle =
      panel("    recusals: [{juror: fan, candidate: b, reason: spouse, source: letter}]\n");
  const auto panels = check_panels(bundle, decide(bundle), {"", "", false, 20, 7});
  const PanelCheck& check = panels.at(0);
  CHECK(check.marks == 8);
  CHECK(check.jurors[2].marks == 2);
  CHECK(check.complete == 2);
  CHECK(check.draws == 20);
  REQUIRE(check.drawn.size() == 3);
  CHECK(check.drawn[1].score.value() == 4.5);
  CHECK(check.drawn[1].error.value() <= 0.5); // the marks that b may get are 5 and 4
}

TEST_CASE("panels drawn anew with the same seed give the same errors") {
  const Bundle bundle = panel();
  const Decision decision = decide(bundle);
  const auto one = check_panels(bundle, decision, {"", "", false, 50, 3});
  const auto two = check_panels(bundle, decision, {"", "", false, 50, 3});
  const auto three = check_panels(bundle, decision, {"", "", false, 50, 4});
  CHECK(one[0].drawn[1].error == two[0].drawn[1].error);
  CHECK(one[0].drawn[1].error != three[0].drawn[1].error);
  // marks of b are 5, 4, 10: the deviation of a mean of three is about 1.52
  CHECK(one[0].drawn[1].error.value() == Approx(1.52).margin(0.4));
}

TEST_CASE("a part that brings nobody together is no panel, and one juror has no severity") {
  const Bundle picked = panel("", "[{pick: {members: {juror: fan}}}]");
  CHECK(check_panels(picked, decide(picked)).empty());
  const Bundle lone = panel("    recusals:\n"
                            "      - {juror: fan, candidate: a, reason: r, source: s}\n"
                            "      - {juror: fan, candidate: b, reason: r, source: s}\n"
                            "      - {juror: fan, candidate: c, reason: r, source: s}\n"
                            "      - {juror: strict, candidate: a, reason: r, source: s}\n"
                            "      - {juror: strict, candidate: b, reason: r, source: s}\n"
                            "      - {juror: strict, candidate: c, reason: r, source: s}\n");
  const auto panels = check_panels(lone, decide(lone), {"", "", false, 0, 1});
  REQUIRE(panels.size() == 1);
  CHECK(panels[0].people == 1);
  CHECK_FALSE(panels[0].no_severity.empty());
  CHECK_FALSE(agreement(panels[0], "alpha_interval").value.has_value());
  CHECK_FALSE(agreement(panels[0], "icc_2_k").value.has_value());
}

TEST_CASE("a panel in which one juror marked little says why there is no ICC, and zero is zero") {
  const auto why = [](const std::string& marks) {
    const Bundle bundle = test::load_text(
        "libeval: 1\nprogram: p\ncandidates: [a, b, c]\nevidence:\n  marks:\n    csv: |\n"
        "      juror,candidate,mark\n" +
        marks +
        "    keys: [juror, candidate]\n    values: [mark]\n    sparse: [juror]\nstages:\n"
        "  - {id: s, places: 1, score: {from: marks, steps: [{mean: juror}]}}\n");
    return check_panels(bundle, decide(bundle)).at(0);
  };
  const PanelCheck one = why("      i,a,1\n      i,b,2\n      i,c,3\n      j,a,1\n      j,b,3\n"
                             "      j,c,3\n      k,c,2\n");
  CHECK(one.complete == 1);
  CHECK(agreement(one, "alpha_interval").value);
  for (const char* name : {"icc_1_1", "icc_3_k", "kendall_w"})
    CHECK(agreement(one, name).why == "1 unit was marked by all, 2 are needed");
  const PanelCheck none = why("      i,a,1\n      i,b,2\n      j,b,3\n      j,c,3\n      k,a,2\n");
  CHECK(agreement(none, "icc_2_1").why == "no unit was marked by all, 2 are needed");
}

TEST_CASE("severity over opponents rates teams by their margins, as Massey 1997 does") {
  // 3 r(a) = 2 + 3 from the normal equations with the ratings adding up to 0.
  const Bundle games = test::load_text(R"(libeval: 1
program: p
candidates: [a, b, c]
evidence:
  games:
    csv: |
      home,away,own,other
      a,b,3,1
      b,c,2,0
      a,c,4,1
    keys: []
    pairs: {a: home, b: away, a_value: own, b_value: other}
stages:
  - {id: s, score: {from: games, steps: [{subtract: {column: against}}, {mean: side}, {severity: opponent}]}}
)");
  const Decision decision = decide(games);
  const StageDecision& stage = decision.stages.at(0);
  const auto& scores = stage.total;
  CHECK(scores[0] == Approx(5.0 / 3));
  CHECK(scores[1] == Approx(0).margin(1e-12));
  CHECK(scores[2] == Approx(-5.0 / 3));
  REQUIRE(stage.models.size() == 1);
  CHECK(stage.models[0].estimates[3].dimension == "opponent");
  CHECK(stage.models[0].estimates[3].member == "b");
}
