// SPDX-License-Identifier: Apache-2.0
#include "domain/owners.hpp"
#include "support/catch.hpp"
#include "support/lineage_text.hpp"

#include <libeval/domain/belief.hpp>
#include <libeval/domain/digest.hpp>
#include <libeval/domain/lineage_walk.hpp>

#include <numeric>

using namespace libeval;
using namespace libeval::test;

namespace {

const char* const small = R"(lineage: small
parties:
  team: {name: Team}
  lab: {name: Lab, part_of: team}
  other: {name: Other}
models:
  m:
    owner: lab
    complete: [{for: self_declared, by: team}]
    parts:
      decoder: {complete: [{for: self_declared, by: team}]}
      vision: {complete: [{for: self_declared, by: team}]}
  foreign: {owner: other, parts: {vision: {}}}
derivations:
  - child: m/vision
    parent: foreign/vision
    kind: frozen_component
    evidence:
      - {for: alleged, by: other, date: 2026-01-01}
      - {for: self_declared, by: team, date: 2026-01-05}
)";

std::string message_of(const std::string& text) {
  Diagnostics diagnostics;
  (void)lineage_of(text, diagnostics);
  std::string out;
  for (const Diagnostic& d : diagnostics.all())
    out += std::to_string(d.where.line) + ": " + d.message +
           (d.help.empty() ? "" : " (" + d.help + ")") + "\n";
  return out;
}

EvidenceItem item(bool supports, Level level, std::string date = "") {
  EvidenceItem out;
  out.supports = supports;
  out.level = level;
  out.date = std::move(date);
  return out;
}

ReachQuestion external_to(const LineageGraph& graph, NodeIndex start) {
  ReachQuestion q;
  q.starts = {start};
  q.complete = Level::self_declared;
  q.target = [&graph, start](NodeIndex n) {
    return graph.owner[n] == graph.owner[start] ? Truth::no : Truth::yes;
  };
  q.needs_record = [&graph, start](NodeIndex n) { return graph.owner[n] == graph.owner[start]; };
  return q;
}

} // namespace

TEST_CASE("a lineage file becomes nodes with their parts and derivations") {
  Diagnostics diagnostics;
  const Lineage lineage = lineage_of(small, diagnostics);
  REQUIRE(diagnostics.all().empty());
  REQUIRE(lineage.nodes.size() == 8);
  CHECK(lineage.nodes[4].id == "m/decoder");
  CHECK(lineage.nodes[4].kind == NodeKind::weights);
  CHECK(lineage.nodes[4].part_of == "m");
  REQUIRE(lineage.derivations.size() == 1);
  CHECK(lineage.derivations[0].carries == Carriers{Carrier::weights});
  CHECK(lineage.derivations[0].evidence.size() == 2);
}

TEST_CASE(
    "a declaration against the own interest is an admission, for the group of the party too") {
  Diagnostics diagnostics;
  const Lineage lineage = lineage_of(small, diagnostics);
  const LineageGraph graph = build_graph(lineage, {});
  const auto index = index_nodes(lineage);
  const NodeIndex vision = index.at("m/vision");
  REQUIRE(graph.parents(vision).size() == 2);
  CHECK(graph.parents(vision)[0].link == LineageEdge::Link::whole);
  CHECK(graph.parents(vision)[1].belief.level_for() == Level::admitted);
  // Before the statement was made there was only the claim.
  const LineageGraph before = build_graph(lineage, {"2026-01-04", ""});
  CHECK(before.parents(vision)[1].belief.level_for() == Level::alleged);
  // Praise of the own work stays what it is.
  CHECK(graph.complete[vision].level_for() == Level::self_declared);
}

TEST_CASE(
    "a frozen component of somebody else is found with its way, the rest of the model is not") {
  Diagnostics diagnostics;
  const Lineage lineage = lineage_of(small, diagnostics);
  const LineageGraph graph = build_graph(lineage, {});
  const auto index = index_nodes(lineage);
  LineageWalk walk(graph);
  const ReachAnswer model = walk.ask(external_to(graph, index.at("m")));
  CHECK(model.truth == Truth::yes);
  REQUIRE(model.witness);
  CHECK(model.witness->nodes ==
        std::vector<NodeIndex>{index.at("m"), index.at("m/vision"), index.at("foreign/vision")});
  CHECK(model.witness->weakest == Level::admitted);
  CHECK(model.choke == std::vector<NodeIndex>{index.at("m"), index.at("m/vision")});
  CHECK(walk.ask(external_to(graph, index.at("m/decoder"))).truth == Truth::no);
}

