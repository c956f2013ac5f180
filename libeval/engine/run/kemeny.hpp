// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/kernel/condorcet.hpp>

#include <Eigen/Core>

namespace libeval {

/// The orders that contradict the fewest votes, for any number of candidates: small parts by
/// kernel::kemeny, larger ones by linear programming. Exact, with proof.
[[nodiscard]] kernel::Kemeny kemeny_exact(const Eigen::Ref<const Eigen::MatrixXd>& tally);

/// One part by linear programming: a variable for each two candidates, circles of three forbidden
/// as they turn up (Reinelt 1985), and halves settled by branching. Says whether the best order is
/// the only one (a second search for another as good); counts no optima. `proven` is false where
/// 100,000 branches did not suffice.
[[nodiscard]] kernel::Kemeny kemeny_by_programming(const Eigen::MatrixXd& tally);

} // namespace libeval
