// SPDX-License-Identifier: Apache-2.0
#include "io/import_record.hpp"

#include <libeval/base/date.hpp>
#include <libeval/base/text.hpp>
#include <libeval/domain/license_terms.hpp>

#include <algorithm>
#include <array>

namespace libeval {
namespace {

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string in_lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

/// What hubs call families of licenses, or nothing at all; the text alone says which it is.
constexpr std::array<std::string_view, 14> families = {
    "other", "unknown",  "bsd",        "cc",   "gpl",         "lgpl",   "agpl",
    "gfdl",  "openrail", "openrail++", "rail", "proprietary", "custom", "exaone"};

/// Full names that the list or the license itself gives, in lower case.
constexpr std::array<std::pair<std::string_view, std::string_view>, 34> full_names = {
    {{"apache license 2.0", "Apache-2.0"},
     {"apache license, version 2.0", "Apache-2.0"},
     {"mit license", "MIT"},
     {"the mit license", "MIT"},
     {"mit no attribution", "MIT-0"},
     {"isc license", "ISC"},
     {"the unlicense", "Unlicense"},
     {"bsd zero clause license", "0BSD"},
     {"bsd 2-clause \"simplified\" license", "BSD-2-Clause"},
     {"bsd 3-clause \"new\" or \"revised\" license", "BSD-3-Clause"},
     {"mozilla public license 2.0", "MPL-2.0"},
     {"mozilla public license, version 2.0", "MPL-2.0"},
     {"eclipse public license 2.0", "EPL-2.0"},
     {"boost software license 1.0", "BSL-1.0"},
     {"creative commons zero v1.0 universal", "CC0-1.0"},
     {"creative commons attribution 4.0 international", "CC-BY-4.0"},
     {"creative commons attribution share alike 4.0 international", "CC-BY-SA-4.0"},
     {"creative commons attribution no derivatives 4.0 international", "CC-BY-ND-4.0"},
     {"creative commons attribution non commercial 4.0 international", "CC-BY-NC-4.0"},
     {"creative commons attribution non commercial share alike 4.0 international",
      "CC-BY-NC-SA-4.0"},
     {"creative commons attribution non commercial no derivatives 4.0 international",
      "CC-BY-NC-ND-4.0"},
     {"open data commons attribution license v1.0", "ODC-By-1.0"},
     {"open data commons open database license v1.0", "ODbL-1.0"},
     {"community data license agreement permissive 2.0", "CDLA-Permissive-2.0"},
     {"gnu general public license v2.0 only", "GPL-2.0-only"},
     {"gnu general public license v2.0 or later", "GPL-2.0-or-later"},
     {"gnu general public license v3.0 only", "GPL-3.0-only"},
     {"gnu general public license v3.0 or later", "GPL-3.0-or-later"},
     {"gnu lesser general public license v2.1 only", "LGPL-2.1-only"},
     {"gnu lesser general public license v2.1 or later", "LGPL-2.1-or-later"},
     {"gnu lesser general public license v3.0 only", "LGPL-3.0-only"},
     {"gnu lesser general public license v3.0 or later", "LGPL-3.0-or-later"},
     {"gnu affero general public license v3.0 only", "AGPL-3.0-only"},
     {"gnu affero general public license v3.0 or later", "AGPL-3.0-or-later"}}};

/// Tags of the Hub that differ from the listed id by more than case.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> tags = {
    {{"c-uda", "C-UDA-1.0"},
     {"odc-by", "ODC-By-1.0"},
     {"odbl", "ODbL-1.0"},
     {"pddl", "PDDL-1.0"},
     {"lgpl-lr", "LGPLLR"}}};

} // namespace

std::string import_text(const Tree& tree, std::string_view key) {
  const Tree* found = tree.find(key);
  return found == nullptr ? "" : found->scalar().value_or("");
}

std::vector<std::pair<std::string, Where>> import_texts(const Tree& tree, std::string_view key) {
  std::vector<std::pair<std::string, Where>> out;
  const Tree* found = tree.find(key);
  if (found == nullptr || found->is_null())
    return out;
  const auto add = [&](const Tree& one) {
    if (auto text = one.scalar(); text && !text->empty())
      out.emplace_back(std::move(*text), one.where);
  };
  if (found->is_list())
    std::ranges::for_each(found->list(), add);
  else
    add(*found);
  return out;
}

std::string day_of(std::string_view time) {
  const std::string_view day = time.substr(0, 10);
  return is_date(day) ? std::string(day) : "";
}

std::string license_by_name(std::string_view name) {
  const std::string lowered = in_lower_case(name);
  if (name.empty() || std::ranges::find(families, lowered) != families.end())
    return "NOASSERTION";
  if (const LicenseTerms* terms = find_terms(name))
    return terms->id;
  if (const auto listed = find_listed(name))
    return std::string(*listed);
  if (const auto* const tag =
          std::ranges::find(tags, lowered, [](const auto& t) { return t.first; });
      tag != tags.end())
    return std::string(tag->second);
  if (const auto* const full =
          std::ranges::find(full_names, lowered, [](const auto& t) { return t.first; });
      full != full_names.end())
    return std::string(full->second);
  std::string reference;
  for (const char c : name)
    reference += is_alnum(c) || c == '.' ? c : '-';
  if (std::ranges::none_of(reference, is_alnum))
    return "NOASSERTION";
  return "LicenseRef-" + reference;
}

