// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/bradley_terry.hpp>

#include "kernel/bradley_terry_fit.hpp"
#include "kernel/newton.hpp"
#include "kernel/pair_model.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace libeval::kernel {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

void check_items(std::size_t items, const std::vector<Comparison>& votes) {
  for (const Comparison& v : votes)
    if (v.a >= items || v.b >= items || v.a == v.b)
      throw std::invalid_argument("a comparison of items " + std::to_string(v.a) + " and " +
                                  std::to_string(v.b) + " of " + std::to_string(items));
}

/// What is nothing but the rounding of a fit is 0.
void clear_noise(VectorXd& estimates) {
  constexpr double noise = 1e-14;
  estimates = estimates.unaryExpr([](double x) { return std::abs(x) < noise ? 0.0 : x; });
}

template <class Likelihood>
BradleyTerry fit(Likelihood& likelihood, std::size_t items, const BradleyTerryRule& rule,
                 const VectorXd* start, VectorXd& p) {
  const auto n = static_cast<Index>(items);
  p = VectorXd::Zero(likelihood.size());
  BradleyTerry out;
  if (p.size() == 0 || !(likelihood.total() > 0)) {
    out.strength = VectorXd::Zero(n);
    out.converged = p.size() <= 1;
    return out;
  }
  if (start != nullptr && start->size() >= n)
    p.head(n) = start->head(n);
  const double enough = std::max(rule.gradient * likelihood.most(), 1e-10);
  Climb top = climb(likelihood, std::move(p), enough, rule.iterations);
  p = std::move(top.p);
  out.strength = p.head(n);
  clear_noise(out.strength);
  out.gradient = top.gradient;
  out.iterations = top.iterations;
  out.converged = top.converged;
  return out;
}

} // namespace

bool added_up(const std::vector<Comparison>& votes) {
  for (std::size_t k = 0; k < votes.size(); ++k) {
    const Comparison& v = votes[k];
    if (v.a >= v.b)
      return false;
    if (k > 0 && (votes[k - 1].a != v.a ? votes[k - 1].a > v.a : votes[k - 1].b >= v.b))
      return false;
  }
  return true;
}

bool strengths_alone(const std::vector<Comparison>& votes,
                     const Eigen::Ref<const MatrixXd>& covariates, const BradleyTerryRule& rule) {
  return covariates.size() == 0 &&
         (rule.ties == BradleyTerryRule::Ties::half ||
          std::all_of(votes.begin(), votes.end(), [](const Comparison& v) { return v.ties <= 0; }));
}

BradleyTerry fit_strengths(PairRows& rows, const BradleyTerryRule& rule, const VectorXd* start) {
  VectorXd p;
  return fit(rows, static_cast<std::size_t>(rows.size()), rule, start, p);
}

BradleyTerry bradley_terry(std::size_t items, const std::vector<Comparison>& votes,
                           const Eigen::Ref<const Eigen::MatrixXd>& covariates,
                           const BradleyTerryRule& rule, const Eigen::VectorXd* start) {
  if (strengths_alone(votes, covariates, rule)) {
    check_items(items, votes);
    PairRows rows(items, added_up(votes) ? votes : add_up(items, votes), rule.ridge);
    BradleyTerry out = fit_strengths(rows, rule, start);
    out.log_likelihood = rows.log_likelihood(out.strength);
    return out;
  }
  PairModel model(items, votes, covariates, rule);
  VectorXd p;
  BradleyTerry out = fit(model, items, rule, start, p);
  out.log_likelihood = model.log_likelihood(p);
  out.effects = p.segment(model.items(), model.effects());
  clear_noise(out.effects);
  out.tie = model.nu(p);
  return out;
}

