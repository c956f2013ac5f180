// SPDX-License-Identifier: Apache-2.0
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

int reconstruct(const ReconstructArguments& arguments) {
  Diagnostics diagnostics;
  const Tree rules = load_rules(arguments.bundle, diagnostics);
  Bundle bundle;
  if (!diagnostics.has_errors())
    bundle = load_bundle(rules, arguments.bundle, diagnostics);
  Reconstruction result;
  if (!diagnostics.has_errors()) {
    ReconstructOptions options;
    options.stage = arguments.stage;
    if (!arguments.level.empty())
      options.level = statement_level(arguments.level);
    options.without = arguments.without;
    options.seconds = arguments.seconds;
    result = libeval::reconstruct(bundle, options, diagnostics);
  }
  if (diagnostics.has_errors()) {
    if (arguments.json)
      print(diagnostics_json(diagnostics) + "\n");
    else
      complain(draw_all(diagnostics, wants_color(STDERR_FILENO)));
    return Exit::refused;
  }
  print(arguments.json ? to_json(result, bundle.program)
                       : report(bundle, result, {.color = wants_color(STDOUT_FILENO)}));
  return result.contradictory() ? Exit::held : Exit::decided;
}

} // namespace libeval::tool
