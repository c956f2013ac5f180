// SPDX-License-Identifier: Apache-2.0
// Models on votes: the numbers of a run as comparisons or ballots.
#include "engine/run/runner.hpp"
#include "engine/run/votes.hpp"

#include <functional>
#include <numeric>

namespace libeval {

namespace {

/// Numbers that differ only by the arithmetic become equal, so that equals tie. `least`: what is
/// nothing on their scale.
void settle(std::vector<double>& x, double least) {
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, std::less<>{}, [&](std::size_t i) { return x[i]; });
  double largest = 0;
  for (const double value : x)
    largest = std::max(largest, std::abs(value));
  double first = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    double& value = x[order[k]];
    if (k > 0 && value - first <= std::max(least, 1e-10 * largest))
      value = first;
    first = value;
  }
}

} // namespace

template <class T>
void Runner<T>::apply(const op::Votes& o) {
  const auto x = values(o.in);
  const auto w = o.weights == no_array ? nullptr : values(o.weights);
  const auto weight = [&](std::uint32_t cell) {
    return w == nullptr ? 1.0 : kernel::to_double((*w)[cell]);
  };
  bool fine = true; // weights are not negative, results are results
  VoteCount count;
  if (o.kind == op::Votes::Kind::elo) {
    const auto start = values(o.start);
    Eigen::VectorXd ratings(static_cast<Eigen::Index>(start->size()));
    std::ranges::transform(*start, ratings.begin(),
                           [](const T& r) { return kernel::to_double(r); });
    std::vector<kernel::EloSide> sides;
    sides.reserve(o.cells.size());
    for (std::size_t k = 0; k < o.cells.size(); ++k) {
      const std::uint32_t cell = o.cells[k];
      sides.push_back({o.item[k], o.other[k], kernel::to_double((*x)[cell]), weight(cell),
                       o.at_home.empty() ? 0 : o.edge * o.at_home[k]});
      fine = fine && sides.back().result >= 0 && sides.back().result <= 1 && sides.back().k >= 0;
    }
    if (fine)
      count = rate_games(o, std::move(ratings), sides);
  } else if (!o.other.empty() || o.offsets.empty()) {
    PairVotes votes;
    votes.clusters = o.cluster;
    std::vector<std::shared_ptr<const Values>> columns;
    for (const ArrayId id : o.covariates)
      columns.push_back(values(id));
    const bool home = !o.at_home.empty();
    const std::size_t effects = columns.size() + (home ? 1 : 0);
    if (effects > 0)
      votes.covariates.resize(static_cast<Eigen::Index>(o.cells.size()),
                              static_cast<Eigen::Index>(effects));
    const bool apart = effects > 0 || !o.cluster.empty(); // else rows of the same two are one
    kernel::PairCounts counts(o.items->size(), apart ? 0 : o.cells.size());
    votes.comparisons.reserve(apart ? o.cells.size() : 0);
    for (std::size_t k = 0; k < o.cells.size(); ++k) {
      const std::uint32_t cell = o.cells[k];
      const double result = kernel::to_double((*x)[cell]), size = weight(cell);
      fine = fine && size >= 0 && (result == 0 || result == 0.5 || result == 1);
      const kernel::Comparison vote{o.item[k], o.other[k], result == 1 ? size : 0,
                                    result == 0 ? size : 0, result == 0.5 ? size : 0};
      if (!apart) {
        counts.add(vote);
        continue;
      }
      votes.comparisons.push_back(vote);
      const auto row = static_cast<Eigen::Index>(k);
      if (home)
        votes.covariates(row, 0) = o.at_home[k];
      for (std::size_t c = 0; c < columns.size(); ++c)
        votes.covariates(row, static_cast<Eigen::Index>(c + (home ? 1 : 0))) =
            kernel::to_double((*columns[c])[cell]);
    }
    if (!apart)
      votes.comparisons = std::move(counts).take();
    if (fine)
      count = count_pairs(o, std::move(votes));
  } else {
    const kernel::Ballots ballots = ballots_of(
        o, [&](std::uint32_t cell) { return kernel::to_double((*x)[cell]); }, weight, noise(o.in));
    fine = std::ranges::all_of(ballots.weight, [](double size) { return size >= 0; });
    if (fine)
      count = count_ballots(o, ballots);
  }
  if (!fine)
    count.why =
        o.kind == op::Votes::Kind::elo ? "a result that is not between 0 and 1, or a `k` below 0"
        : o.offsets.empty()
            ? "a result that is neither 1 (win), 0.5 (tie) nor 0 (loss), or a weight below 0"
            : "a ballot has a weight below 0";
  if (count.undefined.empty() && !count.why.empty()) {
    count.undefined.resize(o.items->size());
    std::iota(count.undefined.begin(), count.undefined.end(), 0U);
  }
  const bool logarithms =
      (o.kind == op::Votes::Kind::bradley_terry || o.kind == op::Votes::Kind::plackett_luce) &&
      o.value != "worth";
  settle(count.voted.scores, logarithms ? 1e-10 : 0);
  Values y;
  std::vector<std::uint32_t> bad;
  for (std::size_t k = 0; k < o.taken.size(); ++k) {
    const std::uint32_t item = o.taken[k];
    const bool undefined = std::ranges::binary_search(count.undefined, item);
    if (undefined)
      bad.push_back(static_cast<std::uint32_t>(k));
    y.push_back(T(undefined ? 0.0 : count.voted.scores[item]));
  }
  put(o.out, std::move(y));
  std::vector<ArrayId> of_cells = o.covariates;
  of_cells.insert(of_cells.end(), {o.in, o.weights});
  std::uint32_t before = 0; // everybody's votes tell of everybody
  for (const ArrayId id : of_cells)
    before = before != 0 ? before : first_cause(id, o.cells);
  if (o.start != no_array && before == 0) {
    std::vector<std::uint32_t> items(plan_.arrays[o.start].size);
    std::iota(items.begin(), items.end(), 0U);
    before = first_cause(o.start, items);
  }
  mark(o.out, Marks(o.taken.size(), before));
  if (fail(o.out, bad, count.why))
    for (const auto& part : count.parts) {
      auto& who = result_.undefined.back().parts.emplace_back();
      for (const std::uint32_t item : part)
        who.push_back((*o.items)[item]);
    }
  count.voted.op = at_;
  if (count.why.empty() || !count.voted.facts.empty())
    result_.voted.push_back(std::move(count.voted));
}

template void Runner<double>::apply(const op::Votes&);
template void Runner<kernel::Exact>::apply(const op::Votes&);

} // namespace libeval
