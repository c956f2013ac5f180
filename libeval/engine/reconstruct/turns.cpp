// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/turns.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>

namespace libeval {
namespace {

using Point = std::vector<std::int64_t>;
using Column = std::vector<Linear>; ///< by entrant, each 0 or 1

Linear sum_of(const Column& column) {
  Linear sum;
  for (const Linear& x : column)
    sum = sum + x;
  return sum;
}

class TurnWriter {
public:
  TurnWriter(const RowWriter& out, const Lineup& lineup, const std::optional<TieEnd>& end)
      : out_(out), lineup_(lineup), contest_(lineup.contest), end_(end), n_(lineup.field.in.size()),
        undecided_(n_), standing_(n_) {}

  Turns write() {
    for (std::size_t e = 0; e < n_; ++e)
      if (lineup_.field.in[e] != 0)
        undecided_[e] = lineup_.field.if_passes[e]
                            ? Linear::variable(*lineup_.field.if_passes[e], Fraction(1))
                            : Linear(Fraction(1));
    std::vector<Column> stay; // by line
    std::size_t before = contest_.first_take;
    for (const Line& line : contest_.lines) {
      stay.push_back(who_stays(before, line.step));
      before = line.step;
    }
    if (end_)
      tell_apart(stay);
    for (std::size_t l = 0; l < contest_.lines.size(); ++l) {
      for (std::size_t e = 0; e < n_; ++e) { // who is put out between two lines is gone
        undecided_[e] = both(out_, undecided_[e], stay[l][e]);
        standing_[e] = both(out_, standing_[e], stay[l][e]);
      }
      write(l);
    }
    return std::move(turns_);
  }

private:
  using From = std::function<std::int64_t(const Point&)>;

  Linear add(LinearUnknown bounds, From from) {
    const std::uint32_t v = out_.system.add(bounds);
    if (out_.derived != nullptr)
      out_.derived->push_back({v, std::move(from)});
    return Linear::variable(v, Fraction(1));
  }

  Linear choice(From from) { return add({0, 1}, std::move(from)); }

  void at_most(const Linear& x, std::int64_t bound) {
    out_.system.rows.push_back(
        row_of(x, std::nullopt, LinearBound{Fraction(bound), false}, out_.tag));
  }

  /// Who is not put out between two steps.
  Column who_stays(std::size_t from, std::size_t to) {
    Column out(n_, Linear(Fraction(1)));
    for (std::size_t e = 0; e < n_; ++e) {
      Linear& stays = out[e];
      if (const auto& gone = lineup_.put_out[e]; gone && from <= gone->step && gone->step < to)
        stays = Linear();
      for (std::size_t m = 0; m < lineup_.clears[e].size(); ++m) {
        const UnknownHurdle& hurdle = contest_.hurdles[m];
        if (!hurdle.early && from <= hurdle.step && hurdle.step < to)
          stays = both(out_, stays, Linear::variable(lineup_.clears[e][m], Fraction(1)));
      }
    }
    return out;
  }

  /// Adds a last key by which no two are level, as ties are to end.
  void tell_apart(const std::vector<Column>& stay) {
    std::optional<Column> by_staying;
    auto digit = end_->leave_first.begin();
    for (std::size_t l = 0; l < contest_.lines.size(); ++l) {
      told_apart_.push_back(contest_.keys);
      if (!contest_.lines[l].holds_ties())
        continue;
      if (!end_->leave_first.empty()) {
        told_apart_.back().push_back(by_who_leaves(l, stay, digit));
        continue;
      }
      if (!by_staying)
        by_staying = by_how_long(l, stay);
      told_apart_.back().push_back(*by_staying);
    }
  }

  /// By how many of the gaps behind a line everybody is there for. Who is still there at a line was
  /// there through all gaps before.
  Column by_how_long(std::size_t line, const std::vector<Column>& stay) {
    Column there(n_, Linear(Fraction(1))), stays(n_);
    std::int64_t gaps = 0;
    for (std::size_t l = line + 1; l < stay.size(); ++l) {
      if (std::ranges::all_of(stay[l], is_one))
        continue;
      ++gaps;
      for (std::size_t e = 0; e < n_; ++e) {
        there[e] = both(out_, there[e], stay[l][e]);
        stays[e] = stays[e] + there[e];
      }
    }
    for (std::size_t e = 0; e < n_ && !end_->best; ++e)
      stays[e] = Linear(Fraction(gaps)) - stays[e];
    return no_two_level(stays, gaps);
  }

