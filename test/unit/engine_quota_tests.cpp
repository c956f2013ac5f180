// SPDX-License-Identifier: Apache-2.0
// Quotas beside every step that takes: who is passed over, who counts, who is never refused.
#include "support/catch.hpp"
#include "support/small_bundle.hpp"

#include <string>
#include <vector>

using namespace libeval;
using namespace libeval::test;

namespace {

/// a is of x, b of x, c of y, ... as the letters of `countries` say; scores fall from a on.
Decided field(const std::string& countries, const std::string& select) {
  std::string candidates, rows;
  for (std::size_t i = 0; i < countries.size(); ++i) {
    const std::string id(1, static_cast<char>('a' + i));
    candidates += (i == 0 ? "" : ", ") + id + ": {country: " + countries[i] + ", pair: p" +
                  std::to_string(i / 2) + "}";
    rows += "      " + id + "," + std::to_string(100 - i) + "\n";
  }
  return decide_text("libeval: 1\nprogram: p\ncandidates: {" + candidates +
                     "}\nevidence:\n  t:\n    keys: [candidate]\n    values: [x]\n    csv: |\n"
                     "      candidate,x\n" +
                     rows + "stages:\n  - id: s\n    score: {from: t}\n    select: [" + select +
                     "]\n");
}

} // namespace

TEST_CASE("bands that advance keep to a quota") {
  const Decided d =
      field("xxyy", "{quota: {by: country, at_most: 1}}, {take: {bands: [{name: A, first: 3}, "
                    "{name: B}], advance: [A]}}");
  CHECK(d.outcomes() == "a: advances, b: cut, c: advances, d: cut");
  CHECK(d.stage().bands.at(1) == "A"); // a band is a fact, whoever advances
  const auto passed_over = d.findings(Finding::Kind::quota);
  REQUIRE(passed_over.size() == 1);
  CHECK(passed_over[0].candidate == 1);
}

TEST_CASE("a tie across a quota among those whose band advances is settled as ties are") {
  const std::string rules = "libeval: 1\nprogram: p\ncandidates: {a: {land: n}, b: {land: n}}\n"
                            "evidence:\n  t:\n    keys: [candidate]\n    values: [x]\n    csv: |\n"
                            "      candidate,x\n      a,1\n      b,1\nstages:\n  - id: s\n"
                            "    score: {from: t}\n    select: [{quota: {by: land, at_most: 1}}, "
                            "{take: {bands: [{name: A, at_least: 1}], advance: [A]}}]\n";
  CHECK(decide_text(rules).outcomes() == "a: held, b: held");
}

TEST_CASE("reserves keep to a quota among themselves") {
  // One place for x is left: one x in reserve may fill it, a second could not.
  CHECK(field("yxxxy", "{quota: {by: country, at_most: 2}}, {take: {first: 2}}, {reserve: 2}")
            .outcomes() == "a: advances, b: advances, c: reserve, d: cut, e: reserve");
  CHECK(field("yxxxy", "{quota: {by: country, at_most: 1}}, {take: {first: 2}}, {reserve: 2}")
            .outcomes() == "a: advances, b: advances, c: cut, d: cut, e: cut");
}

TEST_CASE("two reserve steps share a quota, and reserves do not count against a later take") {
  CHECK(field("xxxy", "{quota: {by: country, at_most: 2}}, {take: {first: 1}}, {reserve: 1}, "
                      "{reserve: 1}")
            .outcomes() == "a: advances, b: reserve, c: cut, d: reserve");
  CHECK(field("xxxy", "{quota: {by: country, at_most: 2}}, {reserve: 2}, {take: {first: 2}}")
            .outcomes() == "a: reserve, b: reserve, c: advances, d: advances");
}

TEST_CASE("a duel is won whatever the quota, and its winners count") {
  const Decided d = field("xyxyxz", "{quota: {by: country, at_most: 1}}, {take: {first: 1, where: "
                                    "{country: x}}}, {duel: {by: pair}}, {take: {first: 2}}");
  // a is taken; b, c and e win their duels, though c and e are of x; d and f are left, y is full.
  CHECK(d.outcomes() == "a: advances, b: advances, c: advances, d: cut, e: advances, f: advances");
}

TEST_CASE("the best losers of a duel are not refused by a quota") {
  CHECK(field("xxxx", "{quota: {by: country, at_most: 1}}, {duel: {by: pair, losers: 1}}")
            .outcomes() == "a: advances, b: advances, c: advances, d: cut");
}

TEST_CASE("a place granted by another measure counts towards a quota and is not refused") {
  CHECK(field("xxxy", "{quota: {by: country, at_most: 1}}, {take: {first: 1}}, "
                      "{grant: {by: [total], first: 1}}, {take: {first: 1}}")
            .outcomes() == "a: advances, b: advances, c: cut, d: advances");
}

TEST_CASE("a quota by member limits those it names and nobody else") {
  // The fourth of x is passed over; y has one place, z as many as there are.
  const Decided d = field("xxxxyyzz", "{quota: {by: country, at_most: {x: 3, y: 1}}}, "
                                      "{take: {first: 6}}");
  CHECK(d.outcomes() == "a: advances, b: advances, c: advances, d: cut, e: advances, f: cut, "
                        "g: advances, h: advances");
  const auto passed_over = d.findings(Finding::Kind::quota);
  REQUIRE(passed_over.size() == 2);
  CHECK(passed_over[0].required == 3.0);
  CHECK(passed_over[1].required == 1.0);
  CHECK(d.stage().steps[0].rule == "at most 3 of `x`, 1 of `y` by country");
  // At least two of y among four: at most two others.
  CHECK(field("xxxyxy", "{quota: {by: country, at_most: {x: 2}}}, {take: {first: 4}}").outcomes() ==
        "a: advances, b: advances, c: cut, d: advances, e: cut, f: advances");
  CHECK(field("xy", "{quota: {by: country, at_most: {x: 0}}}, {take: {first: 2}}").outcomes() ==
        "a: cut, b: advances");
}
