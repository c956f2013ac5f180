// SPDX-License-Identifier: Apache-2.0
// Policy files: rules and ready-made findings.
#include "domain/grammar.hpp"

#include <libeval/domain/lineage.hpp>

namespace libeval::grammar {

using namespace type;

namespace {

std::vector<std::string> derivation_words() {
  std::vector<std::string> out;
  for (const DerivationKind& kind : derivation_kinds())
    out.emplace_back(kind.name);
  return out;
}

void add_conditions(Shapes& s) {
  const Type target = either({choice({"external"}), object("target")});
  const Key undeclared = {"undeclared", choice({"unknown", "ignored"}), false,
                          "what a record not known to be complete means; unknown if left out"};
  s["target"] = {"`to`",
                 {{"owner", names(), false, "what these parties own"},
                  {"thing", names(), false, "these things"}},
                 false,
                 false,
                 {},
                 {{"owner", "thing"}}};
  s["condition.reaches"] = {"`reaches`",
                            {{"along", carriers(), true, "what passes along"},
                             {"to", target, true, "what must not (or must) be reached"},
                             undeclared}};
  const Type kinds = choice(derivation_words());
  s["condition.derives"] = {"`derives`",
                            {{"kind", either({kinds, list(kinds, 1)}), false, "of the derivation"},
                             {"along", carriers(), false, "what it carries"},
                             {"to", target, true, "from what it came"},
                             undeclared}};
  s["condition.control"] = {"`control`",
                            {{"criterion", scalar(), true, "as the lineage names it"},
                             {"at_least", integer(0, 100), true, "the level"}}};
  s["condition.obligations"] = {
      "`obligations`",
      {{"kinds", list(scalar(), 1), true, "`notice`, `naming`, ..."},
       {"along", carriers(), true, "on what the derivation carries"},
       {"due", choice({"recorded", "licensed"}), false,
        "what the record names, or what the licenses of everything "
        "above ask; recorded if left out"},
       {"outbound", scalar(), false, "under what the thing is offered; its license if left out"},
       {"use", choice({"commercial", "non_commercial"}), false,
        "for `non_commercial`; unknown if left out"},
       {"undeclared", choice({"unknown", "ignored"}), false,
        "with `due: licensed`: what a record not known to be complete means; unknown if left "
        "out"}}};
  s["condition.license"] = {
      "`license`",
      {{"allowed", list(scalar(), 1), true, "licenses, with `-or-later` or `+` for later ones"},
       {"along", carriers(), true, "what passes along"},
       {"of", choice({"others", "itself_too"}), false,
        "of what others own above the thing, or of the thing too; others if left out"},
       undeclared}};
  s["condition.compatible"] = {
      "`compatible`",
      {{"along", carriers(), true, "what passes along"},
       {"outbound", scalar(), false, "under what the thing is offered; its license if left out"},
       undeclared}};
  s["condition.score"] = {"`score`",
                          {{"part", scalar(), true, "a node of the stage"},
                           {"at_least", number(), false, "a number"},
                           {"above", number(), false, "a number"},
                           {"at_most", number(), false, "a number"},
                           {"below", number(), false, "a number"}},
                          false,
                          false,
                          {},
                          {{"at_least", "above", "at_most", "below"}}};
  s["condition"] = {"a condition",
                    {{"reaches", object("condition.reaches"), false, "over any number of steps"},
                     {"derives", object("condition.derives"), false, "in one step"},
                     {"control", object("condition.control"), false, "an ordinal criterion"},
                     {"obligations", object("condition.obligations"), false, "are met"},
                     {"license", object("condition.license"), false, "is an allowed one"},
                     {"compatible", object("condition.compatible"), false,
                      "with the outbound license, as the matrix says"},
                     {"score", object("condition.score"), false, "meets a bound"},
                     {"all", list(object("condition"), 1), false, "every one of them"},
                     {"any", list(object("condition"), 1), false, "at least one of them"},
                     {"not", object("condition"), false, "the opposite"}},
                    true};
}

} // namespace

void add_policy(Shapes& s) {
  add_conditions(s);
  s["deduct"] = {"`consequence`", {{"deduct", above(0), true, "points"}}};
  s["rule"] = {"a rule",
               {{"id", scalar(), true, "a stable id"},
                {"title", text(), true, "the rule in words"},
                {"on_unknown", choice({"hold", "fail", "pass"}), true,
                 "say what an unknown verdict means: hold, fail or pass"},
                {"consequence", either({choice({"disqualify", "note"}), object("deduct")}), true,
                 "say what a fail means: disqualify, note or {deduct: POINTS}"},
                {"convict_at", level(), false, "a fail below is unknown"},
                {"clear_at", level(), false, "a pass below is unknown"},
                {"complete_at", level(), false, "a record below is not known to be complete"},
                {"deny_if", object("condition"), false, "fails where this holds"},
                {"require", object("condition"), false, "fails where this does not hold"},
                {"note_if", object("condition"), false, "passes; noted where this holds"},
                {"for_each", choice({"submission", "weights", "code", "tokenizer", "architecture"}),
                 false, "the models, or their parts one by one; submission if left out"},
                {"at", scalar(), false, "the day judged, or its name; `as_of` if left out"},
                {"cure", object("cure"), false, "until when a fail may be mended"},
                {"severity", choice({"error", "warning", "hint"}), false, "error if left out"},
                {"how_to_fix", text(), false, "`{component}`, `{parent}` are filled in"}},
               false,
               false,
               {{"deny_if", "require", "note_if"}}};
  s["cure"] = {"`cure`",
               {{"from", scalar(), true, "a day or its name"},
                {"days", integer(1, 36500), false, "so long"},
                {"until", scalar(), false, "a day or its name"}},
               false,
               false,
               {},
               {{"days", "until"}}};
  s["thresholds"] = {"`thresholds`",
                     {{"convict", level(), false, "for rules without `convict_at`"},
                      {"clear", level(), false, "for rules without `clear_at`"},
                      {"complete", level(), false, "for rules without `complete_at`"}}};
  s["waiver"] = {"a waiver",
                 {{"rule", scalar(), true, "a rule of this file"},
                  {"subject", scalar(), true, "a candidate or a thing, `ID` or `ID@DIGEST`"},
                  {"verdict", choice({"fail", "unknown"}), true, "the verdict it is about"},
                  {"status", choice({"under_review", "accepted", "rejected"}), true,
                   "only an accepted one has an effect"},
                  {"expires", date(), true, "no effect from this day on"},
                  {"granted", date(), false, "no effect before this day"},
                  {"reason", text(), true, "why"},
                  {"by", text(), false, "who granted it"},
                  {"source", text(), false, "where it stands"}}};
  s["lineage_file"] = {"a lineage file",
                       {{"file", text(), true, "path inside the bundle"},
                        {"format", choice({"lineage", "cyclonedx", "spdx", "model_card"}), false,
                         "what is imported; lineage if left out"},
                        {"model", scalar(), false, "of a model card: whose it is"}}};
  s["finding"] = {"a finding",
                  {{"rule", scalar(), true, "a rule of this file"},
                   {"candidate", scalar(), true, "whom it concerns"},
                   {"verdict", choice({"pass", "fail", "unknown", "not_applicable"}), true, ""},
                   {"level", level(), false, "of the evidence"},
                   {"date", date(), false, "when it became known"},
                   {"source", text(), false, "where it stands"},
                   {"statement", text(), false, "what was found, in words"}}};
  s["findings_file"] = {"`findings`", {{"file", text(), true, "a CSV file with these columns"}}};
  s["policy"] = {
      "a policy file",
      {{"policy", scalar(), true, "an id for the policy"},
       {"title", text(), false, "what people see"},
       {"lineage",
        either({text(), object("lineage_file"), list(either({text(), object("lineage_file")}), 1)}),
        false, "the files of lineage that the rules ask"},
       {"terms", text(), false, "a file of license terms of one's own"},
       {"matrix", names(), false, "tables of license compatibility; later ones stand over earlier"},
       {"submissions", dictionary(names()), false,
        "candidate: its models; the attribute `submission` if left out"},
       {"dates", dictionary(date()), false, "days that rules name"},
       {"thresholds", object("thresholds"), false, "from which level evidence counts"},
       {"rules", list(object("rule"), 1), true, "at least one rule"},
       {"waivers", list(object("waiver")), false, "verdicts without consequence"},
       {"findings", either({list(object("finding")), object("findings_file")}), false,
        "ready-made findings"}}};
}

} // namespace libeval::grammar
