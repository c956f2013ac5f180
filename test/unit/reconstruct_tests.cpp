// SPDX-License-Identifier: Apache-2.0
// What each kind of statement says, on one part of ten points in steps of one, by hand.
#include "support/catch.hpp"
#include "support/record.hpp"

#include "engine/reconstruct/rounding.hpp"
#include "engine/reconstruct/solver.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/engine/decide.hpp>

using namespace libeval;
using namespace libeval::test;

namespace {

std::string program_with(const std::string& candidates, const std::string& stage,
                         const std::string& evidence = {}) {
  return "libeval: 1\nprogram: small\nas_of: 2026-02-01\ncandidates: {" + candidates +
         "}\nevidence:\n  published: published.yaml\n" + evidence + "stages:\n  - id: s\n" + stage;
}

const std::string three = "a: {}, b: {}, c: {}";
const std::string ten = "    score: {points: 10, from: published}\n";

std::string record_of(const std::vector<std::string>& statements, const std::string& step = "1") {
  std::string out = "published: record\nstep: " + step + "\nstage: s\nstatements:\n";
  for (std::size_t i = 0; i < statements.size(); ++i)
    out += "  - {id: s" + std::to_string(i) + ", source: somebody, " + statements[i] + "}\n";
  return out;
}

std::string span(const ScoreRange& range) {
  const auto end = [](const std::optional<double>& x) { return x ? format_decimal(*x) : "?"; };
  return range.single() ? end(range.low) : end(range.low) + "-" + end(range.high);
}

/// The ranges of a node, or the ids of a smallest contradictory set.
std::string ranges(const Reconstruction& r, std::size_t node = 0) {
  std::string out;
  if (r.contradictory()) {
    out = "contradiction:";
    for (const std::size_t s : r.contradiction.statements)
      out += " " + r.statements[s].id;
    return out;
  }
  for (const ScoreRange& range : r.nodes[node].ranges)
    out += (out.empty() ? "" : ", ") + span(range);
  return out;
}

/// The scores of a, b and c, given statements about their totals.
std::string totals(const std::vector<std::string>& statements, const std::string& step = "1") {
  return ranges(
      reconstruct_record(load_record(program_with(three, ten), record_of(statements, step))));
}

} // namespace

TEST_CASE("A value, exact or rounded") {
  CHECK(totals({"value: {a: 7}"}) == "7, 0-10, 0-10");
  CHECK(totals({"value: {a: 7, c: 0}"}) == "7, 0-10, 0");
  CHECK(totals({"value: {a: 7}, rounded: 1"}, "0.1") == "6.5-7.4, 0-10, 0-10");
  CHECK(totals({"value: {a: 7}, rounded: {to: 1, mode: down}"}, "0.1") == "7-7.9, 0-10, 0-10");
  CHECK(totals({"value: {a: 7}, rounded: {to: 1, mode: up}"}, "0.1") == "6.1-7, 0-10, 0-10");
  CHECK(totals({"value: {a: 7}, rounded: {to: 1, mode: half_down}"}, "0.1") ==
        "6.6-7.5, 0-10, 0-10");
  CHECK(totals({"value: {a: 10}, rounded: 1"}, "0.1") == "9.5-10, 0-10, 0-10");
}

TEST_CASE("A value rounded to significant digits, whose steps are finer below a power of ten") {
  CHECK(totals({"value: {a: 7}, rounded: {significant: 1}"}, "0.1") == "6.5-7.4, 0-10, 0-10");
  CHECK(totals({"value: {a: 1}, rounded: {significant: 1}"}, "0.01") == "0.95-1.49, 0-10, 0-10");
  CHECK(totals({"value: {a: 10}, rounded: {significant: 2}"}, "0.01") == "9.95-10, 0-10, 0-10");
  CHECK(totals({"value: {a: 0}, rounded: {significant: 2}"}, "0.01") == "0, 0-10, 0-10");
  using Mode = kernel::RoundMode;
  for (const Mode mode : {Mode::half_up, Mode::half_down, Mode::half_away, Mode::half_to_zero,
                          Mode::half_even, Mode::up, Mode::down, Mode::to_zero, Mode::from_zero})
    for (const int digits : {1, 2, 3})
      for (int i = -2200; i <= 2200; ++i) { // thousandths: what an x is rounded to, it is within
        const double x = i / 1000.0;
        const double v = kernel::round_to(x, kernel::step_for_significant(x, digits), mode);
        INFO(x << " to " << v << ", mode " << static_cast<int>(mode) << ", digits " << digits);
        for (const int near : {i - 1, i, i + 1}) {
          const double y = near / 1000.0;
          const bool same = kernel::round_to(y, kernel::step_for_significant(y, digits), mode) == v;
          const auto [low, high] = rounded_to_significant(fraction_of(v), digits, mode);
          const Fraction at(near, 1000);
          const bool within = (low.at < at || (low.at == at && !low.strict)) &&
                              (at < high.at || (at == high.at && !high.strict));
          CHECK(within == same);
        }
      }
}

