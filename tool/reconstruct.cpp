// SPDX-License-Identifier: Apache-2.0
#include "interrupts.hpp"
#include "screen.hpp"
#include "verbs.hpp"

#include <libeval/domain/statement.hpp>
#include <libeval/engine/reconstruct.hpp>
#include <libeval/io/draw.hpp>
#include <libeval/io/json.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/reconstruct_report.hpp>

#include <unistd.h>

namespace libeval::tool {
namespace {

std::optional<Level> level_of(const ReconstructArguments& arguments) {
  if (arguments.level.empty())
    return std::nullopt;
  return statement_level(arguments.level);
}

int refuse(const ReconstructArguments& arguments, const Diagnostics& diagnostics) {
  if (arguments.json)
    print(diagnostics_json(diagnostics) + "\n");
  else
    complain(draw_all(diagnostics, wants_color(STDERR_FILENO)));
  return Exit::refused;
}

int determine(const ReconstructArguments& arguments, const Bundle& bundle,
              Diagnostics& diagnostics) {
  ReconstructOptions options;
  options.stage = arguments.stage;
  options.level = level_of(arguments);
  options.without = arguments.without;
  options.seconds = arguments.seconds;
  options.stop = &interrupted;
  const Interrupts interrupts;
  const Reconstruction result = libeval::reconstruct(bundle, options, diagnostics);
  if (diagnostics.has_errors())
    return refuse(arguments, diagnostics);
  print(arguments.json ? to_json(result, bundle.program) : report(bundle, result, on_screen()));
  return result.contradictory() ? Exit::held : Exit::decided;
}

int draw(const ReconstructArguments& arguments, const Bundle& bundle, Diagnostics& diagnostics) {
  SampleOptions options;
  options.stage = arguments.stage;
  options.level = level_of(arguments);
  options.without = arguments.without;
  options.samples = arguments.samples;
  options.seed = arguments.seed;
  const Completions result = sample_completions(bundle, options, diagnostics);
  if (diagnostics.has_errors())
    return refuse(arguments, diagnostics);
  print(arguments.json ? to_json(result, bundle.program) : report(bundle, result, on_screen()));
  return Exit::decided;
}

} // namespace

int reconstruct(const ReconstructArguments& arguments) {
  Diagnostics diagnostics;
  const Tree rules = load_rules(arguments.bundle, diagnostics);
  Bundle bundle;
  if (!diagnostics.has_errors())
    bundle = load_bundle(rules, arguments.bundle, diagnostics);
  if (diagnostics.has_errors())
    return refuse(arguments, diagnostics);
  return arguments.samples > 0 ? draw(arguments, bundle, diagnostics)
                               : determine(arguments, bundle, diagnostics);
}

} // namespace libeval::tool
