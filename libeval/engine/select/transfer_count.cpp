// SPDX-License-Identifier: Apache-2.0
#include "engine/select/transfer_count.hpp"

#include <libeval/base/decimal.hpp>

#include <boost/multiprecision/cpp_int.hpp>

#include <algorithm>
#include <numeric>

namespace libeval {
namespace {

using Rational = boost::multiprecision::cpp_rational;
using Integer = boost::multiprecision::cpp_int;
using Group = std::vector<std::uint32_t>;

/// The decimal that a double stands for, as a fraction.
Rational fraction_of(double x) {
  const std::string text = format_decimal(x);
  Integer number = 0, scale = 1;
  bool broken = false;
  std::size_t i = 0;
  for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
    if (text[i] == '.') {
      broken = true;
    } else if (text[i] >= '0' && text[i] <= '9') {
      number = number * 10 + (text[i] - '0');
      if (broken)
        scale *= 10;
    }
  }
  if (i < text.size()) {
    const int exponent = std::stoi(text.substr(i + 1));
    const Integer power =
        boost::multiprecision::pow(Integer(10), static_cast<unsigned>(std::abs(exponent)));
    (exponent < 0 ? scale : number) *= power;
  }
  return Rational(number, scale);
}

Integer floor_of(const Rational& x) {
  return numerator(x) / denominator(x); // x >= 0
}

double to_double(const Rational& x) {
  return x.convert_to<double>();
}

/// A ballot, or a part of one whose first choice was shared, lying with a candidate.
struct Paper {
  std::uint32_t ballot = 0;
  std::uint32_t value = 0; ///< position among the values
};

class Counter {
public:
  Counter(const kernel::Ballots& ballots, const TransferRule& rule, const TieBreaker& settle)
      : ballots_(ballots), rule_(rule), settle_(settle), state_(ballots.items, State::hopeful),
        papers_(ballots.items), votes_(ballots.items) {
    for (std::size_t b = 0; b < ballots.count(); ++b)
      weight_.push_back(fraction_of(ballots.weight[b]));
  }

  TransferCount count() {
    values_.emplace_back(1);
    Group nobody;
    TransferRound round;
    for (std::uint32_t b = 0; b < ballots_.count(); ++b)
      if (weight_[b] > 0)
        pass_on({b, 0});
    total_ = exhausted_;
    for (const Rational& v : votes_)
      total_ += v;
    while (true) {
      finish(round);
      if (out_.elected.size() >= rule_.seats || hopeful().empty())
        break;
      if (out_.elected.size() + hopeful().size() <= rule_.seats) {
        elect(sorted(hopeful()), out_.rounds.back());
        break;
      }
      round = {};
      if (!pass_on_a_surplus(round) && !exclude(round))
        break;
    }
    put_in_order();
    return std::move(out_);
  }

private:
  enum class State : std::uint8_t { hopeful, pending, elected, out }; ///< pending: with a surplus

  [[nodiscard]] Group with(State state) const {
    Group out;
    for (std::uint32_t i = 0; i < state_.size(); ++i)
      if (state_[i] == state)
        out.push_back(i);
    return out;
  }
  [[nodiscard]] Group hopeful() const { return with(State::hopeful); }

  [[nodiscard]] Group sorted(Group items) const {
    std::ranges::stable_sort(
        items, [&](std::uint32_t a, std::uint32_t b) { return votes_[a] > votes_[b]; });
    return items;
  }

  /// Gives a paper to the next hopeful candidates on its ballot, in equal shares.
  void pass_on(const Paper& paper) {
    const std::uint32_t last = ballots_.offsets[paper.ballot + 1];
    Group next;
    for (std::uint32_t k = ballots_.offsets[paper.ballot]; k < last; ++k) {
      const bool new_level =
          k > ballots_.offsets[paper.ballot] && ballots_.level[k] != ballots_.level[k - 1];
      if (new_level && !next.empty())
        break;
      if (state_[ballots_.listed[k]] == State::hopeful)
        next.push_back(ballots_.listed[k]);
    }
    if (next.empty()) {
      exhausted_ += weight_[paper.ballot] * values_[paper.value];
      return;
    }
    std::uint32_t value = paper.value;
    if (next.size() > 1)
      value = value_of(values_[paper.value] / static_cast<int>(next.size()));
    for (const std::uint32_t item : next) {
      papers_[item].push_back({paper.ballot, value});
      const Rational votes = weight_[paper.ballot] * values_[value];
      votes_[item] += votes;
      if (next.size() > 1 && item == next.back())
        lost_ += weight_[paper.ballot] *
                 (values_[paper.value] - values_[value] * static_cast<int>(next.size()));
    }
  }

