// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/shared.hpp>
#include <libeval/domain/policy.hpp>
#include <libeval/domain/selection.hpp>
#include <libeval/engine/partial.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libeval {

enum class Outcome { advances, cut, disqualified, held, withdrawn, reserve };
[[nodiscard]] std::string_view to_string(Outcome outcome);

inline constexpr std::size_t nobody = std::numeric_limits<std::size_t>::max();

/// One rule applied to one candidate (or to the stage): data, not prose. Sentences are made in
/// words. Order: by stage, step, rule, candidate.
struct Finding {
  enum class Kind : std::uint8_t {
    policy,    ///< a verdict under a rule; `rule`, `verdict`, `level`, `detail` = statement
    deduction, ///< points taken under a rule; `observed` = points
    require,   ///< a hurdle; `rule` = its title or part
    gap,       ///< cells that should stand and do not; `detail` lists them
    undefined, ///< a step has no result; `detail` says why
    tie,       ///< a tie across a line; `others` = the tied, `detail` = the ruling
    quota,     ///< passed over; `rule` = attribute, `detail` = its value
    grant,     ///< a place by decision or by another measure
    withdraw,  ///< a recorded withdrawal
    lot,       ///< a tie broken by lot
    decision,  ///< a tie broken by a recorded decision
    eliminate, ///< elected (pass) or out (fail) in a round; `rule` = the round, `observed` = votes
    upstream,  ///< an earlier stage is held; `detail` = that stage
    recusal,   ///< marks left out; `rule` = evidence, `detail` = juror and reason, `observed` = how
               ///< many stood
    unknown,   ///< the outcome turns on unknown verdicts; `others` = whose
    record,    ///< what statements about the stage say or leave open: `rule` = the statement,
               ///< `detail` in words
    duel       ///< won (pass), lost (fail) or tied against `others`; `rule` = the key that decided
  };
  Kind kind = Kind::policy;
  Verdict verdict = Verdict::pass;
  std::optional<Level> level;
  std::size_t step = nobody;      ///< position in the stage's `select`; nobody = the score
  std::size_t candidate = nobody; ///< position in Program::candidates; nobody = the stage
  std::optional<double> observed, required;
  SharedText rule;
  SharedText bound; ///< of a hurdle: `at least`, `above`, `at most`, `below`
  SharedText detail;
  SharedTexts sources;
  std::vector<std::size_t> others;
};
[[nodiscard]] std::string_view to_string(Finding::Kind kind);

/// One number an entrant, kept as the affine image of shared numbers so that a large table needs
/// no second copy: value(i) = scale * data[i] + shift.
struct Scores {
  std::shared_ptr<const std::vector<double>> data;
  double scale = 1, shift = 0;
  std::vector<bool> gap; ///< empty: everybody has a value

  [[nodiscard]] double value(std::size_t entrant) const { return scale * (*data)[entrant] + shift; }
  [[nodiscard]] bool has(std::size_t entrant) const { return gap.empty() || !gap[entrant]; }
};

/// The scores of one node of the criteria tree, in preorder; the first is the total.
struct NodeScores {
  std::string path, id, title;
  std::size_t parent = nobody; ///< position in StageDecision::nodes
  std::size_t depth = 0;
  std::optional<double> points;    ///< as the program says
  std::optional<double> weight;    ///< as the program says
  std::optional<double> effective; ///< product of weights (or share of points) along the path
  std::optional<double> factor; ///< contribution to the parent = factor * score; none: not additive
  double resolution = 0;        ///< scores are multiples of this (rounded); 0 = not rounded
  Direction direction = Direction::benefit;
  bool relative = false; ///< somebody else's values enter this score
  bool is_time = false;  ///< seconds, to be written as hours, minutes and seconds
  Scores scores;
};

/// What one step of the selection did, in short.
struct StepReport {
  std::string word; ///< `take`, `policy`, ...
  std::string rule; ///< the rule as the program has it, in short: `first 4`, a file, a hurdle
  std::size_t affected = 0;                 ///< how many it took or put out
  std::optional<double> last_in, first_out; ///< scores at the line of a `take`
};

/// One round of an elimination.
struct EliminationRound {
  std::size_t step = nobody;     ///< position in the stage's `select`
  std::size_t number = 0;        ///< from 1
  std::string passed_on;         ///< `surplus` or `exclusion` of `from`; empty: nothing
  std::vector<std::size_t> from; ///< whose votes were passed on before this round (candidates)
  std::optional<double> value;   ///< at which each paper passed on, where there is but one
  std::optional<double> quota;   ///< of a count with transfers
  std::vector<std::size_t> who;  ///< who takes part, most votes first (candidates)
  /// Of each of them; without votes the number of the first key, none where that has none.
  std::vector<std::optional<double>> votes;
  std::vector<double> keep;         ///< Meek: the share of a paper that each of them keeps
  double exhausted = 0, lost = 0;   ///< votes that name nobody left; cut off with decimals
  std::vector<std::size_t> elected; ///< in this round
  std::vector<std::size_t> out;     ///< at its end
  bool by_earlier_round = false;    ///< an earlier round told equals apart
  std::string by; ///< the key that put them out, where the first left them level with others
};

