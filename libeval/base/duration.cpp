// SPDX-License-Identifier: Apache-2.0
#include <libeval/base/duration.hpp>

#include <libeval/base/decimal.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

namespace libeval {

std::optional<double> parse_duration(std::string_view text, char point) {
  std::uint64_t whole = 0;
  for (int parts = 1;; ++parts) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    const bool last = end == text.size() || text[end] == point;
    const bool sound = parts == 1 ? end >= 1 && end <= 9 : end == 2 && text[0] < '6';
    if (!sound || (!last && (text[end] != ':' || parts == 3)))
      return std::nullopt;
    std::uint64_t part = 0;
    for (const char digit : text.substr(0, end))
      part = part * 10 + static_cast<std::uint64_t>(digit - '0');
    whole = whole * 60 + part;
    text.remove_prefix(end);
    if (last && text.size() == 1) // a point and nothing behind it
      return std::nullopt;
    if (last)
      return parse_decimal(std::to_string(whole) + std::string(text), point);
    text.remove_prefix(1);
  }
}

std::string as_duration(const std::string& seconds) {
  const std::size_t begin = seconds.starts_with('-') ? 1 : 0;
  const std::size_t end = std::min(seconds.find_first_not_of("0123456789", begin), seconds.size());
  if (end == begin || end - begin > 12 || (end < seconds.size() && seconds[end] != '.') ||
      seconds.find('e') != std::string::npos)
    return seconds;
  const std::uint64_t whole = std::stoull(seconds.substr(begin, end - begin));
  if (whole < 60)
    return seconds;
  const auto two = [](std::uint64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  const std::uint64_t hours = whole / 3600, minutes = whole / 60 % 60;
  return seconds.substr(0, begin) +
         (hours > 0 ? std::to_string(hours) + ":" + two(minutes) : std::to_string(minutes)) + ":" +
         two(whole % 60) + seconds.substr(end);
}

} // namespace libeval
