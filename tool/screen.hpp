// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/io/report.hpp>

#include <string_view>

/// What the command writes, and how it ends.
namespace libeval::tool {

/// Exit codes.
enum Exit : int {
  decided = 0,
  failed = 1,  ///< an internal failure
  refused = 2, ///< something is wrong with the input
  held = 3     ///< decided, and somebody is held
};

/// Writes to standard output. A reader that has gone away is no failure (`libeval ... | head`).
/// Throws std::runtime_error if the device refuses.
void print(std::string_view text);

/// Writes to standard error.
void complain(std::string_view text);

/// Colors on a terminal, unless NO_COLOR is set.
[[nodiscard]] bool wants_color(int descriptor);

/// How reports look on standard output: colors, and the width of a terminal.
[[nodiscard]] ReportOptions on_screen(bool all = false);

} // namespace libeval::tool
