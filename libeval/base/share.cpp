// SPDX-License-Identifier: Apache-2.0
#include <libeval/base/share.hpp>

#include <libeval/base/decimal.hpp>

#include <algorithm>

namespace libeval {

std::optional<Share> parse_share(std::string_view text) {
  const auto digits = [](std::string_view s) {
    return !s.empty() && std::ranges::all_of(s, [](char c) { return c >= '0' && c <= '9'; });
  };
  const std::size_t mark = text.find_first_of("%/");
  if (mark == std::string_view::npos)
    return std::nullopt;
  const std::string_view part = text.substr(0, mark), rest = text.substr(mark + 1);
  const std::size_t point = part.find('.');
  if (!digits(part.substr(0, point)) ||
      (point != std::string_view::npos && !digits(part.substr(point + 1))))
    return std::nullopt;
  const bool percent = text[mark] == '%';
  if (percent ? !rest.empty() : !digits(rest) || rest.front() == '0')
    return std::nullopt;
  const auto over = parse_decimal(part),
             under = percent ? std::optional(100.0) : parse_decimal(rest);
  if (!over || !under)
    return std::nullopt;
  return Share{*over, *under, percent};
}

std::string format_share(const Share& share) {
  const std::string part = format_decimal(share.part);
  return share.percent      ? part + "%"
         : share.whole == 1 ? part
                            : part + "/" + format_decimal(share.whole);
}

} // namespace libeval
