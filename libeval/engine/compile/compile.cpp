// SPDX-License-Identifier: Apache-2.0
#include "engine/compile/compile.hpp"
#include "engine/run/undefined.hpp"

#include <libeval/base/date.hpp>
#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace libeval {
namespace {

void find_by_id(const Node& node, std::string_view id, std::vector<const Node*>& found) {
  if (node.id == id)
    found.push_back(&node);
  for (const Node& part : node.parts)
    find_by_id(part, id, found);
}

void collect_paths(const Node& node, std::vector<std::string>& paths) {
  paths.push_back(node.path);
  for (const Node& part : node.parts)
    collect_paths(part, paths);
}

} // namespace

std::string left_over_words(const Frame& frame) {
  std::string out;
  for (const Dimension* d : frame.left_over())
    out += (out.empty() ? "`" : ", `") + d->name + "`";
  return out;
}

Compiler::Compiler(const Context& c) : context(c) {}

std::string Compiler::how_to_reduce(const Frame& frame, const Measure& measure) const {
  const std::string& dimension = frame.left_over().front()->name;
  std::string out = "reduce it, such as with `mean: " + dimension + "`";
  if (measure.source.kind == Source::Kind::evidence)
    if (const std::size_t at = context.names.table(measure.source.name);
        at != nobody && context.bundle.program.evidence[at].wide == dimension &&
        !context.bundle.tables[at]->values.empty())
      out += ", or take one column, `where: {" + dimension + ": " +
             context.bundle.tables[at]->values.front().name + "}`";
  return out;
}

// --- names ---------------------------------------------------------------------------------------

const Measure* Compiler::find_measure(std::string_view name) const {
  const auto at = std::ranges::find(context.stage.measures, name, &Measure::name);
  return at == context.stage.measures.end() ? nullptr : &*at;
}

const CompiledNode* Compiler::find_node(std::string_view path, const Where& where) {
  const Node* node = nullptr;
  std::vector<std::string> known;
  if (context.stage.score) {
    const Node& top = *context.stage.score;
    node = libeval::find_node(top, path);
    collect_paths(top, known);
    if (node == nullptr) {
      std::vector<const Node*> same;
      find_by_id(top, path, same);
      if (same.size() > 1) {
        context.diagnostics.error(where, "`" + std::string(path) + "` names several parts",
                                  "write the whole path, such as `" + same.front()->path + "`");
        return nullptr;
      }
      node = same.empty() ? nullptr : same.front();
    }
  }
  if (node == nullptr) {
    for (const Measure& m : context.stage.measures)
      known.push_back(m.name);
    const auto hint = did_you_mean(path, known);
    std::string help = hint ? "did you mean `" + *hint + "`?" : "";
    if (!hint && known.size() <= 20)
      for (const std::string& k : known)
        help += (help.empty() ? "known are `" : ", `") + k + "`";
    context.diagnostics.error(where,
                              "stage `" + context.stage.id.str() + "` has no part or measure `" +
                                  std::string(path) + "`",
                              std::move(help));
    return nullptr;
  }
  if (const auto at = position_.find(node); at != position_.end())
    return &nodes[at->second];
  if (std::ranges::find(open_nodes_, node) != open_nodes_.end()) {
    context.diagnostics.error(where, "`" + node->path + "` depends on itself",
                              "a part cannot use its own score or that of a node above it");
    return nullptr;
  }
  compile_node(*node, nobody);
  return &nodes[position_.at(node)];
}

void Compiler::take_undefined_as_gaps(Frame& frame) {
  if (frame.array == no_array || frame.mask != no_array || context.diagnostics.has_errors())
    return;
  const Plan before = up_to(plan, frame.array);
  if (std::ranges::none_of(before.ops, may_be_undefined))
    return;
  plan.serves_undefined = true;
  const Column made = run(before, {frame.array}).columns.front();
  if (!made.undefined)
    return;
  plan.rests_on_values = true;
  take_undefined(made, frame.gap);
}

void Compiler::note_gaps(const Frame& frame, const std::vector<std::uint32_t>& cells,
                         const std::string& name) {
  const Dimension* candidate = frame.find("candidate");
  for (const std::uint32_t cell : cells) {
    GapCell gap{candidate == nullptr ? npos : (*candidate->codes)[cell], name, ""};
    if (gap.candidate != npos && context.entering[gap.candidate] == 0)
      continue;
    for (const Dimension& d : frame.dimensions) {
      if (d.name == "candidate")
        continue;
      const std::uint32_t code = (*d.codes)[cell];
      if (code == npos)
        continue;
      gap.cell += gap.cell.empty() ? "" : ", ";
      gap.cell += d.name + " `" + name_of(d, code, context.bundle.program) + "`";
    }
    gaps.push_back(std::move(gap));
  }
}

void Compiler::note_too_few(const Frame& frame, std::uint32_t cell,
                            const std::vector<std::string>& over, double stand, double needed,
                            const std::string& name) {
  const Dimension* candidate = frame.find("candidate");
  std::string what = format_decimal(stand) + " of at least " + format_decimal(std::ceil(needed)) +
                     (stand == 1 ? " value stands" : " values stand");
  for (const Dimension& d : frame.dimensions)
    if (d.members && std::ranges::find(over, d.name) == over.end())
      what += ", " + d.name + " `" + (*d.members)[(*d.codes)[cell]] + "`";
  gaps.push_back({candidate == nullptr ? npos : (*candidate->codes)[cell], name, what});
}

// --- measures ------------------------------------------------------------------------------------

