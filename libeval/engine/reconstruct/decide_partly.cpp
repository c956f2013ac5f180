// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/decide_partly.hpp"

#include "engine/reconstruct/core_set.hpp"
#include "engine/reconstruct/settle.hpp"
#include "engine/reconstruct/unpublished.hpp"

#include <libeval/engine/partial.hpp>

#include <algorithm>
#include <chrono>
#include <memory>

namespace libeval {
namespace {

using namespace std::chrono_literals;

/// So long a decision may look at one stage; what is not settled then is held.
constexpr auto patience = 20s;
/// No question is worked on for longer than so many nodes of branch and cut, fewer where each takes
/// long: counted, not timed, so that a decision is the same on every machine that is not very slow.
constexpr Effort hardest{2000}, hardest_of_large{20};
constexpr std::size_t most_choices = 100; ///< of what is not large, beside scores
/// Stages with more scores than this show ranges of the total alone.
constexpr std::size_t most_ranges = 400;

std::optional<Outcome> outcome_from(std::string_view word) {
  for (const Outcome o : {Outcome::advances, Outcome::cut, Outcome::disqualified, Outcome::held,
                          Outcome::withdrawn, Outcome::reserve})
    if (to_string(o) == word)
      return o;
  return std::nullopt;
}

std::string source_of(const Statement& s) {
  return s.id + ": " + s.source;
}

class PartlyDecider {
public:
  PartlyDecider(const Context& context, const StageDecide& decide)
      : context_(context), decide_(decide), n_(context.entrants.size()) {
    limits_.until = std::chrono::steady_clock::now() + patience;
  }

  StageDecision decide() {
    StatementFilter filter;
    if (fills_nothing())
      filter.without = statements_on_outcomes();
    k_ = read_knowledge(context_, filter);
    auto partial = std::make_shared<PartialKnowledge>();
    partial->statements = k_.statements.size();
    if (context_.diagnostics.has_errors())
      return nobody_knows();
    lineup_ = line_up(context_, k_, decide_, limits_);
    settled_ = settled(k_.system, limits_);
    limits_.effort = is_large() ? hardest_of_large : hardest;
    find_totals();
    std::vector<std::vector<std::int64_t>> found;
    for (const Span& span : totals_)
      add_points(span, found);
    const Outlook outlook = work_out(context_, k_, settled_, lineup_, decide_, limits_, found);
    partial->relaxed = k_.relaxed;
    partial->relaxed.insert(partial->relaxed.end(), outlook.relaxed.begin(), outlook.relaxed.end());
    if (!filter.without.empty())
      partial->relaxed.push_back("`" + context_.stage.places.vacancies_of +
                                 "` leaves no vacancy: what was published about who advances here "
                                 "is left out");
    partial->interrupted = outlook.interrupted || outlook.trouble;
    if (lineup_.impossible || outlook.at_one.outcomes.size() != n_) {
      StageDecision out = nobody_knows();
      Finding& finding = find(out, nobody);
      if (lineup_.impossible) {
        const CoreSet core = smallest_core({k_.system}, limits_);
        finding.rule = "contradiction";
        for (const std::uint32_t s : core.tags) {
          partial->contradiction.push_back(s);
          finding.sources.push_back(source_of(*k_.statements[s]));
        }
        finding.detail = "the statements contradict each other";
      } else {
        finding.detail = outlook.trouble       ? "the solver was of no use on these numbers"
                         : outlook.interrupted ? "out of time"
                                               : "no completion could be decided";
      }
      out.partial = std::move(partial);
      return out;
    }
    StageDecision out = outlook.at_one;
    hide_scores(out, *partial);
    hide_hurdles(out);
    settle(out, outlook);
    partial->best_place = outlook.best;
    partial->worst_place = outlook.worst;
    hide_places(out, outlook);
    out.partial = std::move(partial);
    return out;
  }

private:
  /// A stage for vacancies that do not arise. Who was taken in fact was taken for a place that a
  /// changed rule does not leave.
  [[nodiscard]] bool fills_nothing() const {
    const Places& places = context_.stage.places;
    const auto source = context_.earlier.find(places.vacancies_of);
    return source != context_.earlier.end() && source->second->vacancies == std::size_t{0} &&
           places.count.value_or(0) == 0;
  }

  [[nodiscard]] std::vector<std::string> statements_on_outcomes() const {
    std::vector<std::string> ids;
    for (const Published& published : context_.bundle.published)
      for (const Statement& s : published.statements)
        if (s.stage == context_.stage.id.str() && !s.outcomes.empty())
          ids.push_back(s.id);
    return ids;
  }

