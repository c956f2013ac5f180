// SPDX-License-Identifier: Apache-2.0
// Policy files: rules and ready-made findings.
#include "domain/grammar.hpp"

namespace libeval::grammar {

using namespace type;

void add_policy(Shapes& s) {
  s["deduct"] = {"`consequence`", {{"deduct", above(0), true, "points"}}};
  s["rule"] = {"a rule",
               {{"id", scalar(), true, "a stable id"},
                {"title", text(), true, "the rule in words"},
                {"on_unknown", choice({"hold", "fail", "pass"}), true,
                 "say what an unknown verdict means: hold, fail or pass"},
                {"consequence", either({choice({"disqualify", "note"}), object("deduct")}), true,
                 "say what a fail means: disqualify, note or {deduct: POINTS}"},
                {"convict_at", level(), false, "a fail below is unknown"},
                {"clear_at", level(), false, "a pass below is unknown"}}};
  s["finding"] = {"a finding",
                  {{"rule", scalar(), true, "a rule of this file"},
                   {"candidate", scalar(), true, "whom it concerns"},
                   {"verdict", choice({"pass", "fail", "unknown", "not_applicable"}), true, ""},
                   {"level", level(), false, "of the evidence"},
                   {"date", date(), false, "when it became known"},
                   {"source", text(), false, "where it stands"},
                   {"statement", text(), false, "what was found, in words"}}};
  s["findings_file"] = {"`findings`", {{"file", text(), true, "a CSV file with these columns"}}};
  s["policy"] = {"a policy file",
                 {{"policy", scalar(), true, "an id for the policy"},
                  {"title", text(), false, "what people see"},
                  {"rules", list(object("rule"), 1), true, "at least one rule"},
                  {"findings", either({list(object("finding")), object("findings_file")}), false,
                   "ready-made findings"}}};
}

} // namespace libeval::grammar
