// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/simulate/sampler.hpp"

#include <libeval/engine/margins.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace libeval {

/// A stage of a decision, and how a changed bundle is decided.
struct MarginContext {
  const Bundle& bundle;
  const Decision& decision;
  std::size_t stage;
  const MarginOptions& options;

  [[nodiscard]] const StageDecision& decided() const { return decision.stages[stage]; }
  /// The stage as a changed bundle decides it; none where that is refused, or after `stop`.
  [[nodiscard]] std::optional<StageDecision> decide_changed(const Bundle& changed) const;
  /// The outcome, and the total, of a candidate there.
  [[nodiscard]] std::optional<Outcome> outcome(const Bundle& changed, std::size_t candidate) const;
  [[nodiscard]] std::optional<double> total(const Bundle& changed, std::size_t candidate) const;
};

/// Whether the score or the measures of a stage ask a table for anything.
[[nodiscard]] bool asks_table(const Stage& stage, const std::string& table);

/// The scores of a stage as sums of shares times numbers, where they are: total of entrant e =
/// sum over k of shares[k] * of[e][k], but for rounding.
struct LinearScore {
  std::string path; ///< the node
  std::vector<std::string> parts;
  std::vector<double> shares;
  double sum = 1;
  bool points = false;
  std::vector<std::vector<double>> of;
  double tolerance = 0;
  bool rounded = false;
};
[[nodiscard]] std::optional<LinearScore> linear_score(const MarginContext& context);

/// Whether who goes on is a matter of the order by total and the number of places alone; then how
/// many go on.
[[nodiscard]] std::optional<std::size_t> plain_line(const MarginContext& context);

inline constexpr double least_share = 0x1p-24;

/// The smallest t in (0, 1] at which `differs`, to `least_share`; none where it does not at 1.
[[nodiscard]] std::optional<double> bisect(const std::function<bool(double)>& differs);

/// By how much a total is better than another.
[[nodiscard]] double better_by(const MarginContext& context, double total, double other);

/// What a total would have to change by to be at the line, which `margin` tells its distance to.
[[nodiscard]] double to_the_line(const MarginContext& context, const Margin& margin);

/// Candidates next to the line: the last of those who advance and the first of those cut.
[[nodiscard]] std::vector<std::size_t> at_the_line(const MarginContext& context);

/// For each entrant whether its total is that of the last place and of the next one too, whatever
/// is then ruled: any difference between them decides. Nobody where more than an order by total
/// decides.
[[nodiscard]] std::vector<std::uint8_t> tied_at_the_line(const MarginContext& context);

void add_score_margins(const MarginContext& context, CandidateMargins& out);
void add_mark_margins(const MarginContext& context, CandidateMargins& out);
void add_weight_margins(const MarginContext& context, StageMargins& out);
void add_left_out(const MarginContext& context, StageMargins& out);
void add_places(const MarginContext& context, const WeightSource* weights, StageMargins& out);

} // namespace libeval
