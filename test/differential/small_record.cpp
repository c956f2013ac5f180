// SPDX-License-Identifier: Apache-2.0
#include "differential/small_record.hpp"

#include "support/every_way.hpp"

#include "support/random.hpp"

#include <algorithm>
#include <set>

namespace libeval::test::small {

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

int to_nearest(int x, int step) {
  return floor_of(2 * x + step, 2 * step) * step;
}

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

int compare(const Scores& s, const std::vector<std::size_t>& keys, std::size_t a, std::size_t b) {
  for (const std::size_t key : keys)
    if (s[key][a] != s[key][b])
      return s[key][a] > s[key][b] ? 1 : -1;
  return 0;
}

std::vector<std::size_t> keys_of(const Instance& x) {
  std::vector<std::size_t> keys = {0};
  for (const Step& step : x.select)
    if (step.kind == Step::order)
      keys = step.keys;
  return keys;
}

static Outcomes decide_once(const Instance& x, const Scores& s, EveryWay& ways) {
  enum State { undecided, taken, reserved, out };
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
          put(c, out, step.disqualifies ? "disqualified" : "cut");
      break;
    case Step::order:
      keys = step.keys;
      break;
    case Step::take: {
      const std::string& ties = step.ties.empty() ? x.ties : step.ties;
      if (step.until) {
        const auto gone = static_cast<std::size_t>(std::ranges::count(state, taken));
        left -= std::min(left, gone);
      }
      for (const auto& group : groups()) {
        if (left == 0 || (group.size() > left && ties == "all_cut"))
          break;
        const bool some = group.size() > left && ties == "hold";
        for (const std::size_t c : some ? ways.some_of(group, left) : group)
          put(c, taken, "advances");
        left -= std::min(left, group.size());
      }
      break;
    }
    case Step::reserve:
      for (const auto& group : groups()) {
        if (left == 0)
          break;
        for (const std::size_t c : group)
          put(c, reserved, "reserve");
        left -= std::min(left, group.size());
      }
      break;
    }
  }
  return outcome;
}

Outcomes decide_plainly(const Instance& x, const Scores& s) {
  std::vector<std::set<std::string>> possible(x.n);
  EveryWay ways;
  do {
    const Outcomes one = decide_once(x, s, ways);
    for (std::size_t c = 0; c < x.n; ++c)
      possible[c].insert(one[c]);
  } while (ways.next());
  Outcomes out;
  for (const std::set<std::string>& of_one : possible)
    out.push_back(outcome_of_all(of_one));
  return out;
}

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

} // namespace libeval::test::small
