// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/reconstruct_report.hpp>

#include "io/grid.hpp"
#include "io/json_writer.hpp"
#include "io/stage_table.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>
#include <libeval/io/words.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace libeval {
namespace {

std::string ids_of(const Reconstruction& r, const StatementSet& set) {
  std::string out;
  for (const std::size_t s : set.statements)
    out += (out.empty() ? "" : ", ") + escape_control(r.statements[s].id);
  return out;
}

std::string modality(OutcomeProspect::Modality m) {
  using Modality = OutcomeProspect::Modality;
  return m == Modality::necessary  ? "necessary"
         : m == Modality::possible ? "possible"
                                   : "impossible";
}

/// "advances: necessary", or "advances or cut".
std::string outcome_of(const std::vector<OutcomeProspect>& prospects) {
  std::vector<std::string_view> possible;
  for (const OutcomeProspect& p : prospects) {
    if (p.modality == OutcomeProspect::Modality::necessary)
      return std::string(to_string(p.outcome));
    if (p.modality == OutcomeProspect::Modality::possible)
      possible.push_back(to_string(p.outcome));
  }
  std::string text;
  for (std::size_t i = 0; i < possible.size(); ++i)
    text += (i == 0 ? "" : i + 1 == possible.size() ? " or " : ", ") + std::string(possible[i]);
  return text;
}

std::string advances_of(const std::vector<OutcomeProspect>& prospects) {
  for (const OutcomeProspect& p : prospects)
    if (p.outcome == Outcome::advances)
      return modality(p.modality);
  return "impossible";
}

/// "advances, rests on A, B", "disqualified by FS-01; inside the first 4 by score, rests on A".
std::string reason_of(const Reconstruction& r, std::size_t e) {
  std::string out;
  for (const OutcomeProspect& p : r.prospects[e]) {
    if (p.modality != OutcomeProspect::Modality::necessary)
      continue;
    out += to_string(p.outcome);
    for (std::size_t i = 0; i < p.rules.size(); ++i)
      out += (i == 0 ? " by " : ", ") + escape_control(p.rules[i]);
    if (!p.rests_on.statements.empty())
      out += ", rests on " + ids_of(r, p.rests_on);
    else if (p.rules.empty())
      out.clear(); // so under the rules alone
  }
  if (const auto& standing = r.by_score[e]; standing && !standing->rests_on.statements.empty())
    out += std::string(standing->inside ? "; inside" : "; outside") + " the first " +
           std::to_string(r.line) + " by score, rests on " + ids_of(r, standing->rests_on);
  return out;
}

/// The id of a node where no other node has it, with its points; else the path.
std::string head_of(const Reconstruction& r, const ReconstructedNode& node) {
  const auto id_of = [](const std::string& path) { return path.substr(path.rfind('.') + 1); };
  const std::string id = id_of(node.path);
  const bool unique = std::ranges::count_if(r.nodes, [&](const ReconstructedNode& other) {
                        return id_of(other.path) == id;
                      }) == 1;
  std::string head = node.parent == nobody ? "total" : escape_control(unique ? id : node.path);
  if (node.points)
    head += "/" + shown(*node.points);
  return head;
}

/// "9 scores of the parts, 15 of their parts (degrees of freedom)".
std::string freedom_of(const Reconstruction& r) {
  std::string out;
  for (std::size_t d = 0; d < r.freedom.size(); ++d)
    out += (d == 0 ? "" : ", ") + std::to_string(r.freedom[d]) + (d == 0 ? " scores" : "") +
           (r.freedom.size() == 1 ? ""
            : d == 0              ? " of the parts"
            : d == 1              ? " of their parts"
                                  : " below");
  return out.empty() ? out : out + " (degrees of freedom)";
}

std::string places_of(const Reconstruction& r, std::size_t e) {
  if (e >= r.best_place.size() || r.best_place[e] == 0)
    return "-";
  const std::string about = r.places_proven[e] ? "" : "~";
  return about + (r.best_place[e] == r.worst_place[e]
                      ? std::to_string(r.best_place[e])
                      : std::to_string(r.best_place[e]) + "-" + std::to_string(r.worst_place[e]));
}

void statement(JsonWriter& out, const Reconstruction& r, const StatementSet& set) {
  out.open('{').key("statements").open_line('[');
  for (const std::size_t s : set.statements)
    out.text(r.statements[s].id);
  out.close(']').key("smallest").flag(set.smallest).close('}');
}

} // namespace

