// SPDX-License-Identifier: Apache-2.0
// Rules of policy and hurdles: who is out, and by how many points somebody falls.
#include "engine/select/selector.hpp"

#include "engine/policy/judged.hpp"
#include "engine/select/bound.hpp"

#include <libeval/base/decimal.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace libeval {
namespace {

/// Texts that stand in many findings, kept once each. The texts must outlive it.
class Sharing {
public:
  SharedText text(const std::string& text) {
    if (text.empty())
      return {};
    SharedText& out = texts_[text];
    if (out.empty())
      out = SharedText(text);
    return out;
  }
  SharedTexts list_of(const std::string& text) {
    if (text.empty())
      return {};
    SharedTexts& out = lists_[text];
    if (out.empty())
      out = SharedTexts{text};
    return out;
  }

private:
  std::unordered_map<std::string_view, SharedText> texts_;
  std::unordered_map<std::string_view, SharedTexts> lists_;
};

/// The findings of a policy file by rule and candidate. O(findings log findings) to make, O(log
/// findings) to ask.
class FoundByRule {
public:
  FoundByRule(const PolicyFile& file, const Context& context) {
    std::unordered_map<std::string_view, std::size_t> rules;
    for (const Rule& rule : file.rules)
      rules.try_emplace(rule.id.str(), rules.size());
    rules_.resize(file.rules.size());
    std::size_t near = 0;
    for (const ReadyFinding& f : file.findings) {
      const std::uint32_t candidate = context.names.candidate_near(f.candidate.str(), near++);
      const auto rule = rules.find(f.rule.str());
      if (candidate != npos && rule != rules.end())
        rules_[rule->second].emplace_back(candidate, &f);
    }
    for (auto& found : rules_)
      if (!std::ranges::is_sorted(found, {}, &Found::first))
        std::ranges::stable_sort(found, {}, &Found::first);
  }

  /// Puts those about a candidate into `out`, in the order of the file.
  void about(std::size_t rule, std::uint32_t candidate,
             std::vector<const ReadyFinding*>& out) const {
    out.clear();
    const auto& found = rules_[rule];
    for (auto at = std::ranges::lower_bound(found, candidate, {}, &Found::first);
         at != found.end() && at->first == candidate; ++at)
      out.push_back(at->second);
  }

private:
  using Found = std::pair<std::uint32_t, const ReadyFinding*>;
  std::vector<std::vector<Found>> rules_; ///< by candidate
};

} // namespace

namespace {

/// Whether verdicts under a rule need more than the findings about each candidate.
bool is_judged(const Rule& rule, const PolicyFile& file) {
  return rule.form != Rule::Form::findings || !file.waivers.empty();
}

} // namespace

const Judgments& Scorebook::judgments(const PolicyFile& policy) const {
  const auto [at, added] = judgments_.try_emplace(&policy);
  if (added) {
    JudgeOptions options;
    options.findings = !policy.waivers.empty();
    Codes entrant_of(context.bundle.program.candidates.size(), npos);
    for (std::uint32_t e = 0; e < context.entrants.size(); ++e)
      entrant_of[context.entrants[e]] = e;
    options.score = [this, entrant_of = std::move(entrant_of)](std::size_t candidate,
                                                               const std::string& part) {
      const NodeScores* scores = nodes_ == nullptr ? nullptr : node(part);
      const std::uint32_t e = entrant_of[candidate];
      return scores != nullptr && e != npos && scores->scores.has(e)
                 ? std::optional(scores->scores.value(e))
                 : std::nullopt;
    };
    if (!context.entrants.empty())
      at->second = judge(context.bundle.program, policy, options, context.entrants);
  }
  return at->second;
}

