// SPDX-License-Identifier: Apache-2.0
#include "io/policy_trace.hpp"

#include <libeval/base/text.hpp>
#include <libeval/io/words.hpp>

namespace libeval {
namespace {

/// Writes the lines of one verdict.
class Lines {
public:
  Lines(const Program& program, const PolicyFile& policy, const LineageGraph* graph,
        const PolicyWords& words, std::size_t indent, std::size_t width)
      : program_(program), policy_(policy), graph_(graph), words_(words), indent_(indent),
        width_(width) {}

  void found(const ReadyFinding& finding) {
    std::string text = escape_control(finding.statement);
    if (!finding.source.empty())
      text += (text.empty() ? "[" : " [") + escape_control(finding.source) + "]";
    if (!text.empty())
      line("found", text);
  }

  void subject(const Rule& rule, const SubjectVerdict& subject, bool named) {
    if (subject.verdict == Verdict::not_applicable)
      return;
    if (named)
      line(words_.id(subject.subject), words_.verdict(subject));
    if (!subject.error.empty())
      line("because", escape_control(subject.error));
    for (const ConditionTrace& trace : subject.conditions)
      condition(rule, trace, subject);
    settling(rule, subject);
    if (!subject.cured_on.empty())
      line("history", "failed on " + (rule.at.empty() ? program_.as_of : rule.at) + ", cured on " +
                          subject.cured_on);
    if (!subject.curable_until.empty())
      line("curable", "until " + subject.curable_until);
    for (const UsedItem& item : subject.rests_on)
      line("rests on", "this alone: " + words_.item(item));
    if (subject.waiver != nobody)
      line("waived", words_.waiver(policy_.waivers[subject.waiver]));
    if (subject.verdict == Verdict::fail || subject.verdict == Verdict::unknown)
      if (const std::string fix = words_.how_to_fix(rule, subject); !fix.empty())
        line("to fix", fix);
  }

  std::string take() { return std::move(out_); }

private:
  void line(const std::string& label, const std::string& text, std::size_t deeper = 0) {
    out_ += labelled_line(indent_ + deeper, label, text, width_);
  }

  void condition(const Rule& rule, const ConditionTrace& trace, const SubjectVerdict& subject) {
    const bool decides = subject.verdict != Verdict::unknown || trace.critical;
    if (trace.possible.only_none() || !decides)
      return;
    const Condition& asked = rule.formula[trace.condition];
    if (trace.observed)
      line("score", shown(*trace.observed));
    if (trace.reach && trace.reach->witness)
      line(trace.truth == Truth::unknown ? "perhaps" : "witness",
           escape_control(witness_line(policy_, *graph_, *trace.reach->witness)));
    for (const ReachPath& way : trace.more)
      line("and", escape_control(witness_line(policy_, *graph_, way)));
    if (trace.reach && trace.truth == Truth::no && !trace.reach->witness &&
        rule.form == Rule::Form::deny)
      line("checked", counted(trace.reach->checked.size(), "thing"));
    for (const ClaimTrace& claim : trace.claims)
      if (claim.truth != Truth::unknown && subject.subject != no_node &&
          PolicyWords::of_license(asked))
        line(claim.truth == Truth::yes ? "met" : "not met", words_.claim(asked, claim));
    std::string last;
    for (const UsedItem& used : trace.items) {
      const std::string fact = words_.fact(used);
      if (fact != last)
        line("evidence", fact);
      last = fact;
      line(used.item->supports ? "for" : "against", words_.item(used), 2);
    }
    if (trace.reach && trace.truth == Truth::unknown)
      line("open", words_.facts(trace.reach->critical));
    for (const ClaimTrace& claim : trace.claims)
      if (trace.truth == Truth::unknown && claim.truth == Truth::unknown)
        line("open", words_.claim(asked, claim));
    if (trace.truth == Truth::unknown && asked.kind == Condition::Kind::score)
      line("open", "the score of " + escape_control(asked.name));
    if (trace.reach && trace.truth != Truth::no && !trace.reach->choke.empty())
      line("replace", words_.id(trace.reach->choke.back()));
  }

  void settling(const Rule& rule, const SubjectVerdict& subject) {
    const bool note = rule.form == Rule::Form::note;
    if (!subject.passes_if.empty())
      line(note ? "noted if" : "passes if", words_.points(rule, subject, subject.passes_if));
    if (!subject.fails_if.empty())
      line(note ? "cleared if" : "fails if", words_.points(rule, subject, subject.fails_if));
  }

  const Program& program_;
  const PolicyFile& policy_;
  const LineageGraph* graph_;
  const PolicyWords& words_;
  std::size_t indent_;
  std::size_t width_;
  std::string out_;
};

} // namespace

std::string PolicyTrace::of(const Rule& rule, const Judgment& judgment, std::size_t indent) const {
  Lines lines(program_, policy_, graph_.get(), words_, indent, width_);
  if (judgment.ready)
    lines.found(*judgment.ready);
  for (const SubjectVerdict& subject : judgment.subjects)
    lines.subject(rule, subject, judgment.subjects.size() > 1);
  return lines.take();
}

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

std::string labelled_line(std::size_t indent, const std::string& label, const std::string& text,
                          std::size_t width) {
  const std::string begin = std::string(indent, ' ') + pad_right(label, 10) + " ";
  return begin + wrapped(text, begin.size(), width - begin.size()) + "\n";
}

} // namespace libeval
