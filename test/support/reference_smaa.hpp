// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/kernel/sample.hpp>
#include <libeval/kernel/smaa.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace libeval::test {

/// What docs/explanation/randomness.md says, number by number: one replicate after another, no
/// lanes, no sorting network.
namespace plain {

inline double logarithm(double x) {
  int k = 0;
  double m = std::frexp(x, &k); // in [1/2, 1)
  if (m < std::sqrt(0.5))
    m *= 2, --k;
  const double s = (m - 1) / (m + 1), z = s * s;
  double p = z * (1.0 / 19);
  for (int odd = 17; odd >= 3; odd -= 2)
    p = (p + 1.0 / odd) * z;
  return k * 0.69314718055994530942 + (2 * s + 2 * s * p);
}

inline double unit(std::uint32_t word) {
  return (word + 0.5) / 4294967296.0;
}

inline double factorial(int n) {
  return n == 0 ? 1 : n * factorial(n - 1);
}

inline double exponential(double x) {
  if (x > 709)
    return HUGE_VAL;
  if (x < -708)
    return 0;
  const double k = std::nearbyint(x * 1.4426950408889634); // half to even
  const double r = (x - k * 0x1.62e42fefp-1) - k * 0x1.473de6af278edp-34;
  double p = 1 / factorial(13);
  for (int n = 12; n >= 0; --n)
    p = p * r + 1 / factorial(n);
  return std::ldexp(p, static_cast<int>(k));
}

/// A pair, from a number in (0, 1) and a word.
inline std::array<double, 2> normals(double u, std::uint32_t b) {
  const double radius = std::sqrt(-2 * logarithm(u));
  const double x =
      ((b & 0x3FFFFFFFU) + 0.5 - 536870912.0) * (1.57079632679489661923 / 1073741824.0);
  const double z = x * x;
  double s = z * (-1 / factorial(15));
  for (int k = 13; k >= 3; k -= 2)
    s = (s + (k % 4 == 1 ? 1 : -1) / factorial(k)) * z;
  double c = z * (1 / factorial(16));
  for (int k = 14; k >= 2; k -= 2)
    c = (c + (k % 4 == 0 ? 1 : -1) / factorial(k)) * z;
  const double sine = x + x * s, cosine = c + 1;
  switch (b >> 30) {
  case 0:
    return {radius * cosine, radius * sine};
  case 1:
    return {radius * -sine, radius * cosine};
  case 2:
    return {radius * -cosine, radius * -sine};
  default:
    return {radius * sine, radius * -cosine};
  }
}

} // namespace plain

