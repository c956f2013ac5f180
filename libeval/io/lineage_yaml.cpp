// SPDX-License-Identifier: Apache-2.0
#include <libeval/base/tree.hpp>
#include <libeval/domain/level.hpp>
#include <libeval/io/import.hpp>
#include <libeval/io/print.hpp>

#include <array>
#include <utility>
#include <vector>

namespace libeval {
namespace {

using Entries = std::vector<std::pair<std::string, Tree>>;

void put(Entries& entries, const char* key, const std::string& text) {
  if (!text.empty())
    entries.emplace_back(key, tree::text(text));
}
void put(Entries& entries, const char* key, std::vector<Tree> items) {
  if (!items.empty())
    entries.emplace_back(key, tree::list(std::move(items)));
}

std::vector<Tree> texts(const std::vector<std::string>& all) {
  std::vector<Tree> out;
  out.reserve(all.size());
  for (const std::string& one : all)
    out.push_back(tree::text(one));
  return out;
}

std::vector<Tree> evidence(const EvidenceList& list) {
  std::vector<Tree> out;
  for (const EvidenceItem& item : list) {
    Entries entries;
    put(entries, item.supports ? "for" : "against", std::string(to_string(item.level)));
    put(entries, "id", item.id);
    put(entries, "by", item.by);
    put(entries, "date", item.date);
    put(entries, "from", item.from);
    put(entries, "until", item.until);
    put(entries, "expires", item.expires);
    put(entries, "withdrawn", item.withdrawn);
    put(entries, "source", item.source);
    put(entries, "digest", item.digest);
    put(entries, "statement", item.statement);
    out.push_back(tree::map(std::move(entries)));
  }
  return out;
}

std::vector<Tree> licenses(const std::vector<LicenseClaim>& claims) {
  constexpr std::array<const char*, 3> words = {"", "concluded", "observed"};
  std::vector<Tree> out;
  for (const LicenseClaim& claim : claims) {
    Entries entries;
    put(entries, "expression", claim.expression);
    put(entries, "from", claim.from);
    put(entries, "until", claim.until);
    put(entries, "source", claim.source);
    put(entries, "digest", claim.digest);
    put(entries, "acknowledged", words[static_cast<std::size_t>(claim.acknowledged)]);
    out.push_back(tree::map(std::move(entries)));
  }
  return out;
}

Tree owners(const std::vector<OwnerClaim>& claims) {
  std::vector<Tree> out;
  for (const OwnerClaim& claim : claims) {
    if (claim.evidence.empty())
      return tree::text(claim.party); // what the file states by itself has no rival
    Entries entries;
    put(entries, "party", claim.party);
    put(entries, "evidence", evidence(claim.evidence));
    out.push_back(tree::map(std::move(entries)));
  }
  return tree::list(std::move(out));
}

Tree controls(const std::vector<ControlClaim>& claims) {
  Entries by_criterion;
  for (const ControlClaim& claim : claims) {
    Entries entries;
    entries.emplace_back("level", tree::number(claim.level));
    put(entries, "evidence", evidence(claim.evidence));
    Tree one = tree::map(std::move(entries));
    if (!by_criterion.empty() && by_criterion.back().first == claim.criterion)
      by_criterion.back().second.list().push_back(std::move(one));
    else
      by_criterion.emplace_back(claim.criterion, tree::list({std::move(one)}));
  }
  return tree::map(std::move(by_criterion));
}

Tree node_tree(const LineageNode& node) {
  Entries entries;
  if (node.name != node.id)
    put(entries, "name", node.name);
  put(entries, "part_of", node.part_of);
  if (!node.owners.empty())
    entries.emplace_back("owner", owners(node.owners));
  put(entries, "released", node.released);
  put(entries, "digest", texts(node.digests));
  put(entries, "license", licenses(node.licenses));
  put(entries, "complete", evidence(node.complete));
  if (!node.controls.empty())
    entries.emplace_back("controls", controls(node.controls));
  return tree::map(std::move(entries));
}

Tree derivation_tree(const Derivation& derivation) {
  Entries entries;
  put(entries, "id", derivation.id);
  put(entries, "child", derivation.child);
  put(entries, "parent", derivation.parent);
  put(entries, "kind", derivation.kind);
  const DerivationKind* kind = find_derivation_kind(derivation.kind);
  if (kind == nullptr || kind->carries != derivation.carries) {
    std::vector<Tree> carriers;
    for (int c = 0; c <= static_cast<int>(Carrier::tokenizer); ++c)
      if (derivation.carries.has(static_cast<Carrier>(c)))
        carriers.push_back(tree::text(std::string(to_string(static_cast<Carrier>(c)))));
    put(entries, "carries", std::move(carriers));
  }
  put(entries, "part", derivation.part);
  put(entries, "evidence", evidence(derivation.evidence));
  if (!derivation.obligations.empty()) {
    Entries claims;
    for (const ObligationClaim& claim : derivation.obligations)
      claims.emplace_back(claim.obligation, tree::list(evidence(claim.evidence)));
    entries.emplace_back("obligations", tree::map(std::move(claims)));
  }
  return tree::map(std::move(entries));
}

} // namespace

std::string lineage_yaml(const Lineage& lineage, const std::string& id) {
  constexpr std::array<std::pair<NodeKind, const char*>, 8> kinds = {
      {{NodeKind::party, "parties"},
       {NodeKind::model, "models"},
       {NodeKind::weights, "weights"},
       {NodeKind::dataset, "datasets"},
       {NodeKind::code, "code"},
       {NodeKind::architecture, "architectures"},
       {NodeKind::tokenizer, "tokenizers"},
       {NodeKind::document, "documents"}}};
  Entries whole;
  whole.emplace_back("lineage", tree::text(id));
  for (const auto& [kind, key] : kinds) {
    Entries nodes;
    for (const LineageNode& node : lineage.nodes)
      if (node.kind == kind)
        nodes.emplace_back(node.id, node_tree(node));
    if (!nodes.empty())
      whole.emplace_back(key, tree::map(std::move(nodes)));
  }
  std::vector<Tree> derivations;
  for (const Derivation& derivation : lineage.derivations)
    derivations.push_back(derivation_tree(derivation));
  put(whole, "derivations", std::move(derivations));
  return to_yaml(tree::map(std::move(whole)));
}

} // namespace libeval
