// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/solver.hpp"

#include "engine/reconstruct/propagate.hpp"

#include <CbcEventHandler.hpp>
#include <CbcHeuristicDiveCoefficient.hpp>
#include <CbcHeuristicFPump.hpp>
#include <CbcModel.hpp>
#include <CglKnapsackCover.hpp>
#include <CglMixedIntegerRounding2.hpp>
#include <CglProbing.hpp>
#include <ClpEventHandler.hpp>
#include <CoinPackedMatrix.hpp>
#include <OsiClpSolverInterface.hpp>

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <memory>
#include <utility>

namespace libeval {
namespace {

/// Beyond this a double no longer tells whole numbers apart, and the solver is not asked.
constexpr std::int64_t most_exact = std::int64_t{1} << 50;
constexpr int dual_bits = 30;

/// Ends a relaxation that is being solved as soon as the limits are reached. It says nothing while
/// branch and cut is at work on a copy, which would take an unfinished relaxation for an infeasible
/// one.
class RelaxationStop : public ClpEventHandler {
public:
  RelaxationStop(const SolveLimits& limits, const bool& armed) : limits_(limits), armed_(armed) {}
  int event(Event) override { return armed_ && limits_.over() ? 5 : -1; }
  ClpEventHandler* clone() const override { return new RelaxationStop(*this); }

private:
  const SolveLimits& limits_;
  const bool& armed_;
};

/// The same between the nodes of branch and cut.
class BranchStop : public CbcEventHandler {
public:
  explicit BranchStop(const SolveLimits& limits) : limits_(limits) {}
  CbcAction event(CbcEvent) override { return limits_.over() ? stop : noAction; }
  CbcEventHandler* clone() const override { return new BranchStop(*this); }

private:
  const SolveLimits& limits_;
};

} // namespace

struct Solver::Implementation {
  const IntegerSystem& system;
  SolveLimits limits;
  OsiClpSolverInterface lp;
  std::vector<std::uint8_t> active;
  bool hopeless = false; ///< an active row without terms does not hold, or numbers are too large
  std::size_t impossible_rows = 0;
  bool may_stop = false;                       ///< a relaxation is being solved
  std::unique_ptr<Shaver> shaver;              ///< of the active rows, once it is needed
  std::deque<std::vector<std::int64_t>> known; ///< points found before that satisfy all active rows

  Implementation(const IntegerSystem& s, SolveLimits l)
      : system(s), limits(std::move(l)), active(s.rows.size(), 1) {
    const double infinity = lp.getInfinity();
    const auto low = [&](const std::optional<std::int64_t>& x) {
      return x ? static_cast<double>(*x) : -infinity;
    };
    const auto high = [&](const std::optional<std::int64_t>& x) {
      return x ? static_cast<double>(*x) : infinity;
    };
    const auto size = [&](std::int64_t x) { hopeless = hopeless || std::abs(x) > most_exact; };
    std::vector<int> rows, columns;
    std::vector<double> factors;
    std::vector<double> row_low, row_high;
    for (const Row& row : s.rows) {
      for (const auto& [v, factor] : row.terms) {
        rows.push_back(static_cast<int>(row_low.size()));
        columns.push_back(static_cast<int>(v));
        factors.push_back(static_cast<double>(factor));
        size(factor);
      }
      size(row.low.value_or(0));
      size(row.high.value_or(0));
      row_low.push_back(low(row.low));
      row_high.push_back(high(row.high));
      if (!possible(row))
        ++impossible_rows;
    }
    std::vector<double> column_low, column_high, nothing(s.unknowns.size(), 0);
    for (const LinearUnknown& unknown : s.unknowns) {
      column_low.push_back(low(unknown.low));
      column_high.push_back(high(unknown.high));
      if (unknown.low && unknown.high && *unknown.low > *unknown.high)
        ++impossible_rows;
    }
    CoinPackedMatrix matrix(false, rows.data(), columns.data(), factors.data(),
                            static_cast<CoinBigIndex>(factors.size()));
    matrix.setDimensions(static_cast<int>(s.rows.size()), static_cast<int>(s.unknowns.size()));
    lp.messageHandler()->setLogLevel(0);
    lp.setLogLevel(0);
    lp.setHintParam(OsiDoReducePrint, true, OsiHintTry);
    lp.loadProblem(matrix, column_low.data(), column_high.data(), nothing.data(), row_low.data(),
                   row_high.data());
    for (std::size_t v = 0; v < s.unknowns.size(); ++v)
      lp.setInteger(static_cast<int>(v));
    const RelaxationStop stop(limits, may_stop);
    lp.getModelPtr()->passInEventHandler(&stop);
  }

