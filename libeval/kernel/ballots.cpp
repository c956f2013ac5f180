// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/ballots.hpp>

#include <stdexcept>
#include <string>

namespace libeval::kernel {
namespace {

using Eigen::Index;

/// End of the tie group that begins at `first`.
std::uint32_t group_end(const Ballots& ballots, std::uint32_t first, std::uint32_t last) {
  std::uint32_t end = first + 1;
  while (end < last && ballots.level[end] == ballots.level[first])
    ++end;
  return end;
}

} // namespace

Eigen::MatrixXd tally(const Ballots& ballots, Unlisted unlisted) {
  const auto n = static_cast<Index>(ballots.items);
  Eigen::MatrixXd below = Eigen::MatrixXd::Zero(n, n); // (j, i): i above j, along columns
  std::vector<std::uint8_t> listed(ballots.items);
  for (std::size_t b = 0; b < ballots.count(); ++b) {
    const double w = ballots.weight[b];
    const std::uint32_t first = ballots.offsets[b], last = ballots.offsets[b + 1];
    for (std::uint32_t at = first; at < last;) {
      const std::uint32_t end = group_end(ballots, at, last);
      for (std::uint32_t i = at; i < end; ++i) {
        auto column = below.col(ballots.listed[i]);
        for (std::uint32_t j = end; j < last; ++j)
          column(ballots.listed[j]) += w;
      }
      at = end;
    }
    if (unlisted == Unlisted::ignored || last - first == ballots.items)
      continue;
    listed.assign(ballots.items, 0);
    for (std::uint32_t i = first; i < last; ++i)
      listed[ballots.listed[i]] = 1;
    for (Index j = 0; j < n; ++j)
      if (listed[static_cast<std::size_t>(j)] == 0)
        for (std::uint32_t i = first; i < last; ++i)
          below(j, ballots.listed[i]) += w;
  }
  return below.transpose();
}

Eigen::VectorXd positional(const Ballots& ballots, const std::vector<double>& points,
                           Unlisted unlisted, bool from_below) {
  if (points.size() != ballots.items)
    throw std::invalid_argument("there are " + std::to_string(points.size()) + " points for " +
                                std::to_string(ballots.items) + " items");
  Eigen::VectorXd out = Eigen::VectorXd::Zero(static_cast<Index>(ballots.items));
  std::vector<double> sums(points.size() + 1, 0); // sums[k] = points of the first k places
  for (std::size_t k = 0; k < points.size(); ++k)
    sums[k + 1] = sums[k] + points[k];
  std::vector<std::uint8_t> listed(ballots.items);
  for (std::size_t b = 0; b < ballots.count(); ++b) {
    const double w = ballots.weight[b];
    const std::uint32_t first = ballots.offsets[b], last = ballots.offsets[b + 1];
    const std::size_t length = last - first, lacking = ballots.items - length;
    const std::size_t shift = from_below ? lacking : 0;
    for (std::uint32_t at = first; at < last;) {
      const std::uint32_t end = group_end(ballots, at, last);
      const double mean = (sums[shift + end - first] - sums[shift + at - first]) / (end - at);
      for (std::uint32_t i = at; i < end; ++i)
        out(ballots.listed[i]) += w * mean;
      at = end;
    }
    if (lacking == 0 || unlisted == Unlisted::ignored || from_below)
      continue;
    const double rest = (sums[ballots.items] - sums[length]) / static_cast<double>(lacking);
    if (rest == 0)
      continue;
    listed.assign(ballots.items, 0);
    for (std::uint32_t i = first; i < last; ++i)
      listed[ballots.listed[i]] = 1;
    for (std::size_t j = 0; j < ballots.items; ++j)
      if (listed[j] == 0)
        out(static_cast<Index>(j)) += w * rest;
  }
  return out;
}

Eigen::VectorXd approvals(const Ballots& ballots, std::size_t places) {
  Eigen::VectorXd out = Eigen::VectorXd::Zero(static_cast<Index>(ballots.items));
  for (std::size_t b = 0; b < ballots.count(); ++b) {
    const std::uint32_t first = ballots.offsets[b], last = ballots.offsets[b + 1];
    for (std::uint32_t at = first; at < last && (places == 0 || at - first < places);) {
      const std::uint32_t end = group_end(ballots, at, last);
      for (std::uint32_t i = at; i < end; ++i)
        out(ballots.listed[i]) += ballots.weight[b];
      at = end;
    }
  }
  return out;
}

} // namespace libeval::kernel
