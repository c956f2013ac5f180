// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/lineup.hpp"

#include "engine/reconstruct/complete.hpp"
#include "engine/reconstruct/settle.hpp"
#include "engine/reconstruct/stand.hpp"
#include "engine/reconstruct/turns.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace libeval {
namespace {

using Point = std::vector<std::int64_t>;

class LineupMaker {
public:
  LineupMaker(const Context& context, Knowledge& knowledge, const StageDecide& decide,
              const SolveLimits& limits)
      : context_(context), k_(knowledge), decide_(decide), limits_(limits),
        n_(context.entrants.size()) {}

  Lineup make() {
    out_.field.in.assign(n_, 1);
    out_.field.if_passes.resize(n_);
    out_.unpublished.resize(n_);
    out_.clears.resize(n_);
    out_.put_out.resize(n_);
    out_.contest = read_contest(context_, k_);
    if (!find_any(
            rules_alone(k_.system))) // what is put out whatever the scores shows on any of them
      return std::move(out_);
    with_bounds(out_.contest, [&] { settle_field(); });
    const IntegerSystem scores = k_.system;
    with_bounds(out_.contest, [&] { add_outcomes(); });
    if (!guess(scores))
      find_any(k_.system);
    return std::move(out_);
  }

private:
  bool find_any(const IntegerSystem& system) {
    IntegerSystem shaved = system;
    shave_choices(shaved, limits_);
    Answer any = Solver(shaved, limits_).find();
    using Status = Answer::Status;
    out_.impossible = any.status == Status::infeasible;
    out_.interrupted = out_.interrupted || any.status == Status::interrupted;
    out_.trouble = any.status == Status::unbounded || any.status == Status::trouble;
    out_.found = any.status == Status::optimal;
    any.point.resize(k_.system.unknowns.size());
    out_.point = std::move(any.point);
    return out_.found;
  }

  /// Looks for a completion in which entrants stand as their published outcomes have it in the
  /// simplest case: who advances is ahead of who is in reserve, and of the others. `scores`: the
  /// system without what outcomes say, which is much smaller.
  bool guess(const IntegerSystem& scores) {
    std::vector<int> rank(n_, 0); // larger is ahead
    bool any = false;
    for (const Statement* statement : k_.statements)
      for (const auto& [id, word] : statement->outcomes) {
        const auto at = std::ranges::find(k_.entrants, context_.names.candidate(id));
        const auto e = static_cast<std::size_t>(at - k_.entrants.begin());
        any = true;
        if (e < n_)
          rank[e] = word == "advances" ? 3 : word == "held" ? 2 : word == "reserve" ? 1 : -1;
      }
    if (!any || !out_.contest.unread.empty())
      return false;
    for (const bool rest_is_behind : {true, false})
      for (const bool put_out_are_ahead : {true, false})
        if (stand_like(rank, rest_is_behind, put_out_are_ahead, scores))
          return true;
    return false;
  }

  bool stand_like(std::vector<int> rank, bool rest_is_behind, bool put_out_are_ahead,
                  IntegerSystem system) {
    constexpr Effort little{100};
    constexpr int anywhere = -2;
    for (std::size_t e = 0; e < n_; ++e)
      if (out_.put_out[e])
        rank[e] = put_out_are_ahead ? 4 : anywhere;
      else if (rank[e] == 0 && !rest_is_behind)
        rank[e] = anywhere;
    const std::vector<Linear>& key = out_.contest.keys.front();
    for (std::size_t a = 0; a < n_; ++a)
      for (std::size_t b = 0; b < n_; ++b)
        if (rank[b] != anywhere && rank[a] > std::max(rank[b], 0))
          system.rows.push_back(
              row_of(key[a] - key[b], LinearBound{Fraction(0), true}, std::nullopt, Row::rule));
    Answer answer = Solver(system, limits_).find(little);
    if (answer.status != Answer::Status::optimal)
      return false;
    k_.derive(answer.point);
    if (!satisfies(k_.system, answer.point))
      return false;
    out_.point = std::move(answer.point);
    return true;
  }

