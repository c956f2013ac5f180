// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace libeval::test {

/// In the norm `L1`, `L2` or `Linf`.
inline double distance(const std::vector<double>& a, const std::vector<double>& b,
                       const std::string& norm) {
  double sum = 0, squares = 0, largest = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const double x = std::abs(a[k] - b[k]);
    sum += x;
    squares += x * x;
    largest = std::max(largest, x);
  }
  return norm == "L1" ? sum : norm == "L2" ? std::sqrt(squares) : largest;
}

} // namespace libeval::test
