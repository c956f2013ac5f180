// SPDX-License-Identifier: Apache-2.0
// The order of the field, its places, and pools.
#include "engine/select/selector.hpp"

#include <libeval/base/decimal.hpp>

#include <algorithm>
#include <numeric>

namespace libeval {

std::vector<OrderKey> Selector::by_total() const {
  OrderKey total;
  total.name = "total";
  return {total};
}

TieGroups Selector::sorted(const Who& who, const std::vector<OrderKey>& keys, TieGroups* first_key,
                           std::vector<std::uint32_t>* parted_by) {
  Sorter sorter(book_, stage_.total, step_, open_);
  TieGroups groups = sorter.sort(who, keys);
  if (first_key != nullptr)
    *first_key = std::move(sorter.by_first_key);
  if (parted_by != nullptr)
    *parted_by = std::move(sorter.parted_by);
  for (Finding& finding : sorter.findings)
    stage_.findings.push_back(std::move(finding));
  held_ = held_ || !sorter.trouble.empty();
  for (Finding& finding : sorter.trouble)
    stage_.findings.push_back(std::move(finding));
  return groups;
}

void Selector::place(const TieGroups& groups, std::vector<double>& places) const {
  for (std::size_t t = 0; t < groups.size(); ++t)
    for (const std::uint32_t e : groups[t])
      places[e] = static_cast<double>(groups.offsets[t] + 1);
}

void Selector::set_order(const std::vector<OrderKey>& keys) {
  ordered_ = true;
  standing_keys_ = keys;
  if (!stage_.order_keys.empty()) { // of an earlier order
    std::ranges::fill(stage_.place, 0);
    std::ranges::fill(stage_.place_before_ties, 0);
  }
  stage_.order_keys.clear();
  for (const OrderKey& key : keys)
    stage_.order_keys.push_back(key.name);
  const std::vector<Who> pools = by_pool(pooled_, [&](std::uint32_t e) { return standing(e); });
  order_.clear();
  stage_.parted_by.assign(keys.size() > 1 ? n_ : 0, 0);
  for (const Who& members : pools) {
    TieGroups first_key;
    std::vector<std::uint32_t> parted_by;
    order_.push_back(sorted(members, keys, &first_key, &parted_by));
    place(order_.back(), stage_.place);
    place(first_key, stage_.place_before_ties);
    if (keys.size() > 1)
      for (std::size_t t = 0; t < order_.back().size(); ++t)
        for (const std::uint32_t e : order_.back()[t])
          stage_.parted_by[e] = parted_by[t];
  }
  if (keys.size() <= 1) // no tie was broken
    stage_.place_before_ties = stage_.place;
  place_ = stage_.place;
  if (pooled_)
    pool_place_ = stage_.pool_place = stage_.place;
}

/// By the keys of the last order, also in other pools; else by total.
void Selector::ensure_order() {
  if (ordered_)
    return;
  if (!standing_keys_.empty())
    return set_order(standing_keys_);
  if (stage_.nodes.empty() && n_ > 1) {
    OrderKey none;
    context_.diagnostics.error(context_.stage.where,
                               "stage `" + stage_.id + "` has no score to order by",
                               "add a `score`, or a step `order` before the first `take`");
    ordered_ = true;
    TieGroups all;
    all.add(who(State::undecided));
    order_.assign(std::max<std::size_t>(1, pool_names_.size()), all);
    return;
  }
  if (stage_.nodes.empty()) {
    ordered_ = true;
    TieGroups all;
    if (n_ == 1) {
      all.add(Who{0});
      place_ = stage_.place = stage_.place_before_ties = {1};
    }
    order_.assign(std::max<std::size_t>(1, pool_names_.size()), all);
    return;
  }
  set_order(by_total());
}

/// `some` holds what is returned, unless that is the order itself.
const TieGroups& Selector::undecided_in_order(std::uint32_t pool, TieGroups& some) const {
  const TieGroups& all = order_[pool];
  if (std::ranges::all_of(all.order,
                          [&](std::uint32_t e) { return state_[e] == State::undecided; }))
    return all;
  TieGroups& out = some;
  Who group;
  for (std::size_t t = 0; t < all.size(); ++t) {
    group.clear();
    for (const std::uint32_t e : all[t])
      if (state_[e] == State::undecided)
        group.push_back(e);
    if (!group.empty())
      out.add(group);
  }
  return out;
}

void Selector::apply(const select::Order& s) {
  set_order(s.keys);
  for (const std::string& key : stage_.order_keys)
    report_.rule += (report_.rule.empty() ? "" : ", then ") + key;
}

void Selector::apply(const select::Group& s) {
  std::map<std::string, std::uint32_t> known;
  pool_.assign(n_, 0);
  pool_names_.clear();
  std::map<std::uint32_t, std::string> from_table;
  if (!s.from.empty()) {
    const std::size_t at = context_.names.table(s.from);
    if (at == nobody) {
      context_.diagnostics.error(context_.stage.select[step_].where,
                                 "there is no evidence `" + s.from + "`");
      return;
    }
    const Table& table = *context_.bundle.tables[at];
    const TextColumn* candidates = nullptr;
    const TextColumn* column = nullptr;
    for (const TextColumn& key : table.keys) {
      candidates = key.name == "candidate" ? &key : candidates;
      column = key.name == s.by ? &key : column;
    }
    for (const TextColumn& label : table.labels)
      column = label.name == s.by ? &label : column;
    const ValueColumn* value = nullptr;
    for (const ValueColumn& v : table.values)
      value = v.name == s.by ? &v : value;
    if (candidates == nullptr || (column == nullptr && value == nullptr)) {
      context_.diagnostics.error(context_.stage.select[step_].where, "evidence `" + s.from +
                                                                         "` has no column `" +
                                                                         s.by + "` by candidate");
      return;
    }
    const Index codes = candidate_codes(context_, table, *candidates);
    for (std::size_t r = 0; r < table.rows; ++r)
      if ((*codes)[r] != npos)
        from_table[(*codes)[r]] = column != nullptr       ? column->at(r)
                                  : value->is_category(r) ? value->texts[value->category[r] - 1]
                                                          : format_decimal(value->numbers[r]);
  }
  const bool nobody_has_it =
      s.from.empty() && std::ranges::none_of(context_.entrants, [&](std::uint32_t c) {
        return program_.candidates[c].attribute(s.by) != nullptr;
      });
  if (nobody_has_it && n_ > 0)
    unknown_attribute(s.by);
  for (std::uint32_t e = 0; e < n_ && !nobody_has_it; ++e) {
    const std::string* name = nullptr;
    if (s.from.empty()) {
      name = attribute(e, s.by);
    } else if (const auto at = from_table.find(context_.entrants[e]); at != from_table.end()) {
      name = &at->second;
    }
    if (name == nullptr) {
      context_.diagnostics.error(context_.stage.select[step_].where,
                                 "`" + program_.candidates[candidate(e)].id.str() + "` has no `" +
                                     s.by + "` to be grouped by");
      continue;
    }
    const auto [at, fresh] = known.try_emplace(*name, static_cast<std::uint32_t>(known.size()));
    if (fresh)
      pool_names_.push_back(*name);
    pool_[e] = at->second;
  }
  pooled_ = true;
  ordered_ = false;
  stage_.pools = pool_names_;
  stage_.pool = pool_;
  report_.rule = "by " + s.by;
  report_.affected = pool_names_.size();
}

bool Selector::refuses_pools() {
  if (pooled_)
    context_.diagnostics.error(context_.stage.select[step_].where,
                               "`" + report_.word + "` does not work per pool",
                               "put it before `group` or after `regroup`");
  return pooled_;
}

void Selector::apply(const select::Regroup&) {
  if (pooled_)
    ensure_order(); // pool places are known from here on
  pooled_ = false;
  ordered_ = false;
}

} // namespace libeval
