// SPDX-License-Identifier: Apache-2.0
// Small integer programs, beside all their points listed.
#include "support/catch.hpp"
#include "support/random.hpp"

#include "engine/reconstruct/settle.hpp"
#include "engine/reconstruct/solver.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

using namespace libeval;
using namespace libeval::test;

namespace {

constexpr std::uint32_t unknowns = 5;

/// Choices and numbers up to 4, and rows of all sorts: equations, one-sided ones, with factor 0.
IntegerSystem random_system(Random& r) {
  IntegerSystem system;
  for (std::uint32_t v = 0; v < unknowns; ++v)
    system.add({r.in(-1, 0), v < 2 ? 1 : r.in(1, 4)});
  for (int k = r.in(1, 4); k > 0; --k) {
    Row row;
    for (std::uint32_t v = 0; v < unknowns; ++v)
      if (r.one_in(2))
        row.terms.emplace_back(v, r.in(-3, 3));
    const int at = r.in(-4, 6);
    if (!r.one_in(3))
      row.low = at;
    if (!row.low || r.one_in(2))
      row.high = at + r.in(0, 3);
    system.rows.push_back(row);
  }
  return system;
}

std::vector<std::vector<std::int64_t>> points_of(const IntegerSystem& system) {
  std::vector<std::vector<std::int64_t>> out;
  std::vector<std::int64_t> point(unknowns, -1);
  while (true) {
    bool fits = true;
    for (std::uint32_t v = 0; v < unknowns; ++v)
      fits = fits && *system.unknowns[v].low <= point[v] && point[v] <= *system.unknowns[v].high;
    if (fits && std::ranges::all_of(system.rows, [&](const Row& row) { return holds(row, point); }))
      out.push_back(point);
    std::uint32_t v = 0;
    while (v < unknowns && point[v] == 4)
      point[v++] = -1;
    if (v == unknowns)
      return out;
    ++point[v];
  }
}

} // namespace

TEST_CASE("A settled system has the points of the one it comes from and bounds no looser") {
  Random r(7);
  int drawn_in = 0, left_out = 0;
  for (int k = 0; k < 400; ++k) {
    INFO("system " << k);
    const IntegerSystem system = random_system(r);
    const IntegerSystem other = settled(system, {});
    CHECK(points_of(other) == points_of(system));
    left_out += other.rows.size() < system.rows.size() ? 1 : 0;
    for (std::uint32_t v = 0; v < unknowns; ++v) {
      CHECK(*other.unknowns[v].low >= *system.unknowns[v].low);
      CHECK(*other.unknowns[v].high <= *system.unknowns[v].high);
      drawn_in += other.unknowns[v].high != system.unknowns[v].high ? 1 : 0;
    }
  }
  CHECK(drawn_in > 100);
  CHECK(left_out > 20);
}

TEST_CASE("What an objective is shown not to reach is above all points") {
  Random r(9);
  int closer = 0, closest = 0;
  for (int k = 0; k < 400; ++k) {
    INFO("system " << k);
    const IntegerSystem system = random_system(r);
    Shaver shaver(system); // one for all objectives: what was tried leaves no trace
    const auto points = points_of(system);
    for (int times = 0; times < 4 && !points.empty(); ++times) {
      Shaver::Objective objective;
      for (std::uint32_t v = 0; v < unknowns; ++v)
        objective.emplace_back(v, r.in(-3, 3));
      std::int64_t most = -1000;
      for (const auto& point : points) {
        std::int64_t sum = 0;
        for (const auto& [v, factor] : objective)
          sum += factor * point[v];
        most = std::max(most, sum);
      }
      const std::int64_t bound = shaver.shave(objective, 60, -60);
      CHECK(bound >= most);
      closer += bound < 60 ? 1 : 0;
      closest += bound == most ? 1 : 0;
      CHECK(shaver.shave(objective, bound, bound) == bound);
      CHECK(shaver.shave(objective, 60, bound) == bound);
    }
  }
  CHECK(closer > 800);
  CHECK(closest > 200);
}

TEST_CASE("Maxima are those of all points, and what is quick claims no more than it has proven") {
  Random r(8);
  int quick_answers = 0, impossible = 0;
  for (int k = 0; k < 400; ++k) {
    INFO("system " << k);
    const IntegerSystem system = random_system(r);
    const auto points = points_of(system);
    Solver solver(system); // one for all objectives: it remembers points
    for (int times = 0; times < 4; ++times) {
      Solver::Objective objective;
      for (std::uint32_t v = 0; v < unknowns; ++v)
        objective.emplace_back(v, r.in(-3, 3));
      std::optional<std::int64_t> most;
      for (const auto& point : points) {
        std::int64_t sum = 0;
        for (const auto& [v, factor] : objective)
          sum += factor * point[v];
        most = std::max(most.value_or(sum), sum);
      }
      const Answer quick = solver.maximize(objective, Effort::quick);
      const Answer whole = solver.maximize(objective);
      if (!most) {
        ++impossible;
        CHECK(whole.status == Answer::Status::infeasible);
        CHECK(quick.status != Answer::Status::optimal);
        continue;
      }
      REQUIRE(whole.status == Answer::Status::optimal);
      CHECK(whole.value == most);
      CHECK(std::ranges::find(points, whole.point) != points.end());
      if (quick.status == Answer::Status::optimal) {
        ++quick_answers;
        CHECK(quick.value == most);
      } else {
        REQUIRE(quick.status == Answer::Status::interrupted);
        CHECK(*quick.bound >= *most);
      }
      if (quick.value)
        CHECK(std::ranges::find(points, quick.point) != points.end());
    }
  }
  CHECK(quick_answers > 400);
  CHECK(impossible > 40);
}
