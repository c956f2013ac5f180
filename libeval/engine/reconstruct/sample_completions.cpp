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
  const auto known =
      know_in_part(bundle, options.stage, {options.level, options.without}, diagnostics);
  if (!known)
    return out;
  Knowledge& k = known->knowledge;
  const SolveLimits limits;
  add_published_outcomes(known->context, k, known->decide, limits);
  Reasoner reasoner(k.system, limits);
  const Answer start = reasoner.any();
  const Where& where = known->context.stage.where;
  if (start.status != Answer::Status::optimal) {
    diagnostics.error(where,
                      start.status == Answer::Status::infeasible
                          ? "the statements about stage `" + known->context.stage.id.str() +
                                "` contradict each other"
                          : "no completion of the record could be found",
                      "`libeval reconstruct` names the statements");
    return out;
  }
  std::vector<Unknown> box;
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
      draw_lattice_points(k, start.point, box,
                          {options.samples, options.seed, std::max<std::size_t>(1, options.chains),
                           options.thin, options.enumerate_up_to});
  out.stage = known->context.stage.id.str();
  out.entrants = k.entrants;
  std::vector<std::size_t> part_of(k.nodes.size(), nobody);
  for (const Knowledge::Cell& cell : k.cells)
    if (part_of[cell.node] == nobody) {
      part_of[cell.node] = out.parts.size();
      out.parts.push_back(k.nodes[cell.node].path);
    }
  out.count = draws.points.size();
  out.scores.assign(out.count * out.parts.size() * out.entrants.size(), 0);
  for (std::size_t s = 0; s < out.count; ++s)
    for (const Knowledge::Cell& cell : k.cells)
      out.scores[(s * out.parts.size() + part_of[cell.node]) * out.entrants.size() + cell.entrant] =
          to_double(cell.step * Fraction(draws.points[s][cell.unknown]));
  out.enumerated = draws.enumerated;
  out.completions = draws.all;
  out.effective = static_cast<double>(out.count);
  if (!draws.enumerated && !k.scores.empty())
    for (const Linear& total : k.scores[0]) {
      std::vector<double> values;
      for (const auto& point : draws.points)
        values.push_back(to_double(value_at(total, point)));
      const ChainCheck check = check_chains(values, draws.chains);
      out.effective = std::min(out.effective, check.effective);
      out.r_hat = std::max(out.r_hat, check.r_hat);
    }
  return out;
}

Bundle with_completion(const Bundle& bundle, const Completions& completions, std::size_t sample) {
  if (sample >= completions.count)
    throw std::invalid_argument("there is no completion " + std::to_string(sample) + ", only " +
                                std::to_string(completions.count));
  Diagnostics diagnostics;
  const auto known = know_in_part(bundle, completions.stage, {}, diagnostics);
  if (!known)
    throw LoadError(std::move(diagnostics));
  const Knowledge& k = known->knowledge;
  std::vector<std::int64_t> point(k.system.unknowns.size(), 0);
  for (const Knowledge::Cell& cell : k.cells) {
    const auto part = static_cast<std::size_t>(
        std::ranges::find(completions.parts, k.nodes[cell.node].path) - completions.parts.begin());
    const double score = completions.score(sample, part, cell.entrant);
    point[cell.unknown] = floor(fraction_of(score) / cell.step + Fraction(1, 2));
  }
  return completed(bundle, known->stage, k, point,
                   std::vector<bool>(bundle.program.candidates.size(), true));
}

} // namespace libeval