  /// Whether a row alone leaves anything: its ends are in order, and without terms 0 lies between.
  static bool possible(const Row& row) {
    if (row.low && row.high && *row.low > *row.high)
      return false;
    return !row.terms.empty() || ((!row.low || *row.low <= 0) && (!row.high || *row.high >= 0));
  }

  [[nodiscard]] bool satisfies(const std::vector<std::int64_t>& point) const {
    for (std::size_t v = 0; v < point.size(); ++v) {
      const LinearUnknown& unknown = system.unknowns[v];
      if ((unknown.low && point[v] < *unknown.low) || (unknown.high && point[v] > *unknown.high))
        return false;
    }
    for (std::size_t r = 0; r < system.rows.size(); ++r)
      if (active[r] != 0 && !holds(system.rows[r], point))
        return false;
    return true;
  }

  /// The whole numbers nearest to a solution, if they satisfy everything exactly.
  std::optional<std::vector<std::int64_t>> whole(const double* solution) const {
    std::vector<std::int64_t> point;
    point.reserve(system.unknowns.size());
    for (std::size_t v = 0; v < system.unknowns.size(); ++v) {
      const double nearest = std::round(solution[v]);
      if (std::abs(solution[v] - nearest) > 1e-5 ||
          std::abs(nearest) > static_cast<double>(most_exact))
        return std::nullopt;
      point.push_back(static_cast<std::int64_t>(nearest));
    }
    return satisfies(point) ? std::optional(std::move(point)) : std::nullopt;
  }

  static std::int64_t value_of(const Objective& objective, const std::vector<std::int64_t>& point) {
    std::int64_t sum = 0;
    for (const auto& [v, factor] : objective)
      sum += factor * point[v];
    return sum;
  }

  /// An upper bound on the maximum from approximate dual multipliers, in exact arithmetic: for any
  /// multipliers y, c x = y (A x) + (c - y A) x, and both terms are bounded by their bounds.
  [[nodiscard]] std::optional<std::int64_t> dual_bound(const Objective& objective) const {
    const double* price = lp.getRowPrice(); // of the minimization of -c x
    std::vector<Wide> reduced(system.unknowns.size(), 0);
    for (const auto& [v, factor] : objective)
      reduced[v] += Wide{factor} << dual_bits;
    Wide bound = 0;
    for (std::size_t r = 0; r < system.rows.size(); ++r) {
      const Row& row = system.rows[r];
      const double scaled = std::ldexp(-price[r], dual_bits);
      if (active[r] == 0 || !(std::abs(scaled) < 0x1p62))
        continue;
      const auto y = static_cast<std::int64_t>(std::llround(scaled));
      const auto& end = y > 0 ? row.high : row.low;
      if (y == 0 || !end)
        continue;
      bound += Wide{y} * *end;
      for (const auto& [v, factor] : row.terms)
        reduced[v] -= Wide{y} * factor;
    }
    for (std::size_t v = 0; v < reduced.size(); ++v) {
      if (reduced[v] == 0)
        continue;
      const auto& end = reduced[v] > 0 ? system.unknowns[v].high : system.unknowns[v].low;
      if (!end)
        return std::nullopt;
      bound += reduced[v] * *end;
    }
    const Wide one = Wide{1} << dual_bits;
    const Wide whole = bound / one - (bound % one < 0 ? 1 : 0);
    if (whole > std::numeric_limits<std::int64_t>::max() ||
        whole < std::numeric_limits<std::int64_t>::min())
      return std::nullopt;
    return static_cast<std::int64_t>(whole);
  }

