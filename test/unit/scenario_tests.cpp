// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/small_bundle.hpp"

#include <libeval/engine/scenarios.hpp>

#include <cmath>
#include <map>
#include <random>
#include <set>

using namespace libeval;
using namespace libeval::test;

namespace {

/// Candidates a, b, c ... with descending scores, and a rule under which some are unknown.
std::string program_text(std::size_t n, std::size_t places, const std::string& select) {
  std::string names, csv;
  for (std::size_t i = 0; i < n; ++i) {
    const std::string id(1, static_cast<char>('a' + i));
    names += (i == 0 ? "" : ", ") + id;
    csv += id + "," + std::to_string(100 - i) + "\\n";
  }
  return "libeval: 1\nprogram: p\ncandidates: [" + names +
         "]\nevidence: {t: {csv: \"candidate,s\\n" + csv +
         "\", keys: [candidate], values: [s]}}\nstages:\n  - {id: s1, places: " +
         std::to_string(places) + ", score: {from: t}, select: " + select + "}\n";
}

Bundle bundle_of(const std::string& program, const std::string& policy) {
  const TemporaryFolder folder;
  folder.write("program.yaml", program);
  folder.write("policy.yaml", policy);
  return load_bundle(folder.path());
}

std::string policy_text(std::size_t n, const std::set<std::size_t>& unknown,
                        const std::set<std::size_t>& fail = {}) {
  std::string text = "policy: p\nrules: [{id: R, title: r, on_unknown: hold, consequence: "
                     "disqualify}]\nfindings:\n  - {rule: R, candidate: a, verdict: " +
                     std::string(unknown.contains(0) ? "unknown"
                                 : fail.contains(0)  ? "fail"
                                                     : "pass") +
                     "}\n";
  for (std::size_t i = 1; i < n; ++i)
    if (!unknown.contains(i))
      text += "  - {rule: R, candidate: " + std::string(1, static_cast<char>('a' + i)) +
              ", verdict: " + (fail.contains(i) ? "fail" : "pass") + "}\n";
  return text;
}

std::vector<std::uint32_t> advancing(const Bundle& bundle) {
  const Decision decision = decide(bundle);
  std::vector<std::uint32_t> out;
  for (std::size_t e = 0; e < decision.stages[0].outcomes.size(); ++e)
    if (decision.stages[0].outcomes[e] == Outcome::advances)
      out.push_back(decision.stages[0].entrants[e]);
  return out;
}

} // namespace

TEST_CASE("scenarios are the distinct decisions of every completion, with their shares") {
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    const std::size_t n = 2 + random() % 4, places = random() % (n + 1);
    std::set<std::size_t> unknown;
    for (std::size_t i = 0; i < n; ++i)
      if (random() % 3 > 0)
        unknown.insert(i);
    const std::string select =
        round % 3 == 0   ? "[{policy: policy.yaml}, {order: [total]}, {take: {}}]"
        : round % 3 == 1 ? "[{order: [total]}, {take: {}}, {policy: policy.yaml}]"
                         : "[{policy: policy.yaml}, {order: [total]}, {take: {share: 0.5}}]";
    const std::string program = program_text(n, places, select);
    Diagnostics diagnostics;
    const Scenarios found = scenarios(bundle_of(program, policy_text(n, unknown)), diagnostics);
    REQUIRE(diagnostics.all().empty());
    CHECK(found.whole);
    std::map<std::vector<std::uint32_t>, double> plain;
    const std::vector<std::size_t> open(unknown.begin(), unknown.end());
    for (std::size_t k = 0; k < (std::size_t{1} << open.size()); ++k) {
      std::set<std::size_t> fail;
      for (std::size_t i = 0; i < open.size(); ++i)
        if ((k >> i) % 2 == 1)
          fail.insert(open[i]);
      plain[advancing(bundle_of(program, policy_text(n, {}, fail)))] +=
          1.0 / static_cast<double>(std::size_t{1} << open.size());
    }
    std::map<std::vector<std::uint32_t>, double> grouped;
    for (const Scenario& scenario : found.all)
      grouped[scenario.stages[0].advancing] += scenario.share;
    CHECK(grouped == plain); // halves of halves, so exact
  }
}

