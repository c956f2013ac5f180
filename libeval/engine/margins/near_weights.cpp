// SPDX-License-Identifier: Apache-2.0
#include "engine/margins/near_weights.hpp"

#include <ClpSimplex.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace libeval {

Numbers difference(const Numbers& a, const Numbers& b) {
  Numbers out(a.size());
  for (std::size_t k = 0; k < out.size(); ++k)
    out[k] = a[k] - b[k];
  return out;
}

double dot(const Numbers& a, const Numbers& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

double distance(const Numbers& a, const Numbers& b, const std::string& norm) {
  double out = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const double x = std::abs(a[k] - b[k]);
    out = norm == "L1" ? out + x : norm == "L2" ? out + x * x : std::max(out, x);
  }
  return norm == "L2" ? std::sqrt(out) : out;
}

namespace {

/// The point of the simplex with d.w >= 0 nearest to `from` in the L1 (or, with `largest`, Linf)
/// norm; empty where there is none. A linear program.
Numbers nearest_linear(const Numbers& from, const Numbers& d, bool largest) {
  const int n = static_cast<int>(from.size());
  ClpSimplex lp;
  lp.setLogLevel(0);
  lp.resize(0, largest ? n + 1 : 2 * n);
  for (int j = 0; j < (largest ? n + 1 : 2 * n); ++j) {
    lp.setColumnBounds(j, 0, COIN_DBL_MAX);
    lp.setObjectiveCoefficient(j, j < n ? 0 : 1);
  }
  std::vector<int> index(static_cast<std::size_t>(n));
  std::iota(index.begin(), index.end(), 0);
  const Numbers ones(from.size(), 1.0);
  lp.addRow(n, index.data(), ones.data(), 1, 1);
  lp.addRow(n, index.data(), d.data(), 0, COIN_DBL_MAX);
  for (int j = 0; j < n; ++j) { // |w_j - from_j| <= the deviation
    const int columns[] = {j, largest ? n : n + j};
    const double up[] = {1, -1}, down[] = {1, 1};
    const double at = from[static_cast<std::size_t>(j)];
    lp.addRow(2, columns, up, -COIN_DBL_MAX, at);
    lp.addRow(2, columns, down, at, COIN_DBL_MAX);
  }
  lp.primal();
  if (!lp.isProvenOptimal())
    return {};
  return {lp.primalColumnSolution(), lp.primalColumnSolution() + n};
}

/// The same in the L2 norm, by active sets: project on the plane d.w = 0 inside the sum, fix what
/// would be negative at zero, free what wants back.
Numbers nearest_euclidean(const Numbers& from, const Numbers& d) {
  const std::size_t n = from.size();
  std::vector<bool> free(n, true);
  Numbers w(n, 0);
  for (int round = 0; round < 200; ++round) {
    // minimize |w - from|^2 / 2 over the free ones: w = from + a + b d, sum w = 1, d.w = 0.
    double s0 = 0, sd = 0, sdd = 0, f0 = 0, fd = 0;
    for (std::size_t k = 0; k < n; ++k)
      if (free[k]) {
        s0 += 1;
        sd += d[k];
        sdd += d[k] * d[k];
        f0 += from[k];
        fd += from[k] * d[k];
      }
    const double determinant = s0 * sdd - sd * sd;
    double a = 0, b = 0;
    if (std::abs(determinant) > 1e-14 * std::max(1.0, s0 * sdd)) {
      a = ((1 - f0) * sdd + fd * sd) / determinant;
      b = (-fd * s0 - (1 - f0) * sd) / determinant;
    } else if (s0 > 0 && sdd <= 1e-14) { // inside the plane already; who is fixed beside it stays
      a = (1 - f0) / s0;
      b = 1e12;
    } else {
      return {};
    }
    std::size_t worst = n;
    double least = -1e-12;
    for (std::size_t k = 0; k < n; ++k) {
      w[k] = free[k] ? from[k] + a + b * d[k] : 0;
      if (free[k] && w[k] < least) {
        least = w[k];
        worst = k;
      }
    }
    if (worst < n) {
      free[worst] = false;
      continue;
    }
    // A fixed one whose gradient would draw it up again is freed.
    least = -1e-12;
    for (std::size_t k = 0; k < n; ++k)
      if (const double multiplier = -(from[k] + a + b * d[k]); !free[k] && multiplier < least) {
        least = multiplier;
        worst = k;
      }
    if (worst == n) {
      for (double& x : w)
        x = std::max(x, 0.0);
      return w;
    }
    free[worst] = true;
  }
  return {};
}

} // namespace

Numbers nearest(const Numbers& from, const Numbers& d, const std::string& norm) {
  return norm == "L2" ? nearest_euclidean(from, d) : nearest_linear(from, d, norm == "Linf");
}

double nearest_bound(const Numbers& d, double now, const std::string& norm) {
  const auto [low, high] = std::ranges::minmax(d);
  double dual = 0;
  if (norm == "L1")
    dual = (high - low) / 2;
  else if (norm == "L2")
    dual = std::sqrt(dot(d, d));
  else
    for (const double x : d)
      dual += std::abs(x);
  return -now / std::max(dual, 1e-300);
}

Numbers along(const Numbers& from, const Numbers& to, double t) {
  Numbers out(from.size());
  for (std::size_t k = 0; k < out.size(); ++k)
    out[k] = std::max(0.0, from[k] + t * (to[k] - from[k]));
  const double sum = std::accumulate(out.begin(), out.end(), 0.0);
  for (double& x : out)
    x /= sum;
  return out;
}

Bundle with_shares(const MarginContext& context, const LinearScore& score, const Numbers& shares) {
  Bundle out = context.bundle;
  Node& node = *find_node(*out.program.stages[context.stage].score, score.path);
  set_shares(node, shares, score.sum, score.points);
  return out;
}

Sides sides_of(const StageDecision& stage) {
  Sides out;
  for (std::size_t e = 0; e < stage.entrants.size(); ++e)
    if (stage.outcomes[e] == Outcome::advances)
      out.in.push_back(e);
    else if (stage.outcomes[e] != Outcome::disqualified && stage.outcomes[e] != Outcome::withdrawn)
      out.rest.push_back(e);
  return out;
}

} // namespace libeval
