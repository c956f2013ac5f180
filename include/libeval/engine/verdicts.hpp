// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/possible.hpp>
#include <libeval/domain/lineage_walk.hpp>
#include <libeval/domain/program.hpp>
#include <libeval/engine/decision.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// The verdicts of a policy, each with what it rests on.
namespace libeval {

/// A piece of evidence that was weighed for an answer.
struct UsedItem {
  const EvidenceItem* item = nullptr;               ///< in the lineage of the policy
  Level level = Level::inferred;                    ///< it counts with: as stated, or admitted
  OpenFact::Kind fact = OpenFact::Kind::derivation; ///< what it is about: `edge`, or the record of
  NodeIndex node = no_node;                         ///< `node`; with `what`, a claim about them
  std::uint32_t edge = no_node;
  std::string what; ///< the obligation or criterion
};

/// A claim that decided a condition: a level of control, an obligation.
struct ClaimTrace {
  std::string what;             ///< criterion, obligation, or license
  std::string outbound;         ///< compatible: the license of the work that it is to go into
  NodeIndex node = no_node;     ///< whose
  std::uint32_t edge = no_node; ///< obligation: of which derivation
  Truth truth = Truth::unknown;
  Belief belief;
  std::optional<int> level;          ///< of control, as claimed most strongly
  const EvidenceItem* pro = nullptr; ///< in the lineage of the policy
  const EvidenceItem* con = nullptr;
};

/// What one condition of a rule said of one thing.
struct ConditionTrace {
  std::uint32_t condition = 0; ///< position in Rule::formula
  Truth truth = Truth::unknown;
  Possible possible;     ///< `truth`, and whether it may turn out not to apply
  bool critical = false; ///< the verdict is unknown and this condition can still turn it
  std::string error;     ///< why it could not be evaluated
  std::optional<ReachAnswer> reach;
  std::vector<ReachPath> more; ///< of licenses that fail: ways to the others, at most 8
  std::vector<ClaimTrace> claims;
  std::optional<double> observed; ///< score
  /// The evidence for and against what the answer rests on: of a yes the witness, of a no what was
  /// refuted and the records that were needed, of an unknown the facts that are critical; at most
  /// 64 facts, strongest first in each.
  std::vector<UsedItem> items;
};

/// Something that is open in a verdict, and how it would have to turn out.
struct OpenPoint {
  std::uint32_t condition = 0;  ///< position in Rule::formula
  std::optional<OpenFact> fact; ///< of the lineage; or
  std::size_t claim = nobody;   ///< position in the claims of the condition; neither: its score
  bool holds = true;            ///< to be shown (of a record: complete), or refuted
  Belief now;                   ///< what is known of it
};

/// The verdict of one rule on one thing: a model, or a part of one.
struct SubjectVerdict {
  NodeIndex subject = no_node; ///< none: the candidate itself
  Verdict verdict = Verdict::unknown;
  bool noted = false;         ///< a note_if that holds
  std::optional<Level> level; ///< of the weakest link of what the verdict rests on
  std::vector<ConditionTrace> conditions;
  std::string error;
  /// Of an unknown: the least that would settle it either way (of a note: that it is noted, or
  /// not), where conditions share a fact perhaps not the very least. Empty: nothing on record
  /// would.
  std::vector<OpenPoint> passes_if, fails_if;
  /// It failed on the day judged and was mended in time; the day on which it no longer failed.
  std::string cured_on;
  std::string curable_until;   ///< it fails, and until then it may be mended
  std::size_t waiver = nobody; ///< position in PolicyFile::waivers; its verdict has no consequence
  std::vector<std::size_t> waivers; ///< all that bind to it and are in force, accepted or not
  /// Items each of which alone carries the verdict: without it the verdict would be another one.
  std::vector<UsedItem> rests_on;
};

/// The verdict of one rule on one candidate: the worst of its things' (fail, error, unknown, pass).
struct Judgment {
  std::size_t rule = 0;      ///< position in PolicyFile::rules
  std::size_t candidate = 0; ///< position in Program::candidates
  Verdict verdict = Verdict::unknown;
  bool noted = false, cured = false;
  bool waived = false; ///< everything with that verdict has an accepted waiver
  std::optional<Level> level;
  std::vector<SubjectVerdict> subjects; ///< at least one, except where nothing was looked at
  std::size_t decisive = nobody;        ///< position in `subjects`
  std::optional<ReadyFinding> ready;    ///< the decisive finding, of a rule without a condition
};

/// All verdicts of a policy file, candidates inside rules, and what was noted on the way.
struct Judgments {
  std::vector<Judgment> all;
  std::shared_ptr<const LineageGraph> graph; ///< as of the program; nullptr without lineage
  std::vector<LineageDefect> defects;
  std::vector<std::size_t> unused_waivers, expired_waivers; ///< positions in PolicyFile::waivers
};

/// The score of a candidate's part, or nothing.
using ScoreOf =
    std::function<std::optional<double>(std::size_t candidate, const std::string& part)>;

struct JudgeOptions {
  ScoreOf score;        ///< without it, rules that ask for scores are errors
  bool findings = true; ///< judge rules without a condition too
  bool rests = false;   ///< also find what each verdict rests on; as many questions as items
};

/// Judges candidates (all of them if none are named) under every rule of a policy. Findings under a
/// rule with a condition take its place (an alternative that is tried). Every part of a condition
/// is evaluated. Costs one graph for each day that rules name, then what the questions look at.
[[nodiscard]] Judgments judge(const Program& program, const PolicyFile& policy,
                              const JudgeOptions& options = {},
                              const std::vector<std::uint32_t>& candidates = {});

/// What is wrong between a policy, its lineage and the candidates: submissions that are no models,
/// names in conditions that name nothing, waivers of unknown things.
void check_policy(const Program& program, const PolicyFile& policy, Diagnostics& diagnostics);

/// `own/vision <- frozen_component - other/vision`.
[[nodiscard]] std::string witness_line(const PolicyFile& policy, const LineageGraph& graph,
                                       const ReachPath& path);

} // namespace libeval
