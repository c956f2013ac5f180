// SPDX-License-Identifier: Apache-2.0
#include "engine/simulate/tally.hpp"

#include <libeval/kernel/smaa.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>

namespace libeval {
namespace {

constexpr std::size_t outcome_count = 6;

void count_places(StageCounts& out, const StageDecision& stage, std::size_t candidates) {
  // Tie groups: the same place in the same pool.
  std::map<std::pair<std::uint32_t, double>, std::vector<std::uint32_t>> groups;
  for (std::size_t e = 0; e < stage.entrants.size(); ++e)
    if (stage.place[e] > 0)
      groups[{stage.pools.empty() ? 0 : stage.pool[e], stage.place[e]}].push_back(
          stage.entrants[e]);
  for (const auto& [at, members] : groups)
    kernel::add_tied(members, static_cast<std::size_t>(at.second) - 1, out.places, out.place);
  if (out.ahead.empty())
    return;
  for (std::size_t a = 0; a < stage.entrants.size(); ++a)
    for (std::size_t b = 0; b < stage.entrants.size(); ++b) {
      const bool compared = a != b && stage.place[a] > 0 && stage.place[b] > 0 &&
                            (stage.pools.empty() || stage.pool[a] == stage.pool[b]);
      if (!compared)
        continue;
      const std::size_t at = stage.entrants[a] * candidates + stage.entrants[b];
      ++out.both[at];
      out.ahead[at] += stage.place[a] < stage.place[b]    ? 2U
                       : stage.place[a] == stage.place[b] ? 1U
                                                          : 0U;
    }
}

void count_stage(StageCounts& out, const StageDecision& stage, std::size_t candidates,
                 const std::vector<double>& at_least, const Axis& axis) {
  const std::size_t bins = out.scores.size() / std::max<std::size_t>(candidates, 1);
  for (std::size_t e = 0; e < stage.entrants.size(); ++e) {
    const std::size_t c = stage.entrants[e];
    ++out.entered[c];
    ++out.outcomes[c * outcome_count + static_cast<std::size_t>(stage.outcomes[e])];
    if (stage.total.empty() || stage.nodes.empty() || !stage.nodes[0].scores.has(e))
      continue;
    const double total = stage.total[e];
    for (std::size_t t = 0; t < at_least.size(); ++t)
      if (total >= at_least[t] - stage.tolerance)
        ++out.reached[c * at_least.size() + t];
    const double shown = kernel::shortened(total);
    out.lowest[c] = std::min(out.lowest[c], shown);
    out.highest[c] = std::max(out.highest[c], shown);
    if (bins == 0)
      continue;
    const double at = axis.width > 0 ? (shown - axis.low) / axis.width : 0;
    const auto bin = static_cast<std::size_t>(std::clamp(at, 0.0, static_cast<double>(bins - 1)));
    ++out.scores[c * bins + bin];
  }
  count_places(out, stage, candidates);
  const std::size_t filled = std::min(stage.advancing, candidates);
  ++out.filled[filled];
}

template <class T>
void add_vector(std::vector<T>& to, const std::vector<T>& from) {
  if (to.size() != from.size())
    throw std::invalid_argument("counts of different simulations: " + std::to_string(to.size()) +
                                " and " + std::to_string(from.size()) + " numbers");
  for (std::size_t i = 0; i < to.size(); ++i)
    to[i] += from[i];
}

double as_double(std::uint64_t x) {
  return static_cast<double>(x);
}

} // namespace

Counts empty_counts(const TallyShape& shape) {
  Counts out;
  const std::size_t n = shape.candidates;
  StageCounts stage;
  stage.places = std::min(n, most_places);
  stage.entered.assign(n, 0);
  stage.outcomes.assign(n * outcome_count, 0);
  stage.place.assign(n * stage.places, 0);
  if (n <= most_pairs) {
    stage.ahead.assign(n * n, 0);
    stage.both.assign(n * n, 0);
  }
  stage.reached.assign(n * shape.thresholds, 0);
  if (n <= most_histograms)
    stage.scores.assign(n * shape.bins, 0);
  stage.lowest.assign(n, std::numeric_limits<double>::max());
  stage.highest.assign(n, std::numeric_limits<double>::lowest());
  stage.filled.assign(n + 1, 0);
  out.stages.assign(shape.stages, stage);
  for (const std::size_t m : shape.parts)
    out.weights.push_back({std::vector<std::uint64_t>(n, 0), std::vector<std::uint64_t>(n * m, 0),
                           std::vector<std::uint64_t>(n * m, 0), std::vector<std::uint64_t>(n, 0),
                           std::vector<std::uint64_t>(n, 0)});
  return out;
}

void count(Counts& counts, const Decision& decision, const std::vector<std::vector<double>>& shares,
           const std::vector<std::size_t>& weight_stages, const std::vector<double>& at_least,
           const std::vector<Axis>& axes) {
  ++counts.samples;
  for (std::size_t s = 0; s < decision.stages.size(); ++s)
    count_stage(counts.stages[s], decision.stages[s], counts.stages[s].entered.size(), at_least,
                axes[s]);
  for (std::size_t k = 0; k < shares.size(); ++k) {
    const StageDecision& stage = decision.stages[weight_stages[k]];
    WeightCounts& out = counts.weights[k];
    const std::size_t m = shares[k].size();
    for (std::size_t e = 0; e < stage.entrants.size(); ++e) {
      if (stage.place[e] != 1)
        continue;
      const std::size_t c = stage.entrants[e];
      ++out.first[c];
      for (std::size_t j = 0; j < m; ++j) {
        const auto w =
            static_cast<std::uint64_t>(std::nearbyint(shares[k][j] * kernel::weight_unit));
        out.sum[c * m + j] += w;
        out.squares[c * m + j] += (w >> 1) * (w >> 1) >> 30;
      }
    }
  }
}

void add(Counts& to, const Counts& from) {
  if (to.stages.size() != from.stages.size() || to.weights.size() != from.weights.size())
    throw std::invalid_argument("counts of different simulations");
  to.samples += from.samples;
  for (std::size_t s = 0; s < to.stages.size(); ++s) {
    StageCounts& a = to.stages[s];
    const StageCounts& b = from.stages[s];
    add_vector(a.entered, b.entered);
    add_vector(a.outcomes, b.outcomes);
    add_vector(a.place, b.place);
    add_vector(a.ahead, b.ahead);
    add_vector(a.both, b.both);
    add_vector(a.reached, b.reached);
    add_vector(a.scores, b.scores);
    add_vector(a.filled, b.filled);
    for (std::size_t i = 0; i < a.lowest.size() && i < b.lowest.size(); ++i) {
      a.lowest[i] = std::min(a.lowest[i], b.lowest[i]);
      a.highest[i] = std::max(a.highest[i], b.highest[i]);
    }
  }
  for (std::size_t k = 0; k < to.weights.size(); ++k) {
    add_vector(to.weights[k].first, from.weights[k].first);
    add_vector(to.weights[k].sum, from.weights[k].sum);
    add_vector(to.weights[k].squares, from.weights[k].squares);
    add_vector(to.weights[k].tried, from.weights[k].tried);
    add_vector(to.weights[k].won, from.weights[k].won);
  }
}

void add_part(Simulation& to, const Simulation& part) {
  const auto require = [](bool fine, const char* what) {
    if (!fine)
      throw std::invalid_argument(std::string("parts of different simulations: ") + what);
  };
  require(to.seed == part.seed, "another seed");
  require(to.ids == part.ids && to.stages == part.stages, "another program");
  require(to.at_least == part.at_least, "other thresholds");
  require(to.parts == part.parts, "other weights");
  require(to.collapsed == part.collapsed, "another method");
  require(to.conditions.size() == part.conditions.size(), "other conditions");
  for (std::size_t s = 0; s < to.axes.size() && s < part.axes.size(); ++s)
    require(to.axes[s].low == part.axes[s].low && to.axes[s].width == part.axes[s].width,
            "other scores");
  require(part.first == to.first + to.all.samples, "a range that does not follow");
  add(to.all, part.all);
  for (std::size_t k = 0; k < to.conditions.size(); ++k)
    add(to.conditions[k].counts, part.conditions[k].counts);
  to.asked += part.asked;
  to.interrupted = to.interrupted || part.interrupted;
}

// --- estimates -----------------------------------------------------------------------------------

namespace {

Estimate share(double count, double of) {
  if (!(of > 0))
    return {};
  const double p = count / of;
  const double least = 1 / of; // as if one sample had differed
  const double q = std::clamp(p, std::min(least, 0.5), std::max(1 - least, 0.5));
  return {p, std::sqrt(q * (1 - q) / of)};
}

} // namespace

Estimate probability(std::uint64_t count, std::uint64_t of) {
  return share(as_double(count), as_double(of));
}

Estimate outcome_probability(const Counts& counts, std::size_t stage, std::size_t candidate,
                             Outcome outcome) {
  return probability(
      counts.stages[stage].outcomes[candidate * outcome_count + static_cast<std::size_t>(outcome)],
      counts.samples);
}

Estimate place_probability(const Counts& counts, std::size_t stage, std::size_t candidate,
                           std::size_t place) {
  const StageCounts& of = counts.stages[stage];
  if (place < 1 || place > of.places)
    return {};
  return share(as_double(of.place[candidate * of.places + place - 1]) /
                   as_double(kernel::place_unit),
               as_double(counts.samples));
}

Estimate place_within(const Counts& counts, std::size_t stage, std::size_t candidate,
                      std::size_t most) {
  const StageCounts& of = counts.stages[stage];
  std::uint64_t sum = 0;
  for (std::size_t p = 0; p < std::min(most, of.places); ++p)
    sum += of.place[candidate * of.places + p];
  return share(as_double(sum) / as_double(kernel::place_unit), as_double(counts.samples));
}

std::optional<Estimate> ahead_probability(const Counts& counts, std::size_t stage,
                                          std::size_t candidate, std::size_t other) {
  const StageCounts& of = counts.stages[stage];
  if (of.ahead.empty())
    return std::nullopt;
  const std::size_t at = candidate * of.entered.size() + other;
  if (of.both[at] == 0)
    return std::nullopt;
  return share(as_double(of.ahead[at]) / 2, as_double(of.both[at]));
}

std::optional<Estimate> central_weight(const Counts& counts, std::size_t entry,
                                       std::size_t candidate, std::size_t part, std::size_t parts) {
  const WeightCounts& of = counts.weights[entry];
  const double times = as_double(of.first[candidate]);
  if (times == 0)
    return std::nullopt;
  const double mean = as_double(of.sum[candidate * parts + part]) / kernel::weight_unit / times;
  const double square =
      as_double(of.squares[candidate * parts + part]) / kernel::weight_unit / times;
  return Estimate{mean, std::sqrt(std::max(0.0, square - mean * mean) / times)};
}

std::optional<Estimate> confidence_factor(const Counts& counts, std::size_t entry,
                                          std::size_t candidate) {
  const WeightCounts& of = counts.weights[entry];
  if (of.tried[candidate] == 0)
    return std::nullopt;
  return probability(of.won[candidate], of.tried[candidate]);
}

std::optional<Estimate> score_quantile(const Simulation& simulation, const Counts& counts,
                                       std::size_t stage, std::size_t candidate, double q) {
  const StageCounts& of = counts.stages[stage];
  const std::size_t n = of.entered.size();
  const std::size_t bins = n == 0 ? 0 : of.scores.size() / n;
  if (bins == 0 || of.lowest[candidate] > of.highest[candidate])
    return std::nullopt;
  const Axis& axis = simulation.axes[stage];
  const std::uint64_t* const bin = of.scores.data() + candidate * bins;
  double all = 0;
  for (std::size_t b = 0; b < bins; ++b)
    all += as_double(bin[b]);
  const double low = of.lowest[candidate], high = of.highest[candidate];
  if (!(axis.width > 0) || low == high)
    return Estimate{low, 0};
  double before = 0;
  for (std::size_t b = 0; b < bins; ++b) {
    const double here = as_double(bin[b]);
    if (before + here < q * all || here == 0) {
      before += here;
      continue;
    }
    const double from =
        std::max(low, b == 0 ? low : axis.low + axis.width * static_cast<double>(b));
    const double to =
        std::min(high, b + 1 == bins ? high : axis.low + axis.width * static_cast<double>(b + 1));
    const double x = from + (to - from) * (q * all - before) / here;
    // The error of a quantile: that of the share, divided by the density.
    const double density = here / all / std::max(to - from, 1e-300);
    return Estimate{x, std::max(std::sqrt(q * (1 - q) / all) / density, (to - from) / 2 / all)};
  }
  return Estimate{high, 0};
}

Estimate place_entropy(const Counts& counts, std::size_t stage, std::size_t candidate) {
  double mean = 0, square = 0, none = 1; // of the surprise, -log2 of the chance of the place
  const auto add = [&](double chance) {
    if (!(chance > 0))
      return;
    mean -= chance * std::log2(chance);
    square += chance * std::log2(chance) * std::log2(chance);
  };
  for (std::size_t p = 1; p <= counts.stages[stage].places; ++p) {
    const double chance = place_probability(counts, stage, candidate, p).value;
    add(chance);
    none -= chance;
  }
  if (none > 1e-12) // what is no place is one outcome more
    add(none);
  const double samples = std::max(as_double(counts.samples), 1.0);
  return {std::max(mean, 0.0), std::sqrt(std::max(square - mean * mean, 0.0) / samples)};
}

double widest_interval(const Counts& counts) {
  constexpr double z = 1.959963984540054;
  const double n = as_double(counts.samples) + z * z;
  double widest = 0;
  for (const StageCounts& stage : counts.stages)
    for (const std::uint64_t count : stage.outcomes) {
      const double p = (as_double(count) + z * z / 2) / n;
      widest = std::max(widest, z * std::sqrt(p * (1 - p) / n));
    }
  return widest;
}

} // namespace libeval
