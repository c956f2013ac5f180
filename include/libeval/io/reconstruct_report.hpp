// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/engine/reconstruct.hpp>
#include <libeval/io/report.hpp>

#include <string>

namespace libeval {

/// Ranges, places and outcomes of every candidate with what they rest on, or the contradiction.
[[nodiscard]] std::string report(const Bundle& bundle, const Reconstruction& reconstruction,
                                 const ReportOptions& options = {});

/// The same as JSON.
[[nodiscard]] std::string to_json(const Reconstruction& reconstruction, const Program& program);

} // namespace libeval
