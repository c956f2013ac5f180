// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/domain/program.hpp>
#include <libeval/engine/decision.hpp>
#include <libeval/engine/simulate.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace libeval {

/// How a smallest change was found. `exact`: from the linear form of the scores, and the decision
/// just inside and just outside was made to check it. `search`: by bisection between a change that
/// alters the outcome and one that does not; a smaller one elsewhere is not excluded.
enum class Found { exact, search };

/// What would have to be otherwise for one candidate's outcome in a stage to be another one.
struct Margin {
  enum class Kind {
    total, ///< how far behind the last that was taken (negative), or ahead of the first that was
           ///< not; fewer are better where the total is a cost
    part,  ///< of one part's score; `name` = its path
    marks  ///< of all marks of one member (juror) for the candidate; `name` = `juror j7`
  };
  Kind kind = Kind::total;
  std::string name;
  double change = 0; ///< to add; in the units of the part or of the marks; 0: any, however small
  double before = 0; ///< the score or the mean mark now
  Outcome outcome = Outcome::held; ///< what it becomes, by `in_steps` where that is told
  Found found = Found::exact;
  /// The least change that marks can have, where their table has a `step`: a multiple of it.
  std::optional<double> in_steps = {};
};

/// The nearest weights of a node's parts under which somebody else goes on, or two draw level at
/// the line.
struct WeightMargin {
  std::string norm;           ///< `L1`, `L2`, `Linf`, of shares
  double distance = 0;        ///< 0: any other weights, two are level now
  std::vector<double> shares; ///< the witness
  /// Candidates: who goes on then, and who no longer does (or is held); `nobody` where there is
  /// none. Where two are level, these two.
  std::size_t in = nobody, out = nobody;
  bool level = false; ///< they are level there, and no weights further on part them
  Found found = Found::exact;
};

/// Candidates near the line of a stage and how near.
struct CandidateMargins {
  std::size_t candidate = 0;
  Outcome outcome = Outcome::held;
  std::vector<Margin> margins; ///< those that exist: total, parts, members by size of the change
  std::vector<std::string> parts_without_effect; ///< paths: no score of these alone changes it
  std::size_t members_tried = 0;                 ///< so many members' marks were changed
};

/// One member, part or candidate left out, and whose outcome changes.
struct LeftOut {
  std::string dimension, member;    ///< `juror`, `j7`; `part`, a path; `candidate`, an id
  std::vector<std::size_t> changes; ///< candidates with another outcome in the stage
  std::vector<Outcome> outcomes;    ///< theirs
  std::vector<std::pair<std::size_t, std::size_t>> reversed; ///< pairs whose order turned round
};

/// The best and the worst place of a candidate over a set of weights, and what follows.
struct PossiblePlaces {
  std::size_t candidate = 0;
  std::size_t best = 0, worst = 0;
};

struct StageMargins {
  std::size_t stage = 0;
  std::optional<double> last_in, first_out; ///< totals at the line, where it parts them
  std::vector<CandidateMargins> candidates; ///< those at the line
  std::vector<std::string> parts;           ///< of the score, for `weights`
  std::vector<double> shares;               ///< as they are
  std::vector<WeightMargin> weights;        ///< empty: no weights change an outcome, or none apply
  std::vector<LeftOut> left_out;            ///< only those that change an outcome or an order
  std::size_t left_out_tried = 0;
  std::vector<LeftOut> kept;          ///< could not be left out: other rules name them
  std::vector<PossiblePlaces> places; ///< over the weights that the uncertainty allows, else all
  /// Nothing else is told: its scores are known only through statements, and what those leave open
  /// is a matter of `reconstruct`.
  bool known_in_part = false;
  bool interrupted = false; ///< stopped before all was tried
};

struct MarginOptions {
  std::size_t most_members = 200;          ///< of a dimension to leave out one by one
  std::size_t most_candidates = 4;         ///< at each line
  const std::atomic<bool>* stop = nullptr; ///< set: end with what was reached

  [[nodiscard]] bool stopped() const {
    return stop != nullptr && stop->load(std::memory_order_relaxed);
  }
};

/// How near every line of a decision is to another outcome. A bundle is decided anew about
/// (parts + members) times 50 times; with a linear score nearly all of it is exact.
/// Necessary and possible places are over the weights of the first entry of `uncertainty.weights`
/// for that stage; without one over all weights with the same sum. Somebody is ahead there by more
/// than 1e-5 of the largest difference between two candidates in a part.
[[nodiscard]] std::vector<StageMargins> margins(const Uncertain& uncertain,
                                                const Decision& decision,
                                                const MarginOptions& options,
                                                Diagnostics& diagnostics);

/// How much of the variance of "advances" one source of uncertainty explains alone (first order)
/// and with all others it works with (total), with half a 95 % interval each.
struct SobolIndex {
  std::string source;
  double first = 0, first_half = 0, total = 0, total_half = 0;
};
struct SobolIndices {
  std::size_t stage = 0, candidate = 0;
  double probability = 0;    ///< to advance
  std::uint64_t samples = 0; ///< so many were reached
  std::vector<SobolIndex> sources;
};
struct SobolOptions {
  std::uint64_t seed = 1, samples = 10000; ///< `samples` * (sources + 2) decisions
  unsigned threads = 1;
  /// Stop as soon as every index is known within this (half a 95 % interval); `samples` is then the
  /// most. Looked at after 512 samples and whenever their number has doubled.
  std::optional<double> until = {};
  const std::atomic<bool>* stop = nullptr; ///< set: end with what was reached
  bool lanes = true; ///< decide many samples at a time where that can be; the counts are alike
};
/// For every candidate of each stage whose outcome is neither certain nor impossible. First order
/// after Saltelli et al. (2010) with the outcome of the common sample as control variate, total
/// after Jansen (1999). The counts depend on seed and samples alone, not on threads.
[[nodiscard]] std::vector<SobolIndices>
sobol(const Uncertain& uncertain, const SobolOptions& options, Diagnostics& diagnostics);

/// The sources of an uncertainty in words, in their order.
[[nodiscard]] std::vector<std::string> sources_of(const Uncertainty& uncertainty);

} // namespace libeval
