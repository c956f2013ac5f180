// SPDX-License-Identifier: Apache-2.0
// Weights of members of a dimension, from matrices of cells.
#include "engine/compile/lowering.hpp"

#include <libeval/kernel/weights.hpp>

#include <algorithm>
#include <map>

namespace libeval {
namespace {

/// The only dimension beside `over`; null where there is none or more.
const Dimension* the_other(const Frame& frame, const std::string& over) {
  const Dimension* found = nullptr;
  for (const Dimension& d : frame.dimensions)
    if (d.name != over && !frame.is_pinned(d.name)) {
      if (found != nullptr)
        return nullptr;
      found = &d;
    }
  return found;
}

/// Cells that agree in all dimensions but two.
Grouping apart(const Frame& frame, const Dimension& a, const Dimension& b) {
  std::vector<Index> keys;
  for (const Dimension& d : frame.dimensions)
    if (d.name != a.name && d.name != b.name)
      keys.push_back(d.codes);
  return group_cells(keys, frame.cells);
}

Codes cells_of(const kernel::Groups& groups, std::size_t g) {
  Codes out;
  for (std::uint32_t at = groups.offsets[g]; at < groups.offsets[g + 1]; ++at)
    out.push_back(groups.cell(at));
  return out;
}

} // namespace

/// Leaves a cell for each member of each matrix.
void Lowering::weights_of(op::Weigh op, Dimension of, const std::string& over,
                          const std::vector<Weighed>& weighed) {
  Frame out = frame_;
  out.dimensions = {};
  std::vector<const Dimension*> rest;
  for (const Dimension& d : frame_.dimensions)
    if (d.name != over && d.name != of.name)
      rest.push_back(&d);
  Codes members;
  std::vector<Codes> codes(rest.size());
  out.gap.clear();
  out.outside.clear();
  for (const Weighed& one : weighed) {
    op::Weigh::Matrix matrix = one.matrix;
    for (const std::uint32_t member : one.members) {
      matrix.out.push_back(static_cast<std::uint32_t>(members.size()));
      members.push_back(member);
      for (std::size_t d = 0; d < rest.size(); ++d)
        codes[d].push_back((*rest[d]->codes)[one.cell]);
      out.gap.push_back(one.gaps.empty() ? 0 : 1);
    }
    if (one.gaps.empty())
      op.matrices.push_back(std::move(matrix));
    else
      compiler_.note_gaps(frame_, one.gaps, name_);
  }
  out.cells = members.size();
  of.codes = shared_codes(std::move(members));
  out.dimensions.push_back(std::move(of));
  for (std::size_t d = 0; d < rest.size(); ++d)
    out.dimensions.push_back({rest[d]->name, rest[d]->members, shared_codes(std::move(codes[d]))});
  if (!out.any_gap())
    out.gap.clear();
  out.category = nullptr;
  out.raw = nullptr;
  out.origin = nullptr;
  out.resolution = 0;
  out.relative = true;
  out.direction = Direction::benefit;
  out.array = op.out = new_array(plan_, out.cells, out.candidates(), name_);
  add(plan_, std::move(op), step_.name);
  frame_ = std::move(out);
}

/// A square matrix for each combination of the dimensions beside the two.
void Lowering::eigenvector() {
  const auto columns = over();
  if (!columns)
    return;
  const std::string across = columns->size() == 1 ? columns->front() : "";
  const Dimension* column = frame_.find(across);
  const std::string named = text("of", across == "opponent" ? "candidate" : "");
  const Dimension* row = named.empty() ? the_other(frame_, across) : frame_.find(named);
  if (column == nullptr || row == nullptr || row == column ||
      (row->members == nullptr) != (column->members == nullptr)) {
    error(step_.where, "`eigenvector` needs two dimensions with the same members",
          "name the one that disappears, and the other where there are more, `eigenvector: {over: "
          "versus, of: criterion}`; " +
              dimensions_in_words());
    frame_.array = no_array;
    return;
  }
  plan_.named.insert(row->name);
  plan_.named.insert(across);
  // Both sides of a comparison in the codes of the first.
  Dimension of = *row;
  Codes second = *column->codes;
  if (row->members) {
    auto members = std::make_shared<std::vector<std::string>>(*row->members);
    std::map<std::string, std::uint32_t> known;
    for (std::size_t m = 0; m < members->size(); ++m)
      known.try_emplace((*members)[m], static_cast<std::uint32_t>(m));
    for (std::uint32_t& code : second) {
      const std::string& name = (*column->members)[code];
      const auto at = known.try_emplace(name, static_cast<std::uint32_t>(members->size()));
      if (at.second)
        members->push_back(name);
      code = at.first->second;
    }
    of.members = std::move(members);
  }
  const auto called = [&](std::uint32_t code) {
    return "`" + name_of(of, code, compiler_.context.bundle.program) + "`";
  };
  const Grouping groups = apart(frame_, *row, *column);
  std::vector<Weighed> weighed;
  for (std::size_t g = 0; g < groups.groups->count(); ++g) {
    constexpr std::size_t most = 1000;
    Weighed one;
    one.cell = groups.first[g];
    std::map<std::uint32_t, std::size_t> place; // of a member
    const Codes cells = cells_of(*groups.groups, g);
    const auto stands = [&](std::uint32_t cell) {
      return of.members || (second[cell] != npos && compiler_.context.entering[second[cell]] != 0);
    };
    for (const std::uint32_t cell : cells)
      if (stands(cell))
        for (const std::uint32_t code : {(*row->codes)[cell], second[cell]})
          if (place.try_emplace(code, place.size()).second)
            one.members.push_back(code);
    const std::size_t n = one.members.size();
    if (n > most) {
      error(step_.where, "`eigenvector` compares at most " + std::to_string(most) + " members");
      frame_.array = no_array;
      return;
    }
    one.matrix.columns = n;
    one.matrix.cells.assign(n * n, npos);
    std::vector<std::uint32_t> gap_at(n * n, npos);
    for (const std::uint32_t cell : cells)
      if (stands(cell)) {
        const std::size_t at = place.at((*row->codes)[cell]) * n + place.at(second[cell]);
        (frame_.is_gap(cell) ? gap_at : one.matrix.cells)[at] = cell;
      }
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < i; ++j) {
        const std::size_t here = i * n + j, across_it = j * n + i;
        if (one.matrix.cells[here] != npos || one.matrix.cells[across_it] != npos)
          continue;
        if (gap_at[here] == npos && gap_at[across_it] == npos) {
          error(step_.where,
                "nothing compares " + called(one.members[j]) + " and " + called(one.members[i]),
                "a row, one way or the other, says how many times as much the first weighs");
          frame_.array = no_array;
          return;
        }
        one.gaps.push_back(std::min(gap_at[here], gap_at[across_it]));
      }
    weighed.push_back(std::move(one));
  }
  op::Weigh op{frame_.array, no_array, op::Weigh::Kind::eigenvector, {}, text("value", "weight")};
  for (const Weighed& one : weighed)
    if (const std::size_t n = one.members.size();
        op.value == "ratio" && n > 2 && kernel::random_index(n) == 0) {
      error(step_.where, "there is no random index for " + std::to_string(n) + " members",
            "`value: index` is the consistency index, to be divided by one of your own");
      frame_.array = no_array;
      return;
    }
  weights_of(std::move(op), std::move(of), across, weighed);
}

