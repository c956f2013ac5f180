// SPDX-License-Identifier: Apache-2.0
#include "io/grid.hpp"

#include <libeval/base/text.hpp>

#include <algorithm>
#include <utility>

namespace libeval {

std::string styled(const std::string& text, Style style, bool color) {
  if (!color || style == Style::plain || text.empty())
    return text;
  const char* code = "";
  switch (style) {
  case Style::plain:
    break;
  case Style::bold:
    code = "1";
    break;
  case Style::faint:
    code = "2";
    break;
  case Style::good:
    code = "32";
    break;
  case Style::bad:
    code = "31";
    break;
  case Style::warn:
    code = "33";
    break;
  }
  return std::string("\x1b[") + code + "m" + text + "\x1b[0m";
}

void Grid::column(std::string head, Align align) {
  heads_.push_back(std::move(head));
  aligns_.push_back(align);
}

void Grid::row(std::vector<Cell> cells) {
  rows_.push_back({std::move(cells), {}});
}

void Grid::line(std::string text) {
  rows_.push_back({{}, std::move(text)});
}

std::string Grid::text(bool color, std::size_t width, std::size_t kept) const {
  std::vector<std::size_t> widths;
  for (const std::string& head : heads_)
    widths.push_back(display_width(head));
  for (const Row& row : rows_)
    for (std::size_t i = 0; i < row.cells.size(); ++i)
      widths[i] = std::max(widths[i], display_width(row.cells[i].text));

  // Each block holds the kept columns and as many of the others as there is room for.
  std::vector<std::vector<std::size_t>> blocks(1);
  std::size_t first = 0, used = 0;
  for (std::size_t i = 0; i < heads_.size(); ++i) {
    const std::size_t room = widths[i] + (i == 0 ? 1 : 2);
    const bool holds_more = blocks.back().size() > std::min(kept, heads_.size());
    if (width > 0 && i >= kept && holds_more && used + room > width) {
      blocks.emplace_back();
      for (std::size_t k = 0; k < kept; ++k)
        blocks.back().push_back(k);
      used = first;
    }
    blocks.back().push_back(i);
    used += room;
    if (i < kept)
      first = used;
  }
  std::string out;
  for (const auto& columns : blocks)
    out += (out.empty() ? "" : "\n") + block(columns, widths, color);
  return out;
}

std::string Grid::block(const std::vector<std::size_t>& columns,
                        const std::vector<std::size_t>& widths, bool color) const {
  std::string out;
  const auto put = [&](const std::vector<Cell>& cells) {
    std::string line, pending;
    for (const std::size_t i : columns) {
      if (i >= cells.size())
        break;
      const Cell& cell = cells[i];
      pending += i == 0 ? " " : "  ";
      const std::size_t room = widths[i] - display_width(cell.text);
      if (aligns_[i] == Align::right)
        pending.append(room, ' ');
      if (!cell.text.empty()) {
        line += pending + styled(cell.text, cell.style, color);
        pending.clear();
      }
      if (aligns_[i] == Align::left)
        pending.append(room, ' ');
    }
    out += line + "\n";
  };

  if (std::ranges::any_of(heads_, [](const std::string& head) { return !head.empty(); })) {
    std::vector<Cell> cells;
    for (const std::string& head : heads_)
      cells.push_back({head, Style::faint});
    put(cells);
  }
  for (const Row& row : rows_) {
    if (row.cells.empty())
      out += " " + row.line + "\n";
    else
      put(row.cells);
  }
  return out;
}

std::size_t text_width(std::size_t screen) {
  constexpr std::size_t widest = 96, narrowest = 40;
  return screen == 0 ? widest : std::clamp(screen - 1, narrowest, widest);
}

std::string wrapped(const std::string& text, std::size_t indent, std::size_t width) {
  std::string out;
  std::size_t column = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    const std::size_t wide = display_width(word);
    if (column > 0 && column + 1 + wide > width) {
      out += "\n" + std::string(indent, ' ');
      column = 0;
    } else if (column > 0) {
      out += ' ';
      ++column;
    }
    out += word;
    column += wide;
    at = end + 1;
  }
  return out;
}

std::string report_line(const std::string& text, std::size_t screen) {
  return " " + wrapped(text, 3, text_width(screen) - 3) + "\n";
}

} // namespace libeval
