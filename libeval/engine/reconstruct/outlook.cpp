// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/outlook.hpp"

#include "engine/reconstruct/pairs.hpp"
#include "engine/reconstruct/settle.hpp"
#include "engine/reconstruct/stand.hpp"
#include "engine/reconstruct/turns.hpp"
#include "engine/reconstruct/witness.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace libeval {
namespace {

using Point = std::vector<std::int64_t>;

class OutlookMaker {
  /// A way in which a selection can go for an entrant: it misses one of its hurdles first, or none,
  /// and stands in a region, or as whoever has an outcome, if it is not out by then.
  struct Way {
    std::size_t missed = 0;
    std::optional<Region> region;
    std::optional<Outcome> stands;
  };
  /// A system, and what of the selection is written down in it.
  struct Written {
    IntegerSystem system;
    Ends ends;                    ///< where it takes more than counts
    const Pairs* pairs = nullptr; ///< what is certain of pairs in it
  };

public:
  OutlookMaker(const Context& context, const Knowledge& knowledge, const IntegerSystem& settled,
               Lineup& lineup, const StageDecide& decide, const SolveLimits& limits)
      : context_(context), k_(knowledge), lineup_(lineup), contest_(lineup.contest),
        decide_(decide), limits_(limits), n_(context.entrants.size()), settled_(settled),
        witnesses_(lineup) {
    out_.interrupted = lineup.interrupted;
    out_.trouble = lineup.trouble;
    out_.seen.resize(n_);
    out_.not_told.resize(n_);
    out_.best.assign(n_, 0);
    out_.worst.assign(n_, 0);
    out_.bracketed.assign(n_, 0);
    most_.resize(n_);
    fewest_.resize(n_);
  }

  /// `found`: completions that are there already.
  void work(const std::vector<Point>& found) {
    out_.at_one = run(lineup_.point);
    see(out_.at_one);
    if (contest_.unread.empty()) {
      witnesses_.add(lineup_.point);
      for (const Point& point : found)
        learn(point);
    }
    by_counts_ = stands_by_counts(lineup_);
    with_bounds(contest_, [&] { places(); });
    with_bounds(contest_, [&] { outcomes(); });
    if (contest_.unread.empty())
      return;
    if (contest_.by_what_is_known && nothing_is_open())
      return decide_as_known();
    for (std::size_t e = 0; e < n_; ++e)
      doubt(e);
  }

