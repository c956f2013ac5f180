// SPDX-License-Identifier: Apache-2.0
#include <libeval/domain/policy.hpp>

#include "domain/read_condition.hpp"
#include "domain/reading.hpp"

#include <libeval/base/text.hpp>
#include <libeval/domain/digest.hpp>
#include <libeval/domain/language.hpp>
#include <libeval/domain/written_numbers.hpp>

#include <algorithm>
#include <array>

namespace libeval {
namespace {

constexpr std::array<std::string_view, 6> level_names = {
    "inferred", "alleged", "self_declared", "corroborated", "admitted", "verified"};
constexpr std::array<std::string_view, 5> verdict_names = {"pass", "fail", "unknown",
                                                           "not_applicable", "error"};
constexpr std::array<std::string_view, 3> severity_names = {"error", "warning", "hint"};
constexpr std::array<std::string_view, 3> status_names = {"under_review", "accepted", "rejected"};

template <class Enum, std::size_t n>
Enum named(const std::array<std::string_view, n>& names, std::string_view name) {
  return static_cast<Enum>(std::ranges::find(names, name) - names.begin());
}

ReadyFinding read_finding(const Tree& tree) {
  ReadyFinding finding;
  finding.rule = RuleId(text_at(tree, "rule"));
  finding.candidate = CandidateId(text_at(tree, "candidate"));
  finding.verdict = verdict_from(text_at(tree, "verdict"));
  if (tree.find("level") != nullptr)
    finding.level = level_from(text_at(tree, "level"));
  finding.date = text_at(tree, "date");
  finding.source = text_at(tree, "source");
  finding.statement = text_at(tree, "statement");
  finding.where = tree.where;
  return finding;
}

class Reader {
public:
  Reader(const Tree& tree, PolicyFile& policy, Diagnostics& diagnostics)
      : tree_(tree), policy_(policy), diagnostics_(diagnostics) {}

  void read() {
    policy_.id = text_at(tree_, "policy");
    policy_.title = text_at(tree_, "title");
    lineage_files();
    policy_.terms_file = text_at(tree_, "terms");
    policy_.matrix_files = read_names(tree_.find("matrix"));
    if (const Tree* dates = tree_.find("dates"))
      for (const Entry& entry : dates->map())
        policy_.dates[entry.key] = text_of(&entry.value);
    if (const Tree* submissions = tree_.find("submissions")) {
      policy_.submissions_where = submissions->where;
      for (const Entry& entry : submissions->map())
        policy_.submissions[entry.key] = read_names(&entry.value);
    }
    for (const Tree& item : tree_.find("rules")->list())
      rule(item);
    findings();
    if (const Tree* waivers = tree_.find("waivers"))
      for (const Tree& item : waivers->list())
        waiver(item);
  }

private:
  void lineage_files() {
    const auto one = [&](const Tree& file) {
      PolicyFile::LineageFile out;
      out.file = file.is_map() ? text_at(file, "file") : text_of(&file);
      out.format = text_at(file, "format") == "lineage" ? "" : text_at(file, "format");
      out.model = text_at(file, "model");
      out.where = file.is_map() ? where_at(file, "file") : file.where;
      policy_.lineage_files.push_back(std::move(out));
    };
    const Tree* files = tree_.find("lineage");
    if (files == nullptr)
      return;
    if (files->is_list())
      for (const Tree& file : files->list())
        one(file);
    else
      one(*files);
  }

  void rule(const Tree& tree) {
    Rule out;
    out.id = RuleId(text_at(tree, "id"));
    out.title = text_at(tree, "title");
    out.where = tree.find("id")->where;
    const std::string unknown = text_at(tree, "on_unknown");
    out.on_unknown = unknown == "fail"   ? OnUnknown::fail
                     : unknown == "pass" ? OnUnknown::pass
                                         : OnUnknown::hold;
    const Tree& consequence = *tree.find("consequence");
    if (consequence.is_map()) {
      out.consequence = Rule::Consequence::deduct;
      out.deduct = consequence.find("deduct")->number();
    } else {
      out.consequence = consequence.text() == "disqualify" ? Rule::Consequence::disqualify
                                                           : Rule::Consequence::note;
    }
    condition(tree, out);
    thresholds(tree, out);
    if (const std::string each = text_at(tree, "for_each"); !each.empty())
      out.for_each = each;
    out.at = text_at(tree, "at");
    if (!out.at.empty())
      out.at = day(out.at, where_at(tree, "at"));
    if (const Tree* cure = tree.find("cure"))
      out.cure = read_cure(*cure);
    if (tree.find("severity") != nullptr)
      out.severity = named<Rule::Severity>(severity_names, text_at(tree, "severity"));
    out.how_to_fix = text_at(tree, "how_to_fix");
    if (const auto [at, added] = rules_.emplace(out.id, out.where); !added)
      diagnostics_.error(out.where, "rule `" + out.id.str() + "` stands twice",
                         "the first is at line " + std::to_string(at->second.line));
    policy_.rules.push_back(std::move(out));
  }

