// SPDX-License-Identifier: Apache-2.0
#include "kernel/decimal.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace libeval::kernel {
namespace {

constexpr int most_power = 22;
constexpr std::array<double, most_power + 1> powers{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// The decimal digits * 10^exponent, digits below 10^17.
struct Decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
};

Decimal shortest(double positive) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), positive,
                                 std::chars_format::scientific);
  Decimal decimal;
  const char* at = text.data();
  int after_point = 0;
  for (bool point = false; *at != 'e'; ++at) {
    if (*at == '.') {
      point = true;
      continue;
    }
    decimal.digits = decimal.digits * 10 + static_cast<std::uint64_t>(*at - '0');
    after_point += point ? 1 : 0;
  }
  at += at[1] == '+' ? 2 : 1;
  (void)std::from_chars(at, end.ptr, decimal.exponent);
  decimal.exponent -= after_point;
  return decimal;
}

// A natural number as words of 32 bits, the least first.
using Natural = std::vector<std::uint32_t>;

void multiply(Natural& x, std::uint32_t factor) {
  std::uint64_t carry = 0;
  for (std::uint32_t& word : x) {
    carry += std::uint64_t{word} * factor;
    word = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
  if (carry != 0) {
    x.push_back(static_cast<std::uint32_t>(carry));
  }
}

// value * 5^fives * 2^twos
Natural natural(std::uint64_t value, int fives, int twos) {
  Natural x{static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(value >> 32)};
  for (; fives >= 13; fives -= 13) {
    multiply(x, 1220703125); // 5^13
  }
  for (; fives > 0; --fives) {
    multiply(x, 5);
  }
  multiply(x, std::uint32_t{1} << (twos % 32));
  x.insert(x.begin(), static_cast<std::size_t>(twos / 32), 0);
  return x;
}

// Turns a into |a - b| and says whether a < b.
bool subtract(Natural& a, Natural b) {
  a.resize(std::max(a.size(), b.size()));
  b.resize(a.size());
  const bool less = std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend());
  if (less) {
    std::swap(a, b);
  }
  std::int64_t borrow = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    borrow += std::int64_t{a[i]} - std::int64_t{b[i]};
    a[i] = static_cast<std::uint32_t>(borrow);
    borrow >>= 32;
  }
  return less;
}

// The leading 96 bits as a fraction, and the power of two it is to be scaled by.
std::pair<double, int> leading(const Natural& x) {
  std::size_t top = x.size();
  while (top > 0 && x[top - 1] == 0) {
    --top;
  }
  double fraction = 0;
  for (std::size_t i = top; i-- > (top > 3 ? top - 3 : 0);) {
    fraction = fraction * 0x1p32 + x[i];
  }
  return {fraction, top > 3 ? static_cast<int>(32 * (top - 3)) : 0};
}

// For the exponents where a double cannot hold the power of ten: whole numbers throughout.
double far_rest(const Decimal& decimal, double positive) {
  int binary = 0;
  const double fraction = std::frexp(positive, &binary);
  const auto bits = static_cast<std::uint64_t>(std::ldexp(fraction, 53));
  binary -= 53;
  const int fives = std::max(-decimal.exponent, 0);
  const int twos = std::max({0, -decimal.exponent, -binary});
  Natural rest = natural(decimal.digits, std::max(decimal.exponent, 0), decimal.exponent + twos);
  const bool less = subtract(rest, natural(bits, fives, binary + twos));
  const auto [above, above_scale] = leading(rest);
  const auto [below, below_scale] = leading(natural(1, fives, 0));
  const double size = std::ldexp(above / below, above_scale - below_scale - twos);
  return less ? -size : size;
}

double positive_rest(double x) {
  // A decimal of at most 15 digits is the only such one that reads back as x, so the first found
  // is the shortest. x is m / power rounded once, hence m - x * power is a double.
  for (int k = 0; k <= most_power; ++k) {
    const double power = powers[static_cast<std::size_t>(k)];
    const double times = x * power;
    if (times >= 1e15) {
      break;
    }
    const double m = (times + 0x1.8p52) - 0x1.8p52;
    if (std::abs(m - times) > times * 0x1p-51) {
      continue; // a product is off by less: no need to divide
    }
    if (m / power == x && m != 0) {
      return k == 0 ? 0 : std::fma(-x, power, m) / power;
    }
  }
  const Decimal decimal = shortest(x);
  const int k = decimal.exponent;
  const auto high = static_cast<double>(decimal.digits);
  const auto low = static_cast<double>(
      static_cast<std::int64_t>(decimal.digits - static_cast<std::uint64_t>(high)));
  if (k < 0 && k >= -most_power) {
    const double power = power_of_ten(-k);
    const double product = x * power;
    return ((high - product) + (low - std::fma(x, power, -product))) / power;
  }
  if (k >= 0 && k <= most_power) {
    const double power = power_of_ten(k);
    const double product = high * power;
    return (product - x) + (low * power + std::fma(high, power, -product));
  }
  return far_rest(decimal, x);
}

} // namespace

double decimal_rest(double value) {
  if (value == 0 || !std::isfinite(value)) {
    return 0;
  }
  return value < 0 ? -positive_rest(-value) : positive_rest(value);
}

bool has_many_digits(double positive) {
  const double millionths = positive * 1e6;
  return millionths != std::floor(millionths) && shortest(positive).digits >= 1'000'000'000'000;
}

double power_of_ten(int exponent) {
  const double power = powers[static_cast<std::size_t>(exponent < 0 ? -exponent : exponent)];
  return exponent < 0 ? 1 / power : power;
}

} // namespace libeval::kernel
