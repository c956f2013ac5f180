// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/engine/verdicts.hpp>
#include <libeval/io/matrix.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

/// Small random records with a rule over them, and a plain reading of records in which nothing is
/// open: texts and sets, no graph, no evidence, nothing of the library's.
namespace libeval::test {

/// What a thing of a kind is, as a part of something.
inline Carriers plainly_is(NodeKind kind) {
  using enum Carrier;
  return kind == NodeKind::weights   ? Carriers{weights, behavior}
         : kind == NodeKind::code    ? Carriers{code}
         : kind == NodeKind::dataset ? Carriers{data}
                                     : Carriers{weights, behavior, data, code};
}

/// What can come into a thing of a kind.
inline Carriers plainly_takes(NodeKind kind) {
  using enum Carrier;
  return kind == NodeKind::weights   ? Carriers{weights, behavior, data}
         : kind == NodeKind::dataset ? Carriers{data, behavior}
                                     : plainly_is(kind);
}

inline Carriers common(Carriers a, Carriers b) {
  a.bits = static_cast<std::uint8_t>(a.bits & b.bits);
  return a;
}

/// Facts by their truth; what evidence says so is made up when the library is asked (`lineage_of`).
struct PolicyWorld {
  enum Owner { own, foreign, not_known };
  struct Thing {
    std::string id, whole;
    NodeKind kind = NodeKind::model;
    Owner owner = own; ///< of a part: that of its whole
    Truth record = Truth::yes;
    std::optional<std::string> license;
  };
  struct Edge {
    std::size_t child = 0, parent = 0;
    std::string kind;
    Carriers carries;
    Truth truth = Truth::yes;
    std::map<std::string, Truth> claims; ///< obligations
    std::vector<std::size_t> into = {};  ///< of a whole: the parts that it came into
  };
  std::vector<Thing> things;
  std::vector<Edge> edges;
  std::string name;                          ///< of what was submitted
  std::optional<Truth> control = Truth::yes; ///< `stop` is at least 1; none: nobody says
  std::optional<double> score;
  Rule rule;
  std::size_t subject = 0;

