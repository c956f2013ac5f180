// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace bench {

/// The pieces that a simulation is made of, each alone, on numbers that stay in the nearest cache;
/// compiled once for each instruction set, of the same sources as `kernel::smaa`.
struct Limits {
  const char* name;
  /// Each does `count` (a multiple of 256) of its kind for every lane and returns how many.
  std::uint64_t (*words)(std::size_t count);        ///< random words of 32 bits
  std::uint64_t (*exponentials)(std::size_t count); ///< from random words on
  std::uint64_t (*normals)(std::size_t count);      ///< likewise
  /// Sorts 64 numbers in every lane `count` times; how many pairs it compared and put in order.
  std::uint64_t (*comparisons)(std::size_t count);
};

extern const Limits limits_baseline;
#if defined(__x86_64__)
extern const Limits limits_avx2;
extern const Limits limits_avx512;
#endif

} // namespace bench
