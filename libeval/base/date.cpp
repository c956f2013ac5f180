// SPDX-License-Identifier: Apache-2.0
#include <libeval/base/date.hpp>

#include <libeval/base/decimal.hpp>

#include <chrono>

namespace libeval {
namespace {

/// The number that `count` digits at `at` spell.
std::optional<unsigned> digits(std::string_view text, std::size_t at, std::size_t count) {
  unsigned value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9')
      return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

std::optional<std::chrono::sys_days> day_of(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-')
    return std::nullopt;
  const auto y = digits(text, 0, 4), m = digits(text, 5, 2), d = digits(text, 8, 2);
  if (!y || !m || !d)
    return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::year{static_cast<int>(*y)},
                                        std::chrono::month{*m}, std::chrono::day{*d}};
  return day.ok() ? std::optional(std::chrono::sys_days{day}) : std::nullopt;
}

/// Seconds since midnight of HH:MM, HH:MM:SS or HH:MM:SS.s.
std::optional<double> seconds_of(std::string_view text) {
  if (text.size() < 5 || text[2] != ':')
    return std::nullopt;
  const auto hour = digits(text, 0, 2), minute = digits(text, 3, 2);
  if (!hour || *hour > 23 || !minute || *minute > 59)
    return std::nullopt;
  const double seconds = *hour * 3600.0 + *minute * 60.0;
  if (text.size() == 5)
    return seconds;
  if (text.size() < 8 || text[5] != ':' ||
      text.find_first_not_of("0123456789.", 6) != std::string_view::npos)
    return std::nullopt;
  const auto second = parse_decimal(text.substr(6));
  return digits(text, 6, 2) && second && *second < 61 ? std::optional(seconds + *second)
                                                      : std::nullopt;
}

} // namespace

bool is_date(std::string_view text) {
  return day_of(text).has_value();
}

std::optional<double> parse_days(std::string_view text) {
  const auto day = day_of(text.substr(0, 10));
  if (!day)
    return std::nullopt;
  const auto days = static_cast<double>(day->time_since_epoch().count());
  std::string_view time = text.substr(10);
  if (time.empty())
    return days;
  if (time.front() != 'T' && time.front() != ' ')
    return std::nullopt;
  time.remove_prefix(1);
  if (time.ends_with('Z'))
    time.remove_suffix(1);
  const auto seconds = seconds_of(time);
  return seconds ? std::optional(days + *seconds / 86400) : std::nullopt;
}

} // namespace libeval
