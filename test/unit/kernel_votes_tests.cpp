// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/reference_votes.hpp"

#include <libeval/kernel/ballots.hpp>
#include <libeval/kernel/bradley_terry.hpp>
#include <libeval/kernel/condorcet.hpp>
#include <libeval/kernel/elo.hpp>
#include <libeval/kernel/resample.hpp>

#include <cmath>
#include <random>

using namespace libeval::kernel;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using libeval::test::ballots_of;

namespace {

const MatrixXd none;

std::vector<std::uint32_t> places(std::initializer_list<std::uint32_t> p) {
  return p;
}

/// Memphis, Nashville, Chattanooga, Knoxville.
Ballots tennessee() {
  return ballots_of(4, {{42, "0>1>2>3"}, {26, "1>2>3>0"}, {15, "2>3>1>0"}, {17, "3>2>1>0"}});
}

/// Schulze (2011), example 1: 45 voters, A ... E.
Ballots schulze_example() {
  return ballots_of(5, {{5, "0>2>1>4>3"},
                        {5, "0>3>4>2>1"},
                        {8, "1>4>3>0>2"},
                        {3, "2>0>1>4>3"},
                        {7, "2>0>4>1>3"},
                        {2, "2>1>0>3>4"},
                        {7, "3>2>4>1>0"},
                        {8, "4>1>0>3>2"}});
}

} // namespace

TEST_CASE("two items: the odds are the wins") {
  const auto fit = bradley_terry(2, {{0, 1, 3, 1, 0}}, none, {});
  CHECK(fit.converged);
  CHECK(fit.strength(0) - fit.strength(1) == Approx(std::log(3.0)).epsilon(1e-12));
  CHECK(fit.strength.sum() == Approx(0).margin(1e-12));
}

TEST_CASE("who stands in the middle has the strength 0 and not the rounding of one") {
  for (const double odds : {3.0, 2.0, 1.5, 1.4, 1.25}) {
    const auto fit = bradley_terry(
        3, {{0, 1, odds, 1, 0}, {1, 2, odds, 1, 0}, {0, 2, odds * odds, 1, 0}}, none, {});
    CHECK(fit.strength(1) == 0);
    CHECK(fit.strength(0) == // the climb ends at a gradient of 1e-10
          Approx(std::log(odds)).epsilon(1e-10));
  }
}

TEST_CASE("Elo: equals share the points, nobody plays, and far apart nothing moves") {
  const std::vector<EloSide> one = {{0, 1, 1, 32, 0}, {1, 0, 0, 32, 0}};
  const std::vector<std::uint32_t> game = {0, 2};
  CHECK(elo(VectorXd::Constant(2, 1500), one, game, {}) == VectorXd{{1516, 1484}});
  CHECK(elo(VectorXd::Constant(2, 1500), {}, {}, {}) == VectorXd::Constant(2, 1500));
  const VectorXd apart{{1e300, -1e300}};
  CHECK(elo(apart, one, game, {}) == apart);
  // 25 points for an even game make 12.5 each, rounded away from 0 on both sides.
  const std::vector<EloSide> odd = {{0, 1, 1, 25, 0}, {1, 0, 0, 25, 0}};
  CHECK(elo(VectorXd::Constant(2, 1500), odd, game, {400, 0}) == VectorXd{{1513, 1487}});
  // The first side's 400 points ahead are odds of ten to one.
  const std::vector<EloSide> home = {{0, 1, 0, 11, 400}, {1, 0, 1, 11, -400}};
  const VectorXd after = elo(VectorXd::Constant(2, 1000), home, game, {});
  CHECK(after(0) == Approx(990));
  CHECK(after(1) == Approx(1010));
}

TEST_CASE("a tie is half a win for each side, or a parameter of its own") {
  const auto half = bradley_terry(2, {{0, 1, 2, 0, 2}}, none, {});
  CHECK(half.strength(0) - half.strength(1) == Approx(std::log(3.0)));
  const auto davidson =
      bradley_terry(2, {{0, 1, 4, 1, 4}}, none, {BradleyTerryRule::Ties::davidson});
  // 4 : 1 and the tie 4 = nu sqrt(4 * 1) / 1
  CHECK(std::exp(davidson.strength(0) - davidson.strength(1)) == Approx(4));
  CHECK(davidson.tie == Approx(2));
}

