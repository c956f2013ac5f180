// SPDX-License-Identifier: Apache-2.0
#include <libeval/engine/reconstruct.hpp>

#include "engine/reconstruct/complete.hpp"
#include "engine/reconstruct/lattice_walk.hpp"
#include "engine/reconstruct/partly.hpp"

#include <algorithm>
#include <stdexcept>

namespace libeval {

Completions sample_completions(const Bundle& bundle, const SampleOptions& options,
                               Diagnostics& diagnostics) {
  Completions out;
  check_statement_ids(bundle, options.without, diagnostics);
  if (diagnostics.has_errors())
    return out;
  const auto known =
      know_in_part(bundle, options.stage, {options.level, options.without}, diagnostics);
  if (!known)
    return out;
  Knowledge& k = known->knowledge;
  const SolveLimits limits;
  const Lineup lineup = line_up(known->context, k, known->decide, limits);
  Reasoner reasoner(k.system, limits);
  const Where& where = known->context.stage.where;
  if (!lineup.found) {
    diagnostics.error(where,
                      lineup.impossible
                          ? "the statements about stage `" + known->context.stage.id.str() +
                                "` contradict each other"
                          : "no completion of the record could be found",
                      "`libeval reconstruct` names the statements");
    return out;
  }
  std::vector<LinearUnknown> box;
  for (const Knowledge::Cell& cell : k.cells) {
    const Linear x = Linear::variable(cell.unknown, Fraction(1));
    const Span span = reasoner.span(x);
    if (!span.low.at || !span.high.at) {
      diagnostics.error(where, "scores of `" + k.nodes[cell.node].path + "` have no bounds",
                        "give the part points, or say a `range`");
      return out;
    }
    box.push_back({ceil(*span.low.at), floor(*span.high.at)});
  }
  const LatticeDraws draws =
      draw_lattice_points(k, lineup.point, box,
                          {options.samples, options.seed, std::max<std::size_t>(1, options.chains),
                           options.thin, options.enumerate_up_to, options.each_once});
  out.stage = known->context.stage.id.str();
  out.entrants = k.entrants;
  for (CompletedPart& part : parts_of(k)) {
    out.parts.push_back(std::move(part.path));
    out.steps.push_back(part.step);
    out.directions.push_back(part.direction);
  }
  // Draws of the chains in turn, so that the first few are of all chains.
  const std::size_t each = draws.points.size() / draws.chains;
  out.count = std::min(options.samples, draws.points.size());
  for (std::size_t s = 0; s < out.count; ++s) {
    const auto& point = draws.points[s % draws.chains * each + s / draws.chains];
    for (const Knowledge::Cell& cell : k.cells) // one entrant after another, as in the table
      out.scores.push_back(to_double(cell.step * Fraction(point[cell.unknown])));
    for (std::size_t e = 0; e < k.entrants.size(); ++e)
      out.totals.push_back(k.scores.empty() ? 0 : to_double(value_at(k.scores[0][e], point)));
  }
  out.enumerated = draws.enumerated;
  out.completions = draws.all;
  out.effective = static_cast<double>(out.count);
  const auto check = [&](const Linear& x) {
    std::vector<double> values;
    for (const auto& point : draws.points)
      values.push_back(to_double(value_at(x, point)));
    const ChainCheck one = check_chains(values, draws.chains);
    out.effective = std::min(out.effective, one.effective);
    out.r_hat = std::max(out.r_hat, one.r_hat);
    out.mixing_told = out.mixing_told && one.told;
  };
  if (!draws.enumerated) {
    for (const Knowledge::Cell& cell : k.cells)
      check(Linear::variable(cell.unknown, Fraction(1)));
    if (!k.scores.empty())
      std::ranges::for_each(k.scores[0], check);
  }
  return out;
}

Bundle with_completion(const Bundle& bundle, const Completions& completions, std::size_t sample) {
  if (sample >= completions.count)
    throw std::invalid_argument("there is no completion " + std::to_string(sample) + ", only " +
                                std::to_string(completions.count));
  const auto stage = std::ranges::find(bundle.program.stages, completions.stage,
                                       [](const Stage& one) { return one.id.str(); });
  if (stage == bundle.program.stages.end())
    throw std::invalid_argument("there is no stage `" + completions.stage + "`");
  std::vector<CompletedPart> parts;
  for (std::size_t p = 0; p < completions.parts.size(); ++p)
    parts.push_back({completions.parts[p], completions.steps[p], completions.directions[p]});
  return with_scores(bundle, static_cast<std::size_t>(stage - bundle.program.stages.begin()), parts,
                     completions.entrants, [&](std::size_t part, std::size_t entrant) {
                       return fraction_of(completions.score(sample, part, entrant));
                     });
}

} // namespace libeval