  static bool satisfies(const IntegerSystem& system, const Point& point) {
    for (std::size_t v = 0; v < point.size(); ++v)
      if (const LinearUnknown& unknown = system.unknowns[v];
          (unknown.low && point[v] < *unknown.low) || (unknown.high && *unknown.high < point[v]))
        return false;
    return std::ranges::all_of(system.rows, [&](const Row& row) { return holds(row, point); });
  }

  /// Who stands before the first is taken, and who may: an unknown for each hurdle that is not
  /// known to be cleared, and for verdicts that nobody knows.
  void settle_field() {
    const Contest& contest = out_.contest;
    const auto without_unknown_hurdles = [&](Stage& stage) {
      std::erase_if(stage.select, [&, at = std::size_t{0}](const SelectStep&) mutable {
        return std::ranges::find(contest.hurdles, at++, &UnknownHurdle::step) !=
               contest.hurdles.end();
      });
    };
    const StageDecision known =
        decide_at(out_.point, context_, k_, out_, decide_, without_unknown_hurdles);
    if (known.outcomes.size() != n_) {
      out_.contest.by_what_is_known = false;
      return out_.contest.cannot_read("a selection with errors");
    }
    for (std::size_t e = 0; e < n_; ++e) {
      out_.put_out[e] = put_out(known, e);
      out_.field.in[e] = out_.put_out[e] && out_.put_out[e]->step < contest.first_take ? 0 : 1;
      std::vector<std::uint32_t> early;
      for (const UnknownHurdle& hurdle : contest.hurdles) {
        out_.clears[e].push_back(clears(hurdle, e));
        if (hurdle.early)
          early.push_back(out_.clears[e].back());
      }
      out_.open_later = out_.open_later || may_fail(known, e, false);
      if (out_.field.in[e] != 0 && may_fail(known, e, true)) {
        early.push_back(k_.add_derived({0, 1}, [](const Point&) { return std::int64_t{1}; }));
        out_.open_verdicts = true;
      }
      if (out_.field.in[e] != 0 && !early.empty())
        out_.field.if_passes[e] = all_of(early);
    }
    find_gaps();
    for (const Finding& finding : known.findings)
      if (finding.kind == Finding::Kind::deduction &&
          step_in_full(finding.step) < contest.first_take)
        return out_.contest.cannot_read("a deduction before `take`");
  }

  /// Between which lines somebody may be put out.
  void find_gaps() {
    Contest& contest = out_.contest;
    bool held = false, moves = false, falls_behind_tie = false, fills_beyond = false;
    out_.leavers.resize(contest.lines.size());
    for (std::size_t l = 1; l < contest.lines.size(); ++l) {
      for (std::size_t e = 0; e < n_; ++e)
        if (may_leave(e, contest.lines[l - 1].step, contest.lines[l].step))
          out_.leavers[l].push_back(e);
      const bool falls = !out_.leavers[l].empty();
      held = held || contest.lines[l - 1].holds_ties();
      moves = moves || falls;
      falls_behind_tie = falls_behind_tie || (held && falls);
      fills_beyond = fills_beyond || (falls_behind_tie && contest.lines[l].fills_beyond());
    }
    contest.moves = contest.moves && (moves || out_.open_later);
    for (std::size_t h = 0; h < contest.lines.size() && fills_beyond; ++h)
      for (std::size_t l = h + 1; l < contest.lines.size() && contest.lines[h].holds_ties(); ++l)
        out_.tie_ends =
            std::min(Lineup::most_tie_ends + 1, out_.tie_ends * (out_.leavers[l].size() + 1));
  }

  /// Whether somebody may be put out by a step from one to before another.
  [[nodiscard]] bool may_leave(std::size_t e, std::size_t from, std::size_t to) const {
    const auto between = [&](std::size_t step) { return from <= step && step < to; };
    if (out_.field.in[e] == 0)
      return false;
    if (out_.put_out[e] && between(out_.put_out[e]->step))
      return true;
    return std::ranges::any_of(out_.contest.hurdles, [&](const UnknownHurdle& hurdle) {
      return !hurdle.early && between(hurdle.step);
    });
  }

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
      if (!out_.unpublished[e]) // who was published to advance has cleared it
        out_.unpublished[e] = k_.add_derived({0, 1}, [said = said_to_advance(e)](const Point&) {
          return std::int64_t{said ? 1 : 0};
        });
      return *out_.unpublished[e];
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

