// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/margins.hpp>

#include "io/grid.hpp"
#include "io/json_writer.hpp"

#include <libeval/base/text.hpp>
#include <libeval/io/words.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace libeval {
namespace {

constexpr std::size_t most_members = 10;

std::string_view word(Found found) {
  return found == Found::exact ? "exact" : "search";
}

std::string_view word(Margin::Kind kind) {
  switch (kind) {
  case Margin::Kind::total:
    return "total";
  case Margin::Kind::part:
    return "part";
  case Margin::Kind::marks:
    return "marks";
  }
  return "";
}

/// With its sign; whoever is level with the line is moved by any change.
std::string signed_number(double x) {
  return x == 0 ? "any" : fmt::format("{}{}", x > 0 ? "+" : "", shown(x, 4));
}

std::string percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

/// How far a total is from the line; `fewer`: the smaller the better.
std::string distance(const Margin& margin, bool advances, bool fewer) {
  const std::string other = advances ? "the first that was not taken" : "the last place";
  if (margin.change == 0)
    return "level with " + (advances ? other : "the last that was taken");
  const std::string by = shown(std::abs(margin.change), 4);
  if (margin.change > 0)
    return by + " ahead of " + other;
  return by + (fewer ? " too many for " : " short of ") + "the last place";
}

/// Which parts and whose marks were tried and change nothing.
std::string without_effect(const CandidateMargins& one, bool some_marks) {
  const bool marks = one.members_tried > 0 && !some_marks;
  const bool parts = !one.parts_without_effect.empty();
  const bool all_parts = std::ranges::none_of(
      one.margins, [](const Margin& m) { return m.kind == Margin::Kind::part; });
  if (!parts)
    return marks ? "nobody's marks change this alone" : "";
  std::string out;
  if (all_parts) {
    out = "no part's score";
  } else {
    out = "no score of ";
    for (std::size_t k = 0; k < one.parts_without_effect.size(); ++k)
      out += (k == 0 ? "" : ", ") + escape_control(one.parts_without_effect[k]);
  }
  return out + (marks ? " and nobody's marks change this alone" : " changes this alone");
}

std::string candidate_table(const Program& program, const StageDecision& decided,
                            const CandidateMargins& one, const ReportOptions& options) {
  std::string head =
      fmt::format("{} · {}", name_of(program, one.candidate), std::string(to_string(one.outcome)));
  const bool fewer = !decided.nodes.empty() && decided.nodes[0].direction == Direction::cost;
  for (const Margin& margin : one.margins)
    if (margin.kind == Margin::Kind::total)
      head += " · " + distance(margin, one.outcome == Outcome::advances, fewer);
  const std::string out = report_line(head, options.width);
  Grid grid;
  grid.column("", Align::left);
  grid.column("now", Align::right);
  grid.column("change", Align::right);
  grid.column("then", Align::left);
  grid.column("", Align::left);
  std::size_t rows = 0, members = 0;
  for (const Margin& margin : one.margins) {
    if (margin.kind == Margin::Kind::total ||
        (margin.kind == Margin::Kind::marks && ++members > most_members && !options.all))
      continue;
    const std::string what = margin.kind == Margin::Kind::marks
                                 ? fmt::format("marks of {}", escape_control(margin.name))
                                 : escape_control(margin.name);
    grid.row({{what},
              {shown(margin.before, 4)},
              {signed_number(margin.in_steps.value_or(margin.change))},
              {std::string(to_string(margin.outcome))},
              {std::string(word(margin.found)), Style::faint}});
    ++rows;
  }
  const std::string none = without_effect(one, members > 0);
  if (rows == 0)
    return none.empty() ? out
                        : out + "   " + wrapped(none, 3, text_width(options.width) - 3) + "\n";
  if (members > most_members && !options.all)
    grid.line(fmt::format("and the marks of {} more with larger changes (`--json`)",
                          members - most_members));
  if (!none.empty())
    grid.line(none);
  return out + grid.text(options.color, options.width);
}

std::string weight_lines(const Program& program, const StageMargins& stage,
                         const ReportOptions& options) {
  std::string out;
  for (const WeightMargin& margin : stage.weights) {
    const auto name = [&](std::size_t c) { return name_of(program, c); };
    if (margin.distance == 0) {
      out += report_line(fmt::format("weights {:<5} any other weights ({}) that part {} and {}",
                                     margin.norm, word(margin.found), name(margin.in),
                                     name(margin.out)),
                         options.width);
      continue;
    }
    const std::string what = margin.in == nobody    ? name(margin.out) + " no longer advances"
                             : margin.out == nobody ? name(margin.in) + " comes in"
                             : margin.level
                                 ? name(margin.in) + " draws level with " + name(margin.out)
                                 : name(margin.in) + " comes in for " + name(margin.out);
    const std::string far =
        margin.distance < 1e-6 ? "less than 0.000001" : shown(margin.distance, 4);
    std::string text = fmt::format("weights {:<5} {} away ({}): {} at ", margin.norm, far,
                                   word(margin.found), what);
    for (std::size_t k = 0; k < stage.parts.size(); ++k)
      text += fmt::format("{}{} {} (now {})", k == 0 ? "" : ", ", escape_control(stage.parts[k]),
                          percent(margin.shares[k]), percent(stage.shares[k]));
    out += report_line(text, options.width);
  }
  return out;
}

std::string left_out_lines(const Program& program, const StageMargins& stage,
                           const ReportOptions& options) {
  std::string out;
  for (const LeftOut& one : stage.left_out) {
    std::string text = fmt::format("without {} {}:", one.dimension, escape_control(one.member));
    for (std::size_t k = 0; k < one.changes.size(); ++k)
      text += fmt::format("{} {} {}", k == 0 ? "" : ",", name_of(program, one.changes[k]),
                          std::string(to_string(one.outcomes[k])));
    if (one.changes.empty())
      text += " same outcomes";
    if (!one.reversed.empty())
      text += fmt::format("; {} falls behind {}", name_of(program, one.reversed.front().first),
                          name_of(program, one.reversed.front().second));
    if (one.reversed.size() > 1)
      text += fmt::format(" and {} more", counted(one.reversed.size() - 1, "pair"));
    out += report_line(text, options.width);
  }
  std::string kept;
  for (const LeftOut& one : stage.kept)
    kept +=
        fmt::format("{}{} {}", kept.empty() ? "" : ", ", one.dimension, escape_control(one.member));
  if (!kept.empty())
    out += report_line("not left out, because other rules need them: " + kept, options.width);
  if (stage.left_out_tried > 0)
    out += fmt::format(" left out one by one: {} tried, {} of them matter\n", stage.left_out_tried,
                       stage.left_out.size());
  return out;
}

std::string place_table(const Program& program, const StageDecision& decided,
                        const StageMargins& stage, const ReportOptions& options) {
  if (stage.places.empty())
    return "";
  Grid grid;
  grid.column("places over all weights allowed", Align::left);
  grid.column("now", Align::right);
  grid.column("best", Align::right);
  grid.column("worst", Align::right);
  grid.column(decided.places ? fmt::format("in the first {}", *decided.places) : "", Align::left);
  for (const PossiblePlaces& p : stage.places) {
    const std::size_t e = decided.entrant(p.candidate);
    std::string follows;
    if (decided.places)
      follows = p.worst <= *decided.places ? "necessary"
                : p.best > *decided.places ? "impossible"
                                           : "possible";
    grid.row({{name_of(program, p.candidate)},
              {decided.place[e] > 0 ? shown(decided.place[e]) : "–"},
              {std::to_string(p.best)},
              {std::to_string(p.worst)},
              {follows}});
  }
  return std::string("\n").append(grid.text(options.color, options.width));
}

} // namespace

