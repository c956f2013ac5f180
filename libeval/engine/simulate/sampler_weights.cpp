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

/// Resolves one entry.
class WeightReader {
public:
  WeightReader(const Sampler& sampler, const UncertainWeights& what, Diagnostics& diagnostics)
      : sampler_(sampler), what_(what), diagnostics_(diagnostics) {}

  std::optional<WeightSource> read() {
    if (!find_stage() || !find_node_of_it() || !read_nominal())
      return std::nullopt;
    bool fine = read_dirichlet(); // all that is wrong with the rest is told at once
    fine = read_ranges() && fine;
    fine = read_order() && fine;
    fine = read_constraints() && fine;
    return fine && find_polytope() ? std::optional(std::move(out_)) : std::nullopt;
  }

private:
  bool refuse(const Where& where, std::string what_is_wrong, std::string help = "") {
    diagnostics_.error(where, std::move(what_is_wrong), std::move(help));
    return false;
  }
  [[nodiscard]] std::string of_node() const { return "`" + node_->path + "`"; }
  [[nodiscard]] std::size_t count() const { return node_->parts.size(); }

  bool find_stage() {
    const std::vector<Stage>& stages = sampler_.bundle.program.stages;
    std::vector<std::string> known;
    std::optional<std::size_t> stage;
    for (std::size_t s = 0; s < stages.size(); ++s) {
      if (!stages[s].score)
        continue;
      known.push_back(stages[s].id.str());
      if (what_.stage == known.back() || (what_.stage.empty() && !stage))
        stage = s;
    }
    if (what_.stage.empty() && known.size() != 1)
      return refuse(what_.where,
                    known.empty() ? "no stage has a score, so there are no weights"
                                  : "several stages have a score",
                    known.empty() ? "" : "say which with `stage`: " + listed(known));
    if (!stage)
      return refuse(what_.of_where, "no stage `" + what_.stage + "` has a score",
                    help_for(what_.stage, known));
    out_.stage = *stage;
    return true;
  }

  bool find_node_of_it() {
    const Stage& stage = sampler_.bundle.program.stages[out_.stage];
    node_ = node_named(*stage.score, what_.of);
    if (node_ == nullptr) {
      std::vector<const Node*> all;
      collect(*stage.score, all);
      std::vector<std::string> paths;
      paths.reserve(all.size());
      for (const Node* one : all)
        paths.push_back(one->path);
      return refuse(what_.of_where, "stage `" + stage.id.str() + "` has no node `" + what_.of + "`",
                    help_for(what_.of, paths));
    }
    if (std::ranges::any_of(sampler_.weights, [&](const WeightSource& before) {
          return before.stage == out_.stage && before.path == node_->path;
        }))
      return refuse(what_.of_where, "the weights of " + of_node() + " stand in two entries",
                    "one entry may have `ranges`, `order` and `constraints` together");
    out_.path = node_->path;
    return true;
  }

  /// The parts and their shares as the program has them.
  bool read_nominal() {
    const auto all = [&](auto&& has) {
      return count() > 0 && std::ranges::all_of(node_->parts, has);
    };
    out_.points = all([](const Node& p) { return p.points.has_value(); });
    const bool weighted = all([](const Node& p) { return p.weight.has_value(); });
    if (count() < 2 || (!out_.points && !weighted))
      return refuse(what_.of_where,
                    count() < 2 ? of_node() + " has no two parts to weigh"
                                : "the parts of " + of_node() + " have no points or weights",
                    "give the parts points or weights, or name another node with `of`");
    out_.sum = 0;
    for (const Node& part : node_->parts) {
      out_.parts.push_back(part.id);
      out_.nominal.push_back(out_.points ? *part.points : *part.weight);
      out_.sum += out_.nominal.back();
      if (out_.nominal.back() < 0)
        return refuse(part.where, "part `" + part.path +
                                      "` has a negative weight, and weights that may lie anywhere "
                                      "are not below zero");
    }
    if (!(out_.sum > 0))
      return refuse(what_.of_where, "the weights of " + of_node() + " add up to zero");
    for (double& w : out_.nominal)
      w /= out_.sum;
    out_.fixed.assign(count(), 0);
    is_fixed_.assign(count(), false);
    return true;
  }

  bool read_dirichlet() {
    bool fine = true;
    for (std::size_t k = 0; what_.concentration && k < count(); ++k) {
      if (!(out_.nominal[k] > 0))
        fine =
            refuse(what_.where,
                   "part `" + out_.parts[k] + "` has no weight, so there is nothing to draw round",
                   "leave it out of the node or use `ranges`");
      out_.dirichlet.push_back(*what_.concentration * out_.nominal[k]);
    }
    return fine;
  }

  /// The position of a part.
  std::optional<std::size_t> part_of(const std::string& name, const Where& where) {
    const auto at = std::ranges::find(out_.parts, name);
    if (at != out_.parts.end())
      return static_cast<std::size_t>(at - out_.parts.begin());
    refuse(where, of_node() + " has no part `" + name + "`", help_for(name, out_.parts));
    return std::nullopt;
  }
  /// The factors of a new half-space over all parts.
  std::vector<double>& half_space(std::string name, double bound) {
    space_.inside.push_back({std::vector<double>(count(), 0), bound});
    space_.names.push_back(std::move(name));
    return space_.inside.back().factors;
  }