  /// Whether a verdict that nobody knows may still put an entrant out before the first is taken, or
  /// after it.
  [[nodiscard]] bool may_fail(const StageDecision& known, std::size_t e, bool before) const {
    for (const Finding& f : known.findings)
      if (f.kind == Finding::Kind::policy && f.verdict == Verdict::unknown &&
          f.candidate == context_.entrants[e] &&
          (step_in_full(f.step) < out_.contest.first_take) == before)
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
        const auto tag = static_cast<std::uint32_t>(s);
        const auto at = std::ranges::find(k_.entrants, context_.names.candidate(id));
        if (at != k_.entrants.end())
          add_outcome(tag, static_cast<std::size_t>(at - k_.entrants.begin()), word);
        else if (word != to_string(Outcome::withdrawn)) // who does not enter has no outcome
          k_.system.rows.push_back({{}, 1, std::nullopt, tag});
      }
  }

  void add_outcome(std::uint32_t tag, std::size_t c, const std::string& word) {
    const bool advances = word == "advances";
    if (out_.put_out[c])
      return put_out_as(tag, c, word);
    const bool misses_count = word == "cut" && any_disqualifies(c);
    const bool of_lines = word == "reserve" || word == "held" ||
                          (out_.contest.lines.size() > 1 && advances) ||
                          (word == "cut" && (out_.contest.lines.size() > 1 || misses_count));
    if (of_lines && out_.in_turns() &&
        (!out_.contest.ties_wait() || !out_.by_places() || misses_count))
      return stands_in_turn(tag, c, word);
    const bool at_the_first = advances && out_.contest.takes == 1;
    if (of_lines && out_.contest.ties_wait() && !out_.by_places() && !at_the_first) {
      out_.half_read.emplace_back(c, word);
      return not_read(tag, word);
    }
    if ((word == "reserve" || word == "held") && out_.by_places())
      return stands_between(tag, c, word == "held");
    if (advances)
      clears_all(tag, c, nobody);
    if (advances || word == "cut") {
      stands(tag, c, advances);
      if (out_.contest.keys_left)
        out_.half_read.emplace_back(c, word);
    } else if (word == "disqualified" && !out_.open_verdicts)
      misses_one(tag, c, nobody, word);
    else
      not_read(tag, word);
  }

  void not_read(std::uint32_t tag, const std::string& word) {
    const std::string what = "statement `" + k_.statements[tag]->id + "`: what `" + word +
                             "` says about scores is not read";
    if (std::ranges::find(k_.relaxed, what) == k_.relaxed.end())
      k_.relaxed.push_back(what);
  }

  /// Who is put out in any case can only miss a hurdle before that.
  void put_out_as(std::uint32_t tag, std::size_t c, const std::string& word) {
    const auto [step, outcome] = *out_.put_out[c];
    if (word != to_string(outcome))
      return misses_one(tag, c, step, word); // with no such hurdle: the rules say otherwise
    const Linear missed = missed_as(c, step, word);
    for (std::size_t m = 0; m < out_.clears[c].size(); ++m)
      if (out_.contest.hurdles[m].step < step)
        clears_or(tag, out_.clears[c][m], missed);
  }

  /// Misses a hurdle up to a step that leaves this outcome.
  void misses_one(std::uint32_t tag, std::size_t c, std::size_t step, const std::string& word) {
    k_.system.rows.push_back(
        row_of(missed_as(c, step, word), LinearBound{Fraction(1), false}, std::nullopt, tag));
  }

  /// 1 where the first hurdle that an entrant misses, up to a step, leaves this outcome.
  Linear missed_as(std::size_t c, std::size_t step, const std::string& word) {
    Linear out;
    for (std::size_t m = 0; m < out_.clears[c].size(); ++m)
      if (out_.contest.hurdles[m].step <= step &&
          word == (cuts(out_.contest.hurdles[m]) ? "cut" : "disqualified"))
        out = out + misses_first(c, m);
    return out;
  }

