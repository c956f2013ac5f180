// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/base/tree.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace libeval {

/// How large a program text may be before it is refused.
struct ParseLimits {
  std::size_t bytes = std::size_t{16} << 20U;
  std::size_t depth = 64;                    ///< lists and maps inside each other
  std::size_t ahead = std::size_t{1} << 20U; ///< a line of JSON or `[...]`, and a single text
  std::size_t values = 1'000'000;            ///< scalars, lists and maps together
};

/// Reads YAML 1.2 (core schema) or JSON, which is one language to this reader. Every key and value
/// has its place; what is wrong goes to `diagnostics` and the tree is then not to be used.
///
/// Narrower than YAML, so that nothing is guessed: one document; no anchors, aliases, merge keys or
/// tags; every key is a scalar, kept with its spelling, and stands once in its map; numbers are
/// finite decimals (`012`, `0x1F`, `1_000` and `3,5` must be quoted or rewritten); `yes`, `no`,
/// `on`, `off` and dates are texts. An empty text is null. O(bytes); recursion ends at
/// `limits.depth`.
[[nodiscard]] Tree parse(std::shared_ptr<const SourceText> source, Diagnostics& diagnostics,
                         const ParseLimits& limits = {});

/// The same for a file of another program, which may be one line; nothing if it is refused.
[[nodiscard]] std::optional<Tree> parse_machine_written(std::shared_ptr<const SourceText> source,
                                                        Diagnostics& diagnostics);

/// The same for a text at hand; `name` is what diagnostics call it.
[[nodiscard]] Tree parse_text(std::string text, std::string name, Diagnostics& diagnostics);

} // namespace libeval
