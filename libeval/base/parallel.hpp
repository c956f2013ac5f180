// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace libeval {

/// Threads to use for `tasks` tasks when `wanted` were asked for (0: as many as the machine has).
[[nodiscard]] inline unsigned threads_for(unsigned wanted, std::size_t tasks) {
  const unsigned most = wanted != 0 ? wanted : std::max(1U, std::thread::hardware_concurrency());
  return static_cast<unsigned>(std::clamp<std::size_t>(tasks, 1, most));
}

/// Calls `work(task, worker)` once for every task below `tasks`, begun in that order, on up to
/// `threads` threads (`worker` counts them), and returns when all are done. The first exception is
/// rethrown; tasks not yet begun are then left out.
template <class Work>
void for_each_task(std::size_t tasks, unsigned threads, Work&& work) {
  std::atomic<std::size_t> next = 0;
  std::exception_ptr failure;
  std::mutex failure_lock;
  const auto run = [&](unsigned worker) {
    try {
      for (std::size_t task = next++; task < tasks; task = next++)
        work(task, worker);
    } catch (...) {
      next = tasks;
      const std::lock_guard lock(failure_lock);
      if (!failure)
        failure = std::current_exception();
    }
  };
  std::vector<std::thread> helpers;
  try {
    for (unsigned i = 1; i < threads && i < tasks; ++i)
      helpers.emplace_back(run, i);
  } catch (const std::system_error&) {
    // Fewer threads than wanted do the same work.
  }
  run(0);
  for (std::thread& helper : helpers)
    helper.join();
  if (failure)
    std::rethrow_exception(failure);
}

} // namespace libeval
