// SPDX-License-Identifier: Apache-2.0
// Who stops the work, whenever that is, gets what was proven until then and nothing that is not so.
#include "support/catch.hpp"
#include "support/record.hpp"

#include "engine/reconstruct/partly.hpp"
#include "engine/reconstruct/reason.hpp"
#include "engine/reconstruct/settle.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

using namespace libeval;
using namespace libeval::test;

namespace {

/// Limits that are over when they have been looked at so often, by whomever.
SolveLimits after(std::size_t looks) {
  SolveLimits limits;
  limits.stop = [left = std::make_shared<std::size_t>(looks)] {
    if (*left == 0)
      return true;
    --*left;
    return false;
  };
  return limits;
}

/// A knapsack of twenty things, three of whose measures are limited: branch and cut has to work.
IntegerSystem knapsack() {
  IntegerSystem system;
  Row rows[3];
  for (std::int64_t v = 0; v < 20; ++v) {
    const std::uint32_t x = system.add({0, 1});
    for (std::int64_t r = 0; r < 3; ++r)
      rows[r].terms.emplace_back(x, 7 + (v * v * (5 + 2 * r) + 11 * v + 3 * r) % 23);
  }
  for (Row& row : rows) {
    row.high = 0;
    for (const auto& [v, factor] : row.terms)
      *row.high += factor;
    *row.high /= 2;
    system.rows.push_back(row);
  }
  return system;
}

/// The looks at the limits after which to stop: each of the first, then fewer and fewer.
std::size_t more(std::size_t looks) {
  return looks < 40 ? looks + 1 : looks + looks / 8;
}

} // namespace

TEST_CASE("A solve that is stopped inside hands out a proven bound and the best point so far") {
  const IntegerSystem system = knapsack();
  Solver::Objective worth;
  std::int64_t all = 0;
  for (std::uint32_t v = 0; v < 20; ++v) {
    worth.emplace_back(v, 9 + v * 37 % 20);
    all += worth.back().second;
  }
  const Answer whole = Solver(system).maximize(worth);
  REQUIRE(whole.status == Answer::Status::optimal);
  REQUIRE_FALSE(whole.certified); // branch and cut had to work

  std::size_t stopped = 0, with_bound = 0, with_point = 0;
  for (std::size_t looks = 0;; looks = more(looks)) {
    INFO("stopped after " << looks << " looks");
    REQUIRE(looks < 10'000'000);
    const Answer answer = Solver(system, after(looks)).maximize(worth);
    if (answer.status == Answer::Status::optimal) {
      CHECK(answer.value == whole.value);
      break;
    }
    REQUIRE(answer.status == Answer::Status::interrupted);
    ++stopped;
    REQUIRE(answer.bound);
    CHECK(*answer.bound >= *whole.value);
    CHECK(*answer.bound <= all);
    with_bound += *answer.bound < all ? 1 : 0;
    if (!answer.value)
      continue;
    ++with_point;
    CHECK(*answer.value <= *whole.value);
    for (const Row& row : system.rows)
      CHECK(holds(row, answer.point));
  }
  CHECK(stopped > 20);
  CHECK(with_bound > 10); // more than the bounds of the variables say
  CHECK(with_point > 0);
}

TEST_CASE("A reconstruction that is stopped at any point says nothing that is not so") {
  const Bundle bundle = load_record(
      R"(libeval: 1
program: small
candidates: {a: {}, b: {}, c: {}, d: {}}
evidence: {published: published.yaml}
stages:
  - id: s
    score: {points: 10, parts: {p: {points: 6, from: published}, q: {points: 4, from: published}}}
    select: [{order: [total, p]}, {take: {first: 2}}]
)",
      R"(published: record
step: 1
stage: s
statements:
  - {id: mean, part: total, mean: 5.25, source: somebody}
  - {id: gap, part: p, gap: 5, source: somebody}
  - {id: first, part: q, first: d, source: somebody}
  - {id: ahead, part: total, order: [a, [b, c]], source: somebody}
)");
  Diagnostics diagnostics;
  const auto known = know_in_part(bundle, "", {}, diagnostics);
  REQUIRE(known);
  const std::size_t n = known->context.entrants.size();
  const auto work = [&](const SolveLimits& limits, Knowledge& k) {
    Lineup lineup = line_up(known->context, k, known->decide, limits);
    const IntegerSystem settled = libeval::settled(k.system, limits);
    return work_out(known->context, k, settled, lineup, known->decide, limits);
  };
  Knowledge knowledge = known->knowledge;
  const Outlook whole = work({}, knowledge);
  REQUIRE_FALSE(whole.interrupted);
  const Linear total = knowledge.scores[0][0];
  const Span range = Reasoner(knowledge.system, {}).span(total);

  std::size_t stopped = 0, told_in_part = 0;
  for (std::size_t looks = 0;; looks = more(looks)) {
    INFO("stopped after " << looks << " looks");
    REQUIRE(looks < 10'000'000);
    Knowledge k = known->knowledge;
    const Outlook outlook = work(after(looks), k);
    CHECK_FALSE(outlook.trouble);
    for (std::size_t e = 0; e < n; ++e) {
      INFO("entrant " << e);
      CHECK(outlook.best[e] <= whole.best[e]);
      CHECK(outlook.worst[e] >= whole.worst[e]);
      if (outlook.bracketed[e] == 0 && outlook.best[e] != 0) {
        CHECK(outlook.best[e] == whole.best[e]);
        CHECK(outlook.worst[e] == whole.worst[e]);
      }
      CHECK(std::ranges::includes(whole.seen[e], outlook.seen[e])); // what was seen is there
      std::set<Outcome> possible = outlook.seen[e];
      possible.insert(outlook.not_told[e].begin(), outlook.not_told[e].end());
      CHECK(std::ranges::includes(possible, whole.seen[e])); // and nothing else was excluded
      told_in_part += outlook.interrupted && outlook.certain(e) ? 1 : 0;
    }
    const Span span = Reasoner(k.system, after(looks)).span(total);
    if (span.low.at)
      CHECK_FALSE(*range.low.at < *span.low.at);
    if (span.high.at)
      CHECK_FALSE(*span.high.at < *range.high.at);
    CHECK((!span.low.attained || *span.low.at == *range.low.at));
    CHECK((!span.high.attained || *span.high.at == *range.high.at));
    if (!outlook.interrupted)
      break;
    ++stopped;
  }
  CHECK(stopped > 20);
  CHECK(told_in_part > 0);
}

