// SPDX-License-Identifier: Apache-2.0
#include "engine/compile/frame.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/domain/program.hpp>

#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace libeval {

const std::string& name_of(const Dimension& dimension, std::uint32_t code, const Program& program) {
  return dimension.members ? (*dimension.members)[code] : program.candidates[code].id.str();
}

const Dimension* Frame::find(std::string_view name) const {
  const auto at = std::ranges::find(dimensions, name, &Dimension::name);
  return at == dimensions.end() ? nullptr : &*at;
}

bool Frame::is_pinned(std::string_view name) const {
  return std::ranges::find(pinned, name) != pinned.end();
}

std::vector<const Dimension*> Frame::left_over() const {
  std::vector<const Dimension*> out;
  for (const Dimension& d : dimensions)
    if (d.name != "candidate" && !is_pinned(d.name))
      out.push_back(&d);
  return out;
}

bool Frame::any_gap() const {
  return std::ranges::find(gap, std::uint8_t{1}) != gap.end();
}

Index Frame::candidates() const {
  const Dimension* candidate = find("candidate");
  return candidate == nullptr ? nullptr : candidate->codes;
}

Grouping group_cells(const std::vector<Index>& keys, std::size_t cells) {
  Grouping out;
  auto groups = std::make_shared<kernel::Groups>();
  if (keys.empty()) {
    groups->offsets = {0};
    if (cells > 0) {
      groups->offsets.push_back(static_cast<std::uint32_t>(cells));
      out.first = {0};
    }
    out.groups = std::move(groups);
    return out;
  }
  out.group_of.assign(cells, 0);
  // Refine key by key: a pair (group so far, code) becomes the next group.
  std::uint32_t count = 1;
  for (const Index& key : keys) {
    std::uint32_t next = 0;
    const auto last = std::ranges::max_element(*key);
    const std::uint64_t codes = last == key->end() ? 0 : std::uint64_t{*last} + 1;
    if (count * codes <= 4 * static_cast<std::uint64_t>(cells)) { // pairs number a small table
      std::vector<std::uint32_t> seen(count * codes, npos);
      for (std::size_t i = 0; i < cells; ++i) {
        std::uint32_t& group = seen[out.group_of[i] * codes + (*key)[i]];
        if (group == npos)
          group = next++;
        out.group_of[i] = group;
      }
      count = next;
      continue;
    }
    std::unordered_map<std::uint64_t, std::uint32_t> seen;
    for (std::size_t i = 0; i < cells; ++i) {
      const std::uint64_t pair = (static_cast<std::uint64_t>(out.group_of[i]) << 32) | (*key)[i];
      const auto [at, fresh] = seen.try_emplace(pair, next);
      next += fresh ? 1 : 0;
      out.group_of[i] = at->second;
    }
    count = next;
  }
  groups->offsets.assign(count + 1, 0);
  for (const std::uint32_t g : out.group_of)
    ++groups->offsets[g + 1];
  std::partial_sum(groups->offsets.begin(), groups->offsets.end(), groups->offsets.begin());
  out.first.assign(count, npos);
  groups->members.resize(cells);
  std::vector<std::uint32_t> fill(groups->offsets.begin(), groups->offsets.end() - 1);
  bool in_order = true;
  for (std::size_t i = 0; i < cells; ++i) {
    const std::uint32_t g = out.group_of[i];
    if (out.first[g] == npos)
      out.first[g] = static_cast<std::uint32_t>(i);
    in_order = in_order && fill[g] == i;
    groups->members[fill[g]++] = static_cast<std::uint32_t>(i);
  }
  if (in_order)
    groups->members.clear();
  out.groups = std::move(groups);
  return out;
}

Frame pick_cells(const Frame& frame, const std::vector<std::uint32_t>& cells) {
  Frame out = frame;
  out.cells = cells.size();
  const auto take = [&](const auto& from) {
    std::remove_cvref_t<decltype(from)> to;
    if (!from.empty())
      for (const std::uint32_t cell : cells)
        to.push_back(from[cell]);
    return to;
  };
  for (Dimension& dimension : out.dimensions)
    dimension.codes = std::make_shared<const std::vector<std::uint32_t>>(take(*dimension.codes));
  out.gap = take(frame.gap);
  out.outside = take(frame.outside);
  if (frame.category)
    out.category = std::make_shared<const std::vector<std::uint32_t>>(take(*frame.category));
  if (frame.origin) {
    auto origin = std::make_shared<Origin>();
    origin->parent = frame.origin;
    origin->picked = std::make_shared<const std::vector<std::uint32_t>>(cells);
    origin->cells = cells.size();
    out.origin = std::move(origin);
  }
  return out;
}

