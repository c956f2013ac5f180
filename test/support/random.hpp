// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

namespace libeval::test {

/// Draws that are the same everywhere.
class Random {
public:
  explicit Random(unsigned seed) : engine_(seed) {}
  int in(int low, int high) {
    return low + static_cast<int>(engine_() % static_cast<unsigned>(high - low + 1));
  }
  bool one_in(int n) { return in(1, n) == 1; }
  template <class T>
  const T& of(const std::vector<T>& items) {
    return items[static_cast<std::size_t>(in(0, static_cast<int>(items.size()) - 1))];
  }

private:
  std::mt19937 engine_;
};

/// `-1.05` from -105 and 2 digits.
inline std::string decimal(int numerator, int digits) {
  std::string text = std::to_string(std::abs(numerator));
  const auto places = static_cast<std::size_t>(digits);
  if (places > 0) {
    text.insert(0, text.size() > places ? 0 : places + 1 - text.size(), '0');
    text.insert(text.size() - places, ".");
  }
  return (numerator < 0 ? "-" : "") + text;
}

/// `c3` from `c` and 3.
inline std::string name(const char* stem, int i) {
  return stem + std::to_string(i);
}

} // namespace libeval::test
