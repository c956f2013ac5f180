// SPDX-License-Identifier: Apache-2.0
#include "engine/alternatives.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

namespace libeval {
namespace {

using Kind = Alternative::Kind;

template <class T>
bool is(const SelectStep& step) {
  return std::holds_alternative<T>(step.what);
}

class Variants {
public:
  Variants(const Bundle& bundle, const StageDecision& stage) : bundle_(bundle), decided_(stage) {
    const auto at = std::ranges::find(bundle.program.stages, stage.id,
                                      [](const Stage& s) { return s.id.str(); });
    stage_ = static_cast<std::size_t>(at - bundle.program.stages.begin());
  }

  std::vector<Variant> all() {
    if (stage_ == bundle_.program.stages.size())
      return {};
    policies();
    hurdles();
    places();
    ties();
    verdicts();
    gaps();
    return std::move(out_);
  }

private:
  [[nodiscard]] const std::vector<SelectStep>& select() const {
    return bundle_.program.stages[stage_].select;
  }

  void add(Kind kind, std::string subject, const std::function<void(Bundle&, Stage&)>& change,
           std::size_t candidate = nobody) {
    Variant variant;
    variant.alternative.kind = kind;
    variant.alternative.subject = std::move(subject);
    variant.alternative.candidate = candidate;
    variant.bundle = bundle_;
    change(variant.bundle, variant.bundle.program.stages[stage_]);
    out_.push_back(std::move(variant));
  }

  void policies() {
    for (std::size_t i = 0; i < select().size(); ++i) {
      const auto* policy = std::get_if<select::Policy>(&select()[i].what);
      if (policy == nullptr)
        continue;
      move_policy(i, policy->file);
      const auto file = std::ranges::find(bundle_.policies, policy->file, &PolicyFile::file);
      if (file == bundle_.policies.end())
        continue;
      std::vector<std::string> rules = policy->rules;
      if (rules.empty())
        for (const Rule& rule : file->rules)
          rules.push_back(rule.id.str());
      if (rules.size() > 1)
        add(Kind::policy_not_applied, policy->file, [i](Bundle&, Stage& stage) {
          stage.select.erase(stage.select.begin() + static_cast<std::ptrdiff_t>(i));
        });
      for (const std::string& rule : rules)
        add(Kind::rule_not_applied, rule, [&](Bundle&, Stage& stage) {
          std::vector<std::string> rest = rules;
          std::erase(rest, rule);
          if (rest.empty())
            stage.select.erase(stage.select.begin() + static_cast<std::ptrdiff_t>(i));
          else
            std::get<select::Policy>(stage.select[i].what).rules = std::move(rest);
        });
    }
  }

  /// Before the first `take`, or behind the last.
  void move_policy(std::size_t i, const std::string& file) {
    const auto& steps = select();
    const auto first =
        static_cast<std::size_t>(std::ranges::find_if(steps, is<select::Take>) - steps.begin());
    if (first == steps.size())
      return;
    std::size_t last = first;
    for (std::size_t k = first; k < steps.size(); ++k)
      if (is<select::Take>(steps[k]))
        last = k;
    const auto moved = [i](std::size_t to) {
      return [i, to](Bundle&, Stage& stage) {
        SelectStep step = stage.select[i];
        stage.select.erase(stage.select.begin() + static_cast<std::ptrdiff_t>(i));
        stage.select.insert(stage.select.begin() + static_cast<std::ptrdiff_t>(to),
                            std::move(step));
      };
    };
    if (i > first)
      add(Kind::policy_before_take, file, moved(first));
    if (i < last)
      add(Kind::policy_after_take, file, moved(last));
  }

  void hurdles() {
    for (std::size_t i = 0; i < select().size(); ++i)
      if (const auto* require = std::get_if<select::Require>(&select()[i].what))
        add(Kind::hurdle_not_applied, require->title.empty() ? require->what.name : require->title,
            [i](Bundle&, Stage& stage) {
              stage.select.erase(stage.select.begin() + static_cast<std::ptrdiff_t>(i));
            });
  }

