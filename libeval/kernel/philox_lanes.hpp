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
  Words c2 = Words{} + std::uint64_t{source}, c3 = Words{} + block;
  const Words m0 = Words{} + std::uint64_t{0xD2511F53}, m1 = Words{} + std::uint64_t{0xCD9E8D57};
  for (std::size_t round = 0; round < 10; ++round) { // upper halves of words are not read
    const Words p = multiply(m0, c0), q = multiply(m1, c2);
    c0 = (q >> 32) ^ c1 ^ task.keys[2 * round];
    c1 = q;
    c2 = (p >> 32) ^ c3 ^ task.keys[2 * round + 1];
    c3 = p;
  }
  const Words low = Words{} + std::uint64_t{0xFFFFFFFF};
  return {{c0 & low, c1 & low, c2 & low, c3 & low}};
}

} // namespace
} // namespace libeval::kernel
