// SPDX-License-Identifier: Apache-2.0
// Conditions of rules: each asked by itself, then put together in strong Kleene logic.
#include "engine/policy/formula.hpp"
#include "domain/lineage_steps.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace libeval {
namespace {

using Kind = Condition::Kind;

bool is_leaf(const Condition& condition) {
  return condition.kind != Kind::all && condition.kind != Kind::any && condition.kind != Kind::not_;
}

/// Whether a node is what a condition looks for.
std::function<Truth(NodeIndex)> target_of(const Condition& condition, const Asked& asked) {
  if (condition.to.external)
    return [&asked](NodeIndex node) { return asked.external(node); };
  std::vector<NodeIndex> things, owners;
  for (const std::string& id : condition.to.things)
    things.push_back(asked.view.find(id));
  for (const std::string& id : condition.to.owners)
    if (const NodeIndex party = asked.view.find(id); party != no_node)
      owners.push_back(asked.view.graph.owner[party]);
  return [&asked, things, owners](NodeIndex node) {
    for (NodeIndex whole = node; whole != no_node && !things.empty();
         whole = asked.view.graph.whole[whole]) // a part reached is something of its whole
      if (std::ranges::find(things, whole) != things.end())
        return Truth::yes;
    if (owners.empty())
      return Truth::no;
    const auto whose = owners_of(asked.view.graph, asked.view.disputes, node);
    const auto named = std::ranges::count_if(
        whose, [&](NodeIndex owner) { return std::ranges::find(owners, owner) != owners.end(); });
    if (!whose.empty() && named == std::ssize(whose))
      return Truth::yes;
    return whose.empty() || named > 0 ? Truth::unknown : Truth::no;
  };
}

ConditionTrace ask_reach(const Condition& condition, const Asked& asked) {
  ConditionTrace out;
  ReachQuestion question;
  question.starts = {asked.subject};
  question.along = condition.along;
  question.at = {asked.rule.convict_at, asked.rule.clear_at};
  question.complete = asked.rule.complete_at;
  question.target = target_of(condition, asked);
  if (condition.undeclared_counts)
    question.needs_record = [&asked](NodeIndex node) { return asked.external(node) != Truth::yes; };
  if (condition.kind == Kind::derives) {
    question.direct = true;
    if (condition.along.none())
      question.along.bits = 0xff;
    if (!condition.words.empty())
      question.follows = [&](const LineageEdge& edge) {
        return edge.derivation != no_node &&
               std::ranges::find(condition.words,
                                 asked.view.lineage.derivations[edge.derivation].kind) !=
                   condition.words.end();
      };
  }
  out.reach = asked.view.walk.ask(question);
  out.truth = out.reach->truth;
  return out;
}

ConditionTrace ask_control(const Condition& condition, const Asked& asked) {
  ConditionTrace out;
  ClaimTrace claim;
  claim.what = condition.name;
  const auto weigh_claims = [&](NodeIndex node) {
    bool any = false;
    for (const ControlClaim& one : asked.view.lineage.nodes[node].controls) {
      if (one.criterion != condition.name)
        continue;
      any = true;
      claim.node = node;
      const bool enough = one.level >= condition.level;
      Weighed weighed;
      if (one.evidence.empty())
        weighed.belief = stated;
      else
        weighed = weigh(one.evidence, asked.view.interest_of(node, enough), asked.view.times);
      const Belief& belief = weighed.belief;
      const bool holds = belief.pro > belief.con;
      // What does not even reach a lower level does not reach this one.
      if (belief.pro == belief.con || (!holds && one.level > condition.level))
        continue;
      const bool good = holds && enough;
      const std::uint8_t strength = std::max(belief.pro, belief.con);
      std::uint8_t& side = good ? claim.belief.pro : claim.belief.con;
      if (strength <= side)
        continue;
      if (strength > std::max(claim.belief.pro, claim.belief.con))
        claim.level = holds ? std::optional(one.level) : std::nullopt;
      side = strength;
      (good ? claim.pro : claim.con) = holds ? weighed.pro : weighed.con;
    }
    return any;
  };
  if (!weigh_claims(asked.subject) && asked.view.graph.whole[asked.subject] != no_node)
    weigh_claims(asked.view.graph.whole[asked.subject]);
  if (claim.node == no_node)
    claim.node = asked.subject;
  claim.truth = believe(claim.belief, {asked.rule.clear_at, asked.rule.convict_at});
  out.truth = claim.truth;
  out.claims.push_back(std::move(claim));
  return out;
}

/// Every obligation that is named for a derivation of own work, along the carriers, is met.
ConditionTrace ask_obligations(const Condition& condition, const Asked& asked) {
  if (condition.licensed)
    return ask_terms(condition, asked);
  ConditionTrace out;
  out.possible = Possible::nothing();
  const Thresholds at = {asked.rule.convict_at, asked.rule.clear_at};
  const LineageGraph& graph = asked.view.graph;
  for (const Ancestor& child : ancestors_of(asked, condition.along)) {
    const Truth own = !asked.external(child.node);
    for (std::uint32_t e = graph.first[child.node]; e < graph.first[child.node + 1]; ++e) {
      const LineageEdge& edge = graph.edges[e];
      const Truth derived = own && edge.truth(at) && child.takes(edge.carries);
      if (edge.derivation == no_node || derived == Truth::no)
        continue;
      for (const ObligationClaim& one :
           asked.view.lineage.derivations[edge.derivation].obligations) {
        if (std::ranges::find(condition.words, one.obligation) == condition.words.end())
          continue;
        const Weighed weighed =
            weigh(one.evidence, asked.view.interest_of(child.node, true), asked.view.times);
        ClaimTrace claim;
        claim.what = one.obligation;
        claim.node = child.node;
        claim.edge = e;
        claim.belief = weighed.belief;
        claim.pro = weighed.pro;
        claim.con = weighed.con;
        const Possible met =
            Possible::of(believe(weighed.belief, {asked.rule.clear_at, asked.rule.convict_at}));
        add_claim(out, std::move(claim), derived == Truth::yes ? met : met.or_nothing());
      }
    }
  }
  return out;
}

ConditionTrace ask_score(const Condition& condition, const Asked& asked) {
  ConditionTrace out;
  if (!asked.score) {
    out.error = "there are no scores here";
    return out;
  }
  out.observed = asked.score(asked.candidate, condition.name);
  if (!out.observed)
    return out;
  const double x = *out.observed, limit = condition.bound.number;
  const bool meets = condition.bound.kind == Bound::Kind::at_least  ? x >= limit
                     : condition.bound.kind == Bound::Kind::above   ? x > limit
                     : condition.bound.kind == Bound::Kind::at_most ? x <= limit
                                                                    : x < limit;
  out.truth = meets ? Truth::yes : Truth::no;
  return out;
}

} // namespace

