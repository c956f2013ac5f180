// SPDX-License-Identifier: Apache-2.0
// What the fast kernel counts, in the words of a simulation.
#include "engine/simulate/kernel_model.hpp"

#include <algorithm>

namespace libeval {

std::string method_of(const KernelModel& of) {
  const kernel::SmaaModel& model = of.model;
  if (of.program)
    return "every replicate as `decide` does, many at a time";
  std::size_t shared = 0;
  for (const kernel::SmaaModel::Shared& term : model.shared)
    shared = std::max<std::size_t>(shared, term.number + 1);
  if (model.deviation.empty() && model.covariance.empty() && shared == 0)
    return "scores are weighted sums of certain numbers: only weights are drawn";
  std::string out = "scores are weighted sums and measurements ";
  const bool independent = shared == 0 && model.covariance.empty() && !of.correlated;
  out += independent ? "independent and normal: " : "normal: ";
  if (!model.deviation.empty() || !model.covariance.empty())
    out += "one normal number a candidate";
  if (shared > 0)
    out +=
        (out.ends_with("candidate") ? " and " : "") + std::to_string(shared) + " that they share";
  return out + ", which is the same distribution";
}

std::size_t column_of_part(const KernelModel& model, const Sampler& sampler, std::size_t entry,
                           std::size_t part) {
  const WeightSource& weights = sampler.weights[entry];
  if (!model.program && weights.ordered_all)
    return static_cast<std::size_t>(std::ranges::find(weights.order, part) - weights.order.begin());
  for (std::size_t k = 0; k < entry; ++k)
    part += sampler.weights[k].parts.size();
  return part;
}

void draw_shares(const KernelModel& model, const Sampler& sampler, const Replicate& replicate,
                 std::span<double> out) {
  std::size_t at = 0;
  for (std::size_t k = 0; k < sampler.weights.size(); ++k) {
    const std::size_t m = sampler.weights[k].parts.size();
    if (model.weights_on_lanes.empty() || model.weights_on_lanes[k] == 0)
      sampler.weights[k].draw(replicate.stream(k), out.subspan(at, m));
    at += m;
  }
}

void mark_advancing(const KernelModel& model, const kernel::Order& order,
                    std::span<std::uint8_t> advances) {
  std::ranges::fill(advances, std::uint8_t{0});
  const std::size_t n = model.entrants.size(), line = model.line.places.value_or(n);
  for (std::size_t t = 0; t + 1 < order.offsets.size() && order.offsets[t] < line; ++t)
    if (order.offsets[t + 1] <= line || model.line.ties == TieRuling::all_advance)
      for (std::uint32_t at = order.offsets[t]; at < order.offsets[t + 1]; ++at)
        advances[model.entrants[order.order[at]]] = 1;
}

void count_trials(Counts& counts, std::size_t candidate, std::uint64_t tried, std::uint64_t won) {
  for (WeightCounts& weights : counts.weights) {
    weights.tried[candidate] += tried;
    weights.won[candidate] += won;
  }
}

void add_first_weights(const KernelModel& model, const Sampler& sampler,
                       const kernel::SmaaCounts& from, Counts& to) {
  const std::size_t columns = model.model.criteria;
  for (std::size_t entry = 0; entry < to.weights.size(); ++entry) {
    WeightCounts& weights = to.weights[entry];
    const std::size_t m = sampler.weights[entry].parts.size();
    for (std::size_t e = 0; e < model.entrants.size(); ++e) {
      const std::size_t c = model.entrants[e];
      weights.first[c] += from.first[e];
      for (std::size_t k = 0; k < m; ++k) {
        const std::size_t column = e * columns + column_of_part(model, sampler, entry, k);
        weights.sum[c * m + k] += from.first_weights[column];
        weights.squares[c * m + k] += from.first_squares[column];
      }
    }
  }
}

namespace {

/// How often so many places were filled: a tie across the line leaves more or fewer.
void count_filled(const KernelModel& of, const kernel::SmaaCounts& from, StageCounts& stage) {
  if (!of.program) { // not told
    stage.filled.clear();
    return;
  }
  const std::size_t n = of.model.candidates;
  std::uint64_t plain = from.samples;
  for (std::size_t at = 0; at < from.across_from.size(); ++at) {
    plain -= from.across_from[at];
    stage.filled[at] +=
        of.line.ties == TieRuling::all_advance ? from.across_until[at] : from.across_from[at];
  }
  stage.filled[std::min(of.line.places.value_or(n), n)] += plain;
}

} // namespace

Counts counts_of(const KernelModel& of, const Sampler& sampler, const TallyShape& shape,
                 const kernel::SmaaCounts& from) {
  const kernel::SmaaModel& model = of.model;
  const std::size_t n = model.candidates, all = shape.candidates;
  Counts counts = empty_counts(shape);
  counts.samples = from.samples;
  StageCounts& stage = counts.stages[0];
  for (std::size_t e = 0; e < n; ++e) {
    const std::size_t c = of.entrants[e];
    stage.entered[c] = from.samples;
    std::uint64_t inside = 0;
    for (std::size_t p = 0; p < n; ++p) {
      if (p < stage.places)
        stage.place[c * stage.places + p] = from.places[e * n + p];
      if (model.line == 0 ? !of.line.places || *of.line.places > 0 : p < model.line)
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
    outcome(of.line.ties == TieRuling::hold          ? Outcome::held
            : of.line.ties == TieRuling::all_advance ? Outcome::advances
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
        stage.ahead[c * all + of.entrants[f]] = from.ahead[e * n + f];
        stage.both[c * all + of.entrants[f]] = from.samples;
      }
  }
  add_first_weights(of, sampler, from, counts);
  for (std::size_t t = 0; t < from.tried.size(); ++t)
    count_trials(counts, of.entrants[model.trials.candidates[t]], from.tried[t], from.won[t]);
  count_filled(of, from, stage);
  return counts;
}

} // namespace libeval
