// SPDX-License-Identifier: Apache-2.0
#include "io/csv_cells.hpp"

#include <libeval/base/decimal.hpp>

#include <algorithm>
#include <cstring>

namespace libeval::csv {
namespace {

bool is_blank(char c, const Syntax& syntax) {
  return c == ' ' || (c == '\t' && syntax.delimiter != '\t');
}

// Behind the end of the row if one is at `p`, else null.
const char* behind_row_end(const char* p, const char* end, const Syntax& syntax) {
  if (p == end)
    return p;
  if (*p == syntax.newline)
    return p + 1;
  if (*p == '\r' && p + 1 < end && p[1] == syntax.newline)
    return p + 2;
  return *p == '\r' && p + 1 == end ? end : nullptr;
}

constexpr std::string_view unicode_blanks[] = {"\xC2\xA0",     "\xE3\x80\x80", "\xE2\x80\x87",
                                               "\xE2\x80\xAF", "\xE2\x80\x89", "\xEF\xBB\xBF"};

Cell quoted_cell(const char* begin, const char* end, const Syntax& syntax, std::string& scratch) {
  Cell cell;
  cell.begin = begin;
  const char* p = begin + 1;
  const char* part = p;
  bool doubled = false;
  for (;;) {
    const auto* quote =
        static_cast<const char*>(std::memchr(p, '"', static_cast<std::size_t>(end - p)));
    if (quote == nullptr) {
      cell.trouble = Cell::Trouble::unclosed;
      cell.stop = cell.next = end;
      cell.ends_row = true;
      return cell;
    }
    if (quote + 1 < end && quote[1] == '"') {
      if (!doubled)
        scratch.clear();
      doubled = true;
      scratch.append(part, quote + 1);
      p = part = quote + 2;
      continue;
    }
    if (doubled) {
      scratch.append(part, quote);
      cell.text = scratch;
    } else {
      cell.text = std::string_view(part, static_cast<std::size_t>(quote - part));
    }
    p = quote + 1;
    break;
  }
  cell.text = trimmed(cell.text);
  cell.stop = p;
  while (p < end && is_blank(*p, syntax))
    ++p;
  if (p < end && *p == syntax.delimiter) {
    cell.next = p + 1;
    return cell;
  }
  if (const char* behind = behind_row_end(p, end, syntax)) {
    cell.next = behind;
    cell.ends_row = true;
    return cell;
  }
  cell.trouble = Cell::Trouble::after_quote;
  cell.stop = p + 1;
  cell.next = p;
  return cell;
}

} // namespace

std::string_view trimmed(std::string_view text) {
  const auto plain = [](char c) { return c > ' ' && c < '\x7F'; };
  if (!text.empty() && plain(text.front()) && plain(text.back()))
    return text;
  for (;;) {
    const std::size_t before = text.size();
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
      text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
      text.remove_suffix(1);
    for (const std::string_view blank : unicode_blanks) {
      if (text.starts_with(blank))
        text.remove_prefix(blank.size());
      if (text.ends_with(blank))
        text.remove_suffix(blank.size());
    }
    if (text.size() == before)
      return text;
  }
}

Cell next_cell(const char* p, const char* end, const Syntax& syntax, std::string& scratch) {
  while (p < end && is_blank(*p, syntax))
    ++p;
  if (p < end && *p == '"')
    return quoted_cell(p, end, syntax, scratch);
  Cell cell;
  cell.begin = p;
  for (p = PlainCells(syntax).skip(p, end);; ++p) {
    if (p < end && *p == syntax.delimiter) {
      cell.next = p + 1;
      break;
    }
    if (p == end || *p == syntax.newline || *p == '\r') {
      if (const char* behind = behind_row_end(p, end, syntax)) {
        cell.next = behind;
        cell.ends_row = true;
        break;
      }
    } else if (*p == '"' && cell.trouble == Cell::Trouble::none) {
      cell.trouble = Cell::Trouble::stray_quote;
    }
  }
  cell.stop = p;
  cell.text = trimmed(std::string_view(cell.begin, static_cast<std::size_t>(p - cell.begin)));
  if (!cell.text.empty())
    cell.stop = cell.text.data() + cell.text.size();
  return cell;
}

} // namespace libeval::csv
