// SPDX-License-Identifier: Apache-2.0
#include "engine/simulate/sampler.hpp"

#include <libeval/engine/reconstruct.hpp>

#include <algorithm>

namespace libeval {

Bundle complete(const Bundle& bundle, const Uncertainty& uncertainty,
                std::vector<CompletionSource>& completions, Diagnostics& diagnostics) {
  Bundle out = bundle;
  const auto completed = [&](const std::string& stage) {
    return std::ranges::find(completions, stage, &CompletionSource::stage) != completions.end();
  };
  for (const UncertainCompletions& what : uncertainty.completions) {
    if (completed(what.stage)) {
      diagnostics.error(what.where, "the completions of `" + what.stage + "` stand in two entries",
                        "one entry a stage");
      return out;
    }
    SampleOptions options;
    options.stage = what.stage;
    options.level = what.level;
    options.without = what.without;
    options.samples = what.draws;
    options.seed = what.seed;
    options.each_once = true;
    Diagnostics problems;
    const Completions drawn = sample_completions(out, options, problems);
    for (Diagnostic problem : problems.all()) {
      if (!problem.where.source)
        problem.where = what.where;
      diagnostics.add(std::move(problem));
    }
    if (problems.has_errors() || drawn.count == 0)
      return out;
    CompletionSource source;
    source.stage = drawn.stage;
    source.entrants = drawn.entrants;
    source.where = what.where;
    const auto& stages = out.program.stages;
    source.completes = static_cast<std::size_t>(
        std::ranges::find(stages, drawn.stage, [](const Stage& one) { return one.id.str(); }) -
        stages.begin());
    source.all = drawn.enumerated && drawn.completions <= drawn.count;
    for (std::size_t i = 0; i < drawn.count; ++i)
      source.numbers.push_back(
          with_completion(out, drawn, i).tables.back()->values.front().numbers);
    out = with_completion(out, drawn, 0);
    source.table = out.tables.size() - 1;
    completions.push_back(std::move(source));
  }
  return out;
}

} // namespace libeval