TEST_CASE("decisions told as a row are those that are listed one by one") {
  std::mt19937 random(11);
  std::size_t rows = 0;
  for (int round = 0; round < 60; ++round) {
    const std::size_t n = 1 + random() % 6, places = 1 + random() % n;
    std::set<std::size_t> unknown, fail;
    for (std::size_t i = 0; i < n; ++i)
      (random() % 3 > 0 ? unknown : random() % 4 == 0 ? fail : unknown).insert(i);
    for (std::size_t i = 0; i < n; ++i)
      if (random() % 4 == 0)
        unknown.erase(i);
    const std::string select = round % 2 == 0
                                   ? "[{policy: policy.yaml}, {order: [total]}, {take: {}}]"
                                   : "[{order: [total]}, {take: {}}, {policy: policy.yaml}]";
    const Bundle bundle = bundle_of(program_text(n, places, select), policy_text(n, unknown, fail));
    Diagnostics diagnostics;
    const Scenarios listed = scenarios(bundle, diagnostics);
    const Scenarios told = scenarios(bundle, diagnostics, {0, 0});
    REQUIRE_FALSE(listed.row);
    if (unknown.empty())
      continue;
    REQUIRE(told.row);
    ++rows;
    CHECK(told.whole);
    CHECK(told.all.empty());
    CHECK(told.row->decisions == static_cast<double>(listed.all.size()));
    std::map<std::uint32_t, double> shares;
    for (const Scenario& scenario : listed.all)
      for (const std::uint32_t who : scenario.stages[0].advancing)
        shares[who] += scenario.share;
    for (const ScenarioRow::Entrant& one : told.row->row) {
      CHECK(one.share == shares[one.candidate]); // halves of halves, so exact
      shares.erase(one.candidate);
    }
    CHECK(shares.empty());
    const auto mattering = [](const Scenarios& of) {
      std::set<std::pair<std::string, std::size_t>> out;
      for (std::size_t u = 0; u < of.unknowns.size(); ++u)
        if (of.matters[u])
          out.emplace(of.unknowns[u].what, of.unknowns[u].candidate);
      return out;
    };
    CHECK(mattering(told) == mattering(listed));
  }
  CHECK(rows > 40);
}

TEST_CASE("what is no row is told as far as it was looked at") {
  const auto told = [](const std::string& select, const std::string& policy) {
    Diagnostics diagnostics;
    return scenarios(bundle_of(program_text(4, 2, select), policy), diagnostics, {0, 3});
  };
  const std::string open = policy_text(4, {0, 1, 2, 3});
  CHECK(told("[{policy: policy.yaml}, {order: [total]}, {take: {}}]", open).row);
  // Shares of those left, a second take, and rules behind it that nobody was asked about.
  for (const std::string select :
       {"[{policy: policy.yaml}, {order: [total]}, {take: {share: 0.5}}]",
        "[{policy: policy.yaml}, {order: [total]}, {take: {first: 1}}, {take: {first: 1}}]",
        "[{policy: {file: policy.yaml, rules: [R]}}, {order: [total]}, {take: {}}, "
        "{policy: {file: policy.yaml, rules: [R]}}]"}) {
    INFO(select);
    const Scenarios found = told(select, open);
    CHECK_FALSE(found.row);
    CHECK_FALSE(found.whole);
    CHECK(found.all.size() <= 3);
  }
}

