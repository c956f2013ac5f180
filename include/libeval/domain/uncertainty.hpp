// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/base/tree.hpp>
#include <libeval/domain/level.hpp>
#include <libeval/domain/measure.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace libeval {

/// How the weights (or points) of a node's parts may lie. Points and weights keep their sum.
struct UncertainWeights {
  /// A bound on a sum of parts, in the units of the program (points or weights).
  struct Constraint {
    std::vector<std::pair<std::string, double>> terms; ///< part -> factor
    std::optional<double> at_least, at_most;
    Where where;
  };
  std::string stage;                   ///< empty: the one stage that has a score
  std::string of = "total";            ///< the node, by path or id
  std::optional<double> concentration; ///< Dirichlet round the program's own: parameters are the
                                       ///< shares times this; else uniform inside what follows
  std::vector<std::pair<std::string, std::pair<double, double>>> ranges; ///< part -> bounds
  std::vector<std::string> order; ///< parts, the most important first
  std::vector<Constraint> constraints;
  Where where, of_where, order_where, ranges_where;
};

/// A number, or a column of the same table.
struct CellParam {
  double number = 0;
  std::string column; ///< empty: the number
  Where where;
};

/// What the cells of a table may really have been.
struct UncertainCells {
  enum class Kind {
    normal,    ///< value + spread * z
    lognormal, ///< value * exp(spread * z): the value is the median
    uniform,   ///< between value - spread and value + spread, or between low and high
    beta,      ///< mean as the value, `spread` = the sum of both parameters, on [low, high]
    binomial,  ///< value / scale is the share of successes in `spread` trials
    empirical  ///< value + one of `errors`
  };
  std::string evidence, value; ///< table and value column (empty: its first)
  Filter filter;
  Kind kind = Kind::normal;
  CellParam spread;
  std::optional<CellParam> low, high;
  double scale = 1;
  std::vector<double> errors;
  /// Normal and lognormal: z of the members of a dimension that share all other keys are
  /// correlated, all pairs alike or as the matrix says.
  std::string over;
  std::optional<double> correlation;
  std::vector<std::string> members;
  std::vector<std::vector<double>> matrix;
  std::optional<std::pair<double, double>> inside; ///< cut off at these
  Where where, evidence_where, value_where, correlation_where;
};

/// Members of a dimension drawn anew with replacement, as many as there are.
struct Bootstrap {
  std::string evidence, over;
  Where where, evidence_where, over_where;
};

/// An unknown verdict that is a pass with this probability, else a fail.
struct UncertainVerdict {
  std::string rule, candidate;
  double pass = 0.5;
  Where where, rule_where, candidate_where;
};

/// Rules that might have been others: edits as on the command line (`PATH=VALUE`, `A:before:B`).
struct RuleChoice {
  struct Option {
    std::string id;
    double probability = 1; ///< relative to the other options
    std::vector<std::string> set, move;
    Where where;
  };
  std::string id;
  std::vector<Option> options;
  Where where;
};

/// A stage that is known in part: each replicate takes one of `draws` completions of its record.
struct UncertainCompletions {
  std::string stage;                ///< empty: the first that is known in part
  std::optional<Level> level;       ///< only statements at least so strong
  std::vector<std::string> without; ///< statements that do not count
  std::size_t draws = 1000;
  std::uint64_t seed = 1; ///< of the draws
  Where where;
};

/// Everything that a simulation varies. Sources of chance are numbered from 1 in this order.
struct Uncertainty {
  std::vector<UncertainWeights> weights;
  std::vector<UncertainCells> measurements;
  std::vector<Bootstrap> bootstrap;
  std::vector<UncertainVerdict> verdicts;
  std::vector<RuleChoice> rules;
  std::vector<UncertainCompletions> completions;

  [[nodiscard]] bool empty() const { return sources() == 0; }
  [[nodiscard]] std::size_t sources() const {
    return sources_before_rules() + rules.size() + completions.size();
  }
  [[nodiscard]] std::size_t sources_before_rules() const {
    return weights.size() + measurements.size() + bootstrap.size() + verdicts.size();
  }
};

/// Reads `uncertainty.yaml`. What does not fit (a range upside down, a matrix that is no
/// correlation matrix by its form, probabilities outside [0, 1]) is a diagnostic; names are looked
/// up when a simulation is prepared.
[[nodiscard]] Uncertainty read_uncertainty(const Tree& tree, Diagnostics& diagnostics);

} // namespace libeval