  /// Nothing was worked out: nothing is excluded.
  void give_up() {
    for (std::size_t e = 0; e < n_ && !lineup_.impossible; ++e) {
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
    if (!contest_.unread.empty() || as_known_)
      return;
    try {
      find_reasons();
    } catch (const std::domain_error&) {
      relax("what outcomes rest on is not worked out where scores have bounds by statements alone");
    }
  }

  Outlook take() { return std::move(out_); }

private:
  void find_reasons() {
    const bool several = contest_.lines.size() > 1;
    const bool in_turns =
        several && lineup_.in_turns() && (!contest_.ties_wait() || !lineup_.by_places());
    if (several && contest_.moves && !in_turns)
      return relax("what outcomes rest on is not worked out where somebody may be put out between "
                   "two lines and keys of the order are no scores, a verdict is not known, or a "
                   "`take: {until: ...}` behind a tie that is held goes beyond its places");
    for (std::size_t e = 0; e < n_; ++e) {
      if (const auto certain = out_.certain(e)) {
        const Written whole = in_turns ? written(k_.system, e) : Written{k_.system, {}};
        const Written rules{rules_alone(whole.system), whole.ends};
        out_.rests_on[e] =
            reason(whole, e, in_turns ? ways_in_turn(e) : ways(e), [&](const Way& way) {
              Answer answer = completion(rules, e, way);
              if (answer.status != Answer::Status::optimal)
                return answer.status == Answer::Status::infeasible;
              answer.point.resize(k_.system.unknowns.size());
              return run(answer.point).outcomes[e] == *certain;
            });
      }
      if (lineup_.put_out[e] && lineup_.field.in[e] != 0 && contest_.hurdles.empty())
        stand_by_score(e);
    }
  }

  /// A smallest set of statements that excludes all ways but those, of the best sources.
  template <class Allowed>
  CoreSet reason(const Written& whole, std::size_t e, const std::vector<Way>& ways,
                 const Allowed& allowed) {
    std::vector<IntegerSystem> otherwise;
    for (const Way& way : ways)
      if (!allowed(way))
        otherwise.push_back(in_that_way(whole, e, way));
    std::vector<std::uint32_t> weakness;
    for (const Statement* statement : k_.statements)
      weakness.push_back(static_cast<std::uint32_t>(Level::verified) -
                         static_cast<std::uint32_t>(statement->level));
    return otherwise.empty() ? CoreSet{{}, true, true}
                             : smallest_core(otherwise, limits_, weakness);
  }

  void stand_by_score(std::size_t e) {
    const auto line = static_cast<std::int64_t>(contest_.reach.front());
    if (!most_[e])
      narrow(e);
    if (!most_[e] || (*most_[e] >= line && *fewest_[e] < line))
      return;
    out_.inside[e] = *most_[e] < line;
    out_.inside_rests_on[e] = reason({k_.system, {}}, e, ways(e), [&](const Way& way) {
      return *out_.inside[e] ? way.region->or_level == 0 : way.region->strictly > 0;
    });
  }

  /// Whether every score that the selection asks for is the same in every completion.
  [[nodiscard]] bool nothing_is_open() const {
    if (out_.at_one.outcomes.size() != n_)
      return false;
    if (contest_.asks_for_all)
      return std::ranges::all_of(k_.cells, [&](const Knowledge::Cell& cell) {
        const LinearUnknown& unknown = settled_.unknowns[cell.unknown];
        return unknown.low && unknown.low == unknown.high;
      });
    Reasoner reasoner(settled_, limits_);
    return std::ranges::all_of(contest_.asks_for, [&](std::size_t node) {
      return std::ranges::all_of(
          k_.scores[node], [&](const Linear& score) { return reasoner.span(score).single(); });
    });
  }

  /// The completions, which are all the same to the selection, are decided as if one of them had
  /// been published, read or not.
  void decide_as_known() {
    as_known_ = true;
    contest_.unread.clear();
    for (std::size_t e = 0; e < n_; ++e)
      out_.best[e] = out_.worst[e] = static_cast<std::size_t>(out_.at_one.place[e]);
  }

  /// What a completion shows of everybody.
  StageDecision learn(Point point) {
    point.resize(k_.system.unknowns.size());
    witnesses_.add(point);
    StageDecision decision = run(point);
    see(decision);
    return decision;
  }

  StageDecision run(const Point& point) const {
    return decide_at(point, context_, k_, lineup_, decide_);
  }

  void places() {
    Field everybody;
    everybody.in.assign(n_, 1);
    everybody.if_passes.resize(n_);
    const Keys& keys = contest_.keys;
    check_bounds();
    pairs_ = Pairs(settled_, keys, witnesses_, limits_);
    for (std::size_t e = 0; e < n_; ++e) {
      std::int64_t at_least = 0, at_most = 0;
      for (std::size_t d = 0; d < n_; ++d) {
        at_least += d != e && pairs_.is_ahead(d, e, Ahead::strictly) ? 1 : 0;
        at_most += d != e && !pairs_.is_ahead(e, d, Ahead::or_level) ? 1 : 0;
      }
      const auto ask = [&](const Answer& answer, std::int64_t otherwise) {
        note(answer);
        if (answer.status == Answer::Status::optimal)
          learn(answer.point);
        else
          out_.bracketed[e] = 1;
        return std::clamp(bound(answer, otherwise), at_least, at_most);
      };
      std::int64_t worst = witnesses_.most_ahead(e), best = witnesses_.fewest_ahead(e);
      if (worst < at_most)
        worst = ask(most_ahead(settled_, limits_, keys, everybody, e, Ahead::strictly), at_most);
      if (best > at_least)
        best = ask(fewest_ahead(settled_, limits_, keys, everybody, e, Ahead::strictly), at_least);
      out_.worst[e] = 1 + static_cast<std::size_t>(worst);
      out_.best[e] = 1 + static_cast<std::size_t>(best);
    }
  }

  /// Throws std::domain_error where the distance of two scores has no bound.
  void check_bounds() const {
    for (const std::vector<Linear>& key : contest_.keys)
      for (std::size_t a = 0; a < n_; ++a)
        for (std::size_t b = 0; b < n_; ++b)
          if (!lowest(key[a] - key[b], settled_.unknowns))
            throw std::domain_error("a score without bounds");
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

  /// Nothing that the scores decide is excluded; whether that is more than what was seen.
  bool doubt(std::size_t e) {
    out_.not_told[e].insert({Outcome::advances, Outcome::cut, Outcome::held});
    if (contest_.lines.size() > contest_.takes)
      out_.not_told[e].insert(Outcome::reserve);
    return !std::ranges::includes(out_.seen[e], out_.not_told[e]);
  }

  /// Whether the selection can be written line after line.
  [[nodiscard]] bool in_turns() const {
    return lineup_.in_turns() || (lineup_.by_scores() && no_tie_);
  }

  void outcomes() {
    if (contest_.lines.size() > 1 && contest_.moves && lineup_.in_turns())
      return outcomes_in_turn();
    std::vector<std::vector<Region>> regions(n_);
    bool tie_at_line = false;
    for (std::size_t e = 0; e < n_; ++e) {
      const std::vector<Way> all = ways(e);
      if (std::ranges::any_of(all, [&](const Way& way) { return !is_settled(e, way); }))
        narrow(e);
      for (const Way& way : all)
        if (is_shown(e, way) || (is_within_reach(e, way) && look(settled_, e, way)))
          if (way.region)
            regions[e].push_back(*way.region);
      for (const Region& region : regions[e])
        tie_at_line = tie_at_line || region.strictly < region.or_level;
    }
    // Who stands behind a line is nearer to the next one where a tie or a rule took others out.
    const bool moved =
        contest_.lines.size() > 1 && (contest_.moves || (tie_at_line && contest_.ties_shift()));
    // A tie that lies across the first of them would be seen above.
    no_tie_ = !tie_at_line && contest_.takes == 1;
    if (moved && in_turns())
      return outcomes_in_turn();
    for (std::size_t e = 0; e < n_; ++e)
      for (const Region& region : regions[e]) {
        if (lineup_.open_verdicts && regions[e].size() > 1)
          out_.not_told[e].insert(Outcome::held);
        if (lineup_.put_out[e])
          continue; // wherever it stands
        if (region.strictly < region.or_level && contest_.keys_left &&
            doubt(e)) // what the later keys make of a tie
          relax("keys of the order that are no scores are read with less than they say: in a tie "
                "that they break an outcome may be called possible that is not");
        if (region.or_level > 0 && moved && doubt(e))
          relax(
              "several lines are read with less than they say where keys of the order are no "
              "scores, a verdict is not known, or somebody may be put out between a tie that is "
              "held and a `take: {until: ...}` that goes beyond its places: behind a tie across a "
              "line, or behind somebody who is put out, an outcome may be called possible that is "
              "not");
      }
  }

  /// Looks for a completion in which the selection goes that way; false: there is none.
  bool look(const IntegerSystem& system, std::size_t e, const Way& way) {
    return look({system, {}}, e, way);
  }
  bool look(const Written& written, std::size_t e, const Way& way) {
    Answer answer = completion(written, e, way);
    note(answer);
    if (answer.status == Answer::Status::infeasible)
      return false;
    if (answer.status == Answer::Status::optimal) {
      const StageDecision decision = learn(std::move(answer.point));
      const Outcome there = outcome_of(e, way);
      if (way.stands && (e >= decision.outcomes.size() || decision.outcomes[e] != there)) {
        out_.not_told[e].insert(there);
        relax("a tie is held of which a decision does not try every end: who stands behind it may "
              "be held there though every end is the same");
      }
    } else {
      doubt(e);
    }
    return true;
  }

  /// Whom a line takes depends on what those before it did: the whole selection is written down.
  void outcomes_in_turn() {
    for (std::size_t e = 0; e < n_; ++e) {
      std::vector<Way> open = ways_in_turn(e);
      std::erase_if(open, [&](const Way& way) {
        return out_.seen[e].contains(outcome_of(e, way)) || is_ruled_out(e, way);
      });
      if (open.empty())
        continue;
      Written whole = written(settled_, e);
      whole.pairs = &pairs_;
      for (const Way& way : open)
        if (!out_.seen[e].contains(outcome_of(e, way))) // nor since
          look(whole, e, way);
    }
  }

  /// Whether so many are ahead, or so few, whatever the scores, that a selection cannot end that
  /// way for an entrant. Whoever is taken before it by a line that goes beyond its places in no tie
  /// is ahead of it, is put out, or was taken in a tie; and as long as it is not taken itself,
  /// lines take as many as they say.
  [[nodiscard]] bool is_ruled_out(std::size_t e, const Way& way) const {
    if (!way.stands || lineup_.field.in[e] == 0)
      return false;
    const std::pair<std::int64_t, std::int64_t> ahead = in_field(e);
    const std::int64_t fewest = ahead.first, most = ahead.second;
    const auto& lines = contest_.lines;
    const auto takes = static_cast<std::int64_t>(contest_.reach[contest_.takes - 1]);
    const auto end = static_cast<std::int64_t>(contest_.reach.back());
    const auto goes_beyond = [](const Line& line) { // a single place may be filled by more
      return line.reserve || line.ties == TieRuling::all_advance || line.ties == TieRuling::share;
    };
    const auto too_many = [&](std::size_t last, std::int64_t reach) {
      return fewest - puts_out(e) >= reach &&
             std::none_of(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(last) - 1,
                          goes_beyond);
    };
    const bool fills = std::ranges::none_of(
        lines, [](const Line& line) { return !line.reserve && line.ties == TieRuling::all_cut; });
    switch (*way.stands) {
    case Outcome::advances:
      return too_many(contest_.takes, takes);
    case Outcome::reserve:
      return too_many(lines.size(), end) || (fills && most < takes);
    case Outcome::held:
      return too_many(lines.size(), end) || (fills && most < takes);
    default:
      return fills && most < end;
    }
  }

  /// So many others are surely strictly ahead in the field, and so many at most ahead or level.
  [[nodiscard]] std::pair<std::int64_t, std::int64_t> in_field(std::size_t e) const {
    std::int64_t fewest = fewest_[e].value_or(0),
                 most = most_[e].value_or(others(lineup_.field, e)), surely = 0, perhaps = 0;
    for (std::size_t d = 0; d < n_; ++d) {
      if (d == e || lineup_.field.in[d] == 0)
        continue;
      surely += !lineup_.field.if_passes[d] && pairs_.is_ahead(d, e, Ahead::strictly) ? 1 : 0;
      perhaps += pairs_.is_ahead(e, d, Ahead::strictly) ? 0 : 1;
    }
    const auto absent = static_cast<std::int64_t>(n_) - 1 - others(lineup_.field, e);
    const bool all_stay = std::ranges::none_of(
        lineup_.field.if_passes, [](const auto& passes) { return passes.has_value(); });
    if (all_stay)
      fewest = std::max(fewest, static_cast<std::int64_t>(out_.best[e]) - 1 - absent);
    return {std::max(fewest, surely), std::min(most, perhaps)};
  }

  /// So many others may be put out after the first is taken.
  [[nodiscard]] std::int64_t puts_out(std::size_t e) const {
    std::int64_t out = 0;
    for (std::size_t d = 0; d < n_; ++d) {
      bool may = lineup_.put_out[d].has_value();
      for (std::size_t m = 0; m < contest_.hurdles.size(); ++m)
        may = may || (!contest_.hurdles[m].early &&
                      settled_.unknowns[lineup_.clears[d][m]].low != std::int64_t{1});
      out += d != e && lineup_.field.in[d] != 0 && may ? 1 : 0;
    }
    return out;
  }

  /// Whether a completion that was found goes that way.
  [[nodiscard]] bool is_shown(std::size_t e, const Way& way) const {
    return way.region ? witnesses_.shows(e, way.missed, *way.region)
                      : out_.seen[e].contains(outcome_of(e, way));
  }
  [[nodiscard]] bool is_settled(std::size_t e, const Way& way) const {
    return is_shown(e, way) || !is_within_reach(e, way);
  }

  /// Whether a region lies within the numbers that can be ahead.
  [[nodiscard]] bool is_within_reach(std::size_t e, const Way& way) const {
    if (!way.region)
      return true;
    const auto [fewest, most] = in_field(e);
    return contest_.segment(fewest) <= way.region->strictly &&
           way.region->or_level <= contest_.segment(most);
  }

  [[nodiscard]] Written written(const IntegerSystem& system, std::size_t e) const {
    if (by_counts_)
      return {system, {}};
    if (lineup_.turns)
      return {system, {*lineup_.turns, *lineup_.turns}};
    Written out{system, {}};
    out.ends = add_ends({out.system}, lineup_, e);
    return out;
  }

  [[nodiscard]] Outcome outcome_of(std::size_t e, const Way& way) const {
    if (way.missed < hurdles_of(e)) {
      const auto& require =
          std::get<select::Require>(context_.stage.select[contest_.hurdles[way.missed].step].what);
      return require.otherwise == select::Require::Otherwise::cut ? Outcome::cut
                                                                  : Outcome::disqualified;
    }
    if (lineup_.put_out[e])
      return lineup_.put_out[e]->outcome;
    return way.stands.value_or(Outcome::cut);
  }

  void relax(const std::string& what) {
    if (std::ranges::find(out_.relaxed, what) == out_.relaxed.end())
      out_.relaxed.push_back(what);
  }

  /// Works out how many can be and must be ahead.
  void narrow(std::size_t e) {
    if (lineup_.field.in[e] == 0)
      return;
    const Answer most =
        most_ahead(settled_, limits_, contest_.keys, lineup_.field, e, Ahead::or_level);
    note(most);
    if (most.status == Answer::Status::infeasible)
      return; // never in the field
    const Answer fewest =
        fewest_ahead(settled_, limits_, contest_.keys, lineup_.field, e, Ahead::strictly);
    note(fewest);
    most_[e] = bound(most, others(lineup_.field, e));
    fewest_[e] = bound(fewest, 0);
    if (most.status == Answer::Status::optimal)
      learn(most.point);
    if (fewest.status == Answer::Status::optimal)
      learn(fewest.point);
  }

  [[nodiscard]] std::vector<Way> ways(std::size_t e) const {
    std::vector<Way> out;
    for (const std::size_t missed : misses(e, out))
      for (std::size_t i = 0; i <= contest_.lines.size(); ++i)
        for (std::size_t j = i; j <= contest_.lines.size(); ++j)
          out.push_back({missed, Region{i, j}, std::nullopt});
    return out;
  }

  [[nodiscard]] std::vector<Way> ways_in_turn(std::size_t e) const {
    std::vector<Way> out;
    for (const std::size_t missed : misses(e, out))
      if (missed < hurdles_of(e) || lineup_.put_out[e])
        out.push_back({missed, std::nullopt, std::nullopt}); // wherever it stands
      else
        for (const Outcome outcome :
             {Outcome::advances, Outcome::reserve, Outcome::cut, Outcome::held})
          out.push_back({missed, std::nullopt, outcome});
    return out;
  }

  /// So many hurdles it meets before it is out for other reasons.
  [[nodiscard]] std::size_t hurdles_of(std::size_t e) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        contest_.hurdles, [&](const auto& h) { return h.step < last_step(e); }));
  }