TEST_CASE("a home term is a covariate that is 1 where a is at home") {
  // Equals who win three of four at home.
  const std::vector<Comparison> votes = {{0, 1, 3, 1, 0}, {1, 0, 3, 1, 0}};
  const auto fit = bradley_terry(2, votes, MatrixXd::Ones(2, 1), {});
  CHECK(fit.effects(0) == Approx(std::log(3.0)));
  CHECK(fit.strength(0) == Approx(0).margin(1e-12));
}

TEST_CASE("one who wins everything has no estimate, and one with a penalty") {
  const std::vector<Comparison> votes = {{0, 1, 5, 0, 0}, {0, 2, 4, 0, 0}, {1, 2, 1, 1, 0}};
  CHECK_FALSE(bradley_terry(3, votes, none, {}).converged);
  BradleyTerryRule rule;
  rule.ridge = 1;
  const auto fit = bradley_terry(3, votes, none, rule);
  CHECK(fit.converged);
  CHECK(fit.strength(0) > fit.strength(1));
}

TEST_CASE("no comparison, no item, one item") {
  CHECK(bradley_terry(0, {}, none, {}).converged);
  CHECK(bradley_terry(1, {}, none, {}).converged);
  CHECK_FALSE(bradley_terry(2, {}, none, {}).converged);
  CHECK_THROWS_AS(bradley_terry(2, {{0, 2, 1, 1, 0}}, none, {}), std::invalid_argument);
  CHECK_THROWS_AS(bradley_terry(2, {{1, 1, 1, 1, 0}}, none, {}), std::invalid_argument);
}

TEST_CASE("huge and tiny counts, and strengths far apart") {
  const auto many = bradley_terry(2, {{0, 1, 1e9, 1, 0}}, none, {});
  CHECK(many.strength(0) - many.strength(1) == Approx(std::log(1e9)).epsilon(1e-6));
  std::vector<Comparison> chain; // 80 items, each wins 1000 of 1001 against the next
  for (std::uint32_t i = 0; i + 1 < 80; ++i)
    chain.push_back({i, i + 1, 1000, 1, 0});
  const auto fit = bradley_terry(80, chain, none, {});
  REQUIRE(fit.converged);
  for (Eigen::Index i = 0; i + 1 < 80; ++i)
    CHECK(fit.strength(i) - fit.strength(i + 1) == Approx(std::log(1000.0)).epsilon(1e-6));
}

TEST_CASE("many items by conjugate gradients are where Cholesky has few") {
  std::mt19937 random(5);
  std::vector<Comparison> votes;
  for (std::uint32_t i = 0; i < 150; ++i)
    for (std::uint32_t j = 0; j < i; ++j)
      if (random() % 5 == 0 || j + 1 == i)
        votes.push_back({i, j, static_cast<double>(random() % 9 + 1),
                         static_cast<double>(random() % 9 + 1), static_cast<double>(random() % 3)});
  const auto fit = bradley_terry(150, votes, none, {});
  REQUIRE(fit.converged);
  const VectorXd plain = libeval::test::plain_bradley_terry(150, votes, 20000);
  CHECK((fit.strength - plain).cwiseAbs().maxCoeff() < 1e-7);
}

TEST_CASE("covariances of two items") {
  const std::vector<Comparison> votes = {{0, 1, 30, 10, 0}};
  const BradleyTerryRule rule;
  const auto fit = bradley_terry(2, votes, none, rule);
  const auto c = bradley_terry_covariance(2, votes, none, rule, fit);
  const auto of_difference = [](const MatrixXd& m) { return m(0, 0) + m(1, 1) - 2 * m(0, 1); };
  CHECK(of_difference(c.information) == Approx(1 / (40 * 0.75 * 0.25)));
  CHECK(of_difference(c.sandwich) == Approx(1 / (40 * 0.75 * 0.25))); // the model is true here
  // Ten voters who said the same each: as uncertain as ten votes.
  const std::vector<Comparison> blocks = {
      {0, 1, 10, 0, 0}, {0, 1, 10, 0, 0}, {0, 1, 10, 0, 0}, {0, 1, 0, 10, 0}};
  const auto clustered = bradley_terry_covariance(2, blocks, none, rule, fit, {0, 1, 2, 3});
  CHECK(of_difference(clustered.sandwich) == Approx(1 / (4 * 0.75 * 0.25)));
}

