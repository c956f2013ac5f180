// SPDX-License-Identifier: Apache-2.0
#include "engine/policy/judged.hpp"
#include "support/policy_case.hpp"

#include <libeval/io/policy_report.hpp>

using namespace libeval;
using namespace libeval::test;

TEST_CASE("parts are judged one by one and the worst decides") {
  const Judgment judgment = judged(case_of("for_each: weights, " + from_scratch));
  REQUIRE(judgment.subjects.size() == 2);
  CHECK(judgment.subjects[0].verdict == Verdict::pass);
  CHECK(judgment.subjects[1].verdict == Verdict::fail);
  CHECK(judgment.verdict == Verdict::fail);
  CHECK(judgment.level == Level::admitted);
  CHECK(judgment.decisive == 1);
}

TEST_CASE("a verdict below the level that convicts is unknown, and is what it is at the level") {
  CHECK(judged(case_of("convict_at: verified, " + from_scratch)).verdict == Verdict::unknown);
  CHECK(judged(case_of("convict_at: admitted, " + from_scratch)).verdict == Verdict::fail);
  // What became known later is not seen.
  CHECK(judged(case_of(from_scratch, "", "2026-01-04")).verdict == Verdict::unknown);
}

TEST_CASE("a fail that rests on one admission says so") {
  JudgeOptions options;
  options.rests = true;
  const Case one = case_of(from_scratch); // owns the evidence that the judgment points to
  const Judgment judgment = judged(one, options);
  REQUIRE(judgment.subjects.at(0).rests_on.size() == 1);
  CHECK(judgment.subjects[0].rests_on[0].item->source == "S1");
  CHECK(judgment.subjects[0].rests_on[0].level == Level::admitted);
}

TEST_CASE("a thing to replace is named only where the rule passes then") {
  JudgeOptions options;
  options.score = [](std::size_t, const std::string&) { return std::optional<double>(5); };
  const auto replaced = [&](const std::string& how, const std::string& bound) {
    const Case one =
        case_of("deny_if: {" + how + ": [{reaches: {along: [weights], to: external}}, " +
                "{score: {part: total, at_least: " + bound + "}}]}");
    const Judgment judgment = judged(one, options);
    CHECK(judgment.verdict == Verdict::fail);
    return !judgment.subjects.at(0).conditions.at(0).reach->choke.empty();
  };
  CHECK(replaced("all", "4"));
  CHECK(replaced("any", "6"));
  CHECK_FALSE(replaced("any", "4")); // the score fails it alone
}

TEST_CASE("a fail by a license shows the way, its evidence, the license and where it stands") {
  const Case one = case_of(
      "require: {license: {allowed: [MIT], along: [weights]}}", "", "2026-02-01",
      "lineage: l\nparties: {team: {}, other: {}}\nmodels:\n  m: {owner: team}\n"
      "  i: {owner: team}\n  f: {owner: other, license: {expression: GPL-3.0-only, source: "
      "LICENSE of f}}\nderivations:\n"
      "  - {child: m, parent: i, kind: fine_tuned_from, evidence: [{for: self_declared, by: team, "
      "date: 2026-01-02, source: card}]}\n"
      "  - {child: i, parent: f, kind: fine_tuned_from, evidence: [{for: verified, source: "
      "logs}]}\n");
  const std::vector<JudgedPolicy> all = {{&one.policy, judge(one.program, one.policy)}};
  const Judgment& judgment = all[0].judgments.all.at(0);
  CHECK(judgment.verdict == Verdict::fail);
  CHECK(judgment.level == Level::admitted); // the weaker of the two derivations
  const std::string text = report(one.program, all);
  for (const char* part : {"m <- fine_tuned_from - i", "i <- fine_tuned_from - f", "[card]",
                           "[logs]", "license GPL-3.0-only [LICENSE of f] of f is not allowed"})
    CHECK_THAT(text, contains(part));
  CHECK_THAT(to_json(one.program, all), contains("\"weakest\": \"admitted\""));
  const std::string sarif = to_sarif(one.program, all);
  CHECK_THAT(sarif, contains("m <- fine_tuned_from - i <- fine_tuned_from - f"));
  CHECK_THAT(sarif, contains("is not allowed"));
  CHECK_THAT(to_dot(one.program, all[0]), contains("color=red"));
}

