// SPDX-License-Identifier: Apache-2.0
// The criteria tree.
#include "domain/grammar.hpp"

namespace libeval::grammar {

using namespace type;

void add_criteria(Shapes& s) {
  s["panel"] = {
      "`panel`",
      {{"of", scalar(), true, "the evidence"},
       {"drop", integer(1), false, "so many highest and lowest"},
       {"scale", either({choice({"percent"}), tuple({number(), number()})}), false, "goalposts"}}};
  s["round"] = {"`round`", rounding_keys(), false, false, {{"to", "digits", "significant"}}};
  s["parts_file"] = {"`parts`",
                     {{"file", text(), true, "a CSV file, one row a node"},
                      {"leaf", object("leaf"), false, "what every leaf has besides"}}};
  s["leaf"] = {
      "`leaf`",
      with(measure_keys(), {{"by", scalar(), false, "the dimension whose member is the leaf's id"},
                            {"round", either({above(0), object("round")}), false, "its score"},
                            {"print", choice({"number", "time"}), false,
                             "how its score is written: `time` is `h:mm:ss.ff`"}})};
  s["node_missing"] = {
      "`missing`",
      {{"as",
        either({choice({"hold", "zero", "worst", "best", "lowest", "highest", "drop"}), number()}),
        true, "what a part without a value becomes"},
       {"needs", either({number(0, 1e9), share()}), false,
        "with drop: so many (or `66%`) must stand"}}};
  s["node"] = {
      "a node",
      with({{"title", text(), false, "what people see"},
            {"points", number(0, 1e12), false, "how many it carries"},
            {"weight", number(0, 1e12), false, "among its siblings"},
            {"parts", either({object("parts_file"), dictionary(object("node"))}), false,
             "the nodes below"},
            {"panel", object("panel"), false, "marks of a panel, in short"},
            {"leaf", object("leaf"), false, "what every leaf below has unless it says otherwise"},
            {"missing",
             either({choice({"hold", "zero", "worst", "best", "lowest", "highest", "drop"}),
                     number(), object("node_missing")}),
             false, "what a part without a value becomes"},
            {"round", either({above(0), object("round")}), false, "its score"},
            {"print", choice({"number", "time"}), false,
             "how its score is written: `time` is `h:mm:ss.ff`"}},
           measure_keys()),
      false,
      false,
      {{"points", "weight"},
       {"parts", "from", "panel"},
       {"parts", "direction"},
       {"parts", "value"},
       {"parts", "where"}}};
  s["node"].meant = {{"children", "parts"},
                     {"criteria", "parts"},
                     {"data", "from"},
                     {"evidence", "from"},
                     {"file", "from"},
                     {"max", "points"},
                     {"name", "title"},
                     {"total", "parts"},
                     {"direction", "leaf: {direction: cost}"},
                     {"value", "leaf: {value: COLUMN}"},
                     {"where", "leaf: {where: {...}}"}};
  s["node"].beside = {{{"leaf", "missing"}, {"parts"}}};
  s["score"] = s["node"]; // nothing above hands it a source
  s["score"].some_of = {{"from", "parts", "panel"}};
}

} // namespace libeval::grammar
