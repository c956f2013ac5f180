// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/json.hpp>

#include "io/policy_json.hpp"

#include <algorithm>
#include <limits>

namespace libeval {
namespace {

void candidate(JsonWriter& out, const Program& program, std::size_t position) {
  if (position < program.candidates.size())
    out.text(program.candidates[position].id.str());
  else
    out.null();
}

void place(JsonWriter& out, const std::vector<double>& places, std::size_t entrant) {
  if (entrant < places.size() && places[entrant] != 0)
    out.number(places[entrant]);
  else
    out.null();
}

void write(JsonWriter& out, const NodeScores& node) {
  out.open('{').key("path").text(node.path);
  out.key("title").text_or_null(node.title);
  out.key("points").number(node.points);
  out.key("weight").number(node.weight);
  out.key("effective").number(node.effective);
  out.key("factor").number(node.factor);
  out.key("resolution").number(node.resolution);
  out.key("direction").text(node.direction == Direction::cost ? "cost" : "benefit");
  out.key("relative").flag(node.relative).close('}');
}

void write(JsonWriter& out, const Finding& f, const Program& program) {
  out.open('{').key("kind").text(to_string(f.kind));
  out.key("step");
  if (f.step == nobody)
    out.null();
  else
    out.count(std::uint64_t{f.step});
  out.key("rule").text_or_null(f.rule);
  out.key("candidate");
  candidate(out, program, f.candidate);
  out.key("verdict").text(to_string(f.verdict));
  out.key("level");
  if (f.level)
    out.text(to_string(*f.level));
  else
    out.null();
  out.key("observed").number(f.observed);
  out.key("bound").text_or_null(f.bound);
  out.key("required").number(f.required);
  out.key("detail").text_or_null(f.detail);
  out.key("sources").open('[');
  for (const std::string& source : f.sources)
    out.text(source);
  out.close(']').key("others").open('[');
  for (const std::size_t other : f.others)
    candidate(out, program, other);
  out.close(']').close('}');
}

void entrant(JsonWriter& out, const StageDecision& stage, std::size_t i, const Program& program) {
  const Candidate& who = program.candidates[stage.entrants[i]];
  out.open('{').key("candidate").text(who.id.str()).key("name").text(who.name);
  out.key("outcome").text(to_string(stage.outcomes[i]));
  out.key("decided_by");
  if (i < stage.decided_by.size() &&
      stage.decided_by[i] != std::numeric_limits<std::uint32_t>::max())
    out.count(std::uint64_t{stage.decided_by[i]});
  else
    out.null();
  out.key("place");
  place(out, stage.place, i);
  out.key("place_before_ties");
  place(out, stage.place_before_ties, i);
  out.key("pool");
  if (i < stage.pool.size() && stage.pool[i] < stage.pools.size())
    out.text(stage.pools[stage.pool[i]]);
  else
    out.null();
  out.key("pool_place");
  place(out, stage.pool_place, i);
  const auto position = static_cast<std::uint32_t>(i);
  const auto noted = [&](const char* key, const std::map<std::uint32_t, std::string>& notes) {
    const auto at = notes.find(position);
    out.key(key).text_or_null(at == notes.end() ? "" : at->second);
  };
  noted("band", stage.bands);
  noted("note", stage.notes);
  out.key("total");
  if (i < stage.total.size() && !stage.nodes.empty() && stage.nodes[0].scores.has(i))
    out.number(stage.total[i]);
  else
    out.null();
  const auto scores = [&](const char* key, const std::vector<NodeScores>& of) {
    out.key(key).open('{');
    for (const NodeScores& node : of) {
      out.key(node.path);
      if (node.scores.has(i))
        out.number(node.scores.value(i));
      else
        out.null();
    }
    out.close('}');
  };
  scores("scores", stage.nodes);
  scores("measures", stage.measures);
  out.close('}');
}

/// What is known of a stage through statements.
void write(JsonWriter& out, const PartialKnowledge& partial, const StageDecision& stage,
           const Program& program) {
  out.open('{').key("statements").count(std::uint64_t{partial.statements});
  out.key("contradictory").flag(!partial.contradiction.empty());
  out.key("interrupted").flag(partial.interrupted).key("notes").open('[');
  for (const std::string& note : partial.relaxed)
    out.text(note);
  out.close(']').key("entrants").open('[');
  for (std::size_t e = 0; e < stage.entrants.size(); ++e) {
    out.open('{').key("candidate");
    candidate(out, program, stage.entrants[e]);
    out.key("places");
    if (e < partial.best_place.size() && partial.best_place[e] != 0)
      out.open_line('[')
          .count(std::uint64_t{partial.best_place[e]})
          .count(std::uint64_t{partial.worst_place[e]})
          .close(']');
    else
      out.null();
    out.key("ranges").open('{');
    for (std::size_t n = 0; n < partial.ranges.size() && n < stage.nodes.size(); ++n)
      if (e < partial.ranges[n].size()) {
        const ScoreRange& range = partial.ranges[n][e];
        out.key(stage.nodes[n].path).open_line('{').key("low").number(range.low);
        out.key("high").number(range.high);
        out.key("proven").flag(range.proven_low && range.proven_high).close('}');
      }
    out.close('}').close('}');
  }
  out.close(']').close('}');
}

void write(JsonWriter& out, const ModelReport& model) {
  out.open('{').key("path").text(model.where).key("step").text(model.step);
  out.key("group").text_or_null(model.group);
  out.key("residual_sd").number(model.residual_sd);
  out.key("degrees_of_freedom").count(std::uint64_t{model.degrees_of_freedom});
  out.key("facts").open('{');
  for (const auto& [name, value] : model.facts)
    out.key(name).number(value);
  out.close('}').key("estimates").open('[');
  for (const ModelReport::Estimate& e : model.estimates) {
    out.open('{').key("dimension").text(e.dimension).key("member").text(e.member);
    out.key("value").number(e.value).key("error").number(e.error);
    out.key("lower").number(e.lower).key("upper").number(e.upper).key("place").number(e.place);
    out.key("marks").count(std::uint64_t{e.marks}).close('}');
  }
  out.close(']').close('}');
}

void write(JsonWriter& out, const EliminationRound& round, const Program& program) {
  const auto candidates = [&](const char* key, const std::vector<std::size_t>& who) {
    out.key(key).open('[');
    for (const std::size_t c : who)
      candidate(out, program, c);
    out.close(']');
  };
  out.open('{').key("step").count(std::uint64_t{round.step});
  out.key("number").count(std::uint64_t{round.number});
  out.key("passed_on").text_or_null(round.passed_on);
  candidates("from", round.from);
  out.key("value").number(round.value);
  out.key("quota").number(round.quota).key("votes").open('[');
  for (std::size_t i = 0; i < round.who.size(); ++i) {
    out.open('{').key("candidate");
    candidate(out, program, round.who[i]);
    out.key("votes").number(round.votes[i]).key("keep");
    out.number(round.keep.empty() ? std::nullopt : std::optional(round.keep[i])).close('}');
  }
  out.close(']').key("exhausted").number(round.exhausted).key("lost").number(round.lost);
  candidates("elected", round.elected);
  candidates("out", round.out);
  out.key("by_earlier_round").flag(round.by_earlier_round);
  out.key("by").text_or_null(round.by).close('}');
}

void write(JsonWriter& out, const StageDecision& stage, const Program& program) {
  out.open('{').key("id").text(stage.id).key("title").text_or_null(stage.title);
  out.key("date").text_or_null(stage.date);
  out.key("places").count(stage.places);
  out.key("advancing").count(std::uint64_t{stage.advancing});
  out.key("vacancies").count(stage.vacancies);
  out.key("held").flag(stage.held());
  out.key("order").open_line('[');
  for (const std::string& key : stage.order_keys)
    out.text(key);
  out.close(']').key("nodes").open('[');
  for (const NodeScores& node : stage.nodes)
    write(out, node);
  out.close(']').key("measures").open('[');
  for (const NodeScores& measure : stage.measures)
    write(out, measure);
  out.close(']').key("partial");
  if (stage.partial)
    write(out, *stage.partial, stage, program);
  else
    out.null();
  out.key("entrants").open('[');
  for (std::size_t i = 0; i < stage.entrants.size(); ++i)
    entrant(out, stage, i, program);
  out.close(']').key("steps").open('[');
  for (const StepReport& step : stage.steps) {
    out.open('{').key("word").text(step.word).key("rule").text_or_null(step.rule);
    out.key("affected").count(std::uint64_t{step.affected});
    out.key("last_in").number(step.last_in).key("first_out").number(step.first_out).close('}');
  }
  out.close(']').key("rounds").open('[');
  for (const EliminationRound& round : stage.rounds)
    write(out, round, program);
  out.close(']').key("findings").open('[');
  for (const Finding& finding : stage.findings)
    write(out, finding, program);
  out.close(']').key("models").open('[');
  for (const ModelReport& model : stage.models)
    write(out, model);
  out.close(']').key("panels").open('[');
  for (const PanelAgreement& panel : stage.panels) {
    out.open('{').key("part").text(panel.part).key("evidence").text(panel.evidence);
    out.key("dimension").text(panel.jurors_are).key("people").count(std::uint64_t{panel.people});
    out.key("units").count(std::uint64_t{panel.units});
    out.key("marks").count(std::uint64_t{panel.marks});
    out.key("complete_units").count(std::uint64_t{panel.complete});
    out.key("agreement").open('{');
    for (const Agreement& one : panel.agreement)
      out.key(one.name).number(one.value);
    out.close('}').close('}');
  }
  out.close(']').close('}');
}

void outcome(JsonWriter& out, const std::optional<Outcome>& value) {
  if (value)
    out.text(to_string(*value));
  else
    out.null();
}

void write(JsonWriter& out, const CandidateChange& change, const Program& program) {
  out.open('{').key("candidate");
  candidate(out, program, change.candidate);
  out.key("outcome").open('[');
  outcome(out, change.outcome_before);
  outcome(out, change.outcome_after);
  out.close(']').key("place").open('[');
  out.number(change.place_before).number(change.place_after);
  out.close(']').key("scores").open('{');
  for (const CandidateChange::Score& score : change.scores)
    out.key(score.path).open('[').number(score.before).number(score.after).close(']');
  out.close('}').close('}');
}

} // namespace

std::string to_json(const Decision& decision, const Program& program) {
  JsonWriter out(4);
  out.open('{').key("program").text(program.id).key("title").text_or_null(program.title);
  out.key("as_of").text_or_null(program.as_of).key("held").flag(decision.held());
  out.key("stages").open('[');
  for (const StageDecision& stage : decision.stages)
    write(out, stage, program);
  out.close(']').close('}');
  return out.take();
}

std::string to_json(const Why& why, const Decision& decision, const Bundle& bundle) {
  const Program& program = bundle.program;
  const StageDecision& stage = decision.stages[why.stage];
  JsonWriter out(2);
  out.open('{').key("candidate");
  candidate(out, program, why.candidate);
  out.key("stage").text(stage.id).key("outcome").text(to_string(why.outcome));
  out.key("place").number(why.place).key("place_before_ties").number(why.place_before_ties);
  out.key("entrants").count(std::uint64_t{why.field});
  out.key("parted").open('[');
  for (const WhyParted& parted : why.parted) {
    out.open('{').key("before").flag(parted.before).key("key").text(parted.key);
    out.key("others").open_line('[');
    for (const std::size_t other : parted.others)
      out.text(program.candidates[other].id.str());
    out.close(']').close('}');
  }
  out.close(']');
  out.key("last_in").number(why.last_in).key("first_out").number(why.first_out);
  out.key("ahead").number(why.ahead).key("scores").open('[');
  for (const WhyScore& score : why.scores) {
    out.open('{').key("path").text(score.path).key("points").number(score.points);
    out.key("score").number(score.score).key("contribution").number(score.contribution);
    out.key("relative").flag(score.relative).close('}');
  }
  out.close(']').key("models").open('[');
  const std::string& id = program.candidates[why.candidate].id.str();
  for (const ModelReport& model : stage.models) {
    ModelReport own = model; // of the candidates only the one asked about
    std::erase_if(own.estimates, [&](const ModelReport::Estimate& e) {
      return e.dimension == "candidate" && e.member != id;
    });
    write(out, own);
  }
  out.close(']').key("rounds").open('[');
  for (const EliminationRound& round : stage.rounds)
    if (std::ranges::find(round.who, why.candidate) != round.who.end())
      write(out, round, program);
  out.close(']').key("because").open('[');
  for (const Finding& finding : why.because)
    write(out, finding, program);
  out.close(']').key("policies").open('[');
  for (const WhyPolicy& one : why.policies) {
    out.open('{');
    write_verdicts(out, program, {&bundle.policies[one.policy], one.judgments});
    out.close('}');
  }
  out.close(']').key("instead").open('[');
  for (const Alternative& a : why.instead) {
    out.open('{').key("kind").text(to_string(a.kind)).key("subject").text_or_null(a.subject);
    out.key("rule").text_or_null(a.rule).key("still").text_or_null(a.still);
    out.key("candidate");
    candidate(out, program, a.candidate);
    out.key("outcome").text(to_string(a.outcome)).key("vacancies").count(a.vacancies);
    out.key("others").open('[');
    for (const CandidateChange& one : a.others)
      write(out, one, program);
    out.close(']').close('}');
  }
  out.close(']').close('}');
  return out.take();
}

std::string to_json(const std::vector<StageChange>& changes, const Program& program) {
  JsonWriter out(4);
  out.open('{').key("stages").open('[');
  for (const StageChange& stage : changes) {
    out.open('{').key("id").text(stage.stage);
    out.key("only_before").flag(stage.only_before).key("only_after").flag(stage.only_after);
    const auto pair = [&](const char* key, const std::optional<std::size_t>& a,
                          const std::optional<std::size_t>& b) {
      out.key(key).open_line('[').count(a).count(b).close(']');
    };
    pair("places", stage.places_before, stage.places_after);
    pair("advancing", stage.advancing_before, stage.advancing_after);
    pair("vacancies", stage.vacancies_before, stage.vacancies_after);
    out.key("candidates").open('[');
    for (const CandidateChange& change : stage.candidates)
      write(out, change, program);
    out.close(']').close('}');
  }
  out.close(']').close('}');
  return out.take();
}

} // namespace libeval
