// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/license.hpp>

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace libeval;
using libeval::test::contains;

namespace {

constexpr auto v23 = LicenseGrammar::spdx_2_3;
constexpr auto v30 = LicenseGrammar::spdx_3_0;
constexpr auto v31 = LicenseGrammar::spdx_3_1;

std::optional<LicenseExpression> read(const std::string& text, LicenseGrammar grammar,
                                      Diagnostics& problems) {
  return parse_license(text, grammar, {}, problems);
}

LicenseExpression good(const std::string& text, LicenseGrammar grammar = v30) {
  Diagnostics problems;
  const auto out = read(text, grammar, problems);
  INFO(text);
  for (const Diagnostic& problem : problems.all())
    FAIL(problem.message);
  REQUIRE(out);
  return *out;
}

std::string printed(const std::string& text, LicenseGrammar grammar = v30) {
  return to_string(good(text, grammar));
}

std::string canon(const std::string& text) {
  return to_string(canonical(good(text)));
}

bool valid(const std::string& text, LicenseGrammar grammar) {
  Diagnostics problems;
  const bool is = read(text, grammar, problems).has_value();
  CHECK(is == !problems.has_errors());
  return is;
}

// The first problem: its column and length, parts of message and help.
void check_problem(const std::string& text, LicenseGrammar grammar, std::size_t column,
                   std::size_t length, const std::string& message, const std::string& help = "") {
  Diagnostics problems;
  const Where where{nullptr, 1, 1, 1};
  CHECK_FALSE(parse_license(text, grammar, where, problems));
  INFO(text.substr(0, 200));
  REQUIRE(problems.has_errors());
  const Diagnostic& first = problems.all().front();
  CHECK(first.where.column == column);
  CHECK(first.where.length == length);
  CHECK_THAT(first.message, contains(message));
  CHECK_THAT(first.help, contains(help));
}

std::string times(const std::string& text, std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i)
    out += text;
  return out;
}

} // namespace

TEST_CASE("license: simple expressions are ids, ids with + and references") {
  CHECK(printed("CDDL-1.0") == "CDDL-1.0");
  CHECK(printed("CDDL-1.0+") == "CDDL-1.0+");
  CHECK(good("CDDL-1.0+").licenses[0].or_later);
  for (const char* text : {"LicenseRef-23", "LicenseRef-MIT-Style-1",
                           "DocumentRef-spdx-tool-1.2:LicenseRef-MIT-Style-2"}) {
    for (const auto grammar : {v23, v30, v31})
      CHECK(printed(text, grammar) == text);
    CHECK(good(text).licenses[0].kind == License::Kind::reference);
  }
}

TEST_CASE("license: a listed id that ends in + is that id") {
  const License old = good("GPL-2.0+").licenses[0];
  CHECK(old.id == "GPL-2.0+");
  CHECK_FALSE(old.or_later);
  const License now = good("GPL-2.0-only+").licenses[0];
  CHECK(now.id == "GPL-2.0-only");
  CHECK(now.or_later);
}

TEST_CASE("license: + stands directly behind a listed id") {
  check_problem("GPL-2.0-only +", v30, 14, 1, "`+` stands directly behind an id");
  check_problem("LicenseRef-x+", v30, 1, 13, "`+` stands behind ids of the SPDX License List only");
  check_problem("GPL-2.0-only WITH GCC-exception-2.0+", v30, 19, 18, "unknown exception",
                "did you mean `GCC-exception-2.0`");
}

