// SPDX-License-Identifier: Apache-2.0
// Fractions, dates and durations where the language takes a number.
#include <libeval/domain/written_numbers.hpp>

#include <libeval/base/date.hpp>
#include <libeval/base/duration.hpp>
#include <libeval/base/share.hpp>

#include <algorithm>

namespace libeval {
namespace {

bool takes(const Type& type, Type::Kind kind) {
  return type.kind == kind ||
         (type.kind == Type::Kind::either &&
          std::ranges::any_of(type.inner, [&](const Type& inner) { return takes(inner, kind); }));
}

void read(Tree& tree, const Type& type, const Shapes& shapes) {
  if (tree.is_text()) {
    const bool is_share = tree.text().find('/') != std::string::npos;
    if (takes(type, Type::Kind::number) && !(is_share && takes(type, Type::Kind::share)))
      if (const auto number = parse_written(tree.text()))
        tree.value = Tree::Number{*number, tree.text()};
    return;
  }
  const Type* resolved = tree.is_list() || tree.is_map() ? resolve(tree, type, shapes) : nullptr;
  if (resolved == nullptr)
    return;
  switch (resolved->kind) {
  case Type::Kind::list:
  case Type::Kind::tuple:
    for (std::size_t i = 0; i < tree.list().size(); ++i)
      read(tree.list()[i], resolved->inner[std::min(i, resolved->inner.size() - 1)], shapes);
    return;
  case Type::Kind::dictionary:
    for (Entry& entry : tree.map())
      read(entry.value, resolved->inner[0], shapes);
    return;
  case Type::Kind::object:
    for (Entry& entry : tree.map())
      if (const Key* key = shapes.at(resolved->shape).find(entry.key))
        read(entry.value, key->type, shapes);
    return;
  default:
    return;
  }
}

} // namespace

std::optional<double> parse_written(std::string_view text) {
  if (const auto days = parse_days(text))
    return days;
  if (text.find(':') != std::string_view::npos)
    return parse_duration(text);
  const bool negative = text.starts_with('-');
  if (text.find('/') == std::string_view::npos)
    return std::nullopt;
  const auto share = parse_share(text.substr(negative ? 1 : 0));
  if (!share)
    return std::nullopt;
  return (negative ? -share->part : share->part) / share->whole + 0.0; // -0 + 0 is 0
}

Tree with_written_numbers(Tree tree, const Type& type, const Shapes& shapes) {
  read(tree, type, shapes);
  return tree;
}

} // namespace libeval
