// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/compile/compile.hpp"
#include "engine/run/run.hpp"
#include "engine/simulate/sampler.hpp"

#include <cstdint>
#include <vector>

namespace libeval {

/// The score of the one stage of a program compiled twice: as it is, and with numbers that say
/// which uncertain cell they are (see linear_reading.hpp). Cells are numbered in the order of the
/// sources of a sampler.
class TaggedPlan {
public:
  TaggedPlan(const Sampler& sampler, const std::vector<std::uint32_t>& entrants);
  TaggedPlan(const TaggedPlan&) = delete;
  TaggedPlan& operator=(const TaggedPlan&) = delete;

  /// Whether it can be read: no cell stands in two entries, numbers are small enough, both plans
  /// are alike and everything has a result.
  [[nodiscard]] bool fits() const { return fits_; }
  [[nodiscard]] const Compiler& certain() const { return certain_; }
  [[nodiscard]] const Compiler& uncertain() const { return uncertain_; }
  /// The spread of each cell.
  [[nodiscard]] const std::vector<double>& spread() const { return spread_; }
  /// Every array of the plan with the numbers of the program.
  [[nodiscard]] const std::vector<Column>& numbers() const { return numbers_.columns; }

private:
  [[nodiscard]] Bundle tagged(const Sampler& sampler);
  [[nodiscard]] Context context(const Bundle& bundle, const Names& names,
                                const std::vector<std::uint32_t>& entrants);

  bool fits_ = true;
  std::vector<double> spread_;
  const Bundle& bundle_;
  const Bundle tagged_;
  const Names names_, tagged_names_;
  const std::map<std::string, const StageDecision*, std::less<>> earlier_;
  Diagnostics diagnostics_;
  const Context nominal_, marked_;
  Compiler certain_, uncertain_;
  Run numbers_;
};

} // namespace libeval
