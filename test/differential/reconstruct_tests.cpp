// SPDX-License-Identifier: Apache-2.0
// Random records of a few candidates, read by the engine and by listing every completion.
#include "support/catch.hpp"
#include "support/random.hpp"
#include "support/record.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <set>

using namespace libeval;
using namespace libeval::test;

namespace {

/// All scores of a completion in hundredths, by node and candidate. The first node is the total.
using Scores = std::vector<std::vector<int>>;
using Outcomes = std::vector<std::string>;

std::string hundredths(int x) {
  std::string text = decimal(x, 2);
  while (text.back() == '0')
    text.pop_back();
  if (text.back() == '.')
    text.pop_back();
  return text;
}

int floor_of(int a, int b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

/// To the nearest multiple, a half up.
int to_nearest(int x, int step) {
  return floor_of(2 * x + step, 2 * step) * step;
}

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
  std::string text;
};

struct Said {
  std::string id, text;
  std::function<bool(const Scores&, const Outcomes&)> holds;
};

struct Instance {
  std::size_t n = 1;
  int step = 100;
  std::vector<Part> parts;
  std::size_t grouped = 0; ///< so many first parts are a node of their own
  int round = 0;           ///< of the total; 0: none
  std::vector<Step> select;
  std::string ties = "hold";
  std::vector<Said> said;
  bool exact_outcomes = true; ///< one line only

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

std::string name(std::size_t candidate) {
  return std::string(1, static_cast<char>('a' + candidate));
}

std::string program_of(const Instance& x) {
  std::string out = "libeval: 1\nprogram: small\ncandidates:\n";
  for (std::size_t c = 0; c < x.n; ++c)
    out += "  " + name(c) + ": {}\n";
  out += "evidence:\n  published: published.yaml\n";
  std::vector<std::string> parts;
  for (const Part& p : x.parts) {
    std::string text = p.id + ": {points: " + hundredths(p.points) + ", ";
    if (!p.known.empty()) {
      out += "  " + p.id + "-marks:\n    keys: [candidate]\n    values: [mark]\n    csv: |\n" +
             "      candidate,mark\n";
      for (std::size_t c = 0; c < x.n; ++c)
        out += "      " + name(c) + "," + hundredths(p.known[c]) + "\n";
      text +=
          "from: " + p.id + "-marks, steps: [{scale: {from: [0, " + hundredths(p.points) + "]}}]}";
    } else if (p.best) {
      out += "  " + p.id + "-users: {unpublished: {user: 2}, keys: [user, candidate], values: " +
             "[rating], range: [1, " + std::to_string(p.users_to) + "]}\n";
      text += "from: " + p.id + "-users, steps: [{sum: user}, {ratio: {to: best}}]}";
    } else {
      text += "from: published}";
    }
    parts.push_back(text);
  }
  out += "stages:\n  - id: s\n    score:\n      points: " + hundredths(x.points(0)) + "\n";
  if (x.round > 0)
    out += "      round: {to: " + hundredths(x.round) + ", mode: half_up}\n";
  out += "      parts:\n";
  if (x.grouped > 0) {
    out += "        g:\n          points: " + hundredths(x.points(1)) + "\n          parts:\n";
    for (std::size_t p = 0; p < x.grouped; ++p)
      out += "            " + parts[p] + "\n";
  }
  for (std::size_t p = x.grouped; p < parts.size(); ++p)
    out += "        " + parts[p] + "\n";
  out += "    select:\n";
  for (const Step& step : x.select)
    out += "      - " + step.text + "\n";
  return out + "      - ties: " + x.ties + "\n";
}

std::string published_of(const Instance& x) {
  std::string out = "published: record\nstep: " + hundredths(x.step) + "\nstage: s\nstatements:\n";
  for (const Said& s : x.said)
    out += "  - {id: " + s.id + ", source: somebody, " + s.text + "}\n";
  return out;
}

// --- the plain reading
// ----------------------------------------------------------------------------

Scores scores_of(const Instance& x, const std::vector<std::vector<int>>& parts) {
  Scores out(x.nodes(), std::vector<int>(x.n, 0));
  for (std::size_t p = 0; p < x.parts.size(); ++p)
    for (std::size_t c = 0; c < x.n; ++c) {
      out[x.node_of(p)][c] = parts[p][c];
      out[0][c] += parts[p][c];
      if (p < x.grouped)
        out[1][c] += parts[p][c];
    }
  if (x.round > 0)
    for (int& total : out[0])
      total = to_nearest(total, x.round);
  return out;
}

/// Above 0: a is ahead.
int compare(const Scores& s, const std::vector<std::size_t>& keys, std::size_t a, std::size_t b) {
  for (const std::size_t key : keys)
    if (s[key][a] != s[key][b])
      return s[key][a] > s[key][b] ? 1 : -1;
  return 0;
}

Outcomes decide_plainly(const Instance& x, const Scores& s) {
  enum State { undecided, taken, waiting, out };
  std::vector<State> state(x.n, undecided);
  Outcomes outcome(x.n, "cut");
  std::vector<std::size_t> keys = {0};
  const auto groups = [&] {
    std::vector<std::size_t> who;
    for (std::size_t c = 0; c < x.n; ++c)
      if (state[c] == undecided)
        who.push_back(c);
    std::ranges::stable_sort(
        who, [&](std::size_t a, std::size_t b) { return compare(s, keys, a, b) > 0; });
    std::vector<std::vector<std::size_t>> tied;
    for (const std::size_t c : who) {
      if (tied.empty() || compare(s, keys, tied.back().front(), c) != 0)
        tied.emplace_back();
      tied.back().push_back(c);
    }
    return tied;
  };
  const auto put = [&](std::size_t c, State to, const std::string& as) {
    state[c] = to;
    outcome[c] = as;
  };
  for (const Step& step : x.select) {
    std::size_t left = step.count;
    switch (step.kind) {
    case Step::withdraw:
      if (state[step.candidate] != out)
        put(step.candidate, out, "withdrawn");
      break;
    case Step::require:
      for (std::size_t c = 0; c < x.n; ++c)
        if (state[c] != out && s[step.node][c] < step.bound)
          put(c, out, "cut");
      break;
    case Step::order:
      keys = step.keys;
      break;
    case Step::take:
      for (const auto& group : groups()) {
        if (left == 0)
          break;
        if (group.size() > left && x.ties == "all_cut")
          break;
        for (const std::size_t c : group)
          if (group.size() > left && x.ties == "hold")
            put(c, waiting, "held");
          else
            put(c, taken, "advances");
        left -= std::min(left, group.size());
      }
      break;
    case Step::reserve:
      for (const auto& group : groups()) {
        if (left == 0)
          break;
        for (const std::size_t c : group)
          put(c, out, "reserve");
        left -= std::min(left, group.size());
      }
      break;
    }
  }
  return outcome;
}

/// One completion: its scores, its decision, and which statements it keeps.
struct Completion {
  Scores scores;
  Outcomes outcomes;
  unsigned kept = 0;
};

std::vector<Completion> all_completions(const Instance& x) {
  std::vector<Completion> out;
  std::vector<std::vector<int>> parts;
  for (const Part& p : x.parts)
    parts.push_back(p.known.empty() ? std::vector<int>(x.n, p.low) : p.known);
  while (true) {
    bool somebody = true;
    for (std::size_t p = 0; p < parts.size(); ++p)
      somebody = somebody && (!x.parts[p].best ||
                              std::ranges::find(parts[p], x.parts[p].points) != parts[p].end());
    if (somebody) {
      Completion one;
      one.scores = scores_of(x, parts);
      one.outcomes = decide_plainly(x, one.scores);
      for (std::size_t s = 0; s < x.said.size(); ++s)
        one.kept |= x.said[s].holds(one.scores, one.outcomes) ? 1U << s : 0U;
      out.push_back(std::move(one));
    }
    bool more = false;
    for (std::size_t p = 0; p < parts.size() && !more; ++p)
      for (std::size_t c = 0; c < x.n && x.parts[p].known.empty(); ++c) {
        if (parts[p][c] < x.parts[p].points) {
          parts[p][c] += x.step;
          more = true;
          break;
        }
        parts[p][c] = x.parts[p].low;
      }
    if (!more)
      return out;
  }
}

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

// --- random instances
// -----------------------------------------------------------------------------

class Maker {
public:
  explicit Maker(unsigned seed) : r_(seed) {}

