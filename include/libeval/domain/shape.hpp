// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/base/tree.hpp>

#include <map>
#include <string>
#include <vector>

namespace libeval {

/// What a value in a program may look like. The reader, the JSON Schema and the reference all come
/// from these descriptions, so they cannot disagree.
struct Type {
  enum class Kind {
    flag,
    number,
    integer,
    text,
    date,       ///< YYYY-MM-DD
    share,      ///< a text such as `60%` or `2/3`
    scalar,     ///< number, text or flag, taken as text
    choice,     ///< one of `choices`
    list,       ///< of `inner[0]`, at least `at_least` items
    tuple,      ///< exactly the types in `inner`
    dictionary, ///< any keys, values of `inner[0]`
    object,     ///< the shape named `shape`
    either      ///< the first type in `inner` whose form (scalar, list, map) fits
  };
  Kind kind = Kind::text;
  std::vector<std::string> choices;
  std::vector<Type> inner;
  std::string shape;
  double low = -1e308, high = 1e308; ///< number, integer
  bool above_low = false;            ///< `low` itself is excluded
  std::size_t at_least = 0;
};

/// One key of a map.
struct Key {
  std::string name;
  Type type;
  bool required = false;
  std::string help; ///< one line for the reference
};

/// Keys that mean something only where one of others stands too.
struct Beside {
  std::vector<std::string> keys, one_of;
};

/// A map with known keys.
struct Shape {
  std::string title;
  std::vector<Key> keys = {};
  bool exactly_one = false; ///< exactly one of the keys stands (a step)
  bool open = false;        ///< further keys are free scalars (attributes)
  std::vector<std::vector<std::string>> exclusive = {}; ///< of each group at most one stands
  std::vector<std::vector<std::string>> one_of = {};    ///< of each group exactly one stands
  std::vector<Beside> beside = {};
  std::map<std::string, std::string> meant = {};      ///< words that people try, and what to write
  std::vector<std::vector<std::string>> some_of = {}; ///< of each group at least one stands

  [[nodiscard]] const Key* find(std::string_view name) const;
};

using Shapes = std::map<std::string, Shape, std::less<>>;

namespace type {
[[nodiscard]] Type flag();
[[nodiscard]] Type number();
[[nodiscard]] Type number(double low, double high);
[[nodiscard]] Type above(double low);
[[nodiscard]] Type integer(double low = 0, double high = 1e9);
[[nodiscard]] Type text();
[[nodiscard]] Type date();
[[nodiscard]] Type share();
[[nodiscard]] Type scalar();
[[nodiscard]] Type choice(std::vector<std::string> choices);
[[nodiscard]] Type list(Type of, std::size_t at_least = 0);
[[nodiscard]] Type tuple(std::vector<Type> of);
[[nodiscard]] Type dictionary(Type of);
[[nodiscard]] Type object(std::string shape);
[[nodiscard]] Type either(std::vector<Type> of);
} // namespace type

/// Checks a tree against a type; every problem becomes a diagnostic with place and help.
/// Returns whether it fits.
bool validate(const Tree& tree, const Type& type, const Shapes& shapes, Diagnostics& diagnostics);

/// The alternative of an `either` that the tree's form fits best, or the type itself; nullptr where
/// no form fits.
[[nodiscard]] const Type* resolve(const Tree& tree, const Type& type, const Shapes& shapes);

/// The shape of a type whose first key may be written alone as far as the language goes, where that
/// would leave out another key that it needs; nullptr for all other types.
[[nodiscard]] const Shape* never_alone(const Type& type, const Shapes& shapes);

/// A type in words, as messages and the reference say it: "a number", "`a` or `b`".
[[nodiscard]] std::string in_words(const Type& type, const Shapes& shapes);

} // namespace libeval