  /// By who leaves in the gaps behind a line: some before all who stay, the others after them.
  Column by_who_leaves(std::size_t line, const std::vector<Column>& stay,
                       std::vector<std::size_t>::const_iterator& digit) {
    Column there(n_, Linear(Fraction(1))), rank(n_, Linear(Fraction(1)));
    for (std::size_t l = line + 1; l < stay.size(); ++l) {
      const std::size_t first = *digit++;
      const std::vector<std::size_t>& leavers = lineup_.leavers[l];
      for (std::size_t i = 0; i < leavers.size(); ++i) {
        const std::size_t e = leavers[i];
        const Linear still = both(out_, there[e], stay[l][e]);
        const Linear leaves = there[e] - still;
        rank[e] = i < first ? rank[e] + leaves : rank[e] - leaves;
        there[e] = still;
      }
    }
    return no_two_level(rank, 2);
  }

  /// A key from ranks (0 to `most`): `who` is the first of all or the last, of those whose ranks
  /// are the same the later one comes first.
  [[nodiscard]] Column no_two_level(const Column& rank, std::int64_t most) const {
    const auto n = static_cast<std::int64_t>(n_);
    Column key(n_);
    for (std::size_t e = 0; e < n_; ++e)
      key[e] = e == end_->who
                   ? Linear(Fraction(end_->best ? (most + 1) * n : -1))
                   : rank[e] * Fraction(n) + Linear(Fraction(static_cast<std::int64_t>(e)));
    return key;
  }

  void write(std::size_t l) {
    const Line& line = contest_.lines[l];
    turns_.taken.emplace_back(n_);
    turns_.waiting.emplace_back(n_);
    const Linear places = places_of(line);
    if (is_zero(places) || std::ranges::all_of(undecided_, is_zero))
      return;
    const Level level =
        level_of(places, end_ && line.holds_ties() ? told_apart_[l] : contest_.keys);
    const Linear ahead = sum_of(level.ahead), up_to = sum_of(level.up_to);
    const auto n = static_cast<std::int64_t>(n_);
    const std::int64_t most = std::max(n, floor(*highest(places, out_.system.unknowns)));
    Linear any(Fraction(1));
    if (!places.terms.empty()) {
      any = choice([places](const Point& point) { return std::int64_t{is_set(places, point)}; });
      at_most(any - places, 0);
      at_most(places - any * Fraction(most), 0);
      at_most(up_to - any * Fraction(n), 0);
    }
    at_most(ahead - places + any, 0);
    const Linear there = sum_of(undecided_);
    const Linear all = choice([up_to, places](const Point& point) { // not enough are there
      return std::int64_t{value_at(up_to, point) < value_at(places, point)};
    });
    at_most(places - up_to - all * Fraction(most), 0);
    at_most(there - up_to + all * Fraction(n), n);
    settle(line, places, level, most);
  }

  /// Those ahead are taken; those on the level too, unless they are more than there are places.
  struct Level {
    Column ahead, up_to;
  };
  void settle(const Line& line, const Linear& places, const Level& level, std::int64_t most) {
    Column& taken = turns_.taken.back();
    const bool fits = line.reserve || line.ties == TieRuling::all_advance ||
                      line.ties == TieRuling::share || (end_ && line.holds_ties());
    const Linear ahead = sum_of(level.ahead), up_to = sum_of(level.up_to);
    Linear tie;
    if (!fits) {
      tie = choice([up_to, places](const Point& point) {
        return std::int64_t{value_at(places, point) < value_at(up_to, point)};
      });
      at_most(up_to - places - tie * Fraction(static_cast<std::int64_t>(n_)), 0);
      at_most(places - up_to + tie * Fraction(most + 1), most);
    }
    for (std::size_t e = 0; e < n_; ++e) {
      if (is_zero(undecided_[e]))
        continue;
      const Linear &before = level.ahead[e], &with = level.up_to[e];
      taken[e] = fits ? with : choice([before, with, tie](const Point& point) {
        return std::int64_t{is_set(is_set(tie, point) ? before : with, point)};
      });
      if (!fits) {
        at_most(before - taken[e], 0);
        at_most(taken[e] - with, 0);
        at_most(with - tie - taken[e], 0);
        at_most(taken[e] + tie - before, 1);
      }
      const bool waits = !fits && line.ties == TieRuling::hold;
      if (waits)
        turns_.waiting.back()[e] = with - taken[e];
      undecided_[e] = undecided_[e] - (waits ? with : taken[e]);
      if (!line.reserve)
        standing_[e] = standing_[e] + taken[e];
    }
    if (!fits && line.ties == TieRuling::hold && more_until(line))
      spoken_for_ = spoken_for_ + waited_for(tie, places - ahead, most);
  }