TEST_CASE("forms of rules: deny, require, note") {
  CHECK(judged(case_of("deny_if: {derives: {kind: frozen_component, to: external, undeclared: "
                       "ignored}}"))
            .verdict == Verdict::fail);
  CHECK(judged(case_of("require: {derives: {kind: frozen_component, to: external}}")).verdict ==
        Verdict::pass);
  Case note = case_of("note_if: {derives: {kind: frozen_component, to: external}}");
  CHECK(note.diagnostics.has_errors()); // a note disqualifies nobody
  CHECK(judged(case_of("deny_if: {derives: {kind: merged_from, to: external, undeclared: "
                       "ignored}}"))
            .verdict == Verdict::pass);
  CHECK(judged(case_of("deny_if: {reaches: {along: [weights], to: {owner: other}}}")).verdict ==
        Verdict::fail);
  CHECK(judged(case_of("deny_if: {reaches: {along: [data], to: {thing: f/x}}}")).verdict ==
        Verdict::pass);
}

TEST_CASE("levels of control are ordinal with a minimum") {
  CHECK(judged(case_of("require: {control: {criterion: stop, at_least: 1}}")).verdict ==
        Verdict::pass);
  CHECK(judged(case_of("require: {control: {criterion: stop, at_least: 2}}")).verdict ==
        Verdict::fail);
  CHECK(judged(case_of("require: {control: {criterion: stop, at_least: 2}}", "", "2025-12-31"))
            .verdict == Verdict::unknown);
}

TEST_CASE("what speaks against a level says that it is not reached") {
  const auto verdict = [](const std::string& claim, const std::string& level) {
    Case one = case_of("require: {control: {criterion: stop, at_least: " + level + "}}");
    Lineage lineage = *one.policy.lineage;
    for (LineageNode& node : lineage.nodes)
      for (ControlClaim& control : node.controls) {
        control.level = claim[0] - '0';
        control.evidence[0].supports = false;
      }
    one.policy.lineage = std::make_shared<const Lineage>(std::move(lineage));
    return judged(one).verdict;
  };
  CHECK(verdict("2", "2") == Verdict::fail);
  CHECK(verdict("1", "2") == Verdict::fail);
  CHECK(verdict("3", "2") == Verdict::unknown);
}

TEST_CASE("an obligation in what may be no ancestor at all convicts nobody") {
  // The derivation that names it is only alleged; `any` must not take it for a no.
  Case one =
      case_of("require: {obligations: {kinds: [notice], along: [weights]}}", "", "2026-01-04");
  CHECK(judged(one).verdict == Verdict::unknown);
  // Not met on the fourth, and the derivation became known on the fifth.
  CHECK(
      judged(case_of("require: {obligations: {kinds: [notice], along: [weights]}}, at: 2026-01-06",
                     ""))
          .verdict == Verdict::fail);
}

TEST_CASE("code in a whole is in its weights only if outputs of the code surely are") {
  // What came into m came into m/c, its code; m/a has some of it by an alleged derivation alone.
  const std::string lineage =
      "lineage: l\nparties: {team: {}}\nmodels:\n  m: {owner: team, parts: {a: {}, c: {kind: "
      "code}}}\n  i: {owner: team}\nderivations:\n"
      "  - {child: m, parent: i, kind: code_reused_from, obligations: {naming: [{for: "
      "verified}]}}\n"
      "  - {child: m, parent: m/c, kind: trained_on_outputs_of, evidence: [{for: inferred}]}\n";
  const std::string rule = "require: {obligations: {kinds: [naming], along: [behavior, code]}}";
  CHECK(judged(case_of("for_each: code, " + rule, "", "2026-02-01", lineage)).verdict ==
        Verdict::pass);
  const Judgment of_weights =
      judged(case_of("for_each: weights, " + rule, "", "2026-02-01", lineage));
  REQUIRE(of_weights.subjects.at(0).conditions.size() == 1);
  CHECK(of_weights.subjects[0].conditions[0].possible == Possible::of(Truth::yes).or_nothing());
}

