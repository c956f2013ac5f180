// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace libeval::kernel {

/// Items that stand above all others of a ballot, in an order that nobody told: the probability of
/// that under Plackett and Luce, all orders added up, is the integral over t > 0 of
/// rest exp(-rest t) * product of (1 - exp(-worth t)), where `rest` is the worth of the others
/// together (each item comes at a time of its own, exponential with its worth as rate). Taken by
/// the trapezoidal rule on the logarithm of t, which is exact to some 13 digits for any number of
/// items and all worths. The logarithm of it is concave in the logarithms of the worths.
struct TiedChoice {
  double log_probability = 0;
  double mean_time = 0;            ///< of the nodes, in their shares of the integral
  std::vector<double> share, time; ///< of the nodes
  std::vector<double> slope;       ///< by item and node: d log integrand / d log worth
  std::vector<double> mean_slope;  ///< by item
  std::vector<double> mean_bend;   ///< by item: the mean of the second derivative, negated
};

/// O(items), some 50 to 150 nodes each. Preconditions: all worths and `rest` are above 0.
void look(TiedChoice& out, std::span<const double> worth, double rest);

} // namespace libeval::kernel