void Selector::apply(const select::Policy& s) {
  const auto file = std::ranges::find(context_.bundle.policies, s.file, &PolicyFile::file);
  report_.rule = s.file;
  if (file == context_.bundle.policies.end())
    return; // the loader has told
  for (const Rule& rule : file->rules)
    for (const Condition& condition : rule.formula)
      if (condition.kind == Condition::Kind::score && book_.node(condition.name) == nullptr)
        context_.diagnostics.error(condition.where, "there is no part `" + condition.name +
                                                        "` in `" + context_.stage.id.str() + "`");
  Sharing shared;
  const FoundByRule found(*file, context_);
  std::vector<const ReadyFinding*> here;
  for (std::size_t r = 0; r < file->rules.size(); ++r) {
    const Rule& rule = file->rules[r];
    if (!s.rules.empty() && std::ranges::find(s.rules, rule.id.str()) == s.rules.end())
      continue;
    const SharedText id(rule.id.str());
    stage_.findings.reserve(stage_.findings.size() + n_);
    if (is_judged(rule, *file)) {
      const Judgments& judgments = book_.judgments(*file);
      std::uint32_t e = 0; // they are judged in the order in which they entered
      for (auto at = std::ranges::lower_bound(judgments.all, r, {}, &Judgment::rule);
           at != judgments.all.end() && at->rule == r; ++at) {
        stage_.findings.push_back(finding_of(*at, *file, judgments, step_));
        follow(rule, e++, in_force(*at));
      }
      continue;
    }
    for (std::uint32_t e = 0; e < n_; ++e) {
      found.about(r, context_.entrants[e], here);
      const RuleVerdict judged = judge(rule, here);
      Finding& finding = find(Finding::Kind::policy, candidate(e));
      finding.rule = id;
      finding.verdict = judged.verdict;
      if (judged.decisive != nullptr) {
        finding.level = judged.decisive->level;
        finding.detail = shared.text(judged.decisive->statement);
        finding.sources = shared.list_of(judged.decisive->source);
      }
      follow(rule, e, judged.verdict);
    }
  }
}

void Selector::follow(const Rule& rule, std::uint32_t e, Verdict verdict) {
  bool fails = verdict == Verdict::fail;
  const bool open = verdict == Verdict::unknown || verdict == Verdict::error;
  if (open && rule.on_unknown == OnUnknown::fail)
    fails = true;
  const bool holds = rule.on_unknown == OnUnknown::hold ||
                     (rule.on_unknown == OnUnknown::pass && verdict == Verdict::error);
  if (open && holds && rule.consequence != Rule::Consequence::note && standing(e))
    fails = open_.ask({rule.id.str(), candidate(e)}, Verdict::pass) == Verdict::fail;
  if (!fails || !standing(e))
    return;
  if (rule.consequence == Rule::Consequence::disqualify) {
    put_out(e, Outcome::disqualified);
  } else if (rule.consequence == Rule::Consequence::deduct) {
    if (!stage_.total.empty())
      stage_.total[e] -= rule.deduct;
    Finding& deduction = find(Finding::Kind::deduction, candidate(e));
    deduction.rule = SharedText(rule.id.str());
    deduction.observed = rule.deduct;
    ++report_.affected;
  }
}

Values Selector::values_of(const OrderKey& key) {
  Who all(n_);
  std::iota(all.begin(), all.end(), 0U);
  Open unasked{open_.assumptions, open_.ends_decide};
  Sorter sorter(book_, stage_.total, step_, unasked);
  return sorter.values(key, all, key.among_tied);
}

/// False where what is missing may have moved everybody, which holds the stage. Where the two ends
/// do not decide, each bound asks for itself.
bool Selector::ask_about_gap(std::uint32_t e, const Values& values, const GapCells& cells,
                             const std::string& name) {
  Finding gap;
  gap.kind = Finding::Kind::gap;
  gap.step = step_;
  gap.rule = name;
  gap.candidate = candidate(e);
  gap.verdict = Verdict::unknown;
  tell_gap(gap, cells, stage_.findings);
  if (values.relative)
    held_ = true;
  else if (open_.ends_decide)
    (void)open_.ask(gap_question(name, candidate(e)), Verdict::fail);
  return !values.relative;
}

bool Selector::meets(std::uint32_t e, const Values& values, const std::string& name,
                     const Bound& bound, double limit, double tolerance) {
  if (values.has(e) || open_.ends_decide)
    return meets(bound, limit, values.numbers[e], tolerance);
  const bool from_below = bound.kind == Bound::Kind::at_least || bound.kind == Bound::Kind::above;
  const bool above = bound.kind == Bound::Kind::above || bound.kind == Bound::Kind::at_most;
  const double off = name == "total" && !stage_.total.empty() ? stage_.total[e] : 0;
  const bool reached = open_.reaches(gap_question(name, candidate(e)), limit - off, above,
                                     values.direction == Direction::cost);
  return from_below == reached;
}

