// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/linear.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/kernel/written.hpp>

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>

namespace libeval {
namespace {

constexpr Wide most = std::numeric_limits<std::int64_t>::max();

Wide magnitude(Wide x) {
  return x < 0 ? -x : x;
}

Wide divisor(Wide a, Wide b) {
  a = magnitude(a);
  b = magnitude(b);
  while (b != 0) {
    const Wide rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

std::int64_t narrow(Wide x) {
  if (magnitude(x) > most)
    throw std::overflow_error("numbers too far apart to be read exactly");
  return static_cast<std::int64_t>(x);
}

Wide floor_of(Wide a, Wide b) { // b > 0
  return a / b - (a % b < 0 ? 1 : 0);
}

} // namespace

Fraction::Fraction(Wide numerator, Wide denominator) {
  if (denominator == 0)
    throw std::overflow_error("a fraction of zero");
  if (denominator < 0) {
    numerator = -numerator;
    denominator = -denominator;
  }
  const Wide common = numerator == 0 ? denominator : divisor(numerator, denominator);
  above = narrow(numerator / common);
  below = narrow(denominator / common);
}

Fraction fraction_of(double value) {
  if (const auto ratio = kernel::written_ratio(value))
    return {static_cast<Wide>(ratio->over), static_cast<Wide>(ratio->under)};
  const std::string text = format_decimal(value);
  Wide digits = 0, scale = 1;
  bool negative = false, behind_point = false;
  int exponent = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '-') {
      negative = true;
    } else if (c == '.') {
      behind_point = true;
    } else if (c == 'e') {
      exponent = std::stoi(text.substr(i + 1));
      break;
    } else {
      digits = digits * 10 + (c - '0');
      scale *= behind_point ? 10 : 1;
    }
    if (digits > most || scale > most)
      throw std::overflow_error("numbers too far apart to be read exactly");
  }
  for (; exponent != 0 && digits != 0; exponent += exponent < 0 ? 1 : -1) {
    Wide& grows = exponent < 0 ? scale : digits;
    grows *= 10;
    if (grows > most)
      throw std::overflow_error("numbers too far apart to be read exactly");
  }
  return {negative ? -digits : digits, scale};
}

double to_double(const Fraction& x) {
  return static_cast<double>(x.above) / static_cast<double>(x.below);
}

Fraction operator+(const Fraction& a, const Fraction& b) {
  return {Wide{a.above} * b.below + Wide{b.above} * a.below, Wide{a.below} * b.below};
}
Fraction operator-(const Fraction& a, const Fraction& b) {
  return {Wide{a.above} * b.below - Wide{b.above} * a.below, Wide{a.below} * b.below};
}
Fraction operator*(const Fraction& a, const Fraction& b) {
  return {Wide{a.above} * b.above, Wide{a.below} * b.below};
}
Fraction operator/(const Fraction& a, const Fraction& b) {
  return {Wide{a.above} * b.below, Wide{a.below} * b.above};
}
bool operator<(const Fraction& a, const Fraction& b) {
  return Wide{a.above} * b.below < Wide{b.above} * a.below;
}

std::int64_t floor(const Fraction& x) {
  return narrow(floor_of(x.above, x.below));
}
std::int64_t ceil(const Fraction& x) {
  return narrow(-floor_of(-Wide{x.above}, x.below));
}

Fraction common_step(const Fraction& a, const Fraction& b) {
  return {divisor(Wide{a.above} * b.below, Wide{b.above} * a.below), Wide{a.below} * b.below};
}

Linear Linear::variable(std::uint32_t v, Fraction factor) {
  Linear out;
  if (factor.above != 0)
    out.terms.emplace_back(v, factor);
  return out;
}

Linear operator+(const Linear& a, const Linear& b) {
  Linear out(a.constant + b.constant);
  auto x = a.terms.begin();
  auto y = b.terms.begin();
  while (x != a.terms.end() || y != b.terms.end()) {
    if (y == b.terms.end() || (x != a.terms.end() && x->first < y->first)) {
      out.terms.push_back(*x++);
    } else if (x == a.terms.end() || y->first < x->first) {
      out.terms.push_back(*y++);
    } else {
      const Fraction sum = x->second + y->second;
      if (sum.above != 0)
        out.terms.emplace_back(x->first, sum);
      ++x;
      ++y;
    }
  }
  return out;
}

Linear operator-(const Linear& a, const Linear& b) {
  return a + b * Fraction(-1);
}

Linear operator*(const Linear& a, const Fraction& by) {
  Linear out(a.constant * by);
  for (const auto& [v, factor] : a.terms)
    if (const Fraction product = factor * by; product.above != 0)
      out.terms.emplace_back(v, product);
  return out;
}

Row row_of(const Linear& expression, std::optional<LinearBound> low,
           std::optional<LinearBound> high, std::uint32_t tag) {
  // The step of the terms divides out; what is left of the bounds is drawn in to whole numbers.
  Row row;
  row.tag = tag;
  Fraction step;
  for (const auto& [v, factor] : expression.terms)
    step = step.above == 0 ? Fraction(magnitude(factor.above), factor.below)
                           : common_step(step, factor);
  if (step.above == 0)
    step = Fraction(1);
  for (const auto& [v, factor] : expression.terms)
    row.terms.emplace_back(v, (factor / step).above);
  if (low) {
    const Fraction at = (low->at - expression.constant) / step;
    row.low = low->strict ? floor(at) + 1 : ceil(at);
  }
  if (high) {
    const Fraction at = (high->at - expression.constant) / step;
    row.high = high->strict ? ceil(at) - 1 : floor(at);
  }
  return row;
}

std::optional<Fraction> lowest(const Linear& x, const std::vector<LinearUnknown>& unknowns) {
  Fraction out = x.constant;
  for (const auto& [v, factor] : x.terms) {
    const auto& bound = factor.above > 0 ? unknowns[v].low : unknowns[v].high;
    if (!bound)
      return std::nullopt;
    out = out + factor * Fraction(*bound);
  }
  return out;
}

std::optional<Fraction> highest(const Linear& x, const std::vector<LinearUnknown>& unknowns) {
  const auto out = lowest(x * Fraction(-1), unknowns);
  return out ? std::optional(*out * Fraction(-1)) : std::nullopt;
}

Fraction value_at(const Linear& x, const std::vector<std::int64_t>& point) {
  Fraction out = x.constant;
  for (const auto& [v, factor] : x.terms)
    out = out + factor * Fraction(point[v]);
  return out;
}

bool holds(const Row& row, const std::vector<std::int64_t>& point) {
  Wide sum = 0;
  for (const auto& [v, factor] : row.terms)
    sum += Wide{factor} * point[v];
  return (!row.low || sum >= *row.low) && (!row.high || sum <= *row.high);
}

} // namespace libeval
