// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/kernel/score_program.hpp>

#include <cstddef>
#include <cstdint>

namespace libeval::kernel {

/// The keys of the rounds of Philox 4x32-10 for a seed.
inline void set_keys(std::uint64_t (&keys)[20], std::uint64_t seed) {
  const std::uint32_t weyl[] = {0x9E3779B9U, 0xBB67AE85U};
  std::uint32_t now[] = {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
  for (int k = 0; k < 20; ++k) {
    keys[k] = now[k % 2];
    now[k % 2] += weyl[k % 2];
  }
}

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
  std::uint64_t keys[20] = {};   ///< of the ten rounds of Philox, two each
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
  std::size_t draws = 0; ///< so many steps, the first ones, do not rest on weights given later
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
  /// By lane: whose scores are compared with the best, in a trial.
  std::uint32_t tried[8] = {0, 0, 0, 0, 0, 0, 0, 0};
  // Counted over all lanes.
  std::uint32_t* reached = nullptr; ///< candidates * thresholds
};

/// One bit a lane.
struct SmaaBits {
  unsigned found = 0;
  unsigned doubt = 0; ///< something may be otherwise: nothing is found or counted
};

struct SmaaInstructions {
  const char* name;
  unsigned lanes;
  /// Draws and sorts as many replicates as there are lanes, and finds those in which two neighbors
  /// may be tied. `weights` and `scores` are not divided by the sum of the weights.
  SmaaBits (*run)(const SmaaTask&);
  /// Scores those drawn last once more with the weights that now stand in `weights`, which add up
  /// to one, and finds those in which `tried` is first, alone or shared.
  SmaaBits (*run_again)(const SmaaTask&);
  /// Adds up who is ahead in 64 replicates: places by candidate and replicate; candidates *
  /// candidates, above the diagonal.
  void (*count_pairs)(const std::int16_t* places, std::size_t candidates, std::uint32_t* ahead);
};

extern const SmaaInstructions smaa_baseline;
#if defined(__x86_64__)
extern const SmaaInstructions smaa_avx2;
extern const SmaaInstructions smaa_avx512;
#endif

} // namespace libeval::kernel
