// SPDX-License-Identifier: Apache-2.0
#include "engine/run/runner.hpp"

#include <libeval/kernel/severity.hpp>

namespace libeval {
namespace {

std::vector<kernel::Factor> factors_of(const op::Severity::Group& group) {
  std::vector<kernel::Factor> out;
  for (const auto& factor : group.factors) {
    const auto most = std::ranges::max_element(factor.level);
    out.push_back({factor.level, *most + std::size_t{1}});
  }
  return out;
}

} // namespace

template <class T>
void Runner<T>::apply(const op::Severity& o) {
  const auto x = values(o.in);
  const Index& candidates = plan_.arrays[o.out].candidates;
  Values y(plan_.arrays[o.out].size, T(0));
  struct Failure {
    std::vector<std::uint32_t> cells;
    std::string why;
    std::vector<std::vector<std::uint32_t>> parts = {};
  };
  std::vector<Failure> failures;
  Marks causes(lanes_[o.in].undefined ? y.size() : 0);
  for (std::size_t g = 0; g < o.groups.size(); ++g) {
    const op::Severity::Group& group = o.groups[g];
    if (const std::uint32_t cause = first_cause(o.in, group.cells); cause != 0) {
      for (const std::uint32_t cell : group.out)
        causes[cell] = cause;
      continue;
    }
    std::vector<kernel::Exact> marks;
    for (const std::uint32_t cell : group.cells)
      marks.push_back((*x)[cell]);
    kernel::Severity found = kernel::severity(marks, factors_of(group));
    if (!found.estimated()) {
      failures.push_back(
          {group.out, found.confounded ? "the marks do not tell the effects of the dimensions apart"
                                       : "the marks fall into parts that nobody's marks join"});
      if (!found.confounded) {
        failures.back().parts.resize(found.parts);
        for (std::size_t i = 0; i < found.part.size(); ++i)
          failures.back().parts[found.part[i]].push_back((*candidates)[group.out[i]]);
      }
      continue;
    }
    Estimated estimated{at_,
                        g,
                        {},
                        std::move(found.score_errors),
                        std::move(found.effects),
                        std::move(found.effect_errors),
                        std::move(found.residuals),
                        found.residual_sd,
                        found.degrees_of_freedom};
    std::vector<std::uint32_t> bad;
    for (std::size_t i = 0; i < found.scores.size(); ++i) {
      const bool fine = kernel::isfinite(found.scores[i]);
      if constexpr (std::is_same_v<T, double>)
        y[group.out[i]] = fine ? kernel::to_double(found.scores[i]) : 0;
      else
        y[group.out[i]] = fine ? found.scores[i] : T(0);
      estimated.scores.push_back(kernel::to_double(y[group.out[i]]));
      if (!fine)
        bad.push_back(group.out[i]);
    }
    failures.push_back({bad, "the numbers are too large"});
    if (!std::isfinite(estimated.residual_sd)) { // squares beyond the range of double
      estimated.errors.clear();
      estimated.effect_errors.clear();
      estimated.residual_sd = 0;
      estimated.degrees_of_freedom = 0;
    }
    if (bad.empty())
      result_.estimated.push_back(std::move(estimated));
  }
  put(o.out, std::move(y));
  mark(o.out, std::move(causes));
  for (Failure& failure : failures)
    if (fail(o.out, failure.cells, std::move(failure.why)))
      result_.undefined.back().parts = std::move(failure.parts);
}

template void Runner<double>::apply(const op::Severity&);
template void Runner<kernel::Exact>::apply(const op::Severity&);

} // namespace libeval