std::string report(const Bundle& bundle, const Reconstruction& r, const ReportOptions& options) {
  const Program& program = bundle.program;
  std::string out = styled(escape_control(r.stage), Style::bold, options.color) + " · " +
                    counted(r.statements.size(), "statement") + " used";
  if (r.left_out > 0)
    out += ", " + std::to_string(r.left_out) + " left out";
  if (r.contradictory()) {
    out += "\n\n the statements contradict each other; " +
           std::string(r.contradiction.smallest ? "a smallest set that does:"
                                                : "a set of which none can be left out:") +
           "\n";
    for (const std::size_t s : r.contradiction.statements) {
      const Reconstruction::Used& used = r.statements[s];
      out += "   " + escape_control(used.id) + " [" + escape_control(used.source) +
             (used.date.empty() ? "" : ", " + used.date) + ", " + used.level + "]\n";
    }
    if (r.contradiction.statements.empty())
      out += "   none is needed: the rules alone leave no completion\n";
    return out;
  }
  if (!r.nodes.empty())
    out += r.unique ? " · exactly one completion" : " · many completions";
  out += "\n";
  Grid grid;
  grid.column("candidate", Align::left);
  for (const ReconstructedNode& node : r.nodes)
    grid.column(head_of(r, node), Align::right);
  const bool placed = !r.prospects.empty();
  if (placed) {
    grid.column("places", Align::right);
    grid.column("advances", Align::left);
    grid.column("outcome", Align::left);
  }
  for (std::size_t e = 0; e < r.entrants.size(); ++e) {
    std::vector<Grid::Cell> row = {{name_of(program, r.entrants[e])}};
    for (const ReconstructedNode& node : r.nodes)
      row.push_back(
          {e < node.ranges.size() ? written_range(node.ranges[e], decimals_of(node.ranges)) : "-"});
    if (placed) {
      row.push_back({places_of(r, e)});
      row.push_back({advances_of(r.prospects[e])});
      row.push_back({outcome_of(r.prospects[e])});
    }
    grid.row(std::move(row));
  }
  out += grid.text(options.color, options.width);
  bool any = false;
  for (std::size_t e = 0; e < r.prospects.size(); ++e)
    if (const std::string reason = reason_of(r, e); !reason.empty()) {
      out += any ? "" : "\n";
      any = true;
      out += " " +
             wrapped(name_of(program, r.entrants[e]) + ": " + reason, 3,
                     text_width(options.width) - 3) +
             "\n";
    }
  std::vector<std::string> notes;
  if (!r.unread.empty() && placed)
    notes.push_back(r.unread + " is not read on partial knowledge: outcomes are not worked out");
  notes.insert(notes.end(), r.relaxed.begin(), r.relaxed.end());
  const bool bounds = std::ranges::any_of(r.nodes, [](const auto& node) {
    return std::ranges::any_of(node.ranges, [](const ScoreRange& range) {
      return !range.proven_low || !range.proven_high;
    });
  });
  if (r.interrupted || bounds)
    notes.push_back(std::string(r.interrupted ? "out of time: " : "") +
                    "`~` stands before what is a bound and may be nearer");
  if (r.trouble)
    notes.emplace_back("the solver was of no use on some of these numbers; what it could not do is "
                       "not shown");
  const std::string free = r.unique ? std::string() : freedom_of(r);
  if (!free.empty() || !notes.empty())
    out += "\n";
  if (!free.empty())
    out += " free  " + free + "\n";
  for (const std::string& note : notes)
    out += " note  " + wrapped(escape_control(note), 7, text_width(options.width) - 6) + "\n";
  return out;
}

std::string to_json(const Reconstruction& r, const Program& program) {
  JsonWriter out;
  out.open('{').key("stage").text(r.stage);
  out.key("statements").open('[');
  for (const Reconstruction::Used& used : r.statements) {
    out.open_line('{').key("id").text(used.id).key("source").text(used.source);
    out.key("date").text_or_null(used.date).key("level").text(used.level).close('}');
  }
  out.close(']').key("left_out").count(std::uint64_t{r.left_out});
  out.key("contradiction");
  if (r.contradictory())
    statement(out, r, r.contradiction);
  else
    out.null();
  out.key("unique").flag(r.unique).key("freedom").open_line('[');
  for (const std::size_t n : r.freedom)
    out.count(std::uint64_t{n});
  out.close(']').key("nodes").open('[');
  for (const ReconstructedNode& node : r.nodes) {
    out.open_line('{').key("path").text(node.path).key("points").number(node.points);
    out.key("known").flag(!node.unknown).close('}');
  }
  out.close(']').key("candidates").open('[');
  for (std::size_t e = 0; e < r.entrants.size(); ++e) {
    out.open('{').key("candidate").text(program.candidates[r.entrants[e]].id.str());
    out.key("ranges").open('{');
    for (const ReconstructedNode& node : r.nodes)
      if (e < node.ranges.size()) {
        const ScoreRange& range = node.ranges[e];
        out.key(node.path).open_line('{').key("low").number(range.low).key("high").number(
            range.high);
        out.key("proven").flag(range.proven_low && range.proven_high).close('}');
      }
    out.close('}').key("places");
    if (e < r.best_place.size() && r.best_place[e] != 0)
      out.open_line('[')
          .count(std::uint64_t{r.best_place[e]})
          .count(std::uint64_t{r.worst_place[e]})
          .close(']');
    else
      out.null();
    out.key("outcomes").open('{');
    if (e < r.prospects.size())
      for (const OutcomeProspect& p : r.prospects[e]) {
        out.key(to_string(p.outcome)).open_line('{').key("is").text(modality(p.modality));
        out.key("rests_on");
        if (p.rests_on.found)
          statement(out, r, p.rests_on);
        else
          out.null();
        out.key("rules").open_line('[');
        for (const std::string& rule : p.rules)
          out.text(rule);
        out.close(']').close('}');
      }
    out.close('}').key("by_score");
    if (e < r.by_score.size() && r.by_score[e]) {
      out.open_line('{').key("inside").flag(r.by_score[e]->inside).key("rests_on");
      statement(out, r, r.by_score[e]->rests_on);
      out.close('}');
    } else {
      out.null();
    }
    out.close('}');
  }
  out.close(']').key("unread").text_or_null(r.unread).key("notes").open('[');
  for (const std::string& note : r.relaxed)
    out.text(note);
  out.close(']').key("interrupted").flag(r.interrupted).key("trouble").flag(r.trouble);
  out.key("bounds").count(std::uint64_t{r.bounds});
  out.key("certified").count(std::uint64_t{r.certified}).close('}');
  return out.take();
}

