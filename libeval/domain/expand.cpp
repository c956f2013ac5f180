// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/expand.hpp>

#include <libeval/domain/language.hpp>
#include <libeval/domain/written_numbers.hpp>

#include <algorithm>

namespace libeval {
namespace {

Tree placed(Tree tree, const Where& where) {
  tree.where = where;
  return tree;
}

Entry entry_of(std::string key, const Where& where, Tree value) {
  return {std::move(key), where, placed(std::move(value), where)};
}

Tree step(const char* name, const Where& where, std::vector<std::pair<std::string, Tree>> args) {
  Tree inner = tree::map(std::move(args));
  inner.where = where;
  for (Entry& e : inner.map())
    e.key_where = e.value.where = where;
  Tree out = tree::map({});
  out.map().push_back(entry_of(name, where, std::move(inner)));
  out.where = where;
  return out;
}

Tree names(std::vector<std::string> words) {
  std::vector<Tree> items;
  items.reserve(words.size());
  for (std::string& word : words)
    items.push_back(tree::text(std::move(word)));
  return tree::list(std::move(items));
}

/// Keys of `over` and `within`, where one name stands for a list of one.
bool names_dimensions(std::string_view key) {
  return key == "over" || key == "within";
}

class Expander {
public:
  Expander(const Tree& program, Diagnostics& diagnostics)
      : program_(program), diagnostics_(diagnostics) {}

  /// The tree in full, where the language expects `type`.
  Tree as(const Tree& tree, const Type& type) {
    const Type* resolved = resolve(tree, type, language());
    if (resolved == nullptr)
      return tree;
    switch (resolved->kind) {
    case Type::Kind::list:
    case Type::Kind::tuple: {
      Tree out = tree;
      out.list().clear();
      for (std::size_t i = 0; i < tree.list().size(); ++i) {
        const Type& inner = resolved->inner[std::min(i, resolved->inner.size() - 1)];
        for (Tree& item : items(tree.list()[i], inner))
          out.list().push_back(std::move(item));
      }
      return out;
    }
    case Type::Kind::dictionary: {
      Tree out = tree;
      for (Entry& entry : out.map())
        entry.value = as(entry.value, resolved->inner[0]);
      return out;
    }
    case Type::Kind::object:
      return object(tree, resolved->shape);
    default:
      return tree;
    }
  }

private:
  /// One item of a list: a step may become several.
  std::vector<Tree> items(const Tree& tree, const Type& type) {
    const auto is_word_of = [&](const char* shape) {
      return type.kind == Type::Kind::either &&
             std::ranges::any_of(type.inner, [&](const Type& t) { return t.shape == shape; });
    };
    const bool scoring = is_word_of("step");
    if (!scoring && !is_word_of("select"))
      return {as(tree, type)};
    Tree whole = tree;
    if (const auto word = tree.scalar()) {
      whole = tree::map({});
      whole.map().push_back(entry_of(*word, tree.where, tree::map({})));
      whole.where = tree.where;
    }
    whole = object(whole, scoring ? "step" : "select");
    return scoring ? in_plain_steps(std::move(whole)) : std::vector<Tree>{std::move(whole)};
  }

  /// `baseline` is `scale` and `floor`.
  static std::vector<Tree> in_plain_steps(Tree whole) {
    if (!whole.is_map() || whole.map().size() != 1 || whole.map()[0].key != "baseline")
      return {std::move(whole)};
    const Where where = whole.map()[0].key_where;
    const Tree* at = whole.map()[0].value.find("at");
    const Tree* top = whole.map()[0].value.find("top");
    if (at == nullptr || top == nullptr)
      return {std::move(whole)};
    return {step("scale", where, {{"from", tree::list({*at, *top})}}),
            step("floor", where, {{"at", tree::number(0)}})};
  }

  Tree object(const Tree& tree, const std::string& name) {
    const Shape& shape = language().at(name);
    Tree out = tree;
    if (name == "node" || name == "score") {
      push_leaf_down(out);
      spell_panel_out(out);
    }
    if (name == "select.require")
      spell_vote_out(out);
    for (Entry& entry : out.map()) {
      const Key* key = shape.find(entry.key);
      if (key == nullptr)
        continue;
      if (shape.exactly_one)
        name_first_argument(entry, key->type);
      if (names_dimensions(entry.key) && entry.value.scalar())
        entry.value = placed(tree::list({entry.value}), entry.value.where);
      if (entry.key == "from" && name == "step.scale" && entry.value.scalar() == "percent")
        entry.value = placed(tree::list({tree::number(0), tree::number(100)}), entry.value.where);
      entry.value = as(entry.value, key->type);
    }
    return out;
  }

  /// `cap: 1` is `cap: {at: 1}`.
  static void name_first_argument(Entry& entry, const Type& type) {
    const Type* resolved = resolve(entry.value, type, language());
    const Type& whole = type.kind == Type::Kind::either ? type.inner[0] : type;
    if (resolved == nullptr || whole.kind != Type::Kind::object ||
        (resolved->kind == Type::Kind::object && resolved->shape == whole.shape))
      return;
    const Shape& args = language().at(whole.shape);
    Tree map = tree::map({});
    map.map().push_back({args.keys.front().name, entry.value.where, entry.value});
    map.where = entry.value.where;
    entry.value = std::move(map);
  }

