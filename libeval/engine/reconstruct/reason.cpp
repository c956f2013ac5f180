// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/reason.hpp"

#include "engine/reconstruct/settle.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace libeval {
namespace {

using Point = std::vector<std::int64_t>;

/// An expression as a whole number of units plus a constant.
struct Scaled {
  Solver::Objective terms;
  Fraction unit{1}, constant;
};

Scaled scaled(const Linear& x) {
  Scaled out;
  out.constant = x.constant;
  Fraction unit;
  for (const auto& [v, factor] : x.terms)
    unit = common_step(unit, factor);
  if (unit.above != 0)
    out.unit = unit;
  for (const auto& [v, factor] : x.terms)
    out.terms.emplace_back(v, (factor / out.unit).above);
  return out;
}

End end_of(const Answer& answer, const Scaled& of) {
  End end;
  using Status = Answer::Status;
  end.trouble = answer.status == Status::trouble || answer.status == Status::infeasible;
  end.interrupted = answer.status == Status::interrupted;
  end.attained = answer.status == Status::optimal;
  end.certified = answer.certified;
  end.point = answer.point;
  const auto& at = end.attained ? answer.value : answer.bound;
  if (!end.trouble && at)
    end.at = of.constant + of.unit * Fraction(*at);
  return end;
}

/// What is known of an end that was asked for twice.
End nearer(End now, const End& before, bool high) {
  if (now.interrupted && before.interrupted && before.at &&
      (!now.at || (high ? *before.at < *now.at : *now.at < *before.at))) {
    now.at = before.at;
    now.certified = before.certified;
  }
  return now;
}

/// The smallest positive step between values of an expression.
Fraction unit_of(const Linear& x) {
  Fraction unit;
  for (const auto& [v, factor] : x.terms)
    unit = common_step(unit, factor);
  unit = common_step(unit, x.constant);
  return unit.above == 0 ? Fraction(1) : unit;
}

bool is_ahead(const Keys& keys, std::size_t a, std::size_t b, Ahead ahead, const Point& point) {
  const int order = compare_at(keys, a, b, point);
  return order > 0 || (order == 0 && ahead == Ahead::or_level);
}

} // namespace

ScoreRange Span::range() const {
  ScoreRange out;
  if (low.at)
    out.low = to_double(*low.at);
  if (high.at)
    out.high = to_double(*high.at);
  out.proven_low = low.attained;
  out.proven_high = high.attained;
  return out;
}

void add_points(const Span& span, std::vector<std::vector<std::int64_t>>& to) {
  for (const End* end : {&span.low, &span.high})
    if (!end->point.empty() && std::ranges::find(to, end->point) == to.end())
      to.push_back(end->point);
}

End Reasoner::highest(const Linear& x, Effort effort) {
  const Scaled of = scaled(x);
  return end_of(solver_.maximize(of.terms, effort), of);
}

End Reasoner::lowest(const Linear& x, Effort effort) {
  const Scaled of = scaled(x);
  return end_of(solver_.minimize(of.terms, effort), of);
}

std::vector<Span> Reasoner::spans(const std::vector<Linear>& some) {
  std::vector<Span> out(some.size());
  std::vector<std::size_t> open(some.size());
  std::iota(open.begin(), open.end(), std::size_t{0});
  in_rounds(limits_, [&](Effort effort) {
    std::erase_if(open, [&](std::size_t i) {
      Span& span = out[i];
      if (!span.low.attained)
        span.low = nearer(lowest(some[i], effort), span.low, false);
      if (!span.high.attained)
        span.high = nearer(highest(some[i], effort), span.high, true);
      return !span.low.interrupted && !span.high.interrupted;
    });
    return !open.empty();
  });
  return out;
}

std::optional<Fraction> Reasoner::least_by_relaxation(const Linear& x) {
  const Scaled of = scaled(x * Fraction(-1));
  const auto most = solver_.upper_bound(of.terms);
  return most ? std::optional((of.constant + of.unit * Fraction(*most)) * Fraction(-1))
              : std::nullopt;
}

int compare_at(const Keys& keys, std::size_t a, std::size_t b,
               const std::vector<std::int64_t>& point) {
  for (const auto& key : keys) {
    const Fraction difference = value_at(key[a] - key[b], point);
    if (difference.above != 0)
      return difference.above > 0 ? 1 : -1;
  }
  return 0;
}

bool is_zero(const Linear& x) {
  return x.terms.empty() && x.constant.above == 0;
}

bool is_one(const Linear& x) {
  return x.terms.empty() && x.constant == Fraction(1);
}

bool is_set(const Linear& x, const Point& point) {
  return value_at(x, point).above > 0;
}

