// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/compatibility.hpp>
#include <libeval/io/matrix.hpp>

#include "support/catch.hpp"
#include "support/license.hpp"

#include <string>

using namespace libeval;
using libeval::test::contains;
using libeval::test::license_of;

namespace {

CompatibilityMatrix matrix_of(const std::string& text, Diagnostics& problems) {
  const auto source = std::make_shared<SourceText>();
  source->name = "matrix";
  source->text = text;
  return read_matrix(source, problems);
}

// The same nine cells in the three forms; directions differ on purpose.
const char* const plain = R"({"timestamp": "2026-02-12T01:00:00+00:00", "timeformat": "%Y",
"GPL-2.0-only": {"GPL-2.0-only": "Same", "MIT": "Yes", "Apache-2.0": "No"},
"MIT": {"GPL-2.0-only": "No", "MIT": "Same", "Apache-2.0": "Yes"},
"MPL-2.0": {"MIT": "Unknown", "GPL-2.0-only": "Check dependency", "Apache-2.0": "Yes"}})";
const char* const explained = R"({"timestamp": "2026-02-12T01:00:00+00:00", "timeformat": "%Y",
"licenses": [
{"name": "GPL-2.0-only", "compatibilities": [
  {"name": "GPL-2.0-only", "compatibility": "Same", "explanation": "n.a."},
  {"name": "MIT", "compatibility": "Yes", "explanation": "permissive goes in"},
  {"name": "Apache-2.0", "compatibility": "No", "explanation": "patents"}]},
{"name": "MIT", "compatibilities": [
  {"name": "GPL-2.0-only", "compatibility": "No", "explanation": "copyleft"},
  {"name": "MIT", "compatibility": "Same", "explanation": "n.a."},
  {"name": "Apache-2.0", "compatibility": "Yes", "explanation": "x"}]},
{"name": "MPL-2.0", "compatibilities": [
  {"name": "MIT", "compatibility": "Unknown", "explanation": ""},
  {"name": "GPL-2.0-only", "compatibility": "Check dependency"},
  {"name": "Apache-2.0", "compatibility": "Yes", "explanation": "x"}]}]})";
const char* const csv = "Compatibility*,GPL-2.0-only,MIT,Apache-2.0\n"
                        "GPL-2.0-only,Same,Yes,No\n"
                        "MIT,No,Same,Yes\n"
                        "MPL-2.0,Check dependency,Unknown,Yes\n";

CompatibilityMatrix small() {
  Diagnostics problems;
  auto out = matrix_of(explained, problems);
  REQUIRE(problems.all().empty());
  return out;
}

Truth may(const std::string& inbound, const std::string& outbound) {
  return compatible(license_of(inbound), license_of(outbound), small()).truth;
}

} // namespace

TEST_CASE("compatibility: the three forms say the same") {
  for (const char* text : {plain, explained, csv}) {
    Diagnostics problems;
    const CompatibilityMatrix matrix = matrix_of(text, problems);
    INFO(text);
    CHECK(problems.all().empty());
    CHECK(matrix.cells.size() == 3);
    using Entry = CompatibilityMatrix::Entry;
    CHECK(matrix.find("gpl-2.0-only", "MIT")->entry == Entry::yes);
    CHECK(matrix.find("MIT", "GPL-2.0-only")->entry == Entry::no);
    CHECK(matrix.find("MIT", "MIT")->entry == Entry::same);
    CHECK(matrix.find("MPL-2.0", "MIT")->entry == Entry::unknown);
    CHECK(matrix.find("MPL-2.0", "GPL-2.0-only")->entry == Entry::check_dependency);
    CHECK(matrix.find("MIT", "MPL-2.0") == nullptr);
    CHECK(matrix.date == (text == csv ? "" : "2026-02-12"));
  }
}

TEST_CASE("compatibility: neither symmetric nor transitive") {
  CHECK(may("MIT", "GPL-2.0-only") == Truth::yes);
  CHECK(may("GPL-2.0-only", "MIT") == Truth::no);
  // Pair by pair Apache into MIT into GPL, and yet not Apache into GPL.
  CHECK(may("Apache-2.0", "MIT") == Truth::yes);
  CHECK(may("Apache-2.0", "GPL-2.0-only") == Truth::no);
}

