// SPDX-License-Identifier: Apache-2.0
// Forgetting one member of a dimension.
#include <libeval/io/edit.hpp>

#include "io/edit_words.hpp"
#include "io/row_filter.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace libeval {
namespace {

/// Leaves a candidate out of the recorded orders among the keys.
void drop_from_orders(std::vector<OrderKey>& keys, const std::string& id,
                      Diagnostics& diagnostics) {
  for (OrderKey& key : keys) {
    drop_from_orders(key.keys, id, diagnostics);
    if (key.decision && std::erase(key.decision->order, id) > 0)
      diagnostics.note(key.decision->where,
                       ticked(id) + " is left out of the recorded decision on the order");
  }
}

/// The decision that a step carries out, if that is all it does.
const RecordedDecision* decision_of(const SelectStep& step) {
  if (const auto* grant = std::get_if<select::Grant>(&step.what))
    return grant->decision ? &*grant->decision : nullptr;
  const auto* withdraw = std::get_if<select::Withdraw>(&step.what);
  return withdraw == nullptr ? nullptr : &withdraw->decision;
}

bool takes(const SelectStep& step) {
  if (const auto* take = std::get_if<select::Take>(&step.what))
    return take->kind != select::Take::Kind::bands || !take->advance.empty();
  return std::holds_alternative<select::Grant>(step.what) ||
         std::holds_alternative<select::Duel>(step.what) ||
         std::holds_alternative<select::Eliminate>(step.what) ||
         std::holds_alternative<select::Assign>(step.what);
}

/// Recorded decisions on one candidate go with it.
void drop_decisions(Stage& stage, const std::string& id, Diagnostics& diagnostics) {
  const auto concerned = [&](const SelectStep& step) {
    const RecordedDecision* decision = decision_of(step);
    return decision != nullptr && decision->candidate == id;
  };
  for (SelectStep& step : stage.select) {
    if (concerned(step))
      diagnostics.note(decision_of(step)->where, "the recorded decision on " + ticked(id) +
                                                     " in stage " + ticked(stage.id.str()) +
                                                     " is dropped with it");
    if (auto* order = std::get_if<select::Order>(&step.what))
      drop_from_orders(order->keys, id, diagnostics);
    else if (auto* duel = std::get_if<select::Duel>(&step.what))
      drop_from_orders(duel->order, id, diagnostics);
    else if (auto* eliminate = std::get_if<select::Eliminate>(&step.what)) {
      drop_from_orders(eliminate->by, id, diagnostics);
      drop_from_orders(eliminate->ties, id, diagnostics);
    } else if (auto* assign = std::get_if<select::Assign>(&step.what))
      drop_from_orders(assign->by, id, diagnostics);
    else if (auto* take = std::get_if<select::Take>(&step.what))
      drop_from_orders(take->by, id, diagnostics);
    else if (auto* grant = std::get_if<select::Grant>(&step.what))
      drop_from_orders(grant->by, id, diagnostics);
  }
  const bool took = std::ranges::any_of(stage.select, takes);
  std::erase_if(stage.select, concerned);
  if (took && std::ranges::none_of(stage.select, takes)) { // it would fill its places by itself
    select::Take nobody;
    nobody.kind = select::Take::Kind::first;
    nobody.count = 0;
    stage.select.push_back({nobody, "take", stage.where});
  }
}

/// Whether a statement is about who takes part as a whole, or about what came of it.
bool speaks_of_all(const Statement& statement) {
  using Kind = Statement::Kind;
  switch (statement.kind) {
  case Kind::values:
  case Kind::mean:
  case Kind::sum:
  case Kind::gap:
  case Kind::place:
  case Kind::above_mean:
  case Kind::below_mean:
    return statement.of.empty();
  case Kind::outcome:
    return true;
  default:
    return false;
  }
}

/// Takes a candidate out of what is said of several; whether something is left.
bool says_more(Statement& statement, const std::string& id) {
  using Kind = Statement::Kind;
  std::erase_if(statement.values, [&](const auto& one) { return one.first == id; });
  if (statement.kind != Kind::marks)
    std::erase_if(statement.ranges, [&](const auto& one) { return one.candidate == id; });
  for (auto& group : statement.groups)
    std::erase(group, id);
  switch (statement.kind) {
  case Kind::value:
    return !statement.values.empty();
  case Kind::range:
    return !statement.ranges.empty();
  case Kind::order:
    std::erase_if(statement.groups, [](const auto& group) { return group.empty(); });
    return statement.groups.size() > 1;
  default:
    return std::ranges::none_of(statement.groups, [](const auto& group) { return group.empty(); });
  }
}

/// What was published of a field in which a candidate stood says nothing of one without it.
void drop_statements(std::vector<Published>& files, const std::string& id,
                     Diagnostics& diagnostics) {
  for (Published& file : files) {
    std::vector<Statement> left;
    for (Statement& statement : file.statements)
      if (speaks_of_all(statement) || std::ranges::find(statement.of, id) != statement.of.end())
        diagnostics.note(statement.where, "statement " + ticked(statement.id) +
                                              " is about a field with " + ticked(id) +
                                              " and is left out with it");
      else if (says_more(statement, id))
        left.push_back(std::move(statement));
    file.statements = std::move(left);
  }
}

} // namespace