void not_above(const RowWriter& out, const Linear& x, const Linear& y) {
  out.system.rows.push_back(row_of(x - y, std::nullopt, LinearBound{Fraction(0), false}, out.tag));
}

Linear both(const RowWriter& out, const Linear& a, const Linear& b) {
  if (is_zero(a) || is_one(b))
    return a;
  if (is_zero(b) || is_one(a))
    return b;
  const std::uint32_t v = out.system.add({0, 1});
  if (out.derived != nullptr)
    out.derived->push_back({v, [a, b](const Point& point) {
                              return std::int64_t{is_set(a, point) && is_set(b, point)};
                            }});
  Linear is = Linear::variable(v, Fraction(1));
  const auto at_most = [&](const Linear& x, std::int64_t bound) {
    out.system.rows.push_back(
        row_of(x, std::nullopt, LinearBound{Fraction(bound), false}, out.tag));
  };
  at_most(is - a, 0);
  at_most(is - b, 0);
  at_most(a + b - is, 1);
  return is;
}

Linear all_of(const RowWriter& out, const std::vector<Linear>& some) {
  if (some.size() == 1)
    return some.front();
  const std::uint32_t v = out.system.add({0, 1});
  if (out.derived != nullptr)
    out.derived->push_back({v, [some](const Point& point) {
                              return std::int64_t{std::ranges::all_of(
                                  some, [&](const Linear& x) { return is_set(x, point); })};
                            }});
  Linear is = Linear::variable(v, Fraction(1));
  for (const Linear& x : some)
    not_above(out, is, x);
  return is;
}

Linear any_of(const RowWriter& out, const std::vector<Linear>& some) {
  if (some.size() == 1)
    return some.front();
  const std::uint32_t v = out.system.add({0, 1});
  if (out.derived != nullptr)
    out.derived->push_back({v, [some](const Point& point) {
                              return std::int64_t{std::ranges::any_of(
                                  some, [&](const Linear& x) { return is_set(x, point); })};
                            }});
  Linear sum;
  for (const Linear& x : some)
    sum = sum + x;
  Linear is = Linear::variable(v, Fraction(1));
  not_above(out, is, sum);
  return is;
}

Fraction least_value(const Linear& x, const LinearBound& low) {
  const Fraction unit = unit_of(x), steps = low.at / unit;
  return unit * Fraction(low.strict ? floor(steps) + 1 : ceil(steps));
}

void imply(const RowWriter& out, const Linear& active, const Linear& x, const LinearBound& low) {
  const auto least = lowest(x, out.system.unknowns);
  if (!least)
    throw std::domain_error("a score without bounds");
  const Fraction needed = least_value(x, low);
  const Fraction reach = *least < needed ? *least - needed : Fraction(0);
  out.system.rows.push_back(
      row_of(x + active * reach, LinearBound{needed + reach, false}, std::nullopt, out.tag));
}

void imply_ahead(const RowWriter& out, const Keys& keys, std::size_t a, std::size_t b, Ahead ahead,
                 const Linear& active) {
  // `still`: one where no earlier key has decided; active - (earlier ones decided).
  Linear still = active;
  for (std::size_t k = 0; k < keys.size(); ++k) {
    const Linear difference = keys[k][a] - keys[k][b];
    const bool last = k + 1 == keys.size();
    imply(out, still, difference, {Fraction(0), last && ahead == Ahead::strictly});
    if (last)
      break;
    const std::uint32_t decides = out.system.add({0, 1});
    if (out.derived != nullptr)
      out.derived->push_back({decides, [difference](const Point& point) {
                                return std::int64_t{value_at(difference, point).above > 0 ? 1 : 0};
                              }});
    imply(out, Linear::variable(decides, Fraction(1)), difference, {Fraction(0), true});
    still = still - Linear::variable(decides, Fraction(1));
  }
}

std::int64_t others(const Field& field, std::size_t who) {
  return std::ranges::count(field.in, 1) - (field.in[who] != 0 ? 1 : 0);
}

std::vector<std::uint32_t> count_ahead(const RowWriter& out, const Keys& keys, const Field& field,
                                       std::size_t who, Ahead ahead) {
  std::vector<std::uint32_t> all;
  for (std::size_t d = 0; d < field.in.size(); ++d) {
    if (d == who || field.in[d] == 0)
      continue;
    const std::uint32_t is = out.system.add({0, 1});
    const auto passes = field.if_passes[d];
    if (out.derived != nullptr)
      out.derived->push_back({is, [keys, d, who, ahead, passes](const Point& point) {
                                const bool so = is_ahead(keys, d, who, ahead, point) &&
                                                (!passes || point[*passes] != 0);
                                return std::int64_t{so ? 1 : 0};
                              }});
    imply_ahead(out, keys, d, who, ahead, Linear::variable(is, Fraction(1)));
    if (passes)
      out.system.rows.push_back({{{is, 1}, {*passes, -1}}, std::nullopt, 0, out.tag});
    all.push_back(is);
  }
  return all;
}