  /// The licenses that a condition names, and what it needs to be asked.
  void licenses(const Condition& condition) {
    if (condition.kind == Condition::Kind::license)
      for (const std::string& word : condition.words)
        if (const auto read =
                parse_license(word, LicenseGrammar::spdx_3_0, condition.where, diagnostics_);
            read && read->licenses.size() > 1)
          diagnostics_.error(condition.where, "`" + shorten(word) + "` is not one license",
                             "write each allowed license as an item of its own");
    if (condition.kind == Condition::Kind::compatible ||
        condition.kind == Condition::Kind::obligations)
      if (!condition.name.empty())
        (void)parse_license(condition.name, LicenseGrammar::spdx_3_0, condition.where,
                            diagnostics_);
    if (condition.kind == Condition::Kind::compatible && policy_.matrix_files.empty())
      diagnostics_.error(condition.where, "the policy names no `matrix`",
                         "add `matrix: FILE`, a table in one of OSADL's forms");
    if (condition.kind == Condition::Kind::obligations && condition.licensed)
      for (const std::string& word : condition.words)
        if (!obligation_from(word))
          diagnostics_.error(condition.where, "no license asks `" + shorten(word) + "`",
                             "kinds are notice, naming, share_alike, non_commercial, "
                             "no_training_on_outputs, no_derivatives, flow_down and use_limit");
  }

  void condition(const Tree& tree, Rule& rule) {
    const std::pair<const char*, Rule::Form> forms[] = {{"deny_if", Rule::Form::deny},
                                                        {"require", Rule::Form::require},
                                                        {"note_if", Rule::Form::note}};
    for (const auto& [key, form] : forms)
      if (const Tree* condition = tree.find(key)) {
        rule.form = form;
        read_condition(*condition, rule.formula);
      }
    for (const Condition& one : rule.formula)
      licenses(one);
    if (rule.form == Rule::Form::findings)
      for (const char* key : {"for_each", "at", "cure", "complete_at"})
        if (tree.find(key) != nullptr)
          diagnostics_.error(where_at(tree, key),
                             "`" + std::string(key) + "` without a condition has no meaning",
                             "add `deny_if`, `require` or `note_if`");
    if (rule.form == Rule::Form::note && rule.consequence != Rule::Consequence::note)
      diagnostics_.error(where_at(tree, "consequence"), "a rule with `note_if` never fails",
                         "write `consequence: note`, or use `deny_if`");
    if (asks_lineage(rule.formula) && policy_.lineage_files.empty())
      diagnostics_.error(rule.where,
                         "rule `" + rule.id.str() + "` asks the lineage, and there is none",
                         "name it at the top of the file, `lineage: lineage.yaml`");
  }

  /// A rule that asks the lineage says from which level of evidence it believes.
  void thresholds(const Tree& tree, Rule& rule) {
    const Tree* all = tree_.find("thresholds");
    const auto read = [&](const char* own, const char* shared, Level& level, bool needed) {
      const Tree* at = tree.find(own);
      if (at == nullptr && all != nullptr && rule.form != Rule::Form::findings)
        at = all->find(shared);
      if (at != nullptr)
        level = level_from(text_of(at));
      else if (needed)
        diagnostics_.error(rule.where, "rule `" + rule.id.str() + "` does not say `" + own + "`",
                           "add `" + std::string(own) + ": LEVEL` here, or `thresholds: {" +
                               shared + ": LEVEL}` for all rules");
    };
    const bool asks = asks_lineage(rule.formula);
    read("convict_at", "convict", rule.convict_at, asks);
    read("clear_at", "clear", rule.clear_at, asks);
    read("complete_at", "complete", rule.complete_at, asks_records(rule.formula));
  }

