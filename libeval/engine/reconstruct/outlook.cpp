// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/outlook.hpp"

#include "engine/reconstruct/complete.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace libeval {
namespace {

using Point = std::vector<std::int64_t>;

class OutlookMaker {
public:
  OutlookMaker(const Context& context, Knowledge& knowledge, const StageDecide& decide,
               const SolveLimits& limits)
      : context_(context), k_(knowledge), decide_(decide), limits_(limits),
        n_(context.entrants.size()) {
    const auto& stages = context.bundle.program.stages;
    for (stage_ = 0; stage_ < stages.size() && stages[stage_].id != context.stage.id;)
      ++stage_;
  }

  Outlook make() {
    out_.certain.resize(n_);
    out_.seen.resize(n_);
    out_.best.assign(n_, 0);
    out_.worst.assign(n_, 0);
    out_.bracketed.assign(n_, 0);
    out_.most.assign(n_, 0);
    out_.fewest.assign(n_, 0);
    out_.field.in.assign(n_, 1);
    out_.field.if_passes.resize(n_);
    passes_.resize(n_);
    read_steps();
    if (!find_any())
      return std::move(out_);
    if (out_.unread.empty())
      settle_field();
    try {
      if (out_.unread.empty())
        add_outcomes();
    } catch (const std::domain_error&) {
      out_.unread = "an order by scores without bounds";
    }
    if (!find_any())
      return std::move(out_);
    out_.at_one = run(out_.point);
    see(out_.at_one);
    try {
      if (out_.unread.empty())
        places();
    } catch (const std::domain_error&) {
      out_.unread = "an order by scores without bounds";
    }
    if (out_.unread.empty())
      outcomes();
    return std::move(out_);
  }

private:
  // --- reading the selection ---------------------------------------------------------------------

  void unread(const std::string& what) {
    if (out_.unread.empty())
      out_.unread = what;
  }

  void read_steps() {
    const auto& select = context_.stage.select;
    first_take_ = select.size();
    for (std::size_t i = 0; i < select.size(); ++i)
      if (std::holds_alternative<select::Take>(select[i].what)) {
        first_take_ = i;
        break;
      }
    if (k_.node("total") != nobody)
      out_.keys = {key_of("total", std::nullopt)};
    for (std::size_t i = 0; i < select.size(); ++i)
      std::visit([&](const auto& step) { read(step, i); }, select[i].what);
    if (first_take_ == select.size()) // who says nothing fills the places
      if (const auto places = stage_places())
        out_.lines.push_back(*places);
  }

  void read(const select::Policy&, std::size_t) {}
  void read(const select::Withdraw&, std::size_t) {}
  void read(const select::Ties& s, std::size_t) { ties_ = s.rule; }
  void read(const select::Group&, std::size_t) { unread("`group`"); }
  void read(const select::Regroup&, std::size_t) { unread("`regroup`"); }
  void read(const select::Quota&, std::size_t) { unread("`quota`"); }
  void read(const select::Duel&, std::size_t) { unread("`duel`"); }
  void read(const select::Grant&, std::size_t) { unread("`grant`"); }
  template <class Other>
  void read(const Other&, std::size_t i) {
    unread("`" + context_.stage.select[i].name + "`");
  }

  void read(const select::Reserve& s, std::size_t) {
    if (out_.lines.empty())
      return unread("`reserve` before `take`");
    out_.lines.push_back(out_.lines.back() + s.first);
  }

  void read(const select::Order& s, std::size_t i) {
    if (i > first_take_)
      return unread("an `order` after `take`");
    out_.keys.clear();
    for (const OrderKey& key : s.keys) {
      if (key.tolerance)
        return unread("a tolerance of the order");
      const std::size_t node = key.kind == OrderKey::Kind::part ? k_.node(key.name) : nobody;
      if (node == nobody) {
        if (names_unpublished(key))
          return unread("an order by unpublished evidence");
        if (out_.keys.empty())
          return unread("an order that does not begin with a part");
        keys_left_ = true; // what comes later cannot be told from scores: ties stay ties here
        break;
      }
      out_.keys.push_back(key_of(key.name, key.direction));
    }
  }

  void read(const select::Require& s, std::size_t i) {
    if (names_unpublished(s.what)) {
      if (s.otherwise == select::Require::Otherwise::hold)
        return unread("a hurdle that holds");
      (i < first_take_ ? early_hurdle_ : late_hurdle_) = true;
      return;
    }
    if (s.what.kind != OrderKey::Kind::part)
      return;
    const std::size_t node = k_.node(s.what.name);
    if (node != nobody && k_.nodes[node].unknown)
      (i < first_take_ ? early_scores_ : late_scores_).push_back(node);
  }