/// A matrix with the members of `over` as rows for each combination of the dimensions beside.
void Lowering::critic() {
  const auto rows = over();
  if (!rows)
    return;
  const std::string down = rows->size() == 1 ? rows->front() : "";
  const Dimension* row = frame_.find(down);
  const std::string named = text("of");
  const Dimension* column = named.empty() ? the_other(frame_, down) : frame_.find(named);
  if (row == nullptr || column == nullptr || row == column) {
    error(step_.where, "`critic` weighs the members of one dimension by the values of another",
          "name the one that disappears, and the other where there are more, `critic: {over: "
          "candidate, of: criterion}`; " +
              dimensions_in_words());
    frame_.array = no_array;
    return;
  }
  const Grouping groups = apart(frame_, *row, *column);
  std::vector<Weighed> weighed;
  for (std::size_t g = 0; g < groups.groups->count(); ++g) {
    Weighed one;
    one.cell = groups.first[g];
    std::map<std::uint32_t, std::size_t> row_at, column_at;
    Codes cells;
    for (const std::uint32_t cell : cells_of(*groups.groups, g))
      if (!frame_.is_outside(cell)) {
        cells.push_back(cell);
        row_at.try_emplace((*row->codes)[cell], row_at.size());
        if (column_at.try_emplace((*column->codes)[cell], column_at.size()).second)
          one.members.push_back((*column->codes)[cell]);
        if (frame_.is_gap(cell))
          one.gaps.push_back(cell);
      }
    const std::size_t n = one.members.size();
    one.matrix.columns = n;
    one.matrix.cells.assign(row_at.size() * n, npos);
    for (const std::uint32_t cell : cells)
      one.matrix.cells[row_at.at((*row->codes)[cell]) * n + column_at.at((*column->codes)[cell])] =
          cell;
    if (std::ranges::find(one.matrix.cells, npos) != one.matrix.cells.end()) {
      error(step_.where,
            "`critic` needs a value of every `" + down + "` for every `" + column->name + "`",
            "take those that have all, `keep: {within: " + down +
                ", at_least: " + std::to_string(n) + "}`");
      frame_.array = no_array;
      return;
    }
    weighed.push_back(std::move(one));
  }
  Dimension of = *column;
  weights_of({frame_.array, no_array, op::Weigh::Kind::critic, {}, "weight"}, std::move(of), down,
             weighed);
}

} // namespace libeval
