// SPDX-License-Identifier: Apache-2.0
#include "differential/plain.hpp"

#include "support/every_way.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace libeval::test::plain {
namespace {

using Group = std::vector<std::map<Key, std::optional<Rational>>::iterator>;

/// Cells that agree in the dimensions `within`.
std::map<Key, Group> groups_of(Cells& cells, const std::vector<std::string>& within) {
  std::map<Key, Group> out;
  for (auto i = cells.at.begin(); i != cells.at.end(); ++i) {
    Key key;
    for (const std::string& name : within)
      key.push_back(i->first[cells.dim(name)]);
    out[key].push_back(i);
  }
  return out;
}

bool enters(const Cells& cells, const Group::value_type& cell) {
  return cells.entrants.contains(cell->first[0]);
}

/// The numbers that define a group. A gap of an entrant there holds everybody: not compared.
std::vector<Rational> numbers_of(const Cells& cells, const Group& group, bool all) {
  std::vector<Rational> out;
  for (const auto& cell : group) {
    if (!all && !enters(cells, cell))
      continue;
    if (!cell->second)
      throw Unspecified{};
    out.push_back(*cell->second);
  }
  if (out.empty())
    throw Unspecified{};
  if (!cells.exact) { // after a root nobody can tell here whether two near numbers are equal
    std::vector<Rational> sorted = out;
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t i = 1; i < sorted.size(); ++i)
      if (sorted[i] - sorted[i - 1] < Rational(1, 1000000000))
        throw Unspecified{};
  }
  return out;
}

Rational sum_of(const std::vector<Rational>& x) {
  return std::accumulate(x.begin(), x.end(), Rational(0));
}

Rational median_of(std::vector<Rational> x) {
  std::sort(x.begin(), x.end());
  const std::size_t n = x.size();
  return n % 2 == 1 ? x[n / 2] : Rational((x[n / 2 - 1] + x[n / 2]) / 2);
}

Rational statistic_of(Statistic statistic, const std::vector<Rational>& x) {
  switch (statistic) {
  case Statistic::sum:
    return sum_of(x);
  case Statistic::mean:
    return sum_of(x) / static_cast<long>(x.size());
  case Statistic::median:
    return median_of(x);
  case Statistic::min:
    return *std::min_element(x.begin(), x.end());
  case Statistic::max:
    return *std::max_element(x.begin(), x.end());
  }
  throw Unspecified{};
}

bool better(const Cells& cells, const Rational& a, const Rational& b) {
  return cells.cost ? a < b : a > b;
}

/// Replaces the cells by one for each group over the other dimensions.
void collapse(Cells& cells, const std::vector<std::string>& over,
              const std::function<std::optional<Rational>(const Group&)>& f) {
  std::vector<std::string> kept;
  for (const std::string& dim : cells.dims)
    if (std::find(over.begin(), over.end(), dim) == over.end())
      kept.push_back(dim);
  std::map<Key, std::optional<Rational>> out;
  for (const auto& [key, group] : groups_of(cells, kept))
    out[key] = f(group);
  cells.dims = kept;
  cells.at = std::move(out);
}

bool any_gap(const Group& group) {
  return std::any_of(group.begin(), group.end(), [](const auto& cell) { return !cell->second; });
}

/// Each list of cells over a dimension, without its gaps told: a gap among an entrant's cells makes
/// setting aside a guess.
template <class F>
void each_list(Cells& cells, const std::string& over, const F& f) {
  std::vector<std::string> kept;
  for (const std::string& dim : cells.dims)
    if (dim != over)
      kept.push_back(dim);
  std::vector<Key> gone;
  for (auto& [key, group] : groups_of(cells, kept)) {
    if (any_gap(group))
      continue; // the reduction that follows makes it a gap
    std::stable_sort(group.begin(), group.end(),
                     [](const auto& a, const auto& b) { return *a->second < *b->second; });
    f(group, gone);
  }
  for (const Key& key : gone)
    cells.at.erase(key);
}

} // namespace