  /// One more or one fewer; false where there are none to take away.
  static bool shift(std::size_t& count, bool more) {
    if (!more && count == 0)
      return false;
    count = more ? count + 1 : count - 1;
    return true;
  }

  /// How many a `take` counts itself.
  static std::size_t* own_count(SelectStep& step) {
    using TakeKind = select::Take::Kind;
    auto* take = std::get_if<select::Take>(&step.what);
    const bool counts = take != nullptr && take->count &&
                        (take->kind == TakeKind::first || take->kind == TakeKind::until ||
                         take->kind == TakeKind::all_but || take->kind == TakeKind::bound);
    return counts ? &*take->count : nullptr;
  }
  static bool counts_who_is_left(const SelectStep& step) {
    const auto* take = std::get_if<select::Take>(&step.what);
    return take != nullptr && take->kind == select::Take::Kind::all_but;
  }

  /// Each count by itself; a `take` that says the stage's places again goes with them.
  void places() {
    std::size_t counting = 0;
    Stage probe = bundle_.program.stages[stage_];
    for (SelectStep& step : probe.select)
      counting += own_count(step) != nullptr ? 1 : 0;
    for (const bool more : {true, false}) {
      std::set<std::size_t> done;
      if (probe.places.count)
        count_of_stage(probe, more, done);
      for (std::size_t i = 0; i < probe.select.size(); ++i)
        if (!done.contains(i))
          counts_of_step(probe, i, more, counting == 1 && !probe.places.count);
    }
  }

  void vary(const Stage& changed, bool more, std::string subject) {
    add(more ? Kind::one_place_more : Kind::one_place_fewer, std::move(subject),
        [&](Bundle&, Stage& stage) { stage = changed; });
  }

  void count_of_stage(const Stage& given, bool more, std::set<std::size_t>& done) {
    Stage changed = given;
    std::vector<std::size_t> same; // steps that say the number again
    for (std::size_t i = 0; i < changed.select.size(); ++i) {
      const std::size_t* count = own_count(changed.select[i]);
      if (count != nullptr && !counts_who_is_left(changed.select[i]) &&
          *count == *given.places.count)
        same.push_back(i);
    }
    if (same.size() == 1) {
      (void)shift(*own_count(changed.select[same[0]]), more);
      done.insert(same[0]);
    }
    if (shift(*changed.places.count, more))
      vary(changed, more, "");
  }

  void counts_of_step(const Stage& given, std::size_t i, bool more, bool alone) {
    const std::string at = "`" + given.select[i].name + "` of step " + std::to_string(i + 1);
    const auto counts = [&](const std::map<std::string, std::size_t>& of, auto&& in) {
      for (const auto& [name, count] : of) {
        Stage changed = given;
        if (shift(in(changed).at(name), more))
          vary(changed, more, at + ", `" + name + "`");
      }
    };
    Stage changed = given;
    if (std::size_t* count = own_count(changed.select[i])) {
      if (shift(*count, counts_who_is_left(changed.select[i]) != more))
        vary(changed, more, alone ? "" : at);
    } else if (const auto* take = std::get_if<select::Take>(&given.select[i].what)) {
      counts(
          take->per_pool, [i](Stage & stage) -> auto& {
            return std::get<select::Take>(stage.select[i].what).per_pool;
          });
    } else if (auto* quota = std::get_if<select::Quota>(&changed.select[i].what)) {
      counts(
          quota->of, [i](Stage & stage) -> auto& {
            return std::get<select::Quota>(stage.select[i].what).of;
          });
      if (quota->at_most && shift(*quota->at_most, more))
        vary(changed, more, at);
    }
  }

