// SPDX-License-Identifier: Apache-2.0
// Random records of stages whose rules go beyond takes by number (pools, quotas, bounds, bands,
// budgets, verdicts that nobody knows), against the decisions on every completion listed.
#include "differential/small_record.hpp"
#include "support/catch.hpp"
#include "support/random.hpp"
#include "support/record.hpp"

#include <libeval/engine/decide.hpp>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace libeval::test::small {
namespace {

/// A selection, and the policy that it asks for.
struct Rules {
  std::string attributes[4]; ///< by candidate
  std::string policy;
};

Step step_of(const std::string& text) {
  Step s;
  s.text = text;
  return s;
}

/// A record whose selection is of other steps. Statements on outcomes are left out: they are not
/// read there.
Instance with_other_rules(unsigned seed, Rules& rules) {
  Instance x = random_record(seed);
  Random r(seed);
  const auto count = [&] { return std::to_string(r.in(1, static_cast<int>(x.n))); };
  const auto node = [&] {
    return static_cast<std::size_t>(r.in(0, static_cast<int>(x.nodes()) - 1));
  };
  const auto bound = [&](std::size_t of) { // that somebody can reach
    return hundredths(x.step * r.in(0, x.points(of) / x.step));
  };
  const auto bounded = [&] {
    const std::size_t of = node();
    return "part: " + x.path(of) + ", at_least: " + bound(of);
  };
  // One draw after another: in one expression each compiler has an order of its own.
  for (std::string& attributes : rules.attributes) {
    attributes = "{k: " + r.of<std::string>({"x", "y"});
    attributes += ", price: " + std::to_string(r.in(1, 3)) + "}";
  }
  x.ties = "hold";
  x.select.clear();
  const auto add = [&](const std::string& text) { x.select.push_back(step_of(text)); };
  if (r.one_in(4)) {
    rules.policy = "policy: p\nrules:\n  - {id: R, title: r, on_unknown: hold, consequence: "
                   "disqualify}\nfindings:\n";
    for (std::size_t c = 0; c < x.n; ++c)
      if (r.one_in(2))
        rules.policy += "  - {rule: R, candidate: " + name(c) +
                        ", verdict: " + r.of<std::string>({"pass", "fail", "unknown"}) +
                        ", level: verified, source: s}\n";
    if (rules.policy.back() == '\n' && rules.policy.ends_with("findings:\n"))
      rules.policy += "  - {rule: R, candidate: a, verdict: unknown, level: verified, source: s}\n";
    add("policy: policy.yaml");
  }
  const std::string of_k = "by: k, ";
  const int kind = r.in(0, 8);
  if (kind == 1)
    add("quota: {" + of_k + "at_most: " + std::to_string(r.in(1, 2)) + "}");
  if (kind == 2)
    add("quota: {" + of_k + "at_least: 1, short: " + r.of<std::string>({"open", "others"}) + "}");
  if (kind == 3)
    add("group: k");
  if (r.one_in(4))
    add("require: {" + bounded() + "}");
  add("order: [" + std::string(r.one_in(3) ? x.path(node()) : "total") + "]");
  if (kind <= 3) // a quota of one of each needs so many places
    add("take: {first: " + (kind == 2 ? std::to_string(x.n) : count()) + "}");
  if (kind == 4) {
    const std::string budget = std::to_string(r.in(1, 6));
    add("take: {budget: " + budget + ", cost: {attribute: price}" +
        (r.one_in(2) ? ", skip: true}" : "}"));
  }
  if (kind == 5)
    add("take: {" + bounded() + "}");
  if (kind == 6) {
    const std::string least = bound(0);
    add("take: {bands: [{name: A, at_least: " + least + "}, {name: B, first: " + count() +
        "}, {name: C}], advance: [A, B]}");
  }
  if (kind == 7)
    add("take: {share: 1/2, round: up}");
  if (kind == 8)
    add("take: {first: 1, where: {k: x}}");
  if (kind == 3 && r.one_in(2)) {
    add("regroup");
    add("take: {first: 1}");
  }
  if (r.one_in(3))
    add("reserve: {first: 1}");
  std::erase_if(x.said, [](const Said& s) { return s.text.find("outcome") != std::string::npos; });
  for (std::size_t s = 0; s < x.said.size(); ++s)
    x.said[s].id = "s" + std::to_string(s);
  return x;
}

std::string with_attributes(std::string program, const Instance& x, const Rules& rules) {
  for (std::size_t c = 0; c < x.n; ++c) {
    const std::string nothing = "  " + name(c) + ": {}\n";
    program.replace(program.find(nothing), nothing.size(),
                    "  " + name(c) + ": " + rules.attributes[c] + "\n");
  }
  return program;
}

/// Decides every completion as if all of it had been published.
class Decider {
public:
  Decider(const Instance& x, const Rules& rules) : x_(x) {
    Instance known = x;
    for (Part& p : known.parts) {
      p.best = false;
      if (p.known.empty())
        p.known.assign(x.n, 0);
    }
    bundle_ =
        load_record(with_attributes(program_of(known), x, rules), published_of(x), rules.policy);
  }

