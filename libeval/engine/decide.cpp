// SPDX-License-Identifier: Apache-2.0
#include <libeval/engine/decide.hpp>

#include "engine/explore.hpp"
#include "engine/reconstruct/decide_partly.hpp"
#include "engine/reconstruct/partly.hpp"
#include "engine/run/model_report.hpp"
#include "engine/select/select.hpp"

#include <libeval/base/text.hpp>
#include <libeval/domain/stages.hpp>
#include <libeval/engine/check.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <tuple>

namespace libeval {
namespace {

using Earlier = std::map<std::string, const StageDecision*, std::less<>>;

/// Who enters a stage, ascending by position unless listed.
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

/// The tree's scores in preorder, as the decision reports them.
class ScoreReport {
public:
  ScoreReport(const Compiler& compiler, const Run& run,
              const std::map<const Node*, std::size_t>& at, StageDecision& stage)
      : compiler_(compiler), run_(run), at_(at), stage_(stage) {}

  void add(const Node& node, std::size_t parent, std::size_t depth, double effective,
           std::optional<double> factor) {
    const CompiledNode& compiled = compiler_.nodes[at_.at(&node)];
    const Frame& frame = compiled.frame;
    const std::size_t own = stage_.nodes.size();
    const bool scored = frame.array != no_array && frame.dimensions.size() == 1;
    NodeScores scores;
    scores.path = node.path;
    scores.id = node.id;
    scores.title = node.title;
    scores.parent = parent;
    scores.depth = depth;
    scores.points = node.points;
    scores.weight = node.weight;
    scores.effective = effective;
    scores.factor = factor;
    scores.resolution = frame.resolution;
    scores.direction = frame.direction;
    scores.relative = frame.relative;
    if (scored) {
      const Column& column = run_.columns[at_.at(&node)];
      scores.scores.data = column.data;
      scores.scores.scale = column.scale;
      scores.scores.shift = column.shift;
      scores.scores.gap.assign(frame.gap.begin(), frame.gap.end());
      stage_.nodes.push_back(std::move(scores));
    }
    double points = 0;
    for (const Node& part : node.parts)
      points += part.points.value_or(0);
    const bool weighted = !node.parts.empty() && node.parts[0].weight.has_value();
    for (const Node& part : node.parts) {
      const double share = part.weight                 ? *part.weight
                           : part.points && points > 0 ? *part.points / points
                                                       : 1;
      std::optional<double> own_factor;
      if (compiled.additive && scored)
        own_factor =
            (weighted ? *part.weight : 1) * (node.points && !part.points ? *node.points : 1);
      add(part, scored ? own : parent, depth + 1, effective * share, own_factor);
    }
  }

private:
  const Compiler& compiler_;
  const Run& run_;
  const std::map<const Node*, std::size_t>& at_;
  StageDecision& stage_;
};

class StageDecider {
public:
  StageDecider(const Bundle& bundle, const Names& names, const Stage& stage, const Earlier& earlier,
               const Assumptions& assumptions, Diagnostics& diagnostics,
               std::vector<Question>* left_open)
      : stage_(stage), earlier_(earlier), assumptions_(assumptions), diagnostics_(diagnostics),
        left_open_(left_open), context_{bundle,
                                        names,
                                        stage,
                                        entrants_of(bundle, names, stage, earlier, diagnostics),
                                        earlier,
                                        false,
                                        diagnostics,
                                        {}} {
    context_.index_entrants();
  }