  void ties() {
    const bool tied = std::ranges::any_of(decided_.findings, [](const Finding& f) {
      return f.kind == Finding::Kind::tie || f.kind == Finding::Kind::lot ||
             f.kind == Finding::Kind::decision;
    });
    if (!tied)
      return;
    for (const auto& [kind, rule] : {std::pair{Kind::ties_all_advance, TieRuling::all_advance},
                                     std::pair{Kind::ties_all_cut, TieRuling::all_cut}})
      add(kind, "", [rule = rule](Bundle&, Stage& stage) {
        std::erase_if(stage.select, is<select::Ties>);
        for (SelectStep& step : stage.select)
          if (auto* take = std::get_if<select::Take>(&step.what))
            take->ties = rule;
        if (stage.select.empty())
          return;
        SelectStep step;
        step.what = select::Ties{rule};
        step.name = "ties";
        stage.select.push_back(std::move(step));
      });
  }

  void verdicts() {
    std::set<std::pair<std::string, std::size_t>> seen;
    for (const Finding& finding : decided_.findings) {
      if (finding.kind != Finding::Kind::policy || finding.verdict != Verdict::unknown ||
          finding.candidate == nobody || !seen.emplace(finding.rule, finding.candidate).second)
        continue;
      for (const Verdict verdict : {Verdict::pass, Verdict::fail})
        add(
            verdict == Verdict::pass ? Kind::verdict_pass : Kind::verdict_fail, finding.rule,
            [&](Bundle& bundle, Stage&) { settle(bundle, finding, verdict); }, finding.candidate);
    }
  }

  /// One finding of the highest level instead of what there is.
  void settle(Bundle& bundle, const Finding& finding, Verdict verdict) const {
    const CandidateId& who = bundle_.program.candidates[finding.candidate].id;
    for (PolicyFile& policy : bundle.policies) {
      if (std::ranges::none_of(policy.rules,
                               [&](const Rule& rule) { return rule.id.str() == finding.rule; }))
        continue;
      std::erase_if(policy.findings, [&](const ReadyFinding& f) {
        return f.rule.str() == finding.rule && f.candidate == who;
      });
      ReadyFinding settled;
      settled.rule = RuleId(finding.rule);
      settled.candidate = who;
      settled.verdict = verdict;
      settled.level = Level::verified;
      policy.findings.push_back(std::move(settled));
    }
  }

  void gaps() {
    std::set<std::string> seen;
    for (const Finding& finding : decided_.findings) {
      if (finding.kind != Finding::Kind::gap || finding.rule.empty() ||
          !seen.insert(finding.rule).second)
        continue;
      const auto& score = bundle_.program.stages[stage_].score;
      if (!score)
        continue;
      Node probe = *score;
      if (find_node(probe, finding.rule) == nullptr)
        continue;
      for (const auto& [kind, as, word] :
           {std::tuple{Kind::gap_zero, PartGap::As::zero, "zero"},
            std::tuple{Kind::gap_drop, PartGap::As::drop, "drop"},
            std::tuple{Kind::gap_lowest, PartGap::As::lowest, "worst"}})
        add(kind, finding.rule, [&, as = as, word = word](Bundle&, Stage& stage) {
          fill(*stage.score, finding.rule, as, word);
        });
    }
  }

  /// A node with parts says it itself; a leaf before its first step, and the node above for those
  /// that are left with nothing.
  static void fill(Node& top, const std::string& path, PartGap::As as, const char* word) {
    Node& node = *find_node(top, path);
    if (!node.parts.empty()) {
      node.gap.as = as;
      return;
    }
    Step missing;
    missing.name = "missing";
    missing.args = tree::map({{"as", tree::text(word)}});
    node.measure.steps.insert(node.measure.steps.begin(), std::move(missing));
    const std::size_t dot = path.rfind('.');
    Node* above = find_node(top, dot == std::string::npos ? "total" : path.substr(0, dot));
    if (above != nullptr && !above->parts.empty())
      above->gap.as = as;
  }

  const Bundle& bundle_;
  const StageDecision& decided_;
  std::size_t stage_ = 0;
  std::vector<Variant> out_;
};

} // namespace

std::vector<Variant> variants(const Bundle& bundle, const StageDecision& stage) {
  return Variants(bundle, stage).all();
}

} // namespace libeval
