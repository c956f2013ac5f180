// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/reference_transfers.hpp"
#include "support/reference_votes.hpp"

#include "engine/select/transfer_count.hpp"

#include <numeric>
#include <random>

using namespace libeval;
using libeval::test::ballots_of;
using libeval::test::by_number;
using libeval::test::random_texts;

namespace {

using Items = std::vector<std::uint32_t>;

TransferRule seats(std::size_t n) {
  TransferRule rule;
  rule.seats = n;
  return rule;
}

/// Instant run-off, read plainly: rows of ballots without ties, the last by number goes out.
std::uint32_t plain_run_off(const kernel::Ballots& ballots) {
  std::vector<bool> out(ballots.items, false);
  for (std::size_t left = ballots.items;; --left) {
    std::vector<double> votes(ballots.items, 0);
    for (std::size_t b = 0; b < ballots.count(); ++b)
      for (std::uint32_t k = ballots.offsets[b]; k < ballots.offsets[b + 1]; ++k)
        if (!out[ballots.listed[k]]) {
          votes[ballots.listed[k]] += ballots.weight[b];
          break;
        }
    std::uint32_t last = UINT32_MAX;
    for (std::uint32_t i = 0; i < ballots.items; ++i)
      if (!out[i] && (last == UINT32_MAX || votes[i] <= votes[last]))
        last = i;
    if (left == 1)
      return last;
    out[last] = true;
  }
}

} // namespace

TEST_CASE("a surplus passes on at its share of the votes") {
  // en.wikipedia.org/wiki/Single_transferable_vote: a party of twenty guests.
  const auto ballots =
      ballots_of(5, {{4, "0"}, {2, "1>0"}, {8, "2>3"}, {4, "2>4"}, {1, "3"}, {1, "4"}});
  const auto count = count_transfers(ballots, seats(3), {});
  REQUIRE(count.rounds.size() == 4);
  CHECK(count.rounds[0].quota == 6);
  CHECK(count.rounds[0].votes == std::vector<double>{4, 2, 12, 1, 1});
  CHECK(count.rounds[1].votes == std::vector<double>{4, 2, 6, 5, 3});
  CHECK(count.rounds[2].votes == std::vector<double>{6, 0, 6, 5, 3});
  CHECK(count.elected == Items{2, 0, 3});
  CHECK(count.tied.empty());
}

TEST_CASE("values are exact fractions, or cut after some decimals") {
  // Seven of ten votes at a quota of 4: each passes on at 3/7.
  const auto ballots = ballots_of(3, {{7, "0>1"}, {2, "1"}, {1, "2"}});
  TransferRule rule = seats(2);
  auto count = count_transfers(ballots, rule, {});
  CHECK(count.rounds[1].votes[1] == 5);
  CHECK(count.rounds[1].lost == 0);
  rule.digits = 5;
  count = count_transfers(ballots, rule, {});
  CHECK(count.rounds[1].votes[1] == Approx(2 + 7 * 0.42857).epsilon(1e-12));
  CHECK(count.rounds[1].lost == Approx(3 - 7 * 0.42857).epsilon(1e-9));
}

TEST_CASE("quotas: Droop, exact Droop, Hare, a number") {
  const auto ballots = ballots_of(3, {{40, "0"}, {35, "1"}, {25, "2"}});
  TransferRule rule = seats(2);
  CHECK(count_transfers(ballots, rule, {}).rounds[0].quota == 34);
  rule.quota = TransferRule::Quota::droop_exact;
  CHECK(count_transfers(ballots, rule, {}).rounds[0].quota == Approx(100.0 / 3));
  rule.quota = TransferRule::Quota::hare;
  CHECK(count_transfers(ballots, rule, {}).rounds[0].quota == 50);
  rule.quota = TransferRule::Quota::number;
  rule.number = 30;
  CHECK(count_transfers(ballots, rule, {}).elected == Items{0, 1});
}

TEST_CASE("half of the votes is not more than half") {
  const auto ballots = ballots_of(2, {{5, "0"}, {5, "1"}});
  TransferRule rule = seats(1);
  rule.quota = TransferRule::Quota::droop_exact;
  const auto count = count_transfers(ballots, rule, {});
  CHECK(count.elected.empty());
  CHECK(count.tied == Items{0, 1});
}

