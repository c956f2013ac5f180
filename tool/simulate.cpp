// SPDX-License-Identifier: Apache-2.0
#include "interrupts.hpp"
#include "screen.hpp"
#include "verbs.hpp"

#include <libeval/base/decimal.hpp>
#include <libeval/base/text.hpp>
#include <libeval/engine/decide.hpp>
#include <libeval/engine/margins.hpp>
#include <libeval/engine/simulate.hpp>
#include <libeval/io/draw.hpp>
#include <libeval/io/files.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/margins.hpp>
#include <libeval/io/simulation.hpp>
#include <libeval/io/uncertain.hpp>
#include <libeval/io/words.hpp>

#include <atomic>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <optional>
#include <thread>

#include <unistd.h>

namespace libeval::tool {
namespace {

std::optional<std::uint64_t> whole_number(const std::string& text) {
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || text.empty())
    return std::nullopt;
  return out;
}

/// A share of one: `0.1%` or `0.001`.
std::optional<double> share(const std::string& text) {
  const bool percent = text.ends_with('%');
  const auto number = parse_decimal(text.substr(0, text.size() - (percent ? 1 : 0)));
  if (!number)
    return std::nullopt;
  return percent ? *number / 100 : *number;
}

void refuse(Diagnostics& diagnostics, const std::string& option, const std::string& text,
            const std::string& expected, const std::string& help) {
  diagnostics.error({}, "`" + option + "` is " + in_backticks(text) + ", expected " + expected,
                    help);
}

/// What the numbers on the command line mean.
void read_numbers(const SimulateArguments& from, SimulateOptions& to, Diagnostics& diagnostics) {
  if (const auto seed = whole_number(from.seed))
    to.seed = *seed;
  else
    refuse(diagnostics, "--seed", from.seed, "a whole number from 0 to 18446744073709551615",
           "the same seed gives the same samples");
  if (!from.samples.empty()) {
    const auto samples = whole_number(from.samples);
    if (samples && *samples > 0)
      to.samples = *samples;
    else
      refuse(diagnostics, "--samples", from.samples, "a whole number above 0", "`--samples 10000`");
  }
  if (!from.until.empty()) {
    to.until = share(from.until);
    if (!to.until || !(*to.until > 0 && *to.until < 1))
      refuse(diagnostics, "--until", from.until, "a share between 0 and 1", "`--until 0.1%`");
    if (from.samples.empty())
      to.samples = std::uint64_t{1} << 30U;
  }
  for (const std::string& text : from.at_least)
    if (const auto t = parse_decimal(text))
      to.at_least.push_back(*t);
    else
      refuse(diagnostics, "--at-least", text, "a number", "`--at-least 60`");
}

/// `3/16`.
std::optional<std::pair<std::size_t, std::size_t>> read_shard(const std::string& text,
                                                              Diagnostics& diagnostics) {
  const std::size_t slash = text.find('/');
  const auto shard = whole_number(text.substr(0, slash));
  const auto of = slash == std::string::npos ? std::nullopt : whole_number(text.substr(slash + 1));
  if (shard && of && *shard >= 1 && *shard <= *of && *of <= 1'000'000)
    return std::pair{static_cast<std::size_t>(*shard), static_cast<std::size_t>(*of)};
  refuse(diagnostics, "--shard", text, "SHARD/SHARDS", "the third of sixteen is `--shard 3/16`");
  return std::nullopt;
}

int fail(const Diagnostics& diagnostics) {
  complain(draw_all(diagnostics, wants_color(STDERR_FILENO)));
  return Exit::refused;
}

void check_format(bool json, bool csv, Diagnostics& diagnostics) {
  if (json && csv)
    diagnostics.error({}, "`--json` and `--csv` do not go together", "both have every estimate");
}

void print_simulation(const Simulation& simulation, bool json, bool csv, bool all) {
  if (json)
    print(to_json(simulation));
  else if (csv)
    print(to_csv(simulation));
  else
    print(report(simulation, on_screen(all)));
}

} // namespace