  Instance make() {
    x_.n = static_cast<std::size_t>(r_.one_in(8) ? 1 : r_.in(2, 4));
    x_.step = r_.one_in(3) ? 50 : 100;
    const int count = x_.n == 4 ? r_.in(1, 2) : r_.in(1, 3);
    double size = 1;
    for (int p = 0; p < count; ++p) {
      Part part;
      part.id = std::string(1, static_cast<char>('p' + p));
      part.points = 100 * r_.in(1, 3);
      if (p > 0 && r_.one_in(5)) {
        for (std::size_t c = 0; c < x_.n; ++c)
          part.known.push_back(part.points / x_.step > 0 ? r_.in(0, part.points / x_.step) * x_.step
                                                         : 0);
      } else if (r_.one_in(4)) {
        part.best = true;
        part.users_to = r_.in(2, 4);
        part.low = x_.n == 1 ? part.points : to_nearest_of(part.points, part.users_to);
      }
      const auto ways = [&] {
        return std::pow((part.points - part.low) / x_.step + 1, static_cast<double>(x_.n));
      };
      while (part.known.empty() && size * ways() > 6000 && part.points > 100) {
        part.points -= 100;
        part.low =
            part.best ? (x_.n == 1 ? part.points : to_nearest_of(part.points, part.users_to)) : 0;
      }
      if (part.known.empty() && size * ways() > 12000)
        part.known.assign(x_.n, part.points), part.best = false;
      size *= part.known.empty() ? ways() : 1;
      x_.parts.push_back(part);
    }
    if (count == 3 && r_.one_in(2))
      x_.grouped = 2;
    if (x_.step == 50 && r_.one_in(2))
      x_.round = 100;
    selection();
    hidden_ = scores_of(x_, hidden_parts());
    const int said = r_.in(0, 6);
    for (int s = 0; s < said; ++s)
      statement();
    return x_;
  }

private:
  [[nodiscard]] int to_nearest_of(int points, int to) const {
    return floor_of(2 * points + x_.step * to, 2 * to * x_.step) * x_.step;
  }

