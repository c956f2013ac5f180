// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/outlook.hpp"

#include "engine/reconstruct/pairs.hpp"
#include "engine/reconstruct/patterns.hpp"
#include "engine/reconstruct/ways.hpp"
#include "engine/reconstruct/witness.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

namespace libeval {
namespace {

using Point = std::vector<std::int64_t>;

class OutlookMaker {
  enum class Found { yes, no, open };
  /// A way that nobody has found a completion for, nor shown that there is none.
  struct OpenWay {
    std::size_t entrant = 0;
    Way way;
  };

public:
  OutlookMaker(const Context& context, const Knowledge& knowledge, const IntegerSystem& settled,
               Lineup& lineup, const StageDecide& decide, const SolveLimits& limits)
      : context_(context), k_(knowledge), lineup_(lineup), contest_(lineup.contest),
        decide_(decide), limits_(limits), n_(context.entrants.size()), settled_(settled),
        ways_(context, lineup), witnesses_(lineup) {
    out_.interrupted = lineup.interrupted;
    out_.trouble = lineup.trouble;
    out_.seen.resize(n_);
    out_.not_told.resize(n_);
    out_.best.assign(n_, 0);
    out_.worst.assign(n_, 0);
    out_.bracketed.assign(n_, 0);
    most_.resize(n_);
    fewest_.resize(n_);
    narrowed_.assign(n_, 0);
    best_seen_.assign(n_, 0);
    worst_seen_.assign(n_, 0);
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
    with_bounds(contest_, [&] { places(); });
    with_bounds(contest_, [&] { outcomes(); });
    if (contest_.unread.empty())
      return;
    if (!out_.at_one.outcomes.empty() && contest_.by_what_is_known &&
        (nothing_is_open() || by_patterns()))
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
    if (!contest_.unread.empty())
      return;
    try {
      as_known_ || lineup_.tie_ends > 1 ? find_reasons_by_patterns() : find_reasons();
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
                   "two lines and keys of the order are no scores, a verdict is not known, or ties "
                   "that are held can end in very many ways");
    std::vector<std::size_t> open = all_entrants();
    in_rounds(limits_, [&](Effort effort) {
      std::erase_if(open, [&](std::size_t e) {
        const auto certain = out_.certain(e);
        if (certain && !out_.rests_on[e].smallest)
          out_.rests_on[e] = reason_of(e, *certain, in_turns, effort);
        return stand_by_score(e, effort) && (!certain || out_.rests_on[e].smallest);
      });
      return !open.empty();
    });
  }

  CoreSet reason_of(std::size_t e, Outcome certain, bool in_turns, Effort effort) {
    const Written whole = in_turns ? ways_.written(k_.system, e) : Written{k_.system, {}};
    const Written rules{rules_alone(whole.system), whole.ends};
    return reason(whole, e, in_turns ? ways_.by_outcome(e) : ways_.by_region(e), effort,
                  [&](const Way& way) {
                    if (in_turns && ways_.outcome_of(e, way) == certain)
                      return true;
                    Answer answer = ways_.completion(rules, e, way, limits_, effort);
                    if (answer.status != Answer::Status::optimal)
                      return answer.status == Answer::Status::infeasible;
                    return run(answer.point).outcomes[e] == certain;
                  });
  }

  /// A smallest set of statements that excludes all ways but those, of the best sources.
  template <class Allowed>
  CoreSet reason(const Written& whole, std::size_t e, const std::vector<Way>& ways, Effort effort,
                 const Allowed& allowed) {
    std::vector<IntegerSystem> otherwise;
    for (const Way& way : ways)
      if (!allowed(way))
        otherwise.push_back(ways_.in_that_way(whole, e, way));
    SolveLimits limits = limits_;
    limits.effort = effort.at_most(limits_.effort);
    return otherwise.empty() ? CoreSet{{}, true, true}
                             : smallest_core(std::move(otherwise), limits, weakness());
  }

  /// Of two sets the one with stronger sources.
  [[nodiscard]] std::vector<std::uint32_t> weakness() const {
    std::vector<std::uint32_t> out;
    for (const Statement* statement : k_.statements)
      out.push_back(static_cast<std::uint32_t>(Level::verified) -
                    static_cast<std::uint32_t>(statement->level));
    return out;
  }

