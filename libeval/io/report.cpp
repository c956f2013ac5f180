// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/report.hpp>

#include "io/grid.hpp"
#include "io/model_words.hpp"
#include "io/policy_trace.hpp"
#include "io/stage_table.hpp"

#include <libeval/base/text.hpp>
#include <libeval/io/panel.hpp>
#include <libeval/io/words.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <tuple>

namespace libeval {
namespace {

constexpr std::size_t label_width = 9;
/// Findings of one step that are written out; the rest is counted.
constexpr std::size_t most_findings = 12;

/// Lines of text behind a label, no wider than the screen.
class Lines {
public:
  explicit Lines(const ReportOptions& options) : width_(text_width(options.width)) {}

  [[nodiscard]] std::string labelled(const std::string& label, const std::string& text) const {
    return " " + pad_right(label, label_width) +
           wrapped(text, label_width + 1, width_ - label_width) + "\n";
  }

  /// A line that belongs to the one above it.
  [[nodiscard]] std::string below(const std::string& text) const {
    return std::string(label_width + 3, ' ') +
           wrapped(text, label_width + 5, width_ - label_width - 4) + "\n";
  }

private:
  std::size_t width_;
};

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string out;
  for (const std::string& word : words)
    out += (out.empty() ? "" : between) + word;
  return out;
}

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

bool is_bad(const Finding& finding) {
  return finding.verdict != Verdict::pass && finding.verdict != Verdict::not_applicable;
}

/// What stands below the table of a stage.
class StageNotes : private Lines {
public:
  StageNotes(const Bundle& bundle, const StageDecision& stage, const ReportOptions& options)
      : Lines(options), bundle_(bundle), stage_(stage) {}

  std::string text() {
    order();
    for (std::size_t i = 0; i < stage_.steps.size(); ++i)
      step(i);
    findings_of(nobody, "recused", Finding::Kind::recusal);
    findings_of(nobody, "score");
    record();
    for (const PanelAgreement& panel : stage_.panels)
      out_ += labelled(&panel == stage_.panels.data() ? "panel" : "", brief(panel));
    places();
    held();
    return std::move(out_);
  }

private:
  /// Whether the record determines who goes on without saying so itself.
  [[nodiscard]] bool same_in_all() const {
    return stage_.partial && !stage_.held() &&
           std::ranges::none_of(stage_.findings, [](const Finding& f) {
             return f.kind == Finding::Kind::record && f.verdict == Verdict::pass;
           });
  }

  /// Whether nothing was published about a hurdle.
  [[nodiscard]] bool nobody_knows(std::size_t step) const {
    const auto of_step = [&](const Finding& f) {
      return f.step == step && f.kind == Finding::Kind::require;
    };
    return stage_.partial && std::ranges::any_of(stage_.findings, of_step) &&
           std::ranges::all_of(stage_.findings, [&](const Finding& f) {
             return !of_step(f) || (f.verdict == Verdict::unknown && !f.observed);
           });
  }

  void order() {
    const bool said = std::ranges::any_of(
        stage_.steps, [](const StepReport& step) { return step.word == "order"; });
    if (!said && !stage_.order_keys.empty())
      out_ += labelled("order", escape_control(keys_in_words()));
  }

  /// The keys of the order; of a score that is a cost also that the smallest is first, since steps
  /// may have turned it round.
  [[nodiscard]] std::string keys_in_words() const {
    std::vector<std::string> words;
    for (const std::string& key : stage_.order_keys) {
      const auto named = [&](const NodeScores& s) { return s.path == key; };
      const auto node = std::ranges::find_if(stage_.nodes, named);
      const auto measure = std::ranges::find_if(stage_.measures, named);
      const bool cost = node != stage_.nodes.end()         ? node->direction == Direction::cost
                        : measure != stage_.measures.end() ? measure->direction == Direction::cost
                                                           : false;
      words.push_back(cost && !says_direction(key) ? key + " (smallest first)" : key);
    }
    return joined(words, ", then ");
  }

  /// Whether a key of that name says itself which end is first.
  [[nodiscard]] bool says_direction(const std::string& name) const {
    const auto& stages = bundle_.program.stages;
    const auto stage =
        std::ranges::find_if(stages, [&](const Stage& s) { return s.id.str() == stage_.id; });
    return stage != stages.end() && std::ranges::any_of(stage->select, [&](const SelectStep& step) {
             const auto* order = std::get_if<select::Order>(&step.what);
             return order != nullptr && std::ranges::any_of(order->keys, [&](const OrderKey& key) {
                      return key.name == name && key.direction.has_value();
                    });
           });
  }

  /// What is held may keep what a step took from advancing.
  [[nodiscard]] bool would_take(const StepReport& report) const {
    return stage_.held() && report.affected > stage_.advancing;
  }