std::string report(const Program& program, const Decision& decision,
                   const std::vector<StageMargins>& margins, const std::vector<SobolIndices>& sobol,
                   const ReportOptions& options) {
  std::string out;
  for (const StageMargins& stage : margins) {
    const StageDecision& decided = decision.stages[stage.stage];
    if (!out.empty())
      out += "\n";
    out += styled(escape_control(decided.id), Style::bold, options.color);
    if (stage.last_in && stage.first_out)
      out += fmt::format(" · the line lies between {} and {}", shown(*stage.last_in),
                         shown(*stage.first_out));
    out += "\n";
    if (stage.known_in_part)
      out +=
          report_line("known in part: what the record leaves open is told by `libeval reconstruct`",
                      options.width);
    for (const CandidateMargins& one : stage.candidates)
      out += candidate_table(program, decided, one, options);
    out.append(weight_lines(program, stage, options));
    out.append(left_out_lines(program, stage, options));
    out += place_table(program, decided, stage, options);
    if (stage.interrupted)
      out += " interrupted: what stands here is what was reached\n";
    for (const SobolIndices& one : sobol) {
      if (one.stage != stage.stage)
        continue;
      Grid grid;
      grid.column(fmt::format("what moves \"{} advances\" ({})", name_of(program, one.candidate),
                              percent(one.probability)),
                  Align::left);
      grid.column("alone", Align::right);
      grid.column("", Align::left);
      grid.column("in all", Align::right);
      grid.column("", Align::left);
      for (const SobolIndex& index : one.sources)
        grid.row({{escape_control(index.source)},
                  {percent(index.first)},
                  {fmt::format("± {:.1f}", 100 * index.first_half), Style::faint},
                  {percent(index.total)},
                  {fmt::format("± {:.1f}", 100 * index.total_half), Style::faint}});
      out.append("\n").append(grid.text(options.color, options.width));
    }
  }
  return out;
}

