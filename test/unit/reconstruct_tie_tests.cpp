// SPDX-License-Identifier: Apache-2.0
// A tie that is held before somebody is put out, and what follows for those behind, by hand.
#include "support/catch.hpp"
#include "support/record.hpp"

#include <libeval/engine/decide.hpp>

using namespace libeval;
using namespace libeval::test;

namespace {

/// A stage of ten points of a to d; b, and who else is named, fails a rule.
Bundle record(const std::string& steps, const std::string& statements,
              const std::vector<std::string>& fail = {}) {
  const std::string program = "libeval: 1\nprogram: small\ncandidates: {a: {}, b: {}, c: {}, d: "
                              "{}}\nevidence:\n  published: published.yaml\nstages:\n  - id: s\n"
                              "    score: {points: 10, from: published}\n    select: [" +
                              steps + "]\n";
  std::string policy = "policy: p\nrules:\n  - {id: R, title: r, on_unknown: pass, consequence: "
                       "disqualify}\nfindings:\n";
  policy += "  - {rule: R, candidate: b, verdict: fail, level: verified, source: s}\n";
  for (const std::string& id : fail)
    policy += "  - {rule: R, candidate: " + id + ", verdict: fail, level: verified, source: s}\n";
  return load_record(program, "published: record\nstep: 1\nstage: s\nstatements:\n" + statements,
                     policy);
}

std::string said(const std::string& id, const std::string& statement) {
  return "  - {id: " + id + ", source: somebody, " + statement + "}\n";
}

std::string prospects(const Reconstruction& r) {
  std::string out;
  for (std::size_t e = 0; e < r.entrants.size(); ++e)
    out += (out.empty() ? "" : "; ") + prospect(r, e);
  return out;
}

/// What can be of c's score.
std::string range_of_c(const Reconstruction& r) {
  if (r.contradictory())
    return "contradiction";
  const ScoreRange& range = r.nodes[0].ranges[2];
  return std::to_string(static_cast<int>(*range.low)) + "-" +
         std::to_string(static_cast<int>(*range.high));
}

std::string steps(const std::string& last) {
  return "{order: [total]}, {take: {first: 1}}, {policy: policy.yaml}, " + last;
}

} // namespace

TEST_CASE("Who fails a rule behind a tie is out, and the only one who does not is taken") {
  const Bundle bundle =
      record(steps("{take: {first: 1}}"), said("s0", "order: [c, b]"), {"c", "d"});
  const Reconstruction r = reconstruct_record(bundle);
  CHECK(prospects(r) == "necessarily advances; necessarily disqualified; necessarily disqualified; "
                        "necessarily disqualified");
  CHECK(r.relaxed.empty());
  CHECK(r.prospects[0].front().rests_on.found);
  CHECK(r.prospects[0].front().rests_on.statements.empty());
  const Decision decision = decide(bundle);
  using enum Outcome;
  CHECK(decision.stages[0].outcomes ==
        std::vector{advances, disqualified, disqualified, disqualified});
}

TEST_CASE("How a held tie ends matters to those behind it by who is put out later") {
  // a or b is taken; b fails. If it was b, a and the next one are left for one place.
  const std::string scores = said("s0", "value: {a: 5, b: 5, c: 4, d: 0}");
  CHECK(prospects(reconstruct_record(record(steps("{take: {first: 1}}"), scores))) ==
        "necessarily advances; necessarily disqualified; necessarily held; necessarily cut");
  CHECK(prospects(reconstruct_record(record(steps("{take: {until: 1}}"), scores))) ==
        "necessarily advances; necessarily disqualified; necessarily cut; necessarily cut");
  CHECK(prospects(reconstruct_record(record(steps("{reserve: 1}"), scores))) ==
        "necessarily held; necessarily disqualified; necessarily held; necessarily cut");
  const Reconstruction open =
      reconstruct_record(record(steps("{take: {first: 1}}"),
                                said("s0", "order: [[a, b], [c, d]]") + said("s1", "top: [a, b]")));
  CHECK(prospects(open) == "necessarily advances; necessarily disqualified; "
                           "advances or cut or held; advances or cut or held");
  REQUIRE(open.prospects[0].front().rests_on.found);
  CHECK(open.prospects[0].front().rests_on.statements.size() == 1);
}

TEST_CASE("Others are put out before more than one line behind a held tie") {
  // a, b and d are level for the first place; b fails then, and d leaves before the last line.
  const std::string scores = said("s0", "value: {a: 5, b: 5, c: 4, d: 5}");
  const auto of = [&](const std::string& second, const std::string& last) {
    const Reconstruction r = reconstruct_record(
        record(steps("{take: " + second +
                     "}, {withdraw: {decision: {candidate: d, reason: r, source: s}}}, " + last),
               scores));
    CHECK(r.relaxed.empty());
    for (const OutcomeProspect& p : r.prospects[2])
      CHECK((p.modality != OutcomeProspect::Modality::necessary || p.rests_on.found));
    return prospects(r);
  };
  const std::string others = "; necessarily disqualified; ";
  // If b was first, a or d is second; where that is d, a is there for the last place.
  CHECK(of("{first: 1}", "{take: {first: 1}}") ==
        "necessarily advances" + others + "necessarily held; necessarily withdrawn");
  CHECK(of("{first: 1}", "{reserve: 1}") ==
        "necessarily held" + others + "necessarily held; necessarily withdrawn");
  CHECK(of("{until: 1}", "{take: {until: 1}}") ==
        "necessarily advances" + others + "necessarily cut; necessarily withdrawn");
  // The second place is nobody's where a or d was first.
  CHECK(of("{until: 1}", "{take: {first: 1}}") ==
        "necessarily advances" + others + "necessarily held; necessarily withdrawn");
  CHECK(of("{first: 2}", "{take: {first: 1}}") ==
        "necessarily advances" + others + "necessarily advances; necessarily withdrawn");
}