double Selector::bound_of(const Bound& bound, const std::string& part) const {
  if (!bound.share)
    return bound.number;
  const auto node = std::ranges::find_if(
      stage_.nodes, [&](const NodeScores& n) { return n.path == part || n.id == part; });
  const auto whole =
      whole_of(*bound.share, node == stage_.nodes.end() ? std::optional<double>() : node->points);
  if (!whole) {
    context_.diagnostics.error(context_.stage.select[step_].where,
                               "a percentage of the points of `" + part + "`, which has none",
                               "write the bound as the number that the part has, `0.6` or `3/5` "
                               "where it is a share of something and `60` where it is a "
                               "percentage, or give the part `points`");
    return 0;
  }
  return kernel::to_double(kernel::from_decimal(bound.share->part) * kernel::from_decimal(*whole) /
                           kernel::Exact(bound.share->whole));
}

bool Selector::meets(const Bound& bound, double limit, double x, double tolerance) {
  switch (bound.kind) {
  case Bound::Kind::at_least:
    return x >= limit - tolerance;
  case Bound::Kind::above:
    return x > limit + tolerance;
  case Bound::Kind::at_most:
    return x <= limit + tolerance;
  case Bound::Kind::below:
    return x < limit - tolerance;
  }
  return false;
}

std::string bound_word(Bound::Kind kind) {
  return kind == Bound::Kind::at_least  ? "at least"
         : kind == Bound::Kind::above   ? "above"
         : kind == Bound::Kind::at_most ? "at most"
                                        : "below";
}

std::string in_words(const Bound& bound, double limit) {
  constexpr std::size_t most_digits = 12;
  const std::string number = format_decimal(limit);
  const bool is_short = !bound.share || number.size() <= most_digits;
  return bound_word(bound.kind) + " " + (is_short ? number : format_share(*bound.share));
}

void Selector::apply(const select::Require& s) {
  report_.rule = s.title.empty() ? s.what.name : s.title;
  if (!s.bound && !s.stands) {
    context_.diagnostics.error(context_.stage.select[step_].where, "`require` says no bound",
                               "add one of `at_least`, `above`, `at_most`, `below`, or "
                               "`stands: true`");
    return;
  }
  Values values = values_of(s.what);
  const GapCells gap_cells = values.gap_cells();
  const double limit = s.bound ? bound_of(*s.bound, s.what.name) : 0;
  const double tolerance =
      std::max(values.tolerance, 1e-9 * std::abs(limit) * (values.tolerance > 0 ? 1 : 0));
  std::set<std::size_t> apart; // by how a tie is assumed to end
  const std::vector<double> shared = values.numbers;
  if (s.bound) {
    report_.rule += " " + in_words(*s.bound, limit);
    apart = tell_places_apart(
        s.what, [&](double place) { return meets(*s.bound, limit, place, tolerance); }, values);
  }
  for (std::uint32_t e = 0; e < n_; ++e) {
    if (!standing(e))
      continue;
    const bool stands = values.has(e);
    const bool open = !stands && !s.stands;
    if (open && !ask_about_gap(e, values, gap_cells, s.what.name))
      continue;
    const bool met =
        (stands || open) && (!s.bound || meets(e, values, s.what.name, *s.bound, limit, tolerance));
    if (!open) {
      Finding& finding = find(Finding::Kind::require, candidate(e));
      finding.rule = s.title.empty() ? s.what.name : s.title;
      finding.verdict = apart.contains(candidate(e)) ? Verdict::unknown
                        : met                        ? Verdict::pass
                                                     : Verdict::fail;
      if (stands)
        finding.observed = shared[e];
      if (s.bound) {
        finding.required = limit;
        finding.bound = bound_word(s.bound->kind);
      }
    }
    if (met)
      continue;
    if (s.otherwise == select::Require::Otherwise::hold) {
      // Whether it is out is open, as with an unknown verdict.
      const std::string what = "`" + (s.title.empty() ? s.what.name : s.title) + "`";
      if (open_.ask({what, candidate(e)}, Verdict::pass) == Verdict::pass)
        continue;
    }
    put_out(e, s.otherwise == select::Require::Otherwise::disqualified ? Outcome::disqualified
                                                                       : Outcome::cut);
  }
}

} // namespace libeval
