// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libeval/engine/panel.hpp>

#include <string>
#include <vector>

/// The verbs of the command; each returns its exit code.
namespace libeval::tool {

struct CheckOptions {
  std::string bundle = ".";
  bool expand = false, json = false;
};
int check(const CheckOptions& options);

struct DecideOptions {
  std::string bundle = ".";
  bool json = false, all = false, scenarios = false;
};
int decide(const DecideOptions& options);

struct WhyOptions {
  std::string bundle, candidate, stage;
  bool json = false;
};
int why(const WhyOptions& options); ///< without a candidate: says which there are
/// Whether a word on the command line can be nothing but a bundle.
bool is_bundle(const std::string& word);

struct WhatifOptions {
  std::string bundle = ".";
  std::vector<std::string> set, move, drop;
  bool json = false, all = false;
};
int whatif(const WhatifOptions& options);

struct PanelArguments {
  std::string bundle = ".";
  PanelOptions options;
  bool json = false, all = false;
};
int panel(const PanelArguments& arguments);

/// Numbers as they were written; what they mean is checked with the rest of the input.
struct SimulateArguments {
  std::string bundle = ".", uncertainty, seed = "1", samples, until, shard;
  std::vector<std::string> weights, normal, bootstrap, verdict, completions, at_least;
  unsigned threads = 0;
  bool direct = false, json = false, csv = false, all = false;
};
int simulate(const SimulateArguments& arguments);

struct MarginsArguments {
  std::string bundle = ".", uncertainty, seed = "1", samples, until;
  std::size_t candidates = 4;
  bool json = false;
};
int margins(const MarginsArguments& arguments);

struct MergeArguments {
  std::vector<std::string> parts;
  bool json = false, csv = false, all = false;
};
int merge(const MergeArguments& arguments);

struct ImportVerbOptions {
  std::vector<std::string> files; ///< `FILE`, or `OWNER/NAME=FILE` for a model card
  std::string format, id = "imported";
};
/// Prints what other formats say as a lineage file.
int import_files(const ImportVerbOptions& options);

struct LicenseOptions {
  std::string expression, grammar = "3.0", terms;
};
/// Prints the canonical form of an expression and what its licenses ask.
int license(const LicenseOptions& options);

struct PolicyOptions {
  std::string bundle = ".", convict, clear, complete, as_of;
  bool json = false, dot = false, sarif = false;
};
int policy(const PolicyOptions& options);

struct ReconstructArguments {
  std::string bundle = ".", stage, level;
  std::vector<std::string> without;
  double seconds = 60;
  std::size_t samples = 0; ///< 0: ranges, places and outcomes instead
  std::uint64_t seed = 1;
  bool json = false;
};
int reconstruct(const ReconstructArguments& arguments);

int make_new(const std::string& folder, bool json);

/// `what`: program, policy or keys.
int schema(const std::string& what);

} // namespace libeval::tool
