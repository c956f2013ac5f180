// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/shape.hpp>

#include "domain/respell.hpp"

#include <libeval/base/date.hpp>
#include <libeval/base/decimal.hpp>
#include <libeval/base/share.hpp>
#include <libeval/base/text.hpp>
#include <libeval/domain/written_numbers.hpp>

#include <algorithm>
#include <cmath>

namespace libeval {
namespace type {
namespace {
Type of_kind(Type::Kind kind) {
  Type t;
  t.kind = kind;
  return t;
}
} // namespace

Type flag() {
  return of_kind(Type::Kind::flag);
}
Type number() {
  return of_kind(Type::Kind::number);
}
Type number(double low, double high) {
  Type t = number();
  t.low = low;
  t.high = high;
  return t;
}
Type above(double low) {
  Type t = number();
  t.low = low;
  t.above_low = true;
  return t;
}
Type integer(double low, double high) {
  Type t = of_kind(Type::Kind::integer);
  t.low = low;
  t.high = high;
  return t;
}
Type text() {
  return of_kind(Type::Kind::text);
}
Type date() {
  return of_kind(Type::Kind::date);
}
Type share() {
  return of_kind(Type::Kind::share);
}
Type scalar() {
  return of_kind(Type::Kind::scalar);
}
Type choice(std::vector<std::string> choices) {
  Type t = of_kind(Type::Kind::choice);
  t.choices = std::move(choices);
  return t;
}
Type list(Type of, std::size_t at_least) {
  Type t = of_kind(Type::Kind::list);
  t.inner = {std::move(of)};
  t.at_least = at_least;
  return t;
}
Type tuple(std::vector<Type> of) {
  Type t = of_kind(Type::Kind::tuple);
  t.inner = std::move(of);
  return t;
}
Type dictionary(Type of) {
  Type t = of_kind(Type::Kind::dictionary);
  t.inner = {std::move(of)};
  return t;
}
Type object(std::string shape) {
  Type t = of_kind(Type::Kind::object);
  t.shape = std::move(shape);
  return t;
}
Type either(std::vector<Type> of) {
  Type t = of_kind(Type::Kind::either);
  t.inner = std::move(of);
  return t;
}
} // namespace type

const Key* Shape::find(std::string_view name) const {
  const auto at = std::ranges::find(keys, name, &Key::name);
  return at == keys.end() ? nullptr : &*at;
}

namespace {

using Kind = Type::Kind;

std::string quoted(std::string_view text) {
  std::string out = "`";
  out += text;
  out += '`';
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0)
      out += i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

/// How the user's value reads in a message.
std::string shown(const Tree& tree) {
  if (tree.is_null())
    return "nothing";
  if (tree.is_list())
    return "a list of " + std::to_string(tree.list().size());
  if (tree.is_map())
    return tree.map().size() == 1 ? "a map with the key " + quoted(tree.map().front().key)
                                  : "a map";
  return quoted(*tree.scalar());
}

/// Whether a text has the form of a date, of a day that there is or not.
bool spelt_like_a_day(std::string_view text) {
  const auto fits = [&](std::size_t i) {
    return i == 4 || i == 7 ? text[i] == '-' : text[i] >= '0' && text[i] <= '9';
  };
  for (std::size_t i = 0; i < 10; ++i)
    if (text.size() != 10 || !fits(i))
      return false;
  return true;
}

/// Whether the form of the tree (scalar, list, map) is that of the type.
bool form_fits(const Tree& tree, const Type& type) {
  switch (type.kind) {
  case Kind::flag:
    return tree.is_flag();
  case Kind::number:
  case Kind::integer:
    return tree.is_number();
  case Kind::text:
  case Kind::date:
    return tree.is_text();
  case Kind::share:
    return tree.is_text() && parse_share(tree.text());
  case Kind::scalar:
    return tree.is_text() || tree.is_number() || tree.is_flag();
  case Kind::choice: {
    const auto word = tree.scalar();
    return word && std::ranges::find(type.choices, *word) != type.choices.end();
  }
  case Kind::list:
    return tree.is_list();
  case Kind::tuple:
    return tree.is_list() && tree.list().size() == type.inner.size();
  case Kind::dictionary:
  case Kind::object:
    return tree.is_map();
  case Kind::either:
    return std::ranges::any_of(type.inner, [&](const Type& t) { return form_fits(tree, t); });
  }
  return false;
}

class Validator {
public:
  Validator(const Shapes& shapes, Diagnostics& diagnostics)
      : shapes_(shapes), diagnostics_(diagnostics) {}