  void clears_or(std::uint32_t tag, std::uint32_t clears, const Linear& otherwise) {
    k_.system.rows.push_back(row_of(otherwise + Linear::variable(clears, Fraction(1)),
                                    LinearBound{Fraction(1), false}, std::nullopt, tag));
  }

  [[nodiscard]] bool any_disqualifies(std::size_t c) const {
    return !out_.clears[c].empty() &&
           std::ranges::any_of(out_.contest.hurdles,
                               [&](const UnknownHurdle& hurdle) { return !cuts(hurdle); });
  }

  void clears_all(std::uint32_t tag, std::size_t c, std::size_t before) {
    for (std::size_t m = 0; m < out_.clears[c].size(); ++m)
      if (out_.contest.hurdles[m].step < before)
        k_.system.rows.push_back({{{out_.clears[c][m], 1}}, 1, std::nullopt, tag});
  }

  /// Expressions that are 1 or more where an entrant has an outcome.
  std::vector<Linear> stand_of(std::size_t c, Outcome outcome) {
    const RowWriter rules{k_.system, Row::rule, &k_.derived};
    if (stands_by_counts(out_))
      return {add_stand(rules, out_, c, outcome)};
    if (!out_.contest.ties_wait() && !out_.turns)
      out_.turns = add_turns(rules, out_);
    const Ends ends = out_.turns ? Ends{{*out_.turns}, {*out_.turns}} : add_ends(rules, out_, c);
    return stands_as(rules, outcome, c, ends, out_.contest);
  }

  /// Where several lines take, or a tie is held, the whole selection is written down.
  void stands_in_turn(std::uint32_t tag, std::size_t c, const std::string& word) {
    const Outcome outcome = word == "advances"  ? Outcome::advances
                            : word == "reserve" ? Outcome::reserve
                            : word == "held"    ? Outcome::held
                                                : Outcome::cut;
    Linear missed;
    if (word == "cut")
      missed = missed_as(c, nobody, word); // else it clears all and is not taken
    for (const Linear& x : stand_of(c, outcome))
      k_.system.rows.push_back(
          row_of(x + missed, LinearBound{Fraction(1), false}, std::nullopt, tag));
    if (word != "cut")
      return clears_all(tag, c, nobody);
    for (const std::uint32_t v : out_.clears[c])
      clears_or(tag, v, missed);
  }

  [[nodiscard]] bool cuts(const UnknownHurdle& hurdle) const {
    const auto& require = std::get<select::Require>(context_.stage.select[hurdle.step].what);
    return require.otherwise == select::Require::Otherwise::cut;
  }

  /// An unknown that is 1 where an entrant misses a hurdle and clears those before it.
  Linear misses_first(std::size_t c, std::size_t m) {
    const std::vector<std::uint32_t>& clears = out_.clears[c];
    const std::uint32_t is = k_.add_derived({0, 1}, [clears, m](const Point& point) {
      bool cleared = true;
      for (std::size_t j = 0; j < m; ++j)
        cleared = cleared && point[clears[j]] != 0;
      return std::int64_t{cleared && point[clears[m]] == 0};
    });
    for (std::size_t j = 0; j < m; ++j)
      k_.system.rows.push_back({{{clears[j], -1}, {is, 1}}, std::nullopt, 0, Row::rule});
    k_.system.rows.push_back({{{clears[m], 1}, {is, 1}}, std::nullopt, 1, Row::rule});
    return Linear::variable(is, Fraction(1));
  }

  /// Who is held stands in a tie across the last line that takes, who is in reserve behind it.
  void stands_between(std::uint32_t tag, std::size_t c, bool held) {
    const Contest& contest = out_.contest;
    const RowWriter out{k_.system, tag, &k_.derived};
    const auto line = static_cast<std::int64_t>(contest.reach[contest.takes - 1]);
    const auto end = static_cast<std::int64_t>(contest.reach.back());
    clears_all(tag, c, nobody);
    if (held) {
      bound_ahead(out, contest.keys, out_.field, c, Ahead::strictly, std::nullopt, line - 1);
      bound_ahead(out, contest.keys, out_.field, c, Ahead::or_level, line, std::nullopt);
    } else {
      bound_ahead(out, contest.keys, out_.field, c, Ahead::strictly, line, end - 1);
    }
  }

