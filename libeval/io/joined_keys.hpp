// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/domain/program.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace libeval {

/// A key that stands in other evidence: `members.group` is the column `group` of `members`.
struct JoinedKey {
  std::size_t evidence = 0; ///< whose key it is, a position in Program::evidence
  std::size_t at = 0;       ///< position among its keys
  std::string name;         ///< of the dimension
  std::size_t from = 0;     ///< the evidence that has the column
  std::string column;
};

/// Takes such keys out of the specs, which can then be read. `candidate.x` is none of them.
[[nodiscard]] std::vector<JoinedKey> take_joined_keys(std::vector<TableSpec>& evidence);

/// Adds the key to `table`: each row has what stands in the row of `other` with the same keys. A
/// row without one, and keys of `other` that `table` has not, are diagnostics. O(rows log rows).
void join_key(const JoinedKey& key, const TableSpec& spec, Table& table,
              const TableSpec& other_spec, const Table& other, Diagnostics& diagnostics);

} // namespace libeval
