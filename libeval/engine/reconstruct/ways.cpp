// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/ways.hpp"

#include "engine/reconstruct/settle.hpp"
#include "engine/reconstruct/stand.hpp"
#include "engine/reconstruct/turns.hpp"

#include <algorithm>
#include <cstdint>

namespace libeval {

Ways::Ways(const Context& context, const Lineup& lineup)
    : context_(context), lineup_(lineup), contest_(lineup.contest),
      by_counts_(stands_by_counts(lineup)) {}

std::vector<Way> Ways::by_region(std::size_t e) const {
  std::vector<Way> out;
  for (const std::size_t missed : misses(e, out))
    for (std::size_t i = 0; i <= contest_.lines.size(); ++i)
      for (std::size_t j = i; j <= contest_.lines.size(); ++j)
        out.push_back({missed, Region{i, j}, std::nullopt});
  return out;
}

std::vector<Way> Ways::by_outcome(std::size_t e) const {
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

std::size_t Ways::hurdles_of(std::size_t e) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      contest_.hurdles, [&](const auto& h) { return h.step < last_step(e); }));
}

/// The hurdles that an entrant can miss first (or none: their number) and yet be there when the
/// first is taken; ways in which it is not are added to `early`.
std::vector<std::size_t> Ways::misses(std::size_t e, std::vector<Way>& early) const {
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
std::size_t Ways::last_step(std::size_t e) const {
  return lineup_.put_out[e] ? lineup_.put_out[e]->step : nobody;
}

Outcome Ways::outcome_of(std::size_t e, const Way& way) const {
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

Written Ways::written(const IntegerSystem& system, std::size_t e) const {
  if (by_counts_)
    return {system, {}};
  if (lineup_.turns)
    return {system, {{*lineup_.turns}, {*lineup_.turns}}};
  Written out{system, {}};
  out.ends = add_ends({out.system}, lineup_, e);
  return out;
}

Answer Ways::completion(const Written& written, std::size_t e, const Way& way,
                        const SolveLimits& limits, Effort effort) const {
  IntegerSystem narrowed = in_that_way(written, e, way);
  shave_choices(narrowed, limits); // many are ahead, or taken, or not, by what their scores can be
  return Solver(narrowed, limits).find(effort);
}

IntegerSystem Ways::in_that_way(const Written& written, std::size_t e, const Way& way) const {
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
    for (const Linear& x : stands_as({system}, *way.stands, e, written.ends, contest_))
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

} // namespace libeval
