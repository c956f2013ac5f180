// SPDX-License-Identifier: Apache-2.0
#include "engine/compile/context.hpp"

#include <libeval/base/date.hpp>
#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>
#include <numeric>
#include <unordered_set>
#include <utility>

namespace libeval {

Names::Names(const Bundle& bundle) : bundle_(bundle) {
  for (std::size_t i = 0; i < bundle.program.evidence.size(); ++i)
    tables_.emplace(bundle.program.evidence[i].name, i);
}

std::uint32_t Names::candidate(std::string_view id) const {
  if (candidates_.empty()) {
    const auto& candidates = bundle_.program.candidates;
    candidates_.reserve(candidates.size());
    for (std::size_t i = 0; i < candidates.size(); ++i)
      candidates_.emplace(candidates[i].id.str(), static_cast<std::uint32_t>(i));
  }
  const auto at = candidates_.find(id);
  return at == candidates_.end() ? npos : at->second;
}

std::uint32_t Names::candidate_near(std::string_view id, std::size_t position) const {
  const auto& candidates = bundle_.program.candidates;
  if (position < candidates.size() && candidates[position].id.str() == id)
    return static_cast<std::uint32_t>(position);
  return candidate(id);
}

std::size_t Names::table(std::string_view name) const {
  const auto at = tables_.find(name);
  if (at == tables_.end())
    return nobody;
  asked_.insert(at->second);
  return at->second;
}

void Context::index_entrants() {
  entering.assign(bundle.program.candidates.size(), 0);
  for (const std::uint32_t candidate : entrants)
    entering[candidate] = 1;
}

ArrayId new_array(Plan& plan, std::size_t size, Index candidates, std::string where) {
  plan.arrays.push_back({size, std::move(candidates), std::move(where)});
  return static_cast<ArrayId>(plan.arrays.size() - 1);
}

void add(Plan& plan, Op op, std::string word) {
  plan.ops.push_back(std::move(op));
  plan.words.push_back(std::move(word));
}

bool fits(const Test& test, std::string_view text) {
  if (test.any_of.empty())
    return true;
  const bool found = std::ranges::any_of(
      test.any_of, [&](const std::string& pattern) { return glob_match(pattern, text); });
  return found != test.negate;
}

bool fits(const Test& test, double x) {
  if (test.at_least && !(x >= *test.at_least))
    return false;
  if (test.above && !(x > *test.above))
    return false;
  if (test.at_most && !(x <= *test.at_most))
    return false;
  if (test.below && !(x < *test.below))
    return false;
  if (test.any_of.empty())
    return true;
  const bool found = std::ranges::any_of(test.any_of, [&](const std::string& pattern) {
    const auto number = number_or_date(pattern);
    return number && *number == x;
  });
  return found != test.negate;
}

std::optional<double> number_or_date(std::string_view text) {
  const auto number = parse_decimal(text);
  return number ? number : parse_days(text);
}

const Names::Rows& Names::rows(const Table& table, const TextColumn& column) const {
  const auto [at, fresh] = rows_.try_emplace(&column);
  Rows& out = at->second;
  if (!fresh)
    return out;
  // Where one column alone names the candidates, its codes are theirs.
  const auto others = std::ranges::count(table.keys, "opponent", &TextColumn::name);
  if (bundle_.program.candidates_from == table.name && column.name == "candidate" && others == 0) {
    out.candidates = {std::shared_ptr<void>(), &column.codes};
    return out;
  }
  std::vector<std::uint32_t> position(column.texts.size());
  for (std::size_t i = 0; i < position.size(); ++i)
    position[i] = candidate_near(column.texts[i], i);
  auto codes = std::make_shared<std::vector<std::uint32_t>>(column.codes.size());
  for (std::size_t i = 0; i < codes->size(); ++i) {
    (*codes)[i] = position[column.codes[i]];
    out.all_known = out.all_known && (*codes)[i] != npos;
  }
  out.candidates = std::move(codes);
  return out;
}

Index candidate_codes(const Context& context, const Table& table, const TextColumn& column) {
  return context.names.rows(table, column).candidates;
}

} // namespace libeval
