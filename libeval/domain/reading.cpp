// SPDX-License-Identifier: Apache-2.0
#include "domain/reading.hpp"

namespace libeval {

std::string text_of(const Tree* tree) {
  return tree == nullptr ? "" : tree->scalar().value_or("");
}

std::string text_at(const Tree& tree, std::string_view key) {
  return text_of(tree.find(key));
}

std::optional<double> number_at(const Tree& tree, std::string_view key) {
  const Tree* found = tree.find(key);
  return found != nullptr && found->is_number() ? std::optional(found->number()) : std::nullopt;
}

std::optional<std::size_t> count_at(const Tree& tree, std::string_view key) {
  const auto n = number_at(tree, key);
  return n ? std::optional(static_cast<std::size_t>(*n)) : std::nullopt;
}

bool flag_at(const Tree& tree, std::string_view key) {
  const Tree* found = tree.find(key);
  return found != nullptr && found->is_flag() && found->flag();
}

Where where_at(const Tree& tree, std::string_view key) {
  const Tree* found = tree.find(key);
  return found == nullptr ? tree.where : found->where;
}

Direction direction_from(std::string_view word) {
  return word == "cost" ? Direction::cost : Direction::benefit;
}

std::vector<std::string> read_names(const Tree* tree) {
  std::vector<std::string> names;
  if (tree == nullptr)
    return names;
  if (!tree->is_list())
    return {text_of(tree)};
  for (const Tree& item : tree->list())
    names.push_back(text_of(&item));
  return names;
}

} // namespace libeval
