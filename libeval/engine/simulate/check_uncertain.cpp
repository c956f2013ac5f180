// SPDX-License-Identifier: Apache-2.0
// What an uncertainty file names must be there, and what it gives a probability must be open.
#include "engine/simulate/check_uncertain.hpp"

#include "engine/simulate/sampler.hpp"

#include <libeval/engine/check.hpp>
#include <libeval/engine/verdicts.hpp>

#include <algorithm>
#include <optional>
#include <string>

namespace libeval {
namespace {

/// Why a probability of a verdict would change nothing.
struct Idle {
  std::string why, help;
};

Idle known(const UncertainVerdict& what, Verdict verdict) {
  const std::string is = verdict == Verdict::pass   ? "a pass"
                         : verdict == Verdict::fail ? "a fail"
                                                    : "not applicable";
  return {"`" + what.rule + "` of `" + what.candidate + "` is " + is,
          "only an unknown verdict has a probability"};
}

/// Nothing where the probability counts.
std::optional<Idle> idle(const UncertainVerdict& what, const Rule& rule, Verdict verdict) {
  if (verdict == Verdict::pass || verdict == Verdict::fail || verdict == Verdict::not_applicable)
    return known(what, verdict);
  if (rule.consequence == Rule::Consequence::note)
    return Idle{"a verdict under `" + what.rule + "` is only noted",
                "a probability of it changes nobody's outcome"};
  if (rule.on_unknown == OnUnknown::fail ||
      (rule.on_unknown == OnUnknown::pass && verdict == Verdict::unknown))
    return Idle{"under `" + what.rule + "` an unknown verdict counts as a " +
                    (rule.on_unknown == OnUnknown::fail ? "fail" : "pass"),
                "`on_unknown: hold` leaves it open"};
  return std::nullopt;
}

/// Whether the probability counts in some bundle under some policy; else why not.
std::optional<Idle> idle(const UncertainVerdict& what, const std::vector<Bundle>& bundles) {
  std::optional<Idle> out;
  for (const Bundle& bundle : bundles) {
    const auto& people = bundle.program.candidates;
    const auto who =
        std::ranges::find(people, what.candidate,
                          [](const Candidate& c) -> const std::string& { return c.id.str(); });
    for (const PolicyFile& policy : bundle.policies) {
      const auto rule = std::ranges::find(
          policy.rules, what.rule, [](const Rule& r) -> const std::string& { return r.id.str(); });
      if (who == people.end() || rule == policy.rules.end())
        continue; // the sampler tells
      const auto r = static_cast<std::size_t>(rule - policy.rules.begin());
      const Judgments judged =
          judge(bundle.program, policy, {}, {static_cast<std::uint32_t>(who - people.begin())});
      const auto of_rule = std::ranges::find(judged.all, r, &Judgment::rule);
      if (of_rule == judged.all.end())
        return std::nullopt;
      const auto here = idle(what, *rule, of_rule->verdict);
      if (!here)
        return std::nullopt;
      out = here;
    }
  }
  return out;
}

} // namespace

void check_verdicts(const Uncertain& uncertain, Diagnostics& diagnostics) {
  for (const UncertainVerdict& what : uncertain.uncertainty.verdicts)
    if (const auto no = idle(what, uncertain.variants))
      diagnostics.error(what.where, no->why, no->help);
}

void check_uncertainty(const Uncertain& uncertain, Diagnostics& diagnostics) {
  Uncertainty one = uncertain.uncertainty;
  for (UncertainCompletions& what : one.completions)
    what.draws = 1;
  for (const Bundle& bundle : uncertain.variants)
    if (!diagnostics.has_errors())
      static_cast<void>(Sampler(bundle, one, diagnostics));
  check_verdicts(uncertain, diagnostics);
}

} // namespace libeval
