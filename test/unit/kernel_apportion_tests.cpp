// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <libeval/kernel/apportion.hpp>

#include <numeric>
#include <random>

using namespace libeval::kernel;
using List = std::vector<std::uint64_t>;

static Seats seats_of(const List& votes, std::uint64_t seats, const ApportionRule& rule,
                      const List& least = {}) {
  std::vector<Exact> exact;
  for (const std::uint64_t v : votes)
    exact.emplace_back(static_cast<double>(v));
  return apportion(std::span<const Exact>(exact), seats, rule, least);
}

TEST_CASE("Census of 1790, the bill of Jefferson and the vetoed bill of Hamilton", "[kernel]") {
  // Balinski, Young, Fair Representation: Virginia, Massachusetts, Pennsylvania, North Carolina,
  // New York, Maryland, Connecticut, South Carolina, New Jersey, New Hampshire, Vermont, Georgia,
  // Kentucky, Rhode Island, Delaware.
  const List people = {630560, 475327, 432879, 353523, 331589, 278514, 236841, 206236,
                       179570, 141822, 85533,  70835,  68705,  68446,  55540};
  CHECK(seats_of(people, 105, {Apportionment::dhondt, {}, {}}).seats ==
        List{19, 14, 13, 10, 10, 8, 7, 6, 5, 4, 2, 2, 2, 2, 1});
  CHECK(seats_of(people, 120, {Apportionment::largest_remainder, {}, {}}).seats ==
        List{21, 16, 14, 12, 11, 9, 8, 7, 6, 5, 3, 2, 2, 2, 2});
}

TEST_CASE("Divisor methods agree with the largest quotients, one by one, in whole numbers",
          "[kernel]") {
  std::mt19937 random(1790);
  for (int trial = 0; trial < 300; ++trial) {
    List votes(1 + random() % 6);
    for (std::uint64_t& v : votes)
      v = random() % 40;
    const std::uint64_t seats = random() % 12;
    for (const Apportionment method :
         {Apportionment::dhondt, Apportionment::sainte_lague, Apportionment::imperiali,
          Apportionment::danish, Apportionment::adams}) {
      const auto divisor = [&](std::uint64_t s) {
        return method == Apportionment::dhondt         ? s + 1
               : method == Apportionment::sainte_lague ? 2 * s + 1
               : method == Apportionment::imperiali    ? s + 2
               : method == Apportionment::danish       ? 3 * s + 1
                                                       : s;
      };
      const Seats out = seats_of(votes, seats, {method, {}, {}});
      if (out.impossible) {
        CHECK((seats > 0 && std::accumulate(votes.begin(), votes.end(), 0UL) == 0));
        continue;
      }
      // Nobody's last seat has a smaller claim than anybody's next one.
      for (std::size_t i = 0; i < votes.size(); ++i)
        for (std::size_t j = 0; j < votes.size(); ++j)
          if (out.seats[i] > 0)
            CHECK(votes[i] * divisor(out.seats[j]) >= votes[j] * divisor(out.seats[i] - 1));
      const std::uint64_t given = std::accumulate(out.seats.begin(), out.seats.end(), 0UL);
      CHECK((given == seats || (given < seats && out.tied.size() > seats - given)));
      for (const std::uint32_t i : out.tied)
        for (const std::uint32_t j : out.tied)
          CHECK(votes[i] * divisor(out.seats[j]) == votes[j] * divisor(out.seats[i]));
    }
  }
}

TEST_CASE("Nobody has votes, one party, level remainders, a quota that is met exactly",
          "[kernel]") {
  CHECK(seats_of({0, 0}, 3, {}).impossible);
  CHECK(seats_of({}, 0, {}).seats.empty());
  CHECK(seats_of({7}, 5, {Apportionment::largest_remainder, {}, {}}).seats == List{5});
  const Seats level = seats_of({1, 1, 1}, 2, {Apportionment::largest_remainder, {}, {}});
  CHECK(level.tied == std::vector<std::uint32_t>{0, 1, 2});
  CHECK(level.seats == List{0, 0, 0});
  CHECK(seats_of({60, 40}, 10, {Apportionment::largest_remainder, {}, {}}).seats == List{6, 4});
  // Whole quotas of Hagenbach-Bischoff may be more than the seats: three parties of one quota each.
  CHECK(seats_of({30, 30, 30}, 2, {Apportionment::largest_remainder, Quota::hagenbach_bischoff, {}})
            .impossible);
}

