// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/statements.hpp"

#include "engine/compile/round_mode.hpp"
#include "engine/reconstruct/reason.hpp"
#include "engine/reconstruct/rounding.hpp"

#include <libeval/base/decimal.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace libeval {
namespace {

using Kind = Statement::Kind;
using Point = std::vector<std::int64_t>;

/// What a published number says about the exact one: everything that is rounded to it.
std::pair<LinearBound, LinearBound> meant_by(double number,
                                             const std::optional<Rounding>& rounded) {
  const Fraction at = fraction_of(number);
  if (!rounded)
    return {{at, false}, {at, false}};
  if (rounded->significant)
    return rounded_to_significant(at, *rounded->significant, round_mode(rounded->mode));
  const Fraction step = rounded->to ? fraction_of(*rounded->to)
                                    : fraction_of(std::pow(10.0, -rounded->digits.value_or(0)));
  return rounded_to(at, step, round_mode(rounded->mode));
}

class Writer {
public:
  Writer(const Context& context, Knowledge& knowledge) : context_(context), k_(knowledge) {}

  void write(std::uint32_t tag) {
    const Statement& s = *k_.statements[tag];
    tag_ = tag;
    if (s.kind == Kind::marks || s.kind == Kind::outcome)
      return;
    node_ = k_.node(s.part);
    if (node_ == nobody)
      return; // the reader of the file has told
    all_.clear();
    if (s.of.empty())
      for (std::size_t e = 0; e < k_.entrants.size(); ++e)
        all_.push_back(e);
    for (const std::string& id : s.of)
      if (const std::size_t e = entrant(id); e != nobody)
        all_.push_back(e);
    if (missing_ || (all_.empty() && s.kind != Kind::value && s.kind != Kind::range))
      return leave_out(s);
    what(s);
    if (missing_)
      leave_out(s);
  }

private:
  void what(const Statement& s) {
    switch (s.kind) {
    case Kind::value:
      for (const auto& [id, number] : s.values)
        if (const std::size_t e = entrant(id); e != nobody) {
          const auto [low, high] = meant_by(number, s.rounded);
          say(k_.scores[node_][e], low, high);
        }
      return;
    case Kind::values:
      return in_some_order(s);
    case Kind::place:
      return places(s);
    case Kind::range:
      for (const auto& bounds : s.ranges)
        if (const std::size_t e = entrant(bounds.candidate); e != nobody)
          say(k_.scores[node_][e],
              bounds.low ? std::optional(LinearBound{fraction_of(*bounds.low), bounds.above_low})
                         : std::nullopt,
              bounds.high ? std::optional(LinearBound{fraction_of(*bounds.high), bounds.below_high})
                          : std::nullopt);
      return;
    case Kind::mean:
    case Kind::sum: {
      const auto [low, high] = meant_by(s.number, s.rounded);
      say(total() *
              (s.kind == Kind::mean ? Fraction(1, static_cast<Wide>(all_.size())) : Fraction(1)),
          low, high);
      return;
    }
    case Kind::gap:
      return gap(s);
    case Kind::first:
    case Kind::last:
    case Kind::top:
      return ends(s);
    case Kind::order:
      for (std::size_t g = 0; g + 1 < s.groups.size(); ++g)
        for (const std::size_t a : entrants(s.groups[g]))
          for (const std::size_t b : entrants(s.groups[g + 1]))
            ahead(a, b, s.ties_allowed);
      return;
    case Kind::ahead:
      for (const std::size_t a : entrants(s.groups[0]))
        for (const std::size_t b : entrants(s.groups[1]))
          say(k_.good(node_, a) - k_.good(node_, b), LinearBound{fraction_of(s.number), false},
              std::nullopt);
      return;
    case Kind::above_mean:
    case Kind::below_mean:
      for (const std::size_t e : entrants(s.groups[0])) {
        const Linear above =
            k_.scores[node_][e] * Fraction(static_cast<Wide>(all_.size()), 1) - total();
        say(s.kind == Kind::above_mean ? above : above * Fraction(-1),
            LinearBound{Fraction(0), !s.ties_allowed}, std::nullopt);
      }
      return;
    case Kind::outcome:
    case Kind::marks:
      return;
    }
  }

