// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/severity.hpp>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

namespace libeval::kernel {
namespace {

using Position = Eigen::Index;

Position at(std::size_t i) {
  return static_cast<Position>(i);
}

void require(bool fits, const std::string& why) {
  if (!fits) {
    throw std::invalid_argument("severity: " + why);
  }
}

/// The design with its largest factor eliminated: each of its levels takes the mean of what the
/// others leave, so only they are solved for.
class Design {
public:
  Design(std::span<const Exact> marks, const std::vector<Factor>& factors)
      : marks_(marks), factors_(factors) {
    require(!marks.empty(), "no marks");
    require(factors.size() >= 2,
            "needs two factors or more, got " + std::to_string(factors.size()));
    for (const Factor& factor : factors) {
      require(factor.level.size() == marks.size(), std::to_string(factor.level.size()) +
                                                       " levels for " +
                                                       std::to_string(marks.size()) + " marks");
      std::vector<std::uint8_t> seen(factor.levels, 0);
      for (const std::uint32_t level : factor.level) {
        require(level < factor.levels,
                "level " + std::to_string(level) + " of " + std::to_string(factor.levels));
        seen[level] = 1;
      }
      require(std::find(seen.begin(), seen.end(), 0) == seen.end(), "a level without a mark");
    }
    for (std::size_t f = 1; f < factors.size(); ++f) {
      if (factors[f].levels > factors[largest_].levels) {
        largest_ = f;
      }
    }
    for (std::size_t f = 0; f < factors.size(); ++f) {
      first_.push_back(f == largest_ ? 0 : p_);
      p_ += f == largest_ ? 0 : factors[f].levels;
    }
    require(p_ <= severity_limit, std::to_string(p_) +
                                      " levels beside the largest factor, more "
                                      "than " +
                                      std::to_string(severity_limit));
  }

  Severity estimate() {
    Severity out;
    join(out);
    if (out.parts > 1) {
      return out;
    }
    gather_rows();
    if (!factorize()) {
      out.confounded = true;
      return out;
    }
    solve();
    for (std::size_t l = 0; l < factors_[0].levels; ++l) {
      out.scores.push_back(largest_ == 0 ? own_[l] : others_[first_[0] + l] + mean_);
    }
    for (std::size_t f = 1; f < factors_.size(); ++f) {
      std::vector<double> effects;
      for (std::size_t l = 0; l < factors_[f].levels; ++l) {
        effects.push_back(to_double(f == largest_ ? own_[l] - mean_ : others_[first_[f] + l]));
      }
      out.effects.push_back(std::move(effects));
    }
    judge(out);
    return out;
  }

private:
  [[nodiscard]] std::size_t own_level(std::size_t i) const { return factors_[largest_].level[i]; }

  template <class F>
  void for_each_other(std::size_t i, F f) const {
    for (std::size_t k = 0; k < factors_.size(); ++k) {
      if (k != largest_) {
        f(first_[k] + factors_[k].level[i]);
      }
    }
  }

  /// Numbers the parts that nothing joins.
  void join(Severity& out) const {
    std::vector<std::size_t> start;
    std::size_t n = 0;
    for (const Factor& factor : factors_) {
      start.push_back(n);
      n += factor.levels;
    }
    std::vector<std::uint32_t> root(n);
    std::iota(root.begin(), root.end(), 0U);
    const auto find = [&](std::size_t x) {
      while (root[x] != x) {
        root[x] = root[root[x]];
        x = root[x];
      }
      return static_cast<std::uint32_t>(x);
    };
    for (std::size_t i = 0; i < marks_.size(); ++i) {
      for (std::size_t k = 1; k < factors_.size(); ++k) {
        const std::uint32_t a = find(factors_[0].level[i]);
        const std::uint32_t b = find(start[k] + factors_[k].level[i]);
        root[std::max(a, b)] = std::min(a, b);
      }
    }
    std::vector<std::uint32_t> number(n, 0);
    std::uint32_t parts = 0;
    for (std::size_t l = 0; l < factors_[0].levels; ++l) {
      const std::uint32_t of = find(l);
      if (of == l) {
        number[of] = parts++;
      }
      out.part.push_back(number[of]);
    }
    out.parts = std::max(parts, 1U);
    if (parts <= 1) {
      out.part.clear();
    }
  }

