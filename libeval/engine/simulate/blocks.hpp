// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/parallel.hpp"

#include <algorithm>
#include <cstdint>
#include <mutex>

namespace libeval {

/// Samples up to `most` in rounds: `sample(done, until)` returns how far it came, and less than
/// `until` ends it. With a `first_look` above 0 a round ends there, and whenever the number has
/// doubled, and `enough(done)` is asked. Returns how many there are.
template <class Sample, class Enough>
std::uint64_t sample_until_enough(std::uint64_t most, std::uint64_t first_look, Sample&& sample,
                                  Enough&& enough) {
  std::uint64_t done = 0;
  while (done < most) {
    std::uint64_t until = most;
    if (first_look > 0)
      until = std::min(until, done == 0 ? first_look : done * 2);
    done = sample(done, until);
    if (done < until || (first_look > 0 && enough(done)))
      break;
  }
  return done;
}

/// How many of the `left` ones the next block takes: `block`, and of the last ones less, down to an
/// eighth, so that no thread waits long for another.
inline std::uint64_t size_of_next(std::uint64_t left, std::uint64_t block, unsigned threads) {
  const std::uint64_t least = threads > 1 ? std::max<std::uint64_t>(block / 8, 1) : block;
  const std::uint64_t share = left / threads;
  return std::min(left, std::clamp(share - share % least, least, block));
}

/// Calls `work(from, to, thread)` for one block of begin, ..., until - 1 after another, on up to
/// `threads` threads, each for as long as `goes_on(next)` says so (one thread asks at a time). What
/// was begun is finished, so that those done are the first ones; returns the first that is not.
template <class GoesOn, class Work>
std::uint64_t in_blocks(std::uint64_t begin, std::uint64_t until, std::uint64_t block,
                        unsigned threads, GoesOn&& goes_on, Work&& work) {
  std::uint64_t next = begin;
  std::mutex grab;
  for_each_task(threads, threads, [&](std::size_t thread, unsigned) {
    for (;;) {
      std::uint64_t from = 0, to = 0;
      {
        const std::lock_guard lock(grab);
        if (next >= until || !goes_on(next))
          return;
        from = next;
        to = next += size_of_next(until - next, block, threads);
      }
      work(from, to, thread);
    }
  });
  return next;
}

} // namespace libeval
