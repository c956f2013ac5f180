// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/resample.hpp>
#include <libeval/kernel/sample.hpp>

#include <algorithm>
#include <cmath>

namespace libeval::kernel {
namespace {

double to_uniform(std::uint32_t low, std::uint32_t high) {
  const std::uint64_t bits = (std::uint64_t{high} << 32 | low) >> 11;
  return (static_cast<double>(bits) + 0.5) * 0x1p-53;
}

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
std::uint64_t by_rejection(std::uint64_t trials, double p, Stream& stream) {
  const auto n = static_cast<double>(trials);
  const double spread = std::sqrt(n * p * (1 - p));
  const double b = 1.15 + 2.53 * spread, a = -0.0873 + 0.0248 * b + 0.01 * p, c = n * p + 0.5;
  const double squeeze = 0.92 - 4.2 / b, odds = p / (1 - p), alpha = (2.83 + 5.1 / b) * spread;
  const double mode = std::floor((n + 1) * p);
  while (true) {
    const double u = stream.uniform() - 0.5;
    double v = stream.uniform();
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
std::uint64_t by_inversion(std::uint64_t trials, double p, Stream& stream) {
  const double odds = p / (1 - p);
  double u = stream.uniform();
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

double Stream::uniform() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  const auto words =
      philox({static_cast<std::uint32_t>(block_), static_cast<std::uint32_t>(block_ >> 32),
              replicate_, source_},
             {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)});
  ++block_;
  spare_ = to_uniform(words[2], words[3]);
  has_spare_ = true;
  return to_uniform(words[0], words[1]);
}

std::uint64_t binomial(std::uint64_t n, double p, Stream& stream) {
  if (n == 0 || !(p > 0))
    return 0;
  if (p >= 1)
    return n;
  if (p > 0.5)
    return n - binomial(n, 1 - p, stream);
  return static_cast<double>(n) * p < 10 ? by_inversion(n, p, stream) : by_rejection(n, p, stream);
}

std::vector<double> resample(std::span<const double> counts, Stream& stream) {
  double left = 0;
  for (const double count : counts)
    left += count;
  auto draws = static_cast<std::uint64_t>(std::llround(left));
  std::vector<double> out(counts.size(), 0);
  for (std::size_t i = 0; i < counts.size() && draws > 0; ++i) {
    if (counts[i] <= 0)
      continue;
    const std::uint64_t drawn = binomial(draws, std::min(1.0, counts[i] / left), stream);
    out[i] = static_cast<double>(drawn);
    draws -= drawn;
    left -= counts[i];
  }
  return out;
}

} // namespace libeval::kernel