  Cure read_cure(const Tree& tree) {
    Cure cure;
    cure.from = day(text_at(tree, "from"), where_at(tree, "from"));
    const Tree* until = tree.find("until");
    if (const auto days = count_at(tree, "days"))
      cure.days = static_cast<int>(*days);
    else if (until != nullptr)
      cure.until = day(text_of(until), until->where);
    else
      diagnostics_.error(tree.where, "`cure` does not say until when", "add `days` or `until`");
    if (!cure.until.empty() && cure.until < cure.from)
      diagnostics_.error(until->where,
                         "`cure` ends on " + cure.until + ", before it begins on " + cure.from);
    return cure;
  }

  /// A day, written or by its name.
  std::string day(const std::string& text, const Where& where) {
    if (const auto at = policy_.dates.find(text); at != policy_.dates.end())
      return at->second;
    Diagnostics unheard;
    if (validate(tree::text(text), type::date(), language(), unheard))
      return text;
    std::vector<std::string> known;
    for (const auto& [name, date] : policy_.dates)
      known.push_back(name);
    const auto near = did_you_mean(text, known);
    diagnostics_.error(where, "`" + shorten(text) + "` is neither a day nor one of `dates`",
                       near ? "did you mean `" + *near + "`?" : "write a day as YYYY-MM-DD");
    return text;
  }

  void findings() {
    const Tree* findings = tree_.find("findings");
    if (findings == nullptr)
      return;
    if (findings->is_map()) {
      policy_.findings_file = text_at(*findings, "file");
      return;
    }
    for (const Tree& item : findings->list()) {
      policy_.findings.push_back(read_finding(item));
      known_rule(policy_.findings.back().rule, item.find("rule")->where, "findings");
    }
  }

  void known_rule(const RuleId& rule, const Where& where, const char* what) {
    const auto at = std::ranges::find(policy_.rules, rule, &Rule::id);
    if (at == policy_.rules.end()) {
      std::vector<std::string> known;
      for (const Rule& one : policy_.rules)
        known.push_back(one.id.str());
      const auto near = did_you_mean(rule.str(), known);
      diagnostics_.error(where, "unknown rule `" + rule.str() + "`",
                         near ? "did you mean `" + *near + "`?"
                              : std::string(what) + " belong to the rules of the same file");
    } else if (what == std::string_view("findings") && at->form != Rule::Form::findings) {
      diagnostics_.error(where, "the verdicts under `" + rule.str() + "` follow from its condition",
                         "take the finding away, or the condition of the rule");
    }
  }

  void waiver(const Tree& tree) {
    Waiver out;
    out.rule = RuleId(text_at(tree, "rule"));
    out.subject = text_at(tree, "subject");
    if (const std::size_t at = out.subject.find('@'); at != std::string::npos)
      out.subject.replace(at + 1, std::string::npos, canonical_digest(out.subject.substr(at + 1)));
    out.verdict = verdict_from(text_at(tree, "verdict"));
    out.reason = text_at(tree, "reason");
    out.by = text_at(tree, "by");
    out.granted = text_at(tree, "granted");
    out.expires = text_at(tree, "expires");
    out.source = text_at(tree, "source");
    out.status = named<Waiver::Status>(status_names, text_at(tree, "status"));
    out.where = tree.where;
    known_rule(out.rule, where_at(tree, "rule"), "waivers");
    if (!out.granted.empty() && out.expires <= out.granted)
      diagnostics_.error(where_at(tree, "expires"), "`expires: " + out.expires +
                                                        "` is not after `granted: " + out.granted +
                                                        "`");
    policy_.waivers.push_back(std::move(out));
  }

  const Tree& tree_;
  PolicyFile& policy_;
  Diagnostics& diagnostics_;
  std::map<RuleId, Where> rules_;
};

} // namespace

std::string_view to_string(Level level) {
  return level_names[static_cast<std::size_t>(level)];
}
std::string_view to_string(Verdict verdict) {
  return verdict_names[static_cast<std::size_t>(verdict)];
}
std::string_view to_string(Rule::Severity severity) {
  return severity_names[static_cast<std::size_t>(severity)];
}
std::string_view to_string(Waiver::Status status) {
  return status_names[static_cast<std::size_t>(status)];
}
Level level_from(std::string_view name) {
  return named<Level>(level_names, name);
}
Verdict verdict_from(std::string_view name) {
  return named<Verdict>(verdict_names, name);
}

PolicyFile read_policy(const Tree& written, Diagnostics& diagnostics) {
  PolicyFile policy;
  const Tree tree = with_written_numbers(written, type::object("policy"), language());
  if (validate(tree, type::object("policy"), language(), diagnostics))
    Reader(tree, policy, diagnostics).read();
  return policy;
}

} // namespace libeval
