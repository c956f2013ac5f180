// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/program.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace libeval {

// What the readers of the domain (read_*.cpp) share: values under a key of a valid tree, and
// nothing where the key is not there.

[[nodiscard]] std::string text_of(const Tree* tree);
[[nodiscard]] std::string text_at(const Tree& tree, std::string_view key);
[[nodiscard]] std::optional<double> number_at(const Tree& tree, std::string_view key);
[[nodiscard]] std::optional<std::size_t> count_at(const Tree& tree, std::string_view key);
[[nodiscard]] bool flag_at(const Tree& tree, std::string_view key);
/// The place of a key's value; of the tree where the key is not there.
[[nodiscard]] Where where_at(const Tree& tree, std::string_view key);
[[nodiscard]] Direction direction_from(std::string_view word);

/// What a measure without a name is called: `sum of games.against (side away)`.
[[nodiscard]] std::string words_for(const Measure& measure);

/// One table under `evidence`.
[[nodiscard]] TableSpec read_table_spec(const Entry& entry, Diagnostics& diagnostics);

} // namespace libeval
