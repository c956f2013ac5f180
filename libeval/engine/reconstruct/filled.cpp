// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/filled.hpp"

#include "engine/compile/compile.hpp"

#include <algorithm>

namespace libeval {
namespace {

std::shared_ptr<const Table> fill(const Table& table, const Scale& scale,
                                  const std::vector<bool>& high) {
  Table copy = table;
  const auto key = std::ranges::find(copy.keys, "candidate", &TextColumn::name);
  for (ValueColumn& value : copy.values) {
    value.gap.clear();
    for (std::size_t row = 0; row < copy.rows && key != copy.keys.end(); ++row)
      value.numbers[row] = high[key->codes[row]] ? scale.second : scale.first;
  }
  return std::make_shared<const Table>(std::move(copy));
}

} // namespace

Filled::Filled(const Context& context, const std::map<std::size_t, Scale>& scales,
               const std::vector<bool>& high, Diagnostics& diagnostics)
    : bundle_(context.bundle), names_(bundle_), context_{bundle_,         names_,
                                                         context.stage,   context.entrants,
                                                         context.earlier, context.among_tied,
                                                         diagnostics,     {}} {
  for (std::size_t t = 0; t < bundle_.tables.size(); ++t)
    if (bundle_.program.evidence[t].unpublished) {
      const auto at = scales.find(t);
      bundle_.tables[t] =
          fill(*bundle_.tables[t], at == scales.end() ? Scale{1, 1} : at->second, high);
    }
  context_.index_entrants();
  compiler_ = std::make_unique<Compiler>(context_);
  compiler_->compile_score();
}

Filled::~Filled() = default;

Bundle filled(const Bundle& bundle, const std::vector<bool>& high) {
  Bundle out = bundle;
  for (std::size_t t = 0; t < out.tables.size(); ++t)
    if (TableSpec& spec = out.program.evidence[t]; spec.unpublished && !spec.statements) {
      out.tables[t] = fill(*out.tables[t], spec.range.value_or(Scale{0, 1}), high);
      spec.unpublished = false;
    }
  return out;
}

} // namespace libeval
