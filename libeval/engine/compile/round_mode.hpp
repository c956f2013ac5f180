// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/kernel/each.hpp>

#include <string>

namespace libeval {

/// The mode that a word of `round` names. Precondition: it was checked.
[[nodiscard]] kernel::RoundMode round_mode(const std::string& word);

} // namespace libeval
