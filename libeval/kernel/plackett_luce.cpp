// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/ballots.hpp>

#include "kernel/newton.hpp"
#include "kernel/tied_choice.hpp"

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
      chain.tie = ties_.size();
      for (std::uint32_t i = chain.first; i < chain.chosen;) {
        const std::uint32_t end = same_level(chain, i);
        if (end - i > 1)
          ties_.emplace_back();
        i = end;
      }
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
    for (const Chain& c : chains_) {
      std::size_t tie = c.tie;
      for (std::uint32_t i = c.first; i < c.chosen;) {
        const std::uint32_t end = same_level(c, i);
        value += c.weight * (end - i > 1 ? ties_[tie++].log_probability
                                         : strength(items_[i]) - shift_ - std::log(below_[i]));
        i = end;
      }
    }
    return value;
  }

  VectorXd gradient(const VectorXd& strength) {
    look(strength);
    VectorXd g = -ridge_ * strength;
    for (const Chain& c : chains_) {
      double sum = 0; // what each choice takes from those that were left, in units of their worth
      std::size_t tie = c.tie;
      for (std::uint32_t i = c.first; i < c.last;) {
        const std::uint32_t end = same_level(c, i);
        const TiedChoice* const tied = i < c.chosen && end - i > 1 ? &ties_[tie++] : nullptr;
        if (i < c.chosen && tied == nullptr)
          sum += 1 / below_[i];
        for (std::uint32_t k = i; k < end; ++k) {
          const double won = tied != nullptr ? tied->mean_slope[k - i] : i < c.chosen ? 1 : 0;
          g(items_[k]) += c.weight * (won - worth_(items_[k]) * sum);
        }
        if (tied != nullptr)
          sum += tied->mean_time - 1 / below_[end];
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
      std::size_t tie = c.tie;
      for (std::uint32_t i = c.first; i < c.last;) {
        const std::uint32_t end = same_level(c, i);
        const TiedChoice* const tied = i < c.chosen && end - i > 1 ? &ties_[tie++] : nullptr;
        if (i < c.chosen && tied == nullptr) {
          sum += 1 / below_[i];
          mixed += image_[i] / (below_[i] * below_[i]);
        }
        for (std::uint32_t k = i; k < end; ++k)
          out(items_[k]) += c.weight * worth_(items_[k]) * (in(items_[k]) * sum - mixed);
        if (tied != nullptr)
          add_tied(*tied, c, i, end, in, out, sum, mixed);
        i = end;
      }
    }
  }

  /// The Hessian's diagonal (its main term, which suffices to precondition).
  [[nodiscard]] VectorXd diagonal() const {
    VectorXd out = VectorXd::Constant(n_, ridge_);
    for (const Chain& c : chains_) {
      double sum = 0, squares = 0;
      std::size_t tie = c.tie;
      for (std::uint32_t i = c.first; i < c.last;) {
        const std::uint32_t end = same_level(c, i);
        const TiedChoice* const tied = i < c.chosen && end - i > 1 ? &ties_[tie++] : nullptr;
        if (i < c.chosen && tied == nullptr) {
          sum += 1 / below_[i];
          squares += 1 / (below_[i] * below_[i]);
        }
        for (std::uint32_t k = i; k < end; ++k) {
          const double w = worth_(items_[k]);
          out(items_[k]) += c.weight * (w * sum - w * w * squares +
                                        (tied != nullptr ? tied->mean_bend[k - i] : 0));
        }
        if (tied != nullptr)
          sum += tied->mean_time - 1 / below_[end];
        i = end;
      }
    }
    return out;
  }

private:
  struct Chain {
    std::uint32_t first = 0, chosen = 0, last = 0; ///< items [first, chosen) were chosen
    double weight = 0;
    std::size_t tie = 0; ///< the first of its ties among the chosen
  };

  /// What a choice of several adds to a product with minus the Hessian: for themselves at once, for
  /// those that were left by way of `sum` and `mixed`.
  void add_tied(const TiedChoice& tied, const Chain& c, std::uint32_t first, std::uint32_t end,
                const VectorXd& in, VectorXd& out, double& sum, double& mixed) {
    const double rest = below_[end], image = image_[end];
    const std::size_t nodes = tied.share.size();
    along_.resize(nodes); // of each node: the log integrand's slope in the direction of `in`
    double mean = 0;
    for (std::size_t m = 0; m < nodes; ++m) {
      double slope = (1 / rest - tied.time[m]) * image;
      for (std::uint32_t k = first; k < end; ++k)
        slope += tied.slope[(k - first) * nodes + m] * in(items_[k]);
      along_[m] = slope;
      mean += tied.share[m] * slope;
    }
    double with_time = 0; // covariances with the slope
    for (std::size_t m = 0; m < nodes; ++m)
      with_time += tied.share[m] * tied.time[m] * (along_[m] - mean);
    for (std::uint32_t k = first; k < end; ++k) {
      double with_own = 0;
      for (std::size_t m = 0; m < nodes; ++m)
        with_own += tied.share[m] * tied.slope[(k - first) * nodes + m] * (along_[m] - mean);
      out(items_[k]) += c.weight * (tied.mean_bend[k - first] * in(items_[k]) - with_own);
    }
    sum += tied.mean_time - 1 / rest;
    mixed -= image / (rest * rest) + with_time;
  }

  /// For each item of each chain what was left when it was chosen.
  void look(const VectorXd& strength) {
    shift_ = strength.size() > 0 ? strength.maxCoeff() : 0;
    worth_ = (strength.array() - shift_).max(-600).exp();
    below_.resize(items_.size());
    std::vector<double> worth;
    for (const Chain& c : chains_) {
      add_up_below(
          c, [&](std::uint32_t i) { return worth_(items_[i]); }, below_);
      std::size_t tie = c.tie;
      for (std::uint32_t i = c.first; i < c.chosen;) {
        const std::uint32_t end = same_level(c, i);
        if (end - i > 1) {
          worth.clear();
          for (std::uint32_t k = i; k < end; ++k)
            worth.push_back(worth_(items_[k]));
          kernel::look(ties_[tie++], worth, below_[end]);
        }
        i = end;
      }
    }
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
  std::vector<double> below_, image_, along_;
  std::vector<TiedChoice> ties_; ///< above others, in the order of the ballots
};

} // namespace

PlackettLuce plackett_luce(const Ballots& ballots, Unlisted unlisted, double ridge,
                           bool covariance) {
  Choices choices(ballots, unlisted, ridge);
  const auto n = static_cast<Index>(ballots.items);
  PlackettLuce out;
  out.strength = VectorXd::Zero(n);
  if (!(choices.total() > 0) || n <= 1) { // nothing was chosen from anything
    out.converged = n <= 1;
    if (covariance && out.converged)
      out.covariance = Eigen::MatrixXd::Zero(n, n);
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
