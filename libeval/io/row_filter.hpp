// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/diagnostic.hpp>
#include <libeval/domain/rows.hpp>
#include <libeval/domain/table.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace libeval {

/// Where a cell of a row stands, with the quoted line.
using Quote = std::function<Diagnostic(const Table&, std::size_t row, std::string_view cell)>;

/// Evidence dated later than `as_of` is not seen: removes those rows, and the texts that only they
/// had. Dates that are none are reported. Without `as_of` nothing is removed.
void leave_out_later_rows(Table& table, const TableSpec& spec, const std::string& as_of,
                          const Quote& quote, Diagnostics& diagnostics);

} // namespace libeval
