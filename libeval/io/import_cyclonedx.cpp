// SPDX-License-Identifier: Apache-2.0
// CycloneDX 1.5 to 1.7 as JSON: machine-learning models, data sets, pedigree, model cards.
#include <libeval/base/text.hpp>
#include <libeval/domain/digest.hpp>
#include <libeval/io/parse.hpp>

#include "io/import_record.hpp"

#include <algorithm>
#include <array>

namespace libeval {
namespace {

/// A component, and what it stands in.
struct Place {
  const Tree* component = nullptr;
  const Tree* whole = nullptr; ///< the model whose part it is
};

bool is_model(const Tree& component) {
  return import_text(component, "type") == "machine-learning-model";
}

class Bom {
public:
  Bom(const std::shared_ptr<const SourceText>& source, Diagnostics& diagnostics)
      : source_(source), diagnostics_(diagnostics), record_(source, diagnostics) {}

  Lineage read() {
    const auto read = parse_machine_written(source_, diagnostics_);
    if (!read)
      return {};
    const Tree& tree = *read;
    const std::string version = import_text(tree, "specVersion");
    if (import_text(tree, "bomFormat") != "CycloneDX" ||
        std::ranges::find(versions, version) == versions.end()) {
      diagnostics_.error(tree.where, "this is no CycloneDX BOM of version 1.5, 1.6 or 1.7",
                         version.empty() ? "" : "it says version " + in_backticks(version));
      return {};
    }
    sign(tree);
    if (const Tree* metadata = tree.find("metadata"))
      described_ = metadata->find("component");
    collect(tree);
    name_all();
    for (const Place& place : places_)
      tell(*place.component);
    completeness(tree);
    return record_.take();
  }

private:
  static constexpr std::array<std::string_view, 3> versions = {"1.5", "1.6", "1.7"};

  static std::string name_in(const Tree& tree, std::string_view key) {
    const Tree* entity = tree.find(key);
    if (entity != nullptr && entity->is_list())
      entity = entity->list().empty() ? nullptr : &entity->list().front();
    return entity == nullptr ? "" : import_text(*entity, "name");
  }

  /// Whoever made the BOM states what it says.
  void sign(const Tree& tree) {
    const Tree* metadata = tree.find("metadata");
    if (metadata == nullptr)
      return;
    record_.dated(day_of(import_text(*metadata, "timestamp")));
    for (const char* key : {"supplier", "manufacturer", "manufacture", "authors"})
      if (const std::string name = name_in(*metadata, key); !name.empty()) {
        record_.signed_by(record_.party(name, metadata->where));
        of_described_ =
            key == std::string_view("supplier") || key == std::string_view("manufacture");
        return;
      }
  }

  /// All models and data sets, parts after what they stand in; no recursion.
  void collect(const Tree& tree) {
    std::vector<Place> open;
    const auto add = [&](const Tree* found, const Tree* whole) {
      if (found == nullptr)
        return;
      if (found->is_map())
        open.push_back({found, whole});
      if (found->is_list())
        for (std::size_t i = found->list().size(); i > 0; --i)
          if (found->list()[i - 1].is_map())
            open.push_back({&found->list()[i - 1], whole});
    };
    add(tree.find("components"), nullptr);
    if (const Tree* metadata = tree.find("metadata"))
      add(metadata->find("component"), nullptr);
    while (!open.empty()) {
      const Place now = open.back();
      open.pop_back();
      const bool model = is_model(*now.component);
      if (model || import_text(*now.component, "type") == "data")
        places_.push_back(now);
      add(now.component->find("components"), model ? now.component : now.whole);
      if (const Tree* pedigree = now.component->find("pedigree"))
        for (const char* kin : {"ancestors", "descendants", "variants"})
          add(pedigree->find(kin), nullptr);
    }
  }

  /// What a person would call it: the name on a hub, else group and name.
  static std::string id_of(const Tree& component) {
    if (std::string hub = hub_name(import_text(component, "purl")); !hub.empty())
      return hub;
    const std::string group = import_text(component, "group");
    const std::string name = import_text(component, "name");
    return group.empty() || name.empty() ? name : group + "/" + name;
  }

  /// Names whose components differ in version or reference stay apart.
  void name_all() {
    std::map<std::string, const Tree*> first;
    for (const Place& place : places_) {
      const Tree& component = *place.component;
      std::string id = id_of(component);
      if (id.empty()) {
        diagnostics_.warning(component.where, "a component has no name", "it is left out");
        continue;
      }
      const auto whole = ids_.find(place.whole);
      if (whole != ids_.end())
        id = whole->second + "/" + id;
      const auto [at, is_new] = first.try_emplace(id, &component);
      if (!is_new && import_text(*at->second, "version") != import_text(component, "version"))
        id += import_text(component, "version").empty() ? " (without a version)"
                                                        : "@" + import_text(component, "version");
      make(component, id, whole == ids_.end() ? "" : whole->second);
    }
  }

