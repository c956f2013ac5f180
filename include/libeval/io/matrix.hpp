// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/domain/compatibility.hpp>

#include <memory>

namespace libeval {

/// Reads a table of license compatibility in one of the forms that OSADL publishes: JSON as a map
/// of outbound to inbound to entry, JSON with `licenses`, `compatibilities` and explanations, or
/// CSV whose rows are outbound licenses. The first form may be YAML too. Entries are `Same`, `Yes`,
/// `No`, `Unknown` and `Check dependency`; `timestamp` and `timeformat` are no licenses.
[[nodiscard]] CompatibilityMatrix read_matrix(std::shared_ptr<const SourceText> source,
                                              Diagnostics& diagnostics);

} // namespace libeval
