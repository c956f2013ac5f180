// SPDX-License-Identifier: Apache-2.0
// The nearest weights under which somebody changes sides, and the places that weights allow.
#include "engine/margins/margins.hpp"

#include <CbcModel.hpp>
#include <ClpSimplex.hpp>
#include <OsiClpSolverInterface.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace libeval {
namespace {

using Numbers = std::vector<double>;

Numbers difference(const Numbers& a, const Numbers& b) {
  Numbers out(a.size());
  for (std::size_t k = 0; k < out.size(); ++k)
    out[k] = a[k] - b[k];
  return out;
}

double dot(const Numbers& a, const Numbers& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

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

double distance(const Numbers& a, const Numbers& b, const std::string& norm) {
  double out = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const double x = std::abs(a[k] - b[k]);
    out = norm == "L1" ? out + x : norm == "L2" ? out + x * x : std::max(out, x);
  }
  return norm == "L2" ? std::sqrt(out) : out;
}

Bundle with_shares(const MarginContext& context, const LinearScore& score, const Numbers& shares) {
  Bundle out = context.bundle;
  Node& node = *find_node(*out.program.stages[context.stage].score, score.path);
  set_shares(node, shares, score.sum, score.points);
  return out;
}

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

/// A step beyond the witness, and back.
Numbers along(const Numbers& from, const Numbers& to, double t) {
  Numbers out(from.size());
  for (std::size_t k = 0; k < out.size(); ++k)
    out[k] = std::max(0.0, from[k] + t * (to[k] - from[k]));
  const double sum = std::accumulate(out.begin(), out.end(), 0.0);
  for (double& x : out)
    x /= sum;
  return out;
}

/// Two who are held at the line because they are level, and whom other weights part.
std::optional<std::pair<std::size_t, std::size_t>> level_pair(const StageDecision& stage,
                                                              const LinearScore& score) {
  for (std::size_t a = 0; a < stage.entrants.size(); ++a)
    for (std::size_t b = a + 1; b < stage.entrants.size() && is_tied_at_the_line(stage, a); ++b)
      if (is_tied_at_the_line(stage, b) &&
          std::abs(stage.total[a] - stage.total[b]) <= stage.tolerance) {
        const Numbers d = difference(score.of[a], score.of[b]);
        const auto [low, high] = std::ranges::minmax(d);
        if (high - low > score.tolerance)
          return std::pair(a, b);
      }
  return std::nullopt;
}

} // namespace

namespace {

constexpr const char* norms[] = {"L1", "L2", "Linf"};

/// No weights nearer than this put `d.w` above 0: it changes by at most |change| times the dual
/// norm of d.
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

Numbers nearest(const Numbers& from, const Numbers& d, const std::string& norm) {
  return norm == "L2" ? nearest_euclidean(from, d) : nearest_linear(from, d, norm == "Linf");
}

/// Those who go on, and those who do not but might (entrants).
struct Sides {
  std::vector<std::size_t> in, rest;
};

Sides sides_of(const StageDecision& stage) {
  Sides out;
  for (std::size_t e = 0; e < stage.entrants.size(); ++e)
    if (stage.outcomes[e] == Outcome::advances)
      out.in.push_back(e);
    else if (stage.outcomes[e] != Outcome::disqualified && stage.outcomes[e] != Outcome::withdrawn)
      out.rest.push_back(e);
  return out;
}

/// Where who goes on is a matter of the order by total alone: the nearest point of all planes on
/// which two from either side are level. `exact` if a decision on either side of it confirms that;
/// without shares where none can meet.
WeightMargin nearest_plane(const MarginContext& context, const LinearScore& score,
                           const char* norm) {
  const StageDecision& stage = context.decided();
  const Sides sides = sides_of(stage);
  WeightMargin best;
  best.norm = norm;
  best.distance = 1e300;
  for (const std::size_t a : sides.in)
    for (const std::size_t b : sides.rest) {
      const Numbers d = difference(score.of[b], score.of[a]);
      const double now = dot(d, score.shares);
      if (now >= 0 || *std::ranges::max_element(d) < -score.tolerance ||
          nearest_bound(d, now, norm) >= best.distance)
        continue;
      const Numbers w = nearest(score.shares, d, norm);
      if (w.empty())
        continue;
      if (const double at = distance(score.shares, w, norm); at < best.distance) {
        best.distance = at;
        best.shares = w;
        best.in = stage.entrants[b];
        best.out = stage.entrants[a];
      }
    }
  if (best.shares.empty())
    return best;
  const auto changes = [&](double t) {
    const Bundle changed = with_shares(context, score, along(score.shares, best.shares, t));
    const auto one = context.outcome(changed, best.in), other = context.outcome(changed, best.out);
    best.level = one == Outcome::held;
    return (one && *one != stage.outcomes[stage.entrant(best.in)]) ||
           (other && *other != Outcome::advances);
  };
  const double step = 1e-6;
  best.found = !changes(1 - step) && changes(1 + step) ? Found::exact : Found::search;
  return best;
}

/// Otherwise: along many ways through the weights, the first point at which somebody else goes on.
class WaySearch {
public:
  WaySearch(const MarginContext& context, const LinearScore& score)
      : context_(context), score_(score), stage_(context.decided()) {
    for (const char* norm : norms) {
      WeightMargin one;
      one.norm = norm;
      one.distance = 1e300;
      one.found = Found::search;
      best_.push_back(std::move(one));
    }
  }

