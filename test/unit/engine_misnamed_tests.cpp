// SPDX-License-Identifier: Apache-2.0
// Names in a program that fit nothing of the evidence are not passed over.
#include "support/catch.hpp"
#include "support/said.hpp"

#include <string>

using namespace libeval;
using namespace libeval::test;

namespace {

/// Two columns that are members of `category`.
std::string of_wide(const std::string& score, const std::string& table = "") {
  return "libeval: 1\nprogram: p\ncandidates: [a, b]\nevidence:\n  t:\n    keys: [candidate]\n"
         "    wide: category\n    labels: [year]\n" +
         table +
         "    csv: |\n      candidate,gold,silver,year\n      a,1,4,2001\n      b,2,2,2002\n"
         "stages:\n  - id: s\n    score: " +
         score + "\n";
}

} // namespace

TEST_CASE("the value of a wide table has one name, and its columns are members") {
  CHECK(refusal(of_wide("{from: t, value: value, steps: [{mean: category}]}")).empty());
  CHECK(refusal(of_wide("{from: t, value: x, steps: [{mean: category}]}", "    values: [x]\n"))
            .empty());
  const std::string column = refusal(of_wide("{from: t, value: gold, steps: [{mean: category}]}"));
  CHECK(holds(column, "evidence `t` has no value column `gold`"));
  CHECK(holds(column, "`where: {category: gold}`"));
  CHECK(holds(refusal(of_wide("{from: t, value: glod, steps: [{mean: category}]}")),
              "`where: {category: gold}`"));
  CHECK(holds(refusal(of_wide("{from: t, value: year, steps: [{mean: category}]}")),
              "its value is `value`, and its columns `gold`, `silver` are members of `category`"));
  CHECK(holds(
      refusal(of_wide("{from: t, value: value, steps: [{mean: category}]}", "    values: [x]\n")),
      "its value is `x`"));
  const std::string leaf = "leaf: {from: t, steps: [{mean: category}]";
  CHECK(holds(refusal(of_wide("{" + leaf + "}, parts: {gold: {}, silver: {}}}")),
              "under `leaf`, `by: category`"));
  CHECK(refusal(of_wide("{" + leaf + ", by: category}, parts: {gold: {}, silver: {}}}")).empty());
}

TEST_CASE("a score that depends on the columns of a wide table is told to take one") {
  CHECK(holds(refusal(of_wide("{from: t}")), "or take one column, `where: {category: gold}`"));
  CHECK(holds(refusal(of_wide("{parts: {x: {from: t}}}")), "`where: {category: gold}`"));
}

namespace {

std::string of_races(const std::string& where, const std::string& select = "") {
  return "libeval: 1\nprogram: p\ncandidates: {ann: {country: KOR}, ben: {country: JPN}}\n"
         "evidence:\n  t:\n    keys: [candidate, race]\n    values: [place]\n"
         "    csv: |\n      candidate,race,place,medal\n      ann,BEL,1,gold\n      "
         "ann,MON,2,silver\n"
         "      ben,BEL,3,bronze\n      ben,MON,DNF,none\n"
         "stages:\n  - id: s\n    score: {from: t, where: {" +
         where + "}, steps: [{missing: zero}, {lookup: {table: {1: 3, 2: 2, 3: 1}, else: 0}}, " +
         "{sum: all}]}\n" + select;
}

} // namespace

TEST_CASE("a member in a list of where that fits nothing is warned of") {
  CHECK(said(of_races("race: [BEL, MON]")).empty());
  CHECK(said(of_races("race: [BLE, MON]")) ==
        "no `race` of `t` fits `BLE` (did you mean `BEL`?)\n");
  CHECK(said(of_races("race: {not: BLE}")) ==
        "no `race` of `t` fits `BLE` (did you mean `BEL`?)\n");
  CHECK(said(of_races("race: [BEL, \"Q*\"]")) == "no `race` of `t` fits `Q*`\n");
  CHECK(said(of_races("candidate: [ann, bne]")) ==
        "no `candidate` of `t` fits `bne` (did you mean `ben`?)\n");
  CHECK(holds(refusal(of_races("race: BLE")), "no `race` of `t` fits `BLE`"));
}

TEST_CASE("a word of a label, value or attribute that is nearly one that stands is warned of") {
  CHECK(said(of_races("medal: [glod, silver]")) ==
        "no `medal` of `t` fits `glod` (did you mean `gold`?)\n");
  CHECK(said(of_races("medal: {not: brozne}")) ==
        "no `medal` of `t` fits `brozne` (did you mean `bronze`?)\n");
  CHECK(said(of_races("medal: glod")) == "no `medal` of `t` fits `glod` (did you mean `gold`?)\n");
  CHECK(holds(said(of_races("medal: tin")), "`where` takes away everything of `t`"));
  CHECK(said(of_races("candidate.country: [kor, JPN]")) ==
        "no `candidate.country` of the candidates fits `kor` (did you mean `KOR`?)\n");
  CHECK(said(of_races("place: {not: dnf}")) ==
        "no `place` of `t` fits `dnf` (did you mean `DNF`?)\n");
  // Numbers and short codes have neighbours that mean something else.
  CHECK(said(of_races("place: {not: DNS}")).empty());
  CHECK(said(of_races("place: [1, 2, 4]")).empty());
  CHECK(said(of_races("medal: [gold, golds]")).empty());
}

TEST_CASE("a misspelt attribute in a list of a take is warned of") {
  const auto taken = [](const std::string& where) {
    return said(of_races("race: [BEL, MON]",
                         "    select: [{take: {first: 1, where: {country: " + where + "}}}]\n"));
  };
  CHECK(taken("[KOR, JPN]").empty());
  CHECK(holds(taken("[kor, JPN]"), "no `country` of the candidates fits `kor`"));
  CHECK(holds(taken("{not: kor}"), "did you mean `KOR`?"));
}

TEST_CASE("an alias for what is no key or label is refused") {
  const auto alias = [](const std::string& dimension) {
    std::string text = of_races("race: BEL");
    text.insert(text.find("    csv:"), "    alias: {" + dimension + ": {Spa: BEL}}\n");
    return refusal(text);
  };
  CHECK(alias("race").empty());
  CHECK(alias("medal").empty());
  CHECK(holds(alias("rcae"), "`alias` speaks of `rcae`, and evidence `t` has no such key or label "
                             "(did you mean `race`?)"));
}
