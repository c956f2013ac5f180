// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/policy.hpp>

#include "domain/reading.hpp"

#include <libeval/domain/language.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace libeval {
namespace {

constexpr std::array<std::string_view, 6> level_names = {
    "inferred", "alleged", "self_declared", "corroborated", "admitted", "verified"};
constexpr std::array<std::string_view, 4> verdict_names = {"pass", "fail", "unknown",
                                                           "not_applicable"};

Rule read_rule(const Tree& tree) {
  Rule rule;
  rule.id = RuleId(text_at(tree, "id"));
  rule.title = text_at(tree, "title");
  rule.where = tree.find("id")->where;
  const std::string unknown = text_at(tree, "on_unknown");
  rule.on_unknown = unknown == "fail"   ? OnUnknown::fail
                    : unknown == "pass" ? OnUnknown::pass
                                        : OnUnknown::hold;
  const Tree& consequence = *tree.find("consequence");
  if (consequence.is_map()) {
    rule.consequence = Rule::Consequence::deduct;
    rule.deduct = consequence.find("deduct")->number();
  } else {
    rule.consequence = consequence.text() == "disqualify" ? Rule::Consequence::disqualify
                                                          : Rule::Consequence::note;
  }
  if (tree.find("convict_at") != nullptr)
    rule.convict_at = level_from(text_at(tree, "convict_at"));
  if (tree.find("clear_at") != nullptr)
    rule.clear_at = level_from(text_at(tree, "clear_at"));
  return rule;
}

ReadyFinding read_finding(const Tree& tree) {
  ReadyFinding finding;
  finding.rule = RuleId(text_at(tree, "rule"));
  finding.candidate = CandidateId(text_at(tree, "candidate"));
  finding.verdict = verdict_from(text_at(tree, "verdict"));
  if (tree.find("level") != nullptr)
    finding.level = level_from(text_at(tree, "level"));
  finding.date = text_at(tree, "date");
  finding.source = text_at(tree, "source");
  finding.statement = text_at(tree, "statement");
  finding.where = tree.where;
  return finding;
}

} // namespace

std::string_view to_string(Level level) {
  return level_names[static_cast<std::size_t>(level)];
}
std::string_view to_string(Verdict verdict) {
  return verdict_names[static_cast<std::size_t>(verdict)];
}
Level level_from(std::string_view name) {
  return static_cast<Level>(std::ranges::find(level_names, name) - level_names.begin());
}
Verdict verdict_from(std::string_view name) {
  return static_cast<Verdict>(std::ranges::find(verdict_names, name) - verdict_names.begin());
}

PolicyFile read_policy(const Tree& tree, Diagnostics& diagnostics) {
  PolicyFile policy;
  if (!validate(tree, type::object("policy"), language(), diagnostics))
    return policy;
  policy.id = text_at(tree, "policy");
  policy.title = text_at(tree, "title");
  std::map<RuleId, Where> seen;
  for (const Tree& item : tree.find("rules")->list()) {
    Rule rule = read_rule(item);
    if (!seen.emplace(rule.id, rule.where).second)
      diagnostics.error(rule.where, "rule `" + rule.id.str() + "` stands twice",
                        "the first is at line " + std::to_string(seen[rule.id].line));
    policy.rules.push_back(std::move(rule));
  }
  if (const Tree* findings = tree.find("findings")) {
    if (findings->is_map())
      policy.findings_file = text_at(*findings, "file");
    else
      for (const Tree& item : findings->list()) {
        policy.findings.push_back(read_finding(item));
        if (!seen.contains(policy.findings.back().rule))
          diagnostics.error(item.find("rule")->where,
                            "unknown rule `" + policy.findings.back().rule.str() + "`",
                            "findings belong to the rules of the same file");
      }
  }
  return policy;
}

} // namespace libeval
