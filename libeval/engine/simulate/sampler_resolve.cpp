// SPDX-License-Identifier: Apache-2.0
// What an uncertainty file names, looked up in a bundle.
#include "engine/compile/cells.hpp"
#include "engine/simulate/sampler.hpp"

#include <libeval/base/text.hpp>

#include <algorithm>

namespace libeval {

std::string help_for(std::string_view word, const std::vector<std::string>& known) {
  const auto hint = did_you_mean(word, known);
  const bool few = !known.empty() && known.size() <= 20;
  return hint ? "did you mean `" + *hint + "`?" : few ? "known are " + listed(known) : "";
}

Sampler::Sampler(const Bundle& b, const Uncertainty& u, Diagnostics& diagnostics)
    : completed(u.completions.empty()
                    ? nullptr
                    : std::make_shared<const Bundle>(complete(b, u, completions, diagnostics))),
      bundle(completed ? *completed : b), uncertainty(u) {
  for (const UncertainWeights& what : u.weights)
    resolve_weights(what, diagnostics);
  for (const UncertainCells& what : u.measurements)
    resolve_cells(what, diagnostics);
  for (const Bootstrap& what : u.bootstrap)
    resolve_bootstrap(what, diagnostics);
  for (const UncertainVerdict& what : u.verdicts)
    resolve_verdict(what, diagnostics);
}

std::optional<std::size_t> Sampler::table(const std::string& name, const Where& where,
                                          Diagnostics& diagnostics) const {
  std::vector<std::string> known;
  for (std::size_t t = 0; t < bundle.program.evidence.size(); ++t) {
    if (std::ranges::find(completions, t, &CompletionSource::table) != completions.end())
      continue; // no evidence, and drawn anew after all cells
    known.push_back(bundle.program.evidence[t].name);
    if (known.back() == name && t < bundle.tables.size() && bundle.tables[t])
      return t;
  }
  diagnostics.error(where, "there is no evidence `" + name + "`", help_for(name, known));
  return std::nullopt;
}

void Sampler::resolve_bootstrap(const Bootstrap& what, Diagnostics& diagnostics) {
  const auto at = table(what.evidence, what.evidence_where, diagnostics);
  if (!at)
    return;
  const Table& from = *bundle.tables[*at];
  std::vector<std::string> known;
  for (const TextColumn& key : from.keys)
    if (key.name != "candidate" && key.name != "opponent")
      known.push_back(key.name);
  if (!bundle.program.evidence[*at].wide.empty())
    known.push_back(bundle.program.evidence[*at].wide);
  if (std::ranges::find(known, what.over) == known.end())
    return diagnostics.error(what.over_where,
                             what.over == "candidate"
                                 ? std::string("candidates are not drawn anew")
                                 : "evidence `" + from.name + "` has no dimension `" + what.over +
                                       "`",
                             help_for(what.over, known));
  if (std::ranges::any_of(members, [&](const MemberSource& before) {
        return before.table == *at && before.over == what.over;
      }))
    return diagnostics.error(what.over_where,
                             "dimension `" + what.over + "` of `" + from.name +
                                 "` is drawn in two entries",
                             "draw it once: a draw from a draw spreads too far");
  MemberSource out = members_to_draw(from, *at, what.over);
  for (MemberSource& before : members)
    if (before.table == *at) // the second draws from what the first has drawn
      before.alike = out.alike = false;
  members.push_back(std::move(out));
}

void Sampler::resolve_verdict(const UncertainVerdict& what, Diagnostics& diagnostics) {
  std::vector<std::string> rules, candidates;
  for (const PolicyFile& policy : bundle.policies)
    for (const Rule& rule : policy.rules)
      rules.push_back(rule.id.str());
  for (const Candidate& candidate : bundle.program.candidates)
    candidates.push_back(candidate.id.str());
  if (std::ranges::find(rules, what.rule) == rules.end())
    diagnostics.error(what.rule_where, "there is no rule `" + what.rule + "`",
                      help_for(what.rule, rules));
  const auto at = std::ranges::find(candidates, what.candidate);
  if (at == candidates.end())
    return diagnostics.error(what.candidate_where, "there is no candidate `" + what.candidate + "`",
                             help_for(what.candidate, candidates));
  for (const UncertainVerdict* before = uncertainty.verdicts.data(); before != &what; ++before)
    if (before->rule == what.rule && before->candidate == what.candidate)
      return diagnostics.error(what.where,
                               "the verdict of `" + what.rule + "` on `" + what.candidate +
                                   "` stands in two entries",
                               "it has one probability");
  verdict_candidates.push_back(static_cast<std::size_t>(at - candidates.begin()));
}

} // namespace libeval
