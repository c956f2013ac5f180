// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rapidcheck.h>

#include <cstddef>
#include <string>
#include <vector>

namespace libeval::test {

/// What a law draws, and shrinks when it fails; both ends may come.
inline int drawn(int low, int high) {
  return *rc::gen::inRange(low, high + 1);
}

inline bool one_in(int n) {
  return drawn(1, n) == n;
}

template <class T>
T one_of(const std::vector<T>& items) {
  return items[static_cast<std::size_t>(drawn(0, static_cast<int>(items.size()) - 1))];
}
inline std::string one_of(const std::vector<std::string>& words) {
  return one_of<std::string>(words);
}

} // namespace libeval::test
