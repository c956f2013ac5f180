// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/schema.hpp>

#include <libeval/base/share.hpp>
#include <libeval/domain/language.hpp>
#include <libeval/domain/written_numbers.hpp>

#include "io/json_writer.hpp"

#include <set>
#include <string>
#include <vector>

namespace libeval {
namespace {

using Kind = Type::Kind;
constexpr double unbounded = 1e308;

class SchemaWriter {
public:
  std::string whole(const std::string& top, const std::string& title) {
    out_.open('{').key("$schema").text("https://json-schema.org/draft/2020-12/schema");
    out_.key("title").text(title);
    out_.key("$ref").text("#/$defs/" + top);
    reach(type::object(top));
    out_.key("$defs").open('{');
    for (const std::string& name : reached_) {
      out_.key(name);
      shape(language().at(name));
    }
    out_.close('}').close('}');
    return out_.take();
  }

private:
  /// Every shape below a type, each once.
  void reach(const Type& type) {
    if (type.kind == Kind::object && reached_.insert(type.shape).second)
      for (const Key& key : language().at(type.shape).keys)
        reach(key.type);
    for (const Type& inner : type.inner)
      reach(inner);
  }

  void bounds(const Type& type) {
    if (type.low > -unbounded)
      out_.key(type.above_low ? "exclusiveMinimum" : "minimum").number(type.low);
    if (type.high < unbounded)
      out_.key("maximum").number(type.high);
  }

