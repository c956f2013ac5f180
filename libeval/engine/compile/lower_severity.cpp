// SPDX-License-Identifier: Apache-2.0
// The additive model of candidates and those who mark them.
#include "engine/compile/lowering.hpp"

#include <libeval/kernel/severity.hpp>

#include <algorithm>

namespace libeval {
namespace {

/// Levels numbered in the order of their first mark.
op::Severity::Factor factor(const Dimension& dimension, const Codes& cells,
                            const Program& program) {
  op::Severity::Factor out;
  std::map<std::uint32_t, std::uint32_t> known;
  for (const std::uint32_t cell : cells) {
    const std::uint32_t code = (*dimension.codes)[cell];
    const auto [at, fresh] = known.try_emplace(code, static_cast<std::uint32_t>(known.size()));
    out.level.push_back(at->second);
    if (fresh)
      out.names.push_back(name_of(dimension, code, program));
  }
  return out;
}

std::size_t levels(const op::Severity::Factor& factor) {
  const auto most = std::ranges::max_element(factor.level);
  return most == factor.level.end() ? 0 : *most + std::size_t{1};
}

std::string cell_name(const std::vector<Dimension>& rest, std::uint32_t cell,
                      const Program& program) {
  std::string out;
  for (const Dimension& d : rest)
    if (d.name != "candidate")
      out += (out.empty() ? "" : ", ") + d.name + " " + name_of(d, (*d.codes)[cell], program);
  return out;
}

} // namespace

void Lowering::severity() {
  const auto dimensions = over();
  const Dimension* candidate = frame_.find("candidate");
  if (!dimensions)
    return;
  const auto disappears = [&](const std::string& name) {
    return std::ranges::find(*dimensions, name) != dimensions->end();
  };
  if (candidate == nullptr || disappears("candidate") || dimensions->empty()) {
    error(step_.where, "`severity` takes the marks of candidates apart from those who gave them",
          "name who marked, such as `severity: juror`");
    frame_.array = no_array;
    return;
  }
  std::vector<Dimension> factors = {*candidate}, rest;
  std::vector<Index> candidate_and_rest, others;
  for (const Dimension& d : frame_.dimensions) {
    if (disappears(d.name)) {
      factors.push_back(d);
      continue;
    }
    rest.push_back(d);
    candidate_and_rest.push_back(d.codes);
    if (d.name != "candidate")
      others.push_back(d.codes);
  }
  const std::vector<std::uint8_t> reference = reference_mask();
  const Grouping result = group_cells(candidate_and_rest, frame_.cells);
  const Grouping models = group_cells(others, frame_.cells);
  const std::size_t n = result.groups->count();

  const Program& program = compiler_.context.bundle.program;
  op::Severity op;
  op.in = frame_.array;
  for (const Dimension& d : factors)
    op.dimensions.push_back(d.name);
  std::vector<std::uint8_t> marked(n, 0);
  for (std::size_t g = 0; g < models.groups->count(); ++g) {
    op::Severity::Group group;
    for (std::uint32_t at = models.groups->offsets[g]; at < models.groups->offsets[g + 1]; ++at) {
      const std::uint32_t cell = models.groups->cell(at);
      if (!frame_.is_gap(cell) &&
          (!frame_.is_outside(cell) || reference.empty() || reference[cell] != 0))
        group.cells.push_back(cell);
    }
    if (group.cells.empty())
      continue;
    std::size_t all = 0, largest = 0;
    for (const Dimension& d : factors) {
      group.factors.push_back(factor(d, group.cells, program));
      const std::size_t own = levels(group.factors.back());
      all += own;
      largest = std::max(largest, own);
    }
    if (all - largest > kernel::severity_limit) {
      error(step_.where, "`severity` would estimate " + std::to_string(all - largest) +
                             " effects beside those of the largest dimension, more than " +
                             std::to_string(kernel::severity_limit));
      frame_.array = no_array;
      return;
    }
    group.out.resize(levels(group.factors.front()));
    for (std::size_t i = 0; i < group.cells.size(); ++i) {
      const std::uint32_t cell = result.of(group.cells[i]);
      group.out[group.factors.front().level[i]] = cell;
      marked[cell] = 1;
    }
    group.name = cell_name(rest, group.cells.front(), program);
    op.groups.push_back(std::move(group));
  }

  Frame out = frame_;
  out.cells = n;
  out.gap.assign(n, 0);
  out.outside.clear();
  Codes unmarked;
  for (std::size_t g = 0; g < n; ++g) {
    if (marked[g] == 0) {
      out.gap[g] = 1;
      unmarked.push_back(result.first[g]);
    }
    if (!frame_.outside.empty()) {
      out.outside.resize(n, 0);
      out.outside[g] = frame_.outside[result.first[g]];
    }
  }
  if (unmarked.empty())
    out.gap.clear();
  else
    compiler_.note_gaps(frame_, unmarked, name_);
  for (Dimension& d : rest) {
    Codes codes(n);
    for (std::size_t g = 0; g < n; ++g)
      codes[g] = (*d.codes)[result.first[g]];
    d.codes = shared_codes(std::move(codes));
  }
  out.dimensions = std::move(rest);
  auto origin = std::make_shared<Origin>();
  origin->parent = frame_.origin;
  origin->groups = result.groups;
  origin->cells = n;
  out.origin = frame_.origin ? std::move(origin) : nullptr;
  out.relative = true;
  out.category = nullptr;
  out.raw = nullptr;
  out.needs.reset();
  out.resolution = 0;
  out.array = op.out = new_array(plan_, n, out.candidates(), name_);
  add(plan_, std::move(op), step_.name);
  frame_ = std::move(out);
}

} // namespace libeval
