// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/criteria.hpp>
#include <libeval/kernel/apportion.hpp>
#include <libeval/kernel/each.hpp>
#include <libeval/kernel/groups.hpp>
#include <libeval/kernel/outrank.hpp>
#include <libeval/kernel/rank.hpp>
#include <libeval/kernel/reduce.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace libeval {

/// Position of an array in a plan.
using ArrayId = std::uint32_t;
inline constexpr ArrayId no_array = 0xFFFFFFFFU;

using Index = std::shared_ptr<const std::vector<std::uint32_t>>;
using SharedGroups = std::shared_ptr<const kernel::Groups>;

/// The operations of a plan. Structure (groups, gaps, joins) is settled when a plan is compiled;
/// an operation only computes numbers. Each makes the array `out` from arrays made before.
namespace op {

/// Numbers of evidence; `rows` empty: all of the column, in order.
struct Load {
  ArrayId out = no_array;
  std::shared_ptr<const std::vector<double>> column = {};
  Index rows = {};
  bool constants = false; ///< numbers of the program, where fractions may stand
};
/// scale * x + shift, with the decimals as written.
struct Affine {
  ArrayId in = no_array, out = no_array;
  double scale = 1, shift = 0;
};
/// x by a number, for numbers whose reciprocal is no decimal.
struct Divide {
  ArrayId in = no_array, out = no_array;
  double by = 1;
};
struct Unary {
  ArrayId in = no_array, out = no_array;
  enum class Kind { log, exp, abs, normal_cdf } kind = Kind::log;
  double base = 0; ///< log: 0 = natural
};
struct Binary {
  ArrayId a = no_array, b = no_array, out = no_array;
  enum class Kind { add, subtract, multiply, divide, power, min, max } kind = Kind::add;
  bool positive = false; ///< divide: a divisor of zero or less is undefined
};
struct Round {
  ArrayId in = no_array, out = no_array;
  double step = 1;
  int significant = 0; ///< instead of `step`
  kernel::RoundMode mode = kernel::RoundMode::half_up;
  SharedGroups cumulative = {}; ///< instead of each value: running totals of these groups
};
/// A curve, or an exact table where the knots are compared with equality.
struct Lookup {
  ArrayId in = no_array, out = no_array;
  std::vector<std::vector<std::pair<double, double>>> curves = {};
  std::vector<std::uint32_t> curve_of = {}; ///< one a cell; empty: all read the first curve
  bool exact = true;
  kernel::CurveMode mode = kernel::CurveMode::linear;
  std::optional<double> otherwise = {};
  bool keep = false;
  SharedGroups split = {}; ///< points of shared places are the mean of those they fill
};
struct Compare {
  ArrayId a = no_array, b = no_array, out = no_array;
  double tolerance = 0, below = -1, equal = 0, above = 1;
};
struct Gather {
  ArrayId in = no_array, out = no_array;
  Index index = {};
  ArrayId chosen_by = no_array; ///< the cells were chosen by these numbers as they were then
};
/// Puts `values` (or a constant) where `cells` say.
struct Fill {
  ArrayId in = no_array, out = no_array;
  std::vector<std::uint32_t> cells = {};
  ArrayId values = no_array; ///< one a cell of the array
  double constant = 0;
};
struct Reduce {
  ArrayId in = no_array, out = no_array, weights = no_array;
  ArrayId mask = no_array;
  std::vector<std::uint8_t> left_out = {}; ///< static mask; empty = all take part
  SharedGroups groups = {};
  kernel::Reduction reduction = {};
  bool of_what_stands = false; ///< what has no result is left out; else a group with it has none
};
/// A mask of the cells that stay; `by` decides.
struct Keep {
  ArrayId by = no_array, out = no_array, mask = no_array;
  SharedGroups groups = {};
  kernel::Keep rule = {};
  bool short_is_fine = false;
  /// How many, instead of the numbers of `rule`: the same in all of a group.
  ArrayId best = no_array, highest = no_array, lowest = no_array;
  ArrayId weights = no_array; ///< those count whose weights come to `best`; a mask of shares
};
/// minmax and zscore: parameters of each group, then the same affine map for all of it.
struct Normalize {
  ArrayId in = no_array, out = no_array;
  enum class Kind { minmax, zscore_sample, zscore_population } kind = Kind::minmax;
  bool cost = false, median_center = false;
  std::optional<double> constant = {};
  SharedGroups groups = {};                 ///< every cell
  std::vector<std::uint8_t> reference = {}; ///< which cells define the parameters; empty = all
};
/// What tells equal ones apart.
struct RankKey {
  ArrayId array = no_array;
  bool ascending = false;
  std::vector<std::uint8_t> gap = {};
};
struct Rank {
  ArrayId in = no_array, out = no_array;
  std::vector<RankKey> then = {};
  SharedGroups groups = {};
  std::vector<std::uint8_t> left_out = {};
  kernel::RankRule rule = {};
};
struct WinRate {
  ArrayId in = no_array, out = no_array;
  SharedGroups groups = {};
  std::vector<std::uint8_t> left_out = {};
  double tolerance = 0, tie = 0.5;
  bool ascending = false;
  std::optional<double> alone = {};
};
struct Apportion {
  ArrayId in = no_array, out = no_array, seats = no_array; ///< seats: the same in all of a group
  SharedGroups groups = {};
  std::vector<std::uint8_t> left_out = {};
  kernel::ApportionRule rule = {};
  ArrayId held = no_array; ///< seats that each has at least
};
struct FlagFirst {
  ArrayId in = no_array, out = no_array;
  SharedGroups groups = {};
  std::vector<std::uint8_t> left_out = {};
  bool ascending = false, none_if_shared = false;
};
/// Weighted sum of arrays, then times a fixed factor an element where one is given.
struct Combine {
  ArrayId out = no_array;
  std::vector<ArrayId> in = {};
  std::vector<double> factors = {};
  std::vector<double> correction = {};
};
/// Arrays one after another.
struct Concat {
  ArrayId out = no_array;
  std::vector<ArrayId> in = {};
};
/// Methods over a matrix: cells candidate-major, all criteria of each.
struct Model {
  ArrayId in = no_array, out = no_array;
  enum class Kind { topsis, vikor, promethee } kind = Kind::topsis;
  std::size_t criteria = 0;
  Index cells = {}; ///< row-major positions in `in`
  std::vector<double> weights = {};
  std::vector<std::uint8_t> costs = {}; ///< one a criterion
  std::string normalize = "vector";
  double v = 0.5;
  std::vector<kernel::Preference> preferences = {};
};

/// Scores of candidates and effects of those who marked them, by least squares; a model for each
/// group of the dimensions that stay. A level has a mark in its model.
struct Severity {
  ArrayId in = no_array, out = no_array;
  struct Factor {
    std::vector<std::uint32_t> level = {}; ///< one a mark
    std::vector<std::string> names = {};   ///< one a level
  };
  struct Group {
    std::string name = {};                 ///< `item technology`; empty: the only one
    std::vector<std::uint32_t> cells = {}; ///< the marks in `in`
    std::vector<Factor> factors = {};      ///< the first: candidates
    std::vector<std::uint32_t> out = {};   ///< the cell of `out` of each candidate
  };
  std::vector<std::string> dimensions = {}; ///< one a factor
  std::vector<Group> groups = {};
};

/// Weights of members of a dimension, worked out from matrices of cells.
struct Weigh {
  ArrayId in = no_array, out = no_array;
  enum class Kind {
    eigenvector, ///< rows and columns are the members, a cell says how much more the row weighs
    critic       ///< columns are the members, rows those who are compared
  };
  Kind kind = Kind::eigenvector;
  struct Matrix {
    std::size_t columns = 0;
    std::vector<std::uint32_t> cells = {}; ///< row by row; npos: what the cell across says
    std::vector<std::uint32_t> out = {};   ///< the cell of `out` of each member
  };
  std::vector<Matrix> matrices = {};
  std::string value = "weight"; ///< eigenvector: or `eigenvalue`, `index`, `ratio`
};

/// Models on votes: paired comparisons, or ranked ballots. One number an item (an entrant, or with
/// `reference` anybody), of which `out` takes the entrants'. The options stand as in the language.
struct Votes {
  enum class Kind {
    bradley_terry,
    plackett_luce,
    borda,
    copeland,
    schulze,
    ranked_pairs,
    kemeny,
    approval,
    elo
  };
  ArrayId in = no_array, out = no_array;
  ArrayId weights = no_array; ///< one a cell of `in`; elo: how many points are at stake
  ArrayId start = no_array;   ///< elo: one an item
  Kind kind = Kind::bradley_terry;
  Index items = {};                      ///< candidates
  std::vector<std::uint32_t> taken = {}; ///< the items whose numbers `out` has
  std::vector<std::uint32_t> cells = {}; ///< positions in `in`
  std::vector<std::uint32_t> item = {};  ///< one a cell
  std::vector<std::uint32_t> other = {}; ///< pairs: one a cell; ballots: none
  std::vector<std::uint32_t> offsets =
      {}; ///< where each ballot (elo: period) begins in `cells`, and the end
  std::vector<std::uint32_t> cluster = {}; ///< pairs: who voted, one a cell; or none
  std::vector<double> at_home = {};        ///< pairs: 1, -1 (the other is) or 0; or none
  std::vector<ArrayId> covariates = {};    ///< pairs: one a cell of `in`
  std::vector<std::string> effect_names = {};
  bool smaller_first = false; ///< ballots: the smallest number is the best
  bool ignore_unlisted = false, from_below = false, margins = false, half_ties = true;
  double tie = 0.5, level = 0.95, ridge = 0;
  double scale = 400, edge = 0;   ///< elo: of a win ten to one, and of the first side, in points
  std::optional<int> digits = {}; ///< elo: of what a period changes
  std::vector<double> points = {};
  std::string value = "strength", errors = "sandwich", several = "hold";
  std::size_t replicates = 0, places = 0;
  std::uint64_t seed = 0;
  bool share = false;
};

} // namespace op

