// SPDX-License-Identifier: Apache-2.0
#include "engine/simulate/tagged_plan.hpp"

#include "engine/simulate/linear_reading.hpp"

#include <cmath>
#include <map>
#include <memory>
#include <numeric>
#include <utility>

namespace libeval {

Bundle TaggedPlan::tagged(const Sampler& sampler) {
  Bundle out = sampler.bundle;
  std::map<std::size_t, std::shared_ptr<Table>> tables;
  for (const CellSource& source : sampler.cells) {
    for (const ValueColumn& column : sampler.bundle.tables[source.table]->values)
      for (const double x : column.numbers)
        fits_ = fits_ && std::abs(x) < tag;
    auto& table = tables[source.table];
    if (!table)
      table = std::make_shared<Table>(*sampler.bundle.tables[source.table]);
    out.tables[source.table] = table;
    for (const CellSource::Cell& cell : source.cells) {
      double& number = table->values[cell.column].numbers[cell.row];
      fits_ = fits_ && number < tag; // else two errors for one cell
      number = tag + static_cast<double>(spread_.size());
      spread_.push_back(cell.spread);
    }
  }
  return out;
}

Context TaggedPlan::context(const Bundle& bundle, const Names& names,
                            const std::vector<std::uint32_t>& entrants) {
  Context out{bundle, names, bundle.program.stages[0], entrants, earlier_, false, diagnostics_, {}};
  out.index_entrants();
  return out;
}

TaggedPlan::TaggedPlan(const Sampler& sampler, const std::vector<std::uint32_t>& entrants)
    : bundle_(sampler.bundle), tagged_(tagged(sampler)), names_(bundle_), tagged_names_(tagged_),
      nominal_(context(bundle_, names_, entrants)),
      marked_(context(tagged_, tagged_names_, entrants)), certain_(nominal_), uncertain_(marked_) {
  if (!fits_)
    return;
  certain_.compile_score();
  uncertain_.compile_score();
  fits_ = !diagnostics_.has_errors() && certain_.plan.ops.size() == uncertain_.plan.ops.size();
  if (!fits_)
    return;
  std::vector<ArrayId> all(certain_.plan.arrays.size());
  std::iota(all.begin(), all.end(), ArrayId{0});
  numbers_ = run(certain_.plan, all);
  // Where `missing` serves what has no result, another replicate may have another plan.
  fits_ = numbers_.undefined.empty() && !certain_.plan.serves_undefined;
}

} // namespace libeval
