// SPDX-License-Identifier: Apache-2.0
#include "engine/run/kemeny.hpp"

#include <CoinPackedMatrix.hpp>
#include <OsiClpSolverInterface.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <utility>

namespace libeval {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Order = std::vector<std::uint32_t>;

constexpr double half_way = 1e-6; ///< nearer to 0 or 1 is whole

/// The linear program over x(i, j) = i before j, for i < j, with circles forbidden as they show.
class Circles {
public:
  explicit Circles(const MatrixXd& tally) : n_(static_cast<int>(tally.rows())) {
    std::vector<double> cost(static_cast<std::size_t>(columns()));
    for (int i = 0; i < n_; ++i)
      for (int j = i + 1; j < n_; ++j) {
        cost[static_cast<std::size_t>(column(i, j))] = tally(j, i) - tally(i, j);
        constant_ += tally(i, j);
      }
    const std::vector<double> zero(cost.size(), 0), one(cost.size(), 1);
    CoinPackedMatrix rows(false, 0, 0);
    rows.setDimensions(0, columns());
    model_.messageHandler()->setLogLevel(0);
    model_.loadProblem(rows, zero.data(), one.data(), cost.data(), nullptr, nullptr);
  }

  [[nodiscard]] int column(int i, int j) const { return i * (2 * n_ - i - 1) / 2 + j - i - 1; }
  [[nodiscard]] int columns() const { return n_ * (n_ - 1) / 2; }

  void fix(int c, double low, double high) { model_.setColBounds(c, low, high); }

  /// Forbids one order: at least one of its pairs stands the other way.
  void forbid(const Order& order) {
    std::vector<int> columns;
    std::vector<double> signs;
    double most = -1;
    for (std::size_t a = 0; a < order.size(); ++a)
      for (std::size_t b = a + 1; b < order.size(); ++b) {
        const int i = static_cast<int>(order[a]), j = static_cast<int>(order[b]);
        columns.push_back(i < j ? column(i, j) : column(j, i));
        signs.push_back(i < j ? 1 : -1);
        most += i < j ? 1 : 0;
      }
    model_.addRow(static_cast<int>(columns.size()), columns.data(), signs.data(),
                  -model_.getInfinity(), most);
  }

  /// Least cost of the program with all circles of three forbidden; none where there is no
  /// solution or it reaches `limit`.
  std::optional<double> solve(double limit) {
    while (true) {
      if (std::exchange(started_, true))
        model_.resolve();
      else
        model_.initialSolve();
      if (!model_.isProvenOptimal())
        return std::nullopt;
      const double value = model_.getObjValue() + constant_;
      if (value >= limit)
        return std::nullopt;
      if (!forbid_circles())
        return value;
    }
  }

  [[nodiscard]] const double* x() const { return model_.getColSolution(); }

  /// The column nearest to one half, or -1 where all are whole.
  [[nodiscard]] int undecided() const {
    int best = -1;
    double nearest = 0.5 - half_way;
    for (int c = 0; c < columns(); ++c)
      if (const double away = std::abs(x()[c] - 0.5); away < nearest) {
        nearest = away;
        best = c;
      }
    return best;
  }

  /// Candidates by how many they stand before.
  [[nodiscard]] Order rounded() const {
    std::vector<double> before(static_cast<std::size_t>(n_), 0);
    for (int i = 0; i < n_; ++i)
      for (int j = i + 1; j < n_; ++j) {
        before[static_cast<std::size_t>(i)] += x()[column(i, j)];
        before[static_cast<std::size_t>(j)] += 1 - x()[column(i, j)];
      }
    Order order(before.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return before[a] > before[b] + half_way;
    });
    return order;
  }

private:
  struct Circle {
    double excess = 0;
    int i = 0, j = 0, k = 0;
    bool above = false;
  };

  /// Adds the worst of the circles that the solution contains; false where there is none.
  bool forbid_circles() {
    const double* x = this->x();
    std::vector<Circle> found;
    for (int i = 0; i < n_; ++i)
      for (int j = i + 1; j < n_; ++j)
        for (int k = j + 1; k < n_; ++k) {
          const double round = x[column(i, j)] + x[column(j, k)] - x[column(i, k)];
          if (round > 1 + half_way)
            found.push_back({round - 1, i, j, k, true});
          else if (round < -half_way)
            found.push_back({-round, i, j, k, false});
        }
    if (found.empty())
      return false;
    const auto most = 8 * static_cast<std::size_t>(n_);
    if (found.size() > most) {
      std::nth_element(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(most),
                       found.end(),
                       [](const Circle& a, const Circle& b) { return a.excess > b.excess; });
      found.resize(most);
    }
    std::vector<int> starts{0}, columns;
    std::vector<double> values, low, high;
    for (const Circle& c : found) {
      columns.insert(columns.end(), {column(c.i, c.j), column(c.j, c.k), column(c.i, c.k)});
      values.insert(values.end(), {1, 1, -1});
      low.push_back(0);
      high.push_back(1);
      starts.push_back(static_cast<int>(columns.size()));
    }
    model_.addRows(static_cast<int>(found.size()), starts.data(), columns.data(), values.data(),
                   low.data(), high.data());
    return true;
  }

