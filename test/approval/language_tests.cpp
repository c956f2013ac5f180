// SPDX-License-Identifier: Apache-2.0

// The language as other tools see it: JSON Schema and reference are those of the reader, and what
// the schema refuses the reader refuses.

#include "support/catch.hpp"
#include "support/run.hpp"
#include "support/temporary.hpp"

#include <libeval/domain/language.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/parse.hpp>
#include <libeval/io/print.hpp>
#include <libeval/io/schema.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace libeval;
using namespace libeval::test;
namespace fs = std::filesystem;

namespace {

const fs::path reference = fs::path(LIBEVAL_SOURCE_DIR) / "docs" / "reference";

void is_shipped(const std::string& name, const std::string& text) {
  if (std::getenv("LIBEVAL_APPROVE") != nullptr)
    std::ofstream(reference / name, std::ios::binary) << text;
  INFO(name << ": " << first_difference(text, read_file(reference / name)));
  CHECK((read_file(reference / name) == text));
}

/// Every position in a tree.
void positions(Tree& tree, std::vector<Tree*>& out) {
  out.push_back(&tree);
  if (tree.is_list())
    for (Tree& item : tree.list())
      positions(item, out);
  if (tree.is_map())
    for (Entry& entry : tree.map())
      positions(entry.value, out);
}

std::size_t count(const Tree& tree) {
  Tree copy = tree;
  std::vector<Tree*> all;
  positions(copy, all);
  return all.size();
}

/// Copies of a program with one thing changed each: a key dropped or misspelt, a value of another
/// type, a word or a number that may not stand there.
std::vector<Tree> mutations(const Tree& program) {
  std::vector<Tree> out;
  const auto change = [&](std::size_t i, auto how) {
    Tree copy = program;
    std::vector<Tree*> all;
    positions(copy, all);
    how(*all[i]);
    out.push_back(std::move(copy));
  };
  const std::size_t n = count(program);
  Tree original = program;
  std::vector<Tree*> all;
  positions(original, all);
  for (std::size_t i = 0; i < n; ++i) {
    const Tree& here = *all[i];
    change(i, [](Tree& t) { t = tree::null(); });
    change(i, [](Tree& t) { t = tree::text("nonsense"); });
    change(i, [](Tree& t) { t = tree::number(-7); });
    change(i, [](Tree& t) { t = tree::number(0.5); });
    change(i, [](Tree& t) { t = tree::flag(true); });
    change(i, [](Tree& t) { t = tree::list({}); });
    change(i, [](Tree& t) { t = tree::map({}); });
    if (!here.is_map())
      continue;
    for (std::size_t k = 0; k < here.map().size(); ++k) {
      change(i, [k](Tree& t) { t.map().erase(t.map().begin() + static_cast<std::ptrdiff_t>(k)); });
      change(i, [k](Tree& t) { t.map()[k].key += "x"; });
    }
    change(i, [](Tree& t) { t.map().push_back({"surplus", {}, tree::number(1)}); });
  }
  return out;
}

std::string one_line(const Tree& tree) {
  std::string json = to_json(tree);
  // Texts have their line ends escaped, so what is left is indentation.
  std::erase(json, '\n');
  return json;
}

bool reads(const Tree& tree, const char* shape) {
  Diagnostics diagnostics;
  return validate(tree, type::object(shape), language(), diagnostics);
}

/// Programs to change: those of the cases, which use the whole language.
std::vector<Tree> programs() {
  std::vector<fs::path> paths;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(fs::path(LIBEVAL_TEST_DIR) / "cases"))
    if (fs::exists(entry.path() / "program.yaml"))
      paths.push_back(entry.path());
  std::ranges::sort(paths);
  std::vector<Tree> out;
  for (const fs::path& path : paths) {
    Diagnostics diagnostics;
    Tree tree = load_rules(path, diagnostics);
    if (!diagnostics.has_errors() && reads(tree, "program"))
      out.push_back(std::move(tree));
  }
  return out;
}

/// Runs the schema over a line each; returns 1 where it accepts, 0 where not.
std::string verdicts(const TemporaryFolder& folder, const std::string& schema,
                     const std::string& lines) {
  folder.write("schema.json", schema);
  folder.write("programs.jsonl", lines);
  const std::string command = std::string("/usr/bin/python3 ") + LIBEVAL_TEST_DIR +
                              "/approval/validate.py " + (folder.path() / "schema.json").string() +
                              " " + (folder.path() / "programs.jsonl").string() + " > " +
                              (folder.path() / "verdicts").string();
  REQUIRE(std::system(command.c_str()) == 0);
  return read_file(folder.path() / "verdicts");
}

} // namespace

TEST_CASE("the schema and the list of keys that ship are those of the reader") {
  is_shipped("program.schema.json", program_schema());
  is_shipped("policy.schema.json", policy_schema());
  is_shipped("lineage.schema.json", lineage_schema());
  is_shipped("terms.schema.json", license_terms_schema());
  is_shipped("uncertainty.schema.json", uncertainty_schema());
  is_shipped("published.schema.json", published_schema());
  is_shipped("keys.md", keys_page());
}

