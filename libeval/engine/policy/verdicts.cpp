// SPDX-License-Identifier: Apache-2.0
#include <libeval/engine/verdicts.hpp>

#include "engine/policy/formula.hpp"
#include "engine/select/select.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <unordered_set>

namespace libeval {
namespace {

using Form = Rule::Form;

/// The day `days` after another.
std::string day_after(const std::string& day, int days) {
  using namespace std::chrono;
  const year_month_day from{year{std::stoi(day.substr(0, 4))},
                            month{static_cast<unsigned>(std::stoi(day.substr(5, 2)))},
                            std::chrono::day{static_cast<unsigned>(std::stoi(day.substr(8, 2)))}};
  const year_month_day to{sys_days{from} + std::chrono::days{days}};
  const auto padded = [](int number, std::size_t width) {
    std::string text = std::to_string(number);
    return std::string(width - std::min(width, text.size()), '0') + text;
  };
  return padded(static_cast<int>(to.year()), 4) + "-" +
         padded(static_cast<int>(static_cast<unsigned>(to.month())), 2) + "-" +
         padded(static_cast<int>(static_cast<unsigned>(to.day())), 2);
}

int badness(Verdict verdict) {
  switch (verdict) {
  case Verdict::fail:
    return 4;
  case Verdict::error:
    return 3;
  case Verdict::unknown:
    return 2;
  case Verdict::pass:
    return 1;
  case Verdict::not_applicable:
    return 0;
  }
  return 0;
}

Verdict verdict_of(Truth good) {
  return good == Truth::yes ? Verdict::pass : good == Truth::no ? Verdict::fail : Verdict::unknown;
}

/// Every day on which something of a record begins or ends to hold.
std::set<std::string> days_of(const Lineage& lineage) {
  std::set<std::string> days;
  const auto add = [&](const EvidenceList& evidence) {
    for (const EvidenceItem& item : evidence)
      for (const std::string& day : {item.from, item.until})
        if (!day.empty())
          days.insert(day);
  };
  for (const LineageNode& node : lineage.nodes) {
    add(node.complete);
    for (const OwnerClaim& claim : node.owners)
      add(claim.evidence);
    for (const LicenseClaim& claim : node.licenses)
      for (const std::string& day : {claim.from, claim.until})
        if (!day.empty())
          days.insert(day);
    for (const ControlClaim& claim : node.controls)
      add(claim.evidence);
  }
  for (const Derivation& derivation : lineage.derivations) {
    add(derivation.evidence);
    for (const ObligationClaim& claim : derivation.obligations)
      add(claim.evidence);
  }
  return days;
}

class Judge {
public:
  Judge(const Program& program, const PolicyFile& policy, const JudgeOptions& options)
      : program_(program), policy_(policy), options_(options),
        empty_(std::make_shared<const Lineage>()),
        lineage_(policy.lineage ? policy.lineage : empty_), used_(policy.waivers.size(), false) {}

  Judgments all(std::vector<std::uint32_t> candidates) {
    if (candidates.empty())
      for (std::uint32_t c = 0; c < program_.candidates.size(); ++c)
        candidates.push_back(c);
    Judgments out;
    LineageView& now = view(program_.as_of, &out.defects);
    if (policy_.lineage)
      out.graph = std::make_shared<const LineageGraph>(now.graph);
    std::map<std::pair<RuleId, CandidateId>, std::vector<const ReadyFinding*>> ready;
    for (const ReadyFinding& finding : policy_.findings)
      ready[{finding.rule, finding.candidate}].push_back(&finding);
    for (std::size_t r = 0; r < policy_.rules.size(); ++r) {
      if (policy_.rules[r].form == Form::findings && !options_.findings)
        continue;
      for (const std::uint32_t candidate : candidates) {
        const auto found = ready.find({policy_.rules[r].id, program_.candidates[candidate].id});
        const bool settled = found != ready.end() || policy_.rules[r].form == Form::findings;
        Judgment judgment =
            settled ? from_findings(r, candidate,
                                    found == ready.end() ? std::vector<const ReadyFinding*>{}
                                                         : found->second)
                    : derived(r, candidate);
        judgment.rule = r;
        judgment.candidate = candidate;
        out.all.push_back(std::move(judgment));
      }
    }
    for (std::size_t w = 0; w < policy_.waivers.size(); ++w) {
      if (is_expired(policy_.waivers[w]))
        out.expired_waivers.push_back(w);
      else if (!used_[w])
        out.unused_waivers.push_back(w);
    }
    return out;
  }

private:
  LineageView& view(const std::string& at, std::vector<LineageDefect>* defects = nullptr) {
    auto& view = views_[at];
    if (!view)
      view = std::make_unique<LineageView>(*lineage_, Times{program_.as_of, at}, SettledOwners{},
                                           defects);
    return *view;
  }

