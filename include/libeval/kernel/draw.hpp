// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

/// Random numbers of a simulation. All of it is IEEE arithmetic and whole numbers, so that the same
/// seed gives the same bits everywhere; docs/explanation/randomness.md says it in words.
namespace libeval::kernel {

/// The numbers of one source of uncertainty in one replicate: Philox 4x32-10 with the seed as key
/// and the counter {replicate low, replicate high, source, block}. A value; costs nothing to make.
class Stream {
public:
  Stream(std::uint64_t seed, std::uint64_t replicate, std::uint32_t source)
      : seed_(seed), replicate_(replicate), source_(source) {}

  /// Four words. A block can be asked for in any order.
  [[nodiscard]] std::array<std::uint32_t, 4> block(std::uint32_t at) const;
  /// The same stream with this block as the next one.
  [[nodiscard]] Stream from(std::uint32_t block) const {
    Stream out = *this;
    out.position_ = block;
    return out;
  }
  /// The next block of those read in turn.
  std::array<std::uint32_t, 4> next() { return block(position_++); }

private:
  std::uint64_t seed_, replicate_;
  std::uint32_t source_, position_ = 0;
};

/// (high 52 bits + 1/2) / 2^52: inside (0, 1).
[[nodiscard]] double unit(std::uint32_t low, std::uint32_t high);

/// Numbers that are found by position: number k of a stream has words 0, 1 (k even) or 2, 3 (odd)
/// of block k / 2; normal numbers come in pairs, one block a pair.
[[nodiscard]] double uniform_at(const Stream& stream, std::uint32_t k);
[[nodiscard]] double normal_at(const Stream& stream, std::uint32_t k);
/// A whole number below n: the high 64 bits of a 64-bit word times n (Lemire 2019, without
/// rejection; the bias is below n / 2^64). Precondition: n > 0.
[[nodiscard]] std::uint64_t below_at(const Stream& stream, std::uint32_t k, std::uint64_t n);

/// Own elementary functions (see elementary.hpp); `exponential` is exp to about 1e-15.
[[nodiscard]] double exponential(double x);
[[nodiscard]] double natural_logarithm(double x);

/// Gamma with shape > 0 and scale 1 (Marsaglia and Tsang 2000): a block an attempt - a normal
/// number from words 0 to 2, the test from word 3 - and for shapes below 1 one more block for the
/// power.
[[nodiscard]] double gamma(Stream& stream, double shape);
/// Beta(a, b) = x / (x + y) of two gamma numbers that are accepted together: a block an attempt,
/// and one before where a or b is below 1. Preconditions: a, b > 0.
[[nodiscard]] double beta(Stream& stream, double a, double b);

/// Uniform on the simplex: exponential numbers divided by their sum. (Uniform numbers divided by
/// their sum are not uniform there: extreme weights are too rare.) O(n).
void simplex(const Stream& stream, std::span<double> weights);
/// Dirichlet with these parameters, each above 0.
void dirichlet(Stream& stream, std::span<const double> parameters, std::span<double> weights);

/// The binomial distribution as a table of its distribution function, without the tails below
/// 1e-18 of its largest probability. O(sqrt(n)) numbers for p away from 0 and 1.
class Binomial {
public:
  /// Throws std::invalid_argument unless 0 <= p <= 1 and n < 2^31.
  Binomial(std::uint32_t n, double p);
  /// The smallest k whose distribution function exceeds u.
  [[nodiscard]] std::uint32_t at(double u) const;
  /// The distribution function from the smallest number on that is likely at all.
  [[nodiscard]] std::uint32_t first() const { return first_; }
  [[nodiscard]] std::span<const double> until() const { return until_; }

private:
  std::uint32_t first_ = 0;
  std::vector<double> until_;
};

/// Lower triangular L with L L' = the matrix (row-major, n * n), for correlated numbers; zero
/// columns where it is singular. Empty where the matrix is no correlation matrix: not symmetric,
/// ones missing on the diagonal, or not positive semidefinite (to 1e-9).
[[nodiscard]] std::vector<double> correlation_root(std::span<const double> matrix, std::size_t n);

/// A half-space: sum of factors * w >= bound.
struct HalfSpace {
  std::vector<double> factors;
  double bound = 0;
};

/// The part of the simplex inside all half-spaces, ready to draw from.
class Polytope {
public:
  /// `center` is a point of the simplex with all w > 0 inside all half-spaces, none on a border.
  /// Throws std::invalid_argument where it is none.
  Polytope(std::size_t n, std::vector<HalfSpace> inside, std::vector<double> center);

  /// Uniform in it: by rejection where at least one point in 200 is accepted (found out with a
  /// fixed stream), which is exact; else by hit-and-run (Smith 1984), 30 n^2 steps from the center.
  void sample(Stream& stream, std::span<double> weights) const;
  [[nodiscard]] bool by_rejection() const { return by_rejection_; }
  [[nodiscard]] bool contains(std::span<const double> weights) const;

private:
  std::size_t n_;
  std::vector<HalfSpace> inside_;
  std::vector<double> center_;
  bool by_rejection_ = false;
};

} // namespace libeval::kernel
