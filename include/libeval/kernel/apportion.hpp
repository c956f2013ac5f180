// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/kernel/exact.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace libeval::kernel {

/// How votes become seats. Divisor methods give the next seat to the largest votes / d(seats so
/// far): d(s) = s + 1, 2s + 1, s + 2, 3s + 1, s, sqrt(s (s + 1)), 2s (s + 1) / (2s + 1). Largest
/// remainder gives whole quotas, then a seat each to the largest remainders.
enum class Apportionment {
  dhondt,
  sainte_lague,
  imperiali,
  danish,
  adams,
  huntington_hill,
  dean,
  largest_remainder
};

/// Of largest remainder: votes / seats, floor(votes / (seats + 1)) + 1, votes / (seats + 1),
/// votes / (seats + 2).
enum class Quota { hare, droop, hagenbach_bischoff, imperiali };

struct ApportionRule {
  Apportionment method = Apportionment::dhondt;
  Quota quota = Quota::hare;
  std::optional<double> first = {}; ///< sainte_lague: the first divisor instead of 1 (1.4, 1.2)
};

struct Seats {
  std::vector<std::uint64_t> seats; ///< one a member
  std::vector<std::uint32_t> tied;  ///< members level for more than the seats that are left
  bool impossible = false; ///< no votes at all, or whole quotas or least seats above the seats
};

/// Whole numbers that add up to `seats`. `least` (empty: none) are seats that each has already or
/// must have; they count among `seats`, and nobody loses them. Divisor methods go on after them, so
/// that whoever has more than its votes claim keeps that, and the others share the rest. Largest
/// remainder takes out with its least whoever a hare quota of the rest entitles to less, until
/// there is nobody (the Swiss Federal Act on Political Rights, article 17). Votes are finite and
/// not negative; without votes no seat. Whoever is level for the last seats is `tied` and has only
/// its certain seats. Ratios are compared by cross-multiplication, so equal ones are equal. O(n +
/// seats log n). Balinski, Young: Fair Representation (1982).
[[nodiscard]] Seats apportion(std::span<const Exact> votes, std::uint64_t seats,
                              const ApportionRule& rule, std::span<const std::uint64_t> least = {});

} // namespace libeval::kernel
