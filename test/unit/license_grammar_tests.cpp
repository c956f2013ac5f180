// SPDX-License-Identifier: Apache-2.0
// The sentences of the SPDX grammars one by one: each production of the ABNF with every
// alternative, and what the text beside it demands. Annex D of SPDX 2.3, the annex of 3.0.1, the
// draft of 3.1.
#include <libeval/domain/license.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>

using namespace libeval;

namespace {

constexpr auto v23 = LicenseGrammar::spdx_2_3;
constexpr auto v30 = LicenseGrammar::spdx_3_0;
constexpr auto v31 = LicenseGrammar::spdx_3_1;
using Grammars = std::initializer_list<LicenseGrammar>;
using Texts = std::initializer_list<const char*>;
constexpr Grammars all = {v23, v30, v31};

std::optional<LicenseExpression> read(const std::string& text, LicenseGrammar grammar) {
  Diagnostics problems;
  auto out = parse_license(text, grammar, {}, problems);
  CHECK(out.has_value() == !problems.has_errors());
  return out;
}

/// What is read, with parentheses wherever an operator stands inside another; or `refused`.
std::string reading(const std::string& text, LicenseGrammar grammar = v30) {
  const auto expression = read(text, grammar);
  return expression ? to_string(*expression) : "refused";
}

void check_in(Grammars grammars, Texts texts) {
  for (const LicenseGrammar grammar : all)
    for (const char* text : texts) {
      const bool expected = std::find(grammars.begin(), grammars.end(), grammar) != grammars.end();
      INFO(text << " in SPDX " << to_string(grammar));
      CHECK(read(text, grammar).has_value() == expected);
    }
}

} // namespace

TEST_CASE("grammar: idstring = 1*(ALPHA / DIGIT / - / .)") {
  check_in(all, {"LicenseRef-a", "LicenseRef-Z", "LicenseRef-0", "LicenseRef-a-b", "LicenseRef-a.b",
                 "LicenseRef-.9-z"});
  check_in({v23, v30}, {"LicenseRef--", "LicenseRef-.", "LicenseRef--."}); // 3.1: a letter or digit
  check_in({}, {"LicenseRef-", "LicenseRef-a_b", "LicenseRef-a b", "LicenseRef-a/b",
                "LicenseRef-a:b", "LicenseRef-\xC3\xA4"});
}

TEST_CASE("grammar: license-id is an id of the license list, its letters alike") {
  check_in(all,
           {"MIT", "Mit", "mIt", "apache-2.0", "0BSD", "GPL-2.0", "GPL-2.0+"}); // deprecated too
  CHECK(reading("mIt") == "MIT");
  check_in({}, {"MIT-2.0", "", "Classpath-exception-2.0"});
}

TEST_CASE("grammar: license-exception-id is an id of the exception list, its letters alike") {
  check_in(all, {"GPL-2.0-only WITH Classpath-exception-2.0"});
  CHECK(reading("GPL-2.0-only WITH classpath-EXCEPTION-2.0") ==
        "GPL-2.0-only WITH Classpath-exception-2.0");
  check_in({}, {"GPL-2.0-only WITH MIT", "GPL-2.0-only WITH no-such-exception",
                "GPL-2.0-only WITH Classpath-exception-2.0+"});
}

TEST_CASE("grammar: license-ref = [DocumentRef- idstring :] LicenseRef- idstring") {
  check_in(all, {"LicenseRef-23", "LicenseRef-MIT-Style-1",
                 "DocumentRef-spdx-tool-1.2:LicenseRef-MIT-Style-2"});
  check_in({}, {"DocumentRef-a", "DocumentRef-a:", "DocumentRef-:LicenseRef-b", "DocumentRef-a:MIT",
                "DocumentRef-a:AdditionRef-b", "DocumentRef-a LicenseRef-b",
                "LicenseRef-a:DocumentRef-b"});
}

TEST_CASE("grammar: the words of references have their case in 3.0, their names in no grammar") {
  check_in({v23, v31}, {"licenseref-name", "LICENSEREF-name", "documentref-a:LicenseRef-b",
                        "DocumentRef-a:licenseref-b"});
  for (const LicenseGrammar grammar : all)
    CHECK(read("LicenseRef-Name", grammar) == read("LicenseRef-name", grammar));
}

