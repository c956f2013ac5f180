// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/outlook.hpp"

#include "engine/reconstruct/complete.hpp"

#include <algorithm>
#include <stdexcept>

namespace libeval {
namespace {

using Point = std::vector<std::int64_t>;

class OutlookMaker {
public:
  OutlookMaker(const Context& context, Knowledge& knowledge, const StageDecide& decide,
               const SolveLimits& limits)
      : context_(context), k_(knowledge), decide_(decide), limits_(limits),
        n_(context.entrants.size()) {
    const auto& stages = context.bundle.program.stages;
    for (stage_ = 0; stage_ < stages.size() && stages[stage_].id != context.stage.id;)
      ++stage_;
  }

  /// Reads the selection and what was published of outcomes; false: there is nothing to work out.
  bool begin() {
    out_.seen.resize(n_);
    out_.not_told.resize(n_);
    out_.best.assign(n_, 0);
    out_.worst.assign(n_, 0);
    out_.bracketed.assign(n_, 0);
    out_.most.assign(n_, 0);
    out_.fewest.assign(n_, 0);
    out_.field.in.assign(n_, 1);
    out_.field.if_passes.resize(n_);
    unpublished_.resize(n_);
    clears_.resize(n_);
    put_out_.resize(n_);
    out_.contest = read_contest(context_, k_);
    if (!find_any(rules_alone())) // what is put out whatever the scores shows on any of them
      return false;
    bounded([&] { settle_field(); });
    bounded([&] { add_outcomes(); });
    return find_any(k_.system);
  }

  void work() {
    out_.at_one = run(out_.point);
    see(out_.at_one);
    bounded([&] { places(); });
    bounded([&] { outcomes(); });
    if (!out_.contest.unread.empty())
      for (std::size_t e = 0; e < n_; ++e)
        doubt(e);
  }

  /// Nothing was worked out: nothing is excluded.
  void give_up() {
    for (std::size_t e = 0; e < n_ && !out_.impossible; ++e) {
      out_.not_told[e] = {Outcome::advances, Outcome::cut,       Outcome::disqualified,
                          Outcome::held,     Outcome::withdrawn, Outcome::reserve};
      out_.best[e] = 1;
      out_.worst[e] = n_;
      out_.bracketed[e] = 1;
    }
  }

  /// For each certain outcome a smallest set of statements that excludes all others.
  void reasons() {
    out_.rests_on.resize(n_);
    out_.inside.resize(n_);
    out_.inside_rests_on.resize(n_);
    if (!out_.contest.unread.empty())
      return;
    const IntegerSystem rules = rules_alone();
    for (std::size_t e = 0; e < n_; ++e) {
      if (const auto certain = out_.certain(e))
        out_.rests_on[e] = reason(e, [&](const Way& way) {
          Answer answer = completion(rules, e, way);
          if (answer.status != Answer::Status::optimal)
            return answer.status == Answer::Status::infeasible;
          answer.point.resize(k_.system.unknowns.size());
          return run(answer.point).outcomes[e] == *certain;
        });
      if (put_out_[e] && out_.field.in[e] != 0 && out_.contest.hurdles.empty())
        stand_by_score(e);
    }
  }

  /// A smallest set of statements that excludes all ways but those.
  template <class Allowed>
  CoreSet reason(std::size_t e, const Allowed& allowed) {
    std::vector<IntegerSystem> otherwise;
    for (const Way& way : ways(e))
      if (!allowed(way))
        otherwise.push_back(in_that_way(k_.system, e, way));
    return otherwise.empty() ? CoreSet{{}, true, true} : smallest_core(otherwise, limits_);
  }

  void stand_by_score(std::size_t e) {
    const auto line = static_cast<std::int64_t>(out_.contest.lines.front());
    if (out_.most[e] >= line && out_.fewest[e] < line)
      return;
    out_.inside[e] = out_.most[e] < line;
    out_.inside_rests_on[e] = reason(e, [&](const Way& way) {
      return *out_.inside[e] ? way.region->or_level == 0 : way.region->strictly > 0;
    });
  }