  Finding& find(StageDecision& stage, std::size_t candidate) const {
    Finding finding;
    finding.kind = Finding::Kind::record;
    finding.verdict = Verdict::unknown;
    finding.candidate = candidate;
    stage.findings.push_back(std::move(finding));
    return stage.findings.back();
  }

  StageDecision nobody_knows() const {
    StageDecision out;
    out.id = context_.stage.id.str();
    out.title = context_.stage.title.empty() ? out.id : context_.stage.title;
    out.date = context_.stage.date;
    out.entrants = context_.entrants;
    out.places = context_.stage.places.count;
    out.outcomes.assign(n_, Outcome::held);
    out.decided_by.assign(n_, UINT32_MAX);
    out.place.assign(n_, 0);
    out.place_before_ties = out.place;
    return out;
  }

  /// Whether much of the selection is written down in the system, as published outcomes need it.
  [[nodiscard]] bool is_large() const {
    const auto open = static_cast<std::size_t>(
        std::ranges::count_if(settled_.unknowns, [](const LinearUnknown& unknown) {
          return !unknown.low || unknown.low != unknown.high;
        }));
    return open > k_.cells.size() + most_choices;
  }

  /// Ranges are shown beside outcomes: less is done for them.
  [[nodiscard]] Reasoner reasoner() const {
    SolveLimits limits = limits_;
    if (is_large())
      limits.effort = Effort::relaxed;
    return Reasoner(settled_, limits);
  }

  void find_totals() {
    if (k_.nodes.empty() || !lineup_.found)
      return;
    totals_ = reasoner().spans(k_.scores[0]);
  }

  /// Only what is the same in every completion is a score.
  void hide_scores(StageDecision& out, PartialKnowledge& partial) {
    Reasoner of_nodes = reasoner();
    partial.ranges.resize(out.nodes.size());
    const bool all = k_.nodes.size() * n_ <= most_ranges;
    for (std::size_t i = 0; i < out.nodes.size(); ++i) {
      NodeScores& node = out.nodes[i];
      const std::size_t at = k_.node(node.path);
      if (at == nobody || !k_.nodes[at].unknown || (!all && i > 0 && node.depth > 1))
        continue;
      node.points = k_.nodes[at].points;
      auto values = std::make_shared<std::vector<double>>(n_, 0.0);
      node.scores.gap.assign(n_, false);
      const std::vector<Span> spans = at == 0 ? totals_ : of_nodes.spans(k_.scores[at]);
      for (std::size_t e = 0; e < n_; ++e) {
        const Span& span = spans[e];
        partial.ranges[i].push_back(range_of(span, context_, k_, lineup_, decide_));
        for (const End* end : {&span.low, &span.high})
          partial.interrupted = partial.interrupted || end->interrupted || end->trouble;
        if (span.single())
          (*values)[e] = to_double(*span.low.at);
        else
          node.scores.gap[e] = true;
      }
      node.scores.data = std::move(values);
      node.scores.scale = 1;
      node.scores.shift = 0;
    }
    if (!out.nodes.empty() && !partial.ranges.empty() && !partial.ranges[0].empty())
      for (std::size_t e = 0; e < n_; ++e)
        out.total[e] = out.nodes[0].scores.has(e) ? out.nodes[0].scores.value(e) : 0;
    for (StepReport& step : out.steps)
      if (!out.nodes.empty() && k_.nodes[0].unknown) {
        step.last_in.reset();
        step.first_out.reset();
      }
    std::erase_if(out.findings, [](const Finding& f) {
      return f.kind == Finding::Kind::tie || f.kind == Finding::Kind::lot ||
             f.kind == Finding::Kind::decision || f.kind == Finding::Kind::gap;
    });
  }

