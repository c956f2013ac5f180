// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace libeval {

/// Whether the text is a day of the Gregorian calendar, written YYYY-MM-DD.
[[nodiscard]] bool is_date(std::string_view text);

/// Days since 1970-01-01 of `YYYY-MM-DD`, `YYYY-MM-DD HH:MM` or `YYYY-MM-DD HH:MM:SS` (also with
/// `T` between, with decimals of the second, and with a `Z` at the end); nothing for any other
/// text.
[[nodiscard]] std::optional<double> parse_days(std::string_view text);

} // namespace libeval
