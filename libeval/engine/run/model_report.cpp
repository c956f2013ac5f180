// SPDX-License-Identifier: Apache-2.0
#include "engine/run/model_report.hpp"

#include <libeval/base/text.hpp>

#include <algorithm>

namespace libeval {
namespace {

ModelReport report(const Context& context, const Plan& plan, const Estimated& estimated) {
  const auto& severity = std::get<op::Severity>(plan.ops[estimated.op]);
  const op::Severity::Group& group = severity.groups[estimated.group];
  ModelReport out;
  out.where = plan.arrays[severity.out].where;
  out.step = plan.words[estimated.op];
  out.group = group.name;
  out.residual_sd = estimated.residual_sd;
  out.degrees_of_freedom = estimated.degrees_of_freedom;
  const Index& candidates = plan.arrays[severity.out].candidates;
  for (std::size_t f = 0; f < group.factors.size(); ++f) {
    const auto& values = f == 0 ? estimated.scores : estimated.effects[f - 1];
    const auto& errors = f == 0                            ? estimated.errors
                         : estimated.effect_errors.empty() ? std::vector<double>{}
                                                           : estimated.effect_errors[f - 1];
    const std::size_t first = out.estimates.size();
    for (std::size_t l = 0; l < values.size(); ++l) {
      ModelReport::Estimate estimate;
      estimate.dimension = severity.dimensions[f];
      estimate.member =
          f == 0 ? context.bundle.program.candidates[(*candidates)[group.out[l]]].id.str()
                 : group.factors[f].names[l];
      estimate.value = values[l];
      if (!errors.empty())
        estimate.error = errors[l];
      out.estimates.push_back(std::move(estimate));
    }
    for (const std::uint32_t level : group.factors[f].level)
      ++out.estimates[first + level].marks;
  }
  return out;
}

ModelReport report(const Context& context, const Plan& plan, const Voted& voted) {
  const auto& votes = std::get<op::Votes>(plan.ops[voted.op]);
  ModelReport out;
  out.where = plan.arrays[votes.out].where;
  out.step = plan.words[voted.op];
  out.facts = voted.facts;
  const auto at = [](const std::vector<double>& values, std::size_t i) {
    return values.empty() ? std::nullopt : std::optional(values[i]);
  };
  for (std::size_t i = 0; i < voted.scores.size(); ++i) {
    ModelReport::Estimate estimate;
    estimate.dimension = "candidate";
    estimate.member = context.bundle.program.candidates[(*votes.items)[i]].id.str();
    estimate.value = voted.scores[i];
    estimate.error = at(voted.errors, i);
    estimate.lower = at(voted.lower, i);
    estimate.upper = at(voted.upper, i);
    estimate.place = at(voted.place, i);
    out.estimates.push_back(std::move(estimate));
  }
  return out;
}

} // namespace

std::vector<ModelReport> model_reports(const Context& context, const Plan& plan, const Run& run) {
  std::vector<ModelReport> out;
  for (const Estimated& estimated : run.estimated)
    out.push_back(report(context, plan, estimated));
  for (const Voted& voted : run.voted)
    out.push_back(report(context, plan, voted));
  return out;
}

} // namespace libeval