std::size_t Cells::dim(const std::string& name) const {
  const auto at = std::find(dims.begin(), dims.end(), name);
  if (at == dims.end())
    throw Unspecified{};
  return static_cast<std::size_t>(at - dims.begin());
}

void add_gaps(Cells& cells, const std::set<std::string>& sparse) {
  std::set<Key> others;
  for (const auto& [key, value] : cells.at)
    if (cells.entrants.contains(key[0]))
      others.insert(Key(key.begin() + 1, key.end()));
  const auto along = [&](const Key& other) {
    Key out;
    for (std::size_t d = 1; d < cells.dims.size(); ++d)
      if (sparse.contains(cells.dims[d]))
        out.push_back(other[d - 1]);
    return out;
  };
  std::set<std::pair<std::string, Key>> has;
  std::set<std::string> present;
  for (const auto& [key, value] : cells.at) {
    present.insert(key[0]);
    has.insert({key[0], along(Key(key.begin() + 1, key.end()))});
  }
  for (const std::string& who : cells.entrants) {
    if (!present.contains(who) && !sparse.empty())
      throw Unspecified{};
    for (const Key& other : others)
      if (has.contains({who, along(other)}) || sparse.empty()) {
        Key key{who};
        key.insert(key.end(), other.begin(), other.end());
        cells.at.try_emplace(key, std::nullopt);
      }
  }
}

void each(Cells& cells, const std::function<Rational(const Rational&)>& f) {
  for (auto& [key, value] : cells.at)
    if (value)
      value = f(*value);
}

void scale(Cells& cells, const Rational& low, const Rational& high, bool clamp) {
  if (low == high)
    throw Unspecified{};
  const bool turned = cells.cost && low < high;
  const Rational worst = turned ? high : low;
  const Rational top = turned ? low : high;
  each(cells, [&](const Rational& x) {
    Rational y = (x - worst) / (top - worst);
    if (clamp)
      y = std::min(Rational(1), std::max(Rational(0), y));
    return y;
  });
  cells.cost = false;
}

void multiply(Cells& cells, const Rational& by) {
  each(cells, [&](const Rational& x) { return Rational(x * by); });
  if (by < 0)
    cells.cost = !cells.cost;
}

Rational round_half(const Rational& x, const Rational& step, const std::string& mode) {
  const Rational steps = x / step;
  const Whole below = floor(steps);
  const Rational rest = steps - Rational(below);
  const Rational half(1, 2);
  bool up = rest > half;
  if (rest == half) {
    if (mode == "half_up")
      up = true;
    else if (mode == "half_down")
      up = false;
    else if (mode == "half_even")
      up = below % 2 != 0;
    else if (mode == "half_away")
      up = steps > 0;
    else if (mode == "half_to_zero")
      up = steps < 0;
  }
  if (mode == "up")
    up = rest > 0;
  if (mode == "down")
    up = false;
  return Rational(up ? below + 1 : below) * step;
}

void missing(Cells& cells, Missing as, const std::vector<std::string>& within) {
  std::vector<Key> gone;
  for (auto& [key, group] : groups_of(cells, within)) {
    std::vector<Rational> standing;
    for (const auto& cell : group)
      if (cell->second && enters(cells, cell))
        standing.push_back(*cell->second);
    for (const auto& cell : group) {
      if (cell->second)
        continue;
      if (as == Missing::drop) {
        gone.push_back(cell->first);
        continue;
      }
      if (as == Missing::zero) {
        cell->second = Rational(0);
        continue;
      }
      if (standing.empty())
        throw Unspecified{};
      const bool low = as == Missing::lowest || (as == Missing::worst && !cells.cost) ||
                       (as == Missing::best && cells.cost);
      cell->second = statistic_of(as == Missing::mean     ? Statistic::mean
                                  : as == Missing::median ? Statistic::median
                                  : low                   ? Statistic::min
                                                          : Statistic::max,
                                  standing);
    }
  }
  for (const Key& key : gone)
    cells.at.erase(key);
}

