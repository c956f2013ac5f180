// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/kernel/draw.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace libeval::kernel {

/// The 64-bit words of a stream in turn, two from a block: words 1 (high) and 0 (low), then 3
/// and 2.
class Words {
public:
  explicit Words(const Stream& stream) : stream_(stream) {}
  std::uint64_t next();
  /// The upper 53 bits plus a half over 2^53: inside (0, 1).
  double uniform();

private:
  Stream stream_;
  std::array<std::uint32_t, 4> block_{};
  bool has_spare_ = false;
};

/// How often something of probability p in [0, 1] happens in n trials. By inversion where the mean
/// is below 10, else by transformed rejection with squeeze (BTRS, Hoermann 1993). O(1).
[[nodiscard]] std::uint64_t binomial(std::uint64_t n, double p, Words& words);

/// Draws positions in proportion to weights, one word each (the alias method: Walker 1977, as built
/// by Vose 1991, with as many cells as the next power of two).
class AliasTable {
public:
  AliasTable() = default;
  /// Weights are not negative, and one is above 0. O(weights).
  explicit AliasTable(std::span<const double> weights);
  [[nodiscard]] std::uint32_t at(std::uint64_t word) const {
    const auto at = static_cast<std::uint32_t>(word >> shift_);
    const Cell& cell = cells_[at];
    // No branch, which nobody could foretell.
    return at ^
           ((at ^ cell.other) & -static_cast<std::uint32_t>(word << (64 - shift_) >= cell.own));
  }

private:
  struct Cell {
    std::uint64_t own = 0; ///< share of the cell's own position, in units of 2^-64
    std::uint32_t other = 0;
  };
  std::vector<Cell> cells_;
  unsigned shift_ = 63;
};

/// Draws with replacement, as many as the counts add up to and in proportion to them: how often
/// each was drawn. docs/explanation/randomness.md says how, step by step. Making one O(counts),
/// each draw O(counts).
class Resampler {
public:
  /// Counts are whole numbers.
  explicit Resampler(std::span<const double> counts);
  /// `out` has as many elements as there are counts.
  void draw(Words& words, std::span<double> out) const;

private:
  std::vector<double> counts_;
  double total_ = 0, light_total_ = 0;
  std::vector<std::uint32_t> heavy_, light_; ///< positions of counts above 1024, and of the others
  struct Poisson {
    AliasTable table;
    std::uint32_t least = 0;
  };
  std::vector<Poisson> poisson_; ///< by count
  AliasTable of_light_;
};

} // namespace libeval::kernel
