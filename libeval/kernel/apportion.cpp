// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/apportion.hpp>
#include <libeval/kernel/written.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace libeval::kernel {

namespace {

/// A claim to the next seat, as a fraction; a divisor of 0 is above everything.
struct Claim {
  Exact votes, divisor;
  std::uint32_t who = 0;
};

bool less(const Claim& a, const Claim& b) {
  return a.votes * b.divisor < b.votes * a.divisor;
}

Claim claim(const Exact& votes, std::uint64_t seats, const ApportionRule& rule, std::uint32_t who) {
  const Exact s(static_cast<double>(seats));
  switch (rule.method) {
  case Apportionment::sainte_lague:
    return {votes, seats == 0 && rule.first ? from_written(*rule.first) : s + s + Exact(1), who};
  case Apportionment::imperiali:
    return {votes, s + Exact(2), who};
  case Apportionment::danish:
    return {votes, s + s + s + Exact(1), who};
  case Apportionment::adams:
    return {votes, s, who};
  case Apportionment::huntington_hill:
    return {votes * votes, s * (s + Exact(1)), who};
  case Apportionment::dean:
    return {votes * (s + s + Exact(1)), (s + s) * (s + Exact(1)), who};
  case Apportionment::dhondt:
  case Apportionment::largest_remainder:
    break;
  }
  return {votes, s + Exact(1), who};
}

void by_divisors(std::span<const Exact> votes, std::uint64_t seats, const ApportionRule& rule,
                 Seats& out) {
  std::vector<Claim> heap;
  for (std::uint32_t i = 0; i < votes.size(); ++i)
    if (Exact(0) < votes[i])
      heap.push_back(claim(votes[i], out.seats[i], rule, i));
  std::ranges::make_heap(heap, less);
  while (seats > 0 && !heap.empty()) {
    // Everybody level with the largest claim has the same right to the next seats.
    std::vector<Claim> level;
    const Claim top = heap.front();
    while (!heap.empty() && !less(heap.front(), top)) {
      std::ranges::pop_heap(heap, less);
      level.push_back(heap.back());
      heap.pop_back();
    }
    if (level.size() > seats) {
      for (const Claim& c : level)
        out.tied.push_back(c.who);
      std::ranges::sort(out.tied);
      return;
    }
    for (const Claim& c : level) {
      ++out.seats[c.who];
      --seats;
      heap.push_back(claim(votes[c.who], out.seats[c.who], rule, c.who));
      std::ranges::push_heap(heap, less);
    }
  }
}

void by_remainders(std::span<const Exact> votes, const Exact& total, std::uint64_t seats,
                   const ApportionRule& rule, Seats& out) {
  const Exact n(static_cast<double>(seats));
  // A quota is total / parts; votes / quota = votes * parts / total.
  Exact whole = total, parts = n;
  if (rule.quota == Quota::hagenbach_bischoff) {
    parts = n + Exact(1);
  } else if (rule.quota == Quota::imperiali) {
    parts = n + Exact(2);
  } else if (rule.quota == Quota::droop) {
    whole = Exact(std::floor(to_double(total / (n + Exact(1)))) + 1);
    parts = Exact(1);
  }
  std::vector<Claim> left;
  std::uint64_t given = 0;
  for (std::uint32_t i = 0; i < votes.size(); ++i) {
    const Exact scaled = votes[i] * parts;
    Exact floor(std::floor(to_double(scaled / whole)));
    while (scaled < floor * whole)
      floor = floor - Exact(1);
    while (!(scaled < (floor + Exact(1)) * whole))
      floor = floor + Exact(1);
    out.seats[i] = static_cast<std::uint64_t>(to_double(floor));
    given += out.seats[i];
    const Exact remainder = scaled - floor * whole;
    if (Exact(0) < votes[i]) // a remainder of 0 comes last
      left.push_back({remainder, Exact(1), i});
  }
  if (given > seats) {
    out.impossible = true;
    return;
  }
  std::ranges::stable_sort(left, [](const Claim& a, const Claim& b) { return less(b, a); });
  seats -= given;
  if (seats > left.size()) {
    out.impossible = true; // more seats than remainders
    return;
  }
  for (std::size_t first = 0, last = 0; first < left.size() && seats > 0; first = last) {
    while (last < left.size() && !less(left[last], left[first]))
      ++last;
    if (last - first > seats) {
      for (std::size_t i = first; i < last; ++i)
        out.tied.push_back(left[i].who);
      std::ranges::sort(out.tied);
      return;
    }
    for (std::size_t i = first; i < last; ++i)
      ++out.seats[left[i].who];
    seats -= last - first;
  }
}

/// Whoever is entitled to less than its least has it and leaves, which may leave less for others.
void by_remainders_above(std::span<const Exact> votes, Exact total, std::uint64_t seats,
                         const ApportionRule& rule, Seats& out) {
  std::vector<std::uint32_t> rest(votes.size());
  std::iota(rest.begin(), rest.end(), 0U);
  const auto number = [](std::uint64_t n) { return Exact(static_cast<double>(n)); };
  for (bool settled = false; !settled;) {
    const Exact all = total, left = number(seats);
    settled = std::erase_if(rest, [&](std::uint32_t i) {
                const bool less = votes[i] * left < number(out.seats[i]) * all;
                if (less) {
                  total -= votes[i];
                  seats -= out.seats[i];
                }
                return less;
              }) == 0;
  }
  std::vector<Exact> of_rest;
  of_rest.reserve(rest.size());
  for (const std::uint32_t i : rest)
    of_rest.push_back(votes[i]);
  Seats given = apportion(of_rest, seats, rule);
  out.impossible = given.impossible;
  for (std::size_t k = 0; k < rest.size(); ++k)
    out.seats[rest[k]] = given.seats[k];
  for (const std::uint32_t k : given.tied)
    out.tied.push_back(rest[k]);
}

} // namespace

Seats apportion(std::span<const Exact> votes, std::uint64_t seats, const ApportionRule& rule,
                std::span<const std::uint64_t> least) {
  Seats out{std::vector<std::uint64_t>(votes.size(), 0), {}, false};
  std::uint64_t held = 0;
  for (std::size_t i = 0; i < least.size(); ++i)
    held += out.seats[i] = least[i];
  Exact total(0);
  for (const Exact& v : votes)
    total += v;
  if (seats == held)
    return out;
  if (seats < held || !(Exact(0) < total))
    out.impossible = true;
  else if (rule.method != Apportionment::largest_remainder)
    by_divisors(votes, seats - held, rule, out);
  else if (held > 0)
    by_remainders_above(votes, total, seats, rule, out);
  else
    by_remainders(votes, total, seats, rule, out);
  return out;
}

} // namespace libeval::kernel