TEST_CASE("A published outcome: missed hurdles, who does not enter, and what is not read") {
  const auto read = [&](const std::string& stage, const std::string& statement) {
    return reconstruct_record(load_record(program_with(three, stage), record_of({statement})));
  };
  const std::string hurdle = ten + "    select: [{require: {part: total, at_least: 5, else: "
                                   "disqualified}}, {order: [total]}, {take: {first: 1}}]\n";
  CHECK(ranges(read(hurdle, "outcome: {c: disqualified}")) == "0-10, 0-10, 0-4");
  CHECK(ranges(read(hurdle, "outcome: {c: advances}")) == "0-9, 0-9, 5-10"); // alone ahead
  const std::string two = "    entrants: [a, b]\n" + ten;
  CHECK(ranges(read(two, "outcome: {c: cut}")) == "contradiction: s0");
  const std::string reserve =
      ten + "    select: [{order: [total]}, {take: {first: 1}}, {reserve: 1}]\n";
  const Reconstruction r = read(reserve, "outcome: {c: reserve}");
  CHECK(ranges(r) == "0-10, 0-10, 0-9");                 // with 10 it would advance or be held
  CHECK(prospect(r, 0) == "advances or reserve or cut"); // in a tie with b the loser would be it
  CHECK(r.relaxed.empty());
  const Reconstruction both = reconstruct_record(load_record(
      program_with(three, reserve), record_of({"outcome: {c: cut, b: held}", "value: {b: 6}"})));
  CHECK(ranges(both) == "6, 6, 0-5");
  CHECK(ranges(read(reserve, "outcome: {c: reserve, b: held}")) == "contradiction: s0");
}

TEST_CASE("A gap of published evidence beside a part that was not published is no number") {
  const std::string parts =
      "    score:\n      points: 20\n      parts:\n        p: {points: 10, from: "
      "published}\n        q: {points: 10, from: t, steps: [{ratio: {to: "
      "10}}]}\n";
  const std::string table = "  t: {csv: \"candidate,x\\na,5\\nb,\\nc,3\\n\", keys: [candidate], "
                            "values: [x]}\n";
  const Reconstruction r = reconstruct_record(load_record(
      program_with(three, parts, table), record_of({"value: {a: 4, b: 9, c: 3}, part: p"})));
  REQUIRE(r.nodes.size() == 3);
  CHECK(ranges(r, 1) == "4, 9, 3");
  CHECK(ranges(r, 2) == "5, ?-?, 3");
  CHECK(r.relaxed.front() == "`q` has gaps, which may be anything");
}

TEST_CASE("A rounded number, in every mode: where a half belongs") {
  const std::vector<std::string> modes = {"half_up",      "half_down", "half_away",
                                          "half_to_zero", "half_even", "up",
                                          "down",         "to_zero",   "from_zero"};
  const auto said = [&](const std::string& statement, const std::string& stage) {
    std::string out;
    for (const std::string& mode : modes) {
      std::string program = stage;
      if (const auto at = program.find("MODE"); at != std::string::npos)
        program.replace(at, 4, mode);
      std::string text = statement;
      if (const auto at = text.find("MODE"); at != std::string::npos)
        text.replace(at, 4, mode);
      const Reconstruction r =
          reconstruct_record(load_record(program_with("a: {}", program), record_of({text}, "0.5")));
      CHECK(r.relaxed.empty());
      const auto ranges_of_a = ranges(r, r.nodes.size() > 1 ? 1 : 0);
      out += (out.empty() ? "" : ", ") + ranges_of_a;
    }
    return out;
  };
  const std::string s = "value: {a: 3}, rounded: {to: 1, mode: MODE}";
  CHECK(said(s, ten) == "2.5-3, 3-3.5, 2.5-3, 3-3.5, 3, 2.5-3, 3-3.5, 3-3.5, 2.5-3");
  CHECK(said("value: {a: 2}, rounded: {to: 1, mode: MODE}", ten) ==
        "1.5-2, 2-2.5, 1.5-2, 2-2.5, 1.5-2.5, 1.5-2, 2-2.5, 2-2.5, 1.5-2");
  CHECK(said("value: {a: 0}, rounded: {to: 1, mode: MODE}", ten) ==
        "0, 0-0.5, 0, 0-0.5, 0-0.5, 0, 0-0.5, 0-0.5, 0");
  // A part below a total that is rounded.
  const std::string node =
      "    score: {points: 10, round: {to: 1, mode: MODE}, parts: {p: {points: "
      "10, from: published}}}\n";
  CHECK(said("value: {a: 3}", node) == "2.5-3, 3-3.5, 2.5-3, 3-3.5, 3, 2.5-3, 3-3.5, 3-3.5, 2.5-3");
  const std::string shifted =
      "    score: {points: 10, round: {to: 1, mode: MODE}, steps: [{subtract: 5}], parts: {p: "
      "{points: 10, from: published}}}\n";
  CHECK(said("value: {a: 0}", shifted) ==
        "4.5-5, 5-5.5, 5, 4.5-5.5, 4.5-5.5, 4.5-5, 5-5.5, 4.5-5.5, 5");
}