void rank(Cells& cells, Ties ties, const std::vector<std::string>& within) {
  for (auto& [key, group] : groups_of(cells, within)) {
    const std::vector<Rational> numbers = numbers_of(cells, group, false);
    std::map<const void*, Rational> places;
    for (const auto& cell : group) {
      if (!enters(cells, cell))
        continue;
      long ahead = 0, level = 0;
      std::set<Rational> distinct;
      for (const Rational& other : numbers) {
        if (better(cells, other, *cell->second)) {
          ++ahead;
          distinct.insert(other);
        }
        level += other == *cell->second ? 1 : 0;
      }
      places[&*cell] = ties == Ties::dense        ? Rational(static_cast<long>(distinct.size()) + 1)
                       : ties == Ties::fractional ? Rational(2 * ahead + level + 1, 2)
                       : ties == Ties::last       ? Rational(ahead + level)
                                                  : Rational(ahead + 1);
    }
    for (const auto& cell : group)
      if (enters(cells, cell))
        cell->second = places.at(&*cell);
  }
  std::erase_if(cells.at,
                [&](const auto& cell) { return !cells.entrants.contains(cell.first[0]); });
  cells.cost = true;
}

void minmax(Cells& cells, const Rational& constant, const std::vector<std::string>& within,
            bool all) {
  for (auto& [key, group] : groups_of(cells, within)) {
    const std::vector<Rational> numbers = numbers_of(cells, group, all);
    const Rational low = statistic_of(Statistic::min, numbers);
    const Rational high = statistic_of(Statistic::max, numbers);
    for (const auto& cell : group)
      if (cell->second)
        cell->second = low == high  ? constant
                       : cells.cost ? Rational((high - *cell->second) / (high - low))
                                    : Rational((*cell->second - low) / (high - low));
  }
  cells.cost = false;
}

void zscore(Cells& cells, bool sample, const Rational& constant,
            const std::vector<std::string>& within, bool all) {
  for (auto& [key, group] : groups_of(cells, within)) {
    const std::vector<Rational> numbers = numbers_of(cells, group, all);
    const auto n = static_cast<long>(numbers.size());
    if (n == 1)
      throw Unspecified{};
    const Rational mean = statistic_of(Statistic::mean, numbers);
    Rational squares = 0;
    for (const Rational& x : numbers)
      squares += (x - mean) * (x - mean);
    const Rational variance = squares / (sample ? n - 1 : n);
    const Rational sd(std::sqrt(static_cast<double>(variance)));
    for (const auto& cell : group)
      if (cell->second)
        cell->second = variance == 0 ? constant
                       : cells.cost  ? Rational((mean - *cell->second) / sd)
                                     : Rational((*cell->second - mean) / sd);
  }
  cells.cost = false;
  cells.exact = false;
}

void ratio(Cells& cells, Denominator to, const std::vector<std::string>& within, bool all) {
  for (auto& [key, group] : groups_of(cells, within)) {
    const std::vector<Rational> numbers = numbers_of(cells, group, all);
    const bool inverse = to == Denominator::best && cells.cost;
    const Rational of =
        statistic_of(to == Denominator::best     ? cells.cost ? Statistic::min : Statistic::max
                     : to == Denominator::max    ? Statistic::max
                     : to == Denominator::min    ? Statistic::min
                     : to == Denominator::mean   ? Statistic::mean
                     : to == Denominator::median ? Statistic::median
                                                 : Statistic::sum,
                     numbers);
    if (of <= 0)
      throw Unspecified{};
    for (const auto& cell : group)
      if (cell->second) {
        if (inverse && *cell->second <= 0)
          throw Unspecified{};
        cell->second = inverse ? Rational(of / *cell->second) : Rational(*cell->second / of);
      }
  }
  if (to == Denominator::best)
    cells.cost = false;
}