TEST_CASE("a bootstrap spreads as the information says, and repeats for the same seed") {
  const std::vector<Comparison> votes = {
      {0, 1, 300, 100, 0}, {1, 2, 250, 150, 0}, {0, 2, 320, 80, 0}};
  const BradleyTerryRule rule;
  const auto fit = bradley_terry(3, votes, none, rule);
  const auto c = bradley_terry_covariance(3, votes, none, rule, fit);
  const auto boot = bradley_terry_bootstrap(3, votes, none, rule, fit, 4000, 7);
  CHECK(boot.without_estimate == 0);
  for (Eigen::Index i = 0; i < 3; ++i) {
    const VectorXd row = boot.strength.row(i);
    const double sd = std::sqrt((row.array() - row.mean()).square().sum() / 3999);
    CHECK(sd == Approx(std::sqrt(c.sandwich(i, i))).epsilon(0.06)); // 4000 draws: 1.1 % a sd
    CHECK(row.mean() == Approx(fit.strength(i)).margin(0.02));
  }
  CHECK(boot.strength == bradley_terry_bootstrap(3, votes, none, rule, fit, 4000, 7).strength);
  CHECK(boot.strength.leftCols(5) !=
        bradley_terry_bootstrap(3, votes, none, rule, fit, 5, 8).strength);
}

TEST_CASE("binomial draws have the mean and the variance they should") {
  for (const auto& [n, p] : std::vector<std::pair<std::uint64_t, double>>{
           {5, 0.3}, {40, 0.2}, {100, 0.5}, {1000, 0.03}, {100000, 0.7}, {1000000, 0.000001}}) {
    Words stream(Stream(11, 0, 1));
    constexpr int draws = 20000;
    double sum = 0, squares = 0;
    const double mean = static_cast<double>(n) * p, variance = mean * (1 - p);
    for (int i = 0; i < draws; ++i) {
      const double k = static_cast<double>(binomial(n, p, stream));
      REQUIRE(k <= static_cast<double>(n));
      sum += k - mean;
      squares += (k - mean) * (k - mean);
    }
    CHECK(sum / draws == Approx(0).margin(5 * std::sqrt(variance / draws)));
    CHECK(squares / draws == Approx(variance).epsilon(0.08));
  }
}

TEST_CASE("an alias table draws in proportion to its weights") {
  const std::vector<double> weights = {1, 0, 5, 2, 0.5};
  const AliasTable table(weights);
  // All words there are, in steps: shares come out exactly.
  std::vector<double> share(weights.size(), 0);
  constexpr int words = 1 << 20;
  for (int i = 0; i < words; ++i)
    share[table.at(static_cast<std::uint64_t>(i) << 44)] += 1.0 / words;
  for (std::size_t i = 0; i < weights.size(); ++i)
    CHECK(share[i] == Approx(weights[i] / 8.5).margin(2.0 * 8 / words));
  CHECK(share[1] == 0);
}

TEST_CASE("resampling draws as many as there were") {
  for (const std::vector<double>& counts : {std::vector<double>{0, 5, 1000, 0, 1, 94},
                                            {1},
                                            {0, 0},
                                            {3, 1, 2},
                                            {1e6, 5, 0, 2000, 7, 7, 7, 900},
                                            {1e9, 1e12}}) {
    const Resampler resampler(counts);
    double wanted = 0;
    for (const double count : counts)
      wanted += count;
    std::vector<double> again(counts.size());
    for (std::uint64_t r = 0; r < 200; ++r) {
      Words words(Stream(3, r, 2));
      resampler.draw(words, again);
      double sum = 0;
      for (std::size_t i = 0; i < counts.size(); ++i) {
        sum += again[i];
        CHECK((counts[i] > 0 || again[i] == 0));
        CHECK(again[i] >= 0);
      }
      CHECK(sum == wanted);
    }
  }
}

