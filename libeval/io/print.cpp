// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/print.hpp>

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>

#include "io/json_writer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace libeval {
namespace {

constexpr std::size_t widest = 88;

/// Whether a text may stand without quotes and is still read as this text.
bool is_plain(std::string_view text) {
  // Also those that older readers of YAML take for flags.
  constexpr std::array<std::string_view, 11> words = {"true", "false", "null", "~", "", "yes",
                                                      "no",   "on",    "off",  "y", "n"};
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  for (const std::string_view word : words)
    if (std::ranges::equal(text, word, {}, lower))
      return false;
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0xC0;
  };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool date = text.size() == 10 && text[4] == '-' && text[7] == '-' && digit(text[0]);
  if ((!letter(text.front()) && !date) || text.back() == ' ')
    return false;
  return std::ranges::all_of(text,
                             [&](char c) {
                               return letter(c) || (c >= '0' && c <= '9') ||
                                      static_cast<unsigned char>(c) >= 0x80 || c == ' ' ||
                                      c == '-' || c == '.' || c == '/';
                             }) &&
         escape_control(text) == text;
}

std::string quoted(std::string_view text) {
  JsonWriter writer;
  writer.text(text);
  std::string out = writer.take();
  out.pop_back();
  return out;
}

std::string word(std::string_view text) {
  return is_plain(text) ? std::string(text) : quoted(text);
}

/// Keys are texts, also those that look like numbers.
std::string key_word(std::string_view key) {
  const bool digits =
      !key.empty() && std::ranges::all_of(key, [](char c) { return c >= '0' && c <= '9'; });
  return digits ? std::string(key) : word(key);
}

std::string in_line(const Tree& tree, std::size_t room);

template <class Items, class Write>
std::string bracketed(char open, char close, const Items& items, std::size_t room, Write write) {
  std::string out(1, open);
  for (std::size_t i = 0; i < items.size(); ++i) {
    out += (i == 0 ? "" : ", ") + write(items[i]);
    if (out.size() > room)
      return out; // too long already; the caller breaks it
  }
  return out + close;
}

std::string in_line(const Tree& tree, std::size_t room) {
  if (tree.is_list())
    return bracketed('[', ']', tree.list(), room,
                     [&](const Tree& item) { return in_line(item, room); });
  if (tree.is_map())
    return bracketed('{', '}', tree.map(), room, [&](const Entry& entry) {
      return key_word(entry.key) + ": " + in_line(entry.value, room);
    });
  if (tree.is_null())
    return "null";
  return tree.is_text() ? word(tree.text()) : tree.scalar().value_or("");
}

bool is_empty(const Tree& tree) {
  return (tree.is_list() && tree.list().empty()) || (tree.is_map() && tree.map().empty());
}

/// Maps and lists that people read line by line are broken although they would fit.
bool wants_block(const Tree& tree, std::size_t depth, std::string_view key) {
  return (tree.is_map() || tree.is_list()) && !is_empty(tree) &&
         (key == "select" || (depth < 2 && key != "candidates"));
}

/// Whether a text may stand as lines behind `|`.
bool is_lines(const Tree& tree) {
  if (!tree.is_text())
    return false;
  const std::string& text = tree.text();
  if (text.size() < 2 || text.back() != '\n' || text[text.size() - 2] == '\n' ||
      text.front() == ' ' || text.front() == '\n' || text.front() == '#')
    return false;
  std::string flat = text;
  std::erase(flat, '\n');
  return escape_control(flat) == flat;
}

void block(std::string& out, const Tree& tree, std::size_t indent, std::size_t depth) {
  const std::size_t room = widest > indent ? widest - indent : 0;
  const auto child = [&](const Tree& value, bool item, std::string_view key) {
    if (!item && is_lines(value)) {
      out += " |\n";
      const std::string& text = value.text();
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        if (end > at)
          out += std::string(indent + 2, ' ') + text.substr(at, end - at);
        out += '\n';
        at = end + 1;
      }
      return;
    }
    const bool scalar = !value.is_map() && !value.is_list();
    const std::string line = in_line(value, room);
    if (scalar || is_empty(value) || (!wants_block(value, depth, key) && line.size() <= room)) {
      out += (item ? "" : " ") + line + "\n";
      return;
    }
    if (item && value.is_map()) { // the first key stands behind the dash
      std::string inner;
      block(inner, value, indent + 2, depth + 1);
      out += inner.substr(indent + 2);
      return;
    }
    out += "\n";
    block(out, value, indent + 2, depth + 1);
  };
  if (tree.is_map())
    for (const Entry& entry : tree.map()) {
      out += std::string(indent, ' ') + key_word(entry.key) + ":";
      child(entry.value, false, entry.key);
    }
  else
    for (const Tree& item : tree.list()) {
      out += std::string(indent, ' ') + "- ";
      child(item, true, "");
    }
}

void write(JsonWriter& out, const Tree& tree) {
  if (tree.is_null())
    out.null();
  else if (tree.is_flag())
    out.flag(tree.flag());
  else if (const auto spelling = tree.scalar(); tree.is_number() && !parse_decimal(*spelling))
    out.text(*spelling); // a fraction is no number of JSON
  else if (tree.is_number())
    out.number(tree.number());
  else if (tree.is_text())
    out.text(tree.text());
  else if (tree.is_list()) {
    out.open('[');
    for (const Tree& item : tree.list())
      write(out, item);
    out.close(']');
  } else {
    out.open('{');
    for (const Entry& entry : tree.map()) {
      out.key(entry.key);
      write(out, entry.value);
    }
    out.close('}');
  }
}

} // namespace

std::string to_yaml(const Tree& tree) {
  if ((!tree.is_map() && !tree.is_list()) || is_empty(tree))
    return in_line(tree, widest) + "\n";
  std::string out;
  block(out, tree, 0, 0);
  return out;
}

std::string to_json(const Tree& tree) {
  JsonWriter out(6);
  write(out, tree);
  return out.take();
}

} // namespace libeval
