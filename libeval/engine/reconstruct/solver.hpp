// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/linear.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace libeval {

/// How hard an integer program is tried: its relaxation alone (`relaxed`), which also is rounded to
/// whole points a few times (`quick`); then it is branched for so many nodes, or until it is solved
/// (`whole`). Then it is given up as if out of time. Nodes are counted, not timed, so that answers
/// are the same everywhere.
struct Effort {
  std::optional<int> nodes = {}; ///< none: until it is solved
  static const Effort relaxed, quick, whole;

  [[nodiscard]] Effort at_most(const Effort& other) const {
    return nodes && (!other.nodes || *nodes < *other.nodes) ? *this : other;
  }
};
inline constexpr Effort Effort::relaxed{-1}, Effort::quick{0}, Effort::whole{};

/// How long may be solved, and whether somebody wants it to stop.
struct SolveLimits {
  std::optional<std::chrono::steady_clock::time_point> until = {};
  std::function<bool()> stop = {}; ///< asked at every step; once it said so it says so again
  Effort effort = {};              ///< no program is tried harder

  [[nodiscard]] bool over() const {
    return (stop && stop()) || (until && std::chrono::steady_clock::now() >= *until);
  }
};

/// The answer of an integer program.
struct Answer {
  enum class Status {
    optimal,     ///< `value` is attained at `point` and nothing is larger
    infeasible,  ///< no point satisfies the rows
    unbounded,   ///< there is no largest value
    interrupted, ///< out of time: `value` at `point` if one was found, nothing above `bound`
    trouble      ///< the solver and exact arithmetic disagree: not to be used
  };
  Status status = Status::trouble;
  std::optional<std::int64_t> value, bound;
  std::vector<std::int64_t> point; ///< checked against every active row in exact arithmetic
  bool certified = false; ///< the bound was derived in exact arithmetic: from dual multipliers, or
                          ///< by trying what is beyond it
};

/// One integer program, asked many times. Wraps COIN-OR CLP (relaxations) and CBC (branch and cut);
/// nothing of them is seen outside solver.cpp. Every point handed out satisfies all rows exactly.
/// Bounds of relaxations are re-derived exactly from their dual multipliers (Neumaier and
/// Shcherbina, Safe bounds in linear and mixed-integer linear programming, Math. Program. 99,
/// 2004) and drawn in by trying whether they can be reached (`Shaver`); those of branch and cut
/// rest on the solver.
class Solver {
public:
  using Objective = std::vector<std::pair<std::uint32_t, std::int64_t>>;

  explicit Solver(const IntegerSystem& system, SolveLimits limits = {});
  ~Solver();
  Solver(const Solver&) = delete;
  Solver& operator=(const Solver&) = delete;

  /// Rows that are not active do not count. All are at first.
  void set_active(std::size_t row, bool active);

  [[nodiscard]] Answer maximize(const Objective& objective, Effort effort = Effort::whole);
  [[nodiscard]] Answer minimize(const Objective& objective, Effort effort = Effort::whole);
  /// Any point.
  [[nodiscard]] Answer find(Effort effort = Effort::whole);
  /// What the objective cannot exceed by the relaxation alone, proven in exact arithmetic; nothing
  /// where that has no optimum, or out of time.
  [[nodiscard]] std::optional<std::int64_t> upper_bound(const Objective& objective);

private:
  struct Implementation;
  std::unique_ptr<Implementation> it_;
};

} // namespace libeval