  Outlook take() { return std::move(out_); }

private:
  void unread(const std::string& what) {
    if (out_.contest.unread.empty())
      out_.contest.unread = what;
  }

  /// Does something for which scores need bounds, where the selection is read at all.
  template <class What>
  void bounded(const What& what) {
    if (!out_.contest.unread.empty())
      return;
    try {
      what();
    } catch (const std::domain_error&) {
      unread("an order by scores without bounds");
    }
  }

  [[nodiscard]] IntegerSystem rules_alone() const {
    IntegerSystem rules = k_.system;
    std::erase_if(rules.rows, [](const Row& row) { return row.tag != Row::rule; });
    return rules;
  }

  bool find_any(const IntegerSystem& system) {
    Answer any = Solver(system, limits_).find();
    using Status = Answer::Status;
    out_.impossible = any.status == Status::infeasible;
    out_.interrupted = out_.interrupted || any.status == Status::interrupted;
    if (any.status == Status::unbounded || any.status == Status::trouble)
      out_.trouble = true;
    if (any.status != Status::optimal)
      return false;
    any.point.resize(k_.system.unknowns.size());
    out_.point = std::move(any.point);
    return true;
  }

  /// The decision at a completion; `change` may take steps out of its selection.
  StageDecision run(const Point& point, const std::function<void(Stage&)>& change = {}) const {
    std::vector<bool> high(context_.bundle.program.candidates.size(), true);
    for (std::size_t e = 0; e < n_; ++e)
      if (unpublished_[e] && *unpublished_[e] < point.size())
        high[context_.entrants[e]] = point[*unpublished_[e]] != 0;
    Bundle bundle = completed(context_.bundle, stage_, k_, point, high);
    Stage& stage = bundle.program.stages[stage_];
    if (change)
      change(stage);
    Diagnostics unheard;
    return decide_(bundle, stage, unheard);
  }

  // --- the field ---------------------------------------------------------------------------------

  /// Who stands before the first is taken, and who may: an unknown for each hurdle that is not
  /// known to be cleared, and for verdicts that nobody knows.
  void settle_field() {
    const Contest& contest = out_.contest;
    const StageDecision known = run(out_.point, [&](Stage& stage) { // without unknown hurdles
      std::erase_if(stage.select, [&, at = std::size_t{0}](const SelectStep&) mutable {
        return std::ranges::find(contest.hurdles, at++, &UnknownHurdle::step) !=
               contest.hurdles.end();
      });
    });
    if (known.outcomes.size() != n_)
      return unread("a selection with errors");
    for (std::size_t e = 0; e < n_; ++e) {
      put_out_[e] = put_out(known, e);
      out_.field.in[e] = put_out_[e] && put_out_[e]->step < contest.first_take ? 0 : 1;
      std::vector<std::uint32_t> early;
      for (const UnknownHurdle& hurdle : contest.hurdles) {
        clears_[e].push_back(clears(hurdle, e));
        if (hurdle.early)
          early.push_back(clears_[e].back());
      }
      if (out_.field.in[e] != 0 && may_fail(known, e)) {
        early.push_back(k_.add_derived({0, 1}, [](const Point&) { return std::int64_t{1}; }));
        open_verdicts_ = true;
      }
      if (out_.field.in[e] != 0 && !early.empty())
        out_.field.if_passes[e] = all_of(early);
    }
    for (const Finding& finding : known.findings)
      if (finding.kind == Finding::Kind::deduction &&
          step_in_full(finding.step) < contest.first_take)
        return unread("a deduction before `take`");
  }

  /// By which step, and as what, an entrant is put out whatever its scores.
  struct PutOut {
    std::size_t step = nobody;
    Outcome outcome = Outcome::held;
  };
  [[nodiscard]] std::optional<PutOut> put_out(const StageDecision& known, std::size_t e) const {
    if (known.decided_by[e] >= known.steps.size())
      return std::nullopt;
    const auto& select = context_.stage.select;
    const std::size_t step = step_in_full(known.decided_by[e]);
    const bool takes = step >= select.size() ||
                       std::holds_alternative<select::Take>(select[step].what) ||
                       std::holds_alternative<select::Reserve>(select[step].what);
    if (takes || known.outcomes[e] == Outcome::held)
      return std::nullopt;
    return PutOut{step, known.outcomes[e]};
  }

