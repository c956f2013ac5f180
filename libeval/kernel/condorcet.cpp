// SPDX-License-Identifier: Apache-2.0
#include <libeval/kernel/condorcet.hpp>

#include <algorithm>
#include <cmath>

namespace libeval::kernel {
namespace {

using Eigen::Index;

double noise(Tally tally) {
  return tally.size() == 0 ? 0 : 1e-9 * std::max(tally.cwiseAbs().maxCoeff(), 0.0);
}

/// Places of a strict order given as reachability.
template <class Before>
std::vector<std::uint32_t> places(Index n, Before&& before) {
  std::vector<std::uint32_t> out(static_cast<std::size_t>(n), 1);
  for (Index j = 0; j < n; ++j)
    for (Index i = 0; i < n; ++i)
      if (i != j && before(i, j))
        ++out[static_cast<std::size_t>(j)];
  return out;
}

struct Victory {
  double votes = 0, against = 0;
  Index winner = 0, loser = 0;
};

using Reach = Eigen::Matrix<std::uint8_t, Eigen::Dynamic, Eigen::Dynamic>;

/// Adds i -> j to a closed relation and closes it again.
void lock(Reach& reach, Index i, Index j) {
  if (reach(i, j) != 0)
    return;
  const Index n = reach.rows();
  for (Index a = 0; a < n; ++a) {
    if (a != i && reach(a, i) == 0)
      continue;
    for (Index b = 0; b < n; ++b)
      if (b == j || reach(j, b) != 0)
        reach(a, b) = 1;
  }
}

} // namespace

Eigen::VectorXd copeland(Tally tally, double tie) {
  const Index n = tally.rows();
  const double near = noise(tally);
  Eigen::VectorXd out = Eigen::VectorXd::Zero(n);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j)
      if (i != j) {
        const double margin = tally(i, j) - tally(j, i);
        out(i) += margin > near ? 1 : margin < -near ? 0 : tie;
      }
  return out;
}

Relation schulze(Tally tally, Strength strength) {
  const Index n = tally.rows();
  const double near = noise(tally);
  Relation out;
  Eigen::MatrixXd& p = out.paths;
  p = Eigen::MatrixXd::Zero(n, n);
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j)
      if (i != j && tally(i, j) - tally(j, i) > near)
        p(i, j) = strength == Strength::margins ? tally(i, j) - tally(j, i) : tally(i, j);
  for (Index k = 0; k < n; ++k)
    for (Index j = 0; j < n; ++j) {
      if (j == k)
        continue;
      const double on = p(k, j);
      for (Index i = 0; i < n; ++i)
        if (i != j && i != k)
          p(i, j) = std::max(p(i, j), std::min(p(i, k), on));
    }
  out.place = places(n, [&](Index i, Index j) { return p(i, j) - p(j, i) > near; });
  return out;
}

Relation ranked_pairs(Tally tally, Strength strength) {
  const Index n = tally.rows();
  const double near = noise(tally);
  std::vector<Victory> victories;
  for (Index i = 0; i < n; ++i)
    for (Index j = 0; j < n; ++j)
      if (i != j && tally(i, j) - tally(j, i) > near) {
        if (strength == Strength::margins)
          victories.push_back({tally(i, j) - tally(j, i), 0, i, j});
        else
          victories.push_back({tally(i, j), tally(j, i), i, j});
      }
  std::stable_sort(victories.begin(), victories.end(), [](const Victory& a, const Victory& b) {
    return a.votes != b.votes ? a.votes > b.votes : a.against < b.against;
  });
  Relation out;
  Reach reach = Reach::Zero(n, n);
  for (std::size_t first = 0, end = 0; first < victories.size(); first = end) {
    end = first + 1;
    while (end < victories.size() && victories[first].votes - victories[end].votes <= near &&
           victories[end].against - victories[first].against <= near)
      ++end;
    Reach together = reach;
    for (std::size_t k = first; k < end; ++k) {
      const Victory& v = victories[k];
      if (reach(v.loser, v.winner) == 0)
        lock(together, v.winner, v.loser);
    }
    for (std::size_t k = first; k < end; ++k) {
      const Victory& v = victories[k];
      if (reach(v.loser, v.winner) != 0)
        continue; // contradicts what is stronger
      if (together(v.loser, v.winner) != 0)
        out.contradicting.emplace_back(static_cast<std::uint32_t>(v.winner),
                                       static_cast<std::uint32_t>(v.loser));
    }
    for (std::size_t k = first; k < end; ++k) {
      const Victory& v = victories[k];
      if (together(v.loser, v.winner) == 0)
        lock(reach, v.winner, v.loser);
    }
  }
  out.place = places(n, [&](Index i, Index j) { return reach(i, j) != 0; });
  return out;
}

} // namespace libeval::kernel
