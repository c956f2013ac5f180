// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include "engine/select/select.hpp"

#include <cmath>

using namespace libeval;

namespace {

ReadyFinding found(Verdict verdict, Level level) {
  ReadyFinding out;
  out.verdict = verdict;
  out.level = level;
  return out;
}

Verdict judged(const Rule& rule, const std::vector<ReadyFinding>& findings) {
  std::vector<const ReadyFinding*> pointers;
  for (const ReadyFinding& f : findings)
    pointers.push_back(&f);
  const Verdict forward = judge(rule, pointers).verdict;
  const Verdict backward = judge(rule, {pointers.rbegin(), pointers.rend()}).verdict;
  CHECK(forward == backward); // the order of findings is no rule
  return forward;
}

} // namespace

TEST_CASE("a candidate without a finding is unknown under the rule") {
  const Rule rule;
  CHECK(judged(rule, {}) == Verdict::unknown);
  CHECK(judge(rule, {}).decisive == nullptr);
}

TEST_CASE("one finding is the verdict, if it reaches the level that the rule asks") {
  Rule rule;
  CHECK(judged(rule, {found(Verdict::pass, Level::inferred)}) == Verdict::pass);
  CHECK(judged(rule, {found(Verdict::fail, Level::inferred)}) == Verdict::fail);
  CHECK(judged(rule, {found(Verdict::unknown, Level::verified)}) == Verdict::unknown);
  CHECK(judged(rule, {found(Verdict::not_applicable, Level::verified)}) == Verdict::not_applicable);
  rule.convict_at = Level::admitted;
  rule.clear_at = Level::self_declared;
  CHECK(judged(rule, {found(Verdict::fail, Level::corroborated)}) == Verdict::unknown);
  CHECK(judged(rule, {found(Verdict::fail, Level::admitted)}) == Verdict::fail);
  CHECK(judged(rule, {found(Verdict::pass, Level::alleged)}) == Verdict::unknown);
  CHECK(judged(rule, {found(Verdict::pass, Level::self_declared)}) == Verdict::pass);
}

TEST_CASE("a fail convicts unless a pass of a higher level stands against it") {
  Rule rule;
  rule.convict_at = Level::admitted;
  rule.clear_at = Level::self_declared;
  CHECK(judged(rule, {found(Verdict::fail, Level::admitted),
                      found(Verdict::pass, Level::verified)}) == Verdict::pass);
  CHECK(judged(rule, {found(Verdict::fail, Level::verified),
                      found(Verdict::pass, Level::admitted)}) == Verdict::fail);
  // A weak fail does not convict, and a pass that is stronger clears.
  CHECK(judged(rule, {found(Verdict::fail, Level::alleged),
                      found(Verdict::pass, Level::self_declared)}) == Verdict::pass);
  // A fail that is too weak to convict still stands in the way of a weaker pass.
  CHECK(judged(rule, {found(Verdict::fail, Level::corroborated),
                      found(Verdict::pass, Level::self_declared)}) == Verdict::unknown);
}

TEST_CASE("findings of one level against each other are unknown") {
  const Rule rule;
  CHECK(judged(rule, {found(Verdict::fail, Level::verified),
                      found(Verdict::pass, Level::verified)}) == Verdict::unknown);
  const ReadyFinding fail = found(Verdict::fail, Level::verified);
  const ReadyFinding pass = found(Verdict::pass, Level::verified);
  CHECK(judge(rule, {&fail, &pass}).conflict);
}

TEST_CASE("the strongest finding of a kind counts") {
  Rule rule;
  rule.convict_at = Level::admitted;
  CHECK(judged(rule, {found(Verdict::fail, Level::alleged), found(Verdict::fail, Level::verified),
                      found(Verdict::pass, Level::admitted)}) == Verdict::fail);
}

TEST_CASE("rounded values are equal only if they are the same") {
  CHECK(tolerance_of({1, 2}, 0.1, 0, 0) < 0.05);
  CHECK(tolerance_of({1, 2}, 0.1, 0, 0) > 1e-16);
}

TEST_CASE("values with points are equal within a billionth of the points") {
  CHECK(tolerance_of({1, 2}, 0, 100, 0) == Approx(1e-7));
}

TEST_CASE("values as they stand are equal only within a billionth of themselves") {
  CHECK(tolerance_of({}, 0, 0, 0) == 0);
  CHECK(tolerance_of({1500000000000, 1500000000900}, 0, 0, 0) < 1);
  for (const double x : {0.0, 5e-324, 1e-300, 1.0, 1e300, 1.7976931348623157e308, -1e308}) {
    CHECK(tolerance_of({x}, 0, 0, 0) >= 0);
    CHECK(tolerance_of({x}, 0, 0, 0) <= std::abs(x));
  }
}