  using Views = std::vector<std::unique_ptr<LineageView>>;

  /// The same where each dispute about an owner is settled, in every way; none where there are
  /// none or too many.
  const Views& settled_views(const LineageView& now) {
    const auto [at, is_new] = settled_.try_emplace(&now);
    if (!is_new || lineage_->nodes.size() + lineage_->derivations.size() > most_copied)
      return at->second;
    std::map<NodeIndex, std::vector<NodeIndex>> disputed;
    for (const auto& [node, dispute] : now.disputes)
      disputed[dispute.about] = dispute.owners;
    std::vector<SettledOwners> ways(disputed.empty() ? 0 : 1);
    for (const auto& [node, owners] : disputed) {
      std::vector<SettledOwners> longer;
      for (const auto& way : ways)
        for (const NodeIndex owner : owners) {
          longer.push_back(way);
          longer.back()[node] = owner;
        }
      ways = std::move(longer);
      if (ways.size() > most_ways)
        return at->second;
    }
    for (const SettledOwners& way : ways)
      at->second.push_back(std::make_unique<LineageView>(*lineage_, now.times, way));
    return at->second;
  }

  /// The answer to one condition, with the evidence that it rests on. What is open while it is not
  /// known which of several parties owns something is that of all of them, where they agree.
  ConditionTrace answer(const Condition& condition, std::uint32_t position, const Asked& asked) {
    const auto ask_in = [&](const Asked& here) {
      ConditionTrace out = ask(condition, here);
      out.condition = position;
      return out;
    };
    ConditionTrace out = ask_in(asked);
    if (!out.possible.settled() && out.error.empty() && !asked.view.disputes.empty()) {
      const Views& views = settled_views(asked.view);
      const auto in = [&](const std::unique_ptr<LineageView>& view) {
        return Asked{*view,           asked.policy,      asked.rule, asked.subject,
                     asked.candidate, asked.submissions, asked.score};
      };
      std::optional<ConditionTrace> agreed;
      for (const auto& view : views) {
        ConditionTrace then = ask_in(in(view));
        if (!then.possible.settled() || (agreed && then.possible != agreed->possible)) {
          agreed.reset();
          break;
        }
        if (!agreed)
          agreed = std::move(then);
      }
      if (agreed) {
        collect_items(*agreed, condition, in(views.front()));
        return std::move(*agreed);
      }
    }
    collect_items(out, condition, asked);
    return out;
  }

  Judgment from_findings(std::size_t r, std::size_t candidate,
                         const std::vector<const ReadyFinding*>& findings) {
    const RuleVerdict judged = libeval::judge(policy_.rules[r], findings);
    Judgment out;
    SubjectVerdict& subject = out.subjects.emplace_back();
    subject.verdict = judged.verdict;
    if (judged.decisive != nullptr) {
      out.ready = *judged.decisive;
      subject.level = judged.decisive->level;
    }
    waive(policy_.rules[r], candidate, subject);
    combine(out);
    return out;
  }

  /// The models of a candidate; empty with the reason if there are none.
  std::vector<NodeIndex> submissions_of(std::size_t candidate, const LineageView& now,
                                        std::string& error) const {
    const Candidate& who = program_.candidates[candidate];
    std::vector<std::string> ids;
    if (const auto at = policy_.submissions.find(who.id.str()); at != policy_.submissions.end())
      ids = at->second;
    else if (const std::string* attribute = who.attribute("submission"))
      ids = {*attribute};
    std::vector<NodeIndex> out;
    for (const std::string& id : ids) {
      const NodeIndex node = now.find(id);
      if (node == no_node) {
        error = "`" + id + "` does not stand in the lineage";
        return {};
      }
      out.push_back(node);
    }
    if (out.empty())
      error = "no submission is named";
    return out;
  }

