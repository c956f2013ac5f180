// SPDX-License-Identifier: Apache-2.0
#include "io/tree_table.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>
#include <libeval/io/csv.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/row_places.hpp"

namespace libeval {
namespace {

constexpr std::size_t deepest = 60;
constexpr std::array<std::string_view, 10> known_columns = {
    "id", "parent", "title", "weight", "points", "direction", "value", "from", "low", "high"};

/// The rows of one file, turned into nodes.
class TreeTable {
public:
  TreeTable(std::shared_ptr<const SourceText> source, const Tree* leaf, Diagnostics& diagnostics)
      : source_(std::move(source)), leaf_(leaf), diagnostics_(diagnostics) {}

  Tree nodes(const Where& where) {
    Tree out = tree::map({});
    out.where = where;
    const std::size_t before = diagnostics_.errors();
    TableSpec spec;
    spec.name = "tree";
    spec.keys = {"row"};
    table_ = read_table(spec, source_, diagnostics_);
    if (diagnostics_.errors() > before || !columns_are_known() || !index_rows())
      return out;
    read_numbers();
    for (const std::size_t row : children_[""])
      add(out, row, 1);
    if (diagnostics_.errors() == before && placed_ < table_.rows)
      report_cycle();
    return out;
  }

private:
  const TextColumn* column(std::string_view name) const {
    const auto at = std::ranges::find(table_.labels, name, &TextColumn::name);
    return at == table_.labels.end() ? nullptr : &*at;
  }

  std::string cell(std::string_view name, std::size_t row) const {
    const TextColumn* found = column(name);
    return found == nullptr ? "" : found->at(row);
  }

  Where where(std::size_t row, std::string_view text) const {
    return place_of(source_, table_.lines[row], text);
  }

  bool columns_are_known() {
    const std::vector<std::string> names(known_columns.begin(), known_columns.end());
    for (const TextColumn& label : table_.labels)
      if (std::ranges::find(names, label.name) == names.end()) {
        const auto near = did_you_mean(label.name, names);
        diagnostics_.error(place_of(source_, 1, label.name),
                           "unknown column `" + shorten(label.name) + "` in a tree",
                           near ? "did you mean `" + *near + "`?"
                                : "columns are id, parent, title, weight, points, direction, "
                                  "value, from, low and high");
        return false;
      }
    for (const std::string_view needed : {"id", "parent"})
      if (column(needed) == nullptr) {
        diagnostics_.error({source_, 1, 1, 1},
                           "a tree needs the column `" + std::string(needed) + "`",
                           "one row a node: its `id`, and the id of its `parent` (empty for the "
                           "top)");
        return false;
      }
    return true;
  }

  bool index_rows() {
    const std::size_t before = diagnostics_.errors();
    std::map<std::string, std::size_t> first;
    for (std::size_t row = 0; row < table_.rows; ++row) {
      const std::string id = cell("id", row);
      if (id.empty())
        diagnostics_.error(where(row, ""), "a node needs an id");
      else if (const auto [at, added] = first.emplace(id, row); !added)
        diagnostics_.error(where(row, id), "node `" + shorten(id) + "` stands twice",
                           "the first is at line " + std::to_string(table_.lines[at->second]));
    }
    std::vector<std::string> ids;
    ids.reserve(first.size());
    for (const auto& [id, row] : first)
      ids.push_back(id);
    for (std::size_t row = 0; row < table_.rows; ++row) {
      const std::string parent = cell("parent", row);
      if (!parent.empty() && !first.contains(parent)) {
        const auto near = did_you_mean(parent, ids);
        diagnostics_.error(where(row, parent), "unknown parent `" + shorten(parent) + "`",
                           near ? "did you mean `" + *near + "`?"
                                : "a parent is the `id` of another row, or empty for the top");
      }
      children_[parent].push_back(row);
    }
    return diagnostics_.errors() == before;
  }

  void add(Tree& parts, std::size_t row, std::size_t depth) {
    ++placed_;
    const std::string id = cell("id", row);
    if (depth > deepest) {
      diagnostics_.error(where(row, id), "the tree is more than " + std::to_string(deepest) +
                                             " levels deep at `" + shorten(id) + "`");
      return;
    }
    const Where here = where(row, id);
    Tree node = tree::map({});
    node.where = here;
    text(node, "title", row);
    number(node, "weight", row);
    number(node, "points", row);
    text(node, "direction", row);
    if (const auto below = children_.find(id); below != children_.end()) {
      for (const std::string_view name : {"value", "from", "low", "high"})
        if (const std::string given = cell(name, row); !given.empty())
          diagnostics_.error(where(row, given),
                             "`" + shorten(id) + "` has nodes below it and a `" +
                                 std::string(name) + "`",
                             "only leaves take values");
      Tree inner = tree::map({});
      inner.where = here;
      for (const std::size_t child : below->second)
        add(inner, child, depth + 1);
      node.map().push_back({"parts", here, std::move(inner)});
    } else {
      leaf(node, row, id, here);
    }
    parts.map().push_back({id, here, std::move(node)});
  }

