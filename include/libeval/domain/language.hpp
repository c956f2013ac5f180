// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/shape.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace libeval {

/// How a scoring step treats dimensions: it works on each value, within groups, over a dimension
/// that disappears (`aside` sets cells aside before a step that reduces), over parts, or it is a
/// model on votes.
enum class StepFamily { each, within, over, aside, model, votes };

/// One word of the scoring algebra. Its arguments are the shape `step.NAME`; the first of them may
/// be written alone.
struct StepWord {
  std::string name;
  StepFamily family;
  std::string summary;
};

/// Every scoring step, in the order of the reference. A new step gets its line in
/// language_steps.cpp and its lowering in engine/lower_*.cpp with a line in lower.cpp.
[[nodiscard]] const std::vector<StepWord>& step_words();
[[nodiscard]] const StepWord* find_step(std::string_view name);

/// The whole grammar: `program` is the top of programs, `policy` of policy files.
[[nodiscard]] const Shapes& language();

} // namespace libeval
