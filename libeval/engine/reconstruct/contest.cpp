// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/contest.hpp"
#include "engine/reconstruct/unpublished.hpp"
#include "engine/select/bound.hpp"

#include <algorithm>

namespace libeval {
namespace {

class ContestReader {
public:
  ContestReader(const Context& context, const Knowledge& knowledge)
      : context_(context), k_(knowledge) {}

  Contest read() {
    const auto& select = context_.stage.select;
    const auto first = std::ranges::find_if(select, [](const SelectStep& step) {
      return std::holds_alternative<select::Take>(step.what);
    });
    out_.first_take = static_cast<std::size_t>(first - select.begin());
    if (k_.node("total") != nobody)
      out_.keys = {key_of("total", std::nullopt)};
    for (const SelectStep& step : select)
      if (const auto* ties = std::get_if<select::Ties>(&step.what))
        ties_ = ties->rule; // wherever it stands
    for (std::size_t i = 0; i < select.size(); ++i)
      std::visit([&](const auto& step) { read(step, i); }, select[i].what);
    if (first == select.end()) // who says nothing fills the places
      add_line({select.size(), stage_places().value_or(k_.entrants.size()), true, false, ties_});
    takes_in_order(false);
    if (out_.keys.empty())
      out_.keys.emplace_back(k_.entrants.size()); // all level
    return std::move(out_);
  }

private:
  void unread(const std::string& what) { out_.cannot_read(what); }

  void add_line(const Line& line) {
    const std::size_t before = out_.reach.empty() ? 0 : out_.reach.back();
    out_.reach.push_back(line.until ? std::max(before, line.count) : before + line.count);
    out_.lines.push_back(line);
    out_.takes += line.reserve ? 0 : 1;
    out_.moves = out_.moves || put_out_;
  }

  void read(const select::Policy& s, std::size_t) {
    may_put_out();
    for (const PolicyFile& policy : context_.bundle.policies)
      for (const Rule& rule : policy.rules)
        if (policy.file == s.file &&
            (s.rules.empty() || std::ranges::find(s.rules, rule.id.str()) != s.rules.end()))
          read(rule);
  }

  void read(const Rule& rule) {
    if (rule.consequence == Rule::Consequence::deduct)
      out_.by_comparison = false;
    for (const Condition& condition : rule.formula) {
      if (condition.kind != Condition::Kind::score)
        continue;
      const std::size_t node = k_.node(condition.name);
      ask_for(condition.name);
      ask_for(node, condition.bound);
      if (node == nobody || k_.nodes[node].unknown)
        unread("a policy that asks for a score");
    }
  }

  void read(const select::Withdraw&, std::size_t) { may_put_out(); }
  void read(const select::Ties&, std::size_t) {}
  void read(const select::Group& s, std::size_t i) { not_read(i, s.from.empty()); }
  void read(const select::Regroup&, std::size_t i) { not_read(i, true); }
  void read(const select::Quota&, std::size_t i) { not_read(i, true); }
  template <class Other>
  void read(const Other&, std::size_t i) {
    not_read(i, false);
  }

  void not_read(std::size_t i, bool by_what_is_known) {
    unread("`" + context_.stage.select[i].name + "`");
    out_.by_what_is_known = out_.by_what_is_known && by_what_is_known;
  }

  void ask_for(const std::string& node) {
    const std::size_t at = k_.node(node);
    out_.asks_for_all = out_.asks_for_all || at == nobody;
    if (at != nobody)
      out_.asks_for.push_back(at);
  }

  void ask_for(std::size_t node, const Bound& bound) {
    const auto limit = node == nobody ? std::nullopt : limit_of(node, bound);
    if (!limit) {
      out_.by_comparison = false;
      return;
    }
    using Kind = Bound::Kind;
    const Fraction sign(bound.kind == Kind::at_least || bound.kind == Kind::above ? 1 : -1);
    AskedBound asked;
    asked.strict = bound.kind == Kind::above || bound.kind == Kind::below;
    for (const Linear& score : k_.scores[node])
      asked.over.push_back((score - Linear(*limit)) * sign);
    out_.bounds.push_back(std::move(asked));
  }

