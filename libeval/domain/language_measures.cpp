// SPDX-License-Identifier: Apache-2.0
// Measures: sources, conditions, parameters.
#include "domain/grammar.hpp"

namespace libeval::grammar {

using namespace type;

void add_measures(Shapes& s) {
  s["source"] = {
      "`from`",
      {{"part", scalar(), false, "a node of this stage"},
       {"parts", scalar(), false, "the parts of a node of this stage"},
       {"measure", scalar(), false, "a named measure of this stage"},
       {"attribute", scalar(), false, "an attribute of the candidate"},
       {"stage", scalar(), false, "an earlier stage"},
       {"stages", list(scalar(), 1), false, "earlier stages"},
       {"value", choice({"score", "place", "pool_place"}), false, "of an earlier stage"}},
      false,
      false,
      {{"measure", "attribute", "stage", "stages"}, {"part", "parts", "measure", "attribute"}},
      {},
      {{{"value"}, {"stage", "stages"}}}};
  s["source"].some_of = {{"part", "parts", "measure", "attribute", "stage", "stages"}};
  s["test"] = {"a test",
               {{"not", either({scalar(), list(scalar(), 1)}), false, "none of these"},
                {"at_least", number(), false, ""},
                {"above", number(), false, ""},
                {"at_most", number(), false, ""},
                {"below", number(), false, ""}}};
  s["parameter"] = {
      "a parameter",
      {{"column", scalar(), false, "a value column of the same rows"},
       {"from", either({scalar(), object("source")}), false, "a measure's source"},
       {"value", scalar(), false, "its column"},
       {"where", tests(), false, "which cells"},
       {"direction", direction(), false, "whether large values are good, for its steps"},
       {"steps", step_list(), false, "its steps"},
       {"reference", either({choice({"entrants", "all"}), tests()}), false,
        "from whom: the entrants or everybody in the evidence"},
       {"by", scalar(), false, "the dimension of `values`"},
       {"values", dictionary(number()), false, "member: number"},
       {"else", number(), false, "what is not in the table"},
       {"part", scalar(), false, "a node of this stage"},
       {"measure", scalar(), false, "a named measure"},
       {"attribute", scalar(), false, "an attribute of the candidate"},
       {"at", scalar(), false, "the dimension that names the candidate"},
       {"count", scalar(), false, "members of a dimension"},
       {"plus", number(), false, "added to the count"},
       {"negative", either({number(), object("parameter")}), false, "minus that"}},
      false,
      false,
      {},
      {{"column", "from", "by", "part", "measure", "attribute", "count", "negative"}},
      {{{"value", "where", "direction", "steps", "reference"}, {"from"}},
       {{"values"}, {"by"}},
       {{"plus"}, {"count"}},
       {{"else", "at"}, {"from", "by", "part", "measure", "attribute"}}}};
  s["then"] = {"a tie-break",
               {{"value", param(), true, "what breaks the tie"},
                {"direction", direction(), false, "of it"}}};
  s["ratio_to"] = s["parameter"];
  s["ratio_to"].title = "`to`";
  s["ratio_to"].keys.push_back({"candidate", scalar(), false, "a named candidate"});
  s["ratio_to"].one_of[0].push_back("candidate");
  s["lookup_table"] = {"a lookup table",
                       {{"from", scalar(), true, "an evidence table"},
                        {"key", scalar(), true, "its column of values"},
                        {"value", scalar(), false, "its column of points"}}};
  s["preference"] = {
      "a preference",
      {{"f", choice({"usual", "ushape", "vshape", "level", "linear", "gaussian"}), true, "form"},
       {"q", number(0, 1e308), false, "indifference"},
       {"p", above(0), false, "strict preference"},
       {"s", above(0), false, "of the gaussian"}}};
  s["measure"] = {"a measure", measure_keys()};
  s["measure"].keys[0].required = true;
}

} // namespace libeval::grammar
