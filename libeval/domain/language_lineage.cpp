// SPDX-License-Identifier: Apache-2.0
// Lineage files: who made what, what came from what, and the evidence.
#include "domain/grammar.hpp"

#include <libeval/domain/lineage.hpp>

namespace libeval::grammar {

using namespace type;

namespace {

std::vector<std::string> carrier_words() {
  std::vector<std::string> out;
  for (int c = 0; c <= static_cast<int>(Carrier::tokenizer); ++c)
    out.emplace_back(to_string(static_cast<Carrier>(c)));
  return out;
}

Type evidence() {
  return list(object("evidence_item"), 1);
}

/// What every thing of a lineage may say.
std::vector<Key> node_keys() {
  return {
      {"name", scalar(), false, "what people see"},
      {"owner", either({scalar(), list(object("owner_claim"), 1)}), false,
       "a party; with evidence where it is disputed"},
      {"part_of", scalar(), false, "the model it is a part of"},
      {"released", date(), false, "when it came out"},
      {"digest", names(), false, "of its files; equal digests are the same thing"},
      {"license", either({scalar(), object("license_claim"), list(object("license_claim"), 1)}),
       false, "an SPDX license expression"},
      {"complete", evidence(), false, "that everything it came from is on record"},
      {"controls",
       dictionary(either({integer(0, 100), object("control"), list(object("control"), 1)})), false,
       "criterion: level"},
  };
}

} // namespace

Type level() {
  return choice({"inferred", "alleged", "self_declared", "corroborated", "admitted", "verified"});
}

Type carriers() {
  return list(choice(carrier_words()), 1);
}

void add_lineage(Shapes& s) {
  std::vector<std::string> kinds;
  for (const DerivationKind& kind : derivation_kinds())
    kinds.emplace_back(kind.name);
  s["evidence_item"] = {
      "a piece of evidence",
      {{"for", level(), false, "it speaks for the fact, with this strength"},
       {"against", level(), false, "it speaks against the fact"},
       {"by", scalar(), false, "the party that says it; needed with self_declared"},
       {"date", date(), false, "when it became known"},
       {"from", date(), false, "what it says holds from this day on"},
       {"until", date(), false, "and no longer on this one"},
       {"expires", date(), false, "from this day on it counts for nothing"},
       {"withdrawn", date(), false, "from this day on its author no longer says so"},
       {"source", text(), false, "where it stands"},
       {"digest", scalar(), false, "of what stands there"},
       {"statement", text(), false, "in words"},
       {"id", scalar(), false, "a short text"}},
      false,
      false,
      {},
      {{"for", "against"}}};
  s["owner_claim"] = {"a claim of ownership",
                      {{"party", scalar(), true, "whose it is"},
                       {"evidence", evidence(), true, "for and against"}}};
  s["license_claim"] = {"`license`",
                        {{"expression", scalar(), true, "an SPDX license expression"},
                         {"from", date(), false, "in force from this day on"},
                         {"until", date(), false, "and no longer on this one"},
                         {"source", text(), false, "where the text stands"},
                         {"digest", scalar(), false, "of the text"},
                         {"acknowledged", choice({"declared", "concluded", "observed"}), false,
                          "declared if left out"}}};
  s["control"] = {"a level of control",
                  {{"level", integer(0, 100), true, "0 is the lowest"},
                   {"evidence", evidence(), false, "verified if left out"}}};
  s["lineage_party"] = {"a party",
                        {{"name", scalar(), false, "what people see"},
                         {"part_of", scalar(), false, "the party it belongs to"}}};
  s["lineage_node"] = {"a thing of the lineage", node_keys()};
  s["lineage_part"] = {"a part of a model",
                       with({{"kind", choice({"weights", "code", "architecture", "tokenizer"}),
                              false, "weights if left out"}},
                            node_keys())};
  s["lineage_model"] = {"a model",
                        with(node_keys(), {{"parts", dictionary(object("lineage_part")), false,
                                            "its weight groups; `MODEL/PART` is the id of each"}})};
  s["derivation"] = {
      "a derivation",
      {{"child", scalar(), true, "what came"},
       {"parent", scalar(), true, "from what"},
       {"kind", choice(std::move(kinds)), true, "how"},
       {"carries", carriers(), false, "what passes along; that of the kind if left out"},
       {"part", text(), false, "which part or role"},
       {"evidence", evidence(), false, "verified if left out"},
       {"obligations", dictionary(evidence()), false,
        "what came with the parent's license -> evidence that it is met"},
       {"id", scalar(), false, "a short text"}}};
  const Type nodes = dictionary(object("lineage_node"));
  s["lineage"] = {"a lineage file",
                  {{"lineage", scalar(), true, "an id for the record"},
                   {"title", text(), false, "what people see"},
                   {"parties", dictionary(object("lineage_party")), false, "people and firms"},
                   {"models", dictionary(object("lineage_model")), false, "models"},
                   {"weights", nodes, false, "weight groups outside `models`"},
                   {"datasets", nodes, false, "data sets"},
                   {"code", nodes, false, "source code"},
                   {"architectures", nodes, false, "designs"},
                   {"tokenizers", nodes, false, "tokenizers"},
                   {"documents", nodes, false, "reports, notices"},
                   {"derivations", list(object("derivation")), false, "what came from what"}}};
}

} // namespace libeval::grammar
