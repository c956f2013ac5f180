// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/shape.hpp>

#include <optional>
#include <string_view>

namespace libeval {

/// The double nearest to a fraction, `2/3`, `-1/3`, `0.5/3`, with a whole number above zero below;
/// or the days since 1970-01-01 of a date, `2026-01-15` or `2026-01-15 18:30`; or the seconds of a
/// duration, `1:52.34` or `2:08:10`. The whole text must be it.
[[nodiscard]] std::optional<double> parse_written(std::string_view text);

/// What `parse_written` reads, as a regular expression, for schemas.
inline constexpr std::string_view written_pattern =
    R"(^(-?[0-9]+(\.[0-9]+)?/[1-9][0-9]*|[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+Z?)?)"
    R"(|[0-9]{1,9}(:[0-5][0-9]){1,2}(\.[0-9]+)?)$)";

/// The tree with texts such as `2/3`, `2026-01-15` and `1:52.34` read as numbers where the type
/// takes numbers (`2/3` not where it takes shares, which keep whole and part). They keep their
/// spelling. What does not fit stays as it is.
[[nodiscard]] Tree with_written_numbers(Tree tree, const Type& type, const Shapes& shapes);

} // namespace libeval