  void check(const Tree& tree, const Type& type) {
    const Type* resolved = resolve(tree, type, shapes_);
    if (resolved == nullptr)
      return wrong_form(tree, type);
    if (resolved->kind == Kind::integer && tree.number() != std::floor(tree.number()) &&
        takes_share(type))
      return wrong_form(tree, type);
    if (const Shape* whole = never_alone(type, shapes_);
        whole != nullptr && resolved->kind != Kind::object) {
      Tree args = tree::map({{whole->keys.front().name, tree}});
      args.where = tree.where;
      return check_object(args, *whole);
    }
    if (resolved != &type)
      return wants_map_instead(tree, type) ? wrong_list(tree) : check(tree, *resolved);
    switch (type.kind) {
    case Kind::number:
    case Kind::integer:
      return check_number(tree, type);
    case Kind::date:
      if (!is_date(tree.text()))
        diagnostics_.error(tree.where, "expected a date, got " + shown(tree),
                           spelt_like_a_day(tree.text()) ? "there is no such day"
                                                         : "write dates as YYYY-MM-DD");
      return;
    case Kind::share:
      if (const auto share = parse_share(tree.text()); share->part > share->whole)
        diagnostics_.error(tree.where, "a share is at most all, got " + shown(tree));
      return;
    case Kind::text:
      if (tree.text().empty())
        diagnostics_.error(tree.where, "expected a text, got an empty one");
      return;
    case Kind::list:
      if (tree.list().size() < type.at_least)
        diagnostics_.error(tree.where, "expected at least " + std::to_string(type.at_least) +
                                           " item" + (type.at_least == 1 ? "" : "s") + ", got " +
                                           std::to_string(tree.list().size()));
      for (const Tree& item : tree.list())
        check(item, type.inner[0]);
      return;
    case Kind::tuple:
      for (std::size_t i = 0; i < type.inner.size(); ++i)
        check(tree.list()[i], type.inner[i]);
      return;
    case Kind::dictionary:
      for (const Entry& entry : tree.map())
        check(entry.value, type.inner[0]);
      return;
    case Kind::object:
      return check_object(tree, shapes_.at(type.shape));
    default:
      return;
    }
  }

private:
  /// A list of maps where names alone may stand in a list, and a map says more about each.
  static bool wants_map_instead(const Tree& tree, const Type& type) {
    const auto is_names = [](const Type& t) {
      return t.kind == Kind::list && t.inner[0].kind == Kind::scalar;
    };
    const auto is_dictionary = [](const Type& t) { return t.kind == Kind::dictionary; };
    return tree.is_list() && !tree.list().empty() &&
           std::ranges::all_of(tree.list(), [](const Tree& item) { return item.is_map(); }) &&
           type.kind == Kind::either && std::ranges::any_of(type.inner, is_names) &&
           std::ranges::any_of(type.inner, is_dictionary);
  }

  void wrong_list(const Tree& tree) {
    std::string name = "NAME";
    for (const Entry& entry : tree.list().front().map())
      if (const auto word = entry.value.scalar(); entry.key == "id" && word)
        name = *word;
    diagnostics_.error(tree.where, "expected a list of names or a map, got a list of maps",
                       "to say more about each write a map, `" + name + ": {...}`");
  }

  void wrong_form(const Tree& tree, const Type& type) {
    std::string help;
    if (const auto word = tree.scalar()) {
      if (const std::string* meant = find_meant(type, *word))
        help = "write " + quoted(*meant);
      std::vector<std::string> choices;
      collect_choices(type, choices);
      if (const auto hint = did_you_mean(*word, choices); hint && help.empty())
        help = "did you mean " + quoted(*hint) + "?";
      if ((tree.is_number() || parse_share(*word)) && takes_share(type))
        help = "write " + quoted("{share: " + *word + "}");
      if (help.empty())
        help = whole_step(type, *word);
    }
    if (tree.is_null())
      help =
          "write what it is, or delete the key; inside `{}` a comma ends a text that is not quoted";
    if (tree.is_list() && wants_parameter(type))
      help = "write a number for each member, `{by: DIMENSION, values: {a: 0.4, b: 0.6}}`";
    if (tree.is_text() && wants_number(type) && spelt_like_a_day(tree.text()))
      help = takes_day(type) ? "there is no such day" : "a day cannot stand here";
    if (tree.is_text() && wants_number(type) && help.empty())
      help = tree.text().ends_with('%') ? "write a share as a decimal, 60% as `0.6`"
             : parse_share(tree.text()) ? "a fraction cannot stand here: write a decimal, or "
                                          "whole numbers in that proportion"
             : wants_share(type)        ? "write a share as `60%` or `2/3`"
             : wants_parameter(type)
                 ? "numbers are written without quotes, `0.5` or `2/3`, a column of the same rows "
                   "as `{column: NAME}`, a named measure as `{measure: NAME}`"
                 : "numbers are written without quotes, with a decimal point";
    if (help.empty() && wants_list(type) && tree.is_map())
      help = "write a list, each item behind a `-`";
    if (const auto word = tree.scalar(); help.empty() && word && word->size() <= 40) {
      if (wants_list(type))
        help = "write a list, `[" + *word + "]`";
      else if (type.kind == Kind::object && shapes_.at(type.shape).find("from") != nullptr)
        help = "write `{from: " + *word + "}`";
    }
    diagnostics_.error(tree.where, "expected " + in_words(type, shapes_) + ", got " + shown(tree),
                       help);
  }

