// SPDX-License-Identifier: Apache-2.0
#include "kernel/fisher.hpp"

#include <cmath>

namespace libeval::kernel {
namespace {

/// log of the gamma function for x > 0: Stirling's series, where needed after moving up.
double log_gamma(double x) {
  double below = 1;
  for (; x < 12; ++x)
    below *= x;
  const double y = 1 / (x * x);
  const double series =
      (1.0 / 12 - y * (1.0 / 360 - y * (1.0 / 1260 - y * (1.0 / 1680 - y / 1188)))) / x;
  return (x - 0.5) * std::log(x) - x + 0.91893853320467274178 + series - std::log(below);
}

/// I_x(a, b) for x below (a + 1) / (a + b + 2): the continued fraction of Abramowitz and Stegun
/// 26.5.8, evaluated from the front (Lentz).
double beta_fraction(double x, double y, double a, double b) {
  constexpr double tiny = 1e-300;
  const auto safe = [](double v) { return std::abs(v) < tiny ? tiny : v; };
  double c = 1, d = 1 / safe(1 - (a + b) * x / (a + 1)), value = d;
  for (int i = 1; i < 10000; ++i) {
    const double m = i;
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / safe(1 + even * d);
    c = safe(1 + even / c);
    value *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / safe(1 + odd * d);
    c = safe(1 + odd / c);
    value *= d * c;
    if (std::abs(d * c - 1) < 1e-15)
      break;
  }
  return std::exp(a * std::log(x) + b * std::log(y) + log_gamma(a + b) - log_gamma(a) -
                  log_gamma(b)) *
         value / a;
}

/// I_x(a, b), y being 1 - x.
double beta_share(double x, double y, double a, double b) {
  return x < (a + 1) / (a + b + 2) ? beta_fraction(x, y, a, b) : 1 - beta_fraction(y, x, b, a);
}

} // namespace

double f_quantile(double p, double numerator, double denominator) {
  const double a = numerator / 2, b = denominator / 2;
  // On the logarithm of F, so that its scale does not matter.
  double low = -700, high = 700;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    const double odds = numerator * std::exp(middle) / denominator; // x / (1 - x)
    const double x = odds / (1 + odds), y = 1 / (1 + odds);
    (x <= 0 || (y > 0 && beta_share(x, y, a, b) < p) ? low : high) = middle;
  }
  return std::exp((low + high) / 2);
}

} // namespace libeval::kernel