  Judgment derived(std::size_t r, std::size_t candidate) {
    const Rule& rule = policy_.rules[r];
    Judgment out;
    const bool of_lineage = std::ranges::any_of(
        rule.formula, [](const Condition& c) { return c.kind < Condition::Kind::score; });
    std::vector<NodeIndex> models, subjects;
    if (of_lineage) {
      std::string error;
      models = submissions_of(candidate, view(program_.as_of), error);
      subjects = error.empty() ? things(rule, models, error) : std::vector<NodeIndex>{};
      if (!error.empty()) {
        out.subjects.emplace_back();
        out.subjects.back().verdict = Verdict::error;
        out.subjects.back().error = error;
      }
    } else {
      subjects = {no_node};
    }
    for (const NodeIndex subject : subjects)
      out.subjects.push_back(on_subject(rule, candidate, models, subject));
    for (SubjectVerdict& subject : out.subjects)
      waive(rule, candidate, subject);
    combine(out);
    return out;
  }

  /// What the rule looks at one by one.
  std::vector<NodeIndex> things(const Rule& rule, const std::vector<NodeIndex>& models,
                                std::string& error) {
    if (rule.for_each == "submission")
      return models;
    const LineageGraph& graph = view(program_.as_of).graph;
    std::vector<NodeIndex> queue, out;
    std::unordered_set<NodeIndex> known;
    const auto reach = [&](NodeIndex node) {
      if (known.insert(node).second)
        queue.push_back(node);
    };
    for (const NodeIndex model : models)
      reach(model);
    for (std::size_t head = 0; head < queue.size();)
      for (const LineageEdge& edge : graph.parents(queue[head++]))
        if (edge.link == LineageEdge::Link::part)
          reach(edge.parent);
    for (const NodeIndex node : queue)
      if (to_string(lineage_->nodes[node].kind) == rule.for_each)
        out.push_back(node);
    std::ranges::sort(out, [&](NodeIndex a, NodeIndex b) { return graph.before(a, b); });
    if (out.empty() && rule.for_each == "weights")
      error = "the lineage names no weights of `" + lineage_->nodes[models.front()].id + "`";
    return out;
  }

  SubjectVerdict on_day(const Rule& rule, std::size_t candidate,
                        const std::vector<NodeIndex>& models, NodeIndex subject, LineageView& now) {
    SubjectVerdict out;
    out.subject = subject;
    const Asked asked{now, policy_, rule, subject, candidate, models, options_.score};
    for (std::uint32_t i = 0; i < rule.formula.size(); ++i) {
      if (!rule.formula[i].parts.empty())
        continue;
      out.conditions.push_back(answer(rule.formula[i], i, asked));
      if (out.error.empty())
        out.error = out.conditions.back().error;
    }
    const Possible holds = value_of(rule.formula, out.conditions);
    const Possible good = rule.form == Form::deny ? !holds : holds;
    out.verdict = good.only_none() ? Verdict::not_applicable : verdict_of(good.truth());
    if (rule.form == Form::note && !good.only_none()) {
      out.noted = holds.settled() && holds.yes;
      out.verdict = out.noted || !holds.yes ? Verdict::pass : Verdict::unknown;
    }
    if (!out.error.empty() && out.verdict != Verdict::fail)
      out.verdict = Verdict::error;
    out.level = level_of_verdict(rule, out, now);
    settle(out, asked);
    return out;
  }

  /// The weakest link of what decided.
  std::optional<Level> level_of_verdict(const Rule& rule, const SubjectVerdict& subject,
                                        const LineageView& now) const {
    std::optional<Level> level;
    const auto lower = [&](std::optional<Level> by) {
      if (by && (!level || *by < *level))
        level = by;
    };
    for (const ConditionTrace& trace : subject.conditions) {
      const auto& to = rule.formula[trace.condition].to;
      const bool by_owner = to.external || !to.owners.empty();
      if (trace.reach && trace.truth != Truth::unknown && trace.reach->witness) {
        lower(trace.reach->witness->weakest);
        if (by_owner)
          lower(now.graph.owned_at(trace.reach->witness->nodes.back()));
      } else if (trace.reach && trace.truth == Truth::no && by_owner) {
        for (const NodeIndex node : trace.reach->checked)
          lower(now.graph.owned_at(node));
      }
      if (trace.reach && trace.truth == Truth::no &&
          rule.formula[trace.condition].undeclared_counts)
        for (const NodeIndex node : trace.reach->checked)
          lower(now.graph.complete[node].level_for());
      for (const ClaimTrace& claim : trace.claims)
        if (claim.truth == trace.truth)
          lower(claim.truth == Truth::yes  ? claim.belief.level_for()
                : claim.truth == Truth::no ? claim.belief.level_against()
                                           : std::nullopt);
    }
    return level;
  }