  /// The hurdles that an entrant can miss first (or none: their number) and yet be there when the
  /// first is taken; ways in which it is not are added to `early`.
  [[nodiscard]] std::vector<std::size_t> misses(std::size_t e, std::vector<Way>& early) const {
    std::vector<std::size_t> out;
    const std::size_t count = hurdles_of(e);
    for (std::size_t missed = 0; missed <= count; ++missed)
      if (lineup_.field.in[e] == 0 || (missed < count && contest_.hurdles[missed].early))
        early.push_back({missed, std::nullopt, std::nullopt});
      else
        out.push_back(missed);
    return out;
  }

  /// The step by which an entrant is out, whatever its scores.
  [[nodiscard]] std::size_t last_step(std::size_t e) const {
    return lineup_.put_out[e] ? lineup_.put_out[e]->step : nobody;
  }

  [[nodiscard]] Answer completion(const Written& written, std::size_t e, const Way& way) const {
    IntegerSystem narrowed = in_that_way(written, e, way);
    if (way.stands)
      draw_in_bounds(narrowed); // many are taken, or not, by what their scores can be
    return Solver(narrowed, limits_).find();
  }

  [[nodiscard]] IntegerSystem in_that_way(const Written& written, std::size_t e,
                                          const Way& way) const {
    IntegerSystem system = written.system;
    for (std::size_t m = 0; m < contest_.hurdles.size() && m <= way.missed; ++m) {
      if (contest_.hurdles[m].step >= last_step(e))
        break;
      const std::int64_t is = m < way.missed ? 1 : 0;
      system.rows.push_back({{{lineup_.clears[e][m], 1}}, is, is, Row::rule});
    }
    if (way.stands && by_counts_)
      system.rows.push_back(row_of(add_stand({system}, lineup_, e, *way.stands, written.pairs),
                                   LinearBound{Fraction(1), false}, std::nullopt, Row::rule));
    else if (way.stands)
      for (const Linear& x : stands_as(*way.stands, e, written.ends, contest_))
        system.rows.push_back(row_of(x, LinearBound{Fraction(1), false}, std::nullopt, Row::rule));
    if (!way.region)
      return system;
    const auto& lines = contest_.reach;
    if (const auto& own = lineup_.field.if_passes[e])
      system.rows.push_back({{{*own, 1}}, 1, std::nullopt, Row::rule});
    const auto say = [&](Ahead ahead, std::size_t segment) {
      std::optional<std::int64_t> at_least, at_most;
      if (segment > 0)
        at_least = static_cast<std::int64_t>(lines[segment - 1]);
      if (segment < lines.size())
        at_most = static_cast<std::int64_t>(lines[segment]) - 1;
      bound_ahead({system}, contest_.keys, lineup_.field, e, ahead, at_least, at_most);
    };
    say(Ahead::strictly, way.region->strictly);
    say(Ahead::or_level, way.region->or_level);
    return system;
  }

