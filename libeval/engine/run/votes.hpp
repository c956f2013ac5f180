// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/compile/plan.hpp"

#include <libeval/kernel/ballots.hpp>
#include <libeval/kernel/bradley_terry.hpp>
#include <libeval/kernel/elo.hpp>

#include <functional>
#include <string>
#include <vector>

namespace libeval {

/// Paired comparisons as a run found them, those of the same two added up unless covariates or
/// clusters tell them apart; covariates have a row a comparison, or none.
struct PairVotes {
  std::vector<kernel::Comparison> comparisons;
  Eigen::MatrixXd covariates;
  std::vector<std::uint32_t> clusters;
};

/// What a model says of the items. Where `why` is not empty, the items `undefined` (or all) have no
/// number.
struct VoteCount {
  Voted voted;
  std::string why;
  std::vector<std::uint32_t> undefined;
  std::vector<std::vector<std::uint32_t>> parts; ///< items, who beats the others first
};

/// Applies the model of an operation to votes.
[[nodiscard]] VoteCount count_pairs(const op::Votes& o, PairVotes votes);
[[nodiscard]] VoteCount rate_games(const op::Votes& o, Eigen::VectorXd start,
                                   const std::vector<kernel::EloSide>& sides);
[[nodiscard]] VoteCount count_ballots(const op::Votes& o, const kernel::Ballots& ballots);

/// The ballots of an operation, from the numbers of its cells. Values of a ballot this `near` are
/// ties.
[[nodiscard]] kernel::Ballots ballots_of(const op::Votes& o,
                                         const std::function<double(std::uint32_t)>& value,
                                         const std::function<double(std::uint32_t)>& weight,
                                         double near);

/// Items parted so that within a part everybody beats (or ties with) everybody directly or through
/// others, and none of a later part ever beat one of an earlier part. `beats` lists pairs.
[[nodiscard]] std::vector<std::vector<std::uint32_t>>
dominance_parts(std::size_t items,
                const std::vector<std::pair<std::uint32_t, std::uint32_t>>& beats);

} // namespace libeval
