// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/simulate/sampler.hpp"
#include "engine/simulate/tally.hpp"

#include <libeval/kernel/smaa.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace libeval {

/// A program of one stage in which the score is a weighted sum of parts, the parts are linear in
/// independent normal measurements of one candidate each, and who goes on is a matter of the order
/// by total alone: what `kernel::smaa` counts.
struct Collapsed {
  kernel::SmaaModel model; ///< candidates in the order of the entrants; without samples of weights
  std::vector<std::uint32_t> entrants;
  std::optional<std::size_t> places; ///< none: everybody advances
  TieRuling ties = TieRuling::hold;
};

/// Reads the plan of the stage; nothing where any of that is not so.
[[nodiscard]] std::optional<Collapsed> collapse(const Sampler& sampler);

/// In words: which numbers are drawn.
[[nodiscard]] std::string method_of(const kernel::SmaaModel& model);

/// The column of the model that holds a part: in an order the most important comes first.
[[nodiscard]] std::size_t column_of_part(const WeightSource& weights, std::size_t part);

/// Adds the weights with which somebody was first.
void add_first_weights(const Collapsed& collapsed, const Sampler& sampler,
                       const kernel::SmaaCounts& from, Counts& to);

/// What the kernel counted, as counts of the one stage.
[[nodiscard]] Counts counts_of(const Collapsed& collapsed, const Sampler& sampler,
                               const TallyShape& shape, const kernel::SmaaCounts& from);

} // namespace libeval
