// SPDX-License-Identifier: Apache-2.0
#include "verbs.hpp"

#include "screen.hpp"

#include <libeval/base/text.hpp>
#include <libeval/domain/expand.hpp>
#include <libeval/domain/language.hpp>
#include <libeval/engine/check.hpp>
#include <libeval/engine/decide.hpp>
#include <libeval/engine/scenarios.hpp>
#include <libeval/engine/verdicts.hpp>
#include <libeval/engine/whatif.hpp>
#include <libeval/engine/why.hpp>
#include <libeval/io/draw.hpp>
#include <libeval/io/edit.hpp>
#include <libeval/io/json.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/policy_report.hpp>
#include <libeval/io/print.hpp>
#include <libeval/io/report.hpp>
#include <libeval/io/scaffold.hpp>
#include <libeval/io/scenario_report.hpp>
#include <libeval/io/schema.hpp>
#include <libeval/io/uncertain.hpp>
#include <libeval/io/words.hpp>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include <unistd.h>

namespace libeval::tool {
namespace {

/// A bundle and the decision on it.
struct Decided {
  Bundle bundle;
  Decision decision;
};

void show(const Diagnostics& diagnostics) {
  if (!diagnostics.all().empty())
    complain(draw_all(diagnostics, wants_color(STDERR_FILENO)));
}

/// Loads and decides; nothing, and everything said, if the input is refused.
std::optional<Decided> decision_on(const Tree& rules, const std::string& folder,
                                   Diagnostics& diagnostics) {
  Decided out;
  if (!diagnostics.has_errors())
    out.bundle = load_bundle(rules, folder, diagnostics);
  if (!diagnostics.has_errors())
    out.decision = libeval::decide(out.bundle, diagnostics);
  if (diagnostics.has_errors())
    return std::nullopt;
  check_scores(out.bundle.program, out.decision, diagnostics);
  return out;
}

std::optional<Decided> decision_on(const std::string& folder, bool json) {
  Diagnostics diagnostics;
  const Tree rules = load_rules(folder, diagnostics);
  auto out = decision_on(rules, folder, diagnostics);
  if (!out && json)
    print(diagnostics_json(diagnostics) + "\n");
  else
    show(diagnostics);
  return out;
}

/// The candidate of that id or name.
std::optional<std::size_t> find_candidate(const Program& program, const std::string& word) {
  std::vector<std::string> known;
  std::optional<std::size_t> by_name;
  for (std::size_t i = 0; i < program.candidates.size(); ++i) {
    const Candidate& candidate = program.candidates[i];
    if (candidate.id.str() == word)
      return i;
    if (candidate.name == word && !by_name)
      by_name = i;
  }
  if (by_name)
    return by_name;
  for (const Candidate& candidate : program.candidates) {
    known.push_back(candidate.id.str());
    if (candidate.name != candidate.id.str())
      known.push_back(candidate.name);
  }
  constexpr std::size_t most = 24;
  std::string message = word.empty()
                            ? "error: no candidate is named: `libeval why BUNDLE CANDIDATE`\n"
                            : "error: unknown candidate `" + escape_control(shorten(word)) + "`\n";
  const auto near = word.empty() ? std::nullopt : did_you_mean(word, known);
  if (near)
    message += "  help: did you mean `" + escape_control(*near) + "`?\n";
  else {
    message += "  help: candidates are ";
    for (std::size_t i = 0; i < program.candidates.size() && i < most; ++i)
      message += (i == 0 ? "`" : ", `") + escape_control(program.candidates[i].id.str()) + "`";
    message += program.candidates.size() > most ? ", ...\n" : "\n";
  }
  complain(message);
  return std::nullopt;
}

/// The stage asked for, or the last that the candidate entered.
const StageDecision* find_stage(const Decision& decision, const Program& program,
                                std::size_t candidate, const std::string& asked) {
  if (!asked.empty()) {
    const StageDecision* stage = decision.stage(asked);
    if (stage != nullptr && stage->entrant(candidate) != nobody)
      return stage;
    std::string message;
    if (stage != nullptr) {
      message = "error: " + name_of(program, candidate) + " did not enter `" + asked + "`\n";
    } else {
      std::vector<std::string> ids;
      for (const StageDecision& one : decision.stages)
        ids.push_back(one.id);
      const auto near = did_you_mean(asked, ids);
      message = "error: unknown stage `" + escape_control(shorten(asked)) + "`\n";
      message += "  help: ";
      if (near)
        message += "did you mean `" + *near + "`?\n";
      else
        for (std::size_t i = 0; i < ids.size(); ++i)
          message += (i == 0 ? "stages are `" : ", `") + escape_control(ids[i]) + "`" +
                     (i + 1 == ids.size() ? "\n" : "");
    }
    complain(message);
    return nullptr;
  }
  for (std::size_t i = decision.stages.size(); i-- > 0;)
    if (decision.stages[i].entrant(candidate) != nobody)
      return &decision.stages[i];
  complain("error: " + name_of(program, candidate) + " entered no stage\n");
  return nullptr;
}

/// Says which parts make a score depend on who else takes part.
void note_relative_parts(const Program& program, const Decision& decision,
                         Diagnostics& diagnostics) {
  for (const Stage& stage : program.stages) {
    const StageDecision* decided = decision.stage(stage.id.str());
    if (!stage.score || decided == nullptr)
      continue;
    for (std::size_t i = 0; i < decided->nodes.size(); ++i) {
      const NodeScores& node = decided->nodes[i];
      const bool below = std::ranges::any_of(decided->nodes, [&](const NodeScores& part) {
        return part.parent == i && part.relative;
      });
      if (!node.relative || below)
        continue;
      if (const Node* where = find_node(*stage.score, node.path))
        diagnostics.note(where->where,
                         "part `" + node.path +
                             "` compares entrants, so everyone's score depends on who takes part");
    }
  }
}

int code_of(const Decision& decision) {
  return decision.held() ? Exit::held : Exit::decided;
}

} // namespace

int check(const CheckOptions& options) {
  Diagnostics diagnostics;
  const Tree rules = load_rules(options.bundle, diagnostics);
  Bundle bundle;
  if (!rules.is_null())
    bundle = load_bundle(rules, options.bundle, diagnostics);
  Decision decision;
  if (!diagnostics.has_errors())
    decision = libeval::decide(bundle, diagnostics);
  if (!diagnostics.has_errors())
    check_scores(bundle.program, decision, diagnostics);
  if (!rules.is_null() || diagnostics.has_errors())
    check_uncertain(rules, options.bundle, diagnostics);
  if (!diagnostics.has_errors())
    note_relative_parts(bundle.program, decision, diagnostics);
  if (options.expand && !diagnostics.has_errors()) {
    Diagnostics unheard;
    const Tree full = expand(rules, unheard);
    show(diagnostics);
    print(options.json ? to_json(full) : to_yaml(full));
    return Exit::decided;
  }
  if (options.json) {
    print(diagnostics_json(diagnostics) + "\n");
  } else {
    print(draw_all(diagnostics, wants_color(STDOUT_FILENO)));
    std::string counts;
    if (!bundle.program.stages.empty())
      counts = counted(bundle.program.candidates.size(), "candidate") + ", " +
               counted(bundle.program.stages.size(), "stage") + ", ";
    print(counts + count_line(diagnostics) + "\n");
  }
  return diagnostics.has_errors() ? Exit::refused : Exit::decided;
}

int decide(const DecideOptions& options) {
  auto it = decision_on(options.bundle, options.json);
  if (!it)
    return Exit::refused;
  if (options.scenarios) {
    Diagnostics unheard; // nothing new can be wrong
    const Scenarios found = scenarios(it->bundle, unheard);
    print(options.json ? to_json(it->bundle.program, found) + "\n"
                       : report(it->bundle.program, found, on_screen(options.all)));
    return code_of(it->decision);
  }
  add_agreement(it->bundle, it->decision);
  if (options.json)
    print(to_json(it->decision, it->bundle.program));
  else
    print(report(it->bundle, it->decision, on_screen(options.all)));
  return code_of(it->decision);
}

bool is_bundle(const std::string& word) {
  std::error_code failed;
  const std::filesystem::path path(word);
  return std::filesystem::is_directory(path, failed) || path.filename() == "program.yaml" ||
         path.filename() == "program.json";
}

int why(const WhyOptions& options) {
  const auto it = decision_on(options.bundle, options.json);
  if (!it)
    return Exit::refused;
  const Program& program = it->bundle.program;
  const auto candidate = find_candidate(program, options.candidate);
  if (!candidate)
    return Exit::refused;
  const StageDecision* stage = find_stage(it->decision, program, *candidate, options.stage);
  if (stage == nullptr)
    return Exit::refused;
  const Why answer = explain(it->bundle, it->decision, *candidate, stage->id);
  print(options.json ? to_json(answer, it->decision, it->bundle)
                     : report(it->bundle, it->decision, answer, on_screen()));
  return code_of(it->decision);
}

int whatif(const WhatifOptions& options) {
  Diagnostics diagnostics;
  const Tree rules = load_rules(options.bundle, diagnostics);
  const auto before = decision_on(rules, options.bundle, diagnostics);
  const auto refuse = [&] {
    if (options.json)
      print(diagnostics_json(diagnostics) + "\n");
    else
      show(diagnostics);
    return Exit::refused;
  };
  if (!before)
    return refuse();
  Tree changed = rules;
  for (const std::string& assignment : options.set)
    set_value(changed, assignment, diagnostics);
  for (const std::string& move : options.move)
    move_step(changed, move, diagnostics);
  if (diagnostics.has_errors())
    return refuse();
  Bundle bundle = load_bundle(changed, options.bundle, diagnostics);
  if (!diagnostics.has_errors())
    for (const std::string& drop : options.drop)
      drop_member(bundle, drop, diagnostics);
  Decision after;
  if (!diagnostics.has_errors())
    after = libeval::decide(bundle, diagnostics);
  if (diagnostics.has_errors())
    return refuse();
  if (!options.json)
    show(diagnostics); // what a change took with it
  const auto changes = compare(before->bundle.program, before->decision, bundle.program, after);
  print(options.json ? to_json(changes, before->bundle.program)
                     : report(before->bundle.program, changes, on_screen(options.all)));
  return code_of(after);
}

namespace {

/// The same policy with other thresholds for every rule that has a condition.
PolicyFile with_thresholds(PolicyFile policy, const PolicyOptions& options) {
  for (Rule& rule : policy.rules) {
    if (rule.form == Rule::Form::findings)
      continue;
    for (const auto& [word, level] :
         {std::pair{&options.convict, &rule.convict_at}, std::pair{&options.clear, &rule.clear_at},
          std::pair{&options.complete, &rule.complete_at}})
      if (!word->empty())
        *level = level_from(*word);
  }
  return policy;
}

bool uses(const Stage& stage, const PolicyFile& policy) {
  return std::ranges::any_of(stage.select, [&](const SelectStep& step) {
    const auto* one = std::get_if<select::Policy>(&step.what);
    return one != nullptr && one->file == policy.file;
  });
}

/// Who meets a policy file in some stage.
std::vector<std::uint32_t> judged_by(const PolicyFile& policy, const Bundle& bundle,
                                     const Decision& decision) {
  std::set<std::uint32_t> who;
  for (std::size_t s = 0; s < bundle.program.stages.size(); ++s)
    if (uses(bundle.program.stages[s], policy))
      who.insert(decision.stages[s].entrants.begin(), decision.stages[s].entrants.end());
  return {who.begin(), who.end()};
}

} // namespace

int policy(const PolicyOptions& options) {
  Diagnostics diagnostics;
  Tree rules = load_rules(options.bundle, diagnostics);
  if (!options.as_of.empty() && rules.is_map()) {
    std::erase_if(rules.map(), [](const Entry& entry) { return entry.key == "as_of"; });
    rules.map().push_back({"as_of", {}, tree::text(options.as_of)});
  }
  const auto it = decision_on(rules, options.bundle, diagnostics);
  if (!it) {
    if (options.json)
      print(diagnostics_json(diagnostics) + "\n");
    else
      show(diagnostics);
    return Exit::refused;
  }
  show(diagnostics);
  std::vector<PolicyFile> policies;
  for (const PolicyFile& policy : it->bundle.policies)
    policies.push_back(with_thresholds(policy, options));
  if (policies.empty()) {
    complain(
        "error: the bundle has no policy\n  help: a step `policy: FILE` of a stage names one\n");
    return Exit::refused;
  }
  std::vector<JudgedPolicy> judged;
  bool open = false;
  for (const PolicyFile& policy : policies) {
    JudgeOptions how;
    how.rests = !options.dot;
    how.score = [&](std::size_t candidate, const std::string& part) -> std::optional<double> {
      for (std::size_t s = 0; s < it->decision.stages.size(); ++s) {
        const StageDecision& stage = it->decision.stages[s];
        const std::size_t entrant = stage.entrant(candidate);
        const NodeScores* scores = stage.find_scores(part);
        if (uses(it->bundle.program.stages[s], policy) && entrant != nobody && scores != nullptr &&
            scores->scores.has(entrant))
          return scores->scores.value(entrant);
      }
      return std::nullopt;
    };
    const auto who = judged_by(policy, it->bundle, it->decision);
    if (who.empty())
      continue;
    judged.push_back(
        {&policy, judge(it->bundle.program, policy, how, who), digests_of(policy, options.bundle)});
    for (const Judgment& judgment : judged.back().judgments.all)
      open = open || judgment.verdict == Verdict::error ||
             (judgment.verdict == Verdict::unknown &&
              policy.rules[judgment.rule].on_unknown == OnUnknown::hold);
  }
  const Program& program = it->bundle.program;
  if (options.sarif) {
    print(to_sarif(program, judged) + "\n");
  } else if (options.json) {
    print(to_json(program, judged) + "\n");
  } else if (options.dot) {
    for (const JudgedPolicy& one : judged)
      print(to_dot(program, one));
  } else {
    print(report(program, judged, on_screen()));
  }
  return open ? Exit::held : Exit::decided;
}

int make_new(const std::string& folder, bool json) {
  Diagnostics diagnostics;
  const auto files = write_new_bundle(folder, diagnostics);
  if (diagnostics.has_errors()) {
    if (json)
      print(diagnostics_json(diagnostics) + "\n");
    else
      show(diagnostics);
    return Exit::refused;
  }
  if (json) {
    print(new_bundle_json(folder, files));
    return Exit::decided;
  }
  std::string text;
  for (const std::string& file : files)
    text.append("wrote ").append(folder).append("/").append(file).append("\n");
  print(text + "next: libeval check " + folder + "\n");
  return Exit::decided;
}

int schema(const std::string& what) {
  print(what == "keys"          ? keys_page()
        : what == "policy"      ? policy_schema()
        : what == "lineage"     ? lineage_schema()
        : what == "terms"       ? license_terms_schema()
        : what == "uncertainty" ? uncertainty_schema()
        : what == "published"   ? published_schema()
                                : program_schema());
  return Exit::decided;
}

} // namespace libeval::tool