  StageDecision decide() {
    if (!is_known_in_part(context_.bundle, stage_))
      return decide_in_full();
    return decide_partly(
        context_, [&](const Bundle& bundle, const Stage& stage, Diagnostics& diagnostics) {
          const Names names(bundle);
          return StageDecider(bundle, names, stage, earlier_, assumptions_, diagnostics, left_open_)
              .decide_in_full();
        });
  }

private:
  /// Every number stands, or is a gap.
  StageDecision decide_in_full() {
    StageDecision out;
    out.id = stage_.id.str();
    out.title = stage_.title.empty() ? out.id : stage_.title;
    out.date = stage_.date;
    out.entrants = context_.entrants;
    out.places = places_of(stage_, earlier_);
    const std::size_t before = diagnostics_.errors();
    Compiler compiler(context_);
    compiler.compile_score();
    Scorebook book(context_);
    bool undefined = false;
    if (stage_.score && diagnostics_.errors() == before) {
      std::vector<ArrayId> wanted;
      std::map<const Node*, std::size_t> at;
      for (std::size_t i = 0; i < compiler.nodes.size(); ++i) {
        at[compiler.nodes[i].node] = i;
        wanted.push_back(compiler.nodes[i].frame.array);
      }
      const Run result = run(compiler.plan, wanted);
      ScoreReport(compiler, result, at, out).add(*stage_.score, nobody, 0, 1, std::nullopt);
      undefined = note_undefined(compiler, result, out, compiler.gaps);
      leave_undefined_out(compiler, result, out);
      out.models = model_reports(context_, compiler.plan, result);
      note_recusals(compiler, out);
      book.open(out.nodes, result.noise, compiler.gaps);
      out.total = numbers_of(out.nodes.front().scores);
      out.tolerance = book.tolerance(out.nodes.front());
    }
    if (diagnostics_.errors() == before)
      add_measures(out);
    for (const auto& [name, where] : stages_named_by(stage_))
      if (const auto at = earlier_.find(name); at != earlier_.end() && at->second->held()) {
        Finding finding;
        finding.kind = Finding::Kind::upstream;
        finding.verdict = Verdict::unknown;
        finding.detail = name;
        if (std::ranges::none_of(out.findings,
                                 [&held = name](const Finding& f) { return f.detail == held; }))
          out.findings.push_back(std::move(finding));
        undefined = true;
      }
    if (diagnostics_.errors() != before) { // not to be used; nothing more can be told from it
      out.outcomes.assign(out.entrants.size(), Outcome::held);
      out.decided_by.assign(out.entrants.size(), UINT32_MAX);
      out.place.assign(out.entrants.size(), 0);
      out.place_before_ties = out.place;
      return out;
    }
    select(book, out);
    if (undefined) {
      for (Outcome& outcome : out.outcomes)
        if (outcome != Outcome::disqualified && outcome != Outcome::withdrawn)
          outcome = Outcome::held;
      out.advancing = 0;
      if (out.held())
        out.vacancies.reset();
    }
    return out;
  }

  /// Where nobody else's value has come to depend on it, somebody without a result is like a gap:
  /// whether it matters is asked when it is. Everything else is found here and holds the stage.
  bool note_undefined(const Compiler& compiler, const Run& result, StageDecision& stage,
                      std::vector<GapCell>& gaps) const {
    bool concerns_somebody = false;
    for (const Undefined& undefined : result.undefined) {
      const ArrayId out =
          std::visit([](const auto& o) { return o.out; }, compiler.plan.ops[undefined.op]);
      std::vector<std::size_t> whom;
      for (const std::uint32_t c : undefined.candidates)
        if (context_.entering[c] != 0)
          whom.push_back(c);
      if (undefined.candidates.empty())
        whom.push_back(nobody);
      const std::string why =
          compiler.plan.words[undefined.op] + ": " + why_undefined(context_, undefined);
      if (!undefined.candidates.empty() && !reaches_others(compiler.plan, undefined.op)) {
        for (const std::size_t c : whom)
          gaps.push_back(
              {static_cast<std::uint32_t>(c), compiler.plan.arrays[out].where, why, true});
        continue;
      }
      for (const std::size_t c : whom) {
        Finding finding;
        finding.kind = Finding::Kind::undefined;
        finding.rule = compiler.plan.arrays[out].where;
        finding.candidate = c;
        finding.verdict = Verdict::unknown;
        finding.detail = why;
        stage.findings.push_back(std::move(finding));
        concerns_somebody = true;
      }
    }
    return concerns_somebody;
  }