inline kernel::SmaaCounts reference_smaa(const kernel::SmaaModel& model,
                                         const kernel::SmaaOptions& options) {
  using namespace kernel;
  using Weights = SmaaModel::Weights;
  const std::size_t n = model.candidates, m = model.criteria, t = model.thresholds.size();
  SmaaCounts out;
  out.samples = options.samples;
  out.places.assign(n * n, 0);
  out.first.assign(n, 0);
  out.first_weights.assign(n * m, 0);
  out.first_squares.assign(n * m, 0);
  out.reached.assign(n * t, 0);
  out.ahead.assign(model.pairs ? n * n : 0, 0);
  out.scores.assign(n * model.bins, 0);
  const std::array<std::uint32_t, 2> key = {static_cast<std::uint32_t>(options.seed),
                                            static_cast<std::uint32_t>(options.seed >> 32)};
  for (std::uint64_t sample = 0; sample < options.samples; ++sample) {
    const std::uint64_t r = options.first + sample * options.stride;
    const auto block = [&](std::uint32_t source, std::size_t at) {
      return philox({static_cast<std::uint32_t>(r), static_cast<std::uint32_t>(r >> 32), source,
                     static_cast<std::uint32_t>(at)},
                    key);
    };
    std::vector<double> w(m);
    if (model.weighting == Weights::fixed)
      w = model.weights;
    else if (model.weighting == Weights::given)
      model.sample(r, w);
    else
      for (std::size_t j = 0; j < m; ++j)
        w[j] = -plain::logarithm(plain::unit(block(options.weight_source, j / 4)[j % 4]));
    if (model.weighting == Weights::ordered)
      std::sort(w.begin(), w.end(), std::greater<>{});
    const bool divided = model.weighting == Weights::fixed || model.weighting == Weights::given;
    const double sum = divided ? 1 : std::accumulate(w.begin(), w.end(), 0.0);
    const auto normal = [&](std::size_t k) {
      const auto words = block(options.measurement_source, k / 4);
      return plain::normals(plain::unit(words[k % 4 / 2 * 2]), words[k % 4 / 2 * 2 + 1])[k % 2];
    };
    std::vector<double> score(n, 0);
    const bool covariances = !model.covariance.empty();
    for (std::size_t i = 0; i < n; ++i) {
      double spread = 0;
      for (std::size_t j = 0, at = i * m * (m + 1) / 2; covariances && j < m; ++j)
        for (std::size_t k = 0; k <= j; ++k, ++at)
          spread += w[j] * w[k] * (j == k ? model.covariance[at] : 2 * model.covariance[at]);
      for (std::size_t j = 0; j < m; ++j) {
        const std::size_t cell = i * m + j;
        if (model.deviation.empty()) {
          score[i] += w[j] * model.mean[cell];
        } else if (model.collapse) {
          score[i] += w[j] * model.mean[cell];
          spread += w[j] * w[j] * (model.deviation[cell] * model.deviation[cell]);
        } else {
          score[i] += w[j] * (model.mean[cell] + model.deviation[cell] * normal(cell));
        }
      }
      if (covariances || (!model.deviation.empty() && model.collapse))
        score[i] += std::sqrt(std::max(spread, 0.0)) * normal(i);
    }
    for (const SmaaModel::Shared& shared : model.shared) {
      const bool own = covariances || !model.deviation.empty();
      const double by = w[shared.criterion] * normal((own ? n : 0) + shared.number);
      for (std::size_t i = 0; i < n; ++i)
        score[i] += by * shared.factor[i];
    }
    std::vector<std::uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return score[a] > score[b]; });
    for (std::size_t begin = 0; begin < n;) {
      std::size_t end = begin + 1;
      while (end < n && score[order[begin]] - score[order[end]] <= model.tolerance * sum)
        ++end;
      std::vector<std::uint32_t> tied(order.begin() + static_cast<std::ptrdiff_t>(begin),
                                      order.begin() + static_cast<std::ptrdiff_t>(end));
      std::sort(tied.begin(), tied.end());
      const std::uint64_t g = tied.size();
      for (const std::uint32_t a : tied)
        for (std::size_t at = begin; model.pairs && at < n; ++at)
          out.ahead[a * n + order[at]] += a == order[at] ? 0 : at < end ? 1 : 2;
      for (std::size_t a = 0; a < g; ++a)
        for (std::size_t b = 0; b < g; ++b)
          out.places[tied[a] * n + begin + b] +=
              place_unit / g + ((a + b) % g < place_unit % g ? 1 : 0);
      if (begin == 0)
        for (const std::uint32_t i : tied) {
          ++out.first[i];
          for (std::size_t j = 0; j < m; ++j) {
            const auto q = static_cast<std::uint64_t>(
                std::nearbyint(w[j] * (divided ? 4294967296.0 : 4294967296.0 / sum)));
            out.first_weights[i * m + j] += q;
            out.first_squares[i * m + j] += (q / 2) * (q / 2) / 1073741824U;
          }
        }
      begin = end;
    }
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < t; ++k)
        if (score[i] >= (model.thresholds[k] - model.tolerance) * sum)
          ++out.reached[i * t + k];
      const double at = (score[i] * (1 / sum) - model.low) * (1 / model.width) - 0.5;
      if (model.bins > 0)
        ++out.scores[i * model.bins + static_cast<std::size_t>(std::nearbyint(std::clamp(
                                          at, 0.0, static_cast<double>(model.bins - 1))))];
    }
  }
  return out;
}

} // namespace libeval::test
