// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace libeval {

/// Seconds written `[[h:]m:]s[.ff]`, as the decimal that they are: `1:02.5` is 62.5. Minutes and
/// seconds behind a `:` have two digits below 60.
[[nodiscard]] std::optional<double> parse_duration(std::string_view text, char point = '.');

/// Seconds, written as a plain decimal, as `m:ss.ff` or `h:mm:ss.ff`; less than a minute and what
/// is no plain decimal stays as it is.
[[nodiscard]] std::string as_duration(const std::string& seconds);

} // namespace libeval
