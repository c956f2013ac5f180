// SPDX-License-Identifier: Apache-2.0
#include "domain/reading.hpp"

#include <libeval/base/share.hpp>

#include <map>

namespace libeval {

const Node* find_node(const Node& top, std::string_view path) {
  if (top.path == path)
    return &top;
  for (const Node& part : top.parts)
    if (const Node* found = find_node(part, path))
      return found;
  return nullptr;
}

Node* find_node(Node& top, std::string_view path) {
  return const_cast<Node*>(find_node(std::as_const(top), path));
}

Rounding read_rounding(const Tree& tree) {
  Rounding rounding;
  if (tree.is_number()) {
    rounding.to = tree.number();
    return rounding;
  }
  rounding.to = number_at(tree, "to");
  if (const auto digits = number_at(tree, "digits"))
    rounding.digits = static_cast<int>(*digits);
  if (const auto significant = number_at(tree, "significant"))
    rounding.significant = static_cast<int>(*significant);
  if (tree.find("mode") != nullptr)
    rounding.mode = text_at(tree, "mode");
  return rounding;
}

Node read_node(const Tree& tree, std::string id, std::string path) {
  Node node;
  node.id = std::move(id);
  node.path = std::move(path);
  node.title = text_at(tree, "title");
  node.where = tree.where;
  node.points = number_at(tree, "points");
  node.weight = number_at(tree, "weight");
  node.points_where = where_at(tree, node.points ? "points" : "weight");
  node.measure = read_measure(tree, node.path);
  if (const Tree* round = tree.find("round"))
    node.round = read_rounding(*round);
  node.is_time = text_at(tree, "print") == "time";
  if (const Tree* missing = tree.find("missing")) {
    const Tree* as = missing->is_map() ? missing->find("as") : missing;
    if (as->is_number()) {
      node.gap.as = PartGap::As::number;
      node.gap.number = as->number();
    } else {
      const std::map<std::string, PartGap::As> words = {
          {"hold", PartGap::As::hold},     {"zero", PartGap::As::zero},
          {"worst", PartGap::As::worst},   {"best", PartGap::As::best},
          {"lowest", PartGap::As::lowest}, {"highest", PartGap::As::highest},
          {"drop", PartGap::As::drop}};
      node.gap.as = words.at(text_of(as));
    }
    if (const Tree* needs = missing->find("needs")) {
      const auto share = parse_share(text_of(needs));
      node.gap.needs_share = share.has_value();
      node.gap.needs = share ? share->of(1) : needs->number();
    }
  }
  if (const Tree* parts = tree.find("parts"))
    for (const Entry& entry : parts->map()) {
      node.parts.push_back(read_node(
          entry.value, entry.key, node.path == "total" ? entry.key : node.path + "." + entry.key));
      node.parts.back().where = entry.key_where;
    }
  return node;
}

} // namespace libeval