TEST_CASE("resampled counts have the means, variances and covariances of a multinomial") {
  // Heavy and light counts, and so few that all are drawn one by one.
  for (const std::vector<double>& counts :
       {std::vector<double>{3000, 40, 40, 1, 700}, {2, 1, 4}, {30, 1, 60, 9}}) {
    double n = 0;
    for (const double count : counts)
      n += count;
    const Resampler resampler(counts);
    constexpr int draws = 40000;
    const std::size_t k = counts.size();
    std::vector<double> again(k), mean(k, 0);
    MatrixXd square = MatrixXd::Zero(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(k));
    for (int r = 0; r < draws; ++r) {
      Words words(Stream(5, static_cast<std::uint64_t>(r), 1));
      resampler.draw(words, again);
      const Eigen::Map<const VectorXd> x(again.data(), static_cast<Eigen::Index>(k));
      const Eigen::Map<const VectorXd> c(counts.data(), static_cast<Eigen::Index>(k));
      square += (x - c) * (x - c).transpose();
      for (std::size_t i = 0; i < k; ++i)
        mean[i] += again[i] / draws;
    }
    square /= draws;
    for (std::size_t i = 0; i < k; ++i) {
      const double p = counts[i] / n;
      CHECK(mean[i] == Approx(counts[i]).margin(5 * std::sqrt(n * p * (1 - p) / draws)));
      for (std::size_t j = 0; j < k; ++j) {
        const double q = counts[j] / n, expected = i == j ? n * p * (1 - p) : -n * p * q;
        const double noise = n * std::sqrt(p * (1 - p) * q * (1 - q) * 2 / draws);
        CAPTURE(i, j);
        CHECK(square(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) ==
              Approx(expected).margin(6 * noise));
      }
    }
  }
}

TEST_CASE("replicates are the same however they are split") {
  const std::vector<Comparison> votes = {{0, 1, 30, 10, 0}, {1, 2, 25, 15, 3}, {0, 2, 32, 8, 0}};
  for (const auto ties : {BradleyTerryRule::Ties::half, BradleyTerryRule::Ties::davidson}) {
    const BradleyTerryRule rule{ties};
    const auto fit = bradley_terry(3, votes, none, rule);
    const auto all = bradley_terry_bootstrap(3, votes, none, rule, fit, 10, 7);
    const auto end = bradley_terry_bootstrap(3, votes, none, rule, fit, 4, 7, 6);
    CHECK(all.strength.rightCols(4) == end.strength);
  }
}

TEST_CASE("few of many pairs, most of them and all of them lead to the same strengths") {
  // The same votes as they stand, and split over two rows of the same pair in turned order.
  std::mt19937 random(11);
  for (const unsigned every : {1U, 2U, 9U}) {
    std::vector<Comparison> votes, split;
    for (std::uint32_t i = 0; i < 90; ++i)
      for (std::uint32_t j = i + 1; j < 90; ++j)
        if (random() % every == 0 || j == i + 1) {
          const double a = static_cast<double>(random() % 9 + 1),
                       b = static_cast<double>(random() % 9 + 1);
          votes.push_back({i, j, a, b, 1});
          split.push_back({j, i, b - 1, 0, 1});
          split.push_back({i, j, a, 1, 0});
        }
    const auto fit = bradley_terry(90, votes, none, {});
    const auto other = bradley_terry(90, split, none, {});
    REQUIRE(fit.converged);
    CHECK((fit.strength - other.strength).cwiseAbs().maxCoeff() < 1e-12);
    const VectorXd plain = libeval::test::plain_bradley_terry(90, votes, 20000);
    CHECK((fit.strength - plain).cwiseAbs().maxCoeff() < 1e-7);
    double likelihood = 0;
    for (const Comparison& v : votes) {
      const double d = fit.strength(v.a) - fit.strength(v.b);
      likelihood -=
          (v.a_wins + 0.5) * std::log1p(std::exp(-d)) + (v.b_wins + 0.5) * std::log1p(std::exp(d));
    }
    CHECK(fit.log_likelihood == Approx(likelihood).epsilon(1e-12));
  }
}

