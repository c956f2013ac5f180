// SPDX-License-Identifier: Apache-2.0
#include "engine/stage_decider.hpp"

#include "engine/explore.hpp"
#include "engine/reconstruct/decide_partly.hpp"
#include "engine/reconstruct/unpublished.hpp"
#include "engine/run/model_report.hpp"
#include "engine/run/undefined.hpp"
#include "engine/score_report.hpp"

#include <libeval/base/text.hpp>
#include <libeval/domain/stages.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <set>
#include <tuple>

namespace libeval {

std::vector<std::uint32_t> entrants_of(const Bundle& bundle, const Names& names, const Stage& stage,
                                       const Earlier& earlier, Diagnostics& diagnostics) {
  const auto& candidates = bundle.program.candidates;
  std::vector<std::uint32_t> out;
  if (stage.entrants.all) {
    out.resize(candidates.size());
    std::iota(out.begin(), out.end(), 0U);
  }
  std::vector<bool> seen(candidates.size(), stage.entrants.all);
  const auto add = [&](std::uint32_t candidate) {
    if (!seen[candidate])
      out.push_back(candidate);
    seen[candidate] = true;
  };
  const auto position = [&](const std::string& id) {
    const std::uint32_t at = names.candidate(id);
    if (at == npos) {
      std::vector<std::string> known;
      known.reserve(candidates.size());
      for (const Candidate& c : candidates)
        known.push_back(c.id.str());
      const auto hint = did_you_mean(id, known);
      diagnostics.error(stage.entrants.where, "there is no candidate `" + id + "`",
                        hint ? "did you mean `" + *hint + "`?" : "name it under `candidates`");
    }
    return at;
  };
  const auto from = [&](const std::vector<std::string>& stages, auto&& enters) {
    for (const std::string& id : stages)
      if (const auto at = earlier.find(id); at != earlier.end())
        for (std::size_t e = 0; e < at->second->entrants.size(); ++e)
          if (enters(at->second->outcomes[e]))
            add(at->second->entrants[e]);
  };
  from(stage.entrants.entrants_of, [](Outcome) { return true; });
  from(stage.entrants.advanced_from, [](Outcome o) { return o == Outcome::advances; });
  from(stage.entrants.cut_from, [](Outcome o) { return o == Outcome::cut; });
  from(stage.entrants.reserve_of, [](Outcome o) { return o == Outcome::reserve; });
  for (const std::string& id : stage.entrants.ids)
    if (const std::uint32_t at = position(id); at != npos)
      add(at);
  std::vector<bool> stays_out(stage.entrants.except.empty() ? 0 : candidates.size());
  for (const std::string& id : stage.entrants.except)
    if (const std::uint32_t at = position(id); at != npos)
      stays_out[at] = true;
  if (!stays_out.empty())
    std::erase_if(out, [&](std::uint32_t candidate) { return stays_out[candidate]; });
  return out;
}

std::optional<std::size_t> places_of(const Stage& stage, const Earlier& earlier) {
  if (stage.places.unlimited())
    return std::nullopt;
  std::size_t places = stage.places.count.value_or(0);
  if (const auto at = earlier.find(stage.places.vacancies_of); at != earlier.end())
    places += stage.places.times * at->second->vacancies.value_or(0);
  return places;
}

namespace {

/// Whose marks were left out, each once however many measures have met them.
void note_recusals(const Compiler& compiler, StageDecision& stage) {
  std::set<std::tuple<std::size_t, std::string, std::string>> known;
  const auto key = [](const Finding& f) { return std::tuple(f.candidate, f.rule, f.detail); };
  for (const Finding& f : stage.findings)
    if (f.kind == Finding::Kind::recusal)
      known.insert(key(f));
  for (const AppliedRecusal& applied : compiler.recusals) {
    Finding finding;
    finding.kind = Finding::Kind::recusal;
    finding.rule = applied.evidence;
    finding.candidate = applied.candidate;
    finding.observed = static_cast<double>(applied.marks);
    finding.detail = applied.recusal.juror;
    if (!applied.recusal.reason.empty())
      finding.detail += " (" + applied.recusal.reason + ")";
    if (!applied.recusal.source.empty())
      finding.sources.push_back(applied.recusal.source);
    if (known.insert(key(finding)).second)
      stage.findings.push_back(std::move(finding));
  }
}

/// The stage as it was before anybody was selected.
StageDecision before_selection(const StageDecision& stage, const std::vector<Finding>& findings) {
  StageDecision out;
  out.id = stage.id;
  out.title = stage.title;
  out.date = stage.date;
  out.entrants = stage.entrants;
  out.nodes = stage.nodes;
  out.measures = stage.measures;
  if (!stage.nodes.empty())
    out.total = numbers_of(stage.nodes.front().scores);
  out.places = stage.places;
  out.findings = findings;
  out.tolerance = stage.tolerance;
  return out;
}

/// Whether somebody who is not out has another place.
bool differs_in_place(const StageDecision& a, const StageDecision& b) {
  const auto is_out = [](Outcome o) {
    return o == Outcome::disqualified || o == Outcome::withdrawn;
  };
  for (std::size_t e = 0; e < a.entrants.size(); ++e)
    if (!is_out(a.outcomes[e]) && !is_out(b.outcomes[e]) && b.place[e] != 0 &&
        a.place[e] != b.place[e])
      return true;
  return false;
}

} // namespace

StageDecision StageDecider::decide() {
  if (!is_known_in_part(context_.bundle, stage_))
    return decide_in_full();
  return decide_partly(
      context_, [&](const Bundle& bundle, const Stage& stage, Diagnostics& diagnostics) {
        const Names names(bundle);
        return StageDecider(bundle, names, stage, earlier_, assumptions_, diagnostics, left_open_)
            .decide_in_full();
      });
}

StageDecision StageDecider::begun() const {
  StageDecision out;
  out.id = stage_.id.str();
  out.title = stage_.title.empty() ? out.id : stage_.title;
  out.date = stage_.date;
  out.entrants = context_.entrants;
  return out;
}

/// Every number stands, or is a gap.
StageDecision StageDecider::decide_in_full() {
  StageDecision out = begun();
  out.places = places_of(stage_, earlier_);
  const std::size_t before = diagnostics_.errors();
  Compiler compiler(context_);
  compiler.compile_score();
  Scorebook book(context_);
  if (stage_.score && diagnostics_.errors() == before) {
    const Run result = run(compiler.plan, arrays_of(compiler));
    ScoreReport(compiler, result, out).add(*stage_.score);
    open_book(compiler, result, book, out);
    out.models = model_reports(context_, compiler.plan, result);
    note_recusals(compiler, out);
  }
  add_measures(out);
  const bool waits = wait_for_earlier(out);
  if (diagnostics_.errors() != before) { // not to be used
    check_selection(out);
    out.outcomes.assign(out.entrants.size(), Outcome::held);
    out.decided_by.assign(out.entrants.size(), UINT32_MAX);
    out.place.assign(out.entrants.size(), 0);
    out.place_before_ties = out.place;
    return out;
  }
  finish(book, waits, out);
  return out;
}

/// Where the scores cannot be told, selection is looked at as if nobody had one, for what it names.
void StageDecider::check_selection(StageDecision& out) const {
  out.nodes.clear();
  const auto data = std::make_shared<const std::vector<double>>(out.entrants.size(), 0.0);
  const auto add = [&](const auto& self, const Node& node) -> void {
    NodeScores scores;
    scores.path = node.path;
    scores.id = node.id;
    scores.points = node.points;
    scores.scores = {data, 1, 0, std::vector<bool>(out.entrants.size(), true)};
    out.nodes.push_back(std::move(scores));
    for (const Node& part : node.parts)
      self(self, part);
  };
  if (stage_.score)
    add(add, *stage_.score);
  Scorebook book(context_);
  book.open(out.nodes, 0, {});
  out.total.assign(stage_.score ? out.entrants.size() : 0, 0.0);
  Open open{assumptions_};
  select_entrants(book, open, out);
}

/// Makes the scores ready to be asked for.
void StageDecider::open_book(const Compiler& compiler, const Run& result, Scorebook& book,
                             StageDecision& out) const {
  std::vector<GapCell> gaps = compiler.gaps;
  note_undefined(context_, compiler.plan, result, gaps);
  book.open(out.nodes, result.noise, std::move(gaps));
  out.total = numbers_of(out.nodes.front().scores);
  out.tolerance = book.tolerance(out.nodes.front());
}

std::vector<std::string> StageDecider::waits_for() const {
  const auto reads_what_is_open = [&](const std::string& name, const StageDecision& before) {
    const auto& cut_from = stage_.entrants.cut_from;
    if (before.unsettled.exits && std::ranges::find(cut_from, name) != cut_from.end())
      return true;
    if (!before.unsettled.totals && !before.unsettled.places)
      return false;
    Stage scores = stage_;
    scores.entrants = {};
    scores.places = {};
    return std::ranges::any_of(stages_named_by(scores),
                               [&](const auto& named) { return named.first == name; });
  };
  std::vector<std::string> out;
  for (const auto& [name, where] : stages_named_by(stage_))
    if (const auto at = earlier_.find(name);
        at != earlier_.end() && std::ranges::find(out, name) == out.end() &&
        (at->second->held() || reads_what_is_open(name, *at->second)))
      out.push_back(name);
  return out;
}

bool StageDecider::wait_for_earlier(StageDecision& out) const {
  const std::vector<std::string> names = waits_for();
  for (const std::string& name : names) {
    Finding finding;
    finding.kind = Finding::Kind::upstream;
    finding.verdict = Verdict::unknown;
    finding.detail = name;
    out.findings.push_back(std::move(finding));
  }
  out.waits = !names.empty();
  return out.waits;
}

void StageDecider::finish(const Scorebook& book, bool waits, StageDecision& out) {
  select(book, out);
  if (!waits)
    return;
  for (Outcome& outcome : out.outcomes)
    if (outcome != Outcome::disqualified && outcome != Outcome::withdrawn)
      outcome = Outcome::held;
  out.advancing = 0;
  if (out.held())
    out.vacancies.reset();
}

/// Named measures that leave one number a candidate, for reports and records.
void StageDecider::add_measures(StageDecision& stage) const {
  for (const Measure& measure : stage_.measures) {
    Compiler compiler(context_);
    const Frame frame = compiler.measure(measure, false, true);
    if (frame.array == no_array || frame.mask != no_array || !frame.left_over().empty() ||
        diagnostics_.has_errors())
      continue;
    Frame aligned = compiler.align(frame, measure.name);
    const Run result = run(compiler.plan, {aligned.array});
    take_undefined(result.columns[0], aligned.gap);
    NodeScores scores;
    scores.path = scores.id = measure.name;
    scores.resolution = aligned.resolution;
    scores.direction = aligned.direction;
    scores.relative = aligned.relative;
    scores.scores = {result.columns[0].data, result.columns[0].scale, result.columns[0].shift,
                     std::vector<bool>(aligned.gap.begin(), aligned.gap.end())};
    stage.measures.push_back(std::move(scores));
    note_recusals(compiler, stage);
    for (ModelReport& model : model_reports(context_, compiler.plan, result))
      stage.models.push_back(std::move(model));
  }
}

void StageDecider::select(const Scorebook& book, StageDecision& out) {
  const std::vector<Finding> findings = out.findings;
  Open open{assumptions_};
  open.jointly = left_open_ != nullptr;
  select_entrants(book, open, out);
  // Who has no total has no place by it.
  const bool by_total = out.order_keys.empty() || out.order_keys.front() == "total";
  for (std::size_t e = 0; e < out.entrants.size(); ++e)
    if (!out.nodes.empty() && !out.nodes[0].scores.has(e) && (by_total || !open.questions.empty()))
      out.place[e] = out.place_before_ties[e] = 0;
  // Those without a result are held by that, not by standing equal at the end.
  std::erase_if(out.findings, [&](const Finding& finding) {
    return finding.kind == Finding::Kind::tie && !finding.others.empty() &&
           std::ranges::all_of(finding.others, [&](std::size_t candidate) {
             return out.place[out.entrant(candidate)] == 0;
           });
  });
  if (open.questions.empty() || diagnostics_.has_errors())
    return;
  std::vector<Question> ours = open.questions; // that are settled within this stage
  if (left_open_ != nullptr) {
    for (const Question& question : open.questions)
      if (!is_about_a_tie(question) &&
          std::ranges::find(*left_open_, question) == left_open_->end())
        left_open_->push_back(question);
    std::erase_if(ours, [](const Question& question) { return !is_about_a_tie(question); });
    if (ours.empty() && !open.too_many)
      return;
  }
  hold_what_is_open(book, before_selection(out, findings), ours, out);
}

/// Decides under every way the open questions may turn out; whoever goes on in some of them and
/// not in others is held. Where that takes more than `most` ways everybody is.
void StageDecider::hold_what_is_open(const Scorebook& book, const StageDecision& base,
                                     const std::vector<Question>& questions, StageDecision& out) {
  const std::size_t most =
      questions.size() <= 10
          ? 1024
          : std::clamp<std::size_t>(4'000'000 / (out.entrants.size() + 1), 1, 1024);
  const auto goes_on = [](Outcome o) {
    return o == Outcome::advances || o == Outcome::reserve || o == Outcome::held;
  };
  const std::set<std::string> harmless = harmless_rules(context_.bundle, {&stage_, 1});
  std::set<std::size_t> differ, cut; // `cut`: not in every way disqualified
  std::vector<std::uint32_t> first_step = out.decided_by;
  std::vector<bool> has_place(out.place.size(), true);
  bool too_many = false;
  const auto decide_one = [&](const Assumptions& assumed) {
    StageDecision other = base;
    Open rest{assumed};
    rest.jointly = left_open_ != nullptr;
    select_entrants(book, rest, other);
    too_many = too_many || rest.too_many;
    if (too_many)
      return std::pair{std::move(other), std::optional<Question>()};
    if (left_open_ != nullptr)
      std::erase_if(rest.questions, [](const Question& q) { return !is_about_a_tie(q); });
    auto next = deciding_question(rest.questions, harmless, [&](std::size_t candidate) {
      return goes_on(other.outcomes[other.entrant(candidate)]);
    });
    if (!next && !rest.questions.empty()) // somebody is out in one way or another
      out.unsettled.exits = out.unsettled.places = true;
    return std::pair{std::move(other), std::move(next)};
  };
  const auto look_at = [&](const Assumptions&, const StageDecision& other) {
    for (std::size_t e = 0; e < out.outcomes.size(); ++e) {
      first_step[e] = std::min(first_step[e], other.decided_by[e]);
      has_place[e] = has_place[e] && other.place[e] > 0;
      if (other.outcomes[e] == out.outcomes[e])
        continue;
      if (goes_on(other.outcomes[e]) || goes_on(out.outcomes[e]))
        differ.insert(e);
      else // cut one way and disqualified the other is out both ways
        out.unsettled.exits = true;
      if (other.outcomes[e] == Outcome::cut && out.outcomes[e] == Outcome::disqualified)
        cut.insert(e);
    }
    out.unsettled.totals = out.unsettled.totals || other.total != out.total;
    out.unsettled.places = out.unsettled.places || differs_in_place(other, out);
  };
  constexpr std::size_t few = 3; // questions of which every combination is tried
  const bool by_ends = questions.size() > few && hold_by_ends(book, base, questions, out, differ);
  const bool whole = by_ends || explore(assumptions_, most, decide_one, look_at);
  if (!whole || too_many)
    for (std::size_t e = 0; e < out.outcomes.size(); ++e)
      if ((out.outcomes[e] != Outcome::disqualified && out.outcomes[e] != Outcome::withdrawn) ||
          std::ranges::find(questions, out.entrants[e], &Question::candidate) != questions.end())
        differ.insert(e);
  for (const std::size_t e : cut)
    out.outcomes[e] = Outcome::cut;
  for (const std::size_t e : differ) {
    out.outcomes[e] = Outcome::held;
    out.decided_by[e] = first_step[e];
    if (!has_place[e] && std::ranges::all_of(questions, is_about_a_tie)) // not in every way
      out.place[e] = out.place_before_ties[e] = 0;
    out.notes.erase(static_cast<std::uint32_t>(e)); // of one way
  }
  out.advancing = static_cast<std::size_t>(std::ranges::count(out.outcomes, Outcome::advances));
  if (out.held())
    out.vacancies.reset();
  say_what_is_open(questions, differ, out);
}

/// Where nothing is open but gaps whose ends decide, a better number never helps anybody else: who
/// has none is sure of what is the same with all of them at the worst, as in `out`, and at the
/// best, who has one of what is the same with its own at one end and all others at the other. False
/// where something else is open.
bool StageDecider::hold_by_ends(const Scorebook& book, const StageDecision& base,
                                const std::vector<Question>& questions, StageDecision& out,
                                std::set<std::size_t>& differ) const {
  std::set<std::size_t> with_gaps;
  const auto with = [&](auto&& is_best) -> std::optional<StageDecision> {
    Assumptions assumed = assumptions_;
    std::vector<Question> open = questions;
    while (!open.empty()) {
      for (const Question& question : open) {
        if (question.about != Question::About::gap || question.level)
          return std::nullopt;
        with_gaps.insert(question.candidate);
        assumed[question] = is_best(question.candidate) ? Verdict::pass : Verdict::fail;
      }
      StageDecision decided = base;
      Open rest{assumed};
      select_entrants(book, rest, decided);
      if (!rest.ends_decide)
        return std::nullopt;
      open = std::move(rest.questions);
      if (open.empty())
        return decided;
    }
    return std::nullopt;
  };
  const auto best = with([](std::size_t) { return true; });
  if (!best)
    return false;
  const auto is_out = [](Outcome o) {
    return o == Outcome::cut || o == Outcome::disqualified || o == Outcome::withdrawn;
  };
  std::set<std::size_t> found;
  for (std::size_t e = 0; e < out.outcomes.size(); ++e) {
    if (out.outcomes[e] == best->outcomes[e])
      continue;
    if (is_out(out.outcomes[e]) && is_out(best->outcomes[e]))
      return false;
    found.insert(e);
  }
  const std::set<std::size_t> asked = with_gaps;
  constexpr std::size_t most = 40'000'000; // entrants looked at
  const bool each = asked.size() <= most / (out.outcomes.size() + 1);
  for (const std::size_t candidate : asked) {
    const std::size_t e = out.entrant(candidate);
    const auto own = [&](std::size_t c) { return c == candidate; };
    const auto low = each ? with(std::not_fn(own)) : std::nullopt;
    const auto high = each ? with(own) : std::nullopt;
    if (low && high && low->outcomes[e] == high->outcomes[e])
      found.erase(e);
    else
      found.insert(e);
  }
  if (with_gaps != asked)
    return false;
  out.unsettled.places = out.unsettled.places || differs_in_place(*best, out);
  differ = std::move(found);
  return true;
}

/// Each of those held names what it turns on; a tie that holds none of the tied is said to be
/// without effect.
void StageDecider::say_what_is_open(const std::vector<Question>& questions,
                                    const std::set<std::size_t>& held, StageDecision& out) {
  std::set<std::size_t> held_by_ties; // by candidate; the tie says so itself
  for (Finding& finding : out.findings) {
    if (finding.kind != Finding::Kind::tie || finding.verdict != Verdict::unknown)
      continue;
    const auto is_held = [&](std::size_t candidate) {
      return out.outcomes[out.entrant(candidate)] == Outcome::held;
    };
    if (std::ranges::any_of(finding.others, is_held)) {
      held_by_ties.insert(finding.others.begin(), finding.others.end());
    } else {
      finding.verdict = Verdict::pass;
      finding.detail = "without effect";
    }
  }
  Finding finding;
  finding.kind = Finding::Kind::unknown;
  finding.verdict = Verdict::unknown;
  // The first of those whom it turns on, where both are very many.
  std::string whats;
  const std::size_t named = std::max<std::size_t>(10, 1'000'000 / (held.size() + 1));
  for (const Question& question : questions) {
    const std::string& what = question.what;
    if (whats.find(what) == std::string::npos)
      whats += (whats.empty() ? "" : ", ") + what;
    if (finding.others.size() < named)
      finding.others.push_back(question.candidate);
  }
  finding.detail = whats;
  const bool only_ties = std::ranges::all_of(questions, is_about_a_tie);
  for (const std::size_t e : held) {
    if (only_ties && held_by_ties.contains(out.entrants[e]))
      continue;
    finding.candidate = out.entrants[e];
    out.findings.push_back(finding);
  }
}

} // namespace libeval
