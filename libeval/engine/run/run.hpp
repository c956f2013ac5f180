// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/compile/plan.hpp"

#include <vector>

namespace libeval {

/// Of each element of an array 0, or from 1 the position in `Run::undefined` of why it has no
/// result. Null: all have one.
using Causes = std::shared_ptr<const std::vector<std::uint32_t>>;

/// The affine image of shared numbers, one for each element of an array. The number of an element
/// without a result means nothing.
struct Column {
  std::shared_ptr<const std::vector<double>> data;
  double scale = 1, shift = 0;
  Causes undefined = {};

  [[nodiscard]] bool has(std::size_t i) const { return !undefined || (*undefined)[i] == 0; }
};

/// What a run gives: the arrays asked for, and what was undefined. An element without a result goes
/// through the operations as a gap does: those within groups leave it out, and what is made of it
/// has no result either.
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