TEST_CASE("license: WITH takes one license and one exception or addition") {
  CHECK(good("GPL-2.0-or-later WITH Bison-exception-2.2").licenses[0].with ==
        "Bison-exception-2.2");
  CHECK(good("GPL-2.0-only+ WITH bison-EXCEPTION-2.2").licenses[0].with == "Bison-exception-2.2");
  CHECK(printed("LicenseRef-a WITH AdditionRef-b") == "LicenseRef-a WITH AdditionRef-b");
  CHECK(printed("MIT WITH DocumentRef-d:AdditionRef-b") == "MIT WITH DocumentRef-d:AdditionRef-b");
  CHECK(printed("MIT WITH eCos-exception-2.0") ==
        "MIT WITH eCos-exception-2.0"); // no sense, but said
  check_problem("MIT WITH AdditionRef-b", v23, 10, 13, "no part of SPDX 2.3");
  check_problem("MIT WITH Apache-2.0", v30, 10, 10, "is a license, not an exception", "`AND`");
  check_problem("MIT WITH LicenseRef-x", v30, 10, 12, "is a license, not an exception",
                "`AdditionRef-...`");
  check_problem("(MIT OR ISC) WITH Bison-exception-2.2", v30, 14, 4, "behind a license");
  check_problem("GPL-2.0-only WITH GCC-exception-2.0 WITH Bison-exception-2.2", v30, 37, 4,
                "behind a license");
  check_problem("MIT WITH", v30, 5, 4, "there is no exception after `WITH`");
  check_problem("WITH Bison-exception-2.2", v30, 1, 4, "there is no license before `WITH`");
}

TEST_CASE("license: an exception alone is no expression") {
  // spdx-spec issue 873
  check_problem("Bison-exception-2.2", v30, 1, 19, "is an exception, not a license");
  check_problem("AdditionRef-x", v31, 1, 13, "is an exception, not a license");
}

TEST_CASE("license: AND binds more than OR, parentheses more than both") {
  const LicenseExpression e = good("LGPL-2.1-only OR BSD-3-Clause AND MIT");
  CHECK(e == good("LGPL-2.1-only OR (BSD-3-Clause AND MIT)"));
  CHECK_FALSE(e == good("(LGPL-2.1-only OR BSD-3-Clause) AND MIT"));
  CHECK(to_string(e) == "LGPL-2.1-only OR (BSD-3-Clause AND MIT)");
  CHECK(printed("(LGPL-2.1-or-later OR BSD-3-Clause) AND MIT") ==
        "(LGPL-2.1-or-later OR BSD-3-Clause) AND MIT");
  CHECK(printed("MIT AND (LGPL-2.1-or-later OR BSD-3-Clause)") ==
        "MIT AND (LGPL-2.1-or-later OR BSD-3-Clause)");
}

TEST_CASE("license: parentheses that change nothing are not kept") {
  CHECK(printed("((MIT))") == "MIT");
  CHECK(printed("(MIT AND ISC) AND (0BSD AND X11)") == "MIT AND ISC AND 0BSD AND X11");
  CHECK(printed("MIT OR (ISC OR (0BSD OR X11))") == "MIT OR ISC OR 0BSD OR X11");
  CHECK(printed("((MIT OR ISC)) OR 0BSD AND (X11)") == "MIT OR ISC OR (0BSD AND X11)");
  CHECK(good("(MIT)AND(ISC)") == good("MIT AND ISC"));
}

TEST_CASE("license: letters of ids are alike, operators depend on the version") {
  CHECK(printed("mIt or APACHE-2.0") == "MIT OR Apache-2.0");
  CHECK(valid("MIT and ISC", v30));
  check_problem("MIT and ISC", v23, 5, 3, "operator `and` is not upper case", "`AND`");
  check_problem("MIT And ISC", v30, 5, 3, "operator `And` mixes upper and lower case");
  CHECK(printed("MIT And ISC oR 0bsd", v31) == "(MIT AND ISC) OR 0BSD");
  CHECK(valid("GPL-2.0-only with bison-exception-2.2", v30));
  CHECK_FALSE(valid("GPL-2.0-only with bison-exception-2.2", v23));
}

TEST_CASE("license: the prefix of a reference has its case in 3.0 alone") {
  check_problem("licenseref-name", v30, 1, 15, "is no license reference", "in this case");
  CHECK(printed("licenseref-Name", v31) == "LicenseRef-Name");
  CHECK(printed("licenseref-Name", v23) == "LicenseRef-Name");
  CHECK(good("LicenseRef-Name") == good("LicenseRef-name"));
  CHECK(printed("documentref-A:LICENSEREF-b", v31) == "DocumentRef-A:LicenseRef-b");
}

