// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/linear.hpp"
#include "engine/reconstruct/solver.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace libeval {

/// Statements that together leave no completion.
struct CoreSet {
  std::vector<std::uint32_t> tags; ///< ascending
  bool found = false;              ///< false: there is a completion, or no time
  bool smallest = false;           ///< no set with fewer statements does; false: none of its parts
};

/// A set of statements with the fewest members that, with the rules, leaves no completion of any of
/// these systems, which differ in rules only (ways in which something could be otherwise).
/// Alternates minimum hitting sets with maximal satisfiable sets (Ignatiev, Previti, Liffiton and
/// Marques-Silva, Smallest MUS extraction with minimal hitting set dualization, CP 2015); out of
/// time it falls back to an irreducible one by deletion (Chinneck, Feasibility and Infeasibility in
/// Optimization, 2008). Of sets with equally few members it is one whose `weakness` (small numbers,
/// one a statement; empty: all 0) adds up to the least.
///
/// `refuse`: whether a completion that was found does not count after all; then rows, and unknowns,
/// are added to its system that exclude it, and nothing that counts. Where very many are refused
/// that is as if time had run out.
using Refuse = std::function<bool(const std::vector<std::int64_t>&, IntegerSystem&)>;
[[nodiscard]] CoreSet smallest_core(std::vector<IntegerSystem> alternatives,
                                    const SolveLimits& limits,
                                    const std::vector<std::uint32_t>& weakness = {},
                                    const Refuse& refuse = {});

} // namespace libeval