  void say(const Linear& x, std::optional<LinearBound> low, std::optional<LinearBound> high) {
    k_.system.rows.push_back(row_of(x, low, high, tag_));
  }

  void ahead(std::size_t a, std::size_t b, bool ties) {
    say(k_.good(node_, a) - k_.good(node_, b), LinearBound{Fraction(0), !ties}, std::nullopt);
  }

  /// The named are level with each other and ahead of (behind) all others; `top` leaves the order
  /// among them open. With ties allowed each of them is at least level with everybody.
  void ends(const Statement& s) {
    const std::vector<std::size_t> named = entrants(s.groups[0]);
    if (s.kind != Kind::top)
      for (std::size_t i = 1; i < named.size(); ++i)
        say(k_.scores[node_][named[0]] - k_.scores[node_][named[i]],
            LinearBound{Fraction(0), false}, LinearBound{Fraction(0), false});
    for (const std::size_t a : named) {
      for (const std::size_t b : all_)
        if (std::ranges::find(named, b) == named.end())
          s.kind == Kind::last ? ahead(b, a, s.ties_allowed) : ahead(a, b, s.ties_allowed);
      if (s.kind != Kind::top)
        break; // the others are level with it
    }
  }

  /// Who has which of the numbers: a choice for each candidate and number. In the order of the
  /// scores they are in the order of the numbers.
  void in_some_order(const Statement& s) {
    std::map<double, std::int64_t> times; // ascending
    for (const auto& [unnamed, number] : s.values)
      ++times[number];
    if (s.values.size() != all_.size()) {
      k_.system.rows.push_back({{}, 1, std::nullopt, tag_}); // more entered, or fewer
      return;
    }
    std::vector<Row> each;
    each.reserve(times.size());
    for (const auto& [number, count] : times)
      each.push_back({{}, count, count, tag_});
    const auto scores = std::make_shared<std::vector<Linear>>();
    for (const std::size_t e : all_)
      scores->push_back(k_.scores[node_][e]);
    for (std::size_t i = 0; i < scores->size(); ++i) {
      const Linear& x = (*scores)[i];
      Row one{{}, 1, 1, tag_};
      Linear least, most;
      std::int64_t before = 0;
      std::size_t at = 0;
      for (const auto& [number, count] : times) {
        const auto has = [scores, i, before, count = count](const Point& point) {
          std::int64_t behind = 0; // by score, and of equal ones by position
          const Fraction own = value_at((*scores)[i], point);
          for (std::size_t j = 0; j < scores->size(); ++j) {
            const Fraction other = value_at((*scores)[j], point);
            behind += other < own || (other == own && j < i) ? 1 : 0;
          }
          return std::int64_t{before <= behind && behind < before + count};
        };
        const std::uint32_t v = k_.add_derived({0, 1}, has);
        const auto [low, high] = meant_by(number, s.rounded);
        const Linear turned = x * Fraction(-1);
        least = least + Linear::variable(v, least_value(x, low));
        most =
            most - Linear::variable(v, least_value(turned, {high.at * Fraction(-1), high.strict}));
        one.terms.emplace_back(v, 1);
        each[at++].terms.emplace_back(v, 1);
        before += count;
      }
      say(x - least, LinearBound{Fraction(0), false}, std::nullopt);
      say(x - most, std::nullopt, LinearBound{Fraction(0), false});
      k_.system.rows.push_back(std::move(one));
    }
    for (Row& row : each)
      k_.system.rows.push_back(std::move(row));
  }

  /// So many are ahead, no more and no fewer.
  void places(const Statement& s) {
    Keys keys(1);
    for (std::size_t e = 0; e < k_.entrants.size(); ++e)
      keys[0].push_back(k_.good(node_, e));
    Field field;
    field.in.assign(k_.entrants.size(), 0);
    field.if_passes.resize(k_.entrants.size());
    for (const std::size_t e : all_)
      field.in[e] = 1;
    for (const auto& [id, place] : s.values)
      if (const std::size_t e = entrant(id); e != nobody) {
        const auto ahead = static_cast<std::int64_t>(place) - 1;
        try {
          bound_ahead({k_.system, tag_, &k_.derived}, keys, field, e, Ahead::strictly, ahead,
                      ahead);
        } catch (const std::domain_error&) {
          missing_ = true; // without bounds nothing is counted
        }
      }
  }

