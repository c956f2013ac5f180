// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/report.hpp>

#include "io/grid.hpp"
#include "io/report_lines.hpp"
#include "io/stage_notes.hpp"
#include "io/stage_table.hpp"

#include <libeval/base/text.hpp>
#include <libeval/io/words.hpp>

#include <algorithm>
#include <optional>

namespace libeval {
namespace {

std::string heading(const StageDecision& stage, bool color) {
  std::string out = styled(escape_control(stage.id), Style::bold, color);
  if (!stage.title.empty() && stage.title != stage.id)
    out += " · " + escape_control(stage.title);
  if (!stage.date.empty())
    out += " · " + stage.date;
  out += " · " + counted(stage.entrants.size(), "entrant");
  if (stage.places)
    out += " for " + counted(*stage.places, "place");
  if (stage.partial)
    out += stage.partial->statements == 0
               ? " · not known yet"
               : " · known in part (" + counted(stage.partial->statements, "statement") + ")";
  return out + "\n";
}

/// A stage of which only the entrants are known: every score is open and nobody said anything.
bool nothing_is_known(const StageDecision& stage) {
  const auto open = [](const std::vector<ScoreRange>& ranges) {
    return !ranges.empty() && std::ranges::none_of(ranges, &ScoreRange::single);
  };
  return stage.partial && stage.partial->statements == 0 && !stage.partial->ranges.empty() &&
         std::ranges::all_of(stage.partial->ranges, open) &&
         std::ranges::all_of(stage.outcomes, [](Outcome o) { return o == Outcome::held; });
}

std::string only_entrants(const Program& program, const StageDecision& stage, const Lines& lines) {
  std::vector<std::size_t> who(stage.entrants.begin(), stage.entrants.end());
  return lines.labelled("entrants", names_of(program, who)) +
         lines.labelled("held", "all of them: nothing was published about the scores");
}

} // namespace

std::string report(const Bundle& bundle, const Decision& decision, const ReportOptions& options) {
  const Program& program = bundle.program;
  std::string out = styled(escape_control(program.title.empty() ? program.id : program.title),
                           Style::bold, options.color);
  if (!program.as_of.empty())
    out += " · as of " + program.as_of;
  out += "\n";
  for (const StageDecision& stage : decision.stages) {
    out += "\n" + heading(stage, options.color);
    if (nothing_is_known(stage)) {
      out += only_entrants(program, stage, Lines(options));
      continue;
    }
    if (!stage.entrants.empty())
      out += stage_table(bundle, stage, options);
    const std::string notes = stage_notes(bundle, stage, options);
    if (!notes.empty())
      out += (stage.entrants.empty() ? "" : "\n") + notes;
  }
  return out;
}

std::string report(const Program& program, const std::vector<StageChange>& changes,
                   const ReportOptions& options) {
  if (changes.empty())
    return "nothing differs\n";
  const Lines lines(options);
  std::string out;
  for (const StageChange& stage : changes) {
    if (!out.empty())
      out += "\n";
    out += styled(escape_control(stage.stage), Style::bold, options.color);
    if (stage.only_before || stage.only_after) {
      out += stage.only_before ? " · no longer a stage\n" : " · a new stage\n";
      continue;
    }
    if (!stage.changes_outcomes())
      out += " · same outcomes";
    out += "\n" + change_table(program, stage, options);
    const auto number = [](const std::optional<std::size_t>& n) {
      return n ? std::to_string(*n) : std::string("none");
    };
    if (stage.places_before != stage.places_after)
      out += lines.labelled("places",
                            number(stage.places_before) + " -> " + number(stage.places_after));
    if (stage.advancing_before != stage.advancing_after)
      out += lines.labelled("advance", std::to_string(stage.advancing_before) + " -> " +
                                           std::to_string(stage.advancing_after));
    if (stage.vacancies_before != stage.vacancies_after)
      out += lines.labelled("vacant", number(stage.vacancies_before) + " -> " +
                                          number(stage.vacancies_after));
  }
  return out;
}

} // namespace libeval
