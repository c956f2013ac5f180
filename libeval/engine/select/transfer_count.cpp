// SPDX-License-Identifier: Apache-2.0
#include "engine/select/transfer_count.hpp"

#include "engine/select/transfer_parts.hpp"

#include <libeval/base/decimal.hpp>

#include <boost/multiprecision/cpp_int.hpp>

#include <deque>
#include <map>
#include <utility>

namespace libeval {
namespace transfer {

Decimal decimal_of(double x) {
  Decimal out;
  bool broken = false;
  const std::string text = format_decimal(x);
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == 'e' || text[i] == 'E') {
      out.exponent += std::stoi(text.substr(i + 1));
      break;
    } else if (text[i] == '.') {
      broken = true;
    } else if (text[i] >= '0' && text[i] <= '9') {
      if (text[i] != '0' || !out.digits.empty()) // a leading 0 would read as octal
        out.digits += text[i];
      out.exponent -= broken ? 1 : 0;
    }
  if (out.digits.empty())
    out.digits += '0';
  return out;
}

} // namespace transfer

namespace {

using namespace transfer;
using Transfer = TransferRule::Transfer;
using Rational = boost::multiprecision::cpp_rational;
using Integer = boost::multiprecision::cpp_int;

double to_double(const Rational& x) {
  return x.convert_to<double>();
}

/// `x` without what stands after so many decimals.
Rational cut(const Rational& x, const std::optional<int>& digits) {
  if (!digits)
    return x;
  const Integer scale = power_of_ten<Integer>(*digits);
  return Rational(floor_of<Integer, Rational>(x * scale), scale);
}

/// Papers of one value that came to a candidate in one round.
struct Parcel {
  std::uint32_t value = 0; ///< position among the values
  std::size_t round = 0;
  std::vector<std::uint32_t> ballots;
  Rational papers = 0, votes = 0;
};

class Counter {
public:
  Counter(const kernel::Ballots& ballots, const TransferRule& rule, const TieBreaker& settle)
      : ballots_(ballots), rule_(rule), settle_(settle), state_(ballots.items, State::hopeful),
        elected_in_(ballots.items, 0), parcels_(ballots.items), votes_(ballots.items) {
    for (std::size_t b = 0; b < ballots.count(); ++b)
      weight_.push_back(fraction_of<Rational, Integer>(ballots.weight[b]));
  }