  /// The places that wait for a held tie: those that are left, if there is one.
  Linear waited_for(const Linear& tie, const Linear& left, std::int64_t most) {
    Linear out = add({0, most}, [tie, left](const Point& point) {
      return is_set(tie, point) ? floor(value_at(left, point)) : std::int64_t{0};
    });
    const auto n = static_cast<std::int64_t>(n_);
    at_most(out - tie * Fraction(most), 0);
    at_most(out - left - (Linear(Fraction(1)) - tie) * Fraction(most + n), 0);
    at_most(left - out - (Linear(Fraction(1)) - tie) * Fraction(most + n), 0);
    return out;
  }

  [[nodiscard]] bool more_until(const Line& line) const {
    return std::ranges::any_of(
        contest_.lines, [&](const Line& later) { return later.step > line.step && later.until; });
  }

  /// How many a line takes: so many more, or until so many are taken in all.
  Linear places_of(const Line& line) {
    const auto count = static_cast<std::int64_t>(line.count);
    const Linear gone = sum_of(standing_) + spoken_for_;
    if (!line.until || is_zero(gone))
      return Linear(Fraction(count));
    const Linear left = Linear(Fraction(count)) - gone;
    const Linear some = choice(
        [left](const Point& point) { return std::int64_t{value_at(left, point).above > 0}; });
    Linear out = add({0, count}, [left](const Point& point) {
      return std::max<std::int64_t>(0, floor(value_at(left, point)));
    });
    const std::int64_t most = ceil(*highest(gone, out_.system.unknowns));
    at_most(left - out, 0);
    at_most(out - left + some * Fraction(most), most);
    at_most(out - some * Fraction(count), 0);
    return out;
  }

  /// The level of the one who takes the last place among those who are there, and who is ahead of
  /// it and on it. Where nobody takes a place, nobody is either.
  Level level_of(const Linear& places, const Keys& by) {
    const auto last_taken = [keys = by, there = undecided_, places](const Point& point) {
      std::vector<std::size_t> who;
      for (std::size_t e = 0; e < there.size(); ++e)
        if (is_set(there[e], point))
          who.push_back(e);
      std::ranges::stable_sort(
          who, [&](std::size_t a, std::size_t b) { return compare_at(keys, a, b, point) > 0; });
      const auto count = static_cast<std::size_t>(floor(value_at(places, point)));
      return who.empty() || count == 0 ? nobody : who[std::min(count, who.size()) - 1];
    };
    auto keys = std::make_shared<Keys>(by);
    for (std::vector<Linear>& key : *keys)
      key.push_back(value_of(key, last_taken));
    Level level{Column(n_), Column(n_)};
    const std::size_t last = n_; // whoever stands on the level
    for (std::size_t e = 0; e < n_; ++e) {
      const Linear there = undecided_[e];
      if (is_zero(there))
        continue;
      const auto is = [&](int at_least) {
        return choice([keys, there, places, e, last, at_least](const Point& point) {
          return std::int64_t{is_set(there, point) && is_set(places, point) &&
                              compare_at(*keys, e, last, point) >= at_least};
        });
      };
      const Linear ahead = level.ahead[e] = is(1), up_to = level.up_to[e] = is(0);
      at_most(ahead - up_to, 0);
      at_most(up_to - there, 0);
      imply_ahead(out_, *keys, e, last, Ahead::strictly, ahead);
      imply_ahead(out_, *keys, e, last, Ahead::or_level, up_to);
      imply_ahead(out_, *keys, last, e, Ahead::strictly, there - up_to);
      imply_ahead(out_, *keys, last, e, Ahead::or_level, there - ahead);
    }
    return level;
  }

