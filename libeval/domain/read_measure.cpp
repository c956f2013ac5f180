// SPDX-License-Identifier: Apache-2.0
// Measures: where their cells come from, the steps, and their parameters.
#include "domain/reading.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>

namespace libeval {
namespace {

Source read_source(const Tree& tree) {
  Source source;
  source.where = tree.where;
  if (!tree.is_map()) {
    source.kind = Source::Kind::evidence;
    source.name = text_of(&tree);
    return source;
  }
  const auto take = [&](const char* key, Source::Kind kind) {
    if (tree.find(key) != nullptr) {
      source.kind = kind;
      source.name = text_at(tree, key);
    }
  };
  take("part", Source::Kind::part);
  take("parts", Source::Kind::parts);
  take("measure", Source::Kind::measure);
  take("attribute", Source::Kind::attribute);
  if (const Tree* stages = tree.find("stages")) {
    source.kind = Source::Kind::stages;
    source.stages = read_names(stages);
    source.stage_dimension = true;
  } else if (tree.find("stage") != nullptr) {
    source.kind = Source::Kind::stages;
    source.stages = {text_at(tree, "stage")};
  }
  const std::string value = text_at(tree, "value");
  source.value = value == "place"        ? Source::Value::place
                 : value == "pool_place" ? Source::Value::pool_place
                                         : Source::Value::score;
  return source;
}

/// What a parameter `{part: ...}` and its like measure: one number a candidate.
Measure measure_of_name(const Tree& tree, const char* key, Source::Kind kind) {
  Measure measure;
  measure.name = text_at(tree, key);
  measure.source.kind = kind;
  measure.source.name = measure.name;
  measure.source.where = where_at(tree, key);
  measure.where = tree.where;
  return measure;
}

std::string words_for(const Source& source, const std::string& value) {
  using Kind = Source::Kind;
  if (source.kind == Kind::parts)
    return "the parts of " + source.name;
  if (source.kind != Kind::stages)
    return source.name + (value.empty() ? "" : "." + value);
  std::string stages;
  for (const std::string& stage : source.stages)
    stages += (stages.empty() ? "" : " and ") + stage;
  return source.value == Source::Value::place        ? "place in " + stages
         : source.value == Source::Value::pool_place ? "pool place in " + stages
         : source.name.empty()                       ? stages
                                                     : stages + "." + source.name;
}

std::string words_for(const Test& test) {
  std::string out = test.column + (test.negate ? " not" : "");
  for (const std::string& name : test.any_of)
    out += (&name == &test.any_of.front() ? " " : ", ") + name;
  for (const auto& [word, bound] : {std::pair{" at least ", test.at_least},
                                    {" above ", test.above},
                                    {" at most ", test.at_most},
                                    {" below ", test.below}})
    if (bound)
      out += word + format_decimal(*bound);
  return out;
}

/// Its word, and the arguments that are words or numbers: `count equal 1`.
std::string words_for(const Step& step) {
  std::string out = step.name;
  for (const Entry& entry : step.args.map())
    if (entry.key != "over" && entry.key != "within" && !entry.value.is_flag())
      if (const auto text = entry.value.scalar())
        out += " " + entry.key + " " + *text;
  return out;
}

} // namespace

std::string words_for(const Measure& measure) {
  const std::string from = words_for(measure.source, measure.value);
  std::string out = measure.steps.empty() ? from : words_for(measure.steps.back()) + " of " + from;
  for (const Test& test : measure.filter)
    out += (&test == &measure.filter.front() ? " (" : ", ") + words_for(test);
  return shorten(measure.filter.empty() ? out : out + ")");
}

Filter read_filter(const Tree* tree) {
  Filter filter;
  if (tree == nullptr)
    return filter;
  for (const Entry& entry : tree->map()) {
    Test test;
    test.column = entry.key;
    test.where = entry.key_where;
    const Tree* names = &entry.value;
    if (entry.value.is_map()) {
      names = entry.value.find("not");
      test.negate = names != nullptr;
      test.at_least = number_at(entry.value, "at_least");
      test.above = number_at(entry.value, "above");
      test.at_most = number_at(entry.value, "at_most");
      test.below = number_at(entry.value, "below");
    }
    test.any_of = read_names(names);
    filter.push_back(std::move(test));
  }
  return filter;
}

std::vector<Step> read_steps(const Tree* tree) {
  std::vector<Step> steps;
  if (tree != nullptr)
    for (const Tree& item : tree->list()) {
      const Entry& entry = item.map().front();
      steps.push_back({entry.key, entry.value, entry.key_where});
    }
  return steps;
}

Measure read_measure(const Tree& tree, std::string name) {
  Measure measure;
  measure.name = std::move(name);
  measure.where = tree.where;
  if (const Tree* from = tree.find("from"))
    measure.source = read_source(*from);
  measure.value = text_at(tree, "value");
  measure.filter = read_filter(tree.find("where"));
  measure.direction = direction_from(text_at(tree, "direction"));
  measure.steps = read_steps(tree.find("steps"));
  if (const Tree* reference = tree.find("reference")) {
    measure.everybody = true;
    if (reference->is_map())
      measure.reference = read_filter(reference);
    else
      measure.everybody = text_of(reference) == "all";
  }
  return measure;
}

Param read_param(const Tree& tree) {
  Param param;
  param.where = tree.where;
  if (tree.is_number()) {
    param.number = tree.number();
    return param;
  }
  if (!tree.is_map()) { // a lone name is a column
    param.kind = Param::Kind::column;
    param.column = text_of(&tree);
    return param;
  }
  if (const Tree* negative = tree.find("negative")) {
    param = read_param(*negative);
    param.negative = !param.negative;
    return param;
  }
  param.otherwise = number_at(tree, "else");
  param.at = text_at(tree, "at");
  const auto named = [&](const char* key, Source::Kind kind) {
    param.kind = Param::Kind::measure;
    param.measure = std::make_shared<const Measure>(measure_of_name(tree, key, kind));
  };
  if (tree.find("column") != nullptr) {
    param.kind = Param::Kind::column;
    param.column = text_at(tree, "column");
  } else if (tree.find("count") != nullptr) {
    param.kind = Param::Kind::count;
    param.column = text_at(tree, "count");
    param.number = number_at(tree, "plus").value_or(0);
  } else if (tree.find("by") != nullptr) {
    param.kind = Param::Kind::table;
    param.column = text_at(tree, "by");
    if (const Tree* values = tree.find("values"))
      for (const Entry& entry : values->map())
        param.members.emplace_back(entry.key, entry.value.number());
  } else if (tree.find("from") != nullptr) {
    param.kind = Param::Kind::measure;
    param.measure = std::make_shared<const Measure>(read_measure(tree, "a parameter"));
  } else if (tree.find("part") != nullptr) {
    named("part", Source::Kind::part);
  } else if (tree.find("measure") != nullptr) {
    named("measure", Source::Kind::measure);
  } else if (tree.find("attribute") != nullptr) {
    named("attribute", Source::Kind::attribute);
  }
  return param;
}

} // namespace libeval