TEST_CASE(
    "Rows of a rounding leave what the kernel rounds to, in every mode and with either sign") {
  using Mode = kernel::RoundMode;
  for (const Mode mode : {Mode::half_up, Mode::half_down, Mode::half_away, Mode::half_to_zero,
                          Mode::half_even, Mode::up, Mode::down, Mode::to_zero, Mode::from_zero})
    for (std::int64_t quarters = -14; quarters <= 14; ++quarters) {
      INFO(static_cast<int>(mode) << ": " << quarters << "/4");
      Knowledge k;
      const std::uint32_t x = k.system.add({quarters, quarters}), out = k.system.add({-5, 5});
      add_rounding(k, Linear::variable(x, Fraction(1, 4)), out, Fraction(1), mode);
      const auto expected =
          static_cast<std::int64_t>(kernel::round_to(static_cast<double>(quarters) / 4, 1.0, mode));
      CHECK(Solver(k.system).minimize({{out, 1}}).value == expected);
      CHECK(Solver(k.system).maximize({{out, 1}}).value == expected);
    }
}

TEST_CASE("A range, with and without its ends") {
  CHECK(totals({"range: {a: [2, 5], b: {above: 8}, c: {below: 1}}"}) == "2-5, 9-10, 0");
  CHECK(totals({"range: {a: {at_least: 4, below: 6}}"}) == "4-5, 0-10, 0-10");
  CHECK(totals({"range: {a: {above: 4.5, at_most: 5.5}}"}) == "5, 0-10, 0-10");
}

TEST_CASE("A mean and a sum, of all and of some") {
  CHECK(totals({"mean: 9"}) == "7-10, 7-10, 7-10");
  CHECK(totals({"mean: 9, of: [a, b]"}) == "8-10, 8-10, 0-10");
  CHECK(totals({"sum: 29"}) == "9-10, 9-10, 9-10");
  // 28/3 = 9.33, 29/3 = 9.67
  CHECK(totals({"mean: 9.3, rounded: 0.1"}) == "8-10, 8-10, 8-10");
  CHECK(totals({"mean: 9.3"}) == "contradiction: s0");
  CHECK(totals({"sum: 30, rounded: {to: 2, mode: down}"}) == "10, 10, 10");
}

TEST_CASE("The gap between the first and the last") {
  CHECK(totals({"gap: 10"}) == "0-10, 0-10, 0-10");
  CHECK(totals({"gap: 10", "value: {a: 4}", "ahead: {candidate: b, of: c, by: 0}"}) == "4, 10, 0");
  CHECK(totals({"gap: 0", "value: {b: 3}"}) == "3, 3, 3");
  CHECK(totals({"gap: 2, of: [a, b]", "value: {a: 9}"}) == "9, 7, 0-10");
}

TEST_CASE("First, strict or shared, and last") {
  CHECK(totals({"first: a"}) == "1-10, 0-9, 0-9");
  CHECK(totals({"first: [a, b]", "value: {a: 4}"}) == "4, 4, 0-3");
  CHECK(totals({"first: a, ties: allowed", "value: {a: 4}"}) == "4, 0-4, 0-4");
  CHECK(totals({"last: c"}) == "1-10, 1-10, 0-9");
  CHECK(totals({"last: [b, c]", "value: {b: 4}"}) == "5-10, 4, 4");
  CHECK(totals({"first: a", "first: b"}) == "contradiction: s0 s1");
}

TEST_CASE("The first two in some order") {
  CHECK(totals({"top: [a, b]"}) == "1-10, 1-10, 0-9");
  CHECK(totals({"top: [a, b], ties: allowed", "value: {a: 3, b: 8}"}) == "3, 8, 0-3");
  CHECK(totals({"top: [a, b, c]"}) == "0-10, 0-10, 0-10");
}

TEST_CASE("An order, full or in part") {
  CHECK(totals({"order: [a, b, c]"}) == "2-10, 1-9, 0-8");
  CHECK(totals({"order: [b, c]"}) == "0-10, 1-10, 0-9");
  CHECK(totals({"order: [a, [b, c]]"}) == "1-10, 0-9, 0-9");
  CHECK(totals({"order: [a, b, c], ties: allowed", "value: {b: 5}"}) == "5-10, 5, 0-5");
}

TEST_CASE("So much ahead, above and below the mean") {
  CHECK(totals({"ahead: {candidate: a, of: [b, c], by: 8}"}) == "8-10, 0-2, 0-2");
  CHECK(totals({"above_mean: a", "value: {b: 9, c: 10}"}) == "10, 9, 10");
  CHECK(totals({"above_mean: a, ties: allowed", "value: {b: 9, c: 10}"}) == "10, 9, 10");
  CHECK(totals({"below_mean: a", "value: {b: 1, c: 0}"}) == "0, 1, 0");
  CHECK(totals({"above_mean: a, of: [a, b]", "value: {b: 9}"}) == "10, 9, 0-10");
}

TEST_CASE("The scores that there are, in some order") {
  CHECK(totals({"values: [3, 2, 1]"}) == "1-3, 1-3, 1-3");
  CHECK(totals({"values: [3, 2, 1]", "first: b", "value: {c: 2}"}) == "1, 3, 2");
  CHECK(totals({"values: [7, 7, 1]", "last: c"}) == "7, 7, 1");
  CHECK(totals({"values: [4, 9], of: [a, c]", "order: [c, a]"}) == "4, 0-10, 9");
  CHECK(totals({"values: [7, 2], of: [a, b], rounded: 1", "order: [a, b]"}, "0.1") ==
        "6.5-7.4, 1.5-2.4, 0-10");
  CHECK(totals({"values: [3, 2, 1]", "value: {a: 4}"}) == "contradiction: s0 s1");
  CHECK_THROWS_WITH(totals({"values: [4, 9, 1], of: [a, c]"}),
                    contains("3 scores for 2 candidates"));
  CHECK_THROWS_WITH(totals({"values: [11, 2, 1]"}), contains("a score is 11"));
}

