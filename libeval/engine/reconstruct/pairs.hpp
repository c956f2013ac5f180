// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/reason.hpp"
#include "engine/reconstruct/witness.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace libeval {

/// Who is ahead of whom in every completion, as far as bounds and the relaxation say so.
class Pairs {
public:
  Pairs() = default;
  /// Nobody is asked about of whom a completion shows the contrary.
  Pairs(const IntegerSystem& system, const Keys& keys, const Witnesses& witnesses,
        const SolveLimits& limits);

  /// Whether that is certain.
  [[nodiscard]] bool is_ahead(std::size_t a, std::size_t b, Ahead ahead) const {
    return a < surely_.size() && surely_[a][b] >= (ahead == Ahead::strictly ? 2 : 1);
  }

private:
  std::vector<std::vector<std::uint8_t>> surely_; ///< 2: ahead, 1: ahead or level
};

} // namespace libeval