  /// The position in the stage's selection of a step of it without unknown hurdles.
  [[nodiscard]] std::size_t step_in_full(std::size_t step) const {
    for (const UnknownHurdle& hurdle : out_.contest.hurdles)
      step += hurdle.step <= step ? 1 : 0;
    return step;
  }

  /// An unknown that is 1 where an entrant clears a hurdle.
  std::uint32_t clears(const UnknownHurdle& hurdle, std::size_t e) {
    if (hurdle.node == nobody) {
      if (!unpublished_[e]) // who was published to advance has cleared it
        unpublished_[e] = k_.add_derived({0, 1}, [said = said_to_advance(e)](const Point&) {
          return std::int64_t{said ? 1 : 0};
        });
      return *unpublished_[e];
    }
    using Kind = Bound::Kind;
    const bool from_below =
        hurdle.bound->kind == Kind::at_least || hurdle.bound->kind == Kind::above;
    const bool strict = hurdle.bound->kind == Kind::above || hurdle.bound->kind == Kind::below;
    const Linear x = k_.scores[hurdle.node][e] * Fraction(from_below ? 1 : -1);
    const Fraction limit = hurdle.limit * Fraction(from_below ? 1 : -1);
    const std::uint32_t is = k_.add_derived({0, 1}, [x, limit, strict](const Point& point) {
      const Fraction at = value_at(x, point);
      return std::int64_t{limit < at || (at == limit && !strict) ? 1 : 0};
    });
    const Linear yes = Linear::variable(is, Fraction(1));
    imply({k_.system}, yes, x, {limit, strict});
    imply({k_.system}, Linear(Fraction(1)) - yes, x * Fraction(-1),
          {limit * Fraction(-1), !strict});
    return is;
  }

  [[nodiscard]] bool said_to_advance(std::size_t e) const {
    const std::string& id = context_.bundle.program.candidates[context_.entrants[e]].id.str();
    return std::ranges::any_of(k_.statements, [&](const Statement* s) {
      return std::ranges::any_of(s->outcomes, [&](const auto& outcome) {
        return outcome.first == id && outcome.second == "advances";
      });
    });
  }

  std::uint32_t all_of(const std::vector<std::uint32_t>& unknowns) {
    if (unknowns.size() == 1)
      return unknowns[0];
    const std::uint32_t all = k_.add_derived({0, 1}, [unknowns](const Point& point) {
      return std::int64_t{
          std::ranges::all_of(unknowns, [&](std::uint32_t v) { return point[v] != 0; }) ? 1 : 0};
    });
    Row any_fails;
    any_fails.low = 1 - static_cast<std::int64_t>(unknowns.size());
    any_fails.terms.emplace_back(all, 1);
    for (const std::uint32_t v : unknowns) {
      k_.system.rows.push_back({{{all, 1}, {v, -1}}, std::nullopt, 0, Row::rule});
      any_fails.terms.emplace_back(v, -1);
    }
    k_.system.rows.push_back(std::move(any_fails));
    return all;
  }

  /// Whether a verdict that nobody knows may still put an entrant out before the first is taken.
  [[nodiscard]] bool may_fail(const StageDecision& known, std::size_t e) const {
    for (const Finding& f : known.findings)
      if (f.kind == Finding::Kind::policy && f.verdict == Verdict::unknown &&
          f.candidate == context_.entrants[e] && step_in_full(f.step) < out_.contest.first_take)
        for (const PolicyFile& policy : context_.bundle.policies)
          for (const Rule& rule : policy.rules)
            if (rule.id.str() == f.rule && rule.on_unknown == OnUnknown::hold &&
                rule.consequence == Rule::Consequence::disqualify)
              return true;
    return false;
  }