  bool read_ranges() {
    double least = 0, most = 0;
    std::vector<bool> ranged(count(), false);
    for (const auto& [name, range] : what_.ranges) {
      const auto part = part_of(name, what_.ranges_where);
      if (!part)
        return false;
      ranged[*part] = true;
      least += range.first;
      most += range.second;
      if (range.first == range.second) {
        is_fixed_[*part] = true;
        out_.fixed[*part] = range.first / out_.sum;
        continue;
      }
      if (range.first > 0)
        half_space("`" + name + "` at least " + format_decimal(range.first),
                   range.first / out_.sum)[*part] = 1;
      if (range.second < out_.sum)
        half_space("`" + name + "` at most " + format_decimal(range.second),
                   -range.second / out_.sum)[*part] = -1;
    }
    for (const bool has : ranged)
      most += has ? 0 : out_.sum;
    if (least > out_.sum * (1 + 1e-12) || most < out_.sum * (1 - 1e-12))
      return refuse(what_.ranges_where,
                    "the ranges of " + of_node() + " allow sums from " + format_decimal(least, 6) +
                        " to " + format_decimal(most, 6) + ", and its parts add up to " +
                        format_decimal(out_.sum, 6),
                    "widen a range");
    return true;
  }

  bool read_order() {
    bool fine = true;
    for (const std::string& name : what_.order) {
      const auto part = part_of(name, what_.order_where);
      fine = fine && part;
      out_.order.push_back(part.value_or(0));
    }
    for (std::size_t k = 0; fine && k + 1 < out_.order.size(); ++k) {
      const std::size_t more = out_.order[k], less = out_.order[k + 1];
      auto& factors = half_space("`" + out_.parts[more] + "` before `" + out_.parts[less] + "`", 0);
      factors[more] = 1;
      factors[less] = -1;
    }
    return fine;
  }

  bool read_constraints() {
    bool fine = true;
    for (const UncertainWeights::Constraint& constraint : what_.constraints) {
      std::vector<double> factors(count(), 0);
      std::string words;
      for (const auto& [name, factor] : constraint.terms) {
        const auto part = part_of(name, constraint.where);
        fine = fine && part;
        factors[part.value_or(0)] += factor;
        words += (words.empty() ? "" : " + ") + format_decimal(factor) + " `" + name + "`";
      }
      if (constraint.at_least)
        half_space(words + " at least " + format_decimal(*constraint.at_least),
                   *constraint.at_least / out_.sum) = factors;
      if (constraint.at_most) {
        auto& negative = half_space(words + " at most " + format_decimal(*constraint.at_most),
                                    -*constraint.at_most / out_.sum);
        for (std::size_t k = 0; k < count(); ++k)
          negative[k] = -factors[k];
      }
    }
    return fine;
  }

  /// What the half-spaces leave, in shares of the room that the fixed parts leave.
  bool find_polytope() {
    for (std::size_t k = 0; k < count(); ++k)
      if (!is_fixed_[k])
        out_.free.push_back(k);
    out_.room = 1;
    for (const double w : out_.fixed)
      out_.room -= w;
    out_.space = space_.inside;
    out_.ordered_all = out_.dirichlet.empty() && out_.order.size() == count() &&
                       what_.ranges.empty() && what_.constraints.empty();
    if (!out_.dirichlet.empty() || out_.ordered_all || out_.space.empty() || out_.free.empty())
      return true;
    WeightSpace rest;
    rest.names = space_.names;
    for (const kernel::HalfSpace& h : space_.inside) {
      kernel::HalfSpace inner;
      inner.bound = h.bound;
      for (std::size_t k = 0; k < count(); ++k)
        inner.bound -= h.factors[k] * out_.fixed[k];
      inner.bound = out_.room > 0 ? inner.bound / out_.room : inner.bound;
      for (const std::size_t k : out_.free)
        inner.factors.push_back(h.factors[k]);
      rest.inside.push_back(std::move(inner));
    }
    std::vector<std::size_t> conflict;
    std::vector<double> center = center_of(rest, out_.free.size(), conflict);
    if (center.empty()) {
      std::string names;
      for (const std::size_t r : conflict)
        names += (names.empty() ? "" : "; ") + rest.names[r];
      return refuse(what_.where,
                    "no weights of " + of_node() +
                        " fit all constraints, or only those on a border",
                    "these do not go together: " + names);
    }
    out_.polytope =
        std::make_shared<const kernel::Polytope>(out_.free.size(), rest.inside, std::move(center));
    return true;
  }

  const Sampler& sampler_;
  const UncertainWeights& what_;
  Diagnostics& diagnostics_;
  WeightSource out_;
  const Node* node_ = nullptr;
  std::vector<bool> is_fixed_;
  WeightSpace space_; ///< over all parts
};

} // namespace

void Sampler::resolve_weights(const UncertainWeights& what, Diagnostics& diagnostics) {
  if (auto source = WeightReader(*this, what, diagnostics).read())
    weights.push_back(std::move(*source));
}

} // namespace libeval
