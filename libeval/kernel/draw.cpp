// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/draw.hpp>

#include "kernel/beta.hpp"

#include <libeval/kernel/sample.hpp>

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>

namespace libeval::kernel {

std::array<std::uint32_t, 4> Stream::block(std::uint32_t at) const {
  return philox({static_cast<std::uint32_t>(replicate_),
                 static_cast<std::uint32_t>(replicate_ >> 32), source_, at},
                {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)});
}

double unit(std::uint32_t low, std::uint32_t high) {
  const std::uint64_t bits = (std::uint64_t{high} << 32 | low) >> 12;
  return (static_cast<double>(bits) + 0.5) * 0x1p-52;
}

double uniform_at(const Stream& stream, std::uint32_t k) {
  const auto words = stream.block(k / 2);
  return k % 2 == 0 ? unit(words[0], words[1]) : unit(words[2], words[3]);
}

double normal_at(const Stream& stream, std::uint32_t k) {
  const auto words = stream.block(k / 2);
  double first = 0, second = 0;
  box_muller(unit(words[0], words[1]), std::uint64_t{words[2]}, first, second);
  return k % 2 == 0 ? first : second;
}

std::uint64_t below_at(const Stream& stream, std::uint32_t k, std::uint64_t n) {
  const auto words = stream.block(k / 2);
  const std::size_t from = k % 2 == 0 ? 0 : 2;
  const std::uint64_t low = words[from], high = words[from + 1];
  // High half of the product of two 64-bit numbers, from 32-bit halves.
  const std::uint64_t n_low = n & 0xFFFFFFFF, n_high = n >> 32;
  const std::uint64_t middle = high * n_low + (low * n_low >> 32);
  const std::uint64_t other = low * n_high + (middle & 0xFFFFFFFF);
  return high * n_high + (middle >> 32) + (other >> 32);
}

double natural_logarithm(double x) {
  return logarithm(x);
}

double exponential(double x) {
  if (x > 709)
    return std::numeric_limits<double>::infinity();
  if (x < -708)
    return 0;
  return exponential_inside(x);
}

double gamma(Stream& stream, double shape) {
  if (shape < 1) {
    const auto words = stream.next();
    const double u = unit(words[0], words[1]);
    return gamma(stream, shape + 1) * exponential(logarithm(u) / shape);
  }
  const double d = shape - 1.0 / 3, c = 1 / (3 * std::sqrt(d));
  for (;;) {
    const auto words = stream.next();
    double x = 0, unused = 0;
    box_muller(unit(words[0], words[1]), std::uint64_t{words[2]}, x, unused);
    const double t = 1 + c * x;
    if (t <= 0)
      continue;
    const double v = t * t * t;
    const double u = unit32(std::uint64_t{words[3]});
    if (logarithm(u) < 0.5 * (x * x) + d - d * v + d * logarithm(v))
      return d * v;
  }
}

BetaNumbers beta_numbers(double a, double b) {
  BetaNumbers out{};
  for (int k = 0; k < 2; ++k) {
    const double shape = k == 0 ? a : b;
    out.d[k] = (shape < 1 ? shape + 1 : shape) - 1.0 / 3;
    out.c[k] = 1 / (3 * std::sqrt(out.d[k]));
    out.squeeze[k] = 0.0225 / out.d[k];
    out.power[k] = shape < 1 ? 1 / shape : 0;
  }
  return out;
}

