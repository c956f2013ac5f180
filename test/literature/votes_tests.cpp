// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/facts.hpp"
#include "support/reference_votes.hpp"

#include "engine/run/kemeny.hpp"
#include "engine/select/transfer_count.hpp"

#include <libeval/kernel/ballots.hpp>
#include <libeval/kernel/bradley_terry.hpp>
#include <libeval/kernel/condorcet.hpp>

#include <cmath>

using namespace libeval::kernel;
using libeval::test::known_answer;
using nlohmann::json;

namespace {

const Eigen::MatrixXd no_covariates;

/// A table of wins, row over column, as comparisons; the diagonal is left out.
std::vector<Comparison> wins_of(const json& table) {
  std::vector<Comparison> out;
  for (std::uint32_t i = 0; i < table.size(); ++i)
    for (std::uint32_t j = i + 1; j < table.size(); ++j)
      out.push_back({i, j, table[i][j].get<double>(), table[j][i].get<double>(), 0});
  return out;
}

void check_near(const Eigen::VectorXd& x, const json& expected, double tolerance) {
  REQUIRE(static_cast<std::size_t>(x.size()) == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(x(static_cast<Eigen::Index>(i)) ==
          Approx(expected[i].get<double>()).margin(tolerance).epsilon(0));
  }
}

/// Orders without ties; items are numbered from `first`.
Ballots orders_of(const json& orders, std::size_t items, std::uint32_t first) {
  Ballots ballots;
  ballots.items = items;
  for (const json& order : orders) {
    std::uint32_t level = 0;
    for (const json& item : order) {
      ballots.listed.push_back(item.get<std::uint32_t>() - first);
      ballots.level.push_back(level++);
    }
    ballots.offsets.push_back(static_cast<std::uint32_t>(ballots.listed.size()));
    ballots.weight.push_back(1);
  }
  return ballots;
}

Eigen::MatrixXd tally_of(const json& orders) {
  return tally(orders_of(orders, orders[0].size(), 0), Unlisted::last);
}

} // namespace

TEST_CASE("Bradley-Terry, four items (worked example of Wikipedia, quoted by arena-rank)") {
  const json answer = known_answer("votes.json", "bt_wikipedia_4");
  const auto fit =
      bradley_terry(4, wins_of(answer.at("input").at("wins_row_over_col")), no_covariates, {});
  REQUIRE(fit.converged);
  check_near(fit.strength.array().exp(), answer.at("expected").at("p"), answer.at("tol"));
}

TEST_CASE("Bradley-Terry of journals by citations (Stigler 1994, Agresti 2002)") {
  const json answer = known_answer("votes.json", "bt_citations");
  const json& expected = answer.at("expected");
  const auto votes = wins_of(answer.at("input").at("table"));
  const auto fit = bradley_terry(4, votes, no_covariates, {});
  REQUIRE(fit.converged);
  check_near(fit.strength.array() - fit.strength(0), expected.at("coef"), answer.at("tol"));
  const auto c = bradley_terry_covariance(4, votes, no_covariates, {}, fit).information;
  Eigen::VectorXd se(4);
  for (Eigen::Index i = 0; i < 4; ++i)
    se(i) = std::sqrt(c(i, i) + c(0, 0) - 2 * c(i, 0));
  check_near(se, expected.at("se"), answer.at("tol"));
  double deviance = 0; // twice the distance to the likelihood of the shares themselves
  for (const Comparison& v : votes) {
    const double n = v.a_wins + v.b_wins;
    deviance += 2 * (v.a_wins * std::log(v.a_wins / n) + v.b_wins * std::log(v.b_wins / n));
  }
  CHECK(deviance - 2 * fit.log_likelihood ==
        Approx(expected.at("residual_deviance").get<double>()).epsilon(1e-7));
}

TEST_CASE("puddings with ties (Davidson 1970, example 2; PlackettLuce)") {
  const json answer = known_answer("votes.json", "davidson_ties_pudding");
  const json& expected = answer.at("expected");
  std::vector<Comparison> votes;
  for (const json& row : answer.at("input").at("rows"))
    votes.push_back(
        {row[0].get<std::uint32_t>() - 1, row[1].get<std::uint32_t>() - 1, row[3], row[4], row[5]});
  BradleyTerryRule rule;
  rule.ties = BradleyTerryRule::Ties::davidson;
  const auto fit = bradley_terry(6, votes, no_covariates, rule);
  REQUIRE(fit.converged);
  Eigen::VectorXd worth = fit.strength.array().exp();
  worth /= worth.sum();
  check_near(worth, expected.at("worth"), answer.at("tol"));
  CHECK(fit.tie == Approx(expected.at("nu").get<double>()).margin(answer.at("tol").get<double>()));
  CHECK(fit.log_likelihood == Approx(expected.at("loglik").get<double>()).epsilon(1e-9));
}

TEST_CASE("drivers by the races of 2002 (Hunter 2004, table 2; PlackettLuce)") {
  const json answer = known_answer("votes.json", "nascar_2002");
  const Ballots races = orders_of(answer.at("input").at("orders"), 83, 1);
  const auto fit = plackett_luce(races, Unlisted::ignored, 0, false);
  REQUIRE(fit.converged);
  const json& of = answer.at("expected").at("of");
  Eigen::VectorXd some(static_cast<Eigen::Index>(of.size()));
  for (std::size_t i = 0; i < of.size(); ++i)
    some(static_cast<Eigen::Index>(i)) =
        fit.strength(of[i].get<Eigen::Index>() - 1) - fit.strength(0);
  check_near(some, answer.at("expected").at("coef"), answer.at("tol"));
}

