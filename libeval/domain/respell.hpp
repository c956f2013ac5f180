// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/shape.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace libeval {

/// What an unknown key of a map is called in its shape: a near miss, or a word that people try for
/// one of its keys. Nothing where that key stands too.
[[nodiscard]] std::optional<std::string> meant_key(std::string_view word, const Tree& map,
                                                   const Shape& shape);

/// The map with its unknown keys called as they are meant, so that one misspelt key is one problem
/// and what stands under it is read.
[[nodiscard]] Tree with_meant_keys(Tree map, const Shape& shape);

/// The same for a whole tree of that type.
[[nodiscard]] Tree respelt(Tree tree, const Type& type, const Shapes& shapes);

} // namespace libeval
