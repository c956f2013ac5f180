// SPDX-License-Identifier: Apache-2.0
// The program: candidates and evidence, stages.
#include "domain/grammar.hpp"

namespace libeval::grammar {

using namespace type;

void add_evidence(Shapes& s) {
  s["candidate"] = {"a candidate", {{"name", scalar(), false, "what people see"}}, false, true};
  s["candidate_file"] = {"`candidates`",
                         {{"file", text(), true, "a CSV file"}, {"key", scalar(), true, "id"}}};
  s["candidate_from"] = {"`candidates`", {{"from", scalar(), true, "an evidence table"}}};
  s["pairs"] = {"`pairs`",
                {{"a", scalar(), true, "column of one side"},
                 {"b", scalar(), true, "column of the other side"},
                 {"a_value", scalar(), false, "column of its value"},
                 {"b_value", scalar(), false, "column of its value"},
                 {"winner", scalar(), false, "column that names the winner"},
                 {"tie", list(scalar(), 1), false, "how a tie is spelt"},
                 {"sides", tuple({scalar(), scalar()}), false, "members of `side`"}},
                false,
                false,
                {},
                {{"a_value", "winner"}},
                {{{"a_value"}, {"b_value"}}, {{"b_value"}, {"a_value"}}}};
  s["recusal"] = {"a recusal", with({{"juror", scalar(), true, "who does not mark"},
                                     {"candidate", scalar(), true, "whom"}},
                                    recorded())};
  s["ballots"] = {"`ballots`",
                  {{"order", scalar(), false, "column of a ballot, written `a > b = c`"},
                   {"count", scalar(), false, "column that says how many such there are"}}};
  s["evidence"] = {
      "an evidence table",
      {{"file", text(), false, "path inside the bundle"},
       {"csv", text(), false, "the table itself"},
       {"unpublished", dictionary(either({integer(1, 100'000), list(scalar(), 1)})), false,
        "instead of a file: it exists and is not known; members of its keys, or how many"},
       {"keys", either({list(scalar()), dictionary(scalar())}), false,
        "list the key columns, `keys: [candidate, juror]`"},
       {"values", either({list(scalar()), dictionary(scalar())}), false,
        "the value columns; `[]`: a row counts as 1"},
       {"durations", list(scalar(), 1), false, "value columns written `h:mm:ss.ff`"},
       {"wide", scalar(), false, "the columns are members of this dimension"},
       {"columns", list(scalar(), 1), false, "which columns"},
       {"labels", list(scalar(), 1), false, "columns that are no members"},
       {"pairs", object("pairs"), false, "each row speaks for both sides"},
       {"ballots", either({choice({"preflib", "blt"}), object("ballots")}), false,
        "ranked ballots: one a row, as PrefLib writes them, or a BLT file"},
       {"sparse", either({flag(), list(scalar(), 1)}), false, "dimensions with natural gaps"},
       {"gaps", list(scalar(), 1), false, "spellings of a gap"},
       {"jurors", scalar(), false, "the key of those who mark"},
       {"recusals", either({scalar(), list(object("recusal"), 1)}), false,
        "whose marks on whom do not count: a list, or evidence that lists them"},
       {"range", tuple({number(), number()}), false, "numbers outside are errors"},
       {"step", above(0), false, "numbers between are errors"},
       {"status", scalar(), false, "column"},
       {"source", scalar(), false, "column"},
       {"date", scalar(), false, "column"},
       {"alias", dictionary(dictionary(scalar())), false, "spelling -> member, by dimension"},
       {"delimiter", choice({",", ";", "\t", "|"}), false, "between cells"},
       {"decimal", choice({"point", "comma"}), false, "in numbers"}},
      false,
      false,
      {},
      {{"file", "csv", "unpublished"}}};
  s["evidence"].some_of = {{"keys", "pairs", "ballots"},
                           {"values", "wide", "durations", "pairs", "ballots"}};
}

void add_stages(Shapes& s) {
  s["entrants"] = {"`entrants`",
                   {{"advanced_from", names(), false, "who advanced there"},
                    {"cut_from", names(), false, "who was cut there"},
                    {"reserve_of", names(), false, "who was in reserve there"},
                    {"entrants_of", names(), false, "everybody who entered it"},
                    {"open", list(scalar(), 1), false, "from outside"},
                    {"except", list(scalar(), 1), false, "without these"}}};
  s["places"] = {"`places`",
                 {{"vacancies_of", scalar(), false, "a stage"},
                  {"times", integer(1), false, "so many a vacancy"},
                  {"count", integer(0), false, "so many"},
                  {"plus_vacancies_of", scalar(), false, "and the vacancies of a stage"}},
                 false,
                 false,
                 {},
                 {{"vacancies_of", "count"}}};
  s["stage"] = {"a stage",
                {{"id", scalar(), true, "a short text"},
                 {"title", text(), false, "what people see"},
                 {"date", date(), false, "when"},
                 {"entrants", either({choice({"all"}), list(scalar(), 1), object("entrants")}),
                  false, "all if left out"},
                 {"places", either({integer(0), object("places")}), false, "no limit if left out"},
                 {"score", object("score"), false, "the criteria tree"},
                 {"measures", dictionary(object("measure")), false, "used by name"},
                 {"select", list(either({choice({"regroup", "take"}), object("select")})), false,
                  "steps, in order"}}};
  s["program"] = {"a program",
                  {{"libeval", integer(1, 1), true, "the version of the format, `libeval: 1`"},
                   {"program", scalar(), true, "an id for the program"},
                   {"title", text(), false, "what people see"},
                   {"as_of", date(), false, "evidence dated later is not seen"},
                   {"candidates",
                    either({list(scalar(), 1), object("candidate_file"), object("candidate_from"),
                            dictionary(either({object("candidate")}))}),
                    true, "list the candidates, `candidates: [a, b]`"},
                   {"evidence", dictionary(either({text(), object("evidence")})), false,
                    "tables; a text alone is a file of statements"},
                   {"stages", list(object("stage"), 1), true, "add at least one stage"}}};
  s["stage"].meant = {{"criteria", "score: {parts: {...}}"},
                      {"name", "title"},
                      {"participants", "entrants"},
                      {"rank", "select: [{order: [total]}]"},
                      {"seats", "places"},
                      {"slots", "places"},
                      {"steps", "select"},
                      {"take", "select: [take]"}};
  s["program"].meant = {{"criteria", "stages: [{id: ID, score: {parts: {...}}}]"},
                        {"data", "evidence"},
                        {"date", "as_of"},
                        {"id", "program"},
                        {"name", "title"},
                        {"participants", "candidates"},
                        {"score", "stages: [{id: ID, score: ...}]"},
                        {"tables", "evidence"},
                        {"teams", "candidates"},
                        {"version", "libeval"}};
}

} // namespace libeval::grammar