  void remember(std::vector<std::int64_t> point) {
    constexpr std::size_t most_points = 512;
    known.push_back(std::move(point));
    if (known.size() > most_points)
      known.pop_front();
  }

  /// Whether a known point has the bound: then it is the answer.
  bool is_known(const Objective& objective, Answer& answer) const {
    for (const auto& point : known)
      if (answer.bound && value_of(objective, point) == *answer.bound) {
        answer.status = Answer::Status::optimal;
        answer.value = answer.bound;
        answer.point = point;
        answer.certified = true;
        return true;
      }
    return false;
  }

  /// The same after the bound was drawn in by trying whether the objective can reach it.
  bool is_known_shaved(const Objective& objective, Answer& answer) {
    std::optional<std::int64_t> reached = answer.value;
    for (const auto& point : known)
      reached = std::max(reached.value_or(value_of(objective, point)), value_of(objective, point));
    if (!reached || *reached >= *answer.bound)
      return false;
    if (!shaver)
      shaver = std::make_unique<Shaver>(system, active);
    answer.bound = shaver->shave(objective, *answer.bound, *reached);
    return is_known(objective, answer);
  }

  /// What the objective cannot exceed by the bounds of its unknowns alone.
  [[nodiscard]] std::optional<std::int64_t> box_bound(const Objective& objective) const {
    Wide sum = 0;
    for (const auto& [v, factor] : objective) {
      const auto& end = factor > 0 ? system.unknowns[v].high : system.unknowns[v].low;
      if (!end)
        return std::nullopt;
      sum += Wide{factor} * *end;
    }
    constexpr Wide most = std::numeric_limits<std::int64_t>::max();
    return -most < sum && sum < most ? std::optional(static_cast<std::int64_t>(sum)) : std::nullopt;
  }

  /// Solves the relaxation: from the last solution where only the objective is another, which
  /// stays within the rows; without an objective any prices do, and rows may have changed.
  void relax(const Objective& objective) {
    std::vector<double> costs(system.unknowns.size(), 0);
    for (const auto& [v, factor] : objective)
      costs[v] -= static_cast<double>(factor);
    lp.setObjective(costs.data());
    lp.setHintParam(OsiDoDualInResolve, objective.empty(), OsiHintTry);
    may_stop = true;
    lp.resolve();
    if (!lp.isProvenOptimal() && !limits.over()) { // a second opinion, the other way round and cold
      const std::unique_ptr<CoinWarmStart> cold(lp.getEmptyWarmStart());
      lp.setWarmStart(cold.get());
      lp.setHintParam(OsiDoDualInResolve, true, OsiHintTry);
      lp.resolve();
    }
    may_stop = false;
  }

  std::optional<std::int64_t> upper_bound(const Objective& objective) {
    if (hopeless || impossible_rows > 0 || limits.over())
      return std::nullopt;
    relax(objective);
    return lp.isProvenOptimal() ? dual_bound(objective) : std::nullopt;
  }

