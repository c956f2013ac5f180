// SPDX-License-Identifier: Apache-2.0
#include "screen.hpp"
#include "verbs.hpp"

#include <libeval/base/diagnostic.hpp>
#include <libeval/base/text.hpp>
#include <libeval/domain/statement.hpp>
#include <libeval/io/draw.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <exception>
#include <string>
#include <vector>

namespace {

using namespace libeval;
using tool::Exit;

constexpr const char* bundle_help = "folder with program.yaml (or the file itself)";

/// Without it a minus wraps round to a very large number.
const CLI::Validator whole_number( // NOLINT(cert-err58-cpp)
    [](const std::string& text) {
      const bool digits =
          !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
      return digits && text.size() < 20 ? std::string()
                                        : "`" + text + "` is not a whole number from 0 on";
    },
    "");

/// The options of every verb.
struct Arguments {
  tool::CheckOptions check;
  tool::DecideOptions decide;
  tool::WhyOptions why;
  tool::WhatifOptions whatif;
  tool::PanelArguments panel;
  tool::SimulateArguments simulate;
  tool::ReconstructArguments reconstruct;
  tool::MarginsArguments margins;
  tool::MergeArguments merge;
  tool::ImportVerbOptions import;
  tool::LicenseOptions license;
  tool::PolicyOptions policy;
  std::vector<std::string> why_words;
  std::string folder, schema = "program";
  bool new_as_json = false;
};

void add_asking_verbs(CLI::App& app, Arguments& a) {
  auto* check = app.add_subcommand("check", "Read a bundle and say everything that is wrong");
  check->add_option("bundle", a.check.bundle, bundle_help)->capture_default_str();
  check->add_flag("--expand", a.check.expand, "print the program with every shortcut spelt out");
  check->add_flag("--json", a.check.json, "as JSON");
  check->footer("Examples:\n"
                "  libeval check my-call\n"
                "  libeval check my-call --expand\n"
                "Exit code: 0 nothing wrong, 2 refused");

  auto* decide = app.add_subcommand("decide", "Decide who goes on");
  decide->add_option("bundle", a.decide.bundle, bundle_help)->capture_default_str();
  decide->add_flag("--json", a.decide.json, "every score, place, outcome and finding as JSON");
  decide->add_flag("--all", a.decide.all, "every entrant of a very long stage");
  decide->add_flag("--scenarios", a.decide.scenarios,
                   "the distinct decisions over unknown verdicts and gaps");
  decide->footer("Examples:\n"
                 "  libeval decide my-call\n"
                 "  libeval decide examples/kai\n"
                 "  libeval decide my-call --json > decision.json\n"
                 "Exit code: 0 decided, 2 refused, 3 decided with somebody held");

  auto* why = app.add_subcommand("why", "Explain the outcome of one candidate");
  why->add_option("candidate", a.why_words,
                  "the bundle (default .) and the candidate, by id or name")
      ->required()
      ->expected(1, 2)
      ->type_name("[BUNDLE] CANDIDATE");
  why->add_option("--stage", a.why.stage, "a stage (default: the last it entered)");
  why->add_flag("--json", a.why.json, "as JSON");
  why->footer("Examples:\n"
              "  libeval why my-call cedar\n"
              "  libeval why my-call Cedar --stage stage-1\n"
              "Exit code: 0 decided, 2 refused, 3 decided with somebody held");
}

void add_policy_verb(CLI::App& app, Arguments& a) {
  auto* policy = app.add_subcommand("policy", "Print every verdict with what it rests on");
  policy->add_option("bundle", a.policy.bundle, bundle_help)->capture_default_str();
  const CLI::IsMember level(
      {"inferred", "alleged", "self_declared", "corroborated", "admitted", "verified"});
  policy->add_option("--convict", a.policy.convict, "as if every rule convicted from this level on")
      ->type_name("LEVEL")
      ->check(level);
  policy->add_option("--clear", a.policy.clear, "as if every rule cleared from this level on")
      ->type_name("LEVEL")
      ->check(level);
  policy
      ->add_option("--complete", a.policy.complete,
                   "as if every rule believed records from this level on")
      ->type_name("LEVEL")
      ->check(level);
  policy->add_option("--as-of", a.policy.as_of, "with what was known on that day")
      ->type_name("DATE");
  auto* forms = policy->add_option_group("form");
  forms->add_flag("--json", a.policy.json, "as JSON, with the whole trace");
  forms->add_flag("--dot", a.policy.dot, "the lineage for Graphviz, ways that convict in red");
  forms->add_flag("--sarif", a.policy.sarif, "as SARIF 2.1.0");
  forms->require_option(0, 1);
  policy->footer("Examples:\n"
                 "  libeval policy my-call\n"
                 "  libeval policy my-call --convict alleged\n"
                 "  libeval policy my-call --dot | dot -Tsvg > lineage.svg\n"
                 "Exit code: 0 nothing open, 2 refused, 3 a verdict is open and holds somebody");
}

void add_changing_verbs(CLI::App& app, Arguments& a) {
  auto* whatif = app.add_subcommand("whatif", "Decide a changed copy and print what differs");
  whatif->add_option("bundle", a.whatif.bundle, bundle_help)->capture_default_str();
  // Each time one value: what follows may be the bundle.
  const auto many = [&](const char* name, std::vector<std::string>& to, const char* help,
                        const char* form) {
    whatif->add_option(name, to, help)
        ->type_name(form)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false);
  };
  many("--set", a.whatif.set, "put a value into the rules", "PATH=VALUE");
  many("--move", a.whatif.move, "move a step of selection", "STEP:before|after:STEP");
  many("--drop", a.whatif.drop, "forget all evidence of one member", "DIMENSION:MEMBER");
  whatif->add_flag("--json", a.whatif.json, "as JSON");
  whatif->add_flag("--all", a.whatif.all, "every candidate with a difference");
  whatif->footer("Examples:\n"
                 "  libeval whatif my-call --set stage-1.places=3\n"
                 "  libeval whatif my-call --set stage-1.score.panel.points=50 --set "
                 "stage-1.score.tests.points=50\n"
                 "  libeval whatif my-call --move policy:after:take\n"
                 "  libeval whatif my-call --drop juror:j4\n"
                 "Exit code: 0 decided, 2 refused, 3 decided with somebody held");

