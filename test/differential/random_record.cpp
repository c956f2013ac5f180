// SPDX-License-Identifier: Apache-2.0
#include "differential/small_record.hpp"

#include "support/random.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace libeval::test::small {
namespace {

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
      s.disqualifies = r_.one_in(3);
      s.text = "require: {part: " + x_.path(s.node) + ", at_least: " + hundredths(s.bound) +
               (s.disqualifies ? ", else: disqualified}" : "}");
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
    take(false);
    bool later = true;
    while (later) { // somebody leaves, and more are taken or put in reserve
      if (r_.one_in(5))
        withdraw();
      if (r_.one_in(5))
        require();
      later = r_.one_in(2);
      if (later)
        x_.select.back().kind != Step::reserve&& r_.one_in(2) && !has_reserve() ? take(true)
                                                                                : reserve();
    }
  }

  [[nodiscard]] bool has_reserve() const {
    return std::ranges::find(x_.select, Step::reserve, &Step::kind) != x_.select.end();
  }

  void take(bool again) {
    Step s;
    s.count = static_cast<std::size_t>(r_.in(0, static_cast<int>(x_.n)));
    s.until = again && r_.one_in(2);
    if (r_.one_in(6))
      s.ties = r_.of<std::string>({"hold", "all_advance", "all_cut", "share"});
    s.text = std::string("take: {") + (s.until ? "until: " : "first: ") + std::to_string(s.count) +
             (s.ties.empty() ? "" : ", ties: " + s.ties) + "}";
    x_.select.push_back(std::move(s));
  }

  void reserve() {
    Step s;
    s.kind = Step::reserve;
    s.count = static_cast<std::size_t>(r_.in(1, 2));
    s.text = "reserve: {first: " + std::to_string(s.count) + "}";
    x_.select.push_back(std::move(s));
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
    switch (r_.in(0, 15)) {
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
    case 12: {
      const bool rounded = r_.one_in(3);
      std::vector<int> numbers;
      for (const std::size_t d : of)
        numbers.push_back(rounded ? to_nearest(truth[d], 100) : truth[d]);
      numbers[0] = inside(numbers[0] + (rounded ? noise / 100 * 100 : noise));
      std::ranges::sort(numbers);
      s.text = part + "values: [";
      for (const int number : numbers)
        s.text += (s.text.back() == '[' ? "" : ", ") + hundredths(number);
      s.text += std::string("]") + (rounded ? ", rounded: 1" : "") + of_text;
      s.holds = [=](const Scores& x, const Outcomes&) {
        std::vector<int> there;
        for (const std::size_t d : of)
          there.push_back(rounded ? to_nearest(x[at][d], 100) : x[at][d]);
        std::ranges::sort(there);
        return there == numbers;
      };
      break;
    }
    case 13: {
      const std::size_t who =
          of[static_cast<std::size_t>(r_.in(0, static_cast<int>(of.size()) - 1))];
      const auto place_of = [of, at, who](const Scores& x) {
        return 1 + static_cast<int>(std::ranges::count_if(
                       of, [&](std::size_t d) { return x[at][d] > x[at][who]; }));
      };
      const int place = r_.one_in(4) ? r_.in(1, static_cast<int>(of.size())) : place_of(hidden_);
      s.text = part + "place: {" + name(who) + ": " + std::to_string(place) + "}" + of_text;
      s.holds = [=](const Scores& x, const Outcomes&) { return place_of(x) == place; };
      break;
    }
    default: {
      const std::string word =
          r_.one_in(3) ? r_.of<std::string>({"advances", "cut", "held", "reserve", "disqualified"})
                       : decide_plainly(x_, hidden_)[c];
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

} // namespace

Instance random_record(unsigned seed) {
  return Maker(seed).make();
}

} // namespace libeval::test::small
