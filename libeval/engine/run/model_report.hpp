// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/compile/context.hpp"
#include "engine/run/run.hpp"

namespace libeval {

/// What the models of a plan estimated, with names.
[[nodiscard]] std::vector<ModelReport> model_reports(const Context& context, const Plan& plan,
                                                     const Run& run);

} // namespace libeval