TEST_CASE("evidence counts from its date to its end, and for the days it speaks of") {
  EvidenceItem one = item(true, Level::corroborated, "2026-01-03");
  CHECK(counts(one, {}));
  CHECK(counts(one, {"2026-01-03", ""}));
  CHECK_FALSE(counts(one, {"2026-01-02", ""}));
  one.expires = "2026-02-01";
  CHECK(counts(one, {"2026-01-31", ""}));
  CHECK_FALSE(counts(one, {"2026-02-01", ""}));
  one.expires.clear();
  one.withdrawn = "2026-01-10";
  CHECK(counts(one, {"2026-01-09", ""}));
  CHECK_FALSE(counts(one, {"2026-01-10", ""}));
  CHECK_FALSE(counts(one, {}));
  one.withdrawn.clear();
  one.from = "2025-12-30";
  one.until = "2026-01-02";
  CHECK(counts(one, {"2026-01-15", "2025-12-30"}));
  CHECK_FALSE(counts(one, {"2026-01-15", "2026-01-02"}));
  CHECK_FALSE(counts(one, {"2026-01-15", "2025-12-29"}));
}

TEST_CASE("belief needs its threshold and the upper hand") {
  const Thresholds at{Level::admitted, Level::corroborated};
  const auto belief = [](const EvidenceList& evidence) { return weigh(evidence, {}, {}).belief; };
  CHECK(believe(belief({}), at) == Truth::unknown);
  CHECK(believe(belief({item(true, Level::alleged)}), at) == Truth::unknown);
  CHECK(believe(belief({item(true, Level::verified)}), at) == Truth::yes);
  CHECK(believe(belief({item(false, Level::corroborated)}), at) == Truth::no);
  CHECK(believe(belief({item(true, Level::verified), item(false, Level::verified)}), at) ==
        Truth::unknown);
  CHECK(believe(belief({item(true, Level::alleged), item(false, Level::corroborated)}), at) ==
        Truth::no);
  CHECK(believe(belief({item(true, Level::alleged), item(false, Level::self_declared)}), at) ==
        Truth::unknown);
}

TEST_CASE("what is wrong with a lineage is said with its place") {
  CHECK(message_of("lineage: x\nparties: {alpha: {}}\nmodels:\n  m: {owner: alpa}\n") ==
        "4: there is no party `alpa` (did you mean `alpha`?)\n");
  CHECK(
      message_of(
          "lineage: x\nmodels: {model: {}}\nderivations:\n  - {child: model, parent: modal, kind: "
          "merged_from}\n") == "4: there is no thing `modal` (did you mean `model`?)\n");
  CHECK(message_of("lineage: x\nmodels: {m: {}}\nderivations:\n  - {child: m, parent: m, kind: "
                   "merged_from}\n") == "4: `m` is derived from itself\n");
  CHECK(message_of("lineage: x\nmodels: {m: {}}\ndatasets: {m: {}}\n") ==
        "3: `m` stands twice (the first is at line 2)\n");
  CHECK(message_of("lineage: x\nmodels:\n  m: {complete: [{for: admitted}]}\n") ==
        "3: `admitted` is not stated but follows (write `self_declared` and `by`: what somebody "
        "says against the own interest counts as admitted)\n");
  CHECK(message_of("lineage: x\nmodels:\n  m: {complete: [{against: self_declared}]}\n") ==
        "3: a `self_declared` item does not say by whom (add `by: PARTY`)\n");
  CHECK(message_of("lineage: x\nmodels:\n  m: {complete: [{for: alleged, from: 2026-01-02, until: "
                   "2026-01-02}]}\n") ==
        "3: `until: 2026-01-02` is not after `from: 2026-01-02`\n");
  CHECK(message_of("lineage: x\nmodels:\n  m: {complete: [{for: alleged, date: 2026-01-02, "
                   "expires: 2026-01-01}]}\n") ==
        "3: `expires: 2026-01-01` is before the date 2026-01-02\n");
  CHECK(message_of("lineage: x\nparties: {p: {}}\nmodels: {m: {}}\nderivations:\n  - {child: m, "
                   "parent: p, kind: merged_from}\n") ==
        "5: `p` is a party, and parties are not derived (name what the party made)\n");
  CHECK_THAT(message_of("lineage: x\nmodels: {m: {}, n: {}}\nderivations:\n  - {child: m, parent: "
                        "n, kind: finetuned_from}\n"),
             contains("did you mean `fine_tuned_from`?"));
}

