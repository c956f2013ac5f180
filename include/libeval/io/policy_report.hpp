// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/engine/verdicts.hpp>
#include <libeval/io/report.hpp>

#include <string>
#include <vector>

/// Verdicts of policies, for people and for other tools.
namespace libeval {

/// A file of a bundle and the SHA-256 of its bytes, in hexadecimal digits.
struct FileDigest {
  std::string file, sha256;
};

/// The files that a policy was read from (itself, findings, terms, lineage, matrices), so that a
/// verdict says of what it is the verdict. Empty where one of them cannot be read any more.
[[nodiscard]] std::vector<FileDigest> digests_of(const PolicyFile& policy,
                                                 const std::string& bundle);

/// A policy file with its verdicts. Both outlive the report.
struct JudgedPolicy {
  const PolicyFile* policy = nullptr;
  Judgments judgments;
  std::vector<FileDigest> files = {}; ///< see digests_of; empty: not said
};

/// Every verdict of every rule with what it rests on, and what was noted about the record.
[[nodiscard]] std::string report(const Program& program, const std::vector<JudgedPolicy>& judged,
                                 const ReportOptions& options = {});

/// The same as data.
[[nodiscard]] std::string to_json(const Program& program, const std::vector<JudgedPolicy>& judged);

/// SARIF 2.1.0: a result for each verdict on each thing, kinds pass, fail, open, review (an error),
/// notApplicable and informational (noted); waivers as suppressions with their status.
[[nodiscard]] std::string to_sarif(const Program& program, const std::vector<JudgedPolicy>& judged);

/// The lineage as a graph for Graphviz: things in the box of their owner, derivations from parent
/// to child, dashed where they are not settled and grey where they are refuted; the ways of
/// verdicts that fail are drawn in red.
[[nodiscard]] std::string to_dot(const Program& program, const JudgedPolicy& judged);

} // namespace libeval
