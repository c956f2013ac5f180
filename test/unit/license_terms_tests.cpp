// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/license_terms.hpp>
#include <libeval/io/parse.hpp>

#include "support/catch.hpp"
#include "support/license.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

using namespace libeval;
using libeval::test::contains;
using libeval::test::license_of;

namespace {

std::vector<LicenseTerms> own_terms(const std::string& text, Diagnostics& problems) {
  return read_license_terms(parse_text(text, "terms.yaml", problems), problems);
}

// The kinds that travel, with `?` where nobody has read the license and `~` where they may be
// lifted.
std::string due(const std::string& license, Carriers along,
                const std::vector<LicenseTerms>& own = {}) {
  std::string out;
  for (const LicenseDuties& of_one : duties_of(license_of(license), along, own)) {
    out += out.empty() ? "" : " | ";
    if (of_one.terms == nullptr)
      out += "?";
    if (of_one.may_be_lifted)
      out += "~";
    std::set<std::string> kinds;
    for (const LicenseTerm* term : of_one.due)
      kinds.emplace(to_string(term->kind));
    for (const std::string& kind : kinds)
      out += kind + " ";
  }
  return out;
}

const Carriers weights = {Carrier::weights};
const Carriers behavior = {Carrier::behavior};

} // namespace

TEST_CASE("license terms: every reading has an id that is one, a source, clauses and carriers") {
  std::set<std::string> names;
  CHECK(known_terms().size() >= 40);
  for (const LicenseTerms& terms : known_terms()) {
    INFO(terms.id);
    CHECK(to_string(canonical(license_of(terms.id))) == terms.id);
    CHECK_FALSE(terms.title.empty());
    CHECK_THAT(terms.source, contains("https://"));
    CHECK(names.insert(terms.id).second);
    for (const std::string& also : terms.also)
      CHECK(names.insert(also).second);
    for (const LicenseTerm& term : terms.terms) {
      CHECK_FALSE(term.along.none());
      CHECK_FALSE(term.clause.empty());
      CHECK_FALSE(term.reading.empty());
      CHECK((term.kind == Obligation::naming) == !term.prefix.empty());
      for (const std::string& id : term.accepts)
        CHECK(to_string(license_of(id)) == id);
    }
  }
}

TEST_CASE("license terms: what passes along decides what is due") {
  const std::string llama = "LicenseRef-scancode-llama-3.1-license-2024";
  CHECK(due(llama, weights) == "naming notice use_limit ");
  CHECK(due(llama, behavior) == "naming use_limit "); // 1.b.i: outputs too
  CHECK(due(llama, {Carrier::design}) == "");
  CHECK(due("LicenseRef-llama-3-license-2024", behavior) == "no_training_on_outputs use_limit ");
  CHECK(due("LicenseRef-scancode-gemma-tou-2024-04-01", behavior) ==
        "flow_down notice use_limit "); // 1.1(e): distillation makes a Model Derivative
  CHECK(due("LicenseRef-scancode-tongyi-qianwen-2023", behavior) ==
        "no_training_on_outputs use_limit ");
  CHECK(due("Apache-2.0", {Carrier::code}) == "notice ");
  CHECK(due("Apache-2.0", behavior) == "");
  CHECK(due("CC-BY-NC-SA-4.0", {Carrier::data}) == "non_commercial notice share_alike ");
  CHECK(due("GPL-3.0-only", weights) == "notice share_alike ");
  CHECK(due("LGPL-3.0-only", weights) == "notice ");
  CHECK(due("CC0-1.0", weights) == "");
}

TEST_CASE("license terms: what nobody has read is unknown") {
  CHECK(due("LicenseRef-x", weights) == "?");
  CHECK(due("NOASSERTION", weights) == "?");
  CHECK(due("NONE", weights) == "?");
  CHECK(due("Zimbra-1.4", weights) == "?");
  CHECK(due("MIT WITH AdditionRef-commons-clause", weights) == "?");
  CHECK(due("MIT OR LicenseRef-x", weights) == "notice  | ?");
}

TEST_CASE("license terms: old ids, later versions and exceptions") {
  CHECK(due("GPL-2.0", weights) == "notice share_alike ");
  CHECK(due("GPL-2.0+", weights) == "notice share_alike ");
  CHECK(due("GPL-2.0-only WITH Classpath-exception-2.0", weights) == "~notice share_alike ");
  CHECK(due("MPL-2.0+", {Carrier::code}) == "~notice share_alike ");
}

TEST_CASE("license terms: a license is found by what it is called") {
  REQUIRE(find_terms("llama3.1") != nullptr);
  CHECK(find_terms("LLAMA3.1")->id == "LicenseRef-scancode-llama-3.1-license-2024");
  CHECK(find_terms("apache-2.0")->id == "Apache-2.0");
  CHECK(find_terms("openrail") == nullptr); // a family, not a license
  CHECK(find_terms("other") == nullptr);
}