  [[nodiscard]] std::size_t whole_of(std::size_t thing) const {
    for (std::size_t i = 0; i < things.size(); ++i)
      if (things[i].id == things[thing].whole)
        return i;
    return thing;
  }
  /// Into which parts what came into a whole may have come: the sets of those that can take it,
  /// with one of them at least; the empty set where there are none.
  [[nodiscard]] std::vector<std::vector<std::size_t>> ways_into(std::size_t whole,
                                                                Carriers carried) const {
    std::vector<std::size_t> parts;
    for (std::size_t i = 0; i < things.size(); ++i)
      if (things[i].whole == things[whole].id && plainly_takes(things[i].kind).meets(carried))
        parts.push_back(i);
    std::vector<std::vector<std::size_t>> out;
    for (std::size_t k = parts.empty() ? 0 : 1; k < (std::size_t{1} << parts.size()); ++k) {
      out.emplace_back();
      for (std::size_t i = 0; i < parts.size(); ++i)
        if ((k >> i) % 2 == 1)
          out.back().push_back(parts[i]);
    }
    return out;
  }
  [[nodiscard]] Owner owner_of(std::size_t thing) const { return things[whole_of(thing)].owner; }
  [[nodiscard]] std::optional<std::string> license_of(std::size_t thing) const {
    return things[thing].license ? things[thing].license : things[whole_of(thing)].license;
  }
};

inline constexpr std::array<const char*, 3> test_licenses = {"MIT", "LicenseRef-a", "LicenseRef-b"};

struct TestKind {
  const char* word;
  Carriers carries;
};
inline const std::array<TestKind, 5> test_kinds = {{{"fine_tuned_from", {Carrier::weights}},
                                                    {"frozen_component", {Carrier::weights}},
                                                    {"trained_on_outputs_of", {Carrier::behavior}},
                                                    {"trained_on", {Carrier::data}},
                                                    {"code_reused_from", {Carrier::code}}}};

/// What `LicenseRef-b` asks; `LicenseRef-a` asks nothing and `MIT` no more than a notice.
inline const std::vector<LicenseTerms>& test_terms() {
  static const std::vector<LicenseTerms> all = [] {
    LicenseTerm naming{Obligation::naming, {Carrier::weights, Carrier::behavior}, {}, {}, "B", {}};
    LicenseTerm alike{Obligation::share_alike, {Carrier::weights}, {}, {}, {}, {}};
    LicenseTerm outputs{Obligation::no_training_on_outputs, {Carrier::behavior}, {}, {}, {}, {}};
    return std::vector<LicenseTerms>{
        {"LicenseRef-a", "a", {}, "test", {}, {}},
        {"LicenseRef-b", "b", {}, "test", {naming, alike, outputs}, {}}};
  }();
  return all;
}

/// By outbound and inbound license.
inline bool may_go_into(const std::string& in, const std::string& out) {
  return in == out || (out == "LicenseRef-b" && in == "LicenseRef-a") ||
         (out == "LicenseRef-a" && in == "MIT");
}

inline std::shared_ptr<const CompatibilityMatrix> test_matrix() {
  static const std::shared_ptr<const CompatibilityMatrix> matrix = [] {
    std::string text;
    for (const std::string out : test_licenses) {
      text += (text.empty() ? "{\"" : ", \"") + out + "\": {";
      for (const std::string in : test_licenses)
        text += std::string(in == test_licenses[0] ? "\"" : ", \"") + in + "\": \"" +
                (may_go_into(in, out) ? "Yes" : "No") + "\"";
      text += "}";
    }
    Diagnostics problems;
    const auto source = std::make_shared<SourceText>(SourceText{"matrix.json", text + "}"});
    return std::make_shared<const CompatibilityMatrix>(read_matrix(source, problems));
  }();
  return matrix;
}

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

/// The record as the library reads it, with evidence that amounts to the facts under the rule's
/// thresholds.
class PolicyWorldText {
public:
  PolicyWorldText(const PolicyWorld& w, std::mt19937& random) : w_(w), random_(random) {}

  Lineage lineage() {
    Lineage out;
    for (const char* id : {"team", "other"}) {
      LineageNode party;
      party.id = party.name = id;
      party.kind = NodeKind::party;
      out.nodes.push_back(party);
    }
    for (std::size_t i = 0; i < w_.things.size(); ++i) {
      const PolicyWorld::Thing& thing = w_.things[i];
      LineageNode node;
      node.id = thing.id;
      node.name = i == 0 ? w_.name : thing.id;
      node.kind = thing.kind;
      node.part_of = thing.whole;
      if (thing.whole.empty() && thing.owner != PolicyWorld::not_known)
        node.owners.push_back({thing.owner == PolicyWorld::own ? "team" : "other", {}, {}});
      if (thing.license)
        node.licenses.push_back(
            {*thing.license, {}, {}, {}, {}, LicenseClaim::Acknowledged::declared, {}});
      node.complete = evidence(thing.record == Truth::yes ? Truth::yes : Truth::unknown,
                               w_.rule.complete_at, w_.rule.complete_at);
      if (i == 0 && w_.control)
        node.controls.push_back(
            {"stop", 1, evidence(*w_.control, w_.rule.clear_at, w_.rule.convict_at, true), {}});
      out.nodes.push_back(node);
    }
    for (const PolicyWorld::Edge& edge : w_.edges) {
      Derivation derivation;
      derivation.child = w_.things[edge.child].id;
      derivation.parent = w_.things[edge.parent].id;
      derivation.kind = edge.kind;
      derivation.carries = edge.carries;
      derivation.evidence = evidence(edge.truth, w_.rule.convict_at, w_.rule.clear_at, true);
      for (const auto& [obligation, met] : edge.claims)
        derivation.obligations.push_back(
            {obligation, evidence(met, w_.rule.clear_at, w_.rule.convict_at, true), {}});
      out.derivations.push_back(derivation);
    }
    return out;
  }

private:
  Level any(Level from, Level to) {
    return static_cast<Level>(
        std::uniform_int_distribution<int>(static_cast<int>(from), static_cast<int>(to))(random_));
  }
  static EvidenceItem item(bool supports, Level level) {
    EvidenceItem out;
    out.supports = supports;
    out.level = level;
    return out;
  }
  /// `some`: never an empty list, which would be a statement.
  EvidenceList evidence(Truth truth, Level yes, Level no, bool some = false) {
    EvidenceList out;
    if (truth == Truth::unknown) {
      if (yes > Level::inferred && random_() % 2 == 0)
        return {item(true, any(Level::inferred, static_cast<Level>(static_cast<int>(yes) - 1)))};
      if (!some && random_() % 2 == 0)
        return {};
      const Level level = any(Level::inferred, Level::verified);
      return {item(true, level), item(false, level)};
    }
    const bool holds = truth == Truth::yes;
    const Level strong = any(holds ? yes : no, Level::verified);
    out.push_back(item(holds, strong));
    if (strong > Level::inferred && random_() % 2 == 0)
      out.push_back(
          item(!holds, any(Level::inferred, static_cast<Level>(static_cast<int>(strong) - 1))));
    std::ranges::shuffle(out, random_);
    return out;
  }

