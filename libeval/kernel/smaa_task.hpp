// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/kernel/score_program.hpp>

#include <cstddef>
#include <cstdint>

namespace libeval::kernel {

/// What the inner loop of `smaa` needs, as plain pointers: it is compiled once for each instruction
/// set, and must share no function with the rest.
struct SmaaTask {
  std::size_t candidates = 0, criteria = 0;
  const double* mean = nullptr; ///< candidates * criteria
  /// Of scores, one number drawn a candidate: candidates * products, factors of the products of two
  /// weights (each with itself; with `covariances` the lower triangle row by row). Null: nothing is
  /// drawn, or every measurement.
  const double* variance = nullptr;
  std::size_t products = 0;
  bool covariances = false;
  const double* deviation = nullptr; ///< as `mean`, with every measurement drawn; else null
  std::size_t drawn = 0;             ///< normal numbers; those shared stand last
  /// Terms weight * shared number * factor of a candidate, factors term by term.
  std::size_t shared = 0;
  const std::uint32_t* shared_criterion = nullptr;
  const std::uint32_t* shared_number = nullptr;
  const double* shared_factor = nullptr;
  const double* fixed = nullptr; ///< weights that are not drawn; else null
  bool given = false;            ///< weights are in `weights` already
  bool ordered = false;          ///< drawn weights descend
  std::uint32_t key[2] = {0, 0};
  std::uint32_t weight_source = 0, measurement_source = 0;
  std::uint64_t first = 0, stride = 1; ///< replicate of the first lane, and steps to the others
  unsigned valid = 0;                  ///< lanes that count; the others repeat the last of these
  double tolerance = 0;                ///< scores this near are equal
  std::uint64_t index_mask = 0;        ///< low bits of a score that hold a candidate
  std::size_t thresholds = 0;
  const double* threshold = nullptr;
  std::size_t bins = 0; ///< of histograms; 0: none
  double low = 0, width = 0, bins_a_unit = 0;
  // Scores by a program, instead of weights times numbers.
  std::size_t steps = 0;
  const ScoreStep* step = nullptr;
  const std::uint32_t* index = nullptr;
  const double* number = nullptr;
  std::size_t total = 0; ///< row of the first score
  double smallest = 0, largest = 0;
  const std::uint64_t* offset = nullptr; ///< by stream, added to the number of a replicate; or null
  // Rooms, each number for every lane.
  double* rows = nullptr;
  double* tolerances = nullptr;     ///< one, with a program
  double* weights = nullptr;        ///< criteria, padded to 4
  double* product = nullptr;        ///< products
  double* normals = nullptr;        ///< `drawn`, padded to 4
  double* scores = nullptr;         ///< candidates
  double* sorted = nullptr;         ///< candidates; best first, with the candidate in the low bits
  double* lowest = nullptr;         ///< candidates; scores seen so far, with bins
  double* highest = nullptr;        ///< the same
  std::uint64_t* bin = nullptr;     ///< candidates
  std::uint64_t* share = nullptr;   ///< criteria: weights divided by their sum, in units of 2^-32
  std::uint64_t* squared = nullptr; ///< the same, their squares
  // Counted over all lanes.
  std::uint32_t* reached = nullptr; ///< candidates * thresholds
  std::uint32_t* ahead =
      nullptr; ///< candidates * candidates above the diagonal, without ties; null
};

/// Draws and sorts as many replicates as there are lanes; returns one bit for each lane in which
/// two neighbors may be tied. `weights` and `scores` are not divided by the sum of the weights.
/// `doubt` gets one bit for each lane in which something may be otherwise: none of these is
/// counted.
using SmaaLanes = unsigned (*)(const SmaaTask&, unsigned& doubt);

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