std::string to_json(const Program& program, const Decision& decision,
                    const std::vector<StageMargins>& margins,
                    const std::vector<SobolIndices>& sobol) {
  JsonWriter out(5);
  const auto id = [&](std::size_t c) {
    return c == nobody ? std::string() : program.candidates[c].id.str();
  };
  out.open('{').key("stages").open('[');
  for (const StageMargins& stage : margins) {
    out.open('{').key("id").text(decision.stages[stage.stage].id);
    out.key("known_in_part").flag(stage.known_in_part);
    out.key("interrupted").flag(stage.interrupted);
    out.key("last_in").number(stage.last_in).key("first_out").number(stage.first_out);
    out.key("candidates").open('[');
    for (const CandidateMargins& one : stage.candidates) {
      out.open('{').key("candidate").text(id(one.candidate));
      out.key("outcome").text(to_string(one.outcome)).key("margins").open('[');
      for (const Margin& margin : one.margins) {
        out.open_line('{').key("kind").text(word(margin.kind)).key("name").text(margin.name);
        out.key("now").number(margin.before).key("change").number(margin.change);
        out.key("in_steps").number(margin.in_steps);
        out.key("outcome").text(to_string(margin.outcome));
        out.key("found").text(word(margin.found)).close('}');
      }
      out.close(']').key("parts_without_effect").open_line('[');
      for (const std::string& path : one.parts_without_effect)
        out.text(path);
      out.close(']').close('}');
    }
    out.close(']').key("weights").open('[');
    for (const WeightMargin& margin : stage.weights) {
      out.open('{').key("norm").text(margin.norm).key("distance").number(margin.distance);
      out.key("in").text_or_null(id(margin.in));
      out.key("out").text_or_null(id(margin.out));
      out.key("level").flag(margin.level);
      out.key("found").text(word(margin.found)).key("shares").open_line('{');
      for (std::size_t k = 0; k < stage.parts.size(); ++k)
        out.key(stage.parts[k]).number(margin.shares[k]);
      out.close('}').close('}');
    }
    out.close(']').key("left_out").open('[');
    for (const LeftOut& one : stage.left_out) {
      out.open('{').key("dimension").text(one.dimension).key("member").text(one.member);
      out.key("changes").open_line('{');
      for (std::size_t k = 0; k < one.changes.size(); ++k)
        out.key(id(one.changes[k])).text(to_string(one.outcomes[k]));
      out.close('}').key("reversed").open_line('[');
      for (const auto& [a, b] : one.reversed)
        out.open_line('[').text(id(a)).text(id(b)).close(']');
      out.close(']').close('}');
    }
    out.close(']').key("not_left_out").open_line('[');
    for (const LeftOut& one : stage.kept)
      out.text(one.dimension + " " + one.member);
    out.close(']').key("left_out_tried").count(static_cast<std::uint64_t>(stage.left_out_tried));
    out.key("places").open('[');
    for (const PossiblePlaces& p : stage.places) {
      out.open_line('{').key("candidate").text(id(p.candidate));
      out.key("best").count(static_cast<std::uint64_t>(p.best));
      out.key("worst").count(static_cast<std::uint64_t>(p.worst)).close('}');
    }
    out.close(']').close('}');
  }
  out.close(']').key("sobol").open('[');
  for (const SobolIndices& one : sobol) {
    out.open('{').key("stage").text(decision.stages[one.stage].id);
    out.key("candidate").text(id(one.candidate)).key("probability").number(one.probability);
    out.key("samples").count(one.samples);
    out.key("sources").open('[');
    for (const SobolIndex& index : one.sources)
      out.open_line('{')
          .key("source")
          .text(index.source)
          .key("first")
          .number(index.first)
          .key("first_half")
          .number(index.first_half)
          .key("total")
          .number(index.total)
          .key("total_half")
          .number(index.total_half)
          .close('}');
    out.close(']').close('}');
  }
  out.close(']').close('}');
  return out.take();
}

} // namespace libeval
