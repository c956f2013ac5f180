// SPDX-License-Identifier: Apache-2.0
// Rules that ask for licenses: allowed, compatible, what they ask.
#include "support/catch.hpp"
#include "support/lineage_text.hpp"
#include "support/temporary.hpp"

#include <libeval/engine/verdicts.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/matrix.hpp>

using namespace libeval;
using namespace libeval::test;

namespace {

/// `c` submits Llama-Own, made from `f` by its maker, which was trained on the outputs of `g`; the
/// code comes from `k`.
std::string record(const std::string& own, const std::string& f, const std::string& g,
                   const std::string& obligations = "") {
  return "lineage: record\nparties: {team: {}, other: {}}\nmodels:\n"
         "  m: {name: team/Llama-Own, owner: team, complete: [{for: verified}], license: \"" +
         own + "\"}\n  f: {owner: other, license: \"" + f + "\"}\n  g: {owner: other, license: \"" +
         g +
         "\"}\n  k: {owner: other, license: MIT}\nderivations:\n"
         "  - child: m\n    parent: f\n    kind: fine_tuned_from\n    evidence: [{for: "
         "verified}]\n" +
         obligations +
         "  - {child: f, parent: g, kind: trained_on_outputs_of, evidence: [{for: verified}]}\n"
         "  - {child: m, parent: k, kind: code_reused_from, evidence: [{for: alleged}]}\n";
}

const char* const matrix =
    R"({"Apache-2.0": {"MIT": "Yes", "Apache-2.0": "Same", "GPL-2.0-only": "No"},
"MIT": {"Apache-2.0": "Yes", "MIT": "Same"}, "GPL-2.0-only": {"MIT": "Yes", "Apache-2.0": "No"}})";

Judgment judged(const std::string& lineage, const std::string& condition,
                const std::string& day = "") {
  Diagnostics problems;
  Program program;
  program.id = "test";
  program.candidates.push_back({CandidateId("c"), "c", {{"submission", "m"}}, {}});
  const std::string text =
      "policy: p\nlineage: lineage.yaml\nmatrix: m.json\nthresholds: {convict: admitted, clear: "
      "self_declared, complete: self_declared}\nrules:\n  - {id: R, title: r, on_unknown: hold, "
      "consequence: disqualify, " +
      (day.empty() ? "" : "at: " + day + ", ") + "require: " + condition + "}\n";
  PolicyFile policy = read_policy(parse_text(text, "policy.yaml", problems), problems);
  policy.lineage = std::make_shared<const Lineage>(lineage_of(lineage, problems));
  const auto source = std::make_shared<SourceText>(SourceText{"m.json", matrix});
  policy.matrix = std::make_shared<const CompatibilityMatrix>(read_matrix(source, problems));
  check_policy(program, policy, problems);
  INFO(text << lineage);
  for (const Diagnostic& problem : problems.all())
    FAIL(problem.message);
  return judge(program, policy).all.at(0);
}

const std::string llama = "LicenseRef-scancode-llama-3.1-license-2024";

std::string license(const std::string& allowed, const std::string& more = "") {
  return "{license: {allowed: [" + allowed + "], along: [weights, behavior]" + more + "}}";
}
std::string due(const std::string& kinds, const std::string& more = "") {
  return "{obligations: {due: licensed, kinds: [" + kinds + "], along: [weights, behavior]" + more +
         "}}";
}

} // namespace

TEST_CASE("a fail by licenses shows a way to each of those that fail") {
  const Judgment both = judged(record("MIT", "GPL-2.0-only", "GPL-3.0-only"),
                               "{license: {allowed: [MIT], along: [weights, behavior]}}");
  REQUIRE(both.verdict == Verdict::fail);
  const ConditionTrace& trace = both.subjects[0].conditions[0];
  REQUIRE(trace.reach);
  REQUIRE(trace.reach->witness);
  CHECK(trace.reach->witness->edges.size() == 1);
  REQUIRE(trace.more.size() == 1);
  CHECK(trace.more[0].edges.size() == 2);
  CHECK(trace.more[0].nodes.front() == trace.reach->witness->nodes.front());
  CHECK(trace.items.size() == 2); // that of the step which both ways have once
  const Judgment near = judged(record("MIT", "GPL-2.0-only", "MIT"),
                               "{license: {allowed: [MIT], along: [weights, behavior]}}");
  CHECK(near.subjects[0].conditions[0].more.empty());
}