TEST_CASE("cycles, contradictory owners, equal digests and evidence of other times are noted") {
  Diagnostics diagnostics;
  const Lineage lineage = lineage_of(R"(lineage: x
parties: {a: {}, b: {}}
models:
  one: {owner: a, digest: d1}
  two: {owner: b, digest: d1}
  three: {owner: [{party: a, evidence: [{for: alleged}]}, {party: b, evidence: [{for: alleged}]}]}
  four: {owner: a, complete: [{for: verified, date: 2026-03-01}, {for: verified, expires: 2026-01-01}]}
derivations:
  - {child: three, parent: four, kind: merged_from}
  - {child: four, parent: three, kind: merged_from}
)",
                                     diagnostics);
  REQUIRE(diagnostics.all().empty());
  std::vector<LineageDefect> defects;
  const LineageGraph graph = build_graph(lineage, {"2026-02-01", ""}, &defects);
  const auto index = index_nodes(lineage);
  std::vector<LineageDefect::Kind> kinds;
  for (const LineageDefect& defect : defects)
    kinds.push_back(defect.kind);
  using enum LineageDefect::Kind;
  CHECK(kinds ==
        std::vector{contradictory_owner, future_evidence, expired_evidence, equal_digest, cycle});
  CHECK(graph.owner[index.at("three")] == no_node);
  // Which of two equal things came from the other is not known: neither is cleared nor convicted.
  LineageWalk walk(graph);
  ReachQuestion question = external_to(graph, index.at("one"));
  question.needs_record = nullptr;
  CHECK(walk.ask(question).truth == Truth::unknown);
}

TEST_CASE(
    "a disputed owner is one of those who are named, and of a part the same as of its whole") {
  Diagnostics diagnostics;
  const Lineage lineage = lineage_of(R"(lineage: disputed
parties: {p: {}, q: {}, r: {}}
models:
  x:
    owner: [{party: p, evidence: [{for: alleged}]}, {party: q, evidence: [{for: alleged}]}, {party: r, evidence: [{for: inferred}]}]
    parts: {w: {}}
  y: {owner: r}
  z: {owner: p}
  nobody: {}
)",
                                     diagnostics);
  REQUIRE(diagnostics.all().empty());
  OwnerDisputes disputes;
  const LineageGraph graph = build_graph(lineage, {}, nullptr, disputes);
  const auto index = index_nodes(lineage);
  const auto same = [&](const char* a, const char* b) {
    return same_owner(graph, disputes, index.at(a), index.at(b));
  };
  CHECK(owners_of(graph, disputes, index.at("x/w")).size() == 2);
  CHECK(same("x", "y") == Truth::no);
  CHECK(same("y", "x/w") == Truth::no);
  CHECK(same("x", "z") == Truth::unknown);
  CHECK(same("x", "x/w") == Truth::yes);
  CHECK(same("y", "z") == Truth::no);
  CHECK(same("nobody", "x") == Truth::unknown);
}

TEST_CASE("a chain and a cycle of two million are no harder than short ones") {
  constexpr NodeIndex n = 2'000'000;
  for (const bool closed : {false, true}) {
    std::vector<NodeIndex> owner(n, 0);
    owner.back() = 1;
    std::vector<std::pair<NodeIndex, LineageEdge>> edges;
    for (NodeIndex i = 0; i + 1 < n; ++i)
      edges.emplace_back(
          i,
          LineageEdge{i + 1, i, {Carrier::weights}, stated, true, LineageEdge::Link::derivation});
    if (closed)
      edges.emplace_back(
          n - 1,
          LineageEdge{0, n - 1, {Carrier::weights}, stated, true, LineageEdge::Link::derivation});
    const LineageGraph graph = build_graph(owner, std::vector<NodeIndex>(n, no_node),
                                           std::vector<Belief>(n, stated), edges);
    const std::vector<std::uint32_t> component = strong_components(graph);
    CHECK((component.front() == component.back()) == closed);
    CHECK(cycles(graph).size() == (closed ? 1 : 0));
    CHECK(inherits(graph, {}).front() == Truth::yes);
    const ReachAnswer answer = LineageWalk(graph).ask(external_to(graph, 0));
    CHECK(answer.truth == Truth::yes);
    REQUIRE(answer.witness);
    CHECK(answer.witness->nodes.size() == n);
    CHECK(answer.choke.size() == n - 1);
  }
}

