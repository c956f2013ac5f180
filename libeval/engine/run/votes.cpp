// SPDX-License-Identifier: Apache-2.0
#include "engine/run/votes.hpp"

#include "base/parallel.hpp"
#include "engine/run/kemeny.hpp"

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/strong_components.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>

namespace libeval {
namespace {

using Edges = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
using kernel::Unlisted;

/// Limits are worked out by default for up to so many items (a matrix is inverted).
constexpr std::size_t most_with_errors = 1000;

std::vector<double> to_vector(const Eigen::VectorXd& x) {
  return {x.data(), x.data() + x.size()};
}

/// z with P(|N| < z) = level, by bisection.
double quantile_of(double level) {
  double low = 0, high = 40;
  for (int i = 0; i < 200; ++i) {
    const double middle = (low + high) / 2;
    (std::erf(middle / std::sqrt(2.0)) < level ? low : high) = middle;
  }
  return (low + high) / 2;
}

/// Limits of each estimate and the places that follow from them.
void add_limits(VoteCount& out, const Eigen::VectorXd& lower, const Eigen::VectorXd& upper) {
  out.voted.lower = to_vector(lower);
  out.voted.upper = to_vector(upper);
  for (const std::uint32_t place : kernel::rank_by_limits(lower, upper))
    out.voted.place.push_back(place);
}

void add_normal_limits(VoteCount& out, const Eigen::VectorXd& strength,
                       const Eigen::MatrixXd& covariance, double level) {
  const Eigen::VectorXd errors =
      covariance.diagonal().head(strength.size()).cwiseMax(0.0).cwiseSqrt();
  out.voted.errors = to_vector(errors);
  const double z = quantile_of(level);
  add_limits(out, strength - z * errors, strength + z * errors);
}

/// What the step asked for.
void choose_value(const op::Votes& o, const Eigen::VectorXd& strength, VoteCount& out) {
  if (o.value == "strength") {
    out.voted.scores = to_vector(strength);
  } else if (o.value == "worth") {
    const Eigen::VectorXd worth = (strength.array() - strength.maxCoeff()).exp();
    out.voted.scores = to_vector(worth / worth.sum());
  } else if (out.voted.lower.empty()) {
    out.why = "the estimates have no limits (so many candidates only have them where `errors` asks "
              "for a bootstrap)";
  } else {
    out.voted.scores = o.value == "lower"   ? out.voted.lower
                       : o.value == "upper" ? out.voted.upper
                                            : out.voted.place;
  }
}

/// Where no finite estimate exists, says who stands apart; true where one exists.
bool connected(const op::Votes& o, const Edges& beats, VoteCount& out) {
  auto parts = dominance_parts(o.items->size(), beats);
  if (parts.size() <= 1 || o.ridge > 0)
    return true;
  out.why = "the votes fall apart: there are candidates who never lost to the others, or never met "
            "them";
  out.parts = std::move(parts);
  return false;
}

std::uint32_t place_of(const std::vector<std::uint32_t>& order, std::uint32_t item) {
  return static_cast<std::uint32_t>(std::ranges::find(order, item) - order.begin()) + 1;
}

void count_kemeny(const op::Votes& o, const Eigen::MatrixXd& tally, VoteCount& out) {
  const kernel::Kemeny k = kemeny_exact(tally);
  const std::size_t n = k.order.size();
  out.voted.facts = {{"contradicted_votes", k.cost}, {"unique", k.unique ? 1.0 : 0.0}};
  if (k.optima > 0)
    out.voted.facts.emplace_back("best_orders", k.optima);
  out.voted.scores.resize(n);
  for (std::uint32_t i = 0; i < n; ++i)
    out.voted.scores[i] = place_of(k.order, i);
  const bool known = !k.best_place.empty() || n == 0;
  if (!k.best_place.empty()) {
    out.voted.lower.assign(k.best_place.begin(), k.best_place.end());
    out.voted.upper.assign(k.worst_place.begin(), k.worst_place.end());
  }
  if (!k.proven) {
    out.why = "the best order was not found within the limits of the search";
  } else if (!k.unique && o.several == "mean" && known) {
    out.voted.scores = k.mean_place;
  } else if (!k.unique && o.several != "first") {
    for (std::uint32_t i = 0; i < n; ++i)
      if (!known || k.best_place[i] != k.worst_place[i])
        out.undefined.push_back(i);
    if (!out.undefined.empty())
      out.why = (k.optima > 0 ? std::to_string(static_cast<long long>(std::min(k.optima, 9e18)))
                              : std::string("several")) +
                " orders are equally good and differ in the place; say what counts with `several`";
  }
}

/// Methods on a table of who was preferred to whom.
void count_tally(const op::Votes& o, const Eigen::MatrixXd& tally, VoteCount& out) {
  using Kind = op::Votes::Kind;
  const auto strength = o.margins ? kernel::Strength::margins : kernel::Strength::winning_votes;
  const auto put = [&](const std::vector<std::uint32_t>& places) {
    out.voted.scores.assign(places.begin(), places.end());
  };
  switch (o.kind) {
  case Kind::copeland:
    out.voted.scores = to_vector(kernel::copeland(tally, o.tie));
    break;
  case Kind::schulze:
    put(kernel::schulze(tally, strength).place);
    break;
  case Kind::ranked_pairs: {
    const auto relation = kernel::ranked_pairs(tally, strength);
    put(relation.place);
    out.voted.facts = {
        {"contradicting_equal_victories", static_cast<double>(relation.contradicting.size())}};
    break;
  }
  default:
    count_kemeny(o, tally, out);
  }
}

bool whole(const std::vector<kernel::Comparison>& votes) {
  double sum = 0;
  return std::ranges::all_of(votes, [&](const kernel::Comparison& v) {
    for (const double x : {v.a_wins, v.b_wins, v.ties})
      if (x != std::floor(x) || (sum += x) > 9e15)
        return false;
    return true;
  });
}

void bootstrap_limits(const op::Votes& o, const PairVotes& votes,
                      const kernel::BradleyTerryRule& rule, const kernel::BradleyTerry& fit,
                      VoteCount& out) {
  if (!whole(votes.comparisons)) {
    out.why = "a bootstrap draws whole votes, and there are broken ones";
    return;
  }
  const Eigen::Index n = fit.strength.size();
  Eigen::MatrixXd strength(n, static_cast<Eigen::Index>(o.replicates));
  std::atomic<std::size_t> without_estimate = 0;
  const unsigned threads = threads_for(0, o.replicates);
  const std::size_t each = (o.replicates + threads - 1) / threads;
  for_each_task(threads, threads, [&](std::size_t task, unsigned /*worker*/) {
    const std::size_t first = std::min(task * each, o.replicates);
    const std::size_t count = std::min(each, o.replicates - first);
    const auto some = kernel::bradley_terry_bootstrap(
        o.items->size(), votes.comparisons, votes.covariates, rule, fit, count, o.seed, first);
    strength.middleCols(static_cast<Eigen::Index>(first), static_cast<Eigen::Index>(count)) =
        some.strength;
    without_estimate += some.without_estimate;
  });
  Eigen::VectorXd lower(n), upper(n), errors(n);
  const auto m = static_cast<double>(o.replicates);
  const auto quantile = [&](const std::vector<double>& sorted, double at) {
    const double place = at * (m - 1);
    const auto below = static_cast<std::size_t>(place);
    const double part = place - static_cast<double>(below);
    return below + 1 < sorted.size() ? sorted[below] + part * (sorted[below + 1] - sorted[below])
                                     : sorted[below];
  };
  for (Eigen::Index i = 0; i < n; ++i) {
    const Eigen::VectorXd row = strength.row(i);
    std::vector<double> draws = to_vector(row);
    std::ranges::sort(draws);
    lower(i) = quantile(draws, (1 - o.level) / 2);
    upper(i) = quantile(draws, (1 + o.level) / 2);
    errors(i) = std::sqrt((row.array() - row.mean()).square().sum() / (m - 1));
  }
  out.voted.errors = to_vector(errors);
  out.voted.facts.emplace_back("replicates", m);
  out.voted.facts.emplace_back("replicates_without_estimate",
                               static_cast<double>(without_estimate));
  add_limits(out, lower, upper);
}

void count_bradley_terry(const op::Votes& o, PairVotes& votes, VoteCount& out) {
  const std::size_t n = o.items->size();
  Edges beats;
  for (const kernel::Comparison& v : votes.comparisons) {
    if (v.a_wins + v.ties > 0)
      beats.emplace_back(v.a, v.b);
    if (v.b_wins + v.ties > 0)
      beats.emplace_back(v.b, v.a);
  }
  if (!connected(o, beats, out))
    return;
  kernel::BradleyTerryRule rule;
  rule.ties =
      o.half_ties ? kernel::BradleyTerryRule::Ties::half : kernel::BradleyTerryRule::Ties::davidson;
  rule.ridge = o.ridge;
  const auto fit = kernel::bradley_terry(n, votes.comparisons, votes.covariates, rule);
  if (!fit.converged) {
    out.why = "there is no finite estimate (the votes separate the candidates, or the effects "
              "cannot be told from them)";
    return;
  }
  double total = 0, ties = 0;
  for (const kernel::Comparison& v : votes.comparisons) {
    total += v.a_wins + v.b_wins + v.ties;
    ties += v.ties;
  }
  out.voted.facts = {{"votes", total}, {"ties", ties}, {"log_likelihood", fit.log_likelihood}};
  if (!o.half_ties)
    out.voted.facts.emplace_back("tie_parameter", fit.tie);
  for (std::size_t c = 0; c < o.effect_names.size(); ++c)
    out.voted.facts.emplace_back(o.effect_names[c], fit.effects(static_cast<Eigen::Index>(c)));
  const bool limits_needed = o.value != "strength" && o.value != "worth";
  if (o.errors == "bootstrap") {
    bootstrap_limits(o, votes, rule, fit, out);
  } else if (o.errors != "none" && (n <= most_with_errors || limits_needed)) {
    const auto c = kernel::bradley_terry_covariance(n, votes.comparisons, votes.covariates, rule,
                                                    fit, votes.clusters);
    const Eigen::MatrixXd& covariance = o.errors == "sandwich" ? c.sandwich : c.information;
    for (std::size_t k = 0; k < o.effect_names.size(); ++k) {
      const auto at = fit.strength.size() + static_cast<Eigen::Index>(k);
      out.voted.facts.emplace_back(o.effect_names[k] + "_error",
                                   std::sqrt(std::max(0.0, covariance(at, at))));
    }
    add_normal_limits(out, fit.strength, covariance, o.level);
  }
  if (out.why.empty())
    choose_value(o, fit.strength, out);
}

void count_plackett_luce(const op::Votes& o, const kernel::Ballots& ballots, Unlisted unlisted,
                         VoteCount& out) {
  const Eigen::MatrixXd tally = kernel::tally(ballots, unlisted);
  Edges beats;
  for (Eigen::Index j = 0; j < tally.cols(); ++j)
    for (Eigen::Index i = 0; i < tally.rows(); ++i)
      if (tally(i, j) > 0)
        beats.emplace_back(static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(j));
  if (!connected(o, beats, out))
    return;
  const bool errors = o.errors != "none" && o.items->size() <= most_with_errors;
  const auto fit = kernel::plackett_luce(ballots, unlisted, o.ridge, errors);
  if (!fit.converged) {
    out.why = "there is no finite estimate";
    return;
  }
  out.voted.facts = {{"log_likelihood", fit.log_likelihood}};
  if (errors)
    add_normal_limits(out, fit.strength, fit.covariance, o.level);
  choose_value(o, fit.strength, out);
}

} // namespace

std::vector<std::vector<std::uint32_t>> dominance_parts(std::size_t items, const Edges& beats) {
  using Graph = boost::compressed_sparse_row_graph<boost::directedS>;
  const Graph graph(boost::edges_are_unsorted_multi_pass, beats.begin(), beats.end(), items);
  std::vector<std::size_t> part(items);
  const std::size_t count = boost::strong_components(
      graph, boost::make_iterator_property_map(part.begin(), get(boost::vertex_index, graph)));
  // A part is numbered after all that it beats.
  std::vector<std::vector<std::uint32_t>> out(count);
  for (std::size_t i = 0; i < items; ++i)
    out[count - 1 - part[i]].push_back(static_cast<std::uint32_t>(i));
  return out;
}

kernel::Ballots ballots_of(const op::Votes& o, const std::function<double(std::uint32_t)>& value,
                           const std::function<double(std::uint32_t)>& weight, double near) {
  kernel::Ballots out;
  out.items = o.items->size();
  std::vector<std::pair<double, std::uint32_t>> ballot;
  for (std::size_t b = 0; b + 1 < o.offsets.size(); ++b) {
    ballot.clear();
    for (std::uint32_t k = o.offsets[b]; k < o.offsets[b + 1]; ++k)
      ballot.emplace_back((o.smaller_first ? 1 : -1) * value(o.cells[k]), o.item[k]);
    std::ranges::sort(ballot);
    std::uint32_t level = 0;
    for (std::size_t k = 0; k < ballot.size(); ++k) {
      if (k > 0 && ballot[k].first - ballot[level].first > near)
        level = static_cast<std::uint32_t>(k);
      out.listed.push_back(ballot[k].second);
      out.level.push_back(level);
    }
    out.offsets.push_back(static_cast<std::uint32_t>(out.listed.size()));
    out.weight.push_back(weight(o.cells[o.offsets[b]]));
  }
  return out;
}

VoteCount count_pairs(const op::Votes& o, PairVotes votes) {
  VoteCount out;
  if (o.kind == op::Votes::Kind::bradley_terry) {
    count_bradley_terry(o, votes, out);
    return out;
  }
  const auto n = static_cast<Eigen::Index>(o.items->size());
  Eigen::MatrixXd tally = Eigen::MatrixXd::Zero(n, n);
  for (const kernel::Comparison& v : votes.comparisons) {
    tally(v.a, v.b) += v.a_wins;
    tally(v.b, v.a) += v.b_wins;
  }
  count_tally(o, tally, out);
  return out;
}

VoteCount rate_games(const op::Votes& o, Eigen::VectorXd start,
                     const std::vector<kernel::EloSide>& sides) {
  VoteCount out;
  out.voted.facts = {{"sides_of_games", static_cast<double>(sides.size())},
                     {"periods", static_cast<double>(o.offsets.size() - 1)}};
  out.voted.scores =
      to_vector(kernel::elo(std::move(start), sides, o.offsets, {o.scale, o.digits}));
  return out;
}

VoteCount count_ballots(const op::Votes& o, const kernel::Ballots& ballots) {
  using Kind = op::Votes::Kind;
  VoteCount out;
  const Unlisted unlisted = o.ignore_unlisted ? Unlisted::ignored : Unlisted::last;
  const double total = std::accumulate(ballots.weight.begin(), ballots.weight.end(), 0.0);
  switch (o.kind) {
  case Kind::borda: {
    std::vector<double> points = o.points;
    if (points.empty())
      for (std::size_t place = ballots.items; place > 0; --place)
        points.push_back(static_cast<double>(place - 1));
    points.resize(ballots.items, 0);
    out.voted.scores = to_vector(kernel::positional(ballots, points, unlisted, o.from_below));
    break;
  }
  case Kind::approval:
    out.voted.scores = to_vector(kernel::approvals(ballots, o.places));
    for (double& score : out.voted.scores)
      if (o.share && total > 0)
        score /= total;
    break;
  case Kind::plackett_luce:
    count_plackett_luce(o, ballots, unlisted, out);
    break;
  default:
    count_tally(o, kernel::tally(ballots, unlisted), out);
  }
  out.voted.facts.emplace_back("ballots", total);
  if (out.why.empty() && ballots.count() == 0)
    out.why = "there are no ballots";
  return out;
}

} // namespace libeval
