// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/panel.hpp>

#include "io/grid.hpp"
#include "io/json_writer.hpp"

#include <libeval/base/text.hpp>
#include <libeval/io/words.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace libeval {
namespace {

constexpr std::size_t label_width = 12;

std::string labelled(const std::string& label, const std::string& text,
                     const ReportOptions& options) {
  return " " + pad_right(label, label_width) +
         wrapped(text, label_width + 1, text_width(options.width) - label_width) + "\n";
}

std::string fixed(double value, int decimals = 2) {
  const std::string out = fmt::format("{:.{}f}", value, decimals);
  return out == "-0.00" || out == "-0.000" ? out.substr(1) : out;
}

std::string or_dash(const std::optional<double>& value, int decimals = 2) {
  return value ? fixed(*value, decimals) : "-";
}

const Agreement* find(const PanelAgreement& panel, const std::string& name) {
  const auto at = std::ranges::find(panel.agreement, name, &Agreement::name);
  return at == panel.agreement.end() ? nullptr : &*at;
}

/// `word value`, or `no word: why`.
std::string said(const PanelAgreement& panel, const std::string& name, const std::string& word) {
  const Agreement* agreement = find(panel, name);
  if (agreement == nullptr)
    return "";
  return agreement->value ? word + " " + shown(*agreement->value, 3)
                          : "no " + word + " (" + agreement->why + ")";
}

/// The same with the limits of the value, where it has some.
std::string said_with_limits(const PanelCheck& panel, const std::string& name,
                             const std::string& word) {
  const auto at = std::ranges::find(panel.limits, name, &AgreementLimits::name);
  return said(panel, name, word) +
         (at == panel.limits.end() ? ""
                                   : " [" + shown(at->lower, 3) + ", " + shown(at->upper, 3) + "]");
}

std::string severity_of(const JurorCheck& juror) {
  if (!juror.severity)
    return "-";
  const std::string number = fixed(*juror.severity);
  std::string out = (number.front() == '-' ? "" : "+") + number;
  if (juror.error)
    out += " ±" + fixed(*juror.error);
  return out;
}

std::string without(const JurorCheck& juror, const Program& program) {
  if (!juror.tried)
    return "not tried";
  std::string out;
  constexpr std::size_t most = 3;
  for (std::size_t i = 0; i < std::min(juror.without.size(), most); ++i) {
    const CandidateChange& change = juror.without[i];
    out += (out.empty() ? "" : ", ") + name_of(program, change.candidate) + " " +
           (change.outcome_before ? std::string(to_string(*change.outcome_before)) : "-") + " -> " +
           (change.outcome_after ? std::string(to_string(*change.outcome_after)) : "-");
  }
  if (juror.without.size() > most)
    out += " and " + counted(juror.without.size() - most, "more", "more");
  return out.empty() ? "same" : out;
}

std::string heading(const PanelCheck& panel, bool color) {
  std::string units;
  for (const std::string& name : panel.units_are)
    units += (units.empty() ? "" : " and ") + escape_control(name);
  return styled(escape_control(panel.stage) + " · " + escape_control(panel.part), Style::bold,
                color) +
         " · " + counted(panel.jurors.size(), escape_control(panel.jurors_are)) + ", " +
         counted(panel.units, "unit") + " (" + units + "), " + counted(panel.marks, "mark") + "\n";
}

std::string jurors_table(const PanelCheck& panel, const Program& program,
                         const ReportOptions& options) {
  Grid grid;
  grid.column(escape_control(panel.jurors_are), Align::left);
  for (const char* head : {"marks", "mean", "severity", "spread", "fit", "off by"})
    grid.column(head, Align::right);
  const bool tried = std::ranges::any_of(panel.jurors, &JurorCheck::tried);
  if (tried)
    grid.column("without", Align::left);
  std::vector<const JurorCheck*> order;
  for (const JurorCheck& juror : panel.jurors)
    order.push_back(&juror);
  std::ranges::stable_sort(order, [](const JurorCheck* a, const JurorCheck* b) {
    return a->severity.value_or(0) > b->severity.value_or(0);
  });
  const std::size_t half = options.all ? order.size() : 15;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (order.size() > 2 * half && i >= half && i < order.size() - half) {
      if (i == half)
        grid.line("... " + counted(order.size() - 2 * half, "more", "more"));
      continue;
    }
    const JurorCheck& juror = *order[i];
    std::vector<Grid::Cell> row = {{escape_control(juror.juror)}, {std::to_string(juror.marks)},
                                   {fixed(juror.mean)},           {severity_of(juror)},
                                   {or_dash(juror.spread)},       {or_dash(juror.fit)},
                                   {or_dash(juror.off)}};
    if (tried)
      row.push_back({without(juror, program)});
    grid.row(std::move(row));
  }
  return grid.text(options.color, options.width);
}

std::string drawn_table(const PanelCheck& panel, const Program& program,
                        const ReportOptions& options) {
  Grid grid;
  grid.column("candidate", Align::left);
  grid.column("score", Align::right);
  grid.column("error", Align::right);
  for (const DrawnScore& one : panel.drawn)
    grid.row({{name_of(program, one.candidate)}, {or_dash(one.score, 3)}, {or_dash(one.error, 3)}});
  return grid.text(options.color, options.width);
}

} // namespace

