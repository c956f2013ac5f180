// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/policy_world.hpp"

#include <random>
#include <utility>

namespace libeval::test {

class PolicyWorldMaker {
public:
  explicit PolicyWorldMaker(std::mt19937& random) : random_(random) {}

  PolicyWorld world() {
    PolicyWorld w;
    w.things = {{"m", "", NodeKind::model, PolicyWorld::own, truth(6), license()},
                {"m/a", "m", NodeKind::weights, PolicyWorld::own, truth(6), {}},
                {"m/c", "m", NodeKind::code, PolicyWorld::own, truth(6), {}},
                {"i", "", NodeKind::model, PolicyWorld::own, truth(6), license()}};
    for (const char* id : {"x", "y"})
      w.things.push_back({id, "", NodeKind::model,
                          chance(5)   ? PolicyWorld::not_known
                          : chance(6) ? PolicyWorld::own
                                      : PolicyWorld::foreign,
                          truth(4), license()});
    w.things.push_back({"d", "", NodeKind::dataset,
                        chance(2) ? PolicyWorld::own : PolicyWorld::foreign, truth(6), license()});
    if (chance(3))
      w.things.push_back({"m/b", "m", NodeKind::weights, PolicyWorld::own, truth(6), {}});
    w.things.push_back({"x/p", "x", NodeKind::weights, PolicyWorld::own, truth(4), {}});
    const std::size_t many = pick(6);
    for (std::size_t e = 0; e < many; ++e) {
      PolicyWorld::Edge edge;
      edge.child = pick(w.things.size() - 1);
      edge.parent = 1 + pick(w.things.size() - 1);
      const TestKind& kind = test_kinds[pick(test_kinds.size())];
      edge.kind = kind.word;
      edge.carries = kind.carries;
      edge.truth = truth(2);
      for (const char* obligation : {"notice", "naming"})
        if (chance(4))
          edge.claims[obligation] = truth(3);
      w.edges.push_back(edge);
    }
    w.name = chance(2) ? "team/B-Own" : "team/Own";
    w.control = chance(4) ? std::nullopt : std::optional(truth(3));
    if (!chance(3))
      w.score = static_cast<double>(pick(3));
    w.subject = pick(3);
    Rule& rule = w.rule;
    rule.id = RuleId("R");
    rule.for_each = w.subject == 0 ? "submission" : w.subject == 1 ? "weights" : "code";
    rule.form = chance(5) ? Rule::Form::note : chance(2) ? Rule::Form::deny : Rule::Form::require;
    rule.convict_at = static_cast<Level>(pick(6));
    rule.clear_at = static_cast<Level>(pick(6));
    rule.complete_at = static_cast<Level>(pick(6));
    undeclared_counts_ = !chance(4);
    formula(rule.formula, 2);
    return w;
  }

private:
  std::size_t pick(std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
  }
  bool chance(std::size_t one_in) { return pick(one_in) == 0; }
  /// Yes mostly; unknown and no once in `rare` each.
  Truth truth(std::size_t rare) {
    return chance(rare) ? Truth::unknown : chance(rare) ? Truth::no : Truth::yes;
  }
  std::optional<std::string> license() {
    return chance(4) ? std::nullopt : std::optional<std::string>(test_licenses[pick(3)]);
  }
  Carriers along() {
    Carriers out;
    while (out.none())
      for (const Carrier carrier :
           {Carrier::weights, Carrier::behavior, Carrier::data, Carrier::code})
        if (chance(2))
          out.bits = static_cast<std::uint8_t>(out.bits | Carriers{carrier}.bits);
    return out;
  }

  std::uint32_t formula(Formula& out, int depth) {
    Condition one;
    using Kind = Condition::Kind;
    if (depth > 0 && chance(2)) {
      one.kind = chance(3) ? Kind::not_ : chance(2) ? Kind::all : Kind::any;
      const std::size_t parts = one.kind == Kind::not_ ? 1 : 1 + pick(3);
      for (std::size_t p = 0; p < parts; ++p)
        one.parts.push_back(formula(out, depth - 1));
    } else {
      leaf(one);
    }
    out.push_back(std::move(one));
    return static_cast<std::uint32_t>(out.size() - 1);
  }

  void leaf(Condition& one) {
    using Kind = Condition::Kind;
    one.kind = std::array{Kind::reaches, Kind::reaches,    Kind::derives, Kind::obligations,
                          Kind::license, Kind::compatible, Kind::control, Kind::score}[pick(8)];
    one.along = along();
    one.undeclared_counts = undeclared_counts_;
    switch (one.kind) {
    case Kind::derives:
      if (chance(2))
        one.words = {test_kinds[pick(test_kinds.size())].word};
      if (chance(3))
        one.along = {};
      [[fallthrough]];
    case Kind::reaches:
      one.to.external = chance(2);
      if (!one.to.external && chance(2))
        one.to.owners = {"other"};
      else if (!one.to.external)
        one.to.things = {chance(2) ? "x" : "y"};
      break;
    case Kind::obligations:
      one.licensed = chance(2);
      one.words = {"naming"};
      if (chance(2))
        one.words.push_back(one.licensed ? "share_alike" : "notice");
      if (one.licensed && chance(2))
        one.words.push_back("no_training_on_outputs");
      break;
    case Kind::license:
      one.words = {test_licenses[pick(3)], test_licenses[pick(3)]};
      one.of_itself = chance(3);
      break;
    case Kind::control:
      one.name = "stop";
      one.level = 1;
      break;
    case Kind::score:
      one.name = "total";
      one.bound = Bound{Bound::Kind::at_least, 1, {}};
      break;
    default:
      break;
    }
  }

  std::mt19937& random_;
  bool undeclared_counts_ = true;
};

} // namespace libeval::test
