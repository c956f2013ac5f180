// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/elementary.hpp"

/// Beta numbers as x / (x + y) of two gamma numbers (Marsaglia and Tsang 2000) that are accepted
/// together, so that an attempt takes one block: both numbers of a normal pair and one test. A
/// number or a vector of them, as in elementary.hpp; docs/explanation/randomness.md says it in
/// words.
namespace libeval::kernel {

/// Of each of the two shapes: (1 + c z)^3 d is proposed for a shape of at least 1; one below gets
/// the number of a shape larger by one times a power of a uniform number.
struct BetaNumbers {
  double d[2], c[2];
  double squeeze[2]; ///< times z^4: no less than the chance that a proposal is not accepted
  double power[2];   ///< 1 / shape; 0: none
};
/// Preconditions: a, b > 0.
[[nodiscard]] BetaNumbers beta_numbers(double a, double b);

/// What is proposed, divided by d: nothing unless it is above 0.
template <class Real>
inline Real proposed(Real z, double c) {
  const Real t = z * c + 1.0;
  return t * t * t;
}

/// A uniform number below this is accepted, and both proposals are above 0 then.
template <class Real>
inline Real accepted_below(const BetaNumbers& of, Real z, Real other) {
  const Real q = z * z, r = other * other;
  return 1.0 - (q * q * of.squeeze[0] + r * r * of.squeeze[1]);
}

/// The logarithm of the chance that a proposal v > 0 made of z is accepted.
template <class Real>
inline Real log_acceptance(Real z, Real v, double d) {
  return z * z * 0.5 + d - v * d + logarithm(v) * d;
}

} // namespace libeval::kernel