double beta(Stream& stream, double a, double b) {
  const BetaNumbers of = beta_numbers(a, b);
  double exponent[2] = {0, 0};
  if (of.power[0] > 0 || of.power[1] > 0) {
    const auto words = stream.next();
    exponent[0] = logarithm(unit(words[0], words[1])) * of.power[0];
    exponent[1] = logarithm(unit(words[2], words[3])) * of.power[1];
  }
  for (;;) {
    const auto words = stream.next();
    double z = 0, other = 0;
    box_muller(unit(words[0], words[1]), std::uint64_t{words[2]}, z, other);
    const double v = proposed(z, of.c[0]), w = proposed(other, of.c[1]);
    const double u = unit32(std::uint64_t{words[3]});
    if (!(u < accepted_below(of, z, other)) &&
        (v <= 0 || w <= 0 ||
         logarithm(u) >= log_acceptance(z, v, of.d[0]) + log_acceptance(other, w, of.d[1])))
      continue;
    const double x = v * of.d[0] * exponential(exponent[0]);
    const double y = w * of.d[1] * exponential(exponent[1]);
    return x + y > 0 ? x / (x + y) : exponent[0] > exponent[1] ? 1 : 0;
  }
}

namespace {

void divide_by_sum(std::span<double> weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& w : weights)
    w = sum > 0 ? w / sum : 1.0 / static_cast<double>(weights.size());
}

} // namespace

void simplex(const Stream& stream, std::span<double> weights) {
  for (std::size_t j = 0; j < weights.size(); ++j)
    weights[j] = -logarithm(uniform_at(stream, static_cast<std::uint32_t>(j)));
  divide_by_sum(weights);
}

void dirichlet(Stream& stream, std::span<const double> parameters, std::span<double> weights) {
  for (std::size_t j = 0; j < weights.size(); ++j)
    weights[j] = gamma(stream, parameters[j]);
  divide_by_sum(weights);
}

Binomial::Binomial(std::uint32_t n, double p) {
  if (!(p >= 0 && p <= 1) || n > 0x7FFFFFFF)
    throw std::invalid_argument("binomial: " + std::to_string(n) + " trials, probability " +
                                std::to_string(p));
  const auto mode = static_cast<std::uint32_t>(
      std::min(static_cast<double>(n), std::floor((static_cast<double>(n) + 1) * p)));
  // Probabilities relative to that of the mode, outward from it.
  constexpr double least = 1e-18;
  std::vector<double> below, above = {1};
  const double odds = p / (1 - p);
  double x = 1;
  for (std::uint32_t k = mode; k > 0 && p < 1; --k) {
    x = x * static_cast<double>(k) / (static_cast<double>(n - k + 1) * odds);
    if (x < least)
      break;
    below.push_back(x);
  }
  x = 1;
  for (std::uint32_t k = mode; k < n; ++k) {
    x = x * static_cast<double>(n - k) * odds / static_cast<double>(k + 1);
    if (x < least)
      break;
    above.push_back(x);
  }
  first_ = mode - static_cast<std::uint32_t>(below.size());
  double sum = 0;
  std::ranges::reverse(below);
  for (const double y : below)
    until_.push_back(sum += y);
  for (const double y : above)
    until_.push_back(sum += y);
  for (double& y : until_)
    y /= sum;
}

std::uint32_t Binomial::at(double u) const {
  const auto found = std::upper_bound(until_.begin(), until_.end(), u);
  const auto k = std::min<std::ptrdiff_t>(found - until_.begin(),
                                          static_cast<std::ptrdiff_t>(until_.size()) - 1);
  return first_ + static_cast<std::uint32_t>(k);
}

std::vector<double> correlation_root(std::span<const double> matrix, std::size_t n) {
  constexpr double slack = 1e-9;
  const auto at = [&](std::size_t i, std::size_t j) { return matrix[i * n + j]; };
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      if (!(std::abs(at(i, j) - at(j, i)) <= slack) || !(std::abs(at(i, j)) <= 1 + slack) ||
          (i == j && !(std::abs(at(i, i) - 1) <= slack)))
        return {};
  std::vector<double> root(n * n, 0);
  for (std::size_t j = 0; j < n; ++j) {
    double left = at(j, j);
    for (std::size_t k = 0; k < j; ++k)
      left -= root[j * n + k] * root[j * n + k];
    if (left < -slack)
      return {};
    const double d = left > slack ? std::sqrt(left) : 0;
    root[j * n + j] = d;
    for (std::size_t i = j + 1; i < n; ++i) {
      double rest = at(i, j);
      for (std::size_t k = 0; k < j; ++k)
        rest -= root[i * n + k] * root[j * n + k];
      if (d == 0 && std::abs(rest) > 1e-6)
        return {};
      root[i * n + j] = d == 0 ? 0 : rest / d;
    }
  }
  return root;
}