TEST_CASE("a part that is also derived from another part is looked at as a part") {
  const std::string rule = "deny_if: {derives: {kind: frozen_component, to: external, undeclared: "
                           "ignored}}";
  Case one = case_of(rule);
  Lineage lineage = *one.policy.lineage;
  Derivation inside = lineage.derivations[0];
  inside.child = "m";
  inside.parent = "m/b";
  lineage.derivations.insert(lineage.derivations.begin(), inside);
  one.policy.lineage = std::make_shared<const Lineage>(std::move(lineage));
  CHECK(judged(one).verdict == Verdict::fail);
}

TEST_CASE("all, any and not are strong Kleene over every part") {
  const std::string yes = "{derives: {kind: frozen_component, to: external}}";
  const std::string no = "{control: {criterion: stop, at_least: 2}}";
  const std::string open = "{score: {part: total, at_least: 1}}";
  JudgeOptions options;
  options.score = [](std::size_t, const std::string&) { return std::optional<double>(); };
  const auto verdict = [&](const std::string& condition) {
    return judged(case_of("require: " + condition), options).verdict;
  };
  CHECK(verdict("{all: [" + yes + ", " + open + "]}") == Verdict::unknown);
  CHECK(verdict("{all: [" + open + ", " + no + "]}") == Verdict::fail);
  CHECK(verdict("{any: [" + yes + ", " + open + "]}") == Verdict::pass);
  CHECK(verdict("{any: [" + open + ", " + no + "]}") == Verdict::unknown);
  CHECK(verdict("{not: " + open + "}") == Verdict::unknown);
  CHECK(verdict("{not: " + no + "}") == Verdict::pass);
  // Only the part that can still turn the verdict is critical.
  const Judgment judgment = judged(
      case_of("require: {all: [{any: [" + yes + ", " + open + "]}, " + open + "]}"), options);
  REQUIRE(judgment.subjects.at(0).conditions.size() == 3);
  CHECK_FALSE(judgment.subjects[0].conditions[1].critical);
  CHECK(judgment.subjects[0].conditions[2].critical);
}

TEST_CASE("an open verdict says the least that would settle it either way") {
  const std::string open = "{control: {criterion: stop, at_least: 2}}";
  const std::string record = "{reaches: {along: [weights], to: external}}";
  const auto of = [](const std::string& rule) {
    return judged(case_of(rule + ", for_each: submission", "", "2025-12-31")).subjects.at(0);
  };
  // What is known on the last day of 2025: nothing of the level, and of the derivation no evidence.
  const SubjectVerdict control = of("require: " + open);
  REQUIRE(control.passes_if.size() == 1);
  REQUIRE(control.fails_if.size() == 1);
  CHECK(control.passes_if[0].claim == 0);
  CHECK(control.passes_if[0].holds);
  CHECK_FALSE(control.fails_if[0].holds);
  const SubjectVerdict reach = of("deny_if: " + record);
  REQUIRE(reach.passes_if.size() == 1);
  CHECK(reach.passes_if[0].fact->kind == OpenFact::Kind::derivation);
  CHECK_FALSE(reach.passes_if[0].holds);
  // Of all, everything passes and the cheapest part fails; of any, the other way round.
  const SubjectVerdict all = of("require: {all: [" + open + ", {not: " + record + "}]}");
  CHECK(all.passes_if.size() == 2);
  CHECK(all.fails_if.size() == 1);
  const SubjectVerdict any = of("require: {any: [" + open + ", {not: " + record + "}]}");
  CHECK(any.passes_if.size() == 1);
  CHECK(any.fails_if.size() == 2);
  // One fact that two conditions ask for is one.
  const SubjectVerdict twice = of("require: {all: [{not: " + record + "}, {not: " + record + "}]}");
  CHECK(twice.passes_if.size() == 1);
}

TEST_CASE("pass, fail, unknown, not applicable and error are five different things") {
  JudgeOptions options;
  options.score = [](std::size_t, const std::string&) { return std::optional(3.0); };
  CHECK(judged(case_of("require: {score: {part: total, at_least: 3}}"), options).verdict ==
        Verdict::pass);
  CHECK(judged(case_of("require: {score: {part: total, above: 3}}"), options).verdict ==
        Verdict::fail);
  CHECK(judged(case_of("require: {score: {part: total, above: 3}}")).verdict == Verdict::error);
  CHECK(judged(case_of("require: {obligations: {kinds: [naming], along: [weights]}}")).verdict ==
        Verdict::not_applicable);
  Case bare = case_of("for_each: weights, " + from_scratch);
  bare.program.candidates[0].attributes = {{"submission", "bare"}};
  CHECK(judged(bare).verdict == Verdict::error);
  bare.program.candidates[0].attributes.clear();
  CHECK(judged(bare).verdict == Verdict::error);
}

