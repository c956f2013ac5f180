// SPDX-License-Identifier: Apache-2.0
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

/// What one vote on a comparison is expected to say: the score of a, and a tie.
struct Expected {
  double score = 0, tie = 0;
};

Expected expected(double lead, double nu) {
  const double small = std::exp(-std::abs(lead));
  const double tie = nu * std::sqrt(small);
  const double all = 1 + small + tie;
  const double larger = 1 / all, smaller = small / all, even = tie / all;
  return {(lead >= 0 ? larger : smaller) + even / 2, even};
}

} // namespace

PairModel::PairModel(std::size_t items, const std::vector<Comparison>& votes, Covariates covariates,
                     const BradleyTerryRule& rule)
    : n_(static_cast<Index>(items)), q_(covariates.cols()), votes_(votes), x_(covariates),
      rule_(rule) {
  if (covariates.rows() != 0 && covariates.rows() != static_cast<Index>(votes.size()))
    throw std::invalid_argument("there are " + std::to_string(covariates.rows()) +
                                " rows of covariates for " + std::to_string(votes.size()) +
                                " comparisons");
  if (covariates.rows() == 0)
    q_ = 0;
  double ties = 0;
  for (const Comparison& v : votes) {
    if (v.a >= items || v.b >= items || v.a == v.b)
      throw std::invalid_argument("a comparison of items " + std::to_string(v.a) + " and " +
                                  std::to_string(v.b) + " of " + std::to_string(items));
    total_ += v.a_wins + v.b_wins + v.ties;
    ties += v.ties;
  }
  davidson_ = rule.ties == BradleyTerryRule::Ties::davidson && ties > 0;
  observed_ = VectorXd::Zero(size());
  VectorXd of_item = VectorXd::Zero(n_);
  for (std::size_t k = 0; k < votes.size(); ++k) {
    const Comparison& v = votes[k];
    const double score = v.a_wins + v.ties / 2, other = v.b_wins + v.ties / 2;
    observed_(v.a) += score;
    observed_(v.b) += other;
    of_item(v.a) += score + other;
    of_item(v.b) += score + other;
    for (Index c = 0; c < q_; ++c)
      observed_(n_ + c) += score * x_(static_cast<Index>(k), c);
  }
  if (davidson_)
    observed_(size() - 1) = ties;
  most_ = of_item.size() > 0 ? of_item.maxCoeff() : 0;
}

double PairModel::nu(const VectorXd& p) const {
  return davidson_ ? std::exp(p(size() - 1)) : 0;
}

void PairModel::center(VectorXd& p) const {
  if (rule_.ridge <= 0 && n_ > 0)
    p.head(n_).array() -= p.head(n_).mean();
}

double PairModel::lead(const VectorXd& p, std::size_t k) const {
  const Comparison& v = votes_[k];
  double d = p(v.a) - p(v.b);
  for (Index c = 0; c < q_; ++c)
    d += p(n_ + c) * x_(static_cast<Index>(k), c);
  return d;
}

double PairModel::log_likelihood(const VectorXd& p) const {
  const double nu_now = nu(p);
  double sum = 0;
  for (std::size_t k = 0; k < votes_.size(); ++k) {
    const Comparison& v = votes_[k];
    const double d = lead(p, k);
    const double small = std::exp(-std::abs(d));
    const double all = std::log1p(small + nu_now * std::sqrt(small));
    // log p(a) = min(d, 0) - all, and so on
    const double ties = davidson_ ? v.ties : 0;
    const double a = davidson_ ? v.a_wins : v.a_wins + v.ties / 2;
    const double b = davidson_ ? v.b_wins : v.b_wins + v.ties / 2;
    sum += a * std::min(d, 0.0) + b * std::min(-d, 0.0) - std::abs(d) / 2 * ties -
           (a + b + ties) * all;
    if (ties > 0)
      sum += ties * std::log(nu_now);
  }
  return sum;
}

double PairModel::penalty(const VectorXd& p) const {
  return rule_.ridge / 2 * p.head(n_ + q_).squaredNorm();
}