  /// What hurdles saw of marks that nobody published was made up.
  void hide_hurdles(StageDecision& out) const {
    for (Finding& f : out.findings) {
      if (f.kind != Finding::Kind::require || f.step >= context_.stage.select.size())
        continue;
      const auto* require = std::get_if<select::Require>(&context_.stage.select[f.step].what);
      if (require == nullptr)
        continue;
      const auto named =
          std::ranges::find(context_.stage.measures, require->what.name, &Measure::name);
      const bool unpublished =
          require->what.measure
              ? is_unpublished(context_.bundle, context_.stage, *require->what.measure)
          : named != context_.stage.measures.end()
              ? is_unpublished(context_.bundle, context_.stage, *named)
              : k_.node(require->what.name) != nobody &&
                    k_.nodes[k_.node(require->what.name)].unknown;
      if (!unpublished)
        continue;
      f.observed.reset();
      f.verdict = Verdict::unknown;
      f.detail = "not published";
      // Whether it put anybody out is not known either.
      out.steps[f.step].affected = 0;
      for (std::uint32_t& step : out.decided_by)
        if (step == f.step)
          step = UINT32_MAX;
    }
    for (NodeScores& measure : out.measures) {
      const auto named = std::ranges::find(context_.stage.measures, measure.path, &Measure::name);
      if (named != context_.stage.measures.end() &&
          is_unpublished(context_.bundle, context_.stage, *named))
        measure.scores.gap.assign(n_, true);
    }
  }

  [[nodiscard]] const Statement* said(std::size_t e, Outcome& outcome) const {
    const std::string& id = context_.bundle.program.candidates[context_.entrants[e]].id.str();
    for (const Statement* s : k_.statements)
      for (const auto& [candidate, word] : s->outcomes)
        if (candidate == id) {
          outcome = *outcome_from(word);
          return s;
        }
    return nullptr;
  }

  void settle(StageDecision& out, const Outlook& outlook) const {
    for (std::size_t e = 0; e < n_; ++e) {
      Outcome published = Outcome::held;
      const Statement* s = said(e, published);
      const auto certain = outlook.certain(e);
      if (certain && (s == nullptr || *certain == published)) {
        out.outcomes[e] = *certain;
        if (s != nullptr)
          source(out, e, *s, Verdict::pass);
      } else if (s != nullptr && !certain &&
                 (!lineup_.contest.unread.empty() || outlook.seen[e].contains(published))) {
        out.outcomes[e] = published;
        source(out, e, *s, Verdict::pass);
      } else if (s != nullptr) {
        out.outcomes[e] = Outcome::held;
        source(out, e, *s, Verdict::unknown);
        out.findings.back().detail +=
            ", which the rules do not give on anything that the record allows";
      } else {
        out.outcomes[e] = Outcome::held;
        Finding& finding = find(out, context_.entrants[e]);
        finding.detail = k_.statements.empty() ? "nothing was published about the scores"
                         : lineup_.contest.unread.empty()
                             ? "the record does not determine the outcome: " + seen(outlook, e)
                             : lineup_.contest.unread + " is not read on partial knowledge";
      }
    }
    out.advancing = static_cast<std::size_t>(std::ranges::count(out.outcomes, Outcome::advances));
    out.vacancies.reset();
    if (out.places && !out.held())
      out.vacancies = *out.places > out.advancing ? *out.places - out.advancing : 0;
  }

  void source(StageDecision& out, std::size_t e, const Statement& s, Verdict verdict) const {
    Finding& finding = find(out, context_.entrants[e]);
    finding.rule = s.id;
    finding.verdict = verdict;
    finding.level = s.level;
    Outcome outcome = Outcome::held;
    static_cast<void>(said(e, outcome));
    finding.detail = "published as " + std::string(to_string(outcome));
    finding.sources = {s.source};
  }

  static std::string seen(const Outlook& outlook, std::size_t e) {
    std::string text;
    std::size_t left = outlook.seen[e].size();
    for (const Outcome o : outlook.seen[e])
      text += (text.empty() ? "" : --left > 1 ? ", " : " or ") + std::string(to_string(o));
    return text;
  }

  static void hide_places(StageDecision& out, const Outlook& outlook) {
    for (std::size_t e = 0; e < out.place.size(); ++e) {
      const bool single =
          outlook.best[e] != 0 && outlook.best[e] == outlook.worst[e] && outlook.bracketed[e] == 0;
      out.place[e] = single ? static_cast<double>(outlook.best[e]) : 0;
      out.place_before_ties[e] = out.place[e];
    }
  }

  const Context& context_;
  const StageDecide& decide_;
  std::size_t n_;
  SolveLimits limits_;
  Knowledge k_;
  Lineup lineup_;
  IntegerSystem settled_;    ///< that of the knowledge, with less to branch on
  std::vector<Span> totals_; ///< by entrant
};

} // namespace

StageDecision decide_partly(const Context& context, const StageDecide& decide) {
  return PartlyDecider(context, decide).decide();
}

} // namespace libeval