TEST_CASE("places by limits count who lies wholly above") {
  const VectorXd lower = (VectorXd(4) << 3, 2, 1, -5).finished();
  const VectorXd upper = (VectorXd(4) << 4, 3.5, 1.5, -4).finished();
  CHECK(rank_by_limits(lower, upper) == places({1, 1, 3, 4}));
}

TEST_CASE("comparisons of the same two add up") {
  for (const std::size_t items : {3U, 1000U}) {
    const auto sum = add_up(items, {{1, 0, 2, 1, 0}, {0, 2, 1, 0, 1}, {0, 1, 4, 0, 1}});
    REQUIRE(sum.size() == 2);
    CHECK(sum[0].a == 0);
    CHECK(sum[0].b == 1);
    CHECK(sum[0].a_wins == 5);
    CHECK(sum[0].b_wins == 2);
    CHECK(sum[0].ties == 1);
    CHECK(sum[1].b == 2);
  }
}

TEST_CASE("a tally of complete, truncated and tied ballots") {
  const Ballots ballots = ballots_of(3, {{2, "0>1>2"}, {3, "1"}, {1, "2=0>1"}});
  const MatrixXd last = tally(ballots, Unlisted::last);
  CHECK(last(0, 1) == 3);
  CHECK(last(1, 0) == 3);
  CHECK(last(0, 2) == 2);
  CHECK(last(2, 0) == 0);
  CHECK(last(1, 2) == 5);
  CHECK(last(2, 1) == 1);
  const MatrixXd ignored = tally(ballots, Unlisted::ignored);
  CHECK(ignored(1, 0) == 0);
  CHECK(ignored(1, 2) == 2);
  CHECK(ignored(0, 1) == 3);
}

TEST_CASE("Borda points of complete, truncated and tied ballots") {
  const std::vector<double> points = {2, 1, 0};
  const Ballots ballots = ballots_of(3, {{2, "0>1>2"}, {3, "1"}, {1, "2=0>1"}});
  const VectorXd shared = positional(ballots, points, Unlisted::last);
  CHECK(shared(0) == 4 + 1.5 + 1.5);
  CHECK(shared(1) == 2 + 6);
  CHECK(shared(2) == 1.5 + 1.5);
  CHECK(shared.sum() == 6 * 3); // every ballot gives all points
  const VectorXd nothing = positional(ballots, points, Unlisted::ignored);
  CHECK(nothing(0) == 5.5);
  const VectorXd below = positional(ballots, points, Unlisted::last, true);
  CHECK(below(1) == 2); // a lone name is worth the last place
}

TEST_CASE("approvals count names, or first places") {
  const Ballots ballots = ballots_of(3, {{2, "0>1>2"}, {3, "1"}, {1, "2=0>1"}});
  CHECK(approvals(ballots) == (VectorXd(3) << 3, 6, 3).finished());
  CHECK(approvals(ballots, 1) == (VectorXd(3) << 3, 3, 1).finished());
}

TEST_CASE("Tennessee chooses its capital: Borda, Copeland, Schulze, ranked pairs") {
  const Ballots ballots = tennessee();
  const MatrixXd t = tally(ballots, Unlisted::last);
  CHECK(positional(ballots, {3, 2, 1, 0}, Unlisted::last) ==
        (VectorXd(4) << 126, 194, 173, 107).finished());
  CHECK(copeland(t) == (VectorXd(4) << 0, 3, 2, 1).finished());
  CHECK(schulze(t).place == places({4, 1, 2, 3}));
  CHECK(ranked_pairs(t).place == places({4, 1, 2, 3}));
  CHECK(kemeny(t).order == places({1, 2, 3, 0}));
}

TEST_CASE("Schulze's example of 45 voters: E > A > C > B > D by winning votes") {
  const auto relation = schulze(tally(schulze_example(), Unlisted::last));
  CHECK(relation.place == places({2, 4, 3, 5, 1}));
  CHECK(relation.paths(0, 1) == 28);
  CHECK(relation.paths(0, 4) == 24);
  CHECK(relation.paths(2, 1) == 29);
  CHECK(relation.paths(4, 2) == 28);
  CHECK(relation.paths(3, 0) == 25);
}