VectorXd PairModel::gradient(const VectorXd& p) {
  VectorXd expected_score = VectorXd::Zero(size());
  curve_.resize(votes_.size() * (davidson_ ? 3 : 1));
  const double nu_now = nu(p);
  for (std::size_t k = 0; k < votes_.size(); ++k) {
    const Comparison& v = votes_[k];
    const double n = v.a_wins + v.b_wins + v.ties;
    const Expected e = expected(lead(p, k), nu_now);
    expected_score(v.a) += n * e.score;
    expected_score(v.b) += n * (1 - e.score);
    for (Index c = 0; c < q_; ++c)
      expected_score(n_ + c) += n * e.score * x_(static_cast<Index>(k), c);
    if (davidson_) {
      const double win = e.score - e.tie / 2;
      expected_score(size() - 1) += n * e.tie;
      curve_[3 * k] = n * (win + e.tie / 4 - e.score * e.score);
      curve_[3 * k + 1] = n * (e.tie / 2 - e.score * e.tie);
      curve_[3 * k + 2] = n * e.tie * (1 - e.tie);
    } else {
      curve_[k] = n * e.score * (1 - e.score);
    }
  }
  VectorXd g = observed_ - expected_score;
  g.head(n_ + q_) -= rule_.ridge * p.head(n_ + q_);
  return g;
}

MatrixXd PairModel::information() const {
  MatrixXd h = MatrixXd::Zero(size(), size());
  const Index last = size() - 1;
  for (std::size_t k = 0; k < votes_.size(); ++k) {
    const Index a = votes_[k].a, b = votes_[k].b;
    const double v = davidson_ ? curve_[3 * k] : curve_[k];
    h(a, a) += v;
    h(b, b) += v;
    h(a, b) -= v;
    h(b, a) -= v;
    for (Index c = 0; c < q_; ++c) {
      const double x = x_(static_cast<Index>(k), c) * v;
      h(a, n_ + c) += x;
      h(n_ + c, a) += x;
      h(b, n_ + c) -= x;
      h(n_ + c, b) -= x;
      for (Index e = 0; e < q_; ++e)
        h(n_ + c, n_ + e) += x * x_(static_cast<Index>(k), e);
    }
    if (davidson_) {
      const double cross = curve_[3 * k + 1];
      h(a, last) += cross;
      h(last, a) += cross;
      h(b, last) -= cross;
      h(last, b) -= cross;
      for (Index c = 0; c < q_; ++c) {
        const double x = x_(static_cast<Index>(k), c) * cross;
        h(n_ + c, last) += x;
        h(last, n_ + c) += x;
      }
      h(last, last) += curve_[3 * k + 2];
    }
  }
  h.diagonal().head(n_ + q_).array() += rule_.ridge;
  if (rule_.ridge <= 0 && n_ > 0)
    h.topLeftCorner(n_, n_).array() +=
        std::max(h.diagonal().head(n_).mean(), 1e-300) / static_cast<double>(n_);
  return h;
}

void PairModel::times(const VectorXd& in, VectorXd& out) const {
  out.setZero(size());
  const Index last = size() - 1;
  for (std::size_t k = 0; k < votes_.size(); ++k) {
    const Comparison& v = votes_[k];
    double d = in(v.a) - in(v.b);
    for (Index c = 0; c < q_; ++c)
      d += in(n_ + c) * x_(static_cast<Index>(k), c);
    const double to = davidson_ ? curve_[3 * k] * d + curve_[3 * k + 1] * in(last) : curve_[k] * d;
    out(v.a) += to;
    out(v.b) -= to;
    for (Index c = 0; c < q_; ++c)
      out(n_ + c) += to * x_(static_cast<Index>(k), c);
    if (davidson_)
      out(last) += curve_[3 * k + 1] * d + curve_[3 * k + 2] * in(last);
  }
  out.head(n_ + q_) += rule_.ridge * in.head(n_ + q_);
}

VectorXd PairModel::diagonal() const {
  VectorXd d = VectorXd::Zero(size());
  for (std::size_t k = 0; k < votes_.size(); ++k) {
    const double v = davidson_ ? curve_[3 * k] : curve_[k];
    d(votes_[k].a) += v;
    d(votes_[k].b) += v;
    for (Index c = 0; c < q_; ++c)
      d(n_ + c) += v * x_(static_cast<Index>(k), c) * x_(static_cast<Index>(k), c);
    if (davidson_)
      d(size() - 1) += curve_[3 * k + 2];
  }
  d.head(n_ + q_).array() += rule_.ridge;
  return d;
}

void PairModel::add_score(const VectorXd& p, std::size_t k, double score, double tie, double times,
                          VectorXd& out) const {
  const Expected e = expected(lead(p, k), nu(p));
  const double residual = (score - e.score) * times;
  out(votes_[k].a) += residual;
  out(votes_[k].b) -= residual;
  for (Index c = 0; c < q_; ++c)
    out(n_ + c) += residual * x_(static_cast<Index>(k), c);
  if (davidson_)
    out(size() - 1) += (tie - e.tie) * times;
}

} // namespace libeval::kernel