  /// Who advances has room above the line; who is cut has none, or misses a hurdle.
  void stands(std::uint32_t tag, std::size_t c, bool advances) {
    const Contest& contest = out_.contest;
    const RowWriter out{k_.system, tag, &k_.derived};
    const TieRuling ties = contest.lines[contest.takes - 1].ties;
    const bool all_cut = ties == TieRuling::all_cut;
    const bool nobody_of_a_tie = all_cut || ties == TieRuling::hold;
    if (advances)
      return bound_ahead(out, contest.keys, out_.field, c,
                         nobody_of_a_tie && !contest.keys_left ? Ahead::or_level : Ahead::strictly,
                         std::nullopt,
                         static_cast<std::int64_t>(contest.reach[contest.takes - 1]) - 1);
    const auto line = static_cast<std::int64_t>(contest.reach.back());
    Row count;
    count.tag = tag;
    count.low = line;
    for (const std::uint32_t v :
         count_ahead(out, contest.keys, out_.field, c,
                     all_cut || contest.keys_left ? Ahead::or_level : Ahead::strictly))
      count.terms.emplace_back(v, 1);
    for (const std::uint32_t v : out_.clears[c]) {
      count.terms.emplace_back(v, -line);
      *count.low -= line;
    }
    k_.system.rows.push_back(std::move(count));
  }

  const Context& context_;
  Knowledge& k_;
  const StageDecide& decide_;
  const SolveLimits& limits_;
  std::size_t n_;
  Lineup out_;
};

} // namespace

Lineup line_up(const Context& context, Knowledge& knowledge, const StageDecide& decide,
               const SolveLimits& limits) {
  return LineupMaker(context, knowledge, decide, limits).make();
}

StageDecision decide_at(const std::vector<std::int64_t>& point, const Context& context,
                        const Knowledge& knowledge, const Lineup& lineup, const StageDecide& decide,
                        const std::function<void(Stage&)>& change) {
  std::vector<bool> high(context.bundle.program.candidates.size(), true);
  for (std::size_t e = 0; e < context.entrants.size(); ++e)
    if (const auto& unpublished = lineup.unpublished[e]; unpublished && *unpublished < point.size())
      high[context.entrants[e]] = point[*unpublished] != 0;
  const auto& stages = context.bundle.program.stages;
  const auto at = std::ranges::find(stages, context.stage.id, &Stage::id) - stages.begin();
  Bundle bundle = completed(context.bundle, static_cast<std::size_t>(at), knowledge, point, high);
  Stage& stage = bundle.program.stages[static_cast<std::size_t>(at)];
  if (change)
    change(stage);
  Diagnostics unheard;
  return decide(bundle, stage, unheard);
}

ScoreRange range_of(const Span& span, const Context& context, const Knowledge& knowledge,
                    const Lineup& lineup, const StageDecide& decide) {
  ScoreRange out = span.range();
  if (lineup.half_read.empty() || out.single())
    return out;
  const auto keeps_all = [&](std::vector<std::int64_t> point) {
    point.resize(knowledge.system.unknowns.size());
    const StageDecision there = decide_at(point, context, knowledge, lineup, decide);
    return std::ranges::all_of(lineup.half_read, [&](const auto& said) {
      return said.first < there.outcomes.size() &&
             to_string(there.outcomes[said.first]) == said.second;
    });
  };
  out.proven_low = out.proven_low && keeps_all(span.low.point);
  out.proven_high = out.proven_high && keeps_all(span.high.point);
  return out;
}

IntegerSystem rules_alone(const IntegerSystem& system) {
  IntegerSystem rules = system;
  std::erase_if(rules.rows, [](const Row& row) { return row.tag != Row::rule; });
  return rules;
}

} // namespace libeval
