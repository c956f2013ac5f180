// SPDX-License-Identifier: Apache-2.0
// Slow plain readings of the methods on votes.
#pragma once

#include <libeval/kernel/ballots.hpp>
#include <libeval/kernel/bradley_terry.hpp>
#include <libeval/kernel/condorcet.hpp>
#include <libeval/kernel/elo.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace libeval::test {

/// Ballots from texts such as `0>2=1`, each with a weight. One digit an item.
inline kernel::Ballots ballots_of(std::size_t items,
                                  const std::vector<std::pair<double, std::string>>& texts) {
  kernel::Ballots out;
  out.items = items;
  for (const auto& [weight, text] : texts) {
    std::uint32_t level = 0;
    for (const char c : text) {
      if (c == '>')
        ++level;
      if (c >= '0' && c <= '9') {
        out.listed.push_back(static_cast<std::uint32_t>(c - '0'));
        out.level.push_back(level);
      }
    }
    out.offsets.push_back(static_cast<std::uint32_t>(out.listed.size()));
    out.weight.push_back(weight);
  }
  return out;
}

/// Ballots over n items by chance, as texts: fewer than `most` rows of 1 to 9 alike, some
/// truncated, with `equals` some items equal.
inline std::vector<std::pair<double, std::string>>
random_texts(std::mt19937& random, std::size_t n, unsigned most, bool equals = false) {
  std::vector<std::pair<double, std::string>> out;
  for (unsigned b = 0, all = static_cast<unsigned>(random() % most); b < all; ++b) {
    std::vector<std::uint32_t> order(n);
    std::iota(order.begin(), order.end(), 0U);
    std::shuffle(order.begin(), order.end(), random);
    order.resize(random() % n + 1);
    std::string text;
    for (const std::uint32_t i : order)
      text += (text.empty() ? "" : equals && random() % 4 == 0 ? "=" : ">") + std::to_string(i);
    out.emplace_back(static_cast<double>(random() % 9 + 1), text);
  }
  return out;
}

/// Bradley-Terry by the oldest iteration (Zermelo 1929).
inline Eigen::VectorXd
plain_bradley_terry(std::size_t items, const std::vector<kernel::Comparison>& votes, int rounds) {
  const auto n = static_cast<Eigen::Index>(items);
  Eigen::VectorXd worth = Eigen::VectorXd::Ones(n);
  for (int round = 0; round < rounds; ++round) {
    Eigen::VectorXd wins = Eigen::VectorXd::Zero(n), sum = Eigen::VectorXd::Zero(n);
    for (const auto& v : votes) {
      const double all = (v.a_wins + v.b_wins + v.ties) / (worth(v.a) + worth(v.b));
      wins(v.a) += v.a_wins + v.ties / 2;
      wins(v.b) += v.b_wins + v.ties / 2;
      sum(v.a) += all;
      sum(v.b) += all;
    }
    worth = wins.cwiseQuotient(sum);
    worth /= std::exp(worth.array().log().mean());
  }
  return worth.array().log();
}

/// Elo's ratings as the rule reads, with the odds in place of the logistic curve.
inline Eigen::VectorXd plain_elo(Eigen::VectorXd ratings, const std::vector<kernel::EloSide>& sides,
                                 const std::vector<std::uint32_t>& periods, double scale) {
  for (std::size_t p = 1; p < periods.size(); ++p) {
    const Eigen::VectorXd before = ratings;
    for (std::size_t s = periods[p - 1]; s < periods[p]; ++s) {
      const kernel::EloSide& side = sides[s];
      const double own = std::pow(10, (before(side.item) + side.edge) / scale);
      const double its = std::pow(10, before(side.other) / scale);
      ratings(side.item) += side.k * (side.result - own / (own + its));
    }
  }
  return ratings;
}

struct PlainKemeny {
  double cost = 0, optima = 0;
  std::vector<std::uint32_t> first, best_place, worst_place;
};

/// All orders, one after the other.
inline PlainKemeny plain_kemeny(const Eigen::MatrixXd& tally) {
  const auto n = static_cast<std::size_t>(tally.rows());
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  PlainKemeny out;
  out.cost = 1e300;
  do {
    double cost = 0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = i + 1; j < n; ++j)
        cost += tally(order[j], order[i]);
    if (cost < out.cost - 1e-9) {
      out = {cost, 0, order, std::vector<std::uint32_t>(n, static_cast<std::uint32_t>(n)),
             std::vector<std::uint32_t>(n, 1)};
    }
    if (cost < out.cost + 1e-9) {
      out.optima += 1;
      for (std::uint32_t p = 0; p < n; ++p) {
        out.best_place[order[p]] = std::min(out.best_place[order[p]], p + 1);
        out.worst_place[order[p]] = std::max(out.worst_place[order[p]], p + 1);
      }
    }
  } while (std::next_permutation(order.begin(), order.end()));
  return out;
}

/// The log-likelihood of Plackett and Luce, choice by choice.
inline double plain_plackett_luce(const kernel::Ballots& ballots, kernel::Unlisted unlisted,
                                  const Eigen::VectorXd& strength) {
  double out = 0;
  for (std::size_t b = 0; b < ballots.count(); ++b) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> items; // level, item
    std::vector<bool> listed(ballots.items, false);
    for (std::uint32_t k = ballots.offsets[b]; k < ballots.offsets[b + 1]; ++k) {
      items.emplace_back(ballots.level[k], ballots.listed[k]);
      listed[ballots.listed[k]] = true;
    }
    if (unlisted == kernel::Unlisted::last)
      for (std::uint32_t i = 0; i < ballots.items; ++i)
        if (!listed[i])
          items.emplace_back(1000, i);
    // Of items tied before the end all orders are added up.
    for (std::size_t first = 0, last = 0; first < items.size(); first = last) {
      std::vector<std::uint32_t> tied;
      for (last = first; last < items.size() && items[last].first == items[first].first; ++last)
        tied.push_back(items[last].second);
      double rest = 0, sum = 0;
      for (std::size_t k = last; k < items.size(); ++k)
        rest += std::exp(strength(items[k].second));
      if (last == items.size())
        break;
      std::sort(tied.begin(), tied.end());
      do {
        double left = rest, p = 1;
        for (std::size_t k = tied.size(); k > 0; --k) {
          left += std::exp(strength(tied[k - 1]));
          p *= std::exp(strength(tied[k - 1])) / left;
        }
        sum += p;
      } while (std::next_permutation(tied.begin(), tied.end()));
      out += ballots.weight[b] * std::log(sum);
    }
  }
  return out;
}

} // namespace libeval::test