int simulate(const SimulateArguments& arguments) {
  Diagnostics diagnostics;
  SimulateOptions options;
  read_numbers(arguments, options, diagnostics);
  check_format(arguments.json, arguments.csv, diagnostics);
  options.threads =
      arguments.threads != 0 ? arguments.threads : std::thread::hardware_concurrency();
  options.collapse = !arguments.direct;
  std::optional<std::pair<std::size_t, std::size_t>> shard;
  if (!arguments.shard.empty()) {
    shard = read_shard(arguments.shard, diagnostics);
    for (const char* format : {"--json", "--csv"})
      if (format == std::string_view("--json") ? arguments.json : arguments.csv)
        diagnostics.error({}, "`--shard` and `" + std::string(format) + "` do not go together",
                          "a part is written for `merge`, which has `" + std::string(format) + "`");
    if (options.until)
      diagnostics.error({}, "`--shard` and `--until` do not go together",
                        "a shard cannot know what the others found; give `--samples`");
  }
  const Tree rules = load_rules(arguments.bundle, diagnostics);
  Tree uncertainty = load_uncertainty(arguments.bundle, arguments.uncertainty, diagnostics);
  for (const std::string& text : arguments.weights)
    add_weights(uncertainty, text, diagnostics);
  for (const std::string& text : arguments.normal)
    add_normal(uncertainty, text, diagnostics);
  for (const std::string& text : arguments.bootstrap)
    add_bootstrap(uncertainty, text, diagnostics);
  for (const std::string& text : arguments.verdict)
    add_verdict(uncertainty, text, diagnostics);
  for (const std::string& text : arguments.completions)
    add_completions(uncertainty, text);
  if (diagnostics.has_errors())
    return fail(diagnostics);
  const Uncertain uncertain = load_uncertain(rules, arguments.bundle, uncertainty, diagnostics);
  if (diagnostics.has_errors())
    return fail(diagnostics);
  SimulationPart part;
  if (shard) {
    part.digest = digest_of_inputs(rules, uncertainty, arguments.bundle, uncertain.variants.front(),
                                   diagnostics);
    part.total = options.samples;
    part.shard = shard->first;
    part.of = shard->second;
    const ShardRange range = range_of_shard(part.total, part.shard, part.of);
    options.first = range.first;
    options.samples = range.samples;
    options.total = part.total;
  }
  const bool shows_progress = ::isatty(STDERR_FILENO) == 1;
  const std::uint64_t asked = options.samples;
  auto last = std::chrono::steady_clock::now();
  if (shows_progress)
    options.progress = [&](std::uint64_t done) {
      const auto now = std::chrono::steady_clock::now();
      if (now - last < std::chrono::milliseconds(200))
        return;
      last = now;
      complain("\r" + std::to_string(done) + (options.until ? "" : " of " + std::to_string(asked)) +
               " samples");
    };
  const Interrupts interrupts;
  interrupted = false;
  options.stop = &interrupted;
  Simulation simulation = libeval::simulate(uncertain, options, diagnostics);
  if (shows_progress)
    complain("\r\x1b[K");
  if (diagnostics.has_errors())
    return fail(diagnostics);
  if (shard) {
    part.simulation = std::move(simulation);
    print(to_json(part));
  } else {
    print_simulation(simulation, arguments.json, arguments.csv, arguments.all);
  }
  return Exit::decided;
}

int margins(const MarginsArguments& arguments) {
  Diagnostics diagnostics;
  SimulateOptions options;
  SimulateArguments numbers;
  numbers.seed = arguments.seed;
  numbers.samples = arguments.samples;
  numbers.until = arguments.until;
  read_numbers(numbers, options, diagnostics);
  const Tree rules = load_rules(arguments.bundle, diagnostics);
  const Tree uncertainty = load_uncertainty(arguments.bundle, arguments.uncertainty, diagnostics);
  if (diagnostics.has_errors())
    return fail(diagnostics);
  const Uncertain uncertain = load_uncertain(rules, arguments.bundle, uncertainty, diagnostics);
  Decision decision;
  if (!diagnostics.has_errors())
    decision = libeval::decide(uncertain.variants.front(), diagnostics);
  std::vector<StageMargins> found;
  std::vector<SobolIndices> indices;
  const Interrupts interrupts;
  interrupted = false;
  if (!diagnostics.has_errors())
    found = libeval::margins(uncertain, decision,
                             {.most_candidates = arguments.candidates, .stop = &interrupted},
                             diagnostics);
  const bool asked = !arguments.samples.empty() || !arguments.until.empty();
  if (!diagnostics.has_errors() && !uncertain.uncertainty.empty() && asked)
    indices = sobol(uncertain,
                    {.seed = options.seed,
                     .samples = options.samples,
                     .threads = 0,
                     .until = options.until,
                     .stop = &interrupted},
                    diagnostics);
  if (diagnostics.has_errors())
    return fail(diagnostics);
  const Program& program = uncertain.variants.front().program;
  print(arguments.json ? to_json(program, decision, found, indices)
                       : report(program, decision, found, indices, on_screen()));
  return decision.held() ? Exit::held : Exit::decided;
}

int merge(const MergeArguments& arguments) {
  Diagnostics diagnostics;
  check_format(arguments.json, arguments.csv, diagnostics);
  std::vector<SimulationPart> parts;
  for (const std::string& file : arguments.parts) {
    const std::filesystem::path path(file);
    const auto folder =
        Folder::open(path.has_parent_path() ? path.parent_path() : ".", diagnostics);
    if (!folder)
      continue;
    if (const auto text =
            folder->read_text(path.filename().string(), {}, diagnostics, std::size_t{1} << 30U))
      parts.push_back(read_part(text->text, file, diagnostics));
  }
  if (diagnostics.has_errors())
    return fail(diagnostics);
  const Simulation simulation = merge_parts(std::move(parts), arguments.parts, diagnostics);
  if (diagnostics.has_errors())
    return fail(diagnostics);
  print_simulation(simulation, arguments.json, arguments.csv, arguments.all);
  return Exit::decided;
}

} // namespace libeval::tool
