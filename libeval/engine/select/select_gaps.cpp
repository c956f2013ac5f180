// SPDX-License-Identifier: Apache-2.0
// Where it is enough to try a missing number as better and as worse than anything.
#include "engine/select/selector.hpp"

#include <algorithm>

namespace libeval {

bool by_itself(const std::vector<OrderKey>& keys) {
  return std::ranges::none_of(keys, [](const OrderKey& key) {
    return key.among_tied || key.kind == OrderKey::Kind::block;
  });
}

/// Whether a better score never does worse by the bound.
bool Selector::rises(const Bound& bound, const OrderKey& what) const {
  const NodeScores* node =
      what.kind == OrderKey::Kind::part && !what.measure ? book_.node(what.name) : nullptr;
  const bool from_below = bound.kind == Bound::Kind::at_least || bound.kind == Bound::Kind::above;
  return node != nullptr &&
         from_below == (what.direction.value_or(node->direction) == Direction::benefit);
}

/// Whether who goes on, and who is in reserve, follows from how many who may be taken come before
/// one, whatever they are: plain takes of so many and reserves, in one order, with nothing that
/// puts anybody out once the first has taken.
bool Selector::place_decides() const {
  using Kind = select::Take::Kind;
  bool taken = false;
  return std::ranges::all_of(context_.stage.select, [&](const SelectStep& step) {
    if (const auto* take = std::get_if<select::Take>(&step.what)) {
      taken = true;
      return (take->kind == Kind::until || take->kind == Kind::first) && take->per_pool.empty() &&
             !take->rest && take->filter.empty() && take->by.empty() &&
             take->ties.value_or(ties_) == TieRuling::hold;
    }
    if (const auto* order = std::get_if<select::Order>(&step.what))
      return !taken && by_itself(order->keys);
    if (const auto* require = std::get_if<select::Require>(&step.what))
      return !taken && (!require->bound || rises(*require->bound, require->what));
    if (std::holds_alternative<select::Policy>(step.what) ||
        std::holds_alternative<select::Withdraw>(step.what))
      return !taken;
    return std::holds_alternative<select::Reserve>(step.what) ||
           std::holds_alternative<select::Ties>(step.what);
  });
}

/// Where one step takes, up to one line and by one order, or where the place decides, a better
/// number never harms whom it belongs to and never helps anybody else: what is the same at both
/// ends is the same in between.
bool Selector::ends_decide() const {
  using Kind = select::Take::Kind;
  if (!open_.jointly && place_decides())
    return true;
  std::size_t lines = 0;
  const auto one_line = [&](const select::Take& take) {
    OrderKey part;
    part.name = take.part;
    const bool bounded =
        take.kind == Kind::bound ? !take.share && rises(take.bound, part)
        : take.kind == Kind::bands
            ? std::ranges::all_of(take.bands,
                                  [&](const select::Band& band) {
                                    return !band.bound || rises(*band.bound, part);
                                  }) &&
                  std::ranges::is_partitioned(take.bands,
                                              [&](const select::Band& band) {
                                                return std::ranges::find(take.advance, band.name) !=
                                                       take.advance.end();
                                              })
            : take.kind == Kind::until || take.kind == Kind::first;
    lines += take.kind == Kind::bands && take.advance.empty() ? 0 : 1;
    return bounded && !take.rest && take.filter.empty() && by_itself(take.by);
  };
  const bool simple = std::ranges::all_of(context_.stage.select, [&](const SelectStep& step) {
    if (const auto* take = std::get_if<select::Take>(&step.what))
      return one_line(*take);
    if (const auto* order = std::get_if<select::Order>(&step.what))
      return by_itself(order->keys);
    if (const auto* require = std::get_if<select::Require>(&step.what))
      return !require->bound || rises(*require->bound, require->what);
    if (const auto* grant = std::get_if<select::Grant>(&step.what))
      return grant->decision.has_value();
    return std::holds_alternative<select::Policy>(step.what) ||
           std::holds_alternative<select::Withdraw>(step.what) ||
           std::holds_alternative<select::Ties>(step.what);
  });
  return simple && lines <= 1;
}

} // namespace libeval
