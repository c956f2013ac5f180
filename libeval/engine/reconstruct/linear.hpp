// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace libeval {

__extension__ using Wide = __int128;

/// A fraction in lowest terms with a positive denominator. Arithmetic is exact; what does not fit
/// 64 bits throws std::overflow_error.
struct Fraction {
  std::int64_t above = 0, below = 1;

  Fraction() = default;
  Fraction(std::int64_t whole) : above(whole) {} // NOLINT(google-explicit-constructor)
  Fraction(Wide numerator, Wide denominator);
};

/// The decimal that a double stands for, exactly.
[[nodiscard]] Fraction fraction_of(double value);
[[nodiscard]] double to_double(const Fraction& x);

[[nodiscard]] Fraction operator+(const Fraction& a, const Fraction& b);
[[nodiscard]] Fraction operator-(const Fraction& a, const Fraction& b);
[[nodiscard]] Fraction operator*(const Fraction& a, const Fraction& b);
[[nodiscard]] Fraction operator/(const Fraction& a, const Fraction& b); ///< b is not 0
[[nodiscard]] bool operator<(const Fraction& a, const Fraction& b);
[[nodiscard]] inline bool operator==(const Fraction& a, const Fraction& b) {
  return a.above == b.above && a.below == b.below;
}
[[nodiscard]] std::int64_t floor(const Fraction& x);
[[nodiscard]] std::int64_t ceil(const Fraction& x);
/// The largest fraction of which both are multiples.
[[nodiscard]] Fraction common_step(const Fraction& a, const Fraction& b);

/// A sum of variables times fractions, plus a constant; terms by ascending variable, none zero.
struct Linear {
  std::vector<std::pair<std::uint32_t, Fraction>> terms;
  Fraction constant;

  Linear() = default;
  explicit Linear(Fraction c) : constant(c) {}
  static Linear variable(std::uint32_t v, Fraction factor);
};
[[nodiscard]] Linear operator+(const Linear& a, const Linear& b);
[[nodiscard]] Linear operator-(const Linear& a, const Linear& b);
[[nodiscard]] Linear operator*(const Linear& a, const Fraction& by);

/// A whole number of unknown size between two bounds, if there are any.
struct LinearUnknown {
  std::optional<std::int64_t> low, high;
};

/// low <= sum of factor * variable <= high, in whole numbers. `tag` says what it comes from.
struct Row {
  std::vector<std::pair<std::uint32_t, std::int64_t>> terms;
  std::optional<std::int64_t> low, high;
  std::uint32_t tag = rule;

  static constexpr std::uint32_t rule = 0xFFFFFFFFU; ///< a rule of the program: always holds
};

/// Whole numbers that satisfy rows: what is known, as an integer program.
struct IntegerSystem {
  std::vector<LinearUnknown> unknowns;
  std::vector<Row> rows;

  std::uint32_t add(LinearUnknown unknown) {
    unknowns.push_back(unknown);
    return static_cast<std::uint32_t>(unknowns.size() - 1);
  }
};

/// A bound on a linear expression; `strict` excludes the bound itself.
struct LinearBound {
  Fraction at;
  bool strict = false;
};

/// The rows that say low <= expression <= high on whole numbers, with the bounds drawn in as far as
/// the common divisor allows. An expression without variables gives a row without terms, which
/// holds or does not.
[[nodiscard]] Row row_of(const Linear& expression, std::optional<LinearBound> low,
                         std::optional<LinearBound> high, std::uint32_t tag);

/// The smallest and largest value of an expression within the bounds of the variables alone.
[[nodiscard]] std::optional<Fraction> lowest(const Linear& x,
                                             const std::vector<LinearUnknown>& unknowns);
[[nodiscard]] std::optional<Fraction> highest(const Linear& x,
                                              const std::vector<LinearUnknown>& unknowns);

/// The value of an expression at a point.
[[nodiscard]] Fraction value_at(const Linear& x, const std::vector<std::int64_t>& point);

/// Whether a point satisfies a row; exact.
[[nodiscard]] bool holds(const Row& row, const std::vector<std::int64_t>& point);

} // namespace libeval