TEST_CASE("license: NONE and NOASSERTION stand alone, with AND from 3.1 on") {
  for (const std::string text : {"NONE", "NOASSERTION"}) {
    for (const auto grammar : {v23, v30}) {
      CHECK_FALSE(valid(text, grammar));
      Diagnostics problems;
      CHECK(parse_license_field(text, grammar, {}, problems));
      CHECK_FALSE(valid("MIT AND " + text, grammar));
    }
    CHECK(valid(text, v31));
    CHECK(valid("MIT AND " + text, v31));
    CHECK(valid(text + " AND MIT OR ISC", v31));
    CHECK_FALSE(valid("MIT OR " + text, v31));
    CHECK_FALSE(valid(text + " OR MIT", v31));
    CHECK_FALSE(valid(text + " WITH Bison-exception-2.2", v31));
    CHECK_FALSE(valid(text + "+", v31));
  }
  CHECK(good("noassertion", v31).licenses[0].kind == License::Kind::no_assertion);
  CHECK(good("None and mit", v31).licenses[0].kind == License::Kind::none);
}

TEST_CASE("license: blanks") {
  CHECK(printed("  MIT\tAND\nISC ") == "MIT AND ISC");
  CHECK(printed("MIT AND(ISC)") == "MIT AND ISC"); // blanks or parentheses, says 3.0
  check_problem("MIT\nAND ISC", v31, 4, 1, "only spaces");
  check_problem("MIT AND\tISC", v31, 8, 1, "only spaces");
  check_problem("MIT AND(ISC)", v31, 5, 3, "there is no space after `AND`");
  check_problem("(MIT)AND ISC", v31, 6, 3, "there is no space before `AND`");
  CHECK(valid("( MIT ) AND ( ISC )", v31));
}

TEST_CASE("license: what is missing is said at its place") {
  check_problem("", v30, 1, 1, "there is no license expression", "`NOASSERTION`");
  check_problem("   ", v30, 4, 1, "there is no license expression");
  check_problem("MIT OR", v30, 5, 2, "there is no license after `OR`");
  check_problem("MIT AND OR ISC", v30, 9, 2, "there is no license before `OR`");
  check_problem("AND MIT", v30, 1, 3, "there is no license before `AND`");
  check_problem("()", v30, 2, 1, "the parentheses are empty");
  check_problem("MIT AND ()", v30, 10, 1, "the parentheses are empty");
  check_problem("(MIT OR )", v30, 9, 1, "there is no license before `)`");
  check_problem("(MIT", v30, 1, 1, "`(` is not closed");
  check_problem("MIT)", v30, 4, 1, "`)` closes nothing");
  check_problem("MIT ISC", v30, 5, 3, "there is no operator before `ISC`", "no spaces");
  check_problem("MIT (ISC)", v30, 5, 1, "there is no operator before `(`");
  check_problem("MIT && ISC", v30, 5, 2, "`&&` is no operator", "write `AND`");
  check_problem("MIT / ISC", v30, 5, 1, "`/` is no operator", "write `OR`");
  check_problem("MIT/ISC", v30, 1, 7, "unknown license `MIT/ISC`", "`A OR B`");
}

TEST_CASE("license: unknown ids have a near miss") {
  check_problem("Apache2.0", v30, 1, 9, "unknown license `Apache2.0`",
                "did you mean `Apache-2.0`?");
  check_problem("MIT OR llama3.1", v30, 8, 8, "unknown license", "License List 3.28.0");
  check_problem("한글 OR MIT", v30, 1, 2, "unknown license `한글`");
  check_problem("MIT OR 한글", v30, 8, 2, "unknown license `한글`");
  check_problem("LicenseRef-", v30, 1, 11, "is no license reference");
  check_problem("LicenseRef-a_b", v30, 1, 14, "is no license reference");
  check_problem("DocumentRef-a", v30, 1, 13, "is no license reference");
  CHECK(valid("LicenseRef--", v30));
  CHECK_FALSE(valid("LicenseRef--", v31)); // a letter or digit is wanted
}

