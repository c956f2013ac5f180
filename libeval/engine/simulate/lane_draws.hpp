// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/simulate/kernel_model.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace libeval {

/// A cell of one source that stands in a row of a program.
struct PlacedCell {
  const CellSource::Cell* cell = nullptr;
  std::size_t position = 0; ///< in the source
  std::uint32_t row = kernel::ScoreProgram::no_row;
};

/// Adds the steps that draw weights, with the bits of WeightSource::draw; entries for which there
/// is none are noted in the model.
void add_weights(kernel::ScoreProgram& program, const Sampler& sampler, KernelModel& model);

/// Adds the steps that draw cells of a source into their rows, from the words of CellSource::draw.
void add_draws(kernel::ScoreProgram& program, const Sampler& sampler, std::size_t source,
               const std::vector<PlacedCell>& cells);

} // namespace libeval
