// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/simulate/sampler.hpp"

#include <libeval/engine/simulate.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace libeval {

/// A world for each variant of the rules, of one thread; each is made when it is needed.
using Worlds = std::vector<std::unique_ptr<World>>;

/// Decides replicates of a simulation one by one, for several threads with worlds of their own. The
/// first error ends it.
class Replicates {
public:
  /// All must outlive it. What does not fit is a diagnostic.
  Replicates(const Uncertain& uncertain, const SimulateOptions& options, Diagnostics& diagnostics);

  [[nodiscard]] const std::vector<std::unique_ptr<Sampler>>& samplers() const { return samplers_; }
  [[nodiscard]] const Sampler& first_sampler() const { return *samplers_.front(); }

  /// Decides one replicate in the world of its variant; `fell` gets the conditions that hold in it,
  /// `where` that world. With `shares` those weights stand instead of the ones drawn.
  const Decision& decide(Worlds& worlds, std::uint64_t number,
                         std::vector<std::size_t>* fell = nullptr, const World** where = nullptr,
                         const std::vector<std::vector<double>>* shares = nullptr);

  [[nodiscard]] bool failed();
  [[nodiscard]] bool stopped() const {
    return options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed);
  }
  /// Whether to begin more, `done` being begun already.
  [[nodiscard]] bool goes_on(std::uint64_t done);

private:
  const Uncertain& uncertain_;
  const SimulateOptions& options_;
  Diagnostics& diagnostics_;
  std::vector<std::unique_ptr<Sampler>> samplers_; ///< by variant
  std::mutex lock_;
};

} // namespace libeval