TEST_CASE("what was missing and given later is cured, with its history") {
  const std::string notice = "require: {obligations: {kinds: [notice], along: [weights]}}, at: "
                             "2026-01-05";
  CHECK(judged(case_of(notice)).verdict == Verdict::fail);
  const Judgment cured = judged(case_of(notice + ", cure: {from: 2026-01-05, days: 10}"));
  CHECK(cured.verdict == Verdict::pass);
  CHECK(cured.cured);
  CHECK(cured.subjects.at(0).cured_on == "2026-01-10");
  const Judgment late = judged(case_of(notice + ", cure: {from: 2026-01-01, days: 5}"));
  CHECK(late.verdict == Verdict::fail);
  CHECK(late.subjects.at(0).curable_until.empty());
  const Judgment waiting =
      judged(case_of(notice + ", cure: {from: 2026-01-05, days: 27}", "", "2026-01-06"));
  CHECK(waiting.verdict == Verdict::fail);
  CHECK(waiting.subjects.at(0).curable_until == "2026-02-01");
}

TEST_CASE("a cure that was undone is none, and days of licenses count") {
  const auto noticed = [](const std::string& history, const std::string& as_of) {
    return judged(case_of("require: {obligations: {kinds: [notice], along: [code]}}, at: "
                          "2026-01-15, cure: {from: 2026-01-15, days: 10}",
                          "", as_of,
                          "lineage: l\nparties: {team: {}, other: {}}\nmodels: {m: {owner: "
                          "team}}\ncode: {k: {owner: other}}\nderivations: [{child: m, parent: k, "
                          "kind: code_reused_from, obligations: {notice: [" +
                              history + "]}}]\n"));
  };
  const std::string missing = "{against: verified, until: 2026-01-18}, ";
  const Judgment given = noticed(missing + "{for: verified, from: 2026-01-18}", "2026-02-01");
  CHECK(given.verdict == Verdict::pass);
  CHECK(given.subjects.at(0).cured_on == "2026-01-18");
  // Taken away again: within the time, after it, and given once more.
  const std::string taken = "{for: verified, from: 2026-01-18, until: 2026-01-19}, ";
  CHECK(noticed(missing + taken + "{against: verified, from: 2026-01-19}", "2026-02-01").verdict ==
        Verdict::fail);
  CHECK(noticed(missing + "{for: verified, from: 2026-01-18, until: 2026-01-28}, {against: "
                          "verified, from: 2026-01-28}",
                "2026-02-01")
            .verdict == Verdict::fail);
  CHECK(noticed(missing + taken +
                    "{against: verified, from: 2026-01-19, until: 2026-01-22}, {for: verified, "
                    "from: 2026-01-22}",
                "2026-02-01")
            .subjects.at(0)
            .cured_on == "2026-01-22");
  CHECK(noticed("{against: verified}", "2026-01-25").subjects.at(0).curable_until == "2026-01-25");
  const auto licensed = [](const std::string& until) {
    return judged(case_of(
        "require: {license: {allowed: [MIT], along: [weights], undeclared: ignored}}, at: "
        "2026-01-15, cure: {from: 2026-01-15, days: 10}",
        "", "2026-02-01",
        "lineage: l\nparties: {team: {}, other: {}}\nmodels: {m: {owner: team}, f: {owner: other, "
        "license: [{expression: GPL-3.0-only, until: 2026-01-20}, {expression: MIT, from: "
        "2026-01-20" +
            until + "}]}}\nderivations: [{child: m, parent: f, kind: fine_tuned_from}]\n"));
  };
  CHECK(licensed("").subjects.at(0).cured_on == "2026-01-20");
  CHECK(licensed("}, {expression: GPL-3.0-only, from: 2026-01-22").verdict == Verdict::fail);
}

