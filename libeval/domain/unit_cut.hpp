// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace libeval {

/// The fewest arcs whose loss separates a source from a sink, where some arcs cannot be lost
/// (maximum flow by shortest augmenting paths, Edmonds and Karp 1972; minimum cut nearest the
/// source).
class UnitCut {
public:
  UnitCut(std::uint32_t nodes, std::uint32_t source, std::uint32_t sink)
      : nodes_(nodes), source_(source), sink_(sink) {}

  void add(std::uint32_t from, std::uint32_t to, bool can_be_lost);
  [[nodiscard]] std::size_t arcs() const { return arcs_.size(); }

  /// Positions of the arcs, ascending, in the order they were added; empty if there are more than
  /// `most` or they cannot be separated. Iterative; O(arcs) for each of them.
  [[nodiscard]] std::vector<std::uint32_t> smallest(std::size_t most) const;

private:
  struct Arc {
    std::uint32_t from, to;
    bool can_be_lost;
  };
  std::uint32_t nodes_, source_, sink_;
  std::vector<Arc> arcs_;
};

} // namespace libeval