  void leaf(Tree& node, std::size_t row, const std::string& id, const Where& here) {
    text(node, "from", row);
    text(node, "value", row);
    const bool own_source = node.find("from") != nullptr;
    if (own_source && node.find("value") == nullptr)
      node.map().push_back({"value", here, placed(tree::text(id), here)});
    std::vector<Tree> steps;
    const auto low = parsed("low", row), high = parsed("high", row);
    const bool readable = numbers_.contains("low") && numbers_.contains("high");
    if (readable && low.has_value() != high.has_value()) {
      diagnostics_.error(here, "`" + shorten(id) + "` has one goalpost of two",
                         "give both `low` and `high`, or neither");
    } else if (low && high) {
      Tree from = tree::list({*low, *high});
      from.where = low->where;
      Tree scale = tree::map({{"scale", tree::map({{"from", std::move(from)}})}});
      scale.where = scale.map()[0].key_where = scale.map()[0].value.where = low->where;
      scale.map()[0].value.map()[0].key_where = low->where;
      steps.push_back(std::move(scale));
    }
    // With a source of its own a leaf takes from `leaf` what does not speak of the source.
    if (own_source && leaf_ != nullptr && leaf_->is_map())
      for (const Entry& entry : leaf_->map()) {
        if (entry.key == "steps" && entry.value.is_list())
          steps.insert(steps.end(), entry.value.list().begin(), entry.value.list().end());
        else if (entry.key != "from" && entry.key != "value" && entry.key != "by" &&
                 entry.key != "steps" && node.find(entry.key) == nullptr)
          node.map().push_back(entry);
      }
    if (!steps.empty())
      node.map().push_back({"steps", here, placed(tree::list(std::move(steps)), here)});
  }

  static Tree placed(Tree tree, const Where& where) {
    tree.where = where;
    return tree;
  }

  void text(Tree& node, const char* name, std::size_t row) {
    const std::string given = cell(name, row);
    if (given.empty())
      return;
    const Where at = where(row, given);
    node.map().push_back({name, at, placed(tree::text(given), at)});
  }

  /// A column with a cell that is no number is left out whole, so that this is said once and
  /// nothing that follows from it.
  void read_numbers() {
    for (const char* name : {"weight", "points", "low", "high"}) {
      bool readable = true;
      std::vector<std::optional<Tree>> cells(table_.rows);
      for (std::size_t row = 0; row < table_.rows; ++row) {
        const std::string given = cell(name, row);
        if (given.empty())
          continue;
        const Where at = where(row, given);
        if (const auto value = parse_decimal(given)) {
          cells[row] = placed({Tree::Number{*value, given}, {}}, at);
          continue;
        }
        readable = false;
        diagnostics_.error(
            at, "`" + shorten(given) + "` in the column `" + std::string(name) + "` is no number",
            number_help(given).empty() ? "write a decimal, or leave the cell empty"
                                       : number_help(given));
      }
      if (readable)
        numbers_[name] = std::move(cells);
    }
  }

  std::optional<Tree> parsed(std::string_view name, std::size_t row) const {
    const auto at = numbers_.find(name);
    return at == numbers_.end() ? std::nullopt : at->second[row];
  }

  void number(Tree& node, const char* name, std::size_t row) {
    if (auto value = parsed(name, row))
      node.map().push_back({name, value->where, *value});
  }

  /// Rows that hang below no top hang below themselves.
  void report_cycle() {
    std::map<std::string, std::string> parent_of;
    for (std::size_t row = 0; row < table_.rows; ++row)
      parent_of[cell("id", row)] = cell("parent", row);
    for (std::size_t row = 0; row < table_.rows; ++row) {
      const std::string start = cell("id", row);
      std::string path = start, at = parent_of[start];
      std::size_t steps = 0;
      for (; !at.empty() && at != start && steps <= table_.rows; ++steps) {
        path.append(" -> ").append(at);
        at = parent_of[at];
      }
      if (at == start) {
        diagnostics_.error(where(row, start), "the node `" + shorten(start) + "` is its own parent",
                           "the circle is " + shorten(path + " -> " + start, 200));
        return;
      }
    }
  }

  std::shared_ptr<const SourceText> source_;
  const Tree* leaf_;
  Diagnostics& diagnostics_;
  Table table_;
  std::map<std::string, std::vector<std::size_t>> children_;
  std::map<std::string, std::vector<std::optional<Tree>>, std::less<>> numbers_; ///< by column
  std::size_t placed_ = 0;
};

void place_in_node(Tree& node, const Folder& folder, Diagnostics& diagnostics, std::size_t depth) {
  Tree* parts = node.find("parts");
  if (parts == nullptr || !parts->is_map() || depth > deepest)
    return;
  const Tree* file = parts->find("file");
  if (file == nullptr || !file->is_text()) {
    for (Entry& part : parts->map())
      place_in_node(part.value, folder, diagnostics, depth + 1);
    return;
  }
  const Tree leaf = parts->find("leaf") == nullptr ? tree::null() : *parts->find("leaf");
  const auto source = folder.read_text(file->text(), file->where, diagnostics);
  if (!source)
    return;
  for (const Entry& entry : parts->map())
    if (entry.key != "file" && entry.key != "leaf")
      diagnostics.error(entry.key_where, "unknown key `" + shorten(entry.key) + "` beside `file`",
                        "parts stand in the file or here, not in both");
  *parts = TreeTable(source, leaf.is_map() ? &leaf : nullptr, diagnostics).nodes(parts->where);
  if (leaf.is_map() && node.find("leaf") == nullptr)
    node.map().push_back({"leaf", leaf.where, leaf});
}

} // namespace

void place_tree_tables(Tree& rules, const Folder& folder, Diagnostics& diagnostics) {
  Tree* stages = rules.find("stages");
  if (stages == nullptr || !stages->is_list())
    return;
  for (Tree& stage : stages->list())
    if (Tree* score = stage.find("score"))
      place_in_node(*score, folder, diagnostics, 0);
}

} // namespace libeval
