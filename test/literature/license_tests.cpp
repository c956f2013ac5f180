// SPDX-License-Identifier: Apache-2.0
// Expressions and what other implementations' test suites expect of them; the source of each
// stands beside it in licenses.json.
#include <libeval/domain/license.hpp>

#include "support/catch.hpp"
#include "support/facts.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

using namespace libeval;

namespace {

nlohmann::json facts(const std::string& part) {
  auto out = test::facts("licenses.json").at(part);
  REQUIRE(out.size() > 15);
  return out;
}

LicenseGrammar grammar_of(const nlohmann::json& fact) {
  return license_grammar_from(fact.value("grammar", "3.0")).value();
}

/// The column is that of the first problem.
std::optional<LicenseExpression> try_read(const std::string& text, LicenseGrammar grammar,
                                          std::size_t* column = nullptr) {
  Diagnostics problems;
  auto out = parse_license(text, grammar, Where{nullptr, 1, 1, 1}, problems);
  CHECK(out.has_value() != problems.has_errors());
  if (column != nullptr && problems.has_errors())
    *column = problems.all().front().where.column;
  return out;
}

LicenseExpression read(const std::string& text, LicenseGrammar grammar) {
  INFO(text);
  auto out = try_read(text, grammar);
  REQUIRE(out);
  return *out;
}

/// The grammar of 3.1, which has everything that may be granted.
Truth satisfied(const LicenseExpression& expression, const nlohmann::json& granted) {
  std::vector<License> licenses;
  for (const auto& one : granted)
    licenses.push_back(read(std::string(one), LicenseGrammar::spdx_3_1).licenses.at(0));
  return license_allowed(expression, licenses).truth;
}

bool equal(const nlohmann::json& fact) {
  const auto form = [&](const char* key) {
    return canonical(read(std::string(fact.at(key)), grammar_of(fact)));
  };
  return form("text") == form("other");
}

/// What libeval says where a suite says something else: the reading, `refused` (`refused at N`
/// where the suite names the place), or yes, no, unknown.
std::string answer(const nlohmann::json& fact) {
  const std::string question = fact.at("question");
  std::size_t column = 0;
  const auto expression = try_read(fact.at("text"), grammar_of(fact), &column);
  if (question == "equal")
    return equal(fact) ? "yes" : "no";
  bool granted = true;
  for (const auto& one : fact.value("granted", nlohmann::json::array()))
    granted = granted && try_read(one, LicenseGrammar::spdx_3_1).has_value();
  if (!expression || !granted) {
    const bool placed = std::string(fact.at("theirs")).starts_with("refused at ");
    return placed ? "refused at " + std::to_string(column) : "refused";
  }
  if (question == "satisfied") {
    const Truth truth = satisfied(*expression, fact.at("granted"));
    return truth == Truth::yes ? "yes" : truth == Truth::no ? "no" : "unknown";
  }
  return to_string(question == "canonical" ? canonical(*expression) : *expression);
}

} // namespace

TEST_CASE("license expressions of other suites: read, by their structure") {
  for (const auto& fact : facts("read")) {
    const std::string text = fact.at("text");
    INFO(text << "  [" << fact.at("source") << "]");
    CHECK(to_string(read(text, grammar_of(fact))) == std::string(fact.at("as")));
  }
}

TEST_CASE("license expressions of other suites: today's ids, in one order") {
  for (const auto& fact : facts("canonical")) {
    const std::string text = fact.at("text");
    INFO(text << "  [" << fact.at("source") << "]");
    CHECK(to_string(canonical(read(text, grammar_of(fact)))) == std::string(fact.at("as")));
  }
}

TEST_CASE("license expressions of other suites: refused, at the same place") {
  for (const auto& fact : facts("refused")) {
    const std::string text = fact.at("text");
    INFO(text << "  [" << fact.at("source") << "]");
    std::size_t column = 0;
    CHECK_FALSE(try_read(text, grammar_of(fact), &column).has_value());
    CHECK(column > 0);
    if (fact.contains("column"))
      CHECK(column == fact.at("column").get<std::size_t>());
  }
}

TEST_CASE("license expressions of other suites: satisfied by what is granted") {
  for (const auto& fact : facts("satisfied")) {
    const std::string text = fact.at("text");
    INFO(text << "  " << fact.at("granted") << "  [" << fact.at("source") << "]");
    const Truth expected = fact.at("satisfied").get<bool>() ? Truth::yes : Truth::no;
    CHECK(satisfied(read(text, grammar_of(fact)), fact.at("granted")) == expected);
  }
}

TEST_CASE("license expressions of other suites: the same in one form, and no license lost") {
  for (const auto& fact : facts("equal")) {
    INFO(fact.at("text") << " and " << fact.at("other") << "  [" << fact.at("source") << "]");
    CHECK(equal(fact) == fact.at("equal").get<bool>());
    if (fact.contains("licenses"))
      CHECK(canonical(read(std::string(fact.at("text")), grammar_of(fact))).licenses.size() ==
            fact.at("licenses").get<std::size_t>());
  }
}

TEST_CASE("license expressions of other suites: the licenses they name") {
  for (const auto& fact : facts("names")) {
    const std::string text = fact.at("text");
    INFO(text << "  [" << fact.at("source") << "]");
    std::set<std::string> named;
    for (const auto& license : read(text, grammar_of(fact)).licenses)
      named.insert(to_string(license));
    CHECK(named == fact.at("licenses").get<std::set<std::string>>());
  }
}

TEST_CASE("license expressions of other suites: where libeval says something else, and why") {
  for (const auto& fact : facts("differences")) {
    INFO(fact.at("text") << "  [" << fact.at("source") << "]");
    CHECK(answer(fact) == std::string(fact.at("ours")));
    CHECK(fact.at("theirs") != fact.at("ours"));
    CHECK(std::string(fact.at("why")).size() > 10);
  }
}
