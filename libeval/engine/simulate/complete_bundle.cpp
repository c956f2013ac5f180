// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/knowledge.hpp"
#include "engine/reconstruct/partly.hpp"
#include "engine/reconstruct/unpublished.hpp"
#include "engine/simulate/sampler.hpp"

#include <libeval/engine/reconstruct.hpp>

#include <algorithm>

namespace libeval {
namespace {

/// Statements that a completion leaves nothing to say: those on scores of its stage, and those that
/// did not count when it was drawn. A stage with a hurdle is still read with the others.
void drop_statements(Bundle& bundle, const std::string& stage, const StatementFilter& filter) {
  for (Published& published : bundle.published)
    std::erase_if(published.statements, [&](const Statement& s) {
      return s.stage == stage && (s.outcomes.empty() || !filter.counts(s));
    });
}

bool has_statement(const Bundle& bundle, const std::string& id) {
  return std::ranges::any_of(bundle.published, [&](const Published& published) {
    return std::ranges::find(published.statements, id, &Statement::id) !=
           published.statements.end();
  });
}

} // namespace

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
    Diagnostics problems;
    check_statement_ids(bundle, what.without, problems);
    SampleOptions options;
    options.stage = what.stage;
    for (const Stage& stage : out.program.stages)
      if (options.stage.empty() && is_known_in_part(out, stage) && !completed(stage.id.str()))
        options.stage = stage.id.str();
    options.level = what.level;
    for (const std::string& id : what.without)
      if (has_statement(out, id)) // else it spoke of a stage before
        options.without.push_back(id);
    options.samples = what.draws;
    options.seed = what.seed;
    options.each_once = true;
    const Completions drawn = sample_completions(out, options, problems);
    for (Diagnostic problem : problems.all()) {
      if (!problem.where.source)
        problem.where = what.where;
      diagnostics.add(std::move(problem));
    }
    if (drawn.count == 0 && !problems.has_errors())
      diagnostics.error(what.where, "no completion of the record could be drawn");
    if (diagnostics.has_errors())
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
    drop_statements(out, drawn.stage, {what.level, what.without});
    source.table = out.tables.size() - 1;
    completions.push_back(std::move(source));
  }
  return out;
}

} // namespace libeval