std::optional<std::vector<double>> column_of(const Origin& origin, const std::string& column,
                                             std::vector<std::uint8_t>& gap) {
  gap.clear();
  if (!origin.parent) {
    const auto at = origin.columns.find(column);
    if (at == origin.columns.end())
      return origin.table ? column_of(*origin.table, origin.rows, origin.cells, column, gap)
                          : std::nullopt;
    if (const auto gaps = origin.gaps.find(column); gaps != origin.gaps.end())
      gap = gaps->second;
    return *at->second;
  }
  std::vector<std::uint8_t> parent_gap;
  const auto parent = column_of(*origin.parent, column, parent_gap);
  if (!parent)
    return std::nullopt;
  std::vector<double> out(origin.cells, 0.0);
  std::vector<std::uint8_t> out_gap(origin.cells, 0);
  bool any_gap = false;
  const auto is_gap = [&](std::size_t i) { return !parent_gap.empty() && parent_gap[i] != 0; };
  for (std::size_t i = 0; i < origin.cells; ++i) {
    if (origin.picked) {
      const std::uint32_t from = (*origin.picked)[i];
      if (from == npos || is_gap(from))
        out_gap[i] = 1;
      else
        out[i] = (*parent)[from];
    } else {
      bool found = false;
      for (std::uint32_t at = origin.groups->offsets[i]; at < origin.groups->offsets[i + 1]; ++at) {
        const std::uint32_t cell = origin.groups->cell(at);
        if (is_gap(cell))
          continue;
        if (found && out[i] != (*parent)[cell])
          return std::nullopt;
        out[i] = (*parent)[cell];
        found = true;
      }
      out_gap[i] = found ? 0 : 1;
    }
    any_gap = any_gap || out_gap[i] != 0;
  }
  if (any_gap)
    gap = std::move(out_gap);
  return out;
}

namespace {

/// Of each cell the word in a column, as a code of `members`; npos where nothing stands.
struct Words {
  std::vector<std::string> members;
  std::vector<std::uint32_t> codes;
};

std::optional<Words> words_in_table(const Origin& origin, const std::string& column) {
  const auto row = [&](std::size_t cell) { return origin.rows ? (*origin.rows)[cell] : cell; };
  Words out;
  out.codes.assign(origin.cells, npos);
  if (origin.labels)
    if (const auto label = std::ranges::find(origin.labels->labels, column, &TextColumn::name);
        label != origin.labels->labels.end()) {
      out.members = label->texts;
      for (std::size_t i = 0; i < origin.cells; ++i)
        if (!label->at(row(i)).empty())
          out.codes[i] = label->codes[row(i)];
      return out;
    }
  if (!origin.table)
    return std::nullopt;
  const auto value = std::ranges::find(origin.table->values, column, &ValueColumn::name);
  if (value == origin.table->values.end())
    return std::nullopt;
  std::unordered_map<std::string, std::uint32_t> known;
  for (std::size_t i = 0; i < origin.cells; ++i) {
    const std::size_t r = row(i);
    if (value->is_gap(r))
      continue;
    const auto [at, fresh] =
        known.try_emplace(value->is_category(r) ? value->texts[value->category[r] - 1]
                                                : format_decimal(value->numbers[r]),
                          static_cast<std::uint32_t>(known.size()));
    if (fresh)
      out.members.push_back(at->first);
    out.codes[i] = at->second;
  }
  return out;
}

std::optional<Words> words_at(const Origin& origin, const std::string& column) {
  if (!origin.parent)
    return words_in_table(origin, column);
  auto words = words_at(*origin.parent, column);
  if (!words)
    return std::nullopt;
  std::vector<std::uint32_t> codes(origin.cells, npos);
  for (std::size_t i = 0; i < origin.cells; ++i) {
    if (origin.picked) {
      const std::uint32_t from = (*origin.picked)[i];
      codes[i] = from == npos ? npos : words->codes[from];
      continue;
    }
    for (std::uint32_t at = origin.groups->offsets[i]; at < origin.groups->offsets[i + 1]; ++at) {
      const std::uint32_t code = words->codes[origin.groups->cell(at)];
      if (codes[i] != npos && code != npos && code != codes[i])
        return std::nullopt;
      codes[i] = code == npos ? codes[i] : code;
    }
  }
  words->codes = std::move(codes);
  return words;
}

} // namespace

std::optional<Dimension> words_of(const Origin& origin, const std::string& column) {
  auto words = words_at(origin, column);
  if (!words)
    return std::nullopt;
  const auto nothing = static_cast<std::uint32_t>(words->members.size());
  if (std::ranges::find(words->codes, npos) != words->codes.end()) {
    words->members.emplace_back();
    std::ranges::replace(words->codes, npos, nothing);
  }
  return Dimension{column,
                   std::make_shared<const std::vector<std::string>>(std::move(words->members)),
                   std::make_shared<const std::vector<std::uint32_t>>(std::move(words->codes))};
}

} // namespace libeval
