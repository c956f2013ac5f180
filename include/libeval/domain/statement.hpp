// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/base/tree.hpp>
#include <libeval/domain/criteria.hpp>
#include <libeval/domain/policy.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libeval {

/// One thing that somebody published about a stage whose scores are not known, with its source.
/// It speaks of one node of the criteria tree (`part`), except for `outcome` and `marks`.
struct Statement {
  enum class Kind {
    value,      ///< scores of candidates: `values`
    values,     ///< the scores of the entrants or of those in `of`, in some order: `values`
    range,      ///< bounds on scores of candidates: `ranges`
    mean,       ///< of the entrants or of those in `of`: `number`
    sum,        ///< likewise
    gap,        ///< first minus last: `number`
    first,      ///< `groups[0]` leads; several share the first place
    last,       ///< likewise at the end
    top,        ///< `groups[0]` are ahead of everybody else, in some order
    order,      ///< each group is ahead of the next; inside a group the order is not said
    ahead,      ///< `groups[0][0]` is at least `number` ahead of each of `groups[1]`
    place,      ///< of candidates among the entrants or those in `of`, 1-2-2-4: `values`
    above_mean, ///< `groups[0]` are above the mean of the entrants or of those in `of`
    below_mean, ///< likewise
    outcome,    ///< outcomes of candidates, as in a decision: `outcomes`
    marks       ///< marks of the unpublished evidence `evidence` lie in `ranges[0]`
  };
  struct Bounds {
    std::string candidate;
    std::optional<double> low, high;
    bool above_low = false, below_high = false; ///< the bound itself is excluded
  };

  std::string id, text, stage, part = "total";
  Kind kind = Kind::value;
  std::string source, date;
  std::string level_word = "official"; ///< as written
  Level level = Level::verified;
  std::vector<std::pair<std::string, double>> values; ///< of `values` without candidates
  std::vector<Bounds> ranges;
  double number = 0;
  std::vector<std::vector<std::string>> groups;
  std::vector<std::pair<std::string, std::string>> outcomes;
  std::string evidence;
  std::vector<std::string> of;     ///< empty: all entrants
  std::optional<Rounding> rounded; ///< absent: the number is exact
  bool ties_allowed = false;       ///< `first`, `top`, ...: level with counts as ahead
  Where where;                     ///< of its word, such as `value`
};

/// A file of statements: what is known of stages whose scores were not published.
struct Published {
  std::string id, title, name, file; ///< `name`: of the evidence in the program
  double step = 0;                   ///< the reporting grid: scores are multiples of it
  std::vector<Statement> statements;
};

/// Reads a file of statements. Ids that stand twice, candidates named twice in an order and ranges
/// that end before they begin are diagnostics; names are checked by those who know them.
[[nodiscard]] Published read_published(const Tree& tree, Diagnostics& diagnostics);

/// The words of levels as statements and the command line spell them: those of policies, and
/// `official` (verified), `press` (alleged), `second_hand` (inferred).
[[nodiscard]] const std::vector<std::string>& statement_levels();
[[nodiscard]] Level statement_level(std::string_view word); ///< precondition: one of them

} // namespace libeval