TEST_CASE("Additional members of Glasgow in 2016 go on after nine seats of constituencies",
          "[kernel]") {
  // Regional votes of the SNP, Labour, Conservatives, Greens, Liberal Democrats and UKIP; the SNP
  // had won all nine constituencies.
  CHECK(seats_of({111101, 59151, 29533, 23398, 5850, 4889}, 16, {}, {9, 0, 0, 0, 0, 0}).seats ==
        List{9, 4, 2, 1, 0, 0});
}

TEST_CASE("Seats at the least are those of the largest claims, one by one, in whole numbers",
          "[kernel]") {
  std::mt19937 random(1991);
  for (int trial = 0; trial < 300; ++trial) {
    List votes(1 + random() % 6), least(votes.size());
    for (std::size_t i = 0; i < votes.size(); ++i) {
      votes[i] = 1 + random() % 40;
      least[i] = random() % 4;
    }
    const std::uint64_t held = std::accumulate(least.begin(), least.end(), std::uint64_t{0});
    const std::uint64_t seats = held + random() % 12;
    const bool dhondt = random() % 2 == 0;
    const auto divisor = [&](std::uint64_t s) { return dhondt ? s + 1 : 2 * s + 1; };
    const Seats out =
        seats_of(votes, seats,
                 {dhondt ? Apportionment::dhondt : Apportionment::sainte_lague, {}, {}}, least);
    List now = least;
    bool level = false;
    for (std::uint64_t k = held; k < seats && !level; ++k) {
      std::size_t best = 0;
      for (std::size_t i = 1; i < votes.size(); ++i)
        if (votes[i] * divisor(now[best]) > votes[best] * divisor(now[i]))
          best = i;
      ++now[best];
    }
    if (out.tied.empty())
      CHECK(out.seats == now);
    for (std::size_t i = 0; i < votes.size(); ++i)
      CHECK((out.seats[i] >= least[i] && out.seats[i] <= now[i] + (out.tied.empty() ? 0 : 1)));
  }
  CHECK(seats_of({5, 5}, 3, {}, {2, 2}).impossible);
  CHECK(seats_of({5, 5}, 4, {}, {3, 1}).seats == List{3, 1});
  CHECK(seats_of({0, 5}, 4, {}, {1, 0}).seats == List{1, 3});
  CHECK(seats_of({0, 0}, 4, {}, {2, 2}).seats == List{2, 2});
}

TEST_CASE("Whoever is entitled to less than its least leaves the count with it", "[kernel]") {
  // Article 17 of the Swiss act: of ten seats for 1000 people a seat stands for 100, so d has one
  // and leaves; then one stands for 104.4, so c, with 102 entitled before, has one and leaves too;
  // a is entitled to 4.496 and b to 3.504 of the other eight.
  const ApportionRule hare{Apportionment::largest_remainder, {}, {}};
  const Seats out = seats_of({471, 367, 102, 60}, 10, hare, {1, 1, 1, 1});
  CHECK(out.seats == List{4, 4, 1, 1});
  CHECK(out.tied.empty());
  CHECK(seats_of({471, 367, 102, 60}, 10, hare).seats == List{5, 4, 1, 0});
  CHECK(seats_of({60, 40}, 10, hare, {1, 1}).seats == List{6, 4});
  CHECK(seats_of({1, 1, 98}, 3, hare, {1, 1, 1}).seats == List{1, 1, 1});
  CHECK(seats_of({1, 1, 98}, 2, hare, {1, 1, 1}).impossible);
}

TEST_CASE("As many seats are left over by a droop quota as there are parties", "[kernel]") {
  // Twenty seats, 80 to 70: a quota of 8 gives ten and eight, and two are left for two parties.
  const ApportionRule droop{Apportionment::largest_remainder, Quota::droop, {}};
  CHECK(seats_of({80, 70}, 20, droop).seats == List{11, 9});
  CHECK(seats_of({80, 70, 0}, 20, droop).seats == List{11, 9, 0}); // none without votes
  CHECK(seats_of({1, 1}, 100, droop).impossible);                  // more than one seat each
}
