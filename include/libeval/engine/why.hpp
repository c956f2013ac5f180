// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/program.hpp>
#include <libeval/engine/decision.hpp>
#include <libeval/engine/verdicts.hpp>
#include <libeval/engine/whatif.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace libeval {

/// One node of the criteria tree for one candidate.
struct WhyScore {
  std::size_t node = 0; ///< position in StageDecision::nodes
  std::string path, title;
  std::size_t depth = 0;
  std::optional<double> points, score;
  /// What this node adds to the score of the node above; the contributions of the parts of a node
  /// add up to its score before rounding. None where the parts are not added.
  std::optional<double> contribution;
  bool relative = false; ///< others' values enter this score
};

/// A rule that would have been another one, or evidence that would have come.
struct Alternative {
  enum class Kind {
    policy_before_take, ///< `subject`: the policy file
    policy_after_take,
    policy_not_applied, ///< all of its rules
    rule_not_applied,   ///< `subject`: the rule's id
    hurdle_not_applied, ///< `subject`: the hurdle's title or part
    one_place_more,     ///< `subject`: the step and member; empty: of the stage
    one_place_fewer,
    ties_all_advance,
    ties_all_cut,
    verdict_pass, ///< `subject`: the rule, `candidate`: whose verdict
    verdict_fail,
    gap_zero, ///< `subject`: the node whose gap is meant
    gap_drop,
    gap_lowest,
    replaced ///< `subject`: the things of the lineage that an own one would take the place of, so
             ///< that rule `rule` passes; said even where the outcome stays
  };
  Kind kind = Kind::policy_before_take;
  std::string subject;
  std::string rule, still; ///< of `replaced`; and the rules that fail all the same
  std::size_t candidate = nobody;
  Outcome outcome = Outcome::held; ///< what the candidate asked about would be
  std::optional<std::size_t> vacancies;
  std::vector<CandidateChange> others; ///< whose outcome in the stage changes with it
};

[[nodiscard]] std::string_view to_string(Alternative::Kind kind);

/// The verdicts of one policy file on one candidate that follow from the lineage or the scores.
struct WhyPolicy {
  std::size_t policy = 0; ///< position in Bundle::policies
  Judgments judgments;    ///< points into the bundle
};

/// Others who were level by the first key, and the key that told them apart.
struct WhyParted {
  std::vector<std::size_t> others; ///< candidates, level with each other
  bool before = false;             ///< whether they are before the candidate asked about
  std::string key;
};

/// Why one candidate had its outcome in one stage, as data.
struct Why {
  std::size_t candidate = 0;
  std::size_t stage = 0;   ///< position in Decision::stages
  std::size_t entrant = 0; ///< position in StageDecision::entrants
  Outcome outcome = Outcome::held;
  std::optional<double> place, place_before_ties;
  std::size_t field = 0;         ///< entrants of the stage
  std::vector<WhyParted> parted; ///< who is next before it and next behind it by a later key
  std::vector<WhyScore> scores;
  std::vector<WhyPolicy> policies; ///< in the order of the steps
  std::vector<Finding> because;    ///< findings about the candidate, and those that hold the stage
  /// The total of the last that was taken and of the first that was not, at the last line drawn.
  std::optional<double> last_in, first_out;
  /// Points ahead of the first that was not taken (for those taken), or short of the last that was
  /// (negative). None without a line on the total.
  std::optional<double> ahead;
  std::vector<Alternative> instead; ///< only those that change this candidate's outcome
};

/// Explains an outcome; the bundle outlives the answer. The alternatives are found by deciding
/// changed copies of the bundle, so this costs about as many decisions as there are rules, hurdles
/// and unknown verdicts; with `alternatives` false only one pass over the findings. Throws
/// std::invalid_argument if the candidate did not enter the stage.
[[nodiscard]] Why explain(const Bundle& bundle, const Decision& decision, std::size_t candidate,
                          std::string_view stage, bool alternatives = true);

} // namespace libeval