TEST_CASE("The place of one candidate in a part") {
  CHECK(totals({"place: {a: 1}", "value: {b: 7, c: 9}"}) == "9-10, 7, 9"); // a shared first place
  CHECK(totals({"place: {a: 2}", "value: {b: 7, c: 9}"}) == "7-8, 7, 9");
  CHECK(totals({"place: {a: 2}, of: [a, b]", "value: {b: 7}"}) == "0-6, 7, 0-10");
  CHECK(totals({"place: {a: 3, b: 1}", "value: {c: 4}"}) == "0-3, 4-10, 4");
  CHECK(totals({"place: {a: 2, b: 2, c: 2}"}) == "contradiction: s0");
  CHECK_THROWS_WITH(totals({"place: {a: 4}"}), contains("has the place 4 among 3"));
  CHECK_THROWS_WITH(totals({"place: {a: 1}, of: [b, c]"}), contains("among others"));
}

TEST_CASE("Better is smaller where a part is a cost") {
  const std::string time = "    score: {points: 10, direction: cost, from: published}\n";
  const auto of = [&](const std::vector<std::string>& statements) {
    return ranges(
        reconstruct_record(load_record(program_with(three, time), record_of(statements))));
  };
  CHECK(of({"first: a"}) == "0-9, 1-10, 1-10");
  CHECK(of({"ahead: {candidate: a, of: b, by: 9}"}) == "0-1, 9-10, 0-10");
  CHECK(of({"above_mean: a", "value: {a: 9, b: 0}"}) == "9, 0, 0-10"); // above as a number
}

TEST_CASE("An outcome says who is ahead") {
  const std::string one_place = ten + "    select: [{order: [total]}, {take: {first: 1}}]\n";
  const auto of = [&](const std::string& statement) {
    return reconstruct_record(load_record(program_with(three, one_place), record_of({statement})));
  };
  CHECK(ranges(of("outcome: {a: advances}")) == "1-10, 0-9, 0-9");
  CHECK(ranges(of("outcome: {a: cut}")) == "0-9, 0-10, 0-10");
  CHECK(prospect(of("outcome: {a: advances}"), 1) == "necessarily cut");
  CHECK(prospect(of("outcome: {a: cut}"), 1) == "advances or cut or held");
}

TEST_CASE("With nothing published every outcome is possible") {
  const std::string two_places = ten + "    select: [{order: [total]}, {take: {first: 2}}]\n";
  const Bundle bundle =
      load_record(program_with(three, two_places), // the only statement is later than what is seen
                  record_of({"date: 2026-03-01, value: {a: 9}"}));
  const Reconstruction r = reconstruct_record(bundle);
  CHECK(r.statements.empty());
  for (std::size_t e = 0; e < 3; ++e)
    CHECK(prospect(r, e) == "advances or cut or held");
}

TEST_CASE("A scale of ratings bounds a score that is scaled to the first") {
  const Reconstruction r = reconstruct_record(load_record(
      program_with(three,
                   "    score: {points: 25, from: users, steps: [{sum: user}, {ratio: "
                   "{to: best}}]}\n",
                   "  users: {unpublished: {user: 49}, keys: [user, candidate], values: "
                   "[rating]}\n"),
      record_of({"marks: {of: users, from: 1, to: 5}", "part: total, first: a"}, "0.1")));
  CHECK(ranges(r) == "25, 5-24.9, 5-24.9");
}

TEST_CASE(
    "A ratio to a named candidate may be above 1, and has no end where that one may have none") {
  const auto of = [](const std::string& range, const std::string& steps,
                     const std::string& said = "first: b") {
    const Reconstruction r = reconstruct_record(load_record(
        program_with(three,
                     "    score: {points: 10, from: users, steps: [{sum: user}, {ratio: {to: "
                     "{candidate: a}}}" +
                         steps + "]}\n",
                     "  users: {unpublished: {user: 4}, keys: [user, candidate], values: [rating]" +
                         range + "}\n"),
        record_of({said}, "0.1")));
    return ranges(r) + (r.relaxed.empty() ? "" : " | " + r.relaxed.front());
  };
  CHECK(of(", range: [1, 5]", "") == "10, 10.1-50, 2-49.9");
  CHECK(of(", range: [1, 5]", ", {cap: 1}", "last: b") == "10, 2-9.9, 2.1-10");
  CHECK(of(", range: [1, 5]", ", {multiply: -1}", "first: a") == "-10, -9.9--2, -9.9--2");
  CHECK(of(", range: [0, 5]", "") == "10, 10.1-?, 0-?");
  CHECK(of(", range: [0, 5]", ", {cap: 1.5}") == "10, 10.1-15, 0-14.9");
  CHECK(of("", "", "marks: {of: users, from: 1, to: 5}") ==
        "10, 2-50, 2-50 | what outcomes rest on is not worked out where scores have bounds by "
        "statements alone");
  CHECK(of(", range: [1, 5]", "", "value: {b: 35}") == "10, 35, 2-50"); // above the points
  CHECK(of(", range: [-1, 5]", "") ==
        "?-?, ?-?, ?-? | `total` may be anything: the step `ratio` sets no bounds here");
  CHECK(of(", range: [-1, 5]", ", {floor: 0}, {cap: 2}") ==
        "0-19.9, 0.1-20, 0-19.9 | `total` may be anything from 0 to 20: the step `ratio` sets no "
        "bounds here");
}

