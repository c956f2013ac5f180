// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/base/where.hpp>
#include <libeval/domain/level.hpp>

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Where models come from: who made what, what came from what and what passed along with it, and
/// the evidence for and against each of it. Plain values; names are texts, looked up when a graph
/// is built from them (lineage_graph.hpp).
namespace libeval {

/// What passes from parent to child in a derivation.
enum class Carrier : std::uint8_t { weights, behavior, data, code, design, tokenizer };

/// A set of carriers.
struct Carriers {
  std::uint8_t bits = 0;

  constexpr Carriers() = default;
  constexpr Carriers(std::initializer_list<Carrier> all) {
    for (const Carrier carrier : all)
      bits = static_cast<std::uint8_t>(bits | (1U << static_cast<unsigned>(carrier)));
  }
  [[nodiscard]] constexpr bool has(Carrier carrier) const {
    return ((bits >> static_cast<unsigned>(carrier)) & 1U) != 0;
  }
  [[nodiscard]] constexpr bool meets(Carriers other) const { return (bits & other.bits) != 0; }
  [[nodiscard]] constexpr bool none() const { return bits == 0; }
  friend bool operator==(const Carriers&, const Carriers&) = default;
};

/// One thing that speaks for or against a fact. Dates are `YYYY-MM-DD`; an empty one is not said.
struct EvidenceItem {
  std::string id; ///< optional, unique in its file
  bool supports = true;
  /// As stated. `admitted` is never stated: a `self_declared` item of the party whose interest it
  /// is that the opposite holds counts as admitted (`weigh` in belief.hpp).
  Level level = Level::self_declared;
  std::string by;          ///< id of the party that says it; needed with self_declared
  std::string date;        ///< when it became known
  std::string from, until; ///< when what it says holds: [from, until)
  std::string expires;     ///< from this day on it counts for nothing
  std::string withdrawn;   ///< from this day on its author no longer says so
  std::string source, digest, statement;
  Where where;
};

/// A fact that holds or not, by its evidence.
using EvidenceList = std::vector<EvidenceItem>;

enum class NodeKind : std::uint8_t {
  party,
  model,
  weights, ///< a component of a model that was trained as one group: encoder, decoder, adapter
  dataset,
  code,
  architecture,
  tokenizer,
  document
};

/// That a party owns a node; several claims of equal strength contradict each other.
struct OwnerClaim {
  std::string party;
  EvidenceList evidence; ///< empty: stated by the file, which counts as verified
  Where where;
};

/// That a criterion of control has a level (0 is the lowest).
struct ControlClaim {
  std::string criterion;
  int level = 0;
  EvidenceList evidence;
  Where where;
};

/// The license of a node during [from, until); an SPDX license expression or free text.
struct LicenseClaim {
  std::string expression;
  std::string from, until;
  std::string source, digest; ///< where the text stands, and the digest of the text
  enum class Acknowledged : std::uint8_t {
    declared,
    concluded,
    observed
  } acknowledged = Acknowledged::declared;
  Where where;
};

/// One thing of the lineage.
struct LineageNode {
  std::string id;
  NodeKind kind = NodeKind::model;
  std::string name;    ///< what people see; the id if nothing else was said
  std::string part_of; ///< of weights, code, tokenizer ...: the model; of a party: its group
  std::vector<OwnerClaim> owners;
  std::string released;
  std::vector<std::string> digests; ///< nodes with an equal digest are the same thing
  std::vector<LicenseClaim> licenses;
  EvidenceList complete; ///< for and against: every derivation of this node is on record
  std::vector<ControlClaim> controls;
  Where where;
};

/// That an obligation which came with the parent is met in the child.
struct ObligationClaim {
  std::string obligation; ///< `notice`, `naming`, `share_alike`, ...
  EvidenceList evidence;  ///< with [from, until): missing, then given, is a history
  Where where;
};

/// How `child` came from `parent`, and what it carries.
struct Derivation {
  std::string id; ///< optional
  std::string child, parent;
  std::string kind;      ///< a word of derivation_kinds()
  Carriers carries;      ///< those of the kind unless the file says otherwise
  std::string part;      ///< which part or role: `inference`, `layers 0-11`
  EvidenceList evidence; ///< empty: stated by the file, which counts as verified
  std::vector<ObligationClaim> obligations;
  Where where;
};

/// A whole record of lineage, as read from one or several files.
struct Lineage {
  std::vector<LineageNode> nodes;
  std::vector<Derivation> derivations;
};

/// A kind of derivation and what it carries unless said otherwise.
struct DerivationKind {
  std::string_view name;
  Carriers carries;
  bool certain = true; ///< false: related, but not known how; never more than unknown
  std::string_view summary;
};
[[nodiscard]] std::span<const DerivationKind> derivation_kinds();
[[nodiscard]] const DerivationKind* find_derivation_kind(std::string_view name);

/// Names as in the files.
[[nodiscard]] std::string_view to_string(Carrier carrier);
[[nodiscard]] std::string_view to_string(NodeKind kind);
/// `weights, data`; `nothing` for the empty set.
[[nodiscard]] std::string in_words(Carriers carriers);

} // namespace libeval
