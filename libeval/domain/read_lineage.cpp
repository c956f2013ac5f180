// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/read_lineage.hpp>

#include "domain/reading.hpp"

#include <libeval/base/text.hpp>
#include <libeval/domain/digest.hpp>
#include <libeval/domain/language.hpp>
#include <libeval/domain/measure.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <set>
#include <tuple>
#include <unordered_map>

namespace libeval {
namespace {

/// A list's items, or the one thing that stands instead of a list.
template <class Take>
void for_each_of(const Tree& tree, const Take& take) {
  if (!tree.is_list())
    take(tree);
  else
    for (const Tree& item : tree.list())
      take(item);
}

class Reader {
public:
  Reader(Lineage& lineage, Diagnostics& diagnostics)
      : lineage_(lineage), diagnostics_(diagnostics) {}

  void read(const Tree& tree) {
    nodes(tree, "parties", NodeKind::party);
    nodes(tree, "models", NodeKind::model);
    nodes(tree, "weights", NodeKind::weights);
    nodes(tree, "datasets", NodeKind::dataset);
    nodes(tree, "code", NodeKind::code);
    nodes(tree, "architectures", NodeKind::architecture);
    nodes(tree, "tokenizers", NodeKind::tokenizer);
    nodes(tree, "documents", NodeKind::document);
    if (const Tree* all = tree.find("derivations"))
      for (const Tree& one : all->list())
        derivation(one);
  }

private:
  void nodes(const Tree& tree, std::string_view key, NodeKind kind) {
    if (const Tree* all = tree.find(key))
      for (const Entry& entry : all->map())
        node(entry, entry.key, kind, "");
  }

  void node(const Entry& entry, const std::string& id, NodeKind kind, const std::string& whole) {
    const Tree& tree = entry.value;
    LineageNode out;
    out.id = id;
    out.kind = kind;
    out.name = text_at(tree, "name");
    if (out.name.empty())
      out.name = id;
    out.part_of = whole.empty() ? text_at(tree, "part_of") : whole;
    out.released = text_at(tree, "released");
    out.where = entry.key_where;
    if (const Tree* owner = tree.find("owner")) {
      if (!owner->is_list())
        out.owners.push_back({text_of(owner), {}, owner->where});
      else
        for (const Tree& claim : owner->list())
          out.owners.push_back(
              {text_at(claim, "party"), evidence(claim.find("evidence")), claim.where});
    }
    for (const std::string& digest : read_names(tree.find("digest")))
      if (std::string one = canonical_digest(digest);
          std::ranges::find(out.digests, one) == out.digests.end())
        out.digests.push_back(std::move(one));
    if (const Tree* license = tree.find("license"))
      licenses(*license, out);
    out.complete = evidence(tree.find("complete"));
    if (const Tree* controls = tree.find("controls"))
      for (const Entry& control : controls->map())
        control_claims(control, out);
    lineage_.nodes.push_back(std::move(out));
    if (const Tree* parts = tree.find("parts"))
      for (const Entry& part : parts->map()) {
        const std::string word = text_at(part.value, "kind");
        node(part, id + "/" + part.key,
             word == "code"           ? NodeKind::code
             : word == "architecture" ? NodeKind::architecture
             : word == "tokenizer"    ? NodeKind::tokenizer
                                      : NodeKind::weights,
             id);
      }
  }

  void licenses(const Tree& tree, LineageNode& node) {
    for_each_of(tree, [&](const Tree& license) {
      LicenseClaim claim;
      claim.where = license.where;
      if (!license.is_map()) {
        claim.expression = text_of(&license);
      } else {
        claim.expression = text_at(license, "expression");
        claim.where = where_at(license, "expression");
        claim.from = text_at(license, "from");
        claim.until = text_at(license, "until");
        claim.source = text_at(license, "source");
        claim.digest = text_at(license, "digest");
        const std::string word = text_at(license, "acknowledged");
        claim.acknowledged = word == "concluded"  ? LicenseClaim::Acknowledged::concluded
                             : word == "observed" ? LicenseClaim::Acknowledged::observed
                                                  : LicenseClaim::Acknowledged::declared;
        check_interval(license, claim.from, claim.until);
      }
      node.licenses.push_back(std::move(claim));
    });
  }

  void control_claims(const Entry& entry, LineageNode& node) {
    for_each_of(entry.value, [&](const Tree& claim) {
      ControlClaim out;
      out.criterion = entry.key;
      out.where = claim.where;
      if (claim.is_number()) {
        out.level = static_cast<int>(claim.number());
      } else {
        out.level = static_cast<int>(number_at(claim, "level").value_or(0));
        out.evidence = evidence(claim.find("evidence"));
      }
      node.controls.push_back(std::move(out));
    });
  }