TEST_CASE("compatibility: what the table does not say is unknown") {
  CHECK(may("MIT", "MPL-2.0") == Truth::unknown);
  CHECK(may("GPL-2.0-only", "MPL-2.0") == Truth::unknown);
  CHECK(may("LicenseRef-x", "MIT") == Truth::unknown);
  CHECK(may("LicenseRef-x", "LicenseRef-x") == Truth::unknown);
  CHECK(may("NOASSERTION", "MIT") == Truth::unknown);
  CHECK(may("MIT", "NOASSERTION") == Truth::unknown);
  CHECK(may("NONE", "MIT") == Truth::no);
  const auto reading = compatible(license_of("ISC"), license_of("MIT"), small());
  REQUIRE(reading.because.size() == 1);
  CHECK_THAT(reading.because[0].explanation, contains("does not have this pair"));
}

TEST_CASE("compatibility: a choice of what comes in, everything of what goes out") {
  CHECK(may("Apache-2.0 OR MIT", "GPL-2.0-only") == Truth::yes);
  CHECK(may("Apache-2.0 AND MIT", "GPL-2.0-only") == Truth::no);
  CHECK(may("MIT", "GPL-2.0-only AND MIT") == Truth::yes);
  CHECK(may("GPL-2.0-only", "GPL-2.0-only OR MIT") == Truth::no);
  CHECK(may("MIT OR LicenseRef-x", "GPL-2.0-only") == Truth::yes);
  CHECK(may("Apache-2.0 OR LicenseRef-x", "GPL-2.0-only") == Truth::unknown);
  const auto reading =
      compatible(license_of("Apache-2.0 OR MIT"), license_of("GPL-2.0-only"), small());
  REQUIRE(reading.because.size() == 1);
  CHECK(reading.because[0].inbound == "MIT");
  CHECK(reading.because[0].explanation == "permissive goes in");
}

TEST_CASE("compatibility: old ids, later versions and exceptions of what comes in") {
  CHECK(may("GPL-2.0", "GPL-2.0-only") == Truth::yes);
  CHECK(may("MIT", "GPL-2.0") == Truth::yes);
  CHECK(may("GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only") == Truth::yes);
  CHECK(may("GPL-2.0-only WITH Classpath-exception-2.0", "MIT") == Truth::unknown);
  CHECK(may("MIT WITH AdditionRef-commons-clause", "MIT") == Truth::unknown);
  CHECK(may("MIT", "MIT WITH AdditionRef-commons-clause") == Truth::unknown);
  CHECK(may("GPL-2.0-only", "GPL-2.0-only WITH Classpath-exception-2.0") == Truth::unknown);
  CHECK(may("Apache-1.1+", "MIT") == Truth::yes);              // as Apache-2.0
  CHECK(may("Apache-1.1+", "GPL-2.0-only") == Truth::unknown); // 1.1 is not in the table
  CHECK(may("MIT", "Apache-1.1+") == Truth::unknown);
}

TEST_CASE("compatibility: a table of one's own over another") {
  Diagnostics problems;
  CompatibilityMatrix matrix = small();
  merge(matrix, matrix_of("MPL-2.0:\n  MIT: Yes\nLicenseRef-house: {MIT: Yes}\n", problems));
  CHECK(problems.all().empty());
  CHECK(compatible(license_of("MIT"), license_of("MPL-2.0"), matrix).truth == Truth::yes);
  CHECK(compatible(license_of("MIT"), license_of("LicenseRef-House"), matrix).truth == Truth::yes);
  CHECK(compatible(license_of("Apache-2.0"), license_of("MPL-2.0"), matrix).truth == Truth::yes);
}

TEST_CASE("compatibility: broken tables are refused with the place") {
  const auto check = [](const std::string& text, const std::string& message) {
    Diagnostics problems;
    (void)matrix_of(text, problems);
    INFO(text);
    REQUIRE(problems.has_errors());
    CHECK_THAT(problems.all().front().message, contains(message));
    CHECK(problems.all().front().where.line >= 1);
  };
  check("{\"MIT\": {\"ISC\": \"Maybe\"}}", "unknown entry `Maybe`");
  check("Compatibility,MIT\nISC,Perhaps\n", "unknown entry `Perhaps`");
  check("[1, 2]", "no table of license compatibility");
  check("{\"MIT\": \"Yes\"}", "no table of license compatibility");
  check("{\"licenses\": [{\"name\": \"MIT\"}]}", "no table of license compatibility");
  check("{}", "there are no licenses");
  check("", "no table of license compatibility");
}