TEST_CASE("grammar: addition-ref = [DocumentRef- idstring :] AdditionRef- idstring, from 3.0 on") {
  check_in({v30, v31}, {"MIT WITH AdditionRef-a", "MIT WITH DocumentRef-d:AdditionRef-a.b-1"});
  check_in({v31}, {"MIT WITH additionref-a"});
  check_in({}, {"MIT WITH AdditionRef-", "MIT WITH AdditionRef-a_b",
                "MIT WITH DocumentRef-:AdditionRef-a"});
}

TEST_CASE("grammar: simple-expression = license-id / license-id + / license-ref") {
  check_in(all, {"CDDL-1.0", "CDDL-1.0+", "LicenseRef-23"});
  const auto later = read("CDDL-1.0+", v30);
  REQUIRE(later);
  CHECK(later->licenses.at(0).or_later);
  check_in({}, {"+", "LicenseRef-23+", "DocumentRef-a:LicenseRef-b+", "CDDL-1.0++"});
}

TEST_CASE("grammar: no white space between a license-id and its +") {
  check_in({}, {"CDDL-1.0 +", "CDDL-1.0\t+", "(CDDL-1.0)+"});
}

TEST_CASE("grammar: addition-expression = license-exception-id / addition-ref") {
  check_in({v30, v31}, {"MIT WITH AdditionRef-a"});
  check_in(all, {"MIT WITH Bison-exception-2.2"});
  check_in({}, {"MIT WITH LicenseRef-a", "MIT WITH (Bison-exception-2.2)", "MIT WITH"});
}

TEST_CASE("grammar: compound-expression = simple-expression") {
  check_in(all, {"(MIT)", "((LicenseRef-a))", "(CDDL-1.0+)"});
  CHECK(reading("((MIT))") == "MIT");
}

TEST_CASE("grammar: compound-expression = simple-expression WITH addition-expression") {
  check_in(all, {"GPL-2.0-or-later WITH Bison-exception-2.2", "CDDL-1.0+ WITH Bison-exception-2.2",
                 "LicenseRef-a WITH Bison-exception-2.2"});
  check_in({}, {"(MIT) WITH Bison-exception-2.2", "(MIT OR ISC) WITH Bison-exception-2.2",
                "MIT WITH Bison-exception-2.2 WITH Bison-exception-2.2", "WITH Bison-exception-2.2",
                "Bison-exception-2.2"});
}

TEST_CASE("grammar: compound-expression = compound-expression AND compound-expression") {
  check_in(all,
           {"LGPL-2.1-only AND MIT", "LGPL-2.1-only AND MIT AND BSD-2-Clause",
            "MIT AND GPL-2.0-only WITH Bison-exception-2.2", "(MIT OR ISC) AND (X11 OR 0BSD)"});
  check_in({}, {"AND", "MIT AND", "AND MIT", "MIT AND AND ISC", "MIT AND OR ISC", "MIT ISC"});
}

TEST_CASE("grammar: compound-expression = compound-expression OR compound-expression") {
  check_in(all, {"LGPL-2.1-only OR MIT", "LGPL-2.1-only OR MIT OR BSD-3-Clause", "MIT OR CDDL-1.0+",
                 "(MIT AND ISC) OR (X11 AND 0BSD)"});
  check_in({}, {"OR", "MIT OR", "OR MIT", "MIT OR OR ISC", "MIT | ISC", "MIT, ISC", "MIT/ISC"});
}

TEST_CASE("grammar: compound-expression = ( compound-expression )") {
  check_in(all, {"(MIT OR ISC)", "((MIT OR ISC) AND X11)", "( MIT OR ISC )"});
  check_in({}, {"()", "(MIT", "MIT)", "(MIT OR)", "((MIT OR ISC)", "(MIT) (ISC)", "MIT (ISC)"});
}

TEST_CASE("grammar: AND and OR are commutative") {
  for (const char* op : {" AND ", " OR "}) {
    const auto a = read(std::string("LGPL-2.1-only") + op + "MIT", v30);
    const auto b = read(std::string("MIT") + op + "LGPL-2.1-only", v30);
    REQUIRE(a);
    REQUIRE(b);
    CHECK(canonical(*a) == canonical(*b));
  }
}

