// SPDX-License-Identifier: Apache-2.0
#include "kernel/tied_choice.hpp"

#include <algorithm>
#include <cmath>

namespace libeval::kernel {

void look(TiedChoice& out, std::span<const double> worth, double rest) {
  // With t in units of 1 / rest the integrand is nothing beyond t = 47, and below 1 it falls with t
  // and with each item that is not sure to have come by then: as far down as 1e-16.
  constexpr double last = 3.85, step = 0.28;
  const std::size_t items = worth.size();
  double first = last;
  for (double height = 0; height > -37;) {
    first -= 1;
    height = first;
    for (const double w : worth)
      height += std::min(0.0, std::log(w / rest) + first);
    if (first < -37)
      break;
  }
  const auto nodes = static_cast<std::size_t>((last - first) / step) + 1;
  out.time.resize(nodes);
  out.share.resize(nodes);
  out.slope.resize(items * nodes);
  out.mean_slope.assign(items, 0);
  out.mean_bend.assign(items, 0);
  std::vector<double>& logs = out.share; // of the integrand, first
  for (std::size_t m = 0; m < nodes; ++m) {
    const double v = last - step * static_cast<double>(m), t = std::exp(v);
    out.time[m] = t / rest;
    logs[m] = v - t; // of t rest exp(-rest t), for the step is one of log t
  }
  for (std::size_t i = 0; i < items; ++i)
    for (std::size_t m = 0; m < nodes; ++m) {
      const double u = worth[i] * out.time[m];
      const double grown = std::expm1(std::min(u, 700.0));
      logs[m] += u < 1 ? std::log(-std::expm1(-u)) : std::log1p(-std::exp(-u));
      out.slope[i * nodes + m] = u / grown;
    }
  const double largest = *std::max_element(logs.begin(), logs.end());
  double sum = 0;
  for (double& x : logs)
    sum += x = std::exp(x - largest);
  out.log_probability = largest + std::log(sum * step);
  out.mean_time = 0;
  for (std::size_t m = 0; m < nodes; ++m) {
    out.share[m] /= sum;
    out.mean_time += out.share[m] * out.time[m];
  }
  for (std::size_t i = 0; i < items; ++i)
    for (std::size_t m = 0; m < nodes; ++m) {
      const double a = out.slope[i * nodes + m], u = worth[i] * out.time[m];
      out.mean_slope[i] += out.share[m] * a;
      out.mean_bend[i] += out.share[m] * a * (u + a - 1);
    }
}

} // namespace libeval::kernel