TEST_CASE("lineage: a digest has one spelling") {
  // As CycloneDX, SPDX 3 and people write the same algorithms.
  for (const char* text : {"SHA-256:AB12", "sha256:ab12", "Sha_256:aB12", "SHA256:AB12"})
    CHECK(canonical_digest(text) == "sha256:ab12");
  CHECK(canonical_digest("SHA3-256:0A") == "sha3-256:0a");
  CHECK(canonical_digest("sha3_256:0a") == "sha3-256:0a");
  CHECK(canonical_digest("BLAKE2b-512:0") == canonical_digest("blake2b512:0"));
  CHECK(canonical_digest("SHA-384:0") != canonical_digest("SHA3-84:0"));
  for (const char* text : {"", "ab12", ":AB", "sha256-AbCz=", "한글:AB"})
    CHECK(canonical_digest(text) == text);
  CHECK(canonical_digest("SHA-256:Zm9v") == "sha256:Zm9v"); // not hexadecimal: letters tell apart
  Diagnostics diagnostics;
  const Lineage record = lineage_of("lineage: x\nmodels:\n"
                                    "  a: {digest: SHA-256:AB}\n"
                                    "  b: {digest: [sha256:ab, 'SHA256:AB']}\n",
                                    diagnostics);
  CHECK(record.nodes[0].digests == record.nodes[1].digests);
}

TEST_CASE("parts of each other are refused with the names of all of them") {
  CHECK(message_of("lineage: l\nparties: {t: {}}\nmodels: {m: {owner: t}}\nweights:\n"
                   "  a: {part_of: m}\n  w: {part_of: v}\n  v: {part_of: u}\n"
                   "  u: {part_of: w}\n  z: {part_of: w}\n") ==
        "6: `w`, `v`, `u` are parts of each other (`part_of` names what something belongs to; what "
        "it belongs to is not part of it)\n");
  CHECK(message_of("lineage: l\nparties: {a: {part_of: b}, b: {part_of: a}}\n")
            .starts_with("2: `a`, `b` are parts of each other"));
}

TEST_CASE("parts are nested up to a depth, and 200,000 of them are refused once") {
  const auto nested = [](std::size_t deep) {
    std::string text = "lineage: l\nparties: {t: {}}\nmodels:\n  m: {owner: t}\n";
    for (std::size_t i = 0; i < deep; ++i)
      text += "  p" + std::to_string(i) +
              ": {part_of: " + (i == 0 ? "m" : "p" + std::to_string(i - 1)) + "}\n";
    return text;
  };
  CHECK(message_of(nested(99)).empty());
  CHECK(message_of(nested(200'000)) ==
        "104: `p99` is a part of a part 100 times over, and 99 is the most\n");
}

TEST_CASE("the owner of a part of a part does not depend on the order of the file") {
  for (const std::string text : {"weights: {outer: {part_of: m}, inner: {part_of: outer}}\n",
                                 "weights: {inner: {part_of: outer}, outer: {part_of: m}}\n"}) {
    Diagnostics diagnostics;
    const Lineage lineage = lineage_of(
        "lineage: l\nparties: {team: {}}\n" + text + "models: {m: {owner: team}}\n", diagnostics);
    REQUIRE(diagnostics.all().empty());
    const LineageGraph graph = build_graph(lineage, {});
    CHECK(graph.owner[index_nodes(lineage).at("inner")] == 0);
  }
}

TEST_CASE("a circle of parts that nobody refused is opened") {
  Lineage lineage;
  for (const char* id : {"a", "b", "c"}) {
    lineage.nodes.emplace_back();
    lineage.nodes.back().id = id;
  }
  lineage.nodes[0].part_of = "b";
  lineage.nodes[1].part_of = "a";
  lineage.nodes[2].part_of = "c";
  const LineageGraph graph = build_graph(lineage, {});
  CHECK(graph.whole[0] == 1);
  CHECK(graph.whole[1] == no_node);
  CHECK(graph.whole[2] == no_node);
}