TEST_CASE(
    "A ratio to a column of what nobody published is no less than 0, and capped no more than 1") {
  const auto of = [](const std::string& steps) {
    const Reconstruction r = reconstruct_record(load_record(
        program_with("a: {}, b: {}",
                     "    score: {points: 10, from: t, steps: [{ratio: {of: made, to: target}}" +
                         steps + ", {mean: test}]}\n",
                     "  t: {unpublished: {test: 5}, keys: [candidate, test], values: [made, "
                     "target]}\n"),
        record_of({"first: a"})));
    return ranges(r);
  };
  CHECK(of(", {cap: 1}") == "1-10, 0-9");
  CHECK(of("") == "1-?, 0-?");
}

TEST_CASE("One alone scaled to the best is the best, also where marks may be zero") {
  const Reconstruction r = reconstruct_record(load_record(
      program_with("a: {}",
                   "    score: {points: 25, from: users, steps: [{sum: user}, {ratio: best}]}\n",
                   "  users: {unpublished: {user: 9}, keys: [user, candidate], values: [rating], "
                   "range: [0, 5]}\n"),
      record_of({"range: {a: [0, 25]}"}, "0.1")));
  CHECK(ranges(r) == "25");
}

TEST_CASE("A mean without the highest and the lowest mark lies inside the scale of marks") {
  const Reconstruction r = reconstruct_record(load_record(
      program_with(three,
                   "    score: {points: 35, from: experts, steps: [{drop: {over: juror, "
                   "highest: 1, lowest: 1}}, {mean: juror}, {scale: {from: [0, 35]}}]}\n",
                   "  experts: {unpublished: {juror: 10}, keys: [juror, candidate], "
                   "values: [mark], range: [0, 35]}\n"),
      record_of({"marks: {of: experts, from: 20, to: 30}", "value: {a: 27.3}"}, "0.1")));
  CHECK(ranges(r) == "27.3, 20-30, 20-30");
}

TEST_CASE("A hurdle on a score that is known in part is read exactly") {
  const std::string hurdle =
      ten + "    select: [{require: {part: total, at_least: 60%}}, {order: [total]}, "
            "{take: {first: 1}}]\n";
  const Reconstruction r = reconstruct_record(load_record(
      program_with(three, hurdle), record_of({"range: {a: [6, 7], b: [5, 8], c: [0, 5]}"})));
  CHECK(prospect(r, 0) == "advances or cut or held");
  CHECK(prospect(r, 1) == "advances or cut or held");
  CHECK(prospect(r, 2) == "necessarily cut");
  for (const OutcomeProspect& p : r.prospects[2])
    if (p.modality == OutcomeProspect::Modality::necessary) {
      CHECK(p.rests_on.statements == std::vector<std::size_t>{0}); // c has at most 5
      CHECK(p.rules == std::vector<std::string>{"total"});
    }
}

TEST_CASE(
    "A published outcome tells what is known of a hurdle on unpublished marks, also of others") {
  const auto prospects = [](const std::string& outcomes) {
    const Reconstruction r = reconstruct_record(load_record(
        program_with(three,
                     "    places: 1\n    score: {points: 10, from: d, steps: [{scale: {from: [0, "
                     "10]}}]}\n    select: [{require: {from: votes, steps: [{mean: juror}], above: "
                     "0.5}}, {order: [total]}, take]\n",
                     "  d: {csv: \"candidate,v\\na,5\\nb,5.5\\nc,5.2\\n\", keys: [candidate], "
                     "values: [v]}\n"
                     "  votes: {unpublished: {juror: 3}, keys: [juror, candidate], values: [ok], "
                     "range: [0, 1]}\n"),
        record_of({"outcome: {" + outcomes + "}"}, "0.1")));
    std::string out;
    for (std::size_t e = 0; e < 3; ++e) {
      out += (e == 0 ? "" : ", ") + prospect(r, e);
      for (const OutcomeProspect& p : r.prospects[e])
        out += p.rules.empty() ? "" : " by a rule";
    }
    return out;
  };
  // b is ahead of c, so it has missed the hurdle; whether a has does not matter.
  CHECK(prospects("c: advances") ==
        "necessarily cut, necessarily cut by a rule, necessarily advances");
  CHECK(prospects("a: advances") ==
        "necessarily advances, necessarily cut by a rule, necessarily cut by a rule");
  CHECK(prospects("b: cut") == "advances or cut, necessarily cut by a rule, advances or cut");
}

