// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/bradley_terry.hpp>
#include <libeval/kernel/resample.hpp>

#include "kernel/bradley_terry_fit.hpp"

#include <algorithm>
#include <optional>
#include <span>

namespace libeval::kernel {
namespace {

/// Whether some item only won or only lost: then there is no finite estimate.
bool one_sided(std::size_t items, const std::vector<Comparison>& votes) {
  std::vector<std::uint8_t> seen(items, 0); // 1 = won or tied, 2 = lost or tied
  for (const Comparison& v : votes) {
    const int a = (v.a_wins + v.ties > 0 ? 1 : 0) | (v.b_wins + v.ties > 0 ? 2 : 0);
    const int b = (v.b_wins + v.ties > 0 ? 1 : 0) | (v.a_wins + v.ties > 0 ? 2 : 0);
    seen[v.a] = static_cast<std::uint8_t>(seen[v.a] | a);
    seen[v.b] = static_cast<std::uint8_t>(seen[v.b] | b);
  }
  return std::any_of(seen.begin(), seen.end(), [](std::uint8_t s) { return s != 3; });
}

} // namespace

BradleyTerryBootstrap bradley_terry_bootstrap(std::size_t items,
                                              const std::vector<Comparison>& votes,
                                              const Eigen::Ref<const Eigen::MatrixXd>& covariates,
                                              const BradleyTerryRule& rule, const BradleyTerry& fit,
                                              std::size_t replicates, std::uint64_t seed,
                                              std::size_t first, double fallback_ridge) {
  constexpr std::uint32_t source = 0x42540000;
  std::vector<double> counts;
  counts.reserve(3 * votes.size());
  for (const Comparison& v : votes)
    counts.insert(counts.end(), {v.a_wins, v.b_wins, v.ties});
  const Resampler resampler(counts);
  BradleyTerryBootstrap out;
  out.strength.resize(static_cast<Eigen::Index>(items), static_cast<Eigen::Index>(replicates));
  std::vector<Comparison> drawn = votes;
  BradleyTerryRule penalized = rule, quick = rule;
  penalized.ridge = std::max(rule.ridge, fallback_ridge);
  quick.gradient = std::max(rule.gradient, 1e-8); // far below what resampling moves
  std::optional<PairRows> rows;                   // laid out once, where strengths are all
  if (strengths_alone(votes, covariates, rule) && added_up(votes))
    rows.emplace(items, votes, rule.ridge);
  for (std::size_t r = 0; r < replicates; ++r) {
    Words words(Stream(seed, first + r, source));
    resampler.draw(words, counts);
    for (std::size_t k = 0; k < drawn.size(); ++k) {
      drawn[k].a_wins = counts[3 * k];
      drawn[k].b_wins = counts[3 * k + 1];
      drawn[k].ties = counts[3 * k + 2];
    }
    BradleyTerry one;
    const bool penalize = rule.ridge <= 0 && one_sided(items, drawn);
    if (!penalize && rows) {
      rows->recount(drawn);
      one = fit_strengths(*rows, quick, &fit.strength);
    } else if (!penalize) {
      one = bradley_terry(items, drawn, covariates, quick, &fit.strength);
    }
    if (penalize || !one.converged) {
      ++out.without_estimate;
      one = bradley_terry(items, drawn, covariates, penalized);
    }
    out.strength.col(static_cast<Eigen::Index>(r)) = one.strength;
  }
  return out;
}

} // namespace libeval::kernel