  std::vector<std::vector<int>> hidden_parts() {
    std::vector<std::vector<int>> out;
    for (const Part& p : x_.parts) {
      out.push_back(p.known);
      for (std::size_t c = 0; c < x_.n && p.known.empty(); ++c)
        out.back().push_back(p.low + x_.step * r_.in(0, (p.points - p.low) / x_.step));
      if (p.best)
        out.back()[candidate()] = p.points;
    }
    return out;
  }

  std::size_t candidate() { return static_cast<std::size_t>(r_.in(0, static_cast<int>(x_.n) - 1)); }
  std::size_t node() {
    return static_cast<std::size_t>(r_.in(0, static_cast<int>(x_.nodes()) - 1));
  }

  void selection() {
    x_.ties = r_.of<std::string>({"hold", "hold", "all_advance", "all_cut"});
    const auto add = [&](Step step) { x_.select.push_back(std::move(step)); };
    const auto withdraw = [&] {
      Step s;
      s.kind = Step::withdraw;
      s.candidate = candidate();
      s.text = "withdraw: {decision: {candidate: " + name(s.candidate) +
               ", reason: asked, source: letter, date: 2026-01-01}}";
      add(s);
    };
    const auto require = [&] {
      Step s;
      s.kind = Step::require;
      s.node = node();
      s.bound = x_.step * r_.in(0, x_.points(s.node) / x_.step);
      s.text = "require: {part: " + x_.path(s.node) + ", at_least: " + hundredths(s.bound) + "}";
      add(s);
    };
    if (r_.one_in(6))
      withdraw();
    if (r_.one_in(4))
      require();
    Step order;
    order.kind = Step::order;
    order.keys = {r_.one_in(4) ? node() : 0};
    if (r_.one_in(2))
      if (const std::size_t second = node(); second != order.keys[0])
        order.keys.push_back(second);
    order.text = "order: [";
    for (const std::size_t key : order.keys)
      order.text += (order.text.back() == '[' ? "" : ", ") + x_.path(key);
    order.text += "]";
    add(order);
    Step take;
    take.count = static_cast<std::size_t>(r_.in(0, static_cast<int>(x_.n)));
    take.text = "take: {first: " + std::to_string(take.count) + "}";
    add(take);
    if (r_.one_in(6))
      withdraw();
    if (r_.one_in(5))
      require();
    if (r_.one_in(6)) {
      Step reserve;
      reserve.kind = Step::reserve;
      reserve.count = 1;
      reserve.text = "reserve: {first: 1}";
      add(reserve);
      x_.exact_outcomes = false;
    }
  }

