// SPDX-License-Identifier: Apache-2.0
// Expressions and what other implementations' test suites expect of them; the source of each
// stands beside it in licenses.json.
#include <libeval/domain/license.hpp>

#include "support/catch.hpp"
#include "support/facts.hpp"

#include <string>
#include <vector>

using namespace libeval;

namespace {

nlohmann::json facts(const std::string& part) {
  auto out = test::facts("licenses.json").at(part);
  REQUIRE(out.size() > 30);
  return out;
}

LicenseExpression read(const std::string& text, LicenseGrammar grammar = LicenseGrammar::spdx_3_0) {
  Diagnostics problems;
  auto out = parse_license(text, grammar, {}, problems);
  INFO(text);
  REQUIRE(out);
  return *out;
}

} // namespace

TEST_CASE("license expressions of other suites: read, by their structure") {
  for (const auto& fact : facts("read")) {
    const std::string text = fact.at("text");
    INFO(text << "  [" << fact.at("source") << "]");
    const auto grammar = license_grammar_from(std::string(fact.at("grammar"))).value();
    CHECK(to_string(read(text, grammar)) == std::string(fact.at("as")));
  }
}

TEST_CASE("license expressions of other suites: today's ids") {
  for (const auto& fact : facts("canonical")) {
    const std::string text = fact.at("text");
    INFO(text << "  [" << fact.at("source") << "]");
    CHECK(to_string(canonical(read(text))) == std::string(fact.at("as")));
  }
}

TEST_CASE("license expressions of other suites: refused, at the same place") {
  for (const auto& fact : facts("refused")) {
    const std::string text = fact.at("text");
    INFO(text << "  [" << fact.at("source") << "]");
    Diagnostics problems;
    CHECK_FALSE(parse_license(text, LicenseGrammar::spdx_3_0, Where{nullptr, 1, 1, 1}, problems)
                    .has_value());
    REQUIRE(problems.has_errors());
    INFO(problems.all().front().message);
    CHECK(problems.all().front().where.column == fact.at("column").get<std::size_t>());
  }
}

TEST_CASE("license expressions of other suites: satisfied by what is granted") {
  for (const auto& fact : facts("satisfied")) {
    const std::string text = fact.at("text");
    INFO(text << "  [" << fact.at("source") << "]");
    std::vector<License> granted;
    for (const auto& one : fact.at("granted"))
      granted.push_back(read(std::string(one)).licenses.at(0));
    const Truth expected = fact.at("satisfied").get<bool>() ? Truth::yes : Truth::no;
    CHECK(license_allowed(read(text), granted).truth == expected);
  }
}
