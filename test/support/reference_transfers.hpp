// SPDX-License-Identifier: Apache-2.0
// Slow plain reading of the single transferable vote: paper by paper, everything counted anew.
#pragma once

#include "engine/select/transfer_count.hpp"

#include <boost/multiprecision/cpp_int.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace libeval::test {

using Rational = boost::multiprecision::cpp_rational;

/// The first by number of those tied is the best.
inline const TieBreaker by_number = [](const std::vector<std::uint32_t>& tied) {
  std::vector<std::vector<std::uint32_t>> out;
  for (const std::uint32_t i : tied)
    out.push_back({i});
  return out;
};

struct PlainCount {
  std::vector<std::vector<double>> votes; ///< of each round
  std::vector<std::uint32_t> elected;
};

/// Whole weights, nobody equal on a ballot; of equal candidates the first by number is the better.
/// Knows transfer, by_transferable, exclude, digits and vote_digits; Droop's quota.
class PlainTransfers {
public:
  PlainTransfers(const kernel::Ballots& ballots, const TransferRule& rule)
      : ballots_(ballots), rule_(rule), surplus_gone_(ballots.items, false),
        out_(ballots.items, false), in_(ballots.items, false) {
    for (std::uint32_t b = 0; b < ballots.count(); ++b)
      for (int copy = 0; copy < static_cast<int>(ballots.weight[b]); ++copy)
        papers_.push_back({b, nobody, 0, Rational(1)});
  }

  PlainCount count() {
    for (Paper& paper : papers_)
      paper.at = next_on(paper);
    quota_ = static_cast<int>(papers_.size() / (rule_.seats + 1)) + 1;
    write_down();
    while (result_.elected.size() < rule_.seats && !left().empty()) {
      if (left().size() + result_.elected.size() <= rule_.seats) {
        elect(left());
        break;
      }
      ++round_;
      if (const auto from = largest_surplus())
        pass_surplus(*from);
      else if (!exclude())
        break;
    }
    return result_;
  }

private:
  static constexpr std::uint32_t nobody = UINT32_MAX;
  struct Paper {
    std::uint32_t ballot, at;
    std::size_t came;
    Rational value;
  };

