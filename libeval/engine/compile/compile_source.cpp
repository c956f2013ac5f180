// SPDX-License-Identifier: Apache-2.0
// Where a measure takes its cells from. A new form of `from` gets its kind in domain/measure.hpp,
// its keys in domain/language_measures.cpp, its reading in domain/read_measure.cpp and its cells
// here.
#include "engine/compile/compile.hpp"
#include "engine/compile/sieve.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>

namespace libeval {

Frame Compiler::static_frame(Codes candidates, std::shared_ptr<const std::vector<double>> numbers,
                             std::vector<std::uint8_t> gap, const Measure& measure) {
  Frame frame;
  frame.cells = candidates.size();
  frame.dimensions = {{"candidate", nullptr, shared_codes(std::move(candidates))}};
  frame.gap = std::move(gap);
  const auto enters = [&](std::uint32_t c) { return context.entering[c] != 0; };
  if (!std::ranges::all_of(*frame.candidates(), enters))
    for (const std::uint32_t c : *frame.candidates())
      frame.outside.push_back(enters(c) ? 0 : 1);
  frame.direction = measure.direction;
  frame.array = new_array(plan, frame.cells, frame.candidates(), measure.name);
  frame.raw = std::move(numbers);
  auto origin = std::make_shared<Origin>();
  origin->cells = frame.cells;
  frame.origin = std::move(origin);
  add(plan, op::Load{frame.array, frame.raw, nullptr}, "from");
  return frame;
}

namespace {

/// Whom a source tells of: the entrants, or all candidates of the program.
Codes who_is_told_of(const Context& context, bool everybody) {
  Codes out(context.entrants.begin(), context.entrants.end());
  for (std::uint32_t c = 0; everybody && c < context.bundle.program.candidates.size(); ++c)
    if (context.entering[c] == 0)
      out.push_back(c);
  return out;
}

/// What stages decided before say of candidates; a cell each that stands or should stand.
struct Carried {
  Codes candidates, stages;
  std::vector<double> numbers;
  std::vector<std::uint8_t> gap;
  double resolution = 0;
  std::optional<Direction> direction;

