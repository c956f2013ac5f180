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
  if constexpr (requires { o.by == no_array; } && std::is_same_v<O, op::Keep>)
    see(o.by);
  if constexpr (requires { o.values; })
    see(o.values);
  if constexpr (requires { o.then; })
    for (const auto& [key, ascending] : o.then)
      see(key);
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

/// Each element of `to` comes from elements of the same candidate in `from`.
static bool own(const ArrayNote& from, const ArrayNote& to, const op::Gather& gather) {
  if (!from.candidates || !to.candidates)
    return !from.candidates && !to.candidates;
  for (std::size_t i = 0; i < gather.index->size(); ++i)
    if ((*to.candidates)[i] != (*from.candidates)[(*gather.index)[i]])
      return false;
  return true;
}

/// Whether an operation mixes the values of several candidates.
template <class O>
static bool mixes(const Plan& plan, const O& o) {
  if constexpr (std::is_same_v<O, op::Gather>)
    return !own(plan.arrays[o.in], plan.arrays[o.out], o);
  else if constexpr (std::is_same_v<O, op::Reduce>)
    return !plan.arrays[o.out].candidates;
  else if constexpr (std::is_same_v<O, op::Lookup>)
    return o.split != nullptr;
  else if constexpr (std::is_same_v<O, op::Round>)
    return o.cumulative != nullptr;
  else
    return std::is_same_v<O, op::Normalize> || std::is_same_v<O, op::Rank> ||
           std::is_same_v<O, op::WinRate> || std::is_same_v<O, op::FlagFirst> ||
           std::is_same_v<O, op::Model> || std::is_same_v<O, op::Severity> ||
           std::is_same_v<O, op::Weigh> || std::is_same_v<O, op::Votes> ||
           std::is_same_v<O, op::Apportion>;
}

bool reaches_others(const Plan& plan, std::size_t op) {
  if (std::visit([&](const auto& o) { return mixes(plan, o); }, plan.ops[op]))
    return true;
  std::vector<std::uint8_t> touched(plan.arrays.size(), 0);
  touched[std::visit([](const auto& o) { return o.out; }, plan.ops[op])] = 1;
  for (std::size_t at = op + 1; at < plan.ops.size(); ++at) {
    const bool crosses = std::visit(
        [&](const auto& o) {
          bool reads = false;
          inputs(o, [&](ArrayId id) { reads = reads || (id != no_array && touched[id] != 0); });
          if (reads)
            touched[o.out] = 1;
          return reads && mixes(plan, o);
        },
        plan.ops[at]);
    if (crosses)
      return true;
  }
  return false;
}

} // namespace libeval
