// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/lineup.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace libeval {

/// Between which lines of a selection the numbers of those ahead lie.
struct Region {
  std::size_t strictly = 0, or_level = 0;
  auto operator<=>(const Region&) const = default;
};

/// What completions that were found show of everybody, so that nobody need ask for it again.
class Witnesses {
public:
  explicit Witnesses(const Lineup& lineup);

  /// A completion: one value for each unknown of the knowledge's system.
  void add(const std::vector<std::int64_t>& point);

  /// Whether an entrant missed that hurdle first (or none: the number of those it meets), was there
  /// when the first was taken, and stood in a region.
  [[nodiscard]] bool shows(std::size_t entrant, std::size_t missed, const Region& region) const {
    return ways_[entrant].contains({missed, region});
  }
  /// The fewest and the most of all who were strictly ahead of an entrant.
  [[nodiscard]] std::int64_t fewest_ahead(std::size_t entrant) const { return fewest_[entrant]; }
  [[nodiscard]] std::int64_t most_ahead(std::size_t entrant) const { return most_[entrant]; }
  /// Whether one was ahead of the other.
  [[nodiscard]] bool shows_ahead(std::size_t one, std::size_t other, Ahead ahead) const {
    return ahead_[one][other] >= (ahead == Ahead::strictly ? 2 : 1);
  }

private:
  [[nodiscard]] std::size_t first_missed(std::size_t e,
                                         const std::vector<std::int64_t>& point) const;

  const Lineup& lineup_;
  std::vector<std::set<std::pair<std::size_t, Region>>> ways_; ///< by entrant
  std::vector<std::int64_t> fewest_, most_;
  std::vector<std::vector<std::uint8_t>> ahead_; ///< 2: strictly, 1: they were level
};

} // namespace libeval
