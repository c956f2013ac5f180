// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/names.hpp"

#include <libeval/base/diagnostic.hpp>
#include <libeval/domain/program.hpp>
#include <libeval/domain/table.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace libeval {

/// The cells of a table that exists and was not published: every candidate with every member, all
/// of them gaps. More than ten million cells are refused.
[[nodiscard]] Table unpublished_table(const TableSpec& spec,
                                      const std::vector<Candidate>& candidates,
                                      Diagnostics& diagnostics);

/// Reports what the statements of a bundle say about nothing (stages, nodes, candidates and
/// evidence that are not there) and numbers that no score can be.
void check_statements(const Bundle& bundle, CandidateIndex& candidates, Diagnostics& diagnostics);

/// `did you mean ...`, else what is known; `plural` says of what.
[[nodiscard]] std::string help_for_name(std::string_view word,
                                        const std::vector<std::string>& known,
                                        const std::string& plural);

} // namespace libeval
