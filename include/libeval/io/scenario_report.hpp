// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/program.hpp>
#include <libeval/engine/scenarios.hpp>
#include <libeval/io/report.hpp>

#include <string>

namespace libeval {

/// The distinct decisions, the largest share of completions first, with what each turns on.
[[nodiscard]] std::string report(const Program& program, const Scenarios& scenarios,
                                 const ReportOptions& options = {});

/// The same as data, every case.
[[nodiscard]] std::string to_json(const Program& program, const Scenarios& scenarios);

} // namespace libeval