  /// A bound as a number; none where it is a share of points that there are not.
  [[nodiscard]] std::optional<Fraction> limit_of(std::size_t node, const Bound& bound) const {
    if (!bound.share)
      return fraction_of(bound.number);
    const auto whole = whole_of(*bound.share, k_.nodes[node].points);
    if (!whole)
      return std::nullopt;
    return fraction_of(bound.share->part) * fraction_of(*whole) / fraction_of(bound.share->whole);
  }

  /// Parts alone are compared in turn; beside other keys, whose say is not looked into, each by
  /// itself.
  void compare_by(const std::vector<OrderKey>& keys) {
    using Kind = OrderKey::Kind;
    Keys of_parts;
    for (const OrderKey& key : keys) {
      const std::size_t node = key.kind == Kind::part ? k_.node(key.name) : nobody;
      const bool read = node != nobody || key.kind == Kind::attribute || key.kind == Kind::lot ||
                        key.kind == Kind::decision;
      out_.by_comparison = out_.by_comparison && read && !key.tolerance && !key.among_tied &&
                           key.keys.empty() && key.ties_at_least == 0 &&
                           key.ties_at_most == SIZE_MAX;
      if (node != nobody)
        of_parts.push_back(key_of(key.name, key.direction));
    }
    if (of_parts.size() == keys.size())
      out_.orders.push_back(std::move(of_parts));
    else
      for (std::vector<Linear>& key : of_parts)
        out_.orders.push_back({std::move(key)});
  }

  void ask_for(const OrderKey& key) {
    using Kind = OrderKey::Kind;
    out_.asks_for_all = out_.asks_for_all || key.among_tied || key.kind == Kind::measure ||
                        key.kind == Kind::count_back;
    if (key.kind == Kind::part)
      ask_for(key.name);
    for (const OrderKey& inner : key.keys)
      ask_for(inner);
  }

  /// By the total where no order was said.
  void takes_in_order(bool by_total) {
    if ((by_total || !ordered_) && k_.node("total") != nobody && !by_total_) {
      by_total_ = true;
      ask_for("total");
      out_.orders.push_back({key_of("total", std::nullopt)});
    }
  }

  void may_put_out() { put_out_ = put_out_ || !out_.lines.empty(); }

  void read(const select::Reserve& s, std::size_t i) {
    takes_in_order(false);
    if (out_.lines.empty())
      return unread("`reserve` before `take`");
    add_line({i, s.first, false, true, ties_});
  }

  void read(const select::Order& s, std::size_t i) {
    ordered_ = true;
    for (const OrderKey& key : s.keys) {
      out_.by_what_is_known = out_.by_what_is_known && !names_unpublished(key);
      ask_for(key);
    }
    compare_by(s.keys);
    if (i > out_.first_take)
      return unread("an `order` after `take`");
    out_.keys.clear();
    for (const OrderKey& key : s.keys) {
      if (key.tolerance)
        return unread("a tolerance of the order");
      const std::size_t node = key.kind == OrderKey::Kind::part ? k_.node(key.name) : nobody;
      if (node == nobody) {
        if (names_unpublished(key))
          return unread("an order by unpublished evidence");
        if (out_.keys.empty())
          return unread("an order that does not begin with a part");
        out_.keys_left = true; // what comes later cannot be told from scores
        return;
      }
      out_.keys.push_back(key_of(key.name, key.direction));
    }
  }

  void read(const select::Require& s, std::size_t i) {
    may_put_out();
    ask_for(s.what);
    UnknownHurdle hurdle;
    hurdle.step = i;
    hurdle.early = i < out_.first_take;
    if (!names_unpublished(s.what)) {
      if (s.what.kind != OrderKey::Kind::part)
        return;
      hurdle.node = k_.node(s.what.name);
      if (hurdle.node == nobody || !k_.nodes[hurdle.node].unknown || !s.bound)
        return;
      const auto limit = limit_of(hurdle.node, *s.bound);
      if (!limit)
        return; // told when the selection is decided
      hurdle.bound = s.bound;
      hurdle.limit = *limit;
      ask_for(hurdle.node, *s.bound);
    }
    if (s.otherwise == select::Require::Otherwise::hold)
      return unread("a hurdle that holds");
    out_.by_what_is_known = out_.by_what_is_known && hurdle.node != nobody;
    out_.hurdles.push_back(hurdle);
  }

