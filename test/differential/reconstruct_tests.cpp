// SPDX-License-Identifier: Apache-2.0
// Random records of a few candidates, read by the engine and by listing every completion.
#include "differential/small_record.hpp"
#include "support/catch.hpp"
#include "support/record.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace libeval::test::small {
namespace {

unsigned as_mask(const StatementSet& set, const Reconstruction& r) {
  unsigned out = 0;
  for (const std::size_t s : set.statements)
    out |= 1U << std::stoi(r.statements[s].id.substr(1));
  return out;
}

struct Tally {
  int infeasible = 0, unique = 0, necessary = 0, with_reasons = 0, in_reserve = 0, relaxed = 0;
};

/// Whether an answer may be wider than what is true, and say so: behind a take that holds ties
/// others may be put out before a line that takes until so many are there and goes beyond them in a
/// tie.
bool may_be_relaxed(const Instance& x) {
  bool held = false, put_out = false;
  for (const Step& step : x.select) {
    if (step.kind == Step::withdraw || step.kind == Step::require)
      put_out = put_out || held;
    if (step.kind != Step::take)
      continue;
    const std::string& ties = step.ties.empty() ? x.ties : step.ties;
    if (put_out && step.until && (ties == "all_advance" || ties == "share"))
      return true;
    held = held || ties == "hold";
  }
  return false;
}

/// The least and the most of a score.
std::pair<int, int> extremes(const std::vector<const Completion*>& of, std::size_t node,
                             std::size_t c) {
  int low = of[0]->scores[node][c], high = low;
  for (const Completion* one : of) {
    low = std::min(low, one->scores[node][c]);
    high = std::max(high, one->scores[node][c]);
  }
  return {low, high};
}

/// Nothing that is possible is left out, and what is called proven is.
void check_relaxed(const Instance& x, const Reconstruction& r,
                   const std::vector<const Completion*>& kept) {
  for (const auto& of_node : r.nodes)
    for (std::size_t node = 0; node < x.nodes(); ++node)
      for (std::size_t c = 0; c < x.n && x.path(node) == of_node.path && !kept.empty(); ++c) {
        const auto [low, high] = extremes(kept, node, c);
        const ScoreRange& range = of_node.ranges[c];
        CHECK((range.proven_low ? *range.low == Approx(low / 100.0)
                                : *range.low < low / 100.0 + 1e-9));
        CHECK((range.proven_high ? *range.high == Approx(high / 100.0)
                                 : *range.high > high / 100.0 - 1e-9));
      }
  for (std::size_t c = 0; c < x.n; ++c)
    for (const Completion* one : kept)
      CHECK(std::ranges::any_of(r.prospects[c], [&](const OutcomeProspect& p) {
        return p.modality != OutcomeProspect::Modality::impossible &&
               to_string(p.outcome) == one->outcomes[c];
      }));
}

void check(const Instance& x, Tally& tally) {
  const std::string program = program_of(x);
  std::string published = published_of(x);
  if (x.said.empty()) // a file needs a statement; this one says nothing
    published +=
        "  - {id: none, source: somebody, range: {a: [0, " + hundredths(x.points(0)) + "]}}\n";
  INFO(program << published);
  const Bundle bundle = load_record(program, published);
  const Reconstruction r = reconstruct_record(bundle);
  const std::vector<Completion> all = all_completions(x);
  REQUIRE(r.entrants.size() == x.n);
  REQUIRE_FALSE(r.trouble);
  REQUIRE_FALSE(r.interrupted);
  REQUIRE(r.unread.empty());
  const unsigned everything = (1U << x.said.size()) - 1;
  std::vector<const Completion*> kept;
  for (const Completion& one : all)
    if (one.kept == everything)
      kept.push_back(&one);

  if (!r.relaxed.empty()) {
    REQUIRE(may_be_relaxed(x));
    ++tally.relaxed;
    if (!r.contradictory())
      check_relaxed(x, r, kept);
    CHECK((!r.contradictory() || kept.empty()));
    return;
  }
  CHECK(r.contradictory() == kept.empty());
  if (kept.empty()) {
    ++tally.infeasible;
    const unsigned set = as_mask(r.contradiction, r);
    CHECK(std::ranges::none_of(all, [&](const Completion& one) { return (set & ~one.kept) == 0; }));
    CHECK(__builtin_popcount(set) ==
          fewest(all, x.said.size(), [](const Completion&) { return false; }));
    CHECK(r.contradiction.smallest);
    return;
  }
  REQUIRE(r.nodes.size() == x.nodes());
  for (std::size_t i = 0; i < r.nodes.size(); ++i) {
    std::size_t node = 0;
    while (node < x.nodes() && x.path(node) != r.nodes[i].path)
      ++node;
    INFO(r.nodes[i].path);
    REQUIRE(node < x.nodes());
    for (std::size_t c = 0; c < x.n; ++c) {
      const auto [low, high] = extremes(kept, node, c);
      REQUIRE(r.nodes[i].ranges[c].low);
      REQUIRE(r.nodes[i].ranges[c].high);
      CHECK(*r.nodes[i].ranges[c].low == Approx(low / 100.0));
      CHECK(*r.nodes[i].ranges[c].high == Approx(high / 100.0));
      CHECK((r.nodes[i].ranges[c].proven_low && r.nodes[i].ranges[c].proven_high));
    }
  }
  bool one_only = true;
  for (const Completion* one : kept)
    one_only = one_only && one->scores == kept[0]->scores;
  CHECK(r.unique == one_only);
  tally.unique += one_only ? 1 : 0;

  const std::vector<std::size_t> keys = keys_of(x);
  for (std::size_t c = 0; c < x.n; ++c) {
    INFO("candidate " << name(c));
    std::size_t best = x.n, worst = 0;
    std::set<std::string> outcomes;
    for (const Completion* one : kept) {
      std::size_t place = 1;
      for (std::size_t d = 0; d < x.n; ++d)
        place += compare(one->scores, keys, d, c) > 0 ? 1U : 0U;
      best = std::min(best, place);
      worst = std::max(worst, place);
      outcomes.insert(one->outcomes[c]);
    }
    CHECK(r.best_place[c] == best);
    CHECK(r.worst_place[c] == worst);
    CHECK(r.places_proven[c]);

    std::set<std::string> told;
    for (const OutcomeProspect& p : r.prospects[c]) {
      if (p.modality != OutcomeProspect::Modality::impossible)
        told.insert(std::string(to_string(p.outcome)));
      if (p.modality != OutcomeProspect::Modality::necessary)
        continue;
      ++tally.necessary;
      CHECK(outcomes == std::set{std::string(to_string(p.outcome))});
      REQUIRE(p.rests_on.found);
      const auto fine = [&](const Completion& one) {
        return one.outcomes[c] == to_string(p.outcome);
      };
      const unsigned set = as_mask(p.rests_on, r);
      tally.with_reasons += set != 0 ? 1 : 0;
      CHECK(std::ranges::all_of(
          all, [&](const Completion& one) { return (set & ~one.kept) != 0 || fine(one); }));
      CHECK(__builtin_popcount(set) == fewest(all, x.said.size(), fine));
      CHECK(p.rests_on.smallest);
    }
    CHECK(told == outcomes);
    tally.in_reserve += outcomes.contains("reserve") ? 1 : 0;
  }
}

/// The unknown scores of a draw, part by part.
std::vector<int> cells_of(const Completions& drawn, std::size_t sample) {
  std::vector<int> out;
  for (std::size_t p = 0; p < drawn.parts.size(); ++p)
    for (std::size_t c = 0; c < drawn.entrants.size(); ++c)
      out.push_back(static_cast<int>(std::lround(drawn.score(sample, p, c) * 100)));
  return out;
}

/// Draws from the completions of an instance and compares how often each comes with an even share;
/// whether the draws are reported to have mixed.
bool check_even(const Instance& x, const std::set<std::vector<int>>& all, bool walk) {
  const Bundle bundle = load_record(program_of(x), published_of(x));
  SampleOptions options;
  options.samples = 40 * all.size();
  options.seed = 5;
  options.enumerate_up_to = walk ? 0 : 20'000;
  Diagnostics diagnostics;
  const Completions drawn = sample_completions(bundle, options, diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  REQUIRE(drawn.count == options.samples);
  CHECK(drawn.enumerated != walk);
  if (!walk)
    CHECK(drawn.completions == all.size());
  std::map<std::vector<int>, int> times;
  for (std::size_t s = 0; s < drawn.count; ++s)
    ++times[cells_of(drawn, s)];
  double chi_square = 0;
  for (const std::vector<int>& one : all) {
    const double off = times[one] - 40.0;
    chi_square += off * off / 40;
  }
  CHECK(times.size() == all.size()); // and no other came
  const double df = static_cast<double>(all.size()) - 1;
  const double heeded = walk ? drawn.effective / static_cast<double>(drawn.count) : 1;
  CHECK(chi_square * heeded < df + 6 * std::sqrt(2 * df) + 6); // one in some ten million
  return drawn.r_hat < 1.1 && drawn.effective > 0.1 * static_cast<double>(drawn.count);
}

/// 400 records, which are of all sorts.
void check_records(unsigned first_seed) {
  Tally tally;
  for (unsigned seed = first_seed; seed < first_seed + 400; ++seed) {
    INFO("seed " << seed);
    check(random_record(seed), tally);
  }
  CHECK(tally.infeasible > 20);
  CHECK(tally.unique > 10);
  CHECK(tally.necessary > 100);
  CHECK(tally.with_reasons > 20);
  CHECK(tally.in_reserve > 50);
  CHECK(tally.relaxed == 0);
}

} // namespace

TEST_CASE("Every range, place, outcome and smallest set is that of all completions listed") {
  check_records(0);
}

TEST_CASE("Every range, place, outcome and smallest set is that of the list, more records") {
  check_records(400);
}

TEST_CASE("Completions are drawn evenly, from their list and by the walk") {
  int drawn_from = 0, slow = 0;
  for (unsigned seed = 1000; seed < 1400 && drawn_from < 60; ++seed) {
    const Instance x = random_record(seed);
    std::set<std::vector<int>> all;
    for (const Completion& one : all_completions(x))
      if (one.kept == (1U << x.said.size()) - 1) {
        std::vector<int> cells;
        for (std::size_t p = 0; p < x.parts.size(); ++p)
          for (std::size_t c = 0; c < x.n && x.parts[p].known.empty(); ++c)
            cells.push_back(one.scores[x.node_of(p)][c]);
        all.insert(cells);
      }
    if (x.said.empty() || all.size() < 2 || all.size() > 80 || may_be_relaxed(x))
      continue;
    ++drawn_from;
    INFO("seed " << seed << "\n" << program_of(x) << published_of(x));
    CHECK(check_even(x, all, false));
    slow += check_even(x, all, true) ? 0 : 1;
  }
  CHECK(drawn_from == 60);
  CHECK(slow <= 1); // a walk that mixes slowly says so
}

} // namespace libeval::test::small
