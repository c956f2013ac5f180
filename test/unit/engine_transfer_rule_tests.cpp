// SPDX-License-Identifier: Apache-2.0
// What passes on of the elected, and how the papers of who goes out pass on.
#include "support/catch.hpp"
#include "support/reference_transfers.hpp"
#include "support/reference_votes.hpp"

#include <numeric>
#include <random>

using namespace libeval;
using libeval::test::ballots_of;
using libeval::test::by_number;
using libeval::test::random_texts;
using Transfer = TransferRule::Transfer;
using Exclude = TransferRule::Exclude;

namespace {

using Items = std::vector<std::uint32_t>;
using Votes = std::vector<double>;

TransferRule rule_of(std::size_t seats, Transfer transfer) {
  TransferRule rule;
  rule.seats = seats;
  rule.transfer = transfer;
  rule.by_transferable = transfer == Transfer::last_parcel;
  if (transfer == Transfer::last_parcel || transfer == Transfer::papers)
    rule.exclude = Exclude::by_value;
  return rule;
}

} // namespace

TEST_CASE("a textbook count in which the last parcel and all papers elect different people") {
  // yingtongli.me/blog/2022/06/16/stv-primer-5.html: D1, D2, C1, C2, F; three seats, quota 26.
  const auto ballots = ballots_of(5, {{21, "0>1>4>2>3"},
                                      {19, "1>0>4>2>3"},
                                      {40, "2>3>4>0>1"},
                                      {6, "3>2>4>0>1"},
                                      {7, "4>0>1>2>3"},
                                      {6, "4>0>2>3>1"},
                                      {1, "4>0"}});
  auto rule = rule_of(3, Transfer::last_parcel);
  auto count = count_transfers(ballots, rule, {});
  REQUIRE(count.rounds.size() == 5);
  CHECK(count.rounds[1].votes == Votes{21, 19, 26, 20, 14});
  CHECK(count.rounds[2].votes == Votes{35, 19, 26, 20, 0}); // as the page has it
  CHECK(count.rounds[3].votes[1] == Approx(19 + 7 * 9 / 13.0));
  CHECK(count.rounds[3].votes[3] == Approx(20 + 6 * 9 / 13.0));
  CHECK(count.rounds[3].value == Approx(9 / 13.0));
  CHECK(count.rounds[3].exhausted == 0); // the paper that names nobody else stays
  CHECK(count.rounds[3].excluded == Items{1});
  CHECK(count.elected == Items{2, 0, 3});
  rule = rule_of(3, Transfer::weighted);
  count = count_transfers(ballots, rule, {});
  CHECK(count.rounds[3].votes[1] == Approx(19 + 28 * 9 / 35.0));
  CHECK(count.rounds[3].exhausted == Approx(9 / 35.0));
  CHECK(count.elected == Items{2, 0, 1});
}

