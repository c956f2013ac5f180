// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/measure.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace libeval {

/// What `round` asks for: a step, decimals or significant digits.
struct Rounding {
  std::optional<double> to;
  std::optional<int> digits, significant;
  std::string mode = "half_up";
};

/// What a part without a value becomes at its parent.
struct PartGap {
  enum class As { hold, zero, worst, best, lowest, highest, drop, number };
  As as = As::hold;
  double number = 0;
  std::optional<double> needs; ///< with drop: so many must stand
  bool needs_share = false;    ///< `needs` is a share of the parts
};

/// A node of the criteria tree: a leaf with a measure, or parts and the steps that combine them.
struct Node {
  std::string id;
  std::string path; ///< `total` for the top, else ids joined by dots below the top
  std::string title;
  std::optional<double> points, weight;
  std::vector<Node> parts;
  Measure measure; ///< of a node with parts only `steps` are used
  PartGap gap;
  std::optional<Rounding> round;
  bool is_time = false; ///< seconds, which people see as hours, minutes and seconds
  Where where;
  Where points_where;
};

/// The node of that path at or below `top`; nullptr if there is none.
[[nodiscard]] const Node* find_node(const Node& top, std::string_view path);
[[nodiscard]] Node* find_node(Node& top, std::string_view path);

[[nodiscard]] Node read_node(const Tree& tree, std::string id, std::string path);
[[nodiscard]] Rounding read_rounding(const Tree& tree);

} // namespace libeval
