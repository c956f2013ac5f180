// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/catch.hpp"

#include <rapidcheck.h>

#include <random>

namespace libeval::test {

/// Calls 200 times for each case of RapidCheck, with a generator of random numbers: with 500 cases
/// 100,000 times.
template <class Law>
void many_times(const char* name, Law law) {
  CHECK(rc::check(name, [&] {
    std::mt19937 random(*rc::gen::arbitrary<std::uint32_t>());
    for (int i = 0; i < 200; ++i)
      law(random);
  }));
}

} // namespace libeval::test
