// SPDX-License-Identifier: Apache-2.0
// Cells kept by what was worked out.
#include "engine/compile/lowering.hpp"
#include "engine/run/run.hpp"

#include <libeval/base/decimal.hpp>

namespace libeval {

/// Takes away what lies outside bounds, as `where` takes cells of the evidence away. Which cells
/// there are is settled when a plan is compiled, so the numbers are worked out here.
void Lowering::only() {
  struct Bound {
    const char* key;
    double below, equal, above; ///< 1 = stays
  };
  if (frame_.mask != no_array) {
    error(step_.where, "`only` stands between setting values aside and reducing them",
          "reduce `" + frame_.mask_over.front() + "` right after `drop`, `trim` or `best`");
    return;
  }
  ArrayId stays = no_array;
  std::optional<double> least, most;
  for (const Bound& bound : {Bound{"at_least", 0, 1, 1}, Bound{"above", 0, 0, 1},
                             Bound{"at_most", 1, 1, 0}, Bound{"below", 1, 0, 0}}) {
    const Tree* given = arg(bound.key);
    if (given == nullptr)
      continue;
    const Operand with = operand(*given);
    if (!with.constant && with.array == no_array)
      return;
    (bound.below == 0 ? least : most) = with.constant;
    take_gaps(with.gap); // a cell without its bound is a gap, and stays one
    const ArrayId one = output();
    add(plan_,
        op::Compare{frame_.array, array_of(with), one, 0, bound.below, bound.equal, bound.above},
        step_.name);
    if (stays == no_array) {
      stays = one;
    } else {
      const ArrayId both = output();
      add(plan_, op::Binary{stays, one, both, op::Binary::Kind::multiply}, step_.name);
      stays = both;
    }
  }
  if (stays == no_array)
    error(step_.where, "`only` needs a bound",
          "say which values count, `only: {at_least: 0}` or `only: {below: 100}`");
  else if (least && most && *least > *most)
    error(step_.where, "no value is at least " + format_decimal(*least) + " and at most " +
                           format_decimal(*most));
  if (compiler_.context.diagnostics.has_errors()) // then nothing is run
    return;
  const Column worked_out = run(up_to(plan_, stays), {stays}).columns.front();
  plan_.rests_on_values = true;
  Codes cells;
  for (std::size_t i = 0; i < frame_.cells; ++i)
    if (frame_.is_gap(i) || !worked_out.has(i) ||
        worked_out.scale * (*worked_out.data)[i] + worked_out.shift != 0)
      cells.push_back(static_cast<std::uint32_t>(i));
  frame_ = compiler_.picked(frame_, cells, name_, step_.name, stays);
}

} // namespace libeval
