// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/reference_votes.hpp"
#include "support/some_ballots.hpp"

#include "engine/run/kemeny.hpp"

#include <libeval/kernel/ballots.hpp>
#include <libeval/kernel/bradley_terry.hpp>
#include <libeval/kernel/condorcet.hpp>
#include <libeval/kernel/elo.hpp>

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace libeval::kernel;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

using libeval::test::some_ballots;

namespace {

using Order = std::vector<std::uint32_t>;
const MatrixXd none;

/// Comparisons in which everybody has beaten everybody through a ring.
std::vector<Comparison> some_votes(std::uint32_t items) {
  std::vector<Comparison> out;
  for (std::uint32_t i = 0; i < items; ++i)
    for (std::uint32_t j = 0; j < i; ++j)
      out.push_back({i, j, static_cast<double>(*rc::gen::inRange(0, 6)),
                     static_cast<double>(*rc::gen::inRange(0, 6)),
                     static_cast<double>(*rc::gen::inRange(0, 3))});
  for (std::uint32_t i = 0; i < items; ++i)
    out.push_back({i, (i + 1) % items, 1, 0, 0});
  return out;
}

} // namespace

TEST_CASE("expected wins are the wins, and a turned table turns the strengths") {
  CHECK(rc::check("bradley_terry", [] {
    const auto n = static_cast<std::uint32_t>(*rc::gen::inRange(2, 8));
    auto votes = some_votes(n);
    const auto fit = bradley_terry(n, votes, none, {});
    RC_ASSERT(fit.converged);
    VectorXd rest = VectorXd::Zero(n);
    for (const Comparison& v : votes) {
      const double all = v.a_wins + v.b_wins + v.ties;
      const double p = 1 / (1 + std::exp(fit.strength(v.b) - fit.strength(v.a)));
      rest(v.a) += v.a_wins + v.ties / 2 - all * p;
      rest(v.b) += v.b_wins + v.ties / 2 - all * (1 - p);
    }
    RC_ASSERT(rest.cwiseAbs().maxCoeff() < 1e-8);
    for (Comparison& v : votes) {
      std::swap(v.a_wins, v.b_wins);
      v.a_wins *= 3;
      v.b_wins *= 3;
      v.ties *= 3;
    }
    const auto turned = bradley_terry(n, votes, none, {});
    RC_ASSERT((turned.strength + fit.strength).cwiseAbs().maxCoeff() < 1e-7);
  }));
}

TEST_CASE("ratings in the order of play: as read plainly, their sum stays, and who stands where in "
          "a period does not matter") {
  CHECK(rc::check("elo", [] {
    const auto n = static_cast<std::uint32_t>(*rc::gen::inRange(2, 6));
    VectorXd start(n);
    for (double& rating : start)
      rating = *rc::gen::inRange(800, 1200);
    std::vector<EloSide> sides;
    std::vector<std::uint32_t> periods = {0};
    for (int p = *rc::gen::inRange(0, 5); p > 0; --p) {
      for (int g = *rc::gen::inRange(0, 5); g > 0; --g) {
        const auto a = static_cast<std::uint32_t>(*rc::gen::inRange(0U, n));
        const auto b = (a + static_cast<std::uint32_t>(*rc::gen::inRange(1U, n))) % n;
        const double result = *rc::gen::element(0.0, 0.25, 0.5, 1.0);
        const double k = *rc::gen::inRange(0, 60), edge = *rc::gen::element(0.0, 65.0);
        sides.push_back({a, b, result, k, edge});
        sides.push_back({b, a, 1 - result, k, -edge});
      }
      periods.push_back(static_cast<std::uint32_t>(sides.size()));
    }
    const EloRule rule{*rc::gen::element(400.0, 600.0), {}};
    const VectorXd ratings = elo(start, sides, periods, rule);
    const VectorXd plain = libeval::test::plain_elo(start, sides, periods, rule.scale);
    RC_ASSERT((ratings - plain).cwiseAbs().maxCoeff() < 1e-9);
    RC_ASSERT(std::abs(ratings.sum() - start.sum()) < 1e-9);
    for (std::size_t p = 0; p + 1 < periods.size(); ++p)
      std::reverse(sides.begin() + periods[p], sides.begin() + periods[p + 1]);
    RC_ASSERT((elo(start, sides, periods, rule) - ratings).cwiseAbs().maxCoeff() < 1e-9);
    if (!sides.empty()) { // a better result of the last game is no worse a rating
      EloSide& last = sides.back();
      const double before = elo(start, sides, periods, rule)(last.item);
      last.result = 1;
      RC_ASSERT(elo(start, sides, periods, rule)(last.item) >= before - 1e-9);
    }
  }));
}

