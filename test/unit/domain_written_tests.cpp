// SPDX-License-Identifier: Apache-2.0
// Fractions and days where the language takes a number.
#include "support/catch.hpp"
#include "support/small_bundle.hpp"

#include <libeval/base/duration.hpp>
#include <libeval/domain/expand.hpp>
#include <libeval/domain/written_numbers.hpp>
#include <libeval/io/print.hpp>

using namespace libeval;
using namespace libeval::test;

static std::string with_step(const std::string& step) {
  return "libeval: 1\nprogram: p\ncandidates: [a, b]\nevidence:\n  t:\n    keys: [candidate]\n"
         "    values: [x, y]\n    csv: \"candidate,x,y\\na,3,1\\nb,6,2\\n\"\n"
         "stages:\n  - id: s\n    score: {from: t, steps: [" +
         step + "]}\n";
}

TEST_CASE("written numbers are read whole or not at all") {
  CHECK(parse_written("2/3") == 2.0 / 3);
  CHECK(parse_written("-1/3") == -1.0 / 3);
  CHECK(parse_written("0.5/3") == 0.5 / 3);
  CHECK(parse_written("0/7") == 0);
  for (const char* text :
       {"", "/", "2/", "/3", "2/0", "2/03", "2 / 3", "2/3/4", "--1/3", "+1/3", "2/-3", "66%",
        "1e2/3", "2/3 ", "2", "abc", "1/99999999999999999999999x"})
    CHECK_FALSE(parse_written(text));
}

TEST_CASE("durations are read as seconds, and written from them") {
  CHECK(parse_written("1:52.34") == 112.34);
  CHECK(parse_written("2:08:10") == 7690);
  CHECK(parse_written("10:00:00") == 36000);
  CHECK(parse_written("0:00") == 0);
  for (const char* text : {"1:5", "1:60", "1:2:3:4", ":30", "1:", "-1:30", "1:30 ", "1:30:60",
                           "a:30", "1:30.", "1:3a"})
    CHECK_FALSE(parse_written(text));
  CHECK(as_duration("112.34") == "1:52.34");
  CHECK(as_duration("7690") == "2:08:10");
  CHECK(as_duration("-3600.5") == "-1:00:00.5");
  CHECK(as_duration("315515") == "87:38:35");
  for (const char* text : {"59.99", "0", "-", "", "1e21", "1.5e-7", "~60", "9999999999999999"})
    CHECK(as_duration(text) == text);
}

TEST_CASE("a fraction stands wherever a number does, and is the fraction") {
  CHECK(decide_text(with_step("{multiply: 2/3}")).stage().total == std::vector<double>{2, 4});
  CHECK(decide_text(with_step("{multiply: -2/3}")).stage().total == std::vector<double>{-2, -4});
  CHECK(decide_text(with_step("{multiply: \"2/3\"}")).stage().total == std::vector<double>{2, 4});
  CHECK(decide_text(with_step("{ratio: 3/2}")).stage().total == std::vector<double>{2, 4});
  CHECK(decide_text(with_step("{power: 1/2}, {power: 2}")).stage().total ==
        std::vector<double>{3, 6});
  // A third of seven and a half is two and a half, and goes up.
  CHECK(decide_text(with_step("{add: 4.5}, {multiply: 1/3}, round")).stage().total ==
        std::vector<double>{3, 4});
}

TEST_CASE("a fraction in full keeps its spelling, in YAML and in JSON") {
  Diagnostics diagnostics;
  const Tree rules = parse_text(with_step("{multiply: 2/3}"), "program.yaml", diagnostics);
  const Tree full = expand(rules, diagnostics);
  CHECK(to_yaml(full).find("{multiply: {by: 2/3}}") != std::string::npos);
  CHECK(to_json(full).find("\"2/3\"") != std::string::npos);
  CHECK(decide_text(to_json(full)).stage().total == std::vector<double>{2, 4});
  CHECK(same(expand(full, diagnostics), full));
}

TEST_CASE("what is no number is refused where one is needed") {
  CHECK(refusal(with_step("{multiply: abc}")).find("a number or a parameter, got") !=
        std::string::npos);
  CHECK(refusal(with_step("{multiply: abc}")).find("`{column: NAME}`") != std::string::npos);
  CHECK(refusal(with_step("{multiply: 2/0}")).find("a number or a parameter, got") !=
        std::string::npos);
  CHECK(refusal(with_step("{drop: {over: all, highest: 3/2}}")).find("whole number") !=
        std::string::npos);
  CHECK(refusal(with_step("{quantile: {over: all, at: 4/3}}")).find("from 0 to 1") !=
        std::string::npos);
}
