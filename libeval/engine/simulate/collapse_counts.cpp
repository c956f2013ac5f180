// SPDX-License-Identifier: Apache-2.0
// What the fast kernel counts, in the words of a simulation.
#include "engine/simulate/collapse.hpp"

#include <algorithm>

namespace libeval {

std::string method_of(const kernel::SmaaModel& model) {
  std::size_t shared = 0;
  for (const kernel::SmaaModel::Shared& term : model.shared)
    shared = std::max<std::size_t>(shared, term.number + 1);
  if (model.deviation.empty() && model.covariance.empty() && shared == 0)
    return "scores are weighted sums of certain numbers: only weights are drawn";
  std::string out = "scores are weighted sums and measurements ";
  out += shared == 0 && model.covariance.empty() ? "independent and normal: " : "normal: ";
  if (!model.deviation.empty() || !model.covariance.empty())
    out += "one normal number a candidate";
  if (shared > 0)
    out +=
        (out.ends_with("candidate") ? " and " : "") + std::to_string(shared) + " that they share";
  return out + ", which is the same distribution";
}

std::size_t column_of_part(const WeightSource& weights, std::size_t part) {
  if (!weights.ordered_all)
    return part;
  return static_cast<std::size_t>(std::ranges::find(weights.order, part) - weights.order.begin());
}

void add_first_weights(const Collapsed& collapsed, const Sampler& sampler,
                       const kernel::SmaaCounts& from, Counts& to) {
  if (to.weights.empty())
    return;
  WeightCounts& weights = to.weights[0];
  const std::size_t m = collapsed.model.criteria;
  for (std::size_t e = 0; e < collapsed.entrants.size(); ++e) {
    const std::size_t c = collapsed.entrants[e];
    weights.first[c] += from.first[e];
    for (std::size_t k = 0; k < m; ++k) {
      weights.sum[c * m + k] += from.first_weights[e * m + column_of_part(sampler.weights[0], k)];
      weights.squares[c * m + k] +=
          from.first_squares[e * m + column_of_part(sampler.weights[0], k)];
    }
  }
}

Counts counts_of(const Collapsed& collapsed, const Sampler& sampler, const TallyShape& shape,
                 const kernel::SmaaCounts& from) {
  const kernel::SmaaModel& model = collapsed.model;
  const std::size_t n = model.candidates, all = shape.candidates;
  Counts counts = empty_counts(shape);
  counts.samples = from.samples;
  StageCounts& stage = counts.stages[0];
  for (std::size_t e = 0; e < n; ++e) {
    const std::size_t c = collapsed.entrants[e];
    stage.entered[c] = from.samples;
    std::uint64_t inside = 0;
    for (std::size_t p = 0; p < n; ++p) {
      if (p < stage.places)
        stage.place[c * stage.places + p] = from.places[e * n + p];
      if (model.line == 0 ? !collapsed.places || *collapsed.places > 0 : p < model.line)
        inside += from.places[e * n + p];
    }
    const std::uint64_t across = model.line > 0 ? from.across[e] : 0;
    const std::uint64_t advances =
        (inside - (across > 0 ? from.across_places[e] : 0)) / kernel::place_unit;
    const auto outcome = [&](Outcome o) -> std::uint64_t& {
      return stage.outcomes[c * 6 + static_cast<std::size_t>(o)];
    };
    outcome(Outcome::advances) = advances;
    outcome(Outcome::cut) = from.samples - advances - across;
    outcome(collapsed.ties == TieRuling::hold          ? Outcome::held
            : collapsed.ties == TieRuling::all_advance ? Outcome::advances
                                                       : Outcome::cut) += across;
    for (std::size_t t = 0; t < model.thresholds.size(); ++t)
      stage.reached[c * model.thresholds.size() + t] =
          from.reached[e * model.thresholds.size() + t];
    for (std::size_t b = 0; b < model.bins; ++b)
      stage.scores[c * model.bins + b] = from.scores[e * model.bins + b];
    if (model.bins > 0) {
      stage.lowest[c] = from.lowest[e];
      stage.highest[c] = from.highest[e];
    }
    for (std::size_t f = 0; f < n && model.pairs; ++f)
      if (f != e) {
        stage.ahead[c * all + collapsed.entrants[f]] = from.ahead[e * n + f];
        stage.both[c * all + collapsed.entrants[f]] = from.samples;
      }
  }
  add_first_weights(collapsed, sampler, from, counts);
  stage.filled.clear(); // ties across the line are counted by candidate, not by replicate
  return counts;
}

} // namespace libeval
