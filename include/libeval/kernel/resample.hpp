// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace libeval::kernel {

/// Uniform numbers in (0, 1) from philox, one stream for each (seed, replicate, source): block k of
/// the stream is philox({low word of k, high word of k, replicate, source}, seed), and gives two
/// numbers, (w1 2^32 + w0) and (w3 2^32 + w2), each its upper 53 bits plus a half over 2^53.
class Stream {
public:
  Stream(std::uint64_t seed, std::uint32_t replicate, std::uint32_t source)
      : seed_(seed), replicate_(replicate), source_(source) {}
  [[nodiscard]] double uniform();

private:
  std::uint64_t seed_, block_ = 0;
  std::uint32_t replicate_, source_;
  double spare_ = 0;
  bool has_spare_ = false;
};

/// How often something of probability p in [0, 1] happens in n trials. By inversion where the mean
/// is below 10, else by transformed rejection with squeeze (BTRS, Hoermann 1993). O(1).
[[nodiscard]] std::uint64_t binomial(std::uint64_t n, double p, Stream& stream);

/// As many draws with replacement as the counts add up to, in proportion to the counts (whole
/// numbers): how often each was drawn. By conditional binomials. O(counts).
[[nodiscard]] std::vector<double> resample(std::span<const double> counts, Stream& stream);

} // namespace libeval::kernel
