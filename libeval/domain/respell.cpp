// SPDX-License-Identifier: Apache-2.0
#include "domain/respell.hpp"

#include <libeval/base/text.hpp>

#include <algorithm>

namespace libeval {

std::optional<std::string> meant_key(std::string_view word, const Tree& map, const Shape& shape) {
  std::vector<std::string> names;
  for (const Key& key : shape.keys)
    names.push_back(key.name);
  const auto tried = shape.meant.find(std::string(word));
  auto meant =
      tried == shape.meant.end() ? did_you_mean(word, names) : std::optional(tried->second);
  if (!meant || shape.find(*meant) == nullptr || map.find(*meant) != nullptr)
    return std::nullopt;
  return meant;
}

Tree with_meant_keys(Tree map, const Shape& shape) {
  for (std::size_t i = 0; i < map.map().size() && !shape.open; ++i)
    if (const std::string& key = map.map()[i].key; shape.find(key) == nullptr)
      if (auto meant = meant_key(key, map, shape))
        map.map()[i].key = std::move(*meant);
  return map;
}

Tree respelt(Tree tree, const Type& type, const Shapes& shapes) {
  const Type* fits = tree.is_list() || tree.is_map() ? resolve(tree, type, shapes) : nullptr;
  if (fits == nullptr)
    return tree;
  switch (fits->kind) {
  case Type::Kind::list:
  case Type::Kind::tuple:
    for (std::size_t i = 0; i < tree.list().size(); ++i)
      tree.list()[i] = respelt(std::move(tree.list()[i]),
                               fits->inner[std::min(i, fits->inner.size() - 1)], shapes);
    return tree;
  case Type::Kind::dictionary:
    for (Entry& entry : tree.map())
      entry.value = respelt(std::move(entry.value), fits->inner[0], shapes);
    return tree;
  case Type::Kind::object: {
    const Shape& shape = shapes.at(fits->shape);
    for (Entry& entry : tree.map()) {
      if (shape.find(entry.key) == nullptr && !shape.open)
        if (auto meant = meant_key(entry.key, tree, shape)) {
          Diagnostics unheard; // another word may stand for another form
          if (!shape.meant.contains(entry.key) ||
              validate(entry.value, shape.find(*meant)->type, shapes, unheard))
            entry.key = std::move(*meant);
        }
      if (const Key* key = shape.find(entry.key))
        entry.value = respelt(std::move(entry.value), key->type, shapes);
    }
    return tree;
  }
  default:
    return tree;
  }
}

} // namespace libeval