TEST_CASE("a waiver takes the consequence, never the verdict, while it is in force") {
  const auto with = [](const std::string& waiver) {
    return case_of("for_each: weights, " + from_scratch,
                   "waivers: [{rule: R, reason: replaced soon, " + waiver + "}]\n");
  };
  const Case one = with("subject: m/b, verdict: fail, status: accepted, expires: 2026-07-01");
  CHECK(judged(one).verdict == Verdict::fail);
  CHECK(judged(one).waived);
  CHECK(
      judged(with("subject: m/b@d7, verdict: fail, status: accepted, expires: 2026-07-01")).waived);
  CHECK_FALSE(judged(with("subject: m/b@d8, verdict: fail, status: accepted, expires: "
                          "2026-07-01"))
                  .waived);
  CHECK_FALSE(judged(with("subject: m/b, verdict: fail, status: under_review, expires: 2026-07-01"))
                  .waived);
  const Case expired = with("subject: m/b, verdict: fail, status: accepted, expires: 2026-02-01");
  CHECK_FALSE(judged(expired).waived);
  CHECK(judge(expired.program, expired.policy).expired_waivers == std::vector<std::size_t>{0});
  const Case unused = with("subject: m/a, verdict: fail, status: accepted, expires: 2026-07-01");
  CHECK(judge(unused.program, unused.policy).unused_waivers == std::vector<std::size_t>{0});
}

TEST_CASE("where the worst is waived the consequence is that of what is left") {
  Case one =
      case_of("for_each: weights, " + from_scratch,
              "waivers: [{rule: R, reason: r, subject: m/b, verdict: fail, status: accepted, "
              "expires: 2026-07-01}]\n");
  Lineage open = *one.policy.lineage;
  for (LineageNode& node : open.nodes)
    if (node.id == "m/a")
      node.complete.clear();
  one.policy.lineage = std::make_shared<const Lineage>(std::move(open));
  const Judgment judgment = judged(one);
  CHECK(judgment.verdict == Verdict::fail);
  CHECK(judgment.waived);
  CHECK(in_force(judgment) == Verdict::unknown);
  CHECK(in_force(judged(case_of("for_each: weights, " + from_scratch))) == Verdict::fail);
}

TEST_CASE("without a day that counts as today it is said that nothing expires") {
  const auto said = [](const std::string& as_of) {
    const Case one = case_of(from_scratch,
                             "waivers: [{rule: R, subject: c, verdict: fail, status: accepted, "
                             "expires: 2026-01-02, reason: r}]\n",
                             as_of,
                             "lineage: l\nparties: {team: {}}\nmodels: {m: {owner: team, complete: "
                             "[{for: verified, expires: 2026-01-02}]}}\n");
    std::string out;
    for (const Diagnostic& d : one.diagnostics.all())
      out += d.message + "\n";
    return out;
  };
  CHECK(said("") == "the program says no `as_of`, so every waiver is in force\n"
                    "the program says no `as_of`, so no evidence expires\n");
  CHECK(said("2026-01-01").empty());
}

TEST_CASE("what is wrong with a rule is said") {
  const auto message = [](const Case& one) {
    return one.diagnostics.all().empty() ? std::string() : one.diagnostics.all().front().message;
  };
  CHECK(message(case_of(from_scratch + ", at: decison", "dates: {decision: 2026-01-15}\n")) ==
        "`decison` is neither a day nor one of `dates`");
  CHECK(message(case_of("require: {control: {criterion: stopp, at_least: 1}}")) ==
        "there is no criterion `stopp`");
  CHECK(message(case_of("deny_if: {reaches: {along: [weights], to: {owner: oher}}}")) ==
        "there is no party `oher`");
  CHECK(message(case_of("at: 2026-01-01")) == "`at` without a condition has no meaning");
  CHECK(message(case_of(from_scratch, "submissions: {d: m}\n")) == "there is no candidate `d`");
  CHECK(message(case_of(from_scratch, "findings: [{rule: R, candidate: c, verdict: pass}]\n")) ==
        "the verdicts under `R` follow from its condition");
  CHECK(message(case_of(from_scratch,
                        "waivers: [{rule: Q, subject: c, verdict: fail, status: accepted, expires: "
                        "2026-07-01, reason: r}]\n")) == "unknown rule `Q`");
  CHECK(message(case_of(from_scratch,
                        "waivers: [{rule: R, subject: n, verdict: fail, status: accepted, expires: "
                        "2026-07-01, reason: r}]\n")) == "there is no candidate or thing `n`");
}

