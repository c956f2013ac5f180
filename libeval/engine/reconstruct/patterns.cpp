// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/patterns.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace libeval {

Patterns::Patterns(const Contest& contest, std::vector<std::size_t> entrants)
    : contest_(contest), entrants_(std::move(entrants)) {}

void Patterns::exclude(IntegerSystem& system, const std::vector<std::int64_t>& point) {
  Row otherwise; // some comparison or bound is
  otherwise.low = 1;
  const auto may_be = [&](std::uint32_t v) { otherwise.terms.emplace_back(v, 1); };
  for (std::size_t o = 0; o < contest_.orders.size(); ++o) {
    const Keys& keys = contest_.orders[o];
    std::ranges::stable_sort(
        entrants_, [&](std::size_t a, std::size_t b) { return compare_at(keys, a, b, point) > 0; });
    for (std::size_t i = 1; i < entrants_.size(); ++i) {
      const std::size_t a = entrants_[i - 1], b = entrants_[i];
      if (compare_at(keys, a, b, point) > 0) {
        may_be(ahead(system, o, b, a, Ahead::or_level));
      } else {
        may_be(ahead(system, o, a, b, Ahead::strictly));
        may_be(ahead(system, o, b, a, Ahead::strictly));
      }
    }
  }
  for (std::size_t b = 0; b < contest_.bounds.size(); ++b)
    for (const std::size_t e : entrants_) {
      const Fraction over = value_at(contest_.bounds[b].over[e], point);
      const bool does = over.above > 0 || (over.above == 0 && !contest_.bounds[b].strict);
      may_be(keeps(system, b, e, !does));
    }
  std::ranges::sort(otherwise.terms);
  system.rows.push_back(std::move(otherwise));
}

/// An unknown that is 1 only where one is ahead of the other.
std::uint32_t Patterns::ahead(IntegerSystem& system, std::size_t order, std::size_t a,
                              std::size_t b, Ahead how) {
  const auto [at, fresh] = ahead_.try_emplace({order, a, b, how}, 0);
  if (fresh) {
    at->second = system.add({0, 1});
    imply_ahead({system}, contest_.orders[order], a, b, how,
                Linear::variable(at->second, Fraction(1)));
  }
  return at->second;
}

/// An unknown that is 1 only where somebody keeps to a bound, or does not.
std::uint32_t Patterns::keeps(IntegerSystem& system, std::size_t bound, std::size_t e, bool does) {
  const auto [at, fresh] = keeps_.try_emplace({bound, e, does}, 0);
  if (fresh) {
    at->second = system.add({0, 1});
    const AskedBound& asked = contest_.bounds[bound];
    imply({system}, Linear::variable(at->second, Fraction(1)),
          does ? asked.over[e] : asked.over[e] * Fraction(-1), {Fraction(0), does == asked.strict});
  }
  return at->second;
}

EveryPattern
decide_every_pattern(const Contest& contest, const IntegerSystem& system, std::size_t entrants,
                     const SolveLimits& limits,
                     const std::function<StageDecision(const std::vector<std::int64_t>&)>& decide) {
  constexpr std::size_t most = 200;
  constexpr Effort for_one{1000};
  EveryPattern out;
  if (!contest.by_comparison)
    return out;
  std::vector<std::size_t> everybody(entrants);
  std::iota(everybody.begin(), everybody.end(), std::size_t{0});
  try {
    IntegerSystem others = system;
    Patterns patterns(contest, everybody);
    while (out.decisions.size() < most && !limits.over()) {
      const Answer answer = Solver(others, limits).find(for_one);
      out.all = answer.status == Answer::Status::infeasible;
      if (answer.status != Answer::Status::optimal)
        break;
      out.decisions.push_back(decide(answer.point));
      patterns.exclude(others, answer.point);
    }
  } catch (const std::domain_error&) { // scores without bounds
  }
  return out;
}

std::vector<std::size_t> as_published(const std::vector<StageDecision>& decisions,
                                      const Context& context, const Knowledge& knowledge) {
  const auto is_so = [&](const StageDecision& decision, const auto& said) {
    const auto at = std::ranges::find(knowledge.entrants, context.names.candidate(said.first));
    const auto e = static_cast<std::size_t>(at - knowledge.entrants.begin());
    return e >= decision.outcomes.size() || to_string(decision.outcomes[e]) == said.second;
  };
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < decisions.size(); ++i)
    if (std::ranges::all_of(knowledge.statements, [&](const Statement* s) {
          return std::ranges::all_of(s->outcomes,
                                     [&](const auto& said) { return is_so(decisions[i], said); });
        }))
      out.push_back(i);
  return out;
}

} // namespace libeval