/// What a model estimated beside the scores: how severe each juror is, how sure each score is.
struct ModelReport {
  /// One member of a dimension.
  struct Estimate {
    std::string dimension, member; ///< of `candidate` the id
    double value = 0; ///< of a candidate its score; of others what they add to everybody's
    std::optional<double> error; ///< standard error
    std::optional<double> lower,
        upper;                   ///< limits of the value; of a Kemeny order: best, worst place
    std::optional<double> place; ///< 1 + how many lie wholly above by their limits
    std::size_t marks = 0;
  };
  std::string where; ///< path of the node, or name of the measure
  std::string step;  ///< `severity`, `bradley_terry`, ...
  std::string group; ///< the model is that of this group, such as `item technology`; may be empty
  std::vector<Estimate> estimates;
  std::vector<std::pair<std::string, double>> facts; ///< numbers of the model as a whole
  double residual_sd = 0;
  std::size_t degrees_of_freedom = 0; ///< 0: nothing is left to judge errors by
};

/// A coefficient of agreement, or why there is none.
struct Agreement {
  std::string name; ///< `alpha_interval`, `icc_2_k`, `kendall_w`, ...
  std::optional<double> value;
  std::string why; ///< there is none
};

/// A part that rests on the marks of several people: values as they stand where the people are
/// brought together.
struct PanelAgreement {
  std::string part, evidence;
  std::string jurors_are;             ///< the dimension: `juror`, `user`
  std::vector<std::string> units_are; ///< the other dimensions
  std::size_t people = 0, units = 0, marks = 0;
  std::size_t complete = 0; ///< units marked by everybody, on which ICC and W rest
  std::vector<Agreement> agreement;
};

/// How one stage was decided. Vectors with one item an entrant are in the order of `entrants`.
struct StageDecision {
  std::string id, title, date;
  std::vector<std::uint32_t> entrants;  ///< positions in Program::candidates
  std::vector<NodeScores> nodes;        ///< empty where the stage has no score
  std::vector<NodeScores> measures;     ///< named measures that leave one number a candidate
  std::vector<EliminationRound> rounds; ///< of the steps `eliminate`
  std::vector<ModelReport> models;      ///< of the models that nodes and measures use
  std::vector<PanelAgreement> panels;   ///< see `add_agreement`
  std::vector<double> total;            ///< after deductions; empty without a score
  std::vector<Outcome> outcomes;
  std::vector<std::uint32_t> decided_by; ///< position of the step, or UINT32_MAX: the end
  std::vector<double> place;             ///< after all keys; 0 = none
  std::vector<double> place_before_ties; ///< by the first key alone; 0 = none
  /// Of each entrant the position in `order_keys` of the key that puts it behind whoever is next
  /// before it; empty where the first key alone made the order.
  std::vector<std::uint32_t> parted_by;
  std::vector<double> pool_place;  ///< empty without pools
  std::vector<std::uint32_t> pool; ///< position in `pools`
  std::vector<std::string> pools;
  std::map<std::uint32_t, std::string> bands; ///< by entrant
  std::map<std::uint32_t, std::string> notes; ///< by entrant: `as` of the step that took it
  std::vector<std::string> order_keys;        ///< the keys of the last `order`, in words
  std::optional<std::size_t> places;
  std::size_t advancing = 0;
  std::optional<std::size_t> vacancies; ///< none where anybody is held or places are unlimited
  std::vector<StepReport> steps;        ///< one for each step of `select`
  std::vector<Finding> findings;
  double tolerance = 0; ///< totals this near are equal
  /// What is known of the scores where not all were published; absent: they were. Scores that are
  /// not the same in every completion are gaps in `nodes`.
  std::shared_ptr<const PartialKnowledge> partial;
  bool waits = false; ///< a stage before it is held, so that who enters or what it reads is open
  /// What an open verdict may still change, though nobody here is held for it; later stages that
  /// read it wait.
  struct Unsettled {
    bool totals = false;
    bool places = false;
    bool exits = false; ///< whether somebody is cut or disqualified
  } unsettled;

  [[nodiscard]] bool held() const;
  /// Position of a candidate among the entrants, or `nobody`.
  [[nodiscard]] std::size_t entrant(std::size_t candidate) const;
  /// A node by path, else by id, else a measure by name; nullptr if there is none.
  [[nodiscard]] const NodeScores* find_scores(std::string_view name) const;
};

/// The decision on a whole program, stages in the order of the program.
struct Decision {
  std::vector<StageDecision> stages;

  [[nodiscard]] bool held() const;
  [[nodiscard]] const StageDecision* stage(std::string_view id) const;
};

} // namespace libeval