  void make(const Tree& component, const std::string& name, const std::string& whole) {
    const NodeKind kind = !is_model(component) ? NodeKind::dataset
                          : whole.empty()      ? NodeKind::model
                                               : NodeKind::weights;
    LineageNode& node = record_.node(name, kind, component.where);
    node.part_of = whole;
    if (const Tree* hashes = component.find("hashes"); hashes != nullptr && hashes->is_list())
      for (const Tree& hash : hashes->list())
        if (const std::string content = import_text(hash, "content"); !content.empty())
          node.digests.push_back(canonical_digest(import_text(hash, "alg") + ":" + content));
    licenses(component, node);
    const std::string id = node.id;
    ids_[&component] = id;
    component_of_.emplace(id, &component);
    if (const std::string ref = import_text(component, "bom-ref"); !ref.empty())
      by_ref_.emplace(ref, id);
    if (whole.empty())
      owner(component, id);
    else
      owner_of_part(component, id, whole);
  }

  void owner(const Tree& component, const std::string& id) {
    for (const char* key : {"supplier", "manufacturer", "authors"})
      record_.owner(id, name_in(component, key), key, component.where);
    for (const char* key : {"publisher", "author"})
      record_.owner(id, import_text(component, key), key, component.where);
    // The supplier of a BOM is that of the component it describes.
    if (&component == described_ && of_described_)
      record_.owner(id, record_.author(), "the supplier of the BOM", component.where);
    record_.owner(id, import_text(component, "group"), "group", component.where);
    record_.owner(id, hub_owner(hub_name(import_text(component, "purl"))),
                  "the name before the slash", component.where);
  }

  /// A part belongs to its model unless an organization stands there that the model has not. Groups
  /// and names on a hub are compared with their like.
  void owner_of_part(const Tree& component, const std::string& id, const std::string& whole) {
    const Tree& outer = *component_of_.at(whole);
    const auto differs = [&](const std::string& of_part, const std::string& of_whole,
                             const std::string& why) {
      if (!of_part.empty() && of_part != of_whole && !is_owner(whole, of_part))
        record_.owner(id, of_part, why, component.where);
    };
    for (const char* key : {"supplier", "manufacturer"})
      differs(name_in(component, key), name_in(outer, key), key);
    differs(import_text(component, "publisher"), import_text(outer, "publisher"), "publisher");
    if (!import_text(outer, "group").empty())
      differs(import_text(component, "group"), import_text(outer, "group"), "group");
    const auto hub = [](const Tree& of) { return hub_owner(hub_name(import_text(of, "purl"))); };
    if (!hub(outer).empty())
      differs(hub(component), hub(outer), "the name before the slash");
  }

  bool is_owner(const std::string& id, const std::string& party) const {
    const std::vector<OwnerClaim>& owners = record_.at(id).owners;
    return std::ranges::find(owners, party, &OwnerClaim::party) != owners.end();
  }

  // --- licenses ---

  void licenses(const Tree& component, LineageNode& node) {
    std::vector<LicenseClaim> claims = license_list(component.find("licenses"), false);
    if (const Tree* evidence = component.find("evidence"))
      for (LicenseClaim& claim : license_list(evidence->find("licenses"), true))
        claims.push_back(std::move(claim));
    for (LicenseClaim& claim : claims)
      if (std::ranges::none_of(node.licenses, [&](const LicenseClaim& there) {
            return there.expression == claim.expression && there.acknowledged == claim.acknowledged;
          }))
        node.licenses.push_back(std::move(claim));
  }

  /// Several licenses of one acknowledgement without an expression: nothing says whether all apply
  /// or one may be chosen.
  std::vector<LicenseClaim> license_list(const Tree* list, bool observed) {
    std::vector<LicenseClaim> out;
    if (list == nullptr || !list->is_list())
      return out;
    std::map<LicenseClaim::Acknowledged, std::size_t> named; ///< without an expression
    for (const Tree& entry : list->list()) {
      LicenseClaim claim;
      claim.where = entry.where;
      claim.source = source_->name;
      const Tree* license = entry.find("license");
      const std::string expression = import_text(entry, "expression");
      if (license != nullptr) {
        const std::string id = import_text(*license, "id");
        claim.expression = license_by_name(id.empty() ? import_text(*license, "name") : id);
        if (const std::string url = import_text(*license, "url"); !url.empty())
          claim.source = url;
      } else if (!expression.empty()) {
        claim.expression =
            license_by_expression(expression, entry.find("expression")->where, diagnostics_);
      } else {
        continue;
      }
      const std::string said =
          import_text(license == nullptr ? entry : *license, "acknowledgement");
      claim.acknowledged = observed              ? LicenseClaim::Acknowledged::observed
                           : said == "concluded" ? LicenseClaim::Acknowledged::concluded
                                                 : LicenseClaim::Acknowledged::declared;
      if (license != nullptr)
        ++named[claim.acknowledged];
      out.push_back(std::move(claim));
    }
    for (const auto& [acknowledged, times] : named) {
      if (times < 2)
        continue;
      diagnostics_.warning(list->where, "several licenses stand here without an expression",
                           "whether all apply or one may be chosen is not said; it is taken as "
                           "not known");
      LicenseClaim open = *std::ranges::find(out, acknowledged, &LicenseClaim::acknowledged);
      open.expression = "NOASSERTION";
      std::erase_if(out, [how = acknowledged](const LicenseClaim& claim) {
        return claim.acknowledged == how;
      });
      out.push_back(std::move(open));
    }
    return out;
  }

