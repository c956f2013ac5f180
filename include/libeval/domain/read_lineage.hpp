// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/base/tree.hpp>
#include <libeval/domain/lineage.hpp>

namespace libeval {

/// Reads a lineage file. What is wrong with its form or with one piece of evidence goes to
/// `diagnostics`; names are looked up by `check_lineage`, when all files of a record are there.
[[nodiscard]] Lineage read_lineage(const Tree& tree, Diagnostics& diagnostics);

/// What can be wrong with a whole record: ids that stand twice, names that name nothing or the
/// wrong kind of thing, derivations from itself, repeated derivations.
void check_lineage(const Lineage& lineage, Diagnostics& diagnostics);

/// A list of carriers. Precondition: it fits the language.
[[nodiscard]] Carriers read_carriers(const Tree& tree);

/// Adds `more` to a record.
void append(Lineage& lineage, Lineage more);

} // namespace libeval
