// SPDX-License-Identifier: Apache-2.0
// Files of statements: what was published about scores that are not known.
#include "domain/grammar.hpp"

#include <libeval/domain/statement.hpp>

namespace libeval::grammar {

using namespace type;

void add_statements(Shapes& s) {
  const Type outcome = choice({"advances", "cut", "disqualified", "held", "withdrawn", "reserve"});
  s["statement.range"] = {"a range",
                          {{"at_least", number(), false, ""},
                           {"above", number(), false, ""},
                           {"at_most", number(), false, ""},
                           {"below", number(), false, ""}},
                          false,
                          false,
                          {{"at_least", "above"}, {"at_most", "below"}}};
  s["statement.ahead"] = {"`ahead`",
                          {{"candidate", scalar(), true, "who is ahead"},
                           {"of", names(), true, "of whom"},
                           {"by", number(0, 1e12), true, "at least so much"}}};
  s["statement.marks"] = {"`marks`",
                          {{"of", scalar(), true, "unpublished evidence"},
                           {"from", number(), true, "the lowest mark"},
                           {"to", number(), true, "the highest mark"}}};
  s["statement"] = {
      "a statement",
      {{"id", scalar(), true, "a short text, by which `--without` names it"},
       {"says", text(), false, "the words of the source"},
       {"source", text(), true, "a statement needs its source"},
       {"date", date(), false, "when it was published"},
       {"level", choice(statement_levels()), false, "how strong; official if left out"},
       {"stage", scalar(), false, "of which stage; as at the top of the file"},
       {"part", scalar(), false, "of which node; total if left out"},
       {"of", names(), false, "for `mean`, `sum`, `gap`, ...: among these; all entrants"},
       {"rounded", either({above(0), object("round")}), false,
        "the number was rounded to this step; exact if left out"},
       {"ties", choice({"none", "allowed"}), false, "`allowed`: level with counts as ahead"},
       {"value", dictionary(number()), false, "scores by candidate"},
       {"values", list(number(), 1), false,
        "the scores of all entrants, or of those in `of`, in some order"},
       {"range", dictionary(either({tuple({number(), number()}), object("statement.range")})),
        false, "bounds by candidate"},
       {"mean", number(), false, "the mean score"},
       {"sum", number(), false, "the sum of the scores"},
       {"gap", number(), false, "the first minus the last"},
       {"first", names(), false, "who leads; several share the place"},
       {"last", names(), false, "who is last; several share the place"},
       {"top", names(), false, "who is ahead of everybody else, in some order"},
       {"order", list(either({scalar(), list(scalar(), 1)}), 2), false,
        "best first; a list inside is in no known order"},
       {"ahead", object("statement.ahead"), false, "at least so much ahead"},
       {"place", dictionary(integer(1)), false, "places by candidate, 1-2-2-4"},
       {"above_mean", names(), false, "who is above the mean"},
       {"below_mean", names(), false, "who is below the mean"},
       {"outcome", dictionary(outcome), false, "outcomes by candidate"},
       {"marks", object("statement.marks"), false, "the scale of unpublished evidence"}},
      false,
      false,
      {},
      {{"value", "values", "range", "mean", "sum", "gap", "first", "last", "top", "order", "ahead",
        "place", "above_mean", "below_mean", "outcome", "marks"}}};
  s["published"] = {"a file of statements",
                    {{"published", scalar(), true, "an id for the file"},
                     {"title", text(), false, "what people see"},
                     {"step", above(0), true, "the reporting grid: scores are multiples of it"},
                     {"stage", scalar(), false, "of which stage the statements speak"},
                     {"statements", list(object("statement"), 1), true, "at least one"}}};
}

} // namespace libeval::grammar
