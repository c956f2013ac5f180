// SPDX-License-Identifier: Apache-2.0
#include "io/row_filter.hpp"

#include <libeval/base/text.hpp>

#include <algorithm>
#include <limits>
#include <vector>

namespace libeval {
bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-')
    return false;
  int part[3] = {0, 0, 0};
  for (std::size_t i = 0, at = 0; i < text.size(); ++i) {
    if (i == 4 || i == 7) {
      ++at;
      continue;
    }
    if (text[i] < '0' || text[i] > '9')
      return false;
    part[at] = part[at] * 10 + (text[i] - '0');
  }
  const auto [year, month, day] = part;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  const int days[] = {31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

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