TEST_CASE("ranked pairs leaves out what contradicts stronger victories") {
  // A > B by 8 of 9, B > C by 7, C > A by 6: the last is left out.
  const MatrixXd t = (MatrixXd(3, 3) << 0, 8, 3, 1, 0, 7, 6, 2, 0).finished();
  CHECK(ranked_pairs(t).place == places({1, 2, 3}));
  CHECK(ranked_pairs(t).contradicting.empty());
}

TEST_CASE("ranked pairs that are equal and contradict each other are all left out, and listed") {
  const MatrixXd t = (MatrixXd(3, 3) << 0, 2, 1, 1, 0, 2, 2, 1, 0).finished();
  const auto relation = ranked_pairs(t);
  CHECK(relation.place == places({1, 1, 1}));
  CHECK(relation.contradicting.size() == 3);
}

TEST_CASE("a circle of three has three best orders") {
  const MatrixXd t = (MatrixXd(3, 3) << 0, 2, 1, 1, 0, 2, 2, 1, 0).finished();
  const Kemeny k = kemeny(t);
  CHECK(k.optima == 3);
  CHECK_FALSE(k.unique);
  CHECK(k.cost == 4);
  CHECK(k.order == places({0, 1, 2}));
  CHECK(k.best_place == places({1, 1, 1}));
  CHECK(k.worst_place == places({3, 3, 3}));
  CHECK(k.mean_place[1] == Approx(2));
}

TEST_CASE("Kemeny of none, of one, of equals") {
  CHECK(kemeny(MatrixXd(0, 0)).order.empty());
  CHECK(kemeny(MatrixXd::Zero(1, 1)).order == places({0}));
  const Kemeny equals = kemeny(MatrixXd::Zero(5, 5));
  CHECK(equals.optima == 120);
  CHECK(equals.mean_place[0] == Approx(3));
}

TEST_CASE("Kemeny is brute force up to 8 candidates") {
  std::mt19937 random(1);
  for (int trial = 0; trial < 60; ++trial) {
    const auto n = static_cast<Eigen::Index>(random() % 7 + 2);
    MatrixXd t = MatrixXd::Zero(n, n);
    const auto voters = static_cast<unsigned>(random() % 6 + 1);
    const double scale = trial % 3 == 0 ? 0.1 : 1;
    for (Eigen::Index i = 0; i < n; ++i)
      for (Eigen::Index j = 0; j < i; ++j) {
        t(i, j) = scale * static_cast<double>(random() % (voters + 1));
        t(j, i) = scale * voters - t(i, j);
      }
    const auto plain = libeval::test::plain_kemeny(t);
    const Kemeny k = kemeny(t);
    CAPTURE(trial, n);
    CHECK(k.cost == Approx(plain.cost));
    CHECK(k.order == plain.first);
    CHECK(k.optima == plain.optima);
    CHECK(k.best_place == plain.best_place);
    CHECK(k.worst_place == plain.worst_place);
    CHECK(k.proven);
  }
}

TEST_CASE("Plackett-Luce on ballots of two is Bradley-Terry") {
  const Ballots ballots =
      ballots_of(3, {{5, "0>1"}, {2, "1>0"}, {4, "1>2"}, {3, "2>1"}, {1, "2>0"}});
  const auto pl = plackett_luce(ballots, Unlisted::ignored, 0, true);
  const std::vector<Comparison> votes = {{0, 1, 5, 2, 0}, {1, 2, 4, 3, 0}, {2, 0, 1, 0, 0}};
  const auto bt = bradley_terry(3, votes, none, {});
  REQUIRE(pl.converged);
  CHECK((pl.strength - bt.strength).cwiseAbs().maxCoeff() < 1e-10);
  CHECK(pl.log_likelihood == Approx(bt.log_likelihood));
  const auto c = bradley_terry_covariance(3, votes, none, {}, bt);
  CHECK((pl.covariance - c.information).cwiseAbs().maxCoeff() < 1e-8);
}

