// SPDX-License-Identifier: Apache-2.0
// Evidence: how a table is to be read.
#include "domain/reading.hpp"

#include <libeval/base/text.hpp>

#include <algorithm>

namespace libeval {
namespace {

TableSpec::Pairs read_pairs(const Tree& tree) {
  TableSpec::Pairs pairs;
  pairs.a = text_at(tree, "a");
  pairs.b = text_at(tree, "b");
  pairs.a_value = text_at(tree, "a_value");
  pairs.b_value = text_at(tree, "b_value");
  pairs.winner = text_at(tree, "winner");
  if (const Tree* tie = tree.find("tie"))
    pairs.tie = read_names(tie);
  if (const Tree* sides = tree.find("sides"))
    pairs.sides = read_names(sides);
  pairs.where = tree.where;
  return pairs;
}

TableSpec::Ballots read_ballots(const Tree& tree) {
  TableSpec::Ballots ballots;
  ballots.where = tree.where;
  using Form = TableSpec::Ballots::Form;
  ballots.form = tree.is_map() ? Form::rows : text_of(&tree) == "blt" ? Form::blt : Form::preflib;
  if (tree.find("order") != nullptr)
    ballots.order = text_at(tree, "order");
  ballots.count = text_at(tree, "count");
  return ballots;
}

/// `keys` and `values` are a list of names, or a map from names to columns.
std::vector<std::string> read_columns(const Tree* tree, TableSpec& spec) {
  if (tree == nullptr || !tree->is_map())
    return read_names(tree);
  std::vector<std::string> names;
  for (const Entry& entry : tree->map()) {
    names.push_back(entry.key);
    spec.called.emplace_back(entry.key, text_of(&entry.value));
  }
  return names;
}

void read_recusals(const Tree& tree, TableSpec& spec, Diagnostics& diagnostics) {
  spec.recusals_where = tree.where;
  if (tree.is_list())
    for (const Tree& item : tree.list())
      spec.recusals.push_back({text_at(item, "juror"), text_at(item, "candidate"),
                               text_at(item, "reason"), text_at(item, "source"),
                               text_at(item, "date"), item.where});
  else
    spec.recusals_from = text_of(&tree);
  if (juror_dimension(spec).empty())
    diagnostics.error(tree.where, "nothing says who marks in `" + spec.name + "`",
                      "name the dimension, `jurors: KEY`");
  else if (!spec.pairs && spec.wide != "candidate" &&
           std::ranges::find(spec.keys, "candidate") == spec.keys.end())
    diagnostics.error(tree.where, "`" + spec.name + "` has recusals and no key `candidate`");
}

/// `sparse` names dimensions of the table.
void check_sparse(const Tree& tree, const TableSpec& spec, Diagnostics& diagnostics) {
  std::vector<std::string> known;
  if (spec.pairs)
    known = {"candidate", "opponent", "side"};
  if (spec.ballots)
    known = {"ballot", "candidate"};
  if (!spec.wide.empty())
    known.push_back(spec.wide);
  for (const std::string& key : spec.keys) // of `members.group` the dimension is `group`
    known.push_back(key.starts_with("candidate.") ? "candidate" : key.substr(key.rfind('.') + 1));
  std::string words;
  for (const std::string& name : known)
    words += (words.empty() ? "" : ", ") + in_backticks(name);
  for (const std::string& name : spec.sparse)
    if (std::ranges::find(known, name) == known.end() &&
        std::ranges::find(spec.keys, name) == spec.keys.end()) {
      const auto hint = did_you_mean(name, known);
      diagnostics.error(tree.where, "`" + name + "` is no dimension of `" + spec.name + "`",
                        hint ? "did you mean `" + *hint + "`?" : "its dimensions are " + words);
    }
}

/// Members of the keys of a table that nobody has published: named, or numbered from 1.
void read_unpublished(const Tree& tree, TableSpec& spec, Diagnostics& diagnostics) {
  spec.unpublished = true;
  for (const Entry& entry : tree.map()) {
    std::vector<std::string> members = read_names(&entry.value);
    if (entry.value.is_number()) {
      members.clear();
      for (std::size_t k = 1; k <= static_cast<std::size_t>(entry.value.number()); ++k)
        members.push_back(std::to_string(k));
    }
    if (entry.key == "candidate" || std::ranges::find(spec.keys, entry.key) == spec.keys.end())
      diagnostics.error(entry.key_where,
                        "`" + entry.key + "` is no key of `" + spec.name + "` beside `candidate`");
    spec.members.emplace_back(entry.key, std::move(members));
  }
  if (std::ranges::find(spec.keys, "candidate") == spec.keys.end())
    diagnostics.error(spec.where,
                      "unpublished evidence `" + spec.name + "` has no key `candidate`");
  for (const std::string& key : spec.keys)
    if (key != "candidate" &&
        std::ranges::none_of(spec.members, [&](const auto& m) { return m.first == key; }))
      diagnostics.error(spec.where, "how many `" + key + "` has `" + spec.name + "`?",
                        "say it, `unpublished: {" + key + ": 10}`");
}

} // namespace

std::string juror_dimension(const TableSpec& spec) {
  if (!spec.jurors.empty())
    return spec.jurors;
  for (const char* name :
       {"juror", "judge", "expert", "reviewer", "rater", "referee", "user", "voter"})
    if (spec.wide == name || std::ranges::find(spec.keys, name) != spec.keys.end())
      return name;
  return {};
}

TableSpec read_table_spec(const Entry& entry, Diagnostics& diagnostics) {
  const Tree& tree = entry.value;
  TableSpec spec;
  spec.name = entry.key;
  spec.where = entry.key_where;
  if (tree.is_text()) { // a file of statements: one unknown score a candidate
    spec.file = tree.text();
    spec.file_where = tree.where;
    spec.statements = spec.unpublished = true;
    spec.keys = {"candidate"};
    spec.values = {"score"};
    return spec;
  }
  spec.file = text_at(tree, "file");
  if (tree.find("csv") != nullptr)
    spec.csv = text_at(tree, "csv");
  spec.file_where = where_at(tree, spec.csv ? "csv" : "file");
  spec.keys = read_columns(tree.find("keys"), spec);
  spec.values = read_columns(tree.find("values"), spec);
  spec.durations = read_names(tree.find("durations"));
  spec.wide = text_at(tree, "wide");
  spec.columns = read_names(tree.find("columns"));
  spec.labels = read_names(tree.find("labels"));
  if (spec.wide.empty() && tree.find("pairs") == nullptr)
    for (const std::string& duration : spec.durations) { // durations are values
      const auto named = [&](const auto& renamed) { return renamed.second == duration; };
      if (std::ranges::find(spec.values, duration) == spec.values.end() &&
          std::ranges::find_if(spec.called, named) == spec.called.end())
        spec.values.push_back(duration);
    }
  if (const Tree* pairs = tree.find("pairs"))
    spec.pairs = read_pairs(*pairs);
  if (const Tree* ballots = tree.find("ballots"))
    spec.ballots = read_ballots(*ballots);
  if (const Tree* sparse = tree.find("sparse")) {
    if (sparse->is_flag())
      spec.all_sparse = sparse->flag();
    else
      spec.sparse = read_names(sparse);
    check_sparse(*sparse, spec, diagnostics);
  }
  spec.gaps = read_names(tree.find("gaps"));
  spec.status = text_at(tree, "status");
  spec.source = text_at(tree, "source");
  spec.date = text_at(tree, "date");
  if (const Tree* range = tree.find("range")) {
    spec.range = {range->list()[0].number(), range->list()[1].number()};
    if (spec.range->first >= spec.range->second) {
      diagnostics.error(range->where, "the range ends before it begins",
                        "write the smaller number first");
      spec.range.reset();
    }
  }
  spec.jurors = text_at(tree, "jurors");
  if (!spec.jurors.empty() && spec.wide != spec.jurors &&
      std::ranges::find(spec.keys, spec.jurors) == spec.keys.end())
    diagnostics.error(where_at(tree, "jurors"),
                      "`" + spec.jurors + "` is no key of `" + spec.name + "`",
                      "`jurors` names the key of those who mark");
  if (const Tree* recusals = tree.find("recusals"))
    read_recusals(*recusals, spec, diagnostics);
  spec.range_where = where_at(tree, "range");
  spec.step = number_at(tree, "step");
  if (const Tree* alias = tree.find("alias"))
    for (const Entry& dimension : alias->map()) {
      spec.alias.emplace_back();
      spec.alias.back().first = dimension.key;
      for (const Entry& word : dimension.value.map())
        spec.alias.back().second.emplace_back(word.key, text_of(&word.value));
    }
  if (const std::string d = text_at(tree, "delimiter"); !d.empty())
    spec.delimiter = d.front();
  spec.decimal_comma = text_at(tree, "decimal") == "comma";

  if (const Tree* unpublished = tree.find("unpublished"))
    read_unpublished(*unpublished, spec, diagnostics);
  if (spec.wide == "candidate" || spec.wide == "opponent")
    if (std::ranges::find(spec.keys, spec.wide) != spec.keys.end())
      diagnostics.error(where_at(tree, "wide"), "`" + spec.wide + "` is a key already");
  if (spec.pairs && !spec.values.empty())
    diagnostics.error(where_at(tree, "values"), "a table of pairs has no `values` of its own",
                      "its values are `for` and `against`, or `result`");
  if (spec.ballots) {
    for (const char* key : {"keys", "values", "wide", "pairs", "durations"})
      if (tree.find(key) != nullptr)
        diagnostics.error(
            where_at(tree, key), std::string("ballots have no `") + key + "` of their own",
            "their keys are `ballot` and `candidate`, their values `rank` and `count`");
    spec.keys = {"ballot", "candidate"};
    spec.values = {"rank", "count"};
    spec.all_sparse = true;
    return spec;
  }
  return spec;
}

} // namespace libeval
