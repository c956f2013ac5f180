// SPDX-License-Identifier: Apache-2.0
// Quotas beside every step that takes: who is passed over, who counts, who is never refused.
#include "support/catch.hpp"
#include "support/small_bundle.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

using namespace libeval;
using namespace libeval::test;

namespace {

/// a is of x, b of x, c of y, ... as the letters of `countries` say; scores fall from a on.
std::string rules(const std::string& countries, const std::string& select) {
  std::string candidates, rows;
  for (std::size_t i = 0; i < countries.size(); ++i) {
    const std::string id(1, static_cast<char>('a' + i));
    candidates += (i == 0 ? "" : ", ") + id + ": {country: " + countries[i] + ", pair: p" +
                  std::to_string(i / 2) + "}";
    rows += "      " + id + "," + std::to_string(100 - i) + "\n";
  }
  return "libeval: 1\nprogram: p\ncandidates: {" + candidates +
         "}\nevidence:\n  t:\n    keys: [candidate]\n    values: [x]\n    csv: |\n"
         "      candidate,x\n" +
         rows + "stages:\n  - id: s\n    score: {from: t}\n    select: [" + select + "]\n";
}

Decided field(const std::string& countries, const std::string& select) {
  return decide_text(rules(countries, select));
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

namespace {

/// Who goes on by a quota of at least so many, where nobody is level: from the best on, whoever
/// leaves enough places for those who are still asked for.
std::string taken(const std::string& countries, const std::vector<std::size_t>& order,
                  std::size_t places, std::map<char, std::size_t> least,
                  const std::vector<int>* scores) {
  std::string out(countries.size(), '-');
  for (auto& [country, n] : least)
    n = std::min<std::size_t>(n, static_cast<std::size_t>(std::ranges::count(countries, country)));
  for (const std::size_t e : order) {
    std::size_t asked = 0;
    for (const auto& [country, n] : least)
      asked += n;
    std::size_t& own = least[countries[e]];
    if (places == 0 || (own == 0 && asked >= places))
      continue;
    own -= std::min<std::size_t>(own, 1);
    --places;
    out[e] = '+';
  }
  const auto next = std::ranges::find_if(order, [&](std::size_t e) { return out[e] == '-'; });
  for (std::size_t e = 0; scores != nullptr && next != order.end() && e < out.size(); ++e)
    if (out[e] == '-' && (*scores)[e] == (*scores)[*next])
      out[e] = 'r'; // and all who are level with the next in reserve
  return out;
}

/// The same where scores may be level: `?` for those whom one way of the ties takes and another
/// does not.
std::string taken_in_all_ways(const std::string& countries, const std::vector<int>& scores,
                              std::size_t places, const std::map<char, std::size_t>& least,
                              bool reserve) {
  std::vector<std::size_t> order(countries.size());
  std::iota(order.begin(), order.end(), 0U);
  std::string out;
  do {
    if (!std::ranges::is_sorted(order, std::greater<>{}, [&](std::size_t e) { return scores[e]; }))
      continue;
    const std::string now = taken(countries, order, places, least, reserve ? &scores : nullptr);
    if (out.empty())
      out = now;
    for (std::size_t e = 0; e < out.size(); ++e)
      if (out[e] != now[e])
        out[e] = '?';
  } while (std::next_permutation(order.begin(), order.end()));
  return out;
}

std::string in_signs(const StageDecision& stage) {
  std::string out;
  for (const Outcome o : stage.outcomes)
    out += o == Outcome::advances  ? '+'
           : o == Outcome::held    ? '?'
           : o == Outcome::reserve ? 'r'
                                   : '-';
  return out;
}

} // namespace

TEST_CASE("the last of the others give way to those of whom a quota asks for at least so many") {
  const Decided d = field("xxxxyxz", "{quota: {by: country, at_least: {y: 1, z: 1}}}, "
                                     "{take: {first: 4}}");
  CHECK(d.outcomes() ==
        "a: advances, b: advances, c: cut, d: cut, e: advances, f: cut, g: advances");
  const auto gives_way = d.findings(Finding::Kind::quota);
  REQUIRE(gives_way.size() == 2);
  CHECK(gives_way[0].candidate == 2);
  CHECK(gives_way[1].candidate == 3);
  CHECK(gives_way[0].detail == "at least 1 of `y`, 1 of `z`");
  CHECK(d.stage().steps[0].rule == "at least 1 of `y`, 1 of `z` by country");
  // Nobody gives way where enough are taken anyway, or were before.
  CHECK(field("xyxz", "{quota: {by: country, at_least: {y: 1}}}, {take: {first: 2}}").outcomes() ==
        "a: advances, b: advances, c: cut, d: cut");
  CHECK(field("yxxy", "{take: {first: 1}}, {quota: {by: country, at_least: {y: 1}}}, "
                      "{take: {first: 1}}")
            .outcomes() == "a: advances, b: advances, c: cut, d: cut");
  // Of each country one, and no more than two.
  CHECK(field("xxxyz", "{quota: {by: country, at_least: 1, at_most: 2}}, {take: {first: 4}}")
            .outcomes() == "a: advances, b: advances, c: cut, d: advances, e: advances");
}

TEST_CASE("where there are too few to ask for, the program says what happens") {
  const auto short_of = [](const std::string& shortage) {
    return "{quota: {by: country, at_least: {y: 2}" + shortage + "}}, {take: {first: 3}}";
  };
  CHECK(field("xxxy", short_of(", short: open")).outcomes() ==
        "a: advances, b: cut, c: cut, d: advances");
  CHECK(field("xxxy", short_of(", short: others")).outcomes() ==
        "a: advances, b: advances, c: cut, d: advances");
  const auto says = [](const std::string& text, const std::string& words) {
    return refusal(text).find(words) != std::string::npos;
  };
  CHECK(says(rules("xxxy", short_of("")), "asks for 2 of `y` by `country`, and 1 can be taken"));
  CHECK(says(rules("xxyy", "{quota: {by: country, at_least: {y: 2}}}, {take: {first: 1}}"),
             "asks for 2, and 1 can be taken here"));
  CHECK(says(rules("xx", "{quota: {by: country}}, {take: {first: 1}}"), "does not say how many"));
  CHECK(says(rules("xx", "{quota: {by: country, at_least: 1}}, {group: pair}, {take: {first: 1}}"),
             "does not work per pool"));
}

TEST_CASE("ties before a quota of at least so many are held as every end of them says") {
  std::mt19937 engine(20260115);
  const auto below = [&](int n) { return static_cast<int>(engine() % static_cast<unsigned>(n)); };
  int with_ties = 0;
  for (int round = 0; round < 400; ++round) {
    const auto n = static_cast<std::size_t>(2 + below(4));
    std::string countries, candidates, rows;
    std::vector<int> scores;
    for (std::size_t i = 0; i < n; ++i) {
      countries += static_cast<char>('x' + below(3));
      scores.push_back(below(4));
      const std::string id(1, static_cast<char>('a' + i));
      candidates += (i == 0 ? "" : ", ") + id + ": {country: " + countries[i] + "}";
      rows += "      " + id + "," + std::to_string(scores[i]) + "\n";
    }
    std::map<char, std::size_t> least;
    std::string asked;
    for (const char country : {'x', 'y'})
      if (countries.find(country) != std::string::npos && below(2) == 0) {
        least[country] = static_cast<std::size_t>(below(3));
        asked += (asked.empty() ? "" : ", ") + std::string(1, country) + ": " +
                 std::to_string(least[country]);
      }
    std::size_t places = static_cast<std::size_t>(1 + below(static_cast<int>(n)));
    std::size_t needed = 0;
    for (const auto& [country, count] : least)
      needed += std::min(count, static_cast<std::size_t>(std::ranges::count(countries, country)));
    places = std::max(places, needed);
    if (asked.empty())
      continue;
    const bool reserve = below(2) == 0; // then every end of a tie is tried
    const Decided d =
        decide_text("libeval: 1\nprogram: p\ncandidates: {" + candidates +
                    "}\nevidence:\n  t:\n    keys: [candidate]\n    values: [x]\n    csv: |\n"
                    "      candidate,x\n" +
                    rows +
                    "stages:\n  - id: s\n    score: {from: t}\n    select: [{quota: {by: country, "
                    "at_least: {" +
                    asked + "}, short: others}}, {take: {first: " + std::to_string(places) + "}}" +
                    (reserve ? ", {reserve: 1}" : "") + "]\n");
    INFO(countries << " at least " << asked << ", " << places << " places, " << rows);
    const std::string expected = taken_in_all_ways(countries, scores, places, least, reserve);
    CHECK(in_signs(d.stage()) == expected);
    with_ties += expected.find('?') == std::string::npos ? 0 : 1;
  }
  CHECK(with_ties > 20);
}