  SubjectVerdict on_subject(const Rule& rule, std::size_t candidate,
                            const std::vector<NodeIndex>& models, NodeIndex subject) {
    const std::string at = rule.at.empty() ? program_.as_of : rule.at;
    SubjectVerdict out = on_day(rule, candidate, models, subject, view(at));
    if (out.verdict == Verdict::fail && rule.cure)
      cure(rule, candidate, models, at, out);
    if (options_.rests && subject != no_node)
      find_what_it_rests_on(rule, candidate, models, out);
    return out;
  }

  /// Whether what failed was mended in time: it passes on the last day of the time and, if that is
  /// later, on the day of what is known. The day of the cure is the first from which on it passed
  /// to the end of the time.
  void cure(const Rule& rule, std::size_t candidate, const std::vector<NodeIndex>& models,
            const std::string& failed, SubjectVerdict& verdict) {
    const std::string end =
        rule.cure->days ? day_after(rule.cure->from, *rule.cure->days) : rule.cure->until;
    const std::string last = program_.as_of.empty() ? end : std::min(end, program_.as_of);
    std::set<std::string> days = days_of(*lineage_);
    days.insert(last);
    const auto on = [&](const std::string& day) {
      return on_day(rule, candidate, models, verdict.subject, view(day));
    };
    std::optional<SubjectVerdict> mended;
    if (program_.as_of <= last || on(program_.as_of).verdict == Verdict::pass)
      for (auto day = days.rbegin(); day != days.rend() && *day > failed; ++day) {
        if (*day > last)
          continue;
        SubjectVerdict then = on(*day);
        if (then.verdict != Verdict::pass)
          break;
        mended = std::move(then);
        mended->cured_on = *day;
      }
    if (mended)
      verdict = std::move(*mended);
    else if (program_.as_of.empty() || program_.as_of <= end)
      verdict.curable_until = end;
  }

  void waive(const Rule& rule, std::size_t candidate, SubjectVerdict& verdict) {
    for (std::size_t w = 0; w < policy_.waivers.size(); ++w) {
      const Waiver& waiver = policy_.waivers[w];
      if (waiver.rule != rule.id || waiver.verdict != verdict.verdict ||
          !names(waiver.subject, candidate, verdict.subject))
        continue;
      used_[w] = true;
      const bool in_force = program_.as_of.empty() || waiver.granted <= program_.as_of;
      if (is_expired(waiver) || !in_force)
        continue;
      verdict.waivers.push_back(w);
      if (waiver.status == Waiver::Status::accepted)
        verdict.waiver = w;
    }
  }

  [[nodiscard]] bool names(const std::string& subject, std::size_t candidate,
                           NodeIndex node) const {
    const std::size_t at = subject.find('@');
    const std::string id = subject.substr(0, at);
    if (at == std::string::npos && id == program_.candidates[candidate].id.str())
      return true;
    if (node == no_node || id != lineage_->nodes[node].id)
      return false;
    const auto& digests = lineage_->nodes[node].digests;
    return at == std::string::npos ||
           std::ranges::find(digests, subject.substr(at + 1)) != digests.end();
  }

  [[nodiscard]] bool is_expired(const Waiver& waiver) const {
    return !program_.as_of.empty() && waiver.expires <= program_.as_of;
  }

  static void combine(Judgment& out) {
    out.verdict = Verdict::not_applicable;
    for (std::size_t s = 0; s < out.subjects.size(); ++s) {
      const SubjectVerdict& one = out.subjects[s];
      out.noted = out.noted || one.noted;
      out.cured = out.cured || !one.cured_on.empty();
      const int worse = badness(one.verdict);
      const int before = out.decisive == nobody ? -1 : badness(out.subjects[out.decisive].verdict);
      const bool first_unwaived =
          worse == before && one.waiver == nobody && out.subjects[out.decisive].waiver != nobody;
      if (worse > before || first_unwaived ||
          (worse == before && worse == 1 && one.noted && !out.subjects[out.decisive].noted))
        out.decisive = s;
    }
    if (out.decisive == nobody)
      return;
    out.verdict = out.subjects[out.decisive].verdict;
    out.level = out.subjects[out.decisive].level;
    out.waived = badness(out.verdict) >= 2 && out.subjects[out.decisive].waiver != nobody;
  }

