// SPDX-License-Identifier: Apache-2.0
// Rules of policy and hurdles: who is out, and by how many points somebody falls.
#include "engine/selector.hpp"

#include <libeval/base/decimal.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace libeval {

void Selector::apply(const select::Policy& s) {
  const auto file = std::ranges::find(context_.bundle.policies, s.file, &PolicyFile::file);
  report_.rule = s.file;
  if (file == context_.bundle.policies.end())
    return; // the loader has told
  std::map<std::pair<RuleId, std::uint32_t>, std::vector<const ReadyFinding*>> found;
  for (const ReadyFinding& f : file->findings)
    found[{f.rule, context_.names.candidate(f.candidate.str())}].push_back(&f);
  for (const Rule& rule : file->rules) {
    if (!s.rules.empty() && std::ranges::find(s.rules, rule.id.str()) == s.rules.end())
      continue;
    for (std::uint32_t e = 0; e < n_; ++e) {
      const auto at = found.find({rule.id, context_.entrants[e]});
      const RuleVerdict judged =
          judge(rule, at == found.end() ? std::vector<const ReadyFinding*>{} : at->second);
      Finding& finding = find(Finding::Kind::policy, candidate(e));
      finding.rule = rule.id.str();
      finding.verdict = judged.verdict;
      if (judged.decisive != nullptr) {
        finding.level = judged.decisive->level;
        finding.detail = judged.decisive->statement;
        if (!judged.decisive->source.empty())
          finding.sources = {judged.decisive->source};
      }
      bool fails = judged.verdict == Verdict::fail;
      if (judged.verdict == Verdict::unknown) {
        if (rule.on_unknown == OnUnknown::fail)
          fails = true;
        if (rule.on_unknown == OnUnknown::hold && rule.consequence != Rule::Consequence::note &&
            standing(e)) {
          fails = open_.ask({rule.id.str(), candidate(e)}, Verdict::pass) == Verdict::fail;
        }
      }
      if (!fails || !standing(e))
        continue;
      if (rule.consequence == Rule::Consequence::disqualify) {
        put_out(e, Outcome::disqualified);
      } else if (rule.consequence == Rule::Consequence::deduct) {
        if (!stage_.total.empty())
          stage_.total[e] -= rule.deduct;
        Finding& deduction = find(Finding::Kind::deduction, candidate(e));
        deduction.rule = rule.id.str();
        deduction.observed = rule.deduct;
        ++report_.affected;
      }
    }
  }
}

Values Selector::values_of(const OrderKey& key) {
  Who all(n_);
  std::iota(all.begin(), all.end(), 0U);
  Open unasked{open_.assumptions};
  Sorter sorter(book_, stage_.total, step_, unasked);
  Values values = sorter.values(key, all, key.among_tied);
  for (Finding& finding : sorter.trouble)
    if (finding.kind == Finding::Kind::undefined &&
        standing(static_cast<std::uint32_t>(stage_.entrant(finding.candidate)))) {
      held_ = true;
      stage_.findings.push_back(std::move(finding));
    }
  return values;
}

double Selector::bound_of(const Bound& bound, const std::string& part) const {
  if (!bound.share_of_points)
    return bound.number;
  const auto node = std::ranges::find_if(
      stage_.nodes, [&](const NodeScores& n) { return n.path == part || n.id == part; });
  if (node == stage_.nodes.end() || !node->points) {
    context_.diagnostics.error(context_.stage.select[step_].where,
                               "a share of the points of `" + part + "`, which has none",
                               "give the part points, or the bound as a number");
    return 0;
  }
  return kernel::to_double(kernel::from_decimal(bound.number) *
                           kernel::from_decimal(*node->points));
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

void Selector::apply(const select::Require& s) {
  report_.rule = s.title.empty() ? s.what.name : s.title;
  if (!s.bound && !s.stands) {
    context_.diagnostics.error(context_.stage.select[step_].where, "`require` says no bound",
                               "add one of `at_least`, `above`, `at_most`, `below`, or "
                               "`stands: true`");
    return;
  }
  const Values values = values_of(s.what);
  const auto gap_cells = values.gap_cells();
  const double limit = s.bound ? bound_of(*s.bound, s.what.name) : 0;
  const double tolerance =
      std::max(values.tolerance, 1e-9 * std::abs(limit) * (values.tolerance > 0 ? 1 : 0));
  if (s.bound)
    report_.rule += " " + bound_word(s.bound->kind) + " " + format_decimal(limit);
  for (std::uint32_t e = 0; e < n_; ++e) {
    if (!standing(e))
      continue;
    const bool stands = values.has(e);
    if (!stands && !s.stands) {
      Finding& gap = find(Finding::Kind::gap, candidate(e));
      gap.rule = s.what.name;
      if (const auto at = gap_cells.find(candidate(e)); at != gap_cells.end())
        gap.detail = at->second.cell;
      held_ = true;
      continue;
    }
    const bool met = stands && (!s.bound || meets(*s.bound, limit, values.numbers[e], tolerance));
    Finding& finding = find(Finding::Kind::require, candidate(e));
    finding.rule = s.title.empty() ? s.what.name : s.title;
    finding.verdict = met ? Verdict::pass : Verdict::fail;
    if (stands)
      finding.observed = values.numbers[e];
    if (s.bound) {
      finding.required = limit;
      finding.bound = bound_word(s.bound->kind);
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