  /// First minus last: two more unknowns that are the largest and the smallest score.
  void gap(const Statement& s) {
    const auto [low, high] = meant_by(s.number, s.rounded);
    Fraction unit;
    for (const std::size_t e : all_) {
      const Linear& x = k_.scores[node_][e];
      for (const auto& [v, factor] : x.terms)
        unit = common_step(unit, factor);
      unit = common_step(unit, x.constant);
    }
    if (unit.above == 0)
      unit = Fraction(1);
    const auto largest = extreme(unit, true), smallest = extreme(unit, false);
    if (!largest || !smallest) {
      missing_ = true;
      return;
    }
    say(*largest - *smallest, low, high);
  }

  std::optional<Linear> extreme(const Fraction& unit, bool largest) {
    std::optional<Fraction> low, high;
    std::vector<Linear> scores;
    for (const std::size_t e : all_) {
      scores.push_back(k_.scores[node_][e]);
      const auto a = lowest(scores.back(), k_.system.unknowns),
                 b = highest(scores.back(), k_.system.unknowns);
      if (!a || !b)
        return std::nullopt;
      low = low && !(*a < *low) ? low : a;
      high = high && !(*high < *b) ? high : b;
    }
    const auto of = [scores, unit, largest](const Point& point) {
      std::optional<Fraction> out;
      for (const Linear& x : scores) {
        const Fraction value = value_at(x, point);
        if (!out || (largest ? *out < value : value < *out))
          out = value;
      }
      return floor(*out / unit);
    };
    const std::uint32_t v = k_.add_derived({floor(*low / unit), ceil(*high / unit)}, of);
    const Linear end = Linear::variable(v, unit);
    const Fraction reach = *high - *low + unit;
    Row one;
    one.low = one.high = 1;
    one.tag = tag_;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      // end is no smaller than the score, and no larger than that of the one that is it.
      const Linear over = largest ? end - scores[i] : scores[i] - end;
      say(over, LinearBound{Fraction(0), false}, std::nullopt);
      const auto is_it = [scores, i, unit, v](const Point& point) {
        for (std::size_t j = 0; j <= i; ++j)
          if (value_at(scores[j], point) == unit * Fraction(point[v]))
            return std::int64_t{j == i ? 1 : 0};
        return std::int64_t{0};
      };
      const std::uint32_t is = k_.add_derived({0, 1}, is_it);
      say(over + Linear::variable(is, reach), std::nullopt, LinearBound{reach, false});
      one.terms.emplace_back(is, 1);
    }
    k_.system.rows.push_back(std::move(one));
    return end;
  }

  [[nodiscard]] Linear total() const {
    Linear sum;
    for (const std::size_t e : all_)
      sum = sum + k_.scores[node_][e];
    return sum;
  }

  std::size_t entrant(const std::string& id) {
    const std::uint32_t c = context_.names.candidate(id);
    const auto at = std::ranges::find(k_.entrants, c);
    if (c != npos && at != k_.entrants.end())
      return static_cast<std::size_t>(at - k_.entrants.begin());
    missing_ = true;
    return nobody;
  }

  std::vector<std::size_t> entrants(const std::vector<std::string>& ids) {
    std::vector<std::size_t> out;
    for (const std::string& id : ids)
      if (const std::size_t e = entrant(id); e != nobody)
        out.push_back(e);
    return out;
  }

  void leave_out(const Statement& s) {
    std::erase_if(k_.system.rows, [&](const Row& row) { return row.tag == tag_; });
    k_.relaxed.push_back("statement `" + s.id +
                         "` is left out: it speaks of somebody who is no entrant, or of scores "
                         "without bounds");
    missing_ = false;
  }

  const Context& context_;
  Knowledge& k_;
  std::uint32_t tag_ = 0;
  std::size_t node_ = nobody;
  std::vector<std::size_t> all_;
  bool missing_ = false;
};

} // namespace

void add_statements(const Context& context, Knowledge& knowledge) {
  Writer writer(context, knowledge);
  for (std::size_t s = 0; s < knowledge.statements.size(); ++s)
    writer.write(static_cast<std::uint32_t>(s));
}

} // namespace libeval