  TransferCount count() {
    values_.emplace_back(1);
    for (std::uint32_t b = 0; b < ballots_.count(); ++b)
      if (weight_[b] > 0) {
        total_ += weight_[b];
        give(b, 0);
      }
    deliver();
    TransferRound round;
    while (true) {
      finish(round);
      if (open_seats() == 0 || hopeful().empty() || !out_.tied.empty())
        break;
      if (leaving_.empty() && fill_the_last_seats())
        break;
      round = {};
      if (leaving_.empty() && pass_on_a_surplus(round))
        continue;
      if (leaving_.empty() && (!exclude() || (rule_.early && fill_the_last_seats())))
        break;
      pass_on_the_excluded(round);
    }
    out_.order = order_of(std::move(places_), hopeful(), votes_, gone_);
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
  [[nodiscard]] std::size_t open_seats() const { return rule_.seats - out_.elected.size(); }
  [[nodiscard]] Rational surplus_of(std::uint32_t item) const { return votes_[item] - quota_; }
  [[nodiscard]] Rational surpluses() const {
    Rational sum = 0;
    for (const std::uint32_t i : with(State::pending))
      sum += surplus_of(i);
    return sum;
  }

  // --- papers on their way ---

  /// The first candidates on a ballot who are left.
  [[nodiscard]] Group next_on(std::uint32_t ballot) const {
    Group next;
    for (std::uint32_t k = ballots_.offsets[ballot]; k < ballots_.offsets[ballot + 1]; ++k) {
      const bool new_level =
          k > ballots_.offsets[ballot] && ballots_.level[k] != ballots_.level[k - 1];
      if (new_level && !next.empty())
        break;
      if (state_[ballots_.listed[k]] == State::hopeful)
        next.push_back(ballots_.listed[k]);
    }
    return next;
  }

  /// Gives a paper to the next on it, in equal shares.
  void give(std::uint32_t ballot, std::uint32_t value) {
    const Group next = next_on(ballot);
    if (next.empty()) {
      run_out_[value] += weight_[ballot];
      return;
    }
    std::uint32_t share = value;
    if (const int n = static_cast<int>(next.size()); n > 1) {
      share = value_of(cut(values_[value] / n, rule_.digits));
      lost_ += weight_[ballot] * (values_[value] - values_[share] * n);
    }
    for (const std::uint32_t item : next) {
      Parcel& parcel = given_[{item, share}];
      parcel.ballots.push_back(ballot);
      parcel.papers += weight_[ballot];
    }
  }

  /// What was given is counted.
  void deliver() {
    const auto votes_of = [&](const Rational& papers, std::uint32_t value) {
      const Rational all = papers * values_[value];
      Rational votes = cut(all, rule_.vote_digits);
      lost_ += all - votes;
      return votes;
    };
    for (auto& [key, parcel] : given_) {
      parcel.value = key.second;
      parcel.round = out_.rounds.size();
      parcel.votes = votes_of(parcel.papers, parcel.value);
      votes_[key.first] += parcel.votes;
      parcels_[key.first].push_back(std::move(parcel));
    }
    for (const auto& [value, papers] : run_out_)
      exhausted_ += votes_of(papers, value);
    given_.clear();
    run_out_.clear();
  }

  /// Values are few and shared.
  std::uint32_t value_of(Rational value) {
    const auto at = std::ranges::find(values_, value);
    if (at != values_.end())
      return static_cast<std::uint32_t>(at - values_.begin());
    values_.push_back(std::move(value));
    return static_cast<std::uint32_t>(values_.size() - 1);
  }

  // --- election ---

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
      return Rational(floor_of<Integer, Rational>(votes / (seats + 1)) + 1);
    case TransferRule::Quota::droop_exact:
      return votes / (seats + 1);
    case TransferRule::Quota::hare:
      return votes / std::max<std::uint64_t>(seats, 1); // without a seat nobody is elected
    default:
      return fraction_of<Rational, Integer>(rule_.number);
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
    Group reached = by_votes(hopeful(), votes_);
    std::erase_if(reached, [&](std::uint32_t i) { return !reaches(votes_[i], quota_); });
    elect(std::move(reached));
  }

  /// Elects items in order of their votes; equals by `foremost`, else on one place.
  void elect(Group items) {
    TransferRound& round = out_.rounds.back();
    while (!items.empty() && open_seats() > 0) { // a low quota may be reached by more
      Group equals;
      for (const std::uint32_t i : items)
        if (votes_[i] == votes_[items.front()])
          equals.push_back(i);
      const Group first = equals.size() > 1
                              ? foremost(std::move(equals), false, history_, rule_, settle_, round)
                              : std::move(equals);
      if (first.size() > open_seats()) {
        out_.tied = first;
        return;
      }
      places_.emplace_back();
      for (const std::uint32_t i : first) {
        state_[i] = votes_[i] > quota_ ? State::pending : State::elected;
        elected_in_[i] = out_.rounds.size();
        out_.elected.push_back(i);
        round.elected.push_back(i);
        places_.back().push_back(i);
        std::erase(items, i);
      }
    }
  }

  /// No more are left than seats; `early`: one seat is open, and one candidate has as many votes as
  /// all others could still bring together.
  bool fill_the_last_seats() {
    const Group left = by_votes(hopeful(), votes_);
    if (left.size() <= open_seats()) {
      elect(left);
      return true;
    }
    if (!rule_.early || open_seats() != 1)
      return false;
    Rational others = surpluses();
    for (std::size_t k = 1; k < left.size(); ++k)
      others += votes_[left[k]];
    if (votes_[left[0]] < others || votes_[left[0]] == votes_[left[1]])
      return false;
    elect({left[0]});
    return true;
  }

