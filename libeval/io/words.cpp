// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/words.hpp>

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace libeval {
namespace {

std::string safe(const std::string& text) {
  return escape_control(text);
}

std::string quoted(const std::string& text) {
  return "`" + safe(text) + "`";
}

std::string verdict_word(Verdict verdict) {
  switch (verdict) {
  case Verdict::pass:
    return "passes";
  case Verdict::fail:
    return "fails";
  case Verdict::unknown:
    return "is unknown under";
  case Verdict::not_applicable:
    return "is not concerned by";
  case Verdict::error:
    return "cannot be judged under";
  }
  return {};
}

std::string level_word(Level level) {
  return level == Level::self_declared ? "self-declared" : std::string(to_string(level));
}

std::string with_detail(std::string text, const Finding& finding) {
  if (!finding.detail.empty())
    text += ": " + safe(finding.detail);
  return text;
}

std::string policy(const Finding& f, const std::string& who, std::string_view title) {
  std::string text = who + " " + verdict_word(f.verdict) + " " + safe(f.rule);
  if (!title.empty())
    text += " \"" + escape_control(title) + "\"";
  if (f.level && f.verdict != Verdict::not_applicable)
    text += " (" + level_word(*f.level) + ")";
  return with_detail(text, f);
}

std::string hurdle(const Finding& f, const std::string& who) {
  const std::string rule = f.rule.empty() ? "the hurdle" : safe(f.rule);
  std::string text = who;
  if (f.verdict == Verdict::pass)
    text += " meets " + rule;
  else if (f.verdict == Verdict::fail)
    text += " misses " + rule;
  else
    text += " is unknown at " + rule;
  // Numbers that differ are told apart.
  const bool near = f.observed && f.required && *f.observed != *f.required &&
                    shown(*f.observed) == shown(*f.required);
  const auto written = [&](double x) { return near ? format_decimal(x) : shown(x); };
  std::string numbers;
  if (f.observed)
    numbers = written(*f.observed);
  if (f.required) {
    if (!numbers.empty())
      numbers += ", required ";
    numbers += (f.bound.empty() ? "" : f.bound + " ") + written(*f.required);
  }
  if (!numbers.empty())
    text += " (" + numbers + ")";
  return with_detail(text, f);
}

} // namespace

std::string shown(double value, int decimals) {
  if (!std::isfinite(value))
    return "-";
  const std::string text = format_decimal(value, decimals);
  // What would vanish is shown as it is.
  return text == "0" && value != 0 ? format_decimal(value) : text;
}

std::string counted(std::size_t n, const std::string& word, const std::string& plural) {
  std::string digits = std::to_string(n);
  for (std::size_t i = digits.size(); n >= 10'000 && i > 3; i -= 3)
    digits.insert(i - 3, ",");
  return digits + " " + (n == 1 ? word : plural.empty() ? word + "s" : plural);
}

std::string name_of(const Program& program, std::size_t candidate) {
  return candidate < program.candidates.size() ? safe(program.candidates[candidate].name)
                                               : "somebody";
}

std::string names_of(const Program& program, std::span<const std::size_t> candidates,
                     std::size_t most) {
  std::string out;
  const std::size_t n = candidates.size();
  const std::size_t named = n > most ? most : n;
  for (std::size_t i = 0; i < named; ++i) {
    if (i > 0)
      out += i + 1 == n ? " and " : ", ";
    out += name_of(program, candidates[i]);
  }
  if (n > named)
    out += " and " + counted(n - named, "more", "more");
  return out;
}

std::string sources_of(const Finding& finding) {
  if (finding.sources.empty())
    return {};
  std::string out = "[";
  for (std::size_t i = 0; i < finding.sources.size(); ++i)
    out += (i == 0 ? "" : ", ") + safe(finding.sources[i]);
  return out + "]";
}

std::string sentence(const Finding& f, const Program& program, std::string_view rule_title) {
  const std::string who = f.candidate == nobody ? "the stage" : name_of(program, f.candidate);
  using Kind = Finding::Kind;
  std::string text;
  switch (f.kind) {
  case Kind::policy:
    text = policy(f, who, rule_title);
    break;
  case Kind::deduction:
    text = with_detail(who + " loses " + (f.observed ? shown(std::abs(*f.observed)) : "") +
                           " points under " + safe(f.rule),
                       f);
    break;
  case Kind::require:
    text = hurdle(f, who);
    break;
  case Kind::gap:
    text = with_detail(who + " has a gap" + (f.rule.empty() ? "" : " in " + quoted(f.rule)), f);
    break;
  case Kind::undefined:
    text = with_detail(who + " has no result" + (f.rule.empty() ? "" : " in " + quoted(f.rule)), f);
    break;
  case Kind::tie: {
    std::vector<std::size_t> tied = f.others;
    if (f.candidate != nobody && std::find(tied.begin(), tied.end(), f.candidate) == tied.end())
      tied.insert(tied.begin(), f.candidate);
    text = with_detail((tied.empty() ? who : names_of(program, tied)) +
                           (f.rule == "eliminate"    ? " are tied in a round"
                            : f.rule == "pool_place" ? " share a place in their pool"
                            : f.rule == "place"      ? " share a place"
                                                     : " are tied across the line"),
                       f);
    break;
  }
  case Kind::quota:
    if (!f.bound.empty()) {
      text = who + " gives way to the quota of " + quoted(f.rule) + ": " + safe(f.detail);
      break;
    }
    text = who + " is passed over: the quota of " + quoted(f.rule) +
           (f.detail.empty() ? "" : " " + quoted(f.detail)) + " is full";
    break;
  case Kind::grant:
    text = with_detail(who + " is granted a place", f);
    break;
  case Kind::withdraw:
    text = with_detail(who + " withdraws", f);
    break;
  case Kind::lot:
    text = with_detail(f.others.empty() ? who + " is placed by lot"
                                        : names_of(program, f.others) + " are separated by lot",
                       f);
    break;
  case Kind::decision:
    text = with_detail(f.others.empty()
                           ? who + " is placed by a recorded decision"
                           : names_of(program, f.others) + " are separated by a recorded decision",
                       f);
    break;
  case Kind::eliminate: {
    const bool in = f.verdict == Verdict::pass;
    text = who + (in ? " is in by round " : " goes out in round ") + safe(f.rule);
    if (f.observed)
      text += " with " + shown(*f.observed) + (f.required ? " votes" : "");
    if (f.required)
      text += " (quota " + shown(*f.required) + ")";
    text = with_detail(text, f);
    break;
  }
  case Kind::duel:
    text = who +
           (f.verdict == Verdict::pass   ? " wins the duel with "
            : f.verdict == Verdict::fail ? " loses the duel with "
                                         : " is level in the duel with ") +
           names_of(program, f.others) + (f.rule.empty() ? "" : ", by " + safe(f.rule));
    break;
  case Kind::upstream:
    text = "the earlier stage " + quoted(f.detail) + " is held";
    break;
  case Kind::recusal: {
    const auto marks = static_cast<std::size_t>(f.observed.value_or(0));
    text = marks == 0
               ? "recused for " + who + ": " + safe(f.detail)
               : "left out for " + who + ": " + counted(marks, "mark") + " of " + safe(f.detail);
    break;
  }
  case Kind::record:
    text = f.candidate == nobody ? f.detail.get() : with_detail(who, f);
    break;
  case Kind::unknown:
    text = who + " turns on what is not known" +
           (f.others.empty() ? "" : " of " + names_of(program, f.others));
    text = with_detail(text, f);
    break;
  }
  const std::string sources = sources_of(f);
  return sources.empty() ? text : text + " " + sources;
}

std::string brief(const StageDecision& stage) {
  std::array<std::size_t, 6> counts{};
  for (const Outcome outcome : stage.outcomes)
    ++counts[static_cast<std::size_t>(outcome)];
  std::string out = safe(stage.id) + ": " + std::to_string(counts[0]) + " of " +
                    std::to_string(stage.outcomes.size()) + " advance";
  for (std::size_t k = 1; k < counts.size(); ++k)
    if (counts[k] > 0)
      out +=
          ", " + std::to_string(counts[k]) + " " + std::string(to_string(static_cast<Outcome>(k)));
  if (stage.vacancies && *stage.vacancies > 0)
    out += ", " + counted(*stage.vacancies, "vacancy", "vacancies");
  return out;
}

std::string brief(const Decision& decision) {
  std::string out;
  for (const StageDecision& stage : decision.stages)
    out += (out.empty() ? "" : "; ") + brief(stage);
  return out;
}

std::string brief(const Finding& finding) {
  std::string out(to_string(finding.kind));
  if (!finding.rule.empty())
    out += " " + safe(finding.rule);
  if (finding.candidate != nobody)
    out += ", candidate " + std::to_string(finding.candidate);
  return out + ": " + std::string(to_string(finding.verdict));
}

std::string condition(const Alternative& a, const Program& program) {
  using Kind = Alternative::Kind;
  const std::string subject = safe(a.subject);
  const std::string at_step = subject.empty() ? "" : " at " + subject;
  switch (a.kind) {
  case Kind::policy_before_take:
    return "with policy " + subject + " before take";
  case Kind::policy_after_take:
    return "with policy " + subject + " after take";
  case Kind::policy_not_applied:
    return "without policy " + subject;
  case Kind::rule_not_applied:
    return "with " + subject + " not applied";
  case Kind::hurdle_not_applied:
    return "without the hurdle " + quoted(a.subject);
  case Kind::one_place_more:
    return "with one place more" + at_step;
  case Kind::one_place_fewer:
    return "with one place fewer" + at_step;
  case Kind::ties_all_advance:
    return "with ties: all_advance";
  case Kind::ties_all_cut:
    return "with ties: all_cut";
  case Kind::verdict_pass:
    return "if " + name_of(program, a.candidate) + " passed " + subject;
  case Kind::verdict_fail:
    return "if " + name_of(program, a.candidate) + " failed " + subject;
  case Kind::gap_zero:
    return "with gaps in " + quoted(a.subject) + " counted as zero";
  case Kind::gap_drop:
    return "with gaps in " + quoted(a.subject) + " dropped";
  case Kind::gap_lowest:
    return "with gaps in " + quoted(a.subject) + " counted as the lowest";
  case Kind::replaced:
    return "with " + subject + " replaced by own work";
  }
  return {};
}

std::string consequence(const Alternative& a, const Program& program) {
  std::string out(to_string(a.outcome));
  if (!a.still.empty())
    out += " all the same, by " + safe(a.still);
  std::string others;
  for (std::size_t i = 0; i < a.others.size() && i < 4; ++i) {
    const CandidateChange& one = a.others[i];
    others += (others.empty() ? "" : ", ") + name_of(program, one.candidate) + " " +
              (one.outcome_after ? std::string(to_string(*one.outcome_after)) : "does not enter");
  }
  if (a.others.size() > 4)
    others += " and " + counted(a.others.size() - 4, "other changes", "others change");
  if (!others.empty())
    out += "; then " + others;
  if (a.vacancies)
    out +=
        "; " + (*a.vacancies == 0 ? "no vacancy" : counted(*a.vacancies, "vacancy", "vacancies"));
  return out;
}

std::string sentence(const Finding& f, std::span<const std::size_t> candidates,
                     const Program& program) {
  const std::string sources = sources_of(f);
  return with_detail(names_of(program, candidates) +
                         (f.kind == Finding::Kind::gap ? " have a gap" : " have no result") +
                         (f.rule.empty() ? "" : " in " + quoted(f.rule)),
                     f) +
         (sources.empty() ? "" : " " + sources);
}

std::string sentence(const CandidateChange& change) {
  const auto outcome = [](const std::optional<Outcome>& o) {
    return o ? std::string(to_string(*o)) : std::string("no entrant");
  };
  const auto number = [](const std::optional<double>& x) { return x ? shown(*x) : "none"; };
  std::string out;
  if (change.changes_outcome())
    out = outcome(change.outcome_before) + " -> " + outcome(change.outcome_after);
  else if (change.outcome_after)
    out = "still " + outcome(change.outcome_after);
  if (change.place_before != change.place_after && change.outcome_before && change.outcome_after)
    out += ", place " + number(change.place_before) + " -> " + number(change.place_after);
  return out;
}

} // namespace libeval