  Answer maximize(const Objective& objective, Effort effort) {
    using Status = Answer::Status;
    Answer answer;
    if (hopeless)
      return answer;
    if (impossible_rows > 0 || system.unknowns.empty()) {
      answer.status = impossible_rows > 0 ? Status::infeasible : Status::optimal;
      if (impossible_rows == 0)
        answer.value = answer.bound = 0;
      answer.certified = true;
      return answer;
    }
    const auto interrupted =
        [&] { // any multipliers give a bound, also those of an unfinished solve
          answer.status = Status::interrupted;
          answer.bound = dual_bound(objective);
          return answer;
        };
    if (limits.over())
      return interrupted();
    answer.bound = box_bound(objective);
    if (!objective.empty() && is_known(objective, answer))
      return answer;
    relax(objective);
    if (!lp.isProvenOptimal() && limits.over())
      return interrupted();
    if (lp.isProvenPrimalInfeasible()) {
      answer.status = Status::infeasible;
      return answer;
    }
    if (lp.isProvenDualInfeasible()) {
      answer.status = Status::unbounded;
      return answer;
    }
    if (!lp.isProvenOptimal())
      return answer;
    answer.bound = dual_bound(objective);
    if (auto point = whole(lp.getColSolution())) {
      answer.value = value_of(objective, *point);
      answer.point = *point;
      remember(std::move(*point));
      answer.certified = answer.bound == answer.value;
      const double relaxed = -lp.getObjValue();
      const double gap = std::abs(relaxed - static_cast<double>(*answer.value));
      if (answer.certified || gap < 1e-6 * std::max(1.0, std::abs(relaxed))) {
        answer.status = Status::optimal;
        answer.bound = answer.value;
        return answer;
      }
    }
    const auto is_reached = [&] {
      return is_known(objective, answer) || is_known_shaved(objective, answer);
    };
    const std::optional<int> nodes = effort.at_most(limits.effort).nodes;
    const bool dives = nodes.value_or(0) == 0; // else it has dived already, or will
    if (answer.bound &&
        ((!objective.empty() && is_reached()) || (dives && dive_to_bound(objective, answer))))
      return answer;
    if (objective.empty() && dives)
      if (auto point = dive_by_rows()) {
        answer.value = 0;
        answer.bound = 0;
        answer.status = Status::optimal;
        answer.point = *point;
        remember(std::move(*point));
        return answer;
      }
    if (nodes && *nodes <= 0) {
      answer.status = Status::interrupted;
      return answer;
    }
    if (objective.empty()) {
      constexpr int few = 100, many = 2000;
      Answer soon = branch(objective, answer, std::min(nodes.value_or(few), few));
      if (soon.status != Status::interrupted || limits.over() || nodes.value_or(many) < many)
        return soon;
      if (auto point = search(nodes)) {
        answer.value = value_of(objective, *point);
        answer.point = *point;
        remember(std::move(*point));
        answer.status = Answer::Status::optimal;
        answer.bound = answer.value;
        return answer;
      }
    }
    return branch(objective, std::move(answer), nodes);
  }

  /// Looks for any whole point by branch and cut for a while. Cuts and heuristics find one much
  /// sooner, and now and then a cut that is not quite right takes all of them away: that none was
  /// found says nothing.
  std::optional<std::vector<std::int64_t>> search(std::optional<int> nodes) const {
    constexpr int most_nodes = 2000;
    CbcModel model(lp);
    make_ready(model);
    model.setMaximumNodes(std::min(nodes.value_or(most_nodes), most_nodes));
    model.setMaximumSolutions(1);
    CglProbing probing;
    probing.setUsingObjective(0);
    probing.setMaxPass(1);
    probing.setMaxProbe(50);
    probing.setRowCuts(3);
    CglMixedIntegerRounding2 rounding;
    CglKnapsackCover cover;
    model.addCutGenerator(&probing, -1, "probing");
    model.addCutGenerator(&rounding, -1, "rounding");
    model.addCutGenerator(&cover, -1, "cover");
    CbcHeuristicFPump pump(model);
    pump.setMaximumPasses(30);
    CbcHeuristicDiveCoefficient diving(model);
    model.addHeuristic(&pump);
    model.addHeuristic(&diving);
    const BranchStop stop(limits);
    model.passInEventHandler(&stop);
    model.branchAndBound();
    const double* best = model.bestSolution();
    return best == nullptr ? std::nullopt : whole(best);
  }