Frame Compiler::measure(const Measure& measure, bool everybody, bool aside_is_fine) {
  if (std::ranges::find(open_measures_, &measure) != open_measures_.end()) {
    context.diagnostics.error(measure.where, "measure `" + measure.name + "` depends on itself");
    return {};
  }
  open_measures_.push_back(&measure);
  Frame frame;
  if (everybody && !measure.reference.empty()) {
    Measure filtered = measure;
    filtered.filter.insert(filtered.filter.end(), measure.reference.begin(),
                           measure.reference.end());
    frame = source_frame(filtered, true);
  } else {
    frame = source_frame(measure, everybody);
  }
  if (everybody)
    frame.outside.clear();
  if (measure.direction == Direction::cost)
    frame.direction = Direction::cost;
  for (const Step& step : measure.steps)
    if (frame.array != no_array) {
      const std::size_t before = context.diagnostics.errors();
      lower(*this, frame, step, measure.name);
      if (context.diagnostics.errors() > before) // what follows would follow from that
        frame.array = no_array;
    }
  open_measures_.pop_back();
  if (frame.array != no_array && frame.category)
    for (std::size_t i = 0; i < frame.cells; ++i)
      if (const std::uint32_t c = (*frame.category)[i]; c != 0 && !frame.is_gap(i)) {
        context.diagnostics.error(measure.where,
                                  "`" + frame.texts[c - 1] + "` stands among the values of `" +
                                      measure.name + "`, and nothing makes a number of it",
                                  parse_days(frame.texts[c - 1])
                                      ? how_to_read_dates
                                      : "add a step `lookup: {" + frame.texts[c - 1] +
                                            ": 0}`, or say that it is a gap, `codes: [" +
                                            frame.texts[c - 1] + "]`");
        frame.array = no_array;
        break;
      }
  if (frame.array != no_array && frame.mask != no_array && !aside_is_fine) {
    context.diagnostics.error(measure.where,
                              "values of `" + frame.mask_over.front() +
                                  "` were set aside, but nothing reduces them",
                              "add a step such as `mean: " + frame.mask_over.front() + "`");
    frame.array = no_array;
  }
  return frame;
}

Frame Compiler::align(Frame frame, const std::string& name) {
  const auto& entrants = context.entrants;
  const Dimension* candidate = frame.find("candidate");
  if (candidate != nullptr && frame.cells == entrants.size() &&
      (candidate->codes == in_order_ ||
       std::equal(entrants.begin(), entrants.end(), candidate->codes->begin()))) {
    in_order_ = candidate->codes;
    frame.dimensions = {*candidate};
    return frame;
  }
  Codes cell_of(context.bundle.program.candidates.size(), npos);
  Codes index(entrants.size(), 0);
  std::vector<std::uint8_t> gap(entrants.size(), 0);
  bool any_gap = false;
  if (candidate != nullptr)
    for (std::size_t i = 0; i < frame.cells; ++i)
      cell_of[(*candidate->codes)[i]] = static_cast<std::uint32_t>(i);
  for (std::size_t e = 0; e < entrants.size(); ++e) {
    const std::uint32_t cell = candidate == nullptr ? 0 : cell_of[entrants[e]];
    if (cell == npos || frame.cells == 0) {
      gap[e] = 1;
      const bool recused = std::ranges::any_of(recusals, [&](const AppliedRecusal& r) {
        return r.candidate == entrants[e] && r.marks > 0;
      });
      gaps.push_back({entrants[e], name, recused ? "every juror who marked is recused" : ""});
    } else {
      index[e] = cell;
      gap[e] = frame.is_gap(cell) ? 1 : 0;
    }
    any_gap = any_gap || gap[e] != 0;
  }
  Frame out = frame;
  out.cells = entrants.size();
  out.dimensions = {{"candidate", nullptr, shared_codes(Codes(entrants))}};
  out.gap = any_gap ? std::move(gap) : std::vector<std::uint8_t>{};
  out.outside.clear();
  out.raw = nullptr;
  if (frame.category) {
    Codes category(out.cells, 0);
    for (std::size_t e = 0; e < out.cells && frame.cells > 0; ++e)
      if (!out.is_gap(e))
        category[e] = (*frame.category)[index[e]];
    out.category = shared_codes(std::move(category));
  }
  out.array = new_array(plan, out.cells, out.candidates(), name);
  if (frame.origin && frame.cells > 0) {
    auto origin = std::make_shared<Origin>();
    origin->parent = frame.origin;
    Codes picked = index;
    for (std::size_t e = 0; e < picked.size(); ++e)
      if (!out.gap.empty() && out.gap[e] != 0)
        picked[e] = npos;
    origin->picked = shared_codes(std::move(picked));
    origin->cells = out.cells;
    out.origin = std::move(origin);
  } else {
    out.origin = nullptr;
  }
  if (frame.cells == 0)
    add(plan,
        op::Load{out.array, std::make_shared<const std::vector<double>>(out.cells, 0.0), nullptr},
        "from");
  else
    add(plan, op::Gather{frame.array, out.array, shared_codes(std::move(index))}, "from");
  return out;
}

Frame Compiler::per_entrant(const Measure& measure) {
  Frame frame = this->measure(measure);
  if (frame.array == no_array)
    return frame;
  if (const std::string rest = left_over_words(frame); !rest.empty()) {
    context.diagnostics.error(
        measure.where, "`" + measure.name + "` still depends on " + rest + " after its steps",
        how_to_reduce(frame, measure));
    frame.array = no_array;
    return frame;
  }
  return align(std::move(frame), measure.name);
}

} // namespace libeval