  /// For each level of the largest factor: how many marks, and which share of them each other
  /// level has.
  void gather_rows() {
    const std::size_t levels = factors_[largest_].levels;
    std::vector<std::vector<std::size_t>> met(levels);
    for (std::size_t i = 0; i < marks_.size(); ++i) {
      for_each_other(i, [&](std::size_t other) { met[own_level(i)].push_back(other); });
    }
    rows_.resize(levels);
    count_.assign(levels, 0);
    for (std::size_t l = 0; l < levels; ++l) {
      std::sort(met[l].begin(), met[l].end());
      count_[l] = static_cast<double>(met[l].size()) / static_cast<double>(factors_.size() - 1);
      for (std::size_t begin = 0; begin < met[l].size();) {
        std::size_t end = begin;
        while (end < met[l].size() && met[l][end] == met[l][begin]) {
          ++end;
        }
        rows_[l].emplace_back(at(met[l][begin]), static_cast<double>(end - begin) / count_[l]);
        begin = end;
      }
    }
  }

  /// The normal equations of the other factors, each fixed by letting its effects add up to 0.
  bool factorize() {
    Eigen::MatrixXd normal = Eigen::MatrixXd::Zero(at(p_), at(p_));
    for (std::size_t i = 0; i < marks_.size(); ++i) {
      for_each_other(i, [&](std::size_t a) {
        for_each_other(i, [&](std::size_t b) { normal(at(a), at(b)) += 1; });
      });
    }
    for (std::size_t l = 0; l < rows_.size(); ++l) {
      for (const auto& [b, y] : rows_[l]) {
        for (const auto& [a, x] : rows_[l]) {
          normal(a, b) -= count_[l] * x * y;
        }
      }
    }
    double size = normal.trace() / static_cast<double>(p_);
    if (!(size > 1e-9)) {
      size = 1;
    }
    for (std::size_t f = 0; f < factors_.size(); ++f) {
      if (f != largest_) {
        const auto n = static_cast<double>(factors_[f].levels);
        normal.block(at(first_[f]), at(first_[f]), at(factors_[f].levels), at(factors_[f].levels))
            .array() += size / n;
        fixed_.push_back(1 / (size * n));
      } else {
        fixed_.push_back(0);
      }
    }
    solver_.compute(normal);
    if (solver_.info() != Eigen::Success) {
      return false;
    }
    const Eigen::MatrixXd& factor = solver_.matrixLLT();
    for (Position i = 0; i < at(p_); ++i) {
      if (factor(i, i) * factor(i, i) < 1e-10 * normal(i, i)) {
        return false;
      }
    }
    return true;
  }

  /// Solves in double and takes the residuals in Exact, until nothing is left to correct.
  void solve() {
    others_.assign(p_, Exact(0.0));
    residuals_.resize(marks_.size());
    for (int round = 0; round < 4; ++round) {
      take_means();
      std::vector<Exact> gradient(p_, Exact(0.0));
      for (std::size_t i = 0; i < marks_.size(); ++i) {
        for_each_other(i, [&](std::size_t other) { gradient[other] += residuals_[i]; });
      }
      Eigen::VectorXd right(at(p_));
      for (std::size_t k = 0; k < p_; ++k) {
        right[at(k)] = to_double(gradient[k]);
      }
      const Eigen::VectorXd step = solver_.solve(right);
      for (std::size_t k = 0; k < p_; ++k) {
        others_[k] += Exact(step[at(k)]);
      }
      for (std::size_t f = 0; f < factors_.size(); ++f) {
        if (f == largest_) {
          continue;
        }
        Exact sum(0.0);
        for (std::size_t l = 0; l < factors_[f].levels; ++l) {
          sum += others_[first_[f] + l];
        }
        const Exact mean = sum / Exact(static_cast<double>(factors_[f].levels));
        for (std::size_t l = 0; l < factors_[f].levels; ++l) {
          others_[first_[f] + l] -= mean;
        }
      }
    }
    take_means();
  }

