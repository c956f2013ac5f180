// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/share.hpp>

#include <optional>

namespace libeval {

/// What the share of a bound is of: the points of the part, or 1 where the part has none and the
/// share is a fraction such as `2/3`. None for a percentage of a part without points, which may
/// well count in hundreds.
[[nodiscard]] inline std::optional<double> whole_of(const Share& share,
                                                    const std::optional<double>& points) {
  if (points || share.percent)
    return points;
  return 1;
}

} // namespace libeval
