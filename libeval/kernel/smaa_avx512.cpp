// SPDX-License-Identifier: Apache-2.0
#include "kernel/smaa_lanes.hpp"

namespace libeval::kernel {

const SmaaInstructions smaa_avx512{"avx512", lane_count, smaa_lanes, try_lanes, count_pairs};

} // namespace libeval::kernel
