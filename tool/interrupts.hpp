// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <csignal>

namespace libeval::tool {

/// Somebody asked to stop.
inline std::atomic<bool> interrupted = false;

/// While it lives, an interrupt asks for what was reached instead of ending the program; a second
/// one ends it.
class Interrupts {
public:
  Interrupts()
      : before_(std::signal(SIGINT, [](int) {
          interrupted = true;
          std::signal(SIGINT, SIG_DFL);
        })) {}
  ~Interrupts() { std::signal(SIGINT, before_); }
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

private:
  void (*before_)(int);
};

} // namespace libeval::tool