  void step(std::size_t i) {
    const StepReport& report = stage_.steps[i];
    if (report.word == "order") {
      const std::string plain = joined(stage_.order_keys, ", then ");
      const std::string keys =
          report.rule.empty() || report.rule == plain ? keys_in_words() : report.rule;
      out_ += labelled("order", escape_control(keys));
    } else if (report.word == "policy") {
      policy(i, report);
      return;
    } else {
      std::string text = escape_control(report.word == "ties" ? ties_rule() : report.rule);
      const auto add = [&](const std::string& more) { text += (text.empty() ? "" : ": ") + more; };
      if (report.word == "take") {
        if (stage_.partial && stage_.held())
          add(std::to_string(stage_.advancing) + " for certain");
        else
          add(would_take(report) ? std::to_string(report.affected) + " would be taken"
                                 : counted(report.affected, "taken", "taken"));
        if (report.last_in && report.first_out && *report.last_in == *report.first_out)
          text += ", the line lies inside a tie at " + shown(*report.last_in, 3) +
                  ", broken by the later keys";
        else if (report.last_in && report.first_out)
          text += ", the line lies between " + between(*report.last_in, *report.first_out);
        else if (same_in_all())
          text += ", the same in every completion of the record";
      } else if (const auto who = decided_by(i); !who.empty()) {
        if (report.word == "reserve" || report.word == "grant")
          add(names_of(bundle_.program, who));
        else if (report.word == "require")
          add(std::to_string(who.size()) + " out");
      }
      const bool hidden = report.word == "require" && nobody_knows(i);
      if (hidden)
        add("not published");
      out_ += labelled(report.word == "eliminate" ? "rounds" : report.word, text);
      if (hidden)
        return;
    }
    rounds_of(i);
    findings_of(i, "");
  }

  /// Each round of an elimination in a line.
  void rounds_of(std::size_t step) {
    for (const EliminationRound& round : stage_.rounds) {
      if (round.step != step)
        continue;
      std::string text;
      const auto add = [&](const std::string& more, const char* between) {
        text += (text.empty() ? "" : between) + more;
      };
      const std::size_t named = round.who.size() > 12 ? 10 : round.who.size();
      for (std::size_t i = 0; i < named; ++i)
        add(name_of(bundle_.program, round.who[i]) + " " + shown(round.votes[i]), ", ");
      if (named < round.who.size())
        add("and " + std::to_string(round.who.size() - named) + " more", " ");
      if (round.exhausted > 0)
        add("exhausted " + shown(round.exhausted), ", ");
      if (!round.elected.empty())
        add(names_of(bundle_.program, round.elected) + " in", " · ");
      if (!round.out.empty())
        add(names_of(bundle_.program, round.out) + " out", " · ");
      if (!round.passed_on.empty())
        text = "after the " + round.passed_on + " of " + names_of(bundle_.program, round.from) +
               ": " + text;
      out_ += below(std::to_string(round.number) + ". " + text);
    }
  }

  /// Two scores with as few decimals as tell them apart.
  static std::string between(double a, double b) {
    int decimals = 3;
    while (decimals < 9 && a != b && shown(a, decimals) == shown(b, decimals))
      ++decimals;
    return shown(a, decimals) + " and " + shown(b, decimals);
  }

  [[nodiscard]] std::string ties_rule() const {
    const auto stage = std::ranges::find(bundle_.program.stages, stage_.id,
                                         [](const Stage& one) { return one.id.str(); });
    if (stage != bundle_.program.stages.end())
      for (const SelectStep& step : stage->select)
        if (const auto* ties = std::get_if<select::Ties>(&step.what))
          switch (ties->rule) {
          case TieRuling::hold:
            return "hold";
          case TieRuling::all_advance:
            return "all_advance";
          case TieRuling::all_cut:
            return "all_cut";
          case TieRuling::share:
            return "share";
          }
    return {};
  }

  /// The candidates whose outcome a step decided.
  [[nodiscard]] std::vector<std::size_t> decided_by(std::size_t step) const {
    std::vector<std::size_t> who;
    for (std::size_t i = 0; i < stage_.decided_by.size(); ++i)
      if (stage_.decided_by[i] == step)
        who.push_back(stage_.entrants[i]);
    return who;
  }