TEST_CASE("license rule: everything above, far and near, must be allowed") {
  CHECK(judged(record("X11", "MIT", "ISC"), license("MIT, ISC")).verdict == Verdict::pass);
  CHECK(judged(record("X11", "MIT", "ISC"), license("MIT")).verdict == Verdict::fail);
  CHECK(judged(record("X11", "MIT OR GPL-3.0-only", "ISC"), license("MIT, ISC")).verdict ==
        Verdict::pass);
  CHECK(judged(record("X11", "MIT AND GPL-3.0-only", "ISC"), license("MIT, ISC")).verdict ==
        Verdict::fail);
  CHECK(judged(record("X11", "MIT", "NOASSERTION"), license("MIT")).verdict == Verdict::unknown);
  CHECK(judged(record("X11", "MIT", "NONE"), license("MIT")).verdict == Verdict::fail);
  // A license on no list may be one of them under another name, until somebody has read it.
  CHECK(judged(record("X11", "LicenseRef-Apache-License-2.0", "MIT"), license("MIT")).verdict ==
        Verdict::unknown);
  CHECK(
      judged(record("X11", "LicenseRef-house", "MIT"), license("MIT, LicenseRef-house")).verdict ==
      Verdict::pass);
  CHECK(judged(record("X11", llama, "MIT"), license("MIT")).verdict == Verdict::fail);
  // The license of the thing itself counts where the rule says so.
  CHECK(judged(record("X11", "MIT", "MIT"), license("MIT", ", of: itself_too")).verdict ==
        Verdict::fail);
}

TEST_CASE("license rule: what is only alleged leaves the answer open, and can be no fail") {
  const std::string condition = "{license: {allowed: [ISC], along: [code]}}";
  CHECK(judged(record("X11", "ISC", "ISC"), condition).verdict == Verdict::unknown);
  CHECK(judged(record("X11", "ISC", "ISC"), "{license: {allowed: [MIT], along: [code]}}").verdict ==
        Verdict::pass);
}

TEST_CASE("license rule: a record that may hide something is no pass") {
  std::string open = record("X11", "MIT", "MIT");
  open.erase(open.find(" complete: [{for: verified}],"), 29);
  CHECK(judged(open, license("MIT")).verdict == Verdict::unknown);
  CHECK(judged(open, license("MIT", ", undeclared: ignored")).verdict == Verdict::pass);
  CHECK(judged(open, license("ISC")).verdict == Verdict::fail);
}

TEST_CASE("license rule: the license of the day that is judged") {
  std::string changed = record("X11", "MIT", "MIT");
  const std::string before = "f: {owner: other, license: \"MIT\"}";
  changed.replace(changed.find(before), before.size(),
                  "f: {owner: other, license: [{expression: MIT, until: 2026-01-10}, {expression: "
                  "GPL-3.0-only, from: 2026-01-10}]}");
  CHECK(judged(changed, license("MIT"), "2026-01-09").verdict == Verdict::pass);
  CHECK(judged(changed, license("MIT"), "2026-01-10").verdict == Verdict::fail);
}

TEST_CASE("compatible rule: each ancestor against the outbound license, never edge by edge") {
  const std::string condition = "{compatible: {along: [weights, behavior]}}";
  // Apache into MIT and MIT into GPL are fine, Apache into GPL is not.
  CHECK(judged(record("GPL-2.0-only", "MIT", "MIT"), condition).verdict == Verdict::pass);
  CHECK(judged(record("GPL-2.0-only", "MIT", "Apache-2.0"), condition).verdict == Verdict::fail);
  CHECK(judged(record("MIT", "MIT", "Apache-2.0"), condition).verdict == Verdict::pass);
  CHECK(judged(record("GPL-2.0-only", "MIT OR Apache-2.0", "MIT"), condition).verdict ==
        Verdict::pass);
  CHECK(judged(record("GPL-2.0-only", llama, "MIT"), condition).verdict == Verdict::unknown);
  CHECK(judged(record("NOASSERTION", "MIT", "MIT"), condition).verdict == Verdict::unknown);
  CHECK(
      judged(record("NOASSERTION", "MIT", "MIT"), "{compatible: {along: [weights], outbound: MIT}}")
          .verdict == Verdict::pass);
}

