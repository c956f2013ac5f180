// SPDX-License-Identifier: Apache-2.0
#include "io/stage_notes.hpp"

#include "io/report_lines.hpp"

#include <libeval/base/duration.hpp>
#include <libeval/base/text.hpp>
#include <libeval/io/panel.hpp>
#include <libeval/io/words.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

namespace libeval {
namespace {

/// Findings of one step that are written out; the rest is counted.
constexpr std::size_t most_findings = 12;

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string out;
  for (const std::string& word : words)
    out += (out.empty() ? "" : between) + word;
  return out;
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
        add(name_of(bundle_.program, round.who[i]) +
                (round.votes[i] ? " " + shown(*round.votes[i]) : ""),
            ", ");
      if (named < round.who.size())
        add("and " + std::to_string(round.who.size() - named) + " more", " ");
      if (round.exhausted > 0)
        add("exhausted " + shown(round.exhausted), ", ");
      if (!round.elected.empty())
        add(names_of(bundle_.program, round.elected) + " in", " · ");
      if (!round.out.empty())
        add(names_of(bundle_.program, round.out) + " out" +
                (round.by.empty() ? "" : " by " + escape_control(round.by)),
            " · ");
      if (!round.passed_on.empty())
        text = "after the " + round.passed_on + " of " + names_of(bundle_.program, round.from) +
               (round.value ? " at " + shown(*round.value, 6) : "") + ": " + text;
      out_ += below(std::to_string(round.number) + ". " + text);
    }
  }

  /// Two scores with as few decimals as tell them apart.
  [[nodiscard]] std::string between(double a, double b) const {
    int decimals = 3;
    while (decimals < 9 && a != b && shown(a, decimals) == shown(b, decimals))
      ++decimals;
    const bool times = !stage_.nodes.empty() && stage_.nodes[0].is_time;
    const auto text = [&](double x) {
      return times ? as_duration(shown(x, decimals)) : shown(x, decimals);
    };
    return text(a) + " and " + text(b);
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

  /// The candidates whose outcome a step decided; of those held none did.
  [[nodiscard]] std::vector<std::size_t> decided_by(std::size_t step) const {
    std::vector<std::size_t> who;
    for (std::size_t i = 0; i < stage_.decided_by.size(); ++i)
      if (stage_.decided_by[i] == step && stage_.outcomes[i] != Outcome::held)
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
    std::set<std::pair<std::ptrdiff_t, std::size_t>> told;
    for (const Finding* f : findings) {
      const bool joins = (f->kind == Finding::Kind::gap || f->kind == Finding::Kind::undefined) &&
                         f->candidate != nobody && f->sources.empty();
      const auto [at, fresh] = joins ? first.try_emplace({f->kind, f->rule, f->detail}, out.size())
                                     : std::pair(first.end(), true);
      if (fresh)
        out.push_back({f, {}});
      Said& said = fresh ? out.back() : out[at->second];
      if (told.emplace(&said - out.data(), f->candidate).second)
        said.who.push_back(f->candidate);
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
      if ((f.kind == Finding::Kind::require && !is_bad(f)) || f.kind == Finding::Kind::eliminate ||
          (f.kind == Finding::Kind::duel && is_bad(f))) // the winner's says the same
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

} // namespace

std::string stage_notes(const Bundle& bundle, const StageDecision& stage,
                        const ReportOptions& options) {
  return StageNotes(bundle, stage, options).text();
}

bool is_bad(const Finding& finding) {
  return finding.verdict != Verdict::pass && finding.verdict != Verdict::not_applicable;
}

} // namespace libeval
