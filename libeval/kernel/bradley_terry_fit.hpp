// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/pair_rows.hpp"

#include <vector>

/// Fits of strengths alone, for those who fit the same comparisons again and again.
namespace libeval::kernel {

/// As `add_up` leaves them: lower item first, sorted, no pair twice.
[[nodiscard]] bool added_up(const std::vector<Comparison>& votes);

/// No effects, and no parameter of ties.
[[nodiscard]] bool strengths_alone(const std::vector<Comparison>& votes,
                                   const Eigen::Ref<const Eigen::MatrixXd>& covariates,
                                   const BradleyTerryRule& rule);

/// `bradley_terry` on comparisons that are laid out already; `log_likelihood` is left 0.
[[nodiscard]] BradleyTerry fit_strengths(PairRows& rows, const BradleyTerryRule& rule,
                                         const Eigen::VectorXd* start);

} // namespace libeval::kernel
