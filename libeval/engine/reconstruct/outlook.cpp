// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/outlook.hpp"

#include <algorithm>
#include <string>

namespace libeval {
namespace {

using Point = std::vector<std::int64_t>;

class OutlookMaker {
public:
  OutlookMaker(const Context& context, const Knowledge& knowledge, const IntegerSystem& settled,
               Lineup& lineup, const StageDecide& decide, const SolveLimits& limits)
      : context_(context), k_(knowledge), lineup_(lineup), contest_(lineup.contest),
        decide_(decide), limits_(limits), n_(context.entrants.size()), settled_(settled) {
    out_.interrupted = lineup.interrupted;
    out_.trouble = lineup.trouble;
    out_.seen.resize(n_);
    out_.not_told.resize(n_);
    out_.best.assign(n_, 0);
    out_.worst.assign(n_, 0);
    out_.bracketed.assign(n_, 0);
    most_.assign(n_, 0);
    fewest_.assign(n_, 0);
  }

  void work() {
    out_.at_one = run(lineup_.point);
    see(out_.at_one);
    with_bounds(contest_, [&] { places(); });
    with_bounds(contest_, [&] { outcomes(); });
    if (!contest_.unread.empty())
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
    const IntegerSystem rules = rules_alone(k_.system);
    for (std::size_t e = 0; e < n_; ++e) {
      if (const auto certain = out_.certain(e))
        out_.rests_on[e] = reason(e, [&](const Way& way) {
          Answer answer = completion(rules, e, way);
          if (answer.status != Answer::Status::optimal)
            return answer.status == Answer::Status::infeasible;
          answer.point.resize(k_.system.unknowns.size());
          return run(answer.point).outcomes[e] == *certain;
        });
      if (lineup_.put_out[e] && lineup_.field.in[e] != 0 && contest_.hurdles.empty())
        stand_by_score(e);
    }
  }

  /// A smallest set of statements that excludes all ways but those, of the best sources.
  template <class Allowed>
  CoreSet reason(std::size_t e, const Allowed& allowed) {
    std::vector<IntegerSystem> otherwise;
    for (const Way& way : ways(e))
      if (!allowed(way))
        otherwise.push_back(in_that_way(k_.system, e, way));
    std::vector<std::uint32_t> weakness;
    for (const Statement* statement : k_.statements)
      weakness.push_back(static_cast<std::uint32_t>(Level::verified) -
                         static_cast<std::uint32_t>(statement->level));
    return otherwise.empty() ? CoreSet{{}, true, true}
                             : smallest_core(otherwise, limits_, weakness);
  }

  void stand_by_score(std::size_t e) {
    const auto line = static_cast<std::int64_t>(contest_.lines.front());
    if (most_[e] >= line && fewest_[e] < line)
      return;
    out_.inside[e] = most_[e] < line;
    out_.inside_rests_on[e] = reason(e, [&](const Way& way) {
      return *out_.inside[e] ? way.region->or_level == 0 : way.region->strictly > 0;
    });
  }

  Outlook take() { return std::move(out_); }

private:
  StageDecision run(const Point& point) const {
    return decide_at(point, context_, k_, lineup_, decide_);
  }

