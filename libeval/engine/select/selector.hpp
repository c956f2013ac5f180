// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/select/select.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace libeval {

/// At most so many of each value of an attribute, and how many are taken. Vectors but `value` are
/// by value.
struct RunningQuota {
  std::string by;
  std::vector<std::uint32_t> value; ///< of each entrant; npos: it has none, or one without a limit
  std::vector<std::size_t> at_most;
  std::vector<std::size_t> taken;    ///< also places that wait for a held tie
  std::vector<std::size_t> reserved; ///< they take room from each other only
  bool silent = false;               ///< whoever it refuses has been told why

  [[nodiscard]] std::size_t room(std::uint32_t of) const {
    return at_most[of] > taken[of] ? at_most[of] - taken[of] : 0;
  }
};

/// At least so many of each value of an attribute are among those taken. Vectors but `value` are by
/// value.
struct LeastQuota {
  std::string by;
  std::vector<std::uint32_t> value; ///< of each entrant; npos: none that is asked for
  std::vector<std::string> names;
  std::vector<std::size_t> least;
  select::Quota::Short shortage = select::Quota::Short::refused;
};

/// Passes entrants through the steps of selection, one function a step. The steps stand in
/// select_*.cpp, one idea a file.
class Selector {
public:
  Selector(const Scorebook& book, Open& open, StageDecision& stage)
      : book_(book), context_(book.context), program_(book.context.bundle.program), open_(open),
        stage_(stage), n_(book.context.entrants.size()), state_(n_, State::undecided) {}

  void run();

private:
  /// `waiting`: tied across a line; `reserved`: next, should a place become free. Neither is taken
  /// or out, but a later rule may still put it out.
  enum class State : std::uint8_t { undecided, taken, waiting, reserved, out };

  // --- the steps ---
  void apply(const select::Policy& s);
  void follow(const Rule& rule, std::uint32_t e, Verdict verdict);
  void apply(const select::Require& s);
  void apply(const select::Order& s);
  void apply(const select::Group& s);
  void apply(const select::Regroup&);
  void apply(const select::Take& s);
  void apply(const select::Quota& s);
  void apply(const select::Duel& s);
  void apply(const select::Eliminate& s);
  void apply(const select::Assign& s);
  void apply(const select::Grant& s);
  void apply(const select::Withdraw& s);
  void apply(const select::Ties&) {}
  void apply(const select::Reserve& s);

  // --- the field ---
  [[nodiscard]] std::size_t candidate(std::uint32_t e) const { return context_.entrants[e]; }
  void put_out(std::uint32_t e, Outcome outcome);
  void take(std::uint32_t e, const std::string& as);
  void count_in_quotas(std::uint32_t e, int by);
  [[nodiscard]] bool standing(std::uint32_t e) const { return state_[e] != State::out; }
  [[nodiscard]] Who who(State state) const;
  Finding& find(Finding::Kind kind, std::size_t candidate);
  [[nodiscard]] const std::string* attribute(std::uint32_t e, const std::string& name) const {
    return program_.candidates[candidate(e)].attribute(name);
  }
  [[nodiscard]] std::uint32_t entrant_of(const RecordedDecision& decision);

  // --- names, looked up before anybody is selected; a step without names needs nothing here ---
  void unknown_attribute(const std::string& name);
  void check_key(const OrderKey& key);
  void check_keys(const std::vector<OrderKey>& keys) {
    for (const OrderKey& key : keys)
      check_key(key);
  }
  template <class S>
  void check(const S&) {}
  void check(const select::Order& s) { check_keys(s.keys); }
  void check(const select::Require& s) { check_key(s.what); }
  void check(const select::Take& s);
  [[nodiscard]] bool covers(const select::Band& earlier, const select::Band& later,
                            const std::string& part) const;
  void check(const select::Grant& s) { check_keys(s.by); }
  void check(const select::Eliminate& s);
  void check(const select::Assign& s) { check_keys(s.by); }
  void check(const select::Duel& s);
  void check(const select::Quota& s);
  void check(const select::Ties& s);

