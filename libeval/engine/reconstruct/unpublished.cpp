// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/unpublished.hpp"

#include <algorithm>
#include <string_view>

namespace libeval {
namespace {

const Node* find_by_name(const Node& node, std::string_view name) {
  if (node.path == name || node.id == name)
    return &node;
  for (const Node& part : node.parts)
    if (const Node* found = find_by_name(part, name))
      return found;
  return nullptr;
}

void tables_of(const Bundle& bundle, const Stage& stage, const Measure& measure,
               std::set<std::size_t>& out, int depth = 0) {
  const Source& source = measure.source;
  if (depth > 100)
    return; // circles are told by the compiler
  if (source.kind == Source::Kind::evidence) {
    for (std::size_t t = 0; t < bundle.program.evidence.size(); ++t)
      if (bundle.program.evidence[t].name == source.name && bundle.program.evidence[t].unpublished)
        out.insert(t);
  } else if (source.kind == Source::Kind::measure || source.kind == Source::Kind::part) {
    const auto named = std::ranges::find(stage.measures, source.name, &Measure::name);
    if (named != stage.measures.end())
      tables_of(bundle, stage, *named, out, depth + 1);
    else if (const Node* node = stage.score ? find_by_name(*stage.score, source.name) : nullptr)
      tables_of(bundle, stage, node->measure, out, depth + 1);
  }
}

} // namespace

std::set<std::size_t> unpublished_tables(const Bundle& bundle, const Stage& stage,
                                         const Measure& measure) {
  std::set<std::size_t> tables;
  tables_of(bundle, stage, measure, tables);
  return tables;
}

bool any_unpublished(const Bundle& bundle, const Stage& stage, const Node& node) {
  return is_unpublished(bundle, stage, node.measure) ||
         std::ranges::any_of(
             node.parts, [&](const Node& part) { return any_unpublished(bundle, stage, part); });
}

bool is_unpublished(const Bundle& bundle, const Stage& stage, const Measure& measure) {
  return !unpublished_tables(bundle, stage, measure).empty();
}

bool is_known_in_part(const Bundle& bundle, const Stage& stage) {
  if (stage.score && any_unpublished(bundle, stage, *stage.score))
    return true;
  return std::ranges::any_of(stage.select, [&](const SelectStep& step) {
    const auto* require = std::get_if<select::Require>(&step.what);
    if (require == nullptr)
      return false;
    const OrderKey& what = require->what;
    if (what.measure)
      return is_unpublished(bundle, stage, *what.measure);
    const auto named = std::ranges::find(stage.measures, what.name, &Measure::name);
    return named != stage.measures.end() && is_unpublished(bundle, stage, *named);
  });
}

} // namespace libeval
