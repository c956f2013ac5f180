// SPDX-License-Identifier: Apache-2.0
// What holds for every decision, whatever the bundle.
#include "support/catch.hpp"
#include "support/drawn.hpp"
#include "support/random_bundle.hpp"

#include <libeval/domain/expand.hpp>
#include <libeval/io/print.hpp>

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

using namespace libeval;
using namespace libeval::test;

namespace {

/// What a decision says of one candidate.
struct Said {
  std::string outcome;
  double place = 0, before_ties = 0;
  std::vector<double> scores; ///< of each node; NaN = none
};
using AllSaid = std::map<std::string, Said>;

AllSaid said(const Decided& d, const std::function<std::string(const std::string&)>& known = {}) {
  AllSaid out;
  const StageDecision& stage = d.stage();
  for (std::size_t e = 0; e < stage.entrants.size(); ++e) {
    Said& one = out[known ? known(d.id(e)) : d.id(e)];
    one.outcome = to_string(stage.outcomes[e]);
    one.place = stage.place[e];
    one.before_ties = stage.place_before_ties[e];
    for (const NodeScores& node : stage.nodes)
      one.scores.push_back(node.scores.has(e) ? node.scores.value(e) : NAN);
  }
  return out;
}

bool near(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) ||
         std::abs(a - b) <= 1e-9 * std::max({1.0, std::abs(a), std::abs(b)});
}

void must_agree(const AllSaid& a, const AllSaid& b) {
  RC_ASSERT(a.size() == b.size());
  for (const auto& [id, x] : a) {
    const Said& y = b.at(id);
    RC_ASSERT(x.outcome == y.outcome);
    RC_ASSERT(x.place == y.place);
    RC_ASSERT(x.before_ties == y.before_ties);
    RC_ASSERT(x.scores.size() == y.scores.size());
    for (std::size_t i = 0; i < x.scores.size(); ++i)
      RC_ASSERT(near(x.scores[i], y.scores[i]));
  }
}

template <class T>
void shuffle(std::vector<T>& items) {
  for (std::size_t i = items.size(); i > 1; --i)
    std::swap(items[i - 1], items[static_cast<std::size_t>(drawn(0, static_cast<int>(i) - 1))]);
}

Decided decided(const SmallBundle& bundle) {
  RC_LOG() << yaml_of(bundle) << bundle.policy << "\n";
  return decide_small(bundle);
}

SmallBundle random_bundle_with(const Wanted& wanted) {
  return random_small(drawn, wanted);
}

std::set<std::string> with_outcome(const Decided& d, Outcome outcome) {
  std::set<std::string> out;
  for (std::size_t e = 0; e < d.stage().entrants.size(); ++e)
    if (d.stage().outcomes[e] == outcome)
      out.insert(d.id(e));
  return out;
}

} // namespace

TEST_CASE("the order of rows does not matter") {
  CHECK(rc::check([] {
    SmallBundle b = random_bundle_with({.gaps = drawn(0, 1) == 0});
    const AllSaid before = said(decided(b));
    for (SmallTable& table : b.tables)
      shuffle(table.rows);
    must_agree(before, said(decided(b)));
  }));
}

TEST_CASE("the order of candidates does not matter") {
  CHECK(rc::check([] {
    SmallBundle b = random_bundle_with({.gaps = drawn(0, 1) == 0});
    const AllSaid before = said(decided(b));
    shuffle(b.candidates);
    must_agree(before, said(decided(b)));
  }));
}

TEST_CASE("names do not matter") {
  CHECK(rc::check([] {
    SmallBundle b = random_bundle_with({.gaps = drawn(0, 1) == 0});
    const AllSaid before = said(decided(b));
    // New names, in another alphabetical order.
    const auto renamed = [](const std::string& id) {
      return std::string(1, static_cast<char>('z' - (id[1] - '0'))) + " " + id;
    };
    for (auto& c : b.candidates)
      c.id = renamed(c.id);
    for (SmallTable& table : b.tables)
      for (auto& row : table.rows)
        row.at[0] = renamed(row.at[0]);
    std::string policy;
    for (std::size_t i = 0; i < b.policy.size(); ++i)
      if (b.policy.compare(i, 11, "candidate: ") == 0 && b.policy[i + 11] == 'c') {
        policy += "candidate: " + renamed(b.policy.substr(i + 11, 2));
        i += 12;
      } else {
        policy += b.policy[i];
      }
    b.policy = policy;
    must_agree(before, said(decided(b), [](const std::string& id) { return id.substr(2); }));
  }));
}

