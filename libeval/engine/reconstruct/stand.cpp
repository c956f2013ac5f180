// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/stand.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

namespace libeval {
namespace {

using Point = std::vector<std::int64_t>;
using Condition = std::function<bool(const Point&)>;

/// The steps of a selection between a line and the one before.
bool lies_before(const Contest& contest, std::size_t line, std::size_t step) {
  return line > 0 && contest.lines[line - 1].step <= step && step < contest.lines[line].step;
}

bool is_put_out_before(const Lineup& lineup, std::size_t line, std::size_t e) {
  return lineup.field.in[e] != 0 && lineup.put_out[e] &&
         lies_before(lineup.contest, line, lineup.put_out[e]->step);
}

bool has_hurdle_before(const Contest& contest, std::size_t line) {
  return std::ranges::any_of(contest.hurdles, [&](const UnknownHurdle& hurdle) {
    return !hurdle.early && lies_before(contest, line, hurdle.step);
  });
}

bool any_put_out_before(const Lineup& lineup, std::size_t line) {
  for (std::size_t e = 0; e < lineup.field.in.size(); ++e)
    if (is_put_out_before(lineup, line, e))
      return true;
  return false;
}

class StandWriter {
public:
  StandWriter(const RowWriter& out, const Lineup& lineup, std::size_t who, const Pairs* pairs)
      : out_(out), lineup_(lineup), contest_(lineup.contest), who_(who), pairs_(pairs),
        n_(lineup.field.in.size()), lines_(contest_.lines.size()),
        keys_(std::make_shared<const Keys>(contest_.keys)) {
    for (std::size_t l = 0; l < lines_; ++l)
      there_.push_back(who_is_there(l));
  }

  Linear write(Outcome outcome) {
    const std::size_t takes = contest_.takes;
    switch (outcome) {
    case Outcome::advances:
      return is_in(who_, takes, worst);
    case Outcome::reserve:
      return all_of(out_, {is_not_in(who_, takes, best), is_in(who_, lines_, worst)});
    case Outcome::held: {
      Linear taken = all_of(out_, {is_in(who_, takes, best), is_not_in(who_, takes, worst)});
      if (takes == lines_)
        return taken;
      return any_of(
          out_, {taken, all_of(out_, {is_in(who_, lines_, best), is_not_in(who_, lines_, worst)})});
    }
    default:
      return is_not_in(who_, lines_, best);
    }
  }

private:
  enum End : std::uint8_t { best, worst }; ///< of ties across lines, as far as `who` is concerned

  /// An unknown that is 0 or 1.
  Linear choice(std::function<bool(const Point&)> is) {
    const std::uint32_t v = out_.system.add({0, 1});
    if (out_.derived != nullptr)
      out_.derived->push_back({v, [is = std::move(is)](const Point& point) {
                                 return std::int64_t{is(point) ? 1 : 0};
                               }});
    return Linear::variable(v, Fraction(1));
  }

  /// By entrant, 1 where it is there at a line.
  std::vector<Linear> who_is_there(std::size_t l) {
    std::vector<Linear> out(n_);
    for (std::size_t e = 0; e < n_; ++e) {
      if (l > 0)
        out[e] = there_[l - 1][e];
      else if (lineup_.field.in[e] != 0)
        out[e] = lineup_.field.if_passes[e]
                     ? Linear::variable(*lineup_.field.if_passes[e], Fraction(1))
                     : Linear(Fraction(1));
      if (is_put_out_before(lineup_, l, e))
        out[e] = Linear();
      for (std::size_t m = 0; m < contest_.hurdles.size() && e != who_; ++m)
        if (const UnknownHurdle& hurdle = contest_.hurdles[m];
            !hurdle.early && lies_before(contest_, l, hurdle.step))
          out[e] = both(out_, out[e], Linear::variable(lineup_.clears[e][m], Fraction(1)));
    }
    return out;
  }

  /// By which line somebody is put out, or the number of lines.
  [[nodiscard]] std::size_t gone_by(std::size_t e) const {
    std::size_t l = 1;
    while (l < lines_ && !is_put_out_before(lineup_, l, e))
      ++l;
    return l;
  }

  /// How far ahead of `c` one must be to come before it at a line.
  [[nodiscard]] Ahead before(std::size_t d, std::size_t c, std::size_t l, End end) const {
    if (contest_.lines[l].reserve) // takes all of a tie
      return Ahead::strictly;
    bool if_level = d < c;
    if (c == who_ || d == who_)
      if_level = (d == who_) == (end == best);
    else if (gone_by(d) != gone_by(c))
      if_level = (gone_by(d) > gone_by(c)) == (end == best);
    return if_level ? Ahead::or_level : Ahead::strictly;
  }

  static Ahead other(Ahead how) {
    return how == Ahead::strictly ? Ahead::or_level : Ahead::strictly;
  }