  const Context& context_;
  const Knowledge& k_;
  const Lineup& lineup_;
  Contest& contest_; ///< of the lineup
  const StageDecide& decide_;
  const SolveLimits& limits_;
  std::size_t n_;
  const IntegerSystem& settled_; ///< for everything but reasons
  Outlook out_;
  bool by_counts_ = false; ///< where somebody ends up follows from counts
  bool no_tie_ = false;    ///< none that could be held
  bool as_known_ = false;  ///< completions that are all the same to rules that are not read
  Witnesses witnesses_;
  Pairs pairs_;
  /// By entrant, the most entrants of the field ahead or level and the fewest strictly ahead.
  std::vector<std::optional<std::int64_t>> most_, fewest_;
};

} // namespace

std::optional<Outcome> Outlook::certain(std::size_t entrant) const {
  return seen[entrant].size() == 1 && not_told[entrant].empty()
             ? std::optional(*seen[entrant].begin())
             : std::nullopt;
}

Outlook work_out(const Context& context, const Knowledge& knowledge, const IntegerSystem& settled,
                 Lineup& lineup, const StageDecide& decide, const SolveLimits& limits,
                 const std::vector<std::vector<std::int64_t>>& found, bool with_reasons) {
  OutlookMaker maker(context, knowledge, settled, lineup, decide, limits);
  if (lineup.found) {
    maker.work(found);
    if (with_reasons)
      maker.reasons();
  } else {
    maker.give_up();
  }
  return maker.take();
}

} // namespace libeval