  const PolicyWorld& w_;
  std::mt19937& random_;
};

inline Verdict judged(const PolicyWorld& w, Lineage lineage) {
  static const Program program = [] {
    Program out;
    out.candidates.push_back({CandidateId("c"), "c", {}, {}});
    return out;
  }();
  PolicyFile policy;
  policy.rules.push_back(w.rule);
  policy.lineage = std::make_shared<const Lineage>(std::move(lineage));
  policy.submissions["c"] = {"m"};
  policy.terms = test_terms();
  policy.matrix = test_matrix();
  JudgeOptions options;
  options.score = [&](std::size_t, const std::string&) { return w.score; };
  const Judgment judgment = judge(program, policy, options).all.at(0);
  for (const SubjectVerdict& one : judgment.subjects) // of several groups of weights the one asked
    if (one.subject != no_node && policy.lineage->nodes[one.subject].id == w.things[w.subject].id)
      return one.verdict;
  return judgment.verdict;
}

inline Verdict judged(const PolicyWorld& w, std::mt19937& random) {
  return judged(w, PolicyWorldText(w, random).lineage());
}

/// The plain reading. Precondition: nothing is open.
class PlainPolicy {
public:
  explicit PlainPolicy(const PolicyWorld& w) : w_(w) {}

  Verdict verdict() const {
    const std::optional<bool> holds = value(w_.rule.formula.size() - 1);
    if (!holds)
      return Verdict::not_applicable;
    if (w_.rule.form == Rule::Form::note)
      return Verdict::pass;
    return *holds == (w_.rule.form == Rule::Form::require) ? Verdict::pass : Verdict::fail;
  }

private:
  using Set = std::set<std::size_t>;

  bool own(std::size_t thing) const { return w_.owner_of(thing) == PolicyWorld::own; }

  struct Above {
    Set things;                ///< what is in the subject, with itself
    Set edges;                 ///< over which something came into it
    Set content, with_content; ///< whose derivations count; and the wholes of those
  };

