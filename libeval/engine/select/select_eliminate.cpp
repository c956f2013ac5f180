// SPDX-License-Identifier: Apache-2.0
// Elimination round by round: ballots counted with transfers, or the last by keys worked out anew.
#include "engine/run/votes.hpp"
#include "engine/select/selector.hpp"
#include "engine/select/transfer_count.hpp"

#include <libeval/base/decimal.hpp>

#include <algorithm>
#include <cmath>

namespace libeval {
namespace {

/// The ballots of a measure, as the items of an operation, and what stood in their way.
struct BallotBox {
  kernel::Ballots ballots;
  Who entrant; ///< of each item, position among the entrants asked for
  std::vector<GapCell> gaps;
  std::vector<Undefined> undefined;
};

/// Compiles the measure with a last step that collects ballots, and runs it up to there.
std::optional<BallotBox> collect(const Scorebook& book, const Who& who, const Measure& measure,
                                 const select::Eliminate& rule) {
  const Context& context = book.context;
  std::vector<std::uint32_t> entrants;
  for (const std::uint32_t e : who)
    entrants.push_back(context.entrants[e]);
  Context narrowed{context.bundle,  context.names, context.stage,       std::move(entrants),
                   context.earlier, false,         context.diagnostics, {}};
  narrowed.index_entrants();
  Measure counted = measure;
  Step last;
  last.name = "approval";
  last.where = measure.where;
  last.args = rule.count;
  counted.steps.push_back(std::move(last));
  Compiler compiler(narrowed);
  const std::size_t before = context.diagnostics.errors();
  const Frame frame = compiler.measure(counted);
  if (context.diagnostics.errors() != before || frame.array == no_array)
    return std::nullopt;
  const op::Votes* votes = nullptr;
  for (const Op& op : compiler.plan.ops)
    if (const auto* found = std::get_if<op::Votes>(&op))
      votes = found;
  if (votes == nullptr)
    return std::nullopt;
  std::vector<ArrayId> wanted = {votes->in};
  if (votes->weights != no_array)
    wanted.push_back(votes->weights);
  const Run result = run(compiler.plan, wanted);
  const auto number = [&](std::size_t column) {
    return [&values = result.columns[column]](std::uint32_t cell) {
      return values.scale * (*values.data)[cell] + values.shift;
    };
  };
  BallotBox out;
  std::function<double(std::uint32_t)> weight = [](std::uint32_t) { return 1.0; };
  if (votes->weights != no_array)
    weight = number(1);
  out.ballots = ballots_of(*votes, number(0), weight, result.noise);
  out.entrant.resize(votes->items->size());
  for (std::size_t k = 0; k < votes->taken.size(); ++k)
    out.entrant[votes->taken[k]] = who[k];
  out.gaps = std::move(compiler.gaps);
  out.undefined = result.undefined;
  return out;
}

TransferRule rule_of(const select::Eliminate& s, std::size_t seats) {
  using Transfer = TransferRule::Transfer;
  using Exclude = TransferRule::Exclude;
  TransferRule rule;
  rule.seats = seats;
  rule.transfer = s.transfer == "meek"          ? Transfer::meek
                  : s.transfer == "papers"      ? Transfer::papers
                  : s.transfer == "last_parcel" ? Transfer::last_parcel
                                                : Transfer::weighted;
  const bool last_parcel = rule.transfer == Transfer::last_parcel;
  rule.by_transferable = s.divide_by.empty() ? last_parcel : s.divide_by == "transferable";
  rule.exclude = s.exclude == "by_parcel"                           ? Exclude::by_parcel
                 : s.exclude == "firsts_then_values"                ? Exclude::firsts_then_values
                 : s.exclude == "by_value"                          ? Exclude::by_value
                 : s.exclude == "at_once"                           ? Exclude::at_once
                 : last_parcel || rule.transfer == Transfer::papers ? Exclude::by_value
                                                                    : Exclude::at_once;
  rule.quota = s.quota == "hare"     ? TransferRule::Quota::hare
               : s.quota == "number" ? TransferRule::Quota::number
               : s.quota == "droop_exact" || (s.quota.empty() && rule.transfer == Transfer::meek)
                   ? TransferRule::Quota::droop_exact
                   : TransferRule::Quota::droop;
  rule.number = s.quota_number;
  rule.active = s.active;
  rule.earliest_surplus = s.earliest_surplus;
  rule.digits = s.digits;
  rule.vote_digits = s.vote_digits;
  rule.defer = s.defer;
  rule.together = s.together;
  rule.early = s.early;
  rule.tolerance = s.tolerance.value_or(rule.tolerance);
  rule.earlier = s.earlier == "last"    ? TransferRule::Earlier::last
                 : s.earlier == "first" ? TransferRule::Earlier::first
                                        : TransferRule::Earlier::none;
  return rule;
}

/// Keys that say nothing beside `transfer: meek`, or only beside it.
std::vector<std::string> idle_keys(const select::Eliminate& s) {
  std::vector<std::string> out;
  const bool meek = s.transfer == "meek";
  for (const auto& [stands, key] : std::initializer_list<std::pair<bool, const char*>>{
           {meek && s.active, "active"},
           {meek && !s.divide_by.empty(), "divide_by"},
           {meek && !s.exclude.empty(), "exclude"},
           {meek && s.earliest_surplus, "surpluses"},
           {meek && s.vote_digits.has_value(), "vote_digits"},
           {meek && s.defer, "defer"},
           {meek && s.together, "together"},
           {meek && s.early, "early"},
           {!meek && s.tolerance.has_value(), "tolerance"}})
    if (stands)
      out.emplace_back(key);
  return out;
}

} // namespace

/// Best first, in groups that no key tells apart; all in one without keys.
std::vector<Who> Selector::tied_by_keys(const Who& who, const std::vector<OrderKey>& keys) {
  if (keys.empty())
    return {who};
  const TieGroups groups = sorted(who, keys);
  std::vector<Who> out;
  for (std::size_t t = 0; t < groups.size(); ++t)
    out.emplace_back(groups[t].begin(), groups[t].end());
  return out;
}

void Selector::check(const select::Eliminate& s) {
  check_keys(s.by);
  check_keys(s.ties);
  for (const std::string& key : idle_keys(s))
    context_.diagnostics.error(
        context_.stage.select[step_].where,
        "`" + key + "` says nothing beside `transfer: " + s.transfer + "`",
        key == "tolerance" ? "surpluses are worked out again and again only by `transfer: meek`"
                           : "Meek's method works the shares out anew; delete `" + key + "`");
}

void Selector::apply(const select::Eliminate& s) {
  taking_ = true;
  if (refuses_pools())
    return;
  const auto taken = static_cast<std::size_t>(std::ranges::count(state_, State::taken));
  const std::size_t places = stage_.places.value_or(1 + taken);
  const std::size_t seats = s.seats.value_or(places > taken ? places - taken : 0);
  report_.rule = s.ballots ? "ballots" : "";
  for (const OrderKey& key : s.by)
    report_.rule += (report_.rule.empty() ? "by " : ", then ") + key.name;
  report_.rule += ", " + std::to_string(seats) + (seats == 1 ? " seat" : " seats");
  if (s.ballots)
    eliminate_by_transfers(s, seats);
  else
    eliminate_by_keys(s, seats);
}

/// Writes places down: `order` best first; takes the elected; a tie that stays holds.
void Selector::settle_elimination(const select::Eliminate& s, const std::vector<Who>& order,
                                  const Who& elected, const Who& tied) {
  TieGroups groups;
  for (const Who& group : order)
    groups.add(group);
  ordered_ = true;
  order_.assign(1, groups);
  standing_keys_.clear();
  stage_.order_keys = {s.ballots ? "rounds of the count" : "rounds"};
  std::ranges::fill(stage_.place, 0);
  place(groups, stage_.place);
  stage_.place_before_ties = stage_.place;
  stage_.parted_by.clear();
  for (const std::uint32_t e : elected)
    take(e, s.as);
  if (tied.empty())
    return;
  Finding& finding = find(Finding::Kind::tie, nobody);
  finding.detail = "hold";
  finding.rule = "eliminate";
  finding.verdict = Verdict::unknown;
  for (const std::uint32_t e : tied)
    finding.others.push_back(candidate(e));
  held_ = true;
}

void Selector::eliminate_by_transfers(const select::Eliminate& s, std::size_t seats) {
  const Who field = who(State::undecided);
  Measure measure = *s.ballots;
  const auto box = collect(book_, field, measure, s);
  if (!box)
    return;
  for (const GapCell& gap : box->gaps) {
    Finding& finding = find(Finding::Kind::gap, gap.candidate == npos ? nobody : gap.candidate);
    finding.rule = gap.where;
    finding.detail = gap.cell;
    finding.verdict = Verdict::unknown;
  }
  for (const Undefined& undefined : box->undefined) {
    Finding& finding = find(Finding::Kind::undefined, nobody);
    finding.rule = measure.name;
    finding.detail = undefined.why;
    finding.verdict = Verdict::unknown;
  }
  if (!box->gaps.empty() || !box->undefined.empty()) {
    settle_elimination(s, {field}, {}, {});
    held_ = true;
    return;
  }
  const auto entrants = [&](const std::vector<std::uint32_t>& items) {
    Who out;
    for (const std::uint32_t item : items)
      out.push_back(box->entrant[item]);
    return out;
  };
  const TieBreaker settle = [&](const std::vector<std::uint32_t>& items) {
    std::vector<std::vector<std::uint32_t>> out;
    for (const Who& group : tied_by_keys(entrants(items), s.ties)) {
      auto& back = out.emplace_back();
      for (const std::uint32_t e : group)
        back.push_back(
            static_cast<std::uint32_t>(std::ranges::find(box->entrant, e) - box->entrant.begin()));
    }
    return out;
  };
  const TransferRule rule = rule_of(s, seats);
  TransferCount count = count_transfers(box->ballots, rule, settle);
  std::vector<std::uint8_t> gone(box->entrant.size(), 0);
  for (std::size_t r = 0; r < count.rounds.size(); ++r) {
    const TransferRound& from = count.rounds[r];
    EliminationRound round;
    round.step = step_;
    round.number = r + 1;
    round.passed_on = from.kind == TransferRound::Kind::surplus     ? "surplus"
                      : from.kind == TransferRound::Kind::exclusion ? "exclusion"
                                                                    : "";
    round.value = from.value;
    round.quota = from.quota;
    round.exhausted = from.exhausted;
    round.lost = from.lost;
    round.by_earlier_round = from.by_earlier;
    const auto candidates = [&](const std::vector<std::uint32_t>& items) {
      std::vector<std::size_t> out;
      for (const std::uint32_t e : entrants(items))
        out.push_back(candidate(e));
      return out;
    };
    round.from = candidates(from.from);
    round.elected = candidates(from.elected);
    round.out = candidates(from.excluded);
    std::vector<std::uint32_t> there;
    for (std::uint32_t item = 0; item < gone.size(); ++item)
      if (gone[item] == 0)
        there.push_back(item);
    std::ranges::stable_sort(
        there, [&](std::uint32_t a, std::uint32_t b) { return from.votes[a] > from.votes[b]; });
    round.who = candidates(there);
    for (const std::uint32_t item : there) {
      round.votes.push_back(from.votes[item]);
      if (!from.keep.empty())
        round.keep.push_back(from.keep[item]);
    }
    for (const bool in : {true, false})
      for (const std::uint32_t item : in ? from.elected : from.excluded) {
        Finding& finding = find(Finding::Kind::eliminate, candidate(box->entrant[item]));
        finding.rule = std::to_string(r + 1);
        finding.verdict = in ? Verdict::pass : Verdict::fail;
        finding.observed = from.votes[item];
        finding.required = from.quota;
      }
    for (const std::uint32_t item : from.excluded)
      gone[item] = 1;
    stage_.rounds.push_back(std::move(round));
  }
  std::vector<Who> order;
  for (const auto& group : count.order)
    order.push_back(entrants(group));
  if (!count.rounds.empty())
    report_.rule += ", quota " + format_decimal(count.rounds.back().quota, 6);
  settle_elimination(s, order, entrants(count.elected), entrants(count.tied));
}

void Selector::eliminate_by_keys(const select::Eliminate& s, std::size_t seats) {
  OrderKey anew;
  anew.kind = OrderKey::Kind::block;
  anew.among_tied = true;
  anew.keys = s.by;
  anew.name = s.by.front().name;
  Who left = who(State::undecided), tied;
  std::vector<Who> gone;
  for (std::size_t number = 1; left.size() > seats && tied.empty(); ++number) {
    EliminationRound round;
    round.step = step_;
    round.number = number;
    Sorter values(book_, stage_.total, step_, open_);
    const OrderKey& first = s.by.front();
    const auto has_values = [](const OrderKey& key) {
      return key.kind == OrderKey::Kind::part || key.kind == OrderKey::Kind::attribute ||
             key.kind == OrderKey::Kind::measure;
    };
    const std::vector<Who> groups = tied_by_keys(left, {anew});
    std::vector<std::uint32_t> in_order;
    for (const Who& group : groups)
      in_order.insert(in_order.end(), group.begin(), group.end());
    if (has_values(first)) {
      const Values now = values.values(first, in_order, true);
      for (std::size_t i = 0; i < in_order.size(); ++i)
        round.votes.push_back(now.has(i) ? std::optional(now.numbers[i]) : std::nullopt);
    }
    for (const std::uint32_t e : in_order)
      round.who.push_back(candidate(e));
    round.votes.resize(round.who.size());
    Who last = groups.back();
    // The first key that tells them from who is next before them; whichever has no values does.
    const std::size_t behind = in_order.size() - last.size();
    if (groups.size() > 1 && s.by.size() > 1)
      for (const OrderKey& key : s.by) {
        if (has_values(key)) {
          const Values now = values.values(key, in_order, true);
          if (std::abs(now.numbers[behind] - now.numbers[behind - 1]) <= now.tolerance)
            continue;
        }
        round.by = &key == &first ? "" : key.name;
        break;
      }
    if (last.size() > 1) {
      const std::size_t level = last.size();
      last = tied_by_keys(last, s.ties).back();
      if (last.size() < level)
        round.by = s.ties.size() == 1 ? s.ties.front().name : "the keys of `ties`";
    }
    if (last.size() > 1 && (last.size() == left.size() || left.size() - last.size() < seats)) {
      tied = last;
    } else {
      for (const std::uint32_t e : last) {
        round.out.push_back(candidate(e));
        Finding& finding = find(Finding::Kind::eliminate, candidate(e));
        finding.rule = std::to_string(number);
        finding.verdict = Verdict::fail;
        finding.observed =
            round
                .votes[static_cast<std::size_t>(std::ranges::find(in_order, e) - in_order.begin())];
      }
      std::erase_if(left,
                    [&](std::uint32_t e) { return std::ranges::find(last, e) != last.end(); });
      gone.push_back(std::move(last));
    }
    stage_.rounds.push_back(std::move(round));
    if (held_)
      break;
  }
  std::vector<Who> order;
  if (!left.empty())
    order = tied_by_keys(left, {anew});
  for (std::size_t k = gone.size(); k-- > 0;)
    order.push_back(gone[k]);
  settle_elimination(s, order, tied.empty() && !held_ ? left : Who{}, tied);
}

} // namespace libeval