TEST_CASE("Who stops the work before it begins gets bounds that say so") {
  const std::atomic<bool> stop = true;
  ReconstructOptions options;
  options.stop = &stop;
  const Reconstruction r = reconstruct_record(
      load_record("libeval: 1\nprogram: small\ncandidates: {a: {}, b: {}, c: {}}\nevidence: "
                  "{published: published.yaml}\nstages:\n  - id: s\n    score: {points: 10, from: "
                  "published}\n",
                  "published: record\nstep: 1\nstage: s\nstatements:\n  - {id: s0, source: "
                  "somebody, first: a}\n"),
      options);
  CHECK(r.interrupted);
  CHECK_FALSE(r.contradictory());
  REQUIRE(r.nodes[0].ranges.size() == 3);
  for (std::size_t e = 0; e < 3; ++e) { // one row alone says so much: a is ahead of all others
    const ScoreRange& range = r.nodes[0].ranges[e];
    CHECK_FALSE(range.proven_low);
    CHECK_FALSE(range.proven_high);
    CHECK(range.low == (e == 0 ? 1.0 : 0.0));
    CHECK(range.high == (e == 0 ? 10.0 : 9.0));
  }
  CHECK(r.places_proven == std::vector<bool>{false, false, false});
}

TEST_CASE("A record too large for the time there is ends with bounds") {
  // Fourteen entrants, four parts, steps of 0.1: what CBC crashed on with its default settings.
  std::string ids;
  for (char c = 'a'; c < 'o'; ++c)
    ids += std::string(c == 'a' ? "" : ", ") + c;
  const Bundle bundle = load_record("libeval: 1\nprogram: large\ncandidates: [" + ids +
                                        R"(]
evidence: {r: published.yaml}
stages:
  - id: s
    places: 6
    score: {points: 100, parts: {p: {points: 30, from: r}, q: {points: 30, from: r}, u: {points: 20, from: r}, v: {points: 20, from: r}}}
    select: [{order: [total, p]}, {take: {first: 6}}, {reserve: 2}]
)",
                                    R"(published: record
step: 0.1
stage: s
statements:
  - {id: mean-p, part: p, mean: 18.46, rounded: 0.01, source: x}
  - {id: mean-q, part: q, mean: 16.88, rounded: 0.01, source: x}
  - {id: mean-u, part: u, mean: 14.17, rounded: 0.01, source: x}
  - {id: mean-v, part: v, mean: 11.87, rounded: 0.01, source: x}
  - {id: mean, mean: 61.4, rounded: 0.1, source: x}
  - {id: top, top: [j, i, e, f, g, b], source: x}
  - {id: gap, gap: 37.7, source: x}
  - {id: order, order: [j, i, e, f, [g, b, k, n, c]], source: x}
  - {id: best, value: {j: 81.4}, source: x}
  - {id: one, part: p, value: {k: 18.9}, source: x}
)");
  Diagnostics diagnostics;
  const auto known = know_in_part(bundle, "", {}, diagnostics);
  REQUIRE(known);
  Knowledge& k = known->knowledge;
  const Lineup lineup = line_up(known->context, k, known->decide, after(20'000));
  Field everybody;
  everybody.in.assign(14, 1);
  everybody.if_passes.resize(14);
  for (std::size_t e = 0; e < 14; ++e) { // as it is, with choices left to branch on
    IntegerSystem system = k.system;
    Solver::Objective ahead;
    for (const std::uint32_t v :
         count_ahead({system}, lineup.contest.keys, everybody, e, Ahead::strictly))
      ahead.emplace_back(v, 1);
    const Answer most = Solver(system, after(6'000)).maximize(ahead);

    CHECK(most.status != Answer::Status::trouble);
    REQUIRE(most.bound);
    CHECK(*most.bound < 14);
  }
}