  /// A value, cut as the rule says; values are few and shared.
  std::uint32_t value_of(Rational value) {
    if (rule_.digits) {
      const Integer scale =
          boost::multiprecision::pow(Integer(10), static_cast<unsigned>(*rule_.digits));
      value = Rational(floor_of(value * scale), scale);
    }
    const auto at = std::ranges::find(values_, value);
    if (at != values_.end())
      return static_cast<std::uint32_t>(at - values_.begin());
    values_.push_back(std::move(value));
    return static_cast<std::uint32_t>(values_.size() - 1);
  }

  [[nodiscard]] Rational quota() const {
    Rational votes = total_;
    if (rule_.active) {
      votes = 0;
      for (const Rational& v : votes_)
        votes += v;
    }
    const auto seats = static_cast<std::uint64_t>(rule_.seats);
    switch (rule_.quota) {
    case TransferRule::Quota::droop:
      return Rational(floor_of(votes / (seats + 1)) + 1);
    case TransferRule::Quota::droop_exact:
      return votes / (seats + 1);
    case TransferRule::Quota::hare:
      return votes / seats;
    default:
      return fraction_of(rule_.number);
    }
  }

  [[nodiscard]] bool reaches(const Rational& votes, const Rational& quota) const {
    return rule_.quota == TransferRule::Quota::droop_exact ? votes > quota : votes >= quota;
  }

  /// Who reaches the quota is elected; the round is written down.
  void finish(TransferRound& round) {
    if (quota_ == 0 || rule_.active)
      quota_ = quota();
    round.quota = to_double(quota_);
    for (const Rational& v : votes_)
      round.votes.push_back(to_double(v));
    round.exhausted = to_double(exhausted_);
    round.lost = to_double(lost_);
    history_.push_back(votes_);
    out_.rounds.push_back(std::move(round));
    Group reached;
    for (const std::uint32_t i : sorted(hopeful()))
      if (reaches(votes_[i], quota_))
        reached.push_back(i);
    elect(reached, out_.rounds.back());
  }

  /// Elects items in order of their votes; equals by `foremost`, else on one place.
  void elect(Group items, TransferRound& round) {
    while (!items.empty() && out_.elected.size() < rule_.seats) { // Droop's quota leaves no more
      Group equals;
      for (const std::uint32_t i : items)
        if (votes_[i] == votes_[items.front()])
          equals.push_back(i);
      const Group first = foremost(std::move(equals), false, round);
      places_.emplace_back();
      for (const std::uint32_t i : first) {
        if (out_.elected.size() >= rule_.seats)
          break;
        state_[i] = votes_[i] > quota_ ? State::pending : State::elected;
        out_.elected.push_back(i);
        round.elected.push_back(i);
        places_.back().push_back(i);
        std::erase(items, i);
      }
    }
  }

  /// The one of equals with fewer (or more) votes at an earlier round, then as the keys say;
  /// returns nothing where the tie stays.
  Group settle(Group tied, bool lowest, TransferRound& round) {
    tied = foremost(std::move(tied), lowest, round);
    if (tied.size() > 1) {
      out_.tied = tied;
      return {};
    }
    return tied;
  }

