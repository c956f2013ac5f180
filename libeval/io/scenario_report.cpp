// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/scenario_report.hpp>

#include "io/grid.hpp"
#include "io/json_writer.hpp"

#include <libeval/base/text.hpp>
#include <libeval/io/words.hpp>

#include <algorithm>
#include <span>

namespace libeval {
namespace {

constexpr std::size_t most_shown = 20, most_cases = 3, most_rows = 60;

std::string named(const Unknown& unknown, const Program& program) {
  return escape_control(unknown.what) + " of " + name_of(program, unknown.candidate);
}

std::string in_words(const ScenarioCase& one, const Scenarios& scenarios, const Program& program) {
  std::string out;
  for (const auto& [unknown, passes] : one)
    out += (out.empty() ? "" : ", ") + named(scenarios.unknowns[unknown], program) +
           (passes ? " passes" : " fails");
  return out.empty() ? "in every case" : out;
}

std::string who(const std::vector<std::uint32_t>& candidates, const Program& program) {
  const std::vector<std::size_t> all(candidates.begin(), candidates.end());
  return all.empty() ? "nobody" : names_of(program, all, 12);
}

std::string labelled(const std::string& label, const std::string& text,
                     const ReportOptions& options) {
  return "   " + pad_right(label, 10) + wrapped(text, 13, text_width(options.width) - 13) + "\n";
}

std::string one_of(const Scenario& scenario, const Scenarios& scenarios, const Program& program,
                   const ReportOptions& options) {
  std::string out;
  for (std::size_t s = 0; s < scenario.stages.size(); ++s) {
    const Scenario::StageOutcome& stage = scenario.stages[s];
    std::string text = who(stage.advancing, program);
    if (!stage.reserve.empty())
      text += "; in reserve " + who(stage.reserve, program);
    if (!stage.held.empty())
      text += "; held all the same " + who(stage.held, program);
    out += labelled(
        "go on",
        (scenario.stages.size() == 1 ? "" : escape_control(program.stages[s].id.str()) + ": ") +
            text,
        options);
  }
  for (std::size_t c = 0; c < scenario.cases.size() && c < most_cases; ++c)
    out +=
        labelled(c == 0 ? "if" : "or if", in_words(scenario.cases[c], scenarios, program), options);
  if (scenario.cases.size() > most_cases)
    out +=
        labelled("", "or in " + counted(scenario.cases.size() - most_cases, "more case"), options);
  return out;
}

std::string row_of(const ScenarioRow& row, const Scenarios& scenarios, const Program& program,
                   const ReportOptions& options) {
  std::string out =
      "\n" + labelled("go on",
                      "the first " + std::to_string(row.places) +
                          " of these that pass, in this order, each in so many of the "
                          "ways the unknowns may turn out",
                      options);
  std::size_t number = 0;
  for (const ScenarioRow::Entrant& one : row.row) {
    if (++number > most_rows && !options.all) {
      out += "   and " + counted(row.row.size() - most_rows, "more") + " (--all)\n";
      break;
    }
    std::string on;
    for (const std::size_t unknown : one.unknowns)
      on += (on.empty() ? "" : ", ") + escape_control(scenarios.unknowns[unknown].what);
    out += labelled(shown(100 * one.share, 4) + " %",
                    name_of(program, one.candidate) + (on.empty() ? "" : ", if it passes " + on),
                    options);
  }
  return out;
}

/// Scenarios are about verdicts and gaps; what else holds somebody is said.
std::string nothing_to_try(const Scenarios& scenarios, const Program& program,
                           const ReportOptions& options) {
  std::string open;
  for (const Scenario& scenario : scenarios.all)
    for (std::size_t s = 0; s < scenario.stages.size(); ++s)
      if (const Scenario::StageOutcome& stage = scenario.stages[s]; !stage.held.empty())
        open +=
            labelled("held",
                     escape_control(program.stages[s].id.str()) + ": " + who(stage.held, program) +
                         (stage.in_part ? ", which the record leaves open (`reconstruct`)"
                                        : ", by a tie or a score that is not defined"),
                     options);
  return open.empty() ? "nothing is unknown that could change who goes on\n"
                      : "no verdict and no gap is unknown that could change who goes on; scenarios "
                        "are about these\n" +
                            open;
}

void write_ids(JsonWriter& out, const char* key, const std::vector<std::uint32_t>& candidates,
               const Program& program) {
  out.key(key).open_line('[');
  for (const std::uint32_t candidate : candidates)
    out.text(program.candidates[candidate].id.str());
  out.close(']');
}

} // namespace

std::string report(const Program& program, const Scenarios& scenarios,
                   const ReportOptions& options) {
  std::string out = styled(escape_control(program.title.empty() ? program.id : program.title),
                           Style::bold, options.color) +
                    "\n";
  const auto matter = std::ranges::count(scenarios.matters, true);
  if (scenarios.unknowns.empty())
    return out + nothing_to_try(scenarios, program, options);
  const double decisions =
      scenarios.row ? scenarios.row->decisions : static_cast<double>(scenarios.all.size());
  constexpr double exact = 9007199254740992; // 2^53
  out += (decisions < exact ? counted(static_cast<std::size_t>(decisions), "distinct decision")
                            : "more than 9 * 10^15 distinct decisions") +
         (scenarios.whole ? "" : " or more") + " over " +
         counted(scenarios.unknowns.size(), "unknown") + ", of which " + std::to_string(matter) +
         (matter == 1 ? " matters\n" : " matter\n");
  if (scenarios.row)
    out += row_of(*scenarios.row, scenarios, program, options);
  std::size_t number = 0;
  for (const Scenario& scenario : scenarios.all) {
    if (++number > most_shown && !options.all)
      break;
    out += "\n" + pad_left(std::to_string(number), 2) + " · " + shown(100 * scenario.share, 4) +
           " % of the ways the unknowns may turn out\n" +
           one_of(scenario, scenarios, program, options);
  }
  if (number > most_shown && !options.all)
    out += "\nand " + counted(scenarios.all.size() - most_shown, "more decision") + " (--all)\n";
  std::string idle;
  for (std::size_t u = 0; u < scenarios.unknowns.size(); ++u)
    if (!scenarios.matters[u])
      idle += (idle.empty() ? "" : ", ") + named(scenarios.unknowns[u], program);
  if (!idle.empty())
    out += "\n" + std::string(" no matter ") + wrapped(idle, 11, text_width(options.width) - 11) +
           "\n";
  return out;
}

std::string to_json(const Program& program, const Scenarios& scenarios) {
  JsonWriter out(4);
  const auto unknown = [&](std::size_t u) {
    out.key("what").text(scenarios.unknowns[u].what).key("candidate");
    out.text(program.candidates[scenarios.unknowns[u].candidate].id.str());
  };
  out.open('{').key("program").text(program.id).key("whole").flag(scenarios.whole);
  out.key("unknowns").open('[');
  for (std::size_t u = 0; u < scenarios.unknowns.size(); ++u) {
    out.open_line('{');
    unknown(u);
    out.key("matters").flag(scenarios.matters[u]).close('}');
  }
  out.close(']');
  if (scenarios.row) {
    const ScenarioRow& row = *scenarios.row;
    out.key("row").open('{').key("stage").text(program.stages[row.stage].id.str());
    out.key("places").number(static_cast<double>(row.places));
    out.key("decisions").number(row.decisions).key("entrants").open('[');
    for (const ScenarioRow::Entrant& one : row.row) {
      out.open_line('{').key("candidate").text(program.candidates[one.candidate].id.str());
      out.key("share").number(one.share).key("unknowns").open_line('[');
      for (const std::size_t u : one.unknowns)
        out.text(scenarios.unknowns[u].what);
      out.close(']').close('}');
    }
    out.close(']').close('}');
  }
  out.key("decisions").open('[');
  for (const Scenario& scenario : scenarios.all) {
    out.open('{').key("share").number(scenario.share).key("stages").open('[');
    for (std::size_t s = 0; s < scenario.stages.size(); ++s) {
      out.open_line('{').key("stage").text(program.stages[s].id.str());
      write_ids(out, "advances", scenario.stages[s].advancing, program);
      write_ids(out, "reserve", scenario.stages[s].reserve, program);
      write_ids(out, "held", scenario.stages[s].held, program);
      out.close('}');
    }
    out.close(']').key("cases").open('[');
    for (const ScenarioCase& one : scenario.cases) {
      out.open_line('[');
      for (const auto& [u, passes] : one) {
        out.open_line('{');
        unknown(u);
        out.key("verdict").text(passes ? "pass" : "fail").close('}');
      }
      out.close(']');
    }
    out.close(']').close('}');
  }
  out.close(']').close('}');
  return out.take();
}

} // namespace libeval
