// SPDX-License-Identifier: Apache-2.0
// Random programs, decided by the engine and by the plain reading of the reference pages.
#include "differential/plain.hpp"
#include "support/catch.hpp"
#include "support/random.hpp"
#include "support/small_bundle.hpp"

#include <cmath>

using namespace libeval;
using namespace libeval::test;
using plain::Cells;

namespace {

/// A measure as text beside what it means.
struct Program {
  std::string steps;
  Cells cells;
  bool unspecified = false;

  void add(const std::string& step) { steps += (steps.empty() ? "" : ", ") + step; }
};

std::vector<std::string> but_candidate(const Cells& cells) {
  return {cells.dims.begin() + 1, cells.dims.end()};
}

void each_step(Random& r, Program& p) {
  Cells& c = p.cells;
  switch (r.in(0, 6)) {
  case 0: {
    const int low = r.in(-5, 20), high = low + r.in(1, 60);
    const bool clamp = r.one_in(3), descending = r.one_in(4);
    p.add("{scale: {from: [" + std::to_string(descending ? high : low) + ", " +
          std::to_string(descending ? low : high) + "]" + (clamp ? ", clamp: true" : "") + "}}");
    plain::scale(c, descending ? high : low, descending ? low : high, clamp);
    break;
  }
  case 1: {
    const std::string by = decimal(r.one_in(4) ? -r.in(1, 30) : r.in(1, 30), 1);
    p.add("{multiply: " + by + "}");
    plain::multiply(c, parse_rational(by));
    break;
  }
  case 2: {
    const std::string by = decimal(r.in(-30, 30), 1);
    p.add("{add: " + by + "}");
    plain::each(c, [&](const Rational& x) { return Rational(x + parse_rational(by)); });
    break;
  }
  case 3: {
    const Rational at(r.in(2, 20));
    p.add("{cap: " + at.str() + "}");
    plain::each(c, [&](const Rational& x) { return std::min(x, at); });
    break;
  }
  case 4: {
    const Rational at(r.in(0, 10));
    p.add("{floor: " + at.str() + "}");
    plain::each(c, [&](const Rational& x) { return std::max(x, at); });
    break;
  }
  default: {
    if (!c.exact) { // an irrational number is not on a half
      break;
    }
    const std::string step = r.of(std::vector<std::string>{"1", "0.5", "0.1", "0.01", "0.25", "5"});
    const std::string mode = r.of(std::vector<std::string>{
        "half_up", "half_down", "half_even", "half_away", "half_to_zero", "up", "down"});
    p.add("{round: {to: " + step + ", mode: " + mode + "}}");
    plain::each(
        c, [&](const Rational& x) { return plain::round_half(x, parse_rational(step), mode); });
    break;
  }
  }
}

void missing_step(Random& r, Program& p) {
  using enum plain::Missing;
  static const std::vector<std::pair<std::string, plain::Missing>> words = {
      {"zero", zero},       {"worst", worst}, {"best", best}, {"lowest", lowest},
      {"highest", highest}, {"drop", drop},   {"mean", mean}, {"median", median}};
  const auto& [word, as] = r.of(words);
  p.add("{missing: " + word + "}");
  plain::missing(p.cells, as, but_candidate(p.cells));
}

void within_step(Random& r, Program& p, bool may_look_wider) {
  Cells& c = p.cells;
  std::vector<std::string> within = but_candidate(c);
  std::string args;
  if (!within.empty() && r.one_in(4)) {
    within = {r.of(c.dims)};
    args = "within: " + within[0];
  }
  const bool all = may_look_wider && r.one_in(4);
  const std::string rest =
      args + (all ? std::string(args.empty() ? "" : ", ") + "reference: all" : "");
  const auto with = [](const std::string& a, const std::string& b) {
    return a + (a.empty() || b.empty() ? "" : ", ") + b;
  };
  switch (r.in(0, 5)) {
  case 0: {
    static const std::vector<std::pair<std::string, plain::Ties>> words = {
        {"competition", plain::Ties::competition},
        {"dense", plain::Ties::dense},
        {"fractional", plain::Ties::fractional},
        {"last", plain::Ties::last}};
    const auto& [word, ties] = r.of(words);
    p.add("{rank: {" + with("ties: " + word, args) + "}}");
    plain::rank(c, ties, within);
    if (ties != plain::Ties::fractional && r.one_in(2)) {
      p.add("{lookup: {table: [10, 7, 5, 3, 2, 1], else: 0}}");
      plain::each(c, [](const Rational& x) {
        static const std::vector<int> table = {10, 7, 5, 3, 2, 1};
        for (std::size_t i = 0; i < table.size(); ++i)
          if (x == static_cast<int>(i) + 1)
            return Rational(table[i]);
        return Rational(0);
      });
      c.cost = false;
    }
    break;
  }
  case 1:
    p.add("{minmax: {" + with("constant: 0.5", rest) + "}}");
    plain::minmax(c, Rational(1, 2), within, all);
    break;
  case 2: {
    const bool sample = r.one_in(2);
    p.add("{zscore: {" +
          with(std::string("constant: 0, sd: ") + (sample ? "sample" : "population"), rest) + "}}");
    plain::zscore(c, sample, 0, within, all);
    break;
  }
  case 3: {
    using enum plain::Denominator;
    static const std::vector<std::pair<std::string, plain::Denominator>> words = {
        {"best", best}, {"max", max},       {"min", min},
        {"mean", mean}, {"median", median}, {"sum", sum}};
    const auto& [word, to] = r.of(words);
    p.add("{ratio: {" + with("to: " + word, rest) + "}}");
    plain::ratio(c, to, within, all);
    break;
  }
  case 4: {
    const bool shared = r.one_in(2);
    p.add("{flag_first: {" + with(std::string("ties: ") + (shared ? "all" : "none"), args) + "}}");
    plain::flag_first(c, shared, within);
    break;
  }
  default:
    p.add("{win_rate: {" + args + "}}");
    plain::win_rate(c, within);
    break;
  }
}

void over_step(Random& r, Program& p, bool everything) {
  Cells& c = p.cells;
  const std::string over = r.of(but_candidate(c));
  std::size_t aside = 0;
  if (r.one_in(3)) {
    switch (r.in(0, 2)) {
    case 0: {
      const int highest = r.in(0, 1), lowest = r.in(0, 1);
      p.add("{drop: {over: " + over + ", highest: " + std::to_string(highest) +
            ", lowest: " + std::to_string(lowest) + "}}");
      plain::drop(c, over, static_cast<std::size_t>(highest), static_cast<std::size_t>(lowest));
      break;
    }
    case 1: {
      const std::string share = r.of(std::vector<std::string>{"0.1", "0.2", "0.25", "0.3"});
      p.add("{trim: {over: " + over + ", share: " + share + "}}");
      plain::trim(c, over, parse_rational(share));
      break;
    }
    default: {
      const int of = r.in(1, 3);
      p.add("{best: {over: " + over + ", of: " + std::to_string(of) + ", at_most: true}}");
      plain::best(c, over, static_cast<std::size_t>(of), true);
      break;
    }
    }
    aside = 1;
  }
  if (aside == 0 && r.one_in(4)) {
    const bool mean = r.one_in(2);
    const std::size_t dim = c.dim(over);
    std::map<std::string, Rational> weights;
    for (const auto& [key, value] : c.at)
      weights.emplace(key[dim], Rational(0));
    std::string values;
    for (auto& [member, weight] : weights) {
      const std::string text = decimal(r.in(1, 30), 1);
      weight = parse_rational(text);
      values += (values.empty() ? "" : ", ") + member + ": " + text;
    }
    p.add(std::string(mean ? "{mean" : "{sum") + ": {over: " + over + ", weights: {by: " + over +
          ", values: {" + values + "}}}}");
    plain::weighted(c, mean, over, weights);
    return;
  }
  using enum plain::Statistic;
  static const std::vector<std::pair<std::string, plain::Statistic>> words = {
      {"sum", sum}, {"mean", mean}, {"median", median}, {"min", min}, {"max", max}};
  const auto& [word, statistic] = r.of(words);
  if (everything && aside == 0) {
    p.add("{" + word + ": all}");
    plain::reduce(c, statistic, but_candidate(c));
  } else {
    p.add("{" + word + ": " + over + "}");
    plain::reduce(c, statistic, {over});
  }
}

/// A measure over a random table (candidate, juror, item), with its steps.
struct Case {
  SmallBundle bundle;
  Program program;
};

Case random_case(unsigned seed) {
  Random r(seed);
  Case out;
  SmallBundle& b = out.bundle;
  Program& p = out.program;
  const int candidates = r.in(2, 3 + static_cast<int>(seed % 5));
  for (int i = 0; i < candidates; ++i)
    b.candidates.push_back({name("c", i), std::string("region: ") + (r.one_in(2) ? "n" : "s")});
  const int outside = r.one_in(3) ? 1 : 0;
  for (int i = 0; i < candidates; ++i)
    if (i >= outside)
      b.entrants.push_back(name("c", i));
  p.cells.entrants = {b.entrants.begin(), b.entrants.end()};
  SmallTable t{"t", {"candidate", "juror"}, "", {}};
  if (r.one_in(2))
    t.keys.emplace_back("item");
  std::set<std::string> sparse;
  switch (r.in(0, 3)) {
  case 0:
    t.sparse = "true";
    sparse = {t.keys.begin() + 1, t.keys.end()};
    break;
  case 1:
    t.sparse = "[juror]";
    sparse = {"juror"};
    break;
  default:
    break;
  }
  p.cells.dims = t.keys;
  const int jurors = r.in(1, 5), items = t.keys.size() > 2 ? r.in(1, 3) : 1;
  const bool gaps = r.one_in(3), absent = r.one_in(3), small = r.one_in(2);
  const int digits = r.in(0, 2);
  for (int j = 0; j < jurors; ++j)
    for (int i = 0; i < items; ++i)
      for (int c = 0; c < candidates; ++c) {
        if (absent && r.one_in(6))
          continue;
        std::vector<std::string> key = {name("c", c), name("j", j)};
        if (t.keys.size() > 2)
          key.push_back(name("i", i));
        std::optional<Rational> value;
        std::string text;
        if (!gaps || !r.one_in(6)) {
          text = decimal(r.in(1, small ? 4 : 400), digits);
          value = parse_rational(text);
        }
        p.cells.at[key] = value;
        t.rows.push_back({key, text});
      }
  // Rows in any order say the same.
  for (std::size_t i = t.rows.size(); i > 1; --i)
    std::swap(t.rows[i - 1], t.rows[static_cast<std::size_t>(r.in(0, static_cast<int>(i) - 1))]);
  const bool cost = r.one_in(4);
  p.cells.cost = cost;
  try {
    if (t.rows.empty())
      throw plain::Unspecified{};
    plain::add_gaps(p.cells, sparse);
    bool wider = outside > 0;
    if (gaps || absent)
      if (r.one_in(2)) {
        missing_step(r, p);
        wider = false;
      }
    while (p.cells.dims.size() > 1) {
      if (r.one_in(3))
        each_step(r, p);
      if (r.one_in(4)) {
        within_step(r, p, wider);
        wider = false; // whose parameters somebody outside gets is not said
      }
      over_step(r, p, r.one_in(3));
    }
    if (r.one_in(3))
      each_step(r, p);
    if (r.one_in(2))
      within_step(r, p, wider);
    if (r.one_in(4))
      each_step(r, p);
  } catch (const plain::Unspecified&) {
    p.unspecified = true;
  }
  b.tables.push_back(std::move(t));
  b.score = SmallNode{"",
                      "",
                      "",
                      std::string("from: t, direction: ") + (cost ? "cost" : "benefit") +
                          ", steps: [" + p.steps + "]",
                      {}};
  return out;
}

double as_double(const Rational& x) {
  return static_cast<double>(x);
}

bool near(double a, const Rational& b) {
  return std::abs(a - as_double(b)) <= 1e-9 * std::max(1.0, std::abs(as_double(b)));
}

} // namespace