std::string brief(const PanelAgreement& panel) {
  return escape_control(panel.part) + ": " +
         counted(panel.people, escape_control(panel.jurors_are)) + ", " +
         said(panel, "alpha_interval", "alpha") +
         (panel.complete > 1
              ? ", " + said(panel, "icc_2_k", "ICC of their mean") + ", " +
                    said(panel, "kendall_w", "W") + " (" +
                    (panel.complete < panel.units ? std::to_string(panel.complete) + " of " : "") +
                    counted(panel.units, "unit") + ")"
              : "");
}

std::string report(const Bundle& bundle, const std::vector<PanelCheck>& panels,
                   const ReportOptions& options) {
  if (panels.empty())
    return "no part rests on a panel: none brings together the marks of several people\n";
  const Program& program = bundle.program;
  std::string out = styled(escape_control(program.title.empty() ? program.id : program.title),
                           Style::bold, options.color) +
                    "\n";
  for (const PanelCheck& panel : panels) {
    out += "\n" + heading(panel, options.color);
    out += labelled("alpha",
                    said(panel, "alpha_interval", "interval") + ", " +
                        said(panel, "alpha_ordinal", "ordinal") + ", " +
                        said(panel, "alpha_nominal", "nominal") + ", " +
                        said(panel, "alpha_ratio", "ratio"),
                    options);
    const std::string whole = " (" + counted(panel.complete, "unit") + " marked by all)";
    const auto icc = [&](const char* name, const char* word) {
      return said_with_limits(panel, name, word);
    };
    out += labelled("ICC",
                    icc("icc_2_1", "(2,1), of one,") + "; " +
                        icc("icc_2_k", "(2,k), of their mean,") + whole,
                    options);
    out += labelled("",
                    icc("icc_1_1", "(1,1)") + ", " + icc("icc_1_k", "(1,k)") + ", " +
                        icc("icc_3_1", "(3,1)") + ", " + icc("icc_3_k", "(3,k)"),
                    options);
    if (!panel.limits.empty())
      out += labelled("", "in brackets: limits of 95 % confidence", options);
    out += labelled("Kendall", said(panel, "kendall_w", "W") + whole, options);
    out += labelled("Fleiss", said(panel, "fleiss_kappa", "kappa"), options);
    if (!panel.no_severity.empty())
      out += labelled("severity", "none: " + panel.no_severity, options);
    out += "\n" + jurors_table(panel, program, options);
    if (panel.draws > 0)
      out += "\n" +
             labelled("drawn anew",
                      counted(panel.draws, "time") + ": the error of a score is its "
                                                     "deviation over the draws",
                      options) +
             drawn_table(panel, program, options);
  }
  return out;
}

std::string to_json(const std::vector<PanelCheck>& panels, const Program& program) {
  JsonWriter out(4);
  const auto id = [&](std::size_t candidate) { return program.candidates[candidate].id.str(); };
  out.open('{').key("program").text(program.id).key("panels").open('[');
  for (const PanelCheck& panel : panels) {
    out.open('{').key("stage").text(panel.stage).key("part").text(panel.part);
    out.key("evidence").text(panel.evidence).key("dimension").text(panel.jurors_are);
    out.key("unit").open_line('[');
    for (const std::string& name : panel.units_are)
      out.text(name);
    out.close(']').key("units").count(std::uint64_t{panel.units});
    out.key("marks").count(std::uint64_t{panel.marks});
    out.key("complete_units").count(std::uint64_t{panel.complete});
    out.key("agreement").open('{');
    for (const Agreement& one : panel.agreement)
      out.key(one.name).number(one.value);
    out.close('}').key("limits_95").open('{');
    for (const AgreementLimits& one : panel.limits)
      out.key(one.name).open_line('[').number(one.lower).number(one.upper).close(']');
    out.close('}').key("residual_sd").number(panel.residual_sd);
    out.key("no_severity").text_or_null(panel.no_severity);
    out.key("jurors").open('[');
    for (const JurorCheck& juror : panel.jurors) {
      out.open('{').key("juror").text(juror.juror).key("marks").count(std::uint64_t{juror.marks});
      out.key("mean").number(juror.mean).key("severity").number(juror.severity);
      out.key("error").number(juror.error).key("spread").number(juror.spread);
      out.key("fit").number(juror.fit).key("off").number(juror.off);
      out.key("without").open_line('[');
      for (const CandidateChange& change : juror.without) {
        out.open('{').key("candidate").text(id(change.candidate)).key("outcome").open('[');
        for (const auto& outcome : {change.outcome_before, change.outcome_after})
          outcome ? out.text(to_string(*outcome)) : out.null();
        out.close(']').close('}');
      }
      out.close(']').key("tried").flag(juror.tried).close('}');
    }
    out.close(']').key("draws").count(std::uint64_t{panel.draws});
    out.key("drawn").open('[');
    for (const DrawnScore& one : panel.drawn)
      out.open('{')
          .key("candidate")
          .text(id(one.candidate))
          .key("score")
          .number(one.score)
          .key("error")
          .number(one.error)
          .close('}');
    out.close(']').close('}');
  }
  out.close(']').close('}');
  return out.take();
}

} // namespace libeval
