// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/compile/context.hpp"
#include "engine/compile/frame.hpp"

namespace libeval {

/// Whether a member passes a test: bounds look at the number or date that it is, patterns at the
/// text.
[[nodiscard]] bool passes(const Test& test, std::string_view text);

/// Bounds that nothing lies between are an error, and bounds on what `column` of `of` holds where
/// none of its `texts` is a number or a date.
void check_bounds(const Context& context, const Test& test, const std::vector<std::string>& texts,
                  const std::string& of);

/// Says which patterns of a test fit none of `words`: all of them where the words are the members
/// of a key; of free text (`listed` is false) those that are nearly one of the words. A single
/// pattern without `not` is left to the caller where nothing is near it.
void warn_of_misfits(Diagnostics& diagnostics, const Test& test,
                     const std::vector<std::string>& words, const std::string& of, bool listed);

inline void warn_of_misfits(const Context& context, const Test& test,
                            const std::vector<std::string>& words, const std::string& of,
                            bool listed) {
  warn_of_misfits(context.diagnostics, test, words, of, listed);
}

/// A single pattern that fits none of the members `names` is an error; of several (or of `not`)
/// those that fit none are warned of.
void check_members(Diagnostics& diagnostics, const Test& test,
                   const std::vector<std::string>& names, const std::string& of);

/// Says that a test has left nothing of what it looks at.
void warn_of_nothing(const Context& context, const Test& test, const std::string& of);

/// For each member of a dimension (of candidates: each candidate, by its id) whether it passes.
/// A single pattern that fits nobody is an error, one of several (or of `not`) is warned of; `of`
/// says what of.
[[nodiscard]] std::vector<std::uint8_t> members_passing(const Context& context, const Test& test,
                                                        const Dimension& dimension,
                                                        const std::string& of);

/// For each candidate whether its attribute passes; without the attribute none does.
[[nodiscard]] std::vector<std::uint8_t> candidates_passing(const Context& context, const Test& test,
                                                           const std::string& attribute);

/// The dimension that a test such as `candidate.country` or `opponent.country` looks at, and the
/// attribute; null where the column is none such.
struct AttributeOf {
  const Dimension* dimension = nullptr;
  std::string attribute;
};
[[nodiscard]] AttributeOf attribute_of(const std::vector<Dimension>& dimensions,
                                       const std::string& column);

/// Whether a test fixes a dimension to one of its members.
[[nodiscard]] bool fixes(const Test& test, const Dimension& dimension);

} // namespace libeval