  // --- published outcomes ------------------------------------------------------------------------

  void add_outcomes() {
    for (std::size_t s = 0; s < k_.statements.size(); ++s)
      for (const auto& [id, word] : k_.statements[s]->outcomes) {
        const auto at = std::ranges::find(k_.entrants, context_.names.candidate(id));
        if (at != k_.entrants.end())
          add_outcome(static_cast<std::uint32_t>(s),
                      static_cast<std::size_t>(at - k_.entrants.begin()), word);
      }
  }

  void add_outcome(std::uint32_t tag, std::size_t c, const std::string& word) {
    const bool advances = word == "advances";
    if (put_out_[c])
      return put_out_as(tag, c, word);
    if (advances)
      clears_all(tag, c, nobody);
    if (advances || word == "cut")
      stands(tag, c, advances);
  }

  /// Who is put out in any case can only miss a hurdle before that.
  void put_out_as(std::uint32_t tag, std::size_t c, const std::string& word) {
    const auto [step, outcome] = *put_out_[c];
    if (word == to_string(outcome))
      return clears_all(tag, c, step);
    Row misses;
    misses.tag = tag;
    misses.high = -1;
    for (std::size_t m = 0; m < clears_[c].size(); ++m) {
      const UnknownHurdle& hurdle = out_.contest.hurdles[m];
      const auto& require = std::get<select::Require>(context_.stage.select[hurdle.step].what);
      const bool cuts = require.otherwise == select::Require::Otherwise::cut;
      if (hurdle.step > step || word != (cuts ? "cut" : "disqualified"))
        continue;
      misses.terms.emplace_back(clears_[c][m], 1);
      ++*misses.high;
    }
    k_.system.rows.push_back(std::move(misses)); // with no such hurdle: the rules say otherwise
  }

  void clears_all(std::uint32_t tag, std::size_t c, std::size_t before) {
    for (std::size_t m = 0; m < clears_[c].size(); ++m)
      if (out_.contest.hurdles[m].step < before)
        k_.system.rows.push_back({{{clears_[c][m], 1}}, 1, std::nullopt, tag});
  }

  /// Who advances has room above the line; who is cut has none, or misses a hurdle.
  void stands(std::uint32_t tag, std::size_t c, bool advances) {
    const Contest& contest = out_.contest;
    const RowWriter out{k_.system, tag, &k_.derived};
    const bool all_cut = contest.ties == TieRuling::all_cut;
    const bool nobody_of_a_tie = all_cut || contest.ties == TieRuling::hold;
    if (advances)
      return bound_ahead(out, contest.keys, out_.field, c,
                         nobody_of_a_tie && !contest.keys_left ? Ahead::or_level : Ahead::strictly,
                         std::nullopt,
                         static_cast<std::int64_t>(contest.lines[contest.takes - 1]) - 1);
    const auto line = static_cast<std::int64_t>(contest.lines.back());
    Row count;
    count.tag = tag;
    count.low = line;
    for (const std::uint32_t v :
         count_ahead(out, contest.keys, out_.field, c,
                     all_cut || contest.keys_left ? Ahead::or_level : Ahead::strictly))
      count.terms.emplace_back(v, 1);
    for (const std::uint32_t v : clears_[c]) {
      count.terms.emplace_back(v, -line);
      *count.low -= line;
    }
    k_.system.rows.push_back(std::move(count));
  }

  // --- places and outcomes -----------------------------------------------------------------------

  void places() {
    Reasoner reasoner(k_.system, limits_);
    Field everybody;
    everybody.in.assign(n_, 1);
    everybody.if_passes.resize(n_);
    const Keys& keys = out_.contest.keys;
    for (std::size_t e = 0; e < n_; ++e) {
      const Answer most = reasoner.most_ahead(keys, everybody, e, Ahead::strictly);
      const Answer fewest = reasoner.fewest_ahead(keys, everybody, e, Ahead::strictly);
      note(most);
      note(fewest);
      out_.bracketed[e] =
          most.status != Answer::Status::optimal || fewest.status != Answer::Status::optimal ? 1
                                                                                             : 0;
      out_.worst[e] = 1 + static_cast<std::size_t>(bound(most, others(everybody, e)));
      out_.best[e] = 1 + static_cast<std::size_t>(bound(fewest, 0));
    }
  }