namespace {

/// How the completions were come by.
std::string drawn_from(const Completions& drawn) {
  if (drawn.enumerated)
    return "drawn evenly from all " + std::to_string(drawn.completions) + " completions";
  if (!drawn.mixing_told)
    return "drawn by a random walk, too few to tell how well it has mixed";
  return "drawn by a random walk: effective sample size " +
         format_decimal(std::floor(drawn.effective * 10) / 10) + ", split R-hat " +
         format_decimal(std::round(drawn.r_hat * 1000) / 1000);
}

constexpr const char* label = "one of many completions that fit the record, not a fact";

} // namespace

std::string report(const Bundle& bundle, const Completions& drawn, const ReportOptions& options) {
  std::string out = styled(escape_control(drawn.stage), Style::bold, options.color) + " · " +
                    counted(drawn.count, "completion") + " · " + drawn_from(drawn) + "\n each is " +
                    label + "\n";
  Grid grid;
  grid.column("draw", Align::right);
  grid.column("candidate", Align::left);
  int decimals = 0;
  for (std::size_t p = 0; p < drawn.parts.size(); ++p) {
    decimals = std::max(decimals, decimals_of({{drawn.steps[p], drawn.steps[p]}}));
    if (drawn.parts[p] != "total")
      grid.column(escape_control(drawn.parts[p]), Align::right);
  }
  grid.column("total", Align::right);
  const auto number = [&](double x) { return written_range({x, x}, decimals); };
  for (std::size_t s = 0; s < drawn.count; ++s)
    for (std::size_t e = 0; e < drawn.entrants.size(); ++e) {
      std::vector<Grid::Cell> row = {{e == 0 ? std::to_string(s + 1) : ""},
                                     {name_of(bundle.program, drawn.entrants[e])}};
      for (std::size_t p = 0; p < drawn.parts.size(); ++p)
        if (drawn.parts[p] != "total")
          row.push_back({number(drawn.score(s, p, e))});
      row.push_back({number(drawn.total(s, e))});
      grid.row(std::move(row));
    }
  return out + grid.text(options.color);
}

std::string to_json(const Completions& drawn, const Program& program) {
  JsonWriter out;
  out.open('{').key("stage").text(drawn.stage).key("label").text(label);
  out.key("enumerated").flag(drawn.enumerated).key("completions");
  if (drawn.enumerated)
    out.count(std::uint64_t{drawn.completions});
  else
    out.null();
  out.key("effective").number(drawn.mixing_told ? std::optional(drawn.effective) : std::nullopt);
  out.key("r_hat").number(drawn.mixing_told ? std::optional(drawn.r_hat) : std::nullopt);
  out.key("draws").open('[');
  for (std::size_t s = 0; s < drawn.count; ++s) {
    out.open('{').key("label").text(label).key("scores").open('{');
    for (std::size_t e = 0; e < drawn.entrants.size(); ++e) {
      out.key(program.candidates[drawn.entrants[e]].id.str()).open_line('{');
      for (std::size_t p = 0; p < drawn.parts.size(); ++p)
        if (drawn.parts[p] != "total")
          out.key(drawn.parts[p]).number(drawn.score(s, p, e));
      out.key("total").number(drawn.total(s, e)).close('}');
    }
    out.close('}').close('}');
  }
  out.close(']').close('}');
  return out.take();
}

} // namespace libeval
