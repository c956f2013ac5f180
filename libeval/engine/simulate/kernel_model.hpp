// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/margins/margins.hpp"
#include "engine/simulate/sampler.hpp"
#include "engine/simulate/tally.hpp"

#include <libeval/kernel/rank.hpp>
#include <libeval/kernel/score_program.hpp>
#include <libeval/kernel/smaa.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace libeval {

/// Whether nothing but weights and numbers is uncertain, in a program of one stage.
[[nodiscard]] bool only_numbers(const Sampler& sampler);

/// How many go on where that is a matter of the order by total alone.
struct TotalLine {
  std::optional<std::size_t> places; ///< none: everybody advances
  TieRuling ties = TieRuling::hold;
};
/// Nothing where it is not, in the stage of a context.
[[nodiscard]] std::optional<TotalLine> total_line(const MarginContext& context);

/// A program of one stage in which who goes on is a matter of the order by total alone, for
/// `kernel::smaa` to count.
struct KernelModel {
  kernel::SmaaModel model; ///< candidates in the order of the entrants; without samples of weights
  std::vector<std::uint32_t> entrants;
  TotalLine line;
  /// Scores by the plan on lanes; null: weighted sums, one number drawn a candidate.
  std::shared_ptr<const kernel::ScoreProgram> program = nullptr;
  std::vector<std::uint8_t> weights_on_lanes = {}; ///< by entry: the program draws them
  bool correlated = false;                         ///< some measurements were declared so
};

/// The scores as weighted sums of parts that are linear in normal measurements of one candidate
/// each: given the weights they are normal, so that one number a candidate is the same
/// distribution. Reads the plan of the stage; nothing where any of that is not so.
[[nodiscard]] std::optional<KernelModel> collapse(const Sampler& sampler);

/// The plan of the stage as operations on lanes of replicates, with the numbers that `decide` would
/// see; nothing where it has operations that are not made for that.
[[nodiscard]] std::optional<KernelModel> on_lanes(const Sampler& sampler);

/// In words: which numbers are drawn.
[[nodiscard]] std::string method_of(const KernelModel& model);

/// Writes the shares of one replicate but for those that the program draws.
void draw_shares(const KernelModel& model, const Sampler& sampler, const Replicate& replicate,
                 std::span<double> out);

/// One byte a candidate of the program: 1 for those who advance, in an order of the entrants.
void mark_advancing(const KernelModel& model, const kernel::Order& order,
                    std::span<std::uint8_t> advances);

/// The column of the model that holds a part of an entry of weights: in an order the most important
/// comes first.
[[nodiscard]] std::size_t column_of_part(const KernelModel& model, const Sampler& sampler,
                                         std::size_t entry, std::size_t part);

/// Counts trials of the central weights of a candidate in a program of one stage, whose entries of
/// weights are tried together.
void count_trials(Counts& counts, std::size_t candidate, std::uint64_t tried, std::uint64_t won);

/// Adds the weights with which somebody was first.
void add_first_weights(const KernelModel& model, const Sampler& sampler,
                       const kernel::SmaaCounts& from, Counts& to);

/// What the kernel counted, as counts of the one stage.
[[nodiscard]] Counts counts_of(const KernelModel& model, const Sampler& sampler,
                               const TallyShape& shape, const kernel::SmaaCounts& from);

} // namespace libeval
