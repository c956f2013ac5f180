// SPDX-License-Identifier: Apache-2.0
#include "engine/compile/sieve.hpp"
#include "engine/drawn.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>
#include <limits>
#include <unordered_set>

namespace libeval {

namespace {

bool has_bounds(const Test& test) {
  return test.at_least || test.above || test.at_most || test.below;
}

bool stands_alone(const Test& test) {
  return test.any_of.size() == 1 && !test.negate;
}

std::vector<std::string> misfits(const Test& test, const std::vector<std::string>& words) {
  const std::unordered_set<std::string_view> exact(words.begin(), words.end());
  std::vector<std::string> out;
  for (const std::string& pattern : test.any_of) {
    const bool plain = pattern.find_first_of("*?\\") == std::string::npos;
    const bool fitting =
        plain ? exact.contains(pattern) : std::ranges::any_of(words, [&](const std::string& word) {
          return glob_match(pattern, word);
        });
    if (!fitting)
      out.push_back(pattern);
  }
  return out;
}

/// Free text may be a word that only happens not to stand here. Numbers and short codes have
/// neighbours that mean something else.
bool is_slip(const std::string& pattern, const std::string& word) {
  if (number_or_date(pattern))
    return false;
  return pattern.size() > 3 ||
         (pattern.size() == word.size() && std::ranges::equal(pattern, word, [](char a, char b) {
            return (a | 0x20) == (b | 0x20);
          }));
}

} // namespace

void warn_of_misfits(Diagnostics& diagnostics, const Test& test,
                     const std::vector<std::string>& words, const std::string& of, bool listed) {
  if (test.any_of.empty() || words.empty())
    return;
  std::vector<std::string> others; // whoever names a word does not misspell it
  for (const std::string& word : words)
    if (std::ranges::find(test.any_of, word) == test.any_of.end())
      others.push_back(word);
  for (const std::string& pattern : misfits(test, words)) {
    const auto near = did_you_mean(pattern, others);
    if (!near ? !listed || stands_alone(test) : !listed && !is_slip(pattern, *near))
      continue;
    diagnostics.warning(test.where, "no `" + test.column + "` of " + of + " fits `" + pattern + "`",
                        near ? "did you mean `" + *near + "`?" : "");
  }
}

void check_members(Diagnostics& diagnostics, const Test& test,
                   const std::vector<std::string>& names, const std::string& of) {
  if (!stands_alone(test))
    return warn_of_misfits(diagnostics, test, names, of, true);
  if (names.empty() ||
      std::ranges::any_of(names, [&](const std::string& name) { return passes(test, name); }))
    return;
  const auto hint = did_you_mean(test.any_of[0], names);
  diagnostics.error(test.where,
                    "no `" + test.column + "` of " + of + " fits `" + test.any_of[0] + "`",
                    hint ? "did you mean `" + *hint + "`?" : "");
}

void check_bounds(const Context& context, const Test& test, const std::vector<std::string>& texts,
                  const std::string& of) {
  if (!has_bounds(test))
    return;
  constexpr double infinite = std::numeric_limits<double>::infinity();
  const double low = std::max(test.at_least.value_or(-infinite), test.above.value_or(-infinite));
  const double high = std::min(test.at_most.value_or(infinite), test.below.value_or(infinite));
  if (low > high || (low == high && (test.above == low || test.below == high)))
    context.diagnostics.error(test.where,
                              "nothing lies between the bounds of `" + test.column + "`, " +
                                  format_decimal(low) + " and " + format_decimal(high),
                              "write the smaller one as `at_least` or `above`");
  const std::string* word = nullptr;
  for (const std::string& text : texts) {
    if (number_or_date(text))
      return;
    if (word == nullptr && !text.empty())
      word = &text;
  }
  if (word != nullptr)
    context.diagnostics.error(test.where,
                              "a bound needs numbers or dates, and `" + test.column + "` of " + of +
                                  " holds words, such as `" + *word + "`",
                              "name what is to stay, `{" + test.column + ": [" + *word + "]}`");
}

void warn_of_nothing(const Context& context, const Test& test, const std::string& of) {
  context.diagnostics.warning(
      test.where, "`where` takes away everything of " + of + ": nothing fits `" + test.column + "`",
      "entrants of whom nothing is left have a gap");
}

bool passes(const Test& test, std::string_view text) {
  if (!has_bounds(test))
    return fits(test, text);
  const auto number = number_or_date(text);
  return number && fits(test, *number);
}

std::vector<std::uint8_t> members_passing(const Context& context, const Test& test,
                                          const Dimension& dimension, const std::string& of) {
  const auto& candidates = context.bundle.program.candidates;
  const std::size_t n = dimension.members ? dimension.members->size() : candidates.size();
  const bool one = fixes(test, dimension);
  std::vector<std::uint8_t> pass(n);
  std::vector<std::string> ids;
  for (std::size_t m = 0; m < n && !dimension.members; ++m)
    ids.push_back(candidates[m].id.str());
  const std::vector<std::string>& names = dimension.members ? *dimension.members : ids;
  check_bounds(context, test, names, of);
  std::vector<std::string> looked_at; // one member is one, and not its copies too
  looked_at.reserve(names.size());
  for (const std::string& name : names)
    looked_at.emplace_back(dimension.members && !one ? original_of(name) : std::string_view(name));
  for (std::size_t m = 0; m < n; ++m)
    pass[m] = passes(test, looked_at[m]);
  check_members(context.diagnostics, test, looked_at, of);
  return pass;
}

std::vector<std::uint8_t> candidates_passing(const Context& context, const Test& test,
                                             const std::string& attribute) {
  const auto& candidates = context.bundle.program.candidates;
  std::vector<std::uint8_t> pass(candidates.size());
  std::vector<std::string> texts;
  for (const Candidate& candidate : candidates)
    if (const std::string* value = candidate.attribute(attribute))
      texts.push_back(*value);
  check_bounds(context, test, texts, "the candidates");
  warn_of_misfits(context, test, texts, "the candidates", false);
  for (std::size_t c = 0; c < candidates.size(); ++c) {
    const std::string* value = candidates[c].attribute(attribute);
    pass[c] = value != nullptr && passes(test, *value);
  }
  return pass;
}

AttributeOf attribute_of(const std::vector<Dimension>& dimensions, const std::string& column) {
  for (const char* side : {"candidate", "opponent"}) {
    const std::string prefix = std::string(side) + ".";
    const auto of = std::ranges::find(dimensions, side, &Dimension::name);
    if (column.starts_with(prefix) && of != dimensions.end())
      return {&*of, column.substr(prefix.size())};
  }
  return {};
}

bool fixes(const Test& test, const Dimension& dimension) {
  return dimension.members && test.any_of.size() == 1 && !test.negate &&
         test.any_of[0].find_first_of("*?") == std::string::npos;
}

} // namespace libeval