Interest LineageView::interest_of(NodeIndex node, bool holds) const {
  return {[this, mine = graph.owner[node]](const std::string& by) {
            const NodeIndex who = find(by);
            return who != no_node && mine != no_node && graph.owner[who] == mine;
          },
          holds};
}

Truth Asked::external(NodeIndex node) const {
  const LineageGraph& graph = view.graph;
  Truth ours = submissions.empty() ? Truth::unknown : Truth::no;
  for (const NodeIndex model : submissions)
    ours = ours || same_owner(graph, view.disputes, model, node);
  const auto whose = owners_of(graph, view.disputes, node);
  const auto of_team = [&](NodeIndex owner) {
    return std::ranges::any_of(submissions,
                               [&](NodeIndex model) { return graph.owner[model] == owner; });
  };
  if (ours == Truth::unknown && !whose.empty() && std::ranges::all_of(whose, of_team))
    return Truth::no; // whichever of them it is
  return !ours;
}

std::vector<Ancestor> ancestors_of(const Asked& asked, Carriers along) {
  using At = LineagePlace::At;
  const LineageGraph& graph = asked.view.graph;
  const Thresholds at = {asked.rule.convict_at, asked.rule.clear_at};
  std::vector<std::pair<LineagePlace, Truth>> places;
  std::unordered_set<std::uint64_t> seen;
  const auto reach = [&](const LineagePlace& place, Truth truth) {
    if (seen.insert(place.key()).second)
      places.emplace_back(place, truth);
  };
  reach({asked.subject, At::thing, along}, Truth::yes);
  for (const Truth least : {Truth::yes, Truth::unknown})
    for (std::size_t next = 0; next < places.size();) {
      const LineagePlace from = places[next++].first;
      for_each_step(graph, from, along, [&](std::uint32_t e, const LineagePlace& to) {
        const Truth truth = e == no_node ? Truth::yes : graph.edges[e].truth(at);
        if (truth >= least)
          reach(to, least);
      });
    }
  std::vector<Ancestor> out;
  std::unordered_map<NodeIndex, std::size_t> known;
  for (const auto& [place, truth] : places) {
    const auto [one, is_new] = known.try_emplace(place.node, out.size());
    if (is_new)
      out.push_back({place.node, Truth::no, Truth::no, {}, {}});
    Ancestor& ancestor = out[one->second];
    if (place.at == At::thing)
      ancestor.reached = ancestor.reached || truth;
    ancestor.came_into = ancestor.came_into || truth;
    for (Carriers* came : {&ancestor.perhaps, truth == Truth::yes ? &ancestor.surely : nullptr})
      if (came != nullptr)
        came->bits = static_cast<std::uint8_t>(came->bits | place.along.bits);
  }
  return out;
}

