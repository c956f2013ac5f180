// SPDX-License-Identifier: Apache-2.0
#include "io/edit_words.hpp"

#include <libeval/base/text.hpp>

#include <algorithm>
#include <memory>

namespace libeval {
namespace {

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size() && i < 24; ++i)
    out += (i == 0 ? "" : ", ") + words[i];
  return words.size() > 24 ? out + ", ..." : out;
}

} // namespace

std::string ticked(std::string_view text) {
  return "`" + shorten(text) + "`";
}

Where place_in(const std::string& option, std::string_view text, std::size_t from,
               std::size_t length) {
  auto source = std::make_shared<SourceText>();
  source->name = option;
  source->text = std::string(text);
  return {source, 1, code_points(text.substr(0, from)) + 1,
          std::max<std::size_t>(1, code_points(text.substr(from, length)))};
}

std::string did_you(std::string_view word, const std::vector<std::string>& known) {
  if (const auto near = did_you_mean(word, known))
    return "did you mean " + ticked(*near) + "?";
  return known.empty() ? "" : "known here: " + listed(known);
}

} // namespace libeval
