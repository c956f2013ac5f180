// SPDX-License-Identifier: Apache-2.0
// Model cards: YAML front matter with `base_model`, `base_model_relation`, `datasets`, `license`.
#include <libeval/base/text.hpp>
#include <libeval/io/parse.hpp>

#include "io/import_record.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace libeval {
namespace {

constexpr std::array<std::string_view, 6> wanted = {
    "base_model", "base_model_relation", "datasets", "license", "license_name", "license_link"};

/// A relation as the Hub spells it, and ours.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> relations = {
    {{"finetune", "fine_tuned_from"},
     {"adapter", "adapter_of"},
     {"merge", "merged_from"},
     {"quantized", "quantized_from"}}};

std::string_view line_at(std::string_view text, std::size_t at) {
  std::string_view line = text.substr(at, text.find('\n', at) - at);
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  return line;
}

/// The key that a line begins with, in quotes or without, if it does.
std::string_view key_of(std::string_view line) {
  if (line.starts_with('"') || line.starts_with('\'')) {
    const std::size_t quote = line.find(line[0], 1);
    const std::size_t colon =
        quote == std::string_view::npos ? quote : line.find_first_not_of(" \t", quote + 1);
    return colon != std::string_view::npos && line[colon] == ':' ? line.substr(1, quote - 1)
                                                                 : std::string_view{};
  }
  std::size_t end =
      line.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
  if (end == std::string_view::npos || end == 0 || line[0] == '-')
    return {};
  const std::string_view key = line.substr(0, end);
  end = line.find_first_not_of(" \t", end);
  return end != std::string_view::npos && line[end] == ':' ? key : std::string_view{};
}

/// The front matter with the lines of all other keys left empty, so that places stay and nothing
/// else of a card (results, widgets) can be in the way. Nothing if there is none.
std::optional<std::string> front_matter(std::string_view text) {
  std::size_t at = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  if (at >= text.size() || line_at(text, at) != "---")
    return std::nullopt;
  std::string out;
  bool keep = false;
  std::optional<std::size_t> indent; ///< of the keys, as in the first line that says anything
  for (at = text.find('\n', at); at != std::string_view::npos; at = text.find('\n', at)) {
    out += '\n';
    const std::string_view line = line_at(text, ++at);
    if (line == "---" || line == "...")
      return out;
    const std::size_t first = line.find_first_not_of(' ');
    if (!indent && first != std::string_view::npos && line[first] != '#') {
      indent = first;
      keep = line[first] == '{'; // all keys in braces: none is left out
    }
    if (indent && first == indent && line[first] == '?')
      keep = true; // a key in its long form
    else if (const std::string_view key =
                 key_of(line.substr(std::min(line.size(), indent.value_or(0))));
             !key.empty() && first == indent)
      keep = std::ranges::find(wanted, key) != wanted.end();
    if (keep)
      out += line;
  }
  return std::nullopt;
}

class Card {
public:
  Card(const std::shared_ptr<const SourceText>& source, std::string model, Diagnostics& diagnostics)
      : source_(source), model_(std::move(model)), diagnostics_(diagnostics),
        record_(source, diagnostics) {}

  Lineage read() {
    if (model_.empty()) {
      diagnostics_.error({}, "a model card does not say whose it is: `" + source_->name + "`",
                         "name the model: `OWNER/NAME=" + source_->name + "`");
      return {};
    }
    const auto front = front_matter(source_->text);
    if (!front) {
      diagnostics_.error({source_, 1, 1, 1}, "there is no front matter",
                         "a card begins with `---`, keys, and `---`");
      return {};
    }
    const auto masked = std::make_shared<SourceText>();
    masked->name = source_->name;
    masked->text = *front;
    const std::size_t before = diagnostics_.errors();
    const Tree tree = parse(masked, diagnostics_);
    if (diagnostics_.errors() > before)
      return {};
    model(tree);
    parents(tree);
    for (const auto& [name, where] : texts(tree, "datasets"))
      dataset(hub_id(name), where);
    return record_.take();
  }

private:
  /// The texts under a key; what has another shape is said and left out.
  std::vector<std::pair<std::string, Where>> texts(const Tree& tree, std::string_view key) {
    const Tree* found = tree.find(key);
    const auto check = [&](const Tree& one) {
      if (!one.is_null() && !one.scalar())
        diagnostics_.warning(one.where, in_backticks(key) + " is no text here", "it is left out");
    };
    if (found != nullptr && found->is_list())
      std::ranges::for_each(found->list(), check);
    else if (found != nullptr)
      check(*found);
    return import_texts(tree, key);
  }

