// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/ballots.hpp>

#include "kernel/newton.hpp"

#include <algorithm>
#include <cmath>

namespace libeval::kernel {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

/// The ballots as a chain of choices, each made from what is left.
class Choices {
public:
  Choices(const Ballots& ballots, Unlisted unlisted, double ridge)
      : n_(static_cast<Index>(ballots.items)), ridge_(ridge) {
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

  [[nodiscard]] double most() const { return choices_; }
  [[nodiscard]] double penalty(const VectorXd& p) const { return ridge_ / 2 * p.squaredNorm(); }
  void center(VectorXd& p) const {
    if (ridge_ <= 0 && n_ > 0)
      p.array() -= p.mean();
  }

  double log_likelihood(const VectorXd& strength) {
    look(strength);
    double value = 0;
    for (const Chain& c : chains_)
      for (std::uint32_t i = c.first; i < c.chosen; ++i)
        value += c.weight * (strength(items_[i]) - shift_ - std::log(below_[i]));
    return value;
  }

  VectorXd gradient(const VectorXd& strength) {
    look(strength);
    VectorXd g = -ridge_ * strength;
    for (const Chain& c : chains_) {
      double sum = 0; // of 1 / what was left, over the choices an item was part of
      for (std::uint32_t i = c.first; i < c.last;) {
        const std::uint32_t end = same_level(c, i);
        if (i < c.chosen)
          sum += (end - i) / below_[i];
        for (std::uint32_t k = i; k < end; ++k)
          g(items_[k]) += c.weight * ((i < c.chosen ? 1 : 0) - worth_(items_[k]) * sum);
        i = end;
      }
    }
    return g;
  }

  /// Minus the Hessian at the strengths last looked at, times a vector.
  void times(const VectorXd& in, VectorXd& out) {
    out = ridge_ * in;
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
    VectorXd out = VectorXd::Constant(n_, ridge_);
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

  /// For each item of each chain what was left when it was chosen.
  void look(const VectorXd& strength) {
    shift_ = strength.size() > 0 ? strength.maxCoeff() : 0;
    worth_ = (strength.array() - shift_).exp();
    below_.resize(items_.size());
    for (const Chain& c : chains_)
      add_up_below(
          c, [&](std::uint32_t i) { return worth_(items_[i]); }, below_);
  }

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
  double ridge_, choices_ = 0, shift_ = 0;
  VectorXd worth_;
  std::vector<double> below_, image_;
};

} // namespace

PlackettLuce plackett_luce(const Ballots& ballots, Unlisted unlisted, double ridge,
                           bool covariance) {
  Choices choices(ballots, unlisted, ridge);
  const auto n = static_cast<Index>(ballots.items);
  PlackettLuce out;
  out.strength = VectorXd::Zero(n);
  if (!(choices.total() > 0)) {
    out.converged = n <= 1;
    return out;
  }
  const Climb top = climb(choices, out.strength, std::max(1e-13 * choices.total(), 1e-10), 200);
  out.strength = top.p;
  out.iterations = top.iterations;
  out.gradient = top.gradient;
  out.converged = top.converged;
  out.log_likelihood = choices.log_likelihood(out.strength);
  if (covariance && out.converged) {
    (void)choices.gradient(out.strength);
    const VectorXd diagonal = choices.diagonal().cwiseMax(1e-300);
    out.covariance.resize(n, n);
    for (Index i = 0; i < n; ++i) {
      VectorXd unit = VectorXd::Zero(n);
      unit(i) = 1;
      choices.center(unit);
      VectorXd column =
          conjugate_gradients(diagonal, unit, 1e-12, std::max<Index>(2 * n, 50),
                              [&](const VectorXd& x, VectorXd& y) { choices.times(x, y); });
      choices.center(column);
      out.covariance.col(i) = column;
    }
  }
  return out;
}

} // namespace libeval::kernel