TEST_CASE("Rules that are not read on partial knowledge decide where nothing is open") {
  const auto prospects = [](const std::string& select, const std::string& values) {
    const Reconstruction r =
        reconstruct_record(load_record(program_with(three, ten + "    select: [" + select + "]\n"),
                                       record_of({"value: {" + values + "}"})));
    return prospect(r, 0) + ", " + prospect(r, 1) + ", " + prospect(r, 2) +
           (r.unread.empty() ? "" : " (not read)");
  };
  const std::string bound = "{order: [total]}, {take: {at_least: 5}}";
  CHECK(prospects(bound, "a: 8, b: 5, c: 3") ==
        "necessarily advances, necessarily advances, necessarily cut");
  CHECK(prospects(bound, "a: 8, b: 5") ==
        "necessarily advances, necessarily advances, advances or cut");
  const std::string by_another = "{order: [total]}, {take: {first: 1, by: [{lot: {seed: 1}}]}}";
  CHECK_THAT(prospects(by_another, "a: 8, b: 5, c: 3"), contains("(not read)"));
}

TEST_CASE("Quotas, pools and bounds are decided for every way in which scores can compare") {
  const auto prospects = [](const std::string& select, const std::vector<std::string>& said) {
    const Bundle bundle = load_record(
        program_with("a: {k: x}, b: {k: x}, c: {k: y}",
                     "    score: {points: 10, parts: {p: {points: 6, from: published}, q: {points: "
                     "4, from: published}}}\n    select: [" +
                         select + "]\n"),
        record_of(said));
    const Reconstruction r = reconstruct_record(bundle);
    CHECK_FALSE(r.unique);
    CHECK(r.unread.empty());
    const StageDecision decided = decide(bundle).stages[0];
    std::string out;
    for (std::size_t e = 0; e < 3; ++e) {
      const std::string is = prospect(r, e);
      out += (e == 0 ? "" : ", ") + is;
      const std::string surely = "necessarily ";
      const bool open = is.find(surely) == std::string::npos;
      CHECK(to_string(decided.outcomes[e]) == (open ? "held" : is.substr(surely.size())));
    }
    return out;
  };
  const std::vector<std::string> totals = {"value: {a: 9, b: 8, c: 5}"};
  const std::string one_of_each = "{quota: {by: k, at_most: 1}}, ";
  CHECK(prospects(one_of_each + "{order: [total]}, {take: {first: 2}}", totals) ==
        "necessarily advances, necessarily cut, necessarily advances");
  CHECK(prospects(one_of_each + "{take: {first: 2}}", totals) ==
        "necessarily advances, necessarily cut, necessarily advances");
  CHECK(prospects("{group: k}, {order: [total]}, {take: {first: 1}}", totals) ==
        "necessarily advances, necessarily cut, necessarily advances");
  CHECK(prospects("{order: [total]}, {take: {at_least: 6}}", totals) ==
        "necessarily advances, necessarily advances, necessarily cut");
  // A sum and two values fix the third as well.
  CHECK(prospects(one_of_each + "{take: {first: 2}}", {"value: {a: 9, b: 8}", "sum: 22"}) ==
        "necessarily advances, necessarily cut, necessarily advances");
  // Something asks for a part that is open.
  const auto of = [&](const std::string& select) {
    return prospects(one_of_each + select, totals);
  };
  const std::string one_way = "necessarily advances, necessarily cut, necessarily advances";
  CHECK(of("{order: [total, p]}, {take: {first: 2}}") == one_way);
  CHECK(of("{order: [p]}, {take: {first: 2}}") ==
        "advances or cut or held, advances or cut or held, necessarily advances");
  CHECK(of("{take: {first: 1}}, {order: [p]}, {take: {first: 1}}") == one_way);
  CHECK(of("{require: {part: q, at_least: 2}}, {take: {first: 2}}") ==
        "necessarily advances, necessarily cut, advances or cut");
  CHECK(of("{take: {part: p, at_least: 2}}") ==
        "necessarily advances, necessarily cut, advances or cut");
  CHECK(prospects(one_of_each + "{take: {first: 2}}", {"value: {a: 9, b: 8}"}) == one_way);
}

TEST_CASE("A budget with costs that are known, and what its outcomes rest on") {
  const Reconstruction r = reconstruct_record(load_record(
      program_with("a: {price: 2}, b: {price: 2}, c: {price: 1}",
                   ten + "    select: [{order: [total]}, {take: {budget: 3, cost: {attribute: "
                         "price}, skip: true}}]\n"),
      record_of({"value: {a: 8}", "range: {b: [3, 7]}", "range: {c: [0, 10]}"})));
  CHECK(r.unread.empty());
  CHECK(prospect(r, 0) == "necessarily advances"); // whoever of the others comes before it
  CHECK(prospect(r, 1) == "necessarily cut");
  CHECK(prospect(r, 2) == "necessarily advances");
  const auto rests_on = [&](std::size_t e) {
    for (const OutcomeProspect& p : r.prospects[e])
      if (p.modality == OutcomeProspect::Modality::necessary) {
        CHECK(p.rests_on.found);
        CHECK(p.rests_on.smallest);
        return p.rests_on.statements;
      }
    return std::vector<std::size_t>{99};
  };
  CHECK(rests_on(0) == std::vector<std::size_t>{0, 1});
  CHECK(rests_on(1) == std::vector<std::size_t>{0, 1});
  CHECK(rests_on(2).empty()); // it fits beside either
}