void add_claim(ConditionTrace& out, ClaimTrace claim, Possible possible) {
  claim.truth = possible.truth();
  out.possible = out.possible && possible;
  out.claims.push_back(std::move(claim));
}

namespace {

ConditionTrace ask_kind(const Condition& condition, const Asked& asked) {
  switch (condition.kind) {
  case Kind::reaches:
  case Kind::derives:
    return ask_reach(condition, asked);
  case Kind::control:
    return ask_control(condition, asked);
  case Kind::obligations:
    return ask_obligations(condition, asked);
  case Kind::license:
    return ask_license(condition, asked);
  case Kind::compatible:
    return ask_compatible(condition, asked);
  case Kind::score:
    return ask_score(condition, asked);
  default:
    break;
  }
  ConditionTrace out;
  out.error = "this kind of condition cannot be asked here";
  return out;
}

} // namespace

ConditionTrace ask(const Condition& condition, const Asked& asked) {
  ConditionTrace out = ask_kind(condition, asked);
  if (out.possible == Possible{})
    out.possible = Possible::of(out.truth);
  else
    out.truth = out.possible.truth();
  return out;
}

Possible value_of(const Formula& formula, std::vector<ConditionTrace>& leaves) {
  if (formula.empty())
    return Possible::nothing();
  std::vector<Possible> values(formula.size(), Possible::nothing());
  std::vector<ConditionTrace*> leaf_at(formula.size(), nullptr);
  for (ConditionTrace& leaf : leaves) {
    leaf_at[leaf.condition] = &leaf;
    values[leaf.condition] = leaf.possible;
  }
  for (std::size_t i = 0; i < formula.size(); ++i) {
    const Condition& condition = formula[i];
    if (is_leaf(condition))
      continue;
    values[i] = values[condition.parts.front()];
    for (std::size_t p = 1; p < condition.parts.size(); ++p)
      values[i] = condition.kind == Kind::all ? values[i] && values[condition.parts[p]]
                                              : values[i] || values[condition.parts[p]];
    if (condition.kind == Kind::not_)
      values[i] = !values[i];
  }
  std::vector<bool> critical(formula.size(), false);
  critical.back() = !values.back().settled();
  for (std::size_t i = formula.size(); i-- > 0;) {
    if (!critical[i])
      continue;
    if (leaf_at[i] != nullptr)
      leaf_at[i]->critical = true;
    for (const std::uint32_t part : formula[i].parts)
      critical[part] = !values[part].settled();
  }
  return values.back();
}

} // namespace libeval
