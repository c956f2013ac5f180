// SPDX-License-Identifier: Apache-2.0
#include "engine/run/undefined.hpp"

#include <algorithm>
#include <variant>

namespace libeval {
namespace {

constexpr std::size_t most_named = 5; ///< of each part, and of the parts

/// With the names of those who fall apart.
std::string in_words(const Context& context, const Undefined& undefined) {
  std::string out = undefined.why;
  for (std::size_t p = 0; p < std::min(undefined.parts.size(), most_named); ++p) {
    out += p == 0 ? ": " : " | ";
    const auto& part = undefined.parts[p];
    for (std::size_t i = 0; i < std::min(part.size(), most_named); ++i)
      out += (i == 0 ? "" : ", ") + context.bundle.program.candidates[part[i]].id.str();
    if (part.size() > most_named)
      out += " and " + std::to_string(part.size() - most_named) + " more";
  }
  if (undefined.parts.size() > most_named)
    out += " | and " + std::to_string(undefined.parts.size() - most_named) + " more parts";
  return out;
}

} // namespace

void take_undefined(const Column& column, std::vector<std::uint8_t>& gap) {
  if (!column.undefined)
    return;
  gap.resize(column.undefined->size(), 0);
  for (std::size_t i = 0; i < gap.size(); ++i)
    if (!column.has(i))
      gap[i] = 1;
}

void note_undefined(const Context& context, const Plan& plan, const Run& run,
                    std::vector<GapCell>& gaps) {
  for (const Undefined& undefined : run.undefined) {
    const ArrayId out = std::visit([](const auto& o) { return o.out; }, plan.ops[undefined.op]);
    const std::string why = plan.words[undefined.op] + ": " + in_words(context, undefined);
    for (const std::uint32_t candidate : undefined.candidates)
      if (context.entering[candidate] != 0)
        gaps.push_back({candidate, plan.arrays[out].where, why, true});
  }
}

} // namespace libeval
