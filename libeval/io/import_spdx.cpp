// SPDX-License-Identifier: Apache-2.0
// SPDX 3 as JSON-LD: AI packages, data set packages, and what relationships say of them.
#include <libeval/base/text.hpp>
#include <libeval/domain/digest.hpp>
#include <libeval/domain/license.hpp>
#include <libeval/io/parse.hpp>

#include "io/import_record.hpp"

#include <algorithm>
#include <array>

namespace libeval {
namespace {

/// A relationship between things, as a derivation.
struct Relation {
  std::string_view type, kind;
  bool from_is_child;
};

// "`from` TYPE `to`": a descendant is the child, an ancestor is the parent. `trainedOn` is of 3.0,
// the three after `testedOn` are of 3.1.
constexpr std::array<Relation, 11> relations = {{
    {"descendantOf", "initialized_from", true},
    {"ancestorOf", "initialized_from", false},
    {"copiedTo", "frozen_component", false},
    {"hasVariant", "related_to", true},
    {"dependsOn", "related_to", true},
    {"trainedOn", "trained_on", true},
    {"testedOn", "evaluated_on", true},
    {"pretrainedOn", "pretrained_on", true},
    {"finetunedOn", "finetuned_on", true},
    {"evaluatedOn", "evaluated_on", true},
    {"generates", "trained_on_outputs_of", false},
}};

std::string_view after_prefix(std::string_view type) {
  const std::size_t at = type.find_last_of("_/#:");
  return at == std::string_view::npos ? type : type.substr(at + 1);
}

std::string type_of(const Tree& element) {
  std::string type = import_text(element, "type");
  return std::string(after_prefix(type.empty() ? import_text(element, "@type") : type));
}

std::string id_of(const Tree& element) {
  std::string id = import_text(element, "spdxId");
  return id.empty() ? import_text(element, "@id") : id;
}

class Document {
public:
  Document(const std::shared_ptr<const SourceText>& source, Diagnostics& diagnostics)
      : source_(source), diagnostics_(diagnostics), record_(source, diagnostics) {}

  Lineage read() {
    const auto read = parse_machine_written(source_, diagnostics_);
    if (!read)
      return {};
    const Tree& tree = *read;
    const Tree* graph = tree.find("@graph");
    if (graph == nullptr || !graph->is_list() ||
        import_text(tree, "@context").find("spdx.org") == std::string::npos) {
      diagnostics_.error(tree.where, "this is no SPDX 3 document",
                         "a map with `@context` of spdx.org and a list `@graph`");
      return {};
    }
    for (const Tree& element : graph->list())
      if (const std::string id = id_of(element); !id.empty())
        elements_.emplace(id, &element);
    for (const Tree& element : graph->list())
      if (type_of(element) == "CreationInfo") {
        document_info_ = &element;
        break;
      }
    for (const Tree& element : graph->list())
      thing(element);
    for (const Tree& element : graph->list())
      if (const std::string type = type_of(element);
          type == "Relationship" || type == "LifecycleScopedRelationship")
        relationship(element);
    return record_.take();
  }

private:
  const Tree* element(const std::string& id) const {
    const auto at = elements_.find(id);
    return at == elements_.end() ? nullptr : at->second;
  }

  /// The name of an agent; empty for tools and for what is not in the document.
  std::string agent(const std::string& id) const {
    const Tree* found = element(id);
    const std::string type = found == nullptr ? "" : type_of(*found);
    return type == "Organization" || type == "Person" || type == "Agent"
               ? import_text(*found, "name")
               : "";
  }

  /// Whoever created an element states what it says. One that names no `creationInfo` has that of
  /// the document, the first.
  void sign(const Tree& of_element) {
    record_.signed_by("");
    record_.dated("");
    const Tree* info = of_element.find("creationInfo");
    if (info == nullptr)
      info = document_info_;
    else if (!info->is_map())
      info = element(info->scalar().value_or(""));
    if (info == nullptr)
      return;
    record_.dated(day_of(import_text(*info, "created")));
    for (const auto& [id, where] : import_texts(*info, "createdBy"))
      if (const std::string name = agent(id); !name.empty()) {
        record_.signed_by(record_.party(name, where));
        return;
      }
  }

  void thing(const Tree& element) {
    const std::string type = type_of(element);
    const bool model = type == "AIPackage";
    const std::string id = id_of(element);
    if ((!model && type != "DatasetPackage") || id.empty())
      return;
    sign(element);
    std::string name = hub_name(import_text(element, "software_packageUrl"));
    if (name.empty())
      name = import_text(element, "name");
    // Two packages of one name are two things.
    if (name.empty() || !names_.insert(name).second)
      name = id;
    LineageNode& node =
        record_.node(name, model ? NodeKind::model : NodeKind::dataset, element.where);
    node.released = day_of(import_text(element, "releaseTime"));
    if (const Tree* hashes = element.find("verifiedUsing"); hashes != nullptr && hashes->is_list())
      for (const Tree& hash : hashes->list())
        if (const std::string value = import_text(hash, "hashValue"); !value.empty())
          node.digests.push_back(canonical_digest(import_text(hash, "algorithm") + ":" + value));
    const std::string made = node.id;
    things_[id] = made;
    for (const char* key : {"suppliedBy", "originatedBy"})
      for (const auto& [who, where] : import_texts(element, key))
        record_.owner(made, agent(who), key, where);
  }

