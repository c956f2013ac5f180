// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/compile/context.hpp"
#include "engine/reconstruct/linear.hpp"

#include <libeval/domain/statement.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace libeval {

/// Which statements count.
struct StatementFilter {
  std::optional<Level> level;       ///< at least so strong
  std::vector<std::string> without; ///< ids

  [[nodiscard]] bool counts(const Statement& statement) const;
};

/// What is known of a stage some of whose scores were not published: whole numbers (scores of
/// leaves in steps of the reporting grid), the rows that the rules and the statements put on them,
/// and every score of the criteria tree as a linear expression in them.
struct Knowledge {
  struct Node {
    std::string path, id, title;
    std::size_t parent = nobody, depth = 0;
    std::optional<double> points;
    Direction direction = Direction::benefit;
    bool unknown = false; ///< it or something below it was not published
    bool cells = false;   ///< its scores are unknowns themselves
    double step = 0;      ///< its scores are multiples of this; 0: of nothing in particular
  };
  struct Cell {
    std::size_t node = 0, entrant = 0;
    Fraction step;
    std::uint32_t unknown = 0; ///< position in the system
  };
  /// An unknown that follows from the scores of the cells, such as "is the best".
  struct Derived {
    std::uint32_t unknown = 0;
    std::function<std::int64_t(const std::vector<std::int64_t>&)> from;
  };
  std::vector<Node> nodes;                 ///< preorder; the first is the total
  std::vector<std::vector<Linear>> scores; ///< by node, then by entrant
  IntegerSystem system;                    ///< tags are positions in `statements`
  std::vector<Cell> cells;                 ///< scores of leaves: what a completion consists of
  std::vector<Derived> derived;            ///< all other unknowns, each after those it follows from
  std::vector<const Statement*> statements; ///< that count
  std::size_t left_out = 0;                 ///< statements about the stage that do not
  std::vector<std::string> relaxed;         ///< what is read with less than it says, in words
  std::vector<std::uint32_t> entrants;      ///< positions of candidates

  /// A node by path, else by id; `nobody` if there is none.
  [[nodiscard]] std::size_t node(std::string_view name) const;
  /// Better is larger: the score, or its negative where it is a cost.
  [[nodiscard]] Linear good(std::size_t node, std::size_t entrant) const;
  /// Sets the derived unknowns of a point whose cells are given.
  void derive(std::vector<std::int64_t>& point) const;
  /// Notes once what is read with less than it says.
  void note(const std::string& text);
  /// An unknown that follows from others.
  std::uint32_t add_derived(LinearUnknown unknown,
                            std::function<std::int64_t(const std::vector<std::int64_t>&)> from);
};

/// Reads the compiled stage and the statements about it. What does not fit goes to
/// `context.diagnostics`. Precondition: is_known_in_part.
[[nodiscard]] Knowledge read_knowledge(const Context& context, const StatementFilter& filter);

} // namespace libeval
