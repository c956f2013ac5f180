// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/simulate/sampler.hpp"

#include <libeval/engine/simulate.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace libeval {

/// A world for each variant of the rules, of one thread; each is made when it is needed.
using Worlds = std::vector<std::unique_ptr<World>>;

/// Decides replicates one by one, for several threads with worlds of their own. The first error
/// ends it.
class Replicates {
public:
  /// All must outlive it; `stop`, where there is one, is looked at, `progress` told how many are
  /// done. What does not fit is a diagnostic.
  Replicates(const Uncertain& uncertain, const std::atomic<bool>* stop,
             std::function<void(std::uint64_t)> progress, Diagnostics& diagnostics);

  [[nodiscard]] const std::vector<std::unique_ptr<Sampler>>& samplers() const { return samplers_; }
  [[nodiscard]] const Sampler& first_sampler() const { return *samplers_.front(); }

  /// Decides a replicate in the world of its variant; `fell` gets the conditions that hold in it,
  /// `where` that world.
  const Decision& decide(Worlds& worlds, const Replicate& replicate,
                         std::vector<std::size_t>* fell = nullptr, const World** where = nullptr);

  [[nodiscard]] bool failed();
  [[nodiscard]] bool stopped() const {
    return stop_ != nullptr && stop_->load(std::memory_order_relaxed);
  }
  /// Whether to begin more, `done` being begun already.
  [[nodiscard]] bool goes_on(std::uint64_t done);

private:
  const Uncertain& uncertain_;
  const std::atomic<bool>* stop_;
  const std::function<void(std::uint64_t)> progress_;
  Diagnostics& diagnostics_;
  std::vector<std::unique_ptr<Sampler>> samplers_; ///< by variant
  std::mutex lock_;
};

} // namespace libeval