TEST_CASE("random measures agree with the plain reading") {
  int compared = 0, with_gaps = 0;
  for (unsigned seed = 1; seed <= 6000; ++seed) {
    Case c = random_case(seed);
    if (c.program.unspecified)
      continue;
    INFO("seed " << seed << "\n" << yaml_of(c.bundle));
    Decided d;
    try {
      d = decide_small(c.bundle);
    } catch (const LoadError& error) {
      FAIL_CHECK(error.what());
      continue;
    }
    const StageDecision& stage = d.stage();
    const Scores& scores = stage.nodes.at(0).scores;
    bool gap = false, agree = true;
    for (std::size_t e = 0; e < stage.entrants.size(); ++e) {
      const auto at = c.program.cells.at.find({d.id(e)});
      const bool stands = at != c.program.cells.at.end() && at->second;
      gap = gap || !stands;
      if (stands != scores.has(e)) {
        UNSCOPED_INFO(d.id(e) << (stands ? " should have a value" : " should have none"));
        agree = false;
      } else if (stands && !near(scores.value(e), *at->second)) {
        UNSCOPED_INFO(d.id(e) << " should have " << as_double(*at->second) << ", has "
                              << scores.value(e));
        agree = false;
      }
    }
    CHECK(agree);
    ++(gap ? with_gaps : compared);
    // Places: the same fractions are level, others are not.
    for (std::size_t e = 0; e < stage.entrants.size() && !gap && agree; ++e) {
      long ahead = 0;
      const Rational& own = *c.program.cells.at.at({d.id(e)});
      for (const auto& [key, value] : c.program.cells.at)
        if (c.program.cells.entrants.contains(key[0])) {
          const bool level = c.program.cells.exact
                                 ? *value == own
                                 : std::abs(as_double(Rational(*value - own))) < 1e-10;
          ahead += !level && (c.program.cells.cost ? *value < own : *value > own) ? 1 : 0;
        }
      if (stage.place[e] != static_cast<double>(ahead + 1)) {
        UNSCOPED_INFO(d.id(e) << " should be at place " << ahead + 1);
        CHECK(stage.place[e] == static_cast<double>(ahead + 1));
      }
    }
  }
  CHECK(compared > 1500);
  CHECK(with_gaps > 100);
}

