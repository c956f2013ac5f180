// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace libeval::kernel {

struct Order;
struct ScoreProgram;

/// Additive scores under uncertain weights and measurements (SMAA-2, Lahdelma and Salminen 2001):
/// score i = sum over j of w_j * x_ij, larger is better.
struct SmaaModel {
  std::size_t candidates = 0, criteria = 0;
  std::vector<double> mean;      ///< x_ij, row-major
  std::vector<double> deviation; ///< of independent normal x_ij; empty: none is uncertain
  /// Instead of `deviation`, where the x_ij of a candidate depend on each other: for each candidate
  /// the lower triangle of their covariance matrix, row by row. Needs `collapse`.
  std::vector<double> covariance;
  /// What candidates share: w_j * z * factor_i is added to score i, z being a standard normal
  /// number of its own for each `number` (from 0). Needs `collapse`.
  struct Shared {
    std::uint32_t number = 0, criterion = 0;
    std::vector<double> factor;
  };
  std::vector<Shared> shared;
  enum class Weights {
    fixed,   ///< `weights`
    uniform, ///< on the simplex
    ordered, ///< uniform where w_0 >= w_1 >= ...
    given    ///< by `sample`
  };
  Weights weighting = Weights::uniform;
  std::vector<double> weights;
  /// Writes the weights of one replicate; they add up to one. Called by several threads.
  std::function<void(std::uint64_t replicate, std::span<double> weights)> sample = {};
  /// Draw one number a candidate instead of one a measurement: given the weights a score is normal
  /// with mean sum w_j x_ij and variance sum w_j^2 s_ij^2, which is the same distribution.
  bool collapse = true;
  /// Scores by a program instead: there are no `mean` and no errors beside it, `criteria` are only
  /// counted where somebody is first and may be none, and `sample` writes them (weighting `given`).
  /// It must outlive a call.
  const ScoreProgram* program = nullptr;
  /// Told of every replicate that is counted, in turn, and of its order by score. Empty: nobody is.
  std::function<void(std::uint64_t replicate, const Order& order)> tell = {};
  /// Weights to try: replicates below `until` are scored once more, all else alike, number r with
  /// those of candidate r mod k in turn (k rows of `weights`, each adding up to one), and it is
  /// counted how often that one is first, alone or shared.
  struct Trials {
    std::vector<std::uint32_t> candidates;
    std::vector<double> weights;
    std::uint64_t until = 0;
  };
  Trials trials = {};
  double tolerance = 0;           ///< scores this near are equal (to the best of their tie group)
  std::vector<double> thresholds; ///< scores to count who reaches them
  std::size_t line = 0; ///< so many are first: who is tied across this line is counted; 0 = none
  bool pairs = false;   ///< count who is ahead of whom
  std::size_t bins = 0; ///< of a histogram of scores from `low` on, `width` each; 0 = none
  double low = 0, width = 0;
};

enum class Instructions { automatic, baseline, avx2, avx512 };

struct SmaaOptions {
  std::uint64_t seed = 1;
  std::uint64_t first = 0, samples = 10000; ///< replicates first, first + stride, ...
  std::uint64_t stride = 1;
  std::uint32_t weight_source = 1, measurement_source = 2; ///< streams
  Instructions instructions = Instructions::automatic;
  /// Added to the number of the replicate for each stream of a program; empty: nothing is.
  std::vector<std::uint64_t> offset = {};
  /// The least and the largest scores in counts that these will be added to: who stays within them
  /// need not be known to the last digit. Empty: none.
  std::vector<double> lowest = {}, highest = {};
};

/// A place is counted in this unit: a tie group of g gives each of its members 1/g of each of its
/// places, so that rows and columns add up exactly.
inline constexpr std::uint64_t place_unit = 720720;
/// What member a of such a group gets of its place b, both from 0; what does not divide goes round.
constexpr std::uint64_t tied_share(std::size_t group, std::size_t a, std::size_t b) {
  return place_unit / group + ((a + b) % group < place_unit % group ? 1 : 0);
}
/// Sums of weights are in units of 2^-32.
inline constexpr double weight_unit = 0x1p32;

/// Whole numbers, so that parts add up to the same whatever their order.
struct SmaaCounts {
  std::uint64_t samples = 0;
  std::vector<std::uint64_t> places;        ///< candidates * places, in `place_unit`
  std::vector<std::uint64_t> first_weights; ///< candidates * criteria: sum of w_j where i is first
  std::vector<std::uint64_t> first_squares; ///< the same of w_j^2
  std::vector<std::uint64_t> first;         ///< how often alone or shared first
  std::vector<std::uint64_t> reached;       ///< candidates * thresholds
  std::vector<std::uint64_t> across;        ///< how often in a tie group on both sides of the line
  std::vector<std::uint64_t> across_places; ///< what those counted for places inside the line
  /// How often a tie group across the line began and ended at each place (from 0): candidates + 1.
  std::vector<std::uint64_t> across_from, across_until;
  std::vector<std::uint64_t> ahead;      ///< candidates * candidates: 2 ahead, 1 tied
  std::vector<std::uint64_t> scores;     ///< candidates * bins
  std::vector<double> lowest, highest;   ///< scores seen, with bins
  std::vector<std::uint64_t> tried, won; ///< by trial
  /// Replicates that are not counted: with scores by a program, those in which something would be
  /// another way if scores were otherwise within what they may be off by. Of trials likewise.
  std::vector<std::uint64_t> doubtful, doubtful_trials;
};

/// Adds a group of equal places to `places` (a row a candidate, a column a place from 0): `tied`
/// are the candidates that share the places from `begin` on. Places beyond the columns are left
/// out.
void add_tied(std::span<const std::uint32_t> tied, std::size_t begin, std::size_t columns,
              std::span<std::uint64_t> places);

/// Scores of a program stand in `lowest` and `highest` to 33 binary digits, so that ways of adding
/// up that differ in the last ones agree.
[[nodiscard]] double shortened(double score);

/// Counts ranks. The counts depend on the seed and the range of replicates alone: not on the
/// instruction set, and ranges add up. O(samples * candidates * (criteria + log^2 candidates)),
/// memory O(candidates^2 + candidates * criteria).
/// Throws std::invalid_argument where sizes do not fit or a deviation is negative.
[[nodiscard]] SmaaCounts smaa(const SmaaModel& model, const SmaaOptions& options);

/// Adds counts of the same model; throws std::invalid_argument if the sizes differ.
void add_counts(SmaaCounts& to, const SmaaCounts& from);

/// What `automatic` chooses on this machine.
[[nodiscard]] std::string_view best_instructions();
/// Whether this machine can run them.
[[nodiscard]] bool can_run(Instructions instructions);

} // namespace libeval::kernel