  /// The one of equals that goes first; nobody where nothing tells them apart.
  Group settled(Group tied, bool lowest, TransferRound& round) {
    if (tied.size() > 1)
      tied = foremost(std::move(tied), lowest, history_, rule_, settle_, round);
    if (tied.size() > 1) {
      out_.tied = tied;
      return {};
    }
    return tied;
  }

  // --- surpluses ---

  /// Whether all surpluses together cannot change who goes out next.
  [[nodiscard]] bool can_wait() const {
    const Group left = by_votes(hopeful(), votes_);
    if (!rule_.defer || left.size() < 2)
      return false;
    Rational below = surpluses();
    const std::size_t n = left.size();
    for (std::size_t k = 1; k < n; ++k) {
      const Rational& last = votes_[left[n - k]];
      const Rational& next = votes_[left[n - k - 1]];
      if (k == 1 && below < next - last)
        return true;
      below += last;
      if (rule_.together && k > 1 && n - k >= open_seats() && below < next)
        return true;
    }
    return false;
  }

  bool pass_on_a_surplus(TransferRound& round) {
    Group pending = by_votes(with(State::pending), votes_);
    if (pending.empty() || can_wait())
      return false;
    if (rule_.earliest_surplus) {
      std::size_t first = SIZE_MAX;
      for (const std::uint32_t i : pending)
        first = std::min(first, elected_in_[i]);
      std::erase_if(pending, [&](std::uint32_t i) { return elected_in_[i] != first; });
    }
    std::erase_if(pending, [&, most = votes_[pending.front()]](std::uint32_t i) {
      return votes_[i] != most;
    });
    const Group one = settled(std::move(pending), false, round);
    if (one.empty())
      return false;
    state_[one.front()] = State::elected;
    round.kind = TransferRound::Kind::surplus;
    round.from = one;
    divide_surplus(one.front(), round);
    deliver();
    return true;
  }

  /// Gives the papers that pass on, at their new values.
  void divide_surplus(std::uint32_t from, TransferRound& round) {
    std::vector<Parcel> parcels = std::exchange(parcels_[from], {});
    const std::size_t last = parcels.empty() ? 0 : parcels.back().round;
    if (rule_.transfer == Transfer::last_parcel)
      std::erase_if(parcels, [&](const Parcel& parcel) { return parcel.round != last; });
    Rational papers = 0, votes = 0;
    for (Parcel& parcel : parcels) {
      if (rule_.by_transferable)
        std::erase_if(parcel.ballots, [&](std::uint32_t b) { return next_on(b).empty(); });
      parcel.papers = 0;
      for (const std::uint32_t b : parcel.ballots)
        parcel.papers += weight_[b];
      papers += parcel.papers;
      votes += parcel.papers * values_[parcel.value];
    }
    const Rational surplus = std::exchange(votes_[from], quota_) - quota_;
    const bool weighted = rule_.transfer == Transfer::weighted;
    const Rational divisor = weighted ? votes : papers;
    Rational passed = 0;
    if (divisor > 0) {
      const Rational share = surplus / divisor;
      round.value = to_double(cut(share, rule_.digits));
      for (const Parcel& parcel : parcels) {
        const Rational& had = values_[parcel.value];
        Rational now = weighted ? Rational(had * share) : share;
        if (rule_.transfer == Transfer::last_parcel || rule_.by_transferable)
          now = std::min(now, had);
        if (!weighted && parcels.size() == 1)
          round.value = to_double(cut(now, rule_.digits));
        const std::uint32_t value = value_of(cut(now, rule_.digits));
        passed += parcel.papers * now;
        lost_ += parcel.papers * (now - values_[value]);
        for (const std::uint32_t b : parcel.ballots)
          give(b, value);
      }
    }
    exhausted_ += surplus - passed; // papers stay, or may not be worth more than before
  }

  // --- exclusion ---