  void members(const Type& type) {
    switch (type.kind) {
    case Kind::flag:
      out_.key("type").text("boolean");
      return;
    case Kind::number: // or a fraction as text
      out_.key("type").open_line('[').text("number").text("string").close(']');
      out_.key("pattern").text(std::string(written_pattern));
      return bounds(type);
    case Kind::integer:
      out_.key("type").text("integer");
      return bounds(type);
    case Kind::text:
      out_.key("type").text("string").key("minLength").count(std::uint64_t{1});
      return;
    case Kind::date:
      out_.key("type").text("string").key("pattern").text("^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
      return;
    case Kind::share:
      out_.key("type").text("string").key("pattern").text(std::string(share_pattern));
      return;
    case Kind::scalar:
      out_.key("type").open_line('[').text("string").text("number").text("boolean").close(']');
      return;
    case Kind::choice:
      out_.key("enum").open_line('[');
      for (const std::string& choice : type.choices)
        out_.text(choice);
      out_.close(']');
      return;
    case Kind::list:
      out_.key("type").text("array");
      if (type.at_least > 0)
        out_.key("minItems").count(std::uint64_t{type.at_least});
      out_.key("items");
      return value(type.inner[0]);
    case Kind::tuple:
      out_.key("type").text("array").key("prefixItems").open('[');
      for (const Type& inner : type.inner)
        value(inner);
      out_.close(']').key("minItems").count(std::uint64_t{type.inner.size()});
      out_.key("maxItems").count(std::uint64_t{type.inner.size()});
      return;
    case Kind::dictionary:
      out_.key("type").text("object").key("additionalProperties");
      return value(type.inner[0]);
    case Kind::object:
      out_.key("$ref").text("#/$defs/" + type.shape);
      return;
    case Kind::either:
      if (never_alone(type, language()) != nullptr)
        return members(type.inner[0]);
      out_.key("anyOf").open('[');
      for (const Type& inner : type.inner)
        value(inner);
      out_.close(']');
      return;
    }
  }

  void value(const Type& type) {
    out_.open('{');
    members(type);
    out_.close('}');
  }

  void shape(const Shape& shape) {
    out_.open('{').key("type").text("object").key("properties").open('{');
    for (const Key& key : shape.keys) {
      out_.key(key.name).open('{');
      if (!key.help.empty())
        out_.key("description").text(key.help);
      members(key.type);
      out_.close('}');
    }
    out_.close('}').key("additionalProperties");
    if (shape.open)
      value(type::scalar());
    else
      out_.flag(false);
    std::vector<std::string> required;
    for (const Key& key : shape.keys)
      if (key.required)
        required.push_back(key.name);
    if (!required.empty())
      name_list("required", required);
    if (shape.exactly_one)
      out_.key("minProperties")
          .count(std::uint64_t{1})
          .key("maxProperties")
          .count(std::uint64_t{1});
    if (!shape.one_of.empty() || !shape.exclusive.empty() || !shape.beside.empty() ||
        !shape.some_of.empty()) {
      out_.key("allOf").open('[');
      for (const Beside& rule : shape.beside)
        for (const std::string& key : rule.keys) {
          out_.open('{').key("if").open('{');
          name_list("required", {key});
          out_.close('}').key("then").open('{').key("anyOf").open('[');
          for (const std::string& name : rule.one_of) {
            out_.open_line('{');
            name_list("required", {name});
            out_.close('}');
          }
          out_.close(']').close('}').close('}');
        }
      for (const auto& [word, groups] :
           {std::pair{"oneOf", &shape.one_of}, std::pair{"anyOf", &shape.some_of}})
        for (const auto& group : *groups) {
          out_.open('{').key(word).open('[');
          for (const std::string& name : group) {
            out_.open_line('{');
            name_list("required", {name});
            out_.close('}');
          }
          out_.close(']').close('}');
        }
      for (const auto& group : shape.exclusive)
        for (std::size_t a = 0; a < group.size(); ++a)
          for (std::size_t b = a + 1; b < group.size(); ++b) {
            out_.open_line('{').key("not").open('{');
            name_list("required", {group[a], group[b]});
            out_.close('}').close('}');
          }
      out_.close(']');
    }
    out_.close('}');
  }

  void name_list(const char* key, const std::vector<std::string>& words) {
    out_.key(key).open_line('[');
    for (const std::string& word : words)
      out_.text(word);
    out_.close(']');
  }

  JsonWriter out_{6};
  std::set<std::string> reached_;
};

std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
    text.insert(at, "\\");
  return text;
}

} // namespace

std::string program_schema() {
  return SchemaWriter().whole("program", "A libeval program");
}

std::string policy_schema() {
  return SchemaWriter().whole("policy", "A libeval policy file");
}

std::string lineage_schema() {
  return SchemaWriter().whole("lineage", "A libeval lineage file");
}

std::string published_schema() {
  return SchemaWriter().whole("published", "A libeval file of statements");
}

std::string license_terms_schema() {
  return SchemaWriter().whole("license_terms", "A libeval file of license terms");
}

std::string uncertainty_schema() {
  return SchemaWriter().whole("uncertainty", "Uncertainty of a libeval program");
}

std::string keys_page() {
  std::string out =
      "# All keys\n\n"
      "Every map of a program, a policy, a lineage, a terms or an uncertainty file with its "
      "keys, "
      "from the table that the "
      "reader\nuses. What the words mean stands in [program.md](program.md), "
      "[steps.md](steps.md),\n[selection.md](selection.md), [policy.md](policy.md), "
      "[lineage.md](lineage.md), [licenses.md](licenses.md)\nand "
      "[uncertainty.md](uncertainty.md); of files of statements in [published.md](published.md). "
      "This page is "
      "generated (`libeval schema keys`).\n";
  for (const auto& [name, shape] : language()) {
    out += "\n## " + name + "\n\n";
    if (shape.exactly_one)
      out += "Exactly one of these keys.\n\n";
    if (shape.keys.empty()) {
      out += shape.open ? "Any keys; their values are texts or numbers.\n" : "No keys.\n";
      continue;
    }
    out += "| key | value | | meaning |\n|---|---|---|---|\n";
    for (const Key& key : shape.keys)
      out += "| `" + key.name + "` | " + cell(in_words(key.type, language())) + " | " +
             (key.required ? "needed" : "") + " | " + cell(key.help) + " |\n";
    if (shape.open)
      out += "\nFurther keys are free; their values are texts or numbers.\n";
    for (const auto& [words, groups] :
         {std::pair{"Exactly", &shape.one_of}, std::pair{"At least", &shape.some_of},
          std::pair{"At most", &shape.exclusive}})
      for (const auto& group : *groups) {
        out += "\n" + std::string(words) + " one of";
        for (const std::string& word : group)
          out += " `" + word + "`";
        out += ".\n";
      }
  }
  return out;
}

} // namespace libeval
