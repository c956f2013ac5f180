// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/edit.hpp>

#include <libeval/base/text.hpp>
#include <libeval/domain/language.hpp>
#include <libeval/io/parse.hpp>

#include "io/edit_words.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace libeval {
namespace {

/// The word of a step: its only key, or the text itself.
std::string word_of(const Tree& step) {
  if (step.is_map() && step.map().size() == 1)
    return step.map().front().key;
  return step.scalar().value_or("");
}

/// How an item of a list may be called.
std::string name_of_item(const Tree& item) {
  if (const Tree* id = item.find("id"); id != nullptr && id->scalar())
    return *id->scalar();
  return word_of(item);
}

/// Follows a path through rules and the language at once.
class Setter {
public:
  Setter(Tree& rules, std::string_view assignment, Diagnostics& diagnostics)
      : rules_(rules), text_(assignment), diagnostics_(diagnostics) {}

  bool run() {
    const std::size_t equals = text_.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      diagnostics_.error(place_in("--set", text_, 0, text_.size()),
                         ticked(text_) + " is no assignment",
                         "write PATH=VALUE, as in "
                         "`stage-1.places=3`");
      return false;
    }
    const std::size_t before = diagnostics_.errors();
    Tree value = parse_text(std::string(text_.substr(equals + 1)),
                            "--set " + std::string(text_.substr(0, equals)), diagnostics_);
    if (diagnostics_.errors() > before)
      return false;
    std::vector<Word> words;
    for (std::size_t at = 0; at <= equals;) {
      const std::size_t end = std::min(text_.find('.', at), equals);
      words.push_back({std::string(text_.substr(at, end - at)), at});
      at = end + 1;
    }
    join_stage_id(words);
    return set(words, std::move(value));
  }

private:
  struct Word {
    std::string text;
    std::size_t at;
  };

  /// A stage's id may have dots itself; a path that begins with one goes on below that stage.
  void join_stage_id(std::vector<Word>& words) {
    const Tree* stages = rules_.find("stages");
    if (stages == nullptr || !stages->is_list() || rules_.find(words[0].text) != nullptr)
      return;
    std::string id;
    for (std::size_t n = 0; n < words.size(); ++n) {
      id += (n == 0 ? "" : ".") + words[n].text;
      for (const Tree& stage : stages->list())
        if (name_of_item(stage) == id) {
          const std::size_t at = words[0].at;
          words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(n) + 1);
          words.insert(words.begin(), {{"stages", at}, {id, at}});
          return;
        }
    }
  }

  bool set(const std::vector<Word>& words, Tree value) {
    Tree* at = &rules_;
    Type type = type::object("program");
    for (std::size_t i = 0; i < words.size(); ++i) {
      const bool last = i + 1 == words.size();
      Tree* next = nullptr;
      Type next_type;
      if (!step_down(*at, type, words[i], next, next_type)) {
        if (last && add(*at, type, words[i], value))
          return true;
        refuse(*at, type, words[i], i == 0);
        return false;
      }
      at = next;
      type = next_type;
    }
    *at = std::move(value);
    return true;
  }

  static const Shape* shape_of(const Tree& tree, const Type& type) {
    const Type* fits = resolve(tree, type, language());
    return fits != nullptr && fits->kind == Type::Kind::object ? &language().at(fits->shape)
                                                               : nullptr;
  }

  bool step_down(Tree& tree, const Type& type, const Word& word, Tree*& next, Type& next_type) {
    const Type* fits = resolve(tree, type, language());
    if (tree.is_map()) {
      if (Tree* found = tree.find(word.text)) {
        next = found;
        next_type = inner(fits, word.text);
        return true;
      }
      Tree* parts = tree.find("parts");
      const Shape* shape = shape_of(tree, type);
      if (parts != nullptr && parts->is_map() && shape != nullptr &&
          (shape == &language().at("node") || shape == &language().at("score")) &&
          parts->find(word.text) != nullptr) {
        next = parts->find(word.text);
        next_type = type::object("node");
        return true;
      }
      return false;
    }
    if (!tree.is_list())
      return false;
    const Type item = fits == nullptr || fits->inner.empty() ? type::scalar() : fits->inner[0];
    std::size_t position = 0;
    const char* end = word.text.data() + word.text.size();
    const auto parsed = std::from_chars(word.text.data(), end, position);
    if (parsed.ec == std::errc() && parsed.ptr == end && position >= 1 &&
        position <= tree.list().size()) {
      next = &tree.list()[position - 1];
      next_type = item;
      return true;
    }
    for (Tree& one : tree.list()) {
      if (name_of_item(one) != word.text)
        continue;
      next = &one;
      next_type = item;
      if (one.find("id") == nullptr && one.is_map()) { // a step: go on below its word
        next = &one.map().front().value;
        next_type = inner(resolve(one, item, language()), word.text);
      }
      return true;
    }
    return false;
  }

  /// What the language expects below a key.
  static Type inner(const Type* type, const std::string& key) {
    if (type == nullptr)
      return type::scalar();
    if (type->kind == Type::Kind::dictionary)
      return type->inner[0];
    if (type->kind == Type::Kind::object)
      if (const Key* known = language().at(type->shape).find(key))
        return known->type;
    return type::scalar();
  }

  static bool add(Tree& tree, const Type& type, const Word& word, Tree& value) {
    const Shape* shape = shape_of(tree, type);
    if (!tree.is_map() || shape == nullptr || (shape->find(word.text) == nullptr && !shape->open))
      return false;
    const Where where = value.where;
    tree.map().push_back({word.text, where, std::move(value)});
    return true;
  }

  void refuse(const Tree& tree, const Type& type, const Word& word, bool first) {
    std::vector<std::string> known;
    std::set<std::string> seen;
    const auto know = [&](const std::string& name) {
      if (!name.empty() && seen.insert(name).second)
        known.push_back(name);
    };
    if (first)
      if (const Tree* stages = rules_.find("stages"); stages != nullptr && stages->is_list())
        for (const Tree& stage : stages->list())
          know(name_of_item(stage));
    if (tree.is_map()) {
      for (const Entry& entry : tree.map())
        know(entry.key);
      if (const Tree* parts = tree.find("parts"); parts != nullptr && parts->is_map())
        for (const Entry& part : parts->map())
          know(part.key);
      if (const Shape* shape = shape_of(tree, type))
        for (const Key& key : shape->keys)
          know(key.name);
    } else if (tree.is_list()) {
      for (const Tree& item : tree.list())
        know(name_of_item(item));
    }
    std::string help = did_you(word.text, known);
    if (!tree.is_map() && !tree.is_list())
      help = "a value stands here already; nothing is below it";
    diagnostics_.error(place_in("--set", text_, word.at, word.text.size()),
                       "the path leads nowhere at " + ticked(word.text), std::move(help));
  }

  Tree& rules_;
  std::string_view text_;
  Diagnostics& diagnostics_;
};