TEST_CASE(
    "SARIF has suppressions in force, and texts and places that other tools read as they are") {
  Case one = case_of(
      from_scratch,
      "waivers:\n"
      "  - {rule: R, subject: c, verdict: fail, reason: now, status: accepted, expires: "
      "2026-03-01}\n"
      "  - {rule: R, subject: m, verdict: fail, reason: asked, status: under_review, expires: "
      "2026-03-01}\n"
      "  - {rule: R, subject: c, verdict: fail, reason: over, status: accepted, expires: "
      "2026-01-01}\n"
      "  - {rule: R, subject: m@d1, verdict: fail, reason: other weights, status: accepted, "
      "expires: "
      "2026-03-01}\n");
  REQUIRE_FALSE(one.diagnostics.has_errors());
  one.program.candidates[0].name = "{0} [see](https://example.org)";
  const std::vector<JudgedPolicy> all = {{&one.policy, judge(one.program, one.policy)}};
  CHECK(all[0].judgments.all.at(0).subjects.at(0).waivers == std::vector<std::size_t>{0, 1});
  const std::string sarif = to_sarif(one.program, all);
  CHECK_THAT(sarif, contains("\"justification\": \"now\""));
  CHECK_THAT(sarif, contains("\"underReview\", \"justification\": \"asked\""));
  CHECK(sarif.find("\"over\"") == std::string::npos);
  CHECK(sarif.find("other weights") == std::string::npos);
  // Braces would be placeholders, brackets with an address a link.
  CHECK_THAT(sarif, contains(R"("text": "{{0}} \\[see\\](https://example.org), m: r: fail)"));
  CHECK_THAT(sarif, contains("\"columnKind\": \"unicodeCodePoints\""));
}

namespace {

/// The verdict on `m` of r, made from `x` whose owner is in dispute.
Judgment on_disputed(const std::string& owners, std::vector<std::string> submissions = {"m"},
                     const std::string& to = "external") {
  const std::string lineage =
      "lineage: disputed\nparties: {p: {}, q: {}, r: {}, s: {}}\nmodels:\n  x: {owner: [" + owners +
      "], complete: [{for: verified}], parts: {w: {complete: [{for: verified}]}}}\n"
      "  n: {owner: p, complete: [{for: verified}], parts: {w: {complete: [{for: verified}]}}}\n"
      "  m: {owner: r, complete: [{for: verified}], parts: {w: {complete: [{for: "
      "verified}]}}}\n"
      "derivations: [{child: m/w, parent: x/w, kind: quantized_from}]\n";
  Case one = case_of("for_each: weights, deny_if: {reaches: {along: [weights], to: " + to + "}}",
                     "", "2026-02-01", lineage);
  one.policy.submissions["c"] = std::move(submissions);
  return judged(one);
}

} // namespace

TEST_CASE("whose of several a thing is does not matter where it is the same for all of them") {
  const auto claim = [](const std::string& party) {
    return "{party: " + party + ", evidence: [{for: alleged}]}";
  };
  const std::string p = claim("p"), q = claim("q"), r = claim("r");
  CHECK(on_disputed(p + ", " + q).verdict == Verdict::fail);
  CHECK(on_disputed(p + ", " + r).verdict == Verdict::unknown);
  // A team of two, and the thing belongs to one of them.
  CHECK(on_disputed(p + ", " + r, {"m", "n"}).verdict == Verdict::pass);
  CHECK(on_disputed(p + ", " + q, {"m", "n"}).verdict == Verdict::unknown);
  CHECK(on_disputed(p + ", " + q, {"m"}, "{owner: [p, q]}").verdict == Verdict::fail);
  CHECK(on_disputed(p + ", " + q, {"m"}, "{owner: s}").verdict == Verdict::pass);
  CHECK(on_disputed(p + ", " + q, {"m"}, "{owner: p}").verdict == Verdict::unknown);
}

TEST_CASE("what one of several possible owners says is an admission, if each of them says so") {
  const auto on = [](const std::string& derivations) {
    const std::string lineage =
        "lineage: disputed\nparties: {p: {}, q: {}, s: {}, lab: {}}\nmodels:\n"
        "  m: {owner: [{party: p, evidence: [{for: inferred}]}, {party: q, evidence: [{for: "
        "inferred}]}], complete: [{for: verified}]}\n  f: {owner: lab}\nderivations:\n" +
        derivations;
    return judged(case_of("for_each: submission, deny_if: {reaches: {along: [weights], to: "
                          "external}}",
                          "", "2026-02-01", lineage));
  };
  const auto said = [](const std::string& kind, const std::string& by) {
    return "  - {child: m, parent: f, kind: " + kind +
           ", evidence: [{for: self_declared, by: " + by + "}]}\n";
  };
  const std::string card = said("fine_tuned_from", "p"), bom = said("initialized_from", "q");
  CHECK(on(card).verdict == Verdict::unknown); // if it is q's, p has only claimed it
  CHECK(on(bom).verdict == Verdict::unknown);
  CHECK(on(card + bom).verdict == Verdict::fail);
  CHECK(on(bom + card).verdict == Verdict::fail);
  CHECK(on(card + said("initialized_from", "s")).verdict == Verdict::unknown);
  const Judgment both = on(card + bom);
  REQUIRE(both.subjects[0].conditions[0].items.size() >= 1);
  CHECK(both.subjects[0].conditions[0].items[0].level == Level::admitted);
}

TEST_CASE("a verdict is no surer than whose the things are, and says what is claimed of that") {
  const auto on = [](const std::string& owner_of_f) {
    const std::string lineage = "lineage: l\nparties: {team: {}, other: {}, third: {}}\nmodels:\n"
                                "  m: {owner: team, complete: [{for: verified}]}\n"
                                "  f: {complete: [{for: verified}], owner: " +
                                owner_of_f +
                                "}\nderivations: [{child: m, parent: f, kind: fine_tuned_from}]\n";
    return case_of("for_each: submission, deny_if: {reaches: {along: [weights], to: external}}", "",
                   "2026-02-01", lineage);
  };
  const std::string guessed = "{party: other, evidence: [{for: inferred, source: name}]}";
  const std::string boast = "{party: team, evidence: [{for: self_declared, by: team}]}, "
                            "{party: other, evidence: [{for: alleged, by: third}]}";
  const Case by_a_guess = on("[" + guessed + "]"); // owns the evidence that the judgment points to
  const Judgment fail = judged(by_a_guess);
  CHECK(fail.verdict == Verdict::fail);
  CHECK(fail.level == Level::inferred);
  const auto& items = fail.subjects[0].conditions[0].items;
  REQUIRE(items.size() == 1);
  CHECK(items[0].what == "ownership by other");
  CHECK(items[0].item->source == "name");
  const Judgment pass = judged(on("[" + boast + "]"));
  CHECK(pass.verdict == Verdict::pass);
  CHECK(pass.level == Level::self_declared);
  CHECK(judged(on("other")).level == Level::verified); // the file says so
}

TEST_CASE("what would settle a verdict is stronger than what stands on the other side") {
  const auto open_points = [](const std::string& claims) {
    Case one = case_of("for_each: code, require: {obligations: {kinds: [notice], along: [code]}}");
    one.policy.lineage = std::make_shared<const Lineage>(
        lineage_of("lineage: l\nparties: {team: {}, other: {}}\nmodels: {m: {owner: team, parts: "
                   "{k: {kind: code}}}}\ncode: {s: {owner: other}}\nderivations:\n"
                   "  - {child: m/k, parent: s, kind: code_reused_from, obligations: {notice: [" +
                       claims + "]}}\n",
                   one.diagnostics));
    return report(one.program, {{&one.policy, judge(one.program, one.policy)}});
  };
  const std::string both = open_points("{for: corroborated}, {against: corroborated}");
  CHECK_THAT(both, contains("shown to be met at admitted"));
  CHECK_THAT(both, contains("shown not to be met at admitted"));
  CHECK_THAT(open_points("{for: verified}, {against: verified}"), contains("shown to be met, and"));
}