TEST_CASE("A published outcome says what scores can be behind a held tie and two who are put out") {
  const auto range_if = [&](const std::string& outcome) {
    const Reconstruction r = reconstruct_record(record(
        steps("{take: {first: 1}}, {withdraw: {decision: {candidate: d, reason: r, source: "
              "s}}}, {reserve: 1}"),
        said("s0", "value: {a: 5, b: 5, d: 0}") + said("s1", "outcome: {c: " + outcome + "}")));
    CHECK(r.relaxed.empty());
    return range_of_c(r);
  };
  CHECK(range_if("advances") == "6-10");
  CHECK(range_if("held") == "0-5");
  CHECK(range_if("cut") == "contradiction");
}

TEST_CASE("A published outcome behind a held tie says what scores can be") {
  const std::string scores = said("s0", "value: {a: 5, b: 5, d: 0}");
  const auto range_if = [&](const std::string& outcome) {
    const Reconstruction r = reconstruct_record(
        record(steps("{take: {first: 1}}"), scores + said("s1", "outcome: {c: " + outcome + "}")));
    CHECK(r.relaxed.empty());
    return range_of_c(r);
  };
  CHECK(range_if("held") == "0-5"); // with 5, if it comes before b, the next is a
  CHECK(range_if("advances") == "6-10");
  CHECK(range_if("cut") == "contradiction");
  CHECK(range_if("reserve") == "contradiction");
}

TEST_CASE("A rule between two lines that nobody fails moves nobody") {
  const std::string hurdle = "{require: {part: total, at_least: 4, else: cut}}, ";
  const Reconstruction r = reconstruct_record(
      record(hurdle + "{withdraw: {decision: {candidate: b, reason: r, source: s}}}, " +
                 steps("{reserve: 1}"),
             said("s0", "outcome: {c: cut}") + said("s1", "value: {d: 0}")));
  CHECK(r.relaxed.empty());
  CHECK(range_of_c(r) == "0-3"); // with 4 it would be first or next
}

TEST_CASE("A published outcome of a line that goes beyond its places behind a held tie") {
  const std::string beyond = steps("{take: {until: 1, ties: all_advance}}");
  ReconstructOptions without_reasons;
  without_reasons.reasons = false;
  const auto range_if = [&](const std::string& outcome) {
    const Reconstruction r =
        reconstruct_record(record(beyond, said("s0", "value: {a: 5, b: 5, d: 0}") +
                                              said("s1", "outcome: {c: " + outcome + "}")),
                           without_reasons);
    CHECK(r.relaxed.empty());
    return range_of_c(r);
  };
  CHECK(range_if("advances") == "6-10");
  CHECK(range_if("held") == "5-5");
  CHECK(range_if("cut") == "0-4"); // one of a and b is taken first, a stays or takes the place of b
}

TEST_CASE(
    "An end of a range is not proven where a published outcome that is not read may rule it out") {
  const std::string by_decision =
      "{order: [total, {decision: {order: [a, c], reason: r, source: s}}]}, {take: {first: 1}}";
  const Reconstruction r = reconstruct_record(record(
      by_decision, said("s0", "value: {a: 5, b: 4, d: 0}") + said("s1", "outcome: {c: advances}")));
  REQUIRE_FALSE(r.contradictory());
  const ScoreRange& range = r.nodes[0].ranges[2];
  CHECK(range_of_c(r) == "5-10"); // 6-10: level with a it comes behind it
  CHECK_FALSE(range.proven_low);
  CHECK(range.proven_high);
}

TEST_CASE("A dozen entrants and several lines behind ties are worked out long before time is up") {
  const Bundle bundle = load_record(
      "libeval: 1\nprogram: large\ncandidates: {a: {}, b: {}, c: {}, d: {}, e: {}, f: {}, g: {}, "
      "h: "
      "{}, i: {}, j: {}, k: {}, l: {}}\nevidence: {published: published.yaml}\nstages:\n  - id: s\n"
      "    score: {points: 100, parts: {p: {points: 40, from: published}, q: {points: 60, from: "
      "published}}}\n    select: [{order: [total, p]}, {take: {first: 3}}, {policy: policy.yaml}, "
      "{take: {until: 4}}, {reserve: 1}]\n",
      "published: record\nstep: 0.1\nstage: s\nstatements:\n" +
          said("s0", "mean: 60.18, rounded: 0.01") + said("s1", "value: {a: 76.9}") +
          said("s2", "top: [a, b, c]") + said("s3", "last: l"),
      "policy: p\nrules:\n  - {id: R, title: r, on_unknown: pass, consequence: disqualify}\n"
      "findings:\n  - {rule: R, candidate: b, verdict: fail, level: verified, source: s}\n");
  const StageDecision stage = decide(bundle).stages[0];
  REQUIRE(stage.partial);
  CHECK_FALSE(stage.partial->interrupted);
  CHECK(stage.partial->relaxed.empty());
  using enum Outcome;
  CHECK(stage.outcomes == std::vector{advances, disqualified, advances, held, held, held, held,
                                      held, held, held, held, cut});
}