TEST_CASE("thirty unknowns are no more than what they can change") {
  std::set<std::size_t> unknown;
  std::string names = "policy: p\nrules: [{id: R, title: r, on_unknown: hold, consequence: "
                      "disqualify}]\n";
  const auto with = [&](const std::string& select, std::size_t places) {
    std::string csv, program;
    for (int i = 10; i < 40; ++i)
      csv += "c" + std::to_string(i) + "," + std::to_string(100 - i) + "\\n";
    program = "libeval: 1\nprogram: p\ncandidates: {from: t}\nevidence: {t: {csv: "
              "\"candidate,s\\n" +
              csv + "\", keys: [candidate], values: [s]}}\nstages:\n  - {id: s1, places: " +
              std::to_string(places) + ", score: {from: t}, select: " + select + "}\n";
    Diagnostics diagnostics;
    return scenarios(bundle_of(program, names), diagnostics);
  };
  // Behind the cut only the two that were taken matter: 2^2 decisions.
  const Scenarios after = with("[{order: [total]}, {take: {}}, {policy: policy.yaml}]", 2);
  CHECK(after.all.size() == 4);
  CHECK(std::ranges::count(after.matters, true) == 2);
  // Before it the next moves up: every choice of at most two who pass first, 1 + 30 + 435.
  const Scenarios before = with("[{policy: policy.yaml}, {order: [total]}, {take: {}}]", 2);
  CHECK(before.all.size() == 466);
  CHECK(before.all.front().share == 0.25);
  double sum = 0;
  for (const Scenario& scenario : before.all)
    sum += scenario.share;
  CHECK(sum == 1);
  // Fifteen places: every choice of fifteen, or of all that pass where they are fewer.
  const Scenarios half = with("[{policy: policy.yaml}, {order: [total]}, {take: {}}]", 15);
  REQUIRE(half.row);
  CHECK(half.row->decisions == 614'429'672);
  CHECK(half.row->row.size() == 30);
  CHECK(half.row->row[14].share == 0.5);
  CHECK(half.row->row[15].share == 0.5 - std::ldexp(0.5, -15)); // unless all fifteen pass
  CHECK(std::ranges::count(half.matters, true) == 30);
  const Scenarios behind = with("[{order: [total]}, {take: {}}, {policy: policy.yaml}]", 15);
  REQUIRE(behind.row);
  CHECK(behind.row->decisions == 32'768);
  CHECK(std::ranges::count(behind.matters, true) == 15);
}

TEST_CASE("an unknown that changes nothing does not matter") {
  const std::string program =
      program_text(3, 1, "[{policy: policy.yaml}, {order: [total]}, {take: {first: 1}}]");
  Diagnostics diagnostics;
  const Scenarios found = scenarios(bundle_of(program, policy_text(3, {1, 2})), diagnostics);
  REQUIRE(found.all.size() == 1);
  CHECK(found.all[0].cases == std::vector<ScenarioCase>{{}});
  CHECK(std::ranges::count(found.matters, true) == 0);
}

namespace {

/// A stage with one place more than candidates from a to `last`, and their models in a lineage:
/// everything but the derivations is settled.
Bundle bundle_over(const std::string& submissions, const std::string& rules,
                   const std::string& derivations, const std::string& select) {
  const TemporaryFolder folder;
  folder.write("program.yaml", program_text(3, 2, select));
  folder.write("policy.yaml",
               "policy: p\nlineage: lineage.yaml\nsubmissions: {" + submissions +
                   "}\nthresholds: {convict: admitted, clear: corroborated, complete: "
                   "corroborated}\nrules:\n" +
                   rules);
  const std::string done = "complete: [{for: verified, by: lab, date: 2026-01-01, source: logs}]";
  folder.write("lineage.yaml", "lineage: l\nparties: {team: {}, lab: {}, other: {}}\nmodels:\n"
                               "  m: {owner: team, " +
                                   done + "}\n  n: {owner: team, " + done +
                                   "}\n  k: {owner: team, " + done +
                                   "}\n  f: {owner: other}\n"
                                   "  g: {owner: other}\nderivations:\n" +
                                   derivations);
  return load_bundle(folder.path());
}

std::string alleged(const std::string& child, const std::string& parent) {
  return "  - {child: " + child + ", parent: " + parent +
         ", kind: fine_tuned_from, evidence: [{for: alleged, date: 2026-01-01, source: press}]}\n";
}

const char* const own = "  - {id: OWN, title: own, on_unknown: hold, consequence: disqualify, "
                        "deny_if: {reaches: {along: [weights], to: external}}}\n";
const char* const built = "  - {id: BUILT, title: built on others, on_unknown: hold, consequence: "
                          "disqualify, require: {reaches: {along: [weights], to: external}}}\n";
const char* const policy_first = "[{policy: policy.yaml}, {order: [total]}, {take: {}}]";

/// Who goes on, with the share.
std::map<std::vector<std::uint32_t>, double> shares_of(const Bundle& bundle) {
  Diagnostics diagnostics;
  const Scenarios found = scenarios(bundle, diagnostics);
  CHECK(diagnostics.all().empty());
  std::map<std::vector<std::uint32_t>, double> out;
  for (const Scenario& scenario : found.all)
    out[scenario.stages[0].advancing] += scenario.share;
  return out;
}

} // namespace

TEST_CASE("verdicts that turn on one derivation turn out together") {
  using Shares = std::map<std::vector<std::uint32_t>, double>;
  // Two rules about one fact, one the opposite of the other: a never goes on.
  CHECK(shares_of(bundle_over("a: m, b: n, c: k", std::string(own) + built,
                              alleged("m", "f") + alleged("n", "f") + alleged("k", "f"),
                              policy_first)) == Shares{{{}, 1}});
  // Two candidates with one model: both go on, or the third does.
  CHECK(shares_of(bundle_over("a: m, b: m, c: k", own, alleged("m", "f"), policy_first)) ==
        Shares{{{0, 1}, 0.5}, {{2}, 0.5}});
  // One is built on the other's model: where that fails, both do.
  CHECK(shares_of(bundle_over("a: m, b: n, c: k", own,
                              alleged("m", "f") + "  - {child: n, parent: m, kind: "
                                                  "fine_tuned_from}\n",
                              policy_first)) == Shares{{{0, 1}, 0.5}, {{2}, 0.5}});
  CHECK(shares_of(bundle_over("a: m, b: n, c: k", own, alleged("m", "f") + alleged("n", "m"),
                              policy_first)) ==
        Shares{{{0, 1}, 1.0 / 3}, {{1, 2}, 1.0 / 3}, {{2}, 1.0 / 3}});
  // Different facts: each by itself.
  CHECK(shares_of(bundle_over("a: m, b: n, c: k", own, alleged("m", "f") + alleged("n", "g"),
                              policy_first)) ==
        Shares{{{0, 1}, 0.25}, {{0, 2}, 0.25}, {{1, 2}, 0.25}, {{2}, 0.25}});
}

TEST_CASE("what turns out together matters together, and is no row") {
  const Bundle bundle =
      bundle_over("a: m, b: m, c: k", own, alleged("m", "f") + alleged("k", "g"), policy_first);
  Diagnostics diagnostics;
  const Scenarios listed = scenarios(bundle, diagnostics);
  CHECK(listed.unknowns.size() == 3);
  CHECK(std::ranges::count(listed.matters, true) == 3);
  CHECK_FALSE(scenarios(bundle, diagnostics, {0, 100}).row);
  CHECK(scenarios(bundle, diagnostics, {0, 100}).all.size() == listed.all.size());
}