TEST_CASE("the election that the Transvaal's regulations of 1909 give as their example") {
  // Humphreys, Proportional Representation (1911), appendix: 84 papers of the value of 100 each for
  // 8 of 16 seats, quota 934; surpluses in order, values cut, only the parcel received last. What
  // the text leaves open (where the other papers of E, of F, ... go) is made up here.
  // A 0, B 1, C 2, D 3, E 4, G 5, O 6, P 7, L 8, N 9; the others wait far behind on papers of E.
  const auto ballots = ballots_of(10, {{100 * 3, "0"},
                                       {100 * 7, "1>0"},
                                       {100 * 6, "1>2"},
                                       {100 * 4, "2"},
                                       {100 * 2, "3"},
                                       {100 * 5, "4>5>0"},
                                       {100 * 5, "4>5>6"},
                                       {100 * 8, "4>8"},
                                       {100 * 1, "4"}, // no further preference
                                       {100 * 5, "5"},
                                       {100 * 3, "6"},
                                       {100 * 1, "7>8"},
                                       {100 * 1, "7>9"},
                                       {100 * 3, "8"},
                                       {100 * 30, "9"}});
  auto rule = rule_of(8, Transfer::last_parcel);
  rule.digits = 2; // whole units of a paper's hundred
  rule.exclude = Exclude::by_parcel;
  rule.quota = TransferRule::Quota::number;
  rule.number = 8400 / 9 + 1;
  // N is a stand-in for candidates of whom the text says nothing; it is elected and passes nothing.
  const auto count = count_transfers(ballots, rule, by_number);
  std::vector<const TransferRound*> after;
  for (const auto& round : count.rounds)
    if (round.kind == TransferRound::Kind::surplus && round.from != Items{9})
      after.push_back(&round);
  REQUIRE(after.size() >= 3);
  CHECK(after[0]->quota == 934);
  CHECK(after[0]->from == Items{4});
  CHECK(after[0]->value == 0.53);             // 966 / 18 papers
  CHECK(after[0]->votes[5] == 500 + 10 * 53); // G
  CHECK(after[1]->from == Items{1});
  CHECK(after[1]->value == 0.28); // 366 / 13
  CHECK(after[1]->votes[0] == 300 + 196);
  CHECK(after[1]->votes[2] == 400 + 168);
  CHECK(after[2]->from == Items{5});
  CHECK(after[2]->value == 0.09); // 96 / 10
  CHECK(after[2]->votes[0] == 300 + 196 + 45);
  CHECK(after[2]->votes[6] == 300 + 45);
}

TEST_CASE("two surpluses of West Tyrone as Northern Ireland counts them") {
  // fromtheheartofeurope.eu/26311: McElduff has 1471 first preferences at a quota of 1078; 1427
  // papers name somebody else, each goes at 393 / 1427, cut to 0.27, 170 of them to McDonnell. With
  // 1060 first preferences and 7 papers at 0.47 from another surplus she has 1109.19. Of her
  // surplus of 31.19 only the 170 papers count: 123 name somebody else, 78 of them Kelly, who
  // gets 19.50; 0.44 is not transferable. McElduff 0, McDonnell 1, Kelly 2, the other surplus 3,
  // all others 4.
  const auto ballots = ballots_of(5, {{78, "0>1>2"},
                                      {45, "0>1>4"},
                                      {47, "0>1"},
                                      {1257, "0>4"},
                                      {44, "0"},
                                      {1060, "1"},
                                      {500, "2"},
                                      {7, "3>1"},
                                      {993, "3>4"},
                                      {548, "3"},
                                      {15, "4"}});
  auto rule = rule_of(4, Transfer::last_parcel);
  rule.quota = TransferRule::Quota::number;
  rule.number = 1078;
  rule.digits = 2;
  const auto count = count_transfers(ballots, rule, by_number);
  REQUIRE(count.rounds.size() >= 4);
  CHECK(count.rounds[1].from == Items{3});
  CHECK(count.rounds[1].value == 0.47);
  CHECK(count.rounds[2].from == Items{0});
  CHECK(count.rounds[2].value == 0.27);
  CHECK(count.rounds[2].votes[1] == Approx(1109.19));
  CHECK(count.rounds[3].from == Items{1});
  CHECK(count.rounds[3].value == 0.25);
  CHECK(count.rounds[3].votes[2] == Approx(500 + 19.50));
  CHECK(count.rounds[3].exhausted + count.rounds[3].lost - count.rounds[2].exhausted -
            count.rounds[2].lost ==
        Approx(0.44));
}

