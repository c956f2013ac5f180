// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/engine/simulate.hpp>

#include <cstddef>
#include <vector>

namespace libeval {

/// How large a simulation's counts are.
struct TallyShape {
  std::size_t candidates = 0, stages = 0, thresholds = 0;
  std::vector<std::size_t> parts; ///< of each entry of `weights`
  std::size_t bins = 0;           ///< of the histograms; 0: none
};

/// Pairs and histograms are kept up to so many candidates, places up to so many.
inline constexpr std::size_t most_pairs = 128, most_histograms = 2000, most_places = 1024;

/// Counts of nothing yet.
[[nodiscard]] Counts empty_counts(const TallyShape& shape);

/// Counts one replicate: its decision and the shares of each entry of `weights` (whose stages are
/// `weight_stages`).
void count(Counts& counts, const Decision& decision, const std::vector<std::vector<double>>& shares,
           const std::vector<std::size_t>& weight_stages, const std::vector<double>& at_least,
           const std::vector<Axis>& axes);

void add(Counts& to, const Counts& from);

} // namespace libeval