using Op = std::variant<op::Load, op::Affine, op::Divide, op::Unary, op::Binary, op::Round,
                        op::Lookup, op::Compare, op::Gather, op::Fill, op::Reduce, op::Keep,
                        op::Normalize, op::Rank, op::WinRate, op::FlagFirst, op::Apportion,
                        op::Combine, op::Concat, op::Model, op::Severity, op::Weigh, op::Votes>;

/// What an array is about, for findings.
struct ArrayNote {
  std::size_t size = 0;
  Index candidates = {}; ///< the candidate of each element; null: not one candidate each
  std::string where;     ///< path of the node or name of the measure
};

/// A `Load` whose numbers may change while all structure stays.
struct Feed {
  enum class Now { same, changed, otherwise }; ///< `otherwise`: the structure would be another
  std::size_t op = 0;
  std::uint32_t table = no_table; ///< position in the bundle; no_table: stages decided before
  /// Reads the numbers anew into the loaded column. Empty: the column is the table's own.
  std::function<Now()> refill = {};

  static constexpr std::uint32_t no_table = 0xFFFFFFFFU;
};
/// A constant of an operation that is a node's weight (of input `input` of a Combine) or its points
/// (the scale of an Affine).
struct WeightConstant {
  std::size_t op = 0, input = 0;
  const Node* node = nullptr;
};

