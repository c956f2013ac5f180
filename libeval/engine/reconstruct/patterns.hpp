// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/contest.hpp"
#include "engine/reconstruct/solver.hpp"

#include <libeval/engine/decision.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <tuple>
#include <vector>

namespace libeval {

/// Excludes from a system, one after another, whole patterns of completions. To a selection that
/// only compares entrants and asks for bounds (`Contest::by_comparison`) all completions are alike
/// in which everybody compares with everybody in the same way and keeps to the same bounds: so one
/// of them decides for all, and there are finitely many, whatever the rules make of them.
class Patterns {
public:
  /// `entrants`: whose comparisons and bounds matter.
  Patterns(const Contest& contest, std::vector<std::size_t> entrants);

  /// Adds unknowns and a row by which no completion is like this one. The system is always the
  /// same. Throws std::domain_error where scores have no bounds.
  void exclude(IntegerSystem& system, const std::vector<std::int64_t>& point);

private:
  [[nodiscard]] std::uint32_t ahead(IntegerSystem& system, std::size_t order, std::size_t a,
                                    std::size_t b, Ahead how);
  [[nodiscard]] std::uint32_t keeps(IntegerSystem& system, std::size_t bound, std::size_t e,
                                    bool does);

  const Contest& contest_;
  std::vector<std::size_t> entrants_;
  std::map<std::tuple<std::size_t, std::size_t, std::size_t, Ahead>, std::uint32_t> ahead_;
  std::map<std::tuple<std::size_t, std::size_t, bool>, std::uint32_t> keeps_;
};

/// Decisions at completions of different patterns.
struct EveryPattern {
  std::vector<StageDecision> decisions;
  bool all = false; ///< there is no other pattern; false: there are too many, or no time
};

/// Decides a completion of every pattern that there is in a system, of some hundreds at most.
/// `decide`: the selection at a completion, read or not.
[[nodiscard]] EveryPattern
decide_every_pattern(const Contest& contest, const IntegerSystem& system, std::size_t entrants,
                     const SolveLimits& limits,
                     const std::function<StageDecision(const std::vector<std::int64_t>&)>& decide);

/// Which of them are as outcomes were published.
[[nodiscard]] std::vector<std::size_t> as_published(const std::vector<StageDecision>& decisions,
                                                    const Context& context,
                                                    const Knowledge& knowledge);

} // namespace libeval