  /// 1 only where d is ahead of c.
  Linear is_ahead(std::size_t d, std::size_t c, Ahead how) {
    if (pairs_ != nullptr && pairs_->is_ahead(d, c, how))
      return Linear(Fraction(1));
    if (pairs_ != nullptr && pairs_->is_ahead(c, d, other(how)))
      return {};
    const auto [at, fresh] = ahead_.try_emplace({d, c, how});
    if (fresh) {
      at->second = choice([keys = keys_, d, c, how](const Point& point) {
        const int order = compare_at(*keys, d, c, point);
        return order > 0 || (order == 0 && how == Ahead::or_level);
      });
      imply_ahead(out_, contest_.keys, d, c, how, at->second);
    }
    return at->second;
  }

  /// So many at least, of those who are there at a line, come before `c`, or at most.
  Linear how_many(bool at_least, std::size_t c, std::size_t l, End end) {
    Linear sum;
    for (std::size_t d = 0; d < n_; ++d) {
      if (d == c || is_zero(there_[l][d]))
        continue;
      const Ahead how = before(d, c, l, end);
      sum = sum +
            both(out_, there_[l][d],
                 at_least ? is_ahead(d, c, how) : Linear(Fraction(1)) - is_ahead(c, d, other(how)));
    }
    return sum;
  }

  /// 1 only where one is in by the first so many lines.
  Linear is_in(std::size_t c, std::size_t lines, End end) {
    std::vector<Linear> by;
    for (std::size_t l = 0; l < lines; ++l) {
      const Linear room = reach(l, end) - how_many(false, c, l, end);
      by.push_back(choice([room](const Point& point) { return is_set(room, point); }));
      imply(out_, by.back(), room, {Fraction(1), false});
    }
    return any_of(out_, by);
  }

  /// 1 only where it is not.
  Linear is_not_in(std::size_t c, std::size_t lines, End end) {
    std::vector<Linear> room;
    for (std::size_t l = 0; l < lines; ++l)
      room.push_back(reach(l, end) - how_many(true, c, l, end));
    Linear is = choice([room](const Point& point) {
      return std::ranges::none_of(room, [&](const Linear& x) { return is_set(x, point); });
    });
    for (const Linear& x : room)
      imply(out_, is, x * Fraction(-1), {Fraction(0), false});
    return is;
  }

  /// 1 where somebody who is put out before a line was in, else 0.
  Linear was_in(std::size_t c, std::size_t l, End end) {
    const Linear in = is_in(c, l, end), not_in = is_not_in(c, l, end);
    Linear is = choice([in](const Point& point) { return is_set(in, point); });
    not_above(out_, is, in);
    not_above(out_, Linear(Fraction(1)) - is, not_in);
    return is;
  }

  /// So many are in by a line, if so many are there.
  Linear reach(std::size_t l, End end) {
    if (const auto at = reach_.find({l, end}); at != reach_.end())
      return at->second;
    Linear out(Fraction(static_cast<std::int64_t>(contest_.reach[l])));
    if (l > 0 && !contest_.lines[l].until) {
      out =
          reach(l - 1, end) + Linear(Fraction(static_cast<std::int64_t>(contest_.lines[l].count)));
      for (std::size_t e = 0; e < n_; ++e)
        if (is_put_out_before(lineup_, l, e))
          out = out - was_in(e, l, end);
    }
    return reach_[{l, end}] = out;
  }

  const RowWriter& out_;
  const Lineup& lineup_;
  const Contest& contest_;
  std::size_t who_;
  const Pairs* pairs_;
  std::size_t n_, lines_;
  std::shared_ptr<const Keys> keys_;
  std::vector<std::vector<Linear>> there_; ///< by line, then by entrant
  std::map<std::tuple<std::size_t, std::size_t, Ahead>, Linear> ahead_;
  std::map<std::pair<std::size_t, End>, Linear> reach_;
};

} // namespace

bool stands_by_counts(const Lineup& lineup) {
  const auto& lines = lineup.contest.lines;
  if (!lineup.in_turns() || lines.size() < 2)
    return false;
  bool hurdles = false, put_out = false, leaves_places = false;
  for (std::size_t l = 0; l < lines.size(); ++l) {
    const Line& line = lines[l];
    if (line.reserve ? l + 1 < lines.size() || line.count == 0 : !line.holds_ties())
      return false;
    const bool hurdle = has_hurdle_before(lineup.contest, l);
    const bool puts_out = any_put_out_before(lineup, l);
    hurdles = hurdles || hurdle;
    put_out = put_out || hurdle || puts_out;
    if (line.until && put_out && line.count < lineup.contest.reach[l - 1])
      return false;
    if (!line.until && hurdle)
      return false;
    leaves_places = leaves_places || (!line.until && puts_out);
  }
  return !hurdles || !leaves_places;
}

Linear add_stand(const RowWriter& out, const Lineup& lineup, std::size_t who, Outcome outcome,
                 const Pairs* pairs) {
  return StandWriter(out, lineup, who, pairs).write(outcome);
}

} // namespace libeval
