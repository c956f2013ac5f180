// SPDX-License-Identifier: Apache-2.0
#include <libeval/engine/decide.hpp>

#include "engine/explore.hpp"
#include "engine/reconstruct/partly.hpp"
#include "engine/reconstruct/unpublished.hpp"
#include "engine/stage_decider.hpp"

#include <libeval/base/text.hpp>
#include <libeval/domain/stages.hpp>
#include <libeval/engine/check.hpp>

namespace libeval {

Decision decide(const Bundle& bundle, Diagnostics& diagnostics) {
  return decide(bundle, Assumptions{}, diagnostics);
}

Decision decide(const Bundle& bundle, const Assumptions& assumptions, Diagnostics& diagnostics) {
  return decide(bundle, assumptions, diagnostics, nullptr);
}

Decision decide(const Bundle& bundle, const Assumptions& assumptions, Diagnostics& diagnostics,
                std::vector<Question>* open) {
  Decision decision;
  const Names names(bundle);
  check_rules(bundle.program, diagnostics);
  const std::size_t before = diagnostics.errors();
  const std::vector<std::size_t> order = stage_order(bundle.program, diagnostics);
  if (diagnostics.errors() > before) // nobody knows which stage comes first
    return decision;
  decision.stages.resize(bundle.program.stages.size());
  Earlier earlier;
  for (const std::size_t s : order) {
    const Stage& stage = bundle.program.stages[s];
    decision.stages[s] =
        StageDecider(bundle, names, stage, earlier, assumptions, diagnostics, open).decide();
    earlier[stage.id.str()] = &decision.stages[s];
  }
  return decision;
}

Decision decide(const Bundle& bundle) {
  Diagnostics diagnostics;
  Decision decision = decide(bundle, diagnostics);
  if (diagnostics.has_errors())
    throw LoadError(std::move(diagnostics));
  return decision;
}

std::unique_ptr<PartlyKnown> know_in_part(const Bundle& bundle, const std::string& wanted,
                                          const StatementFilter& filter, Diagnostics& diagnostics) {
  const auto& stages = bundle.program.stages;
  std::vector<std::string> known;
  std::size_t at = nobody;
  for (std::size_t s = 0; s < stages.size(); ++s) {
    known.push_back(stages[s].id.str());
    const bool this_one =
        wanted.empty() ? is_known_in_part(bundle, stages[s]) : stages[s].id.str() == wanted;
    if (this_one && at == nobody)
      at = s;
  }
  if (at == nobody) {
    const auto near = did_you_mean(wanted, known);
    diagnostics.error({},
                      wanted.empty() ? "no stage is known in part: all evidence was published"
                                     : "there is no stage `" + shorten(wanted) + "`",
                      wanted.empty() ? "`libeval decide` gives every score, place and outcome"
                      : near         ? "did you mean `" + *near + "`?"
                                     : "");
    return nullptr;
  }
  if (!is_known_in_part(bundle, stages[at])) {
    diagnostics.error(
        stages[at].where, "nothing of stage `" + stages[at].id.str() + "` is unknown",
        "`libeval decide` gives its scores and outcomes; parts are known in part where "
        "their evidence is `unpublished` or a file of statements");
    return nullptr;
  }
  auto out = std::make_unique<PartlyKnown>(bundle, at, diagnostics);
  check_rules(bundle.program, diagnostics);
  const std::vector<std::size_t> order = stage_order(bundle.program, diagnostics);
  if (diagnostics.has_errors())
    return nullptr;
  const Assumptions nothing;
  for (const std::size_t s : order) { // those before it, in turn
    if (s == at)
      break;
    out->before.push_back(std::make_unique<StageDecision>(
        StageDecider(bundle, out->names, stages[s], out->earlier, nothing, diagnostics, nullptr)
            .decide()));
    out->earlier[stages[s].id.str()] = out->before.back().get();
  }
  out->context.entrants = entrants_of(bundle, out->names, stages[at], out->earlier, diagnostics);
  out->context.index_entrants();
  const Earlier& earlier = out->earlier;
  out->decide = [&earlier](const Bundle& filled, const Stage& stage, Diagnostics& unheard) {
    const Names names(filled);
    const Assumptions none;
    return StageDecider(filled, names, stage, earlier, none, unheard, nullptr).decide();
  };
  out->knowledge = read_knowledge(out->context, filter);
  return diagnostics.has_errors() ? nullptr : std::move(out);
}

} // namespace libeval