  /// Everything a thing was made from along some carriers, with itself.
  Above above(std::size_t from, Carriers along) const {
    Above out{{from}, {}, {}, {}};
    // What came into a thing along these carriers counts.
    std::set<std::pair<std::size_t, std::uint8_t>> came{{from, along.bits}};
    for (std::size_t before = 0; before != came.size();) {
      before = came.size();
      for (const auto& [at, bits] : std::set(came)) {
        Carriers asked;
        asked.bits = bits;
        for (std::size_t e = 0; e < w_.edges.size(); ++e) {
          const PolicyWorld::Edge& edge = w_.edges[e];
          const bool as_part = std::ranges::find(edge.into, at) != edge.into.end();
          if (edge.truth != Truth::yes || (edge.child != at && !as_part))
            continue;
          const Carriers passes =
              as_part ? common(edge.carries, plainly_takes(w_.things[at].kind)) : edge.carries;
          if (passes.meets(asked)) {
            out.edges.insert(e);
            out.things.insert(edge.parent);
            came.emplace(edge.parent, along.bits);
          } else if (passes.has(Carrier::data) && asked.has(Carrier::behavior) &&
                     w_.things[edge.parent].kind == NodeKind::dataset) {
            came.emplace(edge.parent, Carriers{Carrier::behavior}.bits);
          }
        }
        for (std::size_t i = 0; i < w_.things.size(); ++i)
          if (w_.whole_of(i) == at && i != at) {
            const bool brings = plainly_is(w_.things[i].kind).meets(asked);
            if (brings)
              out.things.insert(i);
            came.emplace(i, brings ? along.bits : bits);
          }
      }
    }
    for (const auto& [at, bits] : came) {
      Carriers asked;
      asked.bits = bits;
      out.content.insert(at);
      out.with_content.insert(at);
      if (plainly_takes(w_.things[at].kind).meets(asked))
        out.with_content.insert(w_.whole_of(at));
    }
    return out;
  }

  bool is_target(const Condition& c, std::size_t thing) const {
    if (c.to.external || !c.to.owners.empty())
      return !own(thing);
    return w_.things[thing].id == c.to.things.front() ||
           w_.things[thing].whole == c.to.things.front();
  }

  /// In the logic of conditions, where what is not applicable takes no part.
  std::optional<bool> value(std::size_t at) const {
    const Condition& c = w_.rule.formula[at];
    std::optional<bool> out;
    switch (c.kind) {
    case Condition::Kind::not_:
      out = value(c.parts[0]);
      return out ? std::optional(!*out) : out;
    case Condition::Kind::all:
    case Condition::Kind::any:
      for (const std::uint32_t part : c.parts)
        if (const auto one = value(part))
          out = !out ? *one : c.kind == Condition::Kind::all ? *out && *one : *out || *one;
      return out;
    case Condition::Kind::reaches: {
      const Set all = above(w_.subject, c.along).things;
      return std::ranges::any_of(all, [&](std::size_t n) { return is_target(c, n); });
    }
    case Condition::Kind::derives:
      return derives(c);
    case Condition::Kind::control:
      return *w_.control == Truth::yes;
    case Condition::Kind::score:
      return *w_.score >= 1;
    case Condition::Kind::license:
    case Condition::Kind::compatible:
      return licenses(c);
    case Condition::Kind::obligations:
      return c.licensed ? licensed(c) : recorded(c);
    }
    return out;
  }

  bool derives(const Condition& c) const {
    const Set itself = above(w_.subject, {}).content;
    return std::ranges::any_of(w_.edges, [&](const PolicyWorld::Edge& edge) {
      const bool of_part = std::ranges::any_of(edge.into, [&](std::size_t part) {
        const Carriers takes = plainly_takes(w_.things[part].kind);
        return itself.contains(part) &&
               edge.carries.meets(c.along.none() ? takes : common(takes, c.along));
      });
      return edge.truth == Truth::yes && (itself.contains(edge.child) || of_part) &&
             !itself.contains(edge.parent) && (c.along.none() || edge.carries.meets(c.along)) &&
             (c.words.empty() || c.words[0] == edge.kind) && is_target(c, edge.parent);
    });
  }

  std::optional<bool> licenses(const Condition& c) const {
    std::optional<bool> out;
    for (const std::size_t n : above(w_.subject, c.along).things) {
      if (n == w_.subject ? !c.of_itself : own(n))
        continue;
      const std::string is = *w_.license_of(n);
      const bool good = c.kind == Condition::Kind::license
                            ? std::ranges::find(c.words, is) != c.words.end()
                            : may_go_into(is, *w_.license_of(w_.subject));
      out = out.value_or(true) && good;
    }
    return out || !c.undeclared_counts ? out : std::optional(true);
  }