TEST_CASE("a criterion in two halves is the same criterion") {
  CHECK(rc::check([] {
    SmallBundle b = random_bundle_with({.select = false});
    b.select[1] = "order: [total]";
    const AllSaid before = said(decided(b));
    SmallNode half = b.score->parts.back();
    std::string& worth = half.weight.empty() ? half.points : half.weight;
    worth = std::to_string(std::stod(worth) / 2);
    SmallNode other = half;
    other.id = "other";
    b.score->parts.back() = half;
    b.score->parts.push_back(other);
    const AllSaid after = said(decided(b));
    for (const auto& [id, x] : before) {
      RC_ASSERT(near(x.scores[0], after.at(id).scores[0]));
      RC_ASSERT(x.before_ties == after.at(id).before_ties);
    }
  }));
}

TEST_CASE("a better value never worsens its owner, a worse one never helps") {
  CHECK(rc::check([] {
    SmallBundle b = random_bundle_with({.select = false, .monotone = true});
    const Decided before = decided(b);
    auto& table =
        b.tables[static_cast<std::size_t>(drawn(0, static_cast<int>(b.tables.size()) - 1))];
    auto& row =
        table.rows[static_cast<std::size_t>(drawn(0, static_cast<int>(table.rows.size()) - 1))];
    const std::size_t own = before.entrant(row.at[0]);
    row.value = std::to_string(std::stod(row.value) + drawn(1, 12) * 0.25);
    const Decided after = decided(b);
    const std::size_t leaf = 1 + static_cast<std::size_t>(table.name[1] - '0');
    const bool cost = b.score->parts[leaf - 1].measure.find("direction: cost") != std::string::npos;
    const Scores& was = before.stage().nodes[leaf].scores;
    const Scores& is = after.stage().nodes[leaf].scores;
    if (!was.has(own) || !is.has(own))
      return;
    const double gain = is.value(own) - was.value(own);
    RC_ASSERT((cost ? -gain : gain) >= -1e-9);
    // Nobody else gains from it in a single criterion.
    if (b.score->parts.size() == 1) {
      const double better = before.stage().place_before_ties[own];
      const double now = after.stage().place_before_ties[own];
      RC_ASSERT((cost ? better - now : now - better) <= 0);
    }
  }));
}

TEST_CASE("contributions add up, scores keep their bounds, everything is finite") {
  CHECK(rc::check([] {
    const bool wild = drawn(0, 1) == 0;
    const SmallBundle b = random_bundle_with({.gaps = drawn(0, 2) == 0, .wild = wild});
    const Decided d = decided(b);
    const StageDecision& stage = d.stage();
    const auto finite = [](const std::optional<double>& x) { return !x || std::isfinite(*x); };
    for (const Finding& finding : stage.findings)
      RC_ASSERT(finite(finding.observed) && finite(finding.required));
    for (const StepReport& step : stage.steps)
      RC_ASSERT(finite(step.last_in) && finite(step.first_out));
    for (const double total : stage.total)
      RC_ASSERT(std::isfinite(total));
    for (std::size_t k = 0; k < stage.nodes.size(); ++k) {
      const NodeScores& node = stage.nodes[k];
      for (std::size_t e = 0; e < stage.entrants.size(); ++e) {
        if (!node.scores.has(e))
          continue;
        RC_ASSERT(std::isfinite(node.scores.value(e)));
        double sum = 0, size = 1;
        bool additive = false;
        for (const NodeScores& part : stage.nodes)
          if (part.parent == k && part.factor) {
            additive = true;
            RC_ASSERT(part.scores.has(e));
            sum += *part.factor * part.scores.value(e);
            size = std::max(size, std::abs(*part.factor * part.scores.value(e)));
          }
        if (additive)
          RC_ASSERT(std::abs(sum - node.scores.value(e)) <= 1e-9 * size);
        if (k == 0)
          continue;
        const std::string& measure = b.score->parts[k - 1].measure;
        const double points = node.points.value_or(1);
        const double score = node.scores.value(e);
        if (measure.ends_with("clamp: true}}]") ||
            measure.ends_with("{minmax: {constant: 0.5}}]") ||
            measure.ends_with("{win_rate: {}}]") || measure.ends_with("{flag_first: {}}]"))
          RC_ASSERT(score >= -1e-12 && score <= points * (1 + 1e-12));
        if (measure.ends_with("{ratio: {to: best}}]"))
          RC_ASSERT(score <= points * (1 + 1e-12));
      }
    }
  }));
}