void flag_first(Cells& cells, bool shared, const std::vector<std::string>& within) {
  for (auto& [key, group] : groups_of(cells, within)) {
    const std::vector<Rational> numbers = numbers_of(cells, group, false);
    const Rational top = statistic_of(cells.cost ? Statistic::min : Statistic::max, numbers);
    const auto first = std::count(numbers.begin(), numbers.end(), top);
    for (const auto& cell : group)
      if (cell->second)
        cell->second = *cell->second == top && (shared || first == 1) ? 1 : 0;
  }
  cells.cost = false;
}

void win_rate(Cells& cells, const std::vector<std::string>& within) {
  for (auto& [key, group] : groups_of(cells, within)) {
    const std::vector<Rational> numbers = numbers_of(cells, group, false);
    if (numbers.size() < 2)
      throw Unspecified{};
    std::map<const void*, Rational> rates;
    for (const auto& cell : group) {
      if (!enters(cells, cell))
        continue;
      Rational halves = -1; // level with itself
      for (const Rational& other : numbers)
        halves += better(cells, *cell->second, other) ? 2 : other == *cell->second ? 1 : 0;
      rates[&*cell] = halves / (2 * (static_cast<long>(numbers.size()) - 1));
    }
    for (const auto& cell : group)
      if (enters(cells, cell))
        cell->second = rates.at(&*cell);
  }
  std::erase_if(cells.at,
                [&](const auto& cell) { return !cells.entrants.contains(cell.first[0]); });
  cells.cost = false;
}

void reduce(Cells& cells, Statistic statistic, const std::vector<std::string>& over) {
  collapse(cells, over, [&](const Group& group) -> std::optional<Rational> {
    std::vector<Rational> numbers;
    for (const auto& cell : group) {
      if (!cell->second)
        return std::nullopt;
      numbers.push_back(*cell->second);
    }
    return statistic_of(statistic, numbers);
  });
}

void weighted(Cells& cells, bool mean, const std::string& over,
              const std::map<std::string, Rational>& weights) {
  const std::size_t dim = cells.dim(over);
  collapse(cells, {over}, [&](const Group& group) -> std::optional<Rational> {
    Rational sum = 0, weight = 0;
    for (const auto& cell : group) {
      if (!cell->second)
        return std::nullopt;
      const Rational& w = weights.at(cell->first[dim]);
      sum += w * *cell->second;
      weight += w;
    }
    if (mean && weight == 0)
      throw Unspecified{};
    return mean ? Rational(sum / weight) : sum;
  });
}

void drop(Cells& cells, const std::string& over, std::size_t highest, std::size_t lowest) {
  each_list(cells, over, [&](const Group& list, std::vector<Key>& gone) {
    if (list.size() <= highest + lowest)
      throw Unspecified{};
    for (std::size_t i = 0; i < list.size(); ++i)
      if (i < lowest || i >= list.size() - highest)
        gone.push_back(list[i]->first);
  });
}

void trim(Cells& cells, const std::string& over, const Rational& share) {
  each_list(cells, over, [&](const Group& list, std::vector<Key>& gone) {
    const auto out = static_cast<std::size_t>(
        floor(Rational(share * static_cast<long>(list.size()))).convert_to<long>());
    if (list.size() <= 2 * out)
      throw Unspecified{};
    for (std::size_t i = 0; i < list.size(); ++i)
      if (i < out || i >= list.size() - out)
        gone.push_back(list[i]->first);
  });
}

void best(Cells& cells, const std::string& over, std::size_t of, bool at_most) {
  each_list(cells, over, [&](const Group& list, std::vector<Key>& gone) {
    if (list.size() < of && !at_most)
      throw Unspecified{};
    for (std::size_t i = 0; i < list.size(); ++i)
      if (cells.cost ? i >= of : i + of < list.size())
        gone.push_back(list[i]->first);
  });
}

