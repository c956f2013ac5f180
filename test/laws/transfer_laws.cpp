// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/some_ballots.hpp"

#include "engine/select/transfer_count.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace libeval;

namespace {

using Items = std::vector<std::uint32_t>;
using Transfer = TransferRule::Transfer;
using Exclude = TransferRule::Exclude;

TransferRule some_rule() {
  TransferRule rule;
  rule.seats = static_cast<std::size_t>(*rc::gen::inRange(1, 5));
  rule.transfer = *rc::gen::element(Transfer::weighted, Transfer::papers, Transfer::last_parcel,
                                    Transfer::meek);
  rule.quota = *rc::gen::element(TransferRule::Quota::droop, TransferRule::Quota::droop_exact,
                                 TransferRule::Quota::hare);
  rule.exclude = *rc::gen::element(Exclude::at_once, Exclude::by_value, Exclude::firsts_then_values,
                                   Exclude::by_parcel);
  rule.earlier = *rc::gen::element(TransferRule::Earlier::none, TransferRule::Earlier::last,
                                   TransferRule::Earlier::first);
  rule.by_transferable = *rc::gen::arbitrary<bool>();
  rule.earliest_surplus = *rc::gen::arbitrary<bool>();
  rule.defer = *rc::gen::arbitrary<bool>();
  rule.together = *rc::gen::arbitrary<bool>();
  rule.early = *rc::gen::arbitrary<bool>();
  if (*rc::gen::arbitrary<bool>())
    rule.digits = *rc::gen::inRange(0, 6);
  if (rule.transfer != Transfer::meek && *rc::gen::arbitrary<bool>())
    rule.vote_digits = *rc::gen::inRange(0, 3);
  return rule;
}

Items some_order(std::size_t n) {
  Items order(n);
  std::iota(order.begin(), order.end(), 0U);
  for (std::size_t i = n; i > 1; --i)
    std::swap(order[i - 1],
              order[static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(i)))]);
  return order;
}

/// The last of those tied by number is the best.
const TieBreaker by_number = [](const Items& tied) {
  std::vector<Items> out;
  for (std::size_t k = tied.size(); k-- > 0;)
    out.push_back({tied[k]});
  return out;
};

Items sorted(Items items) {
  std::ranges::sort(items);
  return items;
}

} // namespace

TEST_CASE("votes are neither made nor lost, and as many are elected as there are seats") {
  CHECK(rc::check("conservation", [] {
    const auto ballots = test::some_ballots(6);
    const TransferRule rule = some_rule();
    const double total = std::accumulate(ballots.weight.begin(), ballots.weight.end(), 0.0);
    const auto count = count_transfers(ballots, rule, by_number);
    RC_ASSERT(count.tied.empty());
    RC_ASSERT(count.elected.size() == std::min(rule.seats, ballots.items));
    RC_ASSERT(!count.rounds.empty());
    Items all;
    for (const auto& group : count.order)
      all.insert(all.end(), group.begin(), group.end());
    Items everybody(ballots.items);
    std::iota(everybody.begin(), everybody.end(), 0U);
    RC_ASSERT(sorted(all) == everybody);
    for (const auto& round : count.rounds) {
      const double sum =
          std::accumulate(round.votes.begin(), round.votes.end(), round.exhausted + round.lost);
      RC_ASSERT(std::abs(sum - total) < 1e-9);
      RC_ASSERT(round.exhausted >= 0);
      RC_ASSERT(round.lost >= 0);
      if (!rule.digits && !rule.vote_digits)
        RC_ASSERT(round.lost == 0);
      for (const double votes : round.votes)
        RC_ASSERT(votes >= 0);
    }
  }));
}

TEST_CASE("other names and another order of the ballots change no count") {
  CHECK(rc::check("renaming", [] {
    const auto ballots = test::some_ballots(6);
    const TransferRule rule = some_rule();
    const Items name = some_order(ballots.items), order = some_order(ballots.count());
    kernel::Ballots other;
    other.items = ballots.items;
    for (const std::uint32_t b : order) {
      for (std::uint32_t k = ballots.offsets[b]; k < ballots.offsets[b + 1]; ++k) {
        other.listed.push_back(name[ballots.listed[k]]);
        other.level.push_back(ballots.level[k]);
      }
      other.offsets.push_back(static_cast<std::uint32_t>(other.listed.size()));
      other.weight.push_back(ballots.weight[b]);
    }
    const auto renamed = [&](Items items) {
      for (std::uint32_t& i : items)
        i = name[i];
      return sorted(items);
    };
    const auto here = count_transfers(ballots, rule, {}), there = count_transfers(other, rule, {});
    RC_ASSERT(renamed(here.tied) == sorted(there.tied));
    RC_ASSERT(here.rounds.size() == there.rounds.size());
    RC_ASSERT(renamed(here.elected) == sorted(there.elected));
    RC_ASSERT(here.order.size() == there.order.size());
    for (std::size_t g = 0; g < here.order.size(); ++g)
      RC_ASSERT(renamed(here.order[g]) == sorted(there.order[g]));
    // Meek's shares are rounded up in the order of equals on a ballot.
    const double near = rule.transfer == Transfer::meek ? 1e-4 : 1e-12;
    for (std::size_t r = 0; r < here.rounds.size(); ++r)
      for (std::size_t i = 0; i < ballots.items; ++i)
        RC_ASSERT(std::abs(here.rounds[r].votes[i] - there.rounds[r].votes[name[i]]) <= near);
  }));
}

TEST_CASE("alike ballots in one row or in several change no count") {
  CHECK(rc::check("splitting", [] {
    const auto ballots = test::some_ballots(5);
    const TransferRule rule = some_rule();
    kernel::Ballots other;
    other.items = ballots.items;
    for (std::size_t b = 0; b < ballots.count(); ++b)
      for (int copy = 0; copy < static_cast<int>(ballots.weight[b]); ++copy) {
        for (std::uint32_t k = ballots.offsets[b]; k < ballots.offsets[b + 1]; ++k) {
          other.listed.push_back(ballots.listed[k]);
          other.level.push_back(ballots.level[k]);
        }
        other.offsets.push_back(static_cast<std::uint32_t>(other.listed.size()));
        other.weight.push_back(1);
      }
    const auto here = count_transfers(ballots, rule, by_number);
    const auto there = count_transfers(other, rule, by_number);
    RC_ASSERT(here.elected == there.elected);
    RC_ASSERT(here.order == there.order);
    RC_ASSERT(here.rounds.size() == there.rounds.size());
    for (std::size_t r = 0; r < here.rounds.size(); ++r)
      RC_ASSERT(here.rounds[r].votes == there.rounds[r].votes);
  }));
}
