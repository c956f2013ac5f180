// SPDX-License-Identifier: Apache-2.0
// The places that a set of weights allows.
#include "engine/margins/near_weights.hpp"

#include <CbcModel.hpp>
#include <ClpSimplex.hpp>
#include <OsiClpSolverInterface.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace libeval {
namespace {

using Bounds = std::vector<std::pair<double, double>>; ///< least and most of each share

/// Takes a row about one share alone into the bounds; false where it is about several.
bool tighten(Bounds& bounds, const Numbers& factors, double low, double high) {
  std::size_t which = factors.size();
  for (std::size_t k = 0; k < factors.size(); ++k)
    if (factors[k] != 0) {
      if (which != factors.size())
        return false;
      which = k;
    }
  if (which == factors.size())
    return false;
  auto& [least, most] = bounds[which];
  const double by = factors[which];
  least = std::max(least, (by > 0 ? low : high) / by);
  most = std::min(most, (by > 0 ? high : low) / by);
  return true;
}

/// The most of d.w where each share lies within its bounds and all add up to 1; none where they
/// cannot.
std::optional<double> most_inside(const Bounds& bounds, const Numbers& d) {
  std::vector<std::size_t> best(d.size());
  std::iota(best.begin(), best.end(), std::size_t{0});
  std::ranges::sort(best, [&](std::size_t a, std::size_t b) { return d[a] > d[b]; });
  double left = 1, out = 0;
  for (std::size_t k = 0; k < d.size(); ++k) {
    left -= bounds[k].first;
    out += bounds[k].first * d[k];
  }
  if (left < -1e-9)
    return std::nullopt;
  for (const std::size_t k : best) {
    const double more = std::min(std::max(left, 0.0), bounds[k].second - bounds[k].first);
    left -= more;
    out += more * d[k];
  }
  return left > 1e-9 ? std::nullopt : std::optional(out);
}

} // namespace

void add_places(const MarginContext& context, const WeightSource* weights, StageMargins& out) {
  const auto score = linear_score(context);
  const StageDecision& stage = context.decided();
  if (!score || score->rounded || stage.entrants.size() < 2 || stage.entrants.size() > 60 ||
      context.options.stopped())
    return;
  if (weights == nullptr && std::ranges::find(score->shares, 0.0) != score->shares.end())
    return; // a part without weight is there for another purpose
  const int m = static_cast<int>(score->parts.size());
  const std::size_t n = stage.entrants.size();
  // Rows over the shares that every program here has.
  struct Row {
    Numbers factors;
    double low, high;
  };
  std::vector<Row> rows = {{Numbers(score->parts.size(), 1.0), 1, 1}};
  if (weights != nullptr && weights->dirichlet.empty()) {
    for (const kernel::HalfSpace& h : weights->space)
      rows.push_back({h.factors, h.bound, COIN_DBL_MAX});
    for (std::size_t k = 0; k < weights->fixed.size(); ++k)
      if (weights->fixed[k] > 0 || std::ranges::find(weights->free, k) == weights->free.end()) {
        Numbers one(score->parts.size(), 0);
        one[k] = 1;
        rows.push_back({one, weights->fixed[k], weights->fixed[k]});
      }
  }
  std::optional<Bounds> bounds = Bounds(score->parts.size(), {0, 1});
  for (std::size_t r = 1; r < rows.size() && bounds; ++r)
    if (!tighten(*bounds, rows[r].factors, rows[r].low, rows[r].high))
      bounds.reset();
  // Ahead is ahead by more than solvers leave open: 1e-5 of the largest difference.
  double widest = 0;
  for (const Numbers& a : score->of)
    for (std::size_t k = 0; k < a.size(); ++k)
      widest = std::max(widest, std::abs(a[k] - score->of[0][k]));
  const double slack = std::max(score->tolerance, 1e-5 * widest);
  /// The most of d.w; none where the weights allow nothing.
  const auto most = [&](const Numbers& d) -> std::optional<double> {
    if (bounds) // the best part gets all that it may, then the next
      return most_inside(*bounds, d);
    ClpSimplex lp;
    lp.setLogLevel(0);
    lp.resize(0, m);
    std::vector<int> index(static_cast<std::size_t>(m));
    std::iota(index.begin(), index.end(), 0);
    for (int j = 0; j < m; ++j) {
      lp.setColumnBounds(j, 0, 1);
      lp.setObjectiveCoefficient(j, d[static_cast<std::size_t>(j)]);
    }
    for (const Row& row : rows)
      lp.addRow(m, index.data(), row.factors.data(), row.low, row.high);
    lp.setOptimizationDirection(-1);
    lp.primal();
    return lp.isProvenOptimal() ? std::optional(lp.objectiveValue()) : std::nullopt;
  };
  for (std::size_t i = 0; i < n && !context.options.stopped(); ++i) {
    std::size_t always_ahead = 0, never_ahead = 0;
    std::vector<std::pair<std::size_t, double>> open; // who may be ahead, and by how much
    std::vector<double> behind;
    for (std::size_t j = 0; j < n; ++j) {
      if (j == i)
        continue;
      const auto ahead = most(difference(score->of[j], score->of[i]));
      const auto back = most(difference(score->of[i], score->of[j]));
      if (!ahead || !back)
        return;
      if (*ahead <= slack)
        ++never_ahead;
      else if (*back < -slack)
        ++always_ahead;
      else {
        open.emplace_back(j, *ahead);
        behind.push_back(*back);
      }
    }
    // The fewest (the most) of the open ones that can be ahead together: an integer program.
    const auto together = [&](bool fewest) -> std::optional<std::size_t> {
      if (open.empty())
        return 0;
      if (open.size() == 1)
        return fewest ? 0 : 1;
      OsiClpSolverInterface lp;
      lp.messageHandler()->setLogLevel(0);
      const int columns = m + static_cast<int>(open.size());
      for (int j = 0; j < columns; ++j)
        lp.addCol(0, nullptr, nullptr, 0, 1, j < m ? 0 : fewest ? 1 : -1);
      std::vector<int> index(static_cast<std::size_t>(m));
      std::iota(index.begin(), index.end(), 0);
      for (const Row& row : rows)
        lp.addRow(m, index.data(), row.factors.data(), row.low, row.high);
      for (std::size_t k = 0; k < open.size(); ++k) {
        const Numbers d = difference(score->of[open[k].first], score->of[i]);
        std::vector<int> at = index;
        Numbers factors = d;
        at.push_back(m + static_cast<int>(k));
        if (fewest) { // ahead by more than the tolerance only where the mark is set
          factors.push_back(-(open[k].second - slack));
          lp.addRow(m + 1, at.data(), factors.data(), -COIN_DBL_MAX, slack);
        } else { // the mark may be set only where ahead
          factors.push_back(-(behind[k] + 2 * slack));
          lp.addRow(m + 1, at.data(), factors.data(), -behind[k], COIN_DBL_MAX);
        }
        lp.setInteger(m + static_cast<int>(k));
      }
      CbcModel model(lp);
      model.setLogLevel(0);
      model.messageHandler()->setLogLevel(0);
      model.branchAndBound();
      if (!model.isProvenOptimal())
        return std::nullopt;
      return static_cast<std::size_t>(std::lround(std::abs(model.getObjValue())));
    };
    const auto fewest = together(true), many = together(false);
    if (!fewest || !many)
      return;
    out.places.push_back({stage.entrants[i], 1 + always_ahead + *fewest, 1 + always_ahead + *many});
  }
}

} // namespace libeval
