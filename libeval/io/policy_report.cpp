// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/policy_report.hpp>

#include "io/grid.hpp"
#include "io/policy_trace.hpp"
#include "io/policy_words.hpp"

#include <libeval/base/text.hpp>
#include <libeval/io/words.hpp>

#include <algorithm>

namespace libeval {
namespace {

/// Writes the verdicts of one policy file.
class Writer {
public:
  Writer(const Program& program, const JudgedPolicy& judged, const ReportOptions& options)
      : program_(program), policy_(*judged.policy), judgments_(judged.judgments), words_(judged),
        width_(text_width(options.width)), trace_(program, judged, width_), options_(options) {}

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
            styled(words_.verdict(judgment), style_of(judgment.verdict), options_.color) + "\n" +
            trace_.of(rule, judgment, 3);
  }

  void notes() {
    if (judgments_.defects.empty() && judgments_.unused_waivers.empty() &&
        judgments_.expired_waivers.empty())
      return;
    out_ += "\n" + styled("noted", Style::bold, options_.color) + "\n";
    for (std::size_t i = 0; i < judgments_.defects.size() && i < most_notes; ++i)
      out_ += note("lineage", words_.defect(judgments_.defects[i]));
    if (judgments_.defects.size() > most_notes)
      out_ += note("", "and " + counted(judgments_.defects.size() - most_notes, "more", "more"));
    for (const std::size_t w : judgments_.expired_waivers)
      out_ += note("waiver", words_.waiver_for(policy_.waivers[w]) + " has expired on " +
                                 policy_.waivers[w].expires);
    for (const std::size_t w : judgments_.unused_waivers)
      out_ += note("waiver", words_.waiver_for(policy_.waivers[w]) + " applies to no verdict");
  }

  [[nodiscard]] std::string note(const std::string& label, const std::string& text) const {
    return labelled_line(1, label, text, width_);
  }

  static constexpr std::size_t most_notes = 20;
  const Program& program_;
  const PolicyFile& policy_;
  const Judgments& judgments_;
  PolicyWords words_;
  std::size_t width_;
  PolicyTrace trace_;
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
