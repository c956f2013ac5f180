// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/names.hpp"
#include "io/row_filter.hpp"

#include <libeval/base/diagnostic.hpp>
#include <libeval/domain/program.hpp>
#include <libeval/io/files.hpp>

namespace libeval {

/// Reads the candidates of `candidates: {file: ...}`: a row each, with its columns as attributes.
/// False, and diagnostics, where they are not to be known.
[[nodiscard]] bool read_candidates_file(Program& program, const Folder& folder,
                                        Diagnostics& diagnostics);

/// Makes whoever stands in the evidence a candidate, in the order in which it names them first, so
/// that a code of its candidate column is the position of the candidate. False, and a diagnostic,
/// where it names nobody.
[[nodiscard]] bool take_candidates_from(const Table& table, const TableSpec& spec, Program& program,
                                        Diagnostics& diagnostics);

/// Reports whom a table names that is no candidate, each once; of very many the first ones.
void check_candidates_of(const Table& table, const TableSpec& spec, const Program& program,
                         CandidateIndex& candidates, const Quote& quote, Diagnostics& diagnostics);

/// Reports aliases of dimensions and candidates that are not there.
void check_aliases_of(const TableSpec& spec, const Table& table, CandidateIndex& candidates,
                      Diagnostics& diagnostics);

} // namespace libeval
