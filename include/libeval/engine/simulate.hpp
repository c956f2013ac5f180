// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/domain/program.hpp>
#include <libeval/domain/uncertainty.hpp>
#include <libeval/engine/decision.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace libeval {

namespace kernel {
enum class Instructions;
}

/// A program with what is uncertain about it. `variants` has one bundle for each combination of
/// options of `uncertainty.rules` (the last choice moves fastest); one where there are none.
struct Uncertain {
  std::vector<Bundle> variants;
  Uncertainty uncertainty;
};

struct SimulateOptions {
  std::uint64_t seed = 1;
  std::uint64_t first = 0, samples = 10000; ///< replicates first ... first + samples - 1
  std::uint64_t total = 0;                  ///< of all shards, where this is one; 0: `samples`
  unsigned threads = 1;
  /// Stop as soon as every probability is known within this (half a 95 % interval); `samples` is
  /// then the most. Looked at after 1024 samples and whenever their number has doubled.
  std::optional<double> until;
  std::vector<double> at_least;                     ///< totals to count who reaches them
  const std::atomic<bool>* stop = nullptr;          ///< set: end with what was reached
  std::function<void(std::uint64_t)> progress = {}; ///< told how many samples are done
  bool collapse = true; ///< draw one number a candidate where that is the same distribution
  bool lanes = true; ///< decide many replicates at a time where that can be; the counts are alike
  kernel::Instructions instructions = {}; ///< of these; the first are what the machine does best
};

/// What happened in one stage, counted. Vectors are by candidate of the program. Whole numbers
/// only, so that parts add up to the same in any order.
struct StageCounts {
  std::size_t places = 0; ///< columns of `place`: the first so many places
  std::vector<std::uint64_t> entered;
  std::vector<std::uint64_t> outcomes; ///< six a candidate, in the order of Outcome
  std::vector<std::uint64_t> place; ///< a row a candidate, in units; a tie group shares its places
  std::vector<std::uint64_t> ahead; ///< candidate by candidate: 2 where ahead, 1 where tied
  std::vector<std::uint64_t> both;  ///< candidate by candidate: both had a place
  std::vector<std::uint64_t> reached;  ///< a row a candidate: totals of at least `at_least`
  std::vector<std::uint64_t> scores;   ///< a row a candidate: histogram of totals, see Axis
  std::vector<double> lowest, highest; ///< totals seen, to 33 binary digits
  std::vector<std::uint64_t> filled;   ///< how often so many places were filled

  bool operator==(const StageCounts&) const = default;
};

/// Weights where a candidate was first, for one entry of `weights`.
struct WeightCounts {
  std::vector<std::uint64_t> first;        ///< how often, by candidate
  std::vector<std::uint64_t> sum, squares; ///< a row a candidate, in units of 2^-32
  /// How often a replicate was decided with the central weights of a candidate too, and how often
  /// that candidate was first then.
  std::vector<std::uint64_t> tried, won;

  bool operator==(const WeightCounts&) const = default;
};

struct Counts {
  std::uint64_t samples = 0;
  std::vector<StageCounts> stages;
  std::vector<WeightCounts> weights;

  bool operator==(const Counts&) const = default;
};

/// The same, of those replicates in which a verdict or a choice of rules fell one way.
struct ConditionCounts {
  std::string source; ///< `verdict RULE of CANDIDATE` or the id of a choice
  std::string value;  ///< `pass`, `fail` or the id of an option
  Counts counts;
};

/// Bins of a histogram: from `low` on, `width` each; the first and last hold what lies outside.
struct Axis {
  double low = 0, width = 0;
};

/// An estimate with its Monte Carlo standard error.
struct Estimate {
  double value = 0, error = 0;
};

struct Simulation {
  std::uint64_t seed = 1, first = 0, asked = 0;
  bool interrupted = false;
  bool collapsed = false;              ///< one number a candidate instead of one a measurement
  std::string method;                  ///< in words: what was run
  std::vector<std::string> ids, names; ///< of the candidates
  std::vector<std::string> stages;
  std::vector<std::optional<std::size_t>> places; ///< of each stage in the program; none: no number
  std::vector<double> at_least;
  std::vector<std::vector<std::string>> parts; ///< of each entry of `weights`
  std::vector<std::string> weighed;            ///< stage and node of each entry
  std::vector<Axis> axes;                      ///< of each stage
  Counts all;
  std::vector<ConditionCounts> conditions;
};

/// Shares of the samples, with errors. A probability that was 0 or 1 in every sample has the error
/// of one that differs once.
[[nodiscard]] Estimate probability(std::uint64_t count, std::uint64_t of);
[[nodiscard]] Estimate outcome_probability(const Counts& counts, std::size_t stage,
                                           std::size_t candidate, Outcome outcome);
/// Rank acceptability: the share of samples with that place (from 1), ties split.
[[nodiscard]] Estimate place_probability(const Counts& counts, std::size_t stage,
                                         std::size_t candidate, std::size_t place);
/// The chance of one of the first `most` places.
[[nodiscard]] Estimate place_within(const Counts& counts, std::size_t stage, std::size_t candidate,
                                    std::size_t most);
/// Pairwise winning index: the chance to be ahead where both have a place, ties half.
[[nodiscard]] std::optional<Estimate> ahead_probability(const Counts& counts, std::size_t stage,
                                                        std::size_t candidate, std::size_t other);
/// The mean weight of a part where the candidate is first; none where it never is.
[[nodiscard]] std::optional<Estimate> central_weight(const Counts& counts, std::size_t entry,
                                                     std::size_t candidate, std::size_t part,
                                                     std::size_t parts);
/// The confidence factor: the chance to be first with the central weights, as the first replicates
/// of the seed find them; none for a candidate that was never first in these.
[[nodiscard]] std::optional<Estimate> confidence_factor(const Counts& counts, std::size_t entry,
                                                        std::size_t candidate);
/// A quantile of the total (0 < q < 1), to the width of a bin; its error from the density there.
[[nodiscard]] std::optional<Estimate> score_quantile(const Simulation& simulation,
                                                     const Counts& counts, std::size_t stage,
                                                     std::size_t candidate, double q);
/// Entropy of a candidate's places in bits: 0 where the place is certain.
[[nodiscard]] Estimate place_entropy(const Counts& counts, std::size_t stage,
                                     std::size_t candidate);
/// Half of the widest 95 % interval of all outcome probabilities (after Agresti and Coull 1998).
[[nodiscard]] double widest_interval(const Counts& counts);

/// Adds the counts of a further range of replicates of the same simulation.
/// Throws std::invalid_argument where the two do not belong together.
void add_part(Simulation& to, const Simulation& part);

/// Decides `samples` replicates of an uncertain program, through all its stages. The counts depend
/// on the seed and the range of replicates alone, not on threads, instruction set or compiler.
/// What does not fit the program goes to `diagnostics`; with errors the result is not to be used.
/// Memory does not depend on the number of samples.
[[nodiscard]] Simulation simulate(const Uncertain& uncertain, const SimulateOptions& options,
                                  Diagnostics& diagnostics);

} // namespace libeval