  void derivation(const Tree& tree) {
    Derivation out;
    out.id = text_at(tree, "id");
    out.child = text_at(tree, "child");
    out.parent = text_at(tree, "parent");
    out.kind = text_at(tree, "kind");
    out.part = text_at(tree, "part");
    out.where = tree.where;
    if (const Tree* carries = tree.find("carries"))
      out.carries = read_carriers(*carries);
    else if (const DerivationKind* kind = find_derivation_kind(out.kind))
      out.carries = kind->carries;
    out.evidence = evidence(tree.find("evidence"));
    if (const Tree* obligations = tree.find("obligations"))
      for (const Entry& entry : obligations->map())
        out.obligations.push_back({entry.key, evidence(&entry.value), entry.key_where});
    if (out.child == out.parent && !out.child.empty())
      diagnostics_.error(where_at(tree, "parent"),
                         "`" + shorten(out.child) + "` is derived from itself");
    lineage_.derivations.push_back(std::move(out));
  }

  EvidenceList evidence(const Tree* tree) {
    EvidenceList out;
    if (tree == nullptr)
      return out;
    for (const Tree& item : tree->list())
      out.push_back(evidence_item(item));
    return out;
  }

  EvidenceItem evidence_item(const Tree& tree) {
    EvidenceItem out;
    const Tree* pro = tree.find("for");
    const Tree* level = pro == nullptr ? tree.find("against") : pro;
    out.supports = pro != nullptr;
    out.level = level_from(text_of(level));
    out.id = text_at(tree, "id");
    out.by = text_at(tree, "by");
    out.date = text_at(tree, "date");
    out.from = text_at(tree, "from");
    out.until = text_at(tree, "until");
    out.expires = text_at(tree, "expires");
    out.withdrawn = text_at(tree, "withdrawn");
    out.source = text_at(tree, "source");
    out.digest = text_at(tree, "digest");
    out.statement = text_at(tree, "statement");
    out.where = tree.where;
    if (out.level == Level::admitted)
      diagnostics_.error(level->where, "`admitted` is not stated but follows",
                         "write `self_declared` and `by`: what somebody says against the own "
                         "interest counts as admitted");
    if (out.level == Level::self_declared && out.by.empty())
      diagnostics_.error(level->where, "a `self_declared` item does not say by whom",
                         "add `by: PARTY`");
    check_interval(tree, out.from, out.until);
    for (const char* end : {"expires", "withdrawn"}) {
      const std::string day = text_at(tree, end);
      if (!day.empty() && !out.date.empty() && day < out.date)
        diagnostics_.error(where_at(tree, end), "`" + std::string(end) + ": " + day +
                                                    "` is before the date " + out.date);
    }
    return out;
  }

  void check_interval(const Tree& tree, const std::string& from, const std::string& until) {
    if (!from.empty() && !until.empty() && until <= from)
      diagnostics_.error(where_at(tree, "until"),
                         "`until: " + until + "` is not after `from: " + from + "`");
  }

  Lineage& lineage_;
  Diagnostics& diagnostics_;
};

/// Looks names of a record up and says what is wrong with them.
class Names {
public:
  Names(const Lineage& lineage, Diagnostics& diagnostics)
      : lineage_(lineage), diagnostics_(diagnostics) {
    for (const LineageNode& node : lineage.nodes)
      if (const auto [at, added] = nodes_.emplace(node.id, &node); !added)
        diagnostics.error(node.where, "`" + shorten(node.id) + "` stands twice",
                          at->second->where.line == 0
                              ? ""
                              : "the first is at line " + std::to_string(at->second->where.line));
  }

  const LineageNode* need(const std::string& id, const Where& where, const char* what) {
    if (const auto at = nodes_.find(id); at != nodes_.end())
      return at->second;
    std::optional<std::string> near;
    if (++unknown_ <= most_helps) {
      if (ids_.empty())
        for (const LineageNode& node : lineage_.nodes)
          ids_.push_back(node.id);
      near = did_you_mean(id, ids_);
    }
    diagnostics_.error(where, "there is no " + std::string(what) + " `" + shorten(id) + "`",
                       near ? "did you mean `" + *near + "`?" : "");
    return nullptr;
  }

  void party(const std::string& id, const Where& where) {
    if (id.empty())
      return;
    if (const LineageNode* node = need(id, where, "party");
        node != nullptr && node->kind != NodeKind::party)
      diagnostics_.error(where, "`" + shorten(id) + "` is no party but a " +
                                    std::string(to_string(node->kind)));
  }

