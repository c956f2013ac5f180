// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/policy_report.hpp>

#include "io/grid.hpp"
#include "io/policy_words.hpp"

#include <libeval/base/text.hpp>
#include <libeval/io/words.hpp>

#include <algorithm>

namespace libeval {
namespace {

constexpr std::size_t line_width = 96;

Style style_of(Verdict verdict) {
  switch (verdict) {
  case Verdict::pass:
    return Style::good;
  case Verdict::fail:
    return Style::bad;
  case Verdict::unknown:
  case Verdict::error:
    return Style::warn;
  case Verdict::not_applicable:
    break;
  }
  return Style::faint;
}

/// Writes the verdicts of one policy file.
class Writer {
public:
  Writer(const Program& program, const JudgedPolicy& judged, const ReportOptions& options)
      : program_(program), policy_(*judged.policy), judgments_(judged.judgments),
        words_(program, judged), options_(options) {}

  std::string text() {
    out_ = styled(escape_control(policy_.title.empty() ? policy_.id : policy_.title), Style::bold,
                  options_.color) +
           " · " + escape_control(policy_.file);
    if (!program_.as_of.empty())
      out_ += " · as of " + program_.as_of;
    out_ += "\n";
    for (std::size_t r = 0; r < policy_.rules.size(); ++r)
      rule(r);
    notes();
    return std::move(out_);
  }

private:
  void line(std::size_t indent, const std::string& label, const std::string& text) {
    const std::string begin = std::string(indent, ' ') + pad_right(label, 10) + " ";
    out_ += begin + wrapped(text, begin.size(), line_width - begin.size()) + "\n";
  }

  void rule(std::size_t r) {
    const Rule& rule = policy_.rules[r];
    out_ += "\n" + styled(escape_control(rule.id.str()), Style::bold, options_.color) + " " +
            escape_control(rule.title) + " · " + words_.consequence(rule) + "\n";
    std::size_t width = 0;
    for (const Judgment& judgment : judgments_.all)
      if (judgment.rule == r)
        width = std::max(width, display_width(name_of(program_, judgment.candidate)));
    for (const Judgment& judgment : judgments_.all)
      if (judgment.rule == r)
        verdict(rule, judgment, width);
  }

  void verdict(const Rule& rule, const Judgment& judgment, std::size_t width) {
    out_ += " " + pad_right(name_of(program_, judgment.candidate), width) + "  " +
            styled(words_.verdict(judgment), style_of(judgment.verdict), options_.color) + "\n";
    if (judgment.ready) {
      const ReadyFinding& found = *judgment.ready;
      std::string text = escape_control(found.statement);
      if (!found.source.empty())
        text += (text.empty() ? "[" : " [") + escape_control(found.source) + "]";
      if (!text.empty())
        line(3, "found", text);
    }
    for (const SubjectVerdict& subject : judgment.subjects)
      of_subject(rule, judgment, subject);
  }

  void of_subject(const Rule& rule, const Judgment& judgment, const SubjectVerdict& subject) {
    if (subject.verdict == Verdict::not_applicable)
      return;
    if (judgment.subjects.size() > 1)
      line(3, words_.id(subject.subject), words_.verdict(subject));
    if (!subject.error.empty())
      line(3, "because", escape_control(subject.error));
    for (const ConditionTrace& trace : subject.conditions)
      of_condition(rule, trace, subject);
    if (!subject.cured_on.empty())
      line(3, "history",
           "failed on " + (rule.at.empty() ? program_.as_of : rule.at) + ", cured on " +
               subject.cured_on);
    if (!subject.curable_until.empty())
      line(3, "curable", "until " + subject.curable_until);
    for (const UsedItem& item : subject.rests_on)
      line(3, "rests on", "this alone: " + words_.item(item));
    if (subject.waiver != nobody)
      line(3, "waived", words_.waiver(policy_.waivers[subject.waiver]));
    if (subject.verdict == Verdict::fail || subject.verdict == Verdict::unknown)
      if (const std::string fix = words_.how_to_fix(rule, subject); !fix.empty())
        line(3, "to fix", fix);
  }

  void of_condition(const Rule& rule, const ConditionTrace& trace, const SubjectVerdict& subject) {
    const bool decides = subject.verdict != Verdict::unknown || trace.critical;
    if (trace.possible.only_none() || !decides)
      return;
    if (trace.observed)
      line(3, "score", shown(*trace.observed));
    if (trace.reach && trace.truth != Truth::no && trace.reach->witness)
      line(3, trace.truth == Truth::yes ? "witness" : "perhaps",
           escape_control(witness_line(policy_, *judgments_.graph, *trace.reach->witness)));
    if (trace.reach && trace.truth == Truth::no && rule.form == Rule::Form::deny)
      line(3, "checked", counted(trace.reach->checked.size(), "thing"));
    std::string last;
    for (const UsedItem& used : trace.items) {
      const std::string fact = words_.fact(used);
      if (fact != last)
        line(3, "evidence", fact);
      last = fact;
      line(5, used.item->supports ? "for" : "against", words_.item(used));
    }
    if (!trace.reach)
      return;
    const ReachAnswer& reach = *trace.reach;
    if (trace.truth == Truth::unknown) {
      line(3, "open", words_.facts(reach.critical));
      if (!reach.settle_no.empty())
        line(3, "settled", "as not derived by: " + words_.facts(reach.settle_no));
      if (!reach.settle_yes.empty())
        line(3, "settled", "as derived by: " + words_.facts(reach.settle_yes));
    }
    if (trace.truth != Truth::no && !reach.choke.empty())
      line(3, "replace", words_.id(reach.choke.back()));
  }

  void notes() {
    if (judgments_.defects.empty() && judgments_.unused_waivers.empty() &&
        judgments_.expired_waivers.empty())
      return;
    out_ += "\n" + styled("noted", Style::bold, options_.color) + "\n";
    for (std::size_t i = 0; i < judgments_.defects.size() && i < most_notes; ++i)
      line(1, "lineage", words_.defect(judgments_.defects[i]));
    if (judgments_.defects.size() > most_notes)
      line(1, "", "and " + counted(judgments_.defects.size() - most_notes, "more", "more"));
    for (const std::size_t w : judgments_.expired_waivers)
      line(1, "waiver",
           words_.waiver_for(policy_.waivers[w]) + " has expired on " + policy_.waivers[w].expires);
    for (const std::size_t w : judgments_.unused_waivers)
      line(1, "waiver", words_.waiver_for(policy_.waivers[w]) + " applies to no verdict");
  }

  static constexpr std::size_t most_notes = 20;
  const Program& program_;
  const PolicyFile& policy_;
  const Judgments& judgments_;
  PolicyWords words_;
  const ReportOptions& options_;
  std::string out_;
};

} // namespace

std::string report(const Program& program, const std::vector<JudgedPolicy>& judged,
                   const ReportOptions& options) {
  std::string out;
  for (const JudgedPolicy& one : judged)
    out += (out.empty() ? "" : "\n") + Writer(program, one, options).text();
  return out;
}

} // namespace libeval