  /// Whose marks were left out, each once however many measures have met them.
  static void note_recusals(const Compiler& compiler, StageDecision& stage) {
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

  /// What is undefined is no score, nor is anything above it in the tree.
  static void leave_undefined_out(const Compiler& compiler, const Run& result,
                                  StageDecision& stage) {
    for (const Undefined& undefined : result.undefined) {
      const ArrayId out =
          std::visit([](const auto& o) { return o.out; }, compiler.plan.ops[undefined.op]);
      const std::string& path = compiler.plan.arrays[out].where;
      const bool of_tree =
          std::ranges::find(stage.nodes, path, &NodeScores::path) != stage.nodes.end();
      for (NodeScores& node : stage.nodes) {
        const bool touched = !of_tree || node.path == "total" || node.path == path ||
                             path.starts_with(node.path + ".");
        if (touched)
          leave_out(undefined, stage.entrants, node.scores);
      }
    }
  }

  /// Whom it concerns has no score.
  static void leave_out(const Undefined& undefined, const std::vector<std::uint32_t>& entrants,
                        Scores& scores) {
    scores.gap.resize(entrants.size(), false);
    for (std::size_t e = 0; e < entrants.size(); ++e)
      if (undefined.candidates.empty() ||
          std::ranges::binary_search(undefined.candidates, entrants[e]))
        scores.gap[e] = true;
  }

  /// Named measures that leave one number a candidate, for reports and records.
  void add_measures(StageDecision& stage) {
    for (const Measure& measure : stage_.measures) {
      Compiler compiler(context_);
      const Frame frame = compiler.measure(measure, false, true);
      if (frame.array == no_array || frame.mask != no_array || !frame.left_over().empty())
        continue;
      const Frame aligned = compiler.align(frame, measure.name);
      const Run result = run(compiler.plan, {aligned.array});
      NodeScores scores;
      scores.path = scores.id = measure.name;
      scores.resolution = aligned.resolution;
      scores.direction = aligned.direction;
      scores.relative = aligned.relative;
      scores.scores = {result.columns[0].data, result.columns[0].scale, result.columns[0].shift,
                       std::vector<bool>(aligned.gap.begin(), aligned.gap.end())};
      for (const Undefined& undefined : result.undefined)
        leave_out(undefined, stage.entrants, scores.scores);
      stage.measures.push_back(std::move(scores));
      note_recusals(compiler, stage);
      for (ModelReport& model : model_reports(context_, compiler.plan, result))
        stage.models.push_back(std::move(model));
    }
  }

  void select(const Scorebook& book, StageDecision& out) {
    const std::vector<Finding> findings = out.findings;
    Open open{assumptions_};
    select_entrants(book, open, out);
    // Who has no total has no place by it.
    const bool by_total = out.order_keys.empty() || out.order_keys.front() == "total";
    for (std::size_t e = 0; e < out.entrants.size(); ++e)
      if (!out.nodes.empty() && !out.nodes[0].scores.has(e) &&
          (by_total || !open.questions.empty()))
        out.place[e] = out.place_before_ties[e] = 0;
    if (open.questions.empty() || diagnostics_.has_errors())
      return;
    if (left_open_ != nullptr) {
      for (const Question& question : open.questions)
        if (std::ranges::find(*left_open_, question) == left_open_->end())
          left_open_->push_back(question);
      return;
    }
    hold_what_is_open(book, before_selection(out, findings), open.questions, out);
  }

  /// The stage as it was before anybody was selected.
  static StageDecision before_selection(const StageDecision& stage,
                                        const std::vector<Finding>& findings) {
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

  /// Decides under every way the open questions may turn out; whoever goes on in some of them and
  /// not in others is held. Where that takes more than `most` ways everybody is.
  void hold_what_is_open(const Scorebook& book, const StageDecision& base,
                         const std::vector<Question>& questions, StageDecision& out) {
    const std::size_t most =
        questions.size() <= 10
            ? 1024
            : std::clamp<std::size_t>(4'000'000 / (out.entrants.size() + 1), 1, 1024);
    const auto goes_on = [](Outcome o) {
      return o == Outcome::advances || o == Outcome::reserve || o == Outcome::held;
    };
    const bool harmless = removal_is_harmless(context_.bundle.program, stage_);
    std::set<std::size_t> differ;
    const bool whole = explore(
        assumptions_, most,
        [&](const Assumptions& assumed) {
          StageDecision other = base;
          Open rest{assumed};
          select_entrants(book, rest, other);
          auto next = deciding_question(rest.questions, context_.bundle, harmless,
                                        [&](std::size_t candidate) {
                                          return goes_on(other.outcomes[other.entrant(candidate)]);
                                        });
          return std::pair{std::move(other), std::move(next)};
        },
        [&](const Assumptions&, const StageDecision& other) {
          for (std::size_t e = 0; e < out.outcomes.size(); ++e)
            if (other.outcomes[e] != out.outcomes[e] &&
                (goes_on(other.outcomes[e]) || goes_on(out.outcomes[e])))
              differ.insert(e); // cut one way and disqualified the other is out both ways
        });
    if (!whole)
      for (std::size_t e = 0; e < out.outcomes.size(); ++e)
        differ.insert(e);
    Finding finding;
    finding.kind = Finding::Kind::unknown;
    finding.verdict = Verdict::unknown;
    // Each of those held names whom it turns on, the first of them where both are very many.
    std::string whats;
    const std::size_t named = std::max<std::size_t>(10, 1'000'000 / (differ.size() + 1));
    for (const auto& [what, candidate] : questions) {
      if (whats.find(what) == std::string::npos)
        whats += (whats.empty() ? "" : ", ") + what;
      if (finding.others.size() < named)
        finding.others.push_back(candidate);
    }
    finding.detail = whats;
    for (const std::size_t e : differ) {
      if (out.outcomes[e] == Outcome::disqualified || out.outcomes[e] == Outcome::withdrawn)
        continue;
      out.outcomes[e] = Outcome::held;
      finding.candidate = out.entrants[e];
      out.findings.push_back(finding);
    }
    out.advancing = static_cast<std::size_t>(std::ranges::count(out.outcomes, Outcome::advances));
    if (out.held())
      out.vacancies.reset();
  }

  const Stage& stage_;
  const Earlier& earlier_;
  const Assumptions& assumptions_;
  Diagnostics& diagnostics_;
  std::vector<Question>* left_open_;
  Context context_;
};

} // namespace

Decision decide(const Bundle& bundle, Diagnostics& diagnostics) {
  return decide(bundle, Assumptions{}, diagnostics);
}

Decision decide(const Bundle& bundle, const Assumptions& assumptions, Diagnostics& diagnostics) {
  return decide(bundle, assumptions, diagnostics, nullptr);
}

Decision decide(const Bundle& bundle, const Assumptions& assumptions, Diagnostics& diagnostics,
                std::vector<Question>* open) {
  Decision decision;
  const Names names(bundle);
  check_rules(bundle.program, diagnostics);
  const std::vector<std::size_t> order = stage_order(bundle.program, diagnostics);
  if (diagnostics.has_errors())
    return decision;
  decision.stages.resize(bundle.program.stages.size());
  Earlier earlier;
  for (const std::size_t s : order) {
    const Stage& stage = bundle.program.stages[s];
    decision.stages[s] =
        StageDecider(bundle, names, stage, earlier, assumptions, diagnostics, open).decide();
    earlier[stage.id.str()] = &decision.stages[s];
  }
  return decision;
}

Decision decide(const Bundle& bundle) {
  Diagnostics diagnostics;
  Decision decision = decide(bundle, diagnostics);
  if (diagnostics.has_errors())
    throw LoadError(std::move(diagnostics));
  return decision;
}

std::unique_ptr<PartlyKnown> know_in_part(const Bundle& bundle, const std::string& wanted,
                                          const StatementFilter& filter, Diagnostics& diagnostics) {
  const auto& stages = bundle.program.stages;
  std::vector<std::string> known;
  std::size_t at = nobody;
  for (std::size_t s = 0; s < stages.size(); ++s) {
    known.push_back(stages[s].id.str());
    const bool this_one =
        wanted.empty() ? is_known_in_part(bundle, stages[s]) : stages[s].id.str() == wanted;
    if (this_one && at == nobody)
      at = s;
  }
  if (at == nobody) {
    const auto near = did_you_mean(wanted, known);
    diagnostics.error({},
                      wanted.empty() ? "no stage is known in part: all evidence was published"
                                     : "there is no stage `" + shorten(wanted) + "`",
                      near ? "did you mean `" + *near + "`?" : "");
    return nullptr;
  }
  if (!is_known_in_part(bundle, stages[at])) {
    diagnostics.error(stages[at].where, "nothing of stage `" + stages[at].id.str() + "` is unknown",
                      "parts are known in part where their evidence is `unpublished` or a file of "
                      "statements");
    return nullptr;
  }
  auto out = std::make_unique<PartlyKnown>(bundle, at, diagnostics);
  check_rules(bundle.program, diagnostics);
  const std::vector<std::size_t> order = stage_order(bundle.program, diagnostics);
  if (diagnostics.has_errors())
    return nullptr;
  const Assumptions nothing;
  for (const std::size_t s : order) { // those before it, in turn
    if (s == at)
      break;
    out->before.push_back(std::make_unique<StageDecision>(
        StageDecider(bundle, out->names, stages[s], out->earlier, nothing, diagnostics, nullptr)
            .decide()));
    out->earlier[stages[s].id.str()] = out->before.back().get();
  }
  out->context.entrants = entrants_of(bundle, out->names, stages[at], out->earlier, diagnostics);
  out->context.index_entrants();
  const Earlier& earlier = out->earlier;
  out->decide = [&earlier](const Bundle& filled, const Stage& stage, Diagnostics& unheard) {
    const Names names(filled);
    const Assumptions none;
    return StageDecider(filled, names, stage, earlier, none, unheard, nullptr).decide();
  };
  out->knowledge = read_knowledge(out->context, filter);
  return diagnostics.has_errors() ? nullptr : std::move(out);
}

} // namespace libeval