  static void make_ready(CbcModel& model) {
    model.solver()->setHintParam(OsiDoDualInResolve, true, OsiHintTry);
    model.setLogLevel(0);
    model.messageHandler()->setLogLevel(0);
    model.solver()->messageHandler()->setLogLevel(0);
    model.setIntegerTolerance(1e-9); // times the reach of a score it must stay nothing
    // Where a solution is nearly whole, CBC 2.10 has no candidates to branch on, and reads the
    // first all the same when it has given strong branching up (only if trust begins after 10, the
    // default) or is past its own time limit (so none is set: the handler stops it).
    model.setNumberBeforeTrust(5);
  }

  /// Looks for a whole point that has the bound; what is found on the way is kept.
  bool dive_to_bound(const Objective& objective, Answer& answer) {
    for (const Rounding rounding : {Rounding::nearest, Rounding::last, Rounding::farther}) {
      auto point = dive(*answer.bound, rounding);
      if (!point) {
        relax(objective); // where the next one begins
        continue;
      }
      answer.value = value_of(objective, *point);
      answer.point = *point;
      remember(std::move(*point));
      answer.certified = answer.bound == answer.value;
      if (answer.certified)
        answer.status = Answer::Status::optimal;
      return answer.certified;
    }
    return false;
  }

  /// Which way a dive rounds what is not whole: to the nearest whole number, towards the last point
  /// that was found, or away from the nearest.
  enum class Rounding { nearest, last, farther };

  [[nodiscard]] double rounded(std::size_t v, double x, Rounding rounding) const {
    const double nearest = std::round(x);
    if (rounding == Rounding::last && !known.empty())
      return static_cast<double>(known.back()[v]) > x ? std::ceil(x) : std::floor(x);
    return rounding == Rounding::farther ? std::floor(x) + std::ceil(x) - nearest : nearest;
  }

  /// From the relaxation's solution to a whole one: some unknowns nearest to whole numbers are
  /// fixed at once, where that fails one of them, or it on its other side; and so on as long as the
  /// objective can reach the bound.
  std::optional<std::vector<std::int64_t>> dive(std::int64_t bound, Rounding rounding) {
    constexpr std::size_t at_once = 8; // so much of what is left, as a divisor
    const std::unique_ptr<CoinWarmStart> before(lp.getWarmStart());
    const auto target = static_cast<double>(bound);
    const double least = target - 1e-6 * (1 + std::abs(target));
    std::vector<std::pair<double, std::size_t>> open; // how far from whole
    std::vector<std::size_t> fixed;
    std::optional<std::vector<std::int64_t>> point;
    lp.setHintParam(OsiDoDualInResolve, true, OsiHintTry);
    const auto fix = [&](std::size_t v, double at) {
      lp.setColBounds(static_cast<int>(v), at, at);
      fixed.push_back(v);
    };
    const auto set_free = [&](std::size_t v) {
      const LinearUnknown& unknown = system.unknowns[v];
      lp.setColBounds(static_cast<int>(v),
                      unknown.low ? static_cast<double>(*unknown.low) : -lp.getInfinity(),
                      unknown.high ? static_cast<double>(*unknown.high) : lp.getInfinity());
    };
    const auto reaches = [&] {
      lp.resolve();
      return lp.isProvenOptimal() && -lp.getObjValue() > least;
    };
    may_stop = true;
    while (!limits.over()) {
      const std::vector<double> x(lp.getColSolution(),
                                  lp.getColSolution() + system.unknowns.size());
      if ((point = whole(x.data())))
        break;
      open.clear();
      for (std::size_t v = 0; v < x.size(); ++v)
        if (const double off = std::abs(x[v] - std::round(x[v])); off > 1e-7)
          open.emplace_back(off, v);
      if (open.empty())
        break; // whole, and yet a row does not hold exactly
      const std::size_t some = 1 + open.size() / at_once;
      std::ranges::nth_element(open, open.begin() + static_cast<std::ptrdiff_t>(some - 1));
      for (std::size_t i = 0; i < some; ++i)
        fix(open[i].second, rounded(open[i].second, x[open[i].second], rounding));
      if (reaches())
        continue;
      for (; !fixed.empty() && some > 1 && fixed.back() != open[0].second; fixed.pop_back())
        set_free(fixed.back());
      if (some > 1 && reaches())
        continue;
      const std::size_t v = open[0].second;
      const double first = rounded(v, x[v], rounding);
      fix(v, first > x[v] ? std::floor(x[v]) : std::ceil(x[v]));
      if (!reaches())
        break;
    }
    may_stop = false;
    for (const std::size_t v : fixed)
      set_free(v);
    lp.setWarmStart(before.get());
    return point;
  }