  std::optional<bool> recorded(const Condition& c) const {
    std::optional<bool> out;
    for (const std::size_t e : above(w_.subject, c.along).edges)
      if (const PolicyWorld::Edge& edge = w_.edges[e]; own(edge.child))
        for (const std::string& word : c.words)
          if (const auto claim = edge.claims.find(word); claim != edge.claims.end())
            out = out.value_or(true) && claim->second == Truth::yes;
    return out;
  }

  std::optional<bool> licensed(const Condition& c) const {
    std::optional<bool> out;
    const Above all = above(w_.subject, c.along);
    for (const std::size_t n : all.things) {
      if (own(n) || *w_.license_of(n) != "LicenseRef-b")
        continue;
      for (const std::string& word : c.words) {
        Carriers on = word == "naming"        ? Carriers{Carrier::weights, Carrier::behavior}
                      : word == "share_alike" ? Carriers{Carrier::weights}
                                              : Carriers{Carrier::behavior};
        on.bits = static_cast<std::uint8_t>(on.bits & c.along.bits);
        if (!on.none() && above(w_.subject, on).things.contains(n))
          out = out.value_or(true) && kept(c, word, n, all.with_content);
      }
    }
    return out;
  }

  bool kept(const Condition&, const std::string& word, std::size_t ancestor, const Set& all) const {
    std::optional<bool> claimed;
    for (const PolicyWorld::Edge& edge : w_.edges)
      if (edge.truth == Truth::yes && edge.parent == ancestor && all.contains(edge.child) &&
          own(edge.child))
        if (const auto claim = edge.claims.find(word); claim != edge.claims.end())
          claimed = claimed.value_or(true) && claim->second == Truth::yes;
    if (claimed)
      return *claimed;
    return word == "naming"        ? w_.name == "team/B-Own"
           : word == "share_alike" ? *w_.license_of(w_.subject) == "LicenseRef-b"
                                   : false;
  }

