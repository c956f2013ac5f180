// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/share.hpp>
#include <libeval/domain/measure.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace libeval {

/// A person's ruling: data with reason, source and date, never computed.
struct RecordedDecision {
  std::string candidate;          ///< whom it concerns; or
  std::vector<std::string> order; ///< candidates, best first
  std::string reason, source, date;
  Where where;
};

/// One key of an order; later keys count only inside a tie of those before it.
struct OrderKey {
  enum class Kind { part, attribute, measure, count_back, lot, decision, block };
  enum class CountBack { value, first, last };
  Kind kind = Kind::part;
  std::string name; ///< part, named measure or attribute; what it is called in findings
  std::shared_ptr<const Measure> measure; ///< measure in place, count_back
  std::optional<Direction> direction;
  CountBack run = CountBack::value;
  bool among_tied = false;
  bool repeat = false;         ///< block: anew for those still tied
  bool repeat_at_once = false; ///< as soon as a key tells some of them apart
  std::size_t ties_at_least = 0, ties_at_most = SIZE_MAX; ///< speaks only in ties of that size
  std::vector<OrderKey> keys;                             ///< block
  std::optional<double> tolerance;
  std::uint64_t seed = 0;
  std::string lot_source;
  std::optional<RecordedDecision> decision;
  Where where;
};

/// A bound on a score: a number, or a share of the part's points.
struct Bound {
  enum class Kind { at_least, above, at_most, below };
  Kind kind = Kind::at_least;
  double number = 0;
  std::optional<Share> share = {}; ///< of the part's points, instead of the number
};

enum class TieRuling { hold, all_advance, all_cut, share };

namespace select {
struct Policy {
  std::string file;
  std::vector<std::string> rules; ///< empty = all
};
struct Require {
  std::string title;
  OrderKey what; ///< part, attribute or measure
  std::optional<Bound> bound;
  bool stands = false; ///< only that a value stands
  enum class Otherwise { cut, disqualified, hold } otherwise = Otherwise::cut;
};
struct Order {
  std::vector<OrderKey> keys;
};
struct Group {
  std::string by;   ///< attribute, or the value column of
  std::string from; ///< an evidence table
};
struct Regroup {};
struct Band {
  std::string name;
  std::optional<std::size_t> first;
  std::optional<Bound> bound;
};
struct Take {
  enum class Kind { until, first, share, bound, all_but, bands, budget };
  Kind kind = Kind::until;
  std::optional<std::size_t> count; ///< until, first, all_but; absent: the stage's places
  std::map<std::string, std::size_t> per_pool;
  std::optional<Share> share;
  enum class Rounded { down, up, nearest } rounded = Rounded::down;
  std::optional<std::size_t> min, max;
  Bound bound;
  bool until = false; ///< bound: no more than until `count`, or all places, are taken
  std::string part = "total";
  std::vector<Band> bands;
  std::vector<std::string> advance;
  double budget = 0;
  std::optional<Param> cost;
  bool skip = false;
  bool rest = false; ///< `of: rest`: across pools
  Filter filter;
  std::vector<OrderKey> by;
  std::optional<TieRuling> ties;
  std::string as;
};
struct Quota {
  std::string by;
  std::optional<std::size_t> at_most;
  std::map<std::string, std::size_t> of;       ///< instead: of these members; others have no limit
  std::optional<std::size_t> at_least;         ///< of each member
  std::map<std::string, std::size_t> least_of; ///< instead: of these members
  /// Where there are fewer: their places stay open, or go to others.
  enum class Short { refused, open, others } shortage = Short::refused;
};
struct Duel {
  std::string by;
  std::optional<OrderKey> seeds;
  std::size_t losers = 0;
  std::vector<OrderKey> order;
};
/// Round by round: ballots counted with transfers, or the last by keys that are worked out anew.
struct Eliminate {
  std::optional<Measure> ballots;   ///< ranked ballots; or
  std::vector<OrderKey> by;         ///< who is last by these goes out
  Tree count;                       ///< arguments of a model on ballots: `over`, `weights`
  std::optional<std::size_t> seats; ///< absent: the stage's places
  std::string quota;                ///< droop, droop_exact, hare, number; empty: the usual one
  double quota_number = 0;
  bool active = false;               ///< of the votes that still count, anew in each round
  std::string transfer = "weighted"; ///< what passes on: weighted, last_parcel, papers, meek
  std::string divide_by; ///< all, transferable: papers that divide a surplus; empty: the usual ones
  std::string exclude;   ///< at_once, by_value, firsts_then_values, by_parcel; empty: the usual one
  bool earliest_surplus = false;   ///< of an earlier round first, then the largest
  std::optional<int> digits;       ///< transfer values are cut after so many decimals
  std::optional<int> vote_digits;  ///< votes at one value are cut after so many decimals
  bool defer = false;              ///< surpluses wait where they cannot change who goes out next
  bool together = false;           ///< as many go out as together have fewer votes than the next
  bool early = false;              ///< the last seats are filled as soon as they are sure
  std::optional<double> tolerance; ///< meek: surpluses that are together below it are none
  std::string earlier = "none";    ///< which earlier round tells equals apart: last, first
  std::vector<OrderKey> ties;
  std::string as;
};
/// Places of several programmes by the preferences of both sides (deferred acceptance).
struct Assign {
  std::optional<Measure> preferences; ///< of each candidate, by programme: the best first
  std::optional<Measure> priorities;  ///< of each programme, by candidate: the best first
  std::vector<OrderKey> by;           ///< one order for all programmes, or among their equals
  std::map<std::string, std::size_t> places; ///< of each programme
  std::optional<std::size_t> each;           ///< instead: so many of every programme
  Where places_where;
};
struct Grant {
  std::optional<RecordedDecision> decision;
  std::vector<OrderKey> by;
  std::size_t first = 1;
  std::string as;
};
struct Withdraw {
  RecordedDecision decision;
};
struct Ties {
  TieRuling rule = TieRuling::hold;
};
struct Reserve {
  std::size_t first = 1;
};
} // namespace select

/// One step of selection. A new step gets its struct here, its keys in language_selection.cpp, its
/// reading in read_selection.cpp, and its working in engine/select_*.cpp.
struct SelectStep {
  std::variant<select::Policy, select::Require, select::Order, select::Group, select::Regroup,
               select::Take, select::Quota, select::Duel, select::Eliminate, select::Assign,
               select::Grant, select::Withdraw, select::Ties, select::Reserve>
      what;
  std::string name; ///< the word, as in the file
  Where where;
};

[[nodiscard]] SelectStep read_select(const Tree& tree);
[[nodiscard]] OrderKey read_order_key(const Tree& tree);

} // namespace libeval
