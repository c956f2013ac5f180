// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace libeval::test {

/// Goes through every way in which a run can choose: `do run(ways); while (ways.next());`.
class EveryWay {
public:
  /// One of so many options, from 0. Precondition: there is one.
  std::size_t pick(std::size_t options) {
    if (at_ == picked_.size()) {
      picked_.push_back(0);
      options_.push_back(options);
    }
    return picked_[at_++];
  }

  /// So many of `from`. Precondition: fewer than 32, and there are so many.
  template <class T>
  std::vector<T> some_of(const std::vector<T>& from, std::size_t count) {
    std::vector<unsigned> masks;
    for (unsigned mask = 0; mask < 1U << from.size(); ++mask)
      if (static_cast<std::size_t>(std::popcount(mask)) == count)
        masks.push_back(mask);
    const unsigned chosen = masks[pick(masks.size())];
    std::vector<T> out;
    for (std::size_t i = 0; i < from.size(); ++i)
      if ((chosen >> i & 1U) != 0)
        out.push_back(from[i]);
    return out;
  }

  bool next() {
    while (!picked_.empty() && ++picked_.back() == options_.back()) {
      picked_.pop_back();
      options_.pop_back();
    }
    at_ = 0;
    return !picked_.empty();
  }

private:
  std::vector<std::size_t> picked_, options_;
  std::size_t at_ = 0;
};

/// What is to be said of somebody for whom these outcomes are possible: who goes on in one way and
/// not in another is held.
inline std::string outcome_of_all(const std::set<std::string>& possible) {
  if (possible.size() == 1)
    return *possible.begin();
  for (const std::string& one : possible)
    if (one == "advances" || one == "reserve")
      return "held";
  return "cut";
}

} // namespace libeval::test