TEST_CASE("all papers of the elected at surplus by papers, and votes in whole numbers") {
  // By hand, Commonwealth Electoral Act 1918, section 273: 100 papers, two seats, quota 34. A's
  // surplus of 16 goes at 16/50: floor(30 * 0.32) = 9 to B, floor(20 * 0.32) = 6 to C. D goes out:
  // 14 to B, who has 29 + 14 = 43; surplus 9 / (20 + 30 + 14 papers).
  const auto ballots =
      ballots_of(4, {{30, "0>1>2"}, {20, "0>2"}, {20, "1>2"}, {16, "2"}, {14, "3>1>2"}});
  auto rule = rule_of(2, Transfer::papers);
  rule.vote_digits = 0;
  auto count = count_transfers(ballots, rule, {});
  REQUIRE(count.rounds.size() == 3);
  CHECK(count.rounds[1].votes == Votes{34, 29, 22, 14});
  CHECK(count.rounds[1].lost == 1);
  CHECK(count.rounds[1].value == 0.32);
  CHECK(count.rounds[2].votes == Votes{34, 43, 22, 0});
  CHECK(count.elected == Items{0, 1});
  // With a third seat B's surplus passes on: the papers that came at 0.32 are worth as much again.
  rule.seats = 3;
  rule.quota = TransferRule::Quota::number;
  rule.number = 34;
  const auto more =
      ballots_of(5, {{30, "0>1>2"}, {20, "0>2"}, {20, "1>2"}, {16, "2"}, {14, "3>1>2"}, {18, "4"}});
  count = count_transfers(more, rule, {});
  REQUIRE(count.rounds.size() >= 4);
  CHECK(count.rounds[3].value == Approx(9 / 64.0));
  CHECK(count.rounds[3].votes[2] == 22 + 9);
}

TEST_CASE("a value is never above the one at which a paper came") {
  // B needs 3 more and gets 10 papers at 0.3; its surplus of 1 divided by the one that names
  // somebody else would be 1 a paper.
  const auto ballots = ballots_of(4, {{9, "0>1"}, {1, "0>1>2"}, {6, "1"}, {5, "2"}, {1, "3"}});
  auto rule = rule_of(3, Transfer::last_parcel);
  rule.quota = TransferRule::Quota::number;
  rule.number = 7;
  const auto count = count_transfers(ballots, rule, {});
  REQUIRE(count.rounds.size() >= 3);
  CHECK(count.rounds[1].votes == Votes{7, 9, 5, 1});
  CHECK(count.rounds[2].value == 0.3);
  CHECK(count.rounds[2].votes[2] == Approx(5.3));
  CHECK(count.rounds[2].exhausted == Approx(1.7));
}

TEST_CASE("papers of who goes out: by value, first preferences apart, by parcel, all at once") {
  // A's surplus of 9 goes at 9/20. C goes out and D has a paper more at 1, then D goes out with 2
  // papers of its own, 12 at 9/20 and that one: in the end E has them all, but not at once.
  const auto ballots =
      ballots_of(5, {{12, "0>3>4"}, {8, "0>1"}, {2, "3>4"}, {1, "2>3>4"}, {10, "1"}, {9.5, "4>1"}});
  auto rule = rule_of(3, Transfer::weighted);
  rule.quota = TransferRule::Quota::number;
  rule.number = 18;
  const auto values = [&](Exclude exclude) {
    rule.exclude = exclude;
    std::vector<std::pair<double, double>> out; // the value of the papers of D, and what E has then
    for (const auto& round : count_transfers(ballots, rule, by_number).rounds)
      if (round.kind == TransferRound::Kind::exclusion && round.from == Items{3})
        out.emplace_back(round.value.value_or(0), round.votes[4]);
    return out;
  };
  using Steps = std::vector<std::pair<double, double>>;
  const double all = 9.5 + 3 + 12 * 0.1;
  CHECK(values(Exclude::at_once) == Steps{{0, all}});
  CHECK(values(Exclude::by_value) == Steps{{1, 12.5}, {0.1, all}});
  CHECK(values(Exclude::firsts_then_values) == Steps{{1, 11.5}, {1, 12.5}, {0.1, all}});
  CHECK(values(Exclude::by_parcel) == Steps{{1, 11.5}, {0.1, 11.5 + 1.2}, {1, all}});
}

