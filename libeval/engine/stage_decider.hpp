// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/select/select.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace libeval {

struct Run;

/// Stages decided before, by id.
using Earlier = std::map<std::string, const StageDecision*, std::less<>>;

/// Who enters a stage, ascending by position unless listed.
[[nodiscard]] std::vector<std::uint32_t> entrants_of(const Bundle& bundle, const Names& names,
                                                     const Stage& stage, const Earlier& earlier,
                                                     Diagnostics& diagnostics);

/// How many places a stage has; none: no limit.
[[nodiscard]] std::optional<std::size_t> places_of(const Stage& stage, const Earlier& earlier);

/// What is not as it was when a stage was decided last. Stages decided before are looked at anyway.
struct StageChanges {
  std::vector<std::uint8_t> rows, numbers; ///< by table: its rows; only numbers in its columns
  bool weights = false;                    ///< points or weights of the stage's tree
  bool assumptions = false;
  std::vector<std::string> renamed; ///< dimensions whose members are called otherwise
};

/// Decides one stage: compiles its score for those who enter, runs the plan, and selects. The
/// second half, deciding again and again, stands in stage_again.cpp.
class StageDecider {
public:
  /// Everything must outlive it. `left_open` as in `decide` of explore.hpp; may be null.
  StageDecider(const Bundle& bundle, const Names& names, const Stage& stage, const Earlier& earlier,
               const Assumptions& assumptions, Diagnostics& diagnostics,
               std::vector<Question>* left_open);
  ~StageDecider();
  StageDecider(const StageDecider&) = delete;
  StageDecider& operator=(const StageDecider&) = delete;

  [[nodiscard]] StageDecision decide();

  /// Decides anew into `out`, which this has filled the last time: what has not changed is neither
  /// compiled nor run again. Outcomes, places and scores are those of `decide`, to the bit; models,
  /// findings about the evidence and (without `with_measures`) named measures are left out. The
  /// same candidates enter as when this was made; a stage known in part is none for this.
  void decide_again(const StageChanges& changes, bool with_measures, StageDecision& out);

  [[nodiscard]] const std::vector<std::uint32_t>& entrants() const { return context_.entrants; }

private:
  struct Kept;

  StageDecision decide_in_full();
  [[nodiscard]] StageDecision begun() const;
  void check_selection(StageDecision& out) const;
  void open_book(const Compiler& compiler, const Run& result, Scorebook& book,
                 StageDecision& out) const;
  void add_measures(StageDecision& stage) const;
  /// The stages named here that are held, or may still change what is read of them.
  [[nodiscard]] std::vector<std::string> waits_for() const;
  /// Whether there are any; says so.
  [[nodiscard]] bool wait_for_earlier(StageDecision& out) const;
  void finish(const Scorebook& book, bool waits, StageDecision& out);
  void select(const Scorebook& book, StageDecision& out);
  void hold_what_is_open(const Scorebook& book, const StageDecision& base,
                         const std::vector<Question>& questions, StageDecision& out);
  bool hold_by_ends(const Scorebook& book, const StageDecision& base,
                    const std::vector<Question>& questions, StageDecision& out,
                    std::set<std::size_t>& differ) const;
  static void say_what_is_open(const std::vector<Question>& questions,
                               const std::set<std::size_t>& held, StageDecision& out);
  [[nodiscard]] bool keep_up(const StageChanges& changes);
  void compile_anew();

  const Stage& stage_;
  const Earlier& earlier_;
  const Assumptions& assumptions_;
  Diagnostics& diagnostics_;
  std::vector<Question>* left_open_;
  Context context_;
  std::unique_ptr<Kept> kept_; ///< of `decide_again`
};

} // namespace libeval
