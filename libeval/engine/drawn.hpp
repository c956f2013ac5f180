// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/program.hpp>

#include <map>
#include <string>

namespace libeval {

/// How often each member of a dimension counts; who is not in it counts once.
using Draw = std::map<std::string, std::size_t, std::less<>>;

/// The bundle with the members of a dimension as often as drawn, in every table that has it:
/// further copies are members of their own, 0 leaves one out. O(rows of these tables).
[[nodiscard]] Bundle drawn(const Bundle& bundle, const std::string& dimension, const Draw& draw);

} // namespace libeval