  /// What a key has at the level: that of somebody, or more than anybody where nobody is taken.
  template <class Who>
  Linear value_of(const std::vector<Linear>& key, const Who& who) {
    std::optional<Fraction> low, high;
    Fraction unit;
    for (const Linear& x : key) {
      for (const auto& [v, factor] : x.terms)
        unit = common_step(unit, factor);
      unit = common_step(unit, x.constant);
      const auto least = lowest(x, out_.system.unknowns), most = highest(x, out_.system.unknowns);
      if (!least || !most)
        throw std::domain_error("a score without bounds");
      low = low && !(*least < *low) ? low : least;
      high = high && !(*high < *most) ? high : most;
    }
    if (unit.above == 0)
      unit = Fraction(1);
    const std::int64_t over = floor(*high / unit) + 1;
    return add({floor(*low / unit), over},
               [key, who, unit, over](const Point& point) {
                 const std::size_t e = who(point);
                 return e == nobody ? over : floor(value_at(key[e], point) / unit);
               }) *
           unit;
  }

  const RowWriter& out_;
  const Lineup& lineup_;
  const Contest& contest_;
  const std::optional<TieEnd>& end_;
  std::size_t n_;
  std::vector<Keys> told_apart_; ///< with `end_`: by line, the keys with a last one that ends ties
  Column undecided_;             ///< before the next line
  Column standing_;              ///< taken, and not put out since
  Linear spoken_for_;
  Turns turns_;
};

} // namespace

Turns add_turns(const RowWriter& out, const Lineup& lineup, const std::optional<TieEnd>& end) {
  return TurnWriter(out, lineup, end).write();
}

Ends add_ends(const RowWriter& out, const Lineup& lineup, std::size_t who) {
  const auto& lines = lineup.contest.lines;
  if (!lineup.contest.ties_wait()) {
    const Turns turns = add_turns(out, lineup);
    return {{turns}, {turns}};
  }
  std::vector<std::size_t> most; // who may leave, by line that holds ties and line behind it
  for (std::size_t h = 0; h < lines.size() && lineup.tie_ends > 1; ++h)
    for (std::size_t l = h + 1; l < lines.size() && lines[h].holds_ties(); ++l)
      most.push_back(lineup.leavers[l].size());
  Ends ends;
  std::vector<std::size_t> first(most.size());
  for (bool more = true; more;) {
    ends.best.push_back(add_turns(out, lineup, TieEnd{who, true, first}));
    ends.worst.push_back(add_turns(out, lineup, TieEnd{who, false, first}));
    std::size_t i = 0;
    while (i < first.size() && first[i] == most[i])
      first[i++] = 0;
    more = i < first.size();
    if (more)
      ++first[i];
  }
  return ends;
}

std::vector<Linear> stands_as(const RowWriter& out, Outcome outcome, std::size_t who,
                              const Ends& ends, const Contest& contest) {
  const auto sum = [&](const std::vector<std::vector<Linear>>& turns, bool of_reserve) {
    Linear all;
    for (std::size_t l = 0; l < contest.lines.size(); ++l)
      if (contest.lines[l].reserve == of_reserve)
        all = all + turns[l][who];
    return all;
  };
  const Linear one(Fraction(1));
  std::vector<Linear> taken, never_taken, reserved, cut, waits;
  for (const Turns& best : ends.best) {
    waits.push_back(sum(best.waiting, false));
    taken.push_back(sum(best.taken, false));
    never_taken.push_back(one - taken.back());
    reserved.push_back(sum(best.taken, true));
    cut.push_back(one - taken.back() - reserved.back() - waits.back());
  }
  std::vector<Linear> least_taken, not_taken, least_reserved, nothing;
  for (const Turns& worst : ends.worst) {
    least_taken.push_back(sum(worst.taken, false));
    least_reserved.push_back(sum(worst.taken, true));
    not_taken.push_back(one - least_taken.back());
    nothing.push_back(not_taken.back() - least_reserved.back());
  }
  switch (outcome) {
  case Outcome::advances:
    return least_taken;
  case Outcome::reserve:
    never_taken.insert(never_taken.end(), least_reserved.begin(), least_reserved.end());
    return never_taken;
  case Outcome::held:
    if (ends.best.size() == 1)
      return {(taken[0] - least_taken[0]) * Fraction(2) + reserved[0] - least_reserved[0] +
              waits[0]};
    reserved.insert(reserved.end(), least_reserved.begin(), least_reserved.end());
    return {any_of(out, {all_of(out, {any_of(out, taken), any_of(out, not_taken)}),
                         all_of(out, {any_of(out, reserved), any_of(out, nothing)})})};
  default:
    return cut;
  }
}

} // namespace libeval
