// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/resample.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace libeval::kernel {
namespace {

/// log k! minus Stirling's main terms.
double stirling_rest(double k) {
  static constexpr std::array<double, 10> small = {
      0.0810614667953272,  0.0413406959554092, 0.0276779256849983, 0.0207906721037650,
      0.0166446911898211,  0.0138761288230707, 0.0118967099458917, 0.0104112652619720,
      0.00925546218271273, 0.00833056343336287};
  if (k < 10)
    return small[static_cast<std::size_t>(k)];
  const double one = 1 / (k + 1), two = one * one;
  return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 * two) * two) * one;
}

/// p <= 1/2, n p >= 10.
std::uint64_t by_rejection(std::uint64_t trials, double p, Words& words) {
  const auto n = static_cast<double>(trials);
  const double spread = std::sqrt(n * p * (1 - p));
  const double b = 1.15 + 2.53 * spread, a = -0.0873 + 0.0248 * b + 0.01 * p, c = n * p + 0.5;
  const double squeeze = 0.92 - 4.2 / b, odds = p / (1 - p), alpha = (2.83 + 5.1 / b) * spread;
  const double mode = std::floor((n + 1) * p);
  while (true) {
    const double u = words.uniform() - 0.5;
    double v = words.uniform();
    const double side = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / side + b) * u + c);
    if (side >= 0.07 && v <= squeeze)
      return static_cast<std::uint64_t>(k);
    if (k < 0 || k > n)
      continue;
    v = std::log(v * alpha / (a / (side * side) + b));
    const double bound = (mode + 0.5) * std::log((mode + 1) / (odds * (n - mode + 1))) +
                         (n + 1) * std::log((n - mode + 1) / (n - k + 1)) +
                         (k + 0.5) * std::log(odds * (n - k + 1) / (k + 1)) + stirling_rest(mode) +
                         stirling_rest(n - mode) - stirling_rest(k) - stirling_rest(n - k);
    if (v <= bound)
      return static_cast<std::uint64_t>(k);
  }
}

/// p <= 1/2, n p < 10.
std::uint64_t by_inversion(std::uint64_t trials, double p, Words& words) {
  const double odds = p / (1 - p);
  double u = words.uniform();
  double here = std::exp(static_cast<double>(trials) * std::log1p(-p));
  std::uint64_t k = 0;
  while (u > here && k < trials) {
    u -= here;
    ++k;
    here *= odds * static_cast<double>(trials - k + 1) / static_cast<double>(k);
  }
  return k;
}

} // namespace

std::uint64_t Words::next() {
  has_spare_ = !has_spare_;
  if (has_spare_)
    block_ = stream_.next();
  const std::size_t at = has_spare_ ? 0 : 2;
  return std::uint64_t{block_[at + 1]} << 32 | block_[at];
}

double Words::uniform() {
  return (static_cast<double>(next() >> 11) + 0.5) * 0x1p-53;
}

std::uint64_t binomial(std::uint64_t n, double p, Words& words) {
  if (n == 0 || !(p > 0))
    return 0;
  if (p >= 1)
    return n;
  if (p > 0.5)
    return n - binomial(n, 1 - p, words);
  return static_cast<double>(n) * p < 10 ? by_inversion(n, p, words) : by_rejection(n, p, words);
}

AliasTable::AliasTable(std::span<const double> weights) {
  const std::size_t n = std::bit_ceil(std::max<std::size_t>(weights.size(), 2));
  shift_ = 64 - static_cast<unsigned>(std::countr_zero(n));
  double sum = 0;
  for (const double w : weights)
    sum += w;
  std::vector<double> share(n, 0); // in units of a cell
  std::vector<std::uint32_t> below, above;
  for (std::uint32_t i = 0; i < n; ++i) {
    if (i < weights.size())
      share[i] = weights[i] / sum * static_cast<double>(n);
    (share[i] < 1 ? below : above).push_back(i);
  }
  cells_.resize(n);
  for (std::uint32_t i = 0; i < n; ++i)
    cells_[i] = {UINT64_MAX, i};
  while (!below.empty() && !above.empty()) {
    const std::uint32_t small = below.back(), large = above.back();
    below.pop_back();
    cells_[small] = {static_cast<std::uint64_t>(share[small] * 0x1p64), large};
    share[large] = (share[large] + share[small]) - 1;
    if (share[large] < 1) {
      above.pop_back();
      below.push_back(large);
    }
  }
}

Resampler::Resampler(std::span<const double> counts) : counts_(counts.begin(), counts.end()) {
  constexpr double most_light = 1024;
  std::vector<double> of_light;
  for (std::uint32_t i = 0; i < counts_.size(); ++i) {
    total_ += counts_[i];
    if (counts_[i] > most_light) {
      heavy_.push_back(i);
    } else if (counts_[i] > 0) {
      light_.push_back(i);
      light_total_ += counts_[i];
    }
  }
  if (light_.empty())
    return;
  // One count after the other, so that its table stays at hand.
  std::stable_sort(light_.begin(), light_.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return counts_[a] < counts_[b]; });
  for (const std::uint32_t i : light_)
    of_light.push_back(counts_[i]);
  of_light_ = AliasTable(of_light);
  // A little less than is wanted, so that nearly always some are left to add.
  const double part = std::max(0.0, 1 - 4 / std::sqrt(light_total_));
  poisson_.resize(static_cast<std::size_t>(of_light.back()) + 1);
  std::vector<double> weights;
  for (const double count : of_light) {
    Poisson& one = poisson_[static_cast<std::size_t>(count)];
    const double mean = count * part;
    if (one.least > 0 || part <= 0)
      continue;
    // Relative to the mode's probability, as far as it is above 1e-18.
    const double mode = std::floor(mean);
    double least = mode;
    weights.assign(1, 1);
    for (double p = 1; least > 0 && (p *= least / mean) >= 1e-18; --least)
      weights.push_back(p);
    std::reverse(weights.begin(), weights.end());
    double most = mode;
    for (double p = 1; (p *= mean / (most + 1)) >= 1e-18; ++most)
      weights.push_back(p);
    one.table = AliasTable(weights);
    one.least = static_cast<std::uint32_t>(least) + 1; // 0: not yet made
  }
}

void Resampler::draw(Words& words, std::span<double> out) const {
  double left = total_;
  auto draws = static_cast<std::uint64_t>(std::llround(total_));
  std::fill(out.begin(), out.end(), 0.0);
  for (const std::uint32_t i : heavy_) {
    const std::uint64_t drawn = binomial(draws, std::min(1.0, counts_[i] / left), words);
    out[i] = static_cast<double>(drawn);
    draws -= drawn;
    left -= counts_[i];
  }
  if (light_.empty())
    return;
  std::uint64_t sum = 0;
  if (light_total_ > 16)
    do {
      sum = 0;
      for (const std::uint32_t i : light_) {
        const Poisson& one = poisson_[static_cast<std::size_t>(counts_[i])];
        const std::uint32_t drawn = one.least - 1 + one.table.at(words.next());
        out[i] = drawn;
        sum += drawn;
      }
    } while (sum > draws);
  for (; sum < draws; ++sum)
    ++out[light_[of_light_.at(words.next())]];
}

} // namespace libeval::kernel