  // --- order and places ---
  TieGroups sorted(const Who& who, const std::vector<OrderKey>& keys,
                   TieGroups* first_key = nullptr, std::vector<std::uint32_t>* parted_by = nullptr);
  void ensure_order();
  void set_order(const std::vector<OrderKey>& keys);
  [[nodiscard]] std::vector<OrderKey> by_total() const;
  /// The entrants that pass, by pool or all in one, in their order.
  template <class F>
  [[nodiscard]] std::vector<Who> by_pool(bool per_pool, F&& passes) const {
    std::vector<Who> out(per_pool ? pool_names_.size() : 1);
    if (!per_pool)
      out[0].reserve(n_);
    for (std::uint32_t e = 0; e < n_; ++e)
      if (passes(e))
        out[per_pool ? pool_[e] : 0].push_back(e);
    return out;
  }
  const TieGroups& undecided_in_order(std::uint32_t pool, TieGroups& some) const;
  void place(const TieGroups& groups, std::vector<double>& places) const;

  /// Whether there are pools, with which the step does not work; says so.
  bool refuses_pools();

  // --- elimination ---
  void eliminate_by_transfers(const select::Eliminate& s, std::size_t seats);
  void eliminate_by_keys(const select::Eliminate& s, std::size_t seats);
  void settle_elimination(const select::Eliminate& s, const std::vector<Who>& order,
                          const Who& elected, const Who& tied);
  std::vector<Who> tied_by_keys(const Who& who, const std::vector<OrderKey>& keys);

  void note_duel(const TieGroups& pair, const std::string& key);

  // --- assignment ---
  struct Wish;
  std::optional<std::vector<Wish>> wishes(const Measure& measure);

  // --- taking ---
  struct Line {
    std::optional<std::size_t> count; ///< so many; none: all
    std::string as;
    TieRuling ties;
    bool under_quotas = true; ///< a place won or granted is not refused
  };
  void take_first(const TieGroups& groups, const Line& line);
  void take_in_order(const TieGroups& groups, const Line& line);
  void ask_for_least(const select::Quota& s);
  void take_with_least(const TieGroups& groups, const Line& line);
  [[nodiscard]] std::optional<std::vector<std::size_t>> lacking(const TieGroups& groups,
                                                                std::size_t& stay_open) const;
  void take_as_they_fit(const Who& tied, std::size_t& free, std::vector<std::size_t>& lacking,
                        const Line& line);
  void tell_who_gives_way(const TieGroups& groups, std::size_t places, const std::string& to);
  void settle_tie(std::span<const std::uint32_t> tied, std::size_t left, const Line& line,
                  bool any_may_win = true);
  Finding& note_tie(std::span<const std::uint32_t> tied, std::size_t left);
  [[nodiscard]] bool matters_to_others() const;
  [[nodiscard]] bool are_treated_alike(std::span<const std::uint32_t> tied) const;
  void hold_alike();
  [[nodiscard]] static bool few_choices(std::size_t tied, std::size_t places);
  [[nodiscard]] std::vector<std::size_t> assume_first(std::span<const std::size_t> tied,
                                                      std::size_t places);
  [[nodiscard]] Who draw(std::span<const std::uint32_t> tied, std::size_t places);
  void set_apart(const Who& before, std::span<const std::uint32_t> tied,
                 std::vector<double>& place) const;
  /// A tie in which it matters who comes when is tried in every order up to that size.
  static constexpr std::size_t most_in_every_order = 5;
  void take_in_drawn_order(std::span<const std::uint32_t> tied,
                           const std::function<bool(std::uint32_t)>& take_next);
  void tell_apart(double place, std::size_t tied, const std::function<bool(double)>& is_asked_for,
                  const std::function<void(std::size_t)>& draw_first);
  void tell_places_apart(const Filter& filter, TieRuling ties);
  [[nodiscard]] const Source* read_place(const OrderKey& key) const;
  std::set<std::size_t> tell_places_apart(const OrderKey& key,
                                          const std::function<bool(double)>& is_asked_for,
                                          Values& values);
  [[nodiscard]] bool over_quota(std::uint32_t e, const RunningQuota** which = nullptr) const;
  [[nodiscard]] bool is_passed_over(std::uint32_t e);
  struct Crowd {
    Who contested;        ///< who shares a quota with more of the tied than it has room for
    std::size_t most = 0; ///< no more than so many of the tied fit all quotas
  };
  [[nodiscard]] Crowd crowd(const Who& tied) const;
  [[nodiscard]] bool passes(const Filter& filter, std::uint32_t e) const;
  [[nodiscard]] static bool fits_attribute(const Test& test, const std::string* value);
  void take_bands(const select::Take& s, const TieGroups& groups);
  void take_budget(const select::Take& s, const TieGroups& groups);
  [[nodiscard]] bool counts_every_pool(const select::Take& s);
  [[nodiscard]] Who seeded(const Who& field, const OrderKey& seeds);
  [[nodiscard]] TieGroups meeting(const select::Take& s, const TieGroups& groups);
  [[nodiscard]] double bound_of(const Bound& bound, const std::string& part) const;
  [[nodiscard]] static bool meets(const Bound& bound, double limit, double x, double tolerance);
  [[nodiscard]] bool meets(std::uint32_t e, const Values& values, const std::string& name,
                           const Bound& bound, double limit, double tolerance);
  [[nodiscard]] Values values_of(const OrderKey& key);
  [[nodiscard]] bool ask_about_gap(std::uint32_t e, const Values& values, const GapCells& cells,
                                   const std::string& name);
  [[nodiscard]] bool is_by_total(const std::vector<OrderKey>& keys) const;
  void note_line(const TieGroups& groups, const std::vector<OrderKey>& keys);

