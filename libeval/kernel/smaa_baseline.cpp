// SPDX-License-Identifier: Apache-2.0
#include "kernel/smaa_lanes.hpp"

namespace libeval::kernel {

const SmaaInstructions smaa_baseline{"baseline", lane_count, smaa_lanes, try_lanes, count_pairs};

} // namespace libeval::kernel
