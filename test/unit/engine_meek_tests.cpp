// SPDX-License-Identifier: Apache-2.0
// Meek's method.
#include "support/catch.hpp"
#include "support/reference_votes.hpp"

#include "engine/select/transfer_count.hpp"

#include <cmath>
#include <numeric>
#include <random>

using namespace libeval;
using libeval::test::ballots_of;
using libeval::test::random_texts;

namespace {

using Items = std::vector<std::uint32_t>;
using Votes = std::vector<double>;

TransferRule meek(std::size_t seats) {
  TransferRule rule;
  rule.seats = seats;
  rule.transfer = TransferRule::Transfer::meek;
  rule.quota = TransferRule::Quota::droop_exact;
  return rule;
}

/// One digit a candidate is not enough for 13: `a` is 0.
kernel::Ballots lettered(std::size_t items, const std::vector<std::string>& texts) {
  kernel::Ballots out;
  out.items = items;
  for (const std::string& text : texts) {
    for (std::size_t k = 0; k < text.size(); ++k) {
      out.listed.push_back(static_cast<std::uint32_t>(text[k] - 'a'));
      out.level.push_back(static_cast<std::uint32_t>(k));
    }
    out.offsets.push_back(static_cast<std::uint32_t>(out.listed.size()));
    out.weight.push_back(1);
  }
  return out;
}

} // namespace

TEST_CASE("shares of the elected, worked out by hand") {
  // Ten votes, two seats. A keeps k of each of six papers: two go on to B, four run out, so that
  // the quota falls: q = (10 - 4 (1 - k)) / 3 and 6 k = q give k = 3/7, q = 18/7.
  const auto ballots = ballots_of(4, {{2, "0>1"}, {4, "0"}, {2, "2"}, {2, "3"}});
  const auto count = count_transfers(ballots, meek(2), {});
  REQUIRE(count.rounds.size() >= 2);
  CHECK(count.rounds[1].keep[0] == Approx(3.0 / 7).margin(1e-6));
  CHECK(count.rounds[1].votes[1] == Approx(8.0 / 7).margin(1e-6));
  CHECK(count.rounds[1].quota == Approx(18.0 / 7).margin(1e-6));
  CHECK(count.rounds[1].exhausted == Approx(16.0 / 7).margin(1e-6));
  CHECK(count.rounds[1].excluded == Items{1});
}

TEST_CASE("Meek passes votes on past the elected") {
  // B is elected already when the surplus of A comes, and passes it on to C.
  const auto ballots = ballots_of(4, {{10, "0>1>2"}, {8, "1>2"}, {1, "2"}, {5, "3"}});
  const auto count = count_transfers(ballots, meek(3), {});
  REQUIRE(count.rounds.size() >= 2);
  CHECK(count.rounds[1].votes[0] == Approx(6).margin(1e-6));
  CHECK(count.rounds[1].votes[1] == Approx(6).margin(1e-6));
  CHECK(count.rounds[1].votes[2] == Approx(7).margin(1e-6));
}

TEST_CASE("no ballots, one candidate, equals, fractions of ballots, more seats than candidates") {
  CHECK(count_transfers(ballots_of(1, {}), meek(1), {}).elected == Items{0});
  CHECK(count_transfers(ballots_of(2, {{1, "1>0"}}), meek(5), {}).elected == Items{1, 0});
  CHECK(count_transfers(ballots_of(2, {}), meek(1), {}).tied == Items{0, 1});
  CHECK(count_transfers(ballots_of(0, {}), meek(1), {}).elected.empty());
  CHECK(count_transfers(ballots_of(2, {{5, "0"}, {5, "1"}}), meek(1), {}).tied == Items{0, 1});
  const auto count =
      count_transfers(ballots_of(3, {{0.5, "0=1"}, {0.25, "0"}, {0.1, "2"}}), meek(1), {});
  CHECK(count.rounds[0].votes == Votes{0.5, 0.25, 0.1});
  CHECK(count.elected == Items{0});
}

