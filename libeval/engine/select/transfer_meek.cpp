// SPDX-License-Identifier: Apache-2.0
// The single transferable vote by Meek's method.
#include "engine/select/transfer_parts.hpp"

#include <boost/multiprecision/cpp_int.hpp>

namespace libeval {
namespace {

using namespace transfer;
using Rational = boost::multiprecision::cpp_rational;
using Integer = boost::multiprecision::cpp_int;

constexpr std::size_t most_iterations = 10'000;
constexpr int usual_digits = 9;

/// a / b, b > 0, rounded up.
Integer up(const Integer& a, const Integer& b) {
  return (a + b - 1) / b;
}

/// Shares of a paper are whole numbers of 1 / `unit_`, votes of 1 / (`unit_` * `parts_`), so that
/// a row may stand for a fraction of a ballot.
class Meek {
public:
  Meek(const kernel::Ballots& ballots, const TransferRule& rule, const TieBreaker& settle)
      : ballots_(ballots), rule_(rule), settle_(settle),
        unit_(power_of_ten<Integer>(rule.digits.value_or(usual_digits))),
        keep_(ballots.items, unit_), state_(ballots.items, State::hopeful), votes_(ballots.items) {
    std::vector<Rational> weights;
    for (const double weight : ballots.weight) {
      weights.push_back(fraction_of<Rational, Integer>(weight));
      parts_ = lcm(parts_, denominator(weights.back()));
    }
    for (const Rational& weight : weights) {
      weight_.push_back(numerator(weight) * (parts_ / denominator(weight)));
      total_ += weight_.back() * unit_;
    }
    const Rational tolerance = fraction_of<Rational, Integer>(rule.tolerance) * unit_ * parts_;
    tolerance_ = up(numerator(tolerance), denominator(tolerance));
  }

  TransferCount count() {
    TransferRound round;
    do {
      const bool elected = iterate(round);
      if (!out_.tied.empty() || open_seats() == 0 || with(State::hopeful).size() <= open_seats())
        break;
      if (!elected && !exclude())
        break;
      round = {};
      round.kind = elected ? TransferRound::Kind::surplus : TransferRound::Kind::exclusion;
      round.from = elected ? out_.rounds.back().elected : gone_.back();
    } while (with(State::hopeful).size() > open_seats());
    if (out_.tied.empty() && with(State::hopeful).size() <= open_seats())
      elect(by_votes(with(State::hopeful), votes_));
    out_.order = order_of(std::move(places_), with(State::hopeful), votes_, gone_);
    return std::move(out_);
  }

private:
  enum class State : std::uint8_t { hopeful, elected, out };

  [[nodiscard]] Group with(State state) const {
    Group out;
    for (std::uint32_t i = 0; i < state_.size(); ++i)
      if (state_[i] == state)
        out.push_back(i);
    return out;
  }
  [[nodiscard]] std::size_t open_seats() const { return rule_.seats - out_.elected.size(); }

  /// Gives each paper to those on it, one after the other, as much as they keep.
  void distribute() {
    std::ranges::fill(votes_, Integer(0));
    counted_ = 0;
    Group level;
    for (std::size_t b = 0; b < weight_.size(); ++b) {
      if (weight_[b] == 0)
        continue;
      Integer left = unit_;
      const std::uint32_t end = ballots_.offsets[b + 1];
      for (std::uint32_t k = ballots_.offsets[b]; k < end && left > 0;) {
        level.clear();
        for (const std::uint32_t at = ballots_.level[k]; k < end && ballots_.level[k] == at; ++k)
          if (state_[ballots_.listed[k]] != State::out)
            level.push_back(ballots_.listed[k]);
        const Integer here = left;
        for (const std::uint32_t item : level) {
          const Integer kept = std::min(left, up(here * keep_[item], unit_ * level.size()));
          left -= kept;
          votes_[item] += kept * weight_[b];
          counted_ += kept * weight_[b];
        }
      }
    }
  }

  void work_out_quota() {
    const auto seats = static_cast<std::uint64_t>(rule_.seats);
    const Integer one = unit_ * parts_;
    switch (rule_.quota) {
    case TransferRule::Quota::droop:
      quota_ = (counted_ / (one * (seats + 1)) + 1) * one;
      break;
    case TransferRule::Quota::droop_exact:
      quota_ = (counted_ / (parts_ * (seats + 1)) + 1) * parts_;
      break;
    case TransferRule::Quota::hare:
      quota_ = up(counted_, Integer(std::max<std::uint64_t>(seats, 1)));
      break;
    default:
      quota_ = floor_of<Integer, Rational>(fraction_of<Rational, Integer>(rule_.number) * one);
    }
  }