  /// Where somebody stands who is put out after the first are taken; false: that is still open.
  bool stand_by_score(std::size_t e, Effort effort) {
    if (!lineup_.put_out[e] || lineup_.field.in[e] == 0 || !contest_.hurdles.empty() ||
        out_.inside_rests_on[e].smallest)
      return true;
    const auto line = static_cast<std::int64_t>(contest_.reach.front());
    narrow(e, effort);
    if (!most_[e])
      return true;
    if (*most_[e] >= line && *fewest_[e] < line)
      return narrowed_[e] != 0;
    out_.inside[e] = *most_[e] < line;
    out_.inside_rests_on[e] =
        reason({k_.system, {}}, e, ways_.by_region(e), effort, [&](const Way& way) {
          return *out_.inside[e] ? way.region->or_level == 0 : way.region->strictly > 0;
        });
    return out_.inside_rests_on[e].smallest;
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

  /// Decides a completion of every pattern that there is; false: there are too many.
  bool by_patterns() {
    const EveryPattern every = decide_every_pattern(contest_, settled_, n_, limits_,
                                                    [&](const Point& point) { return run(point); });
    const std::vector<std::size_t> kept = as_published(every.decisions, context_, k_);
    if (every.all && kept.empty())
      return false;
    if (every.all && kept.size() < every.decisions.size()) {
      relax("what published outcomes say about scores is not read where the selection is none of "
            "takes by number: ranges may be wider than what is true");
      out_.seen.assign(n_, {}); // the first may be none of them
      best_seen_.assign(n_, 0);
      worst_seen_.assign(n_, 0);
      out_.at_one = every.decisions[kept.front()];
    }
    for (const std::size_t i : kept)
      see(every.decisions[i]);
    return every.all;
  }

  [[nodiscard]] std::vector<std::size_t> all_entrants() const {
    std::vector<std::size_t> out(n_);
    std::iota(out.begin(), out.end(), std::size_t{0});
    return out;
  }

  /// Every pattern of completions was seen: they are decided as if they had been published, read or
  /// not.
  void decide_as_known() {
    as_known_ = true;
    contest_.unread.clear();
    for (std::size_t e = 0; e < n_; ++e) {
      out_.best[e] = best_seen_[e];
      out_.worst[e] = worst_seen_[e];
    }
  }

  /// What no completion that goes another way keeps: those that do not go another way are excluded,
  /// pattern by pattern.
  void find_reasons_by_patterns() {
    if (!contest_.by_comparison)
      return relax("what outcomes rest on is not worked out where more than comparisons and bounds "
                   "of scores decides");
    for (std::size_t e = 0; e < n_ && !limits_.over(); ++e) {
      const auto certain = out_.certain(e);
      if (!certain)
        continue;
      Patterns patterns(contest_, all_entrants());
      out_.rests_on[e] =
          smallest_core({k_.system}, limits_, weakness(), [&](const Point& point, auto& system) {
            if (run(point).outcomes[e] != certain)
              return false;
            patterns.exclude(system, point);
            return true;
          });
      if (std::ranges::any_of(k_.statements, [](const auto* s) { return !s->outcomes.empty(); }))
        out_.rests_on[e].smallest = false; // a published outcome might do alone
    }
  }

  /// What a completion shows of everybody.
  StageDecision learn(Point point) {
    point.resize(k_.system.unknowns.size()); // others were for the search
    witnesses_.add(point);
    StageDecision decision = run(point);
    see(decision);
    return decision;
  }

  [[nodiscard]] StageDecision run(Point point) const {
    point.resize(k_.system.unknowns.size());
    return decide_at(point, context_, k_, lineup_, decide_);
  }

  void places() {
    Field everybody;
    everybody.in.assign(n_, 1);
    everybody.if_passes.resize(n_);
    const Keys& keys = contest_.keys;
    check_bounds();
    pairs_ = Pairs(settled_, keys, witnesses_, limits_);
    std::vector<std::int64_t> at_least(n_), at_most(n_); // so many are ahead
    std::vector<std::size_t> open;
    for (std::size_t e = 0; e < n_; ++e) {
      for (std::size_t d = 0; d < n_; ++d) {
        at_least[e] += d != e && pairs_.is_ahead(d, e, Ahead::strictly) ? 1 : 0;
        at_most[e] += d != e && !pairs_.is_ahead(e, d, Ahead::or_level) ? 1 : 0;
      }
      open.push_back(e);
    }
    const auto take = [&](Answer answer) {
      note_trouble(answer);
      if (answer.status == Answer::Status::optimal)
        learn(std::move(answer.point));
      return answer.status == Answer::Status::optimal ? answer.value : answer.bound;
    };
    const auto is_open = [&](std::size_t e) {
      return witnesses_.most_ahead(e) < at_most[e] || at_least[e] < witnesses_.fewest_ahead(e);
    };
    in_rounds(limits_, [&](Effort effort) {
      std::erase_if(open, [&](std::size_t e) {
        if (witnesses_.most_ahead(e) < at_most[e])
          if (const auto most =
                  take(most_ahead(settled_, limits_, keys, everybody, e, Ahead::strictly, effort)))
            at_most[e] = std::min(at_most[e], *most);
        if (at_least[e] < witnesses_.fewest_ahead(e))
          if (const auto fewest = take(
                  fewest_ahead(settled_, limits_, keys, everybody, e, Ahead::strictly, effort)))
            at_least[e] = std::max(at_least[e], *fewest);
        return !is_open(e);
      });
      return !open.empty();
    });
    for (std::size_t e = 0; e < n_; ++e) {
      out_.bracketed[e] = is_open(e) ? 1 : 0;
      out_.interrupted = out_.interrupted || is_open(e);
      out_.worst[e] = 1 + static_cast<std::size_t>(at_most[e]);
      out_.best[e] = 1 + static_cast<std::size_t>(at_least[e]);
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

  void note_trouble(const Answer& answer) {
    out_.trouble = out_.trouble || answer.status == Answer::Status::trouble;
  }

  void see(const StageDecision& decision) {
    for (std::size_t e = 0; e < n_ && e < decision.outcomes.size(); ++e) {
      out_.seen[e].insert(decision.outcomes[e]);
      const auto place = static_cast<std::size_t>(decision.place[e]);
      if (place == 0)
        continue; // out before there was an order
      best_seen_[e] = best_seen_[e] == 0 ? place : std::min(best_seen_[e], place);
      worst_seen_[e] = std::max(worst_seen_[e], place);
    }
  }

  /// Nothing that the scores decide is excluded; whether that is more than what was seen.
  bool doubt(std::size_t e) {
    out_.not_told[e].insert({Outcome::advances, Outcome::cut, Outcome::held});
    if (contest_.lines.size() > contest_.takes)
      out_.not_told[e].insert(Outcome::reserve);
    for (const SelectStep& step : context_.stage.select) { // of what is not read
      if (contest_.unread.empty())
        break;
      if (std::holds_alternative<select::Reserve>(step.what))
        out_.not_told[e].insert(Outcome::reserve);
      const auto* require = std::get_if<select::Require>(&step.what);
      if (std::holds_alternative<select::Policy>(step.what) ||
          (require != nullptr && require->otherwise == select::Require::Otherwise::disqualified))
        out_.not_told[e].insert(Outcome::disqualified);
    }
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
    std::vector<OpenWay> open;
    for (std::size_t e = 0; e < n_; ++e)
      for (const Way& way : ways_.by_region(e))
        open.push_back({e, way});
    const auto go = [&](const OpenWay& one) {
      if (one.way.region)
        regions[one.entrant].push_back(*one.way.region);
    };
    in_rounds(limits_, [&](Effort effort) {
      std::size_t narrowed = n_; // whom the last way was of
      std::erase_if(open, [&](const OpenWay& one) {
        const auto& [e, way] = one;
        if (!is_settled(e, way) && std::exchange(narrowed, e) != e)
          narrow(e, effort);
        const Found found = is_shown(e, way)          ? Found::yes
                            : is_within_reach(e, way) ? look({settled_, {}}, e, way, effort)
                                                      : Found::no;
        if (found == Found::yes)
          go(one);
        return found != Found::open;
      });
      return !open.empty();
    });
    for (const OpenWay& one : open) {
      leave_open(one);
      go(one);
    }
    bool tie_at_line = false;
    for (std::size_t e = 0; e < n_; ++e)
      for (const Region& region : regions[e])
        tie_at_line = tie_at_line || region.strictly < region.or_level;
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
              "scores, a verdict is not known, or many may be put out between a tie that is held "
              "and a `take: {until: ...}` that goes beyond its places: behind a tie across a "
              "line, or behind somebody who is put out, an outcome may be called possible that is "
              "not");
      }
  }

  /// Looks for a completion in which the selection goes that way.
  Found look(const Written& written, std::size_t e, const Way& way, Effort effort) {
    Answer answer = ways_.completion(written, e, way, limits_, effort);
    note_trouble(answer);
    if (answer.status != Answer::Status::optimal)
      return answer.status == Answer::Status::infeasible ? Found::no : Found::open;
    const StageDecision decision = learn(std::move(answer.point));
    const Outcome there = ways_.outcome_of(e, way);
    if (way.stands && (e >= decision.outcomes.size() || decision.outcomes[e] != there)) {
      out_.not_told[e].insert(there);
      relax("a tie is held of which a decision does not try every end: who stands behind it may "
            "be held there though every end is the same");
    }
    return Found::yes;
  }

  /// Nothing was found in time: it may be so or not.
  void leave_open(const OpenWay& one) {
    out_.interrupted = true;
    doubt(one.entrant);
  }

  /// Whom a line takes depends on what those before it did: the whole selection is written down.
  void outcomes_in_turn() {
    std::vector<OpenWay> open;
    for (std::size_t e = 0; e < n_; ++e)
      for (const Way& way : ways_.by_outcome(e))
        open.push_back({e, way});
    in_rounds(limits_, [&](Effort effort) {
      std::optional<Written> whole; // of the entrant whom the last way was of
      std::size_t written = n_;
      std::erase_if(open, [&](const OpenWay& one) {
        const auto& [e, way] = one;
        if (is_shown(e, way) || is_ruled_out(e, way))
          return true;
        if (std::exchange(written, e) != e) {
          whole = ways_.written(settled_, e);
          whole->pairs = &pairs_;
        }
        return look(*whole, e, way, effort) != Found::open;
      });
      return !open.empty();
    });
    for (const OpenWay& one : open)
      leave_open(one);
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
                      : out_.seen[e].contains(ways_.outcome_of(e, way));
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

  void relax(const std::string& what) {
    if (std::ranges::find(out_.relaxed, what) == out_.relaxed.end())
      out_.relaxed.push_back(what);
  }

  /// Works out how many can be and must be ahead, as far as it was not before.
  void narrow(std::size_t e, Effort effort) {
    if (lineup_.field.in[e] == 0 || narrowed_[e] != 0)
      return;
    const Answer most =
        most_ahead(settled_, limits_, contest_.keys, lineup_.field, e, Ahead::or_level, effort);
    note_trouble(most);
    if (most.status == Answer::Status::infeasible)
      return; // never in the field
    const Answer fewest =
        fewest_ahead(settled_, limits_, contest_.keys, lineup_.field, e, Ahead::strictly, effort);
    note_trouble(fewest);
    const auto bound = [&](const Answer& answer, std::int64_t otherwise) {
      const auto& at = answer.status == Answer::Status::optimal ? answer.value : answer.bound;
      return std::clamp<std::int64_t>(at.value_or(otherwise), 0, others(lineup_.field, e));
    };
    most_[e] = std::min(bound(most, others(lineup_.field, e)), most_[e].value_or(INT64_MAX));
    fewest_[e] = std::max(bound(fewest, 0), fewest_[e].value_or(0));
    narrowed_[e] = 1;
    for (const Answer* answer : {&most, &fewest}) {
      if (answer->status == Answer::Status::optimal)
        learn(answer->point);
      else
        narrowed_[e] = 0;
    }
  }

  const Context& context_;
  const Knowledge& k_;
  const Lineup& lineup_;
  Contest& contest_; ///< of the lineup
  const StageDecide& decide_;
  const SolveLimits& limits_;
  std::size_t n_;
  const IntegerSystem& settled_; ///< for everything but reasons
  Ways ways_;
  Outlook out_;
  bool no_tie_ = false;   ///< none that could be held
  bool as_known_ = false; ///< not read, but decided for every pattern of completions
  std::vector<std::size_t> best_seen_, worst_seen_; ///< by entrant, places
  Witnesses witnesses_;
  Pairs pairs_;
  /// By entrant, the most entrants of the field ahead or level and the fewest strictly ahead.
  std::vector<std::optional<std::int64_t>> most_, fewest_;
  std::vector<std::uint8_t> narrowed_; ///< by entrant: these are the least and the most
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