std::vector<std::uint32_t> count_not_ahead(const RowWriter& out, const Keys& keys,
                                           const Field& field, std::size_t who, Ahead ahead) {
  const Ahead turned = ahead == Ahead::strictly ? Ahead::or_level : Ahead::strictly;
  std::vector<std::uint32_t> all;
  for (std::size_t d = 0; d < field.in.size(); ++d) {
    if (d == who || field.in[d] == 0)
      continue;
    const std::uint32_t is = out.system.add({0, 1});
    if (out.derived != nullptr)
      out.derived->push_back({is, [keys, d, who, turned](const Point& point) {
                                return std::int64_t{is_ahead(keys, who, d, turned, point) ? 1 : 0};
                              }});
    imply_ahead(out, keys, who, d, turned, Linear::variable(is, Fraction(1)));
    all.push_back(is);
    const auto passes = field.if_passes[d];
    if (!passes)
      continue;
    const std::uint32_t absent = out.system.add({0, 1}); // or it is not in the field at all
    if (out.derived != nullptr)
      out.derived->push_back({absent, [is, passes](const Point& point) {
                                return std::int64_t{point[is] == 0 && point[*passes] == 0 ? 1 : 0};
                              }});
    out.system.rows.push_back({{{absent, 1}, {*passes, 1}}, std::nullopt, 1, out.tag});
    out.system.rows.push_back({{{absent, 1}, {is, 1}}, std::nullopt, 1, out.tag});
    all.push_back(absent);
  }
  return all;
}

void bound_ahead(const RowWriter& out, const Keys& keys, const Field& field, std::size_t who,
                 Ahead ahead, std::optional<std::int64_t> at_least,
                 std::optional<std::int64_t> at_most) {
  const auto say = [&](const std::vector<std::uint32_t>& unknowns, std::int64_t low) {
    Row row;
    for (const std::uint32_t v : unknowns)
      row.terms.emplace_back(v, 1);
    row.low = low;
    row.tag = out.tag;
    out.system.rows.push_back(std::move(row));
  };
  if (at_least && *at_least > 0)
    say(count_ahead(out, keys, field, who, ahead), *at_least);
  if (at_most && *at_most < others(field, who))
    say(count_not_ahead(out, keys, field, who, ahead), others(field, who) - *at_most);
}

namespace {

/// The point with the largest sum of some unknowns; only those of the first system are kept.
Answer most_of(IntegerSystem& system, const std::vector<std::uint32_t>& unknowns, std::size_t kept,
               const SolveLimits& limits, Effort effort) {
  draw_in_bounds(system); // some are ahead, or behind, by what their scores can be
  Solver::Objective count;
  for (const std::uint32_t v : unknowns)
    count.emplace_back(v, 1);
  Solver solver(system, limits);
  Answer answer = solver.maximize(count, effort);
  answer.point.resize(answer.point.empty() ? 0 : kept);
  return answer;
}

} // namespace

Answer most_ahead(const IntegerSystem& known, const SolveLimits& limits, const Keys& keys,
                  const Field& field, std::size_t who, Ahead ahead, Effort effort) {
  IntegerSystem system = known;
  if (const auto& own = field.if_passes[who])
    system.rows.push_back({{{*own, 1}}, 1, std::nullopt, Row::rule}); // its bounds may forbid it
  const auto ahead_of = count_ahead({system}, keys, field, who, ahead);
  return most_of(system, ahead_of, known.unknowns.size(), limits, effort);
}

Answer fewest_ahead(const IntegerSystem& known, const SolveLimits& limits, const Keys& keys,
                    const Field& field, std::size_t who, Ahead ahead, Effort effort) {
  IntegerSystem system = known;
  if (const auto& own = field.if_passes[who])
    system.rows.push_back({{{*own, 1}}, 1, std::nullopt, Row::rule}); // its bounds may forbid it
  const auto behind = count_not_ahead({system}, keys, field, who, ahead);
  Answer answer = most_of(system, behind, known.unknowns.size(), limits, effort);
  const std::int64_t all = others(field, who);
  if (answer.value)
    answer.value = all - *answer.value;
  if (answer.bound)
    answer.bound = all - *answer.bound;
  return answer;
}

} // namespace libeval
