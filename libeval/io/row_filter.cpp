// SPDX-License-Identifier: Apache-2.0
#include "io/row_filter.hpp"

#include <libeval/base/date.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>
#include <limits>
#include <vector>

namespace libeval {

void leave_out_later_rows(Table& table, const TableSpec& spec, const std::string& as_of,
                          const Quote& quote, Diagnostics& diagnostics) {
  const std::string name = spec.date.empty() ? "date" : spec.date;
  const auto dates = std::ranges::find(table.labels, name, &TextColumn::name);
  if (dates == table.labels.end() || (as_of.empty() && spec.date.empty()))
    return;
  std::vector<bool> later(dates->texts.size()), wrong(dates->texts.size());
  for (std::size_t code = 0; code < dates->texts.size(); ++code) {
    const std::string& text = dates->texts[code];
    wrong[code] = !text.empty() && !is_date(text);
    later[code] = !as_of.empty() && text > as_of;
  }
  std::vector<bool> keep(table.rows, true);
  std::size_t left = table.rows;
  for (std::size_t row = 0; row < table.rows; ++row) {
    const std::uint32_t code = dates->codes[row];
    if (wrong[code]) {
      wrong[code] = false;
      const std::string& text = dates->texts[code];
      const Diagnostic at = quote(table, row, text);
      diagnostics.add({Severity::error, at.where, "`" + shorten(text) + "` is no date",
                       "write dates as YYYY-MM-DD", at.line, at.line_from});
    }
    if (later[code]) {
      keep[row] = false;
      --left;
    }
  }
  if (left == table.rows)
    return;
  keep_rows(table, keep);
}

} // namespace libeval