TEST_CASE("random trees of points and weights round as fractions do") {
  int compared = 0;
  for (unsigned seed = 1; seed <= 2500; ++seed) {
    Random r(seed);
    const int n = r.in(1, 7), leaves = r.in(1, 4), jurors = r.in(1, 8);
    const bool weights = r.one_in(3);
    SmallBundle b;
    std::vector<Rational> totals(static_cast<std::size_t>(n), Rational(0));
    for (int c = 0; c < n; ++c)
      b.candidates.push_back({name("c", c), ""});
    SmallNode top;
    int points = 0;
    const auto rounding = [&](std::string& measure) {
      const std::string step = r.of(std::vector<std::string>{"1", "0.1", "0.01", "0.5"});
      const std::string mode =
          r.of(std::vector<std::string>{"half_up", "half_even", "half_down", "up", "down"});
      measure += ", round: {to: " + step + ", mode: " + mode + "}";
      return [step, mode](const Rational& y) {
        return plain::round_half(y, parse_rational(step), mode);
      };
    };
    for (int l = 0; l < leaves; ++l) {
      SmallTable t{name("t", l), {"candidate", "juror"}, "", {}};
      SmallNode leaf{name("p", l), "", "", "", {}};
      const int worth = r.in(1, 40), full = r.in(1, 50);
      const std::string weight = decimal(r.in(1, 60), 2);
      leaf.measure = "from: " + t.name + ", steps: [{mean: juror}, {scale: {from: [0, " +
                     std::to_string(full) + "]}}]";
      (weights ? leaf.weight : leaf.points) = weights ? weight : std::to_string(worth);
      points += worth;
      std::function<Rational(const Rational&)> rounded = [](const Rational& x) { return x; };
      if (r.one_in(2))
        rounded = rounding(leaf.measure);
      for (int c = 0; c < n; ++c) {
        Rational sum = 0;
        for (int j = 0; j < jurors; ++j) {
          const std::string text = decimal(r.in(0, 10 * full), 1);
          t.rows.push_back({{name("c", c), name("j", j)}, text});
          sum += parse_rational(text);
        }
        Rational value = sum / jurors / full;
        if (!weights)
          value *= worth;
        value = rounded(value);
        totals[static_cast<std::size_t>(c)] += weights ? value * parse_rational(weight) : value;
      }
      b.tables.push_back(std::move(t));
      top.parts.push_back(std::move(leaf));
    }
    if (!weights)
      top.points = std::to_string(points);
    if (r.one_in(2)) {
      top.measure = "title: all";
      const auto rounded = rounding(top.measure);
      for (Rational& total : totals)
        total = rounded(total);
    }
    b.score = top;
    INFO("seed " << seed << "\n" << yaml_of(b));
    const Decided d = decide_small(b);
    const StageDecision& stage = d.stage();
    for (std::size_t e = 0; e < totals.size(); ++e) {
      long ahead = 0;
      for (const Rational& other : totals)
        ahead += other > totals[e] ? 1 : 0;
      const double error = std::abs(stage.total[e] - as_double(totals[e]));
      if (error > 1e-9 || stage.place[e] != static_cast<double>(ahead + 1)) {
        INFO(d.id(e) << ": " << stage.total[e] << " at " << stage.place[e] << ", should be "
                     << as_double(totals[e]) << " at " << ahead + 1);
        CHECK(error <= 1e-9);
        CHECK(stage.place[e] == static_cast<double>(ahead + 1));
      }
    }
    ++compared;
  }
  CHECK(compared == 2500);
}