  void read(const select::Take& s, std::size_t) {
    using Kind = select::Take::Kind;
    if (!s.filter.empty() || !s.by.empty() || s.rest || !s.per_pool.empty())
      return unread("a `take` with `where`, `by`, `of` or pools");
    if (s.ties)
      ties_ = *s.ties;
    const std::size_t before = out_.lines.empty() ? 0 : out_.lines.back();
    if (s.kind == Kind::first || s.kind == Kind::until) {
      std::optional<std::size_t> count = s.count;
      if (!count)
        count = stage_places();
      if (!count)
        return; // all
      out_.lines.push_back(s.kind == Kind::first ? before + *count : std::max(before, *count));
    } else {
      unread("a `take` that is not by number");
    }
  }

  [[nodiscard]] std::optional<std::size_t> stage_places() const {
    const Places& places = context_.stage.places;
    if (places.unlimited())
      return std::nullopt;
    std::size_t count = places.count.value_or(0);
    if (const auto at = context_.earlier.find(places.vacancies_of); at != context_.earlier.end())
      count += places.times * at->second->vacancies.value_or(0);
    return count;
  }

  [[nodiscard]] bool names_unpublished(const OrderKey& key) const {
    if (key.measure)
      return is_unpublished(context_.bundle, context_.stage, *key.measure);
    const auto named = std::ranges::find(context_.stage.measures, key.name, &Measure::name);
    if (named != context_.stage.measures.end())
      return is_unpublished(context_.bundle, context_.stage, *named);
    return std::ranges::any_of(key.keys,
                               [&](const OrderKey& inner) { return names_unpublished(inner); });
  }

  [[nodiscard]] std::vector<Linear> key_of(const std::string& name,
                                           std::optional<Direction> direction) const {
    const std::size_t node = k_.node(name);
    std::vector<Linear> out;
    for (std::size_t e = 0; e < n_; ++e)
      out.push_back(!direction                      ? k_.good(node, e)
                    : *direction == Direction::cost ? k_.scores[node][e] * Fraction(-1)
                                                    : k_.scores[node][e]);
    return out;
  }

  // --- the field ---------------------------------------------------------------------------------

  bool find_any() {
    Reasoner reasoner(k_.system, limits_);
    Answer any = reasoner.any();
    using Status = Answer::Status;
    out_.impossible = any.status == Status::infeasible;
    out_.interrupted = out_.interrupted || any.status == Status::interrupted;
    if (any.status == Status::unbounded || any.status == Status::trouble)
      out_.trouble = true;
    if (any.status != Status::optimal)
      return false;
    any.point.resize(k_.system.unknowns.size());
    out_.point = std::move(any.point);
    return true;
  }

  /// The decision at a completion; with `until` only the steps before it.
  StageDecision run(const Point& point, std::size_t until = nobody) const {
    std::vector<bool> high(context_.bundle.program.candidates.size(), true);
    for (std::size_t e = 0; e < n_; ++e)
      if (passes_[e] && *passes_[e] < point.size())
        high[context_.entrants[e]] = point[*passes_[e]] != 0;
    Bundle bundle = completed(context_.bundle, stage_, k_, point, high);
    Stage& stage = bundle.program.stages[stage_];
    if (until != nobody)
      stage.select.erase(stage.select.begin() + static_cast<std::ptrdiff_t>(until),
                         stage.select.end());
    Diagnostics unheard;
    return decide_(bundle, stage, unheard);
  }

  /// Out before anybody is taken.
  [[nodiscard]] bool is_out(const StageDecision& decision, std::size_t e) const {
    return decision.decided_by[e] < first_take_;
  }

  /// Who stands before the first is taken, and who may.
  void settle_field() {
    const StageDecision before = run(out_.point, first_take_);
    if (before.outcomes.size() != n_)
      return unread("a selection with errors");
    for (const Finding& finding : before.findings)
      if (finding.kind == Finding::Kind::deduction)
        return unread("a deduction before `take`");
    for (std::size_t e = 0; e < n_; ++e) {
      out_.field.in[e] = is_out(before, e) ? 0 : 1;
      if (out_.field.in[e] != 0 && (may_fail(before, e) || early_hurdle_ || late_hurdle_)) {
        const std::uint32_t passes =
            k_.add_derived({0, 1}, [](const Point&) { return std::int64_t{1}; });
        if (early_hurdle_ || late_hurdle_)
          passes_[e] = passes;
        if (early_hurdle_ || may_fail(before, e))
          out_.field.if_passes[e] = passes;
      }
    }
    // A hurdle on scores that are not known must fall out the same way in all completions.
    Reasoner reasoner(k_.system, limits_);
    for (const std::size_t node : early_scores_)
      for (std::size_t e = 0; e < n_; ++e) {
        const Span span = reasoner.span(k_.scores[node][e]);
        for (const End* end : {&span.low, &span.high})
          if (!end->attained || is_out(run(end->point, first_take_), e) != is_out(before, e))
            return unread("a hurdle on `" + k_.nodes[node].path + "` that not all clear or miss");
      }
  }