  void relationship(const Tree& element) {
    const std::string type = import_text(element, "relationshipType");
    const auto from = things_.find(import_text(element, "from"));
    if (from == things_.end())
      return;
    sign(element);
    if (type == "hasDeclaredLicense" || type == "hasConcludedLicense") {
      for (const auto& [id, where] : import_texts(element, "to"))
        license(from->second, id, type == "hasConcludedLicense", where);
      return;
    }
    if (type == "contains") {
      for (const auto& [id, where] : import_texts(element, "to"))
        part(from->second, id);
      return;
    }
    const auto* const relation = std::ranges::find(relations, type, &Relation::type);
    if (relation == relations.end())
      return;
    bool all_named = true;
    for (const auto& [id, where] : import_texts(element, "to")) {
      const auto to = things_.find(id);
      if (to == things_.end()) {
        all_named = all_named && after_prefix(id) == "NoneElement";
        if (after_prefix(id) != "NoneElement" && after_prefix(id) != "NoAssertionElement")
          diagnostics_.warning(where, "there is no AI package or data set " + in_backticks(id),
                               "`" + type + "` is left out");
        continue;
      }
      const std::string& child = relation->from_is_child ? from->second : to->second;
      const std::string& parent = relation->from_is_child ? to->second : from->second;
      record_.derive(child, parent, kind(*relation, child, parent),
                     record_.stated(child, type, where), where);
    }
    if (type == "descendantOf")
      completeness(element, from->second, all_named);
  }

  /// What models hand on are weights; data came from elsewhere and goes elsewhere.
  std::string kind(const Relation& relation, const std::string& child,
                   const std::string& parent) const {
    const bool of_models =
        relation.kind == "initialized_from" || relation.kind == "frozen_component";
    return of_models ? kind_between(record_.at(child).kind, record_.at(parent).kind, relation.kind)
                     : std::string(relation.kind);
  }

  /// That the named ancestors are all of them, or that there are none. Where one of them is not in
  /// the document, or is left open, what is read of them is not all.
  void completeness(const Tree& element, const std::string& model, bool all_named) {
    std::string said = import_text(element, "completeness");
    for (const auto& [id, where] : import_texts(element, "to"))
      if (after_prefix(id) == "NoneElement")
        said = "complete";
    if ((said != "complete" || !all_named) && said != "incomplete")
      return;
    EvidenceItem item = record_.stated(model, "descendantOf: " + said, element.where);
    item.supports = said == "complete";
    record_.at(model).complete.push_back(std::move(item));
  }

  /// A model inside a model is a group of weights of it.
  void part(const std::string& whole, const std::string& id) {
    const auto at = things_.find(id);
    if (at == things_.end() || at->second == whole)
      return;
    LineageNode& inner = record_.at(at->second);
    const LineageNode& outer = record_.at(whole);
    if (inner.kind != NodeKind::model || outer.kind != NodeKind::model || !inner.part_of.empty() ||
        !outer.part_of.empty())
      return;
    inner.kind = NodeKind::weights;
    inner.part_of = whole;
  }

  /// "Declared" in SPDX 3 is what was found in the files, which is observed here.
  void license(const std::string& model, const std::string& id, bool concluded,
               const Where& where) {
    LicenseClaim claim;
    claim.where = where;
    claim.source = source_->name;
    claim.acknowledged =
        concluded ? LicenseClaim::Acknowledged::concluded : LicenseClaim::Acknowledged::observed;
    claim.expression = "NOASSERTION";
    const Tree* found = element(id);
    const std::string_view last = after_prefix(id);
    if (found != nullptr && type_of(*found) == "LicenseExpression") {
      const Tree* text = found->find("simplelicensing_licenseExpression");
      if (text != nullptr)
        claim.expression =
            license_by_expression(text->scalar().value_or(""), text->where, diagnostics_);
    } else if (last == "NoneLicense" || id.ends_with("/Licensing/None")) {
      claim.expression = "NONE";
    } else if (found == nullptr && find_listed(last)) {
      claim.expression = *find_listed(last); // https://spdx.org/licenses/MIT
    } else if (found != nullptr && type_of(*found) == "ListedLicense") {
      const std::string name = import_text(*found, "name");
      claim.expression =
          find_listed(last) || name.empty() ? license_by_name(last) : license_by_name(name);
    } else if (last != "NoAssertionLicense" && !id.ends_with("/Licensing/NoAssertion")) {
      diagnostics_.warning(where, "license " + in_backticks(id) + " is not read",
                           "license expressions and listed licenses are; it is taken as not known");
    }
    record_.at(model).licenses.push_back(std::move(claim));
  }

  const std::shared_ptr<const SourceText>& source_;
  Diagnostics& diagnostics_;
  ImportRecord record_;
  const Tree* document_info_ = nullptr;
  std::map<std::string, const Tree*> elements_;
  std::map<std::string, std::string> things_; ///< by their id in the document
  std::set<std::string> names_;
};

} // namespace

Lineage import_spdx(const std::shared_ptr<const SourceText>& source, Diagnostics& diagnostics) {
  return Document(source, diagnostics).read();
}

} // namespace libeval