TEST_CASE("obligation rule: naming follows from the name, along weights and outputs") {
  CHECK(judged(record("X11", llama, "MIT"), due("naming")).verdict == Verdict::pass);
  std::string other = record("X11", llama, "MIT");
  other.replace(other.find("team/Llama-Own"), 14, "team/Our-Own-X");
  CHECK(judged(other, due("naming")).verdict == Verdict::fail);
  // The license of `g` travels over outputs, then over weights.
  std::string far = record("X11", "MIT", llama);
  CHECK(judged(far, due("naming")).verdict == Verdict::pass);
  far.replace(far.find("team/Llama-Own"), 14, "team/Our-Own-X");
  CHECK(judged(far, due("naming")).verdict == Verdict::fail);
  CHECK(judged(far, due("share_alike")).verdict == Verdict::not_applicable);
}

TEST_CASE("obligation rule: a verdict names the clause and the source of its reading") {
  std::string other = record("X11", "MIT", llama);
  other.replace(other.find("team/Llama-Own"), 14, "team/Our-Own-X");
  const Judgment judgment = judged(other, due("naming"));
  REQUIRE(judgment.verdict == Verdict::fail);
  const ConditionTrace& trace = judgment.subjects.at(0).conditions.at(0);
  REQUIRE(trace.claims.size() == 1);
  CHECK_THAT(trace.claims[0].what, contains("[1.b.i, https://github.com/meta-llama/llama-models"));
  REQUIRE(trace.reach);
  CHECK(trace.reach->witness->edges.size() == 2); // over outputs, then over weights
  CHECK(judgment.level == Level::verified);
}

TEST_CASE("obligation rule: outputs that may not train") {
  // It was the maker of `f` who trained on them; the term travels on outputs alone.
  std::string trained = record("X11", "MIT", "LicenseRef-scancode-tongyi-qianwen-2023");
  CHECK(judged(trained, due("no_training_on_outputs")).verdict == Verdict::not_applicable);
  trained.replace(trained.find("{child: f, parent: g"), 20, "{child: m, parent: g");
  CHECK(judged(trained, due("no_training_on_outputs")).verdict == Verdict::fail);
  CHECK(judged(record("X11", "LicenseRef-scancode-tongyi-qianwen-2023", "MIT"),
               due("no_training_on_outputs"))
            .verdict == Verdict::not_applicable);
}

TEST_CASE("obligation rule: outputs may improve what the license leaves out") {
  // Llama 2 1.b.v, Llama 3 1.b.v, Tongyi Qianwen 5.b: "(excluding ... or derivative works thereof)"
  const auto trained = [](const std::string& weights, const std::string& outputs) {
    std::string out = record("X11", weights, outputs);
    return out.replace(out.find("{child: f, parent: g"), 20, "{child: m, parent: g");
  };
  const auto verdict = [&](const std::string& weights, const std::string& outputs) {
    return judged(trained(weights, outputs), due("no_training_on_outputs")).verdict;
  };
  const std::string llama2 = "LicenseRef-scancode-llama-2-license-2023",
                    llama3 = "LicenseRef-llama-3-license-2024",
                    qwen = "LicenseRef-scancode-tongyi-qianwen-2023",
                    exaone = "LicenseRef-scancode-exaone-ai-model-1.1-nc";
  for (const std::string& one : {llama2, llama3, qwen}) {
    CHECK(verdict(one, one) == Verdict::pass);
    CHECK(verdict("MIT", one) == Verdict::fail);
  }
  CHECK(verdict(llama2, llama3) == Verdict::fail);
  CHECK(verdict(exaone, exaone) == Verdict::fail); // 3.1 leaves nothing out
  // Whether it has such weights is open.
  std::string alleged = trained(llama2, llama2);
  alleged.replace(alleged.find("evidence: [{for: verified}]"), 27, "evidence: [{for: alleged}]");
  CHECK(judged(alleged, due("no_training_on_outputs")).verdict == Verdict::unknown);
}

TEST_CASE("obligation rule: share-alike, flow-down and use") {
  CHECK(judged(record("GPL-3.0-only", "GPL-3.0-only", "MIT"), due("share_alike")).verdict ==
        Verdict::pass);
  CHECK(judged(record("MIT", "GPL-3.0-only", "MIT"), due("share_alike")).verdict == Verdict::fail);
  CHECK(judged(record("MIT", "GPL-3.0-only OR MIT", "MIT"), due("share_alike")).verdict ==
        Verdict::pass);
  CHECK(
      judged(record("MIT", "GPL-2.0-only WITH Classpath-exception-2.0", "MIT"), due("share_alike"))
          .verdict == Verdict::unknown);
  const std::string gemma = "LicenseRef-scancode-gemma-tou-2024-04-01";
  CHECK(judged(record(gemma, gemma, "MIT"), due("flow_down")).verdict == Verdict::pass);
  CHECK(judged(record("MIT", gemma, "MIT"), due("flow_down")).verdict == Verdict::unknown);
  const std::string nc = record("MIT", "CC-BY-NC-4.0", "MIT");
  CHECK(judged(nc, due("non_commercial")).verdict == Verdict::unknown);
  CHECK(judged(nc, due("non_commercial", ", use: commercial")).verdict == Verdict::fail);
  CHECK(judged(nc, due("non_commercial", ", use: non_commercial")).verdict == Verdict::pass);
}