  [[nodiscard]] std::int64_t bound(const Answer& answer, std::int64_t otherwise) const {
    if (answer.status == Answer::Status::optimal)
      return *answer.value;
    const std::int64_t most = static_cast<std::int64_t>(n_) - 1;
    return answer.bound ? std::clamp<std::int64_t>(*answer.bound, 0, most) : otherwise;
  }

  void note(const Answer& answer) {
    out_.interrupted = out_.interrupted || answer.status == Answer::Status::interrupted;
    out_.trouble = out_.trouble || answer.status == Answer::Status::trouble;
  }

  void see(const StageDecision& decision) {
    for (std::size_t e = 0; e < n_ && e < decision.outcomes.size(); ++e)
      out_.seen[e].insert(decision.outcomes[e]);
  }

  /// Nothing that the scores decide is excluded.
  void doubt(std::size_t e) {
    out_.not_told[e].insert({Outcome::advances, Outcome::cut, Outcome::held});
    if (out_.contest.lines.size() > out_.contest.takes)
      out_.not_told[e].insert(Outcome::reserve);
  }

  /// Between which lines the numbers of those ahead lie.
  struct Region {
    std::size_t strictly = 0, or_level = 0;
  };
  /// A way in which a selection can go for an entrant: it misses one of its hurdles first, or none,
  /// and stands in a region, if it is not out before anybody is taken.
  struct Way {
    std::size_t missed = 0;
    std::optional<Region> region;
  };

  void outcomes() {
    std::vector<std::vector<Region>> regions(n_);
    bool tie_at_line = false;
    for (std::size_t e = 0; e < n_; ++e) {
      const std::size_t from = narrow(e);
      if (from != nobody && out_.contest.hurdles.empty()) {
        regions[e].push_back({from, from});
        continue; // seen already
      }
      for (const Way& way : ways(e)) {
        Answer answer = completion(k_.system, e, way);
        note(answer);
        if (answer.status == Answer::Status::infeasible)
          continue;
        if (way.region)
          regions[e].push_back(*way.region);
        if (answer.status == Answer::Status::optimal) {
          answer.point.resize(k_.system.unknowns.size());
          see(run(answer.point));
        } else {
          doubt(e);
        }
      }
      for (const Region& region : regions[e])
        tie_at_line = tie_at_line || region.strictly < region.or_level;
    }
    const Contest& contest = out_.contest;
    for (std::size_t e = 0; e < n_; ++e)
      for (const Region& region : regions[e]) {
        if (region.strictly < region.or_level && contest.keys_left)
          doubt(e);
        if (open_verdicts_ && regions[e].size() > 1)
          out_.not_told[e].insert(Outcome::held);
        // Who stands behind a line is nearer to the next one where a tie or a rule took others out.
        if (region.or_level > 0 && contest.lines.size() > 1 && (contest.moves || tie_at_line))
          doubt(e);
      }
  }

  /// Works out how many can be and must be ahead. Where that leaves one region, and a completion
  /// that shows it, it is returned.
  std::size_t narrow(std::size_t e) {
    if (out_.field.in[e] == 0)
      return nobody;
    Reasoner reasoner(k_.system, limits_);
    const Contest& contest = out_.contest;
    const Answer most = reasoner.most_ahead(contest.keys, out_.field, e, Ahead::or_level);
    note(most);
    if (most.status == Answer::Status::infeasible)
      return nobody; // never in the field
    const Answer fewest = reasoner.fewest_ahead(contest.keys, out_.field, e, Ahead::strictly);
    note(fewest);
    out_.most[e] = bound(most, others(out_.field, e));
    out_.fewest[e] = bound(fewest, 0);
    const std::size_t from = contest.segment(out_.fewest[e]);
    if (from != contest.segment(out_.most[e]) || most.status != Answer::Status::optimal)
      return nobody;
    see(run(most.point));
    return from;
  }

