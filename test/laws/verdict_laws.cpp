// SPDX-License-Identifier: Apache-2.0
// What holds for every rule over every record: verdicts of random formulas over random lineages,
// against a plain reading of every completion of what is open.
#include "support/many.hpp"
#include "support/policy_world_maker.hpp"
#include "support/policy_world_open.hpp"
#include "support/policy_world_plain.hpp"
#include "support/policy_world_text.hpp"

using namespace libeval;
using namespace libeval::test;

namespace {

template <class Law>
void for_policy_worlds(const char* name, Law law) {
  many_times(name, [&](std::mt19937& random) { law(PolicyWorldMaker(random).world(), random); });
}

/// A pass says: met, or nothing it could be about.
bool agrees(Verdict said, Verdict is) {
  return said == Verdict::unknown || said == is ||
         (said == Verdict::pass && is == Verdict::not_applicable);
}

} // namespace

TEST_CASE("a definite verdict of any formula is that of every completion") {
  std::size_t definite = 0, open = 0;
  for_policy_worlds("completions", [&](const PolicyWorld& w, std::mt19937& random) {
    const Verdict said = judged(w, random);
    (said == Verdict::unknown ? open : definite) += 1;
    if (said == Verdict::unknown)
      return;
    for_completions(w, random, 64, [&](const PolicyWorld& completion) {
      if (!agrees(said, PlainPolicy(completion).verdict()))
        RC_LOG() << to_string(said) << "\n" << told(w) << "turned out as\n" << told(completion);
      RC_ASSERT(agrees(said, PlainPolicy(completion).verdict()));
    });
  });
  // Neither side of the law is empty.
  CHECK(definite > open / 4);
  CHECK(open > definite / 4);
}

TEST_CASE("where nothing is open the verdict is that of the plain reading") {
  for_policy_worlds("definite", [](const PolicyWorld& w, std::mt19937& random) {
    // No file says into which of several groups of weights something came.
    if (std::ranges::find(w.things, "m/b", &PolicyWorld::Thing::id) != w.things.end())
      return;
    for_completions(w, random, 1, [&](const PolicyWorld& completion) {
      const Verdict said = judged(completion, random), is = PlainPolicy(completion).verdict();
      if (said != is)
        RC_LOG() << to_string(said) << ", is " << to_string(is) << "\n" << told(completion);
      RC_ASSERT(said == is);
    });
  });
}

TEST_CASE("settling what is open in a record never turns a definite verdict round") {
  for_policy_worlds("refined", [](const PolicyWorld& w, std::mt19937& random) {
    const std::vector<Turns> open = open_in(w);
    if (open.empty())
      return;
    const Verdict before = judged(w, random);
    if (before == Verdict::unknown)
      return;
    PolicyWorld settled = w;
    const Turns& turns = open[random() % open.size()];
    turns[random() % turns.size()](settled);
    const Verdict after = judged(settled, random);
    if (!agrees(before, after))
      RC_LOG() << to_string(before) << ", then " << to_string(after) << "\n"
               << told(w) << "then\n"
               << told(settled);
    RC_ASSERT(agrees(before, after));
  });
}

TEST_CASE("order and duplicates do not matter to a verdict") {
  for_policy_worlds("order", [](const PolicyWorld& w, std::mt19937& random) {
    Lineage lineage = PolicyWorldText(w, random).lineage();
    const Verdict one = judged(w, lineage);
    const auto mix = [&](auto& list) {
      if (!list.empty())
        list.push_back(list[random() % list.size()]);
      std::ranges::shuffle(list, random);
    };
    std::ranges::shuffle(lineage.nodes, random);
    for (LineageNode& node : lineage.nodes) {
      mix(node.complete);
      mix(node.licenses);
      mix(node.owners);
      mix(node.controls);
    }
    for (Derivation& derivation : lineage.derivations) {
      mix(derivation.evidence);
      mix(derivation.obligations);
    }
    mix(lineage.derivations);
    PolicyWorld other = w;
    for (Condition& condition : other.rule.formula) {
      if (condition.kind != Condition::Kind::not_)
        mix(condition.parts);
      mix(condition.words);
    }
    RC_ASSERT(judged(other, lineage) == one);
  });
}
