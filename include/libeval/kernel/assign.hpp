// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace libeval::kernel {

/// Nobody accepts the proposer, or the acceptor does not accept it.
inline constexpr std::uint32_t unassigned = 0xFFFFFFFFU;

/// Places by the preferences of two sides. Proposer i lists acceptors `lists[i]`, best first, none
/// twice; acceptor j has `places[j]` places, and `ranks[j][i]` is the place of proposer i in its
/// order (smaller is better, equal ones are told apart by `i`), or `unassigned`.
struct Assignment {
  std::vector<std::uint32_t> acceptor; ///< of each proposer, or `unassigned`
  /// Proposers whom an acceptor turned away although it keeps one that it ranks equally.
  std::vector<std::uint32_t> contested;
};

/// Deferred acceptance (Gale and Shapley 1962), the proposers ask: each asks the next on its list,
/// each acceptor keeps the best so far and turns the others away. The result is stable (nobody and
/// no acceptor would both rather have each other), and no stable one is better for any proposer.
/// `last_first`: equal ones are told apart the other way round. O(sum of lengths * log).
[[nodiscard]] Assignment deferred_acceptance(const std::vector<std::vector<std::uint32_t>>& lists,
                                             const std::vector<std::vector<std::uint32_t>>& ranks,
                                             const std::vector<std::size_t>& places,
                                             bool last_first = false);

} // namespace libeval::kernel