TEST_CASE("license terms: the same license, or one that is accepted") {
  const auto keeps = [](const std::string& inbound, const std::string& outbound) {
    const LicenseTerms* terms = find_terms(inbound);
    const auto term = std::ranges::find(terms->terms, Obligation::share_alike, &LicenseTerm::kind);
    REQUIRE(term != terms->terms.end());
    return keeps_license(license_of(inbound).licenses[0], *term, license_of(outbound));
  };
  CHECK(keeps("GPL-3.0-only", "GPL-3.0-only") == Truth::yes);
  CHECK(keeps("GPL-3.0-only", "MIT") == Truth::no);
  CHECK(keeps("GPL-3.0-only", "MIT AND GPL-3.0-only") == Truth::yes);
  CHECK(keeps("GPL-3.0-only", "MIT OR GPL-3.0-only") ==
        Truth::no); // whoever takes MIT is free of it
  CHECK(keeps("GPL-3.0-only", "AGPL-3.0-only") == Truth::yes);
  CHECK(keeps("GPL-2.0-only", "GPL-3.0-only") == Truth::no);
  CHECK(keeps("GPL-2.0-or-later", "GPL-3.0-only") == Truth::yes);
  // What is offered leaves every version to choose; a table of pairs (OSADL) says no as well.
  CHECK(keeps("GPL-2.0-only", "GPL-2.0-or-later") == Truth::no);
  CHECK(keeps("GPL-3.0-only", "GPL-3.0-or-later") == Truth::no);
  CHECK(keeps("GPL-3.0-or-later", "GPL-2.0-or-later") == Truth::no);
  CHECK(keeps("GPL-2.0-or-later", "GPL-2.0-or-later") == Truth::yes);
  CHECK(keeps("GPL-2.0-or-later", "GPL-3.0-or-later") == Truth::yes);
  CHECK(keeps("GPL-2.0-only", "GPL-2.0-or-later AND GPL-2.0-only") == Truth::yes);
  CHECK(keeps("LGPL-2.1-only", "GPL-2.0-or-later") == Truth::yes);
  // AGPL 13: it stays on its part.
  CHECK(keeps("AGPL-3.0-only", "GPL-3.0-only") == Truth::unknown);
  CHECK(keeps("AGPL-3.0-only", "GPL-2.0-only") == Truth::no);
  CHECK(keeps("AGPL-3.0-only", "GPL-2.0-or-later") == Truth::no);
  CHECK(keeps("AGPL-3.0-only", "GPL-3.0-only AND AGPL-3.0-only") == Truth::yes);
  CHECK(keeps("AGPL-3.0-only", "MIT") == Truth::no);
  CHECK(keeps("CC-BY-SA-4.0", "GPL-3.0-only") == Truth::yes);
  CHECK(keeps("CC-BY-NC-SA-4.0", "CC-BY-SA-4.0") == Truth::no);
  CHECK(keeps("LGPL-2.1-only", "GPL-2.0-only") == Truth::yes);
  CHECK(keeps("GPL-3.0-only", "NOASSERTION") == Truth::unknown);
}

TEST_CASE("license terms: a name begins with the prefix, the owner aside") {
  // Names on a hub have no spaces.
  CHECK(name_begins_with("acme/Llama-3-Acme-8B", "Llama 3"));
  CHECK(name_begins_with("acme/llama3", "Llama 3"));
  CHECK(name_begins_with("HyperCLOVAX-SEED-Law-3B", "HyperCLOVA X"));
  CHECK(name_begins_with("Llama 3.1 Acme", "Llama 3"));
  CHECK_FALSE(name_begins_with("Llama-30B-Acme", "Llama 3"));
  CHECK_FALSE(name_begins_with("Llama-2-Acme", "Llama 3"));
  CHECK_FALSE(name_begins_with("Llama", "Llama 3"));
  CHECK(name_begins_with("acme/Llama-3-Acme-8B", "Llama"));
  CHECK(name_begins_with("llama-acme", "Llama"));
  CHECK_FALSE(name_begins_with("Acme-Llama", "Llama"));
  CHECK_FALSE(name_begins_with("llama/acme", "Llama"));
  CHECK_FALSE(name_begins_with("", "Llama"));
}

TEST_CASE("license terms: a file of one's own comes before what the library has") {
  Diagnostics problems;
  const auto own = own_terms("licenses:\n"
                             "  - id: LicenseRef-house\n"
                             "    also: [house]\n"
                             "    source: https://example.org/license\n"
                             "    terms:\n"
                             "      - {obligation: notice, along: [weights, data], clause: 3, "
                             "reading: name us}\n"
                             "  - id: mit\n"
                             "    source: our lawyers\n"
                             "    terms: []\n",
                             problems);
  CHECK(problems.all().empty());
  REQUIRE(own.size() == 2);
  CHECK(own[1].id == "MIT");
  CHECK(due("LicenseRef-HOUSE", {Carrier::data}, own) == "notice ");
  CHECK(due("LicenseRef-house", {Carrier::code}, own) == "");
  CHECK(due("MIT", weights, own) == "");
  CHECK(find_terms("House", own) == own.data());
}

TEST_CASE("license terms: what is wrong in a file is said") {
  const auto check = [](const std::string& text, const std::string& message) {
    Diagnostics problems;
    (void)own_terms(text, problems);
    INFO(text);
    REQUIRE(problems.has_errors());
    CHECK_THAT(problems.all().front().message, contains(message));
  };
  const std::string rest = "\n    source: s\n    terms: [";
  check("licenses:\n  - id: Foo" + rest + "]\n", "unknown license `Foo`");
  check("licenses:\n  - id: MIT OR ISC" + rest + "]\n", "one license is wanted");
  check("licenses:\n  - id: MIT" + rest + "]\n  - id: mit" + rest + "]\n", "`MIT` stands twice");
  check("licenses:\n  - id: MIT" + rest +
            "{obligation: naming, along: weights, clause: 1, reading: r}]\n",
        "no `prefix`");
  check("licenses:\n  - id: MIT" + rest +
            "{obligation: notes, along: weights, clause: 1, reading: "
            "r}]\n",
        "`notes`");
  check("licenses: []\n", "");
}
