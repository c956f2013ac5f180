// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/domain/lineage.hpp>
#include <libeval/domain/policy.hpp>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// Small random records with a rule over them.
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

/// Facts by their truth; what evidence says so is made up when the library is asked (see
/// `PolicyWorldText`).
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

/// By outbound and inbound license.
inline bool may_go_into(const std::string& in, const std::string& out) {
  return in == out || (out == "LicenseRef-b" && in == "LicenseRef-a") ||
         (out == "LicenseRef-a" && in == "MIT");
}

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

} // namespace libeval::test
