// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/grid.hpp"
#include "io/policy_words.hpp"

#include <memory>
#include <string>

namespace libeval {

/// What a verdict rests on, line by line: of a fail the witness, of a pass what was checked, of an
/// unknown what is open and what would settle it; the evidence, and what to replace.
class PolicyTrace {
public:
  /// `width`: columns of a line of text. What it reads of `judged` outlives it.
  PolicyTrace(const Program& program, const JudgedPolicy& judged, std::size_t width)
      : program_(program), policy_(*judged.policy), graph_(judged.judgments.graph), words_(judged),
        width_(width) {}

  [[nodiscard]] std::string of(const Rule& rule, const Judgment& judgment,
                               std::size_t indent) const;

private:
  const Program& program_;
  const PolicyFile& policy_;
  std::shared_ptr<const LineageGraph> graph_;
  PolicyWords words_;
  std::size_t width_;
};

/// How a verdict looks.
[[nodiscard]] Style style_of(Verdict verdict);

/// A label and a text that is wrapped behind it, in lines of `width` columns.
[[nodiscard]] std::string labelled_line(std::size_t indent, const std::string& label,
                                        const std::string& text, std::size_t width);

} // namespace libeval
