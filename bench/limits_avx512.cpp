// SPDX-License-Identifier: Apache-2.0
#include "limits_lanes.hpp"

namespace bench {

const Limits limits_avx512{"avx512", words, drawn<draw_weights>, drawn<draw_normals>, comparisons};

} // namespace bench
