// SPDX-License-Identifier: Apache-2.0
// Selection: order keys and each step.
#include "domain/grammar.hpp"

namespace libeval::grammar {

using namespace type;

void add_selection(Shapes& s) {
  const std::vector<Key> bound = {
      {"at_least", either({number(), share()}), false, "a number, or `60%` or `2/3` of the points"},
      {"above", either({number(), share()}), false, ""},
      {"at_most", either({number(), share()}), false, ""},
      {"below", either({number(), share()}), false, ""}};
  const std::vector<std::string> bounds = {"at_least", "above", "at_most", "below"};
  const Type order_keys = list(either({scalar(), object("order_key")}), 1);

  s["decision"] = {"a recorded decision",
                   with({{"candidate", scalar(), true, "whom it concerns"}}, recorded())};
  s["order_decision"] = {"a recorded decision",
                         with({{"order", list(scalar(), 1), true, "best first"}}, recorded())};
  s["tie_size"] = {"`ties_of`",
                   {{"at_least", integer(2, 1e9), false, "at least so many are tied"},
                    {"at_most", integer(2, 1e9), false, "at most so many are tied"}}};
  s["lot"] = {"`lot`",
              {{"seed", integer(0, 9007199254740991.0), true, "published before"},
               {"source", text(), false, "where it was published"}}};
  s["order_key"] = {
      "an order key",
      with({{"part", scalar(), false, "a node"},
            {"measure", scalar(), false, "a named measure"},
            {"attribute", scalar(), false, "an attribute"},
            {"count_back", either({scalar(), object("measure")}), false, "best with best"},
            {"lot", object("lot"), false, "a lot with a published seed"},
            {"decision", object("order_decision"), false, "recorded"},
            {"by", choice({"value", "first", "last"}), false, "how `count_back` runs"},
            {"among", choice({"tied"}), false, "recomputed among the tied"},
            {"keys", order_keys, false, "a block, with `among: tied`"},
            {"repeat", either({flag(), choice({"at_once"})}), false,
             "the block again for who is still tied"},
            {"ties_of", either({integer(2, 1e9), object("tie_size")}), false,
             "speaks only in a tie of so many"},
            {"tolerance", number(0, 1e308), false, "this near is equal"},
            {"title", text(), false, "what people see of a measure in place"}},
           measure_keys()),
      false,
      false,
      {},
      {{"part", "measure", "attribute", "count_back", "lot", "decision", "from", "keys"}},
      {{{"value", "where", "steps", "title"}, {"from"}},
       {{"by"}, {"count_back"}},
       {{"repeat"}, {"keys"}}}};
  s["select.policy"] = {"`policy`",
                        {{"file", text(), true, "the policy file"},
                         {"rules", list(scalar(), 1), false, "only these"}}};
  s["select.require"] = {
      "`require`",
      with(with({{"part", scalar(), false, "a node"},
                 {"measure", scalar(), false, "a named measure"},
                 {"attribute", scalar(), false, "an attribute"},
                 {"panel", scalar(), false, "evidence of votes"},
                 {"vote", scalar(), false, "the vote that counts"},
                 {"majority", either({flag(), number(0, 1)}), false, "share of the jurors"},
                 {"stands", flag(), false, "a value must stand"},
                 {"else", choice({"cut", "disqualified", "hold"}), false, "what who fails it is"},
                 {"title", text(), false, "what people see"}},
                bound),
           measure_keys()),
      false,
      false,
      {bounds},
      {{"part", "measure", "attribute", "panel", "from"}},
      {{{"value", "where", "steps"}, {"from"}}, {{"vote", "majority"}, {"panel"}}}};
  s["group_from"] = {
      "`by`",
      {{"from", scalar(), true, "an evidence table"}, {"value", scalar(), true, "its column"}}};
  s["select.group"] = {"`group`",
                       {{"by", either({scalar(), object("group_from")}), true, "an attribute"}}};
  s["select.regroup"] = {"`regroup`", {}};
  s["select.order"] = {"`order`", {{"keys", order_keys, true, "in turn"}}};
  s["band"] = {
      "a band",
      with({{"name", scalar(), true, "what people see"}, {"first", integer(0), false, "by place"}},
           bound),
      false,
      false,
      {bounds}};
  s["select.take"] = {
      "`take`",
      with(with({{"until", either({integer(0), choice({"places"})}), false,
                  "until so many are taken in all"},
                 {"first", either({integer(0), dictionary(integer(0))}), false,
                  "so many, or of each pool"},
                 {"share", either({number(0, 1), share()}), false, "of the field"},
                 {"round", choice({"down", "up", "nearest"}), false, "of the share"},
                 {"min", integer(0), false, "of the share"},
                 {"max", integer(0), false, "of the share"},
                 {"budget", number(0, 1e300), false, "while it lasts"},
                 {"cost", param(), false, "of a candidate"},
                 {"skip", flag(), false, "pass over who no longer fits"},
                 {"all_but", integer(0), false, "all but the lowest so many"},
                 {"bands", list(object("band"), 1), false, "the first that fits"},
                 {"advance", list(scalar()), false, "the bands that advance"}},
                bound),
           {{"part", scalar(), false, "whose score, total"},
            {"of", choice({"all", "rest"}), false, "who is left, across pools"},
            {"where", tests(), false, "only these entrants"},
            {"by", order_keys, false, "order for this step"},
            {"ties", choice({"hold", "all_advance", "all_cut", "share"}), false, "at the line"},
            {"as", text(), false, "noted beside the outcome"}}),
      false,
      false,
      {{"until", "first", "share", "all_but", "bands", "budget"},
       {"all_but", "bands", "budget", "at_least", "above", "at_most", "below"}},
      {},
      {{{"round", "min", "max"}, {"share"}},
       {{"cost", "skip"}, {"budget"}},
       {{"advance"}, {"bands"}},
       {{"part"}, {"bands", "at_least", "above", "at_most", "below"}}}};
  s["select.quota"] = {"`quota`",
                       {{"by", scalar(), true, "an attribute"},
                        {"at_most", either({integer(0), dictionary(integer(0))}), false,
                         "so many of each, or of each that is named"},
                        {"at_least", either({integer(0), dictionary(integer(0))}), false,
                         "so many of each, or of each that is named, are among those taken"},
                        {"short", choice({"open", "others"}), false,
                         "where there are fewer, their places stay open or go to others"}},
                       false,
                       false,
                       {},
                       {},
                       {{{"short"}, {"at_least"}}}};
  s["select.duel"] = {
      "`duel`",
      {{"by", scalar(), false, "an attribute that names the pair"},
       {"seeds", either({scalar(), object("order_key")}), false, "best against worst"},
       {"losers", integer(0), false, "so many best losers"},
       {"order", order_keys, false, "who wins; total"}},
      false,
      false,
      {},
      {{"by", "seeds"}}};
  s["select.eliminate"] = {
      "`eliminate`",
      {{"ballots", either({scalar(), object("measure")}), false, "ranked ballots, to be counted"},
       {"by", order_keys, false, "who is last by these, worked out anew, goes out"},
       {"seats", integer(0), false, "how many stay; the stage's places"},
       {"quota", either({choice({"droop", "droop_exact", "hare"}), above(0)}), false,
        "who reaches it is elected"},
       {"active", flag(), false, "the quota is of the votes that still count"},
       {"transfer", choice({"weighted", "last_parcel", "papers", "meek"}), false,
        "which papers of the elected pass on, and at which value"},
       {"divide_by", choice({"all", "transferable"}), false, "which papers divide a surplus"},
       {"surpluses", choice({"largest", "earliest"}), false, "which surplus passes on first"},
       {"exclude", choice({"at_once", "by_value", "firsts_then_values", "by_parcel"}), false,
        "how the papers of who goes out pass on"},
       {"digits", integer(0, 15), false, "transfer values are cut after so many decimals"},
       {"vote_digits", integer(0, 15), false,
        "the votes that somebody gets at one value are cut after so many decimals"},
       {"defer", flag(), false, "surpluses wait where they cannot change who goes out next"},
       {"together", flag(), false, "as many go out as together have fewer votes than the next"},
       {"early", flag(), false, "the last seats are filled as soon as they are sure"},
       {"tolerance", above(0), false, "`meek`: surpluses that are together below it are none"},
       {"earlier", choice({"none", "last", "first"}), false, "an earlier round tells equals apart"},
       {"ties", order_keys, false, "what tells equals apart then"},
       {"over", names(), false, "the dimensions that make a ballot"},
       {"weights", param(), false, "how many such ballots there are"},
       {"as", text(), false, "noted beside the outcome"}},
      false,
      false,
      {},
      {{"ballots", "by"}},
      {{{"quota", "active", "transfer", "divide_by", "surpluses", "exclude", "digits",
         "vote_digits", "defer", "together", "early", "tolerance", "earlier", "over", "weights"},
        {"ballots"}}}};
  s["select.assign"] = {
      "`assign`",
      {{"preferences", either({scalar(), object("measure")}), true,
        "of each candidate, by programme"},
       {"priorities", either({scalar(), object("measure")}), false,
        "of each programme, by candidate"},
       {"places", either({integer(0), dictionary(integer(0))}), true, "of each programme"},
       {"by", order_keys, false, "one order for all programmes, or among their equals"}}};
  s["select.grant"] = {"`grant`",
                       {{"decision", object("decision"), false, "recorded"},
                        {"by", order_keys, false, "by another measure"},
                        {"first", integer(1), false, "so many"},
                        {"as", text(), false, "noted beside the outcome"}},
                       false,
                       false,
                       {{"decision", "first"}},
                       {{"decision", "by"}}};
  s["select.withdraw"] = {"`withdraw`", {{"decision", object("decision"), true, "recorded"}}};
  s["select.ties"] = {
      "`ties`",
      {{"rule", choice({"hold", "all_advance", "all_cut", "share"}), true, "at the line"}}};
  s["select.reserve"] = {"`reserve`", {{"first", integer(1), true, "so many"}}};

  // Each word, and whether its first argument may be written alone.
  const std::vector<std::pair<std::string, bool>> words = {
      {"policy", true},     {"require", false}, {"order", true},  {"group", true},
      {"regroup", false},   {"take", true},     {"quota", false}, {"duel", false},
      {"eliminate", false}, {"assign", false},  {"grant", false}, {"withdraw", false},
      {"ties", true},       {"reserve", true}};
  Shape select{"a selection step", {}, true};
  for (const auto& [word, alone] : words) {
    const std::string shape = "select." + word;
    select.keys.push_back(
        {word, alone ? either({object(shape), s[shape].keys.front().type}) : object(shape), false,
         ""});
  }
  select.meant = {{"advance", "take: {first: N}"},
                  {"cut", "take: {first: N}"},
                  {"exclude", "withdraw` or `require"},
                  {"filter", "require: {part: PATH, at_least: X}"},
                  {"if", "require: {part: PATH, at_least: X}"},
                  {"rank", "order: [total]"},
                  {"sort", "order: [total]"},
                  {"threshold", "require: {part: PATH, at_least: X}"},
                  {"tiebreak", "order: [total, NEXT]"},
                  {"top", "take: {first: N}"}};
  s["select"] = std::move(select);
}

} // namespace libeval::grammar
