// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/simulate/sampler.hpp"

#include <libeval/kernel/smaa.hpp>

#include <optional>
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

} // namespace libeval
