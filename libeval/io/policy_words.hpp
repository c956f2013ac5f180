// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/io/policy_report.hpp>

#include <string>

namespace libeval {

/// Words for the verdicts of one policy; what users wrote is made safe for a terminal.
class PolicyWords {
public:
  explicit PolicyWords(const JudgedPolicy& judged)
      : policy_(*judged.policy), graph_(judged.judgments.graph.get()) {}

  [[nodiscard]] std::string id(NodeIndex node) const;
  [[nodiscard]] std::string consequence(const Rule& rule) const;
  [[nodiscard]] std::string verdict(const Judgment& judgment) const;
  [[nodiscard]] std::string verdict(const SubjectVerdict& subject) const;
  /// `verified 2026-01-15 Ministry: statement [source]`.
  [[nodiscard]] std::string item(const UsedItem& used) const;
  /// What a piece of evidence is about.
  [[nodiscard]] std::string fact(const UsedItem& used) const;
  [[nodiscard]] std::string fact(const OpenFact& open) const;
  [[nodiscard]] std::string facts(const std::vector<OpenFact>& open) const;
  /// A claim and whose it is; of licenses that must be allowed or compatible what was found.
  [[nodiscard]] std::string claim(const Condition& condition, const ClaimTrace& claim) const;
  /// What would have to turn out, with the level it takes and what is known.
  [[nodiscard]] std::string point(const Rule& rule, const SubjectVerdict& subject,
                                  const OpenPoint& point) const;
  [[nodiscard]] std::string points(const Rule& rule, const SubjectVerdict& subject,
                                   const std::vector<OpenPoint>& points) const;
  [[nodiscard]] static bool of_license(const Condition& condition);
  [[nodiscard]] std::string waiver(const Waiver& waiver) const;
  [[nodiscard]] std::string waiver_for(const Waiver& waiver) const;
  [[nodiscard]] std::string defect(const LineageDefect& defect) const;
  /// With `{component}` and `{parent}` filled in; empty if the rule says nothing.
  [[nodiscard]] std::string how_to_fix(const Rule& rule, const SubjectVerdict& subject) const;

private:
  [[nodiscard]] std::string edge(std::uint32_t edge, NodeIndex child) const;
  [[nodiscard]] std::string whose(const ClaimTrace& claim) const;
  [[nodiscard]] std::string license(const Condition& condition, const ClaimTrace& claim,
                                    bool holds) const;

  const PolicyFile& policy_;
  const LineageGraph* graph_;
};

} // namespace libeval
