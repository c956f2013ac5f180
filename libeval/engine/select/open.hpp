// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/engine/verdicts.hpp>

#include <compare>
#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace libeval {

/// What is not known and how it is assumed to turn out: a verdict under a rule, a gap in a score,
/// or a tie (pass: before the rest of it). Of a gap it is asked whether the number lies at a level
/// or beyond; without a level, whether it is better (pass) or worse than anything.
struct Question {
  enum class About { verdict, gap, tie };
  std::string what;
  std::size_t candidate = 0; ///< whom it concerns
  std::optional<double> level = {};
  bool above = false; ///< a number at the level itself is none
  About about = About::verdict;

  auto operator<=>(const Question&) const = default;
};
using Assumptions = std::map<Question, Verdict>;

/// What is asked about one of those in the tie met as the `number`th of a step, both from 1.
[[nodiscard]] Question tie_question(std::size_t step, std::size_t number, std::size_t candidate);

/// What is asked about a gap in a score of that name.
[[nodiscard]] Question gap_question(const std::string& name, std::size_t candidate);

[[nodiscard]] inline bool is_about_a_tie(const Question& question) {
  return question.about == Question::About::tie;
}

/// Numbers between two ends, as far as a missing one is settled by assumptions.
struct GapRange {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool with_low = false, with_high = false;

  /// Whether all of them (true) or none reach the level.
  [[nodiscard]] std::optional<bool> reach(double level, bool above) const;
  void narrow(double level, bool above, bool reached);
  /// One of them.
  [[nodiscard]] double number() const;
};

/// Questions that a selection met, beside the answers it was given.
struct Open {
  static constexpr std::size_t most_ways = 1000; ///< in which gaps may lie that are tried

  const Assumptions& assumptions;
  bool ends_decide = false; ///< a gap that is better, or worse, than anything says all of gaps
  bool jointly = false;     ///< asked is who goes on together, not of each whether it does
  std::vector<Question> questions = {}; ///< without an assumption, in the order met
  std::set<Question> known = {};        ///< the same
  bool too_many = false;                ///< a gap can stand at more places than can be tried

  /// The assumed answer; without one the question is noted and counts as `otherwise`.
  Verdict ask(const Question& question, Verdict otherwise);

  /// Where a gap lies by what is assumed.
  [[nodiscard]] GapRange range_of(const Question& gap) const;
  /// Whether a gap reaches the level; asks where that is open.
  [[nodiscard]] bool reaches(Question gap, double level, bool above, bool otherwise);
  /// A number for a gap where each of the `levels` (ascending), and between any two, is another
  /// place: the lowest or highest that is left, until the questions in between are answered.
  [[nodiscard]] double number_of_gap(Question gap, const std::vector<double>& levels, bool lowest);
};

} // namespace libeval
