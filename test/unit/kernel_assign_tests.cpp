// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <libeval/kernel/assign.hpp>

#include <algorithm>
#include <numeric>
#include <random>

using namespace libeval::kernel;

namespace {

using Row = std::vector<std::uint32_t>;

/// No proposer and acceptor would both rather have each other.
bool is_stable(const Row& acceptor, const std::vector<Row>& lists, const std::vector<Row>& ranks,
               const std::vector<std::size_t>& places) {
  for (std::uint32_t i = 0; i < lists.size(); ++i)
    for (const std::uint32_t j : lists[i]) {
      if (acceptor[i] == j)
        break; // what follows is no better
      if (ranks[j][i] == unassigned)
        continue;
      std::size_t before = 0;
      for (std::uint32_t other = 0; other < lists.size(); ++other)
        before += acceptor[other] == j && ranks[j][other] <= ranks[j][i] ? 1 : 0;
      if (before < places[j])
        return false;
    }
  return true;
}

/// The best stable assignment for the proposers, by trying all.
Row best_by_trying(const std::vector<Row>& lists, const std::vector<Row>& ranks,
                   const std::vector<std::size_t>& places) {
  const std::size_t n = lists.size();
  Row choice(n, 0), best;
  std::vector<std::size_t> liked(n, SIZE_MAX);
  while (true) {
    Row acceptor(n, unassigned);
    std::vector<std::size_t> used(places.size(), 0);
    bool fits = true;
    for (std::uint32_t i = 0; i < n && fits; ++i)
      if (choice[i] < lists[i].size()) {
        const std::uint32_t j = lists[i][choice[i]];
        acceptor[i] = j;
        fits = ranks[j][i] != unassigned && ++used[j] <= places[j];
      }
    if (fits && is_stable(acceptor, lists, ranks, places) &&
        std::equal(choice.begin(), choice.end(), liked.begin(),
                   [](std::uint32_t a, std::size_t b) { return a <= b; })) {
      best = acceptor;
      liked.assign(choice.begin(), choice.end());
    }
    std::size_t i = 0;
    while (i < n && ++choice[i] > lists[i].size())
      choice[i++] = 0;
    if (i == n)
      return best;
  }
}

} // namespace

TEST_CASE("the marriages of Gale and Shapley, 1962, example 2") {
  const std::vector<Row> men = {{0, 1, 2, 3}, {0, 3, 2, 1}, {1, 0, 2, 3}, {3, 1, 2, 0}};
  const std::vector<Row> women = {{3, 4, 2, 1}, {3, 1, 4, 2}, {2, 3, 4, 1}, {3, 2, 1, 4}};
  const auto out = deferred_acceptance(men, women, {1, 1, 1, 1});
  CHECK(out.acceptor == Row{2, 3, 0, 1});
  CHECK(out.contested.empty());
}

TEST_CASE("nobody, no places, nobody acceptable, everybody equal") {
  CHECK(deferred_acceptance({}, {}, {}).acceptor.empty());
  CHECK(deferred_acceptance({{0}}, {{0}}, {0}).acceptor == Row{unassigned});
  CHECK(deferred_acceptance({{0}}, {{unassigned}}, {1}).acceptor == Row{unassigned});
  CHECK(deferred_acceptance({{}}, {{0}}, {1}).acceptor == Row{unassigned});
  const auto equal = deferred_acceptance({{0}, {0}}, {{0, 0}}, {1});
  CHECK(equal.acceptor == Row{0, unassigned});
  CHECK(equal.contested == Row{1});
  const auto turned = deferred_acceptance({{0}, {0}}, {{0, 0}}, {1}, true);
  CHECK(turned.acceptor == Row{unassigned, 0});
  CHECK(turned.contested == Row{0});
  CHECK(deferred_acceptance({{0}, {0}}, {{0, 0}}, {2}).contested.empty());
}

TEST_CASE("the result is stable, and no stable one is better for any proposer") {
  std::mt19937 random(11);
  for (int trial = 0; trial < 300; ++trial) {
    const std::size_t n = random() % 5 + 1, m = random() % 3 + 1;
    std::vector<Row> lists(n), ranks(m);
    std::vector<std::size_t> places;
    for (auto& list : lists) {
      list.resize(m);
      std::iota(list.begin(), list.end(), 0U);
      std::shuffle(list.begin(), list.end(), random);
      list.resize(random() % (m + 1));
    }
    for (auto& rank : ranks) {
      rank.resize(n);
      std::iota(rank.begin(), rank.end(), 0U);
      std::shuffle(rank.begin(), rank.end(), random);
      for (std::uint32_t& r : rank)
        if (random() % 5 == 0)
          r = unassigned;
      places.push_back(random() % 3);
    }
    CAPTURE(trial, n, m);
    const auto out = deferred_acceptance(lists, ranks, places);
    CHECK(out.contested.empty());
    CHECK(is_stable(out.acceptor, lists, ranks, places));
    CHECK(out.acceptor == best_by_trying(lists, ranks, places));
    CHECK(deferred_acceptance(lists, ranks, places, true).acceptor == out.acceptor);
  }
}
