// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/bradley_terry.hpp>

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>

namespace libeval::kernel {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using Covariates = const Eigen::Ref<const MatrixXd>&;

constexpr std::size_t dense_limit = 64;

/// What one comparison says at the current parameters: expected score of a, and the variances of
/// score and tie, all for a single vote.
struct Expected {
  double score = 0, tie = 0;
};

/// Parameters in one vector: strengths, effects, log nu.
class Model {
public:
  Model(std::size_t items, const std::vector<Comparison>& votes, Covariates covariates,
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

  [[nodiscard]] Index size() const { return n_ + q_ + (davidson_ ? 1 : 0); }
  [[nodiscard]] Index items() const { return n_; }
  [[nodiscard]] Index effects() const { return q_; }
  [[nodiscard]] bool davidson() const { return davidson_; }
  [[nodiscard]] double total() const { return total_; }
  /// Comparisons of the item that has most.
  [[nodiscard]] double most() const { return most_; }
  [[nodiscard]] double ridge() const { return rule_.ridge; }

  /// Log odds of a over b without ties.
  [[nodiscard]] double lead(const VectorXd& p, std::size_t k) const {
    const Comparison& v = votes_[k];
    double d = p(v.a) - p(v.b);
    for (Index c = 0; c < q_; ++c)
      d += p(n_ + c) * x_(static_cast<Index>(k), c);
    return d;
  }

  [[nodiscard]] double nu(const VectorXd& p) const {
    return davidson_ ? std::exp(p(size() - 1)) : 0;
  }

  static Expected expected(double lead, double nu) {
    const double small = std::exp(-std::abs(lead));
    const double tie = nu * std::sqrt(small);
    const double all = 1 + small + tie;
    const double larger = 1 / all, smaller = small / all, even = tie / all;
    return {(lead >= 0 ? larger : smaller) + even / 2, even};
  }

  [[nodiscard]] double log_likelihood(const VectorXd& p) const {
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

  [[nodiscard]] double penalty(const VectorXd& p) const {
    return rule_.ridge / 2 * p.head(n_ + q_).squaredNorm();
  }

  /// Gradient of the (penalized) log-likelihood; the variances for the Hessian go to `curve`.
  VectorXd gradient(const VectorXd& p, std::vector<double>& curve) const {
    VectorXd expected_score = VectorXd::Zero(size());
    curve.resize(votes_.size() * (davidson_ ? 3 : 1));
    if (!davidson_ && q_ == 0 && p.cwiseAbs().maxCoeff() < 300) {
      plain_pass(p, expected_score, curve);
    } else {
      const double nu_now = nu(p);
      for (std::size_t k = 0; k < votes_.size(); ++k) {
        const Comparison& v = votes_[k];
        const double n = v.a_wins + v.b_wins + v.ties;
        const Expected e = expected(lead(p, k), nu_now);
        expected_score(v.a) += n * e.score;
        expected_score(v.b) += n * (1 - e.score);
        for (Index c = 0; c < q_; ++c)
          expected_score(n_ + c) += n * e.score * x_(static_cast<Index>(k), c);
        const double win = e.score - e.tie / 2;
        const double spread = win + e.tie / 4 - e.score * e.score;
        if (davidson_) {
          expected_score(size() - 1) += n * e.tie;
          curve[3 * k] = n * spread;
          curve[3 * k + 1] = n * (e.tie / 2 - e.score * e.tie);
          curve[3 * k + 2] = n * e.tie * (1 - e.tie);
        } else {
          curve[k] = n * e.score * (1 - e.score);
        }
      }
    }
    VectorXd g = observed_ - expected_score;
    g.head(n_ + q_) -= rule_.ridge * p.head(n_ + q_);
    return g;
  }

  /// Minus the Hessian, in full.
  [[nodiscard]] MatrixXd information(const std::vector<double>& curve) const {
    MatrixXd h = MatrixXd::Zero(size(), size());
    const Index last = size() - 1;
    for (std::size_t k = 0; k < votes_.size(); ++k) {
      const Index a = votes_[k].a, b = votes_[k].b;
      const double v = davidson_ ? curve[3 * k] : curve[k];
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
        const double cross = curve[3 * k + 1];
        h(a, last) += cross;
        h(last, a) += cross;
        h(b, last) -= cross;
        h(last, b) -= cross;
        for (Index c = 0; c < q_; ++c) {
          const double x = x_(static_cast<Index>(k), c) * cross;
          h(n_ + c, last) += x;
          h(last, n_ + c) += x;
        }
        h(last, last) += curve[3 * k + 2];
      }
    }
    h.diagonal().head(n_ + q_).array() += rule_.ridge;
    return h;
  }

  /// Minus the Hessian times a vector.
  void times(const std::vector<double>& curve, const VectorXd& in, VectorXd& out) const {
    out.setZero(size());
    const Index last = size() - 1;
    for (std::size_t k = 0; k < votes_.size(); ++k) {
      const Comparison& v = votes_[k];
      double d = in(v.a) - in(v.b);
      for (Index c = 0; c < q_; ++c)
        d += in(n_ + c) * x_(static_cast<Index>(k), c);
      double to = davidson_ ? curve[3 * k] * d + curve[3 * k + 1] * in(last) : curve[k] * d;
      out(v.a) += to;
      out(v.b) -= to;
      for (Index c = 0; c < q_; ++c)
        out(n_ + c) += to * x_(static_cast<Index>(k), c);
      if (davidson_)
        out(last) += curve[3 * k + 1] * d + curve[3 * k + 2] * in(last);
    }
    out.head(n_ + q_) += rule_.ridge * in.head(n_ + q_);
  }

  [[nodiscard]] VectorXd diagonal(const std::vector<double>& curve) const {
    VectorXd d = VectorXd::Zero(size());
    for (std::size_t k = 0; k < votes_.size(); ++k) {
      const double v = davidson_ ? curve[3 * k] : curve[k];
      d(votes_[k].a) += v;
      d(votes_[k].b) += v;
      for (Index c = 0; c < q_; ++c)
        d(n_ + c) += v * x_(static_cast<Index>(k), c) * x_(static_cast<Index>(k), c);
      if (davidson_)
        d(size() - 1) += curve[3 * k + 2];
    }
    d.head(n_ + q_).array() += rule_.ridge;
    return d;
  }

  /// Adds what a vote on comparison k says (its score vector), times a factor.
  void add_score(const VectorXd& p, std::size_t k, double score, double tie, double times,
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

  /// Strengths only shift together where nothing is penalized: adds what fixes their sum.
  void fix_sum(MatrixXd& h) const {
    if (rule_.ridge > 0)
      return;
    const double scale = std::max(h.diagonal().head(n_).mean(), 1e-300) / static_cast<double>(n_);
    h.topLeftCorner(n_, n_).array() += scale;
  }
  void center(VectorXd& p) const {
    if (rule_.ridge <= 0 && n_ > 0)
      p.head(n_).array() -= p.head(n_).mean();
  }

private:
  /// The common case: wins and losses only, so the odds are a ratio of two numbers.
  void plain_pass(const VectorXd& p, VectorXd& expected_score, std::vector<double>& curve) const {
    const VectorXd worth = p.head(n_).array().exp();
    for (std::size_t k = 0; k < votes_.size(); ++k) {
      const Comparison& v = votes_[k];
      const double n = v.a_wins + v.b_wins + v.ties;
      const double a = worth(v.a), b = worth(v.b), share = a / (a + b);
      expected_score(v.a) += n * share;
      expected_score(v.b) += n * (1 - share);
      curve[k] = n * share * (1 - share);
    }
  }

  Index n_, q_;
  const std::vector<Comparison>& votes_;
  Covariates x_;
  const BradleyTerryRule& rule_;
  bool davidson_ = false;
  double total_ = 0, most_ = 0;
  VectorXd observed_;
};

/// Solves information * step = gradient by conjugate gradients, only as well as it pays.
VectorXd conjugate_gradients(const Model& model, const std::vector<double>& curve,
                             const VectorXd& g, double accuracy) {
  const VectorXd diagonal = model.diagonal(curve).cwiseMax(1e-300);
  VectorXd step = VectorXd::Zero(model.size()), rest = g, image;
  VectorXd scaled = rest.cwiseQuotient(diagonal), direction = scaled;
  double rho = rest.dot(scaled);
  const double stop = rho * accuracy * accuracy;
  for (Index k = 0; k < std::max<Index>(model.size(), 50) && rho > stop; ++k) {
    model.times(curve, direction, image);
    const double bent = direction.dot(image);
    if (!(bent > 0))
      break;
    const double along = rho / bent;
    step += along * direction;
    rest -= along * image;
    scaled = rest.cwiseQuotient(diagonal);
    const double next = rest.dot(scaled);
    direction = scaled + next / rho * direction;
    rho = next;
  }
  return step;
}

/// log-likelihood minus penalty.
double objective(const Model& model, const VectorXd& p) {
  return model.log_likelihood(p) - model.penalty(p);
}

} // namespace

BradleyTerry bradley_terry(std::size_t items, const std::vector<Comparison>& votes,
                           const Eigen::Ref<const Eigen::MatrixXd>& covariates,
                           const BradleyTerryRule& rule, const Eigen::VectorXd* start) {
  const Model model(items, votes, covariates, rule);
  VectorXd p = VectorXd::Zero(model.size());
  if (start != nullptr && start->size() >= model.items())
    p.head(model.items()) = start->head(model.items());
  BradleyTerry out;
  if (model.size() == 0 || votes.empty() || !(model.total() > 0)) {
    out.strength = VectorXd::Zero(model.items());
    out.effects = VectorXd::Zero(model.effects());
    out.converged = model.size() <= 1;
    return out;
  }
  const double enough = std::max(rule.gradient * model.most(), 1e-10);
  const bool dense = static_cast<std::size_t>(model.size()) <= dense_limit;
  std::vector<double> curve, next_curve;
  VectorXd g = model.gradient(p, curve);
  double largest = g.cwiseAbs().maxCoeff();
  double value = 0, last_step = 0;
  bool known = false;
  for (; out.iterations < rule.iterations && largest > enough; ++out.iterations) {
    VectorXd step;
    if (dense) {
      MatrixXd h = model.information(curve);
      model.fix_sum(h);
      step = h.ldlt().solve(g);
    } else {
      step =
          conjugate_gradients(model, curve, g, std::min(0.1, std::sqrt(largest / model.total())));
    }
    if (!step.allFinite())
      break;
    const double far = step.cwiseAbs().maxCoeff();
    if (far > 5)
      step *= 5 / far;
    // A full step that shrinks the gradient is taken; only else the likelihood is looked at.
    VectorXd next = p + step;
    model.center(next);
    VectorXd next_g = model.gradient(next, next_curve);
    double next_largest = next_g.cwiseAbs().maxCoeff();
    if (!(next_largest < largest)) {
      if (!known)
        value = objective(model, p);
      double reach = 1, next_value = objective(model, next);
      while (!(next_value >= value - 1e-13 * std::abs(value)) && reach > 1e-6) {
        reach /= 2;
        next = p + reach * step;
        model.center(next);
        next_value = objective(model, next);
      }
      if (reach <= 1e-6)
        break;
      next_g = model.gradient(next, next_curve);
      next_largest = next_g.cwiseAbs().maxCoeff();
      const bool stands_still =
          (next - p).cwiseAbs().maxCoeff() < 1e-12 * std::max(1.0, p.cwiseAbs().maxCoeff());
      value = next_value;
      known = true;
      if (stands_still && next_largest >= largest) // nothing left but the arithmetic's noise
        break;
    } else {
      known = false;
    }
    last_step = (next - p).cwiseAbs().maxCoeff();
    p = std::move(next);
    g = std::move(next_g);
    curve.swap(next_curve);
    largest = next_largest;
  }
  out.strength = p.head(model.items());
  out.effects = p.segment(model.items(), model.effects());
  out.tie = model.nu(p);
  out.log_likelihood = model.log_likelihood(p);
  out.gradient = largest;
  // Noise of sums of that many votes is no reason to refuse. Steps that do not get shorter lead to
  // infinity.
  out.converged =
      p.allFinite() && largest <= std::max(enough, 1e-11 * model.most()) && last_step < 0.1;
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
  const Model model(items, votes, covariates, rule);
  VectorXd p(model.size());
  p.head(model.items()) = fit.strength;
  p.segment(model.items(), model.effects()) = fit.effects;
  if (model.davidson())
    p(model.size() - 1) = std::log(fit.tie);
  std::vector<double> curve;
  (void)model.gradient(p, curve);
  MatrixXd h = model.information(curve);
  model.fix_sum(h);
  BradleyTerryCovariance out;
  out.information = h.ldlt().solve(MatrixXd::Identity(model.size(), model.size()));
  if (model.ridge() <= 0) { // what fixed the sum is no uncertainty
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

std::vector<Comparison> add_up(std::size_t items, std::vector<Comparison> votes) {
  for (Comparison& v : votes)
    if (v.b < v.a) {
      std::swap(v.a, v.b);
      std::swap(v.a_wins, v.b_wins);
    }
  if (items * items <= std::max<std::size_t>(4 * votes.size(), 1024)) { // a cell for each two
    std::vector<std::uint32_t> at(items * items, 0);
    std::vector<Comparison> out;
    for (const Comparison& v : votes) {
      std::uint32_t& place = at[v.a * items + v.b];
      if (place == 0) {
        out.push_back({v.a, v.b, 0, 0, 0});
        place = static_cast<std::uint32_t>(out.size());
      }
      Comparison& sum = out[place - 1];
      sum.a_wins += v.a_wins;
      sum.b_wins += v.b_wins;
      sum.ties += v.ties;
    }
    votes = std::move(out);
  }
  std::stable_sort(votes.begin(), votes.end(), [](const Comparison& x, const Comparison& y) {
    return x.a != y.a ? x.a < y.a : x.b < y.b;
  });
  std::size_t kept = 0;
  for (std::size_t k = 0; k < votes.size(); ++k) {
    if (kept > 0 && votes[kept - 1].a == votes[k].a && votes[kept - 1].b == votes[k].b) {
      votes[kept - 1].a_wins += votes[k].a_wins;
      votes[kept - 1].b_wins += votes[k].b_wins;
      votes[kept - 1].ties += votes[k].ties;
    } else {
      votes[kept++] = votes[k];
    }
  }
  votes.resize(kept);
  return votes;
}

} // namespace libeval::kernel