/// A stage as a short list of array operations. `decide` runs it once; others run it on samples or
/// read it. Arrays are made in the order of the operations and never changed.
struct Plan {
  std::vector<Op> ops = {};
  std::vector<std::string> words = {}; ///< for each op, the step it comes from
  std::vector<ArrayNote> arrays = {};
  bool rounds = false; ///< somewhere a value is rounded
  std::vector<Feed> feeds = {};
  std::vector<WeightConstant> weighed = {};
  bool rests_on_numbers = false; ///< structure, or constants that no feed tells of, do
  bool rests_on_weights = false; ///< the same of weights and points
  bool rests_on_values = false;  ///< structure rests on what was computed from all that
  bool serves_undefined = false; ///< it would, had something had no result
  /// Dimensions of which it matters what a member is called, not only which cells are whose.
  std::set<std::string, std::less<>> named = {};
  /// Whether it runs on numbers of 32 digits: where something is rounded, and always while that
  /// costs nothing that anybody would notice.
  [[nodiscard]] bool exact() const;
};

/// The arrays that an operation reads.
[[nodiscard]] std::vector<ArrayId> inputs_of(const Op& op);

/// The operations that an array rests on, as a plan of their own with the arrays of this one.
[[nodiscard]] Plan up_to(const Plan& plan, ArrayId array);

/// Whether an operation can have no result for numbers of ordinary size.
[[nodiscard]] bool may_be_undefined(const Op& op);

/// Something had no result: a logarithm of zero, a ratio to zero, a group without spread.
struct Undefined {
  std::size_t op = 0;
  std::vector<std::uint32_t> candidates = {}; ///< whom it concerns, ascending
  std::string why;
  std::vector<std::vector<std::uint32_t>> parts = {}; ///< of a design that falls apart: who
};

/// What a model estimated beside the scores that it gives.
struct Estimated {
  std::size_t op = 0, group = 0;
  std::vector<double> scores = {}, errors = {}; ///< one a candidate; errors: standard, or none
  std::vector<std::vector<double>> effects = {}, effect_errors = {}; ///< of each further factor
  std::vector<double> residuals = {};                                ///< one a mark
  double residual_sd = 0;
  std::size_t degrees_of_freedom = 0;
};

/// What a model on votes knows beside the numbers that it gives, one number an item of the op.
struct Voted {
  std::size_t op = 0;
  std::vector<double> scores = {}, errors = {}, lower = {}, upper = {}, place = {};
  std::vector<std::pair<std::string, double>> facts = {};
};

} // namespace libeval