  /// What stands for a word that people try as a step, in any of the shapes the type allows.
  const std::string* find_meant(const Type& type, const std::string& word) const {
    if (type.kind == Kind::object) {
      const Shape& shape = shapes_.at(type.shape);
      const auto at = shape.meant.find(word);
      return shape.exactly_one && at != shape.meant.end() ? &at->second : nullptr;
    }
    if (type.kind == Kind::either)
      for (const Type& inner : type.inner)
        if (const std::string* found = find_meant(inner, word))
          return found;
    return nullptr;
  }

  /// Whether a map that says `share` may stand here.
  [[nodiscard]] bool takes_share(const Type& type) const {
    return (type.kind == Kind::object && shapes_.at(type.shape).find("share") != nullptr) ||
           (type.kind == Kind::either &&
            std::ranges::any_of(type.inner, [&](const Type& t) { return takes_share(t); }));
  }

  /// How a word that needs an argument is written where it stands alone.
  [[nodiscard]] std::string whole_step(const Type& type, const std::string& word) const {
    if (type.kind == Kind::either)
      for (const Type& inner : type.inner)
        if (std::string found = whole_step(inner, word); !found.empty())
          return found;
    if (type.kind != Kind::object || !shapes_.at(type.shape).exactly_one)
      return {};
    const Key* key = shapes_.at(type.shape).find(word);
    const Type* args = key == nullptr ? nullptr : &key->type;
    if (args != nullptr && args->kind == Kind::either)
      args = &args->inner.front();
    if (args == nullptr || args->kind != Kind::object)
      return {};
    const auto& keys = shapes_.at(args->shape).keys;
    const auto needed = std::ranges::find(keys, true, &Key::required);
    return needed == keys.end() ? std::string()
                                : "it needs " + quoted(needed->name) + ", " + needed->help +
                                      ": write " + quoted(word + ": {" + needed->name + ": ...}");
  }

  static bool wants_list(const Type& type) {
    return type.kind == Kind::list ||
           (type.kind == Kind::either && std::ranges::any_of(type.inner, wants_list));
  }

  static bool wants_share(const Type& type) {
    return type.kind == Kind::share ||
           (type.kind == Kind::either && std::ranges::any_of(type.inner, wants_share));
  }

  static bool wants_number(const Type& type) {
    return type.kind == Kind::number || type.kind == Kind::integer ||
           (type.kind == Kind::either && std::ranges::any_of(type.inner, wants_number));
  }

  /// Days are numbers of days, and no whole numbers of anything.
  static bool takes_day(const Type& type) {
    return type.kind == Kind::number ||
           (type.kind == Kind::either && std::ranges::any_of(type.inner, takes_day));
  }

  static bool wants_parameter(const Type& type) {
    return type.shape == "parameter" ||
           (type.kind == Kind::either && std::ranges::any_of(type.inner, wants_parameter));
  }

  static void collect_choices(const Type& type, std::vector<std::string>& out) {
    out.insert(out.end(), type.choices.begin(), type.choices.end());
    if (type.kind == Kind::either)
      for (const Type& t : type.inner)
        collect_choices(t, out);
  }

  void check_number(const Tree& tree, const Type& type) {
    const double x = tree.number();
    if (type.kind == Kind::integer && x != std::floor(x))
      diagnostics_.error(tree.where, "expected a whole number, got " + shown(tree));
    else if (x < type.low || x > type.high || (type.above_low && x == type.low))
      diagnostics_.error(tree.where,
                         "expected " + in_words(type, shapes_) + ", got " + shown(tree));
  }

