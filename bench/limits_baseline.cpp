// SPDX-License-Identifier: Apache-2.0
#include "limits_lanes.hpp"

namespace bench {

const Limits limits_baseline{"baseline", words, drawn<draw_weights>, drawn<draw_normals>,
                             comparisons};

} // namespace bench
