// SPDX-License-Identifier: Apache-2.0
#include "engine/simulate/centers.hpp"

#include <algorithm>
#include <utility>

namespace libeval {
namespace {

std::vector<double> mean_shares(const WeightCounts& of, std::size_t candidate, std::size_t parts) {
  std::vector<double> out;
  double sum = 0;
  for (std::size_t j = 0; j < parts; ++j)
    sum += static_cast<double>(of.sum[candidate * parts + j]);
  for (std::size_t j = 0; j < parts; ++j)
    out.push_back(static_cast<double>(of.sum[candidate * parts + j]) / sum);
  return out;
}

} // namespace

std::vector<Centers> centers_of(const Counts& counts, const Sampler& sampler) {
  std::vector<Centers> out;
  for (std::size_t s = 0; s < counts.stages.size(); ++s) {
    Centers centers;
    centers.stage = s;
    for (std::uint32_t c = 0; c < counts.stages[s].entered.size(); ++c) {
      std::vector<std::vector<double>> shares(sampler.weights.size());
      for (std::size_t k = 0; k < shares.size(); ++k)
        if (sampler.weights[k].stage == s && counts.weights[k].first[c] > 0)
          shares[k] = mean_shares(counts.weights[k], c, sampler.weights[k].parts.size());
      if (std::ranges::all_of(shares, &std::vector<double>::empty))
        continue;
      centers.candidates.push_back(c);
      centers.shares.push_back(std::move(shares));
    }
    if (!centers.candidates.empty())
      out.push_back(std::move(centers));
  }
  return out;
}

void count_trial(Counts& counts, const Centers& centers, std::size_t at, bool first) {
  for (std::size_t k = 0; k < counts.weights.size(); ++k)
    if (!centers.shares[at][k].empty()) {
      ++counts.weights[k].tried[centers.candidates[at]];
      counts.weights[k].won[centers.candidates[at]] += first ? 1U : 0U;
    }
}

kernel::SmaaModel::Trials trials_of(const Centers& centers, const KernelModel& model,
                                    const Sampler& sampler, std::uint64_t until) {
  const std::size_t columns = model.model.criteria;
  kernel::SmaaModel::Trials out;
  out.until = until;
  out.weights.resize(centers.candidates.size() * columns);
  for (std::size_t at = 0; at < centers.candidates.size(); ++at) {
    const auto entrant = std::ranges::find(model.entrants, centers.candidates[at]);
    out.candidates.push_back(static_cast<std::uint32_t>(entrant - model.entrants.begin()));
    for (std::size_t entry = 0; entry < sampler.weights.size(); ++entry)
      for (std::size_t part = 0; part < sampler.weights[entry].parts.size(); ++part)
        out.weights[at * columns + column_of_part(model, sampler, entry, part)] =
            centers.shares[at][entry][part];
  }
  return out;
}

} // namespace libeval
