// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/reconstruct/knowledge.hpp"
#include "engine/reconstruct/solver.hpp"

#include <libeval/engine/partial.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace libeval {

/// One end of what a number can be.
struct End {
  std::optional<Fraction> at;      ///< the proven bound; none: there is none
  bool attained = false;           ///< `point` has it, checked exactly
  bool certified = false;          ///< the bound was re-derived in exact arithmetic
  bool interrupted = false;        ///< out of time: the true end may lie further in
  bool trouble = false;            ///< the solver was of no use
  std::vector<std::int64_t> point; ///< a completion that attains it
};

struct Span {
  End low, high;
  [[nodiscard]] bool single() const {
    return low.at && high.at && *low.at == *high.at && low.attained && high.attained;
  }
  [[nodiscard]] ScoreRange range() const; ///< as a reader sees it
};

/// Adds the completions that attain the ends.
void add_points(const Span& span, std::vector<std::vector<std::int64_t>>& to);

/// How entrants are put in order: the keys in turn, larger is better, one expression an entrant.
using Keys = std::vector<std::vector<Linear>>;

/// Which entrants may stand in each other's way, and unknowns that say whether they do.
struct Field {
  std::vector<std::uint8_t> in;                        ///< by entrant
  std::vector<std::optional<std::uint32_t>> if_passes; ///< by entrant: an unknown, 1 = in the field
};

enum class Ahead { strictly, or_level };

/// What expressions can be over all completions. Values handed out are exact; what was interrupted
/// says so.
class Reasoner {
public:
  Reasoner(const IntegerSystem& system, const SolveLimits& limits)
      : limits_(limits), solver_(system, limits) {}

  [[nodiscard]] End highest(const Linear& x, Effort effort = Effort::whole);
  [[nodiscard]] End lowest(const Linear& x, Effort effort = Effort::whole);
  [[nodiscard]] Span span(const Linear& x, Effort effort = Effort::whole) {
    return {lowest(x, effort), highest(x, effort)};
  }
  /// The same of several, what is easy first: all are tried a little, and again, harder each time,
  /// those that are open, so that one that is hard takes no time from the others.
  [[nodiscard]] std::vector<Span> spans(const std::vector<Linear>& some);

  /// What an expression cannot be below, by the bounds of its unknowns or by the relaxation alone.
  [[nodiscard]] std::optional<Fraction> least_by_relaxation(const Linear& x);

private:
  SolveLimits limits_;
  Solver solver_;
};

/// Asks several questions again and again, harder each time, as long as something is open: `ask`
/// is told how hard and says whether something is. Nobody waits for what is hard.
template <class Ask>
void in_rounds(const SolveLimits& limits, const Ask& ask) {
  for (const Effort effort :
       {Effort::quick, Effort{20}, Effort{400}, Effort{8000}, Effort::whole}) {
    const bool hardest = effort.at_most(limits.effort).nodes == limits.effort.nodes;
    if (!ask(effort) || hardest || limits.over())
      return;
  }
}

/// The most entrants of the field that can be ahead of `who` at once; `who` passes. Its point is of
/// the system.
[[nodiscard]] Answer most_ahead(const IntegerSystem& system, const SolveLimits& limits,
                                const Keys& keys, const Field& field, std::size_t who, Ahead ahead,
                                Effort effort = Effort::whole);
/// The fewest that must be.
[[nodiscard]] Answer fewest_ahead(const IntegerSystem& system, const SolveLimits& limits,
                                  const Keys& keys, const Field& field, std::size_t who,
                                  Ahead ahead, Effort effort = Effort::whole);

/// Where rows about comparisons go. With `derived` the new unknowns follow from the others there.
struct RowWriter {
  IntegerSystem& system;
  std::uint32_t tag = Row::rule;
  std::vector<Knowledge::Derived>* derived = nullptr;
};

[[nodiscard]] bool is_zero(const Linear& x); ///< whatever the unknowns are
[[nodiscard]] bool is_one(const Linear& x);
/// Whether an expression is above 0 at a point.
[[nodiscard]] bool is_set(const Linear& x, const std::vector<std::int64_t>& point);
/// An expression that is 1 where two expressions, each 0 or 1, are, else 0.
[[nodiscard]] Linear both(const RowWriter& out, const Linear& a, const Linear& b);
/// An unknown that is 1 only where all of these are above 0, or any of them, and can be 1 there.
[[nodiscard]] Linear all_of(const RowWriter& out, const std::vector<Linear>& some);
[[nodiscard]] Linear any_of(const RowWriter& out, const std::vector<Linear>& some);

/// Adds a row that makes x <= y.
void not_above(const RowWriter& out, const Linear& x, const Linear& y);

/// What a bound from below leaves of the values of an expression, multiples of one number.
[[nodiscard]] Fraction least_value(const Linear& x, const LinearBound& low);

/// Adds a row that makes x >= low where the expression `active` is 1; where it is 0 or below, the
/// row says nothing. Throws std::domain_error where x has no bounds.
void imply(const RowWriter& out, const Linear& active, const Linear& x, const LinearBound& low);

/// Adds rows by which `a` is ahead of `b` by the keys where the expression `active` (0 or 1) is 1.
/// Throws std::domain_error where a key has no bounds.
void imply_ahead(const RowWriter& out, const Keys& keys, std::size_t a, std::size_t b, Ahead ahead,
                 const Linear& active);

/// Unknowns (0 or 1) whose sum is at most the number of the field ahead of `who`, and can be it.
[[nodiscard]] std::vector<std::uint32_t> count_ahead(const RowWriter& out, const Keys& keys,
                                                     const Field& field, std::size_t who,
                                                     Ahead ahead);
/// The same of those that are not ahead, absent ones among them.
[[nodiscard]] std::vector<std::uint32_t> count_not_ahead(const RowWriter& out, const Keys& keys,
                                                         const Field& field, std::size_t who,
                                                         Ahead ahead);
/// So many of the field could be ahead of `who`.
[[nodiscard]] std::int64_t others(const Field& field, std::size_t who);

/// Adds rows that say how many of the field are ahead of `who`.
void bound_ahead(const RowWriter& out, const Keys& keys, const Field& field, std::size_t who,
                 Ahead ahead, std::optional<std::int64_t> at_least,
                 std::optional<std::int64_t> at_most);

/// Compares two entrants at a point: above 0, `a` is ahead.
[[nodiscard]] int compare_at(const Keys& keys, std::size_t a, std::size_t b,
                             const std::vector<std::int64_t>& point);

} // namespace libeval
