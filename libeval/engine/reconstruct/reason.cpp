// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/reason.hpp"

#include <stdexcept>

namespace libeval {
namespace {

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

/// The smallest positive step between values of an expression.
Fraction unit_of(const Linear& x) {
  Fraction unit;
  for (const auto& [v, factor] : x.terms)
    unit = common_step(unit, factor);
  unit = common_step(unit, x.constant);
  return unit.above == 0 ? Fraction(1) : unit;
}

} // namespace

End Reasoner::highest(const Linear& x) {
  const Scaled of = scaled(x);
  return end_of(solver_.maximize(of.terms), of);
}

End Reasoner::lowest(const Linear& x) {
  const Scaled of = scaled(x);
  return end_of(solver_.minimize(of.terms), of);
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

void imply_ahead(IntegerSystem& system, const Keys& keys, std::size_t a, std::size_t b,
                 Reasoner::Ahead ahead, std::uint32_t is, std::uint32_t tag,
                 std::vector<Knowledge::Derived>* derived) {
  // `still`: one where no earlier key has decided; is - (earlier ones decided).
  Linear still = Linear::variable(is, Fraction(1));
  for (std::size_t k = 0; k < keys.size(); ++k) {
    const Linear difference = keys[k][a] - keys[k][b];
    const auto least = lowest(difference, system.unknowns);
    if (!least)
      throw std::domain_error("a score without bounds");
    const bool last = k + 1 == keys.size();
    const bool strict = last && ahead == Reasoner::Ahead::strictly;
    const Fraction unit = unit_of(difference);
    const Fraction needed = strict ? unit : Fraction(0);
    // difference >= needed where `still` is 1, and nothing (its least) where it is 0 or below.
    const Fraction reach = *least < needed ? *least - needed : Fraction(0);
    system.rows.push_back(
        row_of(difference + still * reach, LinearBound{needed + reach, false}, std::nullopt, tag));
    if (last)
      break;
    const std::uint32_t decides = system.add({0, 1});
    if (derived != nullptr)
      derived->push_back({decides, [difference](const std::vector<std::int64_t>& point) {
                            return std::int64_t{value_at(difference, point).above > 0 ? 1 : 0};
                          }});
    const Fraction far = *least < unit ? *least - unit : Fraction(0);
    system.rows.push_back(row_of(difference + Linear::variable(decides, far),
                                 LinearBound{unit + far, false}, std::nullopt, tag));
    still = still - Linear::variable(decides, Fraction(1));
  }
}

Answer Reasoner::most_ahead(const Keys& keys, const Field& field, std::size_t who, Ahead ahead) {
  IntegerSystem system = system_;
  if (const auto& own = field.if_passes[who])
    system.unknowns[*own] = {1, 1};
  Solver::Objective count;
  for (std::size_t d = 0; d < field.in.size(); ++d) {
    if (d == who || field.in[d] == 0)
      continue;
    const std::uint32_t is = system.add({0, 1});
    imply_ahead(system, keys, d, who, ahead, is, Row::rule);
    if (const auto& passes = field.if_passes[d])
      system.rows.push_back({{{is, 1}, {*passes, -1}}, std::nullopt, 0, Row::rule});
    count.emplace_back(is, 1);
  }
  Solver solver(system, limits_);
  Answer answer = solver.maximize(count);
  answer.point.resize(answer.point.empty() ? 0 : system_.unknowns.size());
  return answer;
}

Answer Reasoner::fewest_ahead(const Keys& keys, const Field& field, std::size_t who, Ahead ahead) {
  IntegerSystem system = system_;
  if (const auto& own = field.if_passes[who])
    system.unknowns[*own] = {1, 1};
  // `behind`: who is level with it or ahead of it (strictly, where level counts as ahead).
  Solver::Objective count;
  std::int64_t all = 0;
  for (std::size_t d = 0; d < field.in.size(); ++d) {
    if (d == who || field.in[d] == 0)
      continue;
    ++all;
    const std::uint32_t is = system.add({0, 1});
    imply_ahead(system, keys, who, d, ahead == Ahead::strictly ? Ahead::or_level : Ahead::strictly,
                is, Row::rule);
    count.emplace_back(is, 1);
    if (const auto& passes = field.if_passes[d]) { // or it is not in the field at all
      const std::uint32_t absent = system.add({0, 1});
      system.rows.push_back({{{absent, 1}, {*passes, 1}}, std::nullopt, 1, Row::rule});
      system.rows.push_back({{{absent, 1}, {is, 1}}, std::nullopt, 1, Row::rule});
      count.emplace_back(absent, 1);
    }
  }
  Solver solver(system, limits_);
  Answer answer = solver.maximize(count);
  if (answer.value)
    answer.value = all - *answer.value;
  if (answer.bound)
    answer.bound = all - *answer.bound;
  answer.point.resize(answer.point.empty() ? 0 : system_.unknowns.size());
  return answer;
}

} // namespace libeval
