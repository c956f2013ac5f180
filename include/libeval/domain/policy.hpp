// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/base/id.hpp>
#include <libeval/base/tree.hpp>
#include <libeval/domain/compatibility.hpp>
#include <libeval/domain/condition.hpp>
#include <libeval/domain/level.hpp>
#include <libeval/domain/license_terms.hpp>
#include <libeval/domain/lineage.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace libeval {

/// `error`: the rule could not be evaluated; it never becomes a pass.
enum class Verdict { pass, fail, unknown, not_applicable, error };

enum class OnUnknown { hold, fail, pass };

/// A time in which a fail may be mended.
struct Cure {
  std::string from;        ///< a day, or the name of one
  std::optional<int> days; ///< that long; or
  std::string until;       ///< a day, or the name of one
};

/// One rule of a policy and what follows from a fail.
struct Rule {
  RuleId id;
  std::string title;
  OnUnknown on_unknown = OnUnknown::hold;
  enum class Consequence { disqualify, note, deduct } consequence = Consequence::note;
  double deduct = 0;                   ///< points, with `deduct`
  Level convict_at = Level::inferred;  ///< a fail below is unknown
  Level clear_at = Level::inferred;    ///< a pass below is unknown
  Level complete_at = Level::inferred; ///< a record below is not known to be complete
  /// How the verdict comes: from findings alone, or from a condition that must not hold, must hold,
  /// or is only noted where it holds.
  enum class Form { findings, deny, require, note } form = Form::findings;
  Formula formula;
  std::string for_each = "submission"; ///< or the kind of parts that are judged one by one
  std::string at;                      ///< the day judged, or the name of one; empty: `as_of`
  std::optional<Cure> cure;
  enum class Severity { error, warning, hint } severity = Severity::error;
  std::string how_to_fix;
  Where where;
};

/// Somebody's decision that a verdict shall have no consequence. It never changes the verdict.
struct Waiver {
  RuleId rule;
  std::string subject; ///< a candidate or a thing of the lineage, `ID` or `ID@DIGEST`
  Verdict verdict = Verdict::fail;
  std::string reason, by, granted, expires, source;
  enum class Status { under_review, accepted, rejected } status = Status::under_review;
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
  /// Files of lineage; `format` is empty for lineage files, otherwise what is imported.
  struct LineageFile {
    std::string file, format, model;
    Where where;
  };
  std::vector<LineageFile> lineage_files;
  std::shared_ptr<const Lineage> lineage; ///< what they say together; or nullptr
  std::map<std::string, std::vector<std::string>> submissions; ///< candidate -> models
  Where submissions_where;
  std::string terms_file;
  std::vector<std::string> matrix_files;
  std::vector<LicenseTerms> terms; ///< one's own readings, before those of the library
  std::shared_ptr<const CompatibilityMatrix> matrix; ///< what the files say together; or nullptr
  std::map<std::string, std::string> dates;          ///< name -> day
  std::vector<Waiver> waivers;
};

/// Reads a policy file. Findings and waivers under unknown rules, repeated rule ids, days that have
/// no name and rules that ask the lineage without saying from which level of evidence are
/// diagnostics.
[[nodiscard]] PolicyFile read_policy(const Tree& tree, Diagnostics& diagnostics);

/// Names as in the files.
[[nodiscard]] std::string_view to_string(Verdict verdict);
[[nodiscard]] std::string_view to_string(Rule::Severity severity);
[[nodiscard]] std::string_view to_string(Waiver::Status status);
[[nodiscard]] Verdict verdict_from(std::string_view name); ///< precondition: a known name

} // namespace libeval
