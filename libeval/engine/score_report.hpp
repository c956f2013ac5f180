// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/compile/compile.hpp"
#include "engine/run/run.hpp"

#include <libeval/engine/decision.hpp>

#include <map>
#include <optional>
#include <vector>

namespace libeval {

/// The arrays of the nodes of a tree, in the order of the compiler.
[[nodiscard]] std::vector<ArrayId> arrays_of(const Compiler& compiler);

/// The tree's scores in preorder, as the decision reports them. `run` has the arrays of the nodes.
class ScoreReport {
public:
  ScoreReport(const Compiler& compiler, const Run& run, StageDecision& stage);

  void add(const Node& top) { add(top, nobody, 0, 1, std::nullopt); }
  /// Other numbers for the nodes that stand already.
  void update(const Node& top);

private:
  void add(const Node& node, std::size_t parent, std::size_t depth, double effective,
           std::optional<double> factor);
  void update(const Node& node, std::size_t& own);

  const Compiler& compiler_;
  const Run& run_;
  StageDecision& stage_;
  std::map<const Node*, std::size_t> at_; ///< position in the compiler
};

} // namespace libeval