  /// From the relaxation's solution to a whole point where choices of 0 or 1 hang together in rows
  /// that a relaxation hardly feels: some are fixed, what follows from them row after row too, and
  /// the relaxation is solved anew; then all other unknowns.
  std::optional<std::vector<std::int64_t>> dive_by_rows() {
    constexpr std::size_t at_once = 8; // so much of what is left, as a divisor
    const std::unique_ptr<CoinWarmStart> before(lp.getWarmStart());
    Shaver rows(system, active);
    std::optional<std::vector<std::int64_t>> point;
    const auto bound = [&](const std::vector<LinearUnknown>& unknowns) {
      for (std::size_t v = 0; v < unknowns.size(); ++v)
        lp.setColBounds(static_cast<int>(v),
                        unknowns[v].low ? static_cast<double>(*unknowns[v].low) : -lp.getInfinity(),
                        unknowns[v].high ? static_cast<double>(*unknowns[v].high)
                                         : lp.getInfinity());
    };
    const auto is_possible = [&] {
      bound(rows.unknowns());
      lp.resolve();
      return lp.isProvenOptimal();
    };
    const auto fix = [&](std::size_t v, double at) {
      const auto whole_number = static_cast<std::int64_t>(at);
      return rows.narrow(static_cast<std::uint32_t>(v), {whole_number, whole_number});
    };
    lp.setHintParam(OsiDoDualInResolve, true, OsiHintTry);
    may_stop = true;
    for (bool possible = is_possible(); possible && !limits.over();) {
      const std::vector<double> x(lp.getColSolution(),
                                  lp.getColSolution() + system.unknowns.size());
      if ((point = whole(x.data())))
        break;
      const auto open = open_choices(rows.unknowns(), x);
      if (open.empty())
        break; // whole, and yet a row does not hold exactly
      const std::vector<LinearUnknown> so_far = rows.unknowns();
      const std::size_t some = 1 + open.size() / at_once;
      bool any = false;
      for (std::size_t i = 0; i < some; ++i)
        if (const std::size_t v = open[i].second; rows.unknowns()[v].low != rows.unknowns()[v].high)
          any = fix(v, std::round(x[v])) || any; // what contradicts is left as it is
      if (any && is_possible())
        continue;
      rows.restore(so_far); // one alone, or on its other side
      const std::size_t v = open[0].second;
      const double nearest = std::round(x[v]);
      double other = nearest > x[v] ? std::floor(x[v]) : std::ceil(x[v]);
      if (other == nearest)
        other = nearest > 0.5 ? nearest - 1 : nearest + 1;
      possible = fix(v, nearest) && is_possible();
      if (!possible) {
        rows.restore(so_far);
        possible = fix(v, other) && is_possible();
      }
    }
    may_stop = false;
    bound(system.unknowns);
    lp.setWarmStart(before.get());
    return point;
  }

