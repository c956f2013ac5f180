// SPDX-License-Identifier: Apache-2.0

// What the command writes as JSON stands on the page that describes it.

#include "support/catch.hpp"
#include "support/run.hpp"

#include <libeval/engine/decision.hpp>
#include <libeval/engine/why.hpp>
#include <libeval/io/parse.hpp>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

using namespace libeval;
using namespace libeval::test;
namespace fs = std::filesystem;

namespace {

std::string page() {
  return read_file(fs::path(LIBEVAL_SOURCE_DIR) / "docs" / "reference" / "command.md");
}

/// Keys of maps, but for those below a key whose members the bundle names.
void collect_keys(const Tree& tree, std::set<std::string>& out) {
  static const std::set<std::string> named = {"scores",  "measures",  "ranges",
                                              "facts",   "shares",    "agreement",
                                              "changes", "limits_95", "ahead"};
  if (tree.is_list())
    for (const Tree& item : tree.list())
      collect_keys(item, out);
  if (!tree.is_map())
    return;
  for (const Entry& entry : tree.map()) {
    out.insert(entry.key);
    if (!named.contains(entry.key) || entry.value.is_list())
      collect_keys(entry.value, out);
  }
}

/// Whether the word stands on the page as a word of its own.
bool stands(const std::string& text, const std::string& word) {
  const auto in_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !in_word(text[at - 1])) && (end == text.size() || !in_word(text[end])))
      return true;
  }
  return false;
}

} // namespace

TEST_CASE("every kind of finding and of alternative stands in the reference") {
  const std::string text = page();
  for (int kind = 0; kind <= static_cast<int>(Finding::Kind::duel); ++kind) {
    const std::string name(to_string(static_cast<Finding::Kind>(kind)));
    INFO(name);
    CHECK(stands(text, "`" + name + "`"));
  }
  for (int kind = 0; kind <= static_cast<int>(Alternative::Kind::replaced); ++kind) {
    const std::string name(to_string(static_cast<Alternative::Kind>(kind)));
    INFO(name);
    CHECK(stands(text, "`" + name + "`"));
  }
}

TEST_CASE("every key that the command writes stands in the reference") {
  const std::string text = page();
  const fs::path root = LIBEVAL_SOURCE_DIR;
  const std::vector<std::vector<std::string>> commands = {
      {"check", "test/approval/many-problems-at-once/bundle", "--json"},
      {"decide", "examples/kai", "--json"},
      {"decide", "examples/kai", "--scenarios", "--json"},
      {"decide", "test/approval/show-elimination/bundle", "--json"},
      {"decide", "test/approval/show-severity/bundle", "--json"},
      {"decide", "test/approval/show-json-partial/bundle", "--json"},
      {"whatif", "examples/kai", "--move", "policy:before:take", "--json"},
      {"panel", "test/approval/show-severity/bundle", "--json", "--bootstrap", "10"},
      {"margins", "test/approval/show-severity/bundle", "--json"},
      {"simulate", "test/approval/show-severity/bundle", "--bootstrap", "marks:juror", "--samples",
       "20", "--json"}};
  for (const auto& command : commands) {
    const Ran ran = run_libeval(command, root);
    INFO(command[0] << " " << command[1] << "\n" << ran.output);
    Diagnostics diagnostics;
    const Tree tree = parse_text(ran.output, "output", diagnostics);
    REQUIRE_FALSE(diagnostics.has_errors());
    std::set<std::string> keys;
    collect_keys(tree, keys);
    CHECK(keys.size() >= 2);
    for (const std::string& key : keys) {
      INFO(key);
      CHECK(stands(text, key));
    }
  }
}
