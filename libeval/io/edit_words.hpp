// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace libeval {

/// A user's text in backticks, shortened.
[[nodiscard]] std::string ticked(std::string_view text);

/// A place in what was written on the command line, which diagnostics can quote.
[[nodiscard]] Where place_in(const std::string& option, std::string_view text, std::size_t from,
                             std::size_t length);

/// What was probably meant, or what is known.
[[nodiscard]] std::string did_you(std::string_view word, const std::vector<std::string>& known);

} // namespace libeval