  auto* reconstruct =
      app.add_subcommand("reconstruct", "Say what a published record determines, and what not");
  reconstruct->add_option("bundle", a.reconstruct.bundle, bundle_help)->capture_default_str();
  reconstruct->add_option("--stage", a.reconstruct.stage, "the first that is known in part");
  reconstruct->add_option("--level", a.reconstruct.level, "only statements at least so strong")
      ->check(CLI::IsMember(statement_levels()));
  reconstruct->add_option("--without", a.reconstruct.without, "a statement that does not count")
      ->type_name("STATEMENT");
  reconstruct->add_option("--seconds", a.reconstruct.seconds, "then what is proven so far is shown")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  reconstruct
      ->add_option("--samples", a.reconstruct.samples,
                   "draw so many completions instead, each one of many")
      ->check(CLI::Range(1, 1'000'000));
  reconstruct->add_option("--seed", a.reconstruct.seed, "where chance begins")
      ->check(whole_number)
      ->capture_default_str();
  reconstruct->add_flag("--json", a.reconstruct.json, "as JSON");
  reconstruct->footer("Examples:\n"
                      "  libeval reconstruct examples/kai --stage stage-1\n"
                      "  libeval reconstruct examples/kai --level official\n"
                      "  libeval reconstruct examples/kai --without etnews-order\n"
                      "  libeval reconstruct examples/kai --samples 3 --seed 7\n"
                      "Exit code: 0 answered, 2 refused, 3 the statements contradict each other");

  auto* make = app.add_subcommand("new", "Write a small commented bundle to begin with");
  make->add_option("folder", a.folder, "a new or empty folder")->required();
  make->add_flag("--json", a.new_as_json, "the files written, as JSON");
  make->footer("Example:\n  libeval new my-call && libeval check my-call");

  auto* schema = app.add_subcommand("schema", "Print the language of programs for other tools");
  schema
      ->add_option("what", a.schema,
                   "program, policy, lineage, terms, uncertainty, published (JSON Schema) or keys "
                   "(Markdown)")
      ->check(CLI::IsMember(
          {"program", "policy", "lineage", "terms", "uncertainty", "published", "keys"}))
      ->capture_default_str();
  schema->footer("Example:\n  libeval schema > program.schema.json");
}