  /// Works the shares out until somebody is elected or the surpluses are none; writes the round
  /// down. True where somebody is elected.
  bool iterate(TransferRound& round) {
    Integer before = total_ + 1;
    Group reached;
    for (std::size_t i = 0; i < most_iterations; ++i) {
      distribute();
      work_out_quota();
      reached = by_votes(with(State::hopeful), votes_);
      std::erase_if(reached, [&](std::uint32_t item) { return votes_[item] < quota_; });
      surplus_ = 0;
      for (const std::uint32_t item : with(State::elected))
        surplus_ += votes_[item] - quota_;
      surplus_ = std::max(surplus_, Integer(0));
      if (!reached.empty() || surplus_ < tolerance_ || surplus_ >= before)
        break;
      before = surplus_;
      for (const std::uint32_t item : with(State::elected))
        if (votes_[item] > 0)
          keep_[item] = std::min(
              unit_, up(up(keep_[item] * quota_, unit_ * parts_) * unit_ * parts_, votes_[item]));
    }
    round.quota = votes_from(quota_);
    for (std::size_t item = 0; item < votes_.size(); ++item) {
      round.votes.push_back(votes_from(votes_[item]));
      round.keep.push_back(Rational(state_[item] == State::out ? Integer(0) : keep_[item], unit_)
                               .convert_to<double>());
    }
    round.exhausted = votes_from(total_ - counted_);
    history_.push_back(votes_);
    out_.rounds.push_back(std::move(round));
    elect(reached);
    return !reached.empty();
  }

  [[nodiscard]] double votes_from(const Integer& votes) const {
    return Rational(votes, unit_ * parts_).convert_to<double>();
  }

  void elect(Group items) {
    TransferRound& round = out_.rounds.back();
    while (!items.empty() && open_seats() > 0) {
      Group first;
      for (const std::uint32_t i : items)
        if (votes_[i] == votes_[items.front()])
          first.push_back(i);
      if (first.size() > 1)
        first = foremost(std::move(first), false, history_, rule_, settle_, round);
      if (first.size() > open_seats()) {
        out_.tied = first;
        return;
      }
      places_.emplace_back();
      for (const std::uint32_t i : first) {
        state_[i] = State::elected;
        out_.elected.push_back(i);
        round.elected.push_back(i);
        places_.back().push_back(i);
        std::erase(items, i);
      }
    }
  }

  /// The last goes out; those no further from it than the surpluses are equally last.
  bool exclude() {
    const Group left = by_votes(with(State::hopeful), votes_);
    Group last;
    Integer sum = surplus_, next = 0;
    for (const std::uint32_t i : left)
      if (votes_[i] <= votes_[left.back()] + surplus_) {
        last.push_back(i);
        sum += votes_[i];
      } else {
        next = votes_[i];
      }
    const std::size_t stay = left.size() - last.size();
    if (last.size() > 1 && !(stay > 0 && stay >= open_seats() && sum < next)) {
      last = foremost(std::move(last), true, history_, rule_, settle_, out_.rounds.back());
      if (last.size() > 1) {
        out_.tied = last;
        return false;
      }
    }
    std::ranges::sort(last);
    out_.rounds.back().excluded = last;
    for (const std::uint32_t i : last)
      state_[i] = State::out;
    gone_.push_back(std::move(last));
    return true;
  }

  const kernel::Ballots& ballots_;
  const TransferRule& rule_;
  const TieBreaker& settle_;
  Integer unit_, parts_ = 1;
  std::vector<Integer> weight_, keep_; ///< ballots in `parts_`; shares
  std::vector<State> state_;
  std::vector<Integer> votes_;
  std::vector<std::vector<Integer>> history_;
  std::vector<Group> gone_, places_;
  Integer total_ = 0, counted_ = 0, quota_ = 0, surplus_ = 0, tolerance_ = 0;
  TransferCount out_;
};

} // namespace

TransferCount count_meek(const kernel::Ballots& ballots, const TransferRule& rule,
                         const TieBreaker& settle) {
  return Meek(ballots, rule, settle).count();
}

} // namespace libeval