TEST_CASE("equals who both reach a low quota for the last seat are a tie") {
  const auto ballots = ballots_of(3, {{5, "0"}, {5, "1"}, {4, "2"}});
  TransferRule rule = seats(1);
  rule.quota = TransferRule::Quota::number;
  rule.number = 3;
  for (const auto transfer : {TransferRule::Transfer::weighted, TransferRule::Transfer::meek}) {
    rule.transfer = transfer;
    CHECK(count_transfers(ballots, rule, {}).tied == Items{0, 1});
    CHECK(count_transfers(ballots, rule, {}).elected.empty());
    CHECK(count_transfers(ballots, rule, by_number).elected == Items{0});
  }
}

TEST_CASE("an earlier round tells equals apart") {
  // After the first exclusion 1 and 2 have four each; before, 2 had three.
  const auto ballots = ballots_of(4, {{6, "0"}, {4, "1>0"}, {3, "2>1"}, {1, "3>2"}});
  TransferRule rule = seats(1);
  CHECK(count_transfers(ballots, rule, {}).tied == Items{1, 2});
  rule.earlier = TransferRule::Earlier::last;
  const auto count = count_transfers(ballots, rule, {});
  REQUIRE(count.rounds.size() >= 2);
  CHECK(count.rounds[1].excluded == Items{2});
  CHECK(count.rounds[1].by_earlier);
  CHECK(count.tied.empty());
}

TEST_CASE("those without votes go out together, whatever their order") {
  const auto ballots = ballots_of(5, {{6, "0"}, {5, "1"}, {1, "2>1"}});
  const auto count = count_transfers(ballots, seats(1), {});
  CHECK(count.rounds[0].excluded == Items{3, 4});
  CHECK(count.tied == Items{0, 1});
}

TEST_CASE("a ballot shared by equals goes on in equal parts") {
  const auto ballots = ballots_of(3, {{4, "0"}, {3, "1"}, {2, "1=2>0"}});
  const auto count = count_transfers(ballots, seats(1), {});
  CHECK(count.rounds[0].votes == std::vector<double>{4, 4, 1});
  CHECK(count.rounds[1].votes == std::vector<double>{4, 5, 0});
  CHECK(count.elected == Items{1});
}

TEST_CASE("no ballots, one candidate, more seats than candidates") {
  CHECK(count_transfers(ballots_of(1, {}), seats(1), {}).elected == Items{0});
  CHECK(count_transfers(ballots_of(2, {{1, "1>0"}}), seats(5), {}).elected == Items{1, 0});
  CHECK(count_transfers(ballots_of(2, {}), seats(1), {}).tied == Items{0, 1});
  CHECK(count_transfers(ballots_of(0, {}), seats(1), {}).elected.empty());
  TransferRule none = seats(0); // all places are taken already
  none.quota = TransferRule::Quota::hare;
  CHECK(count_transfers(ballots_of(2, {{1, "1>0"}}), none, {}).elected.empty());
  none.transfer = TransferRule::Transfer::meek;
  CHECK(count_transfers(ballots_of(2, {{1, "1>0"}}), none, {}).elected.empty());
}

TEST_CASE("run-offs agree with a plain reading, and votes are never made or lost") {
  std::mt19937 random(3);
  for (int trial = 0; trial < 200; ++trial) {
    const std::size_t n = random() % 6 + 1;
    const auto texts = random_texts(random, n, 12);
    double total = 0;
    for (const auto& [rows, text] : texts)
      total += rows;
    const auto ballots = ballots_of(n, texts);
    CAPTURE(trial, n);
    TransferRule rule = seats(1);
    rule.quota = TransferRule::Quota::number; // nobody reaches it: to the last round
    rule.number = 1e6;
    // The reference puts out one of several equals, the count all of them where it cannot matter.
    CHECK(count_transfers(ballots, rule, by_number).elected == Items{plain_run_off(ballots)});
    for (std::size_t several = 1; several <= 3; ++several)
      for (const auto& round : count_transfers(ballots, seats(several), by_number).rounds)
        CHECK(std::accumulate(round.votes.begin(), round.votes.end(),
                              round.exhausted + round.lost) == Approx(total).margin(1e-9));
  }
}
