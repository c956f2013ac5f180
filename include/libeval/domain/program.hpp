// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/base/id.hpp>
#include <libeval/domain/criteria.hpp>
#include <libeval/domain/policy.hpp>
#include <libeval/domain/selection.hpp>
#include <libeval/domain/statement.hpp>
#include <libeval/domain/table.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace libeval {

/// Somebody or something that may go on.
struct Candidate {
  CandidateId id;
  std::string name; ///< what people see; the id if nothing else was said
  std::vector<std::pair<std::string, std::string>> attributes;
  Where where;

  [[nodiscard]] const std::string* attribute(std::string_view key) const;
};

/// Who enters a stage.
struct Entrants {
  bool all = true;
  std::vector<std::string> ids; ///< listed, or `open`
  std::vector<std::string> advanced_from, cut_from, reserve_of, entrants_of, except;
  Where where;
};

/// How many places a stage has.
struct Places {
  std::optional<std::size_t> count;
  std::string vacancies_of; ///< plus (or instead) the vacancies of that stage ...
  std::size_t times = 1;    ///< ... so many for each
  [[nodiscard]] bool unlimited() const { return !count && vacancies_of.empty(); }
};

/// One stage: who enters, what is measured, who goes on.
struct Stage {
  StageId id;
  std::string title, date;
  Entrants entrants;
  Places places;
  std::optional<Node> score;
  std::vector<Measure> measures;
  std::vector<SelectStep> select;
  Where where;
};

/// The rules of an evaluation, fixed before the scores are known.
struct Program {
  std::string id, title, as_of;
  std::vector<Candidate> candidates;
  std::string candidates_file, candidates_key; ///< when they stand in a CSV file
  std::string candidates_from;                 ///< when they are whoever stands in that table
  Where candidates_where;
  std::vector<TableSpec> evidence;
  std::vector<Stage> stages;
};

/// A program with its evidence, as one value: everything a decision depends on.
struct Bundle {
  Program program;
  /// One for each `program.evidence`, in that order; shared, so that a copy with one change is
  /// cheap.
  std::vector<std::shared_ptr<const Table>> tables;
  std::vector<PolicyFile> policies;
  std::vector<Published> published; ///< one for each evidence that is a file of statements
};

/// Reads a program from an expanded tree (see expand.hpp), after validating it against the
/// language. Problems go to `diagnostics`; the result is usable only without errors.
[[nodiscard]] Program read_program(const Tree& tree, Diagnostics& diagnostics);

} // namespace libeval