void add_panel_verb(CLI::App& app, Arguments& a) {
  auto* panel = app.add_subcommand("panel", "Check the people who marked: agreement and severity");
  panel->add_option("bundle", a.panel.bundle, bundle_help)->capture_default_str();
  panel->add_option("--stage", a.panel.options.stage, "only this stage");
  panel->add_option("--part", a.panel.options.part, "only this part of the score");
  panel->add_flag("!--no-without", a.panel.options.without, "do not decide without each juror");
  panel
      ->add_option("--bootstrap", a.panel.options.draws,
                   "standard errors of scores from so many panels drawn anew")
      ->check(CLI::Range(0, 100'000));
  panel->add_option("--seed", a.panel.options.seed, "where chance begins")
      ->check(whole_number)
      ->capture_default_str();
  panel->add_flag("--json", a.panel.json, "as JSON");
  panel->add_flag("--all", a.panel.all, "every juror of a very large panel");
  panel->footer("Examples:\n"
                "  libeval panel my-call\n"
                "  libeval panel my-call --part panel --bootstrap 1000\n"
                "Exit code: 0 done, 2 refused");
}

void add_sampling_verbs(CLI::App& app, Arguments& a) {
  auto* simulate = app.add_subcommand("simulate", "Say how sure the outcomes are");
  simulate->add_option("bundle", a.simulate.bundle, bundle_help)->capture_default_str();
  simulate->add_option("--uncertainty", a.simulate.uncertainty,
                       "what is uncertain (default: uncertainty.yaml in the bundle)");
  const auto many = [&](const char* name, std::vector<std::string>& to, const char* help,
                        const char* form) {
    simulate->add_option(name, to, help)
        ->type_name(form)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false);
  };
  many("--weights", a.simulate.weights, "and weights", "uniform|NODE=uniform|dirichlet=N");
  many("--normal", a.simulate.normal, "and normal errors of a table's values", "TABLE=DEVIATION");
  many("--bootstrap", a.simulate.bootstrap, "and members drawn anew", "TABLE:DIMENSION");
  many("--verdict", a.simulate.verdict, "and an unknown verdict", "RULE:CANDIDATE=PROBABILITY");
  many("--completions", a.simulate.completions, "and a stage that is known in part", "STAGE");
  many("--at-least", a.simulate.at_least, "also the chance of such a total", "SCORE");
  simulate->add_option("--samples", a.simulate.samples, "how many (default: 10000)");
  simulate->add_option("--seed", a.simulate.seed, "where chance begins")->capture_default_str();
  simulate->add_option("--threads", a.simulate.threads, "0: all; the result does not depend on it")
      ->capture_default_str();
  simulate->add_option("--until", a.simulate.until,
                       "stop when every chance is known within this (`0.1%`)");
  simulate->add_option("--shard", a.simulate.shard, "write one part, such as 3/16, for `merge`");
  simulate->add_flag("--direct", a.simulate.direct,
                     "draw every measurement, even where one "
                     "number a candidate would do");
  simulate->add_flag("--json", a.simulate.json, "every estimate with its error as JSON");
  simulate->add_flag("--csv", a.simulate.csv, "the same as CSV");
  simulate->add_flag("--all", a.simulate.all, "every candidate of a very long stage");
  simulate->footer("Examples:\n"
                   "  libeval simulate my-call --samples 100000\n"
                   "  libeval simulate my-call --weights dirichlet=50 --bootstrap marks:juror\n"
                   "  libeval simulate my-call --until 0.1% --json\n"
                   "  libeval simulate my-call --samples 1000000 --shard 3/16 > part-3.json\n"
                   "Exit code: 0 done, 2 refused");

  auto* margins = app.add_subcommand("margins", "Say what would change the outcomes");
  margins->add_option("bundle", a.margins.bundle, bundle_help)->capture_default_str();
  margins->add_option("--candidates", a.margins.candidates, "so many at each line")
      ->check(whole_number)
      ->capture_default_str();
  margins->add_option("--uncertainty", a.margins.uncertainty,
                      "what is uncertain (default: uncertainty.yaml in the bundle)");
  margins->add_option("--samples", a.margins.samples,
                      "also what drives the outcomes (Sobol indices), from so many samples");
  margins->add_option("--until", a.margins.until,
                      "as many samples as it takes to know every index within this, such as 1%");
  margins->add_option("--seed", a.margins.seed, "of the samples")->capture_default_str();
  margins->add_flag("--json", a.margins.json, "as JSON");
  margins->footer("Examples:\n"
                  "  libeval margins my-call\n"
                  "  libeval margins my-call --samples 2000\n"
                  "Exit code: 0 decided, 2 refused, 3 decided with somebody held");

  auto* merge = app.add_subcommand("merge", "Add up the parts of a simulation");
  merge->add_option("part", a.merge.parts, "files written by `simulate --shard`")->required();
  merge->add_flag("--json", a.merge.json, "every estimate with its error as JSON");
  merge->add_flag("--csv", a.merge.csv, "the same as CSV");
  merge->add_flag("--all", a.merge.all, "every candidate of a very long stage");
  merge->footer("Example:\n  libeval merge part-*.json\nExit code: 0 done, 2 refused");
}

void add_lineage_verbs(CLI::App& app, Arguments& a) {
  auto* import =
      app.add_subcommand("import", "Print model cards and bills of materials as lineage");
  import
      ->add_option("files", a.import.files,
                   "CycloneDX or SPDX 3 in JSON; a model card as OWNER/NAME=FILE")
      ->required()
      ->type_name("[OWNER/NAME=]FILE ...");
  import->add_option("--format", a.import.format, "instead of what the text looks like")
      ->check(CLI::IsMember({"cyclonedx", "spdx", "model_card"}));
  import->add_option("--id", a.import.id, "the id of the record")->capture_default_str();
  import->footer("Example:\n"
                 "  libeval import acme/small=card.md bom.json > lineage.yaml\n"
                 "Exit code: 0 printed, 2 refused");

  auto* license = app.add_subcommand("license", "Read a license expression and what it asks");
  license->add_option("expression", a.license.expression, "SPDX license expression")->required();
  license->add_option("--grammar", a.license.grammar, "of which version of SPDX")
      ->check(CLI::IsMember({"2.3", "3.0", "3.1"}))
      ->capture_default_str();
  license->add_option("--terms", a.license.terms, "a file of one's own readings");
  license->footer("Examples:\n"
                  "  libeval license \"MIT OR GPL-2.0+\"\n"
                  "  libeval license LicenseRef-scancode-llama-3.1-license-2024\n"
                  "Exit code: 0 printed, 2 refused. No legal advice.");
}

int run(int argc, char** argv) {
  CLI::App app("Decides who goes on in a multi-stage evaluation, and says why.", "libeval");
  app.set_version_flag("--version", "libeval " LIBEVAL_VERSION);
  app.require_subcommand(1);
  app.footer("Examples:\n"
             "  libeval new my-call          write a bundle to begin with\n"
             "  libeval check my-call        say everything that is wrong with it\n"
             "  libeval decide my-call       decide\n"
             "  libeval why my-call cedar    explain one outcome\n"
             "  libeval whatif my-call --set stage-1.places=3\n"
             "Exit code: 0 decided, 1 internal failure, 2 input refused, 3 decided with somebody "
             "held");
  Arguments a;
  add_asking_verbs(app, a);
  add_policy_verb(app, a);
  add_changing_verbs(app, a);
  add_panel_verb(app, a);
  add_sampling_verbs(app, a);
  add_lineage_verbs(app, a);

  if (argc > 1 && argv[1][0] != '-') {
    std::vector<std::string> verbs;
    for (const CLI::App* verb : app.get_subcommands({}))
      verbs.push_back(verb->get_name());
    const std::string word = argv[1];
    if (std::find(verbs.begin(), verbs.end(), word) == verbs.end()) {
      const auto near = did_you_mean(word, verbs);
      tool::complain("error: unknown verb `" + escape_control(shorten(word)) + "`\n  help: " +
                     (near ? "did you mean `libeval " + *near + "`?"
                           : std::string("`libeval --help` lists the verbs")) +
                     "\n");
      return Exit::refused;
    }
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return tool::print(app.help()), Exit::decided; // of the verb, if one was named
  } catch (const CLI::CallForVersion& version) {
    return tool::print(std::string(version.what()) + "\n"), Exit::decided;
  } catch (const CLI::ParseError& error) {
    const auto chosen = app.get_subcommands();
    tool::complain("error: " + escape_control(error.what()) + "\n  help: `libeval " +
                   (chosen.empty() ? "" : chosen[0]->get_name() + " ") + "--help`\n");
    return Exit::refused;
  }
  if (app.got_subcommand("check"))
    return tool::check(a.check);
  if (app.got_subcommand("decide"))
    return tool::decide(a.decide);
  if (app.got_subcommand("why")) {
    a.why.candidate = a.why_words.back();
    a.why.bundle = a.why_words.size() > 1 ? a.why_words.front() : ".";
    if (a.why_words.size() == 1 && tool::is_bundle(a.why.candidate))
      a.why.bundle = std::exchange(a.why.candidate, "");
    return tool::why(a.why);
  }
  if (app.got_subcommand("whatif"))
    return tool::whatif(a.whatif);
  if (app.got_subcommand("panel"))
    return tool::panel(a.panel);
  if (app.got_subcommand("simulate"))
    return tool::simulate(a.simulate);
  if (app.got_subcommand("margins"))
    return tool::margins(a.margins);
  if (app.got_subcommand("merge"))
    return tool::merge(a.merge);
  if (app.got_subcommand("import"))
    return tool::import_files(a.import);
  if (app.got_subcommand("license"))
    return tool::license(a.license);
  if (app.got_subcommand("policy"))
    return tool::policy(a.policy);
  if (app.got_subcommand("reconstruct"))
    return tool::reconstruct(a.reconstruct);
  if (app.got_subcommand("new"))
    return tool::make_new(a.folder, a.new_as_json);
  return tool::schema(a.schema);
}

} // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run(argc, argv);
  } catch (const LoadError& error) {
    tool::complain(draw_all(error.diagnostics(), false));
    return Exit::refused;
  } catch (const std::exception& error) {
    tool::complain("internal failure: " + escape_control(error.what()) + "\n");
    return Exit::failed;
  }
}