TEST_CASE("A quota that asks for a least number") {
  const auto of = [](const std::string& values) {
    const Reconstruction r = reconstruct_record(load_record(
        program_with("a: {k: x}, b: {k: x}, c: {k: y}",
                     ten + "    select: [{quota: {by: k, at_least: 1}}, {order: [total]}, {take: "
                           "{first: 2}}]\n"),
        record_of({"value: {" + values + "}"})));
    return prospect(r, 0) + ", " + prospect(r, 1) + ", " + prospect(r, 2) + r.unread;
  };
  CHECK(of("a: 8, b: 5") == "necessarily advances, necessarily cut, necessarily advances");
  CHECK(of("c: 8") == "advances or cut or held, advances or cut or held, necessarily advances");
}

TEST_CASE("A policy that asks for a score that is known in part") {
  const auto of = [](const std::string& statement) {
    const Reconstruction r = reconstruct_record(load_record(
        program_with(three, ten + "    select: [{policy: policy.yaml}, {order: [total]}, {take: "
                                  "{first: 2}}]\n"),
        record_of({statement}),
        "policy: p\nrules:\n  - {id: M, title: at least three, require: {score: {part: total, "
        "at_least: 3}}, on_unknown: hold, consequence: disqualify}\n"));
    return prospect(r, 0) + ", " + prospect(r, 1) + ", " + prospect(r, 2) + r.unread;
  };
  CHECK(of("value: {a: 8, b: 5, c: 1}") ==
        "necessarily advances, necessarily advances, necessarily disqualified");
  CHECK(of("range: {a: [8, 9], b: [2, 5], c: [1, 2]}") ==
        "necessarily advances, advances or disqualified, necessarily disqualified");
}

TEST_CASE("Who is put out by decision is so by it, and its score stands beside") {
  const std::string stage =
      ten + "    select:\n      - order: [total]\n      - take: {first: 2}\n"
            "      - withdraw: {decision: {candidate: a, reason: asked, source: letter, date: "
            "2026-01-01}}\n";
  const Reconstruction r =
      reconstruct_record(load_record(program_with(three, stage), record_of({"order: [a, b, c]"})));
  CHECK(prospect(r, 0) == "necessarily withdrawn");
  CHECK(r.prospects[0].back().rules == std::vector<std::string>{"withdrawal"});
  CHECK(r.prospects[0].back().rests_on.statements.empty());
  REQUIRE(r.by_score[0]);
  CHECK(r.by_score[0]->inside);
  CHECK(r.by_score[0]->rests_on.statements == std::vector<std::size_t>{0});
  CHECK_FALSE(r.by_score[1]);
  // A published outcome that the rules do not give contradicts them.
  CHECK(ranges(reconstruct_record(
            load_record(program_with(three, stage), record_of({"outcome: {a: advances}"})))) ==
        "contradiction: s0");
}

TEST_CASE("A record that leaves one table of scores") {
  const std::string parts =
      "    score: {points: 10, parts: {p: {points: 6, from: published}, q: {points: 4, from: "
      "published}}}\n";
  const Bundle bundle =
      load_record(program_with(three, parts),
                  record_of({"part: p, value: {a: 6, b: 0, c: 1}", "part: q, sum: 12"}));
  const Reconstruction r = reconstruct_record(bundle);
  CHECK(r.unique);
  CHECK(r.freedom == std::vector<std::size_t>{0});
  CHECK(ranges(r, 0) == "10, 4, 5");
  const Decision decision = decide(bundle);
  CHECK(decision.stages[0].total == std::vector<double>{10, 4, 5});
}

TEST_CASE("One candidate, and a step that does not fit the points") {
  CHECK(ranges(reconstruct_record(
            load_record(program_with("a: {}", ten), record_of({"mean: 4"})))) == "4");
  CHECK(totals({"range: {a: {at_least: 9}}"}, "0.3") == "9-9.9, 0-9.9, 0-9.9");
}

TEST_CASE("Names in Hangul and numbers of many digits") {
  const Reconstruction r = reconstruct_record(load_record(
      program_with("가나: {}, 다라: {}", "    score: {points: 1000000, from: published}\n"),
      record_of({"first: 가나", "sum: 1999999.999"}, "0.001")));
  CHECK(ranges(r) == "1000000, 999999.999");
}

