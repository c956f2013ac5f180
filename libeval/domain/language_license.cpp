// SPDX-License-Identifier: Apache-2.0
// Files of license terms.
#include <libeval/domain/license_terms.hpp>

#include "domain/grammar.hpp"

namespace libeval::grammar {

using namespace type;

void add_license_terms(Shapes& s) {
  std::vector<std::string> obligations;
  for (const Obligation kind :
       {Obligation::notice, Obligation::naming, Obligation::share_alike, Obligation::non_commercial,
        Obligation::no_training_on_outputs, Obligation::no_derivatives, Obligation::flow_down,
        Obligation::use_limit})
    obligations.emplace_back(to_string(kind));
  const Type carrier = choice({"weights", "behavior", "data", "code", "design", "tokenizer"});
  s["license_term"] = {
      "a term of a license",
      {{"obligation", choice(obligations), true, "what kind of term it is"},
       {"along", either({carrier, list(carrier, 1)}), true, "on what it travels"},
       {"clause", scalar(), true, "where it stands in the text"},
       {"reading", text(), true, "what it asks, in a few words"},
       {"prefix", text(), false, "of `naming`: what the name of what is made begins with"},
       {"accepts", list(scalar(), 1), false,
        "of `share_alike`: further licenses that will do; of `no_training_on_outputs`: whose "
        "works, "
        "and what was made from them, the outputs may improve"}}};
  s["read_license"] = {
      "a license somebody has read",
      {{"id", scalar(), true,
        "as in expressions: an id of the SPDX License List or `LicenseRef-...`"},
       {"title", text(), false, "what people see"},
       {"also", list(scalar(), 1), false, "what else it is called, such as a tag on a hub"},
       {"source", text(), true, "the text that was read"},
       {"terms", list(object("license_term")), true,
        "all its terms of these kinds; a kind that is not here is not in the text"}}};
  s["license_terms"] = {"a file of license terms",
                        {{"licenses", list(object("read_license"), 1), true,
                          "they come before those that the library brings"}}};
}

} // namespace libeval::grammar