TEST_CASE("license: all problems of an expression are said, and no more than twenty") {
  Diagnostics problems;
  CHECK_FALSE(read("Foo AND (Bar OR Baz", v30, problems));
  CHECK(problems.errors() == 4);
  Diagnostics many;
  CHECK_FALSE(read(times("nonsense AND ", 5'000) + "MIT", v30, many));
  CHECK(many.errors() == 20);
}

TEST_CASE("license: a place inside a quoted text of a file") {
  const auto source = std::make_shared<SourceText>();
  source->name = "lineage.yaml";
  source->text = "a:\n  license: \"MIT OR Foo\"\n";
  Diagnostics problems;
  CHECK_FALSE(parse_license("MIT OR Foo", v30, {source, 2, 12, 12}, problems));
  REQUIRE(problems.errors() == 1);
  CHECK(problems.all()[0].where.line == 2);
  CHECK(problems.all()[0].where.column == 20);
}

TEST_CASE("license: depth and length have bounds") {
  check_problem(times("(", 100'000) + "MIT" + times(")", 100'000), v30, 201, 1,
                "parentheses stand more than 200 deep");
  CHECK(printed(times("(", 200) + "MIT" + times(")", 200)) == "MIT");
  check_problem(times("MIT AND ", 200'000) + "MIT", v30, 1, 1, "is too long");
  check_problem(times("MIT OR ", 4'096) + "MIT", v30, 28'673, 3, "more than 4096 licenses");
  CHECK(good(times("MIT OR ", 4'095) + "MIT").licenses.size() == 4'096);
  const std::string deep = times("(MIT AND (ISC OR ", 100) + "X11" + times("))", 100);
  CHECK(good(deep) == good(printed(deep)));
}

TEST_CASE("license: canonical form absorbs nothing") {
  // license-expression issue 124: its simplify() makes MIT of the first.
  CHECK(canon("MIT AND (MIT OR GPL-2.0-only)") == "(GPL-2.0-only OR MIT) AND MIT");
  CHECK(canon("MIT OR (MIT AND GPL-2.0-only)") == "(GPL-2.0-only AND MIT) OR MIT");
  CHECK(canon("MIT AND MIT") == "MIT");
  CHECK(canon("(MIT AND ISC) OR (ISC AND MIT)") == "ISC AND MIT");
  CHECK(canon("X11 AND ((MIT AND ISC) OR (ISC AND MIT))") == "ISC AND MIT AND X11");
  CHECK(canon("LicenseRef-b OR LicenseRef-B OR LicenseRef-a") == "LicenseRef-a OR LicenseRef-B");
}

TEST_CASE("license: canonical form has today's ids") {
  CHECK(canon("GPL-2.0") == "GPL-2.0-only");
  CHECK(canon("GPL-2.0+") == "GPL-2.0-or-later");
  CHECK(canon("LGPL-2.1+ OR AGPL-3.0") == "AGPL-3.0-only OR LGPL-2.1-or-later");
  CHECK(canon("AGPL-3.0+") == "AGPL-3.0-or-later");
  CHECK(canon("eCos-2.0") == "GPL-2.0-or-later WITH eCos-exception-2.0");
  CHECK(canon("GPL-2.0-with-classpath-exception") == "GPL-2.0-only WITH Classpath-exception-2.0");
  CHECK(canon("GPL-2.0-with-classpath-exception WITH Bison-exception-2.2") ==
        "GPL-2.0-with-classpath-exception WITH Bison-exception-2.2");
  CHECK(canon("GPL-2.0 WITH Bison-exception-2.2") == "GPL-2.0-only WITH Bison-exception-2.2");
  CHECK(is_deprecated("GPL-2.0"));
  CHECK_FALSE(is_deprecated("GPL-2.0-only"));
  CHECK(license_list_version() == "3.28.0");
}

TEST_CASE("license: a reading names what decides") {
  const LicenseExpression e = good("MIT AND (ISC OR X11 OR 0BSD)");
  const auto no = Truth::no, open = Truth::unknown, yes = Truth::yes;
  const auto reading = [&](std::vector<Truth> of_each) { return read_license(e, of_each); };
  CHECK(reading({yes, no, yes, yes}).truth == yes);
  CHECK(reading({yes, no, yes, yes}).because == std::vector<std::size_t>{0, 2});
  CHECK(reading({yes, no, open, no}).truth == open);
  CHECK(reading({yes, no, open, no}).because == std::vector<std::size_t>{2});
  CHECK(reading({no, open, open, open}).truth == no);
  CHECK(reading({no, open, open, open}).because == std::vector<std::size_t>{0});
  CHECK(reading({open, no, no, no}).because == std::vector<std::size_t>{1, 2, 3});
  CHECK_THROWS_AS(reading({yes}), std::invalid_argument);
}

TEST_CASE("license: versions that are covered") {
  const auto one = [](const char* text) { return good(text).licenses[0]; };
  CHECK(covers(one("Apache-2.0"), one("Apache-2.0")));
  CHECK_FALSE(covers(one("Apache-2.0"), one("Apache-1.1")));
  CHECK(covers(one("GPL-2.0-or-later"), one("GPL-3.0-only")));
  CHECK_FALSE(covers(one("GPL-2.0-only"), one("GPL-3.0-only")));
  CHECK_FALSE(covers(one("GPL-2.0-or-later"), one("GPL-1.0-only")));
  CHECK(covers(one("GPL-3.0-only"), one("GPL-2.0-or-later"))); // the licensee may take version 3
  CHECK_FALSE(covers(one("GPL-1.0-only"), one("GPL-2.0-or-later")));
  CHECK_FALSE(covers(one("GPL-2.0-or-later"), one("LGPL-2.1-only")));
  CHECK_FALSE(covers(one("GPL-2.0-or-later"), one("AGPL-3.0-only")));
  CHECK_FALSE(covers(one("BSD-2-Clause"), one("BSD-3-Clause")));
  CHECK_FALSE(covers(one("BSD-2-Clause+"), one("BSD-3-Clause"))); // no versions of one license
  CHECK_FALSE(covers(one("CC-BY-3.0+"), one("CC-BY-SA-4.0")));
  CHECK(covers(one("CC-BY-3.0+"), one("CC-BY-4.0")));
  CHECK_FALSE(covers(one("GPL-2.0-only"), one("GPL-2.0-only WITH Bison-exception-2.2")));
  CHECK(covers(one("LicenseRef-a"), one("LicenseRef-A")));
  CHECK_FALSE(covers(one("DocumentRef-d:LicenseRef-a"), one("LicenseRef-a")));
}

TEST_CASE("license: allowed by a list") {
  const std::vector<License> granted = {good("MIT").licenses[0], good("Apache-2.0").licenses[0]};
  const auto allowed = [&](const LicenseExpression& e) {
    return license_allowed(e, granted).truth;
  };
  CHECK(allowed(good("MIT AND Apache-2.0")) == Truth::yes);
  CHECK(allowed(good("GPL-3.0-only OR MIT")) == Truth::yes);
  CHECK(allowed(good("GPL-3.0-only AND MIT")) == Truth::no);
  CHECK(allowed(one_license({})) == Truth::unknown);
  CHECK(allowed(good("NOASSERTION AND GPL-3.0-only", v31)) == Truth::no);
  CHECK(allowed(good("NOASSERTION AND MIT", v31)) == Truth::unknown);
  CHECK(allowed(good("NONE", v31)) == Truth::no);
  CHECK(license_allowed(good("MIT"), {}).truth == Truth::no);
}