std::string license_by_expression(std::string_view text, const Where& where,
                                  Diagnostics& diagnostics) {
  Diagnostics problems;
  const auto read = parse_license(text, LicenseGrammar::spdx_3_1, where, problems);
  // Lineage files are of grammar 3.0, in which nothing is joined with `NOASSERTION`.
  if (read && (read->licenses.size() == 1 ||
               std::ranges::none_of(read->licenses, [](const License& license) {
                 return license.kind == License::Kind::none ||
                        license.kind == License::Kind::no_assertion;
               })))
    return to_string(*read);
  if (read)
    return "NOASSERTION";
  diagnostics.warning(where, "license " + in_backticks(text) + " is no SPDX license expression",
                      problems.all().front().message + "; it is taken as not known");
  return "NOASSERTION";
}

std::string hub_name(std::string_view package_url) {
  constexpr std::string_view prefix = "pkg:huggingface/";
  if (!package_url.starts_with(prefix))
    return {};
  package_url.remove_prefix(prefix.size());
  return std::string(package_url.substr(0, package_url.find_first_of("@?#")));
}

std::string hub_id(std::string_view text) {
  std::string_view rest = text;
  for (const std::string_view scheme : {"https://", "http://"})
    if (rest.starts_with(scheme))
      rest.remove_prefix(scheme.size());
  bool on_hub = false;
  for (const std::string_view host : {"huggingface.co/", "hf.co/"})
    if (rest.starts_with(host)) {
      rest.remove_prefix(host.size());
      on_hub = true;
    }
  if (on_hub && rest.starts_with("datasets/"))
    rest.remove_prefix(std::string_view("datasets/").size());
  const std::size_t slash = rest.find('/');
  if (!on_hub || slash == std::string_view::npos || slash == 0)
    return std::string(text);
  rest = rest.substr(0, rest.find_first_of("/?#", slash + 1));
  return rest.size() > slash + 1 ? std::string(rest) : std::string(text);
}

std::string hub_owner(std::string_view id) {
  const std::size_t slash = id.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == id.size() || id[0] == '.' ||
      id[0] == '~' || id.find('/', slash + 1) != std::string_view::npos)
    return {};
  return std::string(id.substr(0, slash));
}

std::string kind_between(NodeKind child, NodeKind parent, std::string_view between_models) {
  if (parent == NodeKind::dataset)
    return "trained_on";
  return child == NodeKind::dataset ? "trained_on_outputs_of" : std::string(between_models);
}

LineageNode& ImportRecord::node(const std::string& id, NodeKind kind, const Where& where) {
  std::string name = id;
  if (const auto at = position_.find(id); at != position_.end()) {
    if (lineage_.nodes[at->second].kind == kind)
      return lineage_.nodes[at->second];
    name += " (" + std::string(to_string(kind)) + ")";
  }
  const auto [at, is_new] = position_.try_emplace(name, lineage_.nodes.size());
  if (is_new) {
    LineageNode made;
    made.id = made.name = name;
    made.kind = kind;
    made.where = where;
    lineage_.nodes.push_back(std::move(made));
  }
  return lineage_.nodes[at->second];
}

std::string ImportRecord::party(const std::string& name, const Where& where) {
  return name.empty() ? "" : node(name, NodeKind::party, where).id;
}

void ImportRecord::owner(const std::string& id, const std::string& name, const std::string& why,
                         const Where& where) {
  const std::string whose = party(name, where);
  LineageNode& owned = lineage_.nodes[position_.at(id)];
  if (!whose.empty() && owned.owners.empty())
    owned.owners.push_back({whose, {inferred(why, where)}, where});
}

EvidenceItem ImportRecord::stated(const std::string& about, const std::string& statement,
                                  const Where& where) const {
  EvidenceItem out = inferred(statement, where);
  const LineageNode* thing = &at(about);
  if (thing->owners.empty() && !thing->part_of.empty())
    thing = &at(thing->part_of);
  const bool of_another =
      !thing->owners.empty() &&
      std::ranges::find(thing->owners, author_, &OwnerClaim::party) == thing->owners.end();
  out.level = author_.empty() || of_another ? Level::alleged : Level::self_declared;
  out.by = author_;
  return out;
}

EvidenceItem ImportRecord::inferred(const std::string& statement, const Where& where) const {
  EvidenceItem out;
  out.level = Level::inferred;
  out.date = date_;
  out.source = source_->name;
  out.statement = statement;
  out.where = where;
  return out;
}

void ImportRecord::derive(const std::string& child, const std::string& parent,
                          const std::string& kind, EvidenceItem evidence, const Where& where) {
  if (child == parent) {
    diagnostics_.warning(where, in_backticks(child) + " would be derived from itself",
                         "it is left out");
    return;
  }
  const auto [at, is_new] =
      derivations_.try_emplace({child, parent, kind}, lineage_.derivations.size());
  if (is_new) {
    Derivation made;
    made.child = child;
    made.parent = parent;
    made.kind = kind;
    made.carries = find_derivation_kind(kind)->carries;
    made.where = where;
    lineage_.derivations.push_back(std::move(made));
  }
  lineage_.derivations[at->second].evidence.push_back(std::move(evidence));
}

} // namespace libeval