  [[nodiscard]] std::uint32_t next_on(const Paper& paper) const {
    for (std::uint32_t k = ballots_.offsets[paper.ballot]; k < ballots_.offsets[paper.ballot + 1];
         ++k)
      if (!in_[ballots_.listed[k]] && !out_[ballots_.listed[k]])
        return ballots_.listed[k];
    return nobody;
  }
  [[nodiscard]] static Rational cut(Rational x, std::optional<int> digits) {
    if (digits) {
      const boost::multiprecision::cpp_int scale =
          boost::multiprecision::pow(boost::multiprecision::cpp_int(10), unsigned(*digits));
      const Rational scaled = x * scale;
      x = Rational(numerator(scaled) / denominator(scaled), scale);
    }
    return x;
  }
  [[nodiscard]] Rational votes(std::uint32_t item) const {
    if (surplus_gone_[item])
      return quota_;
    std::map<std::pair<std::size_t, Rational>, int> parcels;
    for (const Paper& paper : papers_)
      if (paper.at == item)
        ++parcels[{paper.came, paper.value}];
    Rational sum = 0;
    for (const auto& [key, number] : parcels)
      sum += cut(key.second * number, rule_.vote_digits);
    return sum;
  }
  [[nodiscard]] std::vector<std::uint32_t> left() const {
    std::vector<std::uint32_t> who;
    for (std::uint32_t i = 0; i < ballots_.items; ++i)
      if (!in_[i] && !out_[i])
        who.push_back(i);
    return who;
  }
  void write_down() {
    auto& row = result_.votes.emplace_back();
    std::vector<std::uint32_t> reached;
    for (std::uint32_t i = 0; i < ballots_.items; ++i)
      row.push_back(votes(i).convert_to<double>());
    for (const std::uint32_t i : left())
      if (votes(i) >= quota_)
        reached.push_back(i);
    elect(reached);
  }
  void elect(std::vector<std::uint32_t> who) {
    std::stable_sort(who.begin(), who.end(), [&](auto a, auto b) { return votes(a) > votes(b); });
    for (const std::uint32_t i : who)
      if (result_.elected.size() < rule_.seats) {
        in_[i] = true;
        result_.elected.push_back(i);
      }
  }
  [[nodiscard]] std::optional<std::uint32_t> largest_surplus() const {
    std::optional<std::uint32_t> best;
    for (std::uint32_t i = 0; i < ballots_.items; ++i)
      if (in_[i] && !surplus_gone_[i] && votes(i) > quota_ && (!best || votes(i) > votes(*best)))
        best = i;
    return best;
  }
  void pass_surplus(std::uint32_t from) {
    using Transfer = TransferRule::Transfer;
    std::size_t last = 0;
    for (const Paper& paper : papers_)
      if (paper.at == from)
        last = std::max(last, paper.came);
    Rational number = 0, value = 0;
    std::vector<Paper*> going;
    for (Paper& paper : papers_)
      if (paper.at == from && (rule_.transfer != Transfer::last_parcel || paper.came == last) &&
          !(rule_.by_transferable && next_on(paper) == nobody)) {
        going.push_back(&paper);
        number += 1;
        value += paper.value;
      }
    const Rational surplus = votes(from) - quota_;
    for (Paper* paper : going) {
      Rational now = rule_.transfer == Transfer::weighted ? Rational(paper->value * surplus / value)
                                                          : Rational(surplus / number);
      if (rule_.transfer == Transfer::last_parcel || rule_.by_transferable)
        now = std::min(now, paper->value);
      paper->value = cut(now, rule_.digits);
      paper->at = next_on(*paper);
      paper->came = round_;
    }
    for (Paper& paper : papers_)
      if (paper.at == from)
        paper.at = nobody;
    surplus_gone_[from] = true;
    write_down();
  }
  /// A round for each step of the papers of who goes out. False where it was the last round.
  bool exclude() {
    std::vector<std::uint32_t> order = left();
    std::stable_sort(order.begin(), order.end(),
                     [&](auto a, auto b) { return votes(a) > votes(b); });
    std::vector<std::uint32_t> last;
    Rational sum = 0;
    for (const std::uint32_t i : order)
      if (votes(i) == votes(order.back())) {
        last.push_back(i);
        sum += votes(i);
      }
    const std::size_t stay = order.size() - last.size();
    if (last.size() > 1 &&
        !(stay > 0 && stay + result_.elected.size() >= rule_.seats && sum < votes(order[stay - 1])))
      last = {order.back()};
    for (const std::uint32_t i : last)
      out_[i] = true;
    std::vector<Paper*> papers;
    for (Paper& paper : papers_)
      if (std::find(last.begin(), last.end(), paper.at) != last.end())
        papers.push_back(&paper);
    using Exclude = TransferRule::Exclude;
    const auto key = [&](const Paper& paper) {
      switch (rule_.exclude) {
      case Exclude::by_value:
        return std::pair(Rational(0), Rational(-paper.value));
      case Exclude::firsts_then_values:
        return paper.came == 0 ? std::pair(Rational(0), Rational(0))
                               : std::pair(Rational(1), Rational(-paper.value));
      case Exclude::by_parcel:
        return std::pair(Rational(paper.came), Rational(0));
      default:
        return std::pair(Rational(0), Rational(0));
      }
    };
    std::map<std::pair<Rational, Rational>, std::vector<Paper*>> steps;
    for (Paper* paper : papers)
      steps[key(*paper)].push_back(paper);
    if (steps.empty())
      write_down();
    bool first = true;
    for (const auto& [at, group] : steps) {
      if (!first)
        ++round_;
      first = false;
      for (Paper* paper : group) {
        paper->at = next_on(*paper);
        paper->came = round_;
      }
      write_down();
      if (result_.elected.size() >= rule_.seats || left().empty())
        return false;
    }
    return true;
  }

  const kernel::Ballots& ballots_;
  const TransferRule& rule_;
  std::vector<bool> surplus_gone_, out_, in_;
  std::vector<Paper> papers_;
  Rational quota_ = 0;
  std::size_t round_ = 0;
  PlainCount result_;
};

} // namespace libeval::test
