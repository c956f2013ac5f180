// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/lanes.hpp" // before elementary.hpp, which uses its operators

#include "kernel/elementary.hpp"
#include "kernel/smaa_task.hpp"

/// Random words in lanes, for the instruction set of the source that includes this.
namespace libeval::kernel {
namespace {

/// The replicates of the lanes, in two words of a counter.
struct Replicates {
  Words low, high;
};
inline Replicates replicates(const SmaaTask& task, std::uint64_t offset = 0) {
  Replicates out;
  for (unsigned lane = 0; lane < lane_count; ++lane) {
    const unsigned at = lane < task.valid ? lane : task.valid - 1;
    const std::uint64_t replicate = task.first + at * task.stride + offset;
    out.low[lane] = replicate & 0xFFFFFFFF;
    out.high[lane] = replicate >> 32;
  }
  return out;
}

struct Four {
  Words word[4];
};

/// Philox 4x32-10 in every lane: block `block` of stream `source`.
inline Four philox_lanes(const SmaaTask& task, const Replicates& of, std::uint32_t source,
                         std::uint64_t block) {
  Words c0 = of.low, c1 = of.high;
  const Words low = Words{} + std::uint64_t{0xFFFFFFFF};
  Words c2 = Words{} + std::uint64_t{source}, c3 = Words{} + block;
  std::uint32_t k0 = task.key[0], k1 = task.key[1];
  const Words m0 = Words{} + std::uint64_t{0xD2511F53}, m1 = Words{} + std::uint64_t{0xCD9E8D57};
  for (int round = 0; round < 10; ++round) {
    const Words p = multiply(m0, c0), q = multiply(m1, c2);
    c0 = (q >> 32) ^ c1 ^ std::uint64_t{k0};
    c1 = q & low;
    c2 = (p >> 32) ^ c3 ^ std::uint64_t{k1};
    c3 = p & low;
    k0 += 0x9E3779B9U;
    k1 += 0xBB67AE85U;
  }
  return {{c0, c1, c2, c3}};
}

} // namespace
} // namespace libeval::kernel