TEST_CASE("random selections agree with the plain reading") {
  int compared = 0;
  for (unsigned seed = 1; seed <= 6000; ++seed) {
    Random r(seed);
    const int n = r.in(0, 9);
    SmallBundle b;
    SmallTable first{"first", {"candidate"}, "", {}}, second{"second", {"candidate"}, "", {}};
    std::vector<plain::Entrant> field;
    const bool two_keys = r.one_in(2);
    std::string findings;
    const int spread = r.in(2, 12);
    for (int c = 0; c < n; ++c) {
      plain::Entrant e;
      e.id = name("c", c);
      e.region = r.of(std::vector<std::string>{"n", "s", "w"});
      e.fails = r.one_in(4);
      const int x = r.in(0, spread), y = r.in(0, 3);
      e.keys = {Rational(x)};
      if (two_keys)
        e.keys.emplace_back(-y);
      first.rows.push_back({{e.id}, std::to_string(x)});
      second.rows.push_back({{e.id}, std::to_string(y)});
      findings += "  - {rule: R, candidate: " + e.id + ", verdict: " + (e.fails ? "fail" : "pass") +
                  ", level: verified}\n";
      b.candidates.push_back({e.id, "region: " + e.region});
      field.push_back(e);
    }
    if (n == 0)
      continue;
    plain::Selection s;
    s.policy_before = r.one_in(4);
    s.policy_after = !s.policy_before && r.one_in(3);
    s.places = static_cast<std::size_t>(r.in(0, n + 1));
    if (r.one_in(3))
      s.quota = static_cast<std::size_t>(r.in(1, 3));
    const int ruling = r.in(0, 2);
    s.ruling = ruling == 0   ? plain::Ruling::hold
               : ruling == 1 ? plain::Ruling::all_advance
                             : plain::Ruling::all_cut;
    if (!s.quota && r.one_in(4))
      s.reserve = static_cast<std::size_t>(r.in(1, 2));
    b.tables = {first, second};
    b.score = SmallNode{"", "", "", "from: first", {}};
    b.measures = "late: {from: second, direction: cost}";
    b.places = std::to_string(s.places);
    if (s.policy_before || s.policy_after)
      b.policy =
          "policy: p\nrules: [{id: R, title: r, on_unknown: hold, consequence: disqualify}]\n"
          "findings:\n" +
          findings;
    b.select.push_back(std::string("ties: ") + (ruling == 0   ? "hold"
                                                : ruling == 1 ? "all_advance"
                                                              : "all_cut"));
    if (s.policy_before)
      b.select.emplace_back("policy: policy.yaml");
    b.select.emplace_back(two_keys ? "order: [total, late]" : "order: [total]");
    if (s.quota)
      b.select.push_back("quota: {by: region, at_most: " + std::to_string(*s.quota) + "}");
    b.select.emplace_back("take: {}");
    if (s.policy_after)
      b.select.emplace_back("policy: policy.yaml");
    if (s.reserve > 0)
      b.select.push_back("reserve: {first: " + std::to_string(s.reserve) + "}");
    try {
      plain::select(field, s);
    } catch (const plain::Unspecified&) {
      continue;
    }
    INFO("seed " << seed << "\n" << yaml_of(b) << b.policy);
    Decided d;
    try {
      d = decide_small(b);
    } catch (const LoadError& error) {
      FAIL_CHECK(error.what());
      continue;
    }
    std::string expected;
    for (const plain::Entrant& e : field)
      expected += (expected.empty() ? "" : ", ") + e.id + ": " + e.outcome;
    CHECK(d.outcomes() == expected);
    for (std::size_t e = 0; e < field.size(); ++e)
      CHECK(d.stage().place[e] == static_cast<double>(field[e].place));
    ++compared;
  }
  CHECK(compared > 4000);
}
