// SPDX-License-Identifier: Apache-2.0
#include "engine/simulate/replay.hpp"

#include "engine/reconstruct/knowledge.hpp"
#include "engine/reconstruct/unpublished.hpp"

#include <libeval/domain/stages.hpp>
#include <libeval/engine/check.hpp>

#include <algorithm>
#include <utility>

namespace libeval {
namespace {

constexpr std::size_t most_fields = 32; ///< kept of a stage
constexpr std::size_t most_kept = 2048; ///< decisions of a stage that is known in part

std::vector<std::uint8_t> differing(const std::vector<std::uint64_t>& a,
                                    const std::vector<std::uint64_t>& b) {
  std::vector<std::uint8_t> out(b.size(), 1);
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
    out[i] = a[i] != b[i] ? 1 : 0;
  return out;
}

} // namespace

Replay::Replay(const Bundle& bundle, const Assumptions& assumptions)
    : bundle_(bundle), assumptions_(assumptions) {}

void Replay::begin() {
  begun_ = true;
  const auto& stages = bundle_.program.stages;
  check_rules(bundle_.program, diagnostics_);
  order_ = stage_order(bundle_.program, diagnostics_);
  decision_.stages.resize(stages.size());
  fields_.resize(stages.size());
  with_measures_.resize(stages.size());
  partly_.resize(stages.size());
  for (std::size_t s = 0; s < stages.size(); ++s) {
    const Stage& stage = stages[s];
    partly_[s].is = is_known_in_part(bundle_, stage);
    const Entrants& from = stage.entrants;
    partly_[s].by_outcomes =
        stages_named_by(stage).size() == from.entrants_of.size() + from.advanced_from.size() +
                                             from.cut_from.size() + from.reserve_of.size() +
                                             (stage.places.vacancies_of.empty() ? 0 : 1);
    earlier_[stages[s].id.str()] = &decision_.stages[s];
    for (const Stage& other : stages)
      for (const auto& [name, where] : stages_named_by(other))
        if (name == stages[s].id.str() && !stages[s].measures.empty())
          with_measures_[s] = true;
  }
}

Replay::Field& Replay::field_of(std::size_t s, const std::vector<std::uint32_t>& entrants) {
  Fields& fields = fields_[s];
  StageDecision& shown = decision_.stages[s];
  auto at = std::ranges::find_if(
      fields.all, [&](const Field& field) { return field.decider->entrants() == entrants; });
  if (at == fields.all.end()) {
    if (fields.all.size() >= most_fields) {
      fields.all.clear();
      fields.current = nobody;
    }
    fields.all.emplace_back().decider = std::make_unique<StageDecider>(
        bundle_, *names_, bundle_.program.stages[s], earlier_, assumptions_, diagnostics_, nullptr);
    at = fields.all.end() - 1;
  }
  const auto position = static_cast<std::size_t>(at - fields.all.begin());
  if (position != fields.current) {
    if (fields.current != nobody)
      std::swap(shown, fields.all[fields.current].aside);
    std::swap(shown, at->aside);
    fields.current = position;
  }
  return *at;
}

StageChanges Replay::changes(const Field& field, std::size_t s, const Versions& now) const {
  StageChanges out;
  out.rows = differing(field.seen.rows, now.rows);
  out.numbers = differing(field.seen.numbers, now.numbers);
  out.weights = field.seen.weights.empty() || field.seen.weights[s] != now.weights[s];
  out.assumptions = field.seen.assumptions != now.assumptions;
  for (std::size_t i = 0; i < now.names.size(); ++i)
    if (field.seen.names.empty() || field.seen.names[i] != now.names[i])
      out.renamed.push_back(now.names[i].first);
  return out;
}

void Replay::decide_stage(std::size_t s, const Versions& now) {
  const Stage& stage = bundle_.program.stages[s];
  Field& field = field_of(s, entrants_of(bundle_, *names_, stage, earlier_, diagnostics_));
  field.decider->decide_again(changes(field, s, now), with_measures_[s], decision_.stages[s]);
  field.seen = now;
}

void Replay::decide_partly_known(std::size_t s, const Versions& now) {
  const Stage& stage = bundle_.program.stages[s];
  Partly& partly = partly_[s];
  Partly::Before before;
  for (const auto& [name, where] : stages_named_by(stage))
    if (const auto at = earlier_.find(name); at != earlier_.end())
      before.emplace_back(at->second->entrants, at->second->outcomes, at->second->vacancies);
  Versions rests_on = now;
  std::uint64_t own = 0;
  for (const Versions::Completed& one : now.completed) {
    if (one.stage == s)
      own = now.numbers[one.table];
    rests_on.numbers[one.table] = 0; // of others, or told by `own`
  }
  if (partly.kept.size() >= most_kept)
    partly.kept.clear();
  Partly::Kept& kept = partly.kept[{own, std::move(before)}];
  if (!partly.by_outcomes || kept.seen != rests_on) {
    kept.decision =
        StageDecider(bundle_, *names_, stage, earlier_, assumptions_, diagnostics_, nullptr)
            .decide();
    kept.seen = std::move(rests_on);
  }
  decision_.stages[s] = kept.decision;
}

const Decision& Replay::decide(const Versions& now, Diagnostics& diagnostics) {
  if (!begun_)
    begin();
  if (!names_ || named_rows_ != now.rows) {
    names_.emplace(bundle_);
    named_rows_ = now.rows;
  }
  for (const std::size_t s : order_) {
    if (diagnostics_.has_errors())
      break;
    partly_[s].is ? decide_partly_known(s, now) : decide_stage(s, now);
  }
  if (diagnostics_.has_errors())
    diagnostics.append(diagnostics_);
  return decision_;
}

} // namespace libeval