bool drop_member(Bundle& bundle, std::string_view drop, Diagnostics& diagnostics) {
  const std::size_t colon = drop.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == drop.size()) {
    diagnostics.error(place_in("--drop", drop, 0, drop.size()),
                      ticked(drop) + " names no member of a dimension",
                      "write DIMENSION:MEMBER, as in `juror:j7`");
    return false;
  }
  const std::string dimension(drop.substr(0, colon)), member(drop.substr(colon + 1));
  std::vector<std::string> dimensions, members;
  std::set<std::string> seen_dimensions, seen_members;
  bool dropped = false;
  for (std::size_t t = 0; t < bundle.tables.size(); ++t) {
    const Table& table = *bundle.tables[t];
    const TableSpec& spec = bundle.program.evidence[t];
    std::vector<bool> rows(table.rows, true);
    bool here = false;
    for (const TextColumn& key : table.keys) {
      const bool side = spec.pairs && (key.name == spec.pairs->a || key.name == spec.pairs->b);
      const std::string name = side ? "candidate" : key.name;
      if (seen_dimensions.insert(name).second)
        dimensions.push_back(name);
      if (name != dimension)
        continue;
      for (const std::string& text : key.texts)
        if (members.size() < 100'000 && seen_members.insert(text).second)
          members.push_back(text);
      const auto at = std::ranges::find(key.texts, member);
      if (at == key.texts.end())
        continue;
      const auto code = static_cast<std::uint32_t>(at - key.texts.begin());
      for (std::size_t row = 0; row < table.rows; ++row)
        if (key.codes[row] == code) {
          rows[row] = false;
          here = true;
        }
    }
    if (!spec.wide.empty() && seen_dimensions.insert(spec.wide).second)
      dimensions.push_back(spec.wide);
    if (spec.wide == dimension) {
      Table copy = table;
      std::erase_if(copy.values, [&](const ValueColumn& v) { return v.name == member; });
      for (const ValueColumn& value : table.values)
        if (seen_members.insert(value.name).second)
          members.push_back(value.name);
      if (copy.values.size() < table.values.size()) {
        bundle.tables[t] = std::make_shared<const Table>(std::move(copy));
        dropped = true;
      }
    } else if (here) {
      Table copy = table;
      keep_rows(copy, rows);
      bundle.tables[t] = std::make_shared<const Table>(std::move(copy));
      dropped = true;
    }
  }
  if (dimension == "candidate") {
    for (const Candidate& candidate : bundle.program.candidates) {
      if (members.size() < 100'000 && seen_members.insert(candidate.id.str()).second)
        members.push_back(candidate.id.str());
      dropped = dropped || candidate.id.str() == member;
    }
    if (dropped)
      drop_statements(bundle.published, member, diagnostics);
    for (Stage& stage : bundle.program.stages) {
      std::erase(stage.entrants.ids, member);
      if (dropped) {
        stage.entrants.except.push_back(member);
        drop_decisions(stage, member, diagnostics);
      }
    }
  }
  if (dropped)
    return true;
  if (seen_dimensions.contains(dimension) || dimension == "candidate")
    diagnostics.error(place_in("--drop", drop, colon + 1, member.size()),
                      "there is no " + ticked(member) + " in " + ticked(dimension),
                      did_you(member, members));
  else
    diagnostics.error(place_in("--drop", drop, 0, colon),
                      "no evidence has the dimension " + ticked(dimension),
                      did_you(dimension, dimensions));
  return false;
}

} // namespace libeval
