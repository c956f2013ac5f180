// SPDX-License-Identifier: Apache-2.0
// Steps within groups.
#include "engine/compile/lowering.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <utility>

namespace libeval {

static kernel::TieRule tie_rule(const std::string& word) {
  using kernel::TieRule;
  return word == "dense"        ? TieRule::dense
         : word == "fractional" ? TieRule::fractional
         : word == "last"       ? TieRule::last
         : word == "ordinal"    ? TieRule::ordinal
                                : TieRule::competition;
}

/// The keys of `then`; true: the smallest is first.
std::vector<std::pair<Operand, bool>> Lowering::tie_breaks() {
  std::vector<std::pair<Operand, bool>> out;
  const Tree* then = arg("then");
  if (then == nullptr)
    return out;
  for (const Tree& item : then->list()) {
    // A measure with a direction of its own goes by what has become of that.
    const bool measure = item.is_map() && item.find("from") != nullptr;
    const Tree* value = item.is_map() && !measure ? item.find("value") : nullptr;
    const Tree* direction = item.is_map() ? item.find("direction") : nullptr;
    Operand key = operand(value != nullptr ? *value : item);
    const bool cost = direction != nullptr &&
                      (measure ? key.direction == Direction::cost : direction->scalar() == "cost");
    out.emplace_back(std::move(key), cost);
  }
  return out;
}

void Lowering::rank() {
  op::Rank op{frame_.array, 0, {}, within().groups, {}, {}};
  std::vector<std::uint8_t> reference = reference_mask();
  for (std::uint8_t& b : reference)
    b = b != 0 ? 0 : 1;
  op.left_out = std::move(reference);
  op.rule = {tie_rule(text("ties")), number("tolerance").value_or(0),
             frame_.direction == Direction::cost};
  for (const auto& [key, ascending] : tie_breaks())
    op.then.push_back({array_of(key), ascending, key.gap});
  op.out = output();
  const ArrayId out = op.out;
  put(std::move(op), out);
  frame_.direction = Direction::cost;
  others_enter();
}

void Lowering::minmax() {
  double low = 0, high = 1;
  std::optional<Operand> to_low, to_high;
  if (const Tree* to = arg("to")) {
    to_low = operand(to->list()[0]);
    to_high = operand(to->list()[1]);
    if (to_low->constant && to_high->constant) {
      low = *to_low->constant;
      high = *to_high->constant;
      if (low == high) {
        error(to->where, "both ends of `to` are `" + format_decimal(low) + "`");
        return;
      }
      to_low.reset();
      to_high.reset();
    }
  }
  op::Normalize op{frame_.array, output()};
  op.cost = frame_.direction == Direction::cost;
  op.groups = within().groups;
  op.reference = reference_mask();
  if (const auto constant = number("constant"))
    op.constant = exact_difference(*constant, low) / exact_difference(high, low);
  const ArrayId out = op.out;
  put(std::move(op), out);
  frame_.direction = Direction::benefit;
  if (to_low) {
    using Kind = op::Binary::Kind;
    const ArrayId a = array_of(*to_low), b = array_of(*to_high), width = output();
    add(plan_, op::Binary{b, a, width, Kind::subtract}, step_.name);
    binary(Kind::multiply, {std::nullopt, width, to_high->gap});
    binary(Kind::add, {std::nullopt, a, to_low->gap});
  } else if (low != 0 || high != 1) {
    affine(exact_difference(high, low), low);
    frame_.direction = low > high ? Direction::cost : Direction::benefit;
    if (low > high)
      warn_of_falling(*arg("to"), "`direction: cost` and `to: [0, 100]`");
  }
  others_enter();
}

void Lowering::zscore() {
  op::Normalize op{frame_.array, output()};
  op.kind = text("sd") == "population" ? op::Normalize::Kind::zscore_population
                                       : op::Normalize::Kind::zscore_sample;
  op.cost = frame_.direction == Direction::cost;
  op.median_center = text("center") == "median";
  op.constant = number("constant");
  op.groups = within().groups;
  op.reference = reference_mask();
  const ArrayId out = op.out;
  put(std::move(op), out);
  frame_.direction = Direction::benefit;
  others_enter();
}

void Lowering::share() {
  const ArrayId sum = per_group(within(), {Reducer::sum, 0, {}}, reference_mask());
  binary(op::Binary::Kind::divide, {std::nullopt, sum, {}}, false, true);
  others_enter();
}

void Lowering::winsorize() {
  using Kind = op::Binary::Kind;
  if (arg("lower") == nullptr && arg("upper") == nullptr && arg("sds") == nullptr) {
    error(step_.where, "`winsorize` does not say where the limits are",
          "say it, `{winsorize: {lower: 0.05, upper: 0.95}}` or `{winsorize: {sds: 3}}`");
    frame_.array = no_array;
    return;
  }
  const Grouping groups = within();
  const std::vector<std::uint8_t> reference = reference_mask();
  std::optional<ArrayId> low, high;
  if (const auto sds = number("sds")) {
    const ArrayId mean = per_group(groups, {Reducer::mean, 0, {}}, reference);
    const ArrayId sd = per_group(groups, {Reducer::sd, 0, {}}, reference);
    for (const double sign : {-1.0, 1.0}) {
      const ArrayId spread = output(), limit = output();
      add(plan_, op::Affine{sd, spread, sign * *sds, 0}, step_.name);
      add(plan_, op::Binary{mean, spread, limit, Kind::add}, step_.name);
      (sign < 0 ? low : high) = limit;
    }
  } else {
    if (number("lower") && number("upper") && *number("lower") > *number("upper")) {
      error(arg("upper")->where,
            "`upper` is `" + format_decimal(*number("upper")) + "` and lies below `lower`, `" +
                format_decimal(*number("lower")) + "`",
            "write the smaller quantile as `lower`");
      frame_.array = no_array;
      return;
    }
    if (const auto q = number("lower"))
      low = per_group(groups, {Reducer::quantile, *q, {}}, reference);
    if (const auto q = number("upper"))
      high = per_group(groups, {Reducer::quantile, *q, {}}, reference);
  }
  if (low)
    binary(Kind::max, {std::nullopt, *low, {}});
  if (high)
    binary(Kind::min, {std::nullopt, *high, {}});
  others_enter();
}

void Lowering::flag_first() {
  op::FlagFirst op{frame_.array, output(), within().groups, left_out(false)};
  op.ascending = frame_.direction == Direction::cost;
  op.none_if_shared = text("ties") == "none";
  const ArrayId out = op.out;
  put(std::move(op), out);
  frame_.direction = Direction::benefit;
  others_enter();
}

void Lowering::apportion() {
  using kernel::Apportionment, kernel::Quota;
  static const std::map<std::string, Apportionment> methods = {
      {"dhondt", Apportionment::dhondt},
      {"sainte_lague", Apportionment::sainte_lague},
      {"imperiali", Apportionment::imperiali},
      {"danish", Apportionment::danish},
      {"adams", Apportionment::adams},
      {"huntington_hill", Apportionment::huntington_hill},
      {"dean", Apportionment::dean},
      {"largest_remainder", Apportionment::largest_remainder}};
  static const std::map<std::string, Quota> quotas = {
      {"hare", Quota::hare},
      {"droop", Quota::droop},
      {"hagenbach_bischoff", Quota::hagenbach_bischoff},
      {"imperiali", Quota::imperiali}};
  const kernel::ApportionRule rule{methods.at(text("by")), quotas.at(text("quota", "hare")),
                                   number("first")};
  if (rule.first && rule.method != Apportionment::sainte_lague)
    error(arg("first")->where,
          "`first` changes the first divisor of `sainte_lague`, not of `" + text("by") + "`");
  if (arg("quota") != nullptr && rule.method != Apportionment::largest_remainder)
    error(arg("quota")->where,
          "`quota` is one of `largest_remainder`, not of `" + text("by") + "`");
  const bool by_remainders = rule.method == Apportionment::largest_remainder;
  if (arg("from") != nullptr && by_remainders)
    error(arg("from")->where,
          "`from` goes on after seats that are held, and `largest_remainder` "
          "gives seats in no order",
          "take a divisor method, such as `dhondt`; `least: P` is a least for each");
  if (arg("least") != nullptr && by_remainders && rule.quota != Quota::hare)
    error(arg("least")->where,
          "`least` goes with the quota `hare`, not with `" + text("quota") + "`");
  const Operand seats = operand(*arg("seats"));
  if (!seats.constant && seats.array == no_array)
    return;
  ArrayId held = no_array;
  for (const char* key : {"from", "least"})
    if (const Tree* given = arg(key)) {
      const Operand each = operand(*given);
      if (!each.constant && each.array == no_array)
        return;
      take_gaps(each.gap);
      const ArrayId before = std::exchange(held, array_of(each));
      if (before != no_array) {
        const ArrayId both = output();
        add(plan_, op::Binary{before, held, both, op::Binary::Kind::max}, step_.name);
        held = both;
      }
    }
  op::Apportion op{frame_.array, output(), array_of(seats), within().groups, left_out(false),
                   rule,         held};
  const ArrayId out = op.out;
  put(std::move(op), out);
  take_gaps(seats.gap);
  plan_.rounds = true;
  frame_.direction = Direction::benefit;
  frame_.resolution = 1;
  others_enter();
}

void Lowering::win_rate() {
  op::WinRate op{frame_.array, output(), within().groups, left_out(false)};
  op.tolerance = number("tolerance").value_or(0);
  const std::string ties = text("ties", "half");
  op.tie = ties == "win" ? 1 : ties == "loss" ? 0 : 0.5;
  op.ascending = frame_.direction == Direction::cost;
  op.alone = number("alone");
  const ArrayId out = op.out;
  put(std::move(op), out);
  frame_.direction = Direction::benefit;
  others_enter();
}

} // namespace libeval