  Outcomes decide(const Scores& scores) {
    for (std::size_t p = 0; p < x_.parts.size(); ++p)
      for (std::size_t t = 0; t < bundle_.tables.size(); ++t)
        if (bundle_.program.evidence[t].name == x_.parts[p].id + "-marks") {
          Table table = *bundle_.tables[t];
          for (std::size_t c = 0; c < x_.n; ++c)
            table.values[0].numbers[c] = scores[x_.node_of(p)][c] / 100.0;
          bundle_.tables[t] = std::make_shared<const Table>(std::move(table));
        }
    Outcomes out;
    const StageDecision stage = libeval::decide(bundle_).stages[0];
    for (const Outcome outcome : stage.outcomes)
      out.emplace_back(to_string(outcome));
    return out;
  }

private:
  const Instance& x_;
  Bundle bundle_;
};

struct Tally {
  int exact = 0, wider = 0, necessary = 0, smallest = 0, with_reasons = 0;
};

unsigned mask_of(const StatementSet& set, const Reconstruction& r) {
  unsigned out = 0;
  for (const std::size_t s : set.statements)
    out |= 1U << std::stoi(r.statements[s].id.substr(1));
  return out;
}

void check(unsigned seed, Tally& tally) {
  Rules rules;
  const Instance x = with_other_rules(seed, rules);
  if (x.said.empty())
    return;
  std::vector<Completion> all = all_completions(x);
  if (all.size() > 700)
    return;
  const std::string program = with_attributes(program_of(x), x, rules);
  INFO("seed " << seed << "\n" << program << published_of(x) << rules.policy);
  const Bundle bundle = load_record(program, published_of(x), rules.policy);
  const Reconstruction r = reconstruct_record(bundle);
  REQUIRE_FALSE(r.trouble);
  Decider decider(x, rules);
  for (Completion& one : all)
    one.outcomes = decider.decide(one.scores);
  std::vector<const Completion*> kept;
  for (const Completion& one : all)
    if (one.kept == (1U << x.said.size()) - 1)
      kept.push_back(&one);
  CHECK(r.contradictory() == kept.empty());
  if (kept.empty())
    return;
  const bool exact = r.unread.empty() && r.relaxed.empty();
  (exact ? tally.exact : tally.wider) += 1;
  for (std::size_t c = 0; c < x.n; ++c) {
    INFO("candidate " << name(c));
    std::set<std::string> outcomes, told;
    for (const Completion* one : kept)
      outcomes.insert(one->outcomes[c]);
    for (const OutcomeProspect& p : r.prospects[c]) {
      if (p.modality != OutcomeProspect::Modality::impossible)
        told.insert(std::string(to_string(p.outcome)));
      if (p.modality != OutcomeProspect::Modality::necessary)
        continue;
      ++tally.necessary;
      if (!p.rests_on.found)
        continue;
      const auto fine = [&](const Completion& one) {
        return one.outcomes[c] == to_string(p.outcome);
      };
      const unsigned set = mask_of(p.rests_on, r);
      CHECK(std::ranges::all_of(
          all, [&](const Completion& one) { return (set & ~one.kept) != 0 || fine(one); }));
      if (p.rests_on.smallest) {
        CHECK(__builtin_popcount(set) == fewest(all, x.said.size(), fine));
        ++tally.smallest;
        tally.with_reasons += set != 0 ? 1 : 0;
      }
    }
    if (exact)
      CHECK(told == outcomes);
    else
      CHECK(std::ranges::includes(told, outcomes));
  }
}

void check_records(unsigned first) {
  Tally tally;
  for (unsigned seed = first; seed < first + 40; ++seed)
    check(seed, tally);
  CHECK(tally.exact > 10);
  CHECK(tally.exact > 4 * tally.wider);
  CHECK(tally.necessary > 10);
  CHECK(2 * tally.smallest > tally.necessary);
  CHECK(tally.with_reasons > 1);
}

} // namespace

// In three, so that each has time enough under sanitizers.
TEST_CASE("Outcomes and what they rest on under pools, quotas, bounds and budgets are those of all "
          "completions") {
  check_records(0);
}

TEST_CASE("Outcomes and what they rest on under such rules, more records") {
  check_records(40);
}

TEST_CASE("Outcomes and what they rest on under such rules, further records") {
  check_records(80);
}

} // namespace libeval::test::small
