// SPDX-License-Identifier: Apache-2.0
#include "engine/simulate/replicates.hpp"

#include "engine/simulate/check_uncertain.hpp"

#include <utility>

namespace libeval {

Replicates::Replicates(const Uncertain& uncertain, const std::atomic<bool>* stop,
                       std::function<void(std::uint64_t)> progress, Diagnostics& diagnostics)
    : uncertain_(uncertain), stop_(stop), progress_(std::move(progress)),
      diagnostics_(diagnostics) {
  const std::size_t before = diagnostics.errors();
  for (const Bundle& bundle : uncertain.variants)
    if (diagnostics.errors() == before) // of one variant: others have the same
      samplers_.push_back(std::make_unique<Sampler>(bundle, uncertain.uncertainty, diagnostics));
  check_verdicts(uncertain, diagnostics);
}

const Decision& Replicates::decide(Worlds& worlds, const Replicate& replicate,
                                   std::vector<std::size_t>* fell, const World** where) {
  std::vector<std::size_t> options;
  const std::size_t variant = variant_of(uncertain_.uncertainty, replicate, options);
  worlds.resize(samplers_.size());
  auto& world = worlds[variant];
  if (!world)
    world = std::make_unique<World>(samplers_[variant]->world());
  samplers_[variant]->draw(*world, replicate);
  if (where != nullptr)
    *where = world.get();
  Diagnostics diagnostics;
  const Decision& decision = decide_again(*world, diagnostics);
  if (diagnostics.has_errors()) {
    const std::lock_guard lock(lock_);
    if (!diagnostics_.has_errors())
      diagnostics_.append(std::move(diagnostics));
    return decision;
  }
  if (fell == nullptr)
    return decision;
  fell->clear();
  std::size_t at = 0;
  for (std::size_t k = 0; k < world->passed.size(); ++k, at += 2)
    fell->push_back(at + (world->passed[k] ? 0 : 1));
  for (std::size_t k = 0; k < options.size(); ++k) {
    fell->push_back(at + options[k]);
    at += uncertain_.uncertainty.rules[k].options.size();
  }
  return decision;
}

bool Replicates::failed() {
  const std::lock_guard lock(lock_);
  return diagnostics_.has_errors();
}

bool Replicates::goes_on(std::uint64_t done) {
  if (stopped() || failed())
    return false;
  if (progress_ && done > 0)
    progress_(done);
  return true;
}

} // namespace libeval
