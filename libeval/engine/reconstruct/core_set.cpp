// SPDX-License-Identifier: Apache-2.0
#include "engine/reconstruct/core_set.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>

namespace libeval {
namespace {

using Tags = std::set<std::uint32_t>;

class CoreFinder {
public:
  CoreFinder(std::vector<IntegerSystem>& alternatives, const SolveLimits& limits,
             const std::vector<std::uint32_t>& weakness, const Refuse& refuse)
      : limits_(limits), weakness_(weakness), refuse_(refuse) {
    for (IntegerSystem& system : alternatives) {
      Alternative one{system, nullptr, {}};
      one.solver = std::make_unique<Solver>(system, limits);
      for (std::size_t r = 0; r < system.rows.size(); ++r)
        if (const std::uint32_t tag = system.rows[r].tag; tag != Row::rule) {
          one.rows[tag].push_back(r);
          all_.insert(tag);
        }
      alternatives_.push_back(std::move(one));
    }
    active_ = all_;
  }

  CoreSet find() {
    CoreSet out;
    if (feasible(all_) != Feasible::no)
      return out;
    out.found = true;
    std::vector<Tags> to_hit;
    while (true) {
      const auto hit = hitting_set(to_hit);
      if (!hit)
        break;
      const Feasible is = feasible(*hit);
      if (is == Feasible::unknown)
        break;
      if (is == Feasible::no) {
        out.tags.assign(hit->begin(), hit->end());
        out.smallest = true;
        return out;
      }
      const auto grown = grow(*hit);
      if (!grown)
        break;
      Tags rest;
      std::ranges::set_difference(all_, *grown, std::inserter(rest, rest.end()));
      if (rest.empty() || std::ranges::find(to_hit, rest) != to_hit.end())
        break;
      to_hit.push_back(std::move(rest));
    }
    const Tags left = shrink();
    out.tags.assign(left.begin(), left.end());
    return out;
  }

private:
  enum class Feasible { yes, no, unknown };

  /// Whether an alternative has a completion with these statements; the last that had one is asked
  /// first.
  Feasible feasible(const Tags& tags) {
    for (const std::uint32_t tag : all_) {
      const bool wanted = tags.contains(tag);
      if (wanted == active_.contains(tag))
        continue;
      for (Alternative& one : alternatives_)
        for (const std::size_t r : one.rows[tag])
          one.solver->set_active(r, wanted);
      if (wanted)
        active_.insert(tag);
      else
        active_.erase(tag);
    }
    Feasible out = Feasible::no;
    for (std::size_t i = 0; i < alternatives_.size(); ++i) {
      const std::size_t at = (last_ + i) % alternatives_.size();
      Answer answer = find_in(alternatives_[at]);
      if (answer.status == Answer::Status::optimal) {
        point_ = std::move(answer.point);
        last_ = at;
        return Feasible::yes;
      }
      if (answer.status != Answer::Status::infeasible)
        out = Feasible::unknown;
    }
    point_.clear();
    return out;
  }

  struct Alternative {
    IntegerSystem& system;
    std::unique_ptr<Solver> solver;
    std::map<std::uint32_t, std::vector<std::size_t>> rows; ///< by statement
  };

  /// A completion that is not refused.
  Answer find_in(Alternative& one) {
    constexpr std::size_t most_refused = 200;
    Answer answer = one.solver->find();
    while (answer.status == Answer::Status::optimal && refuse_ &&
           refuse_(answer.point, one.system)) {
      if (++refused_ > most_refused) {
        answer = {};
        answer.status = Answer::Status::interrupted;
        break;
      }
      one.solver = std::make_unique<Solver>(one.system, limits_);
      for (const auto& [tag, rows] : one.rows)
        for (const std::size_t r : rows)
          one.solver->set_active(r, active_.contains(tag));
      answer = one.solver->find();
    }
    return answer;
  }

  /// All statements that the last completion satisfies are in; the others are tried one by one.
  std::optional<Tags> grow(Tags tags) {
    const auto add_satisfied = [&] {
      for (const std::uint32_t tag : all_)
        if (!point_.empty() && !tags.contains(tag) &&
            std::ranges::all_of(alternatives_[last_].rows[tag], [&](std::size_t r) {
              return holds(alternatives_[last_].system.rows[r], point_);
            }))
          tags.insert(tag);
    };
    add_satisfied();
    for (const std::uint32_t tag : all_) {
      if (tags.contains(tag))
        continue;
      Tags more = tags;
      more.insert(tag);
      switch (feasible(more)) {
      case Feasible::yes:
        tags = std::move(more);
        add_satisfied();
        break;
      case Feasible::no:
        break;
      case Feasible::unknown:
        return std::nullopt;
      }
    }
    return tags;
  }

  [[nodiscard]] std::int64_t weakness(std::uint32_t tag) const {
    return tag < weakness_.size() ? weakness_[tag] : 0;
  }

  /// The fewest statements that meet every set, of these the least weak; by an integer program.
  std::optional<Tags> hitting_set(const std::vector<Tags>& sets) const {
    IntegerSystem choose;
    std::int64_t one_more = 1; // outweighs the weakness of all
    for (const std::uint32_t tag : all_)
      one_more += weakness(tag);
    std::map<std::uint32_t, std::uint32_t> unknown;
    std::vector<std::uint32_t> tags;
    Solver::Objective count;
    for (const Tags& set : sets) {
      Row row;
      row.low = 1;
      for (const std::uint32_t tag : set) {
        const auto [at, fresh] = unknown.try_emplace(tag, 0);
        if (fresh) {
          at->second = choose.add({0, 1});
          tags.push_back(tag);
          count.emplace_back(at->second, one_more + weakness(tag));
        }
        row.terms.emplace_back(at->second, 1);
      }
      choose.rows.push_back(std::move(row));
    }
    Solver solver(choose, limits_);
    const Answer answer = solver.minimize(count);
    if (answer.status != Answer::Status::optimal)
      return std::nullopt;
    Tags out;
    for (std::size_t i = 0; i < tags.size(); ++i)
      if (answer.point[i] != 0)
        out.insert(tags[i]);
    return out;
  }

  /// Leaves out whatever is not needed for the contradiction; unknown answers keep a statement.
  Tags shrink() {
    Tags tags = all_;
    std::vector<std::uint32_t> weakest_first(all_.begin(), all_.end());
    std::ranges::stable_sort(weakest_first, std::greater<>{},
                             [&](std::uint32_t tag) { return weakness(tag); });
    for (const std::uint32_t tag : weakest_first) {
      Tags fewer = tags;
      fewer.erase(tag);
      if (feasible(fewer) == Feasible::no)
        tags = std::move(fewer);
    }
    return tags;
  }

  const SolveLimits& limits_;
  const std::vector<std::uint32_t>& weakness_;
  const Refuse& refuse_;
  std::size_t refused_ = 0;
  std::vector<Alternative> alternatives_;
  std::size_t last_ = 0; ///< the alternative of `point_`
  Tags all_, active_;
  std::vector<std::int64_t> point_;
};

} // namespace

CoreSet smallest_core(std::vector<IntegerSystem> alternatives, const SolveLimits& limits,
                      const std::vector<std::uint32_t>& weakness, const Refuse& refuse) {
  return CoreFinder(alternatives, limits, weakness, refuse).find();
}

} // namespace libeval
