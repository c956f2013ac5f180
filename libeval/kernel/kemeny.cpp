// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/condorcet.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
#include <unordered_map>

namespace libeval::kernel {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

/// Cost of putting an item before a set, from two tables over the halves of the set.
template <class T>
class Halves {
public:
  explicit Halves(const MatrixXd& tally) : n_(static_cast<std::size_t>(tally.rows())) {
    low_bits_ = n_ / 2;
    low_.resize(n_ << low_bits_);
    high_.resize(n_ << (n_ - low_bits_));
    for (std::size_t c = 0; c < n_; ++c) {
      fill(tally, c, 0, low_bits_, &low_[c << low_bits_]);
      fill(tally, c, low_bits_, n_ - low_bits_, &high_[c << (n_ - low_bits_)]);
    }
  }
  /// Votes contradicted by c standing before all of `set`.
  [[nodiscard]] T before(std::size_t c, std::uint32_t set) const {
    const std::uint32_t low = set & ((1U << low_bits_) - 1), high = set >> low_bits_;
    return low_[(c << low_bits_) + low] + high_[(c << (n_ - low_bits_)) + high];
  }

private:
  static void fill(const MatrixXd& tally, std::size_t c, std::size_t from, std::size_t bits,
                   T* out) {
    out[0] = 0;
    for (std::uint32_t set = 1; set < (1U << bits); ++set) {
      const auto item = static_cast<std::size_t>(__builtin_ctz(set)) + from;
      out[set] =
          out[set & (set - 1)] +
          (item == c ? T(0)
                     : static_cast<T>(tally(static_cast<Index>(item), static_cast<Index>(c))));
    }
  }
  std::size_t n_, low_bits_ = 0;
  std::vector<T> low_, high_;
};

/// All best orders of one part: cost[S] is the least cost of S as the last |S| places.
template <class T>
Kemeny over_subsets(const MatrixXd& tally, T near) {
  const auto n = static_cast<std::size_t>(tally.rows());
  const Halves<T> halves(tally);
  const std::uint32_t full = n == 32 ? 0xFFFFFFFFU : (1U << n) - 1;
  std::vector<T> cost(std::size_t{full} + 1);
  for (std::uint32_t set = 1; set <= full; ++set) {
    T best = std::numeric_limits<T>::max();
    for (std::uint32_t rest = set; rest != 0; rest &= rest - 1) {
      const auto c = static_cast<std::size_t>(__builtin_ctz(rest));
      const std::uint32_t without = set & ~(1U << c);
      best = std::min(best, static_cast<T>(cost[without] + halves.before(c, without)));
    }
    cost[set] = best;
  }
  Kemeny out;
  out.cost = static_cast<double>(cost[full]);
  out.largest_part = n;
  out.proven = true;
  // The best orders are the paths from the full set to the empty one along equalities.
  struct State {
    double from_front = 0, to_end = 0;
  };
  std::vector<std::vector<std::uint32_t>> layers{{full}};
  std::unordered_map<std::uint32_t, State> states;
  states[full].from_front = 1;
  const auto each_next = [&](std::uint32_t set, auto&& f) {
    for (std::uint32_t rest = set; rest != 0; rest &= rest - 1) {
      const auto c = static_cast<std::uint32_t>(__builtin_ctz(rest));
      const std::uint32_t without = set & ~(1U << c);
      if (cost[without] + halves.before(c, without) <= cost[set] + near)
        f(c, without);
    }
  };
  for (std::size_t place = 0; place < n; ++place) {
    std::vector<std::uint32_t> next;
    for (const std::uint32_t set : layers[place]) {
      const double ways = states[set].from_front;
      each_next(set, [&](std::uint32_t, std::uint32_t without) {
        State& state = states[without];
        if (state.from_front == 0)
          next.push_back(without);
        state.from_front += ways;
      });
    }
    layers.push_back(std::move(next));
  }
  states[0].to_end = 1;
  for (std::size_t place = n; place-- > 0;)
    for (const std::uint32_t set : layers[place]) {
      double ways = 0;
      each_next(set, [&](std::uint32_t, std::uint32_t without) { ways += states[without].to_end; });
      states[set].to_end = ways;
    }
  out.optima = states[full].to_end;
  out.unique = out.optima == 1;
  out.best_place.assign(n, static_cast<std::uint32_t>(n));
  out.worst_place.assign(n, 1);
  out.mean_place.assign(n, 0);
  for (std::size_t place = 0; place < n; ++place)
    for (const std::uint32_t set : layers[place])
      each_next(set, [&](std::uint32_t c, std::uint32_t without) {
        const auto at = static_cast<std::uint32_t>(place + 1);
        out.best_place[c] = std::min(out.best_place[c], at);
        out.worst_place[c] = std::max(out.worst_place[c], at);
        out.mean_place[c] += at * (states[set].from_front / out.optima * states[without].to_end);
      });
  for (std::uint32_t set = full; set != 0;) {
    std::uint32_t chosen = 0;
    bool found = false;
    each_next(set, [&](std::uint32_t c, std::uint32_t) {
      if (!found)
        chosen = c;
      found = true;
    });
    out.order.push_back(chosen);
    set &= ~(1U << chosen);
  }
  return out;
}

Kemeny solve_part(const MatrixXd& tally) {
  const double largest = tally.sum();
  const bool whole = largest < 1e9 && (tally.array() == tally.array().round()).all();
  return whole ? over_subsets<std::int32_t>(tally, 0)
               : over_subsets<double>(tally, 1e-9 * std::max(1.0, tally.maxCoeff()));
}

/// Sets such that a majority puts each before the next.
std::vector<std::vector<std::uint32_t>> parts_of(Tally tally) {
  const Index n = tally.rows();
  const double near = n == 0 ? 0 : 1e-9 * tally.maxCoeff();
  std::vector<std::uint32_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0U);
  std::vector<std::uint32_t> wins(order.size(), 0);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j)
      if (tally(i, j) - tally(j, i) > near)
        ++wins[static_cast<std::size_t>(i)];
  // A set that beats all the others has more wins each than any of those.
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return wins[a] > wins[b]; });
  std::vector<std::vector<std::uint32_t>> out;
  std::size_t won = 0, begin = 0; // victories of the first k over all
  const std::size_t all = order.size();
  for (std::size_t k = 1; k <= all; ++k) {
    won += wins[order[k - 1]];
    // All victories over the rest, plus those among the first k themselves.
    std::size_t inside = 0;
    if (won >= k * (all - k)) {
      for (std::size_t a = 0; a < k; ++a)
        for (std::size_t b = 0; b < k; ++b)
          if (tally(order[a], order[b]) - tally(order[b], order[a]) > near)
            ++inside;
      if (won - inside == k * (all - k)) {
        std::vector<std::uint32_t> part(order.begin() + static_cast<std::ptrdiff_t>(begin),
                                        order.begin() + static_cast<std::ptrdiff_t>(k));
        std::sort(part.begin(), part.end());
        out.push_back(std::move(part));
        begin = k;
      }
    }
  }
  return out;
}

} // namespace

