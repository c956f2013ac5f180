// SPDX-License-Identifier: Apache-2.0
#include "domain/read_condition.hpp"

#include "domain/reading.hpp"

#include <libeval/domain/read_lineage.hpp>

#include <algorithm>

namespace libeval {
namespace {

using Kind = Condition::Kind;

Target read_target(const Tree* tree) {
  Target target;
  if (tree == nullptr || !tree->is_map())
    return target;
  target.external = false;
  target.owners = read_names(tree->find("owner"));
  target.things = read_names(tree->find("thing"));
  return target;
}

void read_members(const Tree& tree, Condition& out) {
  if (const Tree* along = tree.find("along"))
    out.along = read_carriers(*along);
  out.to = read_target(tree.find("to"));
  out.undeclared_counts = text_at(tree, "undeclared") != "ignored";
  out.words = read_names(tree.find(out.kind == Kind::derives   ? "kind"
                                   : out.kind == Kind::license ? "allowed"
                                                               : "kinds"));
  out.name = text_at(tree, out.kind == Kind::score     ? "part"
                           : out.kind == Kind::control ? "criterion"
                                                       : "outbound");
  out.of_itself = text_at(tree, "of") == "itself_too";
  out.licensed = text_at(tree, "due") == "licensed";
  const std::string use = text_at(tree, "use");
  out.use = use == "commercial"       ? Condition::Use::commercial
            : use == "non_commercial" ? Condition::Use::non_commercial
                                      : Condition::Use::not_said;
  if (out.kind == Kind::score) {
    const std::pair<const char*, Bound::Kind> bounds[] = {{"at_least", Bound::Kind::at_least},
                                                          {"above", Bound::Kind::above},
                                                          {"at_most", Bound::Kind::at_most},
                                                          {"below", Bound::Kind::below}};
    for (const auto& [key, kind] : bounds)
      if (const auto number = number_at(tree, key))
        out.bound = Bound{kind, *number, {}};
  } else {
    out.level = static_cast<int>(number_at(tree, "at_least").value_or(0));
  }
}

Kind kind_of(std::string_view word) {
  return word == "reaches"       ? Kind::reaches
         : word == "derives"     ? Kind::derives
         : word == "control"     ? Kind::control
         : word == "obligations" ? Kind::obligations
         : word == "license"     ? Kind::license
         : word == "compatible"  ? Kind::compatible
         : word == "score"       ? Kind::score
         : word == "all"         ? Kind::all
         : word == "any"         ? Kind::any
                                 : Kind::not_;
}

} // namespace

std::uint32_t read_condition(const Tree& tree, Formula& formula) {
  // The depth is that of the file, which the parser limits.
  const Entry& entry = tree.map().front();
  Condition out;
  out.kind = kind_of(entry.key);
  out.where = entry.key_where;
  if (out.kind == Kind::not_)
    out.parts.push_back(read_condition(entry.value, formula));
  else if (out.kind == Kind::all || out.kind == Kind::any)
    for (const Tree& part : entry.value.list())
      out.parts.push_back(read_condition(part, formula));
  else
    read_members(entry.value, out);
  formula.push_back(std::move(out));
  return static_cast<std::uint32_t>(formula.size() - 1);
}

bool asks_lineage(const Formula& formula) {
  return std::ranges::any_of(
      formula, [](const Condition& condition) { return condition.kind < Kind::score; });
}

bool asks_records(const Formula& formula) {
  return std::ranges::any_of(formula, [](const Condition& condition) {
    return (condition.kind == Kind::reaches || condition.kind == Kind::derives ||
            condition.kind == Kind::license || condition.kind == Kind::compatible ||
            (condition.kind == Kind::obligations && condition.licensed)) &&
           condition.undeclared_counts;
  });
}

} // namespace libeval
