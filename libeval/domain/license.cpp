// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/license.hpp>

#include "domain/license_list.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <utility>

namespace libeval {
namespace {

using Step = LicenseExpression::Step;

constexpr std::array<std::string_view, 3> grammar_names = {"2.3", "3.0", "3.1"};

bool alike(const License& a, const License& b) {
  return a.kind == b.kind && same_letters(a.id, b.id) && a.or_later == b.or_later &&
         same_letters(a.with, b.with);
}

/// A part of an expression while it is put together.
struct Piece {
  Step::Kind kind = Step::Kind::license;
  std::vector<std::string> operands; ///< texts; one for a license
};

/// The piece as an operand of `parent`. In a choice `NONE` and `NOASSERTION` stand in parentheses.
std::string text_of(const Piece& piece, Step::Kind parent) {
  std::string out;
  for (const std::string& operand : piece.operands) {
    if (!out.empty())
      out += piece.kind == Step::Kind::all ? " AND " : " OR ";
    out += operand;
  }
  const bool alone = piece.kind == Step::Kind::license
                         ? parent != Step::Kind::any || (out != "NONE" && out != "NOASSERTION")
                         : parent == Step::Kind::license;
  return alone ? out : "(" + out + ")";
}

/// Operands in order, each once.
void sort(std::vector<std::string>& operands) {
  std::ranges::sort(operands);
  operands.erase(std::unique(operands.begin(), operands.end()), operands.end());
}

/// The last `n` pieces as operands of one; those of the same kind are taken apart.
Piece join(Step step, std::vector<Piece>& stack) {
  Piece out{step.kind, {}};
  const auto from = stack.end() - static_cast<std::ptrdiff_t>(step.n);
  for (auto at = from; at != stack.end(); ++at) {
    if (at->kind == step.kind)
      std::ranges::move(at->operands, std::back_inserter(out.operands));
    else
      out.operands.push_back(text_of(*at, step.kind));
  }
  stack.erase(from, stack.end());
  return out;
}

std::string write(const LicenseExpression& expression, bool sorted) {
  std::vector<Piece> stack;
  for (const Step step : expression.steps) {
    if (step.kind == Step::Kind::license) {
      stack.push_back({step.kind, {to_string(expression.licenses.at(step.n))}});
      continue;
    }
    Piece piece = join(step, stack);
    if (sorted)
      sort(piece.operands);
    if (piece.operands.size() == 1)
      piece.kind = Step::Kind::license;
    stack.push_back(std::move(piece));
  }
  if (stack.size() != 1)
    throw std::invalid_argument("a license expression without steps, or with some left over");
  return text_of(stack.front(), Step::Kind::license);
}

/// A word that every grammar reads, for the license at a position; words are ordered like them.
License word_for(std::size_t position) {
  const std::string digits = std::to_string(position);
  constexpr std::size_t width = 20;
  return {License::Kind::reference,
          "LicenseRef-" + std::string(width - digits.size(), '0') + digits,
          false,
          {}};
}

} // namespace

std::optional<LicenseGrammar> license_grammar_from(std::string_view name) {
  const auto at = std::ranges::find(grammar_names, name);
  if (at == grammar_names.end())
    return std::nullopt;
  return static_cast<LicenseGrammar>(at - grammar_names.begin());
}
std::string_view to_string(LicenseGrammar grammar) {
  return grammar_names[static_cast<std::size_t>(grammar)];
}

bool operator==(const License& a, const License& b) {
  return alike(a, b);
}

LicenseExpression one_license(License license) {
  LicenseExpression out;
  out.licenses.push_back(std::move(license));
  out.steps.push_back({Step::Kind::license, 0});
  return out;
}

std::string to_string(const License& license) {
  return license.id + (license.or_later ? "+" : "") +
         (license.with.empty() ? "" : " WITH " + license.with);
}

std::string to_string(const LicenseExpression& expression) {
  return write(expression, false);
}

LicenseExpression canonical(const LicenseExpression& expression) {
  LicenseLimits limits;
  limits.depth = limits.licenses = expression.steps.size();
  limits.bytes = static_cast<std::size_t>(-1);
  // Of several spellings of one reference the first in the order of bytes stays.
  std::map<std::string, License, bool (*)(std::string_view, std::string_view)> names(lower_than);
  for (const License& license : expression.licenses) {
    const License now = modern(license);
    if (const auto [at, is_new] = names.emplace(to_string(now), now);
        !is_new && to_string(now) < to_string(at->second))
      at->second = now;
  }
  std::map<std::string, License> of_word;
  std::map<std::string, License, bool (*)(std::string_view, std::string_view)> words(lower_than);
  for (const auto& [name, license] : names) {
    const License word = word_for(of_word.size());
    of_word.emplace(word.id, license);
    words.emplace(name, word);
  }
  LicenseExpression now = expression;
  for (License& license : now.licenses)
    license = words.at(to_string(modern(license)));
  // What is left of `(A AND B) OR (B AND A)` is a conjunction and is joined with those round it by
  // being read again; each round takes away one operator at least.
  for (std::string text, before; (text = write(now, true)) != before; before = std::move(text)) {
    Diagnostics problems;
    auto read = parse_license(text, LicenseGrammar::spdx_3_0, {}, problems, limits);
    if (!read)
      throw std::invalid_argument("no license expression: " + problems.all().front().message);
    now = std::move(*read);
  }
  for (License& license : now.licenses)
    license = of_word.at(license.id);
  return now;
}

LicenseReading read_license(const LicenseExpression& expression, std::span<const Truth> of_each) {
  if (of_each.size() != expression.licenses.size())
    throw std::invalid_argument("a license expression of " +
                                std::to_string(expression.licenses.size()) + " licenses and " +
                                std::to_string(of_each.size()) + " truths");
  std::vector<LicenseReading> stack;
  for (const Step step : expression.steps) {
    if (step.kind == Step::Kind::license) {
      stack.push_back({of_each[step.n], {step.n}});
      continue;
    }
    const auto from = stack.end() - static_cast<std::ptrdiff_t>(step.n);
    const bool all = step.kind == Step::Kind::all;
    LicenseReading whole{from->truth, {}};
    for (auto at = from; at != stack.end(); ++at)
      whole.truth = all ? whole.truth && at->truth : whole.truth || at->truth;
    for (auto at = from; at != stack.end(); ++at) {
      if (at->truth != whole.truth)
        continue;
      whole.because.insert(whole.because.end(), at->because.begin(), at->because.end());
      if (!all && whole.truth == Truth::yes)
        break; // one choice is enough
    }
    stack.erase(from, stack.end());
    stack.push_back(std::move(whole));
  }
  if (stack.size() != 1)
    throw std::invalid_argument("a license expression without steps, or with some left over");
  return std::move(stack.front());
}

bool covers(const License& granted, const License& license) {
  const License ours = modern(granted), theirs = modern(license);
  if (ours.kind != theirs.kind || !same_letters(ours.with, theirs.with))
    return false;
  if (ours.kind != License::Kind::listed)
    return ours.kind == License::Kind::reference && same_letters(ours.id, theirs.id);
  const Versioned a = versioned(ours), b = versioned(theirs);
  if (a.family != b.family)
    return false;
  if (a.or_later && b.or_later)
    return true;
  if (a.or_later || b.or_later)
    return a.or_later ? b.version >= a.version : a.version >= b.version;
  return a.version == b.version;
}

LicenseReading license_allowed(const LicenseExpression& expression,
                               std::span<const License> granted) {
  std::vector<Truth> of_each;
  of_each.reserve(expression.licenses.size());
  for (const License& license : expression.licenses) {
    if (license.kind == License::Kind::no_assertion)
      of_each.push_back(Truth::unknown);
    else
      of_each.push_back(
          std::ranges::any_of(granted, [&](const License& one) { return covers(one, license); })
              ? Truth::yes
              : Truth::no);
  }
  return read_license(expression, of_each);
}

} // namespace libeval