  /// Who goes out now: several where their order cannot matter, or as many as the rule says.
  [[nodiscard]] Group last_ones() {
    const Group left = by_votes(hopeful(), votes_);
    const std::size_t n = left.size();
    Rational below = surpluses();
    std::size_t together = 0, equal = 0;
    for (std::size_t k = 1; k < n; ++k) {
      const Rational& last = votes_[left[n - k]];
      if (last == votes_[left.back()])
        equal = k;
      below += last;
      if (n - k >= open_seats() && below < votes_[left[n - k - 1]] &&
          (rule_.together || (k == equal && k > 1)))
        together = k;
    }
    if (together > 0)
      return {left.end() - static_cast<std::ptrdiff_t>(together), left.end()};
    if (votes_[left.front()] == votes_[left.back()])
      equal = n;
    return settled({left.end() - static_cast<std::ptrdiff_t>(equal), left.end()}, true,
                   out_.rounds.back());
  }

  bool exclude() {
    if (!out_.tied.empty()) // of surpluses
      return false;
    Group last = last_ones();
    if (last.empty())
      return false;
    std::ranges::sort(last);
    out_.rounds.back().excluded = last;
    std::vector<std::pair<std::uint32_t, Parcel>> all;
    for (const std::uint32_t i : last) {
      state_[i] = State::out;
      for (Parcel& parcel : std::exchange(parcels_[i], {}))
        all.emplace_back(i, std::move(parcel));
    }
    const auto before = [&](const Parcel& a, const Parcel& b) {
      switch (rule_.exclude) {
      case TransferRule::Exclude::firsts_then_values:
        if ((a.round == 0) != (b.round == 0))
          return a.round == 0;
        [[fallthrough]];
      case TransferRule::Exclude::by_value:
        return values_[a.value] > values_[b.value];
      case TransferRule::Exclude::by_parcel:
        return a.round < b.round;
      default:
        return false;
      }
    };
    std::ranges::stable_sort(
        all, [&](const auto& a, const auto& b) { return before(a.second, b.second); });
    leaving_.emplace_back();
    for (auto& one : all) {
      if (!leaving_.back().empty() && before(leaving_.back().back().second, one.second))
        leaving_.emplace_back();
      leaving_.back().push_back(std::move(one));
    }
    gone_.push_back(std::move(last));
    return true;
  }

  void pass_on_the_excluded(TransferRound& round) {
    const auto parcels = std::move(leaving_.front());
    leaving_.pop_front();
    round.kind = TransferRound::Kind::exclusion;
    round.from = gone_.back();
    for (const auto& [from, parcel] : parcels) {
      votes_[from] -= parcel.votes;
      lost_ -= parcel.papers * values_[parcel.value] - parcel.votes; // counted again below
      for (const std::uint32_t b : parcel.ballots)
        give(b, parcel.value);
    }
    if (rule_.exclude != TransferRule::Exclude::at_once && !parcels.empty())
      round.value = to_double(values_[parcels.front().second.value]);
    deliver();
  }

  const kernel::Ballots& ballots_;
  const TransferRule& rule_;
  const TieBreaker& settle_;
  std::vector<Rational> weight_, values_;
  std::vector<State> state_;
  std::vector<std::size_t> elected_in_; ///< the round, from 1
  std::vector<std::vector<Parcel>> parcels_;
  std::vector<Rational> votes_;
  std::vector<std::vector<Rational>> history_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Parcel> given_;   ///< by item and value
  std::map<std::uint32_t, Rational> run_out_;                         ///< papers, by value
  std::deque<std::vector<std::pair<std::uint32_t, Parcel>>> leaving_; ///< of who goes out, by round
  std::vector<Group> gone_, places_;                                  ///< together, in turn
  Rational quota_ = 0, total_ = 0, exhausted_ = 0, lost_ = 0;
  TransferCount out_;
};

} // namespace

TransferCount count_transfers(const kernel::Ballots& ballots, const TransferRule& rule,
                              const TieBreaker& settle) {
  if (rule.transfer == Transfer::meek)
    return count_meek(ballots, rule, settle);
  return Counter(ballots, rule, settle).count();
}

} // namespace libeval
