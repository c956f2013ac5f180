// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/simulate/kernel_model.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace libeval {

/// Who was ever first in a stage whose weights are uncertain, and with which on average.
struct Centers {
  std::size_t stage = 0;
  std::vector<std::uint32_t> candidates;
  /// By candidate of these and entry of `weights`; empty for entries of other stages.
  std::vector<std::vector<std::vector<double>>> shares;
};

/// Those of each stage that has any, from counts of some replicates.
[[nodiscard]] std::vector<Centers> centers_of(const Counts& counts, const Sampler& sampler);

/// Counts one trial of candidate `at`.
void count_trial(Counts& counts, const Centers& centers, std::size_t at, bool first);

/// For the kernel, of replicates below `until`.
[[nodiscard]] kernel::SmaaModel::Trials trials_of(const Centers& centers, const KernelModel& model,
                                                  const Sampler& sampler, std::uint64_t until);

} // namespace libeval
