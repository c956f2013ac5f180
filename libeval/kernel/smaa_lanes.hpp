// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/lanes.hpp" // before elementary.hpp, which uses its operators

#include "kernel/elementary.hpp"
#include "kernel/smaa_task.hpp"

/// The inner loop of `smaa`, for the instruction set of the source that includes this.
namespace libeval::kernel {
namespace {

struct Four {
  Words word[4];
};

/// Philox 4x32-10 in every lane: replicate `first` + lane, block `block` of stream `source`.
inline Four philox_lanes(const SmaaTask& task, std::uint32_t source, std::uint64_t block) {
  Words c0, c1;
  for (unsigned lane = 0; lane < lane_count; ++lane) {
    const std::uint64_t replicate = task.first + lane;
    c0[lane] = replicate & 0xFFFFFFFF;
    c1[lane] = replicate >> 32;
  }
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

inline void draw_weights(const SmaaTask& task) {
  for (std::size_t j = 0; j < task.criteria; j += 4) {
    const Four words = philox_lanes(task, task.weight_source, j / 4);
    for (std::size_t k = 0; k < 4; ++k)
      store(task.weights + (j + k) * lane_count, logarithm(unit32(words.word[k])) * -1.0);
  }
}

inline void draw_normals(const SmaaTask& task, std::size_t n) {
  for (std::size_t i = 0; i < n; i += 4) {
    const Four words = philox_lanes(task, task.measurement_source, i / 4);
    for (std::size_t k = 0; k < 4; k += 2) {
      Reals a, b;
      box_muller(unit32(words.word[k]), words.word[k + 1], a, b);
      store(task.normals + (i + k) * lane_count, a);
      store(task.normals + (i + k + 1) * lane_count, b);
    }
  }
}

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

unsigned smaa_lanes(const SmaaTask& task) {
  const std::size_t n = task.candidates, m = task.criteria;
  if (task.fixed != nullptr)
    for (std::size_t j = 0; j < m; ++j)
      store(task.weights + j * lane_count, Reals{} + task.fixed[j]);
  else if (!task.given)
    draw_weights(task);
  if (task.ordered)
    sort_lanes(task.weights, m);
  for (std::size_t j = 0; j < m; ++j) {
    const Reals w = load(task.weights + j * lane_count);
    store(task.squares + j * lane_count, w * w);
  }
  if (task.variance != nullptr)
    draw_normals(task, n);
  else if (task.deviation != nullptr)
    draw_normals(task, n * m);
  for (std::size_t i = 0; i < n; ++i) {
    const double* const mean = task.mean + i * m;
    Reals score{};
    if (task.deviation != nullptr) {
      const double* const deviation = task.deviation + i * m;
      for (std::size_t j = 0; j < m; ++j)
        score =
            score + load(task.weights + j * lane_count) *
                        (mean[j] + deviation[j] * load(task.normals + (i * m + j) * lane_count));
    } else {
      for (std::size_t j = 0; j < m; ++j)
        score = score + load(task.weights + j * lane_count) * mean[j];
    }
    if (task.variance != nullptr) {
      const double* const variance = task.variance + i * m;
      Reals spread{};
      for (std::size_t j = 0; j < m; ++j)
        spread = spread + load(task.squares + j * lane_count) * variance[j];
      score = score + square_root(spread) * load(task.normals + i * lane_count);
    }
    store(task.scores + i * lane_count, score);
    store(task.sorted + i * lane_count,
          real_of((bits_of(score) & ~task.index_mask) | std::uint64_t{i}));
  }
  sort_lanes(task.sorted, n);
  // Neighbors this near may be tied: weights are not divided by their sum yet, and the low bits of
  // a score are those of a candidate.
  const bool divided = task.fixed != nullptr || task.given;
  Reals sum = Reals{} + (divided ? 1.0 : 0.0);
  for (std::size_t j = 0; j < m && !divided; ++j)
    sum = sum + load(task.weights + j * lane_count);
  const double cut = 4.0 * 0x1p-52 * static_cast<double>(task.index_mask + 1);
  const Reals first = load(task.sorted), last = load(task.sorted + (n - 1) * lane_count);
  const Reals size = greater(greater(first, first * -1.0), greater(last, last * -1.0));
  const Reals most = sum * (task.tolerance * 1.0001) + size * cut;
  unsigned tied = 0;
  for (std::size_t p = 0; p + 1 < n; ++p)
    tied |=
        near(load(task.sorted + p * lane_count), load(task.sorted + (p + 1) * lane_count), most);
  return tied;
}

} // namespace
} // namespace libeval::kernel
