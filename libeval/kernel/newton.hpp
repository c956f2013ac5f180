// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/conjugate_gradients.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace libeval::kernel {

/// Where Newton's method came to.
struct Climb {
  Eigen::VectorXd p;
  double gradient = 0; ///< its largest component at p
  std::size_t iterations = 0;
  bool converged = false; ///< false: there is no finite maximum, or it was not reached
};

/// Maximizes a concave log-likelihood minus penalty from p on, until no component of the gradient
/// exceeds `enough`: steps by Cholesky for up to 64 parameters where `information()` is there, by
/// conjugate gradients beyond, halved where the likelihood would fall. A likelihood has `total()`
/// and `most()` (observations, and those of the parameter that has most), `center(p)`,
/// `log_likelihood(p)`, `penalty(p)`, and `gradient(p)`, after which `diagonal()`, `times(x, y)`
/// and `information()` speak of minus the Hessian at that p.
template <class Likelihood>
Climb climb(Likelihood& likelihood, Eigen::VectorXd p, double enough, std::size_t iterations) {
  using Eigen::VectorXd;
  constexpr Eigen::Index dense_limit = 64;
  const auto objective = [&](const VectorXd& at) {
    return likelihood.log_likelihood(at) - likelihood.penalty(at);
  };
  const auto step_for = [&](const VectorXd& g, double largest) -> VectorXd {
    if constexpr (requires { likelihood.information(); })
      if (g.size() <= dense_limit)
        return likelihood.information().ldlt().solve(g);
    const double accuracy = std::min(0.1, std::sqrt(largest / likelihood.most()));
    return conjugate_gradients(likelihood.diagonal().cwiseMax(1e-300), g, accuracy,
                               std::max<Eigen::Index>(2 * g.size(), 50),
                               [&](const VectorXd& x, VectorXd& y) { likelihood.times(x, y); });
  };
  Climb out;
  VectorXd g = likelihood.gradient(p);
  double largest = g.cwiseAbs().maxCoeff(), value = 0, last_step = 0;
  bool known = false;
  for (; out.iterations < iterations && largest > enough; ++out.iterations) {
    VectorXd step = step_for(g, largest);
    if (!step.allFinite())
      break;
    const double far = step.cwiseAbs().maxCoeff();
    if (far > 5)
      step *= 5 / far;
    // A full step that shrinks the gradient is taken; only else the likelihood is looked at.
    VectorXd next = p + step;
    likelihood.center(next);
    VectorXd next_g = likelihood.gradient(next);
    double next_largest = next_g.cwiseAbs().maxCoeff();
    if (next_largest < largest) {
      known = false;
    } else {
      if (!known)
        value = objective(p);
      double reach = 1, next_value = objective(next);
      while (!(next_value >= value - 1e-13 * std::abs(value)) && reach > 1e-6) {
        reach /= 2;
        next = p + reach * step;
        likelihood.center(next);
        next_value = objective(next);
      }
      if (reach <= 1e-6)
        break;
      next_g = likelihood.gradient(next);
      next_largest = next_g.cwiseAbs().maxCoeff();
      const bool stands_still =
          (next - p).cwiseAbs().maxCoeff() < 1e-12 * std::max(1.0, p.cwiseAbs().maxCoeff());
      value = next_value;
      known = true;
      if (stands_still && next_largest >= largest) // nothing left but the arithmetic's noise
        break;
    }
    last_step = (next - p).cwiseAbs().maxCoeff();
    p = std::move(next);
    g = std::move(next_g);
    largest = next_largest;
  }
  out.gradient = largest;
  // Noise of sums of that many observations is no reason to refuse. Steps that do not get shorter
  // lead to infinity.
  out.converged =
      p.allFinite() && largest <= std::max(enough, 1e-11 * likelihood.most()) && last_step < 0.1;
  out.p = std::move(p);
  return out;
}

} // namespace libeval::kernel