  /// A rule with its title and how many passed; below it who did not.
  void policy(std::size_t i, const StepReport& report) {
    struct Verdicts {
      std::array<std::size_t, 5> counts{};
      std::vector<const Finding*> said;       ///< with something to say about each
      std::vector<std::size_t> plain_unknown; ///< nothing is known about these
    };
    std::map<std::string, Verdicts> by_rule;
    std::vector<std::string> order;
    for (const Finding& f : stage_.findings) {
      if (f.step != i || f.kind != Finding::Kind::policy)
        continue;
      auto [at, added] = by_rule.try_emplace(f.rule);
      if (added)
        order.push_back(f.rule);
      ++at->second.counts[static_cast<std::size_t>(f.verdict)];
      if (!is_bad(f))
        continue;
      if (f.verdict == Verdict::unknown && f.detail.empty() && f.sources.empty())
        at->second.plain_unknown.push_back(f.candidate);
      else
        at->second.said.push_back(&f);
    }
    if (order.empty())
      out_ += labelled("policy", escape_control(report.rule));
    std::string label = "policy";
    for (const std::string& rule : order) {
      const Verdicts& verdicts = by_rule[rule];
      std::string text = escape_control(rule);
      if (const Rule* known = rule_named(rule))
        text += " " + escape_control(known->title);
      out_ += labelled(label, text + ": " + counts_of(verdicts.counts));
      label.clear();
      for (std::size_t k = 0; k < verdicts.said.size() && k < most_findings; ++k)
        out_ += below(sentence(*verdicts.said[k], bundle_.program));
      if (verdicts.said.size() > most_findings)
        out_ += below("and " + counted(verdicts.said.size() - most_findings, "more", "more"));
      if (!verdicts.plain_unknown.empty())
        out_ += below("unknown for " + names_of(bundle_.program, verdicts.plain_unknown));
    }
    for (const Finding& f : stage_.findings)
      if (f.step == i && f.kind == Finding::Kind::deduction)
        out_ += below(sentence(f, bundle_.program));
  }

  static std::string counts_of(const std::array<std::size_t, 5>& counts) {
    std::string out;
    for (std::size_t k = 0; k < counts.size(); ++k) {
      if (counts[k] == 0)
        continue;
      std::string word(to_string(static_cast<Verdict>(k)));
      std::ranges::replace(word, '_', ' ');
      out += (out.empty() ? "" : ", ") + std::to_string(counts[k]) + " " + word;
    }
    return out;
  }

  /// Whether an unknown verdict under a rule keeps anybody waiting.
  [[nodiscard]] bool can_hold(const std::string& id) const {
    const Rule* rule = rule_named(id);
    return rule == nullptr ||
           (rule->consequence != Rule::Consequence::note && rule->on_unknown == OnUnknown::hold);
  }

  [[nodiscard]] const Rule* rule_named(const std::string& id) const {
    for (const PolicyFile& policy : bundle_.policies)
      for (const Rule& rule : policy.rules)
        if (rule.id.str() == id)
          return &rule;
    return nullptr;
  }

  /// A finding that is written, and whom it is said of: a gap or an undefined value that several
  /// have in the same words is said once.
  struct Said {
    const Finding* finding;
    std::vector<std::size_t> who;
  };

  [[nodiscard]] std::vector<Said> said_once(const std::vector<const Finding*>& findings) const {
    std::vector<Said> out;
    std::map<std::tuple<Finding::Kind, std::string_view, std::string_view>, std::size_t> first;
    for (const Finding* f : findings) {
      const bool joins = (f->kind == Finding::Kind::gap || f->kind == Finding::Kind::undefined) &&
                         f->candidate != nobody && f->sources.empty();
      const auto [at, fresh] = joins ? first.try_emplace({f->kind, f->rule, f->detail}, out.size())
                                     : std::pair(first.end(), true);
      if (fresh)
        out.push_back({f, {f->candidate}});
      else
        out[at->second].who.push_back(f->candidate);
    }
    return out;
  }

  void findings_of(std::size_t step, const std::string& label,
                   std::optional<Finding::Kind> kind = std::nullopt) {
    std::vector<const Finding*> findings;
    for (const Finding& f : stage_.findings) {
      if (f.step != step || f.kind == Finding::Kind::unknown || f.kind == Finding::Kind::upstream ||
          f.kind == Finding::Kind::record)
        continue;
      if (kind ? f.kind != *kind : f.kind == Finding::Kind::recusal)
        continue;
      if ((f.kind == Finding::Kind::require && !is_bad(f)) || f.kind == Finding::Kind::eliminate)
        continue;
      findings.push_back(&f);
    }
    const std::vector<Said> said = said_once(findings);
    for (std::size_t k = 0; k < std::min(said.size(), most_findings); ++k) {
      const auto& [finding, who] = said[k];
      const std::string text = who.size() > 1 ? sentence(*finding, who, bundle_.program)
                                              : sentence(*finding, bundle_.program);
      out_ += label.empty() ? below(text) : labelled(k == 0 ? label : std::string(), text);
    }
    if (said.size() > most_findings)
      out_ += labelled("", "and " + counted(said.size() - most_findings, "more", "more"));
  }

