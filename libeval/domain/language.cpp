// SPDX-License-Identifier: Apache-2.0
// The whole language, and the pieces that several of its tables share.
#include "domain/grammar.hpp"

namespace libeval {
namespace grammar {

using namespace type;

Type param() {
  return either({number(), object("parameter")});
}
Type names() {
  return either({scalar(), list(scalar(), 1)});
}
Type direction() {
  return choice({"benefit", "cost"});
}

Type tests() {
  return dictionary(either({scalar(), list(scalar(), 1), object("test")}));
}

std::vector<Key> rounding_keys() {
  return {
      {"to", above(0), false, "the step: 0.1 rounds to tenths"},
      {"mode",
       choice({"half_up", "half_down", "half_away", "half_to_zero", "half_even", "up", "down",
               "to_zero", "from_zero"}),
       false, "where a value between two steps goes"},
      {"digits", integer(-300, 300), false, "decimals, instead of `to`"},
      {"significant", integer(1, 17), false, "significant digits, instead of `to`"},
  };
}

std::vector<Key> measure_keys() {
  return {
      {"from", either({scalar(), object("source")}), false, "the source"},
      {"value", scalar(), false, "the value column"},
      {"where", tests(), false, "which cells"},
      {"direction", direction(), false, "of the raw values"},
      {"steps", step_list(), false, "the steps, in order"},
  };
}

std::vector<Key> with(std::vector<Key> keys, const std::vector<Key>& more) {
  keys.insert(keys.end(), more.begin(), more.end());
  return keys;
}

std::vector<Key> recorded() {
  return {{"reason", text(), true, "a recorded decision needs its reason"},
          {"source", text(), true, "a recorded decision needs its source"},
          {"date", date(), false, "when"}};
}

} // namespace grammar

const Shapes& language() {
  static const Shapes shapes = [] {
    Shapes s;
    grammar::add_evidence(s);
    grammar::add_measures(s);
    grammar::add_steps(s);
    grammar::add_criteria(s);
    grammar::add_selection(s);
    grammar::add_stages(s);
    grammar::add_policy(s);
    grammar::add_lineage(s);
    grammar::add_statements(s);
    grammar::add_license_terms(s);
    grammar::add_uncertainty(s);
    return s;
  }();
  return shapes;
}

} // namespace libeval
