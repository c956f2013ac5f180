// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/domain/criteria.hpp>
#include <libeval/domain/program.hpp>
#include <libeval/engine/decision.hpp>
#include <libeval/engine/partial.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace libeval {

/// What to reconstruct, from which statements, and for how long.
struct ReconstructOptions {
  std::string stage = {};                            ///< empty: the first that is known in part
  std::optional<Level> level = {};                   ///< only statements at least so strong
  std::vector<std::string> without = {};             ///< ids of statements that do not count
  bool ranges = true, places = true, reasons = true; ///< what is worked out
  double seconds = 60;                               ///< then what is proven so far is returned
  const std::atomic<bool>* stop = nullptr;           ///< likewise as soon as it is true
};

/// Statements by position in `Reconstruction::statements`.
struct StatementSet {
  std::vector<std::size_t> statements;
  bool smallest = false; ///< no smaller set does; false: only that none of them can be left out
  bool found = false;
};

/// Which outcomes a candidate can have.
struct OutcomeProspect {
  Outcome outcome = Outcome::held;
  enum class Modality { necessary, possible, impossible } modality = Modality::possible;
  /// For what is necessary: under these it is; nothing of the rest is needed.
  StatementSet rests_on;
  std::vector<std::string> rules; ///< policies, hurdles, decisions by which it is put out
};

/// Where a candidate that a rule puts out after the cut stands by its scores alone.
struct ScoreStanding {
  bool inside = false; ///< among the first that are taken, in every completion; else outside
  StatementSet rests_on;
};

/// One node of the criteria tree of the stage.
struct ReconstructedNode {
  std::string path, title;
  std::size_t parent = nobody, depth = 0;
  std::optional<double> points;
  bool unknown = false;           ///< known through statements; else from evidence
  std::vector<ScoreRange> ranges; ///< by entrant; empty: not asked for
};

/// What a published record determines about one stage, and what it does not.
struct Reconstruction {
  struct Used {
    const Statement* statement = nullptr; ///< in the bundle
    std::string id, source, date, level;
  };
  std::string stage;
  std::vector<std::uint32_t> entrants;  ///< positions in Program::candidates
  std::vector<Used> statements;         ///< that count
  std::size_t left_out = 0;             ///< that speak of the stage and do not count
  StatementSet contradiction;           ///< found: there is no completion, because of these
  std::vector<ReconstructedNode> nodes; ///< preorder; the first is the total
  std::vector<std::size_t> best_place, worst_place;    ///< by entrant, by all keys of the order
  std::vector<bool> places_proven;                     ///< false: bounds, out of time
  std::vector<std::vector<OutcomeProspect>> prospects; ///< by entrant
  std::vector<std::optional<ScoreStanding>> by_score;  ///< by entrant
  std::size_t line = 0;                                ///< so many are taken first

  /// Degrees of freedom by depth of the tree: the scores of all nodes at that depth (and of leaves
  /// above it) less the independent equations between them.
  std::vector<std::size_t> freedom;
  bool unique = false; ///< there is exactly one completion: the scores are those of the ranges
  std::string unread;  ///< what of the selection is not read on partial knowledge
  std::vector<std::string> relaxed;      ///< what is read with less than it says
  std::size_t bounds = 0, certified = 0; ///< ends of ranges; those re-derived exactly from duals
  bool interrupted = false, trouble = false;

  [[nodiscard]] bool contradictory() const { return contradiction.found; }
};

/// Turns the compiled stage and the statements about it into an integer program on the reporting
/// grid and asks it for everything above. Stages before it are decided first. Every end of a range
/// is attained by a completion that satisfies all rows in exact arithmetic. What is wrong with the
/// bundle or the options (no such stage or statement, a stage with nothing unknown) goes to
/// `diagnostics`.
[[nodiscard]] Reconstruction reconstruct(const Bundle& bundle, const ReconstructOptions& options,
                                         Diagnostics& diagnostics);

/// How completions are drawn.
struct SampleOptions {
  std::string stage = {}; ///< empty: the first that is known in part
  std::optional<Level> level = {};
  std::vector<std::string> without = {};
  std::size_t samples = 1000;
  std::uint64_t seed = 1;
  std::size_t chains = 4;
  std::size_t thin = 0;                 ///< moves between two samples; 0: ten per unknown
  std::size_t enumerate_up_to = 20'000; ///< with no more completions than this all are listed
  bool each_once = false; ///< the list itself instead of draws, if it has at most `samples`
};

/// Completions of a record, each one of many and none of them a fact. How to use them:
///
///     const Completions drawn = sample_completions(bundle, {.seed = 7}, problems);
///
///     for (std::size_t i = 0; i < drawn.count; ++i)
///       analyze(with_completion(bundle, drawn, i)); // decide, simulate, margins, whatif, ...
struct Completions {
  std::string stage;
  std::vector<std::uint32_t> entrants; ///< positions in Program::candidates
  std::vector<std::string> parts;      ///< paths of the nodes whose scores are unknown (leaves)
  std::vector<double> steps;           ///< by part: scores are multiples of it
  std::vector<Direction> directions;   ///< by part
  std::size_t count = 0;
  std::vector<double> scores; ///< count x parts x entrants
  std::vector<double> totals; ///< count x entrants
  bool enumerated = false;    ///< drawn evenly from the list of all `completions`
  std::size_t completions = 0;
  bool mixing_told = true; ///< false: too few draws to tell whether the walk has mixed
  double effective = 0;    ///< the smallest effective sample size of a score or total
  double r_hat = 1;        ///< the largest split R-hat of a score or total

  [[nodiscard]] double score(std::size_t sample, std::size_t part, std::size_t entrant) const {
    return scores[(sample * parts.size() + part) * entrants.size() + entrant];
  }
  [[nodiscard]] double total(std::size_t sample, std::size_t entrant) const {
    return totals[sample * entrants.size() + entrant];
  }
};

/// Draws completions uniformly: from the list of all of them where there are few, else by
/// hit-and-run on the grid (Smith 1984; here along lattice directions that keep all equations),
/// in several chains whose draws are laid one after the other. The same seed gives the same draws
/// everywhere. Effective sample size and split R-hat as in Vehtari, Gelman, Simpson, Carpenter and
/// Buerkner (2021), without rank normalization. Contradictory or unbounded records are diagnostics.
[[nodiscard]] Completions sample_completions(const Bundle& bundle, const SampleOptions& options,
                                             Diagnostics& diagnostics);

/// The bundle with one completion as evidence of its stage, on which every analysis works as on any
/// other; unpublished evidence elsewhere (other stages, hurdles) stays unpublished. O(bundle), and
/// nothing is solved. All completions of one draw make bundles that differ in `tables.back()`
/// alone, whose one column has at row part * entrants + entrant the score (a share of the points
/// where the part has points), so a stage compiled for one of them can be run on all. Throws
/// std::invalid_argument where there is no such sample or stage.
[[nodiscard]] Bundle with_completion(const Bundle& bundle, const Completions& completions,
                                     std::size_t sample);

} // namespace libeval
