// SPDX-License-Identifier: Apache-2.0
// The engine's part: `decide` on a bundle in memory, 50 criteria, on one thread.
#include "data.hpp"

#include <benchmark/benchmark.h>
#include <libeval/engine/decide.hpp>

#include <cstddef>
#include <string>

using namespace libeval;

namespace {

void decides(benchmark::State& state, const Bundle& bundle, std::size_t rows, std::size_t columns) {
  std::size_t advancing = 0;
  for (auto _ : state)
    advancing = decide(bundle).stages.at(0).advancing;
  state.counters["advancing"] = static_cast<double>(advancing);
  state.SetItemsProcessed(static_cast<std::int64_t>(rows * columns) * state.iterations());
}

void add(const std::string& name, bench::Rules rules, std::size_t rows,
         void (*change)(Bundle&) = nullptr) {
  benchmark::RegisterBenchmark((name + "/" + std::to_string(rows)).c_str(),
                               [rules, rows, change](benchmark::State& state) {
                                 static Bundle bundle; // one at a time, as it is large
                                 bundle = {};
                                 bundle = bench::bundle(rules, rows);
                                 if (change != nullptr)
                                   change(bundle);
                                 decides(state, bundle, rows, rules.criteria);
                                 bundle = {};
                               })
      ->Unit(benchmark::kMillisecond);
}

/// One cell in a thousand is a gap, in every column.
void leave_gaps(Bundle& bundle) {
  Table table = *bundle.tables[0];
  for (std::size_t k = 0; k < table.values.size(); ++k) {
    table.values[k].gap.assign(table.rows, false);
    for (std::size_t row = k; row < table.rows; row += 1000) {
      table.values[k].gap[row] = true;
      table.values[k].numbers[row] = 0;
    }
  }
  bundle.tables[0] = std::make_shared<const Table>(std::move(table));
}

/// A hundred countries.
void give_countries(Bundle& bundle) {
  std::size_t at = 0;
  for (Candidate& candidate : bundle.program.candidates)
    candidate.attributes.emplace_back("country", "country-" + std::to_string(at++ % 100));
}

PolicyFile policy_of(const std::string& id, const std::string& title) {
  PolicyFile policy;
  policy.file = "policy.yaml";
  Rule& rule = policy.rules.emplace_back();
  rule.id = RuleId(id);
  rule.title = title;
  rule.consequence = Rule::Consequence::disqualify;
  return policy;
}

/// A verdict on everybody: one in a hundred fails.
void give_verdicts(Bundle& bundle) {
  PolicyFile policy = policy_of("INDEPENDENT", "trained from scratch");
  std::size_t at = 0;
  for (const Candidate& candidate : bundle.program.candidates) {
    ReadyFinding finding;
    finding.rule = policy.rules[0].id;
    finding.candidate = candidate.id;
    finding.verdict = at++ % 100 == 0 ? Verdict::fail : Verdict::pass;
    finding.source = "https://example.org/declarations/of-the-year-2026.html";
    finding.statement = "as declared and checked against the training log that was handed in";
    policy.findings.push_back(std::move(finding));
  }
  bundle.policies = {policy};
}

/// A rule whose verdict on everybody follows from a score.
void give_a_rule(Bundle& bundle) {
  PolicyFile policy = policy_of("MINIMUM", "the first criterion is at least met");
  policy.rules[0].form = Rule::Form::require;
  Condition condition;
  condition.kind = Condition::Kind::score;
  condition.name = "c0";
  condition.bound = {.kind = Bound::Kind::at_least, .number = 0.01};
  policy.rules[0].formula = {condition};
  bundle.policies = {policy};
}

} // namespace

int main(int argc, char** argv) {
  const std::size_t rows = std::stoul(bench::option(argc, argv, "rows", "1000000"));
  const bench::Rules plain;
  add("decide", plain, rows / 10);
  add("decide", plain, rows);
  for (const std::size_t n : {rows / 100, rows / 10}) {
    bench::Rules rules = plain;
    add("decide, gaps hold", rules, n, leave_gaps);
    rules = plain;
    rules.select = "[{require: {part: c0, at_least: 0.5}}, {take: {first: 1000}}]";
    add("decide, a hurdle", rules, n);
    rules.select = "[{quota: {by: country, at_most: 8}}, {take: {first: 1000}}]";
    add("decide, a quota", rules, n, give_countries);
    rules.select = "[{group: {by: country}}, {take: {first: 8}}, regroup, "
                   "{take: {first: 200, of: rest}}]";
    add("decide, pools", rules, n, give_countries);
  }
  bench::Rules policy = plain;
  policy.select = "[{policy: policy.yaml}, {take: {first: 1000}}]";
  for (const std::size_t n : {rows / 100, rows / 10, rows}) {
    add("decide, findings of a policy", policy, n, give_verdicts);
    add("decide, a rule over scores", policy, n, give_a_rule);
  }
  return bench::run(argc, argv);
}