Polytope::Polytope(std::size_t n, std::vector<HalfSpace> inside, std::vector<double> center)
    : n_(n), inside_(std::move(inside)), center_(std::move(center)) {
  if (center_.size() != n_)
    throw std::invalid_argument("polytope: " + std::to_string(center_.size()) +
                                " coordinates of a center in " + std::to_string(n_) +
                                " dimensions");
  for (const HalfSpace& h : inside_)
    if (h.factors.size() != n_)
      throw std::invalid_argument("polytope: " + std::to_string(h.factors.size()) +
                                  " factors of a half-space in " + std::to_string(n_) +
                                  " dimensions");
  if (!contains(center_) || std::ranges::any_of(center_, [](double w) { return !(w > 0); }))
    throw std::invalid_argument("polytope: the center lies outside");
  std::vector<double> point(n_);
  int accepted = 0;
  constexpr int tries = 4000;
  for (std::uint64_t replicate = 0; replicate < tries; ++replicate) {
    simplex(Stream(0, replicate, 0xFFFFFFFF), point);
    accepted += contains(point) ? 1 : 0;
  }
  by_rejection_ = accepted * 200 >= tries;
}

bool Polytope::contains(std::span<const double> weights) const {
  return std::ranges::all_of(inside_, [&](const HalfSpace& h) {
    return std::inner_product(weights.begin(), weights.end(), h.factors.begin(), 0.0) >= h.bound;
  });
}

void Polytope::sample(Stream& stream, std::span<double> weights) const {
  if (by_rejection_) {
    do {
      for (std::size_t j = 0; j < n_; j += 2) {
        const auto words = stream.next();
        weights[j] = -logarithm(unit(words[0], words[1]));
        if (j + 1 < n_)
          weights[j + 1] = -logarithm(unit(words[2], words[3]));
      }
      divide_by_sum(weights);
    } while (!contains(weights));
    return;
  }
  std::ranges::copy(center_, weights.begin());
  std::vector<double> direction(n_);
  const std::size_t steps = 30 * n_ * n_;
  for (std::size_t step = 0; step < steps; ++step) {
    double mean = 0;
    for (std::size_t j = 0; j < n_; j += 2) {
      const auto words = stream.next();
      double a = 0, b = 0;
      box_muller(unit(words[0], words[1]), std::uint64_t{words[2]}, a, b);
      direction[j] = a;
      if (j + 1 < n_)
        direction[j + 1] = b;
    }
    for (const double d : direction)
      mean += d;
    mean /= static_cast<double>(n_);
    for (double& d : direction)
      d -= mean; // stays in the plane where weights add up to one
    double low = -std::numeric_limits<double>::max(), high = std::numeric_limits<double>::max();
    const auto bound = [&](double room, double slope) { // room + t * slope >= 0
      if (slope > 0)
        low = std::max(low, -room / slope);
      else if (slope < 0)
        high = std::min(high, -room / slope);
    };
    for (std::size_t j = 0; j < n_; ++j)
      bound(weights[j], direction[j]);
    for (const HalfSpace& h : inside_) {
      double room = -h.bound, slope = 0;
      for (std::size_t j = 0; j < n_; ++j) {
        room += h.factors[j] * weights[j];
        slope += h.factors[j] * direction[j];
      }
      bound(room, slope);
    }
    const auto words = stream.next();
    if (!(low < high))
      continue;
    const double t = low + (high - low) * unit(words[0], words[1]);
    for (std::size_t j = 0; j < n_; ++j)
      weights[j] = std::max(0.0, weights[j] + t * direction[j]);
  }
  divide_by_sum(weights);
}

} // namespace libeval::kernel
