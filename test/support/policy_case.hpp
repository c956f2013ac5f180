// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/catch.hpp"
#include "support/lineage_text.hpp"

#include <libeval/engine/verdicts.hpp>

/// One candidate judged under one rule over a small record.
namespace libeval::test {

inline const char* const record = R"(lineage: record
parties: {team: {}, other: {}}
models:
  m:
    owner: team
    complete: [{for: verified}]
    parts:
      a: {complete: [{for: verified}]}
      b: {complete: [{for: verified}], digest: d7}
    controls: {stop: [{level: 1, evidence: [{for: verified, date: 2026-01-01}]}]}
  bare: {owner: team}
  f: {owner: other, parts: {x: {}}}
derivations:
  - child: m/b
    parent: f/x
    kind: frozen_component
    evidence: [{for: self_declared, by: team, date: 2026-01-05, source: S1}]
    obligations:
      notice: [{against: verified, until: 2026-01-10}, {for: verified, from: 2026-01-10}]
)";

struct Case {
  Program program;
  PolicyFile policy;
  Diagnostics diagnostics;
};

/// One candidate `c` whose submission is `m`, judged under one rule.
inline Case case_of(const std::string& rule, const std::string& more = "",
                    const std::string& as_of = "2026-02-01", const std::string& lineage = record) {
  Case out;
  out.program.id = "test";
  out.program.as_of = as_of;
  out.program.candidates.push_back({CandidateId("c"), "c", {{"submission", "m"}}, {}});
  const std::string text = "policy: p\nlineage: lineage.yaml\nthresholds: {convict: admitted, "
                           "clear: self_declared, complete: self_declared}\n" +
                           more +
                           "rules:\n  - {id: R, title: r, on_unknown: hold, consequence: "
                           "disqualify, " +
                           rule + "}\n";
  out.policy = read_policy(parse_text(text, "policy.yaml", out.diagnostics), out.diagnostics);
  out.policy.lineage = std::make_shared<const Lineage>(lineage_of(lineage, out.diagnostics));
  check_policy(out.program, out.policy, out.diagnostics);
  return out;
}

inline Judgment judged(const Case& one, const JudgeOptions& options = {}) {
  for (const Diagnostic& d : one.diagnostics.all())
    UNSCOPED_INFO(d.message);
  REQUIRE_FALSE(one.diagnostics.has_errors());
  return judge(one.program, one.policy, options).all.at(0);
}

inline const std::string from_scratch = "deny_if: {reaches: {along: [weights], to: external}}";

} // namespace libeval::test