  void read(const select::Take& s, std::size_t i) {
    using Kind = select::Take::Kind;
    out_.by_what_is_known =
        out_.by_what_is_known && s.by.empty() && (s.kind != Kind::budget || is_known(s.cost));
    takes_in_order(s.rest && s.by.empty());
    if (s.kind == Kind::bound || s.kind == Kind::bands)
      ask_for(s.part);
    if (s.kind == Kind::bound)
      ask_for(k_.node(s.part), s.bound);
    for (const select::Band& band : s.bands)
      if (band.bound)
        ask_for(k_.node(s.part), *band.bound);
    if (!s.filter.empty() || !s.by.empty() || s.rest || !s.per_pool.empty())
      return unread("a `take` with `where`, `by`, `of` or pools");
    if (s.kind != Kind::first && s.kind != Kind::until)
      return unread("a `take` that is not by number");
    if (out_.takes < out_.lines.size())
      return unread("a `take` after `reserve`");
    std::optional<std::size_t> count = s.count;
    if (!count && s.kind == Kind::until)
      count = stage_places();
    if (!count)
      count = k_.entrants.size(); // all
    add_line({i, *count, s.kind == Kind::until, false, s.ties.value_or(ties_)});
  }

  /// Whether a cost is no score, nor anything that nobody published.
  [[nodiscard]] bool is_known(const std::optional<Param>& cost) const {
    if (!cost || !cost->measure)
      return true;
    const Source::Kind kind = cost->measure->source.kind;
    return kind != Source::Kind::part && kind != Source::Kind::measure &&
           !is_unpublished(context_.bundle, context_.stage, *cost->measure);
  }

  [[nodiscard]] std::optional<std::size_t> stage_places() const {
    const Places& places = context_.stage.places;
    if (places.unlimited())
      return std::nullopt;
    std::size_t count = places.count.value_or(0);
    if (const auto at = context_.earlier.find(places.vacancies_of); at != context_.earlier.end())
      count += places.times * at->second->vacancies.value_or(0);
    return count;
  }

  [[nodiscard]] bool names_unpublished(const OrderKey& key) const {
    if (key.measure)
      return is_unpublished(context_.bundle, context_.stage, *key.measure);
    const auto named = std::ranges::find(context_.stage.measures, key.name, &Measure::name);
    if (named != context_.stage.measures.end())
      return is_unpublished(context_.bundle, context_.stage, *named);
    return std::ranges::any_of(key.keys,
                               [&](const OrderKey& inner) { return names_unpublished(inner); });
  }

  [[nodiscard]] std::vector<Linear> key_of(const std::string& name,
                                           std::optional<Direction> direction) const {
    const std::size_t node = k_.node(name);
    std::vector<Linear> out;
    for (std::size_t e = 0; e < k_.entrants.size(); ++e)
      out.push_back(!direction                      ? k_.good(node, e)
                    : *direction == Direction::cost ? k_.scores[node][e] * Fraction(-1)
                                                    : k_.scores[node][e]);
    return out;
  }

  const Context& context_;
  const Knowledge& k_;
  Contest out_;
  TieRuling ties_ = TieRuling::hold; ///< of takes that do not say it themselves
  bool ordered_ = false;             ///< by an `order`
  bool by_total_ = false;            ///< the total is compared where there was none
  bool put_out_ = false;             ///< somebody may have been put out since the first line
};

} // namespace

std::size_t Contest::segment(std::int64_t ahead) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      reach, [&](std::size_t line) { return ahead >= static_cast<std::int64_t>(line); }));
}

bool Contest::ties_wait() const {
  return std::any_of(lines.begin(), lines.end() - (lines.empty() ? 0 : 1),
                     [](const Line& line) { return line.holds_ties(); });
}

bool Contest::ties_shift() const {
  return std::any_of(lines.begin(), lines.end() - (lines.empty() ? 0 : 1),
                     [](const Line& line) { return !line.holds_ties(); });
}

Contest read_contest(const Context& context, const Knowledge& knowledge) {
  return ContestReader(context, knowledge).read();
}

} // namespace libeval
