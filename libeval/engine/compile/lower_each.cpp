// SPDX-License-Identifier: Apache-2.0
// Steps that work on each value.
#include "engine/compile/lowering.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

namespace libeval {

void Lowering::scale() {
  const Tree& from = *arg("from");
  Operand low = operand(from.list()[0]), high = operand(from.list()[1]);
  Operand to_low{0.0, no_array, {}}, to_high{1.0, no_array, {}};
  if (const Tree* to = arg("to")) {
    to_low = operand(to->list()[0]);
    to_high = operand(to->list()[1]);
  }
  if (low.constant && high.constant && *low.constant == *high.constant) {
    error(from.where, "the goalposts are equal, `" + format_decimal(*low.constant) + "`",
          "a scale needs a worst and a best value");
    return;
  }
  if (text("on") == "log") {
    unary(op::Unary::Kind::log);
    for (Operand* post : {&low, &high}) {
      if (post->constant && *post->constant <= 0) {
        error(from.where,
              "the goalpost `" + format_decimal(*post->constant) + "` has no logarithm");
        return;
      }
      if (post->constant) {
        post->constant = std::log(*post->constant);
      } else {
        const ArrayId logged = output();
        add(plan_, op::Unary{post->array, logged, op::Unary::Kind::log, 0}, step_.name);
        post->array = logged;
      }
    }
  }
  // Goalposts run from worst to best; ascending ones of a cost run the other way round.
  if (frame_.direction == Direction::cost && low.constant && high.constant &&
      *low.constant < *high.constant)
    std::swap(low, high);
  using Kind = op::Binary::Kind;
  const bool plain_to = to_low.constant && to_high.constant;
  if (frame_.direction == Direction::cost && !(low.constant && high.constant)) {
    // Cell by cell, the larger post of a cost is the worst one.
    const ArrayId a = array_of(low), b = array_of(high), worst = output(), best = output();
    add(plan_, op::Binary{a, b, worst, op::Binary::Kind::max}, step_.name);
    add(plan_, op::Binary{a, b, best, op::Binary::Kind::min}, step_.name);
    low = {std::nullopt, worst, low.gap};
    high = {std::nullopt, best, high.gap};
  }
  if (low.constant && high.constant) {
    affine(1, -*low.constant);
    const double width = exact_difference(*high.constant, *low.constant);
    const ArrayId out = output();
    put(op::Divide{frame_.array, out, width}, out);
  } else {
    const ArrayId width = output();
    const ArrayId low_array = array_of(low), high_array = array_of(high);
    add(plan_, op::Binary{high_array, low_array, width, Kind::subtract}, step_.name);
    binary(Kind::subtract, {std::nullopt, low_array, low.gap});
    binary(Kind::divide, {std::nullopt, width, high.gap});
  }
  if (flag("clamp")) {
    binary(Kind::min, {1.0, no_array, {}});
    binary(Kind::max, {0.0, no_array, {}});
  }
  if (plain_to) {
    if (*to_low.constant != 0 || *to_high.constant != 1)
      affine(exact_difference(*to_high.constant, *to_low.constant), *to_low.constant);
  } else {
    const ArrayId a = array_of(to_low), b = array_of(to_high), width = output();
    add(plan_, op::Binary{b, a, width, Kind::subtract}, step_.name);
    binary(Kind::multiply, {std::nullopt, width, to_high.gap});
    binary(Kind::add, {std::nullopt, a, to_low.gap});
  }
  frame_.direction =
      plain_to && *to_low.constant > *to_high.constant ? Direction::cost : Direction::benefit;
  if (frame_.direction == Direction::cost)
    warn_of_falling(*arg("to"), "`from: [20, 0], to: [0, 100]`");
}

void Lowering::warn_of_falling(const Tree& to, const std::string& other) {
  compiler_.context.diagnostics.warning(
      to.where, "`to` falls, so that the smaller result is the better one",
      "where the larger one is the better, write " + other +
          "; where smaller is meant, let `to` rise and say `{direction: cost}` as the next step");
}

void Lowering::ratio() {
  using Kind = op::Binary::Kind;
  if (arg("of") != nullptr) {
    Param column;
    column.kind = Param::Kind::column;
    column.column = text("of");
    column.where = arg("of")->where;
    const Operand numerator = operand(column);
    if (numerator.array == no_array)
      return;
    frame_.array = numerator.array;
    take_gaps(numerator.gap);
  }
  const Tree& to = *arg("to");
  bool inverse = flag("inverse");
  Operand by;
  bool positive = false;
  const std::string word = to.is_text() ? to.text() : "";
  const std::map<std::string, Reducer> statistics = {
      {"max", Reducer::max},       {"min", Reducer::min}, {"mean", Reducer::mean},
      {"median", Reducer::median}, {"sum", Reducer::sum}, {"norm", Reducer::norm}};
  std::optional<Reducer> statistic;
  if (const auto at = statistics.find(word); at != statistics.end())
    statistic = at->second;
  if (word == "best" || word == "worst")
    statistic =
        (word == "best") == (frame_.direction == Direction::benefit) ? Reducer::max : Reducer::min;
  const bool best_of_cost = word == "best" && frame_.direction == Direction::cost;
  if (statistic) {
    by.array = per_group(within(), {*statistic, 0, {}}, reference_mask());
    others_enter();
    positive = true;
    inverse = inverse != best_of_cost;
  } else if (to.is_map() && to.find("candidate") != nullptr) {
    const std::string id = to.find("candidate")->scalar().value_or("");
    const std::uint32_t who = compiler_.context.names.candidate(id);
    if (who == npos) {
      error(to.where, "there is no candidate `" + id + "`");
      return;
    }
    const Grouping groups = within();
    const Dimension* candidate = frame_.find("candidate");
    Codes cell_of_group(groups.groups->count(), npos), index(frame_.cells, 0);
    for (std::size_t i = 0; candidate != nullptr && i < frame_.cells; ++i)
      if ((*candidate->codes)[i] == who && !frame_.is_gap(i))
        cell_of_group[groups.of(i)] = static_cast<std::uint32_t>(i);
    by.gap.assign(frame_.cells, 0);
    for (std::size_t i = 0; i < frame_.cells; ++i) {
      const std::uint32_t cell = cell_of_group[groups.of(i)];
      by.gap[i] = cell == npos ? 1 : 0;
      index[i] = cell == npos ? 0 : cell;
    }
    by.array = output();
    add(plan_, op::Gather{frame_.array, by.array, shared_codes(std::move(index))}, step_.name);
    others_enter();
  } else {
    if (const Tree* groups = arg("within"))
      error(groups->where,
            "`within` says nothing here: it goes with `best`, `max`, `sum` and the like",
            "delete it");
    by = operand(to);
    if (!by.constant && by.array == no_array)
      return;
    if (by.constant && *by.constant == 0) {
      if (to.is_number()) // else the parameter has told what is wrong with it
        error(to.where, "a ratio to zero");
      frame_.array = no_array;
      return;
    }
  }
  if (by.constant && !inverse) {
    const ArrayId out = output();
    put(op::Divide{frame_.array, out, *by.constant}, out);
  } else if (const auto otherwise = number("else")) {
    // Where the divisor is 0 it becomes 1, and the quotient what `else` says.
    const ArrayId divisor = inverse ? frame_.array : by.array, zero = constant_array(0);
    const ArrayId none = output(), some = output(), safe = output(), instead = output();
    add(plan_, op::Compare{divisor, zero, none, 0, 0, 1, 0}, step_.name);
    add(plan_, op::Compare{divisor, zero, some, 0, 1, 0, 1}, step_.name);
    add(plan_, op::Binary{divisor, none, safe, Kind::add}, step_.name);
    add(plan_, op::Affine{none, instead, *otherwise, 0}, step_.name);
    (inverse ? frame_.array : by.array) = safe;
    binary(Kind::divide, by, inverse, positive);
    binary(Kind::multiply, {std::nullopt, some, {}});
    binary(Kind::add, {std::nullopt, instead, {}});
  } else {
    binary(Kind::divide, by, inverse, positive);
  }
  if (inverse || (by.constant && *by.constant < 0))
    frame_.direction = turned(frame_.direction);
}

void Lowering::arithmetic(op::Binary::Kind kind, const char* argument) {
  using Kind = op::Binary::Kind;
  const Operand with = operand(*arg(argument));
  if (!with.constant && with.array == no_array)
    return;
  const Direction before = frame_.direction;
  if (with.constant && kind == Kind::add)
    affine(1, *with.constant);
  else if (with.constant && kind == Kind::subtract)
    affine(1, -*with.constant);
  else if (with.constant && kind == Kind::multiply)
    affine(*with.constant, 0);
  else
    binary(kind, with);
  frame_.direction =
      with.constant && *with.constant < 0 && (kind == Kind::multiply || kind == Kind::power)
          ? turned(before)
          : before;
}

void Lowering::replace() {
  const Operand with = operand(*arg("by"));
  const ArrayId array = array_of(with);
  frame_.gap = with.gap;
  frame_.category = nullptr;
  frame_.array = array;
  frame_.raw = nullptr;
}

void Lowering::unary(op::Unary::Kind kind) {
  double base = 0;
  if (kind == op::Unary::Kind::log && step_.name == "log")
    base = number("base").value_or(0);
  if (base == 1) {
    error(arg("base")->where, "a logarithm to the base `1`");
    return;
  }
  if (kind == op::Unary::Kind::log && frame_.any_gap()) {
    Codes cells;
    for (std::size_t i = 0; i < frame_.cells; ++i)
      if (frame_.is_gap(i))
        cells.push_back(static_cast<std::uint32_t>(i));
    const ArrayId harmless = output();
    put(op::Fill{frame_.array, harmless, std::move(cells), no_array, 1}, harmless);
  }
  const ArrayId out = output();
  put(op::Unary{frame_.array, out, kind, base}, out);
}

void Lowering::round() {
  const Rounding rounding = read_rounding(step_.args);
  // Written alone, `round: 2` stands where its arguments do.
  if (const Tree* to = arg("to"); to != nullptr && to->where.line == step_.args.where.line &&
                                  to->where.column == step_.args.where.column && rounding.to &&
                                  *rounding.to >= 2 && *rounding.to < 10 &&
                                  std::floor(*rounding.to) == *rounding.to) {
    const std::string n = format_decimal(*rounding.to);
    compiler_.context.diagnostics.warning(
        to->where, "`round: " + n + "` gives multiples of " + n + ", not " + n + " decimals",
        "`{round: {digits: " + n + "}}` gives decimals; `{round: {to: " + n +
            "}}` says that multiples are meant");
  }
  if (arg("cumulative") == nullptr) {
    lower_rounding(compiler_, frame_, rounding, step_.name);
    return;
  }
  const std::string along = text("cumulative");
  if (!key_codes(along, arg("cumulative")->where))
    return;
  std::vector<Index> keys;
  for (const Dimension& d : frame_.dimensions)
    if (d.name != along)
      keys.push_back(d.codes);
  const double step =
      rounding.to.value_or(rounding.digits ? std::pow(10.0, -*rounding.digits) : 1.0);
  op::Round round{frame_.array,
                  output(),
                  step,
                  0,
                  kernel::RoundMode::half_up,
                  group_cells(keys, frame_.cells).groups};
  const ArrayId out = round.out;
  put(std::move(round), out);
  frame_.resolution = step;
  plan_.rounds = true;
}

void Lowering::direction() {
  frame_.direction = text("is") == "cost" ? Direction::cost : Direction::benefit;
}

} // namespace libeval
