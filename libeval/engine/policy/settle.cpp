// SPDX-License-Identifier: Apache-2.0
// What would have to turn out how, so that an open verdict is settled.
#include "engine/policy/formula.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace libeval {
namespace {

/// What makes a condition have a value; nothing if no open point can.
using Points = std::optional<std::vector<OpenPoint>>;

struct Costs {
  bool counts = false; ///< it may apply
  Points yes, no;
};

class Settling {
public:
  Settling(const Asked& asked, const std::vector<ConditionTrace>& leaves)
      : asked_(asked), leaves_(leaves) {}

  Costs whole() {
    const Formula& formula = asked_.rule.formula;
    std::vector<Costs> costs(formula.size());
    for (const ConditionTrace& leaf : leaves_)
      costs[leaf.condition] = of_leaf(leaf);
    for (std::size_t i = 0; i < formula.size(); ++i)
      for (const std::uint32_t part : formula[i].parts)
        costs[i] = joined(formula[i].kind, std::move(costs[i]), costs[part]);
    return std::move(costs.back());
  }

private:
  static std::size_t size(const Points& points) { return points ? points->size() : SIZE_MAX; }

  static Points both(const Points& a, const Points& b) {
    if (!a || !b)
      return std::nullopt;
    Points out = a;
    for (const OpenPoint& point : *b)
      if (std::ranges::none_of(*a, [&](const OpenPoint& known) { return same(known, point); }))
        out->push_back(point);
    return out;
  }
  static Points cheaper(const Points& a, const Points& b) { return size(b) < size(a) ? b : a; }

  /// A fact of the lineage is one for all conditions; the rest belongs to its own.
  static bool same(const OpenPoint& a, const OpenPoint& b) {
    return a.fact == b.fact && a.holds == b.holds &&
           (a.fact || (a.condition == b.condition && a.claim == b.claim));
  }

  static Costs joined(Condition::Kind kind, Costs whole, const Costs& part) {
    if (!part.counts)
      return whole;
    if (kind == Condition::Kind::not_)
      return {true, part.no, part.yes};
    if (!whole.counts)
      return part;
    if (kind == Condition::Kind::all)
      return {true, both(whole.yes, part.yes), cheaper(whole.no, part.no)};
    return {true, cheaper(whole.yes, part.yes), both(whole.no, part.no)};
  }

  [[nodiscard]] OpenPoint point(const ConditionTrace& leaf, bool holds) const {
    OpenPoint out;
    out.condition = leaf.condition;
    out.holds = holds;
    return out;
  }

  [[nodiscard]] OpenPoint point(const ConditionTrace& leaf, const OpenFact& fact,
                                bool holds) const {
    OpenPoint out = point(leaf, holds || fact.kind == OpenFact::Kind::record);
    out.fact = fact;
    if (fact.kind == OpenFact::Kind::derivation)
      out.now = asked_.view.graph.edges[fact.edge].belief;
    else if (fact.kind == OpenFact::Kind::record)
      out.now = asked_.view.graph.complete[fact.node];
    return out;
  }

  [[nodiscard]] Points facts(const ConditionTrace& leaf, const std::vector<OpenFact>& facts,
                             bool holds) const {
    if (facts.empty())
      return std::nullopt;
    Points out(std::in_place);
    for (const OpenFact& fact : facts)
      out->push_back(point(leaf, fact, holds));
    return out;
  }

  [[nodiscard]] Costs of_leaf(const ConditionTrace& leaf) const {
    Costs out;
    out.counts = !leaf.possible.only_none();
    if (!out.counts)
      return out;
    if (leaf.truth != Truth::unknown) {
      (leaf.truth == Truth::yes ? out.yes : out.no).emplace();
      return out;
    }
    if (!leaf.error.empty())
      return out;
    if (leaf.claims.empty() && leaf.reach &&
        asked_.rule.formula[leaf.condition].kind <= Condition::Kind::derives) {
      out.yes = facts(leaf, leaf.reach->settle_yes, true);
      out.no = facts(leaf, leaf.reach->settle_no, false);
      return out;
    }
    if (asked_.rule.formula[leaf.condition].kind == Condition::Kind::score) {
      out.yes.emplace(1, point(leaf, true));
      out.no.emplace(1, point(leaf, false));
      return out;
    }
    out.yes.emplace();
    for (std::size_t c = 0; c < leaf.claims.size(); ++c) {
      if (leaf.claims[c].truth != Truth::unknown)
        continue;
      OpenPoint one = point(leaf, true);
      one.claim = c;
      one.now = leaf.claims[c].belief;
      out.yes->push_back(one);
      if (!out.no) {
        one.holds = false;
        out.no.emplace(1, one);
      }
    }
    if (leaf.reach) // of licenses: the records
      out.yes = both(out.yes, facts(leaf, leaf.reach->settle_no, false));
    return out;
  }

  const Asked& asked_;
  const std::vector<ConditionTrace>& leaves_;
};

} // namespace

namespace {

/// What may be replaced is said only where the rule passes then: with its condition cleared, as the
/// others are.
void keep_remedies(SubjectVerdict& verdict, const Asked& asked) {
  for (ConditionTrace& leaf : verdict.conditions) {
    if (!leaf.reach || leaf.reach->choke.empty())
      continue;
    std::vector<ConditionTrace> others;
    for (const ConditionTrace& one : verdict.conditions) {
      ConditionTrace& copy = others.emplace_back();
      copy.condition = one.condition;
      copy.possible = &one == &leaf ? Possible::of(Truth::no) : one.possible;
    }
    const Possible holds = value_of(asked.rule.formula, others);
    const Possible good = asked.rule.form == Rule::Form::require ? holds : !holds;
    if (!good.only_none() && good.truth() != Truth::yes)
      leaf.reach->choke.clear();
  }
}

} // namespace

void settle(SubjectVerdict& verdict, const Asked& asked) {
  keep_remedies(verdict, asked);
  if (verdict.verdict != Verdict::unknown || asked.rule.formula.empty())
    return;
  Costs whole = Settling(asked, verdict.conditions).whole();
  if (asked.rule.form == Rule::Form::deny)
    std::swap(whole.yes, whole.no);
  verdict.passes_if = std::move(whole.yes).value_or(std::vector<OpenPoint>{});
  verdict.fails_if = std::move(whole.no).value_or(std::vector<OpenPoint>{});
}

} // namespace libeval
