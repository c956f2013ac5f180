// SPDX-License-Identifier: Apache-2.0
#include "screen.hpp"
#include "verbs.hpp"

#include <libeval/base/text.hpp>
#include <libeval/engine/decide.hpp>
#include <libeval/io/draw.hpp>
#include <libeval/io/load.hpp>
#include <libeval/io/panel.hpp>

#include <algorithm>

#include <unistd.h>

namespace libeval::tool {

int panel(const PanelArguments& arguments) {
  const Bundle bundle = load_bundle(arguments.bundle);
  const Decision decision = libeval::decide(bundle);
  std::vector<std::string> ids;
  for (const StageDecision& stage : decision.stages)
    ids.push_back(stage.id);
  const std::string& asked = arguments.options.stage;
  if (!asked.empty() && decision.stage(asked) == nullptr) {
    const auto near = did_you_mean(asked, ids);
    complain("error: unknown stage `" + escape_control(shorten(asked)) + "`\n" +
             (near ? "  help: did you mean `" + *near + "`?\n" : ""));
    return Exit::refused;
  }
  const auto panels = check_panels(bundle, decision, arguments.options);
  if (panels.empty() && !arguments.options.part.empty()) {
    complain("error: no part `" + escape_control(shorten(arguments.options.part)) +
             "` rests on a panel\n  help: `libeval panel` without `--part` shows all that do\n");
    return Exit::refused;
  }
  print(arguments.json ? to_json(panels, bundle.program)
                       : report(bundle, panels, on_screen(arguments.all)));
  return Exit::decided;
}

} // namespace libeval::tool
