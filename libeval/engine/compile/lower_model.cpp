// SPDX-License-Identifier: Apache-2.0
// Methods over a matrix of candidates and criteria.
#include "engine/compile/lowering.hpp"
#include "engine/drawn.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

namespace libeval {

void Lowering::model(op::Model::Kind kind) {
  const auto dimensions = over();
  if (!dimensions)
    return;
  const Dimension* criteria = dimensions->size() == 1 ? frame_.find(dimensions->front()) : nullptr;
  const Dimension* candidate = frame_.find("candidate");
  if (criteria == nullptr || candidate == nullptr || frame_.left_over().size() != 1) {
    error(step_.where,
          "`" + step_.name + "` needs the dimensions `candidate` and `" +
              (dimensions->empty() ? "part" : dimensions->front()) + "`, and no others",
          dimensions_in_words());
    return;
  }
  const Grouping rows = group_cells({candidate->codes}, frame_.cells);
  const Grouping columns = group_cells({criteria->codes}, frame_.cells);
  const std::size_t m = columns.groups->count();
  op::Model op{frame_.array, 0, kind, m, nullptr, {}, {}};
  Codes cells, who, gap_cells;
  std::vector<std::uint8_t> gap;
  Codes matrix_row_of;
  for (std::size_t g = 0; g < rows.groups->count(); ++g) {
    Codes of(m, npos);
    bool outside = false;
    for (std::uint32_t at = rows.groups->offsets[g]; at < rows.groups->offsets[g + 1]; ++at) {
      const std::uint32_t cell = rows.groups->cell(at);
      outside = outside || frame_.is_outside(cell);
      if (frame_.is_gap(cell))
        gap_cells.push_back(cell);
      else
        of[columns.of(cell)] = cell;
    }
    if (outside)
      continue;
    who.push_back((*candidate->codes)[rows.first[g]]);
    const bool whole = std::ranges::find(of, npos) == of.end();
    gap.push_back(whole ? 0 : 1);
    matrix_row_of.push_back(whole ? static_cast<std::uint32_t>(cells.size() / m) : 0);
    if (whole)
      cells.insert(cells.end(), of.begin(), of.end());
  }
  if (!gap_cells.empty())
    compiler_.note_gaps(frame_, gap_cells, name_);
  op.weights.assign(m, 1);
  op.costs.assign(m, frame_.direction == Direction::cost ? 1 : 0);
  for (std::size_t c = 0; c < m; ++c) {
    const std::uint32_t code = (*criteria->codes)[columns.first[c]];
    if (criteria->name == "part" && !frame_.part_weights.empty())
      op.weights[c] = frame_.part_weights[code];
    if (criteria->name == "part" && !frame_.part_directions.empty())
      op.costs[c] = frame_.part_directions[code] == Direction::cost ? 1 : 0;
  }
  if (const Tree* given = arg("weights")) {
    const Param param = read_param(*given);
    if (param.kind == Param::Kind::table && param.column == criteria->name) {
      plan_.named.insert(criteria->name);
      for (std::size_t c = 0; c < m; ++c) {
        const std::string name(
            original_of((*criteria->members)[(*criteria->codes)[columns.first[c]]]));
        const auto at =
            std::ranges::find(param.members, name, &std::pair<std::string, double>::first);
        if (at == param.members.end() && !param.otherwise)
          error(given->where, "there is no weight for `" + name + "`");
        op.weights[c] = at != param.members.end() ? at->second : param.otherwise.value_or(0);
      }
    } else {
      error(given->where, "the weights of `" + step_.name + "` are numbers by criterion",
            "write `{by: " + criteria->name + ", values: {...}}`, or give the parts weights");
      return;
    }
  }
  if (std::accumulate(op.weights.begin(), op.weights.end(), 0.0) <= 0 ||
      std::ranges::any_of(op.weights, [](double w) { return w < 0; })) {
    error(step_.where, "the weights must not be negative, nor all zero");
    return;
  }
  op.normalize = text("normalize", "vector");
  op.v = number("v").value_or(0.5);
  if (kind == op::Model::Kind::promethee) {
    std::vector<const Tree*> given;
    if (const Tree* preference = arg("preference")) {
      if (preference->is_list())
        for (const Tree& item : preference->list())
          given.push_back(&item);
      else
        given.assign(m, preference);
      if (given.size() != m) {
        error(preference->where, "there are " + std::to_string(given.size()) + " preferences for " +
                                     std::to_string(m) + " criteria");
        return;
      }
    }
    op.preferences.resize(m);
    const std::map<std::string, kernel::Preference::Kind> kinds = {
        {"usual", kernel::Preference::Kind::usual},
        {"ushape", kernel::Preference::Kind::ushape},
        {"vshape", kernel::Preference::Kind::vshape},
        {"level", kernel::Preference::Kind::level},
        {"linear", kernel::Preference::Kind::linear},
        {"gaussian", kernel::Preference::Kind::gaussian}};
    for (std::size_t c = 0; c < given.size(); ++c) {
      const auto value = [&](const char* key) {
        const Tree* found = given[c]->find(key);
        return found == nullptr ? 0.0 : found->number();
      };
      auto& p = op.preferences[c];
      p.kind = kinds.at(given[c]->find("f")->scalar().value_or("usual"));
      p.q = value("q");
      p.p = value("p");
      p.s = value("s");
      using PK = kernel::Preference::Kind;
      if ((p.kind == PK::gaussian && p.s <= 0) || (p.kind == PK::vshape && p.p <= 0) ||
          ((p.kind == PK::linear || p.kind == PK::level) && p.p <= p.q))
        error(given[c]->where, "the preference's thresholds do not fit its form",
              "vshape needs p, level and linear need p above q, gaussian needs s");
    }
  }
  op.cells = shared_codes(cells);
  const ArrayId result =
      new_array(plan_, cells.size() / std::max<std::size_t>(m, 1), nullptr, name_);
  op.out = result;
  Codes result_candidates;
  for (std::size_t i = 0; i < who.size(); ++i)
    if (gap[i] == 0)
      result_candidates.push_back(who[i]);
  plan_.arrays[result].candidates = shared_codes(std::move(result_candidates));
  Frame out = frame_;
  out.cells = who.size();
  out.dimensions = {{"candidate", nullptr, shared_codes(who)}};
  out.gap = gap;
  out.outside.clear();
  out.category = nullptr;
  out.raw = nullptr;
  out.origin = nullptr;
  out.part_weights.clear();
  out.part_directions.clear();
  out.resolution = 0;
  add(plan_, std::move(op), step_.name);
  if (cells.empty()) { // everybody has a gap: their numbers are never used
    frame_ = std::move(out);
    frame_.array = constant_array(0);
  } else {
    frame_ = std::move(out);
    const ArrayId gathered = output();
    add(plan_, op::Gather{result, gathered, shared_codes(std::move(matrix_row_of))}, step_.name);
    frame_.array = gathered;
  }
  frame_.direction = kind == op::Model::Kind::vikor ? Direction::cost : Direction::benefit;
  frame_.relative = true;
}

} // namespace libeval
