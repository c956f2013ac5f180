// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/program.hpp>
#include <libeval/engine/decision.hpp>
#include <libeval/engine/why.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

/// Sentences for people. All prose of the library about decisions is made here, from data; what
/// users wrote is made safe for a terminal.
namespace libeval {

/// What people call a candidate.
[[nodiscard]] std::string name_of(const Program& program, std::size_t candidate);

/// `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`.
[[nodiscard]] std::string names_of(const Program& program, std::span<const std::size_t> candidates,
                                   std::size_t most = 8);

/// A finding as a sentence about its candidate, who is named; with the title of its rule if given.
[[nodiscard]] std::string sentence(const Finding& finding, const Program& program,
                                   std::string_view rule_title = {});

/// A gap or an undefined value that several candidates have, as one sentence.
[[nodiscard]] std::string sentence(const Finding& finding, std::span<const std::size_t> candidates,
                                   const Program& program);

/// `[M1, press]`, or nothing without sources.
[[nodiscard]] std::string sources_of(const Finding& finding);

/// One line without names: "stage-1: 3 of 5 advance, 1 disqualified, 1 cut, 1 vacancy".
[[nodiscard]] std::string brief(const StageDecision& stage);
/// The stages joined by "; ".
[[nodiscard]] std::string brief(const Decision& decision);
/// "policy FS-01, candidate 3: fail".
[[nodiscard]] std::string brief(const Finding& finding);

/// The changed rule of an alternative: "with one place more".
[[nodiscard]] std::string condition(const Alternative& alternative, const Program& program);

/// What would follow: "advances; then Birch is cut, no vacancy".
[[nodiscard]] std::string consequence(const Alternative& alternative, const Program& program);

/// What differs for a candidate: "cut -> advances, place 3 -> 2".
[[nodiscard]] std::string sentence(const CandidateChange& change);

/// `1 place`, `3 places`; the plural is the word and an s unless it is given.
[[nodiscard]] std::string counted(std::size_t n, const std::string& word,
                                  const std::string& plural = "");

/// A number as people read it: at most `decimals` decimals, no noise.
[[nodiscard]] std::string shown(double value, int decimals = 6);

} // namespace libeval