  void statement() {
    Said s;
    s.id = "s" + std::to_string(x_.said.size());
    const std::size_t at = node(), c = candidate();
    const std::string part = "part: " + x_.path(at) + ", ";
    const auto& truth = hidden_[at];
    const auto n = static_cast<int>(x_.n);
    const int noise = r_.one_in(4) ? x_.step * r_.in(-2, 2) : 0;
    const auto inside = [&](int value) { return std::clamp(value, 0, x_.points(at)); };
    const bool ties = r_.one_in(3);
    const std::string allowed = ties ? ", ties: allowed" : "";
    const auto ahead = [ties](int difference) { return ties ? difference >= 0 : difference > 0; };
    // Everybody, or some of them.
    std::vector<std::size_t> of;
    std::string of_text;
    if (n > 2 && r_.one_in(3)) {
      for (std::size_t d = 0; d < x_.n; ++d)
        if (d != c)
          of.push_back(d);
      of_text = ", of: [" + names(of) + "]";
    } else {
      of = everybody();
    }
    const auto sum = [of, at](const Scores& x) {
      int out = 0;
      for (const std::size_t d : of)
        out += x[at][d];
      return out;
    };
    switch (r_.in(0, 12)) {
    case 0: {
      const bool rounded = r_.one_in(3);
      const int value = inside(rounded ? to_nearest(truth[c] + noise, 100) : truth[c] + noise);
      s.text = part + "value: {" + name(c) + ": " + hundredths(value) + "}" +
               (rounded ? ", rounded: 1" : "");
      s.holds = [=](const Scores& x, const Outcomes&) {
        return rounded ? to_nearest(x[at][c], 100) == value : x[at][c] == value;
      };
      break;
    }
    case 1: {
      const int low = inside(truth[c] - x_.step * r_.in(0, 1) + noise),
                high = std::max(low, inside(truth[c] + x_.step * r_.in(0, 1)));
      s.text =
          part + "range: {" + name(c) + ": [" + hundredths(low) + ", " + hundredths(high) + "]}";
      s.holds = [=](const Scores& x, const Outcomes&) {
        return x[at][c] >= low && x[at][c] <= high;
      };
      break;
    }
    case 2: {
      const bool below = r_.one_in(2); // of what the reader does not refuse at once
      const int low = std::clamp(truth[c] - x_.step + noise, below ? x_.step : 0,
                                 x_.points(at) - (below ? 0 : x_.step));
      s.text = part + "range: {" + name(c) + (below ? ": {below: " : ": {above: ") +
               hundredths(low) + "}}";
      s.holds = [=](const Scores& x, const Outcomes&) {
        return below ? x[at][c] < low : x[at][c] > low;
      };
      break;
    }
    case 3: {
      const auto m = static_cast<int>(of.size());
      const int to = r_.one_in(2) ? 10 : 100; // in hundredths
      const int mean = inside(to_nearest(floor_of(2 * sum(hidden_) + m, 2 * m) + noise, to));
      s.text = part + "mean: " + hundredths(mean) + ", rounded: " + hundredths(to) + of_text;
      s.holds = [=](const Scores& x, const Outcomes&) {
        return 2 * sum(x) >= m * (2 * mean - to) && 2 * sum(x) < m * (2 * mean + to);
      };
      break;
    }
    case 4: {
      const int total =
          std::clamp(sum(hidden_) + noise, 0, x_.points(at) * static_cast<int>(of.size()));
      s.text = part + "sum: " + hundredths(total) + of_text;
      s.holds = [=](const Scores& x, const Outcomes&) { return sum(x) == total; };
      break;
    }
    case 5: {
      const auto gap_of = [of, at](const Scores& x) {
        int low = x[at][of[0]], high = low;
        for (const std::size_t d : of) {
          low = std::min(low, x[at][d]);
          high = std::max(high, x[at][d]);
        }
        return high - low;
      };
      const int gap = inside(gap_of(hidden_) + noise);
      s.text = part + "gap: " + hundredths(gap) + of_text;
      s.holds = [=](const Scores& x, const Outcomes&) { return gap_of(x) == gap; };
      break;
    }
    case 6:
    case 7: {
      const bool first = r_.one_in(2);
      std::vector<std::size_t> named = {c};
      if (n > 2 && r_.one_in(3))
        named.push_back((c + 1) % x_.n);
      s.text = part + (first ? "first: [" : "last: [") + names(named) + "]" + allowed;
      s.holds = [=, all = x_.n](const Scores& x, const Outcomes&) {
        for (const std::size_t a : named)
          for (std::size_t b = 0; b < all; ++b) {
            const int difference = first ? x[at][a] - x[at][b] : x[at][b] - x[at][a];
            if (std::ranges::find(named, b) != named.end() ? difference != 0 : !ahead(difference))
              return false;
          }
        return true;
      };
      break;
    }
    case 8: {
      std::vector<std::size_t> order = everybody();
      std::ranges::stable_sort(order,
                               [&](std::size_t a, std::size_t b) { return truth[a] > truth[b]; });
      order.resize(static_cast<std::size_t>(r_.in(1, n)));
      s.text = part + "top: [" + names(order) + "]" + allowed;
      s.holds = [=, all = x_.n](const Scores& x, const Outcomes&) {
        for (const std::size_t a : order)
          for (std::size_t b = 0; b < all; ++b)
            if (std::ranges::find(order, b) == order.end() && !ahead(x[at][a] - x[at][b]))
              return false;
        return true;
      };
      break;
    }
    case 9: {
      if (n < 2)
        return;
      std::vector<std::size_t> order = everybody();
      std::ranges::stable_sort(order,
                               [&](std::size_t a, std::size_t b) { return truth[a] > truth[b]; });
      if (r_.one_in(4))
        std::swap(order[0], order[1]);
      std::vector<std::vector<std::size_t>> groups;
      for (const std::size_t d : order)
        if (!groups.empty() && groups.size() > 1 && r_.one_in(4))
          groups.back().push_back(d);
        else
          groups.push_back({d});
      s.text = part + "order: [";
      for (const auto& group : groups)
        s.text += (s.text.back() == '[' ? "[" : ", [") + names(group) + "]";
      s.text += "]" + allowed;
      s.holds = [=](const Scores& x, const Outcomes&) {
        for (std::size_t g = 0; g + 1 < groups.size(); ++g)
          for (const std::size_t a : groups[g])
            for (const std::size_t b : groups[g + 1])
              if (!ahead(x[at][a] - x[at][b]))
                return false;
        return true;
      };
      break;
    }
    case 10: {
      if (n < 2)
        return;
      const std::size_t other = (c + 1) % x_.n;
      const int by = inside(truth[c] - truth[other] + noise);
      s.text = part + "ahead: {candidate: " + name(c) + ", of: " + name(other) +
               ", by: " + hundredths(by) + "}";
      s.holds = [=](const Scores& x, const Outcomes&) { return x[at][c] - x[at][other] >= by; };
      break;
    }
    case 11: {
      const bool above = r_.one_in(2);
      s.text = part + (above ? "above_mean: " : "below_mean: ") + name(c) + of_text + allowed;
      const auto m = static_cast<int>(of.size());
      s.holds = [=](const Scores& x, const Outcomes&) {
        const int difference = m * x[at][c] - sum(x);
        return ahead(above ? difference : -difference);
      };
      break;
    }
    default: {
      if (!x_.exact_outcomes)
        return;
      const std::string word = r_.one_in(3) ? r_.of<std::string>({"advances", "cut"})
                               : decide_plainly(x_, hidden_)[c] == "advances" ? "advances"
                                                                              : "cut";
      s.text = "outcome: {" + name(c) + ": " + word + "}";
      s.holds = [=](const Scores&, const Outcomes& outcomes) { return outcomes[c] == word; };
    }
    }
    x_.said.push_back(std::move(s));
  }