  /// Who of equals goes first: several where nothing tells them apart.
  Group foremost(Group tied, bool lowest, TransferRound& round) {
    if (tied.size() > 1 && rule_.earlier != TransferRule::Earlier::none) {
      for (std::size_t back = 1; back < history_.size() + 1 && tied.size() > 1; ++back) {
        const auto& votes =
            history_[rule_.earlier == TransferRule::Earlier::last ? history_.size() - back
                                                                  : back - 1];
        Rational best = votes[tied.front()];
        for (const std::uint32_t i : tied)
          best = lowest ? std::min(best, votes[i]) : std::max(best, votes[i]);
        Group left;
        for (const std::uint32_t i : tied)
          if (votes[i] == best)
            left.push_back(i);
        round.by_earlier = round.by_earlier || left.size() < tied.size();
        tied = std::move(left);
      }
    }
    if (tied.size() > 1 && settle_) {
      const auto groups = settle_(tied);
      if (!groups.empty())
        tied = lowest ? groups.back() : groups.front();
    }
    return tied;
  }

  bool pass_on_a_surplus(TransferRound& round) {
    Group pending = sorted(with(State::pending));
    if (pending.empty())
      return false;
    std::erase_if(pending, [&, most = votes_[pending.front()]](std::uint32_t i) {
      return votes_[i] != most;
    });
    const Group one = settle(std::move(pending), false, round);
    if (one.empty())
      return false;
    const std::uint32_t from = one.front();
    const Rational surplus = votes_[from] - quota_, share = surplus / votes_[from];
    state_[from] = State::elected;
    round.kind = TransferRound::Kind::surplus;
    round.from = {from};
    const std::vector<Paper> papers = std::move(papers_[from]);
    papers_[from].clear();
    votes_[from] = quota_;
    Rational passed = 0;
    std::vector<std::uint32_t> new_value(values_.size(), UINT32_MAX);
    for (const Paper& paper : papers) {
      std::uint32_t& value = new_value[paper.value];
      if (value == UINT32_MAX)
        value = value_of(Rational(values_[paper.value] * share));
      passed += weight_[paper.ballot] * values_[value];
      if (values_[value] > 0)
        pass_on({paper.ballot, value});
    }
    lost_ += surplus - passed;
    return true;
  }

  bool exclude(TransferRound& round) {
    if (!out_.tied.empty())
      return false;
    const Group order = sorted(hopeful());
    Group last;
    Rational sum = 0;
    for (const std::uint32_t i : order)
      if (votes_[i] == votes_[order.back()]) {
        last.push_back(i);
        sum += votes_[i];
      }
    const std::size_t stay = order.size() - last.size();
    const bool together = last.size() > 1 && stay > 0 &&
                          stay + out_.elected.size() >= rule_.seats &&
                          sum < votes_[order[stay - 1]];
    if (!together) {
      last = settle(std::move(last), true, out_.rounds.back());
      if (last.empty())
        return false;
    }
    out_.rounds.back().excluded = last;
    round.kind = TransferRound::Kind::exclusion;
    round.from = last;
    for (const std::uint32_t i : last)
      state_[i] = State::out;
    gone_.push_back(last);
    for (const std::uint32_t i : last) {
      const std::vector<Paper> papers = std::move(papers_[i]);
      papers_[i].clear();
      votes_[i] = 0;
      for (const Paper& paper : papers)
        pass_on(paper);
    }
    return true;
  }

  void put_in_order() {
    out_.order = places_;
    const Group left = sorted(hopeful());
    for (std::size_t k = 0; k < left.size(); ++k)
      if (k > 0 && votes_[left[k]] == votes_[left[k - 1]])
        out_.order.back().push_back(left[k]);
      else
        out_.order.push_back({left[k]});
    for (std::size_t k = gone_.size(); k-- > 0;)
      out_.order.push_back(gone_[k]);
  }

  const kernel::Ballots& ballots_;
  const TransferRule& rule_;
  const TieBreaker& settle_;
  std::vector<Rational> weight_, values_;
  std::vector<State> state_;
  std::vector<std::vector<Paper>> papers_;
  std::vector<Rational> votes_;
  std::vector<std::vector<Rational>> history_;
  std::vector<Group> gone_, places_; ///< together, in turn
  Rational quota_ = 0, total_ = 0, exhausted_ = 0, lost_ = 0;
  TransferCount out_;
};

} // namespace

TransferCount count_transfers(const kernel::Ballots& ballots, const TransferRule& rule,
                              const TieBreaker& settle) {
  return Counter(ballots, rule, settle).count();
}

} // namespace libeval
