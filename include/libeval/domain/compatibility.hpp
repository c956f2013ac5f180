// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/license.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

/// Whether a work under one license may go into a work under another, as a table says it.
namespace libeval {

/// A table of license compatibility: may what comes in under a license be passed on in a work under
/// another. Neither symmetric nor transitive, so what is far up in the lineage is looked up itself.
struct CompatibilityMatrix {
  enum class Entry { same, yes, no, unknown, check_dependency };
  struct Cell {
    Entry entry = Entry::unknown;
    std::string explanation;
  };
  std::string source, date; ///< the file, and when the table says it was made
  /// By outbound, then inbound license, ids in lower case.
  std::map<std::string, std::map<std::string, Cell, std::less<>>, std::less<>> cells;

  [[nodiscard]] const Cell* find(std::string_view outbound, std::string_view inbound) const;
};

/// Puts the cells of `more` over those of `matrix`.
void merge(CompatibilityMatrix& matrix, const CompatibilityMatrix& more);

/// What decides a question of compatibility: one pair of licenses.
struct CompatibilityPair {
  std::string inbound, outbound;
  Truth truth = Truth::unknown;
  std::string explanation; ///< of the table, or why it has none
};

struct CompatibilityReading {
  Truth truth = Truth::unknown;
  std::vector<CompatibilityPair> because; ///< the pairs that decide
};

/// Whether what comes in under `inbound` may be passed on in a work under `outbound`: for one of
/// the choices that `inbound` leaves and for everything that `outbound` names. `Yes` and `Same` are
/// yes, `No` is no; everything else is unknown, also what the table does not have, be it a license
/// against itself. An inbound license with an exception of the list is looked up without it where
/// the table does not have it so, and one with `+` in each of its versions: a yes stays, anything
/// else is unknown. Nothing of the kind is done for outbound licenses. `NONE` is no.
[[nodiscard]] CompatibilityReading compatible(const LicenseExpression& inbound,
                                              const LicenseExpression& outbound,
                                              const CompatibilityMatrix& matrix);

} // namespace libeval
