// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

/// Elementary functions made of IEEE operations alone, so that they have the same bits under every
/// compiler and instruction set (no fused contraction). Each works on a number or on a vector of
/// them; `Real` and `Bits` are double and std::uint64_t, or vectors of those with operators.
/// docs/explanation/randomness.md says them in words. Where the last digits do not matter another
/// `Sum` of products is faster.
namespace libeval::kernel {

/// a * b + c, each rounded on its own.
struct TwoRoundings {
  template <class Real, class B, class C>
  Real operator()(Real a, B b, C c) const {
    return a * b + c;
  }
};

inline std::uint64_t bits_of(double x) {
  return std::bit_cast<std::uint64_t>(x);
}
inline double real_of(std::uint64_t x) {
  return std::bit_cast<double>(x);
}
inline double square_root(double x) {
  return std::sqrt(x);
}

/// A whole number below 2^52 as a double.
template <class Bits>
inline auto whole(Bits x) {
  return real_of(x | std::uint64_t{0x4330000000000000}) - 0x1p52;
}

/// The natural logarithm of a positive normal number, to about 2e-16 of its size or absolute:
/// x = 2^k * (1 + s) / (1 - s), log x = k * log 2 + 2 (s + s^3 / 3 + ... + s^19 / 19).
template <class Sum = TwoRoundings, class Real>
inline Real logarithm(Real x) {
  const Sum sum;
  const auto bits = bits_of(x);
  const auto biased = (bits + (std::uint64_t{0x4000000000000000} - 0x3FE6A09E667F3BCD)) >> 52;
  const Real k = whole(biased) - 1024.0;
  const Real m = real_of(bits - (biased << 52) + (std::uint64_t{1024} << 52));
  const Real s = (m - 1.0) / (m + 1.0);
  const Real z = s * s;
  Real p = sum(z, 1.0 / 19, 1.0 / 17);
  p = sum(p, z, 1.0 / 15);
  p = sum(p, z, 1.0 / 13);
  p = sum(p, z, 1.0 / 11);
  p = sum(p, z, 1.0 / 9);
  p = sum(p, z, 1.0 / 7);
  p = sum(p, z, 1.0 / 5);
  p = sum(p, z, 1.0 / 3);
  p = p * z;
  const Real twice = s + s;
  return sum(k, 0.69314718055994530942, sum(twice, p, twice));
}

/// e^x for -708 <= x <= 709, to about 1e-15 of its size: x = k * log 2 + r, k being the nearest
/// whole number, and the series of e^r up to r^13.
template <class Sum = TwoRoundings, class Real>
inline Real exponential_inside(Real x) {
  const Sum sum;
  const double magic = 0x1.8p52; // adding it rounds to a whole number
  const Real shifted = sum(x, 1.44269504088896340736, magic);
  const Real k = shifted - magic;
  // log 2 in two parts, so that k times the first is exact
  const Real r = sum(k, -0x1.473de6af278edp-34, sum(k, -0x1.62e42fefp-1, x));
  Real p = sum(r, 1.0 / 6227020800, 1.0 / 479001600);
  p = sum(p, r, 1.0 / 39916800);
  p = sum(p, r, 1.0 / 3628800);
  p = sum(p, r, 1.0 / 362880);
  p = sum(p, r, 1.0 / 40320);
  p = sum(p, r, 1.0 / 5040);
  p = sum(p, r, 1.0 / 720);
  p = sum(p, r, 1.0 / 120);
  p = sum(p, r, 1.0 / 24);
  p = sum(p, r, 1.0 / 6);
  p = sum(p, r, 1.0 / 2);
  p = sum(p, r, 1.0);
  p = sum(p, r, 1.0);
  return p * real_of((bits_of(shifted) + std::uint64_t{1023}) << 52);
}

/// Sine and cosine of x, |x| <= pi / 4, by their series up to x^15 and x^16.
template <class Sum = TwoRoundings, class Real>
inline void sine_and_cosine(Real x, Real& sine, Real& cosine) {
  const Sum sum;
  const Real z = x * x;
  Real s = sum(z, -1.0 / 1307674368000, 1.0 / 6227020800);
  s = sum(s, z, -1.0 / 39916800);
  s = sum(s, z, 1.0 / 362880);
  s = sum(s, z, -1.0 / 5040);
  s = sum(s, z, 1.0 / 120);
  s = sum(s, z, -1.0 / 6);
  sine = sum(x, s * z, x);
  Real c = sum(z, 1.0 / 20922789888000, -1.0 / 87178291200);
  c = sum(c, z, 1.0 / 479001600);
  c = sum(c, z, -1.0 / 3628800);
  c = sum(c, z, 1.0 / 40320);
  c = sum(c, z, -1.0 / 720);
  c = sum(c, z, 1.0 / 24);
  c = sum(c, z, -1.0 / 2);
  cosine = sum(c, z, 1.0);
}

/// A 32-bit word as a number inside (0, 1): (word + 1/2) / 2^32.
template <class Bits>
inline auto unit32(Bits word) {
  return (real_of(word | std::uint64_t{0x4330000000000000}) - (0x1p52 - 0.5)) * 0x1p-32;
}

/// Two independent standard normal numbers from a number in (0, 1) and a 32-bit word, after Box and
/// Muller (1958): the upper two bits of the word choose a quarter turn, the others the angle in it.
template <class Sum = TwoRoundings, class Real, class Bits>
inline void box_muller(Real u, Bits word, Real& first, Real& second) {
  const Real radius = square_root(logarithm<Sum>(u) * -2.0);
  const Real x = (whole(word & std::uint64_t{0x3FFFFFFF}) + (0.5 - 0x1p29)) *
                 (1.57079632679489661923 * 0x1p-30);
  Real sine, cosine;
  sine_and_cosine<Sum>(x, sine, cosine);
  // A quarter turn swaps and turns signs: bit 30 says swap, bit 31 minus.
  const Bits swap = Bits{} - ((word >> 30) & std::uint64_t{1});
  const Bits along = (bits_of(cosine) & ~swap) | (bits_of(sine) & swap);
  const Bits across = (bits_of(sine) & ~swap) | (bits_of(cosine) & swap);
  const Bits minus = (word >> 31) << 63;
  const Bits minus_along = minus ^ ((word << 33) & std::uint64_t{0x8000000000000000});
  first = radius * real_of(along ^ minus_along);
  second = radius * real_of(across ^ minus);
}

} // namespace libeval::kernel
