// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/statement.hpp>

#include <libeval/domain/language.hpp>
#include <libeval/domain/measure.hpp>
#include <libeval/domain/written_numbers.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace libeval {
namespace {

using Kind = Statement::Kind;

std::string text_at(const Tree& tree, std::string_view key) {
  const Tree* found = tree.find(key);
  return found == nullptr ? "" : found->scalar().value_or("");
}

std::optional<double> number_at(const Tree& tree, std::string_view key) {
  const Tree* found = tree.find(key);
  return found != nullptr && found->is_number() ? std::optional(found->number()) : std::nullopt;
}

constexpr std::pair<const char*, Kind> words[] = {
    {"value", Kind::value},     {"range", Kind::range},
    {"values", Kind::values},   {"place", Kind::place},
    {"mean", Kind::mean},       {"sum", Kind::sum},
    {"gap", Kind::gap},         {"first", Kind::first},
    {"last", Kind::last},       {"top", Kind::top},
    {"order", Kind::order},     {"ahead", Kind::ahead},
    {"outcome", Kind::outcome}, {"above_mean", Kind::above_mean},
    {"marks", Kind::marks},     {"below_mean", Kind::below_mean}};

class Reader {
public:
  explicit Reader(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  Statement statement(const Tree& tree, const std::string& stage) {
    Statement s;
    s.id = text_at(tree, "id");
    s.text = text_at(tree, "says");
    s.stage = tree.find("stage") == nullptr ? stage : text_at(tree, "stage");
    if (tree.find("part") != nullptr)
      s.part = text_at(tree, "part");
    s.source = text_at(tree, "source");
    s.date = text_at(tree, "date");
    if (tree.find("level") != nullptr)
      s.level_word = text_at(tree, "level");
    s.level = statement_level(s.level_word);
    s.of = read_names(tree.find("of"));
    if (const Tree* rounded = tree.find("rounded"))
      s.rounded = read_rounding(*rounded);
    s.ties_allowed = text_at(tree, "ties") == "allowed";
    for (const auto& [word, kind] : words)
      if (const Tree* found = tree.find(word)) {
        s.kind = kind;
        s.where = found->where;
        what(*found, s);
      }
    if (s.rounded && s.kind != Kind::value && s.kind != Kind::values && s.kind != Kind::mean &&
        s.kind != Kind::sum && s.kind != Kind::gap)
      diagnostics_.error(tree.find("rounded")->where, "`rounded` stands beside no number",
                         "it belongs to `value`, `values`, `mean`, `sum` and `gap`");
    if (s.rounded && !s.rounded->to && !s.rounded->digits && !s.rounded->significant)
      diagnostics_.error(tree.find("rounded")->where, "`rounded` needs a step",
                         "such as `rounded: 0.1`");
    if (s.stage.empty())
      diagnostics_.error(tree.where, "statement `" + s.id + "` names no stage",
                         "add `stage`, here or at the top of the file");
    return s;
  }

private:
  void what(const Tree& tree, Statement& s) {
    switch (s.kind) {
    case Kind::value:
    case Kind::place:
      for (const Entry& entry : tree.map())
        s.values.emplace_back(entry.key, entry.value.number());
      return;
    case Kind::values:
      for (const Tree& item : tree.list())
        s.values.emplace_back("", item.number());
      if (!s.of.empty() && s.values.size() != s.of.size())
        diagnostics_.error(tree.where,
                           std::to_string(s.values.size()) + " scores for " +
                               std::to_string(s.of.size()) + " candidates",
                           "one for each of those in `of`; a score that two have stands twice");
      return;
    case Kind::range:
      for (const Entry& entry : tree.map())
        s.ranges.push_back(bounds(entry.key, entry.value));
      return;
    case Kind::mean:
    case Kind::sum:
    case Kind::gap:
      s.number = tree.number();
      if (s.kind == Kind::gap && s.number < 0)
        diagnostics_.error(tree.where, "the gap between first and last is negative");
      return;
    case Kind::first:
    case Kind::last:
    case Kind::top:
    case Kind::above_mean:
    case Kind::below_mean:
      s.groups = {read_names(&tree)};
      break;
    case Kind::order:
      for (const Tree& item : tree.list())
        s.groups.push_back(read_names(&item));
      break;
    case Kind::ahead:
      s.groups = {{text_at(tree, "candidate")}, read_names(tree.find("of"))};
      s.number = number_at(tree, "by").value_or(0);
      break;
    case Kind::outcome:
      for (const Entry& entry : tree.map())
        s.outcomes.emplace_back(entry.key, entry.value.scalar().value_or(""));
      return;
    case Kind::marks: {
      s.evidence = text_at(tree, "of");
      s.ranges.push_back({"", number_at(tree, "from"), number_at(tree, "to")});
      if (*s.ranges[0].low > *s.ranges[0].high)
        diagnostics_.error(tree.where, "the scale ends before it begins",
                           "write the smaller number as `from`");
      return;
    }
    }
    std::set<std::string> seen;
    for (const auto& group : s.groups)
      for (const std::string& name : group)
        if (!seen.insert(name).second)
          diagnostics_.error(tree.where, "`" + name + "` stands twice in one statement",
                             s.kind == Kind::order ? "nobody is ahead of themselves" : "");
  }

  Statement::Bounds bounds(const std::string& candidate, const Tree& tree) {
    Statement::Bounds out;
    out.candidate = candidate;
    if (tree.is_list()) {
      out.low = tree.list()[0].number();
      out.high = tree.list()[1].number();
    } else {
      out.low = number_at(tree, "at_least");
      out.high = number_at(tree, "at_most");
      if (const auto above = number_at(tree, "above")) {
        out.low = above;
        out.above_low = true;
      }
      if (const auto below = number_at(tree, "below")) {
        out.high = below;
        out.below_high = true;
      }
      if (!out.low && !out.high)
        diagnostics_.error(tree.where, "a range without bounds",
                           "write `[18, 33]`, or one of `at_least`, `above`, `at_most`, `below`");
    }
    if (out.low && out.high && *out.low > *out.high)
      diagnostics_.error(tree.where, "the range ends before it begins",
                         "write the smaller number first");
    return out;
  }

  Diagnostics& diagnostics_;
};

} // namespace

Published read_published(const Tree& written, Diagnostics& diagnostics) {
  Published out;
  const Tree tree = with_written_numbers(written, type::object("published"), language());
  if (!validate(tree, type::object("published"), language(), diagnostics))
    return out;
  out.id = text_at(tree, "published");
  out.title = text_at(tree, "title");
  out.step = *number_at(tree, "step");
  const std::string stage = text_at(tree, "stage");
  Reader reader(diagnostics);
  std::map<std::string, std::size_t> seen;
  for (const Tree& item : tree.find("statements")->list()) {
    out.statements.push_back(reader.statement(item, stage));
    const Tree& id = *item.find("id");
    if (const auto [at, fresh] = seen.emplace(out.statements.back().id, id.where.line); !fresh)
      diagnostics.error(id.where, "statement `" + at->first + "` stands twice",
                        "the first is at line " + std::to_string(at->second));
  }
  return out;
}

const std::vector<std::string>& statement_levels() {
  static const std::vector<std::string> levels = {"inferred", "second_hand",   "alleged",
                                                  "press",    "self_declared", "corroborated",
                                                  "admitted", "verified",      "official"};
  return levels;
}

Level statement_level(std::string_view word) {
  if (word == "official")
    return Level::verified;
  if (word == "press")
    return Level::alleged;
  if (word == "second_hand")
    return Level::inferred;
  return level_from(word);
}

} // namespace libeval