  // --- gaps ---
  [[nodiscard]] bool place_decides() const;
  [[nodiscard]] bool ends_decide() const;
  [[nodiscard]] bool rises(const Bound& bound, const OrderKey& what) const;

  const Scorebook& book_;
  const Context& context_;
  const Program& program_;
  Open& open_;
  StageDecision& stage_;
  std::size_t n_;
  std::vector<State> state_;
  std::vector<RunningQuota> quotas_;
  std::optional<LeastQuota> least_;
  std::map<std::uint32_t, std::size_t> spoken_for_; ///< by pool: places that wait for a held tie
  std::size_t ties_drawn_ = 0; ///< of this step: ties that were assumed to end one way
  struct AlikeTie {
    Who tied;
    std::size_t finding;
  };
  std::vector<AlikeTie> alike_; ///< one way speaks for all: who of them is which may be any
  Who behind_a_large_tie_;      ///< undecided when one was met of which not all ends can be tried
  std::vector<double> place_, pool_place_; ///< places, ties that were drawn told apart
  /// The same of earlier stages, by stage (true: places in pools), then by candidate.
  std::map<std::pair<std::string, bool>, std::map<std::size_t, double>> earlier_places_;
  TieRuling ties_ = TieRuling::hold;
  bool ordered_ = false, pooled_ = false, taking_ = false, held_ = false;
  std::vector<std::uint32_t> pool_; ///< of each entrant
  std::vector<std::string> pool_names_;
  std::vector<TieGroups> order_;        ///< one a pool (one in all without pools)
  std::vector<OrderKey> standing_keys_; ///< of the last order
  std::size_t step_ = 0;
  StepReport report_;
};

/// A bound in words: "at least".
[[nodiscard]] std::string bound_word(Bound::Kind kind);
/// `at least 60`; a limit that is no short decimal as the share that was written, `at least 2/3`.
[[nodiscard]] std::string in_words(const Bound& bound, double limit);

} // namespace libeval