TEST_CASE(
    "an election counted by the reference rule of the Proportional Representation Foundation") {
  // Steering committee of the Green Party of the United States, 24 July 2005; ballots and count
  // (fixed point with 9 decimals, omega 1e-6) in github.com/jklundell/droop, test/blt/SC.blt and
  // test/ref/dump/SC-meek-prf-o6-fixed-p9-d9.txt. Candidates in the order of the file, a to m.
  const std::vector<std::string> texts = {
      "ghikl",       "ghikl",      "mgedba",      "embgda",      "mdab",      "dbmac",
      "dmbg",        "ghlamibdke", "amcdgeb",     "damgceb",     "damgceb",   "admbgecihlk",
      "gahimcbdlek", "ghikl",      "gahimcbdlek", "ghikl",       "ghikl",     "ghikl",
      "eamcbdg",     "ghiclbmead", "cmab",        "cmab",        "dgme",      "demcba",
      "ghikl",       "gihlkbm",    "ghikl",       "ghikl",       "dcma",      "dcma",
      "mcdagbe",     "cmdagbe",    "mcdabeg",     "madbecg",     "mdcabe",    "cmadbge",
      "dcmh",        "dcma",       "admg",        "admg",        "gcdmae",    "ikhg",
      "ghikl",       "mceb",       "debcm",       "mebdacg",     "mebagch",   "ghilk",
      "ghdil",       "mdgbh",      "dmbgah",      "ghkil",       "hdgkmi",    "gdbm",
      "magd",        "dabmie",     "admecb",      "gedhkbmacil", "dhgembaci", "cdgblmhae",
      "ghikl",       "ghki",       "ghki",        "ghikl",       "ghikl",     "ghikl",
      "mbdgea",      "ghikl",      "ghik",        "ghikl",       "bghlmkaei", "dghb",
      "dmebac",      "mdgcaehbi",  "dcmag",       "mdac",        "damcbgh",   "bdme",
      "bcdamg",      "cadm",       "dcabk",       "cadmbg",      "dabhc",     "daembc",
      "daembc",      "ghikl",      "ghikl",       "mgcbeda",     "megbda",    "ghikl",
      "amcgbde",     "mabgdec",    "mabgdec",     "cadbmgieh"};
  const auto ballots = lettered(13, texts);
  REQUIRE(ballots.count() == 94);
  const auto count = count_transfers(ballots, meek(4), {});
  const auto& rounds = count.rounds;
  REQUIRE(rounds.size() == 8);
  CHECK(rounds[0].quota == 18.800000001);
  CHECK(rounds[0].elected == Items{6, 3});
  CHECK(rounds[1].votes == Votes{8.006073598, 3.232685848, 9.408174589, 18.800000609, 2.759954125,
                                 0, 18.800000299, 13.000470959, 1.435843893, 0, 0, 0,
                                 18.556796080});
  CHECK(rounds[1].keep[3] == 0.837944884);
  CHECK(rounds[1].keep[6] == 0.564156107);
  CHECK(rounds[1].excluded ==
        Items{5, 9, 10, 11}); // without votes; the reference takes four rounds
  CHECK(rounds[2].excluded == Items{8});
  CHECK(rounds[3].excluded == Items{4});
  CHECK(rounds[3].votes[7] == 14.436314852);
  CHECK(rounds[4].elected == Items{12});
  CHECK(rounds[4].votes[12] == 19.718851196);
  CHECK(rounds[4].votes[3] == 19.165213770);
  CHECK(rounds[5].excluded == Items{1});
  CHECK(rounds[5].quota == 18.799133306);
  CHECK(rounds[5].exhausted == 0.004333472);
  CHECK(rounds[5].keep[12] == 0.947700149);
  CHECK(rounds[5].votes[0] == 9.427381450);
  CHECK(rounds[6].excluded == Items{0});
  CHECK(rounds[6].votes[7] == 15.876675538);
  CHECK(rounds[6].keep[6] == 0.537679426);
  CHECK(rounds[7].elected == Items{7});
  CHECK(rounds[7].quota == 18.586296861);
  CHECK(rounds[7].exhausted == 1.068515700);
  CHECK(rounds[7].votes == Votes{0, 0, 16.482212783, 19.087429756, 0, 0, 19.073682122, 19.085721549,
                                 0, 0, 0, 0, 19.202438090});
  CHECK(rounds[7].keep[3] == 0.602321356);
  CHECK(count.elected == Items{6, 3, 12, 7});
}

TEST_CASE("votes by Meek's method: none made, none lost, and the elected have no surplus") {
  std::mt19937 random(5);
  for (int trial = 0; trial < 200; ++trial) {
    const std::size_t n = random() % 6 + 2;
    const auto texts = random_texts(random, n, 13, true);
    double total = 0;
    for (const auto& [rows, text] : texts)
      total += rows;
    const TieBreaker first = [](const Items& tied) {
      std::vector<Items> out;
      for (const std::uint32_t i : tied)
        out.push_back({i});
      return out;
    };
    const TransferRule rule = meek(random() % 3 + 1);
    const auto count = count_transfers(ballots_of(n, texts), rule, first);
    CAPTURE(trial, n, rule.seats);
    CHECK(count.elected.size() == std::min(n, rule.seats));
    std::vector<bool> in(n, false);
    for (const auto& round : count.rounds) {
      CHECK(std::accumulate(round.votes.begin(), round.votes.end(), round.exhausted) ==
            Approx(total).margin(1e-9));
      double counted = 0;
      for (const double v : round.votes)
        counted += v;
      CHECK(round.quota == Approx(counted / static_cast<double>(rule.seats + 1)).margin(2e-9));
      double surplus = 0;
      for (std::uint32_t i = 0; i < n; ++i)
        if (in[i])
          surplus += round.votes[i] - round.quota;
      // Where nearly all votes have run out, nine decimals are not enough to get there.
      if (round.elected.empty() && round.quota > 0.01)
        CHECK(surplus < rule.tolerance);
      for (const std::uint32_t i : round.elected)
        in[i] = true;
    }
  }
}
