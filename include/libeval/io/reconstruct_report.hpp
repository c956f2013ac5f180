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

/// Completions drawn, one after the other, each labelled as one of many.
[[nodiscard]] std::string report(const Bundle& bundle, const Completions& drawn,
                                 const ReportOptions& options = {});
[[nodiscard]] std::string to_json(const Completions& drawn, const Program& program);

} // namespace libeval