  void check_object(const Tree& written, const Shape& shape) {
    std::vector<std::string> names;
    for (const Key& key : shape.keys)
      names.push_back(key.name);
    bool respell = false, riddle = false;
    for (const Entry& entry : written.map()) {
      if (const Key* key = shape.find(entry.key)) {
        check(entry.value, key->type);
      } else if (shape.open) {
        check(entry.value, type::scalar());
      } else {
        const auto hint = did_you_mean(entry.key, names);
        const auto meant = shape.meant.find(entry.key);
        std::string help = meant != shape.meant.end() ? "write " + quoted(meant->second)
                           : hint                     ? "did you mean " + quoted(*hint) + "?"
                           : names.size() <= 24       ? "known here: " + joined(names)
                                                      : "`libeval schema keys` lists all";
        diagnostics_.error(entry.key_where,
                           "unknown key " + quoted(entry.key) + " in " + shape.title,
                           std::move(help));
        const auto key = meant_key(entry.key, written, shape);
        if (key && meant == shape.meant.end() &&
            resolve(entry.value, shape.find(*key)->type, shapes_) != nullptr)
          check(with_written_numbers(entry.value, shape.find(*key)->type, shapes_),
                shape.find(*key)->type);
        riddle = riddle || !key;
        respell = respell || key;
      }
    }
    const Tree renamed = respell ? with_meant_keys(written, shape) : Tree();
    const Tree& tree = respell ? renamed : written;
    for (const Key& key : shape.keys)
      if (key.required && tree.find(key.name) == nullptr)
        diagnostics_.error(tree.where, shape.title + " needs the key " + quoted(key.name),
                           key.help);
    if (shape.exactly_one && tree.map().size() != 1)
      diagnostics_.error(tree.where,
                         shape.title + " has exactly one key, this one has " +
                             std::to_string(tree.map().size()),
                         "begin each one with its own `-`, and indent its arguments further");
    const auto count = [&](const std::vector<std::string>& group, const Entry*& second) {
      std::size_t n = 0;
      for (const Entry& entry : tree.map())
        if (std::ranges::find(group, entry.key) != group.end() && ++n == 2)
          second = &entry;
      return n;
    };
    for (const auto& group : shape.exclusive) {
      const Entry* second = nullptr;
      if (count(group, second) < 2)
        continue;
      std::string help = "delete " + quoted(second->key) + ", or what stands beside it";
      for (const Entry& entry : tree.map())
        if (const auto at = shape.meant.find(entry.key);
            at != shape.meant.end() && std::ranges::find(group, entry.key) != group.end()) {
          second = &entry;
          help = "write " + quoted(at->second);
        }
      diagnostics_.error(second->key_where,
                         "only one of " + joined(in_quotes(group)) + " may stand in " + shape.title,
                         std::move(help));
    }
    for (const auto& group : shape.one_of) {
      const Entry* second = nullptr;
      const std::size_t n = count(group, second);
      if (n != 1)
        diagnostics_.error(n == 0 ? tree.where : second->key_where,
                           shape.title + " needs exactly one of " + joined(in_quotes(group)));
    }
    for (const auto& group : shape.some_of) {
      const Entry* second = nullptr;
      if (count(group, second) == 0)
        diagnostics_.error(tree.where, shape.title + " needs " + joined(in_quotes(group)),
                           shape.find(group.front())->help);
    }
    if (!riddle) // what is unknown may be what the others go with
      check_beside(tree, shape);
  }

  void check_beside(const Tree& tree, const Shape& shape) {
    const auto stands = [&](const std::string& key) { return tree.find(key) != nullptr; };
    for (const Beside& rule : shape.beside)
      for (const Entry& entry : tree.map())
        if (std::ranges::find(rule.keys, entry.key) != rule.keys.end() &&
            std::ranges::none_of(rule.one_of, stands))
          diagnostics_.error(entry.key_where,
                             quoted(entry.key) + " says nothing here: it goes with " +
                                 joined(in_quotes(rule.one_of)),
                             rule.one_of == std::vector<std::string>{"from"}
                                 ? "write what it is about as a source, `from: {...}`"
                                 : "delete it, or add what it is about");
  }

  static std::vector<std::string> in_quotes(std::vector<std::string> words) {
    for (std::string& word : words)
      word = quoted(word);
    return words;
  }

