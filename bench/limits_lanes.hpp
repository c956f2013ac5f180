// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/smaa_lanes.hpp"
#include "limits.hpp"

/// `Limits` for the instruction set of the source that includes this.
namespace bench {
namespace {

using namespace libeval::kernel;

constexpr std::size_t most = 256;
alignas(64) double room[most * lane_count];
volatile double sink = 0; // what is not read would not be computed

SmaaTask task_at(std::size_t replicate) {
  SmaaTask out;
  out.criteria = out.drawn = most;
  out.weight_source = 1;
  out.measurement_source = 2;
  out.first = replicate;
  out.valid = lane_count;
  out.weights = out.normals = room;
  return out;
}

std::uint64_t words(std::size_t count) {
  Words sum{};
  for (std::size_t done = 0; done < count; done += most) {
    const SmaaTask task = task_at(done);
    const Replicates of = replicates(task);
    for (std::size_t block = 0; block < most / 4; ++block) {
      const Four four = philox_lanes(task, of, 1, block);
      sum ^= four.word[0] ^ four.word[1] ^ four.word[2] ^ four.word[3];
    }
  }
  sink = static_cast<double>(sum[0]);
  return count * lane_count;
}

template <void draw(const SmaaTask&, const Replicates&)>
std::uint64_t drawn(std::size_t count) {
  for (std::size_t done = 0; done < count; done += most) {
    const SmaaTask task = task_at(done);
    draw(task, replicates(task));
  }
  sink = room[0];
  return count * lane_count;
}

std::uint64_t comparisons(std::size_t count) {
  constexpr std::size_t n = 64, pairs = 543; // Batcher's network for 64
  drawn<draw_weights>(most);
  for (std::size_t done = 0; done < count; ++done)
    sort_lanes(room, n); // the same pairs whatever the order
  sink = room[0];
  return count * pairs * lane_count;
}

} // namespace
} // namespace bench