TEST_CASE("every key of the language stands in the schema and the other way round") {
  for (const auto& [top, text] : {std::pair{std::string("program"), program_schema()},
                                  std::pair{std::string("policy"), policy_schema()},
                                  std::pair{std::string("lineage"), lineage_schema()},
                                  std::pair{std::string("license_terms"), license_terms_schema()},
                                  std::pair{std::string("uncertainty"), uncertainty_schema()},
                                  std::pair{std::string("published"), published_schema()}}) {
    Diagnostics diagnostics;
    const Tree schema = parse_text(text, "schema", diagnostics);
    REQUIRE_FALSE(diagnostics.has_errors());
    const Tree* definitions = schema.find("$defs");
    REQUIRE(definitions != nullptr);
    CHECK(definitions->find(top) != nullptr);
    for (const Entry& shape : definitions->map()) {
      INFO(shape.key);
      const auto known = language().find(shape.key);
      REQUIRE(known != language().end());
      const Tree* properties = shape.value.find("properties");
      REQUIRE(properties != nullptr);
      CHECK(properties->map().size() == known->second.keys.size());
      for (const Key& key : known->second.keys)
        CHECK(properties->find(key.name) != nullptr);
    }
  }
  // Nothing of the language is out of reach of all.
  const std::string all = program_schema() + policy_schema() + lineage_schema() +
                          license_terms_schema() + uncertainty_schema() + published_schema();
  for (const auto& [name, shape] : language()) {
    INFO(name);
    CHECK(all.find("\"" + name + "\": {") != std::string::npos);
  }
}

TEST_CASE("what the schema refuses the reader refuses") {
  const TemporaryFolder folder;
  const std::vector<Tree> sound = programs();
  REQUIRE(sound.size() >= 40);
  std::string lines;
  for (const Tree& program : sound)
    lines += one_line(program) + "\n";
  // The schema accepts what the reader accepts.
  const std::string all_sound = verdicts(folder, program_schema(), lines);
  CHECK(std::ranges::count(all_sound, '1') == static_cast<std::ptrdiff_t>(sound.size()));

  // A spread of the programs, every change of each.
  lines.clear();
  std::vector<bool> read;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < sound.size(); i += 10)
    for (const Tree& mutant : mutations(sound[i])) {
      read.push_back(reads(mutant, "program"));
      texts.push_back(one_line(mutant));
      lines += texts.back() + "\n";
    }
  REQUIRE(read.size() > 3000);
  const std::string found = verdicts(folder, program_schema(), lines);
  REQUIRE(found.size() >= read.size());
  std::size_t refused_by_both = 0, wrong = 0, reader_alone = 0;
  for (std::size_t i = 0; i < read.size(); ++i) {
    refused_by_both += found[i] == '0' && !read[i] ? 1 : 0;
    reader_alone += found[i] == '1' && !read[i] ? 1 : 0;
    if (found[i] == '0' && read[i] && ++wrong <= 3)
      UNSCOPED_INFO("refused by the schema only: " << texts[i]);
  }
  CHECK(wrong == 0);
  CHECK(refused_by_both > read.size() / 2);
  // The schema says nearly all that the form of a program can say.
  INFO("refused by the reader alone: " << reader_alone << " of " << read.size());
  CHECK(reader_alone * 20 < refused_by_both);
}

TEST_CASE("what form can say is refused by schema and reader alike, and its neighbor by neither") {
  const TemporaryFolder folder;
  const auto program = [](const std::string& evidence, const std::string& score) {
    return "{libeval: 1, program: p, candidates: [a], evidence: {t: {csv: x, " + evidence +
           "}}, stages: [{id: s, score: " + score + "}]}";
  };
  const std::string table = "keys: [candidate], values: [v]", leaf = "{from: t}";
  const std::vector<std::pair<std::string, bool>> texts = {
      {program(table, leaf), true},
      {program(table, "{from: {}}"), false},
      {program(table, "{from: {value: place}}"), false},
      {program(table, "{from: {stage: s, part: x}}"), true},
      {program(table, "{from: t, steps: [{best: juror}]}"), false},
      {program(table, "{from: t, steps: [{best: {over: juror, of: 2}}]}"), true},
      {program(table, "{from: t, steps: [{quantile: juror}]}"), false},
      {program(table, "{from: t, steps: [{mean: juror}]}"), true},
      {program(table, "{points: 10}"), false},
      {program(table, "{steps: [{mean: juror}]}"), false},
      {program(table, "{parts: {x: {}}, leaf: {from: t}}"), true},
      {program("range: [0, 1]", leaf), false},
      {program("keys: [candidate]", leaf), false},
      {program("values: [v]", leaf), false},
      {program("keys: [candidate], wide: test", leaf), true},
      {program("pairs: {a: x, b: y}", leaf), false},
      {program("pairs: {a: x, b: y, a_value: p}", leaf), false},
      {program("pairs: {a: x, b: y, a_value: p, b_value: q}", leaf), true},
      {program("pairs: {a: x, b: y, winner: w}", leaf), true},
      {program("pairs: {a: x, b: y, winner: w, a_value: p, b_value: q}", leaf), false},
      {program("ballots: {order: o}", leaf), true}};
  std::string lines;
  for (const auto& [text, fits] : texts) {
    Diagnostics diagnostics;
    const Tree tree = parse_text(text, "program", diagnostics);
    REQUIRE_FALSE(diagnostics.has_errors());
    INFO(text);
    CHECK(reads(tree, "program") == fits);
    lines += one_line(tree) + "\n";
  }
  const std::string found = verdicts(folder, program_schema(), lines);
  REQUIRE(found.size() >= texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    INFO(texts[i].first);
    CHECK((found[i] == '1') == texts[i].second);
  }
}

TEST_CASE("what is printed reads back as the same tree") {
  for (const Tree& program : programs()) {
    Diagnostics diagnostics;
    const std::string yaml = to_yaml(program);
    INFO(yaml);
    const Tree again = parse_text(yaml, "printed", diagnostics);
    CHECK_FALSE(diagnostics.has_errors());
    CHECK(same(program, again));
    const Tree json = parse_text(to_json(program), "printed", diagnostics);
    CHECK_FALSE(diagnostics.has_errors());
    CHECK(same(program, json));
  }
}