  const Shapes& shapes_;
  Diagnostics& diagnostics_;
};

} // namespace

const Type* resolve(const Tree& tree, const Type& type, const Shapes& shapes) {
  if (!form_fits(tree, type))
    return nullptr;
  if (type.kind != Kind::either)
    return &type;
  // Where any key may stand, none is misspelt.
  const bool any_key = std::ranges::any_of(type.inner, [&](const Type& t) {
    return t.kind == Kind::dictionary && tree.is_map() &&
           std::ranges::all_of(tree.map(),
                               [&](const Entry& e) { return form_fits(e.value, t.inner[0]); });
  });
  // Among several maps, the one that knows most of the keys.
  const auto known = [&](const Type& t) -> std::ptrdiff_t {
    if (!tree.is_map() || t.kind != Kind::object)
      return 0;
    const Shape& shape = shapes.at(t.shape);
    std::ptrdiff_t keys = 0, near = 0; // one misspelt key is better than none
    for (const Entry& e : tree.map())
      if (shape.find(e.key) != nullptr)
        ++keys;
      else if (!any_key && !shape.open && meant_key(e.key, tree, shape))
        ++near;
    return 3 * keys + 2 * near + (shape.open ? 1 : 0) - (keys + near == 0 && !shape.open ? 1 : 0);
  };
  const Type* best = nullptr;
  for (const Type& t : type.inner)
    if (const Type* inner = resolve(tree, t, shapes))
      if (best == nullptr || known(*inner) > known(*best))
        best = inner;
  return best;
}

const Shape* never_alone(const Type& type, const Shapes& shapes) {
  if (type.kind != Kind::either || type.inner.size() != 2 || type.inner[0].kind != Kind::object)
    return nullptr;
  const Shape& shape = shapes.at(type.inner[0].shape);
  const bool needs =
      shape.keys.size() > 1 && std::any_of(shape.keys.begin() + 1, shape.keys.end(),
                                           [](const Key& key) { return key.required; });
  return needs ? &shape : nullptr;
}

namespace {

/// What a shape is called; one that is called by the key it stands under is shown with a key of its
/// own, since the word before it can not be written there.
std::string map_in_words(const Shape& shape) {
  if (!shape.title.starts_with('`') || shape.keys.empty())
    return shape.title.starts_with('`') ? "a map" : shape.title;
  const auto needed = std::ranges::find(shape.keys, true, &Key::required);
  return "a map `{" + (needed == shape.keys.end() ? shape.keys.front() : *needed).name + ": ...}`";
}

} // namespace

std::string in_words(const Type& type, const Shapes& shapes) {
  switch (type.kind) {
  case Kind::flag:
    return "`true` or `false`";
  case Kind::number:
  case Kind::integer: {
    std::string out = type.kind == Kind::number ? "a number" : "a whole number";
    if (type.above_low)
      return out + " above " + format_decimal(type.low);
    if (type.low == type.high)
      return "the number " + format_decimal(type.low);
    if (type.low > -1e308 && type.high < 1e9)
      return out + " from " + format_decimal(type.low) + " to " + format_decimal(type.high);
    if (type.low > -1e308)
      return out + ", at least " + format_decimal(type.low);
    return out;
  }
  case Kind::text:
    return "a text";
  case Kind::date:
    return "a date";
  case Kind::share:
    return "a share such as `60%` or `2/3`";
  case Kind::scalar:
    return "a text or a number";
  case Kind::choice: {
    std::vector<std::string> words;
    for (const std::string& c : type.choices)
      words.push_back(quoted(c));
    return joined(words);
  }
  case Kind::list:
    return "a list";
  case Kind::tuple:
    return "a list of " + std::to_string(type.inner.size());
  case Kind::dictionary:
    return "a map";
  case Kind::object:
    return map_in_words(shapes.at(type.shape));
  case Kind::either: {
    constexpr std::size_t most_choices = 12;
    const bool any_object =
        std::ranges::any_of(type.inner, [](const Type& t) { return t.kind == Kind::object; });
    std::vector<std::string> words;
    for (const Type& t : type.inner) {
      if (any_object && t.choices.size() > most_choices) // words that stand for an object
        continue;
      std::string word = in_words(t, shapes);
      if (std::ranges::find(words, word) == words.end())
        words.push_back(std::move(word));
    }
    return joined(words);
  }
  }
  return {};
}

bool validate(const Tree& tree, const Type& type, const Shapes& shapes, Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.errors();
  Validator(shapes, diagnostics).check(tree, type);
  return diagnostics.errors() == before;
}

} // namespace libeval