  void places() {
    Field everybody;
    everybody.in.assign(n_, 1);
    everybody.if_passes.resize(n_);
    const Keys& keys = contest_.keys;
    for (std::size_t e = 0; e < n_; ++e) {
      const Answer most = most_ahead(settled_, limits_, keys, everybody, e, Ahead::strictly);
      const Answer fewest = fewest_ahead(settled_, limits_, keys, everybody, e, Ahead::strictly);
      note(most);
      note(fewest);
      out_.bracketed[e] =
          most.status != Answer::Status::optimal || fewest.status != Answer::Status::optimal ? 1
                                                                                             : 0;
      out_.worst[e] = 1 + static_cast<std::size_t>(bound(most, others(everybody, e)));
      out_.best[e] = 1 + static_cast<std::size_t>(bound(fewest, 0));
    }
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

  /// Between which lines the numbers of those ahead lie.
  struct Region {
    std::size_t strictly = 0, or_level = 0;
  };
  /// A way in which a selection can go for an entrant: it misses one of its hurdles first, or none,
  /// and stands in a region, if it is not out before anybody is taken.
  struct Way {
    std::size_t missed = 0;
    std::optional<Region> region;
  };

  void outcomes() {
    std::vector<std::vector<Region>> regions(n_);
    bool tie_at_line = false;
    for (std::size_t e = 0; e < n_; ++e) {
      const std::size_t from = narrow(e);
      if (from != nobody && contest_.hurdles.empty()) {
        regions[e].push_back({from, from});
        continue; // seen already
      }
      for (const Way& way : ways(e)) {
        Answer answer = completion(settled_, e, way);
        note(answer);
        if (answer.status == Answer::Status::infeasible)
          continue;
        if (way.region)
          regions[e].push_back(*way.region);
        if (answer.status == Answer::Status::optimal) {
          answer.point.resize(k_.system.unknowns.size());
          see(run(answer.point));
        } else {
          doubt(e);
        }
      }
      for (const Region& region : regions[e])
        tie_at_line = tie_at_line || region.strictly < region.or_level;
    }
    for (std::size_t e = 0; e < n_; ++e)
      for (const Region& region : regions[e]) {
        if (region.strictly < region.or_level && contest_.keys_left &&
            doubt(e)) // what the later keys make of a tie
          relax("keys of the order that are no scores are read with less than they say: in a tie "
                "that they break an outcome may be called possible that is not");
        if (lineup_.open_verdicts && regions[e].size() > 1)
          out_.not_told[e].insert(Outcome::held);
        // Who stands behind a line is nearer to the next one where a tie or a rule took others out.
        if (region.or_level > 0 && contest_.lines.size() > 1 && (contest_.moves || tie_at_line) &&
            doubt(e))
          relax("several lines are read with less than they say: behind a tie across a line, or "
                "behind somebody who is put out, an outcome may be called possible that is not");
      }
  }

  void relax(const std::string& what) {
    if (std::ranges::find(out_.relaxed, what) == out_.relaxed.end())
      out_.relaxed.push_back(what);
  }

  /// Works out how many can be and must be ahead. Where that leaves one region, and a completion
  /// that shows it, it is returned.
  std::size_t narrow(std::size_t e) {
    if (lineup_.field.in[e] == 0)
      return nobody;
    const Answer most =
        most_ahead(settled_, limits_, contest_.keys, lineup_.field, e, Ahead::or_level);
    note(most);
    if (most.status == Answer::Status::infeasible)
      return nobody; // never in the field
    const Answer fewest =
        fewest_ahead(settled_, limits_, contest_.keys, lineup_.field, e, Ahead::strictly);
    note(fewest);
    most_[e] = bound(most, others(lineup_.field, e));
    fewest_[e] = bound(fewest, 0);
    const std::size_t from = contest_.segment(fewest_[e]);
    if (from != contest_.segment(most_[e]) || most.status != Answer::Status::optimal)
      return nobody;
    see(run(most.point));
    return from;
  }

  [[nodiscard]] std::vector<Way> ways(std::size_t e) const {
    const auto& hurdles = contest_.hurdles; // those it meets before it is out for other reasons
    const auto count = static_cast<std::size_t>(
        std::ranges::count_if(hurdles, [&](const auto& h) { return h.step < last_step(e); }));
    std::vector<Way> out;
    for (std::size_t missed = 0; missed <= count; ++missed) {
      if (lineup_.field.in[e] == 0 || (missed < count && hurdles[missed].early)) {
        out.push_back({missed, std::nullopt});
        continue;
      }
      for (std::size_t i = 0; i <= contest_.lines.size(); ++i)
        for (std::size_t j = i; j <= contest_.lines.size(); ++j)
          out.push_back({missed, Region{i, j}});
    }
    return out;
  }

  /// The step by which an entrant is out, whatever its scores.
  [[nodiscard]] std::size_t last_step(std::size_t e) const {
    return lineup_.put_out[e] ? lineup_.put_out[e]->step : nobody;
  }

  [[nodiscard]] Answer completion(const IntegerSystem& system, std::size_t e,
                                  const Way& way) const {
    const IntegerSystem narrowed = in_that_way(system, e, way);
    return Solver(narrowed, limits_).find();
  }

  [[nodiscard]] IntegerSystem in_that_way(IntegerSystem system, std::size_t e,
                                          const Way& way) const {
    for (std::size_t m = 0; m < contest_.hurdles.size() && m <= way.missed; ++m) {
      if (contest_.hurdles[m].step >= last_step(e))
        break;
      const std::int64_t is = m < way.missed ? 1 : 0;
      system.rows.push_back({{{lineup_.clears[e][m], 1}}, is, is, Row::rule});
    }
    if (!way.region)
      return system;
    const auto& lines = contest_.lines;
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
  /// By entrant, the most entrants ahead or level and the fewest strictly ahead.
  std::vector<std::int64_t> most_, fewest_;
};

} // namespace

std::optional<Outcome> Outlook::certain(std::size_t entrant) const {
  return seen[entrant].size() == 1 && not_told[entrant].empty()
             ? std::optional(*seen[entrant].begin())
             : std::nullopt;
}

Outlook work_out(const Context& context, const Knowledge& knowledge, const IntegerSystem& settled,
                 Lineup& lineup, const StageDecide& decide, const SolveLimits& limits,
                 bool with_reasons) {
  OutlookMaker maker(context, knowledge, settled, lineup, decide, limits);
  if (lineup.found) {
    maker.work();
    if (with_reasons)
      maker.reasons();
  } else {
    maker.give_up();
  }
  return maker.take();
}

} // namespace libeval
