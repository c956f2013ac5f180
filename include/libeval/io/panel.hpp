// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/engine/panel.hpp>
#include <libeval/io/report.hpp>

#include <string>
#include <vector>

/// Panels as text and JSON.
namespace libeval {

/// One table a panel: its agreement, its jurors, and what would differ without each of them.
[[nodiscard]] std::string report(const Bundle& bundle, const std::vector<PanelCheck>& panels,
                                 const ReportOptions& options = {});

/// One line a panel, for below a decision: `expert: 10 jurors, alpha 0.62 ...`.
[[nodiscard]] std::string brief(const PanelAgreement& panel);

[[nodiscard]] std::string to_json(const std::vector<PanelCheck>& panels, const Program& program);

} // namespace libeval