TEST_CASE("grammar: + is applied before WITH, WITH before AND, AND before OR") {
  const auto plus = read("CDDL-1.0+ WITH Bison-exception-2.2", v30);
  REQUIRE(plus);
  CHECK(plus->licenses.at(0).or_later);
  CHECK(plus->licenses.at(0).with == "Bison-exception-2.2");
  CHECK(reading("MIT AND GPL-2.0-only WITH Bison-exception-2.2") ==
        "MIT AND GPL-2.0-only WITH Bison-exception-2.2");
  CHECK(reading("LGPL-2.1-only OR BSD-3-Clause AND MIT") ==
        "LGPL-2.1-only OR (BSD-3-Clause AND MIT)");
  CHECK(reading("MIT AND BSD-3-Clause OR LGPL-2.1-only") ==
        "(MIT AND BSD-3-Clause) OR LGPL-2.1-only");
}

TEST_CASE("grammar: parentheses say another order") {
  CHECK(reading("MIT AND (LGPL-2.1-or-later OR BSD-3-Clause)") ==
        "MIT AND (LGPL-2.1-or-later OR BSD-3-Clause)");
  CHECK_FALSE(read("MIT AND (LGPL-2.1-or-later OR BSD-3-Clause)", v30) ==
              read("MIT AND LGPL-2.1-or-later OR BSD-3-Clause", v30));
}

TEST_CASE("grammar: the case of AND, OR and WITH") {
  check_in(all, {"MIT AND ISC", "MIT OR ISC", "MIT WITH Bison-exception-2.2"});
  check_in({v30, v31}, {"MIT and ISC", "MIT or ISC", "MIT with Bison-exception-2.2"});
  check_in({v31}, {"MIT And ISC", "MIT oR ISC", "MIT With Bison-exception-2.2"});
}

TEST_CASE("grammar: white space on either side of WITH, or parentheses of AND and OR") {
  check_in({v23, v30}, {"(MIT)AND(ISC)", "(MIT)OR(ISC)", "MIT OR(ISC)", "(MIT)OR ISC"});
  check_in({v23, v30}, {"MIT\tAND ISC", "MIT\nOR ISC"}); // 3.1: spaces, nothing else
  check_in({}, {"MITAND ISC", "MIT ANDISC", "MITORISC", "MIT WITHBison-exception-2.2",
                "MITWITH Bison-exception-2.2"});
}

TEST_CASE("grammar: NONE and NOASSERTION are expressions in 3.1, beside AND alone") {
  check_in({v31}, {"NONE", "NOASSERTION", "none", "NOASSERTION AND MIT", "MIT AND NONE",
                   "(MIT OR ISC) AND NOASSERTION", "NONE AND NOASSERTION"});
  check_in({}, {"NONE OR MIT", "MIT OR NOASSERTION", "NONE+", "NONE WITH Bison-exception-2.2"});
}

TEST_CASE("grammar: base-term = ( expression ), a special identifier too, in 3.1") {
  check_in({v31}, {"(NONE)", "((NOASSERTION))", "( NONE )", "(NOASSERTION) OR MIT",
                   "MIT OR (NOASSERTION)", "(NONE) AND MIT", "MIT OR (NONE AND ISC)"});
  check_in({}, {"(NONE OR MIT)", "(NOASSERTION)+", "(NONE) WITH Bison-exception-2.2"});
  for (const char* text : {"(NOASSERTION) OR MIT", "MIT OR (NONE)", "MIT OR (NONE AND ISC)",
                           "MIT AND ((NONE) OR ISC)", "NONE AND MIT"}) {
    CHECK(reading(text, v31) == text);
    CHECK(read(reading(text, v31), v31) == read(text, v31));
  }
  CHECK(reading("(NONE) AND MIT", v31) == "NONE AND MIT");
}

TEST_CASE("grammar: a canonical form for everything that a grammar has") {
  const auto form = [](const char* text, LicenseGrammar grammar) {
    const auto expression = read(text, grammar);
    return expression ? to_string(canonical(*expression)) : "refused";
  };
  CHECK(form("LicenseRef--", v23) == "LicenseRef--");
  CHECK(form("MIT OR LicenseRef-. OR LicenseRef--", v30) == "LicenseRef-- OR LicenseRef-. OR MIT");
  CHECK(form("(NOASSERTION) OR MIT", v31) == "MIT OR (NOASSERTION)");
  CHECK(form("(NONE) OR (NONE)", v31) == "NONE");
  CHECK(form("MIT AND ((NONE) OR (NONE))", v31) == "MIT AND NONE");
}

TEST_CASE("grammar: spaces at the ends are those round an expression") {
  check_in(all, {" MIT", "MIT ", "  MIT AND ISC  "});
  check_in({v23, v30}, {"MIT\n", "\tMIT"});
}
