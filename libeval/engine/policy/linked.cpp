// SPDX-License-Identifier: Apache-2.0
// Verdicts that cannot turn out each by itself, since they turn on the same facts.
#include "engine/policy/linked.hpp"

#include <libeval/engine/verdicts.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace libeval {
namespace {

constexpr std::size_t most_derivations = 6, most_verdicts = 10;

bool is_asked(const Rule& rule) {
  return rule.on_unknown == OnUnknown::hold && rule.consequence != Rule::Consequence::note;
}

/// The derivations that an unknown verdict turns on.
std::set<std::uint32_t> open_derivations(const Judgment& judgment, const LineageGraph& graph) {
  std::set<std::uint32_t> out;
  for (const SubjectVerdict& subject : judgment.subjects)
    for (const ConditionTrace& trace : subject.conditions)
      if (trace.reach && trace.critical)
        for (const OpenFact& fact : trace.reach->critical)
          if (fact.kind == OpenFact::Kind::derivation &&
              graph.edges[fact.edge].derivation != no_node)
            out.insert(graph.edges[fact.edge].derivation);
  return out;
}

/// The record with some of its derivations settled.
std::shared_ptr<const Lineage> settled(const Lineage& lineage,
                                       const std::vector<std::uint32_t>& derivations,
                                       std::size_t which_hold) {
  Lineage out = lineage;
  for (std::size_t i = 0; i < derivations.size(); ++i) {
    EvidenceItem found;
    found.level = Level::verified;
    found.supports = (which_hold >> i) % 2 == 1;
    out.derivations[derivations[i]].evidence = {found};
  }
  return std::make_shared<const Lineage>(std::move(out));
}

/// The verdicts among those that share a derivation with another one.
LinkedVerdicts linked_in(const Program& program, const PolicyFile& policy) {
  LinkedVerdicts out;
  JudgeOptions options;
  options.findings = false;
  const Judgments judged = judge(program, policy, options);
  std::map<std::uint32_t, std::vector<std::pair<std::size_t, std::size_t>>> turning; // verdicts
  for (const Judgment& one : judged.all)
    if (one.verdict == Verdict::unknown && is_asked(policy.rules[one.rule]))
      for (const std::uint32_t derivation : open_derivations(one, *judged.graph))
        turning[derivation].emplace_back(one.rule, one.candidate);
  std::erase_if(turning, [](const auto& one) { return one.second.size() < 2; });
  std::set<std::pair<std::size_t, std::size_t>> verdicts;
  std::vector<std::uint32_t> derivations;
  for (const auto& [derivation, turned] : turning) {
    derivations.push_back(derivation);
    verdicts.insert(turned.begin(), turned.end());
  }
  if (derivations.empty() || derivations.size() > most_derivations ||
      verdicts.size() > most_verdicts)
    return out;
  std::vector<std::uint32_t> candidates;
  for (const auto& [rule, candidate] : verdicts) {
    out.questions.push_back({policy.rules[rule].id.str(), candidate});
    candidates.push_back(static_cast<std::uint32_t>(candidate));
  }
  std::ranges::sort(candidates);
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  std::set<std::vector<bool>> ways;
  for (std::size_t k = 0; k < (std::size_t{1} << derivations.size()); ++k) {
    PolicyFile then = policy;
    then.lineage = settled(*policy.lineage, derivations, k);
    std::vector<std::vector<bool>> here(1);
    const Judgments judgments = judge(program, then, options, candidates);
    for (const Judgment& one : judgments.all) { // by rule, then candidate, as the questions are
      if (!verdicts.contains({one.rule, one.candidate}))
        continue;
      const bool open = one.verdict == Verdict::unknown || one.verdict == Verdict::error;
      const std::size_t before = here.size();
      for (std::size_t i = 0; i < before; ++i) {
        if (open) {
          here.push_back(here[i]);
          here.back().push_back(false);
        }
        here[i].push_back(one.verdict != Verdict::fail);
      }
    }
    ways.insert(here.begin(), here.end());
  }
  out.ways.assign(ways.begin(), ways.end());
  return out;
}

} // namespace

double LinkedVerdicts::share_of(const Assumptions& assumed) const {
  const auto agrees = [&](const std::vector<bool>& way) {
    for (std::size_t i = 0; i < questions.size(); ++i)
      if (const auto at = assumed.find(questions[i]);
          at != assumed.end() && (at->second == Verdict::pass) != way[i])
        return false;
    return true;
  };
  return static_cast<double>(std::ranges::count_if(ways, agrees)) /
         static_cast<double>(ways.size());
}

std::vector<LinkedVerdicts> linked_verdicts(const Bundle& bundle) {
  std::vector<LinkedVerdicts> out;
  for (const PolicyFile& policy : bundle.policies)
    if (policy.lineage)
      if (LinkedVerdicts linked = linked_in(bundle.program, policy); !linked.ways.empty())
        out.push_back(std::move(linked));
  return out;
}

} // namespace libeval
