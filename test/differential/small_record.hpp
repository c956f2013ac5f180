// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <vector>

// Records of a few candidates and points, read plainly: every completion is listed and decided by
// itself. All numbers are hundredths.
namespace libeval::test::small {

/// All scores of a completion in hundredths, by node and candidate. The first node is the total.
using Scores = std::vector<std::vector<int>>;
using Outcomes = std::vector<std::string>;

[[nodiscard]] std::string hundredths(int x); ///< as it is written: 150 is `1.5`
[[nodiscard]] int floor_of(int a, int b);
[[nodiscard]] int to_nearest(int x, int step); ///< to the nearest multiple, a half up
[[nodiscard]] std::string name(std::size_t candidate);

struct Part {
  std::string id;
  int points = 0, low = 0; ///< hundredths
  bool best = false;       ///< scaled to the best: somebody has all points
  std::vector<int> known;  ///< hundredths; empty: unknown
  int users_to = 0;        ///< ratings from 1 to this
};

struct Step {
  enum Kind { withdraw, require, order, take, reserve } kind = take;
  std::size_t candidate = 0, node = 0, count = 0;
  std::vector<std::size_t> keys;
  int bound = 0;
  bool until = false;        ///< `count` in all
  bool disqualifies = false; ///< a hurdle, instead of a cut
  std::string ties;          ///< of a take; empty: those of the stage
  std::string text;
};

/// A statement and what it says.
struct Said {
  std::string id, text;
  std::function<bool(const Scores&, const Outcomes&)> holds;
};

/// A stage and a file of statements about it.
struct Instance {
  std::size_t n = 1;
  int step = 100;
  std::vector<Part> parts;
  std::size_t grouped = 0; ///< so many first parts are a node of their own
  int round = 0;           ///< of the total; 0: none
  std::vector<Step> select;
  std::string ties = "hold";
  std::vector<Said> said;

  [[nodiscard]] std::size_t nodes() const { return 1 + (grouped > 0 ? 1 : 0) + parts.size(); }
  /// Position of a part among the nodes: the total, then (the group and) the parts.
  [[nodiscard]] std::size_t node_of(std::size_t part) const {
    return 1 + (grouped > 0 ? 1 : 0) + part;
  }
  [[nodiscard]] std::string path(std::size_t node) const {
    if (node == 0)
      return "total";
    if (grouped > 0 && node == 1)
      return "g";
    const std::size_t part = node - node_of(0);
    return (part < grouped ? "g." : "") + parts[part].id;
  }
  [[nodiscard]] int points(std::size_t node) const {
    int sum = 0;
    for (std::size_t p = 0; p < parts.size(); ++p)
      if (node == 0 || node == node_of(p) || (grouped > 0 && node == 1 && p < grouped))
        sum += parts[p].points;
    return sum;
  }
};

[[nodiscard]] std::string program_of(const Instance& x);
[[nodiscard]] std::string published_of(const Instance& x);

/// All scores, given those of the parts.
[[nodiscard]] Scores scores_of(const Instance& x, const std::vector<std::vector<int>>& parts);
/// Above 0: a is ahead.
[[nodiscard]] int compare(const Scores& s, const std::vector<std::size_t>& keys, std::size_t a,
                          std::size_t b);
/// The keys of the order.
[[nodiscard]] std::vector<std::size_t> keys_of(const Instance& x);
[[nodiscard]] Outcomes decide_plainly(const Instance& x, const Scores& s);

/// One completion: its scores, its decision, and which statements it keeps.
struct Completion {
  Scores scores;
  Outcomes outcomes;
  unsigned kept = 0;
};

[[nodiscard]] std::vector<Completion> all_completions(const Instance& x);

/// The fewest statements such that all completions that keep them are fine; none: 99.
template <class Fine>
int fewest(const std::vector<Completion>& all, std::size_t statements, const Fine& fine) {
  std::set<unsigned> bad;
  for (const Completion& one : all)
    if (!fine(one))
      bad.insert(one.kept);
  int least = 99;
  for (unsigned set = 0; set < 1U << statements; ++set)
    if (std::ranges::none_of(bad, [&](unsigned kept) { return (set & ~kept) == 0; }))
      least = std::min(least, __builtin_popcount(set));
  return least;
}

/// The record that a seed stands for: of all sorts, contradictory ones among them.
[[nodiscard]] Instance random_record(unsigned seed);

} // namespace libeval::test::small