  int n_;
  OsiClpSolverInterface model_;
  bool started_ = false;
  double constant_ = 0;
};

/// Moves one candidate at a time to where it costs least, until nothing gets better.
void improve(const MatrixXd& tally, Order& order) {
  const std::size_t n = order.size();
  for (bool better = true; better;) {
    better = false;
    for (std::size_t from = 0; from < n; ++from) {
      double gain = 0, best = -1e-9;
      std::size_t to = from;
      for (std::size_t k = from + 1; k < n; ++k) {
        gain += tally(order[from], order[k]) - tally(order[k], order[from]);
        if (gain < best) {
          best = gain;
          to = k;
        }
      }
      gain = 0;
      for (std::size_t k = from; k-- > 0;) {
        gain += tally(order[k], order[from]) - tally(order[from], order[k]);
        if (gain < best) {
          best = gain;
          to = k;
        }
      }
      if (to == from)
        continue;
      const std::uint32_t moved = order[from];
      order.erase(order.begin() + static_cast<std::ptrdiff_t>(from));
      order.insert(order.begin() + static_cast<std::ptrdiff_t>(to), moved);
      better = true;
    }
  }
}

struct Found {
  Order order;
  double cost = 0;
  bool proven = true;
};

/// The best order that costs less than `below` (and is not `forbidden`), by branch and bound.
/// `grain`: costs are multiples of it.
Found search(const MatrixXd& tally, double below, double grain, const Order& forbidden) {
  Circles program(tally);
  if (!forbidden.empty())
    program.forbid(forbidden);
  Found out;
  out.cost = below;
  struct Branch {
    int column = -1;
    double value = 0;
    bool other = false; ///< the second side is being searched
  };
  std::vector<Branch> path;
  std::size_t branches = 0;
  bool down = true;
  while (true) {
    if (down) {
      const auto value = program.solve(out.cost - grain + half_way);
      int split = -1;
      if (value) {
        split = program.undecided();
        Order order = program.rounded();
        if (split >= 0 && forbidden.empty())
          improve(tally, order);
        const double cost = kernel::kemeny_cost(tally, order);
        if (cost < out.cost && order != forbidden) {
          out.order = std::move(order);
          out.cost = cost;
        }
        if (*value >= out.cost - grain + half_way)
          split = -1;
      }
      if (split >= 0) {
        const double side = program.x()[split] >= 0.5 ? 1 : 0;
        program.fix(split, side, side);
        path.push_back({split, side, false});
        if (++branches > 100000) {
          out.proven = false;
          return out;
        }
        continue;
      }
    }
    // Back to the last branch with a side left.
    while (!path.empty() && path.back().other) {
      program.fix(path.back().column, 0, 1);
      path.pop_back();
    }
    if (path.empty())
      return out;
    path.back().other = true;
    const double side = 1 - path.back().value;
    program.fix(path.back().column, side, side);
    down = true;
  }
}

} // namespace

kernel::Kemeny kemeny_by_programming(const MatrixXd& tally) {
  const bool whole = (tally.array() == tally.array().round()).all();
  const double grain = whole ? 1 : 1e-7 * std::max(1.0, tally.maxCoeff());
  Order order(static_cast<std::size_t>(tally.rows()));
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return tally.row(a).sum() > tally.row(b).sum();
  });
  improve(tally, order);
  const double cost = kernel::kemeny_cost(tally, order);
  Found best = search(tally, cost, grain, {});
  if (best.order.empty())
    best.order = order;
  kernel::Kemeny out;
  out.cost = best.cost;
  out.order = best.order;
  out.largest_part = order.size();
  out.proven = best.proven;
  const Found other = search(tally, best.cost + grain, grain, best.order);
  out.unique = best.proven && other.proven && other.order.empty();
  out.optima = out.unique ? 1 : 0;
  return out;
}

kernel::Kemeny kemeny_exact(const Eigen::Ref<const MatrixXd>& tally) {
  return kernel::kemeny(tally, 20, kemeny_by_programming);
}

} // namespace libeval
