// SPDX-License-Identifier: Apache-2.0
// Selection: order keys, recorded decisions, and each step by its word.
#include "domain/reading.hpp"

#include <libeval/base/share.hpp>

#include <algorithm>
#include <map>

namespace libeval {
namespace {

std::optional<Bound> read_bound(const Tree& tree) {
  using Kind = Bound::Kind;
  for (const auto& [key, kind] : {std::pair{"at_least", Kind::at_least},
                                  {"above", Kind::above},
                                  {"at_most", Kind::at_most},
                                  {"below", Kind::below}}) {
    const Tree* found = tree.find(key);
    if (found == nullptr)
      continue;
    Bound bound;
    bound.kind = kind;
    if (found->is_number())
      bound.number = found->number();
    else
      bound.share = parse_share(text_of(found));
    return bound;
  }
  return std::nullopt;
}

RecordedDecision read_decision(const Tree& tree) {
  RecordedDecision d;
  d.candidate = text_at(tree, "candidate");
  if (const Tree* order = tree.find("order"))
    d.order = read_names(order);
  d.reason = text_at(tree, "reason");
  d.source = text_at(tree, "source");
  d.date = text_at(tree, "date");
  d.where = tree.where;
  return d;
}

std::vector<OrderKey> read_order_keys(const Tree* tree) {
  std::vector<OrderKey> keys;
  if (tree != nullptr)
    for (const Tree& item : tree->list())
      keys.push_back(read_order_key(item));
  return keys;
}

TieRuling tie_ruling(std::string_view word) {
  if (word == "all_advance")
    return TieRuling::all_advance;
  if (word == "all_cut")
    return TieRuling::all_cut;
  return word == "share" ? TieRuling::share : TieRuling::hold;
}

/// `{north: 5, south: 3}`.
std::map<std::string, std::size_t> read_counts(const Tree& tree) {
  std::map<std::string, std::size_t> out;
  for (const Entry& entry : tree.map())
    out[entry.key] = static_cast<std::size_t>(entry.value.number());
  return out;
}

select::Quota read_quota(const Tree& tree) {
  select::Quota quota;
  quota.by = text_at(tree, "by");
  const auto read = [&](const char* key, std::optional<std::size_t>& of_each,
                        std::map<std::string, std::size_t>& of_some) {
    const Tree* found = tree.find(key);
    if (found != nullptr && found->is_map())
      of_some = read_counts(*found);
    else
      of_each = count_at(tree, key);
  };
  read("at_most", quota.at_most, quota.of);
  read("at_least", quota.at_least, quota.least_of);
  using Short = select::Quota::Short;
  const std::string shortage = text_at(tree, "short");
  quota.shortage = shortage == "open"     ? Short::open
                   : shortage == "others" ? Short::others
                                          : Short::refused;
  return quota;
}

select::Take read_take(const Tree& tree) {
  using Kind = select::Take::Kind;
  select::Take take;
  if (const Tree* first = tree.find("first")) {
    take.kind = Kind::first;
    if (first->is_map())
      take.per_pool = read_counts(*first);
    else
      take.count = count_at(tree, "first");
  } else if (tree.find("until") != nullptr) {
    take.count = count_at(tree, "until");
  } else if (const Tree* share = tree.find("share")) {
    take.kind = Kind::share;
    take.share = share->is_number() ? Share{share->number()} : parse_share(text_of(share));
  } else if (tree.find("all_but") != nullptr) {
    take.kind = Kind::all_but;
    take.count = count_at(tree, "all_but");
  } else if (const Tree* bands = tree.find("bands")) {
    take.kind = Kind::bands;
    for (const Tree& item : bands->list())
      take.bands.push_back({text_at(item, "name"), count_at(item, "first"), read_bound(item)});
  } else if (const auto budget = number_at(tree, "budget")) {
    take.kind = Kind::budget;
    take.budget = *budget;
  }
  if (const auto bound = read_bound(tree)) { // the others then say how many at most
    take.until = tree.find("until") != nullptr;
    take.kind = Kind::bound;
    take.bound = *bound;
  }
  const std::string rounded = text_at(tree, "round");
  take.rounded = rounded == "up"        ? select::Take::Rounded::up
                 : rounded == "nearest" ? select::Take::Rounded::nearest
                                        : select::Take::Rounded::down;
  take.min = count_at(tree, "min");
  take.max = count_at(tree, "max");
  if (tree.find("part") != nullptr)
    take.part = text_at(tree, "part");
  if (const Tree* advance = tree.find("advance"))
    take.advance = read_names(advance);
  if (const Tree* cost = tree.find("cost"))
    take.cost = read_param(*cost);
  take.skip = flag_at(tree, "skip");
  take.rest = text_at(tree, "of") == "rest";
  take.filter = read_filter(tree.find("where"));
  take.by = read_order_keys(tree.find("by"));
  if (tree.find("ties") != nullptr)
    take.ties = tie_ruling(text_at(tree, "ties"));
  take.as = text_at(tree, "as");
  return take;
}

select::Require read_require(const Tree& tree) {
  select::Require require;
  require.title = text_at(tree, "title");
  require.what = read_order_key(tree);
  require.bound = read_bound(tree);
  require.stands = flag_at(tree, "stands");
  const std::string otherwise = text_at(tree, "else");
  require.otherwise = otherwise == "disqualified" ? select::Require::Otherwise::disqualified
                      : otherwise == "hold"       ? select::Require::Otherwise::hold
                                                  : select::Require::Otherwise::cut;
  return require;
}

select::Policy read_policy(const Tree& args) {
  return {text_at(args, "file"), read_names(args.find("rules"))};
}

select::Group read_group(const Tree& args) {
  const Tree* by = args.find("by");
  return by->is_map() ? select::Group{text_at(*by, "value"), text_at(*by, "from")}
                      : select::Group{text_of(by), ""};
}

select::Duel read_duel(const Tree& args) {
  select::Duel duel;
  duel.by = text_at(args, "by");
  if (const Tree* seeds = args.find("seeds"))
    duel.seeds = read_order_key(*seeds);
  duel.losers = count_at(args, "losers").value_or(0);
  duel.order = read_order_keys(args.find("order"));
  return duel;
}

/// A measure in place, or the name of an evidence table, which is then all of the measure.
std::optional<Measure> measure_or_evidence(const Tree& args, const std::string& key) {
  const Tree* tree = args.find(key);
  if (tree == nullptr)
    return std::nullopt;
  if (tree->is_map())
    return read_measure(*tree, key);
  Measure out;
  out.name = key;
  out.source.kind = Source::Kind::evidence;
  out.source.name = text_of(tree);
  out.source.where = out.where = tree->where;
  return out;
}

select::Assign read_assign(const Tree& args) {
  select::Assign out;
  out.preferences = measure_or_evidence(args, "preferences");
  out.priorities = measure_or_evidence(args, "priorities");
  out.by = read_order_keys(args.find("by"));
  out.each = count_at(args, "places");
  const Tree& places = *args.find("places");
  out.places_where = places.where;
  if (places.is_map())
    for (const Entry& entry : places.map())
      if (entry.value.is_number())
        out.places[entry.key] = static_cast<std::size_t>(entry.value.number());
  return out;
}

select::Eliminate read_eliminate(const Tree& args) {
  select::Eliminate out;
  out.ballots = measure_or_evidence(args, "ballots");
  out.by = read_order_keys(args.find("by"));
  out.count = tree::map({});
  for (const Entry& entry : args.map())
    if (entry.key == "over" || entry.key == "weights")
      out.count.map().push_back(entry);
  out.seats = count_at(args, "seats");
  if (const Tree* quota = args.find("quota"); quota != nullptr && quota->is_number()) {
    out.quota = "number";
    out.quota_number = quota->number();
  } else if (quota != nullptr) {
    out.quota = text_of(quota);
  }
  out.active = flag_at(args, "active");
  if (args.find("transfer") != nullptr)
    out.transfer = text_at(args, "transfer");
  out.divide_by = text_at(args, "divide_by");
  out.exclude = text_at(args, "exclude");
  out.earliest_surplus = text_at(args, "surpluses") == "earliest";
  if (const auto digits = number_at(args, "digits"))
    out.digits = static_cast<int>(*digits);
  if (const auto digits = number_at(args, "vote_digits"))
    out.vote_digits = static_cast<int>(*digits);
  out.defer = flag_at(args, "defer");
  out.together = flag_at(args, "together");
  out.early = flag_at(args, "early");
  out.tolerance = number_at(args, "tolerance");
  if (args.find("earlier") != nullptr)
    out.earlier = text_at(args, "earlier");
  out.ties = read_order_keys(args.find("ties"));
  out.as = text_at(args, "as");
  return out;
}

select::Grant read_grant(const Tree& args) {
  select::Grant grant;
  if (const Tree* decision = args.find("decision"))
    grant.decision = read_decision(*decision);
  grant.by = read_order_keys(args.find("by"));
  grant.first = count_at(args, "first").value_or(1);
  grant.as = text_at(args, "as");
  return grant;
}

using What = decltype(SelectStep::what);

/// The reader of each step, by its word.
const std::map<std::string_view, What (*)(const Tree&)>& readers() {
  static const std::map<std::string_view, What (*)(const Tree&)> table = {
      {"policy", [](const Tree& t) -> What { return read_policy(t); }},
      {"require", [](const Tree& t) -> What { return read_require(t); }},
      {"order",
       [](const Tree& t) -> What { return select::Order{read_order_keys(t.find("keys"))}; }},
      {"group", [](const Tree& t) -> What { return read_group(t); }},
      {"regroup", [](const Tree&) -> What { return select::Regroup{}; }},
      {"take", [](const Tree& t) -> What { return read_take(t); }},
      {"quota", [](const Tree& t) -> What { return read_quota(t); }},
      {"duel", [](const Tree& t) -> What { return read_duel(t); }},
      {"eliminate", [](const Tree& t) -> What { return read_eliminate(t); }},
      {"assign", [](const Tree& t) -> What { return read_assign(t); }},
      {"grant", [](const Tree& t) -> What { return read_grant(t); }},
      {"withdraw",
       [](const Tree& t) -> What { return select::Withdraw{read_decision(*t.find("decision"))}; }},
      {"ties", [](const Tree& t) -> What { return select::Ties{tie_ruling(text_at(t, "rule"))}; }},
      {"reserve",
       [](const Tree& t) -> What { return select::Reserve{count_at(t, "first").value_or(1)}; }},
  };
  return table;
}

} // namespace

OrderKey read_order_key(const Tree& tree) {
  OrderKey key;
  key.where = tree.where;
  if (!tree.is_map()) {
    key.name = text_of(&tree);
    return key;
  }
  const auto measure = [&](const Tree& from, std::string name) {
    key.measure = std::make_shared<const Measure>(read_measure(from, std::move(name)));
  };
  if (tree.find("part") != nullptr) {
    key.name = text_at(tree, "part");
  } else if (tree.find("measure") != nullptr) {
    key.name = text_at(tree, "measure");
  } else if (tree.find("attribute") != nullptr) {
    key.kind = OrderKey::Kind::attribute;
    key.name = text_at(tree, "attribute");
  } else if (const Tree* back = tree.find("count_back")) {
    key.kind = OrderKey::Kind::count_back;
    key.name = "count-back";
    if (back->is_map())
      measure(*back, "count-back");
    else
      key.name = text_of(back);
    const std::string run = text_at(tree, "by");
    key.run = run == "first"  ? OrderKey::CountBack::first
              : run == "last" ? OrderKey::CountBack::last
                              : OrderKey::CountBack::value;
  } else if (const Tree* lot = tree.find("lot")) {
    key.kind = OrderKey::Kind::lot;
    key.name = "lot";
    key.seed = static_cast<std::uint64_t>(number_at(*lot, "seed").value_or(0));
    key.lot_source = text_at(*lot, "source");
  } else if (const Tree* decision = tree.find("decision")) {
    key.kind = OrderKey::Kind::decision;
    key.name = "recorded decision";
    key.decision = read_decision(*decision);
  } else if (const Tree* keys = tree.find("keys")) {
    key.kind = OrderKey::Kind::block;
    key.keys = read_order_keys(keys);
    key.name = "among the tied";
    for (const OrderKey& inner : key.keys)
      key.name += (&inner == &key.keys.front() ? " (" : ", ") + inner.name;
    key.name += tree.find("repeat") != nullptr &&
                        !(tree.find("repeat")->is_flag() && !tree.find("repeat")->flag())
                    ? "; again for who is still tied)"
                    : ")";
  } else if (tree.find("from") != nullptr) {
    key.kind = OrderKey::Kind::measure;
    key.name = text_at(tree, "title");
    if (key.name.empty())
      key.name = words_for(read_measure(tree, "")) +
                 (tree.find("among") != nullptr ? " among the tied" : "");
    measure(tree, key.name);
  }
  // In a measure in place `direction` is that of its raw values, and its steps may turn it round.
  if (tree.find("direction") != nullptr && tree.find("from") == nullptr)
    key.direction = direction_from(text_at(tree, "direction"));
  key.among_tied = tree.find("among") != nullptr;
  key.repeat_at_once = text_at(tree, "repeat") == "at_once";
  key.repeat = key.repeat_at_once || flag_at(tree, "repeat");
  if (const Tree* size = tree.find("ties_of"); size != nullptr && !size->is_map()) {
    key.ties_at_least = key.ties_at_most = static_cast<std::size_t>(size->number());
  } else if (size != nullptr) {
    key.ties_at_least = static_cast<std::size_t>(number_at(*size, "at_least").value_or(0));
    if (const auto most = number_at(*size, "at_most"))
      key.ties_at_most = static_cast<std::size_t>(*most);
  }
  key.tolerance = number_at(tree, "tolerance");
  return key;
}

SelectStep read_select(const Tree& tree) {
  const Entry& entry = tree.map().front();
  return {readers().at(entry.key)(entry.value), entry.key, entry.key_where};
}

} // namespace libeval
