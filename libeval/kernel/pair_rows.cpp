// SPDX-License-Identifier: Apache-2.0
#include "kernel/pair_rows.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace libeval::kernel {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Two sums side by side, which every processor has.
using Two = double __attribute__((vector_size(16)));

inline Two load(const double* from) {
  Two out;
  std::memcpy(&out, from, sizeof out);
  return out;
}
inline void store(double* to, const Two& x) {
  std::memcpy(to, &x, sizeof x);
}
inline double sum_of(const Two& x) {
  return x[0] + x[1];
}
inline Two all(double x) {
  return Two{x, x};
}

struct Sums {
  double expected = 0, curve = 0;
};

/// An item against the `count` items after it: adds what it is expected to win to their gradients
/// and the second derivatives to their diagonals, and returns the sums for the item itself.
Sums full_row(double own, const double* others, const double* votes, std::size_t count, double* g,
              double* diagonal, double* curve) {
  Two expected = all(0), bent = all(0);
  const Two worth = all(own);
  std::size_t k = 0;
  for (; k + 2 <= count; k += 2) {
    const Two other = load(others + k), one = all(1) / (worth + other);
    const Two e = load(votes + k) * (worth * one);
    const Two v = e * (other * one);
    store(g + k, load(g + k) + e);
    store(diagonal + k, load(diagonal + k) + v);
    store(curve + k, v);
    expected += e;
    bent += v;
  }
  Sums out{sum_of(expected), sum_of(bent)};
  for (; k < count; ++k) {
    const double one = 1 / (own + others[k]);
    const double e = votes[k] * (own * one), v = e * (others[k] * one);
    g[k] += e;
    diagonal[k] += v;
    curve[k] = v;
    out.expected += e;
    out.curve += v;
  }
  return out;
}

/// A row of the Hessian without its diagonal, times a vector: subtracts the item's part from the
/// others and returns theirs.
double full_times(double own, const double* others, const double* curve, std::size_t count,
                  double* out) {
  Two sum = all(0);
  const Two x = all(own);
  std::size_t k = 0;
  for (; k + 2 <= count; k += 2) {
    const Two v = load(curve + k);
    store(out + k, load(out + k) - v * x);
    sum += v * load(others + k);
  }
  double result = sum_of(sum);
  for (; k < count; ++k) {
    out[k] -= curve[k] * own;
    result += curve[k] * others[k];
  }
  return result;
}

} // namespace

PairRows::PairRows(std::size_t items, const std::vector<Comparison>& votes, double ridge)
    : n_(static_cast<Index>(items)), ridge_(ridge) {
  // Where a third of the pairs were compared, no index costs less than the pairs in between.
  full_ = votes.size() >= items * (items > 0 ? items - 1 : 0) / 6;
  offsets_.assign(items + 1, 0);
  if (full_) {
    for (std::size_t a = 0; a < items; ++a)
      offsets_[a + 1] = offsets_[a] + (items - 1 - a);
  } else {
    others_.reserve(votes.size());
    for (const Comparison& v : votes) {
      ++offsets_[v.a + 1];
      others_.push_back(v.b);
    }
    for (std::size_t a = 0; a < items; ++a)
      offsets_[a + 1] += offsets_[a];
  }
  votes_.resize(offsets_.back());
  curve_.resize(offsets_.back());
  recount(votes);
}

void PairRows::recount(const std::vector<Comparison>& votes) {
  observed_.setZero(n_);
  later_.setZero(n_);
  VectorXd of_item = VectorXd::Zero(n_);
  total_ = 0;
  std::size_t k = 0;
  for (const Comparison& v : votes) {
    const double left = v.a_wins + v.ties / 2, right = v.b_wins + v.ties / 2, both = left + right;
    votes_[full_ ? offsets_[v.a] + (v.b - v.a - 1) : k++] = both;
    observed_(v.a) += left;
    observed_(v.b) += right;
    later_(v.b) += both;
    of_item(v.a) += both;
    of_item(v.b) += both;
    total_ += both;
  }
  most_ = n_ > 0 ? of_item.maxCoeff() : 0;
}

void PairRows::center(VectorXd& p) const {
  if (ridge_ <= 0 && n_ > 0)
    p.array() -= p.mean();
}