  [[nodiscard]] std::vector<Way> ways(std::size_t e) const {
    const auto& hurdles = out_.contest.hurdles; // those it meets before it is out for other reasons
    const auto count = static_cast<std::size_t>(
        std::ranges::count_if(hurdles, [&](const auto& h) { return h.step < last_step(e); }));
    std::vector<Way> out;
    for (std::size_t missed = 0; missed <= count; ++missed) {
      if (out_.field.in[e] == 0 || (missed < count && hurdles[missed].early)) {
        out.push_back({missed, std::nullopt});
        continue;
      }
      for (std::size_t i = 0; i <= out_.contest.lines.size(); ++i)
        for (std::size_t j = i; j <= out_.contest.lines.size(); ++j)
          out.push_back({missed, Region{i, j}});
    }
    return out;
  }

  /// The step by which an entrant is out, whatever its scores.
  [[nodiscard]] std::size_t last_step(std::size_t e) const {
    return put_out_[e] ? put_out_[e]->step : nobody;
  }

  [[nodiscard]] Answer completion(const IntegerSystem& system, std::size_t e,
                                  const Way& way) const {
    const IntegerSystem narrowed = in_that_way(system, e, way);
    return Solver(narrowed, limits_).find();
  }

  [[nodiscard]] IntegerSystem in_that_way(IntegerSystem system, std::size_t e,
                                          const Way& way) const {
    for (std::size_t m = 0; m < out_.contest.hurdles.size() && m <= way.missed; ++m) {
      if (out_.contest.hurdles[m].step >= last_step(e))
        break;
      const std::int64_t is = m < way.missed ? 1 : 0;
      system.rows.push_back({{{clears_[e][m], 1}}, is, is, Row::rule});
    }
    if (!way.region)
      return system;
    const auto& lines = out_.contest.lines;
    if (const auto& own = out_.field.if_passes[e])
      system.rows.push_back({{{*own, 1}}, 1, std::nullopt, Row::rule});
    const auto say = [&](Ahead ahead, std::size_t segment) {
      std::optional<std::int64_t> at_least, at_most;
      if (segment > 0)
        at_least = static_cast<std::int64_t>(lines[segment - 1]);
      if (segment < lines.size())
        at_most = static_cast<std::int64_t>(lines[segment]) - 1;
      bound_ahead({system}, out_.contest.keys, out_.field, e, ahead, at_least, at_most);
    };
    say(Ahead::strictly, way.region->strictly);
    say(Ahead::or_level, way.region->or_level);
    return system;
  }

  const Context& context_;
  Knowledge& k_;
  const StageDecide& decide_;
  const SolveLimits& limits_;
  std::size_t n_, stage_ = 0;
  Outlook out_;
  std::vector<std::optional<PutOut>> put_out_; ///< by entrant
  bool open_verdicts_ = false;
  std::vector<std::optional<std::uint32_t>> unpublished_; ///< by entrant: clears such hurdles
  std::vector<std::vector<std::uint32_t>> clears_;        ///< by entrant, then hurdle
};

} // namespace

std::optional<Outcome> Outlook::certain(std::size_t entrant) const {
  return seen[entrant].size() == 1 && not_told[entrant].empty()
             ? std::optional(*seen[entrant].begin())
             : std::nullopt;
}

Outlook work_out(const Context& context, Knowledge& knowledge, const StageDecide& decide,
                 const SolveLimits& limits, bool with_reasons) {
  OutlookMaker maker(context, knowledge, decide, limits);
  if (maker.begin()) {
    maker.work();
    if (with_reasons)
      maker.reasons();
  } else {
    maker.give_up();
  }
  return maker.take();
}

void add_published_outcomes(const Context& context, Knowledge& knowledge, const StageDecide& decide,
                            const SolveLimits& limits) {
  static_cast<void>(OutlookMaker(context, knowledge, decide, limits).begin());
}

} // namespace libeval