  /// What is not fixed, what is nearest to whole numbers first: choices of 0 or 1, or where there
  /// are none those that are not whole.
  [[nodiscard]] static std::vector<std::pair<double, std::size_t>>
  open_choices(const std::vector<LinearUnknown>& unknowns, const std::vector<double>& x) {
    std::vector<std::pair<double, std::size_t>> choices, others;
    for (std::size_t v = 0; v < x.size(); ++v) {
      const double off = std::abs(x[v] - std::round(x[v]));
      if (unknowns[v].low == std::int64_t{0} && unknowns[v].high == std::int64_t{1})
        choices.emplace_back(off, v);
      else if (off > 1e-7)
        others.emplace_back(off, v);
    }
    auto& out = choices.empty() ? others : choices;
    std::ranges::sort(out);
    return out;
  }

  Answer branch(const Objective& objective, Answer answer, std::optional<int> nodes = {}) {
    using Status = Answer::Status;
    CbcModel model(lp);
    make_ready(model);
    model.setAllowableGap(0);
    model.setAllowableFractionGap(0);
    if (!objective.empty())
      model.setCutoffIncrement(0.999); // the objective is whole
    if (nodes)
      model.setMaximumNodes(*nodes);
    const BranchStop stop(limits);
    model.passInEventHandler(&stop);
    model.branchAndBound();
    if (const double* best = model.bestSolution())
      if (auto point = whole(best))
        if (const std::int64_t value = value_of(objective, *point);
            !answer.value || value > *answer.value) {
          answer.value = value;
          answer.point = *point;
          remember(std::move(*point));
        }
    if (model.isProvenInfeasible()) {
      answer.status = answer.value ? Status::trouble : Status::infeasible;
      return answer;
    }
    const double possible = -model.getBestPossibleObjValue();
    if (model.isProvenOptimal()) {
      const bool same = answer.value && std::abs(possible - static_cast<double>(*answer.value)) <
                                            1 + 1e-9 * std::abs(possible);
      answer.status = same ? Status::optimal : Status::trouble;
      answer.certified = answer.value && answer.bound == answer.value;
      answer.bound = answer.value;
      return answer;
    }
    answer.status = Status::interrupted;
    if (std::abs(possible) < 1e15) {
      const auto proven = static_cast<std::int64_t>(std::floor(possible + 1e-6));
      answer.bound = answer.bound ? std::min(*answer.bound, proven) : proven;
    }
    return answer;
  }
};

Solver::Solver(const IntegerSystem& system, SolveLimits limits)
    : it_(std::make_unique<Implementation>(system, std::move(limits))) {}

Solver::~Solver() = default;

void Solver::set_active(std::size_t r, bool is) {
  if ((it_->active[r] != 0) == is)
    return;
  it_->active[r] = is ? 1 : 0;
  it_->known.clear();
  it_->shaver.reset();
  const Row& row = it_->system.rows[r];
  const double infinity = it_->lp.getInfinity();
  it_->lp.setRowBounds(static_cast<int>(r),
                       is && row.low ? static_cast<double>(*row.low) : -infinity,
                       is && row.high ? static_cast<double>(*row.high) : infinity);
  if (!Implementation::possible(row))
    it_->impossible_rows += is ? 1 : static_cast<std::size_t>(-1);
}

Answer Solver::maximize(const Objective& objective, Effort effort) {
  return it_->maximize(objective, effort);
}

Answer Solver::minimize(const Objective& objective, Effort effort) {
  Objective turned = objective;
  for (auto& [v, factor] : turned)
    factor = -factor;
  Answer answer = it_->maximize(turned, effort);
  if (answer.value)
    answer.value = -*answer.value;
  if (answer.bound)
    answer.bound = -*answer.bound;
  return answer;
}

std::optional<std::int64_t> Solver::upper_bound(const Objective& objective) {
  return it_->upper_bound(objective);
}

Answer Solver::find(Effort effort) {
  return it_->maximize({}, effort);
}

} // namespace libeval
