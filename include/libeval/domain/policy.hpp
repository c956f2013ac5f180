// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/base/id.hpp>
#include <libeval/base/tree.hpp>
#include <libeval/domain/level.hpp>

#include <string>
#include <vector>

namespace libeval {

enum class Verdict { pass, fail, unknown, not_applicable };

enum class OnUnknown { hold, fail, pass };

/// One rule of a policy and what follows from a fail.
struct Rule {
  RuleId id;
  std::string title;
  OnUnknown on_unknown = OnUnknown::hold;
  enum class Consequence { disqualify, note, deduct } consequence = Consequence::note;
  double deduct = 0;                  ///< points, with `deduct`
  Level convict_at = Level::inferred; ///< a fail below is unknown
  Level clear_at = Level::inferred;   ///< a pass below is unknown
  Where where;
};

/// What somebody found about one candidate under one rule.
struct ReadyFinding {
  RuleId rule;
  CandidateId candidate;
  Verdict verdict = Verdict::unknown;
  Level level = Level::verified;
  std::string date, source, statement;
  Where where;
};

/// A policy file: rules, and findings read ready-made.
struct PolicyFile {
  std::string id, title;
  std::string file;          ///< its path in the bundle, by which `policy:` names it
  std::string findings_file; ///< a CSV with the findings; or empty
  std::vector<Rule> rules;
  std::vector<ReadyFinding> findings;
};

/// Reads a policy file. Findings under unknown rules and repeated rule ids are diagnostics.
[[nodiscard]] PolicyFile read_policy(const Tree& tree, Diagnostics& diagnostics);

/// Names as in the files.
[[nodiscard]] std::string_view to_string(Verdict verdict);
[[nodiscard]] Verdict verdict_from(std::string_view name); ///< precondition: a known name

} // namespace libeval
