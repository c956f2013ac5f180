// SPDX-License-Identifier: Apache-2.0
// The criteria tree: parts become one value a node.
#include "engine/compile/lowering.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>

namespace libeval {
namespace {

/// Which end of a part's values a gap becomes, if it becomes one.
std::optional<kernel::Reducer> extreme_of(PartGap::As as, Direction direction) {
  using As = PartGap::As;
  const bool benefit = direction == Direction::benefit;
  if (as == As::lowest || as == (benefit ? As::worst : As::best))
    return kernel::Reducer::min;
  if (as == As::highest || as == (benefit ? As::best : As::worst))
    return kernel::Reducer::max;
  return std::nullopt;
}

bool all_have(const std::vector<Node>& parts, std::optional<double> Node::*what) {
  return !parts.empty() &&
         std::ranges::all_of(parts, [&](const Node& n) { return (n.*what).has_value(); });
}

} // namespace

std::optional<double> points_of(const Node& node) {
  if (node.points || !all_have(node.parts, &Node::points))
    return node.points;
  double sum = 0;
  for (const Node& part : node.parts)
    sum = kernel::to_double(kernel::from_decimal(sum) + kernel::from_decimal(*part.points));
  return sum;
}

void Compiler::compile_score() {
  if (context.stage.score && !position_.contains(&*context.stage.score))
    compile_node(*context.stage.score, nobody);
}

/// Whether the steps of a node can take parts of which some are smaller-is-better and others not:
/// models on criteria know the direction of each.
static bool know_directions(const std::vector<Step>& steps) {
  const auto first = std::ranges::find_if(steps, [](const Step& s) { return s.name != "missing"; });
  return first != steps.end() &&
         (first->name == "topsis" || first->name == "vikor" || first->name == "promethee");
}

Frame Compiler::parts_side_by_side(const Node& node, const std::vector<std::size_t>& children) {
  Frame out;
  std::vector<std::string> names;
  op::Concat concat;
  Codes part_codes;
  std::map<std::string, Codes> codes;
  std::map<std::string, std::map<std::string, std::uint32_t>> members;
  std::vector<std::string> order;
  bool any_gap = false;
  out.direction = children.empty() ? Direction::benefit : nodes[children[0]].frame.direction;
  for (std::size_t k = 0; k < children.size(); ++k) {
    const Frame& part = nodes[children[k]].frame;
    if (part.array == no_array)
      return {};
    if (k == 0) {
      order.push_back("candidate");
      for (const Dimension* d : part.left_over())
        order.push_back(d->name);
    }
    for (const std::string& name : order)
      if (part.find(name) == nullptr || part.left_over().size() + 1 != order.size()) {
        context.diagnostics.error(node.parts[k].where,
                                  "the parts of `" + node.path + "` leave different dimensions",
                                  "all parts must depend on the same ones, beside `candidate`");
        return {};
      }
    for (const Dimension& d : part.dimensions) {
      if (std::ranges::find(order, d.name) == order.end())
        continue;
      Codes& to = codes[d.name];
      auto& known = members[d.name];
      for (std::size_t i = 0; i < part.cells; ++i) {
        const std::uint32_t code = (*d.codes)[i];
        to.push_back(
            !d.members || code == npos
                ? code
                : known.try_emplace((*d.members)[code], static_cast<std::uint32_t>(known.size()))
                      .first->second);
      }
    }
    if (part.direction != out.direction && !know_directions(node.measure.steps)) {
      const bool cost = part.direction == Direction::cost;
      context.diagnostics.error(
          node.parts[k].where,
          "`" + node.parts[k].path + "` is " + (cost ? "smaller" : "larger") + "-is-better and `" +
              node.parts[0].path + "` is not, and the steps of `" + node.path +
              "` take all its parts alike",
          "scale each part by itself, under `leaf` or in its own `steps`, or turn one round, "
          "`multiply: -1`");
      return {};
    }
    out.gap.resize(out.cells, 0);
    for (std::size_t i = 0; i < part.cells; ++i) {
      out.gap.push_back(part.is_gap(i) ? 1 : 0);
      any_gap = any_gap || part.is_gap(i);
    }
    part_codes.insert(part_codes.end(), part.cells, static_cast<std::uint32_t>(k));
    out.cells += part.cells;
    out.relative = out.relative || part.relative;
    out.part_directions.push_back(part.direction);
    names.push_back(node.parts[k].id);
    concat.in.push_back(part.array);
  }
  for (const std::string& name : order) {
    plan.named.insert(name);
    Members words;
    if (name != "candidate" && name != "opponent") {
      std::vector<std::string> texts(members[name].size());
      for (const auto& [text, code] : members[name])
        texts[code] = text;
      words = std::make_shared<const std::vector<std::string>>(std::move(texts));
    }
    out.dimensions.push_back({name, words, shared_codes(std::move(codes[name]))});
  }
  out.dimensions.push_back({"part", std::make_shared<const std::vector<std::string>>(names),
                            shared_codes(std::move(part_codes))});
  if (!any_gap)
    out.gap.clear();
  plan.rests_on_weights = true;
  if (all_have(node.parts, &Node::weight))
    for (const Node& part : node.parts)
      out.part_weights.push_back(*part.weight);
  else if (all_have(node.parts, &Node::points))
    for (const Node& part : node.parts)
      out.part_weights.push_back(*part.points);
  out.array = concat.out = new_array(plan, out.cells, out.candidates(), node.path);
  add(plan, std::move(concat), "parts");
  return out;
}

/// What a part without a value becomes. Gaps are known before the plan runs, so that weights of
/// the rest can be worked out here.
void Compiler::settle_part_gaps(const Node& node, std::vector<Frame>& parts,
                                std::vector<std::uint8_t>& gap, std::vector<double>& correction) {
  const std::size_t n = context.entrants.size();
  gap.clear();
  if (node.gap.as != PartGap::As::hold)
    for (Frame& part : parts)
      take_undefined_as_gaps(part);
  if (std::ranges::none_of(parts, &Frame::any_gap))
    return;
  gap.assign(n, 0);
  const bool weighted = all_have(node.parts, &Node::weight);
  const bool pointed = all_have(node.parts, &Node::points);
  const auto share = [&](std::size_t k) {
    return weighted ? *node.parts[k].weight : pointed ? *node.parts[k].points : 1.0;
  };
  if (node.gap.as == PartGap::As::drop) {
    correction.assign(n, 1);
    for (std::size_t i = 0; i < n; ++i) {
      double all = 0, standing = 0, count = 0;
      for (std::size_t k = 0; k < parts.size(); ++k) {
        all += share(k);
        standing += parts[k].is_gap(i) ? 0 : share(k);
        count += parts[k].is_gap(i) ? 0 : 1;
      }
      const double needs = node.gap.needs_share
                               ? *node.gap.needs * static_cast<double>(parts.size())
                               : node.gap.needs.value_or(1);
      if (count + 1e-9 < needs || standing <= 0)
        gap[i] = 1;
      else if (weighted || pointed)
        correction[i] = all / standing;
    }
  }
  for (Frame& part : parts) {
    Codes cells;
    for (std::size_t i = 0; i < n; ++i)
      if (part.is_gap(i)) {
        cells.push_back(static_cast<std::uint32_t>(i));
        if (node.gap.as == PartGap::As::hold)
          gap[i] = 1;
      }
    if (cells.empty())
      continue;
    op::Fill fill{part.array, new_array(plan, n, part.candidates(), node.path), cells};
    if (node.gap.as == PartGap::As::number)
      fill.constant = node.gap.number;
    if (const auto extreme = extreme_of(node.gap.as, part.direction)) {
      std::vector<std::uint8_t> left_out(n, 0);
      for (const std::uint32_t cell : cells)
        left_out[cell] = 1;
      const ArrayId lowest = new_array(plan, 1, nullptr, node.path);
      const ArrayId back = new_array(plan, n, part.candidates(), node.path);
      op::Reduce reduce{part.array, lowest};
      reduce.left_out = std::move(left_out);
      reduce.groups = std::make_shared<const kernel::Groups>(kernel::one_group(n));
      reduce.reduction.kind = *extreme;
      reduce.of_what_stands = true;
      add(plan, std::move(reduce), "missing");
      add(plan, op::Gather{lowest, back, shared_codes(Codes(n, 0))}, "missing");
      fill.values = back;
      part.relative = true;
    }
    part.array = fill.out;
    add(plan, std::move(fill), "missing");
  }
  if (std::ranges::find(gap, std::uint8_t{1}) == gap.end())
    gap.clear();
}

Frame Compiler::combine(const Node& node, const std::vector<std::size_t>& children,
                        bool& additive) {
  const bool reduced_by_steps = reduces(node.measure.steps, "part");
  if (node.gap.needs && node.gap.as != PartGap::As::drop)
    context.diagnostics.error(node.where,
                              "`needs` of `" + node.path +
                                  "` says nothing here: it goes with `missing: {as: drop}`",
                              "write `as: drop`, or delete it");
  for (const std::size_t child : children)
    if (nodes[child].frame.array == no_array)
      return {};
  Frame frame;
  if (reduced_by_steps) {
    additive = false;
    frame = parts_side_by_side(node, children);
    if (frame.array == no_array)
      return frame;
    if (all_have(node.parts, &Node::points)) {
      // Steps see fractions of the points, weighted by them.
      op::Load load{new_array(plan, frame.cells, frame.candidates(), node.path)};
      std::vector<double> points;
      for (const std::uint32_t part : *frame.find("part")->codes)
        points.push_back(*node.parts[part].points);
      load.column = std::make_shared<const std::vector<double>>(std::move(points));
      const ArrayId by = load.out;
      add(plan, std::move(load), "parts");
      const ArrayId fraction = new_array(plan, frame.cells, frame.candidates(), node.path);
      add(plan, op::Binary{frame.array, by, fraction, op::Binary::Kind::divide}, "parts");
      frame.array = fraction;
    }
    if (node.gap.as != PartGap::As::hold)
      take_undefined_as_gaps(frame);
    if (frame.any_gap() && node.gap.as != PartGap::As::hold) {
      const std::map<PartGap::As, const char*> words = {
          {PartGap::As::zero, "zero"},       {PartGap::As::worst, "worst"},
          {PartGap::As::best, "best"},       {PartGap::As::lowest, "lowest"},
          {PartGap::As::highest, "highest"}, {PartGap::As::drop, "drop"}};
      Tree as = node.gap.as == PartGap::As::number ? tree::number(node.gap.number)
                                                   : tree::text(words.at(node.gap.as));
      std::vector<std::pair<std::string, Tree>> args = {{"as", std::move(as)}};
      if (node.gap.needs && node.gap.as == PartGap::As::drop)
        args.emplace_back("needs", node.gap.needs_share
                                       ? tree::text(format_decimal(*node.gap.needs * 100) + "%")
                                       : tree::number(*node.gap.needs));
      lower(*this, frame, Step{"missing", tree::map(std::move(args)), node.where}, node.path);
    }
  } else {
    std::vector<Frame> parts;
    std::vector<double> factors;
    for (std::size_t k = 0; k < children.size(); ++k) {
      const Frame& part = nodes[children[k]].frame;
      if (const std::string rest = left_over_words(part); !rest.empty()) {
        context.diagnostics.error(node.parts[k].where,
                                  "`" + node.parts[k].path + "` still depends on " + rest +
                                      " after its steps",
                                  how_to_reduce(part, node.parts[k].measure));
        return {};
      }
      if (part.direction != nodes[children[0]].frame.direction) {
        context.diagnostics.error(
            node.parts[k].where,
            "`" + node.parts[k].path + "` is " +
                (part.direction == Direction::cost ? "smaller-is-better" : "larger-is-better") +
                " and is added to `" + node.parts[0].path + "`, which is not",
            "scale it, `minmax` or `scale`, or subtract it, `multiply: -1`");
        return {};
      }
      parts.push_back(part);
      factors.push_back(node.parts[k].weight.value_or(1));
    }
    std::vector<std::uint8_t> gap;
    op::Combine op;
    settle_part_gaps(node, parts, gap, op.correction);
    frame.direction = parts.empty() ? Direction::benefit : parts[0].direction;
    frame.cells = context.entrants.size();
    frame.dimensions = {
        {"candidate", nullptr,
         parts.empty() ? shared_codes(Codes(context.entrants)) : parts[0].candidates()}};
    frame.gap = std::move(gap);
    double resolution = -1;
    plan.rests_on_weights = plan.rests_on_weights || !op.correction.empty();
    for (std::size_t k = 0; k < parts.size(); ++k) {
      if (node.parts[k].weight) {
        plan.weighed.push_back({plan.ops.size(), k, &node.parts[k]});
        plan.rests_on_weights = plan.rests_on_weights || parts[k].resolution > 0;
      }
      op.in.push_back(parts[k].array);
      frame.relative = frame.relative || parts[k].relative;
      const double step = factors[k] == 1 ? parts[k].resolution : 0;
      resolution = resolution < 0 || resolution == step ? step : 0;
    }
    frame.resolution = op.correction.empty() ? std::max(resolution, 0.0) : 0;
    op.factors = std::move(factors);
    additive = op.correction.empty();
    op.out = frame.array = new_array(plan, frame.cells, frame.candidates(), node.path);
    add(plan, std::move(op), "parts");
  }
  additive = additive && node.measure.steps.empty();
  for (const Step& step : node.measure.steps)
    if (frame.array != no_array)
      lower(*this, frame, step, node.path);
  return frame;
}

void Compiler::compile_node(const Node& node, std::size_t parent) {
  const std::size_t at = nodes.size();
  nodes.push_back({&node, parent, {}, true});
  open_nodes_.push_back(&node);
  Frame frame;
  if (node.parts.empty()) {
    if (node.measure.source.kind == Source::Kind::none)
      context.diagnostics.error(node.where,
                                "node `" + node.path + "` has neither `from` nor `parts`",
                                "say where its values come from, `from: EVIDENCE`");
    frame = measure(node.measure);
    if (frame.array != no_array && frame.left_over().empty())
      frame = align(std::move(frame), node.path);
  } else {
    std::vector<std::size_t> children;
    for (const Node& part : node.parts) {
      if (!position_.contains(&part))
        compile_node(part, at);
      else
        nodes[position_.at(&part)].parent = at;
      children.push_back(position_.at(&part));
    }
    bool additive = true;
    frame = combine(node, children, additive);
    nodes[at].additive = additive;
    if (frame.array != no_array && frame.left_over().empty())
      frame = align(std::move(frame), node.path);
  }
  if (frame.array != no_array && (node.path == "total") && !frame.left_over().empty()) {
    const std::string rest = left_over_words(frame);
    context.diagnostics.error(node.where, "the score still depends on " + rest + " after its steps",
                              how_to_reduce(frame, node.measure));
    frame.array = no_array;
  }
  const bool points_of_parts =
      all_have(node.parts, &Node::points) && !reduces(node.measure.steps, "part");
  if (frame.array != no_array) {
    if (const auto points = points_of(node); points && !points_of_parts) {
      if (node.points)
        plan.weighed.push_back({plan.ops.size(), 0, &node});
      lower_affine(*this, frame, *points, 0, "points");
    }
    if (node.round)
      lower_rounding(*this, frame, *node.round, "round");
  }
  open_nodes_.pop_back();
  nodes[at].frame = std::move(frame);
  position_[&node] = at;
}

} // namespace libeval
