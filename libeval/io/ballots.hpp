// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/row_filter.hpp"

#include <libeval/base/diagnostic.hpp>
#include <libeval/domain/table.hpp>

#include <memory>

namespace libeval {

/// Ballots of a CSV table, one a row, as cells: keys `ballot` (the number of the row) and
/// `candidate`, values `rank` (1 is first, tied ones share it) and `count`; further columns are
/// labels. A ballot is written `a > b = c`: best first, `=` between equals, nobody twice; whoever
/// is not named does not stand. `rows` is the table as read with the key `row`.
[[nodiscard]] Table ranked_ballots(const Table& rows, const TableSpec& spec, const Quote& quote,
                                   Diagnostics& diagnostics);

/// The same from a file of PrefLib (.soc, .soi, .toc, .toi): today's form with `# KEY: value`
/// lines, or the older one that begins with the number of candidates. Candidates go by their names
/// in the file, or by what `alias` makes of the name or the number.
[[nodiscard]] Table read_preflib(const TableSpec& spec, std::shared_ptr<const SourceText> source,
                                 Diagnostics& diagnostics);

/// The same from a BLT file, in which counts of the single transferable vote are published:
/// `CANDIDATES SEATS`, withdrawn candidates as negative numbers, one ballot a line (how many such,
/// the candidates' numbers best first, `0`; `1=2` are equal, `-` is a preference that was skipped,
/// a name in round brackets before it is passed over), a line `0`, then in double quotes the
/// candidates' names and a title. What follows `#` is a comment. Withdrawn candidates are left out
/// of the ballots and of the candidates; the seats are not asked.
[[nodiscard]] Table read_blt(const TableSpec& spec, std::shared_ptr<const SourceText> source,
                             Diagnostics& diagnostics);

/// How the rows of a CSV file of ballots are read before that.
[[nodiscard]] TableSpec rows_of_ballots(const TableSpec& spec);

} // namespace libeval
