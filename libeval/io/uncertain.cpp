// SPDX-License-Identifier: Apache-2.0
#include <libeval/io/uncertain.hpp>

#include "io/sha256.hpp"
#include "io/standing.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>
#include <libeval/engine/check.hpp>
#include <libeval/io/edit.hpp>
#include <libeval/io/files.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/parse.hpp>
#include <libeval/io/print.hpp>

#include <memory>
#include <system_error>

namespace libeval {
namespace {

namespace fs = std::filesystem;

constexpr const char* file_name = "uncertainty.yaml";

/// The list under `key`, made where there is none.
Tree::List& list_at(Tree& tree, const std::string& key) {
  if (tree.is_null())
    tree = tree::map({});
  if (Tree* found = tree.find(key); found != nullptr && found->is_list())
    return found->list();
  tree.map().push_back({key, {}, tree::list({})});
  return tree.map().back().value.list();
}

/// `LEFT=RIGHT` or nothing.
std::optional<std::pair<std::string, std::string>> split(std::string_view text, char at) {
  const std::size_t sign = text.rfind(at);
  if (sign == std::string_view::npos || sign == 0 || sign + 1 == text.size())
    return std::nullopt;
  return std::pair{std::string(text.substr(0, sign)), std::string(text.substr(sign + 1))};
}

void refuse(const char* option, std::string_view text, const char* help, Diagnostics& diagnostics) {
  diagnostics.error({}, std::string("`") + option + "` does not understand " + in_backticks(text),
                    help);
}

} // namespace

Tree load_uncertainty(const fs::path& bundle, const fs::path& file, Diagnostics& diagnostics) {
  const fs::path folder_path = file.empty()
                                   ? folder_of(bundle)
                                   : (file.has_parent_path() ? file.parent_path() : fs::path("."));
  const std::string name = file.empty() ? file_name : file.filename().string();
  const auto folder = Folder::open(folder_path, diagnostics);
  if (!folder || (file.empty() && !folder->has_file(name)))
    return tree::map({});
  const auto source = folder->read_text(name, {}, diagnostics);
  if (!source)
    return tree::map({});
  Tree out = parse(source, diagnostics);
  return out.is_null() ? tree::map({}) : out;
}

void add_weights(Tree& uncertainty, std::string_view text, Diagnostics& diagnostics) {
  std::vector<std::pair<std::string, Tree>> entry;
  std::string how(text);
  if (const auto parts = split(text, '='); parts && parts->first == "dirichlet") {
    const auto n = parse_decimal(parts->second);
    if (!n || *n <= 0)
      return refuse("--weights", text, "`dirichlet=50`: a number above 0", diagnostics);
    entry.emplace_back("dirichlet", tree::number(*n));
  } else {
    if (parts) {
      entry.emplace_back("of", tree::text(parts->first));
      how = parts->second;
    }
    if (how != "uniform")
      return refuse("--weights", text, "`uniform`, `NODE=uniform` or `dirichlet=N`", diagnostics);
    entry.emplace_back("uniform", tree::flag(true));
  }
  list_at(uncertainty, "weights").push_back(tree::map(std::move(entry)));
}

void add_normal(Tree& uncertainty, std::string_view text, Diagnostics& diagnostics) {
  const auto parts = split(text, '=');
  const auto sd = parts ? parse_decimal(parts->second) : std::nullopt;
  if (!sd || *sd < 0)
    return refuse("--normal", text, "TABLE=DEVIATION, as in `benchmarks=1.5`", diagnostics);
  list_at(uncertainty, "measurements")
      .push_back(
          tree::map({{"evidence", tree::text(parts->first)}, {"normal", tree::number(*sd)}}));
}

void add_bootstrap(Tree& uncertainty, std::string_view text, Diagnostics& diagnostics) {
  const auto parts = split(text, ':');
  if (!parts)
    return refuse("--bootstrap", text, "TABLE:DIMENSION, as in `marks:juror`", diagnostics);
  list_at(uncertainty, "bootstrap")
      .push_back(
          tree::map({{"evidence", tree::text(parts->first)}, {"over", tree::text(parts->second)}}));
}

void add_verdict(Tree& uncertainty, std::string_view text, Diagnostics& diagnostics) {
  const auto parts = split(text, '=');
  const auto who = parts ? split(parts->first, ':') : std::nullopt;
  const auto pass = parts ? parse_decimal(parts->second) : std::nullopt;
  if (!who || !pass)
    return refuse("--verdict", text, "RULE:CANDIDATE=PROBABILITY, as in `FS-01:cedar=0.7`",
                  diagnostics);
  if (*pass < 0 || *pass > 1)
    return refuse("--verdict", text, "a probability of a pass lies between 0 and 1", diagnostics);
  list_at(uncertainty, "verdicts")
      .push_back(tree::map({{"rule", tree::text(who->first)},
                            {"candidate", tree::text(who->second)},
                            {"pass", tree::number(*pass)}}));
}

void add_completions(Tree& uncertainty, std::string_view text) {
  list_at(uncertainty, "completions")
      .push_back(tree::map({{"stage", tree::text(std::string(text))}}));
}

Uncertain load_uncertain(const Tree& rules, const fs::path& bundle, const Tree& uncertainty,
                         Diagnostics& diagnostics) {
  Uncertain out;
  out.uncertainty = read_uncertainty(uncertainty, diagnostics);
  std::size_t combinations = 1;
  for (const RuleChoice& choice : out.uncertainty.rules) {
    combinations *= choice.options.size();
    if (combinations > 256) {
      diagnostics.error(choice.where, "the choices of rules have more than 256 combinations",
                        "leave out the choice that matters least");
      return out;
    }
  }
  if (diagnostics.has_errors())
    return out;
  for (std::size_t k = 0; k < combinations; ++k) {
    Tree changed = rules;
    std::size_t rest = k;
    for (std::size_t c = out.uncertainty.rules.size(); c-- > 0;) {
      const RuleChoice& choice = out.uncertainty.rules[c];
      const RuleChoice::Option& option = choice.options[rest % choice.options.size()];
      rest /= choice.options.size();
      for (const std::string& edit : option.set)
        set_value(changed, edit, diagnostics);
      for (const std::string& move : option.move)
        move_step(changed, move, diagnostics);
    }
    if (!diagnostics.has_errors())
      out.variants.push_back(load_bundle(changed, bundle, diagnostics));
    if (diagnostics.has_errors())
      return out;
  }
  return out;
}

namespace {

/// Leaves out what names something that cannot be read, or that only a sound bundle can answer.
void leave_out_unread(Uncertainty& what, const Unread& unread, bool sound) {
  const auto on_unread = [&](const auto& entry) {
    return unread.evidence.contains(entry.evidence);
  };
  std::erase_if(what.measurements, on_unread);
  std::erase_if(what.bootstrap, on_unread);
  if (!unread.files.empty() || unread.candidates)
    what.verdicts.clear();
  if (sound)
    return;
  what.weights.clear();
  what.completions.clear();
}

} // namespace

void check_uncertain(const Tree& rules, const fs::path& bundle, Diagnostics& diagnostics) {
  const bool sound = !diagnostics.has_errors();
  Tree uncertainty = load_uncertainty(bundle, {}, diagnostics);
  if (uncertainty.is_map() && uncertainty.map().empty())
    return;
  Diagnostics found; // what is noted about the bundle has been said
  Uncertain uncertain;
  uncertain.uncertainty = read_uncertainty(uncertainty, found);
  if (sound && !found.has_errors()) {
    uncertain = load_uncertain(rules, bundle, uncertainty, found);
    if (!found.has_errors())
      check_uncertainty(uncertain, found);
  } else if (const auto rest = without_misfits(uncertainty, "uncertainty");
             rest && rules.is_map()) {
    Diagnostics names;
    uncertain.uncertainty = read_uncertainty(*rest, names);
    Standing standing = load_what_stands(rules, bundle);
    leave_out_unread(uncertain.uncertainty, standing.unread, sound);
    uncertain.variants.push_back(std::move(standing.bundle));
    if (!names.has_errors())
      check_uncertainty(uncertain, names);
    found.append(std::move(names));
  }
  for (const Diagnostic& one : found.all())
    if (one.severity == Severity::error)
      diagnostics.add(one);
}

std::string digest_of_inputs(const Tree& rules, const Tree& uncertainty, const fs::path& bundle,
                             const Bundle& loaded, Diagnostics& diagnostics) {
  Sha256 hash;
  const auto add_text = [&](const std::string& text) {
    hash.add(text);
    hash.add(std::string_view("\0", 1));
  };
  add_text(to_json(rules));
  add_text(to_json(uncertainty));
  if (const auto folder = Folder::open(folder_of(bundle), diagnostics)) {
    std::vector<std::string> files;
    for (const TableSpec& spec : loaded.program.evidence)
      if (!spec.file.empty())
        files.push_back(spec.file);
    if (!loaded.program.candidates_file.empty())
      files.push_back(loaded.program.candidates_file);
    for (const PolicyFile& policy : loaded.policies)
      for (std::string& file : files_of(policy))
        files.push_back(std::move(file));
    for (const std::string& path : files) {
      add_text(path);
      hash.add_file(*folder, path, diagnostics);
    }
  }
  std::string out = hash.hex();
  if (out.empty())
    diagnostics.error({}, "no digests can be made on this machine");
  return out;
}

} // namespace libeval