  /// The only text under a key; of several, and where there is none, nothing.
  std::string text(const Tree& tree, std::string_view key) {
    const auto all = texts(tree, key);
    if (all.size() > 1)
      diagnostics_.warning(tree.find(key)->where, in_backticks(key) + " stands here several times",
                           "it is left out");
    return all.size() == 1 ? all.front().first : "";
  }

  /// Who owns a name on a hub is who it belongs to there.
  std::string named(const std::string& id, NodeKind kind, const Where& where) {
    std::string made = record_.node(id, kind, where).id;
    record_.owner(made, hub_owner(id), "the name before the slash", where);
    return made;
  }

  void model(const Tree& tree) {
    model_ = named(model_, NodeKind::model, tree.where);
    record_.signed_by(record_.party(hub_owner(model_), tree.where));
    if (tree.find("license") == nullptr && tree.find("license_name") == nullptr)
      return;
    LicenseClaim claim;
    claim.expression = license(tree, claim.where);
    claim.source = text(tree, "license_link");
    if (claim.source.empty())
      claim.source = source_->name;
    record_.at(model_).licenses.push_back(std::move(claim));
  }

  /// `license`, or `license_name` where that is a family or `other`. Of several licenses nobody
  /// says whether all apply or one may be chosen.
  std::string license(const Tree& tree, Where& where) {
    const auto tags = texts(tree, "license");
    where = tags.empty() ? tree.where : tags.front().second;
    if (tags.size() > 1) {
      diagnostics_.warning(where, "the card names several licenses",
                           "whether all apply or one may be chosen is not said; it is taken as "
                           "not known");
      return "NOASSERTION";
    }
    const std::string tag = tags.empty() ? "" : tags.front().first;
    const std::string name = text(tree, "license_name");
    std::string found = license_by_name(tag);
    if (found == "NOASSERTION")
      found = license_by_name(name);
    if (tag.empty() && name.empty())
      diagnostics_.warning(where, "the card names no license", "it is taken as not known");
    else if (found == "NOASSERTION")
      diagnostics_.warning(where,
                           "license " + in_backticks(name.empty() ? tag : name) +
                               " is no license but a family of them, or none",
                           "the text says which; it is taken as not known");
    return found;
  }

  void parents(const Tree& tree) {
    // The same parent may stand there several times, as in merges of a model with itself.
    std::vector<std::pair<std::string, Where>> order;
    std::map<std::string, std::size_t> times;
    for (auto& parent : texts(tree, "base_model")) {
      parent.first = hub_id(parent.first);
      if (++times[parent.first] == 1)
        order.push_back(parent);
    }
    const std::string relation = text(tree, "base_model_relation");
    const auto* const known =
        std::ranges::find(relations, relation, [](const auto& r) { return r.first; });
    if (known == relations.end() && !relation.empty())
      diagnostics_.warning(tree.find("base_model_relation")->where,
                           "unknown relation " + in_backticks(relation),
                           "relations are adapter, merge, quantized and finetune; it is taken as "
                           "if it were not there");
    for (const auto& [parent, where] : order) {
      if (parent == model_) {
        diagnostics_.warning(where, "the card names the model as its own base model",
                             "it is left out");
        continue;
      }
      const std::string from = named(parent, NodeKind::model, where);
      const std::string often =
          times[parent] > 1 ? ", named " + std::to_string(times[parent]) + " times" : "";
      if (known != relations.end())
        record_.derive(model_, from, std::string(known->second),
                       record_.stated(model_, "base_model_relation: " + relation + often, where),
                       where);
      else
        record_.derive(model_, from, order.size() > 1 ? "merged_from" : "fine_tuned_from",
                       record_.inferred("base_model without a relation" + often, where), where);
    }
  }

  void dataset(const std::string& name, const Where& where) {
    const std::string id = named(name, NodeKind::dataset, where);
    record_.derive(model_, id, "trained_on", record_.stated(model_, "datasets", where), where);
  }

  const std::shared_ptr<const SourceText>& source_;
  std::string model_;
  Diagnostics& diagnostics_;
  ImportRecord record_;
};

} // namespace

Lineage import_model_card(const std::shared_ptr<const SourceText>& source, const std::string& model,
                          Diagnostics& diagnostics) {
  return Card(source, model, diagnostics).read();
}

} // namespace libeval
