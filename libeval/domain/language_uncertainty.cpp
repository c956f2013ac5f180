// SPDX-License-Identifier: Apache-2.0
// Uncertainty: what a simulation varies.
#include "domain/grammar.hpp"

#include <libeval/domain/statement.hpp>

namespace libeval::grammar {

using namespace type;

void add_uncertainty(Shapes& s) {
  s["uncertain_bound"] = {"a constraint",
                          {{"terms", dictionary(number()), true, "part: factor"},
                           {"at_least", number(), false, "the sum of part times factor"},
                           {"at_most", number(), false, "likewise"}}};
  s["uncertain_weights"] = {
      "an entry of `weights`",
      {{"stage", scalar(), false, "needed where several stages have a score"},
       {"of", scalar(), false, "the node whose parts are weighed, total"},
       {"uniform", flag(), false, "true: all weights with the same sum are equally likely"},
       {"dirichlet", above(0), false,
        "round the program's own; the larger, the nearer (sum of the parameters)"},
       {"ranges", dictionary(tuple({number(0, 1e300), number(0, 1e300)})), false,
        "part: [least, most], in the program's points or weights"},
       {"order", list(scalar(), 2), false, "the most important part first"},
       {"constraints", list(object("uncertain_bound"), 1), false, "linear, in the same units"}},
      false,
      false,
      {{"dirichlet", "uniform"},
       {"dirichlet", "ranges"},
       {"dirichlet", "order"},
       {"dirichlet", "constraints"}}};
  const Type spread = either({number(0, 1e300), object("uncertain_column")});
  const Type anywhere = either({number(), object("uncertain_column")});
  const std::vector<Key> correlated = {
      {"correlation", object("uncertain_correlation"), false, "of errors"},
      {"inside", tuple({number(), number()}), false, "cut off at these"}};
  s["uncertain_column"] = {"a parameter", {{"column", scalar(), true, "of the same table"}}};
  s["uncertain_correlation"] = {
      "`correlation`",
      {{"over", scalar(), true, "the dimension whose members are correlated"},
       {"all", number(-1, 1), false, "the same between all pairs"},
       {"members", list(scalar(), 1), false, "of the matrix, in its order"},
       {"matrix", list(list(number(-1, 1), 1), 1), false, "a row a member"}},
      false,
      false,
      {},
      {{"all", "matrix"}}};
  s["uncertain_normal"] = {"`normal`",
                           with({{"sd", spread, true, "the standard error"}}, correlated)};
  s["uncertain_lognormal"] = {"`lognormal`",
                              with({{"sd", spread, true, "of the logarithm"}}, correlated)};
  s["uncertain_uniform"] = {"`uniform`",
                            {{"half_width", spread, false, "value - it to value + it"},
                             {"low", anywhere, false, "or between these"},
                             {"high", anywhere, false, ""}},
                            false,
                            false,
                            {},
                            {{"half_width", "low"}}};
  s["uncertain_beta"] = {"`beta`",
                         {{"size", either({above(0), object("uncertain_column")}), true,
                           "the sum of both parameters; the larger, the narrower"},
                          {"from", tuple({number(), number()}), false, "the scale, [0, 1]"}}};
  s["uncertain_binomial"] = {
      "`binomial`",
      {{"n", either({integer(1, 2e9), object("uncertain_column")}), true, "how many items"},
       {"of", above(0), false, "what all right is worth, 1 (100 for a percentage)"}}};
  s["uncertain_empirical"] = {"`empirical`",
                              {{"errors", list(number(), 1), true, "one of these is added"}}};
  s["uncertain_cells"] = {
      "an entry of `measurements`",
      {{"evidence", scalar(), true, "a table"},
       {"value", scalar(), false, "its value column, the first"},
       {"where", tests(), false, "only these cells"},
       {"normal", either({number(0, 1e300), object("uncertain_normal")}), false,
        "value plus a normal error of this standard deviation"},
       {"lognormal", either({number(0, 1e300), object("uncertain_lognormal")}), false,
        "value times the exponential of a normal error"},
       {"uniform", either({number(0, 1e300), object("uncertain_uniform")}), false,
        "all values in a range are equally likely"},
       {"beta", object("uncertain_beta"), false, "on a scale, with the value as its mean"},
       {"binomial", either({integer(1, 2e9), object("uncertain_binomial")}), false,
        "an accuracy over n items"},
       {"empirical", object("uncertain_empirical"), false, "errors that were seen elsewhere"}},
      false,
      false,
      {},
      {{"normal", "lognormal", "uniform", "beta", "binomial", "empirical"}}};
  s["uncertain_members"] = {"an entry of `bootstrap`",
                            {{"evidence", scalar(), true, "a table"},
                             {"over", scalar(), true, "the dimension whose members are drawn"}}};
  s["uncertain_verdict"] = {
      "an entry of `verdicts`",
      {{"rule", scalar(), true, "a rule of a policy"},
       {"candidate", scalar(), true, "whose verdict is unknown"},
       {"pass", number(0, 1), true, "the probability of a pass, from 0 to 1"}}};
  s["uncertain_option"] = {
      "an option",
      {{"id", scalar(), true, "a short text"},
       {"probability", number(0, 1), false, "all alike if left out"},
       {"set", names(), false, "PATH=VALUE, as `whatif --set` has it; nothing: as written"},
       {"move", names(), false, "STEP:before:STEP, as `whatif --move` has it"}}};
  s["uncertain_rules"] = {"an entry of `rules`",
                          {{"id", scalar(), true, "a short text"},
                           {"options", list(object("uncertain_option"), 2), true,
                            "of which each replicate takes one"}}};
  s["uncertain_completions"] = {
      "an entry of `completions`",
      {{"stage", scalar(), false, "the first that is known in part if left out"},
       {"level", choice(statement_levels()), false, "only statements at least so strong"},
       {"without", names(), false, "statements that do not count"},
       {"draws", integer(1, 1e6), false, "how many completions are drawn, 1000"},
       {"seed", integer(0, 9007199254740991), false, "of these draws, 1"}}};
  s["uncertainty"] = {
      "an uncertainty file",
      {{"weights", list(object("uncertain_weights")), false, "of parts"},
       {"measurements", list(object("uncertain_cells")), false, "cells of tables"},
       {"bootstrap", list(object("uncertain_members")), false, "jurors, users, voters, items"},
       {"verdicts", list(object("uncertain_verdict")), false, "unknown ones"},
       {"rules", list(object("uncertain_rules")), false, "choices among rules"},
       {"completions", list(object("uncertain_completions")), false,
        "of stages that are known in part"}}};
}

} // namespace libeval::grammar