BradleyTerryCovariance bradley_terry_covariance(std::size_t items,
                                                const std::vector<Comparison>& votes,
                                                const Eigen::Ref<const Eigen::MatrixXd>& covariates,
                                                const BradleyTerryRule& rule,
                                                const BradleyTerry& fit,
                                                const std::vector<std::uint32_t>& clusters) {
  if (!clusters.empty() && clusters.size() != votes.size())
    throw std::invalid_argument("there are " + std::to_string(clusters.size()) + " clusters for " +
                                std::to_string(votes.size()) + " comparisons");
  PairModel model(items, votes, covariates, rule);
  VectorXd p(model.size());
  p.head(model.items()) = fit.strength;
  p.segment(model.items(), model.effects()) = fit.effects;
  if (model.davidson())
    p(model.size() - 1) = std::log(fit.tie);
  (void)model.gradient(p);
  BradleyTerryCovariance out;
  out.information =
      model.information().ldlt().solve(MatrixXd::Identity(model.size(), model.size()));
  if (rule.ridge <= 0) { // what fixed the sum is no uncertainty
    const auto n = static_cast<double>(items);
    MatrixXd project = MatrixXd::Identity(model.size(), model.size());
    project.topLeftCorner(model.items(), model.items()).array() -= 1 / n;
    out.information = project * out.information * project;
  }
  MatrixXd meat = MatrixXd::Zero(model.size(), model.size());
  const bool davidson = model.davidson();
  if (clusters.empty()) {
    // A score vector has few entries that are not 0: strengths of a and b, effects, log nu.
    VectorXd one = VectorXd::Zero(model.size());
    std::vector<Index> at;
    for (std::size_t k = 0; k < votes.size(); ++k) {
      at = {static_cast<Index>(votes[k].a), static_cast<Index>(votes[k].b)};
      for (Index c = model.items(); c < model.size(); ++c)
        at.push_back(c);
      const auto add = [&](double count, double score, double tie) {
        if (count <= 0)
          return;
        for (const Index i : at)
          one(i) = 0;
        model.add_score(p, k, score, tie, 1, one);
        for (const Index i : at)
          for (const Index j : at)
            meat(i, j) += count * one(i) * one(j);
      };
      add(votes[k].a_wins, 1, 0);
      add(votes[k].b_wins, 0, 0);
      add(votes[k].ties, 0.5, davidson ? 1 : 0);
    }
  } else {
    const std::size_t n_clusters =
        static_cast<std::size_t>(*std::max_element(clusters.begin(), clusters.end())) + 1;
    std::vector<std::vector<std::size_t>> of(n_clusters);
    for (std::size_t k = 0; k < votes.size(); ++k)
      of[clusters[k]].push_back(k);
    for (const auto& cluster : of) {
      VectorXd one = VectorXd::Zero(model.size());
      for (const std::size_t k : cluster) {
        model.add_score(p, k, 1, 0, votes[k].a_wins, one);
        model.add_score(p, k, 0, 0, votes[k].b_wins, one);
        model.add_score(p, k, 0.5, davidson ? 1 : 0, votes[k].ties, one);
      }
      meat.noalias() += one * one.transpose();
    }
  }
  out.sandwich = out.information * meat * out.information;
  return out;
}

std::vector<std::uint32_t> rank_by_limits(const Eigen::VectorXd& lower,
                                          const Eigen::VectorXd& upper) {
  std::vector<double> sorted(lower.data(), lower.data() + lower.size());
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::uint32_t> out(static_cast<std::size_t>(upper.size()));
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = 1 + static_cast<std::uint32_t>(
                     sorted.end() -
                     std::upper_bound(sorted.begin(), sorted.end(), upper(static_cast<Index>(i))));
  return out;
}

PairCounts::PairCounts(std::size_t items, std::size_t expected) : items_(items) {
  if (items > 0 && items <= std::max<std::size_t>(4 * expected, 1024) / items)
    at_.assign(items * items, 0);
  else
    votes_.reserve(expected);
}

void PairCounts::add(const Comparison& vote) {
  // Which comes first is a coin toss in many tables: looked up, since a branch would be guessed.
  const std::size_t turned = vote.b < vote.a ? 1 : 0;
  const std::uint32_t item[2] = {vote.a, vote.b};
  const double wins[2] = {vote.a_wins, vote.b_wins};
  const std::uint32_t a = item[turned], b = item[1 - turned];
  if (at_.empty()) {
    votes_.push_back({a, b, wins[turned], wins[1 - turned], vote.ties});
    return;
  }
  std::uint32_t& place = at_[a * items_ + b];
  if (place == 0) {
    votes_.push_back({a, b, 0, 0, 0});
    place = static_cast<std::uint32_t>(votes_.size());
  }
  Comparison& sum = votes_[place - 1];
  sum.a_wins += wins[turned];
  sum.b_wins += wins[1 - turned];
  sum.ties += vote.ties;
}

std::vector<Comparison> PairCounts::take() && {
  std::stable_sort(votes_.begin(), votes_.end(), [](const Comparison& x, const Comparison& y) {
    return x.a != y.a ? x.a < y.a : x.b < y.b;
  });
  std::size_t kept = 0;
  for (const Comparison& v : votes_) {
    if (kept > 0 && votes_[kept - 1].a == v.a && votes_[kept - 1].b == v.b) {
      votes_[kept - 1].a_wins += v.a_wins;
      votes_[kept - 1].b_wins += v.b_wins;
      votes_[kept - 1].ties += v.ties;
    } else {
      votes_[kept++] = v;
    }
  }
  votes_.resize(kept);
  return std::move(votes_);
}

std::vector<Comparison> add_up(std::size_t items, const std::vector<Comparison>& votes) {
  PairCounts counts(items, votes.size());
  for (const Comparison& v : votes)
    counts.add(v);
  return std::move(counts).take();
}

} // namespace libeval::kernel