  /// Levels of the largest factor and residuals from the effects of the others.
  void take_means() {
    own_.assign(factors_[largest_].levels, Exact(0.0));
    for (std::size_t i = 0; i < marks_.size(); ++i) {
      residuals_[i] = marks_[i];
      for_each_other(i, [&](std::size_t other) { residuals_[i] -= others_[other]; });
      own_[own_level(i)] += residuals_[i];
    }
    mean_ = Exact(0.0);
    for (std::size_t l = 0; l < own_.size(); ++l) {
      own_[l] /= Exact(count_[l]);
      mean_ += own_[l];
    }
    mean_ /= Exact(static_cast<double>(own_.size()));
    for (std::size_t i = 0; i < marks_.size(); ++i) {
      residuals_[i] -= own_[own_level(i)];
    }
  }

  /// Spread of the errors, and with it the standard errors of scores and effects.
  void judge(Severity& out) const {
    double squares = 0, largest = 0;
    for (const Exact& mark : marks_) {
      largest = std::max(largest, std::fabs(to_double(mark)));
    }
    for (const Exact& residual : residuals_) { // what only arithmetic has left is nothing
      const double left = to_double(residual);
      out.residuals.push_back(std::fabs(left) > 1e-20 * largest ? left : 0);
      squares += out.residuals.back() * out.residuals.back();
    }
    std::size_t parameters = 1;
    for (const Factor& factor : factors_) {
      parameters += factor.levels - 1;
    }
    if (marks_.size() <= parameters) {
      return;
    }
    out.degrees_of_freedom = marks_.size() - parameters;
    const double variance = squares / static_cast<double>(out.degrees_of_freedom);
    out.residual_sd = std::sqrt(variance);

    Eigen::MatrixXd covariance = solver_.solve(Eigen::MatrixXd::Identity(at(p_), at(p_)));
    Eigen::VectorXd average = Eigen::VectorXd::Zero(at(p_)); // of the rows
    const auto levels = static_cast<double>(rows_.size());
    double reciprocals = 0;
    for (std::size_t l = 0; l < rows_.size(); ++l) {
      reciprocals += 1 / count_[l];
      for (const auto& [k, share] : rows_[l]) {
        average[k] += share / levels;
      }
    }
    for (std::size_t f = 0; f < factors_.size(); ++f) {
      if (f != largest_) {
        covariance
            .block(at(first_[f]), at(first_[f]), at(factors_[f].levels), at(factors_[f].levels))
            .array() -= fixed_[f];
      }
    }
    const Eigen::VectorXd with_average = covariance * average;
    const double of_average = average.dot(with_average);
    const double of_mean = reciprocals / (levels * levels);
    // What is nothing but for rounding is nothing: the effect of the only juror.
    const auto error = [&](double units) {
      return units > 1e-12 ? std::sqrt(variance * units) : 0.0;
    };
    // A level of the largest factor itself, and less the mean of all of them.
    const auto own = [&](std::size_t l, bool centered) {
      double units = 1 / count_[l];
      for (const auto& [b, y] : rows_[l]) {
        for (const auto& [a, x] : rows_[l]) {
          units += x * y * covariance(a, b);
        }
        units -= centered ? 2 * y * with_average[b] : 0;
      }
      return error(centered ? units - 2 / (levels * count_[l]) + of_mean + of_average : units);
    };
    for (std::size_t l = 0; l < factors_[0].levels; ++l) {
      const Position k = at(first_[0] + l);
      out.score_errors.push_back(
          largest_ == 0 ? own(l, false)
                        : error(covariance(k, k) - 2 * with_average[k] + of_average + of_mean));
    }
    for (std::size_t f = 1; f < factors_.size(); ++f) {
      std::vector<double> errors;
      for (std::size_t l = 0; l < factors_[f].levels; ++l) {
        const Position k = at(first_[f] + l);
        errors.push_back(f == largest_ ? own(l, true) : error(covariance(k, k)));
      }
      out.effect_errors.push_back(std::move(errors));
    }
  }

  std::span<const Exact> marks_;
  const std::vector<Factor>& factors_;
  std::size_t largest_ = 0, p_ = 0;
  std::vector<std::size_t> first_; ///< of the levels of each other factor among the unknowns
  std::vector<std::vector<std::pair<Position, double>>> rows_;
  std::vector<double> count_, fixed_;
  Eigen::LLT<Eigen::MatrixXd> solver_;
  std::vector<Exact> own_, others_, residuals_;
  Exact mean_;
};

} // namespace

Severity severity(std::span<const Exact> marks, const std::vector<Factor>& factors) {
  return Design(marks, factors).estimate();
}

} // namespace libeval::kernel
