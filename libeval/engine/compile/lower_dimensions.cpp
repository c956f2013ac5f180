// SPDX-License-Identifier: Apache-2.0
// Dimensions that are made where a step asks for them.
#include "engine/compile/lowering.hpp"
#include "engine/drawn.hpp"

#include <algorithm>
#include <map>
#include <string_view>

namespace libeval {

static bool is_value_column(const Origin& origin, const std::string& name) {
  const Origin* base = &origin;
  while (base->parent)
    base = base->parent.get();
  return base->table && std::ranges::find(base->table->labels, name, &TextColumn::name) ==
                            base->table->labels.end();
}

/// Each cell once for every member of a dimension that is not there yet.
void Lowering::beside() {
  constexpr std::size_t most = 50'000'000;
  for (const Entry& entry : arg("members")->map()) {
    auto members = std::make_shared<std::vector<std::string>>();
    if (entry.value.is_number())
      for (double k = 1; k <= entry.value.number(); ++k)
        members->push_back(std::to_string(static_cast<std::uint64_t>(k)));
    else
      *members = read_names(&entry.value);
    std::vector<std::string> sorted = *members;
    std::ranges::sort(sorted);
    const auto twice = std::ranges::adjacent_find(sorted);
    if (frame_.find(entry.key) != nullptr || entry.key == "candidate" || entry.key == "opponent")
      error(entry.key_where, "`" + entry.key + "` is a dimension of its own already",
            "call the new one otherwise; " + dimensions_in_words());
    else if (twice != sorted.end())
      error(entry.value.where, "`" + *twice + "` stands twice beside each value");
    else if (frame_.cells * members->size() > most)
      error(step_.where, "these would be more than " + std::to_string(most) + " values");
    else {
      Codes cells, codes;
      for (std::uint32_t cell = 0; cell < frame_.cells; ++cell)
        for (std::uint32_t m = 0; m < members->size(); ++m) {
          cells.push_back(cell);
          codes.push_back(m);
        }
      const double resolution = frame_.resolution;
      keep_cells(cells);
      frame_.resolution = resolution;
      frame_.dimensions.push_back({entry.key, std::move(members), shared_codes(std::move(codes))});
      continue;
    }
    frame_.array = no_array;
    return;
  }
}

/// The members of a dimension as numbers or days; a member that is none is a gap. None where no
/// member is one.
std::optional<Operand> Lowering::members_as_numbers(const Dimension& dimension) {
  std::vector<std::optional<double>> number;
  for (const std::string& member : *dimension.members)
    number.push_back(number_or_date(original_of(member)));
  if (std::ranges::none_of(number, [](const auto& n) { return n.has_value(); }))
    return std::nullopt;
  plan_.named.insert(dimension.name);
  Operand out;
  std::vector<double> values(frame_.cells);
  out.gap.resize(frame_.cells);
  for (std::size_t i = 0; i < frame_.cells; ++i) {
    const auto& n = number[(*dimension.codes)[i]];
    values[i] = n.value_or(0);
    out.gap[i] = n ? 0 : 1;
  }
  out.array = array_with(std::move(values));
  return out;
}

/// `candidate.ATTR` or `opponent.ATTR`, or a column of the same rows, as a dimension of the frame,
/// "" where nothing stands; none where the name is another one or that side is not there.
std::optional<Dimension> Lowering::made_dimension(const std::string& name) {
  for (const char* side : {"candidate", "opponent"}) {
    const std::string prefix = std::string(side) + ".";
    const Dimension* of = frame_.find(side);
    if (!name.starts_with(prefix) || of == nullptr)
      continue;
    const std::string attribute = name.substr(prefix.size());
    const auto& candidates = compiler_.context.bundle.program.candidates;
    if (std::ranges::none_of(candidates,
                             [&](const Candidate& c) { return c.attribute(attribute) != nullptr; }))
      return std::nullopt;
    std::map<std::string_view, std::uint32_t> known;
    std::vector<std::string> members;
    Codes codes(frame_.cells);
    for (std::size_t i = 0; i < frame_.cells; ++i) {
      const std::uint32_t who = (*of->codes)[i];
      const std::string* value = who == npos ? nullptr : candidates[who].attribute(attribute);
      const std::string_view text = value == nullptr ? std::string_view() : *value;
      const auto at = known.try_emplace(text, static_cast<std::uint32_t>(known.size()));
      if (at.second)
        members.emplace_back(text);
      codes[i] = at.first->second;
    }
    return Dimension{name, std::make_shared<const std::vector<std::string>>(std::move(members)),
                     shared_codes(std::move(codes))};
  }
  if (frame_.find(name) != nullptr || !frame_.origin)
    return std::nullopt;
  auto made = words_of(*frame_.origin, name);
  if (made && is_value_column(*frame_.origin, name))
    plan_.rests_on_numbers = true;
  return made;
}

} // namespace libeval