TEST_CASE("the first of a list (choix, testcase-top1-2)") {
  const json answer = known_answer("votes.json", "choix_top1");
  const auto ballots = libeval::test::ballots_of(3, {{1, "0>1"}, {1, "1>2"}, {1, "2>0=1"}});
  const auto fit = plackett_luce(ballots, Unlisted::ignored, 0, false);
  REQUIRE(fit.converged);
  check_near(fit.strength, answer.at("expected").at("ml"), answer.at("tol"));
}

TEST_CASE("Bradley-Terry with a penalty (choix, test_opt)") {
  const json answer = known_answer("votes.json", "choix_pairwise_ridge");
  std::vector<Comparison> votes;
  for (const json& pair : answer.at("input").at("winner_loser"))
    votes.push_back({pair[0], pair[1], 1, 0, 0});
  BradleyTerryRule rule;
  rule.ridge = 2 * answer.at("input").at("penalty").get<double>();
  const auto fit = bradley_terry(8, votes, no_covariates, rule);
  REQUIRE(fit.converged);
  check_near(fit.strength, answer.at("expected").at("map"), answer.at("tol"));
}

TEST_CASE("Kemeny-Young chooses a capital for Tennessee (electowiki)") {
  const json answer = known_answer("votes.json", "kemeny_tennessee");
  const std::string names = "MNCK";
  std::vector<std::pair<double, std::string>> texts;
  for (const json& row : answer.at("input").at("ballots")) {
    std::string text;
    for (const char c : row[1].get<std::string>())
      text += (text.empty() ? "" : ">") + std::to_string(names.find(c));
    texts.emplace_back(row[0].get<double>(), text);
  }
  const auto k = kemeny(tally(libeval::test::ballots_of(4, texts), Unlisted::last));
  std::string ranking;
  for (const std::uint32_t i : k.order)
    ranking += names[i];
  CHECK(ranking == answer.at("expected").at("ranking"));
  CHECK(k.cost == answer.at("expected").at("distance"));
  CHECK(k.optima == answer.at("expected").at("n_optimal"));
}

TEST_CASE("Kemeny of 10 to 30 candidates by 20 voters (optima agreed by several programs)") {
  const json answer = known_answer("votes.json", "kemeny_w4_profiles");
  for (const auto& [name, expected] : answer.at("expected").items()) {
    CAPTURE(name);
    const Eigen::MatrixXd t = tally_of(answer.at("input").at(name));
    const auto k = libeval::kemeny_exact(t);
    CHECK(k.proven);
    CHECK(k.cost == expected.at("distance"));
    if (!expected.at("n_optimal").is_null())
      CHECK(k.optima == expected.at("n_optimal"));
    if (t.rows() <= 15) { // the other solver agrees
      const auto other = kemeny(t, 2, libeval::kemeny_by_programming);
      CHECK(other.proven);
      CHECK(other.cost == expected.at("distance"));
      CHECK(other.unique == (expected.at("n_optimal") == 1));
    }
  }
}

TEST_CASE("a committee elected by transferable votes, cut decimals and exact (Droop test suite)") {
  const json answer = known_answer("votes.json", "stv_gpus_2005");
  Ballots ballots;
  ballots.items = 13;
  for (const json& ballot : answer.at("input").at("ballots")) {
    std::uint32_t level = 0;
    for (const json& item : ballot) {
      ballots.listed.push_back(item.get<std::uint32_t>() - 1);
      ballots.level.push_back(level++);
    }
    ballots.offsets.push_back(static_cast<std::uint32_t>(ballots.listed.size()));
    ballots.weight.push_back(1);
  }
  for (const bool exact : {false, true}) {
    const json& expected = answer.at("expected").at(exact ? "exact" : "five_decimals");
    libeval::TransferRule rule;
    rule.seats = 4;
    rule.earlier = libeval::TransferRule::Earlier::last;
    if (exact)
      rule.quota = libeval::TransferRule::Quota::droop_exact;
    else
      rule.digits = 5;
    const auto count = libeval::count_transfers(ballots, rule, {});
    CHECK(count.tied.empty());
    std::vector<std::uint32_t> elected;
    for (const std::uint32_t item : count.elected)
      elected.push_back(item + 1);
    CHECK(elected == answer.at("expected").at("elected").get<std::vector<std::uint32_t>>());
    std::size_t seen = 0;
    for (const auto& round : count.rounds) {
      using Kind = libeval::TransferRound::Kind;
      CHECK(round.quota == Approx(expected.at("quota").get<double>()));
      std::string name = "first preferences";
      if (round.kind != Kind::first_preferences)
        name = (round.kind == Kind::surplus ? "surplus of " : "exclusion of ") +
               std::to_string(round.from.front() + 1);
      const json& rounds = expected.at("rounds");
      if (!rounds.contains(name))
        continue;
      ++seen;
      for (std::size_t i = 0; i < 13; ++i) {
        CAPTURE(exact, name, i);
        CHECK(round.votes[i] ==
              Approx(rounds.at(name).at(i).get<double>()).margin(1e-9).epsilon(1e-12));
      }
    }
    CHECK(seen == expected.at("rounds").size());
  }
}
