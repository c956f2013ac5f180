// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/lanes.hpp"

#include <cstddef>

/// A sorting network, for the instruction set of the source that includes this.
namespace libeval::kernel {
namespace {

/// Sorts n numbers in every lane, largest first, after Batcher (Knuth 5.2.2, Algorithm M).
inline void sort_lanes(double* x, std::size_t n) {
  std::size_t top = 1;
  while (top * 2 < n)
    top *= 2;
  for (std::size_t p = top; p > 0; p /= 2) {
    std::size_t q = top, r = 0, d = p;
    for (;;) {
      for (std::size_t i = 0; i + d < n; ++i) {
        if ((i & p) != r)
          continue;
        double* const a = x + i * lane_count;
        double* const b = x + (i + d) * lane_count;
        const Reals u = load(a), v = load(b);
        store(a, greater(u, v));
        store(b, lesser(u, v));
      }
      if (q == p)
        break;
      d = q - p;
      q /= 2;
      r = p;
    }
  }
}

} // namespace
} // namespace libeval::kernel
