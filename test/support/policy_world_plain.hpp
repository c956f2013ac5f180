// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/policy_world.hpp"

#include <algorithm>
#include <set>
#include <utility>

/// A plain reading of records in which nothing is open: texts and sets, no graph, no evidence,
/// nothing of the library's.
namespace libeval::test {

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

} // namespace libeval::test
