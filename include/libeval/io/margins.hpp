// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/engine/margins.hpp>
#include <libeval/io/report.hpp>

#include <string>
#include <vector>

namespace libeval {

/// How near each line is to another outcome, and what drives it, as text for people.
[[nodiscard]] std::string report(const Program& program, const Decision& decision,
                                 const std::vector<StageMargins>& margins,
                                 const std::vector<SobolIndices>& sobol,
                                 const ReportOptions& options = {});

/// The same as JSON.
[[nodiscard]] std::string to_json(const Program& program, const Decision& decision,
                                  const std::vector<StageMargins>& margins,
                                  const std::vector<SobolIndices>& sobol);

} // namespace libeval
