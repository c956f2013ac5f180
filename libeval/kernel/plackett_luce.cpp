// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/ballots.hpp>

#include <algorithm>
#include <cmath>

namespace libeval::kernel {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

/// The ballots as a chain of choices, each made from what is left.
class Choices {
public:
  Choices(const Ballots& ballots, Unlisted unlisted) : n_(static_cast<Index>(ballots.items)) {
    std::vector<std::uint8_t> listed(ballots.items);
    for (std::size_t b = 0; b < ballots.count(); ++b) {
      const std::uint32_t first = ballots.offsets[b], last = ballots.offsets[b + 1];
      Chain chain{static_cast<std::uint32_t>(items_.size()), 0, 0, ballots.weight[b]};
      if (chain.weight <= 0)
        continue;
      for (std::uint32_t i = first; i < last; ++i) {
        items_.push_back(ballots.listed[i]);
        level_.push_back(ballots.level[i]);
      }
      std::uint32_t chosen = last - first;
      if (unlisted == Unlisted::last && last - first < ballots.items) {
        listed.assign(ballots.items, 0);
        for (std::uint32_t i = first; i < last; ++i)
          listed[ballots.listed[i]] = 1;
        for (std::uint32_t j = 0; j < ballots.items; ++j)
          if (listed[j] == 0) {
            items_.push_back(j);
            level_.push_back(UINT32_MAX);
          }
      } else { // the last tie group is nobody's choice
        while (chosen > 0 && level_[chain.first + chosen - 1] == level_.back())
          --chosen;
      }
      chain.chosen = chain.first + chosen;
      chain.last = static_cast<std::uint32_t>(items_.size());
      choices_ += chain.weight * chosen;
      chains_.push_back(chain);
    }
  }

  [[nodiscard]] double total() const { return choices_; }

  /// Log-likelihood, gradient, and for each item of each chain the sums that the Hessian needs.
  double look(const VectorXd& strength, VectorXd& gradient) {
    const double shift = strength.size() > 0 ? strength.maxCoeff() : 0;
    worth_ = (strength.array() - shift).exp();
    below_.resize(items_.size());
    gradient.setZero(n_);
    double value = 0;
    for (const Chain& c : chains_) {
      add_up_below(
          c, [&](std::uint32_t i) { return worth_(items_[i]); }, below_);
      double sum = 0; // of 1 / what was left, over the choices an item was part of
      for (std::uint32_t i = c.first; i < c.last;) {
        const std::uint32_t end = same_level(c, i);
        if (i < c.chosen) {
          sum += (end - i) / below_[i];
          for (std::uint32_t k = i; k < end; ++k) {
            gradient(items_[k]) += c.weight;
            value += c.weight * (strength(items_[k]) - shift - std::log(below_[i]));
          }
        }
        for (std::uint32_t k = i; k < end; ++k)
          gradient(items_[k]) -= c.weight * worth_(items_[k]) * sum;
        i = end;
      }
    }
    return value;
  }

  /// Minus the Hessian at the strengths last looked at, times a vector.
  void times(const VectorXd& in, VectorXd& out) {
    out.setZero(n_);
    image_.resize(items_.size());
    for (const Chain& c : chains_) {
      add_up_below(
          c, [&](std::uint32_t i) { return worth_(items_[i]) * in(items_[i]); }, image_);
      double sum = 0, mixed = 0;
      for (std::uint32_t i = c.first; i < c.last;) {
        const std::uint32_t end = same_level(c, i);
        if (i < c.chosen) {
          sum += (end - i) / below_[i];
          mixed += (end - i) * image_[i] / (below_[i] * below_[i]);
        }
        for (std::uint32_t k = i; k < end; ++k)
          out(items_[k]) += c.weight * worth_(items_[k]) * (in(items_[k]) * sum - mixed);
        i = end;
      }
    }
  }

  /// The Hessian's diagonal (its main term, which suffices to precondition).
  [[nodiscard]] VectorXd diagonal() const {
    VectorXd out = VectorXd::Zero(n_);
    for (const Chain& c : chains_) {
      double sum = 0, squares = 0;
      for (std::uint32_t i = c.first; i < c.last;) {
        const std::uint32_t end = same_level(c, i);
        if (i < c.chosen) {
          sum += (end - i) / below_[i];
          squares += (end - i) / (below_[i] * below_[i]);
        }
        for (std::uint32_t k = i; k < end; ++k) {
          const double w = worth_(items_[k]);
          out(items_[k]) += c.weight * (w * sum - w * w * squares);
        }
        i = end;
      }
    }
    return out;
  }

private:
  struct Chain {
    std::uint32_t first = 0, chosen = 0, last = 0; ///< items [first, chosen) were chosen
    double weight = 0;
  };

