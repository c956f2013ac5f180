// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/compile/plan.hpp"

#include <vector>

namespace libeval {

/// The affine image of shared numbers, one for each element of an array.
struct Column {
  std::shared_ptr<const std::vector<double>> data;
  double scale = 1, shift = 0;
};

/// What a run gives: the arrays asked for, and what was undefined (whose values are 0).
struct Run {
  std::vector<Column> columns;
  std::vector<Undefined> undefined;
  std::vector<Estimated> estimated;
  std::vector<Voted> voted;
  double noise = 0; ///< what the arithmetic leaves open, relative to a value (or to 1, if the
                    ///< evidence has values of that size)
};

/// Runs a plan and returns the arrays `wanted`.
[[nodiscard]] Run run(const Plan& plan, const std::vector<ArrayId>& wanted);

/// Runs a plan again and again: the first time all of it, then what rests on operations that have
/// changed. Results are those of `run`, to the bit. The plan must outlive it.
class Rerun {
public:
  Rerun(const Plan& plan, std::vector<ArrayId> wanted);
  ~Rerun();
  Rerun(const Rerun&) = delete;
  Rerun& operator=(const Rerun&) = delete;

  /// `changed`: by operation; its constants, or the column that it loads, are others than before.
  const Run& run(const std::vector<std::uint8_t>& changed);

private:
  struct Runners;
  std::unique_ptr<Runners> runners_;
};

} // namespace libeval
