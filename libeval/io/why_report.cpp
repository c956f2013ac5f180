// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/report.hpp>

#include "io/grid.hpp"
#include "io/model_words.hpp"
#include "io/policy_trace.hpp"
#include "io/report_lines.hpp"
#include "io/stage_notes.hpp"
#include "io/stage_table.hpp"

#include <libeval/base/text.hpp>
#include <libeval/io/words.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

namespace libeval {
namespace {

/// The title of the rule that a finding is about; empty if it is about none.
std::string_view title_of(const Bundle& bundle, const Finding& finding) {
  if (finding.kind == Finding::Kind::policy)
    for (const PolicyFile& policy : bundle.policies)
      for (const Rule& rule : policy.rules)
        if (rule.id.str() == finding.rule)
          return rule.title;
  return {};
}

/// What a verdict that follows from the lineage or the scores rests on; empty for others.
std::string trace_of(const Bundle& bundle, const Why& why, const Finding& finding,
                     std::size_t width) {
  if (finding.kind != Finding::Kind::policy || finding.candidate != why.candidate)
    return {};
  for (const WhyPolicy& one : why.policies) {
    const PolicyFile& policy = bundle.policies[one.policy];
    for (const Judgment& judgment : one.judgments.all)
      if (finding.rule == policy.rules[judgment.rule].id.str() && !judgment.ready)
        return PolicyTrace(bundle.program, {&policy, one.judgments}, width)
            .of(policy.rules[judgment.rule], judgment, label_width + 1);
  }
  return {};
}

/// Where all completions of a record put an entrant, seen from the number of places.
std::string against_the_line(const PartialKnowledge& partial, std::size_t entrant,
                             const std::optional<std::size_t>& places) {
  if (places && partial.worst_place[entrant] <= *places)
    return ", inside the first " + std::to_string(*places) + " in every completion of the record";
  if (places && partial.best_place[entrant] > *places)
    return ", outside the first " + std::to_string(*places) + " in every completion of the record";
  return partial.best_place[entrant] == partial.worst_place[entrant]
             ? ", in every completion of the record"
             : ", as far as the record determines it";
}

/// `4 in round 1, 6 in round 2`: what the candidate had as long as it took part.
std::string by_round(const StageDecision& stage, std::size_t candidate) {
  std::string out;
  for (const EliminationRound& round : stage.rounds)
    if (const auto at = std::ranges::find(round.who, candidate); at != round.who.end()) {
      const auto votes = round.votes[static_cast<std::size_t>(at - round.who.begin())];
      out += (out.empty() ? "" : ", ") + (votes ? shown(*votes) : "nothing") + " in round " +
             std::to_string(round.number);
    }
  return out;
}

std::string distance(double points) {
  return shown(std::abs(points));
}

} // namespace

std::string report(const Bundle& bundle, const Decision& decision, const Why& why,
                   const ReportOptions& options) {
  const Program& program = bundle.program;
  const StageDecision& stage = decision.stages[why.stage];
  const Lines lines(options);
  std::string out =
      styled(name_of(program, why.candidate), Style::bold, options.color) + " · " +
      escape_control(stage.id) + " · " +
      styled(std::string(to_string(why.outcome)), outcome_style(why.outcome), options.color) +
      "\n\n";

  if (!why.scores.empty()) {
    out += score_tree(stage, why, options);
    out += "\n";
  }
  std::string label = "model";
  const auto say = [&](const std::string& text) {
    out += lines.labelled(label, text);
    label.clear();
  };
  for (const ModelReport& model : stage.models)
    if (const std::string text = in_words(model, program.candidates[why.candidate].id.str());
        !text.empty())
      say(text);
  label = "because";
  const std::uint32_t step = stage.decided_by[why.entrant];
  if (step < stage.steps.size())
    say(std::string(to_string(why.outcome)) + " by `" + stage.steps[step].word +
        (stage.steps[step].rule.empty() ? "" : " " + escape_control(stage.steps[step].rule)) + "`");
  else if (why.outcome == Outcome::cut &&
           std::ranges::none_of(why.because, [](const Finding& f) { // that says it all
             return f.kind == Finding::Kind::duel && f.verdict == Verdict::fail;
           }))
    say("nobody took it: who is undecided at the end is cut");
  for (const bool bad : {true, false})
    for (const Finding& finding : why.because) {
      const bool passed = !is_bad(finding) && finding.kind == Finding::Kind::policy;
      if (passed == bad)
        continue;
      const std::string trace = trace_of(bundle, why, finding, text_width(options.width));
      if (trace.empty()) {
        say(sentence(finding, program, title_of(bundle, finding)));
        continue;
      }
      Finding alone = finding; // what it rests on stands in the trace
      alone.detail = {};
      alone.sources = {};
      say(sentence(alone, program, title_of(bundle, finding)));
      out += trace;
    }

  if (const std::string rounds = by_round(stage, why.candidate); !rounds.empty())
    out += lines.labelled("rounds", rounds);
  const bool in_part = stage.partial && why.entrant < stage.partial->best_place.size() &&
                       stage.partial->best_place[why.entrant] != 0;
  if (why.place || in_part) {
    std::string place = why.place
                            ? shown(*why.place)
                            : std::to_string(stage.partial->best_place[why.entrant]) + " to " +
                                  std::to_string(stage.partial->worst_place[why.entrant]);
    place += " of " + std::to_string(why.field);
    if (why.place_before_ties && *why.place_before_ties != *why.place)
      place += ", " + shown(*why.place_before_ties) + " before ties were broken";
    for (const WhyParted& parted : why.parted)
      place += std::string(parted.before ? ", behind " : ", ahead of ") +
               names_of(program, parted.others, 3) + " by " + escape_control(parted.key);
    if (in_part)
      place += against_the_line(*stage.partial, why.entrant, stage.places);
    out += lines.labelled("place", place);
  }
  if (why.ahead) {
    std::string text;
    if (*why.ahead == 0)
      text = "level with the line";
    else if (why.outcome == Outcome::advances)
      text = distance(*why.ahead) + (*why.ahead > 0 ? " ahead of" : " behind") +
             " the first that was not taken (" + shown(*why.first_out) + ")";
    else
      text = distance(*why.ahead) + (*why.ahead < 0 ? " short of" : " ahead of") +
             " the last that was taken (" + shown(*why.last_in) + ")";
    out += lines.labelled("line", text);
  }
  label = "instead";
  for (const Alternative& alternative : why.instead)
    say(condition(alternative, program) + ": " + consequence(alternative, program));
  if (why.instead.empty() && label == "instead")
    out +=
        lines.labelled("instead", "no single change of a rule that was tried changes this outcome");
  return out;
}

} // namespace libeval
