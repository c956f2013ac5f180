// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/pairs.hpp"

namespace libeval {

Pairs::Pairs(const IntegerSystem& system, const Keys& keys, const Witnesses& witnesses,
             const SolveLimits& limits) {
  if (keys.empty())
    return;
  const std::size_t n = keys.front().size();
  surely_.assign(n, std::vector<std::uint8_t>(n, 0));
  Reasoner reasoner(system, limits);
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = 0; b < n; ++b) {
      if (a == b || witnesses.shows_ahead(b, a, Ahead::strictly))
        continue;
      const Linear difference = keys.front()[a] - keys.front()[b];
      const std::int64_t needed = witnesses.shows_ahead(b, a, Ahead::or_level) ? 0 : 1;
      auto least = lowest(difference, system.unknowns);
      if (!least || least->above < needed)
        least = reasoner.least_by_relaxation(difference);
      if (!least || least->above < 0)
        continue;
      surely_[a][b] = least->above > 0 ? 2 : keys.size() == 1 ? 1 : 0;
    }
}

} // namespace libeval