  void parties(const EvidenceList& evidence) {
    for (const EvidenceItem& item : evidence)
      party(item.by, item.where);
  }

private:
  static constexpr std::size_t most_helps = 20; ///< near misses take a look at every id
  const Lineage& lineage_;
  Diagnostics& diagnostics_;
  std::unordered_map<std::string_view, const LineageNode*> nodes_;
  std::vector<std::string> ids_;
  std::size_t unknown_ = 0;
};

void check_node(const LineageNode& node, Names& names, Diagnostics& diagnostics) {
  if (!node.part_of.empty()) {
    const LineageNode* whole = names.need(node.part_of, node.where, "thing");
    if (whole != nullptr && (whole->kind == NodeKind::party) != (node.kind == NodeKind::party))
      diagnostics.error(node.where, "`" + shorten(node.id) + "`, a " +
                                        std::string(to_string(node.kind)) +
                                        ", cannot be part of `" + shorten(node.part_of) + "`, a " +
                                        std::string(to_string(whole->kind)));
    if (node.part_of == node.id)
      diagnostics.error(node.where, "`" + shorten(node.id) + "` is part of itself");
  }
  for (const OwnerClaim& claim : node.owners) {
    names.party(claim.party, claim.where);
    names.parties(claim.evidence);
  }
  names.parties(node.complete);
  for (const ControlClaim& claim : node.controls)
    names.parties(claim.evidence);
}

/// Things and parties that are parts of each other, and those that lie too deep.
void check_wholes(const Lineage& lineage, Diagnostics& diagnostics) {
  constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max(), most = 100;
  const std::size_t n = lineage.nodes.size();
  std::unordered_map<std::string_view, std::uint32_t> index;
  for (std::uint32_t i = 0; i < n; ++i)
    index.emplace(lineage.nodes[i].id, i);
  std::vector<std::uint32_t> depth(n, none), walk(n, none), way;
  for (std::uint32_t start = 0; start < n; ++start) {
    way.clear();
    std::uint32_t at = start;
    while (at != none && depth[at] == none && walk[at] != start) {
      walk[at] = start;
      way.push_back(at);
      const auto whole = index.find(lineage.nodes[at].part_of);
      at = whole == index.end() || whole->second == at ? none : whole->second;
    }
    std::uint32_t below = at == none ? 0 : depth[at] + 1;
    if (at != none && depth[at] == none) { // the way came back to itself
      const auto circle = std::ranges::find(way, at);
      std::string members;
      for (auto one = circle; one != way.end() && one - circle < 6; ++one)
        members += (one == circle ? "`" : ", `") + shorten(lineage.nodes[*one].id) + "`";
      if (way.end() - circle > 6)
        members += " and " + std::to_string(way.end() - circle - 6) + " more";
      diagnostics.error(lineage.nodes[at].where, members + " are parts of each other",
                        "`part_of` names what something belongs to; what it belongs to is not "
                        "part of it");
      below = 0;
    }
    for (std::size_t i = way.size(); i-- > 0; ++below) {
      depth[way[i]] = below;
      if (below == most)
        diagnostics.error(lineage.nodes[way[i]].where,
                          "`" + shorten(lineage.nodes[way[i]].id) + "` is a part of a part " +
                              std::to_string(most) + " times over, and " +
                              std::to_string(most - 1) + " is the most");
    }
  }
}

} // namespace

Carriers read_carriers(const Tree& tree) {
  Carriers out;
  for (const Tree& item : tree.list())
    for (int c = 0; c <= static_cast<int>(Carrier::tokenizer); ++c)
      if (to_string(static_cast<Carrier>(c)) == text_of(&item))
        out.bits = static_cast<std::uint8_t>(out.bits | (1U << static_cast<unsigned>(c)));
  return out;
}

Lineage read_lineage(const Tree& tree, Diagnostics& diagnostics) {
  Lineage lineage;
  if (validate(tree, type::object("lineage"), language(), diagnostics))
    Reader(lineage, diagnostics).read(tree);
  return lineage;
}

void check_lineage(const Lineage& lineage, Diagnostics& diagnostics) {
  Names names(lineage, diagnostics);
  for (const LineageNode& node : lineage.nodes)
    check_node(node, names, diagnostics);
  check_wholes(lineage, diagnostics);
  std::set<std::tuple<std::string_view, std::string_view, std::string_view, std::string_view>> seen;
  for (const Derivation& derivation : lineage.derivations) {
    for (const std::string& end : {derivation.child, derivation.parent})
      if (const LineageNode* node = names.need(end, derivation.where, "thing");
          node != nullptr && node->kind == NodeKind::party)
        diagnostics.error(derivation.where,
                          "`" + shorten(end) + "` is a party, and parties are not derived",
                          "name what the party made");
    if (!seen.emplace(derivation.child, derivation.parent, derivation.kind, derivation.part).second)
      diagnostics.warning(derivation.where,
                          "this derivation of `" + shorten(derivation.child) + "` from `" +
                              shorten(derivation.parent) + "` stands twice",
                          "put all evidence for and against it in one place");
    names.parties(derivation.evidence);
    for (const ObligationClaim& claim : derivation.obligations)
      names.parties(claim.evidence);
  }
}

void append(Lineage& lineage, Lineage more) {
  lineage.nodes.insert(lineage.nodes.end(), std::make_move_iterator(more.nodes.begin()),
                       std::make_move_iterator(more.nodes.end()));
  lineage.derivations.insert(lineage.derivations.end(),
                             std::make_move_iterator(more.derivations.begin()),
                             std::make_move_iterator(more.derivations.end()));
}

} // namespace libeval