TEST_CASE("places count who is ahead, and later keys only split ties") {
  CHECK(rc::check([] {
    const SmallBundle b = random_bundle_with({.select = false});
    const Decided d = decided(b);
    const StageDecision& stage = d.stage();
    const std::size_t n = stage.entrants.size();
    for (std::size_t e = 0; e < n; ++e) {
      std::size_t ahead = 0, ahead_before = 0;
      for (std::size_t f = 0; f < n; ++f) {
        ahead += stage.place[f] < stage.place[e] ? 1 : 0;
        ahead_before += stage.place_before_ties[f] < stage.place_before_ties[e] ? 1 : 0;
        if (stage.place_before_ties[f] < stage.place_before_ties[e])
          RC_ASSERT(stage.place[f] < stage.place[e]);
      }
      RC_ASSERT(stage.place[e] == static_cast<double>(ahead + 1));
      RC_ASSERT(stage.place_before_ties[e] == static_cast<double>(ahead_before + 1));
      RC_ASSERT(stage.place[e] >= stage.place_before_ties[e]);
    }
  }));
}

TEST_CASE("one place more takes the same and somebody else") {
  CHECK(rc::check([] {
    SmallBundle b = random_bundle_with({.select = false});
    b.select[0] = "ties: all_advance";
    const int n = std::stoi(b.places);
    const auto fewer = with_outcome(decided(b), Outcome::advances);
    b.places = std::to_string(n + 1);
    const auto more = with_outcome(decided(b), Outcome::advances);
    RC_ASSERT(std::includes(more.begin(), more.end(), fewer.begin(), fewer.end()));
    RC_ASSERT(fewer.size() >=
              std::min<std::size_t>(static_cast<std::size_t>(n), b.candidates.size()));
  }));
}

TEST_CASE("vacancies are places less who advances") {
  CHECK(rc::check([] {
    const SmallBundle b = random_bundle_with({.gaps = drawn(0, 3) == 0});
    const Decided d = decided(b);
    const StageDecision& stage = d.stage();
    const std::size_t advancing = with_outcome(d, Outcome::advances).size();
    RC_ASSERT(stage.advancing == advancing);
    RC_ASSERT(stage.vacancies.has_value() == !stage.held());
    if (stage.vacancies)
      RC_ASSERT(*stage.vacancies == (*stage.places > advancing ? *stage.places - advancing : 0));
  }));
}

TEST_CASE("filter then cut fills the places that cut then filter leaves empty") {
  CHECK(rc::check([] {
    SmallBundle b = random_bundle_with({.select = false});
    b.select = {"order: [total]", "take: {ties: all_advance}"};
    b.policy = "policy: p\nrules: [{id: R, title: r, on_unknown: hold, consequence: disqualify}]\n"
               "findings:\n";
    std::set<std::string> failing;
    for (const auto& c : b.candidates) {
      const bool fails = drawn(0, 2) == 0;
      if (fails)
        failing.insert(c.id);
      b.policy +=
          "  - {rule: R, candidate: " + c.id + ", verdict: " + (fails ? "fail" : "pass") + "}\n";
    }
    SmallBundle before = b, after = b;
    before.select.insert(before.select.begin(), "policy: policy.yaml");
    after.select.emplace_back("policy: policy.yaml");
    const Decided filter_first = decided(before), cut_first = decided(after);
    // Who survives the later filter survives the earlier one too: scores are the same.
    const auto few = with_outcome(cut_first, Outcome::advances);
    const auto many = with_outcome(filter_first, Outcome::advances);
    RC_ASSERT(std::includes(many.begin(), many.end(), few.begin(), few.end()));
    RC_ASSERT(with_outcome(cut_first, Outcome::disqualified) == failing);
    RC_ASSERT(with_outcome(filter_first, Outcome::disqualified) == failing);
    const std::size_t places = std::stoul(b.places);
    RC_ASSERT(many.size() >= std::min(places, b.candidates.size() - failing.size()));
    if (failing.empty())
      RC_ASSERT(few == many);
  }));
}