  // --- what it came from ---

  void tell(const Tree& component) {
    const auto self = ids_.find(&component);
    if (self == ids_.end())
      return;
    if (const Tree* pedigree = component.find("pedigree")) {
      kin(self->second, *pedigree, "ancestors");
      kin(self->second, *pedigree, "descendants");
      kin(self->second, *pedigree, "variants");
    }
    const Tree* card = component.find("modelCard");
    const Tree* parameters = card == nullptr ? nullptr : card->find("modelParameters");
    const Tree* datasets = parameters == nullptr ? nullptr : parameters->find("datasets");
    if (datasets != nullptr && datasets->is_list())
      for (const Tree& one : datasets->list())
        dataset(self->second, one);
  }

  /// A pedigree says from what, not how: the weights were copied and trained, in whole or in part.
  void kin(const std::string& self, const Tree& pedigree, const std::string& which) {
    const Tree* list = pedigree.find(which);
    if (list == nullptr || !list->is_list())
      return;
    for (const Tree& other : list->list()) {
      const auto at = ids_.find(&other);
      if (at == ids_.end()) {
        diagnostics_.warning(other.where, "this is neither a model nor data", "it is left out");
        continue;
      }
      const bool down = which == "descendants";
      const std::string& child = down ? at->second : self;
      const std::string& parent = down ? self : at->second;
      const std::string kind =
          which == "variants"
              ? "related_to"
              : kind_between(record_.at(child).kind, record_.at(parent).kind, "initialized_from");
      record_.derive(child, parent, kind, record_.stated(child, "pedigree: " + which, other.where),
                     other.where);
    }
  }

  void dataset(const std::string& self, const Tree& one) {
    if (!one.is_map())
      return;
    std::string id;
    if (const std::string ref = import_text(one, "ref"); !ref.empty()) {
      const auto at = by_ref_.find(ref);
      if (at == by_ref_.end()) {
        diagnostics_.warning(one.where, "there is no component " + in_backticks(ref),
                             "the data set is left out");
        return;
      }
      id = at->second;
    } else {
      const Tree* contents = one.find("contents");
      const std::string url = contents == nullptr ? "" : import_text(*contents, "url");
      const std::string name = import_text(one, "name");
      if (url.empty() && name.empty()) {
        diagnostics_.warning(one.where, "a data set has neither name nor address",
                             "it is left out");
        return;
      }
      LineageNode& node =
          record_.node(url.empty() ? self + ": " + name : url, NodeKind::dataset, one.where);
      if (!name.empty())
        node.name = name;
      id = node.id;
    }
    record_.derive(self, id, "trained_on",
                   record_.stated(self, "modelParameters.datasets", one.where), one.where);
  }

  /// What a BOM calls complete is what something is put together from, not where it came from; so
  /// it is a hint and no declaration. References do not cascade.
  void completeness(const Tree& tree) {
    const Tree* compositions = tree.find("compositions");
    if (compositions == nullptr || !compositions->is_list())
      return;
    for (const Tree& composition : compositions->list()) {
      const std::string aggregate = import_text(composition, "aggregate");
      const bool complete = aggregate == "complete";
      if (!complete && !aggregate.starts_with("incomplete"))
        continue;
      for (const auto& [ref, where] : import_texts(composition, "assemblies")) {
        const auto at = by_ref_.find(ref);
        if (at == by_ref_.end())
          continue;
        EvidenceItem item = record_.inferred("compositions: " + aggregate, where);
        item.supports = complete;
        record_.at(at->second).complete.push_back(std::move(item));
      }
    }
  }

  const std::shared_ptr<const SourceText>& source_;
  Diagnostics& diagnostics_;
  ImportRecord record_;
  const Tree* described_ = nullptr;
  bool of_described_ = false; ///< who signs is who supplies the described component
  std::vector<Place> places_;
  std::map<std::string, const Tree*> component_of_;
  std::map<const Tree*, std::string> ids_;
  std::map<std::string, std::string> by_ref_;
};

} // namespace

Lineage import_cyclonedx(const std::shared_ptr<const SourceText>& source,
                         Diagnostics& diagnostics) {
  return Bom(source, diagnostics).read();
}

} // namespace libeval