TEST_CASE("surpluses wait, the last go out together, the last seats are filled early") {
  // Northern Ireland's rules 49(10), 51(12) and 52. Surplus 1 of A cannot lift the last (2) over
  // the next (4); C, D (2 + 1) and the surplus are fewer than 5.
  const auto ballots = ballots_of(5, {{13, "0>3"}, {9, "1"}, {5, "2"}, {2, "3>1"}, {1, "4>3"}});
  auto rule = rule_of(2, Transfer::last_parcel);
  rule.quota = TransferRule::Quota::number;
  rule.number = 12;
  CHECK(count_transfers(ballots, rule, {}).rounds[1].from == Items{0});
  rule.defer = true;
  auto count = count_transfers(ballots, rule, {});
  CHECK(count.rounds[0].excluded.empty()); // 1 is not below 2 - 1
  rule.together = true;
  count = count_transfers(ballots, rule, {});
  CHECK(count.rounds[0].excluded == Items{3, 4});
  CHECK(count.rounds[1].votes[0] == 13);
  rule.early = true;
  count = count_transfers(ballots, rule, {});
  REQUIRE(count.rounds.size() == 1); // 9 are as many as 5 + 2 + 1 and the surplus
  CHECK(count.elected == Items{0, 1});
}

TEST_CASE("equal surpluses: by an earlier round, by keys, of an earlier round first") {
  const auto ballots = ballots_of(4, {{6, "0>2"}, {6, "1>3"}, {1, "2"}, {1, "3"}});
  auto rule = rule_of(3, Transfer::weighted);
  rule.quota = TransferRule::Quota::number;
  rule.number = 4;
  CHECK(count_transfers(ballots, rule, {}).tied == Items{0, 1});
  const auto count = count_transfers(ballots, rule, by_number);
  REQUIRE(count.rounds.size() >= 3);
  CHECK(count.rounds[1].from == Items{0});
  CHECK(count.rounds[2].from == Items{1});
  rule.earliest_surplus = true;
  CHECK(count_transfers(ballots, rule, by_number).rounds[2].from == Items{1});
  // A has 10 at once, B with the votes of C: both have a surplus of 2, and A had more before.
  const auto later = ballots_of(4, {{10, "0>3"}, {7, "1>3"}, {3, "2>1"}, {4, "3"}});
  rule.number = 8;
  rule.defer = true; // a surplus of 2 and 3 votes are no fewer than 4, but C is last all the same
  rule.earliest_surplus = false;
  CHECK(count_transfers(later, rule, {}).rounds[1].from == Items{0});
  rule.earlier = TransferRule::Earlier::first;
  CHECK(count_transfers(later, rule, {}).tied.empty());
}

TEST_CASE("counts agree with a plain reading, paper by paper, under every rule") {
  std::mt19937 random(17);
  for (int trial = 0; trial < 300; ++trial) {
    const std::size_t n = random() % 6 + 1;
    const auto texts = random_texts(random, n, 14);
    const auto ballots = ballots_of(n, texts);
    TransferRule rule;
    rule.seats = random() % 4 + 1;
    rule.transfer =
        std::array{Transfer::weighted, Transfer::papers, Transfer::last_parcel}[random() % 3];
    rule.exclude = std::array{Exclude::at_once, Exclude::by_value, Exclude::firsts_then_values,
                              Exclude::by_parcel}[random() % 4];
    rule.by_transferable = random() % 2 == 0;
    if (random() % 2 == 0)
      rule.digits = static_cast<int>(random() % 4);
    if (random() % 2 == 0)
      rule.vote_digits = static_cast<int>(random() % 2);
    const auto plain = test::PlainTransfers(ballots, rule).count();
    const auto count = count_transfers(ballots, rule, by_number);
    CAPTURE(trial, n, rule.seats, static_cast<int>(rule.transfer), static_cast<int>(rule.exclude),
            rule.by_transferable);
    CHECK(count.elected == plain.elected);
    REQUIRE(count.rounds.size() == plain.votes.size());
    for (std::size_t r = 0; r < plain.votes.size(); ++r)
      for (std::size_t i = 0; i < n; ++i)
        CHECK(count.rounds[r].votes[i] == Approx(plain.votes[r][i]).margin(1e-12));
  }
}