TEST_CASE("obligation rule: a notice is met by what the record says of it, for its days") {
  CHECK(judged(record("X11", "MIT", "MIT"), due("notice")).verdict == Verdict::unknown);
  const std::string given = "    obligations:\n      notice: [{against: verified, until: "
                            "2026-01-10}, {for: verified, from: 2026-01-10}]\n";
  const std::string with = record("X11", "MIT", "CC0-1.0", given);
  CHECK(judged(with, due("notice"), "2026-01-09").verdict == Verdict::fail);
  CHECK(judged(with, due("notice"), "2026-01-10").verdict == Verdict::pass);
}

TEST_CASE("obligation rule: a license nobody has read is never met") {
  CHECK(judged(record("X11", "LicenseRef-house", "MIT"), due("naming")).verdict ==
        Verdict::unknown);
}

TEST_CASE("license rules: a bundle names terms, matrix and imports") {
  const TemporaryFolder folder;
  folder.write("program.yaml",
               "libeval: 1\nprogram: p\ncandidates: {c: {name: C, submission: acme/own}}\n"
               "evidence: {t: {csv: \"candidate,score\\nc,1\\n\", keys: [candidate], values: "
               "[score]}}\nstages:\n  - id: s\n    score: {from: t}\n    select: [{policy: "
               "policy.yaml}, {take: {first: 1}}]\n");
  folder.write("card.md", "---\nlicense: mit\nbase_model: lab/base\nbase_model_relation: "
                          "finetune\n---\n");
  folder.write("base.md", "---\nlicense: other\nlicense_name: house\n---\n");
  folder.write("terms.yaml", "licenses:\n  - id: LicenseRef-house\n    source: s\n    terms:\n"
                             "      - {obligation: naming, along: weights, clause: 1, reading: r, "
                             "prefix: House}\n");
  folder.write("matrix.json", "{\"MIT\": {\"LicenseRef-house\": \"No\"}}");
  folder.write("policy.yaml",
               "policy: p\nlineage:\n  - {file: card.md, format: model_card, model: acme/own}\n"
               "  - {file: base.md, format: model_card, model: lab/base}\nterms: terms.yaml\n"
               "matrix: matrix.json\nthresholds: {convict: admitted, clear: self_declared, "
               "complete: self_declared}\nrules:\n"
               "  - {id: A, title: a, on_unknown: hold, consequence: note, require: {compatible: "
               "{along: [weights], undeclared: ignored}}}\n"
               "  - {id: B, title: b, on_unknown: hold, consequence: note, require: {obligations: "
               "{due: licensed, kinds: [naming], along: [weights]}}}\n");
  const Bundle bundle = load_bundle(folder.path());
  const Judgments all = judge(bundle.program, bundle.policies.at(0));
  REQUIRE(all.all.size() == 2);
  CHECK(all.all[0].verdict == Verdict::fail);
  CHECK(all.all[1].verdict == Verdict::fail);
}

TEST_CASE("license rules: what is wrong in a policy is said") {
  const auto check = [](const std::string& condition, const std::string& message) {
    Diagnostics problems;
    const std::string text =
        "policy: p\nlineage: l.yaml\nthresholds: {convict: admitted, clear: admitted, complete: "
        "admitted}\nrules:\n  - {id: R, title: r, on_unknown: hold, consequence: note, require: " +
        condition + "}\n";
    (void)read_policy(parse_text(text, "policy.yaml", problems), problems);
    INFO(condition);
    REQUIRE(problems.has_errors());
    CHECK_THAT(problems.all().front().message, contains(message));
  };
  check("{license: {allowed: [MITT], along: [weights]}}", "unknown license `MITT`");
  check("{license: {allowed: [MIT OR ISC], along: [weights]}}", "is not one license");
  check("{compatible: {along: [weights]}}", "names no `matrix`");
  check("{obligations: {kinds: [notices], along: [weights], due: licensed}}",
        "no license asks `notices`");
}