  /// Whether a verdict that nobody knows may still put an entrant out before the first is taken.
  [[nodiscard]] bool may_fail(const StageDecision& before, std::size_t e) const {
    for (const Finding& f : before.findings)
      if (f.kind == Finding::Kind::policy && f.verdict == Verdict::unknown &&
          f.candidate == context_.entrants[e])
        for (const PolicyFile& policy : context_.bundle.policies)
          for (const Rule& rule : policy.rules)
            if (rule.id.str() == f.rule && rule.on_unknown == OnUnknown::hold &&
                rule.consequence == Rule::Consequence::disqualify)
              return true;
    return false;
  }

  // --- published outcomes ------------------------------------------------------------------------

  /// Who is said to advance passes and has room above the line; who is said to be cut does not.
  void add_outcomes() {
    if (out_.lines.empty())
      return;
    const auto line = static_cast<std::int64_t>(out_.lines.front());
    const bool ties_hold = (ties_ == TieRuling::hold || ties_ == TieRuling::all_cut) && !keys_left_;
    for (std::size_t s = 0; s < k_.statements.size(); ++s)
      for (const auto& [id, word] : k_.statements[s]->outcomes) {
        const auto tag = static_cast<std::uint32_t>(s);
        const auto at = std::ranges::find(k_.entrants, context_.names.candidate(id));
        if (at == k_.entrants.end())
          continue;
        const auto c = static_cast<std::size_t>(at - k_.entrants.begin());
        const bool advances = word == "advances";
        if ((!advances && word != "cut") || out_.field.in[c] == 0)
          continue;
        if (advances && passes_[c])
          k_.system.rows.push_back({{{*passes_[c], 1}}, 1, std::nullopt, tag});
        Row count; // advances: of those ahead, at most line - 1; cut: at least line
        count.tag = tag;
        for (std::size_t d = 0; d < n_; ++d) {
          if (d == c || out_.field.in[d] == 0)
            continue;
          const auto ahead =
              ties_hold || !advances ? Reasoner::Ahead::or_level : Reasoner::Ahead::strictly;
          count.terms.emplace_back(
              advances ? not_behind(c, d, ahead, tag) : surely_ahead(d, c, tag), 1);
        }
        if (advances) {
          count.high = line - 1;
        } else {
          count.low = line;
          if (passes_[c]) { // or it does not clear the hurdle
            count.terms.emplace_back(*passes_[c], -line);
            count.low = 0;
          }
        }
        k_.system.rows.push_back(std::move(count));
      }
  }

  /// An unknown that is 1 unless `d` is not ahead of `c`, or not in the field.
  std::uint32_t not_behind(std::size_t c, std::size_t d, Reasoner::Ahead ahead, std::uint32_t tag) {
    const auto behind_as =
        ahead == Reasoner::Ahead::strictly ? Reasoner::Ahead::or_level : Reasoner::Ahead::strictly;
    const Keys keys = out_.keys;
    const std::uint32_t behind =
        k_.add_derived({0, 1}, [keys, c, d, behind_as](const Point& point) {
          const int order = compare_at(keys, c, d, point);
          return std::int64_t{
              order > 0 || (order == 0 && behind_as == Reasoner::Ahead::or_level) ? 1 : 0};
        });
    imply_ahead(k_.system, keys, c, d, behind_as, behind, tag, &k_.derived);
    const auto passes = out_.field.if_passes[d];
    const std::uint32_t is = k_.add_derived({0, 1}, [behind, passes](const Point& point) {
      return std::int64_t{point[behind] == 0 && (!passes || point[*passes] != 0) ? 1 : 0};
    });
    // is >= passes - behind
    Row row;
    row.tag = tag;
    row.terms = {{is, 1}, {behind, 1}};
    row.low = 1;
    if (passes) {
      row.terms.emplace_back(*passes, -1);
      row.low = 0;
    }
    k_.system.rows.push_back(std::move(row));
    return is;
  }

  /// An unknown that is 1 only if `d` is in the field and ahead of or level with `c`.
  std::uint32_t surely_ahead(std::size_t d, std::size_t c, std::uint32_t tag) {
    const Keys keys = out_.keys;
    const auto passes = out_.field.if_passes[d];
    const std::uint32_t is = k_.add_derived({0, 1}, [keys, c, d, passes](const Point& point) {
      return std::int64_t{
          compare_at(keys, d, c, point) >= 0 && (!passes || point[*passes] != 0) ? 1 : 0};
    });
    imply_ahead(k_.system, keys, d, c, Reasoner::Ahead::or_level, is, tag, &k_.derived);
    if (passes)
      k_.system.rows.push_back({{{is, 1}, {*passes, -1}}, std::nullopt, 0, tag});
    return is;
  }