  std::vector<WeightMargin> search() {
    for (const Numbers& way : ways())
      look_along(way);
    std::erase_if(best_, [](const WeightMargin& one) { return one.shares.empty(); });
    return std::move(best_);
  }

private:
  using Change = std::pair<std::size_t, std::size_t>; ///< in, out: as in WeightMargin

  static constexpr std::size_t most_pairs = 8;
  static constexpr int steps = 8;

  /// Towards each part and away from it, and where pairs from either side are level and as far
  /// again.
  [[nodiscard]] std::vector<Numbers> ways() const {
    std::vector<Numbers> out;
    const Numbers& from = score_.shares;
    for (std::size_t k = 0; k < from.size(); ++k) {
      if (!(from[k] < 1))
        continue;
      Numbers towards(from.size(), 0);
      towards[k] = 1;
      out.push_back(std::move(towards));
      Numbers away = from;
      away[k] = 0;
      out.push_back(along(away, away, 0));
    }
    struct Pair {
      double bound;
      Numbers d;
    };
    std::vector<Pair> pairs;
    const Sides sides = sides_of(stage_);
    for (const std::size_t a : sides.in)
      for (const std::size_t b : sides.rest) {
        Numbers d = difference(score_.of[b], score_.of[a]);
        const double now = dot(d, from);
        if (now < 0 && *std::ranges::max_element(d) > 0)
          pairs.push_back({nearest_bound(d, now, "L2"), std::move(d)});
      }
    std::ranges::stable_sort(pairs, {}, &Pair::bound);
    if (pairs.size() > most_pairs)
      pairs.resize(most_pairs);
    for (const Pair& pair : pairs)
      for (const char* norm : norms)
        if (const Numbers w = nearest(from, pair.d, norm); !w.empty())
          out.push_back(along(from, w, 2));
    return out;
  }

  [[nodiscard]] bool is_nearer(const Numbers& shares) const {
    return std::ranges::any_of(best_, [&](const WeightMargin& one) {
      return distance(score_.shares, shares, one.norm) < one.distance;
    });
  }

  void look_along(const Numbers& way) {
    const auto at = [&](double t) { return along(score_.shares, way, t); };
    double same = 0;
    for (int i = 1; i <= steps && is_nearer(at(same)); ++i) {
      const double t = double(i) / steps;
      const auto between = [&](double share) { return at(same + share * (t - same)); };
      if (const auto share = bisect([&](double s) { return change(between(s)).has_value(); }))
        return keep(between(*share));
      same = t;
    }
  }

  void keep(const Numbers& shares) {
    const auto what = change(shares);
    for (WeightMargin& one : best_)
      if (const double d = distance(score_.shares, shares, one.norm); what && d < one.distance) {
        one.distance = d;
        one.shares = shares;
        one.in = what->first;
        one.out = what->second;
      }
  }

  /// Who goes on under other weights and does not now, and the other way round; none if nobody.
  [[nodiscard]] std::optional<Change> change(const Numbers& shares) const {
    const auto other = context_.decide_changed(with_shares(context_, score_, shares));
    Change out{nobody, nobody};
    for (std::size_t e = 0; other && e < stage_.entrants.size(); ++e) {
      const std::size_t there = other->entrant(stage_.entrants[e]);
      const bool now = stage_.outcomes[e] == Outcome::advances,
                 then = there != nobody && other->outcomes[there] == Outcome::advances;
      if (std::size_t& who = then ? out.first : out.second; then != now && who == nobody)
        who = stage_.entrants[e];
    }
    return out == Change{nobody, nobody} ? std::nullopt : std::optional(out);
  }

  const MarginContext& context_;
  const LinearScore& score_;
  const StageDecision& stage_;
  std::vector<WeightMargin> best_; ///< by norm
};

} // namespace

void add_weight_margins(const MarginContext& context, StageMargins& out) {
  const auto score = linear_score(context);
  if (!score || context.options.stopped())
    return;
  out.parts = score->parts;
  out.shares = score->shares;
  const StageDecision& stage = context.decided();
  const bool plain = plain_line(context).has_value() && !score->rounded;
  if (const auto pair = plain ? level_pair(stage, *score) : std::nullopt) {
    for (const char* norm : norms)
      out.weights.push_back({norm, 0, score->shares, stage.entrants[pair->first],
                             stage.entrants[pair->second], true, Found::exact});
    return;
  }
  bool told = plain;
  for (const char* norm : norms)
    if (WeightMargin one = plain ? nearest_plane(context, *score, norm) : WeightMargin{};
        !one.shares.empty()) {
      told = told && one.found == Found::exact;
      out.weights.push_back(std::move(one));
    }
  if (!told)
    out.weights = WaySearch(context, *score).search();
}

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
