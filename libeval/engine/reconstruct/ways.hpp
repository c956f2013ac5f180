// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/lineup.hpp"
#include "engine/reconstruct/pairs.hpp"
#include "engine/reconstruct/witness.hpp"

#include <libeval/engine/decision.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace libeval {

/// A way in which a selection can go for an entrant: it misses one of its hurdles first, or none,
/// and stands in a region, or as whoever has an outcome, if it is not out by then.
struct Way {
  std::size_t missed = 0; ///< a hurdle, or the number of those it meets
  std::optional<Region> region;
  std::optional<Outcome> stands;
};

/// A system, and what of the selection is written down in it.
struct Written {
  IntegerSystem system;
  Ends ends;                    ///< where it takes more than counts
  const Pairs* pairs = nullptr; ///< what is certain of pairs in it
};

/// The ways in which the selection of a lineup can go, and what it takes of scores that it goes one
/// of them.
class Ways {
public:
  Ways(const Context& context, const Lineup& lineup);

  /// By regions: enough where an outcome follows from how many are ahead and how many are level.
  [[nodiscard]] std::vector<Way> by_region(std::size_t entrant) const;
  /// By outcomes: where the selection is written line after line.
  [[nodiscard]] std::vector<Way> by_outcome(std::size_t entrant) const;

  /// The outcome of a way that does not depend on a region.
  [[nodiscard]] Outcome outcome_of(std::size_t entrant, const Way& way) const;
  /// So many hurdles it meets before it is out for other reasons.
  [[nodiscard]] std::size_t hurdles_of(std::size_t entrant) const;

  /// A system with the selection written down in it as far as ways by outcome need it.
  [[nodiscard]] Written written(const IntegerSystem& system, std::size_t entrant) const;
  /// The same points as long as it goes that way.
  [[nodiscard]] IntegerSystem in_that_way(const Written& written, std::size_t entrant,
                                          const Way& way) const;
  /// One of them.
  [[nodiscard]] Answer completion(const Written& written, std::size_t entrant, const Way& way,
                                  const SolveLimits& limits, Effort effort) const;

private:
  [[nodiscard]] std::vector<std::size_t> misses(std::size_t entrant, std::vector<Way>& early) const;
  [[nodiscard]] std::size_t last_step(std::size_t entrant) const;

  const Context& context_;
  const Lineup& lineup_;
  const Contest& contest_; ///< of the lineup
  bool by_counts_;         ///< where somebody ends up follows from counts
};

} // namespace libeval