  // --- places and outcomes -----------------------------------------------------------------------

  void places() {
    Reasoner reasoner(k_.system, limits_);
    Field everybody;
    everybody.in.assign(n_, 1);
    everybody.if_passes.resize(n_);
    for (std::size_t e = 0; e < n_; ++e) {
      const Answer most = reasoner.most_ahead(out_.keys, everybody, e, Reasoner::Ahead::strictly);
      const Answer fewest =
          reasoner.fewest_ahead(out_.keys, everybody, e, Reasoner::Ahead::strictly);
      out_.worst[e] =
          1 + static_cast<std::size_t>(bound(most, static_cast<std::int64_t>(n_) - 1, e));
      out_.best[e] = 1 + static_cast<std::size_t>(bound(fewest, 0, e));
    }
  }

  std::int64_t bound(const Answer& answer, std::int64_t otherwise, std::size_t e) {
    using Status = Answer::Status;
    if (answer.status == Status::optimal)
      return *answer.value;
    out_.bracketed[e] = 1;
    out_.interrupted = out_.interrupted || answer.status == Status::interrupted;
    out_.trouble = out_.trouble || answer.status == Status::trouble;
    const std::int64_t most = static_cast<std::int64_t>(n_) - 1;
    return answer.bound ? std::clamp<std::int64_t>(*answer.bound, 0, most) : otherwise;
  }

  void see(const StageDecision& decision) {
    for (std::size_t e = 0; e < n_ && e < decision.outcomes.size(); ++e)
      out_.seen[e].insert(decision.outcomes[e]);
  }

  void outcomes() {
    Reasoner reasoner(k_.system, limits_);
    const auto most_others = static_cast<std::int64_t>(n_) - 1;
    for (std::size_t e = 0; e < n_; ++e) {
      if (out_.field.in[e] == 0) {
        out_.certain[e] = out_.at_one.outcomes[e];
        continue;
      }
      std::set<Outcome> ends;
      const auto at = [&](const Point& point) {
        if (point.empty())
          return;
        const StageDecision decision = run(point);
        see(decision);
        ends.insert(decision.outcomes[e]);
      };
      const Answer most = reasoner.most_ahead(out_.keys, out_.field, e, Reasoner::Ahead::or_level);
      const Answer fewest =
          reasoner.fewest_ahead(out_.keys, out_.field, e, Reasoner::Ahead::strictly);
      at(most.point);
      at(fewest.point);
      if (passes_[e])
        at(failing(e));
      for (const std::size_t node : late_scores_) {
        const Span span = reasoner.span(k_.scores[node][e]);
        at(span.low.point);
        at(span.high.point);
        if (!span.low.attained || !span.high.attained)
          ends.insert(Outcome::held);
      }
      out_.most[e] = bound(most, most_others, e);
      out_.fewest[e] = bound(fewest, 0, e);
      const bool by_lines = std::ranges::all_of(out_.lines, [&](std::size_t k) {
        const auto line = static_cast<std::int64_t>(k);
        return out_.most[e] < line || out_.fewest[e] >= line;
      });
      if (by_lines && ends.size() == 1)
        out_.certain[e] = *ends.begin();
    }
  }

  /// A completion in which an entrant does not clear the unpublished hurdle; empty if there is
  /// none.
  Point failing(std::size_t e) const {
    IntegerSystem system = k_.system;
    system.unknowns[*passes_[e]] = {0, 0};
    Solver solver(system, limits_);
    return solver.find().point;
  }

  const Context& context_;
  Knowledge& k_;
  const StageDecide& decide_;
  const SolveLimits& limits_;
  std::size_t n_, stage_ = 0;
  Outlook out_;
  std::size_t first_take_ = 0;
  TieRuling ties_ = TieRuling::hold;
  bool keys_left_ = false; ///< keys of the order that cannot be told from scores
  bool early_hurdle_ = false, late_hurdle_ = false;
  std::vector<std::size_t> early_scores_, late_scores_; ///< nodes with hurdles on unknown scores
  std::vector<std::optional<std::uint32_t>> passes_;    ///< by entrant: clears unpublished hurdles
};

} // namespace

Outlook work_out(const Context& context, Knowledge& knowledge, const StageDecide& decide,
                 const SolveLimits& limits) {
  return OutlookMaker(context, knowledge, decide, limits).make();
}

} // namespace libeval