/// With ties under `hold` ended in one way.
static void select_once(std::vector<Entrant>& field, const Selection& rules, EveryWay& ways) {
  std::vector<Entrant*> order;
  for (Entrant& e : field)
    if (rules.policy_before && e.fails)
      e.outcome = "disqualified";
    else
      order.push_back(&e);
  std::stable_sort(order.begin(), order.end(),
                   [](const Entrant* a, const Entrant* b) { return a->keys > b->keys; });
  for (std::size_t i = 0; i < order.size(); ++i)
    order[i]->place = i > 0 && order[i]->keys == order[i - 1]->keys ? order[i - 1]->place : i + 1;
  std::size_t left = rules.places;
  std::map<std::string, std::size_t> taken;
  const auto room = [&](const Entrant* e) {
    return !rules.quota || taken[e->region] < *rules.quota;
  };
  for (std::size_t i = 0; i < order.size() && left > 0;) {
    std::vector<Entrant*> tied;
    const std::size_t place = order[i]->place;
    for (; i < order.size() && order[i]->place == place; ++i)
      if (room(order[i]))
        tied.push_back(order[i]);
    std::map<std::string, std::size_t> members;
    for (const Entrant* e : tied)
      ++members[e->region];
    std::size_t fit = 0;
    for (const auto& [region, n] : members)
      fit += rules.quota ? std::min(n, *rules.quota - taken[region]) : n;
    const bool line = fit > left; // else only the quotas may draw one
    const auto is_drawn = [&](const Entrant* e) {
      return line || (rules.quota && members[e->region] > *rules.quota - taken[e->region]);
    };
    std::vector<Entrant*> drawn;
    for (Entrant* e : tied)
      if (is_drawn(e))
        drawn.push_back(e);
      else
        e->outcome = "advances";
    if (!drawn.empty() && !line && rules.ruling != Ruling::hold)
      throw Unspecified{}; // how a ruling on ties bends a quota
    if (!drawn.empty() && rules.ruling == Ruling::hold) {
      if (rules.quota && drawn.size() > 5)
        throw Unspecified{}; // in how many orders larger ties are tried
      if (!rules.quota) {
        for (Entrant* e : ways.some_of(drawn, left))
          e->outcome = "advances";
        break;
      }
      for (const auto& e : tied)
        if (!is_drawn(e)) {
          ++taken[e->region];
          --left;
        }
      while (!drawn.empty() && left > 0) {
        const auto at = static_cast<std::ptrdiff_t>(ways.pick(drawn.size()));
        Entrant* e = drawn[static_cast<std::size_t>(at)];
        drawn.erase(drawn.begin() + at);
        if (!room(e))
          continue;
        e->outcome = "advances";
        ++taken[e->region];
        --left;
      }
      continue;
    }
    for (Entrant* e : drawn)
      e->outcome = rules.ruling == Ruling::all_advance ? "advances" : "cut";
    for (const auto& [region, n] : members)
      taken[region] += rules.quota ? std::min(n, *rules.quota - taken[region]) : n;
    left -= std::min(fit, left);
  }
  std::size_t next = rules.reserve;
  if (rules.policy_after)
    for (Entrant& e : field)
      if (e.fails)
        e.outcome = "disqualified";
  for (std::size_t i = 0; i < order.size() && next > 0;) {
    const std::size_t place = order[i]->place;
    std::size_t n = 0;
    for (; i < order.size() && order[i]->place == place; ++i)
      if (order[i]->outcome == "cut") {
        order[i]->outcome = "reserve";
        ++n;
      }
    next -= std::min(n, next);
  }
}

void select(std::vector<Entrant>& field, const Selection& rules) {
  std::vector<std::set<std::string>> possible(field.size());
  std::vector<Entrant> once;
  EveryWay ways;
  do {
    once = field;
    select_once(once, rules, ways);
    for (std::size_t e = 0; e < field.size(); ++e)
      possible[e].insert(once[e].outcome);
  } while (ways.next());
  field = std::move(once);
  for (std::size_t e = 0; e < field.size(); ++e)
    field[e].outcome = outcome_of_all(possible[e]);
}

} // namespace libeval::test::plain
