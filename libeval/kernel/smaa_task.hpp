// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace libeval::kernel {

/// What the inner loop of `smaa` needs, as plain pointers: it is compiled once for each instruction
/// set, and must share no function with the rest.
struct SmaaTask {
  std::size_t candidates = 0, criteria = 0;
  const double* mean = nullptr;      ///< candidates * criteria
  const double* variance = nullptr;  ///< the same; null: nothing is drawn, or every measurement
  const double* deviation = nullptr; ///< the same, with every measurement drawn; else null
  const double* fixed = nullptr;     ///< weights that are not drawn; else null
  bool given = false;                ///< weights are in `weights` already
  bool ordered = false;              ///< drawn weights descend
  std::uint32_t key[2] = {0, 0};
  std::uint32_t weight_source = 0, measurement_source = 0;
  std::uint64_t first = 0;      ///< replicate of the first lane
  double tolerance = 0;         ///< scores this near are equal
  std::uint64_t index_mask = 0; ///< low bits of a score that hold a candidate
  // Rooms, each number for every lane.
  double* weights = nullptr; ///< criteria, padded to 4
  double* squares = nullptr; ///< the same
  double* normals = nullptr; ///< candidates or measurements, padded to 4
  double* scores = nullptr;  ///< candidates
  double* sorted = nullptr;  ///< candidates; best first, with the candidate in the low bits
};

/// Draws and sorts as many replicates as there are lanes; returns one bit for each lane in which
/// two neighbors may be tied. Weights are not yet divided by their sum.
using SmaaLanes = unsigned (*)(const SmaaTask&);

struct SmaaInstructions {
  const char* name;
  unsigned lanes;
  SmaaLanes run;
};

extern const SmaaInstructions smaa_baseline;
#if defined(__x86_64__)
extern const SmaaInstructions smaa_avx2;
extern const SmaaInstructions smaa_avx512;
#endif

} // namespace libeval::kernel
