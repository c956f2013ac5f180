// SPDX-License-Identifier: Apache-2.0
#include "engine/compile/plan.hpp"

#include <algorithm>
#include <type_traits>

namespace libeval {

/// Calls `see` with every array that an operation reads.
template <class O, class See>
static void inputs(const O& o, See&& see) {
  if constexpr (requires { o.in.begin(); })
    std::ranges::for_each(o.in, see);
  else if constexpr (requires { o.in; })
    see(o.in);
  if constexpr (requires {
                  o.a;
                  o.b;
                }) {
    see(o.a);
    see(o.b);
  }
  if constexpr (requires { o.weights == no_array; })
    see(o.weights);
  if constexpr (requires { o.mask; })
    see(o.mask);
  if constexpr (std::is_same_v<O, op::Keep>)
    for (const ArrayId id : {o.by, o.best, o.highest, o.lowest})
      see(id);
  if constexpr (requires { o.values; })
    see(o.values);
  if constexpr (requires { o.then; })
    for (const auto& key : o.then)
      see(key.array);
  if constexpr (requires { o.seats; })
    see(o.seats);
  if constexpr (requires { o.held; })
    see(o.held);
  if constexpr (requires { o.chosen_by; })
    see(o.chosen_by);
  if constexpr (requires { o.start; })
    see(o.start);
  if constexpr (requires { o.covariates; })
    std::ranges::for_each(o.covariates, see);
}

std::vector<ArrayId> inputs_of(const Op& op) {
  std::vector<ArrayId> out;
  std::visit(
      [&](const auto& o) {
        inputs(o, [&](ArrayId id) {
          if (id != no_array)
            out.push_back(id);
        });
      },
      op);
  return out;
}

Plan up_to(const Plan& plan, ArrayId array) {
  std::vector<std::uint8_t> needed(plan.arrays.size(), 0);
  needed[array] = 1;
  std::vector<std::size_t> ops;
  for (std::size_t at = plan.ops.size(); at-- > 0;)
    if (needed[std::visit([](const auto& o) { return o.out; }, plan.ops[at])] != 0) {
      ops.push_back(at);
      for (const ArrayId in : inputs_of(plan.ops[at]))
        needed[in] = 1;
    }
  Plan out;
  out.arrays = plan.arrays;
  out.rounds = plan.rounds;
  std::ranges::reverse(ops);
  for (const std::size_t at : ops) {
    out.ops.push_back(plan.ops[at]);
    out.words.push_back(plan.words[at]);
  }
  return out;
}

static bool can_fail(const op::Unary& o) {
  return o.kind == op::Unary::Kind::log || o.kind == op::Unary::Kind::exp;
}
static bool can_fail(const op::Binary& o) {
  return o.kind == op::Binary::Kind::divide || o.kind == op::Binary::Kind::power;
}
static bool can_fail(const op::Lookup& o) {
  return !o.otherwise && !o.keep;
}
static bool can_fail(const op::Keep& o) {
  return !o.short_is_fine;
}
static bool can_fail(const op::Normalize& o) {
  return !o.constant;
}
static bool can_fail(const op::WinRate& o) {
  return !o.alone;
}

bool may_be_undefined(const Op& op) {
  return std::visit(
      [](const auto& o) {
        using O = std::decay_t<decltype(o)>;
        if constexpr (requires { can_fail(o); })
          return can_fail(o);
        else
          return std::is_same_v<O, op::Reduce> || std::is_same_v<O, op::Rank> ||
                 std::is_same_v<O, op::Apportion> || std::is_same_v<O, op::Model> ||
                 std::is_same_v<O, op::Severity> || std::is_same_v<O, op::Weigh> ||
                 std::is_same_v<O, op::Votes>;
      },
      op);
}

} // namespace libeval
