// SPDX-License-Identifier: Apache-2.0
#include <libeval/engine/check.hpp>

#include "engine/compile/compile.hpp"

#include <libeval/base/decimal.hpp>

#include <cmath>

namespace libeval {
namespace {

void check_points(const Node& node, Diagnostics& diagnostics) {
  std::size_t with_points = 0, with_weight = 0;
  double points = 0, weights = 0;
  std::string listed;
  for (const Node& part : node.parts) {
    with_points += part.points ? 1 : 0;
    with_weight += part.weight ? 1 : 0;
    points = kernel::to_double(kernel::from_decimal(points) +
                               kernel::from_decimal(part.points.value_or(0)));
    weights = kernel::to_double(kernel::from_decimal(weights) +
                                kernel::from_decimal(part.weight.value_or(0)));
    if (part.points) {
      listed += listed.empty() ? "parts are " : &part == &node.parts.back() ? " and " : ", ";
      listed += "`" + part.id + "` (" + format_decimal(*part.points);
      if (part.points_where.line > 0)
        listed += ", line " + std::to_string(part.points_where.line);
      listed += ")";
    }
  }
  const std::size_t n = node.parts.size();
  if ((with_points != 0 && with_points != n) || (with_weight != 0 && with_weight != n)) {
    const bool of_points = with_points != 0 && with_points != n;
    for (const Node& part : node.parts)
      if (!(of_points ? part.points : part.weight)) {
        diagnostics.error(part.where,
                          "part `" + part.id + "` of `" + node.path + "` has no " +
                              (of_points ? "points" : "weight") + ", but other parts have",
                          "give all parts points, all parts weights, or none");
        return;
      }
  }
  if (node.points && with_points == n && n > 0 &&
      std::abs(points - *node.points) > 1e-9 * std::max(1.0, *node.points))
    diagnostics.error(node.parts.back().points_where.line > 0 ? node.points_where : node.where,
                      "points under `" + node.path + "` add up to " + format_decimal(points) +
                          ", expected " + format_decimal(*node.points),
                      listed);
  if (with_weight == n && n > 0 && !reduces(node.measure.steps, "part") &&
      std::abs(weights - 1) > 1e-9)
    diagnostics.warning(node.where,
                        "weights under `" + node.path + "` add up to " + format_decimal(weights) +
                            ", not to 1",
                        "they are used as they are; `steps: [{mean: part}]` divides by "
                        "their sum");
}

void check_tree(const Node& node, Diagnostics& diagnostics) {
  if (!node.parts.empty())
    check_points(node, diagnostics);
  for (const Node& part : node.parts)
    check_tree(part, diagnostics);
}

} // namespace

void check_rules(const Program& program, Diagnostics& diagnostics) {
  for (const Stage& stage : program.stages)
    if (stage.score)
      check_tree(*stage.score, diagnostics);
}

} // namespace libeval