  [[nodiscard]] std::vector<std::size_t> everybody() const {
    std::vector<std::size_t> out(x_.n);
    std::iota(out.begin(), out.end(), std::size_t{0});
    return out;
  }
  static std::string names(const std::vector<std::size_t>& who) {
    std::string out;
    for (const std::size_t c : who)
      out += (out.empty() ? "" : ", ") + name(c);
    return out;
  }

  Random r_;
  Instance x_;
  Scores hidden_;
};

unsigned as_mask(const StatementSet& set, const Reconstruction& r) {
  unsigned out = 0;
  for (const std::size_t s : set.statements)
    out |= 1U << std::stoi(r.statements[s].id.substr(1));
  return out;
}

struct Tally {
  int infeasible = 0, unique = 0, necessary = 0, with_reasons = 0, branched = 0;
};

void check(const Instance& x, Tally& tally) {
  const std::string program = program_of(x);
  std::string published = published_of(x);
  if (x.said.empty()) // a file needs a statement; this one says nothing
    published +=
        "  - {id: none, source: somebody, range: {a: [0, " + hundredths(x.points(0)) + "]}}\n";
  INFO(program << published);
  const Bundle bundle = load_record(program, published);
  const Reconstruction r = reconstruct_record(bundle);
  const std::vector<Completion> all = all_completions(x);
  REQUIRE(r.entrants.size() == x.n);
  REQUIRE_FALSE(r.trouble);
  REQUIRE_FALSE(r.interrupted);
  REQUIRE(r.unread.empty());
  const unsigned everything = (1U << x.said.size()) - 1;
  std::vector<const Completion*> kept;
  for (const Completion& one : all)
    if (one.kept == everything)
      kept.push_back(&one);

  CHECK(r.contradictory() == kept.empty());
  if (kept.empty()) {
    ++tally.infeasible;
    const unsigned set = as_mask(r.contradiction, r);
    CHECK(std::ranges::none_of(all, [&](const Completion& one) { return (set & ~one.kept) == 0; }));
    CHECK(__builtin_popcount(set) ==
          fewest(all, x.said.size(), [](const Completion&) { return false; }));
    CHECK(r.contradiction.smallest);
    return;
  }
  REQUIRE(r.nodes.size() == x.nodes());
  for (std::size_t i = 0; i < r.nodes.size(); ++i) {
    std::size_t node = 0;
    while (node < x.nodes() && x.path(node) != r.nodes[i].path)
      ++node;
    INFO(r.nodes[i].path);
    REQUIRE(node < x.nodes());
    for (std::size_t c = 0; c < x.n; ++c) {
      int low = kept[0]->scores[node][c], high = low;
      for (const Completion* one : kept) {
        low = std::min(low, one->scores[node][c]);
        high = std::max(high, one->scores[node][c]);
      }
      REQUIRE(r.nodes[i].ranges[c].low);
      REQUIRE(r.nodes[i].ranges[c].high);
      CHECK(*r.nodes[i].ranges[c].low == Approx(low / 100.0));
      CHECK(*r.nodes[i].ranges[c].high == Approx(high / 100.0));
    }
  }
  bool one_only = true;
  for (const Completion* one : kept)
    one_only = one_only && one->scores == kept[0]->scores;
  CHECK(r.unique == one_only);
  tally.unique += one_only ? 1 : 0;

  std::vector<std::size_t> keys = {0};
  for (const Step& step : x.select)
    if (step.kind == Step::order)
      keys = step.keys;
  for (std::size_t c = 0; c < x.n; ++c) {
    INFO("candidate " << name(c));
    std::size_t best = x.n, worst = 0;
    std::set<std::string> outcomes;
    for (const Completion* one : kept) {
      std::size_t place = 1;
      for (std::size_t d = 0; d < x.n; ++d)
        place += compare(one->scores, keys, d, c) > 0 ? 1U : 0U;
      best = std::min(best, place);
      worst = std::max(worst, place);
      outcomes.insert(one->outcomes[c]);
    }
    CHECK(r.best_place[c] == best);
    CHECK(r.worst_place[c] == worst);
    CHECK(r.places_proven[c]);

    std::set<std::string> told;
    for (const OutcomeProspect& p : r.prospects[c]) {
      if (p.modality != OutcomeProspect::Modality::impossible)
        told.insert(std::string(to_string(p.outcome)));
      if (p.modality != OutcomeProspect::Modality::necessary)
        continue;
      ++tally.necessary;
      CHECK(outcomes == std::set{std::string(to_string(p.outcome))});
      REQUIRE(p.rests_on.found);
      const auto fine = [&](const Completion& one) {
        return one.outcomes[c] == to_string(p.outcome);
      };
      const unsigned set = as_mask(p.rests_on, r);
      tally.with_reasons += set != 0 ? 1 : 0;
      if (x.exact_outcomes) {
        CHECK(std::ranges::all_of(
            all, [&](const Completion& one) { return (set & ~one.kept) != 0 || fine(one); }));
        CHECK(__builtin_popcount(set) == fewest(all, x.said.size(), fine));
        CHECK(p.rests_on.smallest);
      }
    }
    if (x.exact_outcomes)
      CHECK(told == outcomes);
    else
      CHECK(std::ranges::includes(told, outcomes));
  }
}

/// The unknown scores of a draw, part by part.
std::vector<int> cells_of(const Completions& drawn, std::size_t sample) {
  std::vector<int> out;
  for (std::size_t p = 0; p < drawn.parts.size(); ++p)
    for (std::size_t c = 0; c < drawn.entrants.size(); ++c)
      out.push_back(static_cast<int>(std::lround(drawn.score(sample, p, c) * 100)));
  return out;
}

/// Draws from the completions of an instance and compares how often each comes with an even share.
void check_even(const Instance& x, const std::set<std::vector<int>>& all, bool walk) {
  const Bundle bundle = load_record(program_of(x), published_of(x));
  SampleOptions options;
  options.samples = 40 * all.size();
  options.seed = 5;
  options.enumerate_up_to = walk ? 0 : 20'000;
  Diagnostics diagnostics;
  const Completions drawn = sample_completions(bundle, options, diagnostics);
  REQUIRE_FALSE(diagnostics.has_errors());
  REQUIRE(drawn.count == options.samples);
  CHECK(drawn.enumerated != walk);
  if (!walk)
    CHECK(drawn.completions == all.size());
  std::map<std::vector<int>, int> times;
  for (std::size_t s = 0; s < drawn.count; ++s)
    ++times[cells_of(drawn, s)];
  double chi_square = 0;
  for (const std::vector<int>& one : all) {
    const double off = times[one] - 40.0;
    chi_square += off * off / 40;
  }
  CHECK(times.size() == all.size()); // and no other came
  const double df = static_cast<double>(all.size()) - 1;
  const double heeded = walk ? drawn.effective / static_cast<double>(drawn.count) : 1;
  CHECK(chi_square * heeded < df + 6 * std::sqrt(2 * df) + 6); // one in some ten million
  CHECK(drawn.r_hat < 1.1);
  CHECK(drawn.effective > 0.1 * static_cast<double>(drawn.count));
}

} // namespace

TEST_CASE("Every range, place, outcome and smallest set is that of all completions listed") {
  Tally tally;
  for (unsigned seed = 0; seed < 400; ++seed) {
    INFO("seed " << seed);
    check(Maker(seed).make(), tally);
  }
  // The instances are of all sorts.
  CHECK(tally.infeasible > 40);
  CHECK(tally.unique > 20);
  CHECK(tally.necessary > 200);
  CHECK(tally.with_reasons > 40);
}

TEST_CASE("Completions are drawn evenly, from their list and by the walk") {
  int drawn_from = 0;
  for (unsigned seed = 1000; seed < 1400 && drawn_from < 60; ++seed) {
    const Instance x = Maker(seed).make();
    std::set<std::vector<int>> all;
    for (const Completion& one : all_completions(x))
      if (one.kept == (1U << x.said.size()) - 1) {
        std::vector<int> cells;
        for (std::size_t p = 0; p < x.parts.size(); ++p)
          for (std::size_t c = 0; c < x.n && x.parts[p].known.empty(); ++c)
            cells.push_back(one.scores[x.node_of(p)][c]);
        all.insert(cells);
      }
    if (x.said.empty() || all.size() < 2 || all.size() > 80)
      continue;
    ++drawn_from;
    INFO("seed " << seed << "\n" << program_of(x) << published_of(x));
    check_even(x, all, false);
    check_even(x, all, true);
  }
  CHECK(drawn_from == 60);
}