TEST_CASE("whoever beats everybody is first by Copeland, Schulze, ranked pairs and Kemeny") {
  CHECK(rc::check("Condorcet", [] {
    const Ballots ballots = some_ballots(6);
    const MatrixXd t = tally(ballots, Unlisted::last);
    const Index n = t.rows();
    for (Index i = 0; i < n; ++i) {
      bool beats_all = true;
      for (Index j = 0; j < n; ++j)
        beats_all = beats_all && (i == j || t(i, j) > t(j, i));
      if (!beats_all)
        continue;
      const auto at = static_cast<std::size_t>(i);
      Index best = 0;
      (void)copeland(t).maxCoeff(&best);
      RC_ASSERT(best == i);
      for (const Strength strength : {Strength::winning_votes, Strength::margins}) {
        RC_ASSERT(schulze(t, strength).place[at] == 1U);
        RC_ASSERT(ranked_pairs(t, strength).place[at] == 1U);
      }
      RC_ASSERT(kemeny(t).order.front() == static_cast<std::uint32_t>(i));
    }
  }));
}

TEST_CASE("both searches find the same least cost, and turned ballots the same") {
  CHECK(rc::check("Kemeny", [] {
    const MatrixXd t = tally(some_ballots(7), Unlisted::last);
    const auto subsets = kemeny(t, 20);
    const auto programs = kemeny(t, 1, libeval::kemeny_by_programming);
    RC_ASSERT(subsets.cost == programs.cost);
    RC_ASSERT(subsets.unique == programs.unique);
    RC_ASSERT(kemeny_cost(t, subsets.order) == subsets.cost);
    RC_ASSERT(kemeny(t.transpose()).cost == subsets.cost);
    RC_ASSERT(kemeny(t.transpose()).optima == subsets.optima);
  }));
}

TEST_CASE("all points of all places are given, and a tally counts each pair of a ballot once") {
  CHECK(rc::check("Borda", [] {
    const Ballots ballots = some_ballots(8);
    std::vector<double> points;
    for (std::size_t place = ballots.items; place > 0; --place)
      points.push_back(static_cast<double>(place - 1));
    const double all = std::accumulate(points.begin(), points.end(), 0.0);
    const double weight = std::accumulate(ballots.weight.begin(), ballots.weight.end(), 0.0);
    const VectorXd given = positional(ballots, points, Unlisted::last);
    RC_ASSERT(std::abs(given.sum() - all * weight) < 1e-9);
    const MatrixXd t = tally(ballots, Unlisted::last);
    RC_ASSERT((t + t.transpose()).maxCoeff() <= weight + 1e-9 || t.rows() == 0);
    // Points are pairwise wins, ties counting half.
    const MatrixXd even = MatrixXd::Constant(t.rows(), t.cols(), weight) - t - t.transpose();
    for (Index i = 0; i < t.rows(); ++i) {
      const double wins = t.row(i).sum() + (even.row(i).sum() - even(i, i)) / 2;
      RC_ASSERT(std::abs(wins - given(i)) < 1e-9);
    }
  }));
}