  const PolicyWorld& w_;
};

/// A world in a few lines, for a law that fails.
inline std::string told(const PolicyWorld& w) {
  const auto word = [](Truth truth) {
    return truth == Truth::yes ? "yes" : truth == Truth::no ? "no" : "?";
  };
  std::string out = w.name + ", subject " + w.things[w.subject].id + "\n";
  for (std::size_t i = 0; i < w.things.size(); ++i)
    out += w.things[i].id + ": owner " + std::to_string(w.owner_of(i)) + ", record " +
           word(w.things[i].record) + ", license " + w.license_of(i).value_or("?") + "\n";
  for (const PolicyWorld::Edge& edge : w.edges) {
    out += w.things[edge.child].id + " <- " + edge.kind + " - " + w.things[edge.parent].id + ": " +
           word(edge.truth);
    for (const auto& [claim, met] : edge.claims)
      out += ", " + claim + " " + word(met);
    out += "\n";
  }
  out += std::string("control ") + (w.control ? word(*w.control) : "-") + ", score " +
         (w.score ? std::to_string(*w.score) : "-") + ", form " +
         std::to_string(static_cast<int>(w.rule.form)) + "\n";
  for (std::size_t i = 0; i < w.rule.formula.size(); ++i) {
    const Condition& c = w.rule.formula[i];
    out += std::to_string(i) + ": kind " + std::to_string(static_cast<int>(c.kind)) + " along " +
           in_words(c.along) + (c.undeclared_counts ? "" : " undeclared ignored") +
           (c.licensed ? " licensed" : "") + (c.of_itself ? " of itself" : "") +
           (c.to.external ? " to external" : "");
    for (const auto& words : {c.words, c.to.owners, c.to.things})
      for (const std::string& one : words)
        out += " " + one;
    for (const std::uint32_t part : c.parts)
      out += " #" + std::to_string(part);
    out += "\n";
  }
  return out;
}

/// The ways in which one thing that is open may turn out.
using Turn = std::function<void(PolicyWorld&)>;
using Turns = std::vector<Turn>;

/// Everything that is open in a world, each with all its ways.
inline std::vector<Turns> open_in(const PolicyWorld& w) {
  std::vector<Turns> out;
  const bool records_count = std::ranges::all_of(
      w.rule.formula, [](const Condition& c) { return !c.parts.empty() || c.undeclared_counts; });
  for (std::size_t e = 0; e < w.edges.size(); ++e) {
    if (w.edges[e].truth != Truth::no && w.edges[e].into.empty()) {
      Turns turns;
      for (const auto& into : w.ways_into(w.edges[e].child, w.edges[e].carries))
        turns.emplace_back([e, into](PolicyWorld& v) { v.edges[e].into = into; });
      if (turns.size() > 1 || !w.ways_into(w.edges[e].child, w.edges[e].carries)[0].empty())
        out.push_back(turns);
    }
    if (w.edges[e].truth == Truth::unknown)
      out.push_back({[e](PolicyWorld& v) { v.edges[e].truth = Truth::yes; },
                     [e](PolicyWorld& v) { v.edges[e].truth = Truth::no; }});
    for (const auto& [word, met] : w.edges[e].claims)
      if (met == Truth::unknown)
        out.push_back({[e, word = word](PolicyWorld& v) { v.edges[e].claims[word] = Truth::yes; },
                       [e, word = word](PolicyWorld& v) { v.edges[e].claims[word] = Truth::no; }});
  }
  for (std::size_t i = 0; i < w.things.size(); ++i) {
    if (w.things[i].whole.empty() && w.things[i].owner == PolicyWorld::not_known)
      out.push_back({[i](PolicyWorld& v) { v.things[i].owner = PolicyWorld::own; },
                     [i](PolicyWorld& v) { v.things[i].owner = PolicyWorld::foreign; }});
    if (w.things[i].whole.empty() && !w.things[i].license) {
      Turns turns;
      for (const char* license : test_licenses)
        turns.emplace_back([i, license](PolicyWorld& v) { v.things[i].license = license; });
      out.push_back(turns);
    }
    // Whoever may be of the team: its record is asked for.
    if (w.things[i].record != Truth::yes && w.owner_of(i) != PolicyWorld::foreign) {
      Turns turns = {[i](PolicyWorld& v) { v.things[i].record = Truth::yes; }};
      if (records_count)
        for (const TestKind& kind : test_kinds)
          for (const char* license : test_licenses)
            for (const auto& into : w.ways_into(i, kind.carries))
              if (plainly_takes(w.things[i].kind).meets(kind.carries))
                turns.emplace_back([i, kind, license, into](PolicyWorld& v) {
                  v.things[i].record = Truth::yes;
                  if (v.owner_of(i) != PolicyWorld::own)
                    return;
                  v.edges.push_back(
                      {i, v.things.size(), kind.word, kind.carries, Truth::yes, {}, into});
                  v.things.push_back({"hidden" + std::to_string(v.things.size()), "",
                                      NodeKind::model, PolicyWorld::foreign, Truth::yes, license});
                });
      out.push_back(turns);
    }
  }
  if (!w.control || *w.control == Truth::unknown)
    out.push_back({[](PolicyWorld& v) { v.control = Truth::yes; },
                   [](PolicyWorld& v) { v.control = Truth::no; }});
  if (!w.score)
    out.push_back({[](PolicyWorld& v) { v.score = 0; }, [](PolicyWorld& v) { v.score = 2; }});
  return out;
}

/// Calls with every completion where there are at most `most`, else with so many random ones.
template <class Call>
void for_completions(const PolicyWorld& w, std::mt19937& random, std::size_t most, Call call) {
  const std::vector<Turns> open = open_in(w);
  std::size_t ways = 1;
  for (const Turns& turns : open)
    ways = ways > most ? ways : ways * turns.size();
  for (std::size_t k = 0; k < std::min(ways, most); ++k) {
    PolicyWorld completion = w;
    std::size_t rest = k;
    // What comes last adds things, so owners are settled before records.
    for (const Turns& turns : open) {
      turns[(ways > most ? random() : rest) % turns.size()](completion);
      rest /= turns.size();
    }
    call(completion);
  }
}

} // namespace libeval::test
