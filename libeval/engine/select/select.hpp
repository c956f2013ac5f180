// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/compile/compile.hpp"
#include "engine/run/run.hpp"
#include "engine/select/open.hpp"

#include <libeval/engine/decision.hpp>
#include <libeval/engine/verdicts.hpp>

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace libeval {

/// Entrants by position.
using Who = std::vector<std::uint32_t>;

/// By candidate, the cells that should stand and do not: one of each node or measure, with all its
/// cells.
using GapCells = std::map<std::size_t, std::vector<GapCell>>;

/// A finding about a candidate's gap, as one for each node or measure in which it began.
void tell_gap(const Finding& about, const GapCells& cells, std::vector<Finding>& out);

/// One number an entrant, as selection sees it.
struct Values {
  std::vector<double> numbers;
  std::vector<std::uint8_t> gap; ///< empty: none
  Direction direction = Direction::benefit;
  double tolerance = 0;  ///< numbers this near are equal
  bool relative = false; ///< others' values have entered, so that a gap may change every number
  std::vector<GapCell> gaps;

  [[nodiscard]] GapCells gap_cells() const;
  [[nodiscard]] bool has(std::size_t i) const { return gap.empty() || gap[i] == 0; }
};

/// The scores of a stage, ready to be asked for. What takes a look at every entrant is worked out
/// when it is first asked for and kept; one thread asks.
class Scorebook {
public:
  explicit Scorebook(const Context& c) : context(c) {}

  /// The nodes of the tree. Precondition: the vector stays as it is. `noise`: what
  /// arithmetic leaves open, as in tolerance_of.
  void open(const std::vector<NodeScores>& nodes, double noise, std::vector<GapCell> gaps);

  /// A node by path, else the first with that id; nullptr if there is none.
  [[nodiscard]] const NodeScores* node(std::string_view name) const;
  /// How near two values of a node are that count as equal.
  [[nodiscard]] double tolerance(const NodeScores& node) const;

  /// A measure, a node or a list of cells recomputed for some of the entrants only (as candidates
  /// and as opponents); results in the order of `subset`.
  [[nodiscard]] Values recompute(const OrderKey& key, Who subset, bool among_tied) const;
  /// The same for all entrants, once for each key.
  [[nodiscard]] const Values& of_everybody(const OrderKey& key) const;

  /// The place of every candidate in the lot with that seed, from 0.
  [[nodiscard]] const std::vector<std::uint32_t>& lot(std::uint64_t seed) const;

  /// The verdicts of a policy file on the entrants.
  [[nodiscard]] const Judgments& judgments(const PolicyFile& policy) const;

  /// Gaps that reached a step of the tree that needs values.
  [[nodiscard]] const std::vector<GapCell>& gaps() const { return gaps_; }

  const Context& context;

private:
  const std::vector<NodeScores>* nodes_ = nullptr;
  std::vector<GapCell> gaps_;
  double noise_ = 0;
  mutable std::map<const NodeScores*, double> tolerances_;
  mutable std::map<std::uint64_t, std::vector<std::uint32_t>> lots_;
  mutable std::map<const PolicyFile*, Judgments> judgments_;
  mutable std::map<std::tuple<OrderKey::Kind, std::string, const Measure*>, Values> of_everybody_;
};

/// Copies a node's score of every entrant; 0 where none stands.
[[nodiscard]] std::vector<double> numbers_of(const Scores& scores);

/// How near two values of a score are that count as equal. Rounded ones must be the same; others
/// may differ by 1e-9 of the points, and where there are none by 1e-9 (of the largest value if that
/// is below 1), or by what the arithmetic leaves open.
[[nodiscard]] double tolerance_of(const std::vector<double>& numbers, double resolution,
                                  double points, double noise);

/// Groups of entrants, best first; inside a group they are tied.
struct TieGroups {
  Who order;
  std::vector<std::uint32_t> offsets{0};

  [[nodiscard]] std::size_t size() const { return offsets.size() - 1; }
  [[nodiscard]] std::span<const std::uint32_t> operator[](std::size_t t) const {
    return {order.data() + offsets[t], order.data() + offsets[t + 1]};
  }
  void add(std::span<const std::uint32_t> group) {
    order.insert(order.end(), group.begin(), group.end());
    offsets.push_back(static_cast<std::uint32_t>(order.size()));
  }
  void add(const TieGroups& groups) {
    for (std::size_t t = 0; t < groups.size(); ++t)
      add(groups[t]);
  }
};

/// Sorts entrants by keys in turn. What a key could not tell (undefined values, gaps that may have
/// moved everybody) is added to `trouble`; other gaps become open questions; `findings` gets them
/// and a lot or recorded decision that decided something.
class Sorter {
public:
  Sorter(const Scorebook& book, const std::vector<double>& total, std::size_t step, Open& open)
      : book_(book), total_(total), step_(step), open_(open) {}

  [[nodiscard]] TieGroups sort(const Who& who, const std::vector<OrderKey>& keys);

  TieGroups by_first_key; ///< after `sort` by several keys: the groups before any tie was broken
  /// After `sort`, of each group the position of the key that puts it behind the one before it.
  std::vector<std::uint32_t> parted_by;
  std::vector<Finding> findings;
  std::vector<Finding> trouble;

  /// The values of one key for the entrants `who`, in that order.
  [[nodiscard]] Values values(const OrderKey& key, const Who& who, bool among_tied);

private:
  TieGroups split(const Who& group, const OrderKey& key, const Who* fixed_set);
  TieGroups by_values(const Who& group, const Values& values);
  TieGroups by_block(const Who& group, const OrderKey& key);
  TieGroups by_count_back(const Who& group, const OrderKey& key, const Who* fixed_set);
  TieGroups by_lot(const Who& group, const OrderKey& key);
  TieGroups by_decision(const Who& group, const OrderKey& key);
  void report(Values& values, const Who& who, const OrderKey& key);
  std::vector<double> levels_of(const Values& values, double tolerance);

  const Scorebook& book_;
  const std::vector<double>& total_;
  std::size_t step_;
  Open& open_;
};

/// Whether each is ordered by what is its own, whoever else is there.
[[nodiscard]] bool by_itself(const std::vector<OrderKey>& keys);

/// Whether a recorded decision was made by the date of the program.
[[nodiscard]] bool is_seen(const RecordedDecision& decision, const Program& program);

/// Passes the entrants through the steps of selection and fills `stage` (outcomes, places,
/// findings, reports). What is not known and not assumed becomes a question of `open`; until it is
/// answered, unknown verdicts count as passes and gaps as at their worst place.
void select_entrants(const Scorebook& book, Open& open, StageDecision& stage);

/// Decides a program where some of what is not known is assumed.
[[nodiscard]] Decision decide(const Bundle& bundle, const Assumptions& assumptions,
                              Diagnostics& diagnostics);

/// The verdict of one candidate under one rule, from what was found.
struct RuleVerdict {
  Verdict verdict = Verdict::unknown;
  const ReadyFinding* decisive = nullptr;
  bool conflict = false;
};
[[nodiscard]] RuleVerdict judge(const Rule& rule, const std::vector<const ReadyFinding*>& findings);

} // namespace libeval
