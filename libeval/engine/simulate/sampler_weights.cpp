// SPDX-License-Identifier: Apache-2.0
// What an uncertainty file says of weights, looked up in a bundle.
#include "engine/compile/cells.hpp"
#include "engine/simulate/sampler.hpp"

#include <libeval/base/decimal.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace libeval {
namespace {

void collect(const Node& node, std::vector<const Node*>& out) {
  out.push_back(&node);
  for (const Node& part : node.parts)
    collect(part, out);
}

/// A node with parts, by path or by an id that is unique.
const Node* node_named(const Node& top, const std::string& name) {
  if (const Node* found = find_node(top, name))
    return found;
  std::vector<const Node*> all, same;
  collect(top, all);
  for (const Node* node : all)
    if (node->id == name)
      same.push_back(node);
  return same.size() == 1 ? same.front() : nullptr;
}

} // namespace

void Sampler::resolve_weights(const UncertainWeights& what, Diagnostics& diagnostics) {
  std::vector<std::string> known;
  std::optional<std::size_t> stage;
  for (std::size_t s = 0; s < bundle.program.stages.size(); ++s) {
    const Stage& one = bundle.program.stages[s];
    if (!one.score)
      continue;
    known.push_back(one.id.str());
    if (what.stage == one.id.str() || (what.stage.empty() && !stage))
      stage = s;
  }
  if (what.stage.empty() && known.size() != 1)
    return diagnostics.error(what.where,
                             known.empty() ? "no stage has a score, so there are no weights"
                                           : "several stages have a score",
                             known.empty() ? "" : "say which with `stage`: " + listed(known));
  if (!stage)
    return diagnostics.error(what.of_where, "no stage `" + what.stage + "` has a score",
                             help_for(what.stage, known));
  const Node& top = *bundle.program.stages[*stage].score;
  const Node* node = node_named(top, what.of);
  if (node == nullptr) {
    std::vector<const Node*> all;
    collect(top, all);
    std::vector<std::string> paths;
    paths.reserve(all.size());
    for (const Node* one : all)
      paths.push_back(one->path);
    return diagnostics.error(what.of_where,
                             "stage `" + bundle.program.stages[*stage].id.str() +
                                 "` has no node `" + what.of + "`",
                             help_for(what.of, paths));
  }
  if (std::ranges::any_of(weights, [&](const WeightSource& before) {
        return before.stage == *stage && before.path == node->path;
      }))
    return diagnostics.error(what.of_where,
                             "the weights of `" + node->path + "` stand in two entries",
                             "one entry may have `ranges`, `order` and `constraints` together");
  WeightSource out;
  out.stage = *stage;
  out.path = node->path;
  const std::size_t n = node->parts.size();
  out.points =
      n > 0 && std::ranges::all_of(node->parts, [](const Node& p) { return p.points.has_value(); });
  const bool weighted =
      n > 0 && std::ranges::all_of(node->parts, [](const Node& p) { return p.weight.has_value(); });
  if (n < 2 || (!out.points && !weighted))
    return diagnostics.error(what.of_where,
                             n < 2 ? "`" + node->path + "` has no two parts to weigh"
                                   : "the parts of `" + node->path + "` have no points or weights",
                             "give the parts points or weights, or name another node with `of`");
  out.sum = 0;
  for (const Node& part : node->parts) {
    out.parts.push_back(part.id);
    out.nominal.push_back(out.points ? *part.points : *part.weight);
    out.sum += out.nominal.back();
    if (out.nominal.back() < 0)
      return diagnostics.error(part.where, "part `" + part.path +
                                               "` has a negative weight, and "
                                               "weights that may lie anywhere are not below zero");
  }
  if (!(out.sum > 0))
    return diagnostics.error(what.of_where, "the weights of `" + node->path + "` add up to zero");
  for (double& w : out.nominal)
    w /= out.sum;
  bool fine = true;
  const auto part_of = [&](const std::string& name, const Where& where) -> std::size_t {
    const auto at = std::ranges::find(out.parts, name);
    if (at != out.parts.end())
      return static_cast<std::size_t>(at - out.parts.begin());
    diagnostics.error(where, "`" + node->path + "` has no part `" + name + "`",
                      help_for(name, out.parts));
    fine = false;
    return 0;
  };
  out.fixed.assign(n, 0);
  std::vector<bool> is_fixed(n, false);
  WeightSpace space; // of all parts
  const auto half_space = [&](std::string name, double bound) -> std::vector<double>& {
    space.inside.push_back({std::vector<double>(n, 0), bound});
    space.names.push_back(std::move(name));
    return space.inside.back().factors;
  };
  if (what.concentration) {
    for (std::size_t k = 0; k < n; ++k) {
      if (!(out.nominal[k] > 0)) {
        diagnostics.error(what.where,
                          "part `" + out.parts[k] +
                              "` has no weight, so there is nothing to draw round",
                          "leave it out of the node or use `ranges`");
        fine = false;
      }
      out.dirichlet.push_back(*what.concentration * out.nominal[k]);
    }
  }
  double least = 0, most = 0;
  std::vector<bool> ranged(n, false);
  for (const auto& [name, range] : what.ranges) {
    const std::size_t k = part_of(name, what.ranges_where);
    if (!fine)
      break;
    ranged[k] = true;
    if (range.first == range.second) {
      is_fixed[k] = true;
      out.fixed[k] = range.first / out.sum;
    } else {
      if (range.first > 0)
        half_space("`" + name + "` at least " + format_decimal(range.first),
                   range.first / out.sum)[k] = 1;
      if (range.second < out.sum)
        half_space("`" + name + "` at most " + format_decimal(range.second),
                   -range.second / out.sum)[k] = -1;
    }
    least += range.first;
    most += range.second;
  }
  for (std::size_t k = 0; k < n; ++k)
    most += ranged[k] ? 0 : out.sum;
  if (fine && (least > out.sum * (1 + 1e-12) || most < out.sum * (1 - 1e-12))) {
    diagnostics.error(what.ranges_where,
                      "the ranges of `" + node->path + "` allow sums from " +
                          format_decimal(least, 6) + " to " + format_decimal(most, 6) +
                          ", and its parts add up to " + format_decimal(out.sum, 6),
                      "widen a range");
    fine = false;
  }
  for (const std::string& name : what.order)
    out.order.push_back(part_of(name, what.order_where));
  for (std::size_t k = 0; fine && k + 1 < out.order.size(); ++k) {
    auto& factors = half_space(
        "`" + out.parts[out.order[k]] + "` before `" + out.parts[out.order[k + 1]] + "`", 0);
    factors[out.order[k]] = 1;
    factors[out.order[k + 1]] = -1;
  }
  for (const UncertainWeights::Constraint& constraint : what.constraints) {
    std::vector<double> factors(n, 0);
    std::string words;
    for (const auto& [name, factor] : constraint.terms) {
      factors[part_of(name, constraint.where)] += factor;
      words += (words.empty() ? "" : " + ") + format_decimal(factor) + " `" + name + "`";
    }
    if (constraint.at_least)
      half_space(words + " at least " + format_decimal(*constraint.at_least),
                 *constraint.at_least / out.sum) = factors;
    if (constraint.at_most) {
      auto& negative = half_space(words + " at most " + format_decimal(*constraint.at_most),
                                  -*constraint.at_most / out.sum);
      for (std::size_t k = 0; k < n; ++k)
        negative[k] = -factors[k];
    }
  }
  if (!fine)
    return;
  for (std::size_t k = 0; k < n; ++k)
    if (!is_fixed[k])
      out.free.push_back(k);
  out.room = 1;
  for (const double w : out.fixed)
    out.room -= w;
  out.space = space.inside;
  out.ordered_all = out.dirichlet.empty() && out.order.size() == n && what.ranges.empty() &&
                    what.constraints.empty();
  if (out.dirichlet.empty() && !out.ordered_all && !space.inside.empty() && !out.free.empty()) {
    // In shares of the room that the fixed parts leave.
    WeightSpace rest;
    rest.names = space.names;
    for (const kernel::HalfSpace& h : space.inside) {
      kernel::HalfSpace inner;
      inner.bound = h.bound;
      for (std::size_t k = 0; k < n; ++k)
        inner.bound -= h.factors[k] * out.fixed[k];
      inner.bound = out.room > 0 ? inner.bound / out.room : inner.bound;
      for (const std::size_t k : out.free)
        inner.factors.push_back(h.factors[k]);
      rest.inside.push_back(std::move(inner));
    }
    std::vector<std::size_t> conflict;
    std::vector<double> center = center_of(rest, out.free.size(), conflict);
    if (center.empty()) {
      std::string names;
      for (const std::size_t r : conflict)
        names += (names.empty() ? "" : "; ") + rest.names[r];
      return diagnostics.error(what.where,
                               "no weights of `" + node->path +
                                   "` fit all constraints, or only those on a border",
                               "these do not go together: " + names);
    }
    out.polytope =
        std::make_shared<const kernel::Polytope>(out.free.size(), rest.inside, std::move(center));
  }
  weights.push_back(std::move(out));
}

} // namespace libeval