TEST_CASE("an unnamed gap is no number, and dropping it is as if it had never been asked for") {
  CHECK(rc::check([] {
    SmallBundle b;
    const int n = drawn(2, 5), jurors = drawn(2, 4);
    SmallTable t{"t", {"candidate", "juror"}, "", {}};
    std::set<std::string> incomplete;
    for (int c = 0; c < n; ++c) {
      const std::string id = "c" + std::to_string(c);
      b.candidates.push_back({id, ""});
      for (int j = 0; j < jurors; ++j) {
        const bool gap = j > 0 && drawn(0, 4) == 0;
        if (gap)
          incomplete.insert(id);
        t.rows.push_back({{id, "j" + std::to_string(j)}, gap ? "" : std::to_string(drawn(0, 9))});
      }
    }
    const std::string reduction =
        *rc::gen::element(std::string("mean"), std::string("sum"), std::string("median"),
                          std::string("min"), std::string("max"));
    b.tables = {t};
    b.score = SmallNode{"", "", "", "from: t, steps: [{" + reduction + ": juror}]", {}};
    b.places = "1";
    const Decided unnamed = decided(b);
    for (std::size_t e = 0; e < unnamed.stage().entrants.size(); ++e)
      RC_ASSERT(unnamed.stage().nodes[0].scores.has(e) != incomplete.contains(unnamed.id(e)));
    if (incomplete.size() == b.candidates.size())
      RC_ASSERT(unnamed.decision.held());
    b.score->measure = "from: t, steps: [{missing: drop}, {" + reduction + ": juror}]";
    const AllSaid dropped = said(decided(b));
    b.score->measure = "from: t, steps: [{" + reduction + ": juror}]";
    b.tables[0].sparse = "true";
    std::erase_if(b.tables[0].rows, [](const auto& row) { return row.value.empty(); });
    must_agree(dropped, said(decided(b)));
  }));
}

TEST_CASE("values outside bounds count as if their rows were not there") {
  CHECK(rc::check([] {
    SmallBundle b;
    const int n = drawn(1, 4), jurors = drawn(1, 5);
    const int least = drawn(0, 9), most = drawn(0, 9);
    const bool above = drawn(0, 1) == 1, below = drawn(0, 1) == 1, by_measure = drawn(0, 1) == 1;
    SmallTable all{"t", {"candidate", "juror"}, "true", {}};
    for (int c = 0; c < n; ++c) {
      b.candidates.push_back({"c" + std::to_string(c), ""});
      for (int j = 0; j < jurors; ++j)
        if (const int x = drawn(-1, 9); x >= 0 || drawn(0, 3) == 0) // now and then a gap
          all.rows.push_back(
              {{b.candidates.back().id, "j" + std::to_string(j)}, x < 0 ? "" : std::to_string(x)});
    }
    SmallTable few = all;
    std::erase_if(few.rows, [&](const SmallTable::Row& row) {
      if (row.value.empty())
        return false;
      const int x = std::stoi(row.value);
      return x < least || x > most || (above && x == least) || (below && x == most);
    });
    const std::string then = *rc::gen::element(
        std::string("{mean: juror}"), std::string("{count: juror}"), std::string("{sd: juror}"),
        std::string("{missing: {as: drop, needs: 2}}, {max: juror}"),
        std::string("{best: {over: juror, of: 2, at_most: true}}, {sum: juror}"),
        std::string("{rank: {within: []}}, {sum: juror}"),
        std::string("{sum: juror}, {missing: 3}"));
    const std::string low = by_measure ? "{from: low}" : std::to_string(least);
    b.tables = {all, {"low", {"candidate"}, "", {}}};
    for (const auto& candidate : b.candidates)
      b.tables[1].rows.push_back({{candidate.id}, std::to_string(least)});
    b.score = SmallNode{"", "", "", "", {}};
    b.places = "1";
    if (!few.rows.empty() && (least <= most || by_measure)) {
      b.score->measure =
          std::string("from: t, steps: [{only: {") + (above ? "above: " : "at_least: ") + low +
          (below ? ", below: " : ", at_most: ") + std::to_string(most) + "}}, " + then + "]";
      const AllSaid taken_away = said(decided(b));
      b.score->measure = "from: t, steps: [" + then + "]";
      b.tables[0] = few;
      must_agree(taken_away, said(decided(b)));
    }
  }));
}

TEST_CASE("a program in full and in JSON decides the same, every time") {
  CHECK(rc::check([] {
    const SmallBundle b = random_bundle_with({.gaps = drawn(0, 3) == 0});
    const AllSaid before = said(decided(b));
    must_agree(before, said(decided(b)));
    Diagnostics diagnostics;
    const Tree rules = parse_text(yaml_of(b), "program.yaml", diagnostics);
    const Tree once = expand(rules, diagnostics);
    RC_ASSERT(same(expand(once, diagnostics), once));
    RC_ASSERT(!diagnostics.has_errors());
    must_agree(before, said(decide_text(to_yaml(once), b.policy)));
    must_agree(before, said(decide_text(to_json(rules), b.policy)));
  }));
}
