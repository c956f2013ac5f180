// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/compile/frame.hpp"

#include <libeval/base/diagnostic.hpp>
#include <libeval/domain/program.hpp>
#include <libeval/engine/decision.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace libeval {

/// Names of a bundle, looked up once: candidates by id, evidence by name.
/// What takes a look at every candidate is made when it is first asked for; one thread asks.
class Names {
public:
  explicit Names(const Bundle& bundle);
  /// Position of a candidate, or npos.
  [[nodiscard]] std::uint32_t candidate(std::string_view id) const;
  /// The same where it is probably at `position`: costs no index if it always is.
  [[nodiscard]] std::uint32_t candidate_near(std::string_view id, std::size_t position) const;
  /// Position of a table, or npos.
  [[nodiscard]] std::size_t table(std::string_view name) const;
  /// Positions of the tables asked for since the last call.
  [[nodiscard]] std::set<std::size_t> take_asked() const { return std::exchange(asked_, {}); }

  /// A key column of a table as positions of candidates.
  struct Rows {
    Index candidates;      ///< one a row; npos for texts that are none
    bool all_known = true; ///< there is no npos
  };
  [[nodiscard]] const Rows& rows(const Table& table, const TextColumn& column) const;

private:
  const Bundle& bundle_;
  mutable std::unordered_map<std::string_view, std::uint32_t>
      candidates_; ///< made when first asked
  std::map<std::string_view, std::size_t> tables_;
  mutable std::set<std::size_t> asked_;
  mutable std::map<const TextColumn*, Rows> rows_;
};

/// Everything that compiling a stage depends on: a bundle, who enters, and the stages before.
struct Context {
  const Bundle& bundle;
  const Names& names;
  const Stage& stage;
  std::vector<std::uint32_t> entrants; ///< positions of candidates, ascending where not given
  const std::map<std::string, const StageDecision*, std::less<>>& earlier;
  bool among_tied = false; ///< opponents outside the entrants are left out too
  Diagnostics& diagnostics;

  /// Which candidates are entrants, one byte a candidate.
  std::vector<std::uint8_t> entering;
  void index_entrants();
};

/// A cell that should stand and does not.
struct GapCell {
  std::uint32_t candidate = npos;
  std::string where;      ///< node or measure
  std::string cell;       ///< `benchmark hle, juror j3`; empty: no cell at all
  bool undefined = false; ///< the cells stand, but a step has no result; `cell` says why
};

/// A recusal that a measure has heeded.
struct AppliedRecusal {
  std::uint32_t candidate = npos;
  std::string evidence;
  Recusal recusal;
  std::size_t marks = 0; ///< so many stood and were left out
};

/// The cells that a measure takes from a table, filtered, with gaps marked. The array is loaded by
/// an operation put into the plan. `everybody` keeps cells of candidates that are no entrants,
/// marked as outside. What recusals left out is added to `recusals`.
[[nodiscard]] Frame evidence_frame(const Context& context, Plan& plan, const Measure& measure,
                                   bool everybody, std::vector<AppliedRecusal>& recusals);

/// Positions of a table's key column as codes of candidates; npos for texts that are none.
[[nodiscard]] Index candidate_codes(const Context& context, const Table& table,
                                    const TextColumn& column);

/// Whether a text fits a test's patterns (and not its negation). Numeric bounds are not looked at.
[[nodiscard]] bool fits(const Test& test, std::string_view text);
/// The same for a number, with the bounds.
[[nodiscard]] bool fits(const Test& test, double number);

/// A number from an attribute or a label: a decimal, or a date (`2026-01-15`, with a time if
/// there is one) in days.
[[nodiscard]] std::optional<double> number_or_date(std::string_view text);

/// A new array in the plan.
ArrayId new_array(Plan& plan, std::size_t size, Index candidates, std::string where);
/// Adds an operation, for the step of that word.
void add(Plan& plan, Op op, std::string word);

} // namespace libeval