bool PairRows::moderate(const VectorXd& p) {
  return p.size() == 0 || p.cwiseAbs().maxCoeff() < 300;
}

template <class F>
void PairRows::each(F&& f) const {
  for (Index a = 0; a < n_; ++a) {
    const std::size_t first = offsets_[static_cast<std::size_t>(a)],
                      last = offsets_[static_cast<std::size_t>(a) + 1];
    if (full_)
      for (std::size_t k = first; k < last; ++k)
        f(a, a + 1 + static_cast<Index>(k - first), k);
    else
      for (std::size_t k = first; k < last; ++k)
        f(a, static_cast<Index>(others_[k]), k);
  }
}

double PairRows::log_likelihood(const VectorXd& p) const {
  double sum = observed_.dot(p);
  if (moderate(p)) {
    const VectorXd worth = p.array().exp();
    each([&](Index a, Index b, std::size_t k) {
      if (votes_[k] > 0)
        sum -= votes_[k] * std::log(worth(a) + worth(b));
    });
  } else {
    each([&](Index a, Index b, std::size_t k) {
      if (votes_[k] > 0)
        sum -= votes_[k] * (std::max(p(a), p(b)) + std::log1p(std::exp(-std::abs(p(a) - p(b)))));
    });
  }
  return sum;
}

double PairRows::penalty(const VectorXd& p) const {
  return ridge_ / 2 * p.squaredNorm();
}

VectorXd PairRows::gradient(const VectorXd& p) {
  VectorXd g = observed_ - later_ - ridge_ * p;
  diagonal_.setConstant(n_, ridge_);
  if (!moderate(p)) {
    each([&](Index a, Index b, std::size_t k) {
      const double share = 1 / (1 + std::exp(p(b) - p(a)));
      const double e = votes_[k] * share, v = e * (1 - share);
      g(a) -= e;
      g(b) += e;
      diagonal_(a) += v;
      diagonal_(b) += v;
      curve_[k] = v;
    });
    return g;
  }
  const VectorXd worth = p.array().exp();
  for (Index a = 0; a < n_; ++a) {
    const std::size_t first = offsets_[static_cast<std::size_t>(a)],
                      last = offsets_[static_cast<std::size_t>(a) + 1];
    Sums sums;
    if (full_) {
      sums = full_row(worth(a), worth.data() + a + 1, votes_.data() + first, last - first,
                      g.data() + a + 1, diagonal_.data() + a + 1, curve_.data() + first);
    } else {
      for (std::size_t k = first; k < last; ++k) {
        const std::uint32_t b = others_[k];
        const double one = 1 / (worth(a) + worth(b));
        const double e = votes_[k] * (worth(a) * one), v = e * (worth(b) * one);
        g(b) += e;
        diagonal_(b) += v;
        curve_[k] = v;
        sums.expected += e;
        sums.curve += v;
      }
    }
    g(a) -= sums.expected;
    diagonal_(a) += sums.curve;
  }
  return g;
}

void PairRows::times(const VectorXd& in, VectorXd& out) const {
  out = diagonal_.cwiseProduct(in);
  for (Index a = 0; a < n_; ++a) {
    const std::size_t first = offsets_[static_cast<std::size_t>(a)],
                      last = offsets_[static_cast<std::size_t>(a) + 1];
    double sum = 0;
    if (full_) {
      sum = full_times(in(a), in.data() + a + 1, curve_.data() + first, last - first,
                       out.data() + a + 1);
    } else {
      for (std::size_t k = first; k < last; ++k) {
        out(others_[k]) -= curve_[k] * in(a);
        sum += curve_[k] * in(others_[k]);
      }
    }
    out(a) -= sum;
  }
}

MatrixXd PairRows::information() const {
  MatrixXd h = MatrixXd::Zero(n_, n_);
  each([&](Index a, Index b, std::size_t k) {
    h(a, b) -= curve_[k];
    h(b, a) -= curve_[k];
  });
  h.diagonal() = diagonal_;
  if (ridge_ <= 0) // strengths only shift together: fixes their sum
    h.array() += std::max(diagonal_.mean(), 1e-300) / static_cast<double>(n_);
  return h;
}

} // namespace libeval::kernel
