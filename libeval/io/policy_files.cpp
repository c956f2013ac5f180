// SPDX-License-Identifier: Apache-2.0
#include "io/policy_files.hpp"

#include "io/findings.hpp"
#include "io/lineage_files.hpp"
#include "io/mend.hpp"

#include "domain/respell.hpp"

#include <libeval/domain/language.hpp>
#include <libeval/io/parse.hpp>

#include <algorithm>

namespace libeval {
namespace {

/// A rule that cannot be read is one of which only the name is known.
std::optional<Tree> what_can_be_read(const Tree& tree) {
  Tree out = respelt(tree, type::object("policy"), language());
  bool all_named = true;
  if (Tree* rules = out.find("rules"); rules != nullptr && rules->is_list())
    for (Tree& rule : rules->list()) {
      Diagnostics unheard;
      if (validate(rule, type::object("rule"), language(), unheard))
        continue;
      const Tree* id = rule.find("id");
      if (id == nullptr || !id->scalar()) {
        all_named = false;
        continue;
      }
      Tree named = tree::map({{"id", *id},
                              {"title", tree::text("unknown")},
                              {"on_unknown", tree::text("hold")},
                              {"consequence", tree::text("note")}});
      named.where = rule.where;
      rule = std::move(named);
    }
  if (!all_named) // nobody knows which rules there are
    std::erase_if(out.map(),
                  [](const Entry& e) { return e.key == "findings" || e.key == "waivers"; });
  return without_misfits(out, "policy");
}

} // namespace

std::optional<PolicyFile> read_policy_file(const std::string& path, const Where& where,
                                           const Folder& folder, const std::string& as_of,
                                           Diagnostics& diagnostics) {
  const auto source = folder.read_text(path, where, diagnostics);
  if (!source)
    return std::nullopt;
  const std::size_t before = diagnostics.errors();
  Tree tree = parse(source, diagnostics);
  if (diagnostics.errors() > before)
    return std::nullopt;
  PolicyFile policy = read_policy(tree, diagnostics);
  if (policy.rules.empty()) { // not even its shape could be read
    auto rest = what_can_be_read(tree);
    if (!rest)
      return std::nullopt;
    tree = std::move(*rest);
    policy = read_policy(tree, diagnostics);
  }
  policy.file = path;
  const auto place = [&](const char* key) {
    const Tree* found = tree.find(key);
    return found == nullptr ? tree.where : found->where;
  };
  if (!policy.findings_file.empty())
    if (const auto text = folder.read_text(policy.findings_file, place("findings"), diagnostics))
      read_findings_table(text, policy, diagnostics);
  policy.lineage = read_lineage_files(policy.lineage_files, folder, diagnostics);
  policy.terms = read_terms_file(policy.terms_file, folder, place("terms"), diagnostics);
  policy.matrix = read_matrix_files(policy.matrix_files, folder, place("matrix"), diagnostics);
  if (!as_of.empty())
    std::erase_if(policy.findings, [&](const ReadyFinding& f) { return f.date > as_of; });
  return policy;
}

} // namespace libeval