TEST_CASE("A completion is evidence like any other") {
  const std::string two_stages =
      "    score: {points: 10, parts: {p: {points: 6, from: published}, q: {points: 4, from: "
      "marks, "
      "steps: [{scale: {from: [0, 4]}}]}}}\n    places: 2\n"
      "  - id: later\n    places: 1\n    entrants: {advanced_from: [s]}\n    score: {points: 5, "
      "from: hidden, "
      "steps: [{mean: juror}, {scale: {from: [0, 5]}}]}\n";
  const std::string evidence =
      "  marks: {keys: [candidate], values: [mark], csv: \"candidate,mark\\na,1\\nb,2\\nc,3\\n\"}\n"
      "  hidden: {unpublished: {juror: 3}, keys: [juror, candidate], values: [mark], range: [0, "
      "5]}\n";
  const Bundle bundle = load_record(program_with(three, two_stages, evidence),
                                    record_of({"part: p, order: [a, b, c]"}));
  Diagnostics diagnostics;
  SampleOptions options;
  options.samples = 30;
  const Completions drawn = sample_completions(bundle, options, diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  CHECK(drawn.stage == "s");
  CHECK(drawn.parts == std::vector<std::string>{"p"});
  CHECK(drawn.enumerated);
  CHECK(drawn.completions == 35); // three of seven scores
  REQUIRE(drawn.count == 30);
  for (std::size_t i = 0; i < drawn.count; ++i) {
    const Bundle one = with_completion(bundle, drawn, i);
    const Decision decision = decide(one);
    for (std::size_t e = 0; e < 3; ++e) {
      CHECK(decision.stages[0].total[e] == drawn.score(i, 0, e) + static_cast<double>(e) + 1);
      CHECK(decision.stages[0].total[e] == drawn.total(i, e));
      CHECK(one.tables.back()->values[0].numbers[e] == Approx(drawn.score(i, 0, e) / 6));
    }
    // What nobody published elsewhere stays unknown.
    CHECK(decision.stages[1].held());
  }
  CHECK_THROWS_AS(with_completion(bundle, drawn, 30), std::invalid_argument);
  // The same seed, the same draws; another, others.
  CHECK(sample_completions(bundle, options, diagnostics).scores == drawn.scores);
  options.seed = 2;
  CHECK(sample_completions(bundle, options, diagnostics).scores != drawn.scores);
}

TEST_CASE("Completions of a contradictory or unbounded record are refused") {
  Diagnostics diagnostics;
  CHECK(
      sample_completions(load_record(program_with(three, ten), record_of({"first: a", "first: b"})),
                         {}, diagnostics)
          .count == 0);
  CHECK_THAT(diagnostics.all().front().message, contains("contradict each other"));
  Diagnostics others;
  SampleOptions options;
  options.without = {"s9"};
  CHECK(sample_completions(load_record(program_with(three, ten), record_of({"first: a"})), options,
                           others)
            .count == 0);
  CHECK_THAT(others.all().front().message, contains("there is no statement `s9`"));
}

TEST_CASE("Draws of a published outcome keep to it") {
  const std::string one_place = ten + "    select: [{order: [total]}, {take: {first: 1}}]\n";
  Diagnostics diagnostics;
  const Completions drawn = sample_completions(
      load_record(program_with(three, one_place), record_of({"outcome: {b: advances}"})), {},
      diagnostics);
  REQUIRE(drawn.count == 1000);
  for (std::size_t i = 0; i < drawn.count; ++i)
    CHECK((drawn.total(i, 1) > drawn.total(i, 0) && drawn.total(i, 1) > drawn.total(i, 2)));
}

TEST_CASE("Who loses a tie is in reserve, and who is next behind somebody who left") {
  const std::string reserve =
      ten + "    select: [{order: [total]}, {take: {first: 1}}, {reserve: {first: 1}}]\n";
  const auto of = [&](const std::string& statement) {
    return reconstruct_record(load_record(program_with(three, reserve), record_of({statement})));
  };
  const Reconstruction tied = of("first: [a, b]");
  CHECK(prospect(tied, 0) == "necessarily held");
  CHECK(prospect(tied, 2) == "necessarily cut");
  CHECK(tied.relaxed.empty());
  const Reconstruction ordered = of("order: [a, b, c]");
  CHECK(prospect(ordered, 1) == "necessarily reserve");
  CHECK(prospect(ordered, 2) == "necessarily cut");
  const std::string left =
      ten + "    select: [{order: [total]}, {take: {first: 1}}, {withdraw: {decision: {candidate: "
            "b, reason: asked, source: letter, date: 2026-01-01}}}, {reserve: {first: 1}}]\n";
  const Reconstruction moved =
      reconstruct_record(load_record(program_with(three, left), record_of({"order: [a, b, c]"})));
  CHECK(prospect(moved, 1) == "necessarily withdrawn");
  CHECK(prospect(moved, 2) == "necessarily reserve");
  const Reconstruction untied = reconstruct_record(
      load_record(program_with(three, left.substr(0, left.size() - 2) + ", {ties: all_advance}]\n"),
                  record_of({"order: [a, b, c]"})));
  CHECK(prospect(untied, 2) == "necessarily reserve");
  REQUIRE(untied.prospects[2].size() == 2);
  CHECK(untied.prospects[2][1].rests_on.statements == std::vector<std::size_t>{0});
}

TEST_CASE("A bundle with nothing unpublished is sent to decide") {
  Diagnostics diagnostics;
  const Bundle bundle = load_text(
      "libeval: 1\nprogram: known\ncandidates: [a, b]\nevidence:\n  marks: {csv: "
      "\"candidate,mark\\na,1\\nb,2\\n\", keys: [candidate], values: [mark]}\nstages: [{id: s, "
      "places: 1, score: {from: marks}}]\n");
  static_cast<void>(reconstruct(bundle, {}, diagnostics));
  REQUIRE(diagnostics.errors() == 1);
  CHECK(diagnostics.all()[0].message == "no stage is known in part: all evidence was published");
  CHECK_THAT(diagnostics.all()[0].help, contains("`libeval decide`"));
}
