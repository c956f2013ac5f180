// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/import.hpp>

#include "io/import_record.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>

namespace libeval {
namespace {

constexpr std::array<std::string_view, 3> names = {"cyclonedx", "spdx", "model_card"};

template <class T>
void move_to(std::vector<T>& to, std::vector<T>& from) {
  std::ranges::move(from, std::back_inserter(to));
}

void merge_node(LineageNode& node, LineageNode& more) {
  if (node.name.empty() || node.name == node.id)
    node.name = std::move(more.name);
  if (node.part_of.empty())
    node.part_of = std::move(more.part_of);
  if (node.released.empty())
    node.released = std::move(more.released);
  for (OwnerClaim& claim : more.owners) {
    const auto same = std::ranges::find(node.owners, claim.party, &OwnerClaim::party);
    if (same == node.owners.end())
      node.owners.push_back(std::move(claim));
    else if (!same->evidence.empty()) // without evidence it is verified already
      claim.evidence.empty() ? same->evidence.clear() : move_to(same->evidence, claim.evidence);
  }
  for (std::string& digest : more.digests)
    if (std::ranges::find(node.digests, digest) == node.digests.end())
      node.digests.push_back(std::move(digest));
  move_to(node.licenses, more.licenses);
  move_to(node.complete, more.complete);
  move_to(node.controls, more.controls);
}

} // namespace

std::string_view to_string(ImportFormat format) {
  return names[static_cast<std::size_t>(format)];
}
std::optional<ImportFormat> import_format_from(std::string_view name) {
  const auto at = std::ranges::find(names, name);
  if (at == names.end())
    return std::nullopt;
  return static_cast<ImportFormat>(at - names.begin());
}

std::optional<ImportFormat> guess_import_format(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF"))
    text.remove_prefix(3);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos)
    return std::nullopt;
  if (text.starts_with("---"))
    return ImportFormat::model_card;
  if (text[first] != '{')
    return std::nullopt;
  if (text.find("\"bomFormat\"") != std::string_view::npos)
    return ImportFormat::cyclonedx;
  if (text.find("\"@graph\"") != std::string_view::npos)
    return ImportFormat::spdx;
  return std::nullopt;
}

Lineage import_lineage(const std::shared_ptr<const SourceText>& source,
                       const ImportOptions& options, Diagnostics& diagnostics) {
  const auto format = options.format ? options.format : guess_import_format(source->text);
  if (!format) {
    diagnostics.error({source, 1, 1, 1}, "this is no format that can be imported",
                      "a CycloneDX BOM or an SPDX 3 document in JSON, or a model card that begins "
                      "with `---`");
    return {};
  }
  switch (*format) {
  case ImportFormat::cyclonedx:
    return import_cyclonedx(source, diagnostics);
  case ImportFormat::spdx:
    return import_spdx(source, diagnostics);
  case ImportFormat::model_card:
    break;
  }
  return import_model_card(source, options.model, diagnostics);
}

void merge_lineage(Lineage& lineage, Lineage more) {
  std::map<std::pair<std::string, NodeKind>, std::size_t> nodes;
  for (std::size_t i = 0; i < lineage.nodes.size(); ++i)
    nodes.emplace(std::pair(lineage.nodes[i].id, lineage.nodes[i].kind), i);
  for (LineageNode& node : more.nodes) {
    const auto [at, is_new] =
        nodes.try_emplace(std::pair(node.id, node.kind), lineage.nodes.size());
    if (is_new)
      lineage.nodes.push_back(std::move(node));
    else
      merge_node(lineage.nodes[at->second], node);
  }
  using Key = std::tuple<std::string, std::string, std::string, std::string>;
  const auto key = [](const Derivation& d) { return Key(d.child, d.parent, d.kind, d.part); };
  std::map<Key, std::size_t> derivations;
  for (std::size_t i = 0; i < lineage.derivations.size(); ++i)
    derivations.emplace(key(lineage.derivations[i]), i);
  for (Derivation& derivation : more.derivations) {
    const auto [at, is_new] = derivations.try_emplace(key(derivation), lineage.derivations.size());
    if (is_new) {
      lineage.derivations.push_back(std::move(derivation));
      continue;
    }
    Derivation& there = lineage.derivations[at->second];
    if (derivation.evidence.empty())
      there.evidence.clear();
    else if (!there.evidence.empty())
      move_to(there.evidence, derivation.evidence);
    move_to(there.obligations, derivation.obligations);
  }
}

} // namespace libeval