  [[nodiscard]] bool same_structure(const Carried& other) const {
    return candidates == other.candidates && stages == other.stages && gap == other.gap &&
           resolution == other.resolution && direction == other.direction;
  }
};

/// None where a stage is not there or has no such part.
std::optional<Carried> carried(const Context& context, const Source& source, bool everybody) {
  Carried out;
  const Codes who = who_is_told_of(context, everybody);
  for (std::size_t s = 0; s < source.stages.size(); ++s) {
    const auto at = context.earlier.find(source.stages[s]);
    if (at == context.earlier.end())
      return std::nullopt; // the stage graph has told already
    const StageDecision& stage = *at->second;
    Codes position(context.bundle.program.candidates.size(), npos);
    for (std::size_t e = 0; e < stage.entrants.size(); ++e)
      position[stage.entrants[e]] = static_cast<std::uint32_t>(e);
    const NodeScores* node = nullptr;
    if (source.value == Source::Value::score) {
      const std::string part = source.name.empty() ? "total" : source.name;
      std::vector<std::string> known;
      for (const auto* scores : {&stage.nodes, &stage.measures})
        for (const NodeScores& n : *scores) {
          known.push_back(n.path);
          if (n.path == part || (node == nullptr && n.id == part))
            node = &n;
        }
      if (node == nullptr) {
        const auto hint = did_you_mean(part, known);
        context.diagnostics.error(
            source.where, "stage `" + source.stages[s] + "` has no part or measure `" + part + "`",
            hint ? "did you mean `" + *hint + "`?" : "");
        return std::nullopt;
      }
      out.resolution = node->resolution;
      out.direction = node->direction;
    } else {
      out.direction = Direction::cost;
    }
    for (const std::uint32_t entrant : who) {
      const std::uint32_t e = position[entrant];
      double x = 0;
      bool missing = e == npos;
      if (!missing && source.value == Source::Value::score) {
        missing = !node->scores.has(e);
        const bool is_total = !stage.nodes.empty() && node == &stage.nodes.front();
        x = missing ? 0 : is_total && !stage.total.empty() ? stage.total[e] : node->scores.value(e);
      } else if (!missing) {
        const auto& places =
            source.value == Source::Value::pool_place ? stage.pool_place : stage.place;
        x = places.empty() ? 0 : places[e];
        missing = x == 0;
      }
      if (missing && (!source.stage_dimension || context.entering[entrant] == 0))
        continue;
      out.candidates.push_back(entrant);
      out.stages.push_back(static_cast<std::uint32_t>(s));
      out.numbers.push_back(x);
      out.gap.push_back(missing ? 1 : 0);
    }
  }
  return out;
}

} // namespace

Frame Compiler::stages_frame(const Measure& measure, bool everybody) {
  const Source& source = measure.source;
  auto from = carried(context, source, everybody);
  if (!from)
    return {};
  auto numbers = std::make_shared<std::vector<double>>(from->numbers);
  plan.feeds.push_back(
      {plan.ops.size(), Feed::no_table, [&c = context, source, everybody, before = *from, numbers] {
         auto now = carried(c, source, everybody);
         if (!now || !now->same_structure(before))
           return Feed::Now::otherwise;
         if (now->numbers == *numbers)
           return Feed::Now::same;
         *numbers = std::move(now->numbers);
         return Feed::Now::changed;
       }});
  Frame frame = static_frame(std::move(from->candidates), numbers, std::move(from->gap), measure);
  if (source.stage_dimension)
    frame.dimensions.push_back({"stage",
                                std::make_shared<const std::vector<std::string>>(source.stages),
                                shared_codes(std::move(from->stages))});
  frame.resolution = from->resolution;
  if (measure.direction == Direction::benefit && from->direction)
    frame.direction = *from->direction;
  return frame;
}

Frame Compiler::attribute_frame(const Measure& measure, bool everybody) {
  const Source& source = measure.source;
  Codes candidates, category;
  std::vector<double> numbers;
  std::vector<std::string> texts;
  bool known = false;
  for (const std::uint32_t entrant : who_is_told_of(context, everybody)) {
    const std::string* value = context.bundle.program.candidates[entrant].attribute(source.name);
    known = known || value != nullptr;
    if (value == nullptr || value->empty())
      continue;
    const auto number = number_or_date(*value);
    candidates.push_back(entrant);
    numbers.push_back(number.value_or(0));
    if (number) {
      category.push_back(0);
      continue;
    }
    const auto at = std::ranges::find(texts, *value) - texts.begin();
    if (static_cast<std::size_t>(at) == texts.size())
      texts.push_back(*value);
    category.push_back(static_cast<std::uint32_t>(at + 1));
  }
  if (!known && !context.entrants.empty())
    context.diagnostics.error(source.where, "no candidate has the attribute `" + source.name + "`",
                              "give it under `candidates`");
  Frame frame =
      static_frame(std::move(candidates),
                   std::make_shared<const std::vector<double>>(std::move(numbers)), {}, measure);
  if (!texts.empty()) {
    frame.category = shared_codes(std::move(category));
    frame.texts = std::move(texts);
  }
  return frame;
}

Frame Compiler::source_frame(const Measure& measure, bool everybody) {
  if (measure.source.kind == Source::Kind::evidence)
    return evidence_frame(context, plan, measure, everybody || needs_everybody(measure.steps),
                          recusals);
  if (!measure.value.empty())
    context.diagnostics.error(measure.where, "`value` names a column of evidence, and this is none",
                              "delete it");
  Frame frame = made_frame(measure, everybody);
  check_reference(frame, measure, everybody);
  return filtered(std::move(frame), measure);
}

void Compiler::check_reference(const Frame& frame, const Measure& measure, bool everybody) {
  using Kind = Source::Kind;
  const Source& source = measure.source;
  const bool goes_on = everybody && (source.kind == Kind::measure ||
                                     (source.kind == Kind::part && find_measure(source.name)));
  const bool of_entrants =
      source.kind == Kind::measure || source.kind == Kind::part || source.kind == Kind::parts;
  if (frame.array == no_array || frame.candidates() == nullptr || !frame.outside.empty() ||
      !of_entrants || goes_on || (!everybody && !asks_reference(measure.steps)) ||
      context.entrants.size() == context.bundle.program.candidates.size())
    return;
  context.diagnostics.error(source.where,
                            "`reference` asks for others than the entrants, and `" + source.name +
                                "` has a value of the entrants alone",
                            "name the evidence itself, `from: NAME`, or an earlier stage that all "
                            "of them entered, `from: {stage: ID, part: ...}`");
}

Frame Compiler::filtered(Frame frame, const Measure& measure) {
  if (measure.filter.empty() || frame.array == no_array)
    return frame;
  std::vector<std::uint8_t> stays(frame.cells, 1);
  const std::size_t said = context.diagnostics.errors() + context.diagnostics.warnings();
  for (const Test& test : measure.filter) {
    plan.named.insert(test.column);
    const Dimension* of = frame.find(test.column);
    std::vector<std::uint8_t> pass;
    if (of != nullptr) {
      if (fixes(test, *of))
        frame.pinned.push_back(test.column);
      pass = members_passing(context, test, *of, "`" + measure.name + "`");
    } else if (const AttributeOf attribute = attribute_of(frame.dimensions, test.column);
               attribute.dimension != nullptr) {
      of = attribute.dimension;
      pass = candidates_passing(context, test, attribute.attribute);
    } else {
      context.diagnostics.error(test.where, "there is no dimension `" + test.column + "` here",
                                "of evidence `where` looks at all columns, of anything else at "
                                "dimensions and attributes of candidates");
      continue;
    }
    for (std::size_t i = 0; i < frame.cells; ++i)
      if (const std::uint32_t code = (*of->codes)[i]; code == npos || pass[code] == 0)
        stays[i] = 0;
  }
  Codes cells;
  for (std::size_t i = 0; i < frame.cells; ++i)
    if (stays[i] != 0)
      cells.push_back(static_cast<std::uint32_t>(i));
  if (cells.empty() && frame.cells > 0 &&
      context.diagnostics.errors() + context.diagnostics.warnings() == said)
    warn_of_nothing(context, measure.filter.back(), "`" + measure.name + "`");
  return picked(frame, cells, measure.name, "from");
}

Frame Compiler::picked(const Frame& frame, const Codes& cells, const std::string& name,
                       const std::string& word, ArrayId chosen_by) {
  Frame out = pick_cells(frame, cells);
  out.array = new_array(plan, out.cells, out.candidates(), name);
  add(plan, op::Gather{frame.array, out.array, shared_codes(cells), chosen_by}, word);
  out.raw = frame.raw;
  out.raw_rows = nullptr;
  if (frame.raw) {
    Codes rows;
    for (const std::uint32_t cell : cells)
      rows.push_back(frame.raw_rows ? (*frame.raw_rows)[cell] : cell);
    out.raw_rows = shared_codes(std::move(rows));
  }
  return out;
}

Frame Compiler::made_frame(const Measure& measure, bool everybody) {
  const Source& source = measure.source;
  switch (source.kind) {
  case Source::Kind::none:
    if (source.where.line != 0) // it stands there
      context.diagnostics.error(source.where, "`from` says nothing",
                                "name evidence, or write `part`, `parts`, `measure`, `attribute`, "
                                "`stage` or `stages`");
    return {};
  case Source::Kind::evidence:
    return {};
  case Source::Kind::part: {
    // Nodes and measures share one name space.
    const Node* top = context.stage.score ? &*context.stage.score : nullptr;
    if (const Measure* named = find_measure(source.name);
        named != nullptr && (top == nullptr || libeval::find_node(*top, source.name) == nullptr))
      return this->measure(*named, everybody);
    const CompiledNode* node = find_node(source.name, source.where);
    return node == nullptr ? Frame{} : node->frame;
  }
  case Source::Kind::parts: {
    const CompiledNode* node = find_node(source.name, source.where);
    if (node == nullptr)
      return {};
    std::vector<std::size_t> children;
    const Node* parent = node->node;
    for (const Node& part : parent->parts)
      children.push_back(position_.at(&part));
    return parts_side_by_side(*parent, children);
  }
  case Source::Kind::measure: {
    const Measure* named = find_measure(source.name);
    if (named == nullptr) {
      std::vector<std::string> known;
      for (const Measure& m : context.stage.measures)
        known.push_back(m.name);
      const auto hint = did_you_mean(source.name, known);
      context.diagnostics.error(source.where,
                                "stage `" + context.stage.id.str() + "` has no measure `" +
                                    source.name + "`",
                                hint ? "did you mean `" + *hint + "`?" : "");
      return {};
    }
    return this->measure(*named, everybody);
  }
  case Source::Kind::attribute:
    return attribute_frame(measure, everybody || asks_reference(measure.steps));
  case Source::Kind::stages:
    return stages_frame(measure, everybody || asks_reference(measure.steps));
  }
  return {};
}

} // namespace libeval