TEST_CASE("Plackett-Luce: first choices alone are shares") {
  const Ballots ballots = ballots_of(3, {{6, "0"}, {3, "1"}, {1, "2"}});
  const auto pl = plackett_luce(ballots, Unlisted::last, 0, false);
  CHECK(std::exp(pl.strength(0) - pl.strength(2)) == Approx(6));
  CHECK(std::exp(pl.strength(1) - pl.strength(2)) == Approx(3));
  CHECK(plackett_luce(ballots_of(2, {}), Unlisted::last, 0, false).converged == false);
}

TEST_CASE("Plackett-Luce: tied items count in all their orders") {
  // Ten of twelve ballots put 0 and 1 before 2 without saying more: by symmetry they are equals,
  // and P(0, 1 before 2) = w/(2w+1) * w/(w+1) * 2 = 5/6 has the solution below.
  const Ballots tied = ballots_of(3, {{10, "0=1>2"}, {2, "2>0=1"}, {0.5, "0>1=2"}, {0.5, "1>0=2"}});
  const auto pl = plackett_luce(tied, Unlisted::last, 0, true);
  REQUIRE(pl.converged);
  CHECK(pl.strength(0) == Approx(pl.strength(1)).margin(1e-12));
  const double best = libeval::test::plain_plackett_luce(tied, Unlisted::last, pl.strength);
  CHECK(pl.log_likelihood == Approx(best).epsilon(1e-12));
  // Five tied of eight, worths from 1 to a million apart, against all 120 orders; and the
  // covariance against the curvature of that likelihood.
  const Ballots many = ballots_of(6, {{3, "0=1=2=3=4>5"},
                                      {2, "5>0>1>2>3>4"},
                                      {1, "4>3=5>2>1=0"},
                                      {2, "1=2>0=5>3>4"},
                                      {1, "3>4>5>1>0>2"}});
  for (const Unlisted unlisted : {Unlisted::last, Unlisted::ignored}) {
    const auto fit = plackett_luce(many, unlisted, 0.01, true);
    REQUIRE(fit.converged);
    const auto value = [&](const VectorXd& p) {
      return libeval::test::plain_plackett_luce(many, unlisted, p) - 0.005 * p.squaredNorm();
    };
    CHECK(fit.log_likelihood - 0.005 * fit.strength.squaredNorm() ==
          Approx(value(fit.strength)).epsilon(1e-12));
    constexpr double h = 1e-3;
    MatrixXd bend(6, 6);
    for (Eigen::Index i = 0; i < 6; ++i)
      for (Eigen::Index j = 0; j < 6; ++j) {
        const auto at = [&](double x, double y) {
          VectorXd p = fit.strength;
          p(i) += x;
          p(j) += y;
          return value(p);
        };
        bend(i, j) = -(at(h, h) - at(h, -h) - at(-h, h) + at(-h, -h)) / (4 * h * h);
        const double slope = (at(h, 0) - at(-h, 0)) / (2 * h);
        CHECK(slope == Approx(0).margin(1e-5)); // h squared times the third derivative
      }
    CHECK((fit.covariance * bend - MatrixXd::Identity(6, 6)).cwiseAbs().maxCoeff() < 1e-3);
  }
}

TEST_CASE("Plackett-Luce: its gradient is zero where a plain likelihood says so") {
  const Ballots ballots = ballots_of(
      5, {{2, "0>1>2>3>4"}, {3, "4>2=1>0"}, {1, "3"}, {2, "2>0=3"}, {1.5, "1>4"}, {1, "3=4>0"}});
  for (const Unlisted unlisted : {Unlisted::last, Unlisted::ignored}) {
    const auto pl = plackett_luce(ballots, unlisted, 0, false);
    REQUIRE(pl.converged);
    const double best = libeval::test::plain_plackett_luce(ballots, unlisted, pl.strength);
    CHECK(pl.log_likelihood == Approx(best).epsilon(1e-12));
    for (Eigen::Index i = 0; i < 5; ++i)
      for (const double h : {1e-4, -1e-4}) {
        VectorXd moved = pl.strength;
        moved(i) += h;
        CHECK(libeval::test::plain_plackett_luce(ballots, unlisted, moved) < best);
      }
  }
}