  [[nodiscard]] std::uint32_t same_level(const Chain& c, std::uint32_t first) const {
    std::uint32_t end = first + 1;
    while (end < c.last && level_[end] == level_[first])
      ++end;
    return end;
  }

  /// For each item of the chain what it and all at its level or below come to.
  template <class F>
  void add_up_below(const Chain& c, F&& f, std::vector<double>& out) const {
    double sum = 0;
    for (std::uint32_t i = c.last; i > c.first; --i) {
      sum += f(i - 1);
      out[i - 1] = sum;
    }
    for (std::uint32_t i = c.first + 1; i < c.last; ++i) // tied items see the same
      if (level_[i] == level_[i - 1])
        out[i] = out[i - 1];
  }

  Index n_;
  std::vector<Chain> chains_;
  std::vector<std::uint32_t> items_, level_;
  double choices_ = 0;
  VectorXd worth_;
  std::vector<double> below_, image_;
};

/// (Hessian + ridge) x = g by conjugate gradients, for vectors that add up to zero without ridge.
VectorXd solve(Choices& choices, const VectorXd& g, double ridge, double accuracy) {
  const VectorXd diagonal = (choices.diagonal().array() + ridge).max(1e-300);
  VectorXd x = VectorXd::Zero(g.size()), rest = g, image;
  VectorXd scaled = rest.cwiseQuotient(diagonal), direction = scaled;
  double rho = rest.dot(scaled);
  const double stop = rho * accuracy * accuracy;
  for (Index k = 0; k < std::max<Index>(2 * g.size(), 50) && rho > stop; ++k) {
    choices.times(direction, image);
    image += ridge * direction;
    const double bent = direction.dot(image);
    if (!(bent > 0))
      break;
    const double along = rho / bent;
    x += along * direction;
    rest -= along * image;
    scaled = rest.cwiseQuotient(diagonal);
    const double next = rest.dot(scaled);
    direction = scaled + next / rho * direction;
    rho = next;
  }
  return x;
}

} // namespace

PlackettLuce plackett_luce(const Ballots& ballots, Unlisted unlisted, double ridge,
                           bool covariance) {
  Choices choices(ballots, unlisted);
  const auto n = static_cast<Index>(ballots.items);
  PlackettLuce out;
  out.strength = VectorXd::Zero(n);
  if (!(choices.total() > 0)) {
    out.converged = n <= 1;
    return out;
  }
  const double enough = std::max(1e-13 * choices.total(), 1e-10);
  VectorXd g, next_g;
  const auto penalty = [&](const VectorXd& p) { return ridge / 2 * p.squaredNorm(); };
  double value = choices.look(out.strength, g);
  double largest = g.cwiseAbs().maxCoeff();
  for (; out.iterations < 200 && largest > enough; ++out.iterations) {
    VectorXd step = solve(choices, g, ridge, std::min(0.1, std::sqrt(largest / choices.total())));
    const double far = step.cwiseAbs().maxCoeff();
    if (!step.allFinite())
      break;
    if (far > 5)
      step *= 5 / far;
    double reach = 1, next_value = 0;
    VectorXd next;
    while (true) {
      next = out.strength + reach * step;
      if (ridge <= 0)
        next.array() -= next.mean();
      next_value = choices.look(next, next_g) - penalty(next);
      next_g -= ridge * next;
      if (next_value >= value - 1e-13 * std::abs(value) || next_g.cwiseAbs().maxCoeff() < largest)
        break;
      reach /= 2;
      if (reach < 1e-6)
        break;
    }
    const double next_largest = next_g.cwiseAbs().maxCoeff();
    if (reach < 1e-6 || (next_largest >= largest && reach * far < 1e-12)) {
      choices.look(out.strength, g);
      g -= ridge * out.strength;
      break;
    }
    out.strength = next;
    g = next_g;
    value = next_value;
    largest = next_largest;
  }
  out.log_likelihood = value + penalty(out.strength);
  out.gradient = largest;
  out.converged = out.strength.allFinite() && largest <= std::max(enough, 1e-9 * choices.total()) &&
                  out.strength.cwiseAbs().maxCoeff() < 1e3;
  if (covariance && out.converged) {
    out.covariance.resize(n, n);
    for (Index i = 0; i < n; ++i) {
      VectorXd unit = VectorXd::Zero(n);
      unit(i) = 1;
      if (ridge <= 0)
        unit.array() -= 1.0 / static_cast<double>(n);
      VectorXd column = solve(choices, unit, ridge, 1e-12);
      if (ridge <= 0)
        column.array() -= column.mean();
      out.covariance.col(i) = column;
    }
  }
  return out;
}

} // namespace libeval::kernel