  /// Judges again without each item that speaks in the trace.
  void find_what_it_rests_on(const Rule& rule, std::size_t candidate,
                             const std::vector<NodeIndex>& models, SubjectVerdict& verdict) {
    if (verdict.verdict == Verdict::unknown || verdict.verdict == Verdict::not_applicable ||
        verdict.verdict == Verdict::error ||
        lineage_->nodes.size() + lineage_->derivations.size() > most_copied)
      return;
    std::set<const EvidenceItem*> tried;
    for (const ConditionTrace& trace : verdict.conditions)
      for (const UsedItem& used : trace.items) {
        if (!tried.insert(used.item).second || tried.size() > most_tried)
          continue;
        Lineage without = *lineage_;
        withdraw(without, *used.item);
        Judge other(program_, policy_, options_);
        other.lineage_ = std::make_shared<const Lineage>(std::move(without));
        other.options_.rests = false;
        if (other.on_subject(rule, candidate, models, verdict.subject).verdict != verdict.verdict)
          verdict.rests_on.push_back(used);
      }
  }

  /// Takes the item that stands at the same place out of a copy.
  void withdraw(Lineage& copy, const EvidenceItem& item) const {
    const auto in = [&](const EvidenceList& original, EvidenceList& list) {
      for (std::size_t i = 0; i < original.size(); ++i)
        if (&original[i] == &item) {
          list[i].withdrawn = "0000-00-00";
        }
    };
    for (std::size_t n = 0; n < copy.nodes.size(); ++n) {
      in(lineage_->nodes[n].complete, copy.nodes[n].complete);
      for (std::size_t o = 0; o < copy.nodes[n].owners.size(); ++o)
        in(lineage_->nodes[n].owners[o].evidence, copy.nodes[n].owners[o].evidence);
      for (std::size_t c = 0; c < copy.nodes[n].controls.size(); ++c)
        in(lineage_->nodes[n].controls[c].evidence, copy.nodes[n].controls[c].evidence);
    }
    for (std::size_t d = 0; d < copy.derivations.size(); ++d) {
      in(lineage_->derivations[d].evidence, copy.derivations[d].evidence);
      for (std::size_t o = 0; o < copy.derivations[d].obligations.size(); ++o)
        in(lineage_->derivations[d].obligations[o].evidence,
           copy.derivations[d].obligations[o].evidence);
    }
  }

  static constexpr std::size_t most_tried = 64, most_copied = 20000, most_ways = 16;
  const Program& program_;
  const PolicyFile& policy_;
  JudgeOptions options_;
  std::shared_ptr<const Lineage> empty_, lineage_;
  std::vector<bool> used_;
  std::map<std::string, std::unique_ptr<LineageView>> views_;
  std::map<const LineageView*, Views> settled_;
};

} // namespace

Judgments judge(const Program& program, const PolicyFile& policy, const JudgeOptions& options,
                const std::vector<std::uint32_t>& candidates) {
  return Judge(program, policy, options).all(candidates);
}

std::string witness_line(const PolicyFile& policy, const LineageGraph& graph,
                         const ReachPath& path) {
  const Lineage& lineage = *policy.lineage;
  std::string out = lineage.nodes[path.nodes.front()].id;
  for (std::size_t i = 0; i < path.edges.size(); ++i) {
    const LineageEdge& edge = graph.edges[path.edges[i]];
    const std::string& next = lineage.nodes[path.nodes[i + 1]].id;
    switch (edge.link) {
    case LineageEdge::Link::derivation:
      out += " <- " + lineage.derivations[edge.derivation].kind + " - " + next;
      break;
    case LineageEdge::Link::part:
      out = i == 0 ? next : out + " with its part " + next;
      break;
    case LineageEdge::Link::digest:
      out += " = " + next;
      break;
    case LineageEdge::Link::whole:
      out += ", a part of " + next;
      break;
    }
  }
  return out;
}

} // namespace libeval
