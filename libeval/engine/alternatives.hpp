// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/program.hpp>
#include <libeval/engine/why.hpp>

#include <vector>

namespace libeval {

/// A copy of a bundle with one rule changed, and which rule that is.
struct Variant {
  Alternative alternative;
  Bundle bundle; ///< shares the tables
};

/// Every changed copy worth deciding to explain the outcomes of a stage.
[[nodiscard]] std::vector<Variant> variants(const Bundle& bundle, const StageDecision& stage);

/// For each rule that a candidate does not pass, the bundle with own things in the place of those
/// that every failing way leads through: what comes from elsewhere is gone, and nothing is hidden.
[[nodiscard]] std::vector<Variant> replacements(const Bundle& bundle, const WhyPolicy& judged);

} // namespace libeval
