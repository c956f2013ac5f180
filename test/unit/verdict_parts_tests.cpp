// SPDX-License-Identifier: Apache-2.0
// Verdicts where models have parts: what came into a whole, and what a part is.
#include "support/policy_case.hpp"

using namespace libeval;
using namespace libeval::test;

namespace {

const std::string done = "complete: [{for: verified}]";

/// The verdict on `m` under `rule` by a record of these models and derivations.
Judgment on_parts(const std::string& things, const std::string& derivations,
                  const std::string& rule = "for_each: weights, " + from_scratch) {
  return judged(case_of(rule, "", "2026-02-01",
                        "lineage: parts\nparties: {team: {}, other: {}}\n" + things +
                            "derivations: [" + derivations + "]\n"));
}

std::string own_model(const std::string& id, const std::string& parts) {
  return id + ": {owner: team, " + done + ", parts: {" + parts + "}}";
}

std::string came(const std::string& child, const std::string& parent,
                 const std::string& kind = "fine_tuned_from") {
  return "{child: " + child + ", parent: " + parent + ", kind: " + kind +
         ", evidence: [{for: verified}]}";
}

} // namespace

TEST_CASE("what came into a whole came into its only group of weights, or into one of several") {
  const std::string f = ", f: {owner: other}}\n";
  const std::string w = "w: {" + done + "}", v = "v: {" + done + "}";
  const std::string one = "models: {" + own_model("m", w) + f;
  CHECK(on_parts(one, came("m", "f")).verdict == Verdict::fail);
  CHECK(on_parts(one, came("m", "f", "code_reused_from")).verdict == Verdict::pass);
  const Judgment two = on_parts("models: {" + own_model("m", w + ", " + v) + f, came("m", "f"));
  CHECK(two.verdict == Verdict::unknown);
  CHECK(two.subjects.at(0).fails_if.empty()); // nothing on record says into which
  CHECK(two.subjects.at(0).passes_if.size() == 1);
  CHECK(on_parts("models: {" + own_model("m", w + ", " + v) + f, came("m", "f"), from_scratch)
            .verdict == Verdict::fail);
  // Code is no other group of weights.
  CHECK(
      on_parts("models: {" + own_model("m", w + ", k: {kind: code}") + f, came("m", "f")).verdict ==
      Verdict::fail);
}

TEST_CASE("what an own intermediate came from as a whole is in those who took a part of it") {
  const std::string w = "w: {" + done + "}";
  const std::string models =
      "models: {" + own_model("m", w) + ", " + own_model("i", w) + ", f: {owner: other}}\n";
  const std::string way = came("m/w", "i/w") + ", " + came("i", "f");
  for (const std::string each : {"weights", "submission"}) {
    const Judgment judgment = on_parts(models, way, "for_each: " + each + ", " + from_scratch);
    CHECK(judgment.verdict == Verdict::fail);
    CHECK(judgment.subjects.at(0).conditions.at(0).reach->witness->edges.size() ==
          (each == "weights" ? 3 : 4));
  }
}

TEST_CASE("a list of parts is no claim that there are no others") {
  const std::string listed = "parts: {w: {" + done + "}}}}\n";
  for (const std::string each : {"weights", "submission"}) {
    const std::string rule = "for_each: " + each + ", " + from_scratch;
    CHECK(on_parts("models: {m: {owner: team, " + listed, "", rule).verdict == Verdict::unknown);
    CHECK(on_parts("models: {m: {owner: team, complete: [{against: verified}], " + listed, "", rule)
              .verdict == Verdict::unknown);
    CHECK(on_parts("models: {m: {owner: team, " + done + ", " + listed, "", rule).verdict ==
          Verdict::pass);
  }
}

TEST_CASE("a part is something of its whole where a thing is asked for") {
  const std::string models =
      "models: {" + own_model("m", "v: {" + done + "}") + ", q: {owner: other, parts: {v: {}}}}\n";
  for (const std::string kind : {"reaches", "derives"})
    CHECK(on_parts(models, came("m/v", "q/v", "frozen_component"),
                   "deny_if: {" + kind + ": {along: [weights], to: {thing: q}}}")
              .verdict == Verdict::fail);
}

TEST_CASE("a part counts with what it is: a tokenizer, code or data is no weights") {
  const auto with = [](const std::string& part, const std::string& along,
                       const std::string& more = "", const std::string& way = "") {
    return on_parts("models: {" + own_model("m", "w: {" + done + "}, p: {" + part + "}") +
                        ", f: {owner: other}}\n" + more,
                    way, "deny_if: {reaches: {along: [" + along + "], to: external}}")
        .verdict;
  };
  CHECK(with("kind: tokenizer, owner: other", "weights") == Verdict::pass);
  CHECK(with("kind: tokenizer, owner: other", "tokenizer") == Verdict::fail);
  CHECK(with("kind: code, owner: other", "weights, behavior") == Verdict::pass);
  CHECK(with("kind: code, owner: other", "weights, code") == Verdict::fail);
  // An own part of which little is known holds the rules on what can come into it, no others.
  CHECK(with("kind: code", "weights") == Verdict::pass);
  CHECK(with("kind: code", "code") == Verdict::unknown);
  const std::string data = "datasets: {d: {owner: other, part_of: m}, e: {owner: other}}\n";
  CHECK(with(done, "weights", data) == Verdict::pass);
  CHECK(with(done, "data", data) == Verdict::fail);
  // What a part was trained on is in the model, though weights are no data.
  CHECK(with(done, "data", "datasets: {e: {owner: other}}\n", came("m/w", "e", "trained_on")) ==
        Verdict::fail);
  // What is on record of a part is followed, be it of another kind.
  CHECK(with("kind: tokenizer, " + done, "weights", "", came("m/p", "f")) == Verdict::fail);
}

TEST_CASE("what was trained on a data set has the outputs that the data set came from") {
  const std::string things = "models: {" + own_model("m", "w: {" + done + "}") +
                             ", f: {owner: other}}\ndatasets: {d: {owner: team, " + done +
                             "}, e: {owner: other}, s: "
                             "{part_of: e, owner: other}}\n";
  const std::string behavior = "deny_if: {reaches: {along: [behavior], to: external}}";
  const std::string written = came("d", "f", "trained_on_outputs_of");
  CHECK(on_parts(things, came("m/w", "d", "trained_on") + ", " + written, behavior).verdict ==
        Verdict::fail);
  CHECK(on_parts(things, came("m", "d", "finetuned_on") + ", " + written, behavior).verdict ==
        Verdict::fail);
  CHECK(on_parts(things, came("m", "d", "evaluated_on") + ", " + written, behavior).verdict ==
        Verdict::pass);
  // The data of others are not their outputs.
  CHECK(on_parts(things, came("m", "e", "trained_on"), behavior).verdict == Verdict::pass);
  CHECK(on_parts(things,
                 came("m", "e", "trained_on") + ", " + came("s", "f", "trained_on_outputs_of"),
                 behavior)
            .verdict == Verdict::fail);
}
