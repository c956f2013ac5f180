// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/digest.hpp>

#include <algorithm>

namespace libeval {

std::string canonical_digest(std::string_view digest) {
  const std::size_t colon = digest.find(':');
  if (colon == std::string_view::npos || colon == 0)
    return std::string(digest);
  const auto small = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_number = [](char c) { return c >= '0' && c <= '9'; };
  std::string out;
  for (const char c : digest.substr(0, colon)) {
    const char one = c == '_' ? '-' : small(c);
    if (!is_letter(one) && !is_number(one) && one != '-')
      return std::string(digest);
    if (one != '-' || out.empty() || !is_letter(out.back()))
      out += one;
  }
  const std::string_view value = digest.substr(colon);
  const bool hex = std::ranges::all_of(value.substr(1), [&](char c) {
    return is_number(c) || (small(c) >= 'a' && small(c) <= 'f');
  });
  for (const char c : value)
    out += hex ? small(c) : c;
  return out;
}

} // namespace libeval