double kemeny_cost(Tally tally, const std::vector<std::uint32_t>& order) {
  double cost = 0;
  for (std::size_t i = 0; i < order.size(); ++i)
    for (std::size_t j = i + 1; j < order.size(); ++j)
      cost += tally(order[j], order[i]);
  return cost;
}

Kemeny kemeny(Tally tally, std::size_t by_subsets, const KemenySolver& solver) {
  if (tally.rows() != tally.cols())
    throw std::invalid_argument("a tally of " + std::to_string(tally.rows()) + " by " +
                                std::to_string(tally.cols()));
  Kemeny out;
  out.optima = 1;
  out.proven = true;
  out.unique = true;
  const auto n = static_cast<std::size_t>(tally.rows());
  out.best_place.resize(n);
  out.worst_place.resize(n);
  out.mean_place.resize(n);
  bool places_known = true;
  for (const auto& part : parts_of(tally)) {
    const auto size = static_cast<Index>(part.size());
    MatrixXd inside(size, size);
    for (Index i = 0; i < size; ++i)
      for (Index j = 0; j < size; ++j)
        inside(i, j) =
            i == j ? 0
                   : tally(part[static_cast<std::size_t>(i)], part[static_cast<std::size_t>(j)]);
    Kemeny one;
    if (part.size() <= std::min<std::size_t>(by_subsets, 22)) {
      one = solve_part(inside);
    } else if (solver) {
      one = solver(inside);
    } else {
      one.largest_part = part.size();
      one.order.resize(part.size());
      std::iota(one.order.begin(), one.order.end(), 0U);
    }
    const auto before = static_cast<std::uint32_t>(out.order.size());
    places_known = places_known && !one.best_place.empty();
    for (std::size_t i = 0; i < part.size() && places_known; ++i) {
      out.best_place[part[i]] = before + one.best_place[i];
      out.worst_place[part[i]] = before + one.worst_place[i];
      out.mean_place[part[i]] = before + one.mean_place[i];
    }
    for (const std::uint32_t i : one.order)
      out.order.push_back(part[i]);
    out.optima *= one.optima;
    out.unique = out.unique && one.unique;
    out.proven = out.proven && one.proven;
    out.largest_part = std::max(out.largest_part, one.largest_part);
  }
  if (!places_known) {
    out.best_place.clear();
    out.worst_place.clear();
    out.mean_place.clear();
  }
  out.cost = kemeny_cost(tally, out.order);
  return out;
}

} // namespace libeval::kernel