  /// Gives every leaf below what `leaf` says, unless it says otherwise itself.
  void push_leaf_down(Tree& node) {
    const Tree* found = node.find("leaf");
    Tree* parts = node.find("parts");
    if (found == nullptr || !found->is_map() || parts == nullptr || !parts->is_map())
      return;
    const Tree leaf = *found;
    std::erase_if(node.map(), [](const Entry& e) { return e.key == "leaf"; });
    for (Entry& part : node.find("parts")->map()) {
      if (!part.value.is_map())
        continue;
      if (part.value.find("parts") != nullptr) {
        if (part.value.find("leaf") == nullptr)
          part.value.map().push_back(entry_of("leaf", leaf.where, leaf));
        push_leaf_down(part.value);
      } else {
        give_leaf(part, leaf);
      }
    }
  }

  static void give_leaf(Entry& part, const Tree& leaf) {
    Tree& node = part.value;
    const bool own_source = node.find("from") != nullptr || node.find("panel") != nullptr;
    for (const Entry& entry : leaf.map())
      if (entry.key != "by" && entry.key != "steps" && node.find(entry.key) == nullptr &&
          !(own_source && (entry.key == "from" || entry.key == "value")))
        node.map().push_back(entry);
    // A leaf's own steps come first (its goalposts), then the common ones.
    if (const Tree* common = leaf.find("steps"); common != nullptr && common->is_list()) {
      Tree* own = node.find("steps");
      if (own == nullptr)
        node.map().push_back(entry_of("steps", leaf.where, *common));
      else if (own->is_list() && !own_source)
        own->list().insert(own->list().end(), common->list().begin(), common->list().end());
    }
    if (own_source)
      return;
    if (const Tree* by = leaf.find("by"); by != nullptr && by->scalar()) {
      if (Tree* where = node.find("where"); where != nullptr && where->is_map()) {
        if (where->find(*by->scalar()) == nullptr)
          where->map().push_back(entry_of(*by->scalar(), part.key_where, tree::text(part.key)));
      } else {
        node.map().push_back(
            entry_of("where", part.key_where,
                     tree::map({{*by->scalar(), placed(tree::text(part.key), part.key_where)}})));
      }
    } else if (node.find("value") == nullptr && node.find("from") != nullptr &&
               node.find("from")->scalar()) {
      node.map().push_back(entry_of("value", part.key_where, tree::text(part.key)));
    }
  }

  [[nodiscard]] bool is_key(const std::string& evidence, std::string_view key) const {
    const Tree* tables = program_.find("evidence");
    const Tree* table = tables == nullptr ? nullptr : tables->find(evidence);
    const Tree* keys = table == nullptr ? nullptr : table->find("keys");
    if (keys == nullptr)
      return false;
    if (keys->is_map())
      return keys->find(key) != nullptr;
    return keys->is_list() && std::ranges::any_of(keys->list(), [&](const Tree& t) {
             return t.scalar() == std::string(key);
           });
  }

  /// `panel` is a sum over items, a trimmed mean over jurors, and a scale.
  void spell_panel_out(Tree& node) {
    const Tree* found = node.find("panel");
    if (found == nullptr || !found->is_map() || found->find("of") == nullptr ||
        node.find("from") != nullptr)
      return;
    const Tree panel = *found;
    const Where where = panel.where;
    const std::string evidence = panel.find("of")->scalar().value_or("");
    std::vector<Tree> steps;
    if (is_key(evidence, "item"))
      steps.push_back(step("sum", where, {{"over", names({"item"})}}));
    if (const Tree* drop = panel.find("drop"))
      steps.push_back(
          step("drop", where, {{"over", names({"juror"})}, {"highest", *drop}, {"lowest", *drop}}));
    steps.push_back(step("mean", where, {{"over", names({"juror"})}}));
    if (const Tree* scale = panel.find("scale"))
      steps.push_back(step("scale", where, {{"from", *scale}}));
    if (const Tree* own = node.find("steps"); own != nullptr && own->is_list())
      steps.insert(steps.end(), own->list().begin(), own->list().end());
    std::erase_if(node.map(), [](const Entry& e) { return e.key == "panel" || e.key == "steps"; });
    node.map().push_back(entry_of("from", where, tree::text(evidence)));
    node.map().push_back(entry_of("steps", where, tree::list(std::move(steps))));
  }

  /// `{panel: experts, vote: approve, majority: true}` is a hurdle on a share of the jurors.
  void spell_vote_out(Tree& require) {
    const Tree* panel = require.find("panel");
    const Tree* vote = require.find("vote");
    if (panel == nullptr || !panel->scalar())
      return;
    const Where where = panel->where;
    if (vote == nullptr || !vote->scalar()) {
      diagnostics_.error(where, "`require` of a panel needs the `vote` that counts",
                         "say which, `vote: approve`");
      return;
    }
    double share = 0.5;
    if (const Tree* majority = require.find("majority");
        majority != nullptr && majority->is_number())
      share = majority->number();
    const Tree table = tree::map({{*vote->scalar(), tree::number(1)}});
    std::vector<Tree> steps = {
        step("lookup", where, {{"table", table}, {"else", tree::number(0)}}),
        step("mean", where, {{"over", names({"juror"})}}),
    };
    const std::string evidence = *panel->scalar();
    std::erase_if(require.map(), [](const Entry& e) {
      return e.key == "panel" || e.key == "vote" || e.key == "majority";
    });
    require.map().push_back(entry_of("from", where, tree::text(evidence)));
    require.map().push_back(entry_of("steps", where, tree::list(std::move(steps))));
    if (require.find("above") == nullptr && require.find("at_least") == nullptr)
      require.map().push_back(entry_of("above", where, tree::number(share)));
  }

  const Tree& program_;
  Diagnostics& diagnostics_;
};

} // namespace

Tree expand(const Tree& program, Diagnostics& diagnostics) {
  const Tree numbers = with_written_numbers(program, type::object("program"), language());
  return Expander(numbers, diagnostics).as(numbers, type::object("program"));
}

} // namespace libeval