std::ptrdiff_t find_word(const Tree::List& steps, std::string_view word, bool last) {
  std::ptrdiff_t found = -1;
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (word_of(steps[i]) == word) {
      found = static_cast<std::ptrdiff_t>(i);
      if (!last)
        return found;
    }
  return found;
}

} // namespace

bool set_value(Tree& rules, std::string_view assignment, Diagnostics& diagnostics) {
  return Setter(rules, assignment, diagnostics).run();
}

bool move_step(Tree& rules, std::string_view move, Diagnostics& diagnostics) {
  const std::size_t one = move.find(':');
  const std::size_t two =
      one == std::string_view::npos ? std::string_view::npos : move.find(':', one + 1);
  const std::string_view side =
      two == std::string_view::npos ? "" : move.substr(one + 1, two - one - 1);
  if (side != "before" && side != "after") {
    diagnostics.error(place_in("--move", move, 0, move.size()), ticked(move) + " is no move",
                      "write STEP:before:STEP or STEP:after:STEP, as in `policy:before:take`");
    return false;
  }
  std::string_view word = move.substr(0, one), stage_id;
  if (const std::size_t dot = word.rfind('.'); dot != std::string_view::npos) {
    stage_id = word.substr(0, dot);
    word.remove_prefix(dot + 1);
  }
  const std::string_view target = move.substr(two + 1);
  bool moved = false;
  std::vector<std::string> words, stage_ids;
  Tree* stages = rules.find("stages");
  if (stages != nullptr && stages->is_list())
    for (Tree& stage : stages->list()) {
      stage_ids.push_back(name_of_item(stage));
      if (!stage_id.empty() && name_of_item(stage) != stage_id)
        continue;
      Tree* select = stage.find("select");
      if (select == nullptr || !select->is_list())
        continue;
      auto& steps = select->list();
      for (const Tree& step : steps)
        if (std::ranges::find(words, word_of(step)) == words.end())
          words.push_back(word_of(step));
      const std::ptrdiff_t from = find_word(steps, word, false);
      if (from < 0 || find_word(steps, target, false) < 0 || word == target)
        continue;
      Tree step = steps[static_cast<std::size_t>(from)];
      steps.erase(steps.begin() + from);
      const std::ptrdiff_t to =
          side == "before" ? find_word(steps, target, false) : find_word(steps, target, true) + 1;
      steps.insert(steps.begin() + to, std::move(step));
      moved = true;
    }
  if (moved)
    return true;
  if (!stage_id.empty() && std::ranges::find(stage_ids, stage_id) == stage_ids.end()) {
    diagnostics.error(place_in("--move", move, 0, stage_id.size()),
                      "unknown stage " + ticked(stage_id), did_you(stage_id, stage_ids));
    return false;
  }
  for (const std::string_view missing : {word, target})
    if (std::ranges::find(words, missing) == words.end()) {
      diagnostics.error(place_in("--move", move,
                                 static_cast<std::size_t>(missing.data() - move.data()),
                                 missing.size()),
                        "there is no step " + ticked(missing), did_you(missing, words));
      return false;
    }
  if (word == target) {
    diagnostics.error(place_in("--move", move, 0, move.size()),
                      "a step cannot be moved " + std::string(side) + " itself",
                      "name two steps, `STEP:before:STEP` or `STEP:after:STEP`");
    return false;
  }
  diagnostics.error(place_in("--move", move, 0, move.size()),
                    "no stage has both " + ticked(word) + " and " + ticked(target));
  return false;
}

} // namespace libeval