  /// What was published as such, and what contradicts itself.
  void record() {
    std::string label = "record";
    for (const Finding& f : stage_.findings)
      if (f.kind == Finding::Kind::record && (f.verdict == Verdict::pass || !f.sources.empty())) {
        out_ += labelled(label, sentence(f, bundle_.program));
        label.clear();
      }
    if (stage_.partial)
      for (const std::string& note : stage_.partial->relaxed) {
        out_ += labelled(label, escape_control(note));
        label.clear();
      }
  }

  void places() {
    if (!stage_.places)
      return;
    std::string text = std::to_string(std::min(stage_.advancing, *stage_.places)) + " of " +
                       std::to_string(*stage_.places) + " filled";
    if (stage_.advancing > *stage_.places)
      text = std::to_string(stage_.advancing) + " for " + counted(*stage_.places, "place");
    if (stage_.vacancies && *stage_.vacancies > 0) {
      text += ", " + counted(*stage_.vacancies, "vacancy", "vacancies");
      std::vector<std::string> takers;
      for (const Stage& other : bundle_.program.stages)
        if (other.places.vacancies_of == stage_.id)
          takers.push_back(escape_control(other.id.str()));
      if (!takers.empty())
        text += " -> " + joined(takers, ", ");
    }
    out_ += labelled("places", text);
  }

  /// Those of whom a record leaves the same outcomes open in one line; false: none of them.
  bool held_by_the_record(const std::vector<std::size_t>& who) {
    std::vector<std::pair<std::string, std::vector<std::size_t>>> open;
    for (const Finding& f : stage_.findings) {
      if (f.kind != Finding::Kind::record || f.verdict != Verdict::unknown)
        continue;
      const std::string detail = f.detail;
      auto at = std::ranges::find(open, detail, [](const auto& one) { return one.first; });
      if (at == open.end())
        at = open.insert(open.end(), {detail, {}});
      if (f.candidate < bundle_.program.candidates.size())
        at->second.push_back(f.candidate);
    }
    std::string label = "held";
    for (const auto& [detail, candidates] : open) {
      out_ += labelled(label, names_of(bundle_.program, candidates.empty() ? who : candidates) +
                                  ": " + escape_control(detail));
      label.clear();
    }
    return !open.empty();
  }

  void held() {
    std::vector<std::size_t> who;
    for (std::size_t i = 0; i < stage_.entrants.size(); ++i)
      if (stage_.outcomes[i] == Outcome::held)
        who.push_back(stage_.entrants[i]);
    if (who.empty())
      return;
    std::set<std::string> reasons;
    std::vector<std::string> ordered;
    for (const Finding& f : stage_.findings) {
      std::string reason;
      if (f.kind == Finding::Kind::gap)
        reason = "a gap" + (f.rule.empty() ? "" : " in `" + escape_control(f.rule) + "`");
      else if (f.kind == Finding::Kind::undefined)
        reason =
            "an undefined value" + (f.rule.empty() ? "" : " in `" + escape_control(f.rule) + "`");
      else if (f.kind == Finding::Kind::tie)
        reason = "a tie at the line";
      else if (f.kind == Finding::Kind::upstream)
        reason = "the earlier stage `" + escape_control(f.detail) + "` being held";
      else if (f.kind == Finding::Kind::policy && f.verdict == Verdict::unknown && can_hold(f.rule))
        reason = "an unknown verdict under " + escape_control(f.rule);
      if (!reason.empty() && reasons.insert(reason).second && ordered.size() < 6)
        ordered.push_back(reason);
    }
    if (ordered.empty() && std::ranges::any_of(stage_.findings, [](const Finding& f) {
          return f.kind == Finding::Kind::unknown;
        }))
      ordered.push_back("an unknown verdict");
    if (ordered.empty() && held_by_the_record(who))
      return;
    out_ += labelled("held", names_of(bundle_.program, who) +
                                 (ordered.empty() ? "" : ": by " + joined(ordered, ", ")));
  }

  const Bundle& bundle_;

  const StageDecision& stage_;
  std::string out_;
};

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
    if (const auto at = std::ranges::find(round.who, candidate); at != round.who.end())
      out += (out.empty() ? "" : ", ") +
             shown(round.votes[static_cast<std::size_t>(at - round.who.begin())]) + " in round " +
             std::to_string(round.number);
  return out;
}

std::string distance(double points) {
  return shown(std::abs(points));
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
    const std::string notes = StageNotes(bundle, stage, options).text();
    if (!notes.empty())
      out += (stage.entrants.empty() ? "" : "\n") + notes;
  }
  return out;
}

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
  else if (why.outcome == Outcome::cut)
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
